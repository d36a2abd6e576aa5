"""What the rulebook is made of: limits with their rules, and what they hang on. Everything is frozen.

The data files are written against these models; a wrong key, name or date is refused with its file and line by the
loader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, SkipValidation, StrictBool, StrictInt, model_validator

from ehcp_flow.counting import Convention, Period
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import choices_of
from ehcp_flow.law.actors import Actor, Side, side_of
from ehcp_flow.law.body import Body
from ehcp_flow.law.checklist import Notice
from ehcp_flow.law.citation import Cited, Instrument, LegalCheck
from ehcp_flow.law.clock import Clock, Deemed, ShownByDate, Sign, Spell
from ehcp_flow.law.cohort import Cohorts
from ehcp_flow.law.declared import DeclaredEvent, FurtherOutcomes, declare
from ehcp_flow.law.ground import Doubt, ExceptionUse, Ground
from ehcp_flow.law.parts import (
    CountingText,
    DateField,
    Evidence,
    Hashed,
    Kind,
    LimitName,
    Model,
    Name,
    PeriodText,
    Title,
    join,
)
from ehcp_flow.law.patterns import Patterns
from ehcp_flow.law.version import Reading, Version

__all__ = [
    "ActInQuestion",
    "AgeQuestion",
    "Asked",
    "Foreseen",
    "GivesWay",
    "InTime",
    "Lead",
    "Limit",
    "Note",
    "Rule",
    "Rulebook",
]


class Foreseen(Model):
    """Whether a date of the starting fact lies long enough before its `on`: "at least 15 working days before the move".

    Where the date is not filled, it is taken to be `on` itself.
    """

    date: DateField
    at_least_before: PeriodText

    @property
    def period(self) -> Period:
        """How long before."""
        result: Period = self.at_least_before
        return result


class InTime(Model):
    """That something came within a time after something else: the contact, two months after the decision.

    True where the first fact of `first`, after the latest of `after` that comes before the start of the clock, came by
    the last day that `counting` gives; true as well where the record has no fact of `after`.
    """

    first: Patterns = Field(min_length=1)
    after: Patterns = Field(min_length=1)
    counting: CountingText

    @property
    def convention(self) -> Convention:
        """How the time is counted."""
        result: Convention = self.counting
        return result


class ActInQuestion(Model):
    """Why a person should look at what discharged a rule: the name of the finding, what it says, what is right.

    It is asked of the acts of `done_by`, or of any; with `where_missed` only where the act came amiss; and where a fact
    of `later` comes after an act that discharges only for now.
    """

    finding: Name
    done_by: Patterns = ()
    later: Patterns = ()
    where_missed: StrictBool = False
    says: str
    remedy: str = ""


class AgeQuestion(Model):
    """Why a person should look at a plan for the age of whom it is for: the name of the finding, and what it says.

    It is asked while the clock runs past the birthday `from_age`, unless a fact of `unless` is on record (`says`,
    `remedy`; without `says` not then), and once age has ended the clock (`says_over`, `remedy_over`), until a fact of
    `answered_by` follows.
    """

    finding: Name
    from_age: StrictInt
    unless: Patterns = ()
    says: str = ""
    remedy: str = ""
    says_over: str
    remedy_over: str
    answered_by: Patterns = ()


class GivesWay(Model):
    """To which spell of a case's life a missed limit gives way, and what a person must judge of that: the finding."""

    spell: Name
    finding: Name
    says: str
    remedy: str


class Lead(Model):
    """Something that must come first, and how long before the last lawful day at the latest: a meeting, four weeks."""

    says: str
    before: PeriodText


class Rule(Model):
    """One row of a limit: which clock it hangs on, what discharges it, what excuses it, and its dated versions.

    A fact of `done_by` discharges it; a fact of `undone_by` cancels that; a fact of `implied_by` shows that it was
    done, not when; a fact of `lapses_on` (or the end of its clock) makes it fall away, and so does one of
    `taken_back_by`, but where the clock is kept by party for its own party alone; one of `never_owed_by` does too, and
    shows that the act was never owed, unless one of `owed_by` had shown before that it was; a fact of
    `owed_after_all_by` takes that back. One of `carried_on_by` hands the duty on to another rule, in which the same
    time runs, so that what was missed is missed once, there. With
    `other_answer` the limit bites only if the answer is the one in `done_by`: until then it is open, and after a fact
    of `other_answer` it has lapsed unless it is done after all. `looks_back` lets the act come before the fact that
    the clock starts from. `under_age` (years, on the last lawful day) needs the child's date of birth.

    `only_from` narrows the clock's starts; `where` and `where_not` narrow them to those that were foreseen for so long,
    or not; `by_party` and `not_by_party` to those of some parties, or of any but them; `by_body` and `not_by_body` to
    requests of some bodies (`Rulebook.asked`), or of any but them and of nobody knows whom; `where_in_time` to those
    that something else came in time for; `not_during` to those outside some spells of the case's life; `cohorts` to
    those that are of each of them. With `only_with` the rule is there only if such a fact comes while the clock runs
    and before the rule was discharged or answered otherwise; that is asked only of clocks that a fact of
    `only_with_from` started, where there are any. With `owed_if_by_due` it is not there if the first such fact of the
    case came after the last lawful day.

    With `yields_to` a limit that was missed falls away where its last lawful day lies inside a spell of the case's
    life; whether it does in substance a person judges, and a finding says so.

    `right` marks an act that is allowed, not owed: unused in its time it lapses, used late it is late, and neither is
    a breach. `owed_only_if` names, in words, what the record does not show and the limit depends on: undone, it stays
    open, until a fact of `shown_owed_by` shows it; done late it is a breach, unless `shown_by_act` is false: then the
    act does not show that the limit bit. `title` and `kind` are the limit's own where none is given.

    With `done_as_named` the starting fact names a limit, and what discharges, implies or ends that one does so here;
    a later such fact that names the same limit takes its place. With `cited_by_reason` the reason of the starting fact
    is its citation.

    A duty of two parts has `first`: an act of `done_after_first_by` discharges it only after such a fact (the review,
    then the amendment), one of `done_by` by itself; `first_by_date` is a date that shows the first part. An act of
    `done_for_now_by` discharges until one of `shown_otherwise_by` shows that more was due. `questions` say of what
    discharged the rule why a person should look, `age_question` of whom it is for.
    """

    rows: tuple[Name, ...] = Field(min_length=1)
    clock: Name
    title: Title = ""
    only_from: Patterns = ()
    where: Foreseen | None = None
    where_not: Foreseen | None = None
    where_in_time: InTime | None = None
    kind: Kind | None = None
    by_party: tuple[Name, ...] = ()
    not_by_party: tuple[Name, ...] = ()
    by_body: tuple[Name, ...] = ()
    not_by_body: tuple[Name, ...] = ()
    not_during: tuple[Name, ...] = ()
    cohorts: Cohorts = ()
    yields_to: GivesWay | None = None
    only_with: Patterns = ()
    only_with_from: Patterns = ()
    owed_if_by_due: Patterns = ()
    right: StrictBool = False
    owed_only_if: str = ""
    shown_by_act: StrictBool = True
    shown_owed_by: Patterns = ()
    counts_from: tuple[DateField, ...] = ()
    act: str
    otherwise: str = ""
    done_by: Patterns = ()
    done_as_named: StrictBool = False
    cited_by_reason: StrictBool = False
    first: Patterns = ()
    first_by_date: ShownByDate | None = None
    done_after_first_by: Patterns = ()
    done_for_now_by: Patterns = ()
    shown_otherwise_by: Patterns = ()
    questions: tuple[ActInQuestion, ...] = ()
    age_question: AgeQuestion | None = None
    undone_by: Patterns = ()
    implied_by: Patterns = ()
    other_answer: Patterns = ()
    lapses_on: Patterns = ()
    taken_back_by: Patterns = ()
    never_owed_by: Patterns = ()
    carried_on_by: Patterns = ()
    owed_by: Patterns = ()
    owed_after_all_by: Patterns = ()
    looks_back: PeriodText = None
    under_age: StrictInt | None = None
    exceptions: tuple[ExceptionUse, ...] = ()
    readings: tuple[Reading, ...] = ()
    leads: tuple[Lead, ...] = ()
    version: tuple[Version, ...] = Field(min_length=1)
    note: str = ""

    @property
    def looks_back_over(self) -> Period | None:
        """How long before the start of the clock the act may have been done, or None."""
        result: Period | None = self.looks_back
        return result

    @model_validator(mode="after")
    def _complete(self) -> Rule:
        join("versions", "version", self.version)
        if self.version[0].applies_to:
            raise ValueError("applies_to is for a version that follows another: the first applies to every case")
        if bool(self.done_by) == self.done_as_named:
            raise ValueError("give done_by, or done_as_named = true")
        if not self.owed_only_if and (self.shown_owed_by or not self.shown_by_act):
            raise ValueError("shown_owed_by and shown_by_act = false need owed_only_if")
        if not self.first and (self.first_by_date or self.done_after_first_by):
            raise ValueError("first_by_date and done_after_first_by need first")
        later = (*self.shown_otherwise_by, *(pattern for each in self.questions for pattern in each.later))
        if bool(self.done_for_now_by) != bool(later):
            raise ValueError("done_for_now_by needs shown_otherwise_by or a question with later, and they need it")
        if self.only_with_from and not self.only_with:
            raise ValueError("only_with_from needs only_with")
        if self.owed_by and not self.never_owed_by:
            raise ValueError("owed_by needs never_owed_by")
        if self.owed_after_all_by and not self.never_owed_by:
            raise ValueError("owed_after_all_by needs never_owed_by")
        return self

    def in_force(self, day: dt.date) -> Version | None:
        """Return the version in force on `day`, or None: there is no fallback outside a version's range."""
        for version in self.version:
            if version.in_force_from <= day and (version.in_force_to is None or day <= version.in_force_to):
                return version
        return None

    def standing(self, day: dt.date) -> tuple[Version, ...]:
        """Return the version to show on `day`, and where that is for some cases alone, those before it for the others.

        Each but the last has `applies_to`; the last is for all whom none before it in this order is for.
        """
        at = self.version.index(self.nearest(day))
        first = next(place for place in range(at, -1, -1) if place == 0 or not self.version[place].applies_to)
        return self.version[first : at + 1][::-1]

    def nearest(self, day: dt.date) -> Version:
        """Return the version to show on `day`: the one in force, else the first to come, else the last there was."""
        return self.in_force(day) or (self.version[0] if day < self.version[0].in_force_from else self.version[-1])


class Limit(Model):
    """A time limit: its public id, who must act, of what kind it is, and its rules.

    `kind` is `statutory`, `guidance` (never a breach), `derived` (follows from statutory ones) or `local`.
    `counterpart` is the limit that this one repeats in other regulations: who changes one looks at the other, and lists
    and figures hold both under the name of the first, `root`.
    """

    id: LimitName
    counterpart: Name | None = None
    title: Title
    group: str
    actor: Actor
    kind: Kind
    note: str = ""
    rule: tuple[Rule, ...] = Field(min_length=1)

    @property
    def root(self) -> str:
        """The limit under whose name this one is listed and counted: the one that it repeats, else itself."""
        return self.counterpart or self.id

    @property
    def side(self) -> Side:
        """On whose side it is to act."""
        return side_of(self.actor)


class Asked(Model):
    """Who can be asked for advice: the word of `body`, who that is, and for which parties it is usual."""

    id: Name
    title: str
    usual_for: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Asked:
        known = choices_of("advice_requested", "body")
        if self.id not in known:
            raise ValueError(f"advice_requested has no body {self.id!r}; write one of {', '.join(known)}")
        return self


class Note(Model):
    """A duty, gate or bar without a number: shown in the rulebook, never a deadline."""

    row: Name
    title: str
    says: str
    citation: Cited = ()
    evidence: Evidence


class Rulebook(Hashed, Model):
    """The law of one place: what it is made of, each by id and in the order of the files."""

    name: str
    title: str
    events: dict[str, DeclaredEvent] = Field(default_factory=dict)
    outcomes: dict[str, FurtherOutcomes] = Field(default_factory=dict)
    instruments: dict[str, Instrument]
    spells: dict[str, Spell]
    clocks: dict[str, Clock]
    grounds: dict[str, Ground]
    limits: dict[str, Limit]
    deemed: dict[str, Deemed] = Field(default_factory=dict)
    signs: dict[str, Sign] = Field(default_factory=dict)
    asked: dict[str, Asked] = Field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    notices: tuple[Notice, ...] = ()
    bodies: dict[str, Body] = Field(default_factory=dict)
    checked: tuple[LegalCheck, ...] = ()
    regions: Annotated[Mapping[str, Any], SkipValidation] = Field(default_factory=dict)

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        # In another process nobody may have declared them.
        declare((*self.events.values(), *self.outcomes.values()))

    def hashed(self) -> tuple[object, ...]:
        """Return all but its regions, which may not have been read yet."""
        return self._parts(name for name in type(self).model_fields if name != "regions")

    def limit(self, limit_id: str) -> Limit:
        """Return the limit with this id. Raises UnknownNameError, with near matches, if there is none."""
        if limit_id not in self.limits:
            raise UnknownNameError("limit", limit_id, self.limits)
        return self.limits[limit_id]

    def body_asked(self, party: str | None, body: str | None) -> Asked | None:
        """Return whose body was asked for advice: the one recorded, else the party's usual one; None where unknown."""
        if body is not None:
            return self.asked.get(body)
        return next((asked for asked in self.asked.values() if party in asked.usual_for), None)

    def doubt(self, outcome: str, reason: str | None) -> Doubt | None:
        """Return the doubt that the recorded reason of an exception raises, if it raises one."""
        doubts = (ground.doubt for ground in self.grounds.values() if ground.outcome == outcome)
        return next((doubt for doubt in doubts if doubt is not None and doubt.is_raised_by(reason)), None)
