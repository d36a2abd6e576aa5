"""Text that a spreadsheet would calculate, disarmed by one rule at every door that makes CSV for people."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.formulas import disarmed, is_formula

FORMULAS = {
    '=HYPERLINK("http://127.0.0.1/?"&A1,"see note")': '\'=HYPERLINK("http://127.0.0.1/?"&A1,"see note")',
    "=1+1": "'=1+1",
    "+1+1": "'+1+1",
    "-2": "'-2",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t'=1",
    "\ttext": "'\ttext",
    "\rtext": "'\rtext",
    "\ntext": "'\ntext",
    "  =1": "'  =1",
    "\u00a0=1": "'\u00a0=1",
    "\ufeff=1": "'\ufeff=1",
    "\uff1d1": "'\uff1d1",
    "\uff201": "'\uff201",
    "see; =1": "see; '=1",
    "see,=1": "see,'=1",
    'said "=1"': 'said "\'=1"',
    "two\n-lines": "two\n'-lines",
    "two\r\n=lines": "two\r\n'=lines",
    "a\t+b": "a\t'+b",
    ";;=1": ";;'=1",
    "=a;=b": "'=a;'=b",
}
PLAIN = [
    "", "text", "2026-03-02", "jsc-cambridgeshire", "a = b", "3 - 2", "07:30", "a@b.uk", "'=1", "-", "=", "https://x/?a=1",
    "SEND Regulations 2014 (SI 2014/1530), reg 13(2), reg 14", "x; y", "{=1}", "|=1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_gets_an_apostrophe(text):
    assert disarmed(text) == FORMULAS[text]
    assert is_formula(text)


@pytest.mark.parametrize("text", PLAIN)
def test_what_does_not_stays_as_it_is(text):
    assert disarmed(text) == text
    assert not is_formula(text)


@given(st.text("=+-@\t\r\n;,\"' ab1\uff1d", max_size=12))
def test_what_isdisarmed_column_stays_so_and_loses_nothing(text):
    safe = disarmed(text)
    assert disarmed(safe) == safe
    assert not is_formula(safe)
    assert safe.replace("'", "") == text.replace("'", "")


@given(st.lists(st.text("=+-@\t\r\n;,\"' ab\uff1d", max_size=8), max_size=4))
def test_columns_disarm_as_cells_do(texts):
    import polars as pl

    from ehcp_flow.bulk.deadline_csv import disarmed_column

    done = pl.DataFrame({"text": [*texts, None]}, {"text": pl.String}).select(disarmed_column(pl.col("text")))
    assert done["text"].to_list() == [*map(disarmed, texts), None]


def test_a_table_of_measures(tmp_path):
    from ehcp_flow.case import Case
    from ehcp_flow.facts import make_fact
    from ehcp_flow.measures import measure

    case = Case.of([make_fact("request_received", case_id="a", on="2026-03-02", authority="885", party="parent")])
    table = measure(
        [case], year=2026, by=("worker",), as_of=dt.date(2026, 6, 30), extra={"a": {"worker": '=HYPERLINK("x")'}}
    )
    told = {}
    for raw in (False, True):
        out = io.StringIO(newline="")
        table.write_csv(out, raw=raw)
        told[raw] = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["worker"] for row in told[True]] == ['=HYPERLINK("x")']
    assert [row["worker"] for row in told[False]] == ['\'=HYPERLINK("x")']
    assert [{**row, "worker": ""} for row in told[True]] == [{**row, "worker": ""} for row in told[False]]
