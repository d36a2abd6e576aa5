"""How much time there is: the dated versions of a rule, what they count, and other readings of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Final, Literal, TypeAlias, get_args

from pydantic import Field, StrictBool, StrictInt, model_validator

from ehcp_flow.calendars import Calendars
from ehcp_flow.closed import complete
from ehcp_flow.counting import Convention, OfSchoolYear, Period, Terms, Window, period_of
from ehcp_flow.law.citation import Cited
from ehcp_flow.law.clock import Protected
from ehcp_flow.law.cohort import Cohorts
from ehcp_flow.law.parts import CountingText, Dated, DateField, Evidence, Model, Name, PeriodText, StrictDate
from ehcp_flow.law.patterns import Patterns

__all__ = ["AwaitedFact", "Count", "Reading", "Version"]

Roll: TypeAlias = Literal["none", "tribunal", "working"]
"""Where a last day goes that is no working day."""

_ROLLS_TO: Final[Mapping[Roll, str]] = {
    "none": "",
    "tribunal": "the Tribunal's next working day",
    "working": "the next working day",
}
complete(_ROLLS_TO, get_args(Roll), "where a last day goes")


class AwaitedFact(Model):
    """What shows that the fact from which a period counts may still come: a first fact of `after` in its time.

    That time is counted from the day that the clock counts from. `says` is for whoever asks why there is no last day.
    """

    after: Patterns = Field(min_length=1)
    counting: CountingText
    says: str

    @property
    def convention(self) -> Convention:
        """How the time for such a fact is counted."""
        result: Convention = self.counting
        return result


class Count(Model):
    """One of several periods of which the later (or the only one) gives the last lawful day.

    `counts_from` are date fields of the starting fact; where none of them is filled, the period runs from the last fact
    of `or_from_fact` before the start, and is left out without one. With `counts_from_fact` it runs instead from the
    first such fact while the clock runs, and is left out as long as there is none. Where a period that is `needed` is
    left out, the last lawful day may be later than the one given: nothing done or missed after it is a breach. The same
    holds where the fact that it counts from is `awaited` and nothing has started the clock anew; a time that is
    protected then has no last day.
    """

    counting: CountingText
    counts_from: tuple[DateField, ...] = ()
    or_from_fact: Patterns = ()
    counts_from_fact: Patterns = ()
    needed: StrictBool = False
    awaited: AwaitedFact | None = None

    @model_validator(mode="after")
    def _complete(self) -> Count:
        for key in ("or_from_fact", "needed"):
            if getattr(self, key) and not self.counts_from:
                raise ValueError(f"{key} needs counts_from")
        if self.awaited is not None and not self.counts_from_fact:
            raise ValueError("awaited needs counts_from_fact")
        if self.from_birth and (self.counts_from or self.counts_from_fact):
            raise ValueError("it counts from the date of birth: leave out counts_from and counts_from_fact")
        return self

    @property
    def convention(self) -> Convention:
        """How the period is counted."""
        result: Convention = self.counting
        return result

    @property
    def from_birth(self) -> bool:
        """Whether it counts from the date of birth, as what is due in the school year of a birthday."""
        return isinstance(self.counting, OfSchoolYear) and self.counting.turns is not None


class Version(Dated):
    """The rule as it stood from one day to another: `in_force_to` is its last day, or None while it stands.

    The version in force on the day the clock starts is the one that applies, unless its transitional clause says
    otherwise: with `applies_to` it applies to the cases that are of each of those cohorts, whenever their clock
    started, and to the others still the version before it. `words` are the words that decide the counting; `evidence`
    says how far the text was checked. `protected_until` (of a window only) takes the place of the count where a fact of
    its `begins_on` comes by the last day counted: the window then ends on the day before the next fact of its
    `ends_on`, and has no end while there is none; before the act it can begin again (`begins_again_on`).
    """

    counting: CountingText = None
    later_of: tuple[Count, ...] = ()
    protected_until: Protected | None = None
    applies_to: Cohorts = ()
    roll: Roll = "none"
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

    @property
    def rolls_to(self) -> str:
        """In words, where a last day goes that is no working day; nothing where it stays."""
        return _ROLLS_TO[self.roll]

    def rolled(self, last: dt.date, calendars: Calendars) -> dt.date:
        """Return where `roll` takes the last day that was counted; the day itself where it takes it nowhere."""
        if self.roll == "tribunal":
            return calendars.tribunal.roll_end(last)
        return calendars.working.roll_forward(last) if self.roll == "working" else last

    def why_rolled(self, last: dt.date, calendars: Calendars) -> str | None:
        """Return why `rolled` takes that day elsewhere ("in August", "Saturday"), or None if it does not."""
        return calendars.tribunal.why_rolled(last) if self.roll == "tribunal" else calendars.working.why_closed(last)

    @property
    def counts_terms(self) -> bool:
        """Whether it counts terms, which the calendar of an institution alone gives."""
        return any(isinstance(period_of(count.convention), Terms) for count in self.counts)

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


def _any(patterns: Patterns) -> str:
    return " or ".join(map(str, patterns))


class Reading(Model):
    """Another lawful reading, and who takes it. It never moves `due_on`.

    It can count otherwise (`counting`), and with `counts_from_fact` from the first such fact while the clock runs, or
    with `within` from the last that comes so soon after the start, and before the act; with `counts_from_start` it
    counts from the day of the clock, where its version counts from another; with `only_if_earlier` it speaks only where
    it gives an earlier day. Or it decides otherwise: with `either_answer` the limit bites whatever the answer is;
    `without_exceptions` none excuses; `without_past_exceptions` none that had ended before the last lawful day, and
    named no limit; with `with_exceptions` these grounds excuse too; `yields_to_nothing` the limit never gives way
    (`Rule.yields_to`); `kept_by` such a fact by the last lawful day keeps it; `shown_by` such a fact before the act
    shows that it was done on a day that nobody recorded; with `limits_nothing` this act has no time at all; with
    `binds` what is guidance is law; a fact of `not_done_by` discharges nothing; with `from_age` it ends with the day
    before that birthday, unless a fact of `unless` is on record. Of a time that is protected, a fact of `kept_open_by`
    keeps it open that came after its last day, and before the act; `kept_open_to` are the facts that end what keeps it
    open (`Version.protected_until`). `only_done_by` narrows it to what was discharged by such a fact, `beside` to a
    start with such a fact on its day. Where it decides otherwise whether there is a breach, the deadline is contested
    by it, unless it is a practice that the law does not bear out (`contests = false`): that is told and changes
    nothing.

    It is told with every version of its rule, or only with those that were law at some time from `in_force_from` to
    `in_force_to`.
    """

    name: str
    counting: CountingText = None
    counts_from_fact: Patterns = ()
    counts_from_start: StrictBool = False
    within: PeriodText = None
    only_if_earlier: StrictBool = False
    only_done_by: Patterns = ()
    beside: Patterns = ()
    either_answer: StrictBool = False
    without_exceptions: StrictBool = False
    without_past_exceptions: StrictBool = False
    with_exceptions: tuple[Name, ...] = ()
    yields_to_nothing: StrictBool = False
    kept_by: Patterns = ()
    shown_by: Patterns = ()
    limits_nothing: StrictBool = False
    binds: StrictBool = False
    not_done_by: Patterns = ()
    from_age: StrictInt | None = Field(default=None, ge=1)
    unless: Patterns = ()
    kept_open_by: Patterns = ()
    kept_open_to: Patterns = ()
    contests: StrictBool = True
    says: str
    in_force_from: StrictDate | None = None
    in_force_to: StrictDate | None = None

    @model_validator(mode="after")
    def _differs(self) -> Reading:
        if self.counting is None and (self.counts_from_fact or self.counts_from_start or self.only_if_earlier):
            raise ValueError("counts_from_fact, counts_from_start and only_if_earlier need counting")
        if isinstance(self.counting, OfSchoolYear) and self.counting.turns is not None:
            raise ValueError("a reading counts from the day that its version counts from, and not from a date of birth")
        if self.within is not None and not self.counts_from_fact:
            raise ValueError("within needs counts_from_fact")
        if self.unless and self.from_age is None:
            raise ValueError("unless needs from_age")
        if self.counting is None and not self.decides:
            raise ValueError("a reading counts otherwise, or decides otherwise: say which")
        return self

    @property
    def decides(self) -> tuple[str, ...]:
        """What it decides otherwise, whatever it counts, in words."""
        words = {
            "either_answer": "it bites whatever the answer is",
            "without_exceptions": "no exception excuses",
            "without_past_exceptions": "no exception that was over, and named no limit, excuses",
            "with_exceptions": f"{', '.join(self.with_exceptions)} excuse it",
            "yields_to_nothing": "it gives way to nothing",
            "kept_by": f"{_any(self.kept_by)} keeps it",
            "shown_by": f"{_any(self.shown_by)} shows that it was done",
            "limits_nothing": "it sets no time for this act",
            "binds": "it is law",
            "not_done_by": f"{_any(self.not_done_by)} does not discharge it",
            "from_age": f"it ends with the day before the birthday {self.from_age}",
            "kept_open_by": f"{_any(self.kept_open_by)} keeps it open after its last day too",
            "kept_open_to": f"{_any(self.kept_open_to)} ends what keeps it open",
        }
        return tuple(says for name, says in words.items() if getattr(self, name))

    @property
    def differs(self) -> str:
        """How it differs, in words: `6 weeks beginning with`."""
        words = [] if self.counting is None else [str(self.convention)]
        words += [f"from {_any(self.counts_from_fact)}"] if self.counts_from_fact else []
        words += ["from the day of the clock"] if self.counts_from_start else []
        words += [f"where that comes within {self.within}"] if self.within is not None else []
        words += ["where that is earlier"] if self.only_if_earlier else []
        words += self.decides
        words += [f"where the act was {_any(self.only_done_by)}"] if self.only_done_by else []
        words += [f"where {_any(self.beside)} stands on the day of the start"] if self.beside else []
        return ", ".join(words)

    @property
    def within_period(self) -> Period | None:
        """How soon after the start the fact comes that it counts from, or None."""
        result: Period | None = self.within
        return result

    @property
    def convention(self) -> Convention:
        """How this reading counts."""
        result: Convention = self.counting
        return result

    def is_of(self, version: Version) -> bool:
        """Whether this is a reading of that version of the rule."""
        begun = self.in_force_from is None or version.in_force_to is None or self.in_force_from <= version.in_force_to
        return begun and (self.in_force_to is None or version.in_force_from <= self.in_force_to)
