"""The facts of a case as the requests that a return knows: each with what came of it.

A new request after the last one had ended, by a refusal, a withdrawal or the end of a plan, is a request of its own;
one that comes while another is open is the same. What follows a refusal without a new request (an order, an agreement,
the authority's own change of mind) belongs to the request that was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ehcp_flow.bulk.told_cases import ToldFact

__all__ = ["EVENTS", "Episode", "episodes_of"]


@dataclass(slots=True)
class Episode:
    """A request and what came of it; days are ISO text, and empty where nothing is on record.

    `decision` is the first answer, Y or N, and `decided` its day. `issued` is the day of the first plan, of one from
    another authority that on which it was made, if known, and `came` the day on which it came. `mediated` and
    `appealed` are the days of each, by what they were about: the request, the assessment, or the plan.
    """

    received: str = ""
    party: str = ""
    in_custody: bool = False
    decision: str = ""
    decided: str = ""
    assessing: str = ""
    refused: str = ""
    agreed: str = ""
    issued: str = ""
    came: str = ""
    withdrawn: str = ""
    exported: bool = False
    ceased: str = ""
    cease_reason: str = ""
    over: bool = False
    mediated: list[tuple[str, str]] = field(default_factory=list)
    appealed: list[tuple[str, str]] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    decisions: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    amended: list[tuple[str, str]] = field(default_factory=list)
    transfers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def stage(self) -> str:
        """What a dispute would be about."""
        if self.issued:
            return "plan"
        return "assessment" if self.refused else "request" if self.decision == "N" and not self.assessing else ""


def episodes_of(facts: Iterable[ToldFact]) -> list[Episode]:
    """Return the requests of a case, in their order, out of its facts in the order of the law."""
    reading = _EpisodeReading()
    for fact in facts:
        take = _TAKE.get(fact.event)
        if take is not None:
            take(reading, fact)
    return reading.found


class _EpisodeReading:
    """The requests found so far, and whether the child is in custody."""

    def __init__(self) -> None:
        self.found: list[Episode] = []
        self.in_custody = False

    @property
    def now(self) -> Episode:
        """The request that is open, or the last; one without a day where there is none."""
        if not self.found:
            self.found.append(Episode())
        return self.found[-1]

    def open(self) -> Episode:
        """Return a request that is open: the last, or another where that is over."""
        if not self.found or self.found[-1].over:
            self.found.append(Episode())
        return self.found[-1]


def _requested(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.open()
    if not episode.received and not episode.came:
        episode.received = fact.on
        # An authority that becomes responsible (section 24) was asked by nobody: it is the source itself.
        episode.party = fact.party or ("authority" if fact.event == "became_responsible" else "")
        episode.in_custody = reading.in_custody


def _custody(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.in_custody = fact.event == "detained" and fact.party != "other_custody"


def _assessment_agreed(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.now
    if not episode.decision:
        episode.decision, episode.decided = "Y", fact.on
    episode.assessing = episode.assessing or fact.on
    episode.over = False


def _assessment_refused(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.now
    if not episode.decision:
        episode.decision, episode.decided = "N", fact.on
    episode.over = not episode.issued


def _reopened(reading: _EpisodeReading, fact: ToldFact) -> None:
    """The refusal falls: by an order, an agreement, a concession, or the authority's own change of mind."""
    episode = reading.now
    if fact.outcome.startswith("dismiss") or episode.withdrawn or episode.ceased:
        return
    episode.over = False
    if (
        episode.decision == "N"
        and not episode.assessing
        and (fact.outcome == "assess" or fact.event == "refusal_reversed")
    ):
        episode.assessing = fact.on  # what was refused is to be done now, whenever the notice of it is sent


def _plan_refused(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.now
    if not episode.issued:
        episode.refused = episode.refused or fact.on
        episode.assessing = episode.assessing or fact.on
        episode.over = True


def _plan_agreed(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.now
    if not episode.issued:
        episode.agreed = episode.agreed or fact.on
        episode.assessing = episode.assessing or fact.on
        episode.over = False


def _plan_issued(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.now
    if not episode.issued:
        episode.issued, episode.over = fact.on, False
        return
    episode.amended.append((fact.on, fact.outcome))
    if episode.ceased:
        # Without a new request it is the plan of before, which did not end after all.
        episode.ceased, episode.cease_reason, episode.over = "", "", False


def _came(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.open()
    if episode.received and not episode.issued:
        # A plan comes with the person: what was asked for here before is not how it was made.
        episode.over = True
        episode = reading.open()
    if not episode.issued:
        episode.came, episode.issued = fact.on, fact.made_on or fact.on
        if fact.reviewed_on:
            episode.decisions.append((fact.reviewed_on, ""))


def _left(reading: _EpisodeReading, fact: ToldFact) -> None:
    """A request is withdrawn, or the person moves or dies: before a plan that ends the request."""
    episode = reading.now
    if episode.issued:
        if fact.event == "died":
            _ceased(reading, fact)
        return
    if not episode.over:
        episode.withdrawn = episode.withdrawn or fact.on
        episode.exported = fact.event == "moved_away"
        episode.over = True


def _ceased(reading: _EpisodeReading, fact: ToldFact) -> None:
    episode = reading.now
    if fact.event == "died":
        episode.cease_reason = "8"
    if not episode.ceased and episode.issued:
        episode.ceased, episode.over = fact.on, True
        episode.cease_reason = {"plan_transferred_out": "5", "died": "8"}.get(fact.event, "")


def _mediation(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.now.mediated.append((reading.now.stage, fact.on))
    if fact.event == "mediation_agreed":
        _reopened(reading, fact)


def _appeal(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.now.appealed.append((reading.now.stage, fact.on))


def _meeting(reading: _EpisodeReading, fact: ToldFact) -> None:
    if fact.outcome != "adjourned":
        reading.now.meetings.append(fact.on)


def _decision(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.now.decisions.append((fact.on, fact.outcome))


def _notice(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.now.notices.append(fact.on)


def _amended(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.now.amended.append((fact.on, fact.outcome))


def _transfer(reading: _EpisodeReading, fact: ToldFact) -> None:
    reading.now.transfers.append((fact.on, fact.outcome))


_TAKE: Final[Mapping[str, Callable[[_EpisodeReading, ToldFact], None]]] = {
    "request_received": _requested,
    "became_responsible": _requested,
    "detained": _custody,
    "released": _custody,
    "assessment_agreed": _assessment_agreed,
    "assessment_refused": _assessment_refused,
    "refusal_reversed": _reopened,
    "tribunal_order_made": _reopened,
    "appeal_conceded": _reopened,
    "mediation_agreed": _mediation,
    "mediation_held": _mediation,
    "appeal_registered": _appeal,
    "plan_refused": _plan_refused,
    "plan_agreed": _plan_agreed,
    "draft_plan_sent": _plan_agreed,
    "final_plan_sent": _plan_issued,
    "plan_transferred_in": _came,
    "request_withdrawn": _left,
    "moved_away": _left,
    "died": _left,
    "plan_ceased": _ceased,
    "plan_transferred_out": _ceased,
    "review_meeting_held": _meeting,
    "review_decision_sent": _decision,
    "amendment_notice_sent": _notice,
    "amended_plan_sent": _amended,
    "phase_transfer_due": _transfer,
}

EVENTS: Final = frozenset(_TAKE)
"""The events that a request is read from."""
