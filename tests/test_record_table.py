"""What must hold between the facts of a case: each row of the table, for one case, over columns and of a store."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow import record_table
from ehcp_flow.answers import answer
from ehcp_flow.bulk import deadlines_frame, findings_frame, iter_rows
from ehcp_flow.bulk import measure as in_bulk
from ehcp_flow.case import Case, group_cases
from ehcp_flow.facts import COLUMNS, FACT_TYPES, OUTCOMES
from ehcp_flow.measures import measure
from ehcp_flow.readers import read_facts
from ehcp_flow.record_table import ANSWERED, ORDERED, ROWS, AnswerAfter, OnceOnly
from ehcp_flow.store import MemoryStore
from ehcp_flow.testing.strategies import cases as any_case
from tests.doors import at_every_door
from tests.telling import tell

AS_OF = "2026-06-30"
REPORTED = {row.finding for row in ROWS}


class Told:
    """A story, and what is said of it: the same for one case, over columns and of a store."""

    def __init__(self, story, as_of=AS_OF, case_id="a"):
        self.case, self.as_of = tell(story, case_id), as_of
        self.answer = answer(self.case, as_of)

    def findings(self):
        """Return the findings of the table, with their days."""
        one = [(each.code, each.on, str(each)) for each in self.answer.findings]
        sources: list[Any] = [[self.case]]
        if all(fact.recorded_at is None for fact in self.case.recorded):
            store = MemoryStore(clock=lambda: dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
            for seen, fact in enumerate(self.case.recorded):
                store.record(self.case.case_id, fact, seen=seen)
            sources.append(store)
        for source in sources:
            frame = findings_frame(source, self.as_of)
            assert [(code, on, f"{says}; {remedy}") for _, code, on, says, remedy, *_ in frame.rows()] == one
        return [(code, str(on)) for code, on, _ in one if code in REPORTED]

    def rows(self, limit):
        """Return the deadlines of a limit."""
        rows = [each.as_dict() for each in self.answer.deadlines]
        assert list(iter_rows([self.case], self.as_of)) == rows
        return [row for row in rows if row["limit"] == limit]

    def measured(self, *by):
        """Return the table of measures."""
        table = list(measure([self.case], as_of=self.as_of, by=by, year=2025))
        assert list(in_bulk([self.case], self.as_of, by=by, year=2025)) == table
        return table


def test_a_period_that_ends_before_it_begins_excuses_nothing_and_is_counted_nowhere():
    told = Told("""
        2025-03-03 request_received party=parent
        2025-06-10 exception_recorded outcome=exceptional_circumstances until=2025-06-01 reason=swapped
        2025-08-20 final_plan_sent
    """)
    assert told.findings() == [("period_reversed", "2025-06-10")]
    (plan,) = told.rows("final_plan")
    assert (plan["status"], plan["excused_by"], plan["breach"]) == ("late", [], True)
    (figures,) = told.measured()
    assert (figures["plans_issued_den"], figures["plans_issued_den_ex"]) == (1, 1)


def test_a_period_of_one_day_is_a_period():
    told = Told("2025-06-10 exception_recorded outcome=exceptional_circumstances until=2025-06-10 reason=flood")
    assert told.findings() == []


@pytest.mark.parametrize(
    ("story", "limit", "counts"),
    [
        ("2026-01-05 moved_away; 2026-01-07 moved_away", "transfer_plan", "2026-01-07"),
        ("2026-01-05 plan_transferred_in; 2026-01-07 plan_transferred_in", "transfer_inform", "2026-01-07"),
        ("2026-01-05 appeal_registered; 2026-01-08 appeal_registered", "appeal_response", "2026-01-08"),
        ("2026-09-01 phase_transfer_due outcome=school; 2026-09-03 phase_transfer_due outcome=school", "phase_transfer",
         "2026-09-03"),
        ("2026-02-02 advice_requested party=EP; 2026-02-04 advice_requested party=EP", "advice", "2026-02-02"),
        ("2026-03-10 school_consulted party=s1; 2026-03-12 school_consulted party=s1", "school_response", "2026-03-10"),
    ],
)  # fmt: skip
def test_what_can_be_true_once_is_one_duty_and_a_finding(story, limit, counts):
    told = Told(story)
    assert [code for code, _ in told.findings()] == ["recorded_twice"]
    assert len(told.rows(limit)) == 1
    begun = [each.derivation.start.on for each in told.answer.deadlines if each.limit == limit]
    assert begun == [dt.date.fromisoformat(counts)]


ORDER = "2026-01-12 tribunal_order_made outcome=amend"


@pytest.mark.parametrize(
    ("between", "again", "asked", "first"),
    [
        ("", "2026-02-09 tribunal_order_made outcome=amend", True, "lapsed"),
        ("", "2026-02-17 tribunal_order_made outcome=amend", True, "overtaken"),
        ("", "2026-04-06 tribunal_order_made outcome=amend", True, "overtaken"),
        ("", "2026-04-07 tribunal_order_made outcome=amend", False, "overtaken"),
        ("", "2026-02-09 tribunal_order_made outcome=amend_school", False, "overdue"),
        ("2026-02-02 onward_appeal_made", "2026-02-09 tribunal_order_made outcome=amend", False, "lapsed"),
        ("2026-02-02 amended_plan_sent", "2026-02-09 tribunal_order_made outcome=amend", False, "met"),
    ],
)
def test_an_order_that_is_there_again_counts_from_its_own_day_and_is_asked_about(between, again, asked, first):
    told = Told(f"2025-03-17 final_plan_sent; 2025-06-10 appeal_registered; {ORDER}; {between}; {again}")
    assert told.findings() == [("recorded_twice", again[:10])] * asked
    limit = told.rows("order_amend")[0]
    assert (str(limit["due_on"]), limit["status"]) == ("2026-02-16", first)


def test_of_two_sessions_the_first_counts_and_it_is_asked_whether_they_are_one():
    told = Told("2025-06-02 review_meeting_held; 2025-06-04 review_meeting_held")
    assert told.findings() == [("recorded_twice", "2025-06-04")]
    assert [str(row["starts_on"]) for row in told.rows("review_decision")] == ["2025-06-02"]
    adjourned = Told("2025-06-02 review_meeting_held outcome=adjourned; 2025-06-04 review_meeting_held")
    assert adjourned.findings() == []


def test_a_second_one_counts_where_the_law_knows_a_second():
    told = Told("""
        2026-09-01 phase_transfer_due outcome=school; 2027-09-01 phase_transfer_due outcome=post16
        2026-02-02 advice_requested party=EP; 2026-02-04 advice_requested party=SALT
        2026-05-04 advice_requested party=EP
        2026-03-10 school_consulted party=s1; 2026-03-12 school_consulted party=s2
        2026-03-13 school_responded party=s1; 2026-03-14 school_consulted party=s1
        2025-09-01 detained; 2025-10-06 detained party=other_custody; 2025-10-13 detained; 2025-11-03 released
        2025-01-05 appeal_registered; 2025-01-20 appeal_withdrawn; 2025-02-05 appeal_registered
    """)
    assert told.findings() == []
    assert len(told.rows("advice")) == 3


def test_the_day_before_the_second_row_the_first_still_counts():
    told = Told("2026-01-05 moved_away; 2026-01-07 moved_away", "2026-01-06")
    assert told.findings() == [("after_the_day", "2026-01-07")]
    assert len(told.rows("transfer_plan")) == 1


def _act(event, on):
    party = " party=health" if "party" in FACT_TYPES[event].model_fields and "mediation" not in event else ""
    outcome = f" outcome={OUTCOMES[event][0]}" if event in OUTCOMES else ""
    return f"{on} {event}{party}{outcome}"


@pytest.mark.parametrize(
    ("reply", "question"),
    [(min(row.answers), min(row.questions)) for row in ORDERED if isinstance(row, AnswerAfter)],
)
def test_an_answer_before_its_question_is_found_at_both(reply, question):
    told = Told(f"{_act(reply, '2025-03-03')}; {_act(question, '2025-03-10')}")
    found = [each for each in told.findings() if each[0] == "answer_before_question"]
    assert found == [("answer_before_question", "2025-03-03"), ("answer_before_question", "2025-03-10")]
    right = Told(f"{_act(reply, '2025-03-12')}; {_act(question, '2025-03-10')}")
    assert not [each for each in right.findings() if each[0] == "answer_before_question"]


@pytest.mark.parametrize(
    "row", [row for row in ORDERED if isinstance(row, AnswerAfter)], ids=lambda row: min(row.answers)
)
def test_an_answer_of_another_year_is_found_at_both_where_it_can_have_answered_nothing(row):
    asked, said = min(row.questions), min(row.answers)
    slip = Told(f"{_act(said, '2025-01-20')}; {_act(asked, '2026-01-12')}")
    found = [on for code, on in slip.findings() if code == "answer_before_question"]
    assert found == ([] if row.may_rest else ["2025-01-20", "2026-01-12"])
    for lawful in (
        f"{_act(asked, '2025-01-05')}; {_act(said, '2025-01-20')}; {_act(asked, '2026-01-12')}",
        f"{_act(said, '2025-01-20')}; {_act(asked, '2026-01-12')}; {_act(said, '2026-02-02')}",
        f"{_act(said, '2024-01-20')}; {_act(said, '2025-01-20')}; {_act(asked, '2026-01-12')}",
    ):
        assert not [code for code, _ in Told(lawful).findings() if code == "answer_before_question"]


def test_an_answer_is_before_no_question_of_another_or_that_has_its_own():
    told = Told("""
        2025-03-03 advice_received party=EP; 2025-03-10 advice_requested party=SALT
        2025-03-03 school_responded party=s1; 2025-03-10 school_consulted party=s1; 2025-03-20 school_responded party=s1
    """)
    assert told.findings() == []


@pytest.mark.parametrize(("question", "reply"), [(row.question, row.answer) for row in ANSWERED if not row.always])
@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ("02 asked party=health; 10 answered party=medical", ["10"]),
        # Nobody waits: it was given without being asked for.
        ("02 asked party=health; 10 answered party=medical; 12 answered party=health", []),
        ("10 answered party=medical", []),
        # It came before anybody was asked who waits.
        ("10 asked party=health; 02 answered party=medical", []),
        ("02 asked party=health; 03 asked party=medical; 10 answered party=medical", []),
        ("02 asked party=health; 10 answered party=medical; 11 answered party=other", ["10", "11"]),
    ],
)
def test_an_answer_of_a_party_that_was_never_asked_is_asked_about_where_another_waits(question, reply, facts, found):
    story = re.sub(r"(\d\d) asked", rf"2025-03-\1 {question}", facts)
    told = Told(re.sub(r"(\d\d) answered", rf"2025-03-\1 {reply}", story))
    assert told.findings() == [("party_not_asked", f"2025-03-{day}") for day in found]


@pytest.mark.parametrize(("asked", "answered"), [("", " party=health"), (" party=health", "")])
def test_where_the_record_names_no_party_nobody_can_tell_whom_it_is_of(asked, answered):
    told = Told(f"""
        2025-03-02 recommendation_made{asked}; 2025-03-10 recommendation_answered{answered}
        2025-03-12 recommendation_answered party=social_care
    """)
    assert "party_not_asked" not in {code for code, _ in told.findings()}


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("2025-03-20 advice_received party=health", []),
        ("2025-03-20 advice_received party=medical", [("party_not_asked", "2025-03-24")]),
        ("", [("party_not_asked", "2025-03-24")]),
    ],
)
def test_advice_is_sent_back_to_the_party_that_gave_it(before, found):
    """Its time runs all the same: as guidance for whom the record names, and with the finding."""
    told = Told(f"2025-02-10 advice_requested party=health; {before}; 2025-03-24 advice_returned party=health")
    assert [each for each in told.findings() if each[1] == "2025-03-24"] == found
    (again,) = told.rows("advice_again")
    assert (again["party"], again["kind"], str(again["due_on"])) == ("health", "guidance", "2025-05-05")


def test_of_two_births_every_door_takes_one():
    told = Told("""
        2012-03-02 date_of_birth; 2021-03-02 date_of_birth
        2024-08-19 request_received party=parent; 2025-01-06 final_plan_sent
    """)
    assert told.findings() == [("two_birth_dates", "2021-03-02")]
    assert [row["age"] for row in told.measured("age")] == ["under 5"]
    assert len(told.rows("under_fives_review")) == 1


def test_a_birth_behind_the_plan_is_found_and_left_out():
    told = Told("2024-08-19 request_received; 2025-01-06 final_plan_sent; 2025-03-02 date_of_birth")
    assert told.findings() == [("birth_contradicts", "2025-03-02")]
    assert told.rows("under_fives_review") == []


@pytest.mark.parametrize(("born", "found"), [("2025-01-05", []), ("2025-01-06", ["2025-01-06"])])
def test_nobody_is_asked_for_on_the_day_of_birth(born, found):
    told = Told(f"{born} date_of_birth; 2025-01-06 request_received party=parent")
    assert told.findings() == [("birth_contradicts", on) for on in found]
    assert {row["age"] for row in told.measured("age")} == {"not recorded" if found else "under 5"}


def test_an_exception_of_the_day_of_birth_that_is_left_out_says_nothing_of_the_birth():
    story = "2026-01-05 exception_recorded outcome=exceptional_circumstances until=2026-01-01 reason=swapped"
    told = Told(f"2026-01-05 date_of_birth; {story}; 2026-02-02 request_received")
    assert told.findings() == [("period_reversed", "2026-01-05")]


def test_a_review_before_its_plan_is_not_counted_from():
    told = Told("2026-01-05 plan_transferred_in made_on=2025-06-02 reviewed_on=2024-06-03")
    plan = Told("2026-01-05 plan_transferred_in made_on=2025-06-02")
    assert told.findings() == [("dates_contradict", "2026-01-05")]
    assert told.rows("transfer_review") == plan.rows("transfer_review")
    assert plan.findings() == []


DRAFT = """
    2026-01-05 request_received party=parent; 2026-02-02 assessment_agreed; 2026-04-02 plan_agreed
    2026-04-16 draft_plan_sent {}; 2026-05-20 final_plan_sent
"""
CLAIM = """
    2025-03-03 request_received party=parent; 2025-04-02 assessment_agreed; 2025-06-02 plan_agreed
    2025-06-10 exception_recorded outcome=absent_from_area {} reason=away; 2025-09-02 draft_plan_sent
    2025-10-20 final_plan_sent
"""


@pytest.mark.parametrize(
    ("story", "day", "limit"),
    [
        ("2026-03-16 moved_away {}", "aware_on=2062-03-16", "transfer_plan"),
        ("2026-03-16 moved_away {}", "aware_on=1900-01-01", "transfer_plan"),
        ("2026-01-05 advice_requested party=health {}", "served_on=2062-01-06", "advice"),
        ("2026-01-05 advice_requested party=health {}", "served_on=2027-01-06", "advice"),
        (DRAFT, "served_on=2062-04-17", "draft_representations"),
        ("2026-01-05 plan_transferred_in {}", "made_on=1900-01-01", "transfer_review"),
        ("2026-01-05 plan_transferred_in made_on=2025-05-01 {}", "reviewed_on=1900-01-01", "transfer_review"),
    ],
)
def test_a_further_day_that_nobody_can_believe_is_not_counted_from(story, day, limit):
    told, without = Told(story.format(day)), Told(story.format(""))
    found = [each for each in told.findings() if each[0] == "impossible_date"]
    assert len(found) == 1
    assert [each for each in told.findings() if each not in found] == without.findings()
    assert _but_for_keys(told.rows(limit)) == _but_for_keys(without.rows(limit))


def _but_for_keys(rows):
    return [{name: said for name, said in row.items() if name != "key"} for row in rows]


def test_a_period_without_a_believable_end_excuses_nothing():
    told = Told(CLAIM.format("until=2052-06-12"))
    assert told.findings() == [("impossible_date", "2025-06-10")]
    (plan,) = told.rows("final_plan")
    assert (plan["excused_by"], plan["breach"]) == ([], True)
    assert Told(CLAIM.format("until=2025-09-12")).findings() == []


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-16 moved_away aware_on=2024-03-20", "2026-03-16 advice_requested party=health served_on=2026-06-01",
        "2026-01-05 plan_transferred_in made_on=2014-09-01 reviewed_on=2014-09-01",
        "2025-01-05 exception_recorded outcome=exceptional_circumstances until=2027-01-04 reason=ill",
    ],
)  # fmt: skip
def test_a_further_day_that_can_be_believed_is(line):
    assert not [each for each in Told(line).findings() if each[0] == "impossible_date"]


@pytest.mark.parametrize(
    ("until", "found"), [("2026-06-05", False), ("2026-06-08", True), ("2026-06-15", True), ("2026-04-13", False)]
)
@pytest.mark.parametrize("outcome", ["school_closed", "early_years_closed"])
def test_a_closure_as_long_as_a_term_is_asked_about_and_not_believed(until, found, outcome):
    story = f"""
        2026-02-02 request_received; 2026-04-20 advice_requested party=educational
        2026-04-13 exception_recorded outcome={outcome} until={until}; 2026-06-29 final_plan_sent
    """
    assert Told(story).findings() == [("closure_too_long", "2026-04-13")] * found
    ill = "2026-04-13 exception_recorded outcome=exceptional_circumstances until=2026-06-15 reason=ill"
    assert Told(ill).findings() == []


@pytest.mark.parametrize("on", ["2062-09-01", "2016-09-01"])
def test_a_change_of_phase_in_a_year_that_cannot_be_meant_is_found_and_left_out(on):
    plan = "2024-08-02 draft_plan_sent; 2024-09-02 final_plan_sent"
    told = Told(f"{plan}; {on} phase_transfer_due outcome=school")
    assert told.findings() == [("impossible_date", on)]
    assert told.rows("phase_transfer") == []
    assert "final_plan_sent" in (said := str(told.answer.findings)) or "draft_plan_sent" in said
    for right in ("2023-09-01", "2026-09-01", "2040-09-01"):
        assert Told(f"{plan}; {right} phase_transfer_due outcome=school").findings() == []
    beside = "2012-03-02 date_of_birth; 2015-03-02 exception_recorded outcome=school_closed until=2015-03-06"
    assert Told(f"{on} phase_transfer_due outcome=school; {beside}").findings() == []


def test_a_day_that_is_not_believed_contradicts_no_other():
    told = Told("2026-01-05 plan_transferred_in made_on=2026-02-02 reviewed_on=2025-06-03")
    assert told.findings() == [("impossible_date", "2026-01-05")]


def test_a_further_day_after_the_day_asked_is_named_and_begins_its_time_then():
    told = Told("2026-06-01 moved_away aware_on=2026-07-20; 2026-06-29 draft_plan_sent served_on=2026-07-08")
    assert told.findings() == [("after_the_day", "2026-06-01")]
    (said,) = [each.message for each in told.answer.findings if each.code == "after_the_day"]
    assert "2 days lie after 2026-06-30 of facts that count" in said
    assert "aware_on 2026-07-20 of moved_away on 2026-06-01" in said
    assert [str(row["starts_on"]) for row in told.rows("transfer_plan")] == ["2026-07-20"]
    both = Told("2026-06-01 moved_away aware_on=2026-07-20; 2026-07-02 draft_plan_sent")
    assert both.findings() == [("after_the_day", "2026-06-01")]
    assert Told("2026-06-29 draft_plan_sent served_on=2026-07-07").findings() == []
    ahead = "2026-06-10 exception_recorded outcome=exceptional_circumstances until=2026-09-01 reason=ill"
    assert Told(ahead).findings() == []


def test_the_authority_is_what_was_said_by_the_day_and_a_conflict_is_found():
    story = """
        2025-03-03 request_received authority=885; 2025-04-10 assessment_agreed authority=885
        2025-07-21 final_plan_sent authority=855
    """
    assert Told(story).findings() == [("authority_conflict", "2025-07-21")]
    assert {row["authority"] for row in Told(story).rows("final_plan")} == {"855"}
    earlier = Told(story, "2025-07-01")
    assert earlier.findings() == [("after_the_day", "2025-07-21")]
    assert {row["authority"] for row in earlier.rows("final_plan")} == {"885"}
    before = Told("2025-03-03 request_received; 2025-07-21 final_plan_sent authority=855", "2025-07-01")
    assert {row["authority"] for row in before.rows("final_plan")} == {"855"}


def test_an_authority_that_another_replaced_is_no_conflict():
    told = Told("""
        2020-03-03 request_received authority=928; 2021-04-01 authority_replaced authority=941
        2021-04-20 final_plan_sent authority=941
    """)
    assert told.findings() == []


def test_facts_after_the_day_are_counted_and_named():
    told = Told("2026-01-05 request_received; 2062-05-20 final_plan_sent; 2026-09-01 phase_transfer_due outcome=school")
    assert told.findings() == [("after_the_day", "2062-05-20")]
    (said,) = [each.message for each in told.answer.findings if each.code == "after_the_day"]
    assert said.startswith("1 fact lies after 2026-06-30")
    assert said.endswith("final_plan_sent on 2062-05-20")
    many = Told("; ".join(f"2062-05-{day} school_consulted party=s{day}" for day in range(10, 15)))
    (said,) = [each.message for each in many.answer.findings]
    assert said.startswith("5 facts lie after")
    assert said.endswith("school_consulted on 2062-05-12, and 2 more")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("2026-01-05 request_received recorded_at=2026-01-04T23:30:00Z", True),
        ("2026-01-05 request_received recorded_at=2026-01-05T00:30:00Z", False),
        ("2026-06-05 request_received recorded_at=2026-06-04T23:30:00Z", False),  # half past midnight in London
        ("2026-09-01 phase_transfer_due outcome=school recorded_at=2026-01-05T09:00:00Z", False),
    ],
)
def test_what_is_recorded_before_its_day_is_found(line, found):
    assert Told(line).findings() == [("recorded_before_it_happened", line[:10])] * found


@pytest.mark.parametrize("on", ["1900-01-01", "2014-08-31"])
def test_a_day_from_before_the_act_is_a_placeholder(on):
    assert Told(f"{on} final_plan_sent").findings() == [("impossible_date", on)]


def test_a_birth_from_before_anybody_whom_the_act_knows_is_a_placeholder():
    told = Told("1900-01-01 date_of_birth; 2012-03-02 date_of_birth; 2024-08-19 request_received")
    assert told.findings() == [("impossible_date", "1900-01-01")]
    assert Told("1900-01-01 date_of_birth; 2025-01-06 final_plan_sent").rows("under_fives_review") == []
    assert Told("1989-09-01 date_of_birth").findings() == []


@pytest.mark.parametrize(
    ("case_id", "says"),
    [
        ("1.23457E+12", "rounded"), ("42.0", "fraction"), ("AB12\u200b", "not seen"), ("AB\u00a012", "not seen"),
        ("AB\u201112", "looks like a hyphen"),
        ("#N/A", "no id"), ("#REF!", "no id"), ("NULL", "no id"), ("Unknown", "no id"), ("-", "no id"), ("0", "no id"),
        ("n/a", "no id"), ("tbc", "no id"), ("NA1", ""), ("null-1", ""), ("10", ""), ("#1", ""),
        ("1E12", ""), ("4.2", ""), ("AB-12", ""), ("E+12", ""),
        ("Zo\u00eb 12", ""),
    ],
)  # fmt: skip
def test_an_id_that_was_damaged_on_its_way_is_found_and_left_as_it_is(case_id, says):
    told = Told("2026-03-02 request_received", case_id=case_id)
    assert told.findings() == [("damaged_id", "2026-03-02")] * bool(says)
    for each in told.answer.findings:
        assert says in each.message
        assert each.case_id == case_id
    assert len(told.rows("decide_assess")) == 1


def test_a_placeholder_says_nothing_of_a_birth():
    told = Told("1900-01-01 request_received; 2012-03-02 date_of_birth")
    assert told.findings() == [("impossible_date", "1900-01-01")]


def test_two_facts_of_one_name_that_were_made_by_hand_are_found():
    case = tell("2025-03-03 request_received fact_id=a3; 2025-07-20 plan_agreed fact_id=a4; "
                     "2025-08-20 final_plan_sent fact_id=a4; 2025-09-29 final_plan_sent fact_id=a4")  # fmt: skip
    findings = answer(case, AS_OF).findings
    frame = findings_frame([case], AS_OF)
    found = [(each.code, str(each.on)) for each in findings if each.code == "fact_id_again"]
    assert found == [("fact_id_again", "2025-08-20"), ("fact_id_again", "2025-09-29")]
    assert [(code, str(on)) for _, code, on, *_ in frame.rows() if code == "fact_id_again"] == found
    assert [each.code for each in findings] == frame["code"].to_list()


def test_every_command_says_the_same_of_a_file_and_of_a_store(tmp_path):
    story = """
        2012-03-02 date_of_birth; 2013-03-02 date_of_birth; 2025-09-01 moved_away; 2025-09-03 moved_away
        2025-04-07 assessment_agreed; 2025-04-08 assessment_agreed
        2025-03-03 request_received authority=885; 2025-02-20 advice_received party=EP
        2025-03-05 advice_requested party=SALT; 2025-04-10 advice_received party=OT
        2025-03-03 advice_requested party=EP authority=855; 2062-01-01 plan_agreed
        2025-06-10 exception_recorded outcome=exceptional_circumstances until=2025-06-01 reason=swapped
        2026-01-05 plan_transferred_in made_on=2025-06-02 reviewed_on=2024-06-03
        2025-06-20 exception_recorded outcome=school_closed until=2025-09-20
    """
    rows = at_every_door(tmp_path, story, "breaches", "--as-of", AS_OF, "--register", "findings")
    assert {row["finding"] for row in rows} >= REPORTED - {
        "birth_contradicts", "damaged_id", "fact_id_again", "impossible_date", "recorded_before_it_happened",
    }  # fmt: skip
    claims = at_every_door(tmp_path, story, "breaches", "--as-of", AS_OF, "--register", "exceptions")
    assert [(claim["holds"], claim["excuses"]) for claim in claims] == [(False, False)] * 2
    says = " ".join(claim["says"] for claim in claims)
    assert "before it begins" in says
    assert "longer than any holiday" in says


def test_every_row_says_what_must_hold():
    assert all(row.must_hold and row.means and row.remedy for row in ROWS)
    assert {type(row) for row in ORDERED} == {OnceOnly, AnswerAfter}
    assert len(set(ROWS)) == len(ROWS)


def test_a_row_names_events_that_there_are():
    with pytest.raises(ValueError, match="events that there are not: plan_snet"):
        record_table.events_named("final_plan_sent plan_snet")


HEAD = ",".join(COLUMNS)


def _lines(case):
    return [",".join(str(fact.__dict__.get(name) or "") for name in COLUMNS) for fact in case.recorded]


def _said(*files):
    """Return all that is said of the rows of some files, read as one: case by case, and over columns."""
    texts = [io.StringIO("\n".join([HEAD, *lines]) + "\n") for lines in files]
    cases = group_cases(fact for text in texts for fact in read_facts(text))
    one = {}
    for case_id, case in sorted(cases.items()):
        told = answer(case, AS_OF)
        deadlines = [each.as_dict(explanation=True) for each in told.deadlines]
        one[case_id] = repr((deadlines, told.case_state, told.authority, told.findings))
    frames = (findings_frame(cases, AS_OF), deadlines_frame(cases, AS_OF))
    return one, *(frame.sort("case_id", maintain_order=True).write_json() for frame in frames)


@settings(max_examples=40)
@given(st.lists(any_case(), min_size=1, max_size=3), st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_repetition_and_splitting_of_rows_change_nothing(cases, chance, parts):
    named = [[fact.model_copy(update={"case_id": f"c{at}"}) for fact in case] for at, case in enumerate(cases)]
    lines = [line for told in named if told for line in _lines(Case.of(told))]
    expected = _said(lines)
    shuffled = chance.sample(lines, len(lines))
    assert _said(shuffled) == expected
    assert _said([*shuffled, *shuffled[:5]]) == expected
    split: list[list[str]] = [[] for _ in range(parts)]
    for line in shuffled:
        chance.choice(split).append(line)
    assert _said(*split) == expected
