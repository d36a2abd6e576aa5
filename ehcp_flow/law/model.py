"""What the rulebook is made of: clocks, limits with their rules and versions, grounds of exception.

The data files are written against these models; a wrong key, name or date is refused with its file and line by the
loader. Everything is frozen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ehcp_flow.counting import Convention, Period, Window, fixed_days, parse_convention, parse_period
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import ExceptionOutcome
from ehcp_flow.law.citation import Cited, CitedOnce, Instrument
from ehcp_flow.law.patterns import Patterns

__all__ = [
    "Body",
    "BodyName",
    "Clock",
    "Count",
    "ExceptionUse",
    "Ground",
    "Limit",
    "Name",
    "Notice",
    "Reading",
    "Rule",
    "Rulebook",
    "Version",
]

Kind: TypeAlias = Literal["statutory", "guidance", "derived", "local"]
DateField: TypeAlias = Literal["on", "served_on", "aware_on", "made_on", "reviewed_on"]
Evidence: TypeAlias = Annotated[str, Field(pattern=r"^(P|P \(ct\)|P~|S|S-quote|M|own)$")]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

_CountingText: TypeAlias = Annotated[
    Any, BeforeValidator(lambda value: parse_convention(value) if isinstance(value, str) else value)
]
_PeriodText: TypeAlias = Annotated[
    Any, BeforeValidator(lambda value: parse_period(value) if isinstance(value, str) else value)
]

EVIDENCE: Final[Mapping[str, str]] = {
    "P": "the primary text was read",
    "P (ct)": "the primary text was read, for these words in a consolidated copy of legislation.gov.uk's data",
    "P~": "the primary text was read only in part",
    "S": "read in a secondary source only",
    "S-quote": "read in a secondary source that reproduces the provision word for word",
    "own": "the authority's own word",
    "M": "general knowledge only: check it against legislation.gov.uk before relying on it",
}


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, ignored_types=(cached_property,)
    )


class Between(_Model):
    """A stretch of a case's life: from a fact of `begins_on` to the next of `ends_on`."""

    begins_on: Patterns
    ends_on: Patterns = ()


class Stretch(Between):
    """A stretch of a case's life that clocks speak of by name: custody, a re-assessment.

    A fact of `begins_on` begins nothing where the case then is inside the stretch `unless_during`: a request for an
    assessment does not undo the plan that there is.
    """

    id: Name
    title: str
    unless_during: Name | None = None


class Resumption(_Model):
    """What to say, and by what authority, where a fact sets an ended clock going again."""

    says: str
    citation: Cited = Field(min_length=1)


class Inside(_Model):
    """Facts that count only inside a stretch of the case's life."""

    facts: Patterns = Field(min_length=1)
    during: Name


class Clock(_Model):
    """What makes time run, for one or more limits.

    A fact of `starts_on` starts the clock if it is not running; a fact of `restarts_on` starts it anew even if it is.
    With `separate`, each starting fact has a clock of its own, beside any that runs. `per = "party"` keeps one clock
    for each party. The clock ends on a fact of `ends_on`, and a limit that was not done by then lapses; a fact of
    `resumes_on` sets the ended clock going again as if it had never ended, and `resumption` says so. `during` and
    `unless_during` name stretches of the case's life: it starts only inside the one, and outside each of the others;
    with `party_from = "stretch"` the clock concerns the party of the fact that began the stretch. `counts_from` lists
    the date fields of the starting fact, the first that is filled being taken, and `on` where none is. With `own_acts`
    a separate clock is discharged only by facts that come before its next start: an appeal belongs to the latest
    decision.
    """

    id: Name
    title: str
    starts_on: Patterns = ()
    restarts_on: Patterns = ()
    separate: bool = False
    per: Literal["case", "party"] = "case"
    counts_from: tuple[DateField, ...] = ("on",)
    ends_on: Patterns = ()
    resumes_on: Patterns = ()
    resumes_inside: Inside | None = None
    resumes_in_time: bool = False
    resumption: Resumption | None = None
    during: str = ""
    unless_during: tuple[Name, ...] = ()
    party_from: Literal["start", "stretch"] = "start"
    own_acts: bool = False

    @model_validator(mode="after")
    def _starts(self) -> Clock:
        if not self.starts_on and not self.restarts_on:
            raise ValueError("a clock needs starts_on or restarts_on")
        for key in ("resumption", "resumes_inside", "resumes_in_time"):
            if getattr(self, key) and not self.resumes_on:
                raise ValueError(f"{key} needs resumes_on")
        if self.party_from == "stretch" and not self.during:
            raise ValueError("party_from needs during")
        if self.own_acts and not self.separate:
            raise ValueError("own_acts needs separate")
        return self


class Count(_Model):
    """One of several periods of which the later (or the only one) gives the last lawful day.

    `counts_from` are date fields of the starting fact; where none of them is filled, the period runs from the last fact
    of `or_from_fact` before the start, and is left out without one. With `counts_from_fact` it runs instead from the
    first such fact while the clock runs, and is left out as long as there is none. Where a period that is `needed` is
    left out, the last lawful day may be later than the one given: nothing done or missed after it is a breach.
    """

    counting: _CountingText
    counts_from: tuple[DateField, ...] = ()
    or_from_fact: Patterns = ()
    counts_from_fact: Patterns = ()
    needed: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Count:
        for key in ("or_from_fact", "needed"):
            if getattr(self, key) and not self.counts_from:
                raise ValueError(f"{key} needs counts_from")
        return self

    @property
    def convention(self) -> Convention:
        """How the period is counted."""
        result: Convention = self.counting
        return result


class _Dated(_Model):
    in_force_from: dt.date
    in_force_to: dt.date | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.in_force_to is not None and self.in_force_to < self.in_force_from:
            raise ValueError("in_force_to lies before in_force_from")
        return self


def _join(what: str, dated: Sequence[_Dated]) -> None:
    """Refuse dated things of which two overlap, or that leave a day between them to none."""
    for earlier, later in pairwise(dated):
        if earlier.in_force_to is None or earlier.in_force_to >= later.in_force_from:
            raise ValueError(f"{what} from {earlier.in_force_from} and {later.in_force_from} overlap")
        if later.in_force_from - earlier.in_force_to != dt.timedelta(days=1):
            raise ValueError(f"there is a gap between {earlier.in_force_to} and {later.in_force_from}")


class Version(_Dated):
    """The rule as it stood from one day to another: `in_force_to` is its last day, or None while it stands.

    The version in force on the day the clock starts is the one that applies. `words` are the words that decide the
    counting; `evidence` says how far the text was checked. `protected_until` (of a window only) takes the place of the
    count where a fact of its `begins_on` comes by the last day counted: the window then ends on the day before the next
    fact of its `ends_on`, and has no end while there is none.
    """

    counting: _CountingText = None
    later_of: tuple[Count, ...] = ()
    protected_until: Between | None = None
    roll: Literal["none", "tribunal"] = "none"
    words: str = ""
    citation: Cited = Field(min_length=1)
    evidence: Evidence
    evidence_note: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _one_way_of_counting(self) -> Version:
        if (self.counting is None) == (not self.later_of):
            raise ValueError("give either counting or later_of")
        windows = {isinstance(count.convention, Window) for count in self.counts}
        if len(windows) != 1:
            raise ValueError("a window cannot be combined with a period that is no window")
        if self.protected_until is not None and True not in windows:
            raise ValueError("protected_until is for a window")
        return self

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """The periods of which the latest gives the last lawful day."""
        return self.later_of or (Count(counting=self.counting),)

    def may_be_later(self, counted: Sequence[Count]) -> bool:
        """Whether a period that is needed is not among those counted, so that the last lawful day may be later."""
        return any(count.needed and count not in counted for count in self.counts)

    @cached_property
    def fixed_days(self) -> dt.timedelta | None:
        """How far the last lawful day lies from the day counted from; None where that depends on the day."""
        if self.counting is None or self.roll != "none" or self.protected_until is not None:
            return None
        return fixed_days(self.counting)

    @cached_property
    def is_window(self) -> bool:
        """Whether the time is protected, rather than allowed."""
        return isinstance(self.counts[0].convention, Window)

    @cached_property
    def cited(self) -> str:
        """The citations in one line, each instrument named once."""
        by_instrument: dict[str, list[str]] = {}
        for citation in self.citation:
            by_instrument.setdefault(citation.instrument, []).append(citation.text)
        lines = []
        for texts in by_instrument.values():
            shared = texts[0].rpartition(", ")[0]
            rest = (text.removeprefix(f"{shared}, ") if shared else text for text in texts[1:])
            lines.append(", ".join((texts[0], *rest)))
        return "; ".join(lines)


class Reading(_Model):
    """Another reading, its way of counting, and who takes it. It never moves `due_on`.

    With `counts_from_fact` it counts from the first such fact while the clock runs, and is silent without one. It is
    told with every version of its rule, or only with those that were law at some time from `in_force_from` to
    `in_force_to`.
    """

    name: str
    counting: _CountingText
    counts_from_fact: Patterns = ()
    says: str
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None

    @property
    def convention(self) -> Convention:
        """How this reading counts."""
        result: Convention = self.counting
        return result

    def is_of(self, version: Version) -> bool:
        """Whether this is a reading of that version of the rule."""
        begun = self.in_force_from is None or version.in_force_to is None or self.in_force_from <= version.in_force_to
        return begun and (self.in_force_to is None or version.in_force_from <= self.in_force_to)


class Ground(_Model):
    """A ground of exception, and the part of it that can be checked against recorded facts.

    `test` is one of a closed set: `closure` (an institution closed for at least `least`, and advice asked of it from
    `margin` before it closed to `margin` before it re-opened); `absence` (at least `least` without a break, inside the
    limit's period); `within_period` (some day of it inside the limit's period); `due_within_force` (the act fell due
    while the ground was law, and a reason is recorded); `named` (the record names the limit, and says what was agreed
    or directed). Whether compliance was impractical is never tested.
    """

    id: Name
    outcome: ExceptionOutcome
    title: str
    test: Literal["closure", "absence", "within_period", "due_within_force", "named"]
    least: _PeriodText = None
    margin: _PeriodText = None
    adviser: str = ""
    in_force_from: dt.date
    in_force_to: dt.date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Ground:
        if (self.least is None) == (self.test in ("closure", "absence")):
            raise ValueError("closure and absence, and only they, need least")
        if (self.margin is None) == (self.test == "closure"):
            raise ValueError("closure, and only closure, needs margin")
        if bool(self.adviser) != (self.test == "closure"):
            raise ValueError("closure, and only closure, needs adviser")
        return self


class ExceptionUse(_Model):
    """That a ground can disapply a rule, and where the law says so."""

    ground: Name
    citation: CitedOnce


class Foreseen(_Model):
    """Whether a date of the starting fact lies long enough before its `on`: "at least 15 working days before the move".

    Where the date is not filled, it is taken to be `on` itself.
    """

    date: DateField
    at_least_before: _PeriodText

    @property
    def period(self) -> Period:
        """How long before."""
        result: Period = self.at_least_before
        return result


class InTime(_Model):
    """That something came within a time after something else: the contact, two months after the decision.

    True where the first fact of `first`, after the latest of `after` that comes before the start of the clock, came by
    the last day that `counting` gives; true as well where the record has no fact of `after`.
    """

    first: Patterns = Field(min_length=1)
    after: Patterns = Field(min_length=1)
    counting: _CountingText

    @property
    def convention(self) -> Convention:
        """How the time is counted."""
        result: Convention = self.counting
        return result


class Rule(_Model):
    """One row of a limit: which clock it hangs on, what discharges it, what excuses it, and its dated versions.

    A fact of `done_by` discharges it; a fact of `undone_by` cancels that; a fact of `implied_by` shows that it was
    done, not when; a fact of `lapses_on` (or the end of its clock) makes it fall away; one of `never_owed_by` does too,
    and shows that the act was never owed. With `other_answer` the limit bites only if the answer is the one in
    `done_by`: until then it is open, and after a fact of `other_answer` it has lapsed unless it is done after all.
    `looks_back` lets the act come before the fact that the clock starts from. `under_age` (years, on the last lawful
    day) needs the child's date of birth.

    `only_from` narrows the clock's starts; `where` and `where_not` narrow them to those that were foreseen for so long,
    or not; `by_party` and `not_by_party` to those of some parties, or of any but them; `where_in_time` to those that
    something else came in time for. With `only_with` the rule is there only if such a fact comes while the clock runs
    and before the rule was discharged or answered otherwise; with `there_by` it is not there if the first such fact of
    the case came after the last lawful day.

    `right` marks an act that is allowed, not owed: unused in its time it lapses, used late it is late, and neither is a
    breach. `bites_only_if` names, in words, what the record does not show and the limit depends on: undone, it stays
    open; done late it is a breach, unless `shown_by_act` is false: then the act does not show that the limit bit.
    `title` is the limit's own where it is empty.
    """

    rows: tuple[Name, ...] = Field(min_length=1)
    clock: Name
    title: str = ""
    only_from: Patterns = ()
    where: Foreseen | None = None
    where_not: Foreseen | None = None
    where_in_time: InTime | None = None
    by_party: tuple[Name, ...] = ()
    not_by_party: tuple[Name, ...] = ()
    only_with: Patterns = ()
    there_by: Patterns = ()
    right: bool = False
    bites_only_if: str = ""
    shown_by_act: bool = True
    counts_from: tuple[DateField, ...] = ()
    act: str
    otherwise: str = ""
    done_by: Patterns
    undone_by: Patterns = ()
    implied_by: Patterns = ()
    other_answer: Patterns = ()
    lapses_on: Patterns = ()
    never_owed_by: Patterns = ()
    looks_back: _PeriodText = None
    under_age: int | None = None
    exceptions: tuple[ExceptionUse, ...] = ()
    readings: tuple[Reading, ...] = ()
    version: tuple[Version, ...] = Field(min_length=1)
    note: str = ""

    @property
    def looks_back_over(self) -> Period | None:
        """How long before the start of the clock the act may have been done, or None."""
        result: Period | None = self.looks_back
        return result

    @model_validator(mode="after")
    def _complete(self) -> Rule:
        _join("versions", self.version)
        if not self.shown_by_act and not self.bites_only_if:
            raise ValueError("shown_by_act = false needs bites_only_if")
        return self

    def in_force(self, day: dt.date) -> Version | None:
        """Return the version in force on `day`, or None: there is no fallback outside a version's range."""
        for version in self.version:
            if version.in_force_from <= day and (version.in_force_to is None or day <= version.in_force_to):
                return version
        return None

    def nearest(self, day: dt.date) -> Version:
        """Return the version to show on `day`: the one in force, else the first to come, else the last there was."""
        return self.in_force(day) or (self.version[0] if day < self.version[0].in_force_from else self.version[-1])


class Limit(_Model):
    """A time limit: its public id, who must act, of what kind it is, and its rules.

    `kind` is `statutory`, `guidance` (never a breach), `derived` (follows from statutory ones) or `local`.
    `counterpart` is the limit that this one repeats in other regulations: who changes one looks at the other.
    """

    id: Name
    counterpart: Name | None = None
    title: str
    group: str
    actor: str
    kind: Kind
    note: str = ""
    rule: tuple[Rule, ...] = Field(min_length=1)


class Note(_Model):
    """A duty, gate or bar without a number: shown in the rulebook, never a deadline."""

    row: Name
    title: str
    says: str
    citation: Cited = ()
    evidence: Evidence


class Told(_Model):
    """Somebody who must be told of a decision, and where the law says so."""

    who: str
    citation: CitedOnce


class Content(_Model):
    """Something that a notice must contain, where the law says so, and since when, where that was not always so."""

    says: str
    citation: CitedOnce
    since: dt.date | None = None


class Notice(_Model):
    """What a decision sets going on paper: who must be told, what the notice must contain, and by which limits.

    `on` are the facts that record the decision; `limits` the ids of the limits that it has to keep.
    """

    id: Name
    title: str
    on: Patterns = Field(min_length=1)
    limits: tuple[Name, ...] = ()
    tell: tuple[Told, ...] = Field(min_length=1)
    contains: tuple[Content, ...] = Field(min_length=1)
    evidence: Evidence
    note: str = ""


class BodyName(_Dated):
    """What a body was called from one day to another: `in_force_to` is its last day, or None while the name stands."""

    name: str = Field(min_length=1)
    citation: Cited = Field(min_length=1)
    evidence: Evidence
    evidence_note: str = ""


class Body(_Model):
    """A body that the law speaks of by its office, and the names of those that have held it.

    A rule is about the body where its act, or the limit's actor, has one of the phrases of `spoken_of`. It changes no
    date: the explanation of a deadline says who the body was on the day the act was due.
    """

    id: Name
    title: str
    spoken_of: tuple[str, ...] = Field(min_length=1)
    name: tuple[BodyName, ...] = Field(min_length=1)
    note: str = ""

    @model_validator(mode="after")
    def _names_join(self) -> Body:
        _join("names", self.name)
        return self

    def on(self, day: dt.date) -> BodyName | None:
        """Return the name that the body had on `day`, or None: there is no fallback outside the names' days."""
        for name in self.name:
            if name.in_force_from <= day and (name.in_force_to is None or day <= name.in_force_to):
                return name
        return None

    def is_spoken_of(self, *texts: str) -> bool:
        """Whether one of the texts speaks of the body."""
        return any(phrase in text for phrase in self.spoken_of for text in texts)


class Rulebook(_Model):
    """The law of one place: what it is made of, each by id and in the order of the files."""

    name: str
    title: str
    instruments: dict[str, Instrument]
    stretches: dict[str, Stretch]
    clocks: dict[str, Clock]
    grounds: dict[str, Ground]
    limits: dict[str, Limit]
    notes: tuple[Note, ...] = ()
    notices: tuple[Notice, ...] = ()
    bodies: dict[str, Body] = Field(default_factory=dict)

    def limit(self, limit_id: str) -> Limit:
        """Return the limit with this id. Raises UnknownNameError, with near matches, if there is none."""
        if limit_id not in self.limits:
            raise UnknownNameError("limit", limit_id, self.limits)
        return self.limits[limit_id]

    def __hash__(self) -> int:
        return id(self)
