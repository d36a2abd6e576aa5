"""What makes time run: the clocks of the rulebook, and the spells of a case's life that they speak of."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, WithJsonSchema, model_validator

from ehcp_flow.counting import Period
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.law.citation import Cited
from ehcp_flow.law.parts import DateField, Model, Name, period_of_text
from ehcp_flow.law.patterns import Patterns

__all__ = [
    "Between",
    "Clock",
    "Deemed",
    "Inside",
    "OtherEnd",
    "Protected",
    "Resumption",
    "ShownByDate",
    "Sign",
    "Spell",
]


def _lasts(value: object) -> object:
    if value is None or isinstance(value, str | Period):
        return period_of_text(value)
    if type(value) is not int or value < 1:
        raise ValueError("write a number of days from 1 on, without quotes, or a period: '6 months'")
    return value


Lasting: TypeAlias = Annotated[
    int | Period | None,
    BeforeValidator(_lasts),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]}),
]


class Between(Model):
    """A spell of a case's life: from a fact of `begins_on` to the next of `ends_on`."""

    begins_on: Patterns
    ends_on: Patterns = ()


class Protected(Between):
    """The same, where a fact of `begins_again_on` after its end, and before the act, begins it again."""

    begins_again_on: Patterns = ()


class ShownByDate(Model):
    """A date of some fact that shows something by itself: the review of the old authority, the end of a plan kept."""

    facts: Patterns = Field(min_length=1)
    date: DateField


class OtherEnd(Model):
    """Another lawful reading of an age: every clock ends with it, unless a fact of `unless` is on record."""

    name: str
    unless: Patterns = ()
    says: str


class Spell(Between):
    """A spell of a case's life that clocks speak of by name: custody, a re-assessment.

    A fact of `begins_on` begins nothing where the case then is inside the spell `unless_during`: a request for an
    assessment does not undo the plan that there is. With `lasts` it ends after so many days, or after a period (`"6
    months"`), if nothing ended it before: the last day is still inside. A period is counted from the first of the days
    `counts_from` of what began it that is filled, and `roll = "working"` takes its last day to the next working day, as
    they do of a time limit. With `looks_ahead` it is known by a fact of
    `ends_on`: all before that one belongs to it, back to the last fact of `begins_on`, or to the first of the record,
    and, with `lasts`, only what so many days or fewer lie before that one. A spell with `lasts` is named in patterns
    alone (`appeal_registered outside time_to_answer`). With `ends_everything` what begins it ends every clock for good,
    and none starts inside it.

    With `from_age` no fact begins it, but the birthday on which somebody is so many years old, as far as the date of
    birth is on record; with `or_after` the day after that date of the last such fact begins it, if that comes first. It
    has no end. What it ends, ends with the day before. By its `reading` every clock ends so. With `of_school_year` it
    begins with the 1 September of the school year in which that birthday falls.
    """

    id: Name
    title: str
    begins_on: Patterns = ()
    unless_during: Name | None = None
    looks_ahead: StrictBool = False
    lasts: Lasting = None
    counts_from: tuple[DateField, ...] = ()
    roll: Literal["none", "working"] = "none"
    ends_everything: StrictBool = False
    from_age: StrictInt | None = Field(default=None, ge=1)
    of_school_year: StrictBool = False
    or_after: ShownByDate | None = None
    reading: OtherEnd | None = None
    citation: Cited = ()

    @model_validator(mode="after")
    def _begins(self) -> Spell:
        for key in ("or_after", "reading", "of_school_year"):
            if getattr(self, key) and self.from_age is None:
                raise ValueError(f"{key} needs from_age")
        if self.lasts_for is None and (self.counts_from or self.roll != "none"):
            raise ValueError("counts_from and roll need a period that it lasts: lasts = '8 weeks'")
        if self.looks_ahead and self.lasts_for is not None:
            raise ValueError("with looks_ahead say how many days it lasts: a number, without quotes")
        if self.ends_everything and self.lasts is not None:
            raise ValueError("no length is asked of what ends everything: leave lasts out")
        if self.of_school_year and self.reading is not None:
            raise ValueError("a reading of an age is of the birthday itself, and not of its school year")
        if self.from_age is not None and (self.begins_on or self.ends_on or self.lasts or self.looks_ahead):
            raise ValueError("with from_age no fact begins or ends a spell")
        return self

    @property
    def lasts_for(self) -> Period | None:
        """How long it lasts, where that is a period and no number of days."""
        return None if isinstance(self.lasts, int) else self.lasts


class Deemed(Model):
    """What a fact is taken as where it falls inside or outside a spell of the case's life, in every limit alike.

    A fact of `facts` is also each of `is_also`: it does whatever that would do on its day. It shows each of `shows`:
    the same, but that the day of the act stays unknown. With `is_nothing` it does nothing at all: a copy of a letter.
    `says` and `citation` are for whoever asks why.
    """

    id: Name
    facts: Patterns = Field(min_length=1)
    is_also: Patterns = ()
    shows: Patterns = ()
    is_nothing: StrictBool = False
    says: str
    citation: Cited = ()

    @model_validator(mode="after")
    def _complete(self) -> Deemed:
        if self.is_nothing == bool(self.is_also or self.shows):
            raise ValueError("give is_also, shows, or is_nothing = true")
        if any(pattern.outcome is None and pattern.event in OUTCOMES for pattern in (*self.is_also, *self.shows)):
            raise ValueError("is_also and shows name an outcome where there are several")
        return self


class Sign(Model):
    """A fact that a person should look at for its own sake: what the finding is called, what it says, what is right.

    With `once_past` it is asked about from the day after that date of the fact on; a fact of `answered_by` that comes
    after it answers the question, and so does one of `unless`, wherever it lies.
    """

    id: Name
    finding: Name
    facts: Patterns = Field(min_length=1)
    once_past: DateField | None = None
    answered_by: Patterns = ()
    unless: Patterns = ()
    says: str
    remedy: str = ""

    @property
    def depends(self) -> bool:
        """Whether more than the fact itself decides whether it is asked about."""
        return bool(self.once_past or self.answered_by or self.unless)


class Resumption(Model):
    """What to say, and by what authority, where a fact sets an ended clock going again."""

    says: str
    citation: Cited = Field(min_length=1)


class Inside(Model):
    """Facts that count only inside a spell of the case's life."""

    facts: Patterns = Field(min_length=1)
    during: Name


class Clock(Model):
    """What makes time run, for one or more limits.

    A fact of `starts_on` starts the clock if it is not running; a fact of `restarts_on` starts it anew even if it is.
    With `separate`, each starting fact has a clock of its own, beside any that runs. `per = "party"` keeps one clock
    for each party. The clock ends on a fact of `ends_on`, and a limit that was not done by then lapses; a fact of
    `resumes_on` sets the ended clock going again as if it had never ended, and `resumption` says why; with
    `resumes_from` it takes back only those ends, and once another has come, nothing does. `during` and
    `unless_during` name spells of the case's life: it starts only inside the one, and outside each of the others;
    a spell that begins with an age (`Spell.from_age`) ends it, too, with the day before, and with `ages_for` that
    holds of these starts alone;
    with `party_from = "spell"` the clock concerns the party of the fact that began the spell. `counts_from` lists
    the date fields of the starting fact, the first that is filled being taken, and `on` where none is. With `own_acts`
    a separate clock is discharged only by facts that come before its next start: an appeal belongs to the latest
    decision. With `ahead` the starting fact tells of a day to come, and the duty runs before it: what ends the clock
    before that day ends the run, where it falls within the time that a rule looks back over.
    """

    id: Name
    title: str
    starts_on: Patterns = ()
    restarts_on: Patterns = ()
    separate: StrictBool = False
    per: Literal["case", "party"] = "case"
    counts_from: tuple[DateField, ...] = ("on",)
    ends_on: Patterns = ()
    resumes_on: Patterns = ()
    resumes_from: Patterns = ()
    resumes_inside: Inside | None = None
    resumes_in_time: StrictBool = False
    resumption: Resumption | None = None
    during: str = ""
    unless_during: tuple[Name, ...] = ()
    ages_for: Patterns = ()
    party_from: Literal["start", "spell"] = "start"
    own_acts: StrictBool = False
    ahead: StrictBool = False

    @model_validator(mode="after")
    def _starts(self) -> Clock:
        if not self.starts_on and not self.restarts_on:
            raise ValueError("a clock needs starts_on or restarts_on")
        for key in ("resumption", "resumes_from", "resumes_inside", "resumes_in_time"):
            if getattr(self, key) and not self.resumes_on:
                raise ValueError(f"{key} needs resumes_on")
        if self.resumes_on and not self.ends_on:
            raise ValueError("resumes_on needs ends_on: where nothing ends the clock, nothing goes on")
        if not set(self.resumes_from) <= set(self.ends_on):
            raise ValueError("resumes_from names what is not in ends_on")
        if self.party_from == "spell" and not self.during:
            raise ValueError("party_from needs during")
        if self.ages_for and not set(self.ages_for) <= {*self.starts_on, *self.restarts_on}:
            raise ValueError("ages_for names what does not start the clock")
        for key in ("own_acts", "ahead"):
            if getattr(self, key) and not self.separate:
                raise ValueError(f"{key} needs separate")
        if self.ahead and self.per == "party":
            raise ValueError("ahead is for a clock that is not kept by party")
        return self

    @property
    def ends_for_good_on(self) -> Patterns:
        """The ends that no fact of `resumes_on` takes back."""
        return tuple(end for end in self.ends_on if end not in self.resumes_from) if self.resumes_from else ()
