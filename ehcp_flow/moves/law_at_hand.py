"""How long a guard must look: the time of a limit, read from the rulebook at hand and never written a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.counting import Convention
from ehcp_flow.facts import Fact
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.patterns import Patterns, matches

__all__ = ["LawAtHand", "at_hand"]


class LawAtHand(NamedTuple):
    """The rulebook and the calendars by which a question is answered.

    A rulebook that has no such limit, or that counts it by days which are not known, sets no time: then there is None.
    """

    rulebook: Rulebook
    calendars: Calendars

    def counted(self, limit: str, day: dt.date) -> tuple[Convention, dt.date] | None:
        """Return how the first rule of a limit counts from `day`, and the last day that it gives.

        On a day before the limit was law, its first version answers.
        """
        if limit not in self.rulebook.limits:
            return None
        convention = self.rulebook.limit(limit).rule[0].nearest(day).counts[0].convention
        last = convention.last_day(day, self.calendars)
        return None if last is None else (convention, last)

    def latest(self, limit: str, start: Fact, after: Sequence[Fact]) -> dt.date | None:
        """Return the last day of a limit that counts from a fact, and perhaps from others after it."""
        if limit not in self.rulebook.limits:
            return None
        version = self.rulebook.limit(limit).rule[0].nearest(start.on)
        lasts = []
        for count in version.counts:
            patterns = count.counts_from_fact
            fact = _first(patterns, after) if patterns else start
            if fact is not None:
                lasts.append(count.convention.last_day(fact.on, self.calendars))
        last = max((each for each in lasts if each is not None), default=None)
        return None if last is None else version.rolled(last, self.calendars)

    def awaited(self, limit: str, start: Fact, after: Sequence[Fact]) -> tuple[Fact, str] | None:
        """Return the fact, in its time, by which what a limit counts from may still come, and why its end is open.

        It is asked of a limit that there is: `latest` has given its last day.
        """
        for count in self.rulebook.limit(limit).rule[0].nearest(start.on).counts:
            if count.awaited is None or _first(count.counts_from_fact, after) is not None:
                continue
            last = count.awaited.convention.last_day(start.on, self.calendars)
            fact = _first(count.awaited.after, after)
            if fact is not None and last is not None and fact.on <= last:
                return fact, count.awaited.says
        return None

    def was_law(self, ground: str, day: dt.date) -> bool:
        """Whether a ground of exception was law on a day."""
        found = self.rulebook.grounds.get(ground)
        return found is not None and found.in_force_from <= day <= (found.in_force_to or dt.date.max)


def _first(patterns: Patterns, facts: Sequence[Fact]) -> Fact | None:
    return next((fact for fact in facts if matches(patterns, fact.event, fact.__dict__.get("outcome"))), None)


def at_hand(rulebook: Rulebook | None = None, calendars: Calendars | None = None) -> LawAtHand:
    """Return what is at hand: England's law and calendars, unless others are given."""
    return LawAtHand(law_given(rulebook), calendars or english_calendars())
