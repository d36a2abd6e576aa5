"""The table of measures over columns is the table that is counted one case at a time: figures, groups, cases behind."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.answers import answer
from ehcp_flow.bulk import Measuring, deadlines_frame
from ehcp_flow.bulk import measure as in_bulk
from ehcp_flow.bulk.codes import distinct
from ehcp_flow.case import Case, group_cases
from ehcp_flow.errors import EhcpFlowError, UnknownNameError
from ehcp_flow.measures import measure as one_by_one
from ehcp_flow.readers import read_cases
from ehcp_flow.synth import synth
from tests.bulk.agreeing import caseloads, crowds
from tests.bulk.comparing import counted_in
from tests.golden.test_published import rows
from tests.telling import day, tell

ROOT = Path(__file__).parents[2]
DAYS = st.one_of(
    st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)), st.sampled_from([dt.date(2024, 1, 4), dt.date(2026, 6, 30)])
)
ASKED = st.sampled_from(
    [
        {},
        {"year": 2024},
        {"by": ("authority", "month"), "year": 2024},
        {"by": ("requester", "age"), "year": (2023, 2025)},
        {"by": ("age", "quarter")},
        {"by": ("adviser", "year"), "year": (2023, 2026)},
        {"by": ("requester",), "year": 2025},
    ]
)


def agree(cases, as_of, **asked) -> list[tuple[Any, ...]]:
    """Assert that both give the same table, and return what it counts. A case without facts has no rows."""
    cases = [case for case in cases if case.recorded]
    expected = counted_in(one_by_one(cases, as_of=as_of, **asked))
    assert counted_in(in_bulk(cases, as_of, refused=[], **asked)) == expected
    return expected


@settings(max_examples=300)
@given(caseloads(), DAYS, ASKED)
def test_any_caseload_has_the_same_measures_in_bulk(cases, as_of, asked):
    agree(cases, as_of, **asked)


@settings(max_examples=30)
@given(crowds(max_size=60), DAYS, ASKED)
def test_a_long_case_of_anything_has_the_same_measures_in_bulk(case, as_of, asked):
    agree([case], as_of, **asked)


def test_the_published_cases_have_the_same_measures_in_bulk():
    by_day: dict[str, list[Case]] = {}
    for number, row in enumerate(rows()):
        by_day.setdefault(row["as_of"], []).append(tell(row["chronology"], f"{number}"))
    assert sum(len(agree(cases, as_of)) for as_of, cases in by_day.items()) > 100


@pytest.mark.parametrize(
    ("chronology", "counted"),
    [
        # Detained on the way: the limits of custody go on for the same request, which is one request, and still open.
        ("2024-01-08 request_received; 2024-01-22 detained", {"requests_decision_not_made": 1, "requests_open": 1}),
        ("2024-02-01 detained; 2024-03-04 request_received; 2024-03-20 released", {"requests_rya": 1}),
        ("2024-02-01 detained; 2024-03-04 released; 2024-03-04 request_received", {"requests_rya": 0}),
        (
            "2024-02-01 detained; 2024-03-04 request_received; 2024-04-10 assessment_agreed;2024-06-10 final_plan_sent",
            {"assess_issued": 1, "total_ehc_plans": 0},
        ),
        # 52 weeks to the day, and a day later.
        (
            "2023-01-09 request_received; 2023-02-13 assessment_agreed; 2024-01-08 final_plan_sent",
            {"plans_issued_gt20weeks_ltYear": 1, "plans_issued_gt_1_year": 0},
        ),
        (
            "2023-01-09 request_received; 2023-02-13 assessment_agreed; 2024-01-09 final_plan_sent",
            {"plans_issued_gt20weeks_ltYear": 0, "plans_issued_gt_1_year": 1},
        ),
        # One mediation, though its health part has a limit beside it.
        (
            "2024-03-04 mediation_requested; 2024-03-07 mediation_notified; 2024-04-02 mediation_held",
            {"mediation_within_30_days": 1, "mediation_over_30_days": 0},
        ),
        (
            "2024-03-04 mediation_requested outcome=health; 2024-03-07 mediation_notified; 2024-04-02 mediation_held",
            {"mediation_within_30_days": 1, "mediation_over_30_days": 0},
        ),
        # A plan without a request: an exception claimed by its day, and one that leaves the 20 weeks alone.
        (
            "2024-02-01 exception_recorded outcome=exceptional_circumstances; 2024-02-01 final_plan_sent",
            {"plans_with_exception": 1, "plans_issued_den_ex": 0},
        ),
        (
            "2024-02-01 final_plan_sent; 2024-02-02 exception_recorded outcome=exceptional_circumstances",
            {"plans_with_exception": 0, "plans_issued_den_ex": 1},
        ),
        (
            (
                "2024-02-01 exception_recorded outcome=exceptional_circumstances limit=annual_review; "
                "2024-02-01 final_plan_sent"
            ),
            {"plans_with_exception": 0, "plans_issued_den_ex": 1},
        ),
        (
            "2024-02-01 exception_recorded outcome=missed_appointment; 2024-02-01 final_plan_sent",
            {"plans_with_exception": 0, "plans_issued_den_ex": 1},
        ),
        (
            (
                "2024-01-08 request_received; 2024-03-04 exception_recorded outcome=not_stated; "
                "2024-04-08 exception_recorded outcome=not_stated; 2024-09-02 final_plan_sent"
            ),
            {"plans_with_exception": 1, "plans_issued_den_ex": 0},
        ),
        # An exception of which only that is told, by the day of the plan and a day later.
        (
            "2024-01-08 request_received; 2024-09-02 exception_recorded outcome=not_stated; 2024-09-02 final_plan_sent",
            {"plans_with_exception": 1, "plans_issued_den_ex": 0},
        ),
        (
            "2024-01-08 request_received; 2024-09-02 final_plan_sent; 2024-09-03 exception_recorded outcome=not_stated",
            {"plans_with_exception": 0, "plans_issued_den_ex": 1},
        ),
        # A refusal that is disputed on the day of stock, and a day later.
        (
            "2024-01-08 request_received; 2024-02-12 assessment_refused; 2025-01-16 appeal_registered",
            {"tribunal_related_request": 1, "mediation_related_request": 0},
        ),
        (
            "2024-01-08 request_received; 2024-02-12 assessment_refused; 2025-01-17 appeal_registered",
            {"tribunal_related_request": 0, "mediation_related_request": 0},
        ),
        # A plan that came later, though it counts from before.
        (
            "2025-02-03 plan_transferred_in made_on=2024-03-01; 2025-03-03 review_meeting_held",
            {"total_ehc_plans": 0, "review_expected": 0},
        ),
    ],
)
def test_what_stands_on_an_edge_is_counted_alike(chronology, counted):
    cases = [tell(chronology, "a"), tell(chronology, "b")]
    agree(cases, "2025-06-30", year=2024)
    (row,) = in_bulk(cases, "2025-06-30", year=2024)
    assert {name: row[name] for name in counted} == {name: 2 * value for name, value in counted.items()}


def test_every_column_that_is_counted_is_counted_in_bulk():
    """No column agrees because it is empty on either side."""
    cases = list(group_cases(synth(4_000, 5, faults=0.2, particulars=True)).values())
    chronology = "2024-02-01 detained; 2024-03-04 request_received; 2024-04-01 exception_recorded outcome=school_closed"
    disputed = "2024-02-01 final_plan_sent; 2024-03-04 mediation_held; 2024-04-08 appeal_registered"
    cases += [tell(chronology, "detained"), tell(disputed, "disputed")]
    # A share of few cases is told, where it would be rounded away among many.
    placed = list(read_cases(ROOT / "examples" / "placements.csv").values())
    placed.append(tell("2023-01-01 particular_recorded particular=need value=DS; 2023-02-01 final_plan_sent", "need"))
    tables = [in_bulk(some, "2026-06-30", by=("year",)) for some in (cases, placed)]
    told = [row for table in tables for row in table]
    empty = {name for name in tables[0].names if not any(row[name] not in (0, "x") for row in told)}
    assert empty == {"no_outcome_recorded"}, "no fact can hold a decision without its outcome"


def test_what_further_columns_say_is_grouped_by_in_bulk():
    cases = list(group_cases(synth(60, 5)).values())
    extra = {case.case_id: {"team": name} for case, name in zip(cases, ["North", "South", ""] * 15, strict=False)}
    extra[cases[0].case_id]["authority"] = "somewhere else"
    for by in (("team",), ("team", "authority"), ("team", "age", "quarter")):
        expected = counted_in(one_by_one(cases, as_of="2026-06-30", by=by, extra=extra))
        assert counted_in(in_bulk(cases, "2026-06-30", by=by, extra=extra)) == expected
        assert {group[0] for group, *_ in expected} == {"North", "South", "not recorded"}


def test_a_column_that_no_case_has_is_no_group():
    with pytest.raises(UnknownNameError, match="team"):
        in_bulk([], "2026-06-30", by=("team",))


def test_no_cases_have_no_measures():
    assert len(in_bulk([], "2026-06-30")) == 0
    assert len(in_bulk([], "2026-06-30", year=2025)) == 0


def test_measures_know_what_was_known():
    cases = read_cases(
        io.StringIO(
            "case_id,authority,event,on,recorded_at,fact_id,corrects,reason\n"
            "a,885,request_received,2024-01-08,2024-01-09T09:00:00Z,1,,\n"
            "a,885,assessment_agreed,2024-02-12,2024-02-12T09:00:00Z,2,,\n"
            "a,885,fact_voided,2024-03-01,2024-03-01T09:00:00Z,,2,entered in error\n"
            "b,885,request_received,2024-02-05,2024-02-06T09:00:00Z,,,\n"
        )
    )
    for known_at in ("2024-01-31T12:00:00Z", "2024-02-20T12:00:00Z", "2024-06-30T12:00:00Z"):
        then = [case.known_at(dt.datetime.fromisoformat(known_at)) for case in cases.values()]
        expected = counted_in(one_by_one([case for case in then if case.recorded], as_of="2024-06-30"))
        assert counted_in(in_bulk(list(cases.values()), "2024-06-30", known_at=known_at)) == expected


def test_a_case_that_cannot_be_judged_is_passed_over_and_told():
    far, near = tell("2150-01-04 mediation_declined", "far"), tell("2025-01-06 mediation_declined", "near")
    as_of = dt.date(2199, 1, 1)
    with pytest.raises(EhcpFlowError, match="1900 to 2100"):
        answer(far, as_of)
    for year in (2025, None):
        measuring = Measuring([far, near], as_of, year=year)
        assert len(measuring.table()) == len(one_by_one([near], as_of=as_of, year=year))
        assert [case_id for case_id, _ in measuring.failed] == ["far"]
        assert (measuring.cases, measuring.span) == (2, (day("2025-01-06"), day("2150-01-04")))


def test_one_pass_gives_measures_and_deadlines():
    cases = list(group_cases(synth(100, 5)).values())
    parts: list[pl.DataFrame] = []
    table = in_bulk(cases, "2026-06-30", year=2025, chunk_cases=30, on_frame=parts.append)
    assert len(parts) == 4
    assert pl.concat(parts).equals(deadlines_frame(cases, "2026-06-30"))
    assert counted_in(table) == counted_in(in_bulk(cases, "2026-06-30", year=2025))


@pytest.mark.parametrize("year", [None, 2024])
def test_what_can_be_read_once_is_measured_without_a_year_too(year):
    text = (ROOT / "examples" / "cases.csv").read_bytes()
    cases = list(read_cases(io.BytesIO(text)).values())
    expected = counted_in(one_by_one(cases, as_of="2026-06-30", year=year))
    assert len(expected) > 5
    arrow = pl.read_csv(text, infer_schema=False).to_arrow()
    for source in (io.BytesIO(text), iter(cases), arrow, arrow.to_reader()):
        assert counted_in(in_bulk(source, "2026-06-30", year=year)) == expected


@given(st.lists(st.integers(0, 9), max_size=30), st.sampled_from([1, 1 << 30]))
def test_distinct_numbers_stand_where_they_stand_first(numbers, size):
    told = np.array(numbers, dtype=np.int64) * size
    first, which = distinct(told)
    assert told[first].tolist() == sorted(set(told.tolist()))
    assert first.tolist() == [told.tolist().index(each) for each in sorted(set(told.tolist()))]
    assert told[first][which].tolist() == told.tolist()
