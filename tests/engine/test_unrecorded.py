"""What a source is declared not to record is not taken for undone: the status `unrecorded`, at every door."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.answers import answer
from ehcp_flow.bulk import iter_rows
from ehcp_flow.calendars import england as calendars
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.engine.choice import interpreted_kernel, kernel_in_use
from ehcp_flow.engine.judged_case import judge_case
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.facts import FACT_TYPES, make_fact
from ehcp_flow.law import england
from ehcp_flow.measures import measure, registers
from ehcp_flow.measures.advice import AdviceByAdviser
from ehcp_flow.readers import read_text
from ehcp_flow.reports.calendar_feed import calendar_feed
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.testing.strategies import lives
from tests.kernel.comparing import everything, using
from tests.telling import codes, every, one, statuses, tell, text_of

AS_OF = "2026-06-30"
REVIEWED = "2022-03-10 final_plan_sent; 2025-01-11 review_meeting_held"
EVENTS = sorted(FACT_TYPES)


def declared(*events: str, on: str = "2020-01-01") -> str:
    return f"{on} records_declared value='{' '.join(events)}'; "


def test_a_review_whose_decision_is_never_recorded_is_no_breach_and_without_the_declaration_it_is():
    undeclared = [found for found in deadlines_of(tell(REVIEWED), AS_OF) if found.breach]
    assert {found.limit for found in undeclared} >= {"annual_review", "review_decision", "review_report"}
    told = tell(declared("final_plan_sent", "review_meeting_held") + REVIEWED)
    found = deadlines_of(told, AS_OF)
    assert {each.status for each in found} == {"unrecorded"}
    assert not any(each.breach or each.missed or each.contested_by or each.days_over for each in found)
    assert [each.due_on for each in found] == [each.due_on for each in deadlines_of(tell(REVIEWED), AS_OF)]


def test_one_event_of_several_that_discharge_a_limit_is_enough_for_it_to_be_owed():
    request = "2026-01-05 request_received"
    for events, status in (
        (["request_received"], "unrecorded"),
        (["request_received", "assessment_refused"], "overdue"),
        (["request_received", "assessment_agreed"], "overdue"),
    ):
        assert one(declared(*events) + request, "decide_assess", AS_OF).status == status


def test_an_act_that_is_on_record_counts_by_its_own_day_whatever_is_declared():
    told = declared("request_received") + "2026-01-05 request_received; 2026-02-20 assessment_agreed"
    found = one(told, "decide_assess", AS_OF)
    assert (found.status, found.days_over, found.breach) == ("late", 4, True)


def test_of_what_is_done_every_year_a_late_act_on_record_may_not_be_the_first_and_one_in_time_is_met():
    plan = "2018-03-01 final_plan_sent; "
    for reviewed, status in (("2025-06-02", "unrecorded"), ("2019-02-20", "met")):
        told = declared("final_plan_sent") + plan + f"{reviewed} review_decision_sent outcome=maintain"
        found = every(told, "annual_review", AS_OF)[0]
        assert (found.status, str(found.done_on), found.breach, found.days_over) == (status, reviewed, False, None)
    late = plan + "2025-06-02 review_decision_sent outcome=maintain"
    both = every(declared("final_plan_sent", "review_decision_sent") + late, "annual_review", AS_OF)[0]
    assert (both.status, both.breach) == ("late", True)
    found = every(declared("final_plan_sent") + late, "annual_review", AS_OF)[0]
    assert "cannot tell whether it was done before that" in text_of(found)
    assert not found.contested_by


@pytest.mark.parametrize(
    ("recorded", "more", "status"),
    [
        # The plan makes the limit owed: that it is recorded says nothing of reviews and amendments.
        (["final_plan_sent"], "", "unrecorded"),
        (["final_plan_sent"], "; 2025-02-10 amended_plan_sent outcome=names_placement", "unrecorded"),
        # The last review of many is told, and came late for the transfer: one that is not told may have come in time.
        (["final_plan_sent"], "; 2025-09-26 review_decision_sent outcome=maintain", "unrecorded"),
        (["final_plan_sent"], "; 2024-10-01 review_decision_sent outcome=maintain", "met"),
        (["final_plan_sent", "review_decision_sent"], "", "overdue"),
        (["final_plan_sent", "review_decision_sent"], "; 2025-09-26 review_decision_sent outcome=maintain", "late"),
        (["final_plan_sent", "amended_plan_sent"], "", "overdue"),
    ],
)
def test_a_plan_is_prepared_for_a_transfer_by_reviews_and_amendments_and_a_source_without_them_cannot_say(
    recorded, more, status
):
    told = declared(*recorded) + "2022-03-10 final_plan_sent; 2025-09-01 phase_transfer_due outcome=school" + more
    assert one(told, "phase_transfer", AS_OF).status == status


def test_what_only_shows_an_act_leaves_it_unrecorded_and_asks_for_nothing():
    told = "2026-01-05 request_received; 2026-05-25 final_plan_sent"
    assert one(told, "decide_assess", AS_OF).status == "undated"
    assert len(codes(told, AS_OF)) > 0
    found = one(declared("request_received", "final_plan_sent") + told, "decide_assess", AS_OF)
    assert found.status == "unrecorded"
    assert found.derivation.implied is not None
    assert codes(declared("request_received", "final_plan_sent") + told, AS_OF) == []


def test_what_misses_a_record_that_the_source_never_has_is_no_finding():
    def found(told: str) -> list[str]:
        return [each.code for each in answer(tell(told), AS_OF).findings if each.code != "act_not_dated"]

    told = "2025-01-05 request_received; 2025-02-10 assessment_agreed; 2025-05-20 final_plan_sent"
    told += "; 2026-01-09 plan_ceased"
    assert found(told) == ["final_plan_before_draft", "ceased_without_notice"]
    events = ("request_received", "assessment_agreed", "final_plan_sent", "plan_ceased")
    assert found(declared(*events) + told) == []
    assert found(declared(*events, "draft_plan_sent", "cease_notice_sent") + told) == found(told)


@pytest.mark.parametrize(
    ("told", "code", "missed"),
    [
        ("2025-02-10 assessment_agreed", "decision_without_request", "request_received"),
        ("2025-04-10 draft_plan_sent", "draft_without_request", "became_responsible"),
        ("2025-02-05 request_received; 2025-04-10 plan_agreed", "plan_decision_without_assessment",
         "assessment_agreed"),
        (
            "2025-01-05 request_received; 2025-02-10 assessment_agreed; 2025-04-10 draft_plan_sent",
            "draft_without_decision",
            "plan_agreed",
        ),
        ("2025-02-10 review_meeting_held", "review_without_plan", "final_plan_sent"),
        ("2025-02-10 amendment_notice_sent", "amendment_without_plan", "plan_transferred_in"),
        ("2025-02-10 reassessment_requested", "reassessment_without_plan", "final_plan_sent"),
        ("2025-02-10 plan_ceased", "ceasing_without_plan", "final_plan_sent"),
        ("2025-02-10 plan_transferred_out", "transfer_without_plan", "final_plan_sent"),
        ("2025-02-10 final_plan_sent; 2025-05-10 amendment_declined", "amendment_declined_without_notice",
         "amendment_notice_sent"),
        ("2025-02-10 final_plan_sent; 2025-05-10 transfer_notice_sent", "transfer_notice_without_transfer",
         "plan_transferred_in"),
    ],
)  # fmt: skip
def test_each_record_that_is_missed_is_missed_of_a_source_alone_that_has_it(told: str, code: str, missed: str):
    def found(told: str) -> set[str]:
        return {each.code for each in answer(tell(told), AS_OF).findings}

    events = [part.split()[1] for part in told.split("; ")]
    assert code in found(told)
    assert code not in found(declared(*events) + told)
    assert code in found(declared(*events, missed) + told)


def test_what_fell_away_in_time_fell_away_and_what_was_overdue_by_then_is_unrecorded():
    for withdrawn, status in (("2026-02-02", "lapsed"), ("2026-03-02", "unrecorded")):
        told = declared("request_received") + f"2026-01-05 request_received; {withdrawn} request_withdrawn"
        assert one(told, "decide_assess", AS_OF).status == status


def test_a_right_and_a_protected_time_are_open_while_they_last_and_nobody_knows_afterwards():
    told = declared("final_plan_sent", "draft_plan_sent") + "2026-06-01 draft_plan_sent; 2026-06-20 final_plan_sent"
    assert one(told, "appeal", AS_OF).status == "open"
    assert one(told, "appeal", "2027-01-01").status == "unrecorded"
    drafted = declared("draft_plan_sent") + "2026-06-01 draft_plan_sent"
    assert one(drafted, "draft_representations", "2026-06-10").status == "open"
    assert one(drafted, "draft_representations", AS_OF).status == "unrecorded"
    assert one("2026-06-01 draft_plan_sent", "draft_representations", AS_OF).status == "met"


def test_a_day_that_was_fixed_is_unrecorded_where_what_it_is_about_is():
    directed = "2026-01-05 request_received; 2026-02-02 date_directed until=2026-03-02 limit=final_plan"
    assert one(declared("request_received") + directed, "directed", AS_OF).status == "unrecorded"
    assert one(declared("final_plan_sent") + directed, "directed", AS_OF).status == "overdue"


def test_several_declarations_are_one_and_one_that_is_voided_is_none():
    two = declared("request_received") + declared("assessment_agreed") + "2026-01-05 request_received"
    assert one(two, "decide_assess", AS_OF).status == "overdue"
    case = tell(declared("request_received") + "2026-01-05 request_received")
    assert one(case, "decide_assess", AS_OF).status == "unrecorded"
    assert one(case.void(case.facts[0], "a mistake"), "decide_assess", AS_OF).status == "overdue"


def test_no_list_figure_calendar_or_page_takes_it_for_due_or_undone():
    told = declared("request_received", "advice_requested", "phase_transfer_due", "review_meeting_held")
    told += "2025-01-06 request_received; 2025-02-03 advice_requested party=medical; 2025-05-20 final_plan_sent; "
    told += "2026-05-11 review_meeting_held; 2026-09-01 phase_transfer_due outcome=school"
    answered = answer(tell(told), AS_OF)
    assert {each.status for each in answered.deadlines} <= {"unrecorded", "met", "lapsed"}
    listed = registers([answered], weeks=52)
    assert not any(listed[name] for name in ("breaches", "due", "advice", "transfers", "disputes"))
    assert [row["review_due_on"] for row in listed["reviews"]] == [None]
    figures = measure([answered], as_of=AS_OF, year=2026)[0]
    # The Department counts transfers by the day alone, which is known: nothing is said of what was done by then.
    assert (figures["reviews_due_or_overdue"], figures["phase_transfer_due"], figures["due_26"]) == (0, 0, 1)
    advice = AdviceByAdviser()
    advice.add(answered)
    (row,) = advice.rows()
    assert (row["asked"], row["overdue"], row["unrecorded"]) == (0, 0, 1)
    assert "VEVENT" not in calendar_feed(each for each in answered.deadlines if each.status == "unrecorded")
    page = case_page(answered)
    assert "do not say whether this was done" in page
    assert "has not been kept" not in page


def test_the_explanation_says_what_would_show_it():
    found = one(declared("request_received") + "2026-01-05 request_received", "decide_assess", AS_OF)
    assert "declared not to record what would show it: assessment agreed or assessment refused" in text_of(found, "act")
    assert "unrecorded" in text_of(found, "result")
    assert statuses([found]) == {"decide_assess": "unrecorded"}


def test_a_declaration_of_an_event_that_does_not_exist_is_refused_at_every_door(tmp_path):
    rows = "case_id,event,on,value\na,records_declared,2026-01-05,request_recieved\n"
    (refused,) = read_text(rows).refused
    assert (refused.column, refused.value) == ("value", "request_recieved")
    assert "there is no event request_recieved" in refused.expected
    path = tmp_path / "declared.csv"
    path.write_text(rows)
    collected: list[object] = []
    assert list(iter_rows(path, AS_OF, refused=collected)) == []
    assert [str(each).partition(": ")[2] for each in collected] == [str(refused).partition(": ")[2]]


def test_a_column_called_value_of_the_files_own_is_passed_over(tmp_path):
    rows = "case_id,event,on,value\na,request_received,2026-01-05,7\n"
    found = read_text(rows)
    for text in (rows, '{"case_id": "a", "event": "request_received", "on": "2026-01-05", "value": 7}\n'):
        found = read_text(text)
        assert (len(found["a"].facts), found.refused) == (1, [])
        path = tmp_path / "rows"
        path.write_text(text)
        assert [row["key"] for row in iter_rows(path, AS_OF)] == [each.key for each in deadlines_of(found["a"], AS_OF)]
    frame = pl.DataFrame({"case_id": ["a"], "event": ["request_received"], "on": [dt.date(2026, 1, 5)], "value": [7.5]})
    assert len(list(iter_rows(frame, AS_OF))) == len(deadlines_of(found["a"], AS_OF))


@given(lives(), st.sets(st.sampled_from(EVENTS), min_size=1, max_size=30), st.booleans())
def test_a_declaration_changes_how_a_limit_stands_that_nothing_recorded_discharges(life, events, split):
    kinds = [" ".join(sorted(events))] if not split else sorted(events)
    given_ = [
        make_fact("records_declared", case_id="a", on=min(fact.on for fact in life.recorded), value=kind)
        for kind in kinds
    ]
    told = life.record(*given_)
    before, after = deadlines_of(life, AS_OF), deadlines_of(told, AS_OF)
    assert [(each.limit, each.due_on, each.done_on) for each in before] == [
        (each.limit, each.due_on, each.done_on) for each in after
    ]
    book = compiled(england())
    for was, now in zip(before, after, strict=True):
        silent = book.unrecorded(frozenset(events))[now.derivation.judged.rule(now.derivation.row).order]
        if now.status != "unrecorded":
            assert (was.status, was.breach, was.days_over) == (now.status, now.breach, now.days_over)
            assert was.contested_by == now.contested_by
        assert (now.status == "unrecorded") <= bool(silent)
        assert not (silent and now.missed and now.done_on is None)
    assert [each.as_dict() for each in after] == list(iter_rows([told], AS_OF))
    if kernel_in_use() is not interpreted_kernel():
        compiled_rows = everything(judge_case(told, dt.date.fromisoformat(AS_OF), book, calendars()))
        with using(interpreted_kernel()):
            assert everything(judge_case(told, dt.date.fromisoformat(AS_OF), book, calendars())) == compiled_rows
