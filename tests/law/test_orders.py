"""Each order, concession and mediation agreement end to end, and which clock runs after a refusal."""

import csv
import io

import pytest

from ehcp_flow.deadlines import deadlines_of, due, judge
from tests.bulk.agreeing import agree
from tests.cli.running import invoke
from tests.telling import codes, day, every, one, tell, text_of

ON = "2026-07-20"
WEEKS = {2: "2026-08-03", 5: "2026-08-24", 10: "2026-09-28", 11: "2026-10-05", 14: "2026-10-26", 0: ON}

ORDERS = {
    "assess": {"order_assess_notify": 2, "order_assess_refuse": 10, "order_assess_final": 14},
    "reassess": {"order_assess_notify": 2, "order_assess_refuse": 10, "order_assess_final": 14},
    "make_plan": {"order_plan_draft": 5, "order_plan_final": 11},
    "reconsider": {"order_reconsider": 2},
    "amend": {"order_amend": 5},
    "amend_school": {"order_amend_school": 2},
    "continue": {},
    "continue_and_amend": {"order_continue": 5},
    "dismiss": {},
    "dismiss_cease": {"order_cease": 0},
}
CONCESSIONS = {
    "assess": {"concede_assess_notify": 2, "concede_assess_refuse": 10, "concede_assess_final": 14},
    "reassess": {"concede_assess_notify": 2, "concede_assess_refuse": 10, "concede_assess_final": 14},
    "make_plan": {"concede_plan_draft": 5, "concede_plan_final": 11},
    "amend": {"concede_amend": 5},
    "amend_school": {"concede_school": 2},
    "continue": {},
    "continue_and_amend": {"concede_continue": 5},
}
AGREEMENTS = {
    "assess": [2, 10, 14], "reassess": [2, 10, 14], "make_plan": [5, 11], "reconsider": [2], "amend": [5],
    "amend_school": [2], "continue": [], "continue_and_amend": [5], "other": [2],
}  # fmt: skip
CUSTODY = {
    "tribunal_order_made": {
        "assess": {
            "detained_order_assess_notify": 2, "detained_order_assess_refuse": 10, "detained_order_assess_final": 14,
        },
        "make_plan": {"detained_order_plan_draft": 5, "detained_order_plan_final": 11},
        "reconsider": {"detained_order_reconsider": 2},
        "amend_school": {"detained_order_amend_school": 2},
    },
    "appeal_conceded": {
        "assess": {
            "detained_concede_assess_notify": 2, "detained_concede_assess_refuse": 10,
            "detained_concede_assess_final": 14,
        },
        "make_plan": {"detained_concede_plan_draft": 5, "detained_concede_plan_final": 11},
        "amend_school": {"detained_concede_school": 2},
    },
}  # fmt: skip


def dates(weeks):
    return {limit: WEEKS[number] for limit, number in weeks.items()}


@pytest.mark.parametrize("outcome", ORDERS)
def test_an_order_starts_exactly_its_own_limits(outcome):
    found = {deadline.limit: str(deadline.due_on) for deadline in due("tribunal_order_made", ON, outcome=outcome)}
    assert found == dates(ORDERS[outcome])


@pytest.mark.parametrize("outcome", CONCESSIONS)
def test_a_concession_starts_exactly_its_own_limits(outcome):
    found = {deadline.limit: str(deadline.due_on) for deadline in due("appeal_conceded", ON, outcome=outcome)}
    assert found == dates(CONCESSIONS[outcome])


@pytest.mark.parametrize("outcome", AGREEMENTS)
def test_a_mediation_agreement(outcome):
    found = [d for d in due("mediation_agreed", ON, outcome=outcome) if d.limit == "mediation_comply"]
    assert [str(deadline.due_on) for deadline in found] == [WEEKS[number] for number in AGREEMENTS[outcome]]
    assert len({deadline.title for deadline in found}) == len(found)


@pytest.mark.parametrize(("event", "outcome"), [(event, outcome) for event in CUSTODY for outcome in CUSTODY[event]])
def test_an_order_or_a_concession_in_custody(event, outcome):
    chronology = f"2026-01-05 detained; {ON} {event} outcome={outcome}"
    found = {deadline.limit: str(deadline.due_on) for deadline in deadlines_of(tell(chronology), day(ON))}
    assert found == dates(CUSTODY[event][outcome])


@pytest.mark.parametrize(
    ("outcome", "acts"),
    [
        ("assess", {"order_assess_notify": "assessment_agreed", "order_assess_final": "final_plan_sent"}),
        ("reassess", {"order_assess_notify": "reassessment_agreed", "order_assess_final": "final_plan_sent"}),
        ("make_plan", {"order_plan_draft": "draft_plan_sent", "order_plan_final": "final_plan_sent"}),
        ("reconsider", {"order_reconsider": "plan_refused"}),
        ("amend", {"order_amend": "amended_plan_sent"}),
        ("amend_school", {"order_amend_school": "amended_plan_sent"}),
        ("continue_and_amend", {"order_continue": "amended_plan_sent"}),
        ("dismiss_cease", {"order_cease": "plan_ceased"}),
    ],
)
def test_an_order_is_obeyed_by_the_act_that_it_orders(outcome, acts):
    chronology = f"{ON} tribunal_order_made outcome={outcome}"
    for limit, event in acts.items():
        last = ORDERS[outcome][limit]
        obeyed = one(f"{chronology}; {WEEKS[last]} {event}", limit)
        assert (obeyed.status, obeyed.breach) == ("met", False)
        late = one(f"{chronology}; 2026-10-27 {event}", limit)
        assert (late.status, late.breach) == ("late", True)


def test_an_ordered_reassessment_has_the_time_of_the_order_and_not_the_fourteen_weeks_of_a_notification():
    chronology = f"{ON} tribunal_order_made outcome=reassess; 2026-07-31 reassessment_agreed"
    assert every(chronology, "reassessment_final") == []
    assert str(one(chronology, "order_assess_final").due_on) == "2026-10-26"


def test_after_a_refusal_no_plan_may_follow_the_assessment_that_was_ordered():
    chronology = f"{ON} tribunal_order_made outcome=assess; 2026-07-30 assessment_agreed; 2026-09-28 plan_refused"
    assert one(chronology, "order_assess_refuse").status == "met"
    assert one(chronology, "order_assess_final").status == "lapsed"
    agreed = f"{ON} tribunal_order_made outcome=assess; 2026-07-30 assessment_agreed; 2026-09-29 plan_agreed"
    assert one(agreed, "order_assess_refuse").status == "lapsed"


REFUSED = "2026-03-02 request_received; 2026-04-13 assessment_refused"


@pytest.mark.parametrize(
    ("event", "limit"),
    [
        ("tribunal_order_made outcome=assess", "order_assess_final"),
        ("appeal_conceded outcome=assess", "concede_assess_final"),
    ],
)
def test_an_order_or_a_concession_has_a_clock_of_its_own_and_the_original_one_does_not_come_back(event, limit):
    chronology = f"{REFUSED}; 2026-06-01 {event}; 2026-06-08 assessment_agreed; 2026-09-07 final_plan_sent"
    assert one(chronology, "final_plan").status == "lapsed"
    assert (one(chronology, limit).status, str(one(chronology, limit).due_on)) == ("met", "2026-09-07")
    assert one(chronology, "decide_assess").status == "met"


def test_a_mediation_agreement_has_the_time_of_an_order():
    chronology = f"{REFUSED}; 2026-06-01 mediation_agreed outcome=assess"
    assert one(chronology, "final_plan").status == "lapsed"
    assert [str(d.due_on) for d in every(chronology, "mediation_comply")] == ["2026-06-15", "2026-08-10", "2026-09-07"]


def test_a_refusal_that_the_authority_reverses_itself_keeps_the_original_time():
    chronology = f"{REFUSED}; 2026-06-01 refusal_reversed; 2026-06-02 assessment_agreed"
    final = one(chronology, "final_plan", "2026-06-05")
    assert (str(final.due_on), final.status) == ("2026-07-20", "open")
    cited = [str(citation) for step in final.explanation for citation in step.citations]
    assert "R (W) v Hertfordshire County Council [2023] EWHC 3138 (Admin)" in cited
    assert "nothing starts again" in text_of(final, "start")
    beside = one(chronology, "reversal_assess_final", "2027-01-01")
    assert (beside.kind, str(beside.due_on), beside.status, beside.breach) == (
        "guidance",
        "2026-09-07",
        "overdue",
        False,
    )
    assert str(one(chronology, "reversal_assess_refuse", "2026-06-05").due_on) == "2026-08-10"
    assert one(chronology, "final_plan", "2026-07-21").breach is True


@pytest.mark.parametrize("contrary", ["assessment_agreed", "plan_agreed", "draft_plan_sent"])
def test_a_contrary_decision_is_a_reversal_whether_or_not_it_is_called_one(contrary):
    chronology = f"{REFUSED}; 2026-06-02 {contrary}"
    agree([tell(chronology)], "2026-07-21")
    found = one(chronology, "final_plan", "2026-07-21")
    assert (str(found.due_on), found.status, found.breach) == ("2026-07-20", "overdue", True)
    assert "bound by the original time" in text_of(found, "start")
    sent = one(f"{chronology}; 2026-12-01 final_plan_sent", "final_plan")
    assert (sent.status, sent.days_over) == ("late", 134)


@pytest.mark.parametrize("event", ["tribunal_order_made", "appeal_conceded", "mediation_agreed"])
def test_what_follows_an_order_a_concession_or_an_agreement_revives_nothing(event):
    chronology = f"{REFUSED}; 2026-06-02 {event} outcome=assess; 2026-06-10 assessment_agreed; 2026-06-20 plan_agreed"
    agree([tell(chronology)], "2026-07-21")
    assert one(chronology, "final_plan", "2026-07-21").status == "lapsed"


def test_an_order_implies_that_the_assessment_was_refused_though_nobody_recorded_it():
    chronology = "2026-03-02 request_received; 2026-06-01 tribunal_order_made outcome=assess"
    assert one(chronology, "decide_assess").status == "undated"
    assert "act_not_dated" in codes(chronology)


def test_a_plan_refused_and_refused_back_has_its_own_time():
    chronology = "2026-03-02 request_received; 2026-06-22 plan_refused; 2026-09-01 refusal_reversed"
    assert one(chronology, "final_plan", "2026-09-01").breach is True
    assert every(chronology, "reversal_assess_final") == []


def test_what_is_conceded_after_the_response_is_no_concession_of_regulation_45():
    chronology = (
        "2026-06-01 appeal_registered; 2026-06-20 appeal_response_sent; 2026-07-20 appeal_conceded outcome=assess"
    )
    limits = {deadline.limit for deadline in judge(tell(chronology), "2026-07-21").deadlines}
    assert not any(limit.startswith("concede") for limit in limits)


def test_a_school_conceded_together_with_more_of_the_plan_has_five_weeks():
    both = f"{ON} appeal_conceded outcome=amend; {ON} appeal_conceded outcome=amend_school"
    assert str(one(both, "concede_school").due_on) == WEEKS[5]
    assert str(one(both, "concede_amend").due_on) == WEEKS[5]


@pytest.mark.parametrize(
    ("limit", "outcome", "before", "since"),
    [
        ("concede_assess_notify", "assess", "2015-04-19", "2015-04-06"),
        ("concede_amend", "amend", "2015-04-19", "2015-04-27"),
        ("concede_school", "amend_school", "2015-04-05", "2015-04-06"),
    ],
)
def test_regulation_45_before_and_after_23_march_2015(limit, outcome, before, since):
    found = {d.limit: str(d.due_on) for d in due("appeal_conceded", "2015-03-22", outcome=outcome)}
    assert found == {limit: before}
    found = {d.limit: str(d.due_on) for d in due("appeal_conceded", "2015-03-23", outcome=outcome)}
    assert found[limit] == since
    assert "no_law_in_force" not in codes("2015-03-23 appeal_conceded outcome=assess", "2015-03-24")
    assert "no_law_in_force" in codes("2015-03-22 appeal_conceded outcome=assess", "2015-03-24")


def test_regulation_45_as_first_made_asked_for_the_assessment_itself_and_not_for_a_notice():
    conceded = "2015-03-02 appeal_conceded outcome=assess"
    notified = one(f"{conceded}; 2015-03-09 assessment_agreed", "concede_assess_notify", "2015-03-31")
    assert (str(notified.due_on), notified.status, notified.breach) == ("2015-03-30", "open", False)
    decided = one(f"{conceded}; 2015-03-30 plan_agreed", "concede_assess_notify", "2015-06-01")
    assert (decided.status, decided.breach) == ("met", False)
    # The decision may come after an assessment that was carried out in time.
    later = one(f"{conceded}; 2015-03-31 plan_agreed", "concede_assess_notify", "2015-06-01")
    assert (later.status, later.days_over, later.breach) == ("late", 1, False)


def test_a_school_that_was_conceded_beside_more_of_the_plan_had_two_weeks_and_the_rest_four():
    both = "2015-03-02 appeal_conceded outcome=amend; 2015-03-02 appeal_conceded outcome=amend_school"
    assert {str(found.due_on) for found in every(both, "concede_school")} == {"2015-03-16"}
    assert str(one(both, "concede_amend").due_on) == "2015-03-30"


@pytest.mark.parametrize(("conceded", "excused"), [("2015-03-22", True), ("2015-03-23", False)])
def test_regulation_45_7_excused_an_amended_plan_until_23_march_2015(conceded, excused):
    ill = "2015-04-01 exception_recorded outcome=exceptional_circumstances reason=ill"
    late = one(f"{conceded} appeal_conceded outcome=amend; {ill}", "concede_amend", "2015-06-01")
    assert (late.status, late.breach, late.excused_by != ()) == ("overdue", not excused, excused)


def test_a_rule_that_was_law_once_is_not_listed_as_the_law():
    [row] = [
        row
        for row in csv.DictReader(io.StringIO(invoke("rules", "--format", "csv").stdout))
        if row["limit"] == "concede_assess_notify"
    ]
    assert (row["counting"], row["in_force_from"], row["in_force_to"]) == ("2 weeks after", "2015-03-23", "")
