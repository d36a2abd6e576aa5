"""Where another lawful reading decides otherwise whether there is a breach, the deadline says so, both ways."""

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law import england
from ehcp_flow.law.version import Reading
from tests.bulk.agreeing import agree
from tests.telling import every, one, tell, text_of

DAY_ONE = "the day of receipt is day 1"
ANNIVERSARY = "by the anniversary"
NO_EXCEPTION = "the notice under 4(1) has no exception"
EITHER = "either answer within 16 weeks"
PAST = "a ground that had ended excuses no later day"
FIVE = "five weeks with the rest of the plan"
ALL_THE_SAME = "a review during the re-assessment too"
BEFORE = "before the transfer itself"
LEFT_OUT = "the first day is left out"
ARRANGED = "arranged, not held"
PREPARED = "only the preparing is limited"
ITS_OWN_YEAR = "the year of the re-assessed plan instead"
AT_ITS_MEETING = "the review takes place at its meeting"
LATER = "the later session"
AS_IF_REVIEWED = "proposed as if after a review"

REQUEST = "2026-03-02 request_received party=parent"
ASSESSED = f"{REQUEST}; 2026-04-13 assessment_agreed"
PLAN = "2024-09-10 final_plan_sent; 2025-09-01 review_decision_sent outcome=maintain"
ILL = "2026-03-20 exception_recorded outcome=exceptional_circumstances until=2026-03-26 reason=ill"
ILLNESS = "2026-03-20 exception_recorded outcome=exceptional_circumstances reason=ill"


def transferring(on, decided, phase="school"):
    return f"{PLAN}; {on} phase_transfer_due outcome={phase}; {decided} review_decision_sent outcome=maintain"


@pytest.mark.parametrize(
    ("chronology", "limit", "as_of", "status", "breach", "contested"),
    [
        # Received on 2 March: six weeks end on 13 April, with that day as the first on 12 April.
        (f"{REQUEST}; 2026-04-12 assessment_agreed", "decide_assess", "2026-12-01", "met", False, ()),
        (f"{REQUEST}; 2026-04-13 assessment_agreed", "decide_assess", "2026-12-01", "met", False, (DAY_ONE,)),
        (f"{REQUEST}; 2026-04-14 assessment_agreed", "decide_assess", "2026-12-01", "late", True, ()),
        (REQUEST, "decide_assess", "2026-04-12", "open", False, ()),
        (REQUEST, "decide_assess", "2026-04-13", "open", False, (DAY_ONE,)),
        (REQUEST, "decide_assess", "2026-04-14", "overdue", True, ()),
        (f"{ASSESSED}; 2026-07-20 final_plan_sent", "final_plan", "2026-12-01", "met", False, (DAY_ONE,)),
        (f"{ASSESSED}; 2026-07-20 request_withdrawn", "final_plan", "2026-12-01", "lapsed", False, (DAY_ONE,)),
        (f"{ASSESSED}; 2026-07-21 request_withdrawn", "final_plan", "2026-12-01", "overtaken", True, ()),
        # Before 15 February.
        (transferring("2026-09-02", "2026-02-14"), "phase_transfer", "2026-12-01", "met", False, ()),
        (transferring("2026-09-02", "2026-02-15"), "phase_transfer", "2026-12-01", "late", True, ("by 15 February",)),
        (transferring("2026-09-02", "2026-02-16"), "phase_transfer", "2026-12-01", "late", True, ()),
        # The first three months of direct payments.
        *(
            (f"2026-02-28 direct_payments_started; {on} direct_payment_reviewed", "direct_payment_review", *rest)
            for on, *rest in (
                ("2026-05-27", "2026-12-01", "met", False, ()),
                ("2026-05-28", "2026-12-01", "late", True, (LEFT_OUT,)),
                ("2026-05-29", "2026-12-01", "late", True, ()),
            )
        ),
        # One order for the provision and the school: five weeks, or two.
        *(
            (
                f"{PLAN}; 2026-03-02 tribunal_order_made outcome=amend_school; {also}; {on} amended_plan_sent",
                "order_amend_school", "2026-12-01", *rest,
            )
            for also, on, *rest in (
                ("2026-03-02 tribunal_order_made outcome=amend", "2026-03-16", "met", False, ()),
                ("2026-03-02 tribunal_order_made outcome=amend", "2026-03-17", "late", True, (FIVE,)),
                ("2026-03-02 tribunal_order_made outcome=amend", "2026-04-06", "late", True, (FIVE,)),
                ("2026-03-02 tribunal_order_made outcome=amend", "2026-04-07", "late", True, ()),
                ("2026-03-01 tribunal_order_made outcome=amend", "2026-04-06", "late", True, ()),
            )
        ),
        # A refusal with an exception: 5(4) has it, 4(1) does not.
        (f"{REQUEST}; {ILLNESS}; 2026-04-20 assessment_refused", "decide_assess", "2026-12-01", "late", False,
         (NO_EXCEPTION,)),
        (f"{REQUEST}; {ILLNESS}; 2026-04-20 assessment_agreed", "decide_assess", "2026-12-01", "late", False, ()),
        (f"{REQUEST}; {ILLNESS}; 2026-04-12 assessment_refused", "decide_assess", "2026-12-01", "met", False, ()),
        # Sixteen weeks: 22 June.
        (ASSESSED, "decide_not_issue", "2026-06-21", "open", False, ()),
        (ASSESSED, "decide_not_issue", "2026-06-23", "open", False, (EITHER,)),
        (f"{ASSESSED}; 2026-06-22 plan_agreed", "decide_not_issue", "2026-12-01", "lapsed", False, ()),
        (f"{ASSESSED}; 2026-06-23 plan_agreed", "decide_not_issue", "2026-12-01", "lapsed", False, (EITHER,)),
        (f"{ASSESSED}; 2026-06-23 plan_refused", "decide_not_issue", "2026-12-01", "late", True, ()),
        (f"{ASSESSED}; {ILLNESS}", "decide_not_issue", "2026-07-13", "open", False, ()),
        # A week in March, and July.
        (f"{ASSESSED}; {ILL}", "final_plan", "2026-12-01", "overdue", False, (PAST,)),
        (f"{ASSESSED}; {ILL} limit=final_plan", "final_plan", "2026-12-01", "overdue", False, ()),
        (f"{ASSESSED}; {ILL}; {ILLNESS}", "final_plan", "2026-12-01", "overdue", False, ()),
        (f"{ASSESSED}; {ILL}; 2026-07-10 final_plan_sent", "final_plan", "2026-12-01", "met", False, ()),
    ],
)  # fmt: skip
def test_a_reading_contests_what_it_decides_otherwise_and_nothing_else(
    chronology, limit, as_of, status, breach, contested
):
    found = one(chronology, limit, as_of)
    assert (found.status, found.breach, found.contested_by) == (status, breach, contested)
    told = [step.text for step in found.explanation if "that reading" in step.text]
    assert len(told) == len(contested)
    for name, text in zip(contested, told, strict=True):
        assert name in text
        assert text.endswith(" there is no breach." if breach else " this is a breach.")


WANTED = "2026-03-02 mediation_requested outcome=education"
WANTED_OF_HEALTH = "2026-02-27 mediation_requested outcome=health; 2026-03-02 mediation_notified"
WANTED_IN_CUSTODY = "2025-10-06 detained; 2026-03-02 mediation_requested"


@pytest.mark.parametrize(
    ("chronology", "limit"),
    [
        (WANTED, "mediation_arrange"),
        (WANTED_OF_HEALTH, "mediation_arrange_health"),
        (WANTED_IN_CUSTODY, "detained_mediation_arrange"),
    ],
)
@pytest.mark.parametrize(
    ("told", "held", "breach", "contested"),
    [
        ("2026-03-20 mediation_date_notified", "2026-04-01 mediation_held", False, ()),
        ("2026-03-20 mediation_date_notified", "2026-04-02 mediation_held", True, (ARRANGED,)),
        ("2026-04-01 mediation_date_notified", "", True, (ARRANGED,)),
        ("2026-04-02 mediation_date_notified", "", True, ()),
        ("2026-02-20 mediation_date_notified", "2026-04-02 mediation_held", True, ()),
        ("", "2026-04-02 mediation_held", True, ()),
    ],
)
def test_a_mediation_arranged_in_time_and_held_later_is_contested(chronology, limit, told, held, breach, contested):
    found = one(f"{chronology}; {told}; {held}", limit, "2026-04-10")
    assert (str(found.due_on), found.breach, found.contested_by) == ("2026-04-01", breach, contested)
    assert ("By that reading there is no breach." in text_of(found, "reading")) == bool(contested)


@pytest.mark.parametrize(
    ("sessions", "decided", "contested"),
    [
        ("02-03 16-03", "2026-03-30", ()),
        ("02-03 16-03", "2026-03-31", (LATER,)),
        ("02-03 16-03", "2026-04-13", (LATER,)),
        ("02-03 16-03", "2026-04-14", ()),
        # Of three, the one that ended the meeting; the twelfth week is the last that can have done so.
        ("02-03 16-03 30-03", "2026-04-27", (LATER,)),
        ("02-03 16-03 30-03", "2026-04-28", ()),
        ("02-03 25-05", "2026-06-22", (LATER,)),
        ("02-03 26-05", "2026-06-22", ()),
        # After the decision there is nothing to go on with; next year's meeting is about next year.
        ("02-03 07-04", "2026-04-06", ()),
        ("02-03", "", ()),
        ("02-03 16-03", "", ()),
    ],
)
def test_of_two_meetings_without_a_word_the_later_may_be_the_end_of_the_first(sessions, decided, contested):
    held = "; ".join(f"2026-{day[3:]}-{day[:2]} review_meeting_held" for day in sessions.split())
    decision = f"{decided} review_decision_sent outcome=amend; {decided} amendment_notice_sent" if decided else ""
    chronology = f"{PLAN}; {held}; {decision}"
    for limit in ("review_decision", "amendment_notice"):
        if limit == "amendment_notice" and not decided:
            continue
        first = every(chronology, limit, "2026-12-01")[0]
        late = not decided or decided > "2026-03-30"
        assert (str(first.due_on), first.breach, first.contested_by) == ("2026-03-30", late, contested)
        assert ("By that reading there is no breach." in text_of(first, "reading")) == bool(contested)


def test_a_session_that_is_said_to_be_adjourned_is_no_doubt_and_no_end_of_the_review():
    told = "2026-02-23 review_meeting_held outcome=adjourned; 2026-03-02 review_meeting_held"
    found = one(f"{PLAN}; {told}; 2026-03-31 review_decision_sent outcome=maintain", "review_decision", "2026-12-01")
    assert (str(found.starts_on), found.breach, found.contested_by) == ("2026-03-02", True, ())
    (year,) = every(f"{PLAN}; 2026-08-31 review_meeting_held outcome=adjourned", "annual_review", "2026-12-01")[1:]
    assert (year.status, year.contested_by) == ("overdue", ())


@pytest.mark.parametrize(
    ("named", "contested"), [("2026-02-14", (AS_IF_REVIEWED,)), ("2026-02-15", ()), ("2025-09-01", ())]
)
@pytest.mark.parametrize("word", ["", " outcome=names_placement"])
def test_a_place_that_was_named_without_a_review_contests_the_want_of_one(named, contested, word):
    plan = "2023-05-08 final_plan_sent; 2024-05-06 review_decision_sent outcome=maintain"
    found = one(
        f"{plan}; {named} amended_plan_sent{word}; 2026-09-02 phase_transfer_due outcome=school",
        "phase_transfer", "2026-12-01",
    )  # fmt: skip
    assert (found.status, found.breach) == ("overdue", True)
    assert found.contested_by == (contested if word else ())


@pytest.mark.parametrize(
    ("sent", "contested"), [("2026-03-16", ()), ("2026-03-17", (PREPARED,)), ("2026-06-30", (PREPARED,))]
)
def test_a_report_may_be_limited_in_the_preparing_alone(sent, contested):
    found = one(f"2026-03-02 review_meeting_held; {sent} review_report_sent", "review_report", "2026-12-01")
    assert (str(found.due_on), found.breach, found.contested_by) == ("2026-03-16", bool(contested), contested)


@pytest.mark.parametrize(
    ("meeting", "decided", "contested"),
    [
        ("2026-08-10", "2026-08-31", ()),
        ("2026-08-10", "2026-09-01", (ANNIVERSARY, AT_ITS_MEETING)),
        ("2026-08-31", "2026-09-21", (AT_ITS_MEETING,)),
        ("2026-09-01", "2026-09-21", ()),
        ("2026-09-02", "2026-09-21", ()),
        ("2025-08-20", "2026-09-21", ()),
    ],
)
def test_a_review_whose_meeting_was_in_its_year_is_contested(meeting, decided, contested):
    chronology = f"{PLAN}; {meeting} review_meeting_held; {decided} review_decision_sent outcome=maintain"
    found = next(each for each in deadlines_of(tell(chronology), "2026-12-01") if str(each.due_on) == "2026-08-31")
    assert (found.limit, found.breach, found.contested_by) == ("annual_review", decided > "2026-08-31", contested)


def test_a_practice_that_the_law_does_not_bear_out_contests_nothing():
    chronology = f"{REQUEST}; 2026-04-13 assessment_refused; 2026-06-01 refusal_reversed; 2026-09-07 final_plan_sent"
    found = one(chronology, "final_plan", "2026-12-01")
    assert (found.status, found.breach, found.contested_by) == ("late", True, ())
    assert "from the reversal: Monday 7 September 2026" in text_of(found, "reading")


@pytest.mark.parametrize(
    ("began", "ended", "status", "contested"),
    [
        ("2026-06-01", "2026-11-02", "lapsed", (ALL_THE_SAME,)),
        ("2026-08-31", "2026-11-02", "lapsed", (ALL_THE_SAME,)),
        ("2026-06-01", "2026-09-01", "lapsed", (ALL_THE_SAME,)),
        ("2026-06-01", "2026-08-31", "lapsed", (ALL_THE_SAME, ANNIVERSARY)),
        ("2026-09-01", "2026-11-02", "overdue", (ANNIVERSARY,)),
        ("2026-09-02", "2026-11-02", "overdue", ()),
        ("2026-05-01", "2026-08-30", "overdue", (ITS_OWN_YEAR,)),
    ],
)
def test_a_review_that_falls_due_while_a_re_assessment_runs_is_not_held_beside_it(began, ended, status, contested):
    chronology = f"{PLAN}; {began} reassessment_agreed; {ended} final_plan_sent"
    found = next(each for each in deadlines_of(tell(chronology), "2026-12-01") if str(each.due_on) == "2026-08-31")
    assert (found.limit, found.status, found.contested_by) == ("annual_review", status, contested)
    assert found.breach == (status == "overdue")
    assert (str(found.ended_on) == began) == (status == "lapsed")
    assert ("EWHC 703" in text_of(found, "reading")) == (status == "lapsed")


def test_a_plan_amended_outside_a_re_assessment_has_no_year_of_its_own():
    chronology = f"{PLAN}; 2026-05-01 amendment_notice_sent; 2026-06-15 amended_plan_sent"
    found = next(each for each in deadlines_of(tell(chronology), "2026-12-01") if str(each.due_on) == "2026-08-31")
    assert (found.limit, found.status, found.contested_by) == ("annual_review", "overdue", ())
    chronology = f"{PLAN}; 2026-05-01 reassessment_agreed; 2026-06-15 amended_plan_sent"
    found = next(each for each in deadlines_of(tell(chronology), "2026-12-01") if str(each.due_on) == "2026-08-31")
    assert (found.limit, found.status, found.contested_by) == ("annual_review", "overdue", (ITS_OWN_YEAR,))


def test_before_its_last_day_a_review_is_open_whatever_runs():
    found = deadlines_of(tell(f"{PLAN}; 2026-06-01 reassessment_agreed"), "2026-08-31")
    [ahead] = [each for each in found if str(each.due_on) == "2026-08-31"]
    assert (ahead.limit, ahead.status, ahead.contested_by) == ("annual_review", "open", ())


def test_a_review_decided_late_during_a_re_assessment_is_no_breach_either():
    chronology = f"{PLAN}; 2026-06-01 reassessment_agreed; 2026-09-20 review_decision_sent outcome=maintain"
    found = next(each for each in deadlines_of(tell(chronology), "2026-12-01") if str(each.due_on) == "2026-08-31")
    assert (found.status, found.breach, found.contested_by) == ("lapsed", False, (ALL_THE_SAME,))


@pytest.mark.parametrize(("phase", "due"), [("post16", "2027-03-30"), ("school", "2027-02-14")])
def test_a_transfer_early_in_its_year_names_the_day_before_itself(phase, due):
    early = f"{PLAN}; 2026-08-31 review_decision_sent outcome=amend; 2027-01-05 phase_transfer_due outcome={phase}"
    found = one(early, "phase_transfer", "2027-02-01")
    assert (str(found.due_on), found.breach, found.contested_by) == (due, False, (BEFORE,))
    assert f"{BEFORE}: Monday 4 January 2027" in text_of(found, "reading")
    later = one(early.replace("2027-01-05", "2027-09-02"), "phase_transfer", "2027-02-01")
    assert later.contested_by == ()
    assert BEFORE not in text_of(later, "reading")


def test_a_reading_says_how_it_differs():
    said = {reading.name: reading.differs for limit in england().limits.values() for rule in limit.rule
            for reading in rule.readings}  # fmt: skip
    assert said[DAY_ONE].endswith("beginning with")
    assert said[EITHER] == "it bites whatever the answer is"
    assert said[NO_EXCEPTION] == "no exception excuses, where the act was assessment_refused"
    assert said[BEFORE] == "at least 1 day before, where that is earlier"
    assert said["from the reversal"] in (
        "10 weeks after, from refusal_reversed",
        "14 weeks after, from refusal_reversed",
    )
    assert said[FIVE].startswith("5 weeks after, where tribunal_order_made:amend or ")


def with_reading(limit_id, **reading):
    """England's law, with one reading more."""
    book = england()
    limit = book.limits[limit_id]
    first = limit.rule[0].model_copy(update={"readings": (Reading(says="a test says so", **reading),)})
    amended = limit.model_copy(update={"rule": (first, *limit.rule[1:])})
    return book.model_copy(update={"limits": {**book.limits, limit_id: amended}})


@pytest.mark.parametrize(
    ("sent", "status", "contested"),
    [("2026-07-06", "premature", ()), ("2026-07-07", "met", ("working days",)), ("2026-07-13", "met", ())],
)
def test_a_protected_time_can_be_read_otherwise_too(sent, status, contested):
    book = with_reading(
        "draft_representations", name="working days", counting="at least 15 working days beginning with"
    )
    chronology = tell(f"2026-06-22 draft_plan_sent; {sent} final_plan_sent")
    [found] = [each for each in deadlines_of(chronology, "2026-12-01", rulebook=book) if each.earliest_on]
    assert (found.status, found.contested_by) == (status, contested)


def test_another_reading_of_the_tribunals_time_is_moved_as_its_own_is():
    book = with_reading("appeal", name="that day is counted", counting="2 months beginning with")
    chronology = tell("2026-06-11 assessment_refused")
    [found] = [each for each in deadlines_of(chronology, "2026-06-12", rulebook=book) if each.limit == "appeal"]
    assert "that day is counted: Tuesday 1 September 2026" in text_of(found, "reading")
    assert (str(found.due_on), found.contested_by) == ("2026-09-01", ())


@pytest.mark.parametrize(
    ("ground", "contested"),
    [
        ("absent_from_area until=2025-05-14", True),
        ("absent_from_area until=2025-05-13", False),
        ("exceptional_circumstances", True),
        ("absent_from_area until=2025-05-14 limit=concede_assess_final", True),
        ("absent_from_area until=2025-05-14 limit=final_plan", False),
    ],
)
def test_the_exceptions_of_an_order_contest_the_time_after_a_concession(ground, contested):
    chronology = f"""
        2025-01-06 request_received
        2025-02-10 assessment_refused
        2025-03-17 appeal_registered
        2025-04-07 appeal_conceded outcome=assess
        2025-05-01 exception_recorded outcome={ground}
        2025-07-21 final_plan_sent
    """
    name = ("with the exceptions of an order",) if contested else ()
    found = one(chronology, "concede_assess_final", "2025-12-01")
    assert (found.status, found.days_over, found.breach, found.contested_by) == ("late", 7, True, name)
    agree([tell(chronology)], "2025-12-01")
    in_time = one(chronology.replace("07-21", "07-14"), "concede_assess_final", "2025-12-01")
    assert (in_time.status, in_time.contested_by) == ("met", ())
