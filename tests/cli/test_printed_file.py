"""`--output` of every command that prints: the same as on standard output, in a file that is whole or not there."""

import io
import zipfile

import pytest

from tests.cli.running import CHRONOLOGIES, invoke, table_of

CHECK = ("check", CHRONOLOGIES, "--as-of", "2025-10-21")
ONE = ("a request_received 2026-03-02 party=parent authority=885", "b request_received 2026-05-04 authority=885")


def content(data: bytes) -> object:
    """What a file holds; of a workbook its sheet, since the parts beside it say when it was made."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "xlsx", "ics"])
def test_a_file_holds_what_would_be_printed(form, door, tmp_path):
    printed = invoke(*CHECK, "--format", form, door=door)
    for name in ("rows", f"rows.{form}"):
        written = invoke(*CHECK, "--format", form, "--output", tmp_path / name, door=door)
        assert (written.exit_code, written.stdout, written.stderr) == (0, "", printed.stderr)
        assert content((tmp_path / name).read_bytes()) == content(printed.stdout_bytes)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv", "csv"), ("a.json", "json"), ("a.JSONL", "jsonl"), ("a.xlsx", "xlsx"), ("a.ics", "ics"), ("a", "csv"),
     ("a.table", "csv")],
)  # fmt: skip
def test_without_a_format_the_name_says_it(name, form, tmp_path):
    assert invoke(*CHECK, "--output", tmp_path / name).exit_code == 0
    assert content((tmp_path / name).read_bytes()) == content(invoke(*CHECK, "--format", form).stdout_bytes)


def test_a_case_is_explained_as_the_name_says(tmp_path):
    explain = ("explain", CHRONOLOGIES, "--case", "w-hertfordshire", "--as-of", "2023-06-01")
    for name, form in (("a.txt", "text"), ("a.json", "json"), ("a.jsonl", "jsonl"), ("a.csv", "csv")):
        assert invoke(*explain, "--output", tmp_path / name).exit_code == 0
        assert (tmp_path / name).read_bytes() == invoke(*explain, "--format", form).stdout_bytes


@pytest.mark.parametrize(
    "call",
    [
        ("state", CHRONOLOGIES, "--format", "json"), ("registers", CHRONOLOGIES, "reviews"), ("measures", CHRONOLOGIES),
        ("breaches", CHRONOLOGIES, "--format", "table"), ("rules", "--group", "review"), ("rules", "final_plan"),
        ("explain", CHRONOLOGIES, "--case", "w-hertfordshire"), ("state", CHRONOLOGIES, "--case", "w-hertfordshire"),
    ],
)  # fmt: skip
def test_the_next_day_s_replaces_the_last(call, tmp_path):
    path = tmp_path / "out"
    for day in ("2025-10-21", "2025-10-28"):
        of_day = () if call[0] == "rules" else ("--as-of", day)
        done = invoke(*call, *of_day, "--output", path)
        assert done.exit_code == 0, done.stderr
        assert path.read_bytes() == invoke(*call, *of_day).stdout_bytes


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (CHECK, ("state", CHRONOLOGIES)), (CHECK, ("registers", CHRONOLOGIES, "due")),
        (CHECK, (*CHECK, "--format", "json")), ((*CHECK, "--format", "json"), CHECK),
        ((*CHECK, "--format", "json"), ("state", CHRONOLOGIES, "--format", "json")),
        ((*CHECK, "--format", "jsonl"), ("state", CHRONOLOGIES, "--format", "jsonl")),
        (CHECK, (*CHECK, "--format", "xlsx")), ((*CHECK, "--format", "xlsx"), CHECK),
        (CHECK, (*CHECK, "--format", "ics")), ((*CHECK, "--format", "ics"), (*CHECK, "--format", "xlsx")),
        (("rules", "final_plan"), ("rules", "decide_assess")),
        (CHECK, (*CHECK, "--status", "premature", "--format", "jsonl")),
    ],
)  # fmt: skip
def test_another_table_is_left_as_it_is(first, then, tmp_path):
    path = tmp_path / "out"
    assert invoke(*first, "--output", path).exit_code == 0
    before = path.read_bytes()
    done = invoke(*then, "--output", path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Invalid value for --output: cannot write" in done.stderr
    assert "it is left as it is; give another name, such as rows.csv, or take it away first" in done.stderr
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_no_rows_are_rows_too(tmp_path):
    none = (*CHECK, "--status", "premature")
    for form, nothing in (("jsonl", b""), ("json", b"[]\n")):
        path = tmp_path / f"rows.{form}"
        for call in (CHECK, none, none, CHECK):
            assert invoke(*call, "--output", path).exit_code == 0
            assert (path.read_bytes() == nothing) == (call is none)


def test_what_is_good_is_written_where_rows_are_refused_or_a_breach_is_told(tmp_path):
    (tmp_path / "cases.csv").write_text(table_of(*ONE, "c request_recieved 2026-03-02"), "utf-8")
    for more, code in (((), 1), (("--fail-on-breach",), 3)):
        done = invoke("check", tmp_path / "cases.csv", "--as-of", "2026-06-30", *more, "--output", tmp_path / "out.csv")
        assert done.exit_code == code
        assert {line.split(",")[0] for line in (tmp_path / "out.csv").read_text().splitlines()[1:]} == {"a", "b"}


def test_where_it_goes_wrong_what_was_there_is_there(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    assert invoke(*CHECK, "--output", path).exit_code == 0
    before = path.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("ehcp_flow.cli.check.note", fail)
    assert invoke(*CHECK, "--output", path).exit_code == 70
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]


def test_a_page_and_a_text_are_not_asked_for_together(tmp_path):
    explain = ("explain", CHRONOLOGIES, "--case", "w-hertfordshire", "--html", tmp_path / "a.html")
    done = invoke(*explain, "--output", tmp_path / "a.txt")
    assert (done.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "nothing is printed; leave it out" in done.stderr


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("form", [("--format", "csv"), ("--format", "csv", "--raw"), ("--format", "json")])
def test_what_was_printed_last_monday_is_replaced_by_either_door(door, form, tmp_path):
    to = tmp_path / f"due.{form[1]}"
    for day in ("2026-06-22", "2026-06-29"):
        done = invoke("check", CHRONOLOGIES, "--as-of", day, *form, "--output", to, door=door)
        assert done.exit_code == 0, done.stderr
