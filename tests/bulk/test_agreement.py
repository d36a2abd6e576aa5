"""The evaluator of columns and the evaluator of one case give the same deadlines, whatever the cases."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.bulk import Frames
from ehcp_flow.bulk import read_cases as read_columns
from ehcp_flow.bulk.encoding import cells_of, encode
from ehcp_flow.bulk.ordering import in_legal_order
from ehcp_flow.calendars import Institution, england
from ehcp_flow.case import Case, group_cases
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, as_stored, make_fact
from ehcp_flow.readers import read_cases
from ehcp_flow.synth import synth
from ehcp_flow.testing.strategies import lives
from tests.bulk.agreeing import AS_OF, LAWFUL, agree, case_by_case, caseloads, crowds, in_bulk
from tests.golden.test_published import rows
from tests.telling import day, tell

ROOT = Path(__file__).parents[2]


@given(caseloads(), AS_OF)
def test_any_caseload_has_the_same_deadlines_in_bulk(cases, as_of):
    agree(cases, as_of)


@given(crowds(max_size=60), AS_OF)
def test_a_long_case_of_anything_has_the_same_deadlines_in_bulk(case, as_of):
    agree([case], as_of)


@given(lives(), AS_OF)
def test_a_life_has_the_same_deadlines_in_bulk(case, as_of):
    agree([case], as_of)


@settings(max_examples=50)
@given(caseloads(), AS_OF, st.sampled_from(["885", "301", "999"]))
def test_the_cases_of_an_authority_are_those_of_which_it_was_last_said(cases, as_of, authority):
    expected = case_by_case([case for case in cases if case.authority == authority], as_of)
    assert in_bulk(cases, as_of, authority=authority) == expected


@settings(max_examples=50)
@given(caseloads())
def test_any_caseload_is_read_as_it_was_written(cases):
    cases = [case for case in cases if case.recorded]
    read = read_columns(cases, chunk_cases=2)
    assert list(read.values()) == cases
    assert read.known == tuple(read)
    some = read_columns(cases, case_ids=["case 1", "nobody"])
    assert list(some.values()) == [case for case in cases if case.case_id == "case 1"]
    assert some.known == read.known


@pytest.mark.parametrize("as_of", ["2015-01-01", "2024-12-01", "2025-10-21", "2026-06-30", "2030-01-01"])
@pytest.mark.parametrize("name", ["chronologies.csv", "cases.csv"])
def test_the_shipped_chronologies_have_the_same_deadlines_in_bulk(name, as_of):
    agree(list(read_cases(ROOT / "examples" / name).values()), as_of)


def test_the_published_cases_have_the_same_deadlines_in_bulk():
    by_day: dict[str, list[Case]] = {}
    for number, row in enumerate(rows()):
        by_day.setdefault(row["as_of"], []).append(tell(row["chronology"], f"{number}"))
    assert sum(agree(cases, as_of) for as_of, cases in by_day.items()) > 150


@pytest.mark.parametrize("as_of", ["2023-01-31", "2026-06-30"])
def test_a_synthetic_caseload_has_the_same_deadlines_in_bulk(as_of):
    cases = list(group_cases(synth(2_000, 1, faults=0.1)).values())
    frames = Frames(cases, as_of)
    assert sum(frame.height for frame in frames) == agree(cases, as_of)


NEAR = st.dates(dt.date(1999, 12, 30), dt.date(2000, 1, 2))
EXCEPTIONS = st.fixed_dictionaries(
    {"outcome": st.sampled_from(OUTCOMES["exception_recorded"][:3])},
    optional={
        "party": st.sampled_from(["a", "ab", 'a"', "a\\", "a b", "B", "\u00e9", "-", "z"]),
        "reason": st.sampled_from(["a", "b"]),
        "authority": st.sampled_from(["885", "301"]),
        "served_on": NEAR,
        "until": NEAR,
        "limit": st.sampled_from(["decision_whether_to_assess", "final_plan"]),
    },
)


@given(st.lists(EXCEPTIONS, min_size=1, max_size=12))
def test_facts_of_one_kind_on_one_day_stand_in_the_order_of_their_content(told):
    # As a store may hold them: an earlier version took any text for a party.
    facts = [as_stored({"event": "exception_recorded", "case_id": "a", "on": "2000-01-01", **each}) for each in told]
    table = pl.DataFrame([cells_of(fact) for fact in facts], infer_schema_length=None)
    ordered = in_legal_order(encode(table, with_instants=False), dt.date(2026, 6, 30))
    assert [facts[row] for row in ordered.stands] == list(Case("a", tuple(facts)).facts)


def test_an_act_sent_back_and_done_again():
    chronology = """
        2025-01-06 advice_requested party=medical
        2025-01-20 advice_received party=medical
        2025-01-21 advice_returned party=medical
        2025-02-03 advice_received party=medical
        2025-02-04 advice_returned party=medical
    """
    for as_of, many in (("2025-01-20", 1), ("2025-01-30", 2), ("2025-02-03", 2), ("2025-02-04", 3), ("2025-06-01", 3)):
        assert agree([tell(chronology)], as_of) == many


def test_a_clock_that_ends_and_resumes_twice():
    chronology = """
        2025-01-06 request_received
        2025-02-03 assessment_refused
        2025-03-03 refusal_reversed
        2025-05-01 plan_refused
        2025-05-20 refusal_reversed
        2025-06-01 final_plan_sent
    """
    for as_of in ("2025-02-10", "2025-03-10", "2025-05-02", "2025-05-21", "2025-06-01"):
        assert agree([tell(chronology)], as_of) > 3


def test_school_days_are_counted_where_an_institution_is_known():
    chronology = """
        2025-01-06 request_received
        2025-02-01 special_school_admitted party=s-1
        2025-03-03 plan_refused
        2025-03-10 special_school_left
    """
    known = Institution("s-1", day("2025-01-01"), day("2025-12-31"))
    cases = [tell(chronology, "known"), tell(chronology.replace("s-1", "s-2"), "unknown")]
    calendars = england().with_institutions([known])
    agree(cases, "2025-06-01", calendars=calendars)
    stays = [row["due_on"] for row in in_bulk(cases, "2025-06-01", calendars=calendars) if row["earliest_on"]]
    assert "2025-03-17" in stays


def test_what_was_known_at_an_instant():
    told = [
        make_fact("request_received", case_id="a", on="2025-01-06", recorded_at="2025-01-07T09:00:00Z"),
        make_fact("assessment_agreed", case_id="a", on="2025-02-03", recorded_at="2025-03-01T09:00:00+01:00"),
        make_fact("request_received", case_id="b", on="2025-01-06", recorded_at="2025-06-01T09:00:00Z"),
    ]
    cases = [Case("a", tuple(told[:2])), Case("b", (told[2],))]
    for instant in ("2025-01-07T08:59:59Z", "2025-01-07T09:00:00Z", "2025-03-01T08:00:00Z", "2026-01-01T00:00:00Z"):
        assert in_bulk(cases, "2025-12-31", known_at=instant) == case_by_case(
            [case.known_at(instant) for case in cases], "2025-12-31"
        )


def test_every_event_is_told_somewhere_in_what_hypothesis_builds():
    """The strategies draw from every kind of fact, so that agreement is about all of the law."""
    assert {*LAWFUL, "fact_voided"} == set(FACT_TYPES)


def test_a_day_that_no_calendar_reaches_fails_one_case_and_no_other():
    far = tell("2150-01-04 mediation_declined", "far")
    near = tell("2025-01-06 mediation_declined", "near")
    frames = Frames([far, near], dt.date(2199, 1, 1))
    assert {case_id for frame in frames for case_id in frame["case_id"]} == {"near"}
    assert [case_id for case_id, _ in frames.failed] == ["far"]
    assert "1900 to 2100" in str(frames.failed[0][1])
