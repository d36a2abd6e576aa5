"""The guard of a time for appeal: a plan may not cease in it, nor while an appeal made in it is not determined."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ehcp_flow.counting import ONE_DAY
from ehcp_flow.facts import Fact
from ehcp_flow.law import guard
from ehcp_flow.law.patterns import keys_of
from ehcp_flow.moves.citing import Short
from ehcp_flow.moves.facts_before import Lies, outcome_of, word_of
from ehcp_flow.moves.guards import Key, Verdict
from ehcp_flow.moves.law_at_hand import LawAtHand

__all__ = ["Standstill"]


@dataclass
class _Course:
    """How far it has gone: the place of the notice, the first appeal since, the one that is pending, and how it ended.

    `unclear` is an end that may have been that of another appeal.
    """

    notice: int | None = None
    first: tuple[int, Fact] | None = None
    appeal: Fact | None = None
    ended: Fact | None = None
    unclear: Fact | None = None


class Standstill:
    """Not before the time for an appeal has ended, nor before an appeal is finally determined (CFA 45(4))."""

    may_refuse = True

    def __init__(self, law: guard.TimeForAppeal, lies: Lies) -> None:
        self._asks, self._lies = law, lies
        self._short = Short.of(law.citation)
        self._notice, self._kept, self._other_orders = map(keys_of, (law.notice, law.kept, law.other_orders))
        self._appeal, self._onward, self._over = map(keys_of, (law.appeal, law.onward, law.over))

    def __call__(self, before: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        """Return the verdict on the latest notice, and the appeal that was made after it."""
        course = self._course(before)
        if course.appeal:
            return self._during(course, course.appeal, before, law)
        if course.ended:
            says, days = "the appeal ended on {0}", (course.ended.on,)
            return Verdict(holds=True, short=self._short, says=says, days=days, fact=course.ended)
        if course.notice is None:
            return Verdict(holds=True, short=self._short, says=f"no {self._asks.what} is on record", checked=False)
        return self._in_time(before[course.notice], before[course.notice + 1 :], on, law)

    def _course(self, before: Sequence[Fact]) -> _Course:
        course = _Course()
        elsewhere = pending = False
        for place, fact in enumerate(before):
            key = fact.event, outcome_of(fact)
            if key in self._other_orders:
                elsewhere, pending = True, False
            elif (elsewhere and key in self._onward) or (pending and key in self._over):
                pending = key in self._onward
            elif key in self._notice:
                course.notice, course.ended = place, None
            elif key in self._kept:
                course = _Course()
            elif key in self._appeal | self._onward:
                self._appealed(course, place, fact, key)
            elif key in self._over:
                if course.appeal and not self._ends(fact, key, before[:place]):
                    course.unclear = fact
                else:
                    course.ended = fact if course.appeal else course.ended
                    course.appeal, elsewhere = None, elsewhere and fact.event not in dict(self._other_orders)
        return course

    def _appealed(self, course: _Course, place: int, fact: Fact, key: Key) -> None:
        if course.notice is None and not (course.ended and key in self._onward):
            return
        # One that is brought again after the end of another is in time by its own day.
        afresh = course.appeal is None and course.ended is not None
        if key in self._appeal and (course.first is None or afresh or course.first[0] < (course.notice or 0)):
            course.first = place, fact
        # Of two appeals the first is pending; which decision a later one is about the record does not say.
        if not (course.appeal and key in self._appeal):
            course.appeal = fact
        course.ended = None

    def _ends(self, fact: Fact, key: Key, before: Sequence[Fact]) -> bool:
        """Return whether it lies where the end of this appeal is meant."""
        named = (each for each in self._asks.over if each.event == fact.event and word_of(fact) in each.outcomes)
        return any(not each.marks or self._lies(each, before, fact) for each in named)

    def _during(self, course: _Course, appeal: Fact, before: Sequence[Fact], law: LawAtHand) -> Verdict:
        asks, late = self._asks, self._last_before(course, before, law)
        if course.first is not None and late is not None:
            days = course.first[1].on, late
            return Verdict(
                holds=True, short=self._short, says=asks.late, then=asks.remedy_late, days=days, fact=appeal,
                finding=asks.during,
            )  # fmt: skip
        onward = (appeal.event, outcome_of(appeal)) in self._onward
        says = f"the {'onward appeal made' if onward else 'appeal registered'} on {{0}} is not finally determined"
        days_told: tuple[dt.date, ...] = (appeal.on,)
        if course.unclear is not None:
            says, days_told = f"{says}: {asks.unclear}", (appeal.on, course.unclear.on)
        return Verdict(
            holds=False, short=self._short, says=says, then=asks.remedy_during, days=days_told, fact=appeal,
            finding=asks.during,
        )  # fmt: skip

    def _last_before(self, course: _Course, before: Sequence[Fact], law: LawAtHand) -> dt.date | None:
        """Return the last day of the time for an appeal where the first one since the notice came after it."""
        if course.notice is None or course.first is None or course.first[0] < course.notice:
            return None
        notice, after = before[course.notice], before[course.notice + 1 :]
        last = law.latest(self._asks.limit, notice, after)
        if last is None or course.first[1].on <= last or law.awaited(self._asks.limit, notice, after):
            return None
        return last

    def _in_time(self, notice: Fact, after: Sequence[Fact], on: dt.date, law: LawAtHand) -> Verdict:
        asks = self._asks
        last = law.latest(asks.limit, notice, after)
        if last is None:
            says = f"{asks.what} was given on {{0}}; the rulebook at hand sets no time for an appeal"
            return Verdict(holds=True, short=self._short, says=says, days=(notice.on,), fact=notice, checked=False)
        over = on > last
        if over and (awaited := law.awaited(asks.limit, notice, after)) is not None:
            fact, why = awaited
            says = f"{asks.what} was given on {{0}}, no appeal is on record, and when the time for one ends is open: "
            return Verdict(
                holds=False, short=self._short, says=f"{says}{why} (contact on {{1}})", then=asks.remedy_open,
                days=(notice.on, fact.on), fact=notice, finding=asks.early,
            )  # fmt: skip
        return Verdict(
            holds=over,
            short=self._short,
            says=f"{asks.what} was given on {{0}}, no appeal is on record, and the time for one "
            + ("ended on {1}" if over else "ends on {1}"),
            then="" if over else asks.remedy,
            days=(notice.on, last, last + ONE_DAY),
            fact=notice,
            finding="" if over else asks.early,
        )
