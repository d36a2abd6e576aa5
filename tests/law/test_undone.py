"""Acts that were undone, or that answered something else: they end and discharge nothing that begins after them."""

import pytest

from tests.bulk.agreeing import agree
from tests.telling import every, tell

PLAN = "2024-11-04 final_plan_sent"
BACK = f"""{PLAN}; 2025-04-14 moved_away; 2025-05-01 plan_transferred_out
    2025-06-02 plan_transferred_in made_on=2024-11-04; 2025-07-14 moved_away"""
CHANGED = f"{PLAN}; 2025-04-01 commissioner_changed outcome=other"
NOTICE = "2024-09-02 final_plan_sent; 2025-06-02 amendment_notice_sent"
REASSESSED = f"{NOTICE}; 2025-06-09 reassessment_requested; 2025-06-23 reassessment_agreed"
ORDERED = """2024-09-02 final_plan_sent; 2025-06-09 reassessment_requested; 2025-06-20 reassessment_refused
    2025-06-25 mediation_certificate_issued; 2025-07-01 appeal_registered
    2025-08-25 amendment_notice_sent; 2025-09-08 tribunal_order_made outcome=reassess"""
OWN = "2024-05-06 final_plan_sent; 2025-03-03 reassessment_started"
FROM_ELSEWHERE = "2025-03-03 plan_transferred_in made_on=2024-09-02; 2025-03-10 transfer_notice_sent"
REVIEWED = "2024-06-03 final_plan_sent; 2025-05-12 review_meeting_held"


def told(chronology, limit, as_of):
    agree([tell(chronology)], as_of)
    return [
        (str(each.due_on), each.status, each.breach, each.done_on and str(each.done_on))
        for each in every(chronology, limit, as_of)
    ]


def contests(chronology, limit, as_of):
    *_, last = every(chronology, limit, as_of)
    return last.contested_by


# A look back reaches no further than what undid the act, or what ended the clock.


@pytest.mark.parametrize("party", ["", " party=other_custody"])
@pytest.mark.parametrize(
    ("as_of", "status", "breach"), [("2025-08-22", "open", False), ("2025-08-23", "overdue", True)]
)
def test_custody_that_was_over_before_a_move_ends_no_transfer(party, as_of, status, breach):
    chronology = f"{PLAN}; 2025-05-06 detained{party}; 2025-07-07 released; 2025-08-04 moved_away"
    assert told(chronology, "transfer_plan", as_of) == [("2025-08-22", status, breach, None)]


@pytest.mark.parametrize(
    ("more", "as_of", "status", "breach", "done"),
    [
        ("", "2025-08-01", "open", False, None),
        ("", "2025-08-02", "overdue", True, None),
        ("; 2025-08-01 plan_transferred_out", "2025-09-01", "met", False, "2025-08-01"),
        ("; 2025-08-02 plan_transferred_out", "2025-09-01", "late", True, "2025-08-02"),
    ],
)
def test_a_plan_that_came_back_has_to_be_sent_on_again(more, as_of, status, breach, done):
    first, second = told(f"{BACK}{more}", "transfer_plan", as_of)
    assert first == ("2025-05-07", "met", False, "2025-05-01")
    assert second == ("2025-08-01", status, breach, done)


def test_a_plan_sent_ahead_of_the_move_is_still_sent_on_in_time():
    ahead = f"{PLAN}; 2025-06-02 plan_transferred_out; 2025-07-14 moved_away"
    assert told(ahead, "transfer_plan", "2025-09-01") == [("2025-08-01", "met", False, "2025-06-02")]


def test_a_plan_that_came_back_had_been_sent_on():
    back = f"{PLAN}; 2025-07-14 moved_away; 2025-08-04 plan_transferred_in"
    assert told(back, "transfer_plan", "2025-09-01") == [("2025-08-01", "overtaken", True, None)]


def test_what_ended_a_plan_of_before_ends_no_transfer_of_the_next_one():
    ceased = f"{PLAN}; 2025-02-03 cease_notice_sent; 2025-05-06 plan_ceased; 2025-06-20 final_plan_sent"
    assert told(f"{ceased}; 2025-07-14 moved_away", "transfer_plan", "2025-09-01") == [
        ("2025-08-01", "overdue", True, None)
    ]


@pytest.mark.parametrize(
    "gone",
    [
        "2025-04-14 moved_away; 2025-05-01 plan_transferred_out",
        "2025-03-17 detained; 2025-03-18 moved_away; 2025-06-05 released",
    ],
)
def test_a_plan_that_is_elsewhere_is_not_sent_on_for_another_move(gone):
    before = told(f"{PLAN}; {gone}", "transfer_plan", "2025-12-01")
    assert told(f"{PLAN}; {gone}; 2025-07-14 moved_away", "transfer_plan", "2025-12-01") == before


@pytest.mark.parametrize(
    ("notified", "second"),
    [
        ("2025-04-10", ("2025-06-20", "overdue", True, None)),  # the answer to the first change
        ("2025-03-20; 2025-05-20", ("2025-06-20", "met", False, "2025-05-20")),  # each ahead of its change
    ],
)
def test_the_notice_of_one_change_is_none_of_the_next(notified, second):
    notices = "; ".join(f"{on} commissioner_notified" for on in notified.split("; "))
    chronology = f"{CHANGED}; {notices}; 2025-06-02 commissioner_changed outcome=other"
    first, then = told(chronology, "commissioner_notify", "2025-09-01")
    assert (first[:3], then) == (("2025-04-23", "met", False), second)


# A re-assessment, and amendments that were proposed before it.


@pytest.mark.parametrize(
    ("as_of", "status", "breach"), [("2025-09-29", "open", False), ("2025-09-30", "overdue", True)]
)
def test_not_to_make_the_amendments_of_before_leaves_the_reassessment_to_be_finished(as_of, status, breach):
    declined = f"{REASSESSED}; 2025-07-14 amendment_declined"
    assert told(declined, "reassessment_final", as_of) == [("2025-09-29", status, breach, None)]
    assert told(declined, "amended_plan", as_of) == [("2025-07-28", "met", False, "2025-07-14")]
    asked = ("the decision not to amend ends the re-assessment too",) if breach else ()
    assert contests(declined, "reassessment_final", as_of) == asked


def test_not_to_amend_where_nothing_was_proposed_before_ends_the_reassessment():
    began = "2024-09-02 final_plan_sent; 2025-06-23 reassessment_started"
    within = f"{began}; 2025-07-01 amendment_notice_sent; 2025-07-14 amendment_declined"
    assert told(within, "reassessment_final", "2026-01-09")[0][1:3] == ("lapsed", False)


@pytest.mark.parametrize(("as_of", "status"), [("2025-12-15", "open"), ("2025-12-16", "overdue")])
def test_nor_does_it_answer_an_order_to_reassess(as_of, status):
    declined = f"{ORDERED}; 2025-10-06 amendment_declined"
    assert told(declined, "order_assess_final", as_of) == [("2025-12-15", status, status == "overdue", None)]
    assert told(declined, "order_assess_notify", as_of) == [("2025-09-22", "overdue", True, None)]


@pytest.mark.parametrize(
    ("sent", "final", "status", "breach"),
    [
        ("2025-04-28", "2025-06-02", "lapsed", False),
        ("2025-04-07", "2025-06-02", "lapsed", False),  # on the last lawful day
        ("2025-04-06", "2025-06-02", "overtaken", True),
    ],
)
def test_a_plan_that_was_replaced_is_not_amended_any_more(sent, final, status, breach):
    chronology = f"{OWN}; {sent} amendment_notice_sent; 2025-05-12 draft_plan_sent; {final} final_plan_sent"
    assert [each[1:3] for each in told(chronology, "amended_plan", "2025-09-01")] == [(status, breach)]


def test_one_amended_plan_for_an_order_and_a_reassessment_is_contested():
    both = """2024-09-02 final_plan_sent; 2025-03-01 mediation_certificate_issued; 2025-03-10 appeal_registered
        2025-04-28 reassessment_started; 2025-05-19 tribunal_order_made outcome=amend; 2025-06-23 amended_plan_sent"""
    assert told(both, "reassessment_final", "2025-10-01") == [("2025-08-04", "met", False, "2025-06-23")]
    assert contests(both, "reassessment_final", "2025-10-01") == ("the amended plan answers the other duty alone",)
    assert contests(both, "reassessment_final", "2025-08-04") == ()
    alone = "2024-09-02 final_plan_sent; 2025-04-28 reassessment_started; 2025-06-23 amended_plan_sent"
    assert contests(alone, "reassessment_final", "2025-10-01") == ()


# The yearly review.


@pytest.mark.parametrize(
    ("released", "status", "breach"),
    [("2025-03-24", "overdue", True), ("2025-09-01", "overdue", True), ("2025-09-02", "lapsed", False)],
)
def test_the_review_of_a_plan_from_elsewhere_goes_on_after_custody_as_that_of_its_own(released, status, breach):
    chronology = f"{FROM_ELSEWHERE}; 2025-03-17 detained; {released} released"
    assert told(chronology, "transfer_review", "2025-12-01") == [("2025-09-01", status, breach, None)]


@pytest.mark.parametrize(("released", "status"), [("2026-03-02", "overdue"), ("2026-03-03", "lapsed")])
def test_so_does_the_year_of_a_reassessed_plan(released, status):
    chronology = f"""2024-03-04 final_plan_sent; 2025-01-06 reassessment_started; 2025-03-02 final_plan_sent
        2025-05-05 detained; {released} released"""
    rows = told(chronology, "annual_review", "2026-06-01")
    assert ("2026-03-02", status, status == "overdue", None) in rows


@pytest.mark.parametrize("answers", [("maintain", "amend"), ("amend", "cease")])
def test_a_review_that_is_answered_twice_is_one_review(answers):
    first, second = answers
    base = f"{REVIEWED}; 2025-05-26 review_decision_sent outcome={first}"
    twice = f"{base}; 2025-06-23 review_decision_sent outcome={second}"
    assert told(twice, "annual_review", "2025-07-01") == [
        ("2025-06-02", "met", False, "2025-05-26"),
        ("2026-05-25", "open", False, None),
    ]
    assert contests(twice, "annual_review", "2026-05-25") == ()
    assert contests(twice, "annual_review", "2026-05-26") == ("the later answer", "by the anniversary")
    assert contests(twice, "annual_review", "2026-06-22") == ("the later answer",)
    assert contests(twice, "annual_review", "2026-06-23") == ()
    met = f"{base}; 2025-06-16 review_meeting_held; 2025-06-23 review_decision_sent outcome={second}"
    assert told(met, "annual_review", "2025-07-01")[1:] == [
        ("2026-05-25", "met", False, "2025-06-23"),
        ("2026-06-22", "open", False, None),
    ]
