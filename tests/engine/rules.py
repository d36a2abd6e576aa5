"""For each rule of the ordinary life of a case: the shortest story that starts its clock, and the acts that end it."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from ehcp_flow.calendars import Calendars, Closure, Institution
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact
from ehcp_flow.law import Limit, Rule, england
from ehcp_flow.law.patterns import Pattern
from tests.telling import LATER, facts, tell

GROUPS = ("request", "advice", "decision", "plan", "review")
SCHOOL = "s-1"
CALENDARS = Calendars().with_institutions(
    [
        Institution(
            SCHOOL, dt.date(2014, 1, 1), dt.date(2040, 12, 31), (Closure(dt.date(2026, 7, 23), dt.date(2026, 9, 2)),)
        )
    ]
)
BEFOREHAND = {
    "special_school_stay": f"2015-01-05 special_school_admitted party={SCHOOL}",
    "under_fives_review": "2015-01-05 date_of_birth",
    "phase_transfer": "2015-01-05 final_plan_sent",
}
"""What must have happened before the clock of a limit can start, or before the limit bites."""


class Start(NamedTuple):
    """One way in which the clock of one rule starts."""

    limit: Limit
    rule: Rule
    pattern: Pattern

    def chronology(self, on: dt.date, **fields: object) -> list[Fact]:
        before = list(facts(BEFOREHAND.get(self.limit.id, "")))
        spells = (england().spells[name] for name in sorted(self.pattern.inside))
        long_ago, just_now = dt.date(2015, 1, 5), on - dt.timedelta(days=1)
        before.extend(act(spell.begins_on[0], just_now if spell.lasts else long_ago) for spell in spells)
        if self.limit.id == "under_fives_review":
            before = [make_fact("date_of_birth", case_id="a", on=on - dt.timedelta(days=365))]
        if self.rule.by_body:
            fields.setdefault("body", self.rule.by_body[0])
        return [*before, act(self.pattern, on, **fields)]

    def deadline(self, chronology: list[Fact], as_of: dt.date, on: dt.date) -> Deadline:
        """The deadline of this rule whose clock was started by the fact of `on`."""
        found = [
            deadline
            for deadline in deadlines_of(tell("").record(*chronology), as_of, calendars=CALENDARS)
            if deadline.derivation.rule is self.rule and deadline.derivation.start.on == on
        ]
        assert len(found) == 1, found
        return found[0]


def act(pattern: Pattern, on: dt.date, **fields: object) -> Fact:
    """A fact of the kind that a pattern speaks of."""
    needed = {
        name
        for name, field in FACT_TYPES[pattern.event].model_fields.items()
        if field.is_required() and name not in ("case_id", "on")
    }
    if "party" in needed or pattern.event in ("school_consulted", "school_responded"):
        fields.setdefault("party", "educational")
    if "authority" in needed:
        fields.setdefault("authority", "301")
    if "particular" in needed:
        fields = {"particular": "team", "value": "North", **fields}
    if pattern.event == "date_directed":
        fields = {"until": on, "limit": "final_plan", **fields}
    if "value" in needed:
        fields.setdefault("value", "request_received final_plan_sent")
    if "outcome" in needed or pattern.outcome:
        fields.setdefault("outcome", pattern.outcomes[0])
    return make_fact(pattern.event, case_id="a", on=on, **fields)


def starts() -> Iterator[Start]:
    """Every way in which a clock of the ordinary limits starts."""
    book = england()
    for limit in book.limits.values():
        if limit.group not in GROUPS:
            continue
        for rule in limit.rule:
            clock = book.clocks[rule.clock]
            if clock.during and limit.id not in BEFOREHAND:
                continue  # told in tests/law, with what must have happened before
            for pattern in rule.only_from or (*clock.starts_on, *clock.restarts_on):
                if {pattern.event} & MODELLED:
                    yield Start(limit, rule, pattern)


MODELLED = {
    "request_received", "became_responsible", "advice_requested", "draft_plan_sent", "school_consulted", "plan_refused",
    "disclosure_requested", "final_plan_sent", "review_decision_sent", "review_meeting_held", "amendment_notice_sent",
    "phase_transfer_due",
}  # fmt: skip
"""What starts the clocks of the ordinary life of a case."""

STARTS = tuple(starts())


def name_of(start: Start) -> str:
    return f"{start.limit.id} from {start.pattern}"


def last_day(start: Start, on: dt.date) -> dt.date:
    """The last lawful day (of a window, the last protected one) if the clock starts on `on`."""
    due_on = start.deadline(start.chronology(on), LATER, on).due_on
    assert due_on is not None
    return due_on
