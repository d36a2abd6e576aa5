"""The end of a file's name says its form: without --format it is that, and a name that says another is refused."""

from __future__ import annotations

import pytest

from tests.cli.running import CHRONOLOGIES, invoke

MADE = ("synth", "--cases", "40", "--seed", "3", "--authority", "885", "--as-of", "2026-01-15")
"""A made-up council."""


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    folder = tmp_path_factory.mktemp("council")
    made = invoke(*MADE, "--persons", folder / "persons.csv", "--output", folder / "council.csv")
    assert made.exit_code == 0, made.stderr
    returned = invoke(*calls(folder)["sen2 export"], "--output", folder / "sen2.xml")
    assert returned.exit_code == 0, returned.stderr
    return folder


def calls(folder):
    """Commands that write, each without where to."""
    whose = ("--persons", folder / "persons.csv")
    return {
        "sen2 export": ("sen2", "export", folder / "council.csv", "--year", "2026", *whose),
        "sen2 import": ("sen2", "import", folder / "sen2.xml", "--persons", folder / "whose.csv"),
        "sen2 validate": ("sen2", "validate", folder / "sen2.xml"),
        "sen2 compare": ("sen2", "compare", folder / "sen2.xml", folder / "sen2.xml"),
        "sen2 figures": ("sen2", "figures", folder / "sen2.xml"),
        "convert": ("convert", folder / "sen2.xml", "--columns", "sen2"),
        "synth": MADE,
        "breaches": ("breaches", CHRONOLOGIES, "--as-of", "2026-06-30"),
    }


@pytest.mark.parametrize(
    ("command", "name", "begins"),
    [
        ("sen2 export", "sen2.xlsx", b"PK"),
        ("sen2 export", "SEN2.XML", b"<?xml"),
        ("sen2 export", "return", b"<?xml"),
        ("sen2 import", "facts.jsonl", b'{"case_id"'),
        ("sen2 import", "facts", b"case_id,"),
        ("sen2 figures", "figures.xlsx", b"PK"),
        ("sen2 validate", "findings.html", b"<!DOCTYPE html>"),
        ("convert", "facts.jsonl", b'{"case_id"'),
        ("synth", "council.jsonl", b'{"case_id"'),
    ],
)
def test_without_a_format_a_file_is_what_its_name_ends_as(council, tmp_path, command, name, begins):
    done = invoke(*calls(council)[command], "--output", tmp_path / name)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("command", "form", "name"),
    [
        ("sen2 export", "xml", "sen2.xlsx"),
        ("sen2 export", "xlsx", "sen2.xml"),
        ("sen2 export", None, "sen2.csv"),
        ("sen2 import", "csv", "facts.jsonl"),
        ("sen2 import", None, "facts.xlsx"),
        ("sen2 validate", "csv", "findings.html"),
        ("sen2 compare", "json", "changes.csv"),
        ("sen2 figures", None, "figures.xml"),
        ("convert", None, "facts.json"),
        ("synth", "jsonl", "council.csv"),
        ("breaches", "table", "breaches.csv"),
        ("breaches", None, "breaches.html"),
        ("sen2 export", None, "sen2.xls"),
    ],
)
def test_a_name_that_says_another_form_is_refused_and_nothing_is_written(council, tmp_path, command, form, name):
    asked = () if form is None else ("--format", form)
    done = invoke(*calls(council)[command], *asked, "--output", tmp_path / name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{name} ends as {name.partition('.')[2]}" in done.stderr
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("command", ["sen2 import", "synth"])
def test_a_persons_file_is_csv_and_no_name_says_otherwise(council, tmp_path, command):
    call = [each for each in calls(council)[command] if each not in ("--persons", council / "whose.csv")]
    done = invoke(*call, "--persons", tmp_path / "whose.xlsx", "--output", tmp_path / "facts.csv")
    assert done.exit_code == 2
    assert "whose.xlsx ends as xlsx, and what is written is csv" in done.stderr
    assert not [*tmp_path.iterdir()]
