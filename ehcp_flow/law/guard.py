"""What else must hold before a move is lawful, as the rulebook writes it: a closed set of questions with their words.

`{0}`, `{1}` and so on in a sentence are replaced by days; each question says which. How a question is answered stands
in `ehcp_flow/moves/guards.py` and `ehcp_flow/moves/dispute_guards.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from pydantic import Field, StrictBool

from ehcp_flow.law.citation import CitedOnce
from ehcp_flow.law.parts import Model, Name, PeriodText
from ehcp_flow.law.patterns import BarePatterns, Patterns

__all__ = [
    "KINDS",
    "AnswersDecision",
    "Bars",
    "BearingFact",
    "Certified",
    "Guard",
    "InTimeFor",
    "NamedJudgement",
    "Needs",
    "Passes",
    "Protects",
    "Stands",
    "TimeForAppeal",
    "Unknown",
    "parse_guard",
]


class BearingFact(Model):
    """A fact that bears a move: the latest of `latest` that none of `until` followed, and by what provision it does."""

    latest: Patterns = Field(min_length=1)
    until: Patterns = ()
    citation: CitedOnce
    says: str


class Passes(Model):
    """By what provision, and in what words, a question is answered with yes."""

    citation: CitedOnce
    says: str


class Unknown(Model):
    """Words for what the record does not show: there is no fact to look at, or its outcome is one of `outcomes`."""

    outcomes: tuple[Name, ...] = ()
    says: str


class _Question(Model):
    id: Name
    citation: CitedOnce


class Needs(_Question):
    """One fact of several must be on record; unless `checked`, its absence is told, and bars nothing."""

    kind: Literal["needs"]
    grounds: tuple[BearingFact, ...] = Field(min_length=1)
    missing: str
    remedy: str = ""
    finding: str = ""
    checked: StrictBool = True


class Protects(_Question):
    """The window of `limit`, which begins with the service of the latest fact of `latest`, must have ended.

    A fact of `unless` passes it. `finding` is for a record without such a fact, `early` for an act inside the window.
    What is served again need not have a window of its own; after a fact of `afresh`, and later than `again_within` of
    the first, it is served for the first time again.
    """

    kind: Literal["protects"]
    limit: Name
    latest: Patterns = Field(min_length=1)
    until: Patterns = ()
    what: str
    act: str
    missing: str
    remedy: str
    finding: Name
    early: Name
    afresh: BarePatterns = ()
    again_within: PeriodText = None
    unless: tuple[BearingFact, ...] = ()


class NamedJudgement(_Question):
    """What a person must judge, because no fact can show it: it bars nothing."""

    kind: Literal["judgement"]
    says: str


class Bars(_Question):
    """The latest fact of `latest` bars the move, or the latest of a party of `by_party`, or one with one of `outcomes`.

    `{0}` is its day. `passes` says why another one, or none, bars nothing.
    """

    kind: Literal["bars"]
    latest: BarePatterns = Field(min_length=1)
    until: BarePatterns = ()
    by_party: tuple[Name, ...] = ()
    outcomes: tuple[Name, ...] = ()
    says: str
    remedy: str
    finding: Name
    passes: Passes
    unknown: Unknown | None = None


class TimeForAppeal(_Question):
    """After a fact of `notice`, no appeal may be under way, and the time for one (`limit`) must be over.

    `remedy_during` and `remedy` say what is right while an appeal is under way, and in the time for one: `{0}` is the
    day of the appeal in the one, and `{2}` the first lawful day in the other.

    A fact of `kept` takes the notice away. `appeal` and `onward` are appeals, and a fact of `over` ends one: where its
    pattern names spells and it lies otherwise, it may have been the end of another, as `unclear` says, and ends
    nothing (`{1}` is its day). After a fact of `other_orders` an onward appeal is about that, and so is what ends it.
    An appeal that came after the last day of the limit bars nothing, and is to be looked at, as `late` and
    `remedy_late` say (`{0}` and `{1}` are the two days). As long as what the limit counts from is still awaited
    nothing is lawful, and `remedy_open` says what is right.
    """

    kind: Literal["time_for_appeal"]
    limit: Name
    notice: BarePatterns = Field(min_length=1)
    kept: BarePatterns = ()
    appeal: BarePatterns = Field(min_length=1)
    onward: BarePatterns = ()
    over: Patterns = ()
    other_orders: BarePatterns = ()
    what: str
    during: Name
    unclear: str = "of two appeals one ended on {1}, and which of them the record does not say"
    late: str = "the appeal registered on {0} came after the time for one, which ended on {1}"
    remedy_late: str = "look at whether more time was given for it"
    remedy_open: str = "wait until what is awaited is on record, and the time has ended"
    remedy_during: str = "wait until the appeal is finally determined"
    early: Name
    remedy: str = "wait until {2}, and go on then if no appeal has been made"


class Stands(_Question):
    """No other act has taken the place of the decision that is disputed (`ground.overtaken_by`)."""

    kind: Literal["stands"]
    remedy: str
    finding: Name


class Certified(_Question):
    """A fact of `latest` is on record, where the ground of the appeal asks for a certificate. `{0}` is its day."""

    kind: Literal["certified"]
    latest: BarePatterns = Field(min_length=1)
    says: str
    not_needed: Passes
    unknown: Passes
    missing: str
    remedy: str
    finding: Name


class InTimeFor(_Question):
    """The first fact of `first` came by the last day of `limit`, counted from the decision that is disputed.

    `excused_by` is a ground of exception: while that was law, a person judges. In `by` and `late`, `{0}` is the day of
    the fact, and `{1}` the last day.
    """

    kind: Literal["in_time_for"]
    limit: Name
    first: BarePatterns = Field(min_length=1)
    by: str
    was_on: str
    late: str
    excused_by: Name = ""
    excused: Passes | None = None
    remedy: str
    finding: Name


class AnswersDecision(_Question):
    """The outcome of a settlement answers the decision that is disputed (`ground.answered_by`)."""

    kind: Literal["answers"]
    finding: Name


Guard: TypeAlias = (
    Needs | Protects | NamedJudgement | Bars | TimeForAppeal | Stands | Certified | InTimeFor | AnswersDecision
)
"""One question of the closed set."""

KINDS: Final[dict[str, type[Guard]]] = {
    "needs": Needs,
    "protects": Protects,
    "judgement": NamedJudgement,
    "bars": Bars,
    "time_for_appeal": TimeForAppeal,
    "stands": Stands,
    "certified": Certified,
    "in_time_for": InTimeFor,
    "answers": AnswersDecision,
}


def parse_guard(row: Mapping[str, Any], context: Mapping[str, Any] | None = None) -> Guard:
    """Return the guard that a row of data states. Raises ValueError for an unknown kind, and as pydantic does."""
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        said = "this key is missing" if kind is None else f"there is no kind of guard called {kind!r}"
        raise ValueError(f"{said}; write one of {', '.join(KINDS)}")
    return KINDS[kind].model_validate(row, context=context)
