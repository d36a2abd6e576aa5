"""One-line answers: a case or a caseload from a file, and everything that the engine has to say about one case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ehcp_flow import dates
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.case_findings import findings_of
from ehcp_flow.deadlines import Deadline, deadlines_in, judged_case
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.findings import Finding
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import CaseState, Dispute, State, state

__all__ = ["Answer", "answer", "found_in"]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that the engine says about one case on one day."""

    case: Case
    as_of: dt.date
    deadlines: tuple[Deadline, ...]
    case_state: CaseState
    findings: tuple[Finding, ...]
    judged: JudgedCase = field(repr=False, compare=False)
    """The rows of numbers that deadlines and findings were read from."""

    @property
    def batch(self) -> tuple[Any, int] | None:
        """The cases that were judged together with this one, and its number among them; None for one by itself."""
        return None

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.case.case_id

    @property
    def authority(self) -> str | None:
        """Whose case it is on the day."""
        return self.judged.authority

    @property
    def book(self) -> CompiledRulebook:
        """The law by which it was judged."""
        return self.judged.book

    def may_have(self, wanted: tuple[int, ...], due_by: dt.date = dt.date.max) -> bool:
        """Whether there may be a deadline of these, not due after a day.

        `wanted` has, for each version of a rule, a bit for each status.
        """
        return True

    def may_hold(self, event: str) -> bool:
        """Whether there may be a fact of this event among those that count."""
        return True

    @property
    def pathway(self) -> State:
        """The state of the case, as `case_state` has it."""
        return self.case_state.pathway

    @property
    def since(self) -> dt.date | None:
        """The day of the last change of state, as `case_state` has it."""
        return self.case_state.since

    @property
    def maintained(self) -> bool:
        """Whether a plan is maintained."""
        return self.pathway.maintained

    @property
    def turns(self) -> Iterable[tuple[State, dt.date]]:
        """Where each step of the case led, and when."""
        return ((step.to, step.on) for step in self.case_state.history)

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """The disputes that have begun, as `case_state` has them."""
        return self.case_state.disputes

    def as_dict(self, *, explanation: bool = False) -> dict[str, Any]:
        """Return the answer as plain values; with `explanation`, each deadline with the steps of its explanation."""
        return {
            "case_id": self.case_id,
            "authority": self.authority,
            "as_of": self.as_of.isoformat(),
            "state": self.case_state.as_dict(),
            "deadlines": [deadline.as_dict(explanation=explanation) for deadline in self.deadlines],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    @property
    def breaches(self) -> tuple[Deadline, ...]:
        """The deadlines that are breaches: statutory, missed or premature, and not excused."""
        return tuple(deadline for deadline in self.deadlines if deadline.breach)

    @property
    def excused(self) -> tuple[Deadline, ...]:
        """The statutory deadlines that were missed, and are excused by an exception whose facts hold."""
        return tuple(deadline for deadline in self.deadlines if deadline.missed and deadline.excused_by)


def answer(
    case: Case,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Answer:
    """Return the deadlines of `case` on `as_of` (today if not given), where it stands, and every finding.

    Findings come from the record itself (duplicates, corrections that correct nothing), from the order of its facts
    (a decision without a request), and from its deadlines (an act that nobody dated). Raises DateError if `as_of` is no
    date.
    """
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    judged = judged_case(case, day, rulebook, calendars)
    found = tuple(deadlines_in(judged))
    case_state = state(case, day, rulebook=rulebook, calendars=calendars)
    findings = found_in(case, judged, found, case_state.findings)
    return Answer(case, day, found, case_state, findings, judged)


def found_in(
    case: Case, judged: JudgedCase, deadlines: Sequence[Deadline], of_steps: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Return every finding of a case, given its deadlines in the public order and what is out of order in it."""
    misses = regions_of(judged.book.rulebook).misses if of_steps else {}
    return (*case.findings, *findings_of(judged, deadlines, of_steps, misses))
