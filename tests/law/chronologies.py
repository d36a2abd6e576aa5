"""For every rule of England's rulebook: the shortest story that starts its clock, drawn from the rulebook itself."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact
from ehcp_flow.law import Limit, Rule, england
from ehcp_flow.law.model import Foreseen
from ehcp_flow.law.patterns import BY, Pattern
from tests.engine.rules import CALENDARS, SCHOOL

BOOK = england()
LONG_AGO = dt.date(2015, 5, 5)
DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=365)


class Start(NamedTuple):
    """One way in which the clock of one rule starts."""

    limit: Limit
    number: int
    pattern: Pattern

    @property
    def rule(self) -> Rule:
        return self.limit.rule[self.number]

    @property
    def is_held_to(self) -> bool:
        """Whether doing it late is a breach."""
        return (self.rule.kind or self.limit.kind) == "statutory" and not self.rule.right and self.rule.shown_by_act

    def chronology(self, on: dt.date) -> list[Fact]:
        """What must have happened before, what starts the clock on `on`, and what the rule needs beside it."""
        clock = BOOK.clocks[self.rule.clock]
        told = []
        if clock.during:
            party = SCHOOL if clock.party_from == "spell" else None
            told.append(act(BOOK.spells[clock.during].begins_on[0], LONG_AGO, party=party))
        spells = [BOOK.spells[name] for name in sorted(self.pattern.inside & self.pattern.spells)]
        around = (BOOK.spells[name] for spell in spells for name in spell.begins_on[0].inside)
        before = min(LONG_AGO, on - DAY)
        told.extend(act(spell.begins_on[0], before - DAY) for spell in around)
        told.extend(act(spell.begins_on[0], on - DAY if spell.lasts else before) for spell in spells)
        if self.rule.under_age:
            told.append(make_fact("date_of_birth", case_id="a", on=on - dt.timedelta(days=365)))
        told.append(
            act(
                self.pattern,
                on,
                aware_on=self._aware(on),
                party=next(iter((*self.rule.by_party, *self._parties())), None),
                body=next(iter(self.rule.by_body), None),
                **self._days(),
            )
        )
        needed = () if self.rule.only_with_from else self.rule.only_with
        told.extend(act(pattern, on + DAY) for pattern in needed)
        return told

    def _parties(self) -> list[str]:
        """The party that the pattern names."""
        return [name.removeprefix(BY) for name in self.pattern.inside if name.startswith(BY)]

    def _days(self) -> dict[str, dt.date]:
        """The days without which the last lawful day would not be certain."""
        counts = [count for version in self.rule.version for count in version.counts]
        return {count.counts_from[0]: LONG_AGO for count in counts if count.needed}

    def _aware(self, on: dt.date) -> dt.date | None:
        return on - dt.timedelta(days=60) if isinstance(self.rule.where, Foreseen) else None

    def deadline(self, chronology: list[Fact], as_of: dt.date, on: dt.date) -> Deadline:
        """The one deadline of this rule whose clock was started on `on`."""
        found = [
            deadline
            for deadline in deadlines_of(Case("a", tuple(chronology)), as_of, calendars=CALENDARS)
            if deadline.derivation.rule is self.rule and deadline.derivation.start.on == on
        ]
        assert len(found) == 1, found
        return found[0]

    def __str__(self) -> str:
        return f"{self.limit.id}[{self.number}] {self.pattern}"


def act(pattern: Pattern, on: dt.date, **fields: object) -> Fact:
    """A fact of the kind that a pattern speaks of, with whatever it cannot be without."""
    cls = FACT_TYPES[pattern.event]
    given = {name: value for name, value in fields.items() if value is not None and name in cls.model_fields}
    if cls.model_fields["party"].is_required() or pattern.event.startswith("school_"):
        given.setdefault("party", "educational")
    if cls.model_fields["authority"].is_required():
        given.setdefault("authority", "301")
    if pattern.outcome or ("outcome" in cls.model_fields and cls.model_fields["outcome"].is_required()):
        given["outcome"] = pattern.outcomes[0]
    if pattern.event == "date_directed":
        given = {"until": on, "limit": "final_plan", **given}
    return make_fact(pattern.event, case_id="a", on=on, **given)


def starts() -> Iterator[Start]:
    """Every way in which a clock of England's law starts."""
    for limit in BOOK.limits.values():
        for index, rule in enumerate(limit.rule):
            clock = BOOK.clocks[rule.clock]
            for pattern in rule.only_from or dict.fromkeys((*clock.starts_on, *clock.restarts_on)):
                yield Start(limit, index, pattern)


STARTS = tuple(starts())
