"""A case: the order of the law, corrections of corrections, and what was known when."""

import itertools
from typing import Any, get_args

import pytest

from ehcp_flow.case import Case, group_cases
from ehcp_flow.errors import CorrectionError, DateError, FactError, KnownAtError, UnknownNameError
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, make_fact
from tests.telling import day, fact, facts, tell

REQUEST = fact("2026-03-02 request_received party=parent fact_id=f1")
AGREED = fact("2026-04-01 assessment_agreed fact_id=f2")
WRONG = fact("2026-04-02 assessment_refused fact_id=f3")


def events(case: Case) -> list[str]:
    return [each.event for each in case]


# Order

SAME_DAY = [
    ("request_received", "assessment_refused"),
    ("assessment_refused", "refusal_reversed"),
    ("request_received", "assessment_agreed"),
    ("advice_requested", "advice_received"),
    ("advice_received", "advice_returned"),
    ("draft_plan_sent", "final_plan_sent"),
    ("plan_agreed", "draft_plan_sent"),
    ("review_invited", "review_meeting_held"),
    ("review_papers_sent", "review_meeting_held"),
    ("review_meeting_held", "review_report_sent"),
    ("review_report_sent", "review_decision_sent"),
    ("review_decision_sent", "amendment_notice_sent"),
    ("amendment_notice_sent", "amended_plan_sent"),
    ("tribunal_order_made", "assessment_agreed"),
    ("cease_consulted", "cease_notice_sent"),
    ("cease_notice_sent", "plan_ceased"),
    ("moved_away", "plan_transferred_out"),
    ("reassessment_requested", "reassessment_refused"),
]


@pytest.mark.parametrize(("earlier", "later"), SAME_DAY)
def test_facts_of_one_day_take_the_order_in_which_they_can_lawfully_happen(earlier, later):
    assert LEGAL_ORDER[earlier] < LEGAL_ORDER[later]


def test_facts_come_by_day_and_within_a_day_by_law_however_they_were_recorded():
    told = facts("""
        2026-03-02 request_received; 2026-03-02 assessment_refused; 2026-03-02 refusal_reversed
        2026-03-01 date_of_birth
    """)
    expected = ["date_of_birth", "request_received", "assessment_refused", "refusal_reversed"]
    assert all(events(Case("a", order)) == expected for order in itertools.permutations(told))


def test_facts_of_one_kind_and_day_have_an_order_that_recording_cannot_change():
    one, two = facts("2026-03-02 advice_requested party=medical; 2026-03-02 advice_requested party=social_care")
    assert Case("a", (one, two)).facts == Case("a", (two, one)).facts


def test_a_fact_recorded_twice_counts_once_and_is_found():
    case = tell("2026-03-02 request_received").record(fact("2026-03-02 request_received", recorded_by="somebody else"))
    assert (len(case), len(case.recorded)) == (1, 2)
    assert [finding.code for finding in case.findings] == ["duplicate_fact"]


# Making


def test_a_fact_of_another_case_is_refused():
    with pytest.raises(FactError, match=r"request_received: case_id is 'b'; this is case a"):
        Case("a", (fact("2026-03-02 request_received", "b"),))


def test_a_case_made_from_facts_takes_their_id_and_needs_one():
    assert Case.of([REQUEST]).case_id == "a"
    with pytest.raises(FactError, match="a case needs at least one fact"):
        Case.of([])


def test_facts_are_grouped_into_cases_in_the_order_in_which_they_appear():
    told = [fact("2026-03-02 request_received", case_id) for case_id in ("b", "a", "b")]
    assert {case_id: len(case.recorded) for case_id, case in group_cases(told).items()} == {"b": 2, "a": 1}


def test_the_authority_is_the_last_that_the_facts_give():
    assert tell("2026-03-02 request_received").authority is None
    assert tell("2026-03-02 request_received authority=873; 2026-04-01 assessment_agreed").authority == "873"
    assert tell("2026-03-02 request_received authority=873; 2026-04-01 moved_away authority=885").authority == "885"


# Corrections


def test_a_voided_fact_no_longer_stands_and_is_kept_with_the_reason():
    case = Case("a", (REQUEST, AGREED)).void(AGREED, "entered on the wrong case", recorded_by="me")
    assert events(case) == ["request_received"]
    assert [each.event for each in case.recorded] == ["request_received", "assessment_agreed", "fact_voided"]
    [correction] = case.corrections
    assert (correction.corrected, correction.reason, correction.by.recorded_by) == (
        AGREED, "entered on the wrong case", "me",
    )  # fmt: skip


def test_a_replaced_fact_gives_way_to_another():
    case = Case("a", (REQUEST, WRONG)).replace("f3", AGREED, "it was no refusal")
    assert events(case) == ["request_received", "assessment_agreed"]
    assert [(c.corrected.event, c.by.event, c.reason) for c in case.corrections] == [
        ("assessment_refused", "assessment_agreed", "it was no refusal")
    ]


def test_a_correction_that_is_itself_voided_leaves_what_it_corrected_standing():
    voided = Case("a", (REQUEST, AGREED)).void("f2", "wrong")
    again = voided.void(voided.recorded[-1], "it was right after all")
    assert events(again) == ["request_received", "assessment_agreed"]
    third = again.void(again.recorded[-1], "no, wrong")
    assert events(third) == ["request_received"]


def test_a_replacement_that_is_voided_leaves_what_it_replaced_standing():
    replaced = Case("a", (REQUEST, WRONG)).replace("f3", AGREED, "it was no refusal")
    assert events(replaced.void(replaced.recorded[-1], "it was one")) == ["request_received", "assessment_refused"]


def test_a_chain_of_replacements_leaves_the_last():
    first = Case("a", (REQUEST, WRONG)).replace("f3", AGREED, "no refusal")
    second = first.replace("f2", fact("2026-04-03 assessment_agreed fact_id=f4"), "a day later")
    assert [(each.event, each.on.isoformat()) for each in second] == [
        ("request_received", "2026-03-02"),
        ("assessment_agreed", "2026-04-03"),
    ]


def test_the_source_of_a_direction_is_not_the_reason_for_correcting_it():
    directed = "2026-03-02 date_directed limit=final_plan until=2026-04-01 {} fact_id={}"
    case = Case("a", (fact(directed.format("reason='order of 2 March'", "d1")),))
    right = fact(directed.format("", "d2").replace("04-01", "04-08"))
    replaced: Any
    [replaced] = case.replace("d1", right, "a week later")
    assert (str(replaced.until), replaced.reason) == ("2026-04-08", None)
    [kept] = case.replace("d1", right.model_copy(update={"reason": "order of 9 March"}), "a week later")
    assert kept.reason == "order of 9 March"


def test_a_particular_in_the_place_of_an_act_leaves_none_of_it():
    case = Case("a", (REQUEST, WRONG))
    particular = fact("2026-03-02 particular_recorded particular=team value=North")
    replaced = case.replace("f3", particular, "it was no act")
    assert events(replaced) == ["request_received"]
    holds: tuple[Any, ...] = replaced.particulars
    assert [each.value for each in holds] == ["North"]
    back = replaced.replace(particular.id, AGREED, "it was one")
    assert events(back) == ["request_received", "assessment_agreed"]
    assert back.particulars == ()


def test_a_fact_can_be_corrected_by_the_id_that_its_content_gives_it():
    case = tell("2026-03-02 request_received; 2026-04-01 assessment_agreed")
    assert events(case.void(case.facts[1].id, "wrong")) == ["request_received"]


def test_a_correction_takes_with_it_every_copy_of_the_fact():
    case = tell("2026-03-02 request_received; 2026-04-01 assessment_agreed; 2026-04-01 assessment_agreed")
    assert events(case.void(case.facts[1], "wrong")) == ["request_received"]


def test_a_fact_that_was_never_recorded_cannot_be_corrected():
    with pytest.raises(CorrectionError, match=r"cannot correct fact 'f9': case a has no such fact"):
        Case("a", (REQUEST,)).void("f9", "wrong")
    with pytest.raises(CorrectionError, match="has no such fact"):
        Case("a", (REQUEST,)).replace(AGREED, WRONG, "wrong")


@pytest.mark.parametrize(
    ("chronology", "code", "case_state"),
    [
        ("2026-03-02 fact_voided corrects=f9 reason=x fact_id=v", "correction_of_unknown_fact", ["request_received"]),
        ("2026-03-02 fact_voided corrects=v reason=x fact_id=v", "correction_of_unknown_fact", ["request_received"]),
        (
            """
            2026-03-02 fact_voided corrects=w reason=x fact_id=v
            2026-03-03 fact_voided corrects=v reason=y fact_id=w
            """,
            "circular_correction",
            ["request_received"],
        ),
        (
            """
            2026-03-03 plan_agreed corrects=w reason=x fact_id=v
            2026-03-04 plan_agreed corrects=v reason=y fact_id=w
            """,
            "circular_correction",
            ["request_received", "plan_agreed", "plan_agreed"],
        ),
        (
            """
            2026-07-20 final_plan_sent fact_id=a4
            2026-09-29 final_plan_sent fact_id=a4
            2026-07-20 fact_voided corrects=a4 reason="not sent"
            """,
            "ambiguous_correction",
            ["request_received", "final_plan_sent", "final_plan_sent"],
        ),
    ],
    ids=["of nothing", "of itself", "two voids of each other", "two replacements of each other", "of one of two"],
)
def test_a_correction_that_leads_nowhere_has_no_effect_and_is_found(chronology, code, case_state):
    case = Case("a", (REQUEST, *facts(chronology)))
    assert events(case) == case_state
    assert {finding.code for finding in case.findings} == {code}
    assert case.corrections == ()


def test_a_void_of_a_fact_in_a_circle_still_ends():
    circle = facts("""
        2026-03-03 plan_agreed corrects=w reason=x fact_id=v; 2026-03-04 plan_agreed corrects=v reason=y fact_id=w
        2026-03-05 fact_voided corrects=v reason=z fact_id=u
    """)
    case = Case("a", (REQUEST, *circle))
    assert [finding.code for finding in case.findings].count("circular_correction") >= 2


def test_replacing_an_exception_keeps_the_judgement_apart_from_the_reason_of_the_correction():
    case = tell(
        "2026-03-02 request_received; 2026-03-09 exception_recorded outcome=exceptional_circumstances fact_id=f9"
    )
    right = fact("2026-03-10 exception_recorded outcome=exceptional_circumstances reason=illness")
    replaced = case.replace("f9", right, "wrong day")
    assert [(each.on.isoformat(), each.reason) for each in replaced][1:] == [("2026-03-10", "illness")]
    assert [(correction.corrected.id, correction.reason) for correction in replaced.corrections] == [
        ("f9", "wrong day")
    ]


def test_a_replacement_that_says_what_another_fact_says_counts_once():
    case = tell("2026-03-02 request_received; 2026-03-03 request_received fact_id=f9")
    assert events(case.replace("f9", fact("2026-03-02 request_received"), "entered twice")) == ["request_received"]


def test_a_replacement_by_the_same_again_changes_nothing_but_the_record():
    case = tell("2026-03-09 exception_recorded outcome=coronavirus reason=lockdown")
    replaced = case.replace(case.facts[0], case.facts[0], "to be sure")
    assert events(replaced) == ["exception_recorded"]
    assert len(replaced.recorded) == 2


def test_voids_that_void_each_other_under_shared_names_still_end():
    tangle = facts("""
        2026-03-03 fact_voided corrects=f1 reason=x fact_id=v; 2026-03-04 fact_voided corrects=w reason=y fact_id=v
        2026-03-05 fact_voided corrects=v reason=z fact_id=w
    """)
    case = Case("a", (REQUEST, *tangle))
    assert set(events(case)) <= {"request_received"}
    assert "circular_correction" in {finding.code for finding in case.findings}


# As known at


def test_only_what_was_recorded_by_then_is_known():
    case = Case(
        "a",
        (
            fact("2026-03-02 request_received", recorded_at="2026-03-02T09:00:00Z"),
            fact("2026-03-20 assessment_agreed", recorded_at="2026-04-20T09:00:00+01:00"),
        ),
    )
    assert events(case.known_at("2026-03-02T08:59:59Z")) == []
    assert events(case.known_at("2026-03-02T09:00:00Z")) == ["request_received"]
    assert events(case.known_at("2026-04-20T07:59:59Z")) == ["request_received"]
    assert events(case.known_at("2026-04-20T08:00:00Z")) == ["request_received", "assessment_agreed"]


def test_what_was_known_cannot_be_told_of_facts_that_do_not_say_when_they_were_recorded():
    case = tell("2026-03-02 request_received").record(
        fact("2026-03-20 plan_agreed", recorded_at="2026-03-20T09:00:00Z")
    )
    with pytest.raises(KnownAtError, match=r"case a: 1 fact\(s\) carry no recorded_at \(the first is request_received"):
        case.known_at("2026-04-01T00:00:00Z")


def test_an_instant_needs_its_offset():
    with pytest.raises(DateError, match="no offset from UTC"):
        tell("").known_at("2026-04-01T00:00:00")


def test_a_correction_is_known_from_the_instant_at_which_it_was_recorded():
    case = Case("a", (fact("2026-03-02 request_received fact_id=f1", recorded_at="2026-03-02T09:00:00Z"),))
    voided = case.void(
        "f1", "wrong", recorded_at=fact("2026-01-01 plan_agreed", recorded_at="2026-05-01T00:00:00Z").recorded_at
    )
    assert events(voided.known_at("2026-04-30T00:00:00Z")) == ["request_received"]
    assert events(voided.known_at("2026-05-01T00:00:00Z")) == []


def test_what_says_the_same_under_one_name_is_one_fact_since_it_was_first_written_down():
    told = [
        fact("2026-03-02 request_received fact_id=f1", recorded_at=instant)
        for instant in ("2026-03-05T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-09T09:00:00Z")
    ]
    case = Case("a", tuple(told))
    assert case.facts == (told[1],)
    assert case.findings == ()


def test_every_event_has_its_place_in_the_order_of_the_law():
    assert set(LEGAL_ORDER) == set(FACT_TYPES)
    assert sorted(LEGAL_ORDER.values()) == list(range(len(FACT_TYPES)))
    assert all(get_args(cls.model_fields["event"].annotation) == (event,) for event, cls in FACT_TYPES.items())
    assert make_fact("request_received", case_id="a", on="2026-03-02").event == "request_received"


def test_two_facts_of_one_name_are_not_both_taken_back():
    case = Case("a", facts("2026-07-20 final_plan_sent fact_id=a4; 2026-09-29 final_plan_sent fact_id=a4"))
    said = r"several facts of this name, which differ: final_plan_sent on 2026-07-20, final_plan_sent on 2026-09-29"
    for which in ("a4", case.recorded[1]):
        with pytest.raises(CorrectionError, match=said):
            case.void(which, "not sent")
        with pytest.raises(CorrectionError, match=said):
            case.replace(which, AGREED, "not sent")
    assert "fact_id_again" in {finding.code for finding in case.findings_on(case.facts[-1].on)}


def test_a_fact_that_is_there_twice_is_taken_back_with_its_copy():
    case = Case("a", (REQUEST, AGREED, AGREED)).void("f2", "not sent")
    assert events(case) == ["request_received"]


def test_a_name_in_two_cases_is_a_fact_of_each():
    cases = group_cases(
        (*facts("2026-07-20 final_plan_sent fact_id=a4", "a"), *facts("2026-09-29 final_plan_sent fact_id=a4", "b"))
    )
    assert events(cases["a"].void("a4", "not sent")) == []
    assert events(cases["b"]) == ["final_plan_sent"]


TWICE = """
    2026-03-02 advice_requested party=psychological
    2026-03-03 advice_requested party=medical
    2026-04-01 advice_received party=psychological
    2026-05-01 advice_received party=medical
    2026-06-01 review_decision_sent outcome=maintain
    2027-06-01 review_decision_sent outcome=amend
"""


def test_the_first_and_the_last_fact_of_an_event():
    case: Any = tell(TWICE)
    assert case.first("advice_received").on == day("2026-04-01")
    assert case.last("advice_received").on == day("2026-05-01")
    assert case.first("advice_received", party="medical").on == day("2026-05-01")
    assert case.last("advice_received", by="2026-04-30").party == "psychological"
    assert case.last("advice_received", by="2026-03-31") is None
    assert case.last("review_decision_sent", outcome="maintain").on == day("2026-06-01")
    assert case.first("final_plan_sent") is None


def test_a_fact_that_was_taken_back_is_neither_first_nor_last():
    case: Any = tell(TWICE)
    assert case.void(case.first("advice_received"), "never came").first("advice_received").party == "medical"


@pytest.mark.parametrize("named", [{"event": "advice"}, {"event": "review_decision_sent", "outcome": "kept"}])
def test_an_event_that_there_is_not_is_not_looked_for(named):
    with pytest.raises(UnknownNameError):
        tell(TWICE).first(**named)
