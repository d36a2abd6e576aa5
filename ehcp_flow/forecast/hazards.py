"""How long a stage takes: the chance of ending on each day, of those that have come so far, open cases counted too.

A stage that was still open when the window closed counts for as long as it was watched, and one that had begun before
the window opened from then on (the estimator of Kaplan and Meier, with both kinds of cutting). Days are whole.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST", "Chances", "Days", "Floats", "Marks"]

Days: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Marks: TypeAlias = NDArray[np.bool_]

LONGEST: Final = 1_500
"""The last day of a stage that is told apart; what lasts longer ends at the rate of what had lasted a year."""
_OLD: Final = 365
_SUREST: Final = 0.999


class Chances:
    """The chance that a stage ends on day 0, 1, 2, ... since its clock began, for whom it had not ended before.

    `begun` and `left` are the first and the last day on which each case was watched in it, by the same clock; `ended`
    says whether it ended on the last. `weight` is how often each counts. A single case that ends at the usual
    rate is mixed into each day, so that none is certain, and a day that nobody was watched on has one.
    """

    def __init__(self, begun: Days, left: Days, ended: Marks, weight: Floats) -> None:
        watched = (left >= begun) & (begun < LONGEST)
        begun, weight = begun[watched], weight[watched]
        ended = ended[watched] & (left[watched] < LONGEST)
        left = np.minimum(left[watched], LONGEST - 1)
        came = np.bincount(begun, weight, LONGEST + 1)
        went = np.bincount(left + 1, weight, LONGEST + 1)
        at_risk = np.cumsum(came - went)[:LONGEST]
        events = np.bincount(left[ended], weight[ended], LONGEST)[:LONGEST]
        whole = (events.sum() + 0.5) / (at_risk.sum() + 100.0)
        # What has lasted a year ends at a pace of its own, and some of it never: nobody closed the record.
        self.rate = float((events[_OLD:].sum() + 0.5) / (at_risk[_OLD:].sum() + 100.0))
        usual = np.where(np.arange(LONGEST) < _OLD, whole, self.rate)
        chance = np.minimum((events + usual) / (np.maximum(at_risk, 0.0) + 1.0), _SUREST)
        self._sum = np.concatenate(([0.0], np.cumsum(-np.log1p(-chance))))

    def ends(self, since: Days, random: np.random.Generator) -> Days:
        """Return on which day each ends that has not ended before day `since`, drawn by chance."""
        known = self._sum[np.minimum(since, LONGEST)]
        reached = known + random.exponential(size=since.shape)
        day = np.searchsorted(self._sum, reached, side="left") - 1
        beyond = reached > self._sum[-1]
        more = ((reached - self._sum[-1]) / self.rate).astype(np.int64)
        late = np.maximum(since, LONGEST) + np.minimum(more, LONGEST)
        return np.where(beyond, late, np.maximum(day, since))
