"""Days known to their month alone, over columns: as one case at a time, from every kind of source."""

import datetime as dt
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.answers import answer
from ehcp_flow.bulk import (
    Frames,
    deadlines_frame,
    findings_frame,
    iter_answers,
    iter_rows,
    measure,
    states_frame,
    write_csv,
)
from ehcp_flow.bulk import read_cases as read_columns
from ehcp_flow.case import Case
from ehcp_flow.measures import measure as measure_one_by_one
from ehcp_flow.states import state
from ehcp_flow.testing.strategies import cases, in_months
from tests.bulk.agreeing import AS_OF, agree, crowds, renamed
from tests.telling import tell

TOLD = "2024-04 request_received party=parent; 2024-04-20 assessment_agreed; 2024-08 final_plan_sent"
TEXT = """case_id,event,on,party,authority
a,request_received,2024-04,parent,885
a,assessment_agreed,2024-04-20,,
a,final_plan_sent,2024-08,,
b,request_received,02/04/2024,parent,885
"""


def caseloads() -> st.SearchStrategy[list[Case]]:
    return st.lists(st.one_of(in_months(cases()), cases()), min_size=1, max_size=3).map(
        lambda told: [renamed(case, f"case {number}") for number, case in enumerate(told)]
    )


@settings(max_examples=60)
@given(caseloads(), AS_OF)
def test_any_caseload_with_months_has_the_same_deadlines_in_bulk(told, as_of):
    agree(told, as_of)


@settings(max_examples=40)
@given(in_months(crowds()), AS_OF)
def test_months_among_repeats_and_corrections_have_the_same_deadlines_in_bulk(case, as_of):
    agree([case], as_of)


@settings(max_examples=25)
@given(caseloads(), AS_OF)
def test_answers_states_and_findings_are_those_of_one_case(told, as_of):
    told = [case for case in told if case.recorded]
    expected = [answer(case, as_of) for case in told]
    found = list(iter_answers(told, as_of))
    assert [each.deadlines for each in found] == [each.deadlines for each in expected]
    assert [each.findings for each in found] == [each.findings for each in expected]
    assert [each.case.recorded for each in found] == [case.recorded for case in told]
    codes = [(each.case.case_id, one.code) for each in expected for one in each.findings]
    assert findings_frame(told, as_of).select("case_id", "code").rows() == codes
    states = [state(case, as_of).pathway.name for case in told]
    assert states_frame(told, as_of)["state"].to_list() == states


def sources(tmp_path: Path) -> dict[str, object]:
    """The same facts as every kind of source."""
    frame = pl.read_csv(io.StringIO(TEXT), infer_schema=False)
    parquet, lines, table = tmp_path / "facts.parquet", tmp_path / "facts.jsonl", tmp_path / "facts.csv"
    frame.write_parquet(parquet)
    frame.write_ndjson(lines)
    table.write_text(TEXT, "utf-8")
    categories = frame.with_columns(pl.col("on", "event").cast(pl.Categorical))
    return {
        "csv": table, "lines": lines, "parquet": parquet, "frame": frame, "categories": categories,
        "arrow": frame.to_arrow(), "stream": io.BytesIO(TEXT.encode()),
        "cases": list(read_columns(table).values()),
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "lines", "parquet", "frame", "categories", "arrow", "stream", "cases"])
def test_every_kind_of_source_tells_the_same(tmp_path, kind):
    rows = {(row["case_id"], row["limit"]): row for row in iter_rows(sources(tmp_path)[kind], "2024-10-01")}
    plan = rows["a", "final_plan"]
    assert (plan["starts_on"], plan["due_on"], plan["due_on_earliest"]) == ("2024-04-20", "2024-09-07", "2024-08-19")
    assert (plan["done_on"], plan["status"]) == ("2024-08-31", "met")
    assert (rows["b", "final_plan"]["due_on"], rows["b", "final_plan"]["due_on_earliest"]) == ("2024-08-20", None)


def test_the_column_of_a_frame_holds_days_and_stands_behind_the_breach():
    frame = deadlines_frame([tell(TOLD)], "2024-10-01")
    assert frame.schema["due_on_earliest"] == pl.Date
    assert frame.columns[frame.columns.index("breach") + 1] == "due_on_earliest"
    out = io.BytesIO()
    write_csv(frame, out)
    assert ",due_on_earliest,ended_on," in out.getvalue().decode().splitlines()[0]
    nobody = deadlines_frame([tell("2024-04-02 request_received")], "2024-10-01")
    assert nobody["due_on_earliest"].null_count() == nobody.height


def test_a_row_whose_month_there_is_not_is_refused_and_the_others_count():
    frame = pl.read_csv(io.StringIO(TEXT.replace("2024-08,", "2024-13,")), infer_schema=False)
    read: list[Frames] = []
    rows = deadlines_frame(frame, "2024-10-01", report=read.append, refused=[])
    assert [(row.line, row.column, row.value) for row in read[0].refused] == [(3, "on", "2024-13")]
    assert set(rows["case_id"]) == {"a", "b"}


def test_a_measure_counts_in_the_period_of_the_latest_day():
    told = [tell("2024-12 request_received party=parent authority=885; 2025-01 final_plan_sent")]
    columns = {"requests_received_in_year": [1, 0], "plans_issued_den": [0, 1]}
    for year, at in ((2024, 0), (2025, 1)):
        for counted in (measure, measure_one_by_one):
            (row,) = counted(told, year=year, by=(), as_of="2025-12-31")
            assert {name: row[name] for name in columns} == {name: want[at] for name, want in columns.items()}


def test_facts_known_at_an_instant_are_those_that_had_been_recorded():
    def recorded(day: int) -> dt.datetime:
        return dt.datetime(2024, 10, day, tzinfo=dt.UTC)

    told = tell(TOLD)
    facts = tuple(
        each.model_copy(update={"recorded_at": recorded(1 if each.event == "request_received" else 9)})
        for each in told.recorded
    )
    rows = [
        {row["limit"]: row["due_on"] for row in iter_rows([Case("a", facts)], "2024-10-20", known_at=recorded(day))}
        for day in (2, 10)
    ]
    # The answer that leaves fewer days to the request was not on record then.
    assert [row["final_plan"] for row in rows] == ["2024-09-17", "2024-09-07"]


def test_a_case_that_cannot_be_judged_has_failed_and_the_others_have_their_earliest_days():
    told = [tell("2150-04 mediation_declined"), tell("2025-04 mediation_declined")]
    frames = Frames([renamed(case, name) for case, name in zip(told, ("far", "near"), strict=True)], "2150-06-01")
    rows = pl.concat(list(frames))
    assert [case_id for case_id, _ in frames.failed] == ["far"]
    assert rows["case_id"].unique().to_list() == ["near"]
    assert dt.date(2025, 4, 4) in rows["due_on_earliest"]
