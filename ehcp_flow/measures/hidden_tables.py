"""What the headline hides, as tables of counts: one name, one pass over the answers, one list of plain rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from ehcp_flow.answers import Answer
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures.advice import AdviceByAdviser
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.cohorts import Cohorts
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.figures import england_alone
from ehcp_flow.measures.handover import Handover, SchoolReviews
from ehcp_flow.measures.limits_kept import LimitsKept, last_twelve_months
from ehcp_flow.measures.registers import Registers
from ehcp_flow.measures.reviewing import Reviewing
from ehcp_flow.measures.taking_part import TakingPart
from ehcp_flow.measures.waiting import Waiting, Workload

__all__ = ["DESKS", "TABLES", "TABLES_OF_ANY_LAW", "exceptions_by_ground", "table_rows"]

Rows: TypeAlias = Sequence[Mapping[str, Any]]

DESKS: Final = ("caseworker", "case_worker", "officer", "team", "area")
"""The columns by which work is split, where the input has them."""
TABLES: Final[Mapping[str, str]] = {
    "limits-kept": "Each statutory limit: what of the last 12 months was done in time, and what is overdue now",
    "open-by-age": "Open requests by the weeks since they came, and by stage",
    "longest-waits": "Every open request, the longest wait first",
    "cohorts": "Requests by quarter of receipt: the share finished by week 6, 16, 20, 30 and 52",
    "cohorts-by-year": "Assessments by the academic year in which they began, by the weeks since the request",
    "stock-and-flow": "What came, what went and what was left, month by month",
    "late-reviews": "Reviews, decisions and amended plans that are late and not done, by how long",
    "review-steps": "The reviews of the last 12 months, step by step, and where they are lost",
    "transfer-progress": "Phase transfers by last lawful day: done, left, and how many a week are needed",
    "advice-by-adviser": "Advice in time, late and outstanding, by adviser, with the slowest tenth",
    "taking-part": "Who came to the reviews of the last 12 months, and who sent advice for them, by agency",
    "exceptions-by-ground": "Exceptions recorded, by ground, and whether their facts hold",
    "handover": "Every case that is alive, by its owner: where it stands, what is late, and what is next",
    "school-reviews": "The reviews of each school in the weeks ahead: when to meet, invite, circulate, report, decide",
    "workload": "Cases, open requests, plans, and what is overdue and due, on each desk",
}
"""The tables by name, with what each holds."""
TABLES_OF_ANY_LAW: Final = ("limits-kept",)
"""The tables that are of no limit or state by its name."""


class _Collector(Protocol):
    def add(self, answer: Answer | CountedCase) -> None: ...


def table_rows(
    name: str,
    answers: Iterable[Answer],
    as_of: dt.date,
    *,
    extra: Extra | None = None,
    desks: Sequence[str] = (),
    weeks: int = 4,
) -> Rows:
    """Return the rows of one table of `TABLES`. Raises UnknownNameError for another name, or for `workload` of none.

    Raises EnglandOnly for a table of England's limits and states, of cases of another procedure.

    `desks` are the columns of `extra` by which the workload is split; `weeks` is how far ahead it looks.
    """
    if name not in TABLES:
        raise UnknownNameError("table", name, TABLES)
    values = extra or {}
    if name == "workload" and not desks:
        raise UnknownNameError("column", "caseworker", {column for row in values.values() for column in row})
    collectors, rows = _of(name, as_of, values, desks, weeks)
    for answer in answers:
        if name not in TABLES_OF_ANY_LAW:
            england_alone(f"the rows of {name}", answer.book.rulebook)
        counted = CountedCase.laid_out(answer)
        for collector in collectors:
            collector.add(counted)
    return rows()


def _of(
    name: str, as_of: dt.date, extra: Extra, desks: Sequence[str], weeks: int
) -> tuple[Sequence[_Collector], Callable[[], Rows]]:
    """Return what has to see every case for a table, and what gives its rows then."""
    waiting, cohorts, reviewing, advice = Waiting(), Cohorts(), Reviewing(), AdviceByAdviser()
    taking_part = TakingPart()
    kept_limits = LimitsKept(last_twelve_months(as_of))
    if name == "workload":
        desk = {column: Workload(column, extra, weeks) for column in desks}
        return tuple(desk.values()), lambda: [
            {"by": column, "desk": row[column], **{key: value for key, value in row.items() if key != column}}
            for column, load in desk.items()
            for row in load.rows()
        ]
    if name == "exceptions-by-ground":
        registers = Registers(("exceptions",))
        return (registers,), lambda: exceptions_by_ground(registers.rows("exceptions"))
    if name in ("handover", "school-reviews"):
        handed_on = Handover(extra, weeks) if name == "handover" else SchoolReviews(extra, weeks)
        return (handed_on,), handed_on.rows
    first = as_of.replace(year=as_of.year - 2, day=1)
    kept: dict[str, tuple[_Collector, Callable[[], Rows]]] = {
        "limits-kept": (kept_limits, kept_limits.rows),
        "open-by-age": (waiting, waiting.by_age),
        "longest-waits": (waiting, lambda: waiting.longest(len(waiting.cases))),
        "cohorts": (cohorts, lambda: [_marks(row) for row in cohorts.curves(as_of)]),
        "cohorts-by-year": (
            cohorts,
            lambda: [_marks(row) for row in cohorts.curves(as_of, "academic_year", begun=True)],
        ),
        "stock-and-flow": (cohorts, lambda: cohorts.flow(first, as_of)),
        "late-reviews": (reviewing, reviewing.by_delay),
        "review-steps": (reviewing, reviewing.waterfall),
        "transfer-progress": (reviewing, reviewing.transfers),
        "advice-by-adviser": (advice, advice.rows),
        "taking-part": (taking_part, taking_part.rows),
    }
    collector, rows = kept[name]
    return (collector,), rows


def _marks(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cohort without its curves."""
    return {name: value for name, value in row.items() if not isinstance(value, list)}


def exceptions_by_ground(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return how often each ground was recorded, how often its facts hold, and how often it excuses a missed limit.

    `rows` are those of the register of exceptions.
    """
    counted: dict[str, dict[str, Any]] = {}
    for row in rows:
        ground = str(row["ground"])
        known = counted.setdefault(
            ground,
            {"ground": ground, "recorded": 0, "facts_hold": 0, "facts_do_not_hold": 0, "excuse_a_missed_limit": 0},
        )
        holds = str(row["verdict"]).startswith("facts hold")
        known["recorded"] += 1
        known["facts_hold" if holds else "facts_do_not_hold"] += 1
        known["excuse_a_missed_limit"] += bool(row["excuses"]) and holds
    return [counted[ground] for ground in sorted(counted)]
