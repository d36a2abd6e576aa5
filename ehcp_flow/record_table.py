"""What must hold between the facts of a case: a table, a row for each thing that a record cannot truly say.

What breaks a row is a finding, never a breach, and never vanishes: some rows leave a fact out of every answer (it
excuses nothing, and doubles nothing), and say so. `record_checks` reads the table for one case, `bulk.record_columns`
for columns; `record_findings` puts it into words, and `docs/facts.md` lists it. The next such check is a row here.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal, NamedTuple, TypeAlias

from ehcp_flow.columns import COLUMN_OF, PART_3_FROM, SCHEMA, Column
from ehcp_flow.facts import FACT_TYPES

__all__ = [
    "AGAIN_BY_LAW",
    "AMONG",
    "ANSWERED",
    "ANSWERS_BY_LAW",
    "ANSWERS_NOTHING",
    "AUTHORITY",
    "BIRTH_FIRST",
    "BORN",
    "BORN_FROM",
    "CLOSURE",
    "COUNTED_AHEAD",
    "DAMAGED_ID",
    "DATED",
    "DAYS_AHEAD",
    "DECLARED",
    "MAY_BE_AGAIN",
    "NAMES",
    "ORDERED",
    "PART_3_FROM",
    "PERIOD",
    "PLAN_REVIEWED",
    "RECORDED",
    "ROWS",
    "TIMELY",
    "AmongOthers",
    "AnswerAfter",
    "BeforeAll",
    "ClosureShort",
    "DatesOfOne",
    "DayBelieved",
    "OfOneAsked",
    "OnceOnly",
    "Per",
    "Row",
    "SameThroughout",
    "events_named",
]  # fmt: skip

Per: TypeAlias = Literal["party", "body", "outcome", "limit", "year"]
"""What tells two things of one event apart: whom it concerns, whose body, its outcome, its limit, its year."""
Counts: TypeAlias = Literal["first", "last", "both"]
"""Which of two counts that say what can be true once; both, where the law may know a second and nobody can tell."""


_ACT_REPEATED: Final = "act_repeated"
_SATURDAY: Final = 5


class OnceOnly(NamedTuple):
    """One of these at a time: another within `within` days is the same thing typed again.

    Not where one of `again_after` lies between them, or one that differs in `alike`; with `unlike`, only one that does
    differ in it. Of the two, `counts` says which one does; the other is left out. `between` says in words what
    `again_after` lists, where that is long.
    """

    finding: str
    event: str
    says: str
    remedy: str
    per: tuple[Per, ...] = ()
    again_after: frozenset[str] = frozenset()
    within: int | None = None
    counts: Counts = "last"
    alike: tuple[Per, ...] = ()
    between: str = ""
    unlike: tuple[Per, ...] = ()

    @property
    def events(self) -> frozenset[str]:
        """The events that it looks at."""
        return self.again_after | {self.event}

    @property
    def moves_nothing(self) -> bool:
        """Whether the other one moves no case either: soon after the one that counts, it adds nothing."""
        return self.counts == "first" and self.within is not None

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        each = "".join(f", of one {word}" for word in self.per)
        days = "" if self.within is None else f" within {self.within} days"
        but = "".join(f", but for another {word}" for word in self.alike)
        but += "".join(f", of whichever {word}" for word in self.unlike)
        listed = self.between or " or ".join(sorted(self.again_after))
        between = f", unless {listed} lies between" if listed else ""
        return f"{self.event}{each} happens once{days}{but}{between}"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        if self.counts == "both":
            return "both count, each from its own day"
        return f"the {self.counts} counts, the other is left out"


class AnswerAfter(NamedTuple):
    """An answer comes after what it answers.

    One that answers nothing before it, and lies at most `within` days before a question that nothing answers, and not
    on its day, is dated before its question. So is one before which there is nothing of the kind at all, however far:
    the year was mistyped.
    But not where a question `may_rest`, which mostly has no answer; there other answers can follow the first, and where
    there may be `several`, more of the same.
    """

    finding: str
    answers: frozenset[str]
    questions: frozenset[str]
    says: str
    remedy: str
    per: tuple[Per, ...] = ()
    within: int = 92
    may_rest: bool = False
    several: bool = False

    @property
    def events(self) -> frozenset[str]:
        """The events that it looks at."""
        return self.answers | self.questions

    def can_follow(self, answer: str, before: str) -> bool:
        """Whether an answer behind another one, with no question between, answers the same question as that."""
        return self.several or (self.may_rest and answer != before)

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        each = "".join(f" of the same {word}" for word in self.per)
        return f"{' or '.join(sorted(self.answers))} comes after {' or '.join(sorted(self.questions))}{each}"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        far = "" if self.may_rest else ", or later where nothing of the kind lies before,"
        return f"a finding at both, where the question follows within {self.within} days{far} and has no other answer"


class OfOneAsked(NamedTuple):
    """An answer is of a party that was asked.

    One of a party that never was is told where another party waits for its answer, which it may be; with `always`,
    whoever waits.
    """

    finding: str
    answer: str
    question: str
    says: str
    remedy: str
    always: bool = False

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        waits = "" if self.always else f", where {self.question} of another waits for its answer"
        return f"{self.answer} is of a party that {self.question} names{waits}"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "it counts as it stands" if self.always else "it counts as it stands, and answers nothing"


class BeforeAll(NamedTuple):
    """Nothing else happens on a day before this, or on its day. What does not lie before all else is left out."""

    finding: str
    event: str
    says: str
    remedy: str

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        return f"{self.event} lies before every other fact"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "it is left out"


class DatesOfOne(NamedTuple):
    """A date of a fact does not lie before another of its dates. If it does, the fact, or that date, is left out."""

    finding: str
    field: str
    not_before: str
    says: str
    remedy: str
    leaves_out: Literal["fact", "date"]

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        return f"{self.field} does not lie before {self.not_before}"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "the fact is left out" if self.leaves_out == "fact" else f"{self.field} is not counted from"


class DayBelieved(NamedTuple):
    """A date of a fact does not lie further from its day, or earlier, than its column allows (`columns.SCHEMA`).

    If it does, no day was known, or its year was mistyped: the fact, or that date, is left out.
    """

    finding: str
    field: str
    says: str
    remedy: str
    leaves_out: Literal["fact", "date"]

    @property
    def column(self) -> Column:
        """What the column may hold."""
        return COLUMN_OF[self.field]

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        near = "" if self.column.within is None else f" more than {self.column.within} days away from on"
        early = "" if self.column.since is None else f" before {self.column.since.isoformat()}"
        return f"{self.field} does not lie{' or'.join(each for each in (near, early) if each)}"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "the fact is left out" if self.leaves_out == "fact" else f"{self.field} is not counted from"


class ClosureShort(NamedTuple):
    """A closure is no longer than any holiday is: what shuts a school for so many weekdays is a term, or a question.

    It is asked about, and not believed: the fact is left out. `elsewhere` is the remedy by another law than England's.
    """

    finding: str
    field: str
    outcomes: tuple[str, ...]
    weekdays: int
    says: str
    remedy: str
    leaves_out: Literal["fact", "date"] = "fact"
    elsewhere: str = ""

    def is_broken(self, on: dt.date, reopens: dt.date) -> bool:
        """Whether a closure from one day to another is too long."""
        weeks, rest = divmod(max((reopens - on).days, 0), 7)
        return 5 * weeks + sum((on.weekday() + each) % 7 < _SATURDAY for each in range(rest)) >= self.weekdays

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        return f"exception_recorded of {' or '.join(self.outcomes)} is of fewer than {self.weekdays} days but weekends"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "the fact is left out"


class AmongOthers(NamedTuple):
    """What is to come lies at a believable distance from what happened. Else its year was mistyped: it is left out.

    At most `before` days before the first other fact of the case, and at most `after` days after the last; `beside`
    are those that say nothing of when its life is.
    """

    finding: str
    event: str
    before: int
    after: int
    beside: frozenset[str]
    says: str
    remedy: str

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        return (
            f"{self.event} lies at most {self.before} days before every other fact, and at most {self.after} days "
            "after every other"
        )

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "it is left out"


class InItsTime(NamedTuple):
    """The day of a fact lies between two others. The fact still counts; what follows from it is said.

    `elsewhere` is what is said by another law than England's.
    """

    finding: str
    says: str
    remedy: str
    must_hold: str
    means: str
    elsewhere: str = ""


class KeptWhole(NamedTuple):
    """The ids came through as the source has them: that of the case, and those of its facts. All facts still count."""

    finding: str
    says: str
    remedy: str
    must_hold: str
    means: str


class SameThroughout(NamedTuple):
    """A column says the same in every fact, until one of `changed_by` changes it.

    `elsewhere` is the remedy by another law than England's.
    """

    finding: str
    column: str
    says: str
    remedy: str
    changed_by: frozenset[str]
    elsewhere: str

    @property
    def must_hold(self) -> str:
        """What must hold, in a sentence."""
        return f"{self.column} stays the same, but for {' and '.join(sorted(self.changed_by))}"

    @property
    def means(self) -> str:
        """What it means if it does not."""
        return "the case is, on each day, of the one last named by then"


Row: TypeAlias = (
    OnceOnly
    | AnswerAfter
    | OfOneAsked
    | BeforeAll
    | AmongOthers
    | ClosureShort
    | DatesOfOne
    | DayBelieved
    | InItsTime
    | KeptWhole
    | SameThroughout
)

DECLARED: Final = "records_declared"
"""What stands on the day of the case's first fact, whenever that was."""

BORN_FROM: Final = dt.date(1989, 9, 1)
"""Who was born before was 25 by then, and no young person (section 83(2)): for them there never was a plan."""


def events_named(names: str) -> frozenset[str]:
    """Return events by their names with blanks between. Raises ValueError for one that there is not."""
    unknown = [name for name in names.split() if name not in FACT_TYPES]
    if unknown:
        raise ValueError(f"what must hold of a record names events that there are not: {', '.join(unknown)}")
    return frozenset(names.split())


_SAME: Final = "{event} on {other_on} and again on {on} can be true once: {means}"
_VOID: Final = "void the one that is wrong, or let one correct the other"


def _once(
    event: str, again_after: str, within: int | None, counts: Counts = "last", *per: Per,
    finding: str = "recorded_twice", alike: tuple[Per, ...] = (), between: str = "",
) -> OnceOnly:  # fmt: skip
    (known,) = events_named(event)
    return OnceOnly(finding, known, _SAME, _VOID, per, events_named(again_after), within, counts, alike, between)


_COPIED: Final = (
    "{event} on {on}: it was sent on {other_on} already, and nothing on record since can have led to another, so this "
    "is taken as a copy: it starts no time and moves nothing"
)
_ORIGINAL: Final = "if it is another act, record what led to it; if it was typed twice, void it"
_QUESTION: Final = (
    "request_received became_responsible request_withdrawn refusal_reversed tribunal_order_made appeal_conceded "
    "mediation_agreed onward_appeal_ended date_directed moved_away plan_transferred_out plan_transferred_in "
    "plan_ceased detained released taken_over_on_release died"
)
"""What can ask for any decision anew, or begins another life of the case."""
_TWELVE_WEEKS: Final = 84


def _copy(event: str, again_after: str, *per: Per, alike: tuple[Per, ...] = (), asked: str = "") -> OnceOnly:
    """Return the row of an act that the law knows once for each question: what is sent again is a copy."""
    return OnceOnly(
        _ACT_REPEATED, event, _COPIED, _ORIGINAL, per, events_named(f"{asked} {again_after}"), _TWELVE_WEEKS, "first",
        alike=alike, between="what can have led to another",
    )  # fmt: skip


_BEFORE: Final = "{event} on {on} is dated before {other} on {other_on}, which it would answer"
_ORDER: Final = "correct the day of one of them, or record what it answers"


def _after(answers: str, questions: str, *per: Per, may_rest: bool = False, several: bool = False) -> AnswerAfter:
    named = events_named(answers), events_named(questions)
    return AnswerAfter("answer_before_question", *named, _BEFORE, _ORDER, per, may_rest=may_rest, several=several)


_ENDS: Final = "appeal_conceded appeal_withdrawn appeal_determined tribunal_order_made"
_APPEALABLE: Final = (
    "assessment_refused plan_refused final_plan_sent amended_plan_sent amendment_declined review_decision_sent "
    "reassessment_refused cease_notice_sent"
)
_ORDERED: Final = (
    "appeal_registered onward_appeal_made onward_appeal_ended order_suspended assessment_agreed plan_agreed "
    "draft_plan_sent reassessment_agreed reassessment_started amendment_notice_sent plan_ceased"
)
"""What can have led to another order, or shows that the first one was obeyed."""
_BIRTHS: Final = _once("date_of_birth", "", None, finding="two_birth_dates")

BIRTH_FIRST: Final = BeforeAll(
    "birth_contradicts",
    "date_of_birth",
    "{event} on {on} does not lie before {other} on {other_on}; it is left out",
    "correct the date of birth, or the other day",
)
(_TO_COME,) = events_named("phase_transfer_due")
AMONG: Final = AmongOthers(
    "impossible_date",
    _TO_COME,
    366,
    5_844,
    frozenset({BIRTH_FIRST.event, DECLARED, *events_named("exception_recorded")}),
    "{event} on {on} lies years away from everything else of the case ({other} on {other_on}): most likely its year "
    "was mistyped; it is left out, and no plan is due for it",
    "correct its year, or void it",
)
"""Who has a plan changes phase within its time: from an early year to a college are sixteen years."""
_ASSESSING: Final = "assessment_agreed assessment_refused plan_agreed plan_refused draft_plan_sent final_plan_sent"
_REVIEWING: Final = "review_meeting_held review_decision_sent amendment_notice_sent amendment_declined"
_DRAFTING: Final = "assessment_agreed plan_agreed draft_plan_sent"
_REASSESSING: Final = f"reassessment_requested reassessment_agreed reassessment_started {_DRAFTING}"
_ANSWERED: Final = "final_plan_sent amended_plan_sent amendment_declined"
_DECIDED: Final = _copy(
    "review_decision_sent",
    f"review_meeting_held {_ANSWERED} cease_notice_withdrawn",
    alike=("outcome",),
    asked=_QUESTION,
)
_COPIES: Final = (
    *(
        _copy(event, " ".join(other for other in _ASSESSING.split() if other != event), asked=_QUESTION)
        for event in ("assessment_agreed", "assessment_refused", "plan_agreed", "plan_refused")
    ),
    *(
        _copy(event, f"{_REVIEWING} {_REASSESSING} {other}", alike=("outcome",), asked=_QUESTION)
        for event, other in (("final_plan_sent", "amended_plan_sent"), ("amended_plan_sent", "final_plan_sent"))
    ),
    _copy(
        "amendment_declined",
        f"review_meeting_held amendment_notice_sent {_REASSESSING} amended_plan_sent",
        asked=_QUESTION,
    ),
    _DECIDED,
    _copy(
        "reassessment_agreed", f"reassessment_requested reassessment_refused {_ANSWERED} {_DRAFTING}", asked=_QUESTION
    ),
    _copy("reassessment_refused", "reassessment_requested reassessment_agreed reassessment_started", asked=_QUESTION),
    _copy("reassessment_started", f"reassessment_requested reassessment_refused {_ANSWERED}", asked=_QUESTION),
    _copy("cease_notice_sent", f"cease_consulted cease_notice_withdrawn {_REVIEWING} {_ANSWERED}", asked=_QUESTION),
    _copy(
        "appeal_conceded",
        f"appeal_registered appeal_withdrawn appeal_determined {_APPEALABLE}",
        alike=("outcome",),
        asked=_QUESTION,
    ),
    _copy("transfer_notice_sent", "plan_transferred_in taken_over_on_release"),
    _copy("mediation_notified", "mediation_requested mediation_contacted mediation_held", "party"),
    _copy("recommendation_answered", "recommendation_made", "party"),
)
"""The decisions, notices and plans that the law knows once for each question."""
_GOES: Final = "moved_away plan_transferred_out plan_ceased detained released"
_LIVED: Final = (
    "transfer_notice_sent review_meeting_held review_decision_sent amendment_notice_sent amended_plan_sent "
    "reassessment_requested reassessment_agreed reassessment_started request_received became_responsible"
)
_RELEASED: Final = "detained released moved_away plan_transferred_in plan_transferred_out"
_COMMISSIONED: Final = "commissioner_changed taken_over_on_release plan_transferred_in plan_transferred_out moved_away"
_DISPUTED: Final = f"{_APPEALABLE} mediation_contacted mediation_requested mediation_held"
_SOON: Final = 28


def _typed(
    event: str, again_after: str, *per: Per, alike: tuple[Per, ...] = (), within: int = _SOON, between: str = ""
) -> OnceOnly:
    """Return the row of what can be true again, and not so soon unless something lies between: the first counts."""
    return _once(event, again_after, within, "first", *per, alike=alike, between=between)


_ONCE_EACH: Final = (
    _typed("commissioner_changed", f"commissioner_notified commissioner_requested {_RELEASED} taken_over_on_release",
           alike=("outcome",), between="what another change would begin with, or an act about the first,"),
    _typed("commissioner_notified", _COMMISSIONED),
    _typed("health_provision_impracticable", _COMMISSIONED, alike=("outcome",)),
    _typed("commissioner_requested", f"{_COMMISSIONED} health_provision_impracticable", alike=("outcome",)),
    _typed("release_notified", "detained released"),
    _typed("taken_over_on_release", _RELEASED),
    _typed("mediation_agreed", _DISPUTED, alike=("outcome",), between="another dispute, or a session of it,"),
    _typed("agreement_notified", "mediation_agreed"),
    _typed("agreement_carried_out", "mediation_agreed agreement_notified"),
    _typed("mediation_not_arranged", "mediation_contacted mediation_requested"),
    _typed("mediation_certificate_issued", f"{_DISPUTED} mediation_declined",
           between="another dispute, or a step of it,"),
    _typed("appeal_response_sent", "appeal_registered"),
    _typed("onward_appeal_ended", "onward_appeal_made tribunal_order_made", alike=("outcome",)),
    _typed("recommendation_made", "recommendation_answered appeal_registered tribunal_order_made", "party"),
    _typed("recommendation_copied", "recommendation_answered recommendation_made", "party"),
    _typed("refusal_reversed", "assessment_refused plan_refused reassessment_refused"),
    _typed("request_withdrawn", "request_received became_responsible reassessment_requested", alike=("outcome",)),
    _typed("special_school_admitted", "special_school_left"),
    _typed("special_school_left", "special_school_admitted"),
    _typed("advice_request_withdrawn", "advice_requested", "party"),
    _typed("disclosure_requested", "plan_disclosed", "party"),
    _typed("plan_disclosed", "disclosure_requested", "party"),
    _typed("early_review_requested", "early_review_agreed early_review_refused review_meeting_held", "party"),
    _typed("early_review_agreed", "early_review_requested early_review_refused"),
    _typed("early_review_refused", "early_review_requested early_review_agreed"),
    _typed("left_england", "request_received became_responsible plan_transferred_in taken_over_on_release detained",
           within=92),
    _typed("plan_transferred_out", "plan_transferred_in taken_over_on_release final_plan_sent moved_away detained",
           within=92),
    _typed("cease_notice_withdrawn", "cease_notice_sent review_decision_sent"),
    _typed("direct_payments_started", "direct_payments_stopped", within=92),
    _typed("direct_payments_stopped", "direct_payments_started", within=92),
    _once("date_directed", "", _SOON, "both", "limit", "outcome"),
)  # fmt: skip
"""What happens once, unless something on record lies between that can have led to another."""
MAY_BE_AGAIN: Final = events_named(
    "records_declared accommodation_changed mediation_contacted mediation_declined mediation_requested "
    "mediation_date_notified mediation_held appeal_withdrawn appeal_determined onward_appeal_made order_suspended "
    "advice_received advice_returned representations_received meeting_requested meeting_held school_responded "
    "draft_plan_sent review_invited review_advice_received review_papers_sent review_attended review_report_sent "
    "cease_consulted plan_kept kept_plan_sent plan_sent_to_commissioner direct_payment_reviewed exception_recorded "
    "delay_reason_recorded authority_replaced particular_recorded fact_voided"
)
"""What can be true again at any time: sessions, drafts, what several bodies send, what is said of a stretch of time."""
AGAIN_BY_LAW: Final = events_named(
    "request_received became_responsible reassessment_requested amendment_notice_sent review_meeting_held plan_ceased"
)
"""What the rulebook itself asks about where it is there again: by a row of its moves (`misplaced`), or by a sign."""

PERIOD: Final = DatesOfOne(
    "period_reversed",
    "until",
    "on",
    "{event} on {on} ends on {value}, before it begins; it is left out: it excuses nothing and is counted nowhere",
    "correct until, or on",
    "fact",
)
PLAN_REVIEWED: Final = DatesOfOne(
    "dates_contradict",
    "reviewed_on",
    COLUMN_OF["reviewed_on"].not_before,
    "{event} on {on} has reviewed_on {value}, before the plan was made (made_on {other_value}); it is counted from the "
    "plan",
    "correct reviewed_on, or made_on",
    "date",
)
_FAR: Final = (
    "{event} on {on} has {field} {value}: most likely no day was known and another was put in its place, or its year "
    "was mistyped; {means}"
)
BELIEVED: Final = tuple(
    DayBelieved("impossible_date", column.name, _FAR, f"put in the true {column.name}, or leave it empty",
                "fact" if column.name == "until" else "date")
    for column in SCHEMA if column.within is not None or column.since is not None
)  # fmt: skip
CLOSURE: Final = ClosureShort(
    "closure_too_long", "until", ("school_closed", "early_years_closed"), 40,
    "{event} on {on} shuts it until {value}, for longer than any holiday lasts: most likely that is a term, or its end "
    "was mistyped; it is left out, and excuses nothing",
    "correct until; what truly shut it for so long is an exceptional circumstance (exceptional_circumstances)",
    elsewhere="correct until",
)  # fmt: skip
ORDERED: Final[tuple[OnceOnly | AnswerAfter, ...]] = (
    _BIRTHS,
    _once("died", "", None, "first"),
    _once("plan_transferred_in", f"{_GOES} {_LIVED} final_plan_sent", None,
          between="an act of this authority, or what ends the plan here,"),
    _once("moved_away", "plan_transferred_in plan_transferred_out", 92),
    _once("phase_transfer_due", "", None, "last", "year"),
    _once("mediation_due", "mediation_held mediation_requested", 92),
    _once("appeal_registered", f"appeal_withdrawn appeal_conceded appeal_determined tribunal_order_made {_APPEALABLE}",
          92),
    _once("detained", "released", 92, alike=("party",)),
    _once("released", "detained", 92),
    _once("advice_requested", "advice_received advice_returned advice_request_withdrawn", 7, "first", "party", "body"),
    _once("school_consulted", "school_responded", 7, "first", "party"),
    OnceOnly(
        "recorded_twice", "tribunal_order_made",
        "{event} on {on}: the same order is on record for {other_on}, with no onward appeal and no act that obeys it "
        "between; the later one begins the time anew, and what was missed by then stays missed",
        "if it is one order, void the wrong one; if it was made again, record the onward appeal (onward_appeal_made)",
        again_after=events_named(f"{_ORDERED} {_APPEALABLE}"), within=_TWELVE_WEEKS, counts="both", alike=("outcome",),
        between="an appeal, or what the order asks for,",
    ),
    *_COPIES,
    OnceOnly(
        "recorded_twice", "review_decision_sent",
        "{event} on {on}: another decision about the same review is on record for {other_on}; the next review "
        "is counted from the first of the two, and what the second asks for is owed",
        "void the one that is wrong, or let one correct the other; if it ends another review, record the meeting of "
        "that one (review_meeting_held)",
        again_after=_DECIDED.again_after, within=_TWELVE_WEEKS, counts="both",
        between="what can have led to another", unlike=("outcome",),
    ),
    *_ONCE_EACH,
    _after("advice_received", "advice_requested", "party"),
    _after("advice_returned", "advice_received", "party"),
    _after("school_responded", "school_consulted", "party"),
    _after("appeal_registered", _APPEALABLE, may_rest=True),
    _after("appeal_response_sent", "appeal_registered"),
    _after("assessment_agreed assessment_refused", "request_received became_responsible"),
    _after("reassessment_agreed reassessment_refused", "reassessment_requested"),
    _after("early_review_agreed early_review_refused", "early_review_requested"),
    _after("review_report_sent", "review_meeting_held"),
    _after("recommendation_answered", "recommendation_made", "party"),
    _after("direct_payment_reviewed", "direct_payments_started"),
    _after("plan_disclosed", "disclosure_requested"),
    _after("plan_transferred_out", "moved_away"),
    _after("transfer_notice_sent", "plan_transferred_in"),
    _after("commissioner_notified", "commissioner_changed"),
    _after("mediation_held", "mediation_requested"),
    _after("advice_request_withdrawn", "advice_requested", "party"),
    _after("recommendation_copied", "recommendation_answered"),
    _after("direct_payments_stopped", "direct_payments_started"),
    _after("special_school_left", "special_school_admitted"),
    _after("agreement_notified agreement_carried_out", "mediation_agreed"),
    _after("mediation_notified mediation_not_arranged mediation_date_notified", "mediation_requested", may_rest=True),
    _after("mediation_agreed", "mediation_held", may_rest=True),
    _after("mediation_certificate_issued mediation_declined", "mediation_contacted", may_rest=True),
    _after("order_suspended", "tribunal_order_made", may_rest=True),
    _after(_ENDS, "appeal_registered", may_rest=True),
    _after("onward_appeal_ended", "onward_appeal_made", may_rest=True),
    _after("released", "detained", may_rest=True),
    _after("request_withdrawn", "request_received became_responsible reassessment_requested", may_rest=True),
    _after("representations_received meeting_requested", "draft_plan_sent amendment_notice_sent", may_rest=True,
           several=True),
    _after("commissioner_requested", "commissioner_changed health_provision_impracticable", may_rest=True),
)  # fmt: skip
"""What is read off the order of the facts of a case."""
ANSWERS_BY_LAW: Final = events_named(
    "refusal_reversed plan_agreed plan_refused draft_plan_sent final_plan_sent review_decision_sent "
    "amendment_notice_sent amended_plan_sent amendment_declined cease_notice_sent cease_notice_withdrawn plan_ceased "
    "taken_over_on_release"
)
"""What answers something, and of which the rulebook's moves ask what came before it: a step out of order."""
ANSWERS_NOTHING: Final = events_named(
    "records_declared date_of_birth plan_transferred_in commissioner_changed health_provision_impracticable detained "
    "accommodation_changed release_notified request_received became_responsible mediation_contacted "
    "mediation_requested mediation_due onward_appeal_made date_directed recommendation_made reassessment_requested "
    "reassessment_started special_school_admitted advice_requested meeting_held school_consulted disclosure_requested "
    "early_review_requested review_invited review_advice_received review_papers_sent review_meeting_held "
    "review_attended moved_away left_england cease_consulted plan_kept kept_plan_sent plan_sent_to_commissioner "
    "direct_payments_started exception_recorded delay_reason_recorded authority_replaced phase_transfer_due died "
    "particular_recorded fact_voided"
)
"""What needs no other fact before it: it begins something, or is said of a stretch of time."""
_ANSWERS_NOTHING: Final = (
    "{event} on {on} is of {value}, and no {other} of {value} is on record, so that it answers nothing, while another "
    "waits for an answer"
)
_WHOSE: Final = "correct the party of one of them, or record what it answers"
ANSWERED: Final[tuple[OfOneAsked, ...]] = (
    OfOneAsked("party_not_asked", "advice_received", "advice_requested", _ANSWERS_NOTHING, _WHOSE),
    OfOneAsked("party_not_asked", "school_responded", "school_consulted", _ANSWERS_NOTHING, _WHOSE),
    OfOneAsked("party_not_asked", "recommendation_answered", "recommendation_made", _ANSWERS_NOTHING, _WHOSE),
    OfOneAsked(
        "party_not_asked", "advice_returned", "advice_received",
        "{event} on {on} is of {value}, and no {other} of {value} is on record, which was sent back",
        _WHOSE, always=True,
    ),
)  # fmt: skip
"""Whom an answer is of, and whom its question."""
_LONG_AGO: Final = "{event} on {on} lies"
_PLACEHOLDER: Final = "most likely no day was known and another was put in its place"
TIMELY: Final = InItsTime(
    "impossible_date",
    "{event} on {on} lies before Part 3 of the Act, which began on 2014-09-01: most likely no day was known and "
    "another was put in its place; no time limit is counted from it, and no measure of a year has it",
    "put in the true day, or void the fact if there is none",
    "no fact but date_of_birth and records_declared lies before 2014-09-01, when Part 3 of the Act began",
    "the day is a placeholder: no time limit is counted from it",
    f"{_LONG_AGO} before {PART_3_FROM.isoformat()}: {_PLACEHOLDER}",
)
BORN: Final = InItsTime(
    "impossible_date",
    "{event} on {on} lies before 1989-09-01: who was born then was 25 before Part 3 of the Act began, so that most "
    "likely no day was known and another was put in its place; it is left out",
    "put in the true day, or void the fact if there is none",
    "date_of_birth does not lie before 1989-09-01",
    "the day is a placeholder: it is left out",
    f"{_LONG_AGO} before {BORN_FROM.isoformat()}: {_PLACEHOLDER}; it is left out",
)
RECORDED: Final = InItsTime(
    "recorded_before_it_happened",
    "{event} on {on} was written down on {value}, before it happened",
    "correct the day, or record it when it has happened",
    "nothing is recorded before its day, but what says what is to come",
    "it counts as it stands",
)
COUNTED_AHEAD: Final = InItsTime(
    "after_the_day",
    "{many} after {value}, left out of the answers for that day: {which}",
    "correct the day if it cannot be meant; else ask for a later day",
    "what counts on a day had happened by then, but for what says what is to come",
    "it does not count yet; one finding a case names how many there are",
)
DAYS_AHEAD: Final = InItsTime(
    "after_the_day",
    "{many} after {value} of facts that count, and what they begin begins then: {which}",
    "correct the day if it cannot be meant; else ask for a later day",
    "aware_on and served_on of what counts on a day had come by then, but for a week in the post",
    "what they begin begins then; the same finding names how many there are",
)
AUTHORITY: Final = SameThroughout(
    "authority_conflict",
    "authority",
    "{event} on {on} is of authority {value}, and the facts before it are of {other_value}: from that day the case "
    "counts as {value}'s",
    "correct the authority; if another took its place, record authority_replaced or plan_transferred_in",
    events_named("authority_replaced plan_transferred_in taken_over_on_release"),
    "correct the authority; if another took its place, record authority_replaced",
)

DAMAGED_ID: Final = KeptWhole(
    "damaged_id",
    "the id {value} {what}",
    "take the id out of its source again, as text; then void what stands under this one",
    "case_id is no number that a spreadsheet rounded (1.23457E+12) or gave a fraction (42.0), no word for nothing "
    "(#N/A, NULL, Unknown, -, 0), and holds nothing unseen and no false hyphen",
    "nothing is guessed: the rows count under the id that they have",
)
NAMES: Final = KeptWhole(
    "fact_id_again",
    "{event} on {on} goes by the fact_id {value} of {other} on {other_on}, and says something else: they would be "
    "corrected, and taken back, together",
    "give each fact a fact_id of its own; if one corrects the other, record it so (corrects)",
    "fact_id is that of one fact",
    "both count; of one file each of them is refused, in a store the one that came second, whichever case it is of",
)

DATED: Final[tuple[DatesOfOne | DayBelieved | ClosureShort, ...]] = (PERIOD, PLAN_REVIEWED, *BELIEVED, CLOSURE)
"""What is read off a fact by itself."""
ROWS: Final[tuple[Row, ...]] = (
    *DATED, BIRTH_FIRST, AMONG, *ORDERED, *ANSWERED, TIMELY, BORN, RECORDED, COUNTED_AHEAD, DAYS_AHEAD,
    AUTHORITY, DAMAGED_ID, NAMES,
)  # fmt: skip
"""The whole table, in the order of the docs."""
