"""A caseload as tables that join, and what stands in the files of them."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import deadlines_frame, measure, tables
from ehcp_flow.bulk.star_files import FORMATS, write_tables
from ehcp_flow.case import group_cases
from ehcp_flow.errors import EhcpFlowError, OutputError
from ehcp_flow.synth import synth
from tests.cli.running import CHRONOLOGIES, invoke
from tests.telling import tell

AS_OF = "2025-10-21"
CASES = list(group_cases(synth(60, 5)).values())


@pytest.fixture(scope="module")
def star():
    return tables(CASES, AS_OF)


def test_the_tables_say_what_each_question_says(star):
    answers = [answer(case, AS_OF) for case in CASES]
    assert list(star) == ["cases", "facts", "deadlines", "findings", "particulars", "measures", "calendar"]
    assert star["cases"].rows() == [
        (one.case.case_id, one.authority, one.case_state.pathway.value, one.case_state.since) for one in answers
    ]
    assert star["facts"].height == sum(len(case.recorded) for case in CASES)
    plain = deadlines_frame(CASES, AS_OF).with_columns(pl.col(pl.Enum).cast(pl.String))
    assert star["deadlines"].drop("excused_by", "contested_by").equals(plain.drop("excused_by", "contested_by"))
    lists = [row.contested_by for one in answers for row in one.deadlines]
    assert star["deadlines"]["contested_by"].to_list() == ["; ".join(each) or None for each in lists]
    found = [finding for one in answers for finding in one.findings]
    assert star["findings"].select("case_id", "on", "finding", "limit").rows() == [
        (each.case_id, each.on, each.code, each.limit) for each in found
    ]
    assert {each.limit for each in found if each.code == "act_not_dated"} - {None}


def test_every_figure_is_a_row_with_what_it_was_divided_by(star):
    table = measure(CASES, AS_OF, by=("authority", "year"))
    rows = star["measures"].rows_by_key(["authority", "period", "column"], named=True, unique=True)
    for place, row in enumerate(table):
        for name in table.names:
            told, said = rows[row["authority"], row["year"], name], table.explain(place, name)
            assert told["value"] == (None if row[name] == "x" else row[name])
            assert told["numerator"] == len(said.numerator)
            assert told["denominator"] == (len(said.denominator) if said.denominator_is else None)
    assert len(rows) == len(table) * len(table.names)


def test_the_calendar_has_every_day_that_a_table_names_once_with_its_years(star):
    days = star["calendar"]["day"]
    assert days.n_unique() == len(days) == (days.max() - days.min()).days + 1
    assert set(star["deadlines"]["due_on"].drop_nulls()) | set(star["facts"]["day"]) <= set(days)
    rows = {str(row["day"]): row for row in star["calendar"].rows(named=True)}
    assert rows["2025-04-01"] == {
        "day": rows["2025-04-01"]["day"], "year": 2025, "academic_year": "2024/25", "financial_year": "2025-26",
        "quarter": "2025-Q2", "month": "2025-04",
    }  # fmt: skip
    assert rows["2025-03-31"]["financial_year"] == "2024-25"
    assert rows["2025-09-01"]["academic_year"] == "2025/26"


def test_a_month_is_kept_as_it_was_recorded_and_its_last_day_joins_the_calendar():
    facts = tables([tell("2024-04 request_received")], AS_OF)["facts"]
    assert (facts["on"].item(), str(facts["day"].item())) == ("2024-04", "2024-04-30")


def test_no_cases_are_tables_without_rows():
    star = tables([], AS_OF)
    assert {name: frame.height for name, frame in star.items()} == dict.fromkeys(star, 0)


def test_a_row_that_cannot_be_read_raises_or_is_collected(tmp_path: Path):
    path = tmp_path / "facts.csv"
    path.write_text("case_id,event,on\na,request_received,2025-01-06\na,final_plan_snt,2025-02-06\n")
    with pytest.raises(EhcpFlowError, match="final_plan_snt"):
        tables(path, AS_OF)
    refused: list[object] = []
    assert tables(path, AS_OF, refused=refused)["facts"].height == len(refused) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_the_files_hold_the_tables_and_are_replaced_by_the_next(star, tmp_path: Path, form):
    to = tmp_path / "star"
    first = write_tables(star, to, form)
    assert write_tables(star, to, form) == first
    assert sorted(to.iterdir()) == sorted(first)
    if form == "parquet":
        assert all(pl.read_parquet(to / f"{name}.parquet").equals(frame) for name, frame in star.items())
    elif form == "csv":
        with (to / "deadlines.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["key"] for row in rows] == star["deadlines"]["key"].to_list()
        assert {row["breach"] for row in rows} <= {"true", "false"}
    else:
        with closing(sqlite3.connect(to / "ehcp_flow.sqlite")) as database:
            joined = database.execute("SELECT count(*) FROM deadlines JOIN cases USING (case_id)").fetchone()
            due = database.execute("SELECT count(*) FROM deadlines JOIN calendar ON due_on = day").fetchone()
        assert joined == (star["deadlines"].height,)
        assert due == (star["deadlines"]["due_on"].drop_nulls().len(),)


@pytest.mark.parametrize(
    ("form", "name"), [("parquet", "cases.parquet"), ("csv", "cases.csv"), ("sqlite", "ehcp_flow.sqlite")]
)
def test_a_file_of_somebody_elses_is_left_as_it_is(star, tmp_path: Path, form, name):
    (tmp_path / name).write_bytes(b"my own cases, of some years\n" * 9)
    with pytest.raises(OutputError, match=name):
        write_tables(star, tmp_path, form)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes().startswith(b"my own cases")


def test_in_csv_no_text_is_a_formula_unless_it_is_to_be_raw(tmp_path: Path):
    star = tables([tell("2025-01-06 request_received reason='=1+1'")], AS_OF)
    for raw, said in ((False, "'=1+1"), (True, "=1+1")):
        write_tables(star, tmp_path, "csv", raw=raw)
        with (tmp_path / "facts.csv").open(newline="", encoding="utf-8") as file:
            assert next(csv.DictReader(file))["reason"] == said


@pytest.mark.parametrize("door", ["one", "many"])
def test_the_command_writes_them_from_every_source_and_says_how_many(tmp_path: Path, door):
    store = f"sqlite:///{tmp_path}/s.db"
    invoke("import", CHRONOLOGIES, "--store", store)
    told = []
    for source in (CHRONOLOGIES, store):
        ran = invoke("tables", source, "--as-of", AS_OF, "--output", tmp_path / "star", "--format", "csv", door=door)
        assert ran.exit_code == 0, ran.output
        assert "7 files" in ran.stderr
        told.append(sorted((tmp_path / "star" / "deadlines.csv").read_text().splitlines()))
    assert [len(each) for each in told] == [37, 37]


def test_a_row_that_was_refused_is_told_once_and_the_others_are_there(tmp_path: Path):
    path = tmp_path / "facts.csv"
    path.write_text("case_id,event,on\na,request_received,2025-01-06\na,final_plan_snt,2025-02-06\n")
    for door in ("one", "many"):
        ran = invoke("tables", path, "--as-of", AS_OF, "--output", tmp_path / door, door=door)
        assert (ran.exit_code, ran.stderr.count("final_plan_snt")) == (1, 1)
        assert pl.read_parquet(tmp_path / door / "facts.parquet").height == 1


def test_a_directory_that_is_a_file_is_a_wrong_option(tmp_path: Path):
    (tmp_path / "star").write_text("x")
    ran = invoke("tables", CHRONOLOGIES, "--output", tmp_path / "star")
    assert ran.exit_code == 2
    assert "is a file" in ran.stderr


def test_what_holds_is_a_table_with_its_days_and_a_column_of_each_case():
    told = [
        tell("2024-01-08 request_received party=parent;"
             "2024-01-08 particular_recorded particular=placement value=mainstream;"
             "2024-03-01 particular_recorded particular=placement value=124324 kind=special;"
             "2024-05-01 particular_recorded particular=need value=ASD until=2024-05-31;"
             "2024-01-08 particular_recorded particular=state value=mine", "a"),
        tell("2024-01-08 request_received party=parent", "b"),
    ]  # fmt: skip
    star = tables(told, "2024-05-31")
    assert star["particulars"].select(pl.exclude("on", "until")).rows() == [
        ("a", "need", "ASD"), ("a", "placement", "mainstream"), ("a", "placement", "special"),
        ("a", "placement_value", "124324"), ("a", "state", "mine"),
    ]  # fmt: skip
    days = star["particulars"].select(pl.col("on", "until").cast(pl.String)).rows()
    assert [list(row) for row in days] == [
        ["2024-05-01", "2024-05-31"], ["2024-01-08", "2024-02-29"], ["2024-03-01", None], ["2024-03-01", None],
        ["2024-01-08", None],
    ]  # fmt: skip
    held = star["cases"].select("need", "placement", "placement_value", "particular_state").rows()
    assert held == [("ASD", "special", "124324", "mine"), (None, None, None, None)]
    assert tables(told, "2024-06-01")["cases"]["need"].to_list() == [None, None]
    assert tables(told[1:], "2024-06-01")["cases"].columns == ["case_id", "authority", "state", "since"]
