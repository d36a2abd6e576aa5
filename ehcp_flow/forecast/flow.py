"""Requests to plans, simulated: each open request goes on from where it is, new ones come, by the last months' pace.

Three stages: the decision whether to assess, the draft, the final plan. Each ends with the chances that it had in the
last twelve months at the same time since the request (so that a rush before the twentieth week is there), open cases
counted. Where an adviser works off a queue at a pace of its own, whatever comes in, a case waits its turn before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ehcp_flow.counting import add_months
from ehcp_flow.forecast.adviser_queues import Queue, queues_seen
from ehcp_flow.forecast.demand import HistoryTooShort
from ehcp_flow.forecast.flow_figures import Month, simulated_figures
from ehcp_flow.forecast.hazards import Chances, Days, Floats, Marks
from ehcp_flow.forecast.request_paths import NEVER, RequestPath

__all__ = ["MONTHS_NEEDED", "PLANS_NEEDED", "Flow"]

MONTHS_NEEDED: Final = 24
"""So many months of requests there must be, up to the day."""
PLANS_NEEDED: Final = 50
"""So many plans must have been issued by the day."""
_WINDOW: Final = 365
_DRAWN: Final = 20
"""So many times the pace of the stages is drawn anew, for what is not known of it."""
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_YEARLY: Final = 0.1
"""By how much the requests of a year may differ from what was expected, as a share: one standard deviation."""
_DAMPED: Final = 1 / 3


class _Known(NamedTuple):
    """What was known on the day of every request that had come, column by column."""

    received: Days
    due: Days
    agreed: Days
    drafted: Days
    ended: Days
    plan: Marks
    excepted: Marks
    in_time: Marks


class Flow:
    """The requests of a caseload as they were known on a day, and what may become of them.

    Raises HistoryTooShort for less than 24 months of requests, or fewer than 50 plans.
    """

    def __init__(self, paths: Sequence[RequestPath], as_of: dt.date) -> None:
        self.as_of = as_of
        self.today = as_of.toordinal()
        self.paths = [known for path in paths if (known := path.as_at(self.today)) is not None]
        self._refuse_too_little()
        received, due, agreed, drafted, ended = (
            np.array([getattr(path, name) for path in self.paths], dtype=np.int64)
            for name in ("received", "due", "agreed", "drafted", "ended")
        )
        plan = np.array([path.how == "plan" for path in self.paths])
        excepted = np.array([path.excepted for path in self.paths])
        in_time = np.array([path.in_time for path in self.paths])
        self._known = _Known(received, due, agreed, drafted, ended, plan, excepted, in_time)
        # Twenty weeks, unless another law is asked.
        self._allowed = int(np.median(due - received))
        self.queues = queues_seen(self.paths, self.today)

    def _refuse_too_little(self) -> None:
        first = min((path.received for path in self.paths), default=self.today)
        plans = sum(path.how == "plan" for path in self.paths)
        wanted = f"{MONTHS_NEEDED} months of requests and {PLANS_NEEDED} plans"
        begins = add_months(self.as_of, -MONTHS_NEEDED).toordinal()
        if first > begins or plans < PLANS_NEEDED:
            found = f"requests since {dt.date.fromordinal(first).isoformat()}, {plans} plans"
            raise HistoryTooShort(f"the flow on {self.as_of.isoformat()}", found, wanted)

    def simulated(
        self,
        months: Sequence[Month],
        *,
        seed: int,
        runs: int,
        queues: Sequence[Queue] | None = None,
        demand: Sequence[tuple[float, int, int]] = (),
    ) -> Mapping[str, Floats]:
        """Return each figure of these months, a row for each run; `queues` are those that were seen if not given.

        `demand` says by which factor more requests come than is expected, from a day to another.
        """
        random = np.random.default_rng(seed)
        shares = np.array_split(np.arange(runs), min(_DRAWN, runs))
        lined_up = self.queues if queues is None else queues
        parts = [self._drawn(months, len(share), random, lined_up, demand) for share in shares]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _drawn(
        self, months: Sequence[Month], runs: int, random: np.random.Generator, queues: Sequence[Queue],
        demand: Sequence[tuple[float, int, int]],
    ) -> dict[str, Floats]:  # fmt: skip
        """Return so many runs by one drawing of the pace: each request of the past counts as often as chance says."""
        known, today = self._known, self.today
        pace = _Pace(known, today, random, queues)
        open_now = known.ended == NEVER
        received = np.broadcast_to(known.received[open_now], (runs, int(open_now.sum())))
        agreed, drafted = (np.broadcast_to(each[open_now], received.shape) for each in (known.agreed, known.drafted))
        new = self._new_requests(months[-1].last, runs, random, demand)
        received = np.concatenate([received, new], axis=1)
        never = np.full(new.shape, NEVER)
        agreed, drafted = (np.concatenate([each, never], axis=1) for each in (agreed, drafted))
        due = np.concatenate([np.broadcast_to(known.due[open_now], agreed[:, : open_now.sum()].shape),
                              new + self._allowed], axis=1)  # fmt: skip
        lined_up = [_before(queue, open_now, new.shape) for queue in queues]
        ended, plan = pace.run(received, agreed, drafted, random, list(zip(queues, lined_up, strict=True)))
        excepted = random.random(ended.shape) < np.where(ended <= due, pace.excepted_in_time, pace.excepted_late)

        def whole(past: Any, ahead: Any) -> Any:
            done = past[~open_now]
            return np.concatenate([np.broadcast_to(done, (runs, len(done))), ahead], axis=1)

        return simulated_figures(
            whole(known.received, received), whole(known.ended, ended), whole(known.plan, plan),
            whole(known.in_time, ended <= due), whole(known.excepted, excepted & plan), months,
        )  # fmt: skip

    def _new_requests(
        self, until: int, runs: int, random: np.random.Generator, demand: Sequence[tuple[float, int, int]]
    ) -> Days:
        """Return the days of the requests to come, a row for each run, filled up with `NEVER`."""
        received, today = self._known.received, self.today
        last = int((received > today - _WINDOW).sum())
        before = int(((received > today - 2 * _WINDOW) & (received <= today - _WINDOW)).sum())
        grew = last / before if before else 1.0
        growth = 1 + (grew - 1) * _DAMPED
        # The mean of a year is that of its middle: the half since then grew as the whole did, what comes by less.
        days = np.arange(today + 1, until + 1)
        ahead = (days - today) / _WINDOW
        expected = last / _WINDOW * grew**0.5 * growth**ahead * self._season(days)
        for factor, begins, ends in demand:
            expected = np.where((days >= begins) & (days <= ends), expected * factor, expected)
        apart = random.normal(0, 1, (runs, 1)) * (_YEARLY**2 + 1 / max(last, 1)) ** 0.5
        many = random.poisson(expected * np.exp(apart * np.sqrt(np.minimum(ahead, 1.0))))
        new = np.full((runs, int(many.sum(1).max())), NEVER)
        for run in range(runs):
            came = np.repeat(days, many[run])
            new[run, : len(came)] = came
        return new

    def _season(self, days: Days) -> Floats:
        """Return by what each day's requests differ from the mean, by its month, over the last two years."""
        since = self._known.received[self._known.received > self.today - 2 * _WINDOW]
        by_month = np.bincount(_month_of(since), minlength=12)
        mean = max(by_month.mean(), 1.0)
        # What the months differ by, beyond what chance makes of as many: so far each is believed.
        apart = max(by_month.var() - mean, 0.0)
        factors: Floats = 1 + (by_month / mean - 1) * apart / (apart + mean)
        chosen: Floats = factors[_month_of(days)]
        return chosen


def _month_of(days: Days) -> Days:
    """Return the month of each day, January being 0."""
    return (days - _EPOCH).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


class _Pace:
    """How the stages went in the last twelve months, each request counted as often as chance says."""

    def __init__(self, known: _Known, today: int, random: np.random.Generator, queues: Sequence[Queue]) -> None:
        weight = random.exponential(size=known.received.shape)
        self._today = today

        def chances(begun: Days, ended: Days, clock: Days = known.received) -> Chances:
            there = (begun <= today) & (np.minimum(ended, today) > today - _WINDOW)
            since = clock[there]
            first = np.maximum(begun[there], today - _WINDOW + 1) - since
            last = np.minimum(ended[there], today) - since
            return Chances(first, last, ended[there] <= today, weight[there])

        self._decision = chances(known.received, np.minimum(known.agreed, known.ended))
        self._draft = chances(known.agreed, np.minimum(known.drafted, known.ended))
        self._final = chances(known.drafted, known.ended)
        # Behind a queue a stage takes its own time, and the time since the request says nothing of it.
        came = _last_of([queue.came for queue in queues], known.agreed)
        self._after = chances(came, np.minimum(known.drafted, known.ended), came)
        self._own = chances(known.drafted, known.ended, known.drafted)
        over = (known.ended <= today) & (known.ended > today - _WINDOW)
        undecided, undrafted = known.agreed == NEVER, known.drafted == NEVER

        def share(these: Marks, others: Marks, *, none: float = 1.0) -> float:
            mine, rest = weight[these].sum(), weight[others].sum()
            return float(mine / (mine + rest)) if mine + rest else none

        begun = known.agreed > today - _WINDOW
        self._agreed = share(begun & ~undecided, over & undecided)
        self._drafted = share(~undrafted & (known.drafted > today - _WINDOW), over & ~undecided & undrafted)
        self._issued = share(over & known.plan, over & ~undrafted & ~known.plan)
        plans = over & known.plan
        in_time, late = plans & known.in_time, plans & ~known.in_time
        self.excepted_in_time = share(in_time & known.excepted, in_time & ~known.excepted, none=0.0)
        self.excepted_late = share(late & known.excepted, late & ~known.excepted, none=0.0)

    def run(
        self, received: Days, agreed: Days, drafted: Days, random: np.random.Generator,
        queues: Sequence[tuple[Queue, tuple[Days, Days]]],
    ) -> tuple[Days, Marks]:  # fmt: skip
        """Return when each open or new request ends, and whether with a plan.

        `queues` are those before advisers, each with when the advice was asked for and came, `NEVER` if not.
        """
        today = self._today
        age = np.where(received > today, 0, today + 1 - received)
        waits, undrafted = agreed == NEVER, drafted == NEVER
        decided = np.where(waits, self._decision.ends(age, random), agreed - received)
        goes_on = (~waits | (random.random(age.shape) < self._agreed)) & (received != NEVER)
        if queues:
            to_draft = goes_on & undrafted
            ready = _last_of([
                np.where(came == NEVER, self._turn(queue, asked, received + decided, to_draft & (came == NEVER)), came)
                for queue, (asked, came) in queues
            ], received)  # fmt: skip
            since = np.where(ready > today, 0, today + 1 - ready)
            draft = np.where(undrafted, np.minimum(ready + self._after.ends(since, random), NEVER), drafted)
            own = np.where(undrafted, 0, today + 1 - drafted)
            final = np.minimum(draft + self._own.ends(own, random), NEVER)
        else:
            begun = np.where(waits, decided, age)
            draft = np.where(undrafted, received + self._draft.ends(begun, random), drafted)
            final = received + self._final.ends(np.where(undrafted, draft - received, age), random)
        with_draft = ~undrafted | (random.random(age.shape) < self._drafted)
        issued = goes_on & with_draft & (random.random(age.shape) < self._issued)
        ended = np.where(~goes_on, received + decided, np.where(~with_draft, draft, final))
        return np.where(received == NEVER, NEVER, ended), issued

    def _turn(self, queue: Queue, asked: Days, decided: Days, to_draft: Marks) -> Days:
        """Return when it is the turn of each; whoever is not asked yet is asked so many days after the decision."""
        soon = np.maximum(decided + queue.lag, self._today)
        return queue.served(np.where(to_draft, np.where(asked == NEVER, soon, asked), NEVER), self._today)


def _before(queue: Queue, open_now: Marks, new: tuple[int, int]) -> tuple[Days, Days]:
    """Return when the advice of a queue was asked for and came, for the open requests and then the new ones."""
    never = np.full(new, NEVER)
    asked, came = (
        np.concatenate([np.broadcast_to(each[open_now], (new[0], int(open_now.sum()))), never], axis=1)
        for each in (queue.asked, queue.came)
    )
    return asked, came


def _last_of(days: Sequence[Days], none: Days) -> Days:
    """Return the last of several days of each request; where there is no queue, another day of it."""
    return np.maximum.reduce(days) if days else none
