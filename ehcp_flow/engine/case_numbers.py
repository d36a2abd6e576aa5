"""One case as the kernel takes it: its facts as numbers, and the space in which it works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from ehcp_flow.engine.choice import Kernel
from ehcp_flow.engine.counted_days import CountedDays
from ehcp_flow.engine.kernel import COLUMNS, NO_DAY
from ehcp_flow.engine.numbers import KEY_OF, as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.facts import DATES, Fact
from ehcp_flow.record_table import DECLARED

__all__ = ["limit_number", "numbered", "space_for"]

_WANTS: Final = 64


def numbered(facts: Sequence[Fact], as_of: dt.date, book: CompiledRulebook, days: CountedDays, chosen: Kernel) -> Any:
    """Return the facts of one case as the kernel takes them."""
    count = len(facts)
    parties = dict(book.party_numbers)
    party = []
    body = [0] * count
    filled: dict[str, list[int]] = {}
    claims = False
    told: set[str] = set()
    for place, fact in enumerate(facts):
        fields = fact.__dict__
        event, name = fields["event"], fields["party"]
        party.append(-1 if name is None else parties.setdefault(name, len(parties)))
        claims = claims or "limit" in fields
        if event == DECLARED:
            told.update(fields["value"].split())
        elif event == "advice_requested":
            body[place] = book.body(name, fields["body"])
        for field in fact.further_days:
            if fields.get(field) is not None:
                day = fact.day(field)
                if day is not None:
                    filled.setdefault(field, [NO_DAY] * count)[place] = as_day(day)
    numbers = chosen.numbers
    key = numbers([KEY_OF[fields["event"], fields.get("outcome")] for fields in map(vars, facts)])
    whose = numbers(party)
    columns = {
        **_unfilled(chosen),
        "bounds": numbers((0, count)),
        "key": key,
        "taken": key[:],
        "on": numbers([as_day(fact.on) for fact in facts]),
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
        "beyond_day done implied ended after other resumed owed bites part later stray strays base last end act "
        "lasting unsaid unborn over_of_aged over_of_others"
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
