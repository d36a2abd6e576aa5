"""The scorecard: the figures of a plan against its line, with what a red one opens, and the register of actions.

One pass over the answered cases counts everything. A figure is that of the measures, whichever board looks at it.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.arithmetic import median, percent, rounded
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.counted_case import CountedCase, answered
from ehcp_flow.measures.dated_acts import Owed, acts_among, owed_among
from ehcp_flow.measures.dated_values import particular_values
from ehcp_flow.measures.lost_days import LostDays, Way, lost_days, way_of
from ehcp_flow.measures.measure_table import Cases, Tables
from ehcp_flow.measures.periods import Period
from ehcp_flow.measures.plan_figures import Cells, Counted, columns_of, failing, figure_in
from ehcp_flow.measures.plan_file import (
    Action,
    LimitShare,
    PlanFile,
    PlanMeasure,
    PlanTarget,
    Step,
    as_written,
    read_plan,
)
from ehcp_flow.measures.plan_line import (
    PlanFigure,
    Standing,
    Trend,
    rag_of,
    target_next,
    target_on,
    trend_of,
)
from ehcp_flow.measures.plan_windows import PlanWindows, is_backlog
from ehcp_flow.measures.recovery import Recovery, recovery_of

__all__ = ["CardRow", "RedReport", "Scorecard", "StageLost", "scorecard"]

_WEEK: Final = 7


@dataclass(frozen=True)
class CardRow:
    """A measure on the day: its figure, the line, how it stands to it, which way it goes, and each period since."""

    measure: PlanMeasure
    title: str
    period: Period
    figure: PlanFigure
    line: float | None
    target: PlanTarget | None
    rag: Standing
    trend: Trend
    series: Sequence[Mapping[str, Any]]
    recovery: Recovery | None
    comment: str | None
    """What its owner said of it last."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, dates as ISO text."""
        baseline, target = self.measure.baseline, self.target
        return {
            "id": self.measure.id,
            "figure": as_written(self.measure.figure),
            "value": self.figure.value,
            "numerator": self.figure.numerator,
            "denominator": self.figure.denominator,
            "baseline": None if baseline is None else {"on": baseline.on.isoformat(), "value": baseline.value},
            "target_now": self.line,
            "target_next": None if target is None else {"by": target.by.isoformat(), "value": target.value},
            "rag": self.rag,
            "trend": self.trend,
            "series": list(self.series),
            "owner": self.measure.owner,
            "title": self.title,
            "better": self.measure.better,
            "period": self.period.label,
            "over": self.measure.over,
            "comment": self.comment,
            "recovery": None if self.recovery is None else self.recovery.as_dict(),
        }


class StageLost(NamedTuple):
    """How many cases lost most of their days in a stage, and the median weeks beyond what it has."""

    stage: str
    cases: int
    median_weeks: float


@dataclass(frozen=True)
class RedReport:
    """What a red measure opens: its cases, where they lost their days, what was written down as why, and who speaks."""

    row: CardRow
    cases: Sequence[LostDays]
    failing: int
    actions: Sequence[Action]

    @property
    def stages(self) -> list[StageLost]:
        """The stages in which days were lost, that of most cases first."""
        days: dict[str, list[int]] = {}
        for lost in self.cases:
            days.setdefault(lost.stage, []).append(lost.days)
        found = [StageLost(stage, len(each), rounded(median(each) / _WEEK)) for stage, each in days.items()]
        return sorted(found, key=lambda each: (-each.cases, each.stage))

    @property
    def with_reasons(self) -> int:
        """How many of the cases have a reason on record."""
        return sum(bool(lost.reasons) for lost in self.cases)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """The reasons on record, each with its number of cases, the most frequent first."""
        return sorted(
            Counter(reason for lost in self.cases for reason in dict.fromkeys(lost.reasons)).items(),
            key=lambda each: (-each[1], each[0]),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "id": self.row.measure.id, "title": self.row.title, "owner": self.row.measure.owner,
            "comment": self.row.comment, "failing": self.failing,
            "stages": [stage._asdict() for stage in self.stages],
            "with_reasons": self.with_reasons,
            "reasons": [{"reason": reason, "cases": cases} for reason, cases in self.reasons],
            "cases": [{**lost._asdict(), "reasons": list(lost.reasons)} for lost in self.cases],
            "actions": [action.id for action in self.actions],
        }  # fmt: skip


class Scorecard:
    """Collects a caseload for a plan; `rows` gives the measures, `reds` what the red ones open, `actions` the register.

    `extra` gives further columns by case id, as for `measure`; without it these are the particulars of the cases.
    When all cases are in, `settled` refuses a plan that asks for what none of them has.
    """

    def __init__(self, plan: PlanFile, as_of: dt.date, *, extra: Extra | None = None) -> None:
        self.plan = plan
        self.as_of = as_of
        self.cases = 0
        self._extra = extra
        self._laid = PlanWindows.out(plan, as_of)
        self._tables = Tables(self._laid.sets, columns_of(plan))
        self._answers: dict[str, Answer] = {}

    def add(self, answer: Answer | CountedCase) -> None:
        """Take one case into account."""
        counted = CountedCase.laid_out(answer)
        self.cases += 1
        self._answers[counted.case_id] = counted.answer
        if self._laid.sets:
            self._tables.add(counted)

    def settled(self) -> Scorecard:
        """Return it when every case is taken into account. Raises PlanFileError for what its plan asks for in vain."""
        if self.cases:
            self._counted.refuse_unknown(self.plan)
        return self

    @cached_property
    def _counted(self) -> Counted:
        answers, limits, events = self._answers.values(), self.plan.limits, self.plan.events
        held = self._extra
        if held is None and self.plan.particulars:
            held = particular_values(answer.case for answer in answers)
        return Counted(owed_among(answers, limits), acts_among(answers, events), held)

    @cached_property
    def _cells(self) -> Mapping[Period, Cells]:
        found = self._tables.cells() if self._laid.sets else []
        return {
            period: cells
            for periods, each in zip(self._laid.sets, found, strict=True)
            for period, cells in zip(periods, each, strict=True)
        }

    def _figure(self, measure: PlanMeasure, period: Period) -> PlanFigure:
        cells = self._cells.get(period, {})
        return figure_in(measure, period, cells, self._counted, self.plan.observation, self.as_of)

    @cached_property
    def rows(self) -> Sequence[CardRow]:
        """The measures in the order of the plan."""
        return [self._row(measure) for measure in self.plan.measure]

    def _row(self, measure: PlanMeasure) -> CardRow:
        laid = self._laid
        windows = [laid.window(measure.over, at) for at in range(laid.first_of(measure), laid.last + 1)]
        figures = [self._figure(measure, window) for window in windows]
        series = [
            {
                "period": window.label, "value": each.value, "numerator": each.numerator,
                "denominator": each.denominator, "target": target_on(measure, min(window.end, self.as_of)),
            }
            for window, each in zip(windows, figures, strict=True)
        ]  # fmt: skip
        now, figure, line = windows[-1], figures[-1], target_on(measure, self.as_of)
        before = laid.before(measure.over)
        earlier = PlanFigure() if before is None else self._figure(measure, before)
        return CardRow(
            measure, title_of(measure), now, figure, line, target_next(measure, self.as_of),
            rag_of(measure, figure.value, line), trend_of(measure, figure, earlier, whole=now.end <= self.as_of),
            series, self._recovery(measure, now), self._comment(measure),
        )  # fmt: skip

    def _comment(self, measure: PlanMeasure) -> str | None:
        said = [each for each in measure.comment if each.on <= self.as_of]
        return max(said, key=lambda each: each.on).says if said else None

    def _recovery(self, measure: PlanMeasure, now: Period) -> Recovery | None:
        """Return how a count that stands, and of which less is better, comes down to the target ahead."""
        target = target_next(measure, self.as_of)
        if target is None or not is_backlog(measure):
            return None
        cases = [
            failing(measure, period, self._cells.get(period, {}), self._counted, self.as_of)
            for period in (now, self._laid.earlier)
        ]
        return recovery_of(cases[0], cases[1], target.value, target.by, self.as_of)

    @cached_property
    def reds(self) -> Sequence[RedReport]:
        """What the red measures open, in the order of the plan."""
        return [self._red(row) for row in self.rows if row.rag == "red"]

    def _red(self, row: CardRow) -> RedReport:
        measure, period = row.measure, row.period
        cells = self._cells.get(period, {})
        cases = failing(measure, period, cells, self._counted, self.as_of)
        way = _way(measure)
        known = [self._answers[case_id] for case_id in dict.fromkeys(cases) if case_id in self._answers]
        end = min(period.end, self.as_of)
        if isinstance(measure.figure, LimitShare) and way is None:
            lost = _beyond(measure.figure, self._counted.owed(measure.figure.limit, period.start, end), end)
        elif way is None:
            lost = [LostDays(answer.case_id, "", 0, ()) for answer in known]
        else:
            lost = [lost_days(answer, way, end) for answer in known]
        serving = [action for action in self.plan.action if measure.id in action.serves]
        return RedReport(row, sorted(lost, key=lambda each: (-each.days, each.case_id)), len(cases), serving)

    @property
    def actions(self) -> list[dict[str, Any]]:
        """The register of actions: how each goes, since when, and whether its day is past."""
        return [self._action(action) for action in self.plan.action]

    def _action(self, action: Action) -> dict[str, Any]:
        taken = self.steps_of(action)
        rag = taken[-1].rag if taken else "none"
        late = action.due is not None and action.due < self.as_of and rag != "blue"
        return {
            "id": action.id, "title": action.title, "lead": action.lead, "due": dates.iso(action.due), "rag": rag,
            "since": taken[-1].on.isoformat() if taken else None, "says": taken[-1].says if taken else "",
            "overdue": late, "serves": list(action.serves),
            "steps": [{"on": step.on.isoformat(), "rag": step.rag, "says": step.says} for step in taken],
        }  # fmt: skip

    def steps_of(self, action: Action) -> list[Step]:
        """Return how an action went up to the day, in order."""
        return sorted((step for step in action.steps if step.on <= self.as_of), key=lambda step: step.on)

    @property
    def observations(self) -> list[dict[str, Any]]:
        """What was observed up to the day, in order."""
        told = sorted((each for each in self.plan.observation if each.on <= self.as_of), key=lambda each: each.on)
        return [
            {
                "measure": each.measure, "on": each.on.isoformat(), "numerator": each.numerator,
                "denominator": each.denominator,
                "value": each.value if each.denominator is None else percent(each.numerator or 0, each.denominator),
                "says": each.says,
            }
            for each in told
        ]  # fmt: skip


def title_of(measure: PlanMeasure) -> str:
    """Return what a measure is called: by its plan, else as its column says."""
    if measure.title:
        return measure.title
    if measure.column is not None:
        says = measure.column.says
        return says[0].upper() + says[1:]
    return measure.id.replace("_", " ").capitalize()


def _beyond(figure: LimitShare, owed: Iterable[Owed], end: dt.date) -> list[LostDays]:
    """Return how long each deadline of a limit was missed by, under the name of whom it concerns."""
    return [
        LostDays(
            each.case_id,
            f"{figure.limit}: {each.party}" if each.party else figure.limit,
            max(((each.done_on or each.ended_on or end) - each.due_on).days, 0),
            (),
        )
        for each in owed
        if each.stands(end) != "in_time" and figure.party in (None, each.party)
    ]


def _way(measure: PlanMeasure) -> Way | None:
    """Return the way on which the cases of a measure lost their days, None for one that lies on none."""
    if isinstance(measure.figure, LimitShare):
        return way_of(measure.figure.limit)
    return None if measure.home is None else way_of(measure.home.id, measure.home.group)


def scorecard(
    cases: Cases,
    plan: str | os.PathLike[str] | Mapping[str, Any] | PlanFile,
    *,
    as_of: dt.date | str | None = None,
    extra: Extra | None = None,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Scorecard:
    """Return the scorecard of a caseload by a plan (a path, or a dict of the same keys), as known on `as_of`.

    `as_of` is today if not given. `extra` gives further columns by case id, as for `measure`; without it these are the
    particulars of the cases. Raises PlanFileError for a plan that is wrong or asks for what no case has, DateError if
    `as_of` is no date.
    """
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    read = read_plan(plan, rulebook=rulebook)
    collected = Scorecard(read, day, extra=extra)
    for answer in answered(cases, day, rulebook=rulebook, calendars=calendars):
        collected.add(answer)
    return collected.settled()
