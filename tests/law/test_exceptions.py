"""Which ground excuses which limit: exactly those that the regulations name."""

import datetime as dt

import pytest

from ehcp_flow.facts import OUTCOMES, make_fact
from ehcp_flow.law import england
from tests.law.chronologies import BOOK, DAY, STARTS, Start
from tests.telling import codes, one, text_of

GROUNDS_OF_2020 = {"coronavirus", "coronavirus_practicable", "coronavirus_review"}
AGREED = {"agreed_otherwise", "directed_otherwise"}
HARD = ("school_closed", "early_years_closed", "exceptional_circumstances", "absent_from_area", "missed_appointment")
FULL = {"school_closed", "early_years_closed", "exceptional_personal", "absent_4_weeks"}
TRIBUNAL = {"school_closed", "early_years_closed", "exceptional_personal", "absent_2_weeks"}
ADVICE = {"exceptional", "absent_4_weeks", "missed_appointment"}
CUSTODY = {"school_closed", "exceptional_personal", "parent_absent_4_weeks"}
CUSTODY_TRIBUNAL = {"school_closed", "exceptional_personal", "parent_absent_2_weeks"}

ALLOWED = {
    "decide_assess": FULL, "decide_not_issue": FULL, "final_plan": FULL, "reassessment_final": FULL, "advice": ADVICE,
    "order_assess_notify": TRIBUNAL, "order_assess_refuse": TRIBUNAL, "order_assess_final": TRIBUNAL,
    "order_plan_draft": TRIBUNAL, "order_plan_final": TRIBUNAL,
    "concede_assess_notify": TRIBUNAL, "concede_plan_draft": TRIBUNAL, "concede_plan_final": TRIBUNAL,
    "detained_decide_assess": CUSTODY, "detained_decide_not_issue": CUSTODY, "detained_final_plan": CUSTODY,
    "detained_advice": {"exceptional", "parent_absent_4_weeks", "missed_appointment"},
    "detained_order_plan_draft": CUSTODY_TRIBUNAL, "detained_order_plan_final": CUSTODY_TRIBUNAL,
    "detained_order_reconsider": CUSTODY_TRIBUNAL,
    "detained_concede_assess_refuse": CUSTODY_TRIBUNAL, "detained_concede_assess_final": CUSTODY_TRIBUNAL,
    "detained_concede_plan_draft": CUSTODY_TRIBUNAL, "detained_concede_plan_final": CUSTODY_TRIBUNAL,
}  # fmt: skip
"""Every limit that an impracticality can excuse. All others have no exception."""

BY_OUTCOME = {  # an agreement has the exceptions of the order that it stands for
    ("mediation_comply", 0): TRIBUNAL, ("mediation_comply", 1): TRIBUNAL, ("mediation_comply", 2): TRIBUNAL,
    ("mediation_comply", 3): TRIBUNAL, ("mediation_comply", 4): TRIBUNAL,
    ("detained_mediation_comply", 3): CUSTODY_TRIBUNAL, ("detained_mediation_comply", 4): CUSTODY_TRIBUNAL,
    ("detained_mediation_comply", 5): CUSTODY_TRIBUNAL,
    # Until 22 March 2015 regulation 45(7) named paragraph (4) too.
    ("concede_amend", 1): TRIBUNAL,
    # What was begun in custody and goes on after the release has no exception.
    ("detained_decide_assess", 1): set(), ("detained_decide_not_issue", 1): set(), ("detained_final_plan", 1): set(),
}  # fmt: skip


def test_the_law_has_a_ground_for_every_exception_that_can_be_recorded():
    # One of which the source does not say the ground has none.
    assert {ground.outcome for ground in BOOK.grounds.values()} == set(OUTCOMES["exception_recorded"]) - {"not_stated"}


@pytest.mark.parametrize("limit", england().limits)
def test_the_grounds_of_each_rule(limit):
    for index, rule in enumerate(BOOK.limits[limit].rule):
        grounds = {use.ground for use in rule.exceptions} - GROUNDS_OF_2020 - AGREED
        assert grounds == BY_OUTCOME.get((limit, index), ALLOWED.get(limit, set())), (limit, index)


NOT_EXCUSED = [
    start for start in STARTS
    if start.is_held_to
    and not BY_OUTCOME.get((start.limit.id, start.number), ALLOWED.get(start.limit.id, set()))
]  # fmt: skip


@pytest.mark.parametrize("start", NOT_EXCUSED, ids=str)
def test_no_exception_exists_for(start: Start):
    """SR 13(1), 15, 16, 18, 20-22, 25, 27(4), 33-42, 44(2)(d)-(h), 45(3A), (4), (5), (6A), 47 and 48; RPR; TPR."""
    on = dt.date(2024, 3, 4)
    grounds = [
        make_fact(
            "exception_recorded", case_id="a", on=on, until=on + 200 * DAY, outcome=outcome, reason="all", party=None
        )
        for outcome in HARD
    ]
    asked = [
        make_fact("advice_requested", case_id="a", on=on + DAY, party=party) for party in ("educational", "early_years")
    ]
    found = start.deadline([*start.chronology(on), *asked, *grounds], on + 400 * DAY, on)
    assert found.excused_by == ()
    if not start.rule.version[-1].is_window:
        says = text_of(found, "exception")
        assert "no exception" in says or "otherwise" in says


@pytest.mark.parametrize(("days", "excused"), [(13, False), (14, True)])
def test_two_weeks_of_absence_excuse_an_order_to_assess_and_not_a_first_decision(days, excused):
    until = dt.date(2026, 7, 27) + (days - 1) * DAY
    absence = f"2026-07-27 exception_recorded outcome=absent_from_area until={until} reason=away"
    order = f"2026-07-20 tribunal_order_made outcome=assess; {absence}"
    assert bool(one(order, "order_assess_final", "2026-12-01").excused_by) is excused
    first = f"2026-07-20 request_received; {absence}"
    assert one(first, "final_plan", "2027-01-01").excused_by == ()
    assert (
        one(f"2026-07-20 appeal_conceded outcome=assess; {absence}", "concede_assess_final", "2027-01-01").breach
        is True
    )


def test_an_agreement_or_a_direction_excuses_the_limit_that_it_names_and_no_other():
    chronology = "2026-07-20 tribunal_order_made outcome=amend"
    directed = "2026-07-20 exception_recorded outcome=directed_otherwise"
    as_of = "2026-12-01"
    named = one(f'{chronology}; {directed} limit=order_amend reason="by 1 December"', "order_amend", as_of)
    assert (named.status, named.excused_by, named.breach) == ("overdue", ("directed_otherwise",), False)
    assert one(f"{chronology}; {directed} reason=x", "order_amend", as_of).breach is True
    assert one(f"{chronology}; {directed} limit=order_amend", "order_amend", as_of).breach is True
    assert "exception_without_limit" in codes(f"2026-07-20 request_received; {directed} reason=x", as_of)
    agreed = "2026-07-20 exception_recorded outcome=agreed_otherwise limit=mediation_comply reason=letter"
    assert one(f"2026-07-20 mediation_agreed outcome=amend; {agreed}", "mediation_comply", as_of).breach is False


RELAXED = {
    "coronavirus_practicable": [
        "transfer_plan", "commissioner_notify", "transfer_inform", "transfer_review", "commissioner_request",
        "review_report", "review_decision", "amendment_notice", "reassessment_decision", "mediation_contact",
        "mediation_certificate", "mediation_health_notice", "mediation_arrange_health", "mediation_arrange",
        "mediation_notify_agreement", "order_reconsider", "order_amend", "order_amend_school", "order_continue",
        "concede_amend", "concede_school", "concede_continue", "he_disclosure", "direct_payment_review",
        "recommendation_response", "recommendation_copy", "annual_review", "mediation_comply",
        "detained_transfer_plan", "detained_plan_to_commissioner", "detained_commissioner_request",
        "detained_send_plan", "detained_mediation_contact", "detained_mediation_certificate",
        "detained_mediation_arrange", "detained_mediation_comply", "detained_order_assess_notify",
        "detained_order_amend_school", "detained_concede_assess_notify", "detained_concede_school",
        "detained_decide_assess", "detained_decide_not_issue", "detained_final_plan",
    ],
    "coronavirus": [
        "decide_assess", "advice", "decide_not_issue", "final_plan", "amended_plan", "reassessment_final",
        "order_assess_notify", "order_assess_refuse", "order_assess_final", "order_plan_draft", "order_plan_final",
        "concede_assess_notify", "concede_assess_refuse", "concede_assess_final", "concede_plan_draft",
        "concede_plan_final", "mediation_comply", "detained_decide_assess", "detained_advice",
        "detained_decide_not_issue", "detained_final_plan", "detained_order_assess_refuse",
        "detained_order_assess_final", "detained_order_plan_draft", "detained_order_plan_final",
        "detained_order_reconsider", "detained_concede_assess_refuse", "detained_concede_assess_final",
        "detained_concede_plan_draft", "detained_concede_plan_final", "detained_mediation_comply",
    ],
    "coronavirus_review": ["annual_review"],
}  # fmt: skip


@pytest.mark.parametrize("ground", RELAXED)
def test_the_relaxation_of_2020_reaches_the_limits_that_it_names_and_no_others(ground):
    found = {
        limit.id
        for limit in BOOK.limits.values()
        for rule in limit.rule
        for use in rule.exceptions
        if use.ground == ground
    }
    assert found == set(RELAXED[ground])


@pytest.mark.parametrize(
    ("limit", "start"),
    [
        ("phase_transfer", "2020-09-01 phase_transfer_due outcome=school"),
        ("review_invitation", "2020-06-01 review_meeting_held"),
        ("mediation_notice_of_date", "2020-06-01 mediation_due"),
        ("order_cease", "2020-06-01 tribunal_order_made outcome=dismiss_cease"),
        ("appeal_response", "2020-04-20 appeal_registered"),
    ],
)
def test_the_relaxation_of_2020_leaves_the_others_alone(limit, start):
    chronology = f"{start}; 2020-04-01 exception_recorded outcome=coronavirus until=2020-12-31 reason=virus"
    assert one(chronology, limit, "2021-06-01").excused_by == ()


@pytest.mark.parametrize(
    ("meeting", "excused"),
    [("2020-04-02", False), ("2020-04-03", True), ("2020-08-28", True), ("2020-08-29", False)],
)
def test_the_act_must_have_fallen_due_from_1_may_to_25_september_2020(meeting, excused):
    chronology = f"{meeting} review_meeting_held; 2020-04-01 exception_recorded outcome=coronavirus until=2020-12-31"
    assert bool(one(f"{chronology} reason=virus", "review_decision", "2021-06-01").excused_by) is excused
    assert one(chronology, "review_decision", "2021-06-01").excused_by == ()


def test_a_move_known_long_before_was_not_relaxed():
    virus = "2020-04-01 exception_recorded outcome=coronavirus until=2020-12-31 reason=virus"
    known = one(f"2020-06-01 moved_away aware_on=2020-04-01; {virus}", "transfer_plan", "2020-09-01")
    late = one(f"2020-06-01 moved_away aware_on=2020-06-01; {virus}", "transfer_plan", "2020-09-01")
    assert (known.excused_by, late.excused_by) == ((), ("coronavirus",))


@pytest.mark.parametrize(
    ("event", "due_on"), [("final_plan_sent", "2020-05-31"), ("review_decision_sent outcome=maintain", "2020-05-31")]
)
def test_a_yearly_review_could_be_put_off_in_2020(event, due_on):
    chronology = f"2019-06-01 {event}; 2020-04-01 exception_recorded outcome=coronavirus reason=virus"
    found = one(chronology, "annual_review", "2020-08-01")
    assert (str(found.due_on), found.excused_by, found.breach) == (due_on, ("coronavirus",), False)
