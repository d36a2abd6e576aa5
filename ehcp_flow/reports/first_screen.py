"""The first screen of the report page: whether the law is kept, and what needs doing now.

Against the law everything has to be in time: a share that is better than last year's is not yet lawful. What is shown
is the table `limits-kept`, the register of breaches and the desk; nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ehcp_flow.measures import DESK_LISTS
from ehcp_flow.measures.arithmetic import percent
from ehcp_flow.measures.figure_cells import CaseCount
from ehcp_flow.measures.without_day import told_without_day
from ehcp_flow.nouns import count
from ehcp_flow.reports.case_lists import Share
from ehcp_flow.reports.desk_lines import DeskLine, desk_line
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.plain_words import day_of

__all__ = ["LawKept", "ToDo", "law_kept", "to_do"]

CARDS: Final = 5
FIRST_ROWS: Final = 5
_DATED: Final = ("court", "overdue", "due")


@dataclass(frozen=True, slots=True)
class LawKept:
    """Whether the law is kept: in a sentence and in more, the limits that are missed most, and every limit."""

    answer: str
    more: str
    cards: Sequence[Mapping[str, Any]]
    limits: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ToDo:
    """The first rows of the desk that are the authority's own to do, the cases of each list, and how many in all."""

    first: Sequence[DeskLine]
    lists: Mapping[str, CaseCount]
    total: int


def law_kept(overview: Overview) -> LawKept:
    """Return whether the law is kept in a caseload, on the day of the report and in the twelve months before it."""
    limits = [{**row, "in_time_said": _in_time(row)} for row in overview.kept.rows()]
    overdue = overview.kept.overdue()
    due, in_time = (sum(row[name] for row in limits) for name in ("due", "in_time"))
    unrecorded, undated = overview.kept.unrecorded(), told_without_day(overview.desk.undated)
    more = []
    if overdue:
        limits_are = count(len(overdue), "time limit is", "time limits are")
        cases = count(len({one.case_id for one in overdue}), "case")
        answer = f"No: {limits_are} past and not met today, in {cases}."
        others = sum(one.derivation.limit.side != "authority" for one in overdue)
        oldest = day_of(min(one.due_on for one in overdue if one.due_on))
        more.append(f"The oldest was due on {oldest}; {count(others, 'is', 'are')} another body’s to meet.")
    else:
        sure = "As far as is recorded" if unrecorded or undated else "Yes"
        kept = "Not always" if in_time != due else sure
        answer = f"{kept}: no time limit is past and not met today."
    if due:
        more.append(
            f"Of what fell due in the last 12 months, {percent(in_time, due)}% was done in time "
            f"({in_time:,} of {due:,}); the law asks for all of it."
        )
    contested = sum(row["contested"] for row in limits)
    if contested:
        more.append(f"{count(contested, 'breach is', 'breaches are')} contested: another lawful reading finds none.")
    if unrecorded:
        limits_are = count(unrecorded, "time limit that is", "time limits that are")
        cases = count(len(set(unrecorded.cases)), "case")
        more.append(
            f"Of {limits_are} past, in {cases}, the source is declared not to record what became of "
            "them: they are counted nowhere here."
        )
    if undated:
        more.append(undated)
    worst = [row for row in limits if row["overdue_now"] or row["in_time"] < row["due"]]
    return LawKept(answer, " ".join(more), worst[:CARDS], limits)


def to_do(overview: Overview) -> ToDo:
    """Return what needs doing now: the first of the desk, and how long its lists are."""
    desk, rows = overview.desk, overview.desk.rows()
    listed: dict[str, list[str]] = {name: [] for name in DESK_LISTS}
    for row in rows:
        listed[row["list"]].append(row["case_id"])
    dated = [(row, desk.deadline_of(row)) for row in rows if row["list"] in _DATED]
    own = [(row, one) for row, one in dated if one is not None and one.derivation.limit.side == "authority"]
    return ToDo(
        [desk_line(row, one) for row, one in own[:FIRST_ROWS]],
        {DESK_LISTS[name]: CaseCount(cases) for name, cases in listed.items() if cases},
        len(rows),
    )


def _in_time(row: Mapping[str, Any]) -> str:
    if not row["due"]:
        return "none fell due"
    missed = [case_id for name in ("late", "overdue", "overtaken", "premature") for case_id in row[name].cases]
    parts = {"in time": row["in_time"].cases, "excused": row["excused"].cases, "missed": missed}
    return Share(f"{row['in_time']:,} of {row['due']:,}", {name: cases for name, cases in parts.items() if cases})
