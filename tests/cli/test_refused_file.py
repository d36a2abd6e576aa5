"""`--refused` and `--retry`: what was refused is a sheet to put right, and what was put right is all that there is."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.readers import read_cases
from ehcp_flow.readers.refused_rows import refused_table
from tests.cli.running import invoke

HEADER = "case_id,event,on,party,authority,reason,colour"
GOOD = "a,request_received,2026-03-02,parent,885,,blue"
BAD = [
    'b,request_recieved,31/04/2026,,88,"=1+1, hm",',
    "=c,request_received,2026-02-30,nobody at all,885,,",
    "d,assessment_agreed,2026-04-01",
    "e,request_received,2026-04-01,parent,885,,,astray",
    'f,request_received,"2026-04-01,parent',
]
COLUMNS = """
case_id = "UPN"
authority = 885
dates = "day first"
[[fact]]
event = "request_received"
on = "Received"
party = {column = "Who", values = {Parent = "parent"}}
[[fact]]
event = "review_meeting_held"
on = "Review"
"""
WIDE = """UPN;Who;Received;Review;Notes
A1;Parent;2/3/26;;=SUM(A1)
A2;Aunt;03/16/2026;soon;
A3;Parent;4/3/26;5/5/26;
;;;;
A3;;;99;
"""


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([HEADER, GOOD, *BAD, ""]), "utf-8")
    with path.open("ab") as file:
        file.write("h,request_received,2026-04-01,parent,885,café,\n".encode("cp1252"))
    return path


def test_refused_rows_stand_as_they_stood_with_their_row_and_all_their_faults(source: Path, tmp_path: Path):
    done = invoke("check", source, "--as-of", "2026-06-30", "--refused", tmp_path / "refused.csv")
    assert done.exit_code == 1
    header, *rows = rows_of(tmp_path / "refused.csv")
    assert header == [*HEADER.split(","), "", "row", "faults"]
    assert [row[-2] for row in rows] == ["3", "4", "5", "6", "7", "8"]
    assert rows[0][:7] == ["b", "request_recieved", "31/04/2026", "", "88", "'=1+1, hm", ""]
    assert [part.partition(":")[0] for part in rows[0][-1].split("; ") if ": " in part] == ["event", "on", "authority"]
    assert rows[1][0] == "'=c"
    assert [part.partition(":")[0] for part in rows[1][-1].split("; ") if ": " in part] == ["on", "party"]
    assert rows[2][:4] == ["d", "assessment_agreed", "2026-04-01", ""]
    assert rows[3][7] == "astray"
    assert rows[4][0] == 'f,request_received,"2026-04-01,parent'
    assert rows[5][5] == "café"


def test_every_door_writes_the_same_rows(source: Path, tmp_path: Path):
    url, to = f"sqlite:///{tmp_path}/s.db", tmp_path / "refused.csv"
    invoke("check", source, "--as-of", "2026-06-30", "--refused", to)
    told = to.read_bytes()
    for arguments, piped in (
        (("import", source, "--store", url), False),
        (("import", "-", "--dry-run", "--store", url), True),
        (("check", "-", "--as-of", "2026-06-30"), True),
    ):
        to.unlink()
        done = invoke(*arguments, "--refused", to, stdin=source.read_bytes() if piped else None)
        assert done.exit_code == 1
        assert to.read_bytes() == told
    to.unlink()
    invoke("check", source, "--as-of", "2026-06-30", "--refused", to, door="many")
    assert to.read_bytes() == told


def test_what_was_put_right_is_read_in_the_place_of_the_source(source: Path, tmp_path: Path):
    url, to = f"sqlite:///{tmp_path}/s.db", tmp_path / "refused.csv"
    assert invoke("import", source, "--store", url, "--refused", to).exit_code == 1
    text = to.read_text("utf-8")
    for wrong, right in (
        ("request_recieved,31/04/2026,,88", "request_received,30/04/2026,,885"),
        ("2026-02-30,nobody at all", "2026-02-28,parent"),
        ("astray", ""),
        ('"f,request_received,""2026-04-01,parent",,,', "f,request_received,2026-04-01,parent"),
    ):
        assert wrong in text
        text = text.replace(wrong, right)
    to.write_text(text, "utf-8")
    again = invoke("import", "--retry", to, "--store", url)
    assert (again.exit_code, again.stdout) == (0, "6 rows: 6 facts taken, 0 duplicates, 0 refused\n"), again.stderr
    assert "unknown columns: colour\n" in again.stderr
    found = invoke("check", "--retry", to, "--as-of", "2026-06-30", "--format", "json")
    assert {row["case_id"] for row in json.loads(found.stdout)} >= {"b", "=c"}
    assert (
        invoke("check", "--retry", to, "--as-of", "2026-06-30", "--format", "json", door="many").stdout == found.stdout
    )


@pytest.mark.parametrize("arguments", [(), ("cases.csv", "--retry", "refused.csv")])
@pytest.mark.parametrize("command", [("check",), ("import", "--store", "memory:")])
def test_one_thing_is_read(command, arguments):
    done = invoke(*command, *arguments)
    assert done.exit_code == 2
    assert "with --retry one of refused rows" in done.stderr.replace("\n", " ")


def test_where_nothing_is_refused_there_is_no_file_and_one_that_stood_there_keeps_its_header(tmp_path: Path):
    (tmp_path / "good.csv").write_text(f"{HEADER}\n{GOOD}\n", "utf-8")
    (tmp_path / "wide.csv").write_text(WIDE.splitlines()[0] + "\nA1;Parent;2/3/26;;\n", "utf-8")
    (tmp_path / "columns.toml").write_text(COLUMNS, "utf-8")
    by = ("--columns", tmp_path / "columns.toml")
    for name, arguments in (("good.csv", ()), ("wide.csv", by)):
        to = tmp_path / "refused.csv"
        for there in (False, True):
            assert invoke("check", tmp_path / name, *arguments, "--as-of", "2026-06-30", "--refused", to).exit_code == 0
            assert to.exists() is there
            to.write_text("case_id,row,faults\na,3,on: no\n", "utf-8")
        assert invoke("check", tmp_path / name, *arguments, "--refused", to).exit_code == 0
        header = (tmp_path / name).read_text("utf-8").splitlines()[0].replace(";", ",")
        assert rows_of(to) == [[*header.split(","), "row", "faults"]]
        to.unlink()


@pytest.mark.parametrize("command", ["check", "convert", "import"])
def test_of_a_sheet_every_command_writes_its_rows_and_reads_them_again(command: str, tmp_path: Path):
    sheet, columns, to = (tmp_path / name for name in ("wide.csv", "columns.toml", "refused.csv"))
    sheet.write_text(WIDE, "utf-8")
    columns.write_text(COLUMNS, "utf-8")
    more = {"check": ("--as-of", "2026-06-30"), "convert": (), "import": ("--store", f"sqlite:///{tmp_path}/s.db")}
    done = invoke(command, sheet, "--columns", columns, *more[command], "--refused", to)
    assert done.exit_code == 1
    header, *rows = rows_of(to)
    assert header == ["UPN", "Who", "Received", "Review", "Notes", "row", "faults"]
    assert [row[:5] for row in rows] == [
        ["A2", "Aunt", "03/16/2026", "soon", ""], ["A3", "Parent", "4/3/26", "5/5/26", ""], ["A3", "", "", "99", ""],
    ]  # fmt: skip
    assert [row[5] for row in rows] == ["3", "4", "6"]
    assert [part.partition(":")[0] for part in rows[0][6].split("; ") if ": " in part] == ["Received", "Who", "Review"]
    # The row of the child above comes along, so that what follows is called as it would have been.
    assert rows[1][6] == ""
    text = to.read_text("utf-8").replace("Aunt,03/16/2026,soon", "Parent,16/3/26,").replace(",99,", ",6/5/26,")
    to.write_text(text, "utf-8")
    again = invoke(command, "--retry", to, "--columns", columns, *more[command])
    assert again.exit_code == 0, again.stderr
    if command == "import":
        assert "2 facts taken, 2 duplicates, 0 refused" in again.stdout
    if command == "convert":
        assert "A3/review_meeting_held#2" in again.stdout


def test_of_json_lines_each_key_is_a_column_and_a_workbook_and_parquet_have_their_own(tmp_path: Path):
    to = tmp_path / "refused.csv"
    lines = [
        '{"case_id": "a", "event": "request_received", "on": "2026-03-02"}',
        '{"Case ID": "b", "event": "request_received", "on": "2026-02-30", "on": "2026-03-03", "n": 3}',
        "not json",
    ]
    (tmp_path / "facts.jsonl").write_text("\n".join(lines), "utf-8")
    assert invoke("check", tmp_path / "facts.jsonl", "--refused", to).exit_code == 1
    assert [row[:-1] for row in rows_of(to)] == [
        ["case_id", "event", "on", "Case ID", "n", "row"],
        ["", "request_received", "2026-02-30 | 2026-03-03", "b", "3", "2"],
        ["not json", "", "", "", "", "3"],
    ]
    table = pl.DataFrame(
        {
            "case_id": ["a", "b"],
            "event": ["request_received", "request_recieved"],
            "on": ["2026-03-02", "2026-02-30"],
            "n": [1, None],
        }
    )
    table.write_parquet(tmp_path / "facts.parquet")
    table.write_excel(tmp_path / "facts.xlsx")
    told = []
    for name in ("facts.parquet", "facts.xlsx"):
        to.unlink()
        assert invoke("check", tmp_path / name, "--refused", to).exit_code == 1
        header, row = rows_of(to)
        assert header == ["case_id", "event", "on", "n", "row", "faults"]
        told.append([*row[:4], row[5]])
    assert told[0] == told[1]
    assert told[0][:4] == ["b", "request_recieved", "2026-02-30", ""]
    assert [part.partition(":")[0] for part in told[0][4].split("; ") if ": " in part] == ["event", "on"]


CELLS = st.sampled_from(
    ["", "a", "=a", "request_received", "appeal_registered", "2026-03-02", "32/1/26", 'say "no"', "x\ny"]
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=4), max_size=8))
def test_what_was_refused_is_refused_again_and_nothing_else(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["case_id", "event", "on", "party"], *(row + [""] * (4 - len(row)) for row in rows)])
    first = read_cases(io.StringIO(text.getvalue(), newline=""), name="t")
    table = refused_table(io.StringIO(text.getvalue(), newline=""), first.refused, name="t")
    again = read_cases(io.StringIO(table.text(), newline=""), name="t")
    assert not again
    assert not again.unknown_columns
    assert [(row.column, row.value, row.case_id) for row in again.refused] == [
        (row.column, row.value, row.case_id) for row in first.refused
    ]
