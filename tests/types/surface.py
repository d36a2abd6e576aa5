"""The types that a host sees, as mypy and pyright read them: run by both, and by Python as well (`test_surface.py`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Literal, assert_type

import polars as pl

import ehcp_flow as ef
from ehcp_flow import bulk
from ehcp_flow.deadlines import Status
from ehcp_flow.facts import ExceptionRecorded
from ehcp_flow.law.model import Limit
from ehcp_flow.measures.measure_table import MeasureTable
from ehcp_flow.states import StateStep, moves

fact = ef.make_fact("request_received", case_id="a-1", on="2026-03-02", authority="885")
assert_type(fact, ef.Fact)
assert_type(fact.event, str)
assert_type(fact.on, dt.date)
assert_type(fact.party, str | None)
assert_type(fact.outcome, str | None)
assert_type(fact.served_on, dt.date | None)
assert_type(fact.recorded_at, dt.datetime | None)
assert_type(fact.day("served_on"), dt.date | None)
assert_type(ef.load_fact({"event": "plan_agreed", "case_id": "a-1", "on": "2026-05-01"}), ef.Fact)

if isinstance(fact, ExceptionRecorded):
    assert_type(fact.until, dt.date | None)
    assert_type(fact.limit, str | None)

case = ef.Case.of([fact])
assert_type(case, ef.Case)
assert_type(case.facts, tuple[ef.Fact, ...])
assert_type(case.authority, str | None)
assert_type(case.record(fact), ef.Case)

found = ef.deadlines_of(case, as_of="2026-03-02")
assert_type(found, list[ef.Deadline])
assert_type(found[0].due_on, dt.date | None)
assert_type(found[0].starts_on, dt.date)
assert_type(found[0].status, Status)
assert_type(found[0].days_over, int | None)
assert_type(found[0].breach, bool)
assert_type(found[0].excused_by, tuple[str, ...])
assert_type(found[0].explanation, tuple[ef.ExplanationStep, ...])
assert_type(ef.due("request_received", dt.date(2026, 3, 2)), list[ef.Deadline])

case_state = ef.state(case, "2026-03-02")
assert_type(case_state, ef.CaseState)
assert_type(case_state.pathway, ef.State)
assert_type(case_state.history, tuple[StateStep[ef.State], ...])
step: ef.StateStep[ef.State] = case_state.history[0]
assert_type(step.fact, ef.Fact)
assert_type(step.refusal, ef.Verdict | None)
assert_type(ef.check_move(case, "final_plan_sent", as_of="2026-03-02"), ef.MoveVerdict)

whole = ef.answer(case, "2026-03-02")
assert_type(whole, ef.Answer)
assert_type(whole.findings, tuple[ef.Finding, ...])
assert_type(whole.as_dict(), dict[str, Any])
assert_type(ef.next_change(case, "2026-03-02"), dt.date | None)
assert_type(moves(case, "2026-03-02", lawful=True), tuple[ef.MoveVerdict, ...])
assert_type(case.first("request_received", by="2026-03-02"), ef.Fact | None)
assert_type(ef.problem(ef.DateError("soon", "it is none")), dict[str, Any])

law = ef.england()
assert_type(law, ef.Rulebook)
assert_type(law.limit("final_plan"), Limit)
assert_type(hash(law), int)

assert_type(ef.parse_date("2026-03-02"), dt.date)
cases: Mapping[str, ef.Case] = {case.case_id: case}
table = ef.measure([whole], year=2026)
assert_type(table, MeasureTable)

assert_type(bulk.deadlines_frame([case], "2026-06-30", rulebook=law, workers=1), pl.DataFrame)
assert_type(bulk.tables([case], "2026-06-30", refused="warn"), dict[str, pl.DataFrame])
assert_type(bulk.states_frame([case], "2026-06-30", chunk_cases=10, refused="warn"), pl.DataFrame)
assert_type(bulk.iter_answers([case], "2026-06-30", case_ids=["a-1"]), bulk.Answers)
assert_type(bulk.iter_rows([case], "2026-06-30", axis="stored"), Iterator[dict[str, Any]])
assert_type(bulk.measure([case], "2026-06-30", by=("authority",), year=2026), MeasureTable)
options: bulk.Options = {"known_at": "2026-06-30T12:00:00Z", "axis": "recorded"}
axis: Literal["recorded", "stored"] = options["axis"]


def refused_by_both() -> None:
    """What must not pass: each line is an error of its kind, and one that is none is told as a needless comment."""
    assert fact.outcom  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    bulk.counts([case], "2026-06-30", rulebok=law)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    bulk.iter_frames([case], workers="two")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ef.deadlines_of(case, as_of=20260302)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
