"""A plan file: which figures a board looks at, where they began, where they are to be, and who does what about it.

    title = "Accelerated Progress Plan"
    period = "month"

    [[measure]]
    id = "twenty_weeks"
    figure = "pc_plans_issued_20_weeks_ex"
    better = "higher"
    baseline = {on = 2025-03-31, value = 37.4}
    targets = [{by = 2026-03-31, value = 60}, {by = 2027-03-31, value = 90}]

What is wrong with it is refused with file, key and line before a case is read: a figure that there is not, targets out
of order, a value that the figure cannot have, an action that serves no measure. What no case has is refused when the
cases are there (`ehcp_flow.measures.plan_held`).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationError,
    model_validator,
)

from ehcp_flow.columns import Day
from ehcp_flow.errors import PlanFileError, PlanFileMissing, UnknownNameError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.law.loader import england, law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.toml_files import SourceFile, read_toml
from ehcp_flow.measures.catalogue import Catalogue, Measure, MeasureColumn, catalogue_of

__all__ = [
    "Action",
    "Baseline",
    "Comment",
    "EventShare",
    "Figure",
    "LimitShare",
    "Observation",
    "ParticularShare",
    "PlanFile",
    "PlanMeasure",
    "PlanPeriod",
    "PlanTarget",
    "Rag",
    "Step",
    "Term",
    "as_written",
    "read_plan",
]  # fmt: skip

Rag: TypeAlias = Literal["green", "amber", "red", "blue"]
"""How an action goes; blue is done, and seen to be."""
PlanPeriod: TypeAlias = Literal["month", "quarter", "term", "academic_year", "financial_year", "year"]
Value: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_EARLIEST: Final = dt.date(2000, 1, 1)
"""Before it no baseline lies: a series has every period from there on."""
Count: TypeAlias = Annotated[int, Field(strict=True)]
Id: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


def _in_order(days: tuple[int, int]) -> tuple[int, int]:
    if days[0] > days[1]:
        raise ValueError(f"the smaller first: [{days[1]}, {days[0]}]")
    return days


def _not_long_ago(day: dt.date) -> dt.date:
    if day < _EARLIEST:
        raise ValueError(f"give a day from {_EARLIEST.isoformat()} on")
    return day


class _PlanRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Baseline(_PlanRow):
    """Where a measure began."""

    on: Annotated[Day, AfterValidator(_not_long_ago)]
    value: Value


class PlanTarget(_PlanRow):
    """Where a measure is to be by a day."""

    by: Day
    value: Value


class Comment(_PlanRow):
    """What the owner of a measure says of it on a day."""

    on: Day
    says: str


class LimitShare(_PlanRow):
    """A share of the deadlines of a limit that fell due in a period: done in time, done late, or still outstanding."""

    limit: str
    share: Literal["in_time", "late", "outstanding"]
    party: str | None = None


class ParticularShare(_PlanRow):
    """A share of the plans held: those of which a particular has a value, or one of several.

    `of` narrows what it is a share of: to the plans of which the particular is `recorded`, or to those of which other
    particulars have these values.
    """

    particular: str
    value: Annotated[
        tuple[str, ...],
        Field(min_length=1),
        BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
    ]
    of: Literal["plans", "recorded"] | Mapping[str, str] = "plans"


class EventShare(_PlanRow):
    """A share of the facts of one event in a period: those beside which another stands, of a party where one is named.

    `between` are the days, counted from each, from which to which the other may lie: `[0, 15]` is the day itself and
    the 15 after it, `[-42, 0]` the six weeks before.
    """

    event: str
    of: str
    party: str | None = None
    between: Annotated[tuple[Count, Count], AfterValidator(_in_order)] = (0, 0)


Figure: TypeAlias = str | LimitShare | ParticularShare | EventShare
"""A column of the measures by its name, or a share: of the deadlines of a limit, of the plans held, of facts."""
_KINDS: Final = ("limit", "particular", "event")
"""The key that tells of a table which figure it is."""


def _kind(figure: Any) -> str | None:
    """Return which figure is meant, so that what is wrong with it is told of the right kind; None for none or two."""
    if isinstance(figure, str):
        return "(column)"
    has = [key for key in _KINDS if (key in figure if isinstance(figure, Mapping) else hasattr(figure, key))]
    return f"({has[0]})" if len(has) == 1 else None


_AsFigure: TypeAlias = Annotated[
    Annotated[str, Tag("(column)")]
    | Annotated[LimitShare, Tag("(limit)")]
    | Annotated[ParticularShare, Tag("(particular)")]
    | Annotated[EventShare, Tag("(event)")],
    Discriminator(
        _kind,
        custom_error_type="figure",
        custom_error_message=f"give a column of the measures, or a table with one of {', '.join(_KINDS)}",
    ),
]


_WHOLE: Final = 100


def as_written(figure: Figure | None) -> Any:
    """Return a figure as a plan file has it, without what need not be said."""
    if figure is None or isinstance(figure, str):
        return figure
    told = figure.model_dump(mode="json", exclude_defaults=True)
    values = told.get("value")
    return told if values is None or len(values) > 1 else {**told, "value": values[0]}


@dataclass(frozen=True)
class _Origin:
    """Where a plan was read from, and the law whose limits and measures it can name: of one content it is one plan."""

    file: SourceFile = field(default=SourceFile("plan", "", {}, PlanFileError), compare=False)
    rulebook: Rulebook = field(default_factory=england, compare=False)

    @cached_property
    def known(self) -> Catalogue:
        """The measures, and behind them those of targets of one's own."""
        return catalogue_of(self.rulebook)


class PlanMeasure(_PlanRow):
    """A `[[measure]]`: a figure, its polarity, its baseline and targets, and whose it is.

    Without `figure` it takes what was observed under its id. `amber` is how many points from the line are amber, `over`
    how many periods the figure covers.
    """

    _origin: _Origin = PrivateAttr(default_factory=_Origin)

    id: Id
    title: str = ""
    figure: _AsFigure | None = None
    better: Literal["higher", "lower"] = "higher"
    baseline: Baseline | None = None
    targets: tuple[PlanTarget, ...] = ()
    amber: Annotated[Value, Field(ge=0)] = 5.0
    owner: str = ""
    over: Annotated[Count, Field(ge=1, le=120)] = 1
    comment: tuple[Comment, ...] = ()

    def model_post_init(self, context: Any, /) -> None:
        """Keep the measures that it can be one of: those of its rulebook, with targets of one's own."""
        if isinstance(context, _Origin):
            self._origin = context

    @cached_property
    def column(self) -> MeasureColumn | None:
        """The column of the measures that it is, None where it is none. Raises UnknownNameError for a name of none."""
        return self._origin.known.column(self.figure) if isinstance(self.figure, str) else None

    @property
    def home(self) -> Measure | None:
        """The measure whose column it is."""
        return None if self.column is None else self._origin.known.home[self.column.name]

    @model_validator(mode="after")
    def _in_order(self) -> PlanMeasure:
        days = [target.by for target in self.targets]
        if self.baseline is not None:
            days.insert(0, self.baseline.on)
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError("the targets go by their days, each after the baseline and after the one before it")
        return self


class Step(_PlanRow):
    """How an action went on a day."""

    on: Day
    rag: Rag
    says: str = ""


class Action(_PlanRow):
    """An `[[action]]`: what is done, by whom, by when, for which measures, and how it went."""

    id: Id
    title: str
    lead: str = ""
    due: Day | None = None
    serves: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Observation(_PlanRow):
    """An `[[observation]]`: what no case holds, such as an audit, a survey or a sample, on a day."""

    measure: str
    on: Day
    numerator: Annotated[Count, Field(ge=0)] | None = None
    denominator: Annotated[Count, Field(gt=0)] | None = None
    value: Value | None = None
    says: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Observation:
        both = self.numerator is not None and self.denominator is not None
        neither = self.numerator is None and self.denominator is None
        if not (both or neither) or both is (self.value is not None):
            raise ValueError("give numerator and denominator, or value")
        if (self.numerator or 0) > (self.denominator or self.numerator or 0):
            raise ValueError(f"{self.numerator:,} of {self.denominator:,}: a part is at most the whole; or give value")
        return self


class Term(BaseModel):
    """A `[[term]]`: its name, its first and its last day."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str
    begins: Day = Field(alias="from")
    ends: Day = Field(alias="to")

    @model_validator(mode="after")
    def _forwards(self) -> Term:
        if self.ends < self.begins:
            raise ValueError("its last day is before its first")
        return self


class PlanFile(_PlanRow):
    """What a plan file says; `docs/before-a-board.md` has each key."""

    _origin: _Origin = PrivateAttr(default_factory=_Origin)

    title: str = "Scorecard"
    period: PlanPeriod = "month"
    term: tuple[Term, ...] = ()
    measure: Annotated[tuple[PlanMeasure, ...], Field(min_length=1)]
    action: tuple[Action, ...] = ()
    observation: tuple[Observation, ...] = ()

    def model_post_init(self, context: Any, /) -> None:
        """Keep the file that it is read from, for what is found wrong when the cases are there."""
        if isinstance(context, _Origin):
            self._origin = context

    @property
    def file(self) -> SourceFile:
        """The file that it was read from, by which what is wrong with it is refused."""
        return self._origin.file

    def begun_by(self, limit: str) -> frozenset[str]:
        """Return the events with which the time of a limit, or of its counterparts, can begin."""
        book = self._origin.rulebook
        rules = [rule for each in book.limits.values() if limit in (each.id, each.root) for rule in each.rule]
        return frozenset(start.event for rule in rules for start in book.clocks[rule.clock].starts_on)

    @property
    def limits(self) -> frozenset[str]:
        """The limits of which a measure is a share."""
        return frozenset(each.figure.limit for each in self.measure if isinstance(each.figure, LimitShare))

    @property
    def events(self) -> frozenset[str]:
        """The events of which a measure is a share."""
        shares = [each.figure for each in self.measure if isinstance(each.figure, EventShare)]
        return frozenset({*(share.event for share in shares), *(share.of for share in shares)})

    @property
    def particulars(self) -> frozenset[str]:
        """The particulars of which a measure is a share."""
        shares = [each.figure for each in self.measure if isinstance(each.figure, ParticularShare)]
        narrowed = (name for share in shares if isinstance(share.of, Mapping) for name in share.of)
        return frozenset({*(share.particular for share in shares), *narrowed})


def read_plan(
    plan: str | os.PathLike[str] | Mapping[str, Any] | PlanFile, *, rulebook: Rulebook | None = None
) -> PlanFile:
    """Return a plan: from a path, or out of a dict of the same keys; one that was read already as it is.

    Limits and targets of one's own are those of `rulebook`, of England's law if none is given. Raises PlanFileError
    with file, key and line for what is wrong with it, PlanFileMissing where there is none.
    """
    if isinstance(plan, PlanFile):
        return plan
    if isinstance(plan, Mapping):
        file = SourceFile("plan", "", dict(plan), PlanFileError)
    else:
        file = read_toml(Path(plan), PlanFileError, PlanFileMissing)
    book = law_given(rulebook)
    try:
        found = PlanFile.model_validate(file.data, context=_Origin(file, book))
    except ValidationError as error:
        file.refuse_first(error, model=PlanFile)
    _check_measures(file, found, book)
    _check_rest(file, found)
    return found


def _check_measures(file: SourceFile, plan: PlanFile, book: Rulebook) -> None:
    limits = {*book.limits, *(limit.root for limit in book.limits.values())}
    for at, measure in enumerate(plan.measure):
        figure = measure.figure
        where = ("measure", at, "figure")
        if isinstance(figure, LimitShare) and figure.limit not in limits:
            file.refuse(where, str(UnknownNameError("limit", figure.limit, sorted(limits))))
        if isinstance(figure, EventShare):
            for event in (figure.event, figure.of):
                if event not in FACT_TYPES:
                    file.refuse(where, str(UnknownNameError("event", event, FACT_TYPES)))
        try:
            _ = measure.column
        except UnknownNameError as error:
            file.refuse(where, f"{error} (`ehcp-flow measures SOURCE --catalogue` lists them)")
        _check_values(file, at, measure)
        comments = enumerate(measure.comment)
        _check_days(file, ((("measure", at, "comment", each), said.on, measure.id) for each, said in comments))
    _check_ids(file, "measure", (each.id for each in plan.measure))


def _check_values(file: SourceFile, at: int, measure: PlanMeasure) -> None:
    """Refuse a baseline or target that the figure can never be: a share is from 0 to 100, a count not below 0."""
    if measure.figure is None:
        return
    kind = "percent" if measure.column is None else measure.column.kind
    told: dict[tuple[str | int, ...], float]
    told = {("targets", each, "value"): target.value for each, target in enumerate(measure.targets)}
    if measure.baseline is not None:
        told["baseline", "value"] = measure.baseline.value
    for where, value in told.items():
        if kind == "percent" and not 0 <= value <= _WHOLE:
            file.refuse(
                ("measure", at, *where), f"the figure is a share: give a number from 0 to 100 (found {value:g})"
            )
        if kind == "count" and value < 0:
            file.refuse(("measure", at, *where), f"the figure is a count: give 0 or more (found {value:g})")


def _check_days(file: SourceFile, told: Iterable[tuple[tuple[str | int, ...], dt.date, str]]) -> None:
    """Refuse two things that are said of one measure on one day: which of them counts?"""
    seen: set[tuple[dt.date, str]] = set()
    for where, on, measure in told:
        if (on, measure) in seen:
            file.refuse((*where, "on"), f"there are two of {measure} on {on.isoformat()}, and one can count: keep one")
        seen.add((on, measure))


def _check_rest(file: SourceFile, plan: PlanFile) -> None:
    """Refuse what belongs to no measure, ids that are told twice, and terms that overlap or that there are none of."""
    known = {measure.id: measure for measure in plan.measure}
    _check_ids(file, "action", (each.id for each in plan.action))
    for at, action in enumerate(plan.action):
        for name in action.serves:
            _check_name(file, ("action", at, "serves"), name, known)
    for at, seen in enumerate(plan.observation):
        _check_name(file, ("observation", at, "measure"), seen.measure, known)
        if known[seen.measure].figure is not None:
            file.refuse(("observation", at, "measure"), f"{seen.measure} has a figure of its own, out of the cases")
    _check_days(file, ((("observation", at), each.on, each.measure) for at, each in enumerate(plan.observation)))
    if plan.period == "term" and not plan.term:
        file.refuse(("period",), "say when the terms are: [[term]] with name, from and to")
    if plan.term and plan.period != "term":
        file.refuse(("term",), 'terms are told for period = "term" alone')
    for at, (before, after) in enumerate(pairwise(plan.term)):
        if after.begins <= before.ends:
            file.refuse(("term", at + 1), "terms follow one another, and do not overlap")


def _check_ids(file: SourceFile, of: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for at, name in enumerate(ids):
        if name in seen:
            file.refuse((of, at, "id"), f"there are two called {name!r}")
        seen.add(name)


def _check_name(file: SourceFile, where: tuple[str | int, ...], name: str, known: Collection[str]) -> None:
    if name not in known:
        file.refuse(where, str(UnknownNameError("measure", name, known)))
