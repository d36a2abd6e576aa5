"""The duties of `tests.law.test_duties`, from a file and from a store, one case at a time and by columns."""

import csv
import io
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ehcp_flow.facts import COLUMNS
from tests.cli.running import invoke, rows_of
from tests.law.test_duties import DUTIES, KINDS, stands
from tests.telling import facts


def case_of(number: int) -> str:
    return f"case-{number:03}"


@cache
def sheet() -> str:
    """Every story of the table as one file, a case for each line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for number, told in enumerate(DUTIES):
        for fact in facts(told.chronology, case_of(number)):
            row = fact.model_dump(mode="json", exclude_none=True)
            writer.writerow({name: row[name] for name in COLUMNS if name in row} | {"authority": "885"})
    return out.getvalue()


SOURCES = pytest.mark.parametrize(
    ("kept", "door"), [("file", "one"), ("file", "many"), ("store", "one"), ("store", "many")]
)
DAYS = sorted({told.as_of for told in DUTIES})


def kept_in(kept: str, tmp_path: Path) -> str:
    """Write every story into a file, or a store of SQLite, and return it as a source."""
    file = tmp_path / "duties.csv"
    file.write_text(sheet(), encoding="utf-8")
    if kept == "file":
        return str(file)
    url = f"sqlite:///{tmp_path / 'duties.db'}"
    assert invoke("import", file, "--store", url).exit_code == 0
    return url


def said(door: str, *args: object) -> list[dict[str, Any]]:
    done = invoke(*args, "--format", "json", door=door)
    assert done.exit_code == 0, done.output
    return rows_of(done.stdout, "json")


@SOURCES
def test_the_command_says_the_same_of_files_and_of_a_store(kept: str, door: str, tmp_path: Path):
    source = kept_in(kept, tmp_path)
    for as_of in DAYS:
        rows = said(door, "check", source, "--as-of", as_of)
        for number, told in enumerate(DUTIES):
            if told.as_of == as_of:
                of_case = [row for row in rows if (row["case_id"], row["limit"]) == (case_of(number), told.limit)]
                assert stands(of_case) == told.expected, told.name


@SOURCES
def test_the_register_of_findings_names_them_by_every_door(kept: str, door: str, tmp_path: Path):
    source = kept_in(kept, tmp_path)
    for as_of in DAYS:
        rows = said(door, "breaches", source, "--register", "findings", "--as-of", as_of)
        listed = {(row["case_id"], row["finding"]) for row in rows}
        for number, told in enumerate(DUTIES):
            if told.as_of == as_of:
                codes = {code for case_id, code in listed if case_id == case_of(number)} & KINDS
                asked = set(told.findings.split())
                assert asked <= codes <= asked | {"act_not_dated"}, told.name
