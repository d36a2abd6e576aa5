"""The computed dates that are checked in: every rule's last lawful day, counted from days that are hard to count.

`python -m tests.snapshots` writes them anew; the diff of `dates.csv` shows every date that a change moves.
"""

import csv
import datetime as dt
import io
from pathlib import Path

from ehcp_flow.calendars import Calendars, Institution
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact
from ehcp_flow.law import Limit, Rule, Rulebook, england
from ehcp_flow.law.patterns import Pattern
from tests.telling import tell

DATES = Path(__file__).with_name("dates.csv")
COLUMNS = ("limit", "row", "started_by", "on", "due_on")
SCHOOL = "s-1"
CALENDARS = Calendars().with_institutions([Institution(SCHOOL, dt.date(2014, 1, 1), dt.date(2040, 12, 31))])
TRIGGERS = tuple(
    dt.date.fromisoformat(text)
    for text in (
        "2014-09-01", "2015-03-22", "2015-03-23", "2020-03-20", "2020-06-01", "2023-12-31", "2024-02-29", "2024-08-30",
        "2025-03-10", "2025-12-24", "2026-01-05", "2026-03-02", "2026-04-03", "2026-06-10", "2026-07-16", "2026-08-31",
        "2026-11-30",
    )
)  # fmt: skip
"""The law's first day and its changes, 2020, leap and month ends, Christmas, Easter, August, and plain days."""


def computed(rulebook: Rulebook | None = None) -> list[tuple[str, ...]]:
    """Return every row of the snapshot, as the rulebook (England's if not given) has it now."""
    book = rulebook or england()
    rows: list[tuple[str, ...]] = []
    for limit in book.limits.values():
        for rule in limit.rule:
            clock = book.clocks[rule.clock]
            for pattern in rule.only_from or (*clock.starts_on, *clock.restarts_on):
                rows += [(limit.id, rule.rows[0], pattern.fact, *row) for row in _dates(book, limit, rule, pattern)]
    return rows


def _dates(book: Rulebook, limit: Limit, rule: Rule, pattern: Pattern) -> list[tuple[str, str]]:
    rows = []
    for on in TRIGGERS:
        found = {
            deadline.due_on
            for deadline in deadlines_of(
                tell("").record(*_before(limit, on), _fact(rule, pattern, on)),
                dt.date(2099, 1, 1),
                rulebook=book,
                calendars=CALENDARS,
            )
            if deadline.derivation.rule is rule and deadline.derivation.start.on == on
        }
        rows += [(on.isoformat(), due_on.isoformat()) for due_on in sorted(day for day in found if day is not None)]
    return rows


def _before(limit: Limit, on: dt.date) -> list[Fact]:
    """What must have happened for a limit to bite at all."""
    if limit.id == "special_school_stay":
        return [make_fact("special_school_admitted", case_id="a", on=on - dt.timedelta(days=30), party=SCHOOL)]
    if limit.id == "under_fives_review":
        return [make_fact("date_of_birth", case_id="a", on=on - dt.timedelta(days=365))]
    if limit.id.startswith("detained_"):
        return [make_fact("detained", case_id="a", on=on - dt.timedelta(days=30))]
    return []


def _fact(rule: Rule, pattern: Pattern, on: dt.date) -> Fact:
    fields = FACT_TYPES[pattern.event].model_fields
    given: dict[str, object] = {}
    if "outcome" in fields and (pattern.outcome or fields["outcome"].is_required()):
        given["outcome"] = pattern.outcomes[0]
    if pattern.event == "date_directed":
        given.update(until=on, limit="final_plan")
    if "party" in fields and fields["party"].is_required():
        given["party"] = "educational"
    if rule.by_body:
        given["body"] = rule.by_body[0]
    return make_fact(pattern.event, case_id="a", on=on, **given)


def written(rows: list[tuple[str, ...]]) -> str:
    """Return the snapshot's text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()
