"""Appeal, mediation and the standstill before a plan may cease."""

import pytest

from ehcp_flow.facts import OUTCOMES
from tests.telling import codes, every, one, text_of

APPEALABLE = [
    "assessment_refused", "plan_refused", "final_plan_sent", "amended_plan_sent", "reassessment_refused",
    "review_decision_sent outcome=maintain", "review_decision_sent outcome=cease", "amendment_declined",
    "cease_notice_sent",
]  # fmt: skip
NOT = [
    "assessment_agreed",
    "draft_plan_sent",
    "review_decision_sent outcome=amend",
    "amendment_notice_sent",
    "plan_agreed",
]


@pytest.mark.parametrize("event", APPEALABLE)
def test_a_decision_that_can_be_appealed_opens_appeal_and_mediation(event):
    chronology = f"2026-03-02 {event}"
    assert (
        str(one(chronology, "appeal", "2026-03-02").due_on) == "2026-05-05"
    )  # Saturday 2 May, and the holiday of 4 May
    assert str(one(chronology, "mediation_contact", "2026-03-02").due_on) == "2026-05-02"


@pytest.mark.parametrize("event", NOT)
def test_what_cannot_be_appealed_opens_nothing(event):
    assert every(f"2026-03-02 {event}", "appeal") == every(f"2026-03-02 {event}", "mediation_contact") == []


def test_a_right_that_is_not_used_lapses_and_one_used_late_is_late_and_neither_is_a_breach():
    chronology = "2026-03-02 plan_refused"
    unused = one(chronology, "appeal", "2026-05-06")
    assert (unused.status, unused.breach) == ("lapsed", False)
    assert "may" in text_of(unused, "rule")
    assert "Not used in its time" in text_of(unused, "act")
    assert "the time has passed" in text_of(unused, "result")
    late = one(f"{chronology}; 2026-05-06 appeal_registered", "appeal")
    assert (late.status, late.days_over, late.breach) == ("late", 1, False)
    assert codes(chronology, "2026-05-06") == []


def test_an_appeal_belongs_to_the_latest_decision():
    chronology = (
        "2024-03-01 assessment_refused; 2026-03-02 plan_refused; "
        "2026-04-01 mediation_contacted; 2026-05-01 appeal_registered"
    )
    first, second = every(chronology, "appeal", "2026-05-02")
    assert (first.status, second.status) == ("lapsed", "met")
    assert [d.status for d in every(chronology, "mediation_contact", "2026-05-02")] == ["lapsed", "met"]


def test_a_refusal_that_is_reversed_can_no_longer_be_appealed():
    chronology = "2026-03-02 plan_refused; 2026-03-09 refusal_reversed"
    assert one(chronology, "appeal").status == one(chronology, "mediation_contact").status == "lapsed"
    assert "fallen away" in text_of(one(chronology, "appeal"), "result")


def test_a_response_is_not_owed_after_a_concession():
    chronology = "2026-06-01 appeal_registered; 2026-06-10 appeal_conceded outcome=assess"
    assert one(chronology, "appeal_response").status == "lapsed"


CEASE = "2026-06-10 cease_notice_sent"


def test_a_plan_may_cease_when_the_time_for_an_appeal_is_over():
    assert one(f"{CEASE}; 2026-09-01 plan_ceased", "cease_standstill").breach is True
    kept = one(f"{CEASE}; 2026-09-02 plan_ceased", "cease_standstill")
    assert (kept.status, str(kept.earliest_on)) == ("met", "2026-09-02")


def test_a_protected_time_stands_on_its_last_day_and_is_over_on_the_next():
    assert one(CEASE, "cease_standstill", "2026-09-01").status == "open"
    assert one(CEASE, "cease_standstill", "2026-09-02").status == "met"
    assert one(f"{CEASE}; 2026-09-01 cease_notice_withdrawn", "cease_standstill").status == "lapsed"
    assert one(f"{CEASE}; 2026-09-02 cease_notice_withdrawn", "cease_standstill").status == "met"


@pytest.mark.parametrize(("on", "status"), [("2026-09-01", "lapsed"), ("2026-09-02", "met")])
def test_a_second_notice_within_a_protected_time_takes_the_place_of_the_first(on, status):
    first, second = every(f"{CEASE}; 2026-07-20 cease_consulted; {on} cease_notice_sent", "cease_standstill")
    assert (first.status, str(first.due_on), second.status) == (status, "2026-09-01", "met")


@pytest.mark.parametrize(
    ("born", "status", "ended_on"), [("2000-09-02", "lapsed", "2026-09-01"), ("2000-09-03", "met", "None")]
)
def test_a_protected_time_falls_away_with_the_last_day_before_the_26th_birthday(born, status, ended_on):
    kept = one(f"{born} date_of_birth; {CEASE}", "cease_standstill")
    assert (str(kept.due_on), kept.status, str(kept.ended_on)) == ("2026-09-01", status, ended_on)


def test_a_certificate_can_lengthen_the_standstill():
    chronology = "2026-03-02 cease_notice_sent; 2026-04-20 mediation_certificate_issued"
    assert str(one(chronology, "cease_standstill", "2026-04-21").due_on) == "2026-05-20"


def test_an_appeal_in_time_keeps_the_plan_until_it_is_determined():
    chronology = f"{CEASE}; 2026-07-01 appeal_registered"
    pending = one(chronology, "cease_standstill", "2027-01-01")
    assert (pending.status, pending.due_on, pending.earliest_on, pending.breach) == ("open", None, None, False)
    assert "Kept open by" in text_of(pending, "count")
    assert "nobody can say yet until when" in text_of(pending, "result")
    assert "institution_dates_unknown" not in codes(chronology, "2027-01-01")
    early = one(f"{chronology}; 2026-12-01 plan_ceased", "cease_standstill", "2027-01-01")
    assert (early.status, early.breach) == ("premature", True)
    assert "This is a breach" in text_of(early, "result")


@pytest.mark.parametrize(
    "end",
    [
        "tribunal_order_made outcome=dismiss",
        "tribunal_order_made outcome=dismiss_cease",
        "appeal_withdrawn",
        "appeal_determined",
    ],
)
def test_the_plan_may_cease_on_the_day_the_appeal_ends(end):
    chronology = f"{CEASE}; 2026-07-01 appeal_registered; 2026-11-02 {end}"
    ceased = one(f"{chronology}; 2026-11-02 plan_ceased", "cease_standstill")
    assert (ceased.status, str(ceased.due_on), str(ceased.earliest_on)) == ("met", "2026-11-01", "2026-11-02")
    assert "ended by" in text_of(ceased, "count")
    assert one(f"{chronology}; 2026-10-30 plan_ceased", "cease_standstill").breach is True


@pytest.mark.parametrize(
    "end", ["tribunal_order_made outcome=continue", "appeal_conceded outcome=continue", "cease_notice_withdrawn"]
)
def test_the_standstill_falls_away_if_the_plan_goes_on(end):
    found = one(f"{CEASE}; 2026-07-01 appeal_registered; 2026-11-02 {end}", "cease_standstill")
    assert (found.status, found.due_on) == ("lapsed", None)
    assert "fallen away" in text_of(found, "result")


def test_a_reversed_refusal_does_not_end_the_standstill_of_a_plan():
    found = one(f"{CEASE}; 2026-06-20 refusal_reversed; 2026-06-25 plan_ceased", "cease_standstill")
    assert (found.status, found.breach) == ("premature", True)


def test_an_appeal_out_of_time_does_not_reopen_the_standstill():
    assert str(one(f"{CEASE}; 2026-09-02 appeal_registered", "cease_standstill").due_on) == "2026-09-01"


def test_an_order_to_cease_is_for_the_same_day():
    order = "2026-11-02 tribunal_order_made outcome=dismiss_cease"
    assert one(f"{order}; 2026-11-02 plan_ceased", "order_cease").status == "met"
    assert one(f"{order}; 2026-11-03 plan_ceased", "order_cease").breach is True


@pytest.mark.parametrize("issues", OUTCOMES["mediation_requested"])
def test_who_arranges_a_mediation_depends_on_what_it_is_about(issues):
    chronology = f"2026-03-02 mediation_requested outcome={issues}; 2026-03-05 mediation_notified"
    later = "2026-06-01"
    limits = {
        limit
        for limit in ("mediation_health_notice", "mediation_arrange", "mediation_arrange_health")
        if every(chronology, limit, later)
    }
    assert (
        limits
        == {
            "not_stated": {"mediation_health_notice", "mediation_arrange", "mediation_arrange_health"},
            "education": {"mediation_arrange"},
            "health": {"mediation_health_notice", "mediation_arrange_health"},
            "mixed": {"mediation_health_notice", "mediation_arrange"},
        }[issues]
    )
    if issues == "not_stated":
        open_ = one(chronology, "mediation_arrange_health", later)
        assert (open_.status, open_.breach) == ("open", False)
        assert "bites only if the mediation is about health alone" in text_of(open_, "result")
    agreed = f"{chronology}; 2026-04-01 mediation_held; 2026-04-01 mediation_agreed outcome=other"
    assert bool(every(agreed, "mediation_notify_agreement", later)) is (issues in ("not_stated", "health"))


def test_a_limit_of_unsure_bearing_that_falls_away_is_not_overtaken():
    chronology = "2026-03-02 mediation_requested; 2026-05-05 mediation_requested"
    assert [d.status for d in every(chronology, "mediation_health_notice", "2026-06-01")] == ["lapsed", "open"]
    first, _ = every(chronology, "mediation_arrange", "2026-06-01")  # which was owed
    assert (first.status, str(first.ended_on)) == ("overtaken", "2026-05-05")


def test_a_mediation_that_cannot_be_arranged_gives_a_certificate_all_the_same():
    chronology = "2026-03-02 mediation_requested; 2026-03-30 mediation_not_arranged"
    assert one(chronology, "mediation_arrange", "2026-06-01").status == "lapsed"
    assert str(one(chronology, "mediation_certificate", "2026-03-30").due_on) == "2026-04-02"
    held = f"{chronology}; 2026-04-01 mediation_certificate_issued; 2026-04-20 mediation_held"
    assert one(held, "mediation_certificate").status == "met"


def test_notice_of_the_day_of_a_mediation():
    due = "2026-04-10 mediation_due"
    assert str(one(due, "mediation_notice_of_date", "2026-03-01").due_on) == "2026-04-01"
    assert (
        one(f"{due}; 2026-04-01 mediation_date_notified; 2026-04-10 mediation_held", "mediation_notice_of_date").status
        == "met"
    )
    late = f"{due}; 2026-04-02 mediation_date_notified"
    assert one(late, "mediation_notice_of_date").breach is True
    consent = "2026-04-02 exception_recorded outcome=agreed_otherwise limit=mediation_notice_of_date reason=agreed"
    assert one(f"{late}; {consent}", "mediation_notice_of_date").breach is False


def test_a_recommendation_is_answered_by_the_body_that_it_was_made_to():
    chronology = (
        "2026-03-04 recommendation_made party=health; "
        "2026-03-04 recommendation_made party=social_care; 2026-04-01 recommendation_answered party=social_care"
    )
    found = {d.party: d.status for d in every(chronology, "recommendation_response", "2026-04-08")}
    assert found == {"health": "overdue", "social_care": "met"}
