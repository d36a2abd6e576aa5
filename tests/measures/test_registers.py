import datetime as dt
from itertools import groupby

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.law.loader import load_rulebook
from ehcp_flow.measures import REGISTERS, Registers, agreed_with_parent, registers
from ehcp_flow.measures.registers import RegisterLengths, still_undone
from ehcp_flow.synth import synth
from tests.measures.answers_made_up import answered, plan, told
from tests.moves.test_law_at_hand import book_with

D = dt.date
HELD = ("2020-01-06 request_received parent", "2020-05-04 final_plan_sent")


def kept(*cases, as_of="2025-06-30", **settings):
    return registers(answered(*cases, as_of=as_of), **settings)


def test_every_register_is_kept_and_empty_of_nothing():
    assert kept() == {name: [] for name in REGISTERS}


def test_breaches_put_what_is_still_undone_first_and_the_longest_first_of_those():
    rows = kept(
        plan("done", "2024-01-02", "2024-09-02"),
        told("undone", "2025-01-02 request_received parent"),
        told("older", "2024-01-02 request_received parent"),
    )["breaches"]
    undone = [row["case_id"] for row in rows if row["done_on"] is None]
    assert [row["done_on"] is None for row in rows] == sorted((row["done_on"] is None for row in rows), reverse=True)
    assert undone == ["older", "older", "undone", "undone"]
    assert rows[0]["limit"] == "decide_assess"
    assert rows[0]["days_over"] == (D(2025, 6, 30) - D(2024, 2, 13)).days


@pytest.mark.parametrize(
    "reason",
    ["Agreed with the parent", "extension agreed w/ mum", "Parents asked for more time", "mother is happy to wait"],
)
def test_an_agreement_with_the_family_is_no_ground(reason):
    assert agreed_with_parent(reason)


@pytest.mark.parametrize("reason", [None, "", "a death in the family", "the family was abroad for six weeks"])
def test_circumstances_are_not_taken_for_an_agreement(reason):
    assert not agreed_with_parent(reason)


def exception(case_id, reason, outcome="exceptional_circumstances", on="2024-02-01", until="2024-02-20"):
    told_so = f"{on} exception_recorded outcome={outcome};until={until}" + (f";reason={reason}" if reason else "")
    return plan(case_id, "2024-01-02", "2024-09-02", told_so)


def test_exceptions_say_whether_their_facts_hold_the_doubtful_ones_first():
    rows = kept(
        exception("good", "a death in the family"),
        exception("agreed", "delay agreed with parents"),
        exception("bare", None),
        exception("short", "school holidays", "school_closed", "2024-02-12", "2024-02-19"),
        told("idle", "2024-02-01 exception_recorded outcome=absent_from_area;until=2024-04-01;reason=abroad"),
    )["exceptions"]
    assert [(row["case_id"], row["verdict"]) for row in rows] == [
        ("agreed", "no ground in law"),
        ("short", "facts do not hold"),
        ("idle", "no limit it can apply to"),
        ("bare", "facts hold, no reason recorded"),
        ("good", "facts hold"),
    ]
    good = rows[-1]
    assert (good["ground"], good["on"], good["until"]) == ("exceptional_circumstances", D(2024, 2, 1), D(2024, 2, 20))
    assert "final_plan" in good["excuses"]
    assert "is no ground" in rows[0]["checked"]
    assert "less than 4 weeks" in rows[1]["checked"]


def test_who_approved_an_exception_is_who_recorded_it():
    case = exception("a", "ill")
    by = [fact.model_copy(update={"recorded_by": "A. Officer"}) for fact in case.facts]
    (row,) = kept(type(case).of(by))["exceptions"]
    assert row["approved_by"] == "A. Officer"


def test_advice_to_be_chased_is_what_has_not_come_or_was_sent_back():
    rows = kept(
        told("in", "2025-05-01 advice_requested medical", "2025-05-20 advice_received medical"),
        told("out", "2025-05-01 advice_requested medical"),
        told("back", "2025-04-01 advice_requested educational", "2025-05-20 advice_received educational",
             "2025-05-27 advice_returned educational"),
        told("ended", "2025-05-01 request_received parent", "2025-05-02 advice_requested medical",
             "2025-05-20 request_withdrawn"),
    )["advice"]  # fmt: skip
    assert [(row["case_id"], row["adviser"], row["returned_on"], row["status"]) for row in rows] == [
        ("out", "medical", None, "overdue"),
        ("back", "educational", D(2025, 5, 27), "open"),
    ]


def test_the_list_of_reviews_has_the_next_day_and_what_is_waited_for():
    never, waits = kept(
        told("waits", *HELD, "2025-03-03 review_meeting_held", "2025-03-20 review_decision_sent outcome=amend",
             "2025-03-20 amendment_notice_sent"),
        told("never", *HELD),
        told("gone", *HELD, "2025-03-03 plan_ceased"),
    )["reviews"]  # fmt: skip
    assert (never["case_id"], never["never_reviewed"], never["review_due_on"]) == ("never", True, D(2021, 5, 3))
    assert never["meeting_by"] is None  # it was 5 April 2021, and nobody is told to act on a day that is over
    assert (waits["last_meeting"], waits["last_decision"]) == (D(2025, 3, 3), D(2025, 3, 20))
    assert (waits["review_due_on"], waits["status"]) == (D(2026, 3, 19), "open")
    assert waits["waiting_due_on"] == D(2025, 5, 15)
    assert waits["waiting_for"].startswith("Send the amended plan")


@pytest.mark.parametrize(
    ("phase", "review_by"),
    [("school", D(2025, 11, 22)), ("post16", D(2026, 1, 5))],
)
def test_phase_transfers_are_scheduled_back_by_the_rulebook(phase, review_by):
    transfer = f"2026-09-01 phase_transfer_due outcome={phase}"
    (row,) = kept(told("a", *HELD, transfer))["transfers"]
    assert (row["phase"], row["review_meeting_by"], row["status"]) == (phase, review_by, "open")
    # Followed to the last day it ends in no breach; a day later it does.
    for days, breach in ((0, False), (1, True)):
        met, notice, sent = (review_by + dt.timedelta(weeks=weeks, days=days) for weeks in (0, 4, 12))
        acts = (f"{met} review_meeting_held", f"{notice} review_decision_sent outcome=amend",
                f"{notice} amendment_notice_sent", f"{sent} amended_plan_sent")  # fmt: skip
        followed = kept(told("a", *HELD, transfer, *acts), as_of="2026-06-30")["breaches"]
        assert any(row["limit"] == "phase_transfer" for row in followed) == breach


def test_what_a_register_counts_back_is_counted_by_the_rulebook_at_hand(tmp_path):
    book = load_rulebook(book_with(tmp_path / "book", ("06_review.toml", '"4 weeks after"', '"5 weeks after"')))
    reviewed = ("2025-03-03 review_meeting_held", "2025-03-20 review_decision_sent outcome=maintain")
    transfer = told("a", *HELD, *reviewed, "2026-09-01 phase_transfer_due outcome=school")
    of = registers([answer(transfer, "2025-06-30", rulebook=book)])
    assert of["reviews"][0]["meeting_by"] == D(2026, 2, 12)
    assert of["transfers"][0]["review_meeting_by"] == D(2025, 11, 15)


def test_what_falls_due_is_in_the_order_of_days_and_says_nothing_of_risk():
    past = [plan(f"late-{n}", "2024-01-02", "2024-09-02") for n in range(6)]
    soon = told("soon", "2025-02-14 request_received parent", "2025-03-01 assessment_agreed")
    asks = told("asks", "2025-06-01 request_received parent")
    rows = [row for row in kept(*past, asks, soon, weeks=4)["due"] if row["limit"] in ("final_plan", "decide_assess")]
    assert [(row["case_id"], row["limit"], row["due_on"], row["days_left"]) for row in rows] == [
        ("soon", "final_plan", D(2025, 7, 4), 4),
        ("asks", "decide_assess", D(2025, 7, 13), 13),
    ]
    assert not {"pc_late_before", "why"} & set(rows[0])


def test_nothing_past_the_weeks_ahead_and_nothing_overdue_is_falling_due():
    case = told("a", "2025-02-14 request_received parent")
    limits = {row["limit"] for row in kept(case, weeks=1, as_of="2025-06-27")["due"]}
    assert limits == {"final_plan"}
    assert kept(case, weeks=1, as_of="2025-06-26")["due"] == []


def test_findings_are_listed_by_their_code():
    rows = kept(told("a", "2025-05-01 final_plan_sent"), told("b", "2025-05-01 assessment_agreed"))["findings"]
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
    assert ("b", "decision_without_request") in {(row["case_id"], row["code"]) for row in rows}


def test_rows_begin_with_the_columns_asked_for():
    extra = {"a": {"caseworker": "Ann", "need": "ASD"}}
    row = kept(told("a", *HELD), extra=extra, columns=("caseworker", "team"))["reviews"][0]
    assert list(row)[:3] == ["case_id", "caseworker", "team"]
    assert (row["caseworker"], row["team"]) == ("Ann", "")


def test_a_register_that_there_is_not_is_named_before_any_case_is_looked_at():
    with pytest.raises(UnknownNameError, match="there is no register called 'breach'; did you mean breaches"):
        Registers(("breach",))


@pytest.mark.parametrize("contested", ["with", "without", "only"])
def test_the_lengths_of_registers_are_those_of_their_rows(contested):
    cases = [Case.of(facts) for _, facts in groupby(synth(80, 4), lambda fact: fact.case_id)]
    lengths, rows = RegisterLengths(weeks=8, contested=contested), Registers(weeks=8, contested=contested)
    for each in answered(*cases, as_of="2026-06-30"):
        lengths.add(each)
        rows.add(each)
    assert lengths.lengths == {name: len(rows.rows(name)) for name in REGISTERS}
    assert lengths.lengths["breaches"] > 0 or contested == "only"


def test_what_still_stands_is_the_same_whether_the_rest_is_kept_or_not():
    cases = [Case.of(facts) for _, facts in groupby(synth(80, 4), lambda fact: fact.case_id)]
    every, standing = Registers(), Registers(standing=True)
    for one in answered(*cases, as_of="2026-06-30"):
        every.add(one)
        standing.add(one)
    for name in REGISTERS:
        assert every.rows(name, standing=True) == standing.rows(name) == standing.rows(name, standing=True)
    undone = [row for row in every.rows("breaches") if still_undone(row)]
    assert [row for row in undone if row in standing.rows("breaches")] == standing.rows("breaches") != undone
    assert {row["limit"] for row in undone if row not in standing.rows("breaches")} == {"mediation_certificate"}
    assert [row for row in every.rows("disputes") if row["under_way"]] == standing.rows("disputes")
    assert len(standing.rows("reviews")) < len(every.rows("reviews"))
