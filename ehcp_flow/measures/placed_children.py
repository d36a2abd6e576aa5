"""Where the children are, and the phase transfers that a school year leads to: proposals, and never facts.

A transfer is a fact that a person records (`phase_transfer_due`); most follow from the school year, which goes by the
date of birth unless another is recorded. What is proposed here can be looked through, and imported as it stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from ehcp_flow.dates import school_year_begun
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.particular_table import SCHOOL_YEARS
from ehcp_flow.particulars import school_year_of

__all__ = ["PLACED_BY", "TransferProposal", "placed", "transfer_proposals"]

_LEADS_TO: Final = {"N2": ("R", "school"), "6": ("7", "school"), "11": ("12", "post16")}
"""The school years after which the law has a transfer (SR 18), wherever the child is: into which, and of which kind.

A transfer from an infant to a junior school, or to and from a middle school, follows from the school and not from the
year.
"""
_AHEAD: Final = 2
"""So many Septembers ahead are looked at: a review for a transfer is held in the year before it."""
_PROPOSED: Final = "phase_transfer_due"


PLACED_BY: Final = (
    "placement", "placement_value", "placed_in", "awaiting_place", "sen_unit", "resourced_provision", "need",
    "school_year", "work_based", "housed_by",
)  # fmt: skip
"""What is told of each: particulars, by the names by which cases are grouped."""


def placed(counted: CountedCase) -> Iterator[Mapping[str, str]]:
    """Yield what holds on the day of a case whose plan is held, or of a child housed here for another authority."""
    held = counted.held
    if counted.answer.maintained or "housed_by" in held:
        yield {name: held[name] for name in PLACED_BY if name in held}


class TransferProposal(NamedTuple):
    """A transfer that may be recorded: the columns of that fact, with why in words as its reason."""

    event: str
    on: dt.date
    outcome: str
    reason: str


def transfer_proposals(counted: CountedCase) -> Iterator[TransferProposal]:
    """Yield the transfers that lie ahead of a plan that is held, and are not on record."""
    if not counted.answer.maintained:
        return
    known = {school_year_begun(fact.on) for fact in counted.answer.case.facts if fact.event == _PROPOSED}
    begun = school_year_begun(counted.as_of)
    for begins in range(begun + 1, begun + 1 + _AHEAD):
        year = _year_in(counted, begins - 1)
        if year is None or year.name not in _LEADS_TO or begins in known:
            continue
        into, outcome = _LEADS_TO[year.name]
        label = f"{begins - 1}/{begins % 100:02}"
        reason = f"school year {year.name} in {label} by {year.by}, so that {into} follows"
        yield TransferProposal(_PROPOSED, dt.date(begins, 9, 1), outcome, reason)


class _Year(NamedTuple):
    name: str
    by: str


def _year_in(counted: CountedCase, begun: int) -> _Year | None:
    """Return the school year of a case in that which began in a calendar year, and what it goes by."""
    told = counted.held.get("school_year")
    if told is not None:
        at = SCHOOL_YEARS.index(told) + begun - school_year_begun(counted.as_of)
        return _Year(SCHOOL_YEARS[min(at, len(SCHOOL_YEARS) - 1)], "what is recorded")
    if counted.born is None:
        return None
    return _Year(school_year_of(counted.born, dt.date(begun, 9, 1)), "date of birth")
