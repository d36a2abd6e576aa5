"""What ended by its last lawful day lapses; what ended later was a breach, and stays one."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.deadlines import judge
from tests.telling import day, one, tell, text_of

PLAN = "2025-03-10 final_plan_sent"
ORDER = f"{PLAN}; 2025-12-01 tribunal_order_made outcome=amend"
REQUEST = "2026-01-05 request_received party=parent; 2026-02-16 assessment_agreed"
PHASE = f"{PLAN}; 2026-09-02 phase_transfer_due outcome=school; 2025-12-01 review_meeting_held"
"""Due: the order 5 January 2026, the plan 25 May, the transfer 14 February."""
KEPT_ASKED = "2025-06-02 detained; 2025-06-09 request_received party=parent; 2025-07-21 advice_requested party=medical"
KEPT_ORDER = "2025-01-06 detained; 2025-10-01 tribunal_order_made outcome=assess"
TOLD = "2025-07-21 release_notified"
"""What goes elsewhere with the release; of one detained, the time that runs on is in `tests/law/duties.csv`."""
REFERRED = "2026-01-07 tribunal_order_made outcome=reconsider"
WISH = "2025-11-10 cease_notice_sent; 2025-12-01 mediation_requested outcome=education"
WISH_HEALTH = "2025-12-01 mediation_requested outcome=health; 2025-12-03 mediation_notified"
WISH_KEPT = "2025-10-06 detained; 2025-12-01 mediation_requested"


def summary(chronology, limit, as_of):
    found = one(chronology, limit, as_of)
    return str(found.due_on), found.status, found.breach, found.days_over, str(found.ended_on)


@pytest.mark.parametrize(
    ("chronology", "limit", "end", "due_on", "last", "over"),
    [
        (ORDER, "order_amend", "plan_ceased", "2026-01-05", "2026-01-05", ("2026-07-31", 207)),
        (ORDER, "order_amend", "plan_transferred_out", "2026-01-05", "2026-01-05", ("2026-01-06", 1)),
        (REQUEST, "final_plan", "request_withdrawn", "2026-05-25", "2026-05-25", ("2026-05-26", 1)),
        (REQUEST, "final_plan", "moved_away", "2026-05-25", "2026-05-25", ("2026-05-26", 1)),
        (REQUEST, "final_plan", "plan_refused", "2026-05-25", "2026-05-25", ("2026-05-26", 1)),
        (PHASE, "phase_transfer", "plan_transferred_out", "2026-02-14", "2026-02-14", ("2026-05-31", 106)),
        (PHASE, "phase_transfer", "plan_ceased", "2026-02-14", "2026-02-14", ("2026-02-15", 1)),
        (PHASE, "phase_transfer", "detained", "2026-02-14", "2026-02-14", ("2026-02-15", 1)),
        (PLAN, "annual_review", "plan_ceased", "2026-03-09", "2026-03-09", ("2026-03-10", 1)),
        # What ends a duty ends its twin, in custody and out of it, with the authority and with the health body.
        (KEPT_ASKED, "detained_advice", "final_plan_sent", "2025-09-01", "2025-09-01", ("2025-10-27", 56)),
        (KEPT_ASKED, "detained_advice", "plan_refused", "2025-09-01", "2025-09-01", ("2025-09-02", 1)),
        (f"{KEPT_ASKED}; {TOLD}", "detained_advice", "released", "2025-09-01", "2025-09-01", ("2025-09-02", 1)),
        (
            f"{KEPT_ORDER}; {TOLD}",
            "detained_order_assess_notify",
            "released",
            "2025-10-15",
            "2025-10-15",
            ("2025-11-03", 19),
        ),
        (REFERRED, "order_reconsider", "moved_away", "2026-01-21", "2026-01-21", ("2026-01-22", 1)),
        (REFERRED, "order_reconsider", "request_withdrawn", "2026-01-21", "2026-01-21", ("2026-01-22", 1)),
        (WISH, "mediation_arrange", "cease_notice_withdrawn", "2025-12-31", "2025-12-31", ("2026-01-02", 2)),
        (WISH_HEALTH, "mediation_arrange_health", "appeal_withdrawn", "2026-01-02", "2026-01-02", ("2026-01-05", 3)),
        (WISH_KEPT, "detained_mediation_arrange", "appeal_withdrawn", "2025-12-31", "2025-12-31", ("2026-01-01", 1)),
    ],
)
def test_an_end_by_the_last_lawful_day_lapses_and_a_later_one_leaves_the_breach(
    chronology, limit, end, due_on, last, over
):
    assert summary(f"{chronology}; {last} {end}", limit, "2026-12-01") == (due_on, "lapsed", False, None, last)
    ended, days = over
    assert summary(f"{chronology}; {ended} {end}", limit, "2026-12-01") == (due_on, "overtaken", True, days, ended)


@pytest.mark.parametrize(
    ("chronology", "end", "limit"),
    [
        (ORDER, "2026-07-31 plan_ceased", "order_amend"),
        (REQUEST, "2026-05-27 request_withdrawn", "final_plan"),
        (PHASE, "2026-05-31 plan_transferred_out", "phase_transfer"),
        (PHASE, "2026-05-31 plan_ceased; 2026-07-01 request_received party=parent", "phase_transfer"),
    ],
)
def test_a_breach_of_the_day_before_is_there_on_every_day_after(chronology, end, limit):
    whole = tell(f"{chronology}; {end}")
    ended = day(end.split()[0])
    before = {found.limit for found in judge(whole, ended.replace(day=ended.day - 1)).deadlines if found.breach}
    assert limit in before
    for later in ("2026-08-01", "2026-09-03", "2030-01-01"):
        assert before <= {found.limit for found in judge(whole, later).deadlines if found.breach}


def test_a_plan_that_had_gone_before_the_time_of_the_transfer_began_has_no_limit():
    gone = "2024-03-10 final_plan_sent; 2025-09-01 plan_ceased; 2026-09-02 phase_transfer_due outcome=school"
    assert [found.limit for found in judge(tell(gone), "2026-12-01").deadlines if found.limit == "phase_transfer"] == []
    never = "2025-11-01 request_received party=parent; 2026-09-02 phase_transfer_due outcome=school"
    assert "phase_transfer" not in {found.limit for found in judge(tell(never), "2026-12-01").deadlines}


def test_a_review_in_time_is_met_though_the_plan_goes_before_the_transfer():
    chronology = f"{PHASE}; 2026-01-10 review_decision_sent outcome=maintain; 2026-05-31 plan_transferred_out"
    assert one(chronology, "phase_transfer", "2026-12-01").status == "met"


def test_advice_is_overtaken_when_the_plan_comes_without_it():
    chronology = (
        "2017-05-01 request_received party=parent; 2017-06-01 advice_requested party=psychological; "
        "2017-06-01 advice_requested party=medical; 2018-01-05 final_plan_sent; 2021-07-31 plan_ceased"
    )
    for found in judge(tell(chronology), "2026-06-30").deadlines:
        if found.limit == "advice":
            assert (str(found.due_on), found.status, found.days_over) == ("2017-07-13", "overtaken", 176)
    in_time = "2017-12-01 advice_requested party=medical; 2018-01-05 final_plan_sent"
    assert summary(in_time, "advice", "2026-06-30") == ("2018-01-12", "lapsed", False, None, "2018-01-05")


def test_an_answer_that_shows_that_nothing_was_owed_leaves_no_breach():
    chronology = f"{PLAN}; 2026-02-01 review_meeting_held; 2026-04-01 review_decision_sent outcome=maintain"
    assert one(chronology, "amendment_notice", "2026-06-30").status == "lapsed"
    assert one(chronology, "review_decision", "2026-06-30").status == "late"
    agreed = f"{REQUEST}; 2026-05-20 plan_agreed"
    assert one(agreed, "decide_not_issue", "2026-06-30").status == "lapsed"


def test_an_exception_excuses_what_was_overtaken_as_it_would_what_is_overdue():
    ill = "2026-04-01 exception_recorded outcome=exceptional_circumstances reason=ill"
    found = one(f"{REQUEST}; {ill}; 2026-05-26 request_withdrawn", "final_plan", "2026-06-30")
    assert (found.status, found.breach, found.excused_by) == ("overtaken", False, ("exceptional_circumstances",))
    assert found in answer(tell(f"{REQUEST}; {ill}; 2026-05-26 request_withdrawn"), "2026-06-30").excused


def test_a_right_whose_time_had_run_out_did_not_fall_away_on_a_later_day():
    chronology = f"{PLAN}; 2025-09-01 plan_ceased"
    found = one(chronology, "appeal", "2026-06-30")
    assert (found.status, found.ended_on, found.days_over) == ("lapsed", None, None)


def test_the_explanation_says_what_ended_it_and_that_the_breach_stays():
    found = one(f"{ORDER}; 2026-07-31 plan_ceased", "order_amend", "2026-08-10")
    assert text_of(found, "act") == (
        "It fell away: plan ceased, Friday 31 July 2026. By then it was 207 days (29 weeks and 4 days) past its last "
        "lawful day. Since then there is nothing left to do."
    )
    assert text_of(found, "result") == (
        "On Monday 10 August 2026: overtaken. It had not been done, and was 207 days (29 weeks and 4 days) past the "
        "last lawful day, Monday 5 January 2026, when it fell away; that it fell away later does not undo that. This "
        "is a breach."
    )
