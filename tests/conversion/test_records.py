"""A sheet that records only the last review: nothing of what it never had is a breach, whatever door it comes in by."""

import csv
import io
import json
from pathlib import Path

import pytest

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.conversion import convert, convert_source, read_convert_file
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import ConvertFileError
from tests.cli.running import invoke as run

AS_OF = "2026-06-30"
SHEET = "UPN,Plan,Last AR\nA1,10/03/2022,11/01/2025\nA2,05/05/2023,June 2026\nA3,05/05/2020,\nA4,soon,\n"
FILE = {
    "case_id": "UPN",
    "authority": 885,
    "dates": "day first",
    "fact": [{"event": "final_plan_sent", "on": "Plan"}, {"event": "review_meeting_held", "on": "Last AR"}],
}
RECORDS = ["final_plan_sent", "review_meeting_held"]
TOML = """case_id = "UPN"
authority = 885
dates = "day first"
records = ["final_plan_sent", "review_meeting_held"]
[[fact]]
event = "final_plan_sent"
on = "Plan"
[[fact]]
event = "review_meeting_held"
on = "Last AR"
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    (tmp_path / "columns.toml").write_text(TOML)
    path = tmp_path / "reviews.csv"
    path.write_text(SHEET)
    return path


def told(rows):
    return {(row["case_id"], row["limit"], row["status"], str(row["breach"]).lower()) for row in rows}


def test_a_sheet_of_last_reviews_has_no_breach_where_it_says_what_it_records():
    undeclared = convert(io.BytesIO(SHEET.encode()), FILE)
    declared = convert(io.BytesIO(SHEET.encode()), FILE, records=RECORDS)
    before = [each for case in undeclared.values() for each in deadlines_of(case, AS_OF)]
    after = [each for case in declared.values() for each in deadlines_of(case, AS_OF)]
    assert sum(each.breach for each in before) == 5
    assert not any(each.breach for each in after)
    assert {each.status for each in after} == {"unrecorded"}
    assert list(declared) == ["A1", "A2", "A3"]


def test_the_declaration_is_the_first_fact_of_each_case_and_its_name_is_the_same_next_monday():
    found = convert(io.BytesIO(SHEET.encode()), FILE | {"records": RECORDS})
    for case in found.values():
        assert case.facts[0].event == "records_declared"
        assert [fact.event for fact in case].count("records_declared") == 1
    assert found["A1"].facts[0].id == "A1/records_declared-2022-03-10"
    again = convert(io.BytesIO(SHEET.encode()), FILE | {"records": RECORDS})
    assert [case.recorded for case in again.values()] == [case.recorded for case in found.values()]


def test_every_door_says_the_same(sheet: Path, tmp_path: Path):
    columns, facts, url = tmp_path / "columns.toml", tmp_path / "facts.csv", f"sqlite:///{tmp_path}/s.db"
    assert run("convert", str(sheet), "--columns", str(columns), "--output", str(facts)).exit_code == 1
    assert run("import", str(sheet), "--columns", str(columns), "--store", url).exit_code == 1
    rows = convert_source(sheet, read_convert_file(columns))
    expected = told(each.as_dict() for case in convert(sheet, columns).values() for each in deadlines_of(case, AS_OF))
    assert {status for _, _, status, _ in expected} == {"unrecorded"}
    assert told(deadlines_frame(rows, AS_OF, refused=[]).rows(named=True)) == expected
    for source in ([str(sheet), "--columns", str(columns)], [str(facts)], [url]):
        printed = run("check", *source, "--as-of", AS_OF, "--format", "csv")
        assert told(csv.DictReader(io.StringIO(printed.stdout))) == expected
        assert f"{len(expected)} unrecorded" in printed.stderr
        assert run("breaches", *source, "--as-of", AS_OF, "--format", "json").stdout.strip() == "[]"
        one = run("check", *source, "--as-of", AS_OF, "--case", "A1", "--format", "json").stdout
        assert told(json.loads(one)) == {row for row in expected if row[0] == "A1"}
        counted = run("check", *source, "--as-of", AS_OF, "--status", "unrecorded", "--format", "csv").stdout
        assert len(counted.splitlines()) == 1 + len(expected)


def test_a_declared_event_that_does_not_exist_is_refused_with_its_place(sheet: Path, tmp_path: Path):
    columns = tmp_path / "columns.toml"
    columns.write_text(TOML.replace('"review_meeting_held"]', '"review_held"]'))
    for read in (lambda: read_convert_file(columns), lambda: convert(sheet, FILE, records=["review_held"])):
        with pytest.raises(ConvertFileError, match=r"records.*there is no event review_held"):
            read()


def test_imported_again_with_an_earlier_day_the_sheet_adds_a_declaration_and_corrects_one_fact(
    sheet: Path, tmp_path: Path
):
    url, columns = f"sqlite:///{tmp_path}/s.db", tmp_path / "columns.toml"
    columns.write_text('same_id = "corrects"\n' + TOML)
    run("import", str(sheet), "--columns", str(columns), "--store", url)
    sheet.write_text(SHEET.replace("10/03/2022", "03/03/2022"))
    again = json.loads(run("import", str(sheet), "--columns", str(columns), "--store", url, "--format", "json").stdout)
    assert (again[0]["taken"] if isinstance(again, list) else again["taken"]) == 2
    checked = run("check", url, "--as-of", AS_OF, "--format", "json").stdout
    assert {row["status"] for row in json.loads(checked)} == {"unrecorded"}
