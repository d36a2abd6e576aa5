"""Which findings tell one gap of a record: where one and the same record would answer them, it is told once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Gap", "told_by"]


class Gap(NamedTuple):
    """What a record misses: a fact of one of `events`, about `whom`, behind the fact `after` and by the fact `by`.

    `after` and `by` are places of facts in legal order, `after` that of what started the clock.
    """

    events: frozenset[str]
    after: int
    by: int
    whom: object = None


def told_by(steps: Sequence[Gap], undated: Sequence[Gap]) -> list[int]:
    """Return the place in `[*steps, *undated]` of what tells each gap of `undated`: its own, where nothing else does.

    `steps` are facts out of order for want of another: such a record would stand before the step. `undated` are acts
    that a later fact shows to have been done. Those shown by one fact are told together as far as one act is all.
    """
    answered = [gap.events for gap in (*steps, *undated)]
    tellers = [*range(len(steps))]
    told = []
    for own, gap in enumerate(undated, len(steps)):
        for teller in tellers:
            if teller < len(steps):
                fits = gap.after < steps[teller].by <= gap.by
            else:
                first = undated[teller - len(steps)]
                fits = (first.by, first.whom) == (gap.by, gap.whom)
            both = answered[teller] & gap.events
            if fits and both:
                answered[teller] = both
                told.append(teller)
                break
        else:
            tellers.append(own)
            told.append(own)
    return told
