"""An adviser who works off a queue at a pace of its own: seen in the record, or given, and who is served when.

Where advice takes its time, more requests mean more answers a few weeks later. Before a queue they mean a longer one:
what comes out a week stays the same. That is how it is told apart here: nearly as many answers in every week of four
months, and never fewer cases waiting than are answered in a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ehcp_flow.forecast.hazards import Days, Floats
from ehcp_flow.forecast.request_paths import NEVER, RequestPath

__all__ = ["Pace", "Queue", "queue_of", "queues_seen"]

_WEEK: Final = 7
_LOOKED: Final = 16
"""So many weeks are looked at."""
_LATELY: Final = 4
"""So many of them say what the pace is now."""
_STEADY: Final = 0.25
"""How far two weeks may differ, as a part of what chance alone would make of it."""
_FEWEST: Final = 2
"""With fewer answers a week chance alone can look steady."""
_AHEAD: Final = 3_000
"""So many days ahead a queue is worked off."""


class Pace(NamedTuple):
    """What is finished a week from a day on, as an ordinal, to another, `NEVER` for no end."""

    weekly: float
    since: int
    until: int = NEVER


class Queue(NamedTuple):
    """The queue before an adviser: its pace now, and what is to change of it.

    `asked` and `came` are when the advice on each request that was known was asked for and came, `NEVER` if not; `lag`
    is how many days after the decision to assess it is asked for.
    """

    party: str
    weekly: float
    asked: Days
    came: Days
    lag: int
    changes: tuple[Pace, ...] = ()

    def served(self, asked: Days, today: int) -> Days:
        """Return when each gets its advice, who was asked first before all others; requests lie along the rows.

        `NEVER` stands for one that is not asked for any, and for one that is not served within eight years.
        """
        # Rounded, so that seven sevenths are one.
        done = np.concatenate(([0.0], np.round(np.cumsum(self._daily(today)), 6)))
        order = np.argsort(asked, axis=1, kind="stable")
        waits = np.take_along_axis(asked, order, axis=1)
        place = np.arange(asked.shape[1])
        before = done[np.clip(waits - today, 0, _AHEAD)]
        ahead = np.maximum.accumulate(before - place, axis=1) + place + 1
        day = np.where(waits == NEVER, NEVER, today + np.searchsorted(done, ahead, side="left"))
        out = np.empty_like(asked)
        np.put_along_axis(out, order, np.where(day > today + _AHEAD, NEVER, day), axis=1)
        return out

    def _daily(self, today: int) -> Floats:
        """Return how many are finished on each day from tomorrow on."""
        days = np.arange(today + 1, today + 1 + _AHEAD)
        daily = np.full(days.shape, self.weekly / _WEEK)
        for change in self.changes:
            daily[(days >= change.since) & (days <= change.until)] = change.weekly / _WEEK
        return daily


def queue_of(party: str, paths: Sequence[RequestPath], weekly: float) -> Queue:
    """Return the queue before an adviser who finishes so many a week."""
    asked, came = np.full((2, len(paths)), NEVER)
    for at, path in enumerate(paths):
        for name, day, answered in path.asked:
            if name == party:
                asked[at], came[at] = day, answered
    agreed = np.array([path.agreed for path in paths])
    both = (asked != NEVER) & (agreed != NEVER)
    lag = int(np.median(asked[both] - agreed[both])) if both.any() else 0
    return Queue(party, weekly, asked, came, max(lag, 0))


def queues_seen(paths: Sequence[RequestPath], today: int) -> tuple[Queue, ...]:
    """Return the queues that the record shows on a day: see the module."""
    parties = sorted({party for path in paths for party, _, _ in path.asked})
    seen = (_seen(queue_of(party, paths, 0.0), paths, today) for party in parties)
    return tuple(queue for queue in seen if queue is not None)


def _seen(queue: Queue, paths: Sequence[RequestPath], today: int) -> Queue | None:
    ended = np.array([path.ended for path in paths])
    starts = today + 1 - _WEEK * np.arange(_LOOKED, 0, -1)
    finished = np.array([((queue.came >= day) & (queue.came < day + _WEEK)).sum() for day in starts])
    waiting = np.array([((queue.asked < day) & (queue.came >= day) & (ended >= day)).sum() for day in starts])
    usual = float(np.median(finished))
    apart = float(np.median(np.abs(np.diff(finished))))
    if usual < _FEWEST or apart > _STEADY * (2 * usual) ** 0.5 or (waiting < finished).any():
        return None
    return queue._replace(weekly=float(finished[-_LATELY:].mean()))
