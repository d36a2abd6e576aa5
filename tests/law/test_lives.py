"""Lives of several facts in which a limit must end, or must not be there at all."""

import datetime as dt

import pytest

from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law import england
from tests.bulk.agreeing import agree
from tests.telling import codes, every, one, tell

TRANSFER = "2026-09-01 phase_transfer_due outcome=school"
PLAN = "2023-03-02 final_plan_sent"
CEASED = f"{PLAN}; 2024-01-02 cease_notice_sent; 2024-03-11 plan_ceased"
REFUSED = "2026-03-02 request_received; 2026-04-13 assessment_refused"


def test_a_plan_that_has_ceased_is_not_transferred_when_the_child_moves_later():
    assert every(f"{CEASED}; 2025-06-02 moved_away", "transfer_plan") == []
    again = f"{CEASED}; 2025-01-06 request_received; 2025-05-26 final_plan_sent; 2025-06-02 moved_away"
    assert str(one(again, "transfer_plan").due_on) == "2025-06-20"


@pytest.mark.parametrize(
    "chronology",
    [
        "2025-10-20 request_received; 2025-11-25 assessment_agreed",  # there is no plan yet
        "2025-10-20 request_received; 2026-03-09 final_plan_sent",  # the plan was first made after 14 February
        "2026-03-02 plan_transferred_in made_on=2024-05-01",  # it came after 14 February
        CEASED,  # long before
        f"{PLAN}; 2024-01-08 moved_away; 2024-01-10 plan_transferred_out",
    ],
)
def test_a_plan_that_is_not_there_cannot_be_amended_before_a_transfer(chronology):
    assert every(f"{chronology}; {TRANSFER}", "phase_transfer", "2026-03-20") == []
    agree([tell(f"{chronology}; {TRANSFER}")], "2026-03-20")


@pytest.mark.parametrize(
    "chronology",
    [
        PLAN,
        "2025-09-15 request_received; 2026-02-14 final_plan_sent",
        "2026-02-14 plan_transferred_in",
        "2025-07-01 reassessment_started; 2026-03-02 amended_plan_sent",  # nobody recorded when the plan was first made
    ],
)
def test_a_plan_that_is_there_by_the_last_day_must_be_amended_by_then(chronology):
    assert str(one(f"{chronology}; {TRANSFER}", "phase_transfer", "2026-03-20").due_on) == "2026-02-14"
    agree([tell(f"{chronology}; {TRANSFER}")], "2026-03-20")


def test_a_reassessed_plan_after_the_last_day_is_late_for_the_transfer():
    chronology = f"{PLAN}; 2025-12-01 reassessment_started; 2026-03-09 final_plan_sent; {TRANSFER}"
    found = one(chronology, "phase_transfer", "2026-03-20")
    assert (found.status, found.days_over, found.breach) == ("late", 23, True)


def test_a_transferred_plan_has_its_first_review_when_the_regulation_on_transfers_says():
    chronology = "2025-05-01 final_plan_sent; 2026-03-10 plan_transferred_in made_on=2025-05-01"
    reviewed = f"{chronology}; 2026-06-01 review_decision_sent outcome=maintain"
    following = one(reviewed, "annual_review", "2026-07-01")
    assert (str(following.due_on), following.status) == ("2027-05-31", "open")
    transferred = one(reviewed, "transfer_review", "2026-07-01")
    assert (str(transferred.due_on), transferred.status) == ("2026-06-09", "met")


@pytest.mark.parametrize("limit", ["mediation_arrange", "mediation_health_notice"])
@pytest.mark.parametrize("end", ["mediation_declined", "refusal_reversed"])
def test_mediation_that_is_no_longer_wanted_need_not_be_arranged(limit, end):
    chronology = f"{REFUSED}; 2026-04-20 mediation_requested outcome=mixed; 2026-04-22 {end}"
    found = one(chronology, limit, "2026-06-10")
    assert (found.status, found.breach) == ("lapsed", False)
    custody = f"2026-04-01 detained; 2026-04-20 mediation_requested; 2026-04-22 {end}"
    assert one(custody, "detained_mediation_arrange", "2026-06-10").status == "lapsed"


def test_a_mediation_agreement_shows_that_the_mediation_was_held():
    chronology = (
        f"{REFUSED}; 2026-04-20 mediation_requested outcome=education; 2026-05-12 mediation_agreed outcome=assess"
    )
    found = one(chronology, "mediation_arrange", "2026-06-10")
    assert (found.status, found.breach) == ("undated", False)
    assert "act_not_dated" in codes(chronology, "2026-06-10")


@pytest.mark.parametrize(
    "conceded",
    [
        "2026-07-20 appeal_conceded outcome=amend; 2026-07-20 appeal_conceded outcome=amend_school reason=a",
        "2026-07-20 appeal_conceded outcome=amend reason=z; 2026-07-20 appeal_conceded outcome=amend_school",
        "2026-07-20 appeal_conceded outcome=amend_school authority=885; 2026-07-20 appeal_conceded outcome=amend",
    ],
)
def test_in_whatever_order_a_school_and_more_of_the_plan_are_conceded_it_is_five_weeks(conceded):
    owed = [deadline for deadline in every(conceded, "concede_school", "2026-08-10") if deadline.status != "lapsed"]
    assert [(str(deadline.due_on), deadline.breach) for deadline in owed] == [("2026-08-24", False)]
    agree([tell(conceded)], "2026-08-10")


def test_the_relaxation_of_2020_reaches_every_mediation_certificate():
    """SR 39(3) holds the three days of the deemed certificate, and SR 2A(3)(k) names it."""
    chronology = "2020-06-01 mediation_not_arranged; 2020-06-01 exception_recorded outcome=coronavirus reason=virus"
    assert one(chronology, "mediation_certificate", "2020-07-01").excused_by == ("coronavirus",)


def test_the_notice_of_an_amended_plan_is_that_of_regulation_22():
    notice = next(notice for notice in england().notices if notice.id == "amended_plan")
    cited = {str(content.citation.short) for content in notice.contains}
    assert not any("reg 14" in citation or "SR 14" in citation for citation in cited), cited


@pytest.mark.parametrize(("told", "status"), [("2026-05-13", "met"), ("2026-05-18", "late")])
@pytest.mark.parametrize("event", ["mediation_held", "mediation_due"])
@pytest.mark.parametrize("before", ["", "2026-01-05 detained; "])
def test_notice_of_a_mediation_is_judged_although_mediation_was_asked_for_before(before, event, told, status):
    chronology = f"""{before}2026-04-13 assessment_refused; 2026-04-20 mediation_contacted;
        2026-04-22 mediation_requested
        {told} mediation_date_notified; 2026-05-20 {event}"""
    limit = "detained_mediation_notice_of_date" if before else "mediation_notice_of_date"
    found = one(chronology, limit, "2026-06-10")
    assert (str(found.due_on), found.status, found.breach) == ("2026-05-13", status, status == "late")
    agree([tell(chronology)], "2026-06-10")


def test_a_mediation_that_was_announced_and_held_is_one_mediation_and_the_next_is_another():
    chronology = "2026-05-12 mediation_date_notified; 2026-05-20 mediation_due; 2026-05-20 mediation_held"
    assert one(chronology, "mediation_notice_of_date", "2026-06-10").status == "met"
    again = (
        f"{chronology}; 2026-06-01 mediation_requested; 2026-06-24 mediation_date_notified; 2026-06-25 mediation_held"
    )
    assert [str(found.due_on) for found in every(again, "mediation_notice_of_date")] == ["2026-05-13", "2026-06-18"]


@pytest.mark.parametrize(("told", "status"), [("2026-06-17", "met"), ("2026-06-25", "late")])
def test_notice_of_a_review_meeting_is_judged_after_a_release(told, status):
    chronology = (
        f"{PLAN}; 2026-02-02 detained; 2026-06-01 released; {told} review_invited; 2026-07-01 review_meeting_held"
    )
    found = one(chronology, "review_invitation", "2026-07-02")
    assert (str(found.due_on), found.status) == ("2026-06-17", status)
    agree([tell(chronology)], "2026-07-02")


@pytest.mark.parametrize(
    ("event", "limit"),
    [("release_notified", "detained_transfer_plan"), ("accommodation_changed", "detained_send_plan")],
)
def test_no_plan_is_sent_from_custody_where_there_is_none(event, limit):
    custody = "2026-01-01 detained; 2026-01-05 request_received; 2026-02-10 assessment_agreed"
    assert every(f"{custody}; 2026-03-02 {event}", limit) == []
    made = f"{custody}; 2026-02-20 final_plan_sent; 2026-02-23 kept_plan_sent; 2026-03-02 {event}"
    assert str(every(made, limit)[-1].due_on) == "2026-03-09"


@pytest.mark.parametrize(
    ("event", "limit"),
    [
        ("commissioner_changed outcome=other", "commissioner_notify"),
        ("commissioner_changed outcome=move", "commissioner_notify"),
        ("health_provision_impracticable outcome=other", "commissioner_request"),
    ],
)
def test_a_commissioner_has_nothing_to_do_where_there_is_no_plan(event, limit):
    """SR 15(1) and 16(1): a child or young person in respect of whom an EHC plan is maintained."""
    for chronology in ("2026-01-05 request_received; 2026-02-10 assessment_agreed", CEASED):
        assert every(f"{chronology}; 2026-03-02 {event}", limit) == []
    assert str(one(f"{PLAN}; 2026-03-02 {event}", limit).due_on) == "2026-03-20"


@pytest.mark.parametrize(
    ("answer", "status", "done_on"),
    [
        ("2026-01-12 review_decision_sent outcome=maintain", "met", "2026-01-12"),
        ("2026-02-16 review_decision_sent outcome=maintain", "late", "2026-02-16"),
        ("2026-01-12 review_decision_sent outcome=amend", "overdue", None),
        ("2025-08-01 review_decision_sent outcome=maintain", "overdue", None),
        ("2025-12-01 amendment_notice_sent; 2026-01-20 amendment_declined", "overdue", None),
        (
            "2025-11-10 review_meeting_held; 2025-12-01 amendment_notice_sent; 2026-01-20 amendment_declined",
            "met",
            "2026-01-20",
        ),
    ],
)
def test_a_transfer_needs_an_amendment_only_where_one_is_necessary(answer, status, done_on):
    chronology = f"2024-05-01 final_plan_sent; {answer}; 2026-09-01 phase_transfer_due outcome=school"
    (found,) = [one for one in deadlines_of(tell(chronology), "2026-03-01") if one.limit == "phase_transfer"]
    assert (found.due_on, found.status) == (dt.date(2026, 2, 14), status)
    assert found.done_on == (None if done_on is None else dt.date.fromisoformat(done_on))


def test_an_exception_that_was_not_needed_calls_for_no_look():
    chronology = f"{REFUSED}; 2026-05-04 exception_recorded outcome=absent_from_area until=2026-05-20 reason=away"
    assert not [code for code in codes(chronology, "2026-06-30") if code.startswith("exception")]


def test_the_version_to_show_on_a_day_is_the_nearest_where_none_is_in_force():
    rule = england().limit("concede_assess_final").rule[0]
    first, last = rule.version[0], rule.version[-1]
    assert rule.nearest(first.in_force_from - dt.timedelta(days=1)) is first
    assert rule.nearest(dt.date(2026, 3, 2)) is last
    ended = rule.model_copy(update={"version": (first.model_copy(update={"in_force_to": dt.date(2020, 1, 1)}),)})
    assert ended.nearest(dt.date(2026, 3, 2)) is ended.version[0]


@pytest.mark.parametrize("sent", ["final_plan_sent", "amended_plan_sent"])
def test_a_re_assessment_ends_with_an_amended_plan_as_with_a_new_one(sent):
    chronology = f"2024-05-01 final_plan_sent; 2025-03-03 reassessment_started; 2025-06-09 {sent}"
    found = one(chronology, "reassessment_final", "2025-12-01")
    assert (str(found.due_on), str(found.done_on), found.status) == ("2025-06-09", "2025-06-09", "met")


SETTLED = ("tribunal_order_made outcome=assess", "appeal_conceded outcome=assess", "mediation_agreed outcome=assess")


@pytest.mark.parametrize("settled", SETTLED)
def test_a_refused_plan_that_is_reversed_after_an_order_keeps_the_time_of_the_order_and_not_that_of_the_request(
    settled,
):
    chronology = (
        f"2024-01-01 request_received; 2024-01-31 assessment_refused; 2024-03-01 {settled}; 2024-05-01 plan_refused; "
        "2024-07-01 refusal_reversed"
    )
    first = one(chronology, "final_plan", "2024-08-01")
    assert (str(first.due_on), first.status, first.breach) == ("2024-05-20", "lapsed", False)
    running = {str(d.due_on) for d in deadlines_of(tell(chronology), "2024-08-01") if d.status == "overdue"}
    assert running == {"2024-06-07"}  # fourteen weeks
    agree([tell(chronology)], "2024-08-01")


def test_a_reversal_in_the_life_of_a_plan_leaves_a_later_request_its_time():
    chronology = (
        "2024-01-01 request_received; 2024-02-01 assessment_agreed; 2024-05-01 final_plan_sent; "
        "2024-09-01 reassessment_requested; 2024-09-10 reassessment_refused; 2024-10-01 refusal_reversed; "
        "2025-02-01 plan_ceased; 2025-06-01 request_received"
    )
    assert [str(found.due_on) for found in every(chronology, "final_plan", "2025-07-01")] == [
        "2024-05-20",
        "2025-10-19",
    ]
    assert [found.status for found in every(chronology, "decide_assess", "2025-07-01")] == ["met", "open"]
    agree([tell(chronology)], "2025-07-01")


@pytest.mark.parametrize("end", ["moved_away", "request_withdrawn outcome=ends"])
def test_a_reversal_does_not_take_back_that_the_case_has_ended(end):
    chronology = (
        f"2024-01-01 request_received; 2024-01-31 assessment_refused; 2024-02-05 {end}; 2024-02-09 refusal_reversed"
    )
    assert one(chronology, "final_plan", "2024-08-01").status == "lapsed"
    again = f"{chronology}; 2024-09-02 request_received"
    assert [found.status for found in every(again, "final_plan", "2024-09-03")] == ["lapsed", "open"]
    agree([tell(again)], "2024-09-03")
