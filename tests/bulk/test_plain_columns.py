"""What a table says beside its facts becomes the same facts in columns as one row at a time, from every form of it."""

import datetime as dt
import io
import json

import polars as pl
import pytest

from ehcp_flow import bulk
from ehcp_flow.measures import measure
from ehcp_flow.readers import read_cases
from tests.bulk.comparing import counted_in

HEADER = ("case_id", "authority", "event", "on", "party", "outcome", "Placement", "need", "area", "need")
ROWS = (
    ("a", "885", "request_received", "05/09/2022", "school", "", "early_years", "x", "1", "ASD"),
    ("a", "885", "assessment_agreed", "2022-10-10", "", "", "early_years", "", "2", "Autism"),
    ("b", "885", "final_plan_sent", "2022-10-10", "", "", "Special", "", "1", "mld"),
    ("a", "885", "final_plan_sent", "2023-01-20", "", "", "mainstream", "", "", ""),
    ("a", "885", "review_meeting_held", "2023-05-20", "", "", "mainstream", "", "", "SLCN"),
    ("a", "885", "review_decision_sent", "2023-06-01", "", "amend", "", "", "", ""),
    ("a", "885", "no_event", "2023-06-02", "", "", "resourced", "", "", ""),
    ("a", "885", "amended_plan_sent", "2023-06-20", "", "", "124324", "", "", "SLCN"),
    ("a", "885", "plan_ceased", "2024-01", "", "", "NEET", "", "", ""),
)
DAYS = ("2022-09-04", "2022-09-05", "2022-10-10", "2023-01-19", "2023-01-20", "2023-06-02", "2023-06-20", "2024-02-01")


def as_csv(rows, quote=""):
    lines = [",".join(HEADER), *(",".join(f"{quote}{cell}{quote}" for cell in row) for row in rows)]
    return "\n".join([*lines, ""])


def as_jsonl(rows):
    lines = [{name: cell for name, cell in zip(HEADER, row, strict=True) if cell} for row in rows]
    return "".join(json.dumps(line) + "\n" for line in lines)


def told(cases):
    names = ("placement", "need", "area")
    return {
        case.case_id: [[case.particular(name, dt.date.fromisoformat(day)) for name in names] for day in DAYS]
        for case in cases.values()
    }


def source(tmp_path, form, rows):
    path = tmp_path / f"cases.{form.partition(' ')[0]}"
    if form == "parquet":
        named = {f"{name}{'' if at < 9 else '2'}" if name == "need" else name: at for at, name in enumerate(HEADER)}
        columns = {name: [row[at] or None for row in rows] for name, at in named.items() if name != "need"}
        pl.DataFrame(columns).rename({"need2": "need"}).write_parquet(path)
        return path
    text = as_jsonl(rows) if form == "jsonl" else as_csv(rows, '"' if "quoted" in form else "")
    if "odd" in form:
        # A quotation mark that is not regular: the readers take that row by itself.
        text = text.replace(",mainstream,,,\n", ',mainstream,,2"b,\n', 1)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("form", ["csv", "csv quoted", "csv odd", "jsonl", "parquet"])
@pytest.mark.parametrize("turned", [1, -1])
def test_the_same_holds_of_a_case_in_columns_as_one_row_at_a_time(tmp_path, form, turned):
    rows = ROWS[::turned]
    path = source(tmp_path, form, rows)
    expected = source(tmp_path, "csv", rows) if form == "parquet" else path
    one_by_one, at_once = read_cases(expected), bulk.read_cases(path)
    assert told(at_once) == told(one_by_one)
    assert told(at_once)["a"][3][:2] == ["early_years", "ASD"]
    assert told(at_once)["a"][-1][:2] == ["NEET", "SLCN"]
    assert len(at_once.refused) == 1
    for case_id, case in one_by_one.items():
        assert at_once[case_id].findings == case.findings
    table = measure(one_by_one, year=(2022, 2023), by=("year",), as_of="2024-06-30")
    found = bulk.measure(path, "2024-06-30", year=(2022, 2023), by=("year",), refused=[])
    assert counted_in(found) == counted_in(table)
    assert [row["new_plans_special"] for row in found] == [1, 0]


def test_a_table_without_further_columns_is_read_as_it_stands():
    text = "case_id,event,on,colour\na,request_received,2024-01-02,red\n"
    cases = bulk.read_cases(io.BytesIO(text.encode()))
    assert [fact.event for fact in cases["a"].recorded] == ["request_received"]
    nothing = bulk.read_cases(io.BytesIO(text.replace("colour", "need").encode()))
    assert [fact.event for fact in nothing["a"].recorded] == ["request_received"]
