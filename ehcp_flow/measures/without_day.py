"""Duties that run, and whose last day nobody can tell: what is lacking, which whoever keeps the record can give.

A limit counts in school days, from a day that another fact gives, or for those of an age: without the term dates, that
fact or the date of birth it has no last day, is neither open nor overdue, and stood on no list. What was done nobody
knows when has its last day, and is none of these; neither is what fell away, and what may never have been owed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import Deadline
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.explanation import what_is_missing
from ehcp_flow.measures.deadline_filter import WORK, Chosen
from ehcp_flow.nouns import count

__all__ = ["told_without_day", "without_day"]

_UNDATED: Final = Chosen(status=("undated",), kinds=WORK, tasks=True)
_SETTLED: Final = (kernel.DONE_AT, kernel.IMPLIED_AT, kernel.ENDED_AT, kernel.SUPERSEDED, kernel.OUTGROWN)
"""What shows that nothing is to be done any more, by a row."""


def without_day(answer: Answer) -> list[Deadline]:
    """Return what somebody has to do in a case, by a last day that nobody can tell as the record stands."""
    judged = answer.judged
    return [Deadline(judged, row) for row in _UNDATED.rows_of(answer) if _runs(judged, row)]


def _runs(judged: JudgedCase, row: int) -> bool:
    """Whether a row without a last day is still to be done."""
    if judged.lasts[row] != kernel.NO_DAY or any(judged.value(column, row) >= 0 for column in _SETTLED):
        return False
    rule = judged.rule(row).rule
    if rule.right or rule.owed_only_if:
        return False
    places = range(judged.value(kernel.STARTED, row) + 1, judged.value(kernel.STOP, row))
    return not rule.other_answer or not any(judged.is_one_of(place, rule.other_answer) for place in places)


def told_without_day(deadlines: Iterable[Deadline]) -> str:
    """Return how many such duties there are, and what is missing in which cases; nothing where there is none."""
    found = list(deadlines)
    lacking: dict[str, dict[str, None]] = {}
    for each in found:
        lacking.setdefault(what_is_missing(each), {})[each.case_id] = None
    told = "; ".join(f"{what} {_are(what)} missing ({_cases([*cases])})" for what, cases in lacking.items())
    runs = count(len(found), "duty runs", "duties run")
    return f"{runs} whose last day cannot be told: {told}." if found else ""


_FEW: Final = 5


def _are(what: str) -> str:
    return "are" if what.startswith("the term dates") else "is"


def _cases(cases: list[str]) -> str:
    more = f" and {len(cases) - _FEW:,} more" if len(cases) > _FEW else ""
    return f"case {cases[0]}" if len(cases) == 1 else f"cases {', '.join(cases[:_FEW])}{more}"
