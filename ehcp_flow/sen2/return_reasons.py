"""Why a return and the measures differ: each reason is a row of `figures.toml`, and is tried on the case itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from ehcp_flow.bulk.told_cases import ToldCase
from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.measures.figures import ONCE
from ehcp_flow.sen2.request_rows import EVENTS_TOLD, due_for, requests_of
from ehcp_flow.sen2.return_figures import (
    OTHER_RETURN,
    FiguresOfFacts,
    Reason,
    ReturnFigure,
    Values,
    counted_in,
    days_within,
    figures_table,
    return_figures,
    values_of,
)
from ehcp_flow.sen2.return_year import ReturnYear
from ehcp_flow.sen2.seen_request import holds

__all__ = ["events_looked_at", "figures_of_facts", "reasons", "reasons_told"]

_NOT_ASKED, _SEVERAL, _PARTLY_RECORDED = "not_asked", "several_of_one_case", "partly_recorded"
_MEETING = "review_meeting_held"
_NO_REASON, _LIKELY = "no reason found", "likely"


def reasons() -> Mapping[str, str]:
    """Return why a figure of a return and that of the facts may differ, by name, in the order of the table."""
    return {name: reason.says for name, reason in figures_table().reason.items()}


@cache
def events_looked_at() -> frozenset[str]:
    """Return the events that the figures of facts, and their reasons, are made of."""
    return EVENTS_TOLD.union(*(reason.events | reason.without for reason in figures_table().reason.values()))


def figures_of_facts(
    cases: Iterable[ToldCase], year: ReturnYear, judge: Callable[[Sequence[Case]], Iterable[ToldCase]] | None = None
) -> FiguresOfFacts:
    """Return the figures of cases that were told with the periods of a return's year (`ReturnYear.periods`).

    With `judge`, which tells other cases as these were told, and cases that are told whole, a reason is tried: the
    facts that it speaks of are left out of the case, and when the return and the measures then agree, it is the reason.
    """
    found = FiguresOfFacts()
    differing: list[_Differing] = []
    for case in cases:
        told = _Counted.of(case, year)
        found.made.update(told.made)
        found.facts.update(told.facts)
        if odd := told.differing:
            whole = case.whole() if judge is not None and case.whole is not None else None
            differing.append(_Differing(case, told, odd, whole))
    tried = {} if judge is None else _tried(differing, year, judge)
    for each in differing:
        for name in each.figures:
            reason = _reason_of(return_figures()[name], each, tried, year)
            found.reasons.setdefault(name, Counter())[reason] += each.counted.more(name)
            if reason == _NO_REASON:
                found.unexplained.setdefault(name, []).append(each.case.case_id)
    return found


class _Counted(NamedTuple):
    """One case in the return that its facts make, and in the measures, by the columns of those."""

    requests: Sequence[Values]
    made: Counter[str]
    facts: Counter[str]

    @classmethod
    def of(cls, case: ToldCase, year: ReturnYear) -> _Counted:
        requests = [values_of(request) for request in requests_of(case, year)]
        published = case.figures[0]
        # As in the table of measures: what a case has several of counts once where the figure is of cases.
        counted = {name: min(many, 1) if name in ONCE else many for name, many in published.items()}
        facts = Counter({name: many for name, many in counted.items() if name in return_figures()})
        return cls(requests, counted_in(requests, year), facts)

    @property
    def differing(self) -> list[str]:
        """The figures in which the two are not the same."""
        return [name for name in return_figures() if self.more(name)]

    def more(self, name: str) -> int:
        """Return how many more the return has."""
        return self.made[name] - self.facts[name]


class _Differing(NamedTuple):
    """A case that stands in some figures of the return and of the measures in other ways, whole if it was told so."""

    case: ToldCase
    counted: _Counted
    figures: Sequence[str]
    whole: Case | None


_Tried: TypeAlias = Mapping[tuple[str, str], _Counted]
"""How a case counts without what a reason speaks of, by case and reason."""


def _tried(
    differing: Sequence[_Differing], year: ReturnYear, judge: Callable[[Sequence[Case]], Iterable[ToldCase]]
) -> _Tried:
    """Return how the cases count without the facts of each reason that one of their figures names."""
    found = {}
    for reason, row in figures_table().reason.items():
        others = [
            other
            for each in differing
            if any(reason in return_figures()[name].may_differ for name in each.figures)
            and (other := _without(each.whole, row)) is not None
        ]
        if others:
            found.update({(case.case_id, reason): _Counted.of(case, year) for case in judge(others)})
    return found


def _without(case: Case | None, reason: Reason) -> Case | None:
    """Return a case without the facts of a reason, None where it has none of them, or nothing is left."""
    if case is None or not reason.without:
        return None
    until = max((fact.on for fact in case.facts if fact.event == reason.before), default=None)
    kept: list[Fact] = []
    met: set[str] = set()
    for fact in case.facts:
        if fact.event == _MEETING:
            met.clear()
        is_meant = fact.event in reason.without and (not reason.again or fact.event in met)
        met.add(fact.event)
        if is_meant and (not reason.before or (until is not None and _told_of(fact) < until)):
            continue
        if fact.event == reason.before and getattr(fact, "reviewed_on", None) is not None:
            kept.append(fact.model_copy(update={"reviewed_on": None}))
        else:
            kept.append(fact)
    return None if not kept or kept == [*case.facts] else Case.of([*kept, *case.particulars])


def _told_of(fact: Fact) -> dt.date:
    """Return the day that a fact is about: of a transfer of phase that by which the plan is due."""
    if fact.event != "phase_transfer_due":
        return fact.on
    return dt.date.fromisoformat(due_for(fact.on.isoformat(), getattr(fact, "outcome", None) or ""))


def _reason_of(figure: ReturnFigure, differing: _Differing, tried: _Tried, year: ReturnYear) -> str:
    """Return the first reason that holds of a case whose return and measures differ, "likely" if none can be tried."""
    counted, case = differing.counted, differing.case
    name = figure.column
    if not figure.is_asked(year):
        return _NOT_ASKED
    if counted.facts[name] > counted.made[name] > 0:
        return _SEVERAL
    events = {fact.event for fact in case.facts}
    named = [each for each in (*figure.may_differ, _PARTLY_RECORDED) if _may_be(each, figure, case, counted, events)]
    for reason in named:
        if not figures_table().reason[reason].without:
            return reason
        other = tried.get((case.case_id, reason))
        if other is not None and not other.more(name):
            return reason
    return f"{_LIKELY} {named[0]}" if named else _NO_REASON


def _may_be(name: str, figure: ReturnFigure, case: ToldCase, counted: _Counted, events: set[str]) -> bool:
    """Return whether what a reason asks of a case holds."""
    reason = figures_table().reason[name]
    if reason.at_year_end and (figure.column in case.figures[1]) != bool(counted.made[figure.column]):
        return False
    if not reason.stands_in <= case.figures[0].keys():
        return False
    if reason.lacks & events:
        return False
    asked = reason.events or ({reason.before} if reason.before else reason.without)
    if asked and asked.isdisjoint(events):
        return False
    if not reason.when and reason.span is None:
        return reason.at_year_end or bool(reason.stands_in or asked)
    return any(
        holds(reason.when, values) and (reason.span is None or days_within(reason.span, values) is not None)
        for values in counted.requests
    )


def reasons_told(facts: FiguresOfFacts, returned: Counter[str]) -> Iterator[str]:
    """Yield what each reason that was met means, a sentence each."""
    met = {reason.removeprefix(f"{_LIKELY} ") for reasons in facts.reasons.values() for reason in reasons}
    for name, reason in figures_table().reason.items():
        if name in met:
            yield f"{name}: {reason.says}"
    if any(returned[name] != facts.made[name] for name in return_figures()):
        yield f"{OTHER_RETURN}: these facts make another return than this file: it was put right by hand, or they were"
