"""One case judged: its facts as numbers for the kernel, and the rows that come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.engine import kernel
from ehcp_flow.engine.choice import Kernel, interpreted_kernel, kernel_in_use
from ehcp_flow.engine.days import CountedDays, counted_days
from ehcp_flow.engine.kernel import COLUMNS, LAST, NO_DAY, NO_LAW, RULE, STARTED, STATUS
from ehcp_flow.engine.numbers import DATE_FIELDS, KEY_OF, KEYS, Key, as_day
from ehcp_flow.engine.rulebook import CompiledRule, CompiledRulebook
from ehcp_flow.facts import FACT_TYPES, Fact
from ehcp_flow.law.version import Version

__all__ = ["JudgedCase", "facts_that_count", "judge_case", "space_for"]

_DATES: Final = {
    event: tuple(name for name in DATE_FIELDS[1:] if name in cls.model_fields) for event, cls in FACT_TYPES.items()
}
_LATEST: Final = as_day(dt.date.max)
_WANTS: Final = 64


def facts_that_count(case: Case, as_of: dt.date, given: Fact | None = None) -> tuple[Fact, ...]:
    """Return the facts that had happened by a day, and those that say what is to come.

    `given` is a fact that counts although it lies in the future: what a what-if question assumes.
    """
    facts = case.facts
    if facts and facts[-1].on > as_of:
        return tuple(fact for fact in facts if fact.on <= as_of or fact.prospective or fact is given)
    return facts


class JudgedCase:
    """A case on a day under a rulebook and calendars: the facts that count, and a row of numbers for each deadline.

    `value(column, row)` reads a row; a place in it is that of a fact in `facts`. `rows` are the deadlines in the public
    order (by last lawful day, rulebook and start), `without_law` the runs for which no version was in force.
    """

    __slots__ = ("__dict__", "as_of", "book", "calendars", "case", "facts", "noted", "out", "rows", "size", "without_law")

    def __init__(
        self,
        case: Case,
        as_of: dt.date,
        facts: tuple[Fact, ...],
        book: CompiledRulebook,
        calendars: Calendars,
        out: Sequence[int],
        size: int,
        noted: Sequence[int],
    ) -> None:
        self.case = case
        self.as_of = as_of
        self.facts = facts
        self.book = book
        self.calendars = calendars
        self.out = out
        self.size = size
        self.noted = noted

    def put_in_order(self, count: int) -> None:
        """Put the first rows into the public order."""
        out, size = self.out, self.size
        rows = []
        without_law = []
        for row in range(count):
            last = out[LAST * size + row]
            if out[STATUS * size + row] == NO_LAW:
                without_law.append(row)
            else:
                rows.append((_LATEST if last == NO_DAY else last, out[row], out[STARTED * size + row], row))
        # No two share a rule and a start, so the order is the same whatever order the rows came in.
        rows.sort()
        self.rows = [each[3] for each in rows]
        self.without_law = without_law

    def value(self, column: int, row: int) -> int:
        """Return one number of a row."""
        return self.out[column * self.size + row]

    def fact(self, column: int, row: int) -> Fact | None:
        """Return the fact whose place stands in a column of a row, or None."""
        place = self.out[column * self.size + row]
        return None if place < 0 else self.facts[place]

    def rule(self, row: int) -> CompiledRule:
        """Return the rule of a row."""
        return self.book.rules[self.out[RULE * self.size + row]]

    def version(self, row: int) -> Version:
        """Return the version of the rule that applies to a row."""
        return self.book.versions[self.out[kernel.VERSION * self.size + row]][1]

    @cached_property
    def keys(self) -> list[Key]:
        """The event and outcome of each fact that counts."""
        return [(fact.event, fact.__dict__.get("outcome")) for fact in self.facts]

    @cached_property
    def laid_out(self) -> tuple[Any, Any, Any, Any]:
        """The law, the days, the facts and the working space with which the kernel can be asked about a row again."""
        days = counted_days(self.book, self.calendars, interpreted_kernel())
        facts = numbered(self.facts, self.as_of, self.book, days, interpreted_kernel())
        found = space_for(self.book, interpreted_kernel(), len(self.facts), facts.parties, 0)
        kernel.lay_out(self.book.law(interpreted_kernel()), facts, found, 0, len(self.facts))
        found.out, found.capacity = self.out, self.size
        return self.book.law(interpreted_kernel()), days.days, facts, found


def judge_case(
    case: Case, as_of: dt.date, book: CompiledRulebook, calendars: Calendars, given: Fact | None = None
) -> JudgedCase:
    """Judge one case. Raises CalendarError where a day has to be counted that the calendars do not reach."""
    chosen = kernel_in_use()
    days = counted_days(book, calendars, chosen)
    facts = facts_that_count(case, as_of, given)
    columns = numbered(facts, as_of, book, days, chosen)
    rows_of = book.key_rows
    found = space_for(book, chosen, len(facts), columns.parties, sum([rows_of[key] for key in columns.key]))
    law = book.law(chosen)
    while chosen.module.judge(law, days.days, columns, found, 0, 1) == 0:
        days.count_wanted(found)
    judged = JudgedCase(case, as_of, facts, book, calendars, found.out, found.capacity, found.noted)
    judged.put_in_order(found.rows)
    return judged


def numbered(
    facts: Sequence[Fact], as_of: dt.date, book: CompiledRulebook, days: CountedDays, chosen: Kernel
) -> Any:
    """Return the facts of one case as the kernel takes them."""
    count = len(facts)
    parties = dict(book.party_numbers)
    key, on, party = [], [], []
    filled: dict[str, list[int]] = {}
    claims = False
    for place, fact in enumerate(facts):
        fields = fact.__dict__
        event = fields["event"]
        key.append(KEY_OF[event, fields.get("outcome")])
        on.append(as_day(fields["on"]))
        name = fields["party"]
        party.append(-1 if name is None else parties.setdefault(name, len(parties)))
        claims = claims or event == "exception_recorded"
        for field in _DATES[event]:
            if fields.get(field) is not None:
                day = fact.day(field)
                if day is not None:
                    filled.setdefault(field, [NO_DAY] * count)[place] = as_day(day)
    institutions = days.institutions
    return chosen.module.Facts(
        {
            "bounds": chosen.numbers((0, count)),
            "key": chosen.numbers(key),
            "on": chosen.numbers(on),
            "party": chosen.numbers(party),
            "days": chosen.numbers([day for column in filled.values() for day in column]),
            "field_at": chosen.numbers([_where(field, filled, count) for field in DATE_FIELDS]),
            "limit": chosen.numbers([_limit(fact, book) for fact in facts] if claims else ()),
            "reasoned": chosen.numbers([int(bool(fact.reason)) for fact in facts] if claims else ()),
            "institution": chosen.numbers(
                [0, *(institutions.get(name, 0) for name in parties)] if institutions else [0] * (len(parties) + 1)
            ),
            "parties": len(parties),
            "as_of": as_day(as_of),
        }
    )


def _where(field: str, filled: dict[str, list[int]], count: int) -> int:
    return list(filled).index(field) * count if field in filled else -1


def _limit(fact: Fact, book: CompiledRulebook) -> int:
    """Return the number of the limit that an exception names: -1 for none, -2 for one that there is not."""
    limit = fact.__dict__.get("limit")
    return -1 if limit is None else book.limits.get(limit, -2)


def space_for(book: CompiledRulebook, chosen: Kernel, facts: int, parties: int, capacity: int) -> Any:
    """Return working space for cases of up to so many facts and parties, and for so many rows."""
    clocks, sets, stretches = (book.tables[name] for name in ("clocks", "sets", "many_stretches"))
    none = chosen.filled
    sizes = {
        "clock_case": clocks, "clock_first": clocks,
        "stretch_case": stretches, "around": stretches * (facts + 1),
        "next_case": sets, "next_from": sets, "next_at": sets, "last_case": sets, "last_from": sets, "last_at": sets,
        "party_tick": parties + 1, "party_last": parties + 1, "party_first": parties + 1,
        "exception": facts, "advice": facts, "noted": facts, "following": facts, "start": facts,
        "run_start": facts, "run_stop": facts, "run_end": facts, "run_previous": facts, "run_party": facts,
        "next_end": facts, "next_act": facts, "want": 2 * _WANTS,
    }  # fmt: skip
    numbers = dict.fromkeys(
        ("case", "tick", "low", "high", "exceptions", "asked", "born", "begins", "needed", "runs", "rows", "wanted",
         "beyond_day", "done", "implied", "ended", "other", "resumed", "owed", "bites", "base", "last", "end", "act"),
        0,
    )  # fmt: skip
    return chosen.module.Found(
        {name: none(0, size) for name, size in sizes.items()}
        | numbers
        | {
            "width": facts + 1,
            "beyond": -1,
            "most_wanted": _WANTS,
            "capacity": capacity,
            "out": none(-1, COLUMNS * capacity),
        }
    )
