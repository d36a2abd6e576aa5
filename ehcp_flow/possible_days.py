"""Facts known to their month alone: on which of its days each can have been, given the other facts of the case.

A fact of `2024-04` was on some day of that April, on whichever of them it can lawfully have been: not after what
answers it, nor before what it answers (`CHAINS`), nor on the wrong side of its own other days. Where nobody can tell
which of two facts answers the other, or another question still waits for that answer, neither says when the other was.
Where no day is left, every day of the month is possible. The fact stands on the latest of its possible days.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from ehcp_flow.dates import MonthOnly
from ehcp_flow.facts import COLUMN_OF, DATES, FACT_TYPES, LEGAL_ORDER, Fact, Side

__all__ = ["CHAINS", "MANY_FACTS", "on_latest_days"]

Step: TypeAlias = frozenset[str]
Ends: TypeAlias = tuple[dt.date, dt.date]
Left: TypeAlias = tuple[dt.date | None, dt.date | None]

MANY_FACTS: Final = 1_000
"""More facts than the record of one child holds: of such a case no fact says when another was."""
_ONE_DAY: Final = dt.timedelta(days=1)


def _chain(*steps: str) -> tuple[Step, ...]:
    return tuple(frozenset(step.split()) for step in steps)


CHAINS: Final = (
    _chain(
        "request_received became_responsible reassessment_requested",
        "assessment_refused assessment_agreed reassessment_refused reassessment_agreed reassessment_started",
        "advice_requested",
        "advice_received",
        "plan_agreed plan_refused",
        "draft_plan_sent",
        "representations_received meeting_requested",
        "final_plan_sent",
    ),
    _chain("request_received reassessment_requested", "request_withdrawn"),
    _chain("advice_requested", "advice_request_withdrawn"),
    _chain("advice_requested", "advice_received", "advice_returned"),
    _chain("special_school_admitted", "special_school_left"),
    _chain("meeting_requested", "meeting_held"),
    _chain("school_consulted", "school_responded"),
    _chain("early_review_requested", "early_review_agreed early_review_refused"),
    _chain(
        "review_invited",
        "review_papers_sent",
        "review_meeting_held",
        "review_report_sent",
        "review_decision_sent",
        "amendment_notice_sent",
        "amended_plan_sent amendment_declined",
    ),
    _chain("plan_transferred_in", "transfer_notice_sent"),
    _chain("moved_away", "plan_transferred_out"),
    _chain("commissioner_changed", "commissioner_notified health_provision_impracticable", "commissioner_requested"),
    _chain("cease_consulted", "cease_notice_sent", "plan_ceased cease_notice_withdrawn"),
    _chain("disclosure_requested", "plan_disclosed"),
    _chain(
        "assessment_refused reassessment_refused plan_refused final_plan_sent review_decision_sent amended_plan_sent "
        "amendment_declined cease_notice_sent",
        "mediation_contacted",
        "mediation_requested",
        "mediation_held",
        "mediation_agreed mediation_certificate_issued",
        "appeal_registered",
        "appeal_response_sent",
        "appeal_conceded appeal_withdrawn tribunal_order_made",
    ),
    _chain("mediation_contacted", "mediation_declined", "mediation_certificate_issued"),
    _chain(
        "mediation_requested",
        "mediation_notified mediation_date_notified mediation_not_arranged",
        "mediation_held mediation_certificate_issued",
    ),
    _chain("mediation_agreed", "agreement_notified agreement_carried_out"),
    _chain(
        "appeal_conceded mediation_agreed tribunal_order_made refusal_reversed",
        "assessment_agreed reassessment_agreed plan_agreed plan_refused",
        "draft_plan_sent",
        "final_plan_sent amended_plan_sent amendment_declined plan_ceased",
    ),
    _chain("tribunal_order_made", "order_suspended onward_appeal_made", "onward_appeal_ended"),
    _chain("recommendation_made", "recommendation_answered", "recommendation_copied"),
    _chain("direct_payments_started", "direct_payment_reviewed", "direct_payments_stopped"),
    _chain("detained", "kept_plan_sent", "released"),
    _chain("taken_over_on_release", "plan_sent_to_commissioner", "commissioner_requested"),
)
"""What answers what: each step of a chain comes after those before it, where it answers them at all."""
_OF_A_PARTY: Final = frozenset(
    {
        "advice_requested", "advice_received", "advice_returned", "advice_request_withdrawn", "school_consulted",
        "school_responded",
    }
)  # fmt: skip
"""Facts that answer each other only where they have the same party."""
_PLACES: Final = {
    event: tuple((number, step) for number, chain in enumerate(CHAINS) for step, of in enumerate(chain) if event in of)
    for event in FACT_TYPES
}


def on_latest_days(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return the facts of a case, each that is known to its month alone on the latest of its possible days."""
    if len(facts) > MANY_FACTS:
        return tuple(facts)
    others = _Others(facts)
    return tuple(_on_latest(fact, others) if isinstance(fact.on, MonthOnly) else fact for fact in facts)


def _on_latest(fact: Fact, others: _Others) -> Fact:
    earliest, latest = _ends(fact.on)
    first, last = earliest, latest
    for low, high in (*_by_own_days(fact), *others.leave(fact)):
        if low is not None:
            first = max(first, low)
        if high is not None:
            last = min(last, high)
    if first > last or (first, last) == (earliest, latest):
        return fact
    return fact.model_copy(update={"on": MonthOnly.between(first, last)})


def _month_of(day: dt.date) -> tuple[int, int]:
    return day.year, day.month


def _ends(day: dt.date) -> Ends:
    """Return the first and the last day of the month of a day."""
    whole = MonthOnly.of(*_month_of(day))
    return whole.earliest, whole.latest


def _by_own_days(fact: Fact) -> Iterator[Left]:
    """Yield the first and the last day that the other days of a fact leave, where they lie in its month."""
    for name in DATES[1:]:
        day: dt.date | None = fact.__dict__.get(name)
        if day is None or _month_of(day) != _month_of(fact.on):
            continue
        if COLUMN_OF[name].side is Side.NOT_AFTER:
            yield day, None
        elif name == "until" or (COLUMN_OF[name].side is Side.NOT_BEFORE and fact.served_later):
            yield None, day


class _Others:
    """The facts of a case, as those that leave fewer days to one of them."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._facts = facts
        self._of_month: dict[tuple[int, int], list[Fact]] = defaultdict(list)
        for fact in facts:
            self._of_month[_month_of(fact.on)].append(fact)
        self._of_pair: dict[tuple[Step, Step, dt.date, str | None], list[tuple[dt.date, int, bool]]] = {}

    def leave(self, fact: Fact) -> Iterator[Left]:
        """Yield the first and the last day that each other fact of the month leaves to one."""
        for other in self._of_month[_month_of(fact.on)]:
            pairs = [pair for pair in _pairs(fact, other) if not self._waits(*pair, fact, other)]
            ways = {fact.event in asked for asked, _ in pairs}
            # An order may be about a plan, or a plan about an order: then nobody can tell.
            if len(ways) == 1:
                before = ways.pop()
                earliest, latest = _ends(other.on) if isinstance(other.on, MonthOnly) else (other.on, other.on)
                # On one day the order of the law decides, which need not be that of the chain.
                apart = _ONE_DAY * ((LEGAL_ORDER[fact.event] > LEGAL_ORDER[other.event]) is before)
                yield (None, latest - apart) if before else (earliest + apart, None)

    def _waits(self, asked: Step, answered: Step, fact: Fact, other: Fact) -> bool:
        """Whether a third fact, a question, still waits for such an answer when the other one comes.

        What is known to this same month alone does not count: nobody can tell whether it came before.
        """
        first = _ends(fact.on)[0]
        party = fact.party if fact.event in _OF_A_PARTY else None
        key = asked, answered, first, party
        if key not in self._of_pair:
            self._of_pair[key] = sorted(
                (each.on, LEGAL_ORDER[each.event], each.event in asked)
                for each in self._facts
                if each.event in asked | answered
                and not (isinstance(each.on, MonthOnly) and each.on.earliest == first)
                and (party is None or each.event not in _OF_A_PARTY or each.party == party)
            )
        told = self._of_pair[key]
        before = bisect_left(told, (other.on, LEGAL_ORDER[other.event]))
        return before > 0 and told[before - 1][2]


def _pairs(fact: Fact, other: Fact) -> Iterator[tuple[Step, Step]]:
    """Yield, for each chain that has both facts, the step of the question, and that of the answer with those after."""
    if {fact.event, other.event} <= _OF_A_PARTY and fact.party != other.party:
        return
    for number, step in _PLACES.get(fact.event, ()):
        for also, further in _PLACES.get(other.event, ()):
            if number == also and step != further:
                chain = CHAINS[number]
                yield chain[min(step, further)], frozenset().union(*chain[max(step, further) :])
