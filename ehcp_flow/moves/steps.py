"""One step through a region: a fact, from where to where, by what law, and what was out of order about it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Generic, NamedTuple, TypeVar

from ehcp_flow.dates import say, written
from ehcp_flow.facts import Fact, title_of
from ehcp_flow.findings import Finding
from ehcp_flow.law.citation import Citation
from ehcp_flow.moves.citing import cited
from ehcp_flow.moves.guards import Verdict
from ehcp_flow.moves.state_names import LegalState

__all__ = ["StateStep", "Waits"]

S = TypeVar("S", bound=LegalState)


class StateStep(NamedTuple, Generic[S]):
    """One fact that moved a region, or that was lawful where it stood: the day, from where to where, and by what law.

    `authority` holds the citations' short forms, `citations` gives them in full. `refusal` says why the step was out of
    order, if it was; a strict case would have refused it, unless it is somebody else's act (then the refusal holds).
    `past` says what to do about it now, where that differs from what the refusal asks of a move still to be made.
    """

    on: dt.date
    fact: Fact
    from_: S
    to: S
    authority: tuple[str, ...]
    refusal: Verdict | None = None
    past: str = ""

    @property
    def finding(self) -> Finding | None:
        """What is out of order about the step, or None."""
        refusal = self.refusal
        if refusal is None:
            return None
        remedy = self.past or refusal.remedy
        return Finding(refusal.finding, self.fact.case_id, self.on, self.sentence(refusal), remedy, self.fact)

    def sentence(self, refusal: Verdict) -> str:
        """Return the sentence that says which fact was refused when, and why."""
        region = "dispute" if self.from_.region == "disputes" else "case"
        return f"{self.fact.event} on {written(self.on)}, while the {region} was {self.from_}: {refusal.reason}"

    def as_dict(self) -> dict[str, Any]:
        """Return the step as plain values; `finding` says what is out of order about it, None if nothing is."""
        finding = self.finding
        return {
            "on": self.on.isoformat(),
            "event": self.fact.event,
            "outcome": self.fact.outcome,
            "title": title_of(self.fact.event, self.fact.outcome),
            "from_state": str(self.from_),
            "to_state": str(self.to),
            "citation": "; ".join(map(str, self.citations)),
            "finding": None if finding is None else finding.as_dict(),
        }

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The provisions under which the step was taken."""
        return tuple(map(cited, self.authority))


class Waits(NamedTuple, Generic[S]):
    """What was begun beside the state of a case and is open still: the `fact` by which, and where it leads then.

    Once the case comes to the state `at` it goes on `to` another at once, by the provisions of `authority`.
    """

    fact: Fact
    at: S
    to: S
    authority: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "on": self.fact.on.isoformat(),
            "event": self.fact.event,
            "outcome": self.fact.outcome,
            "title": title_of(self.fact.event, self.fact.outcome),
            "at": str(self.at),
            "to_state": str(self.to),
            "citation": "; ".join(map(str, self.citations)),
        }

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The provisions under which the case goes on."""
        return tuple(map(cited, self.authority))

    def __str__(self) -> str:
        began = f"{title_of(self.fact.event, self.fact.outcome)}, {say(self.fact.on)}"
        law = "; ".join(map(str, self.citations))
        return f"{began}; once the case is {self.at} it goes on to {self.to} ({law})"
