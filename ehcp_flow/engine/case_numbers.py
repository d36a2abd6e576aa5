"""One case as the kernel takes it: its facts as numbers, and the space in which it works."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, Final

from ehcp_flow.engine.choice import Kernel
from ehcp_flow.engine.counted_days import CountedDays
from ehcp_flow.engine.kernel import COLUMNS, NO_DAY
from ehcp_flow.engine.numbers import EPOCH, KEYS, as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.facts import DATES, FACT_TYPES, Fact
from ehcp_flow.record_table import DECLARED
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["FactRoom", "limit_number", "numbered", "space_for"]

_WANTS: Final = 64
_CLAIMS: Final = frozenset(event for event, cls in FACT_TYPES.items() if "limit" in cls.model_fields)
"""The events that name a limit: no rulebook declares one."""


def numbered(
    facts: Sequence[Fact],
    as_of: dt.date,
    book: CompiledRulebook,
    days: CountedDays,
    chosen: Kernel,
    room: FactRoom | None = None,
) -> Any:
    """Return the facts of one case as the kernel takes them: in the `room` that is given, where it holds them."""
    count = len(facts)
    fields_of = [fact.__dict__ for fact in facts]
    parties = dict(book.party_numbers)
    party = [
        -1 if (name := fields["party"]) is None else parties.setdefault(name, len(parties)) for fields in fields_of
    ]
    key_of, special = _by_event()
    key = [key_of[fields["event"]][fields.get("outcome")] for fields in fields_of]
    on = [fields["on"].toordinal() - EPOCH for fields in fields_of]
    body = [0] * count
    filled: dict[str, list[int]] = {}
    claims = False
    told: set[str] = set()
    for place, fields in enumerate(fields_of):
        event = fields["event"]
        if fields["served_on"] is not None or event in special:
            _fill_days(filled, facts[place], place, count)
            if event == "advice_requested":
                body[place] = book.body(fields["party"], fields["body"])
            elif event == DECLARED:
                told.update(fields["value"].split())
            elif event in _CLAIMS:
                claims = True
    if room is not None and room.holds(count, len(parties)) and not (filled or claims or told or days.institutions):
        return room.taken_up(key, on, party, body, len(parties), as_day(as_of))
    numbers = chosen.numbers
    keys, whose = numbers(key), numbers(party)
    columns = {
        **_unfilled(chosen),
        "bounds": numbers((0, count)),
        "key": keys,
        "taken": keys[:],
        "on": numbers(on),
        "party": whose,
        "whose": whose[:],
        "body": numbers(body),
        "institution": chosen.filled(0, len(parties) + 1),
        "parties": len(parties),
        "as_of": as_day(as_of),
    }
    if filled:
        columns["days"] = numbers([day for column in filled.values() for day in column])
        columns["field_at"] = numbers([_where(field, filled, count) for field in DATES])
    if claims:
        columns["limit"] = numbers([limit_number(fact, book) for fact in facts])
        columns["reasoned"] = numbers([int(bool(fact.reason)) for fact in facts])
    if told:
        columns["declared"] = numbers((0,))
        columns["unrecorded"] = numbers(book.unrecorded(frozenset(told)))
    if days.institutions:
        columns["institution"] = numbers([0, *(days.institutions.get(name, 0) for name in parties)])
    return chosen.module.Facts(columns)


@per_vocabulary
def _by_event() -> tuple[Mapping[str, Mapping[str | None, int]], AbstractSet[str]]:
    """Return the keys by event and outcome, and the events that say more than what happened when, and to whom."""
    keys: dict[str, dict[str | None, int]] = {}
    for number, (event, outcome) in enumerate(KEYS):
        keys.setdefault(event, {})[outcome] = number
    dated = (event for event, cls in FACT_TYPES.items() if len(cls.further_days) > 1)
    return keys, frozenset({"advice_requested", DECLARED, *_CLAIMS, *dated})


def _fill_days(filled: dict[str, list[int]], fact: Fact, place: int, count: int) -> None:
    """Fill in the further days of a fact."""
    for field in fact.further_days:
        if fact.__dict__.get(field) is not None:
            day = fact.day(field)
            if day is not None:
                filled.setdefault(field, [NO_DAY] * count)[place] = as_day(day)


class FactRoom:
    """The columns of a case as the compiled kernel takes them, kept from one case to the next.

    A case whose facts fill no further column is written into them: nothing has to be made for it. `keys` are its keys.
    Whoever judges with it has it alone.
    """

    __slots__ = ("_body", "_bounds", "_key", "_on", "_party", "_taken", "columns", "keys", "width")

    def __init__(self, chosen: Kernel, width: int) -> None:
        self.width = width
        self.keys: Sequence[int] = ()
        self._bounds = chosen.numbers((0, 0))
        self._key, self._on, self._party, self._body, self._taken, whose = (chosen.filled(0, width) for _ in range(6))
        self.columns = chosen.module.Facts(
            {
                **_unfilled(chosen),
                "bounds": self._bounds,
                "key": self._key,
                "taken": self._taken,
                "on": self._on,
                "party": self._party,
                "whose": whose,
                "body": self._body,
                "institution": chosen.filled(0, width + 1),
                "parties": 0,
                "as_of": 0,
            }
        )

    def holds(self, facts: int, parties: int) -> bool:
        """Return whether there is room for so many; a case of which nothing counts is none of its."""
        return 0 < facts <= self.width and parties <= self.width

    def taken_up(
        self, key: list[int], on: list[int], party: list[int], body: list[int], parties: int, as_of: int
    ) -> Any:
        """Return the columns with the facts of a case in them; what the kernel itself writes it writes anew."""
        count = self._bounds[1] = len(key)
        self.keys = key
        self._key[:count] = array("i", key)
        self._on[:count] = array("i", on)
        self._party[:count] = array("i", party)
        self._body[:count] = array("i", body)
        self.columns.parties = parties
        self.columns.as_of = as_of
        return self.columns

    @property
    def taken(self) -> Sequence[int]:
        """As what the kernel took each fact."""
        taken: Sequence[int] = self._taken[: len(self.keys)]
        return taken


@cache
def _unfilled(chosen: Kernel) -> Mapping[str, Any]:
    """Return the columns that few cases fill, as they are where a case does not."""
    none = chosen.numbers(())
    return {
        "days": none, "field_at": chosen.filled(-1, len(DATES)), "limit": none, "reasoned": none,
        "declared": chosen.filled(-1, 1), "unrecorded": none,
    }  # fmt: skip


def _where(field: str, filled: dict[str, list[int]], count: int) -> int:
    return list(filled).index(field) * count if field in filled else -1


def limit_number(fact: Fact, book: CompiledRulebook) -> int:
    """Return the number of the limit that an exception names: -1 for none, -2 for one that there is not."""
    limit = fact.__dict__.get("limit")
    return -1 if limit is None else book.limits.get(limit, -2)


def space_for(book: CompiledRulebook, chosen: Kernel, facts: int, parties: int, capacity: int) -> Any:
    """Return working space for cases of up to so many facts and parties, and for so many rows."""
    clocks, sets, spells = (book.tables[name] for name in ("clocks", "sets", "many_spells"))
    none = chosen.filled
    sizes = {
        "clock_case": clocks, "clock_first": clocks,
        "spell_case": spells, "around": spells * (facts + 1),
        "next_case": sets, "next_from": sets, "next_at": sets, "last_case": sets, "last_from": sets, "last_at": sets,
        "party_tick": parties + 1, "party_last": parties + 1, "party_first": parties + 1,
        "since": book.tables["marks"], "exception": facts, "advice": facts, "noted": facts, "start": facts,
        "before": facts,
        "following": facts, "previous": facts, "chained": facts,
        "run_start": facts, "run_stop": facts, "run_end": facts, "run_previous": facts, "run_whom": facts,
        "run_before": facts, "run_over": facts,
        "next_end": facts + 1, "next_act": facts + 1, "want": 2 * (_WANTS + 4 * facts),
    }  # fmt: skip
    single = (
        "case tick low high exceptions asked born kept gone over inside shuts begins needed runs many rows wanted "
        "beyond_day done implied ended after other resumed owed bites part later stray spent strays base last end act "
        "awaited lasting unsaid unborn over_of_aged over_of_others"
    )
    return chosen.module.Found(
        {name: none(0, size) for name, size in sizes.items()}
        | dict.fromkeys(single.split(), 0)
        | {
            "width": facts + 1,
            "parties": parties,
            "beyond": -1,
            "most_wanted": _WANTS + 4 * facts,
            "capacity": capacity,
            "out": none(-1, COLUMNS * capacity),
        }
    )
