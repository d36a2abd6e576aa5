"""What the rulebook is made of: clocks, limits with their rules and versions, grounds of exception.

The data files are written against these models; a wrong key, name or date is refused with its file and line by the
loader. Everything is frozen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ehcp_flow.counting import Convention, Period, Window, parse_convention, parse_period
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import ExceptionOutcome
from ehcp_flow.law.citation import Cited, CitedOnce, Instrument
from ehcp_flow.law.patterns import Patterns

__all__ = [
    "Clock",
    "Count",
    "ExceptionUse",
    "Ground",
    "Limit",
    "Reading",
    "Rule",
    "Rulebook",
    "Version",
]

Kind: TypeAlias = Literal["statutory", "guidance", "derived", "local"]
DateField: TypeAlias = Literal["on", "served_on", "aware_on", "made_on", "reviewed_on"]
Evidence: TypeAlias = Annotated[str, Field(pattern=r"^(P|P \(ct\)|P~|S|S-quote|M)$")]
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


class Clock(_Model):
    """What makes time run, for one or more limits.

    A fact of `starts_on` starts the clock if it is not running; a fact of `restarts_on` starts it anew even if it is.
    With `separate`, each starting fact has a clock of its own, beside any that runs. `per = "party"` keeps one clock
    for each party. The clock ends on a fact of `ends_on`, and a limit that was not done by then lapses; a fact of
    `resumes_on` sets the ended clock going again as if it had never ended. `during` and `unless_during` confine the
    clock to starts inside, or outside, a stretch of the case's life. `counts_from` lists the date fields of the
    starting fact, the first that is filled being taken.
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
    during: Between | None = None
    unless_during: Between | None = None

    @model_validator(mode="after")
    def _starts(self) -> Clock:
        if not self.starts_on and not self.restarts_on:
            raise ValueError("a clock needs starts_on or restarts_on")
        return self


class Count(_Model):
    """One of several periods of which the later (or the only one) gives the last lawful day.

    `counts_from` are date fields of the starting fact; with `counts_from_fact` the period runs instead from the first
    such fact while the clock runs, and is left out as long as there is none.
    """

    counting: _CountingText
    counts_from: tuple[DateField, ...] = ()
    counts_from_fact: Patterns = ()

    @property
    def convention(self) -> Convention:
        """How the period is counted."""
        result: Convention = self.counting
        return result


class Version(_Model):
    """The rule as it stood from one day to another: `in_force_to` is its last day, or None while it stands.

    The version in force on the day the clock starts is the one that applies. `words` are the words that decide the
    counting; `evidence` says how far the text was checked.
    """

    in_force_from: dt.date
    in_force_to: dt.date | None = None
    counting: _CountingText = None
    later_of: tuple[Count, ...] = ()
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
        if self.in_force_to is not None and self.in_force_to < self.in_force_from:
            raise ValueError("in_force_to lies before in_force_from")
        windows = {isinstance(count.convention, Window) for count in self.counts}
        if len(windows) != 1:
            raise ValueError("a window cannot be combined with a period that is no window")
        return self

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """The periods of which the latest gives the last lawful day."""
        return self.later_of or (Count(counting=self.counting),)

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
    """Another lawful reading of the same words, its way of counting, and who takes it. It never moves `due_on`."""

    name: str
    counting: _CountingText
    says: str

    @property
    def convention(self) -> Convention:
        """How this reading counts."""
        result: Convention = self.counting
        return result


class Ground(_Model):
    """A ground of exception, and the part of it that can be checked against recorded facts.

    `test` is one of a closed set: `closure` (an institution closed for at least `least`, and advice asked of it from
    `margin` before it closed to `margin` before it re-opened); `absence` (at least `least` without a break, inside the
    limit's period); `within_period` (some day of it inside the limit's period); `due_within_force` (the act fell due
    while the ground was law, and a reason is recorded). Whether compliance was impractical is never tested.
    """

    id: Name
    outcome: ExceptionOutcome
    title: str
    test: Literal["closure", "absence", "within_period", "due_within_force"]
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


class Rule(_Model):
    """One row of a limit: which clock it hangs on, what discharges it, what excuses it, and its dated versions.

    A fact of `done_by` discharges it; a fact of `undone_by` cancels that; a fact of `implied_by` shows that it was
    done, not when; a fact of `lapses_on` (or the end of its clock) makes it fall away. With `other_answer` the limit
    bites only if the answer is the one in `done_by`: until then it is open, and after a fact of `other_answer` it has
    lapsed unless it is done after all. `looks_back` lets the act come before the fact that the clock starts from.
    `under_age` (years, on the last lawful day) needs the child's date of birth. `only_from` narrows the clock's starts.
    """

    rows: tuple[Name, ...] = Field(min_length=1)
    clock: Name
    only_from: Patterns = ()
    counts_from: tuple[DateField, ...] = ()
    act: str
    otherwise: str = ""
    done_by: Patterns
    undone_by: Patterns = ()
    implied_by: Patterns = ()
    other_answer: Patterns = ()
    lapses_on: Patterns = ()
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
    def _versions_join(self) -> Rule:
        for earlier, later in zip(self.version, self.version[1:], strict=False):
            if earlier.in_force_to is None or earlier.in_force_to >= later.in_force_from:
                raise ValueError(f"versions from {earlier.in_force_from} and {later.in_force_from} overlap")
            if later.in_force_from - earlier.in_force_to != dt.timedelta(days=1):
                raise ValueError(f"there is a gap between {earlier.in_force_to} and {later.in_force_from}")
        return self

    def in_force(self, day: dt.date) -> Version | None:
        """Return the version in force on `day`, or None: there is no fallback outside a version's range."""
        for version in self.version:
            if version.in_force_from <= day and (version.in_force_to is None or day <= version.in_force_to):
                return version
        return None


class Limit(_Model):
    """A time limit: its public id, who must act, of what kind it is, and its rules.

    `kind` is `statutory`, `guidance` (never a breach), `derived` (follows from statutory ones) or `local`.
    """

    id: Name
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


class Rulebook(_Model):
    """The law of one place: its instruments, clocks, grounds, limits and notes, each by id and in the order of the files."""

    name: str
    title: str
    instruments: dict[str, Instrument]
    clocks: dict[str, Clock]
    grounds: dict[str, Ground]
    limits: dict[str, Limit]
    notes: tuple[Note, ...] = ()

    def limit(self, limit_id: str) -> Limit:
        """Return the limit with this id. Raises UnknownNameError, with near matches, if there is none."""
        if limit_id not in self.limits:
            raise UnknownNameError("limit", limit_id, self.limits)
        return self.limits[limit_id]

    def __hash__(self) -> int:
        return id(self)
