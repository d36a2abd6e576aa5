"""A sheet as SOURCE: every command answers of it what it answers of the facts that the sheet is converted to."""

import csv
import datetime as dt
import io
import json

import pytest
import xlsxwriter

from tests.cli.running import invoke

HEADINGS = ("UPN", "Case Officer", "Received", "Agreed?", "Decided", "Final plan")
ROWS = (
    ("A1", "A. Khan", "02/03/2026", "Yes", "20/04/2026", "n/a"),
    ("A2", "B. Lowe", "3-Mar-26", "No", "13/04/2026", ""),
    ("A3", "A. Khan", "04.03.2026", "Yes", "", "2026-09-01 00:00:00"),
)
COLUMNS = """
case_id = "UPN"
authority = 885
dates = "day first"
empty = ["n/a"]

[[fact]]
event = "request_received"
on = "Received"
party = "parent"

[[fact]]
event = {column = "Agreed?", values = {Yes = "assessment_agreed", No = "assessment_refused"}}
on = "Decided"

[[fact]]
event = "final_plan_sent"
on = "Final plan"

[carry]
Caseworker = "Case Officer"
"""
AS_OF = ("--as-of", "2026-10-01")


@pytest.fixture
def columns(tmp_path):
    (tmp_path / "columns.toml").write_text(COLUMNS, "utf-8")
    return tmp_path / "columns.toml"


@pytest.fixture
def tracker(tmp_path):
    path = tmp_path / "tracker.csv"
    lines = ("Our tracker", "", *(";".join(row) for row in (HEADINGS, *ROWS)))
    path.write_text("\n".join(lines) + "\n", "cp1252")
    return path


@pytest.fixture
def facts(tracker, columns, tmp_path):
    assert invoke("convert", tracker, "--columns", columns, "--output", tmp_path / "facts.csv").exit_code == 0
    return tmp_path / "facts.csv"


def workbook(path, rows):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Tracker")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(at, place, dt.datetime.combine(cell, dt.time()), day)
                else:
                    sheet.write(at, place, cell)
    return path


@pytest.mark.parametrize(
    "command",
    [
        ("check", "SOURCE", *AS_OF),
        ("check", "SOURCE", *AS_OF, "--case", "A2"),
        ("check", "SOURCE", *AS_OF, "--authority", "886"),
        ("breaches", "SOURCE", *AS_OF),
        ("breaches", "SOURCE", *AS_OF, "--register", "findings"),
        ("state", "SOURCE", *AS_OF),
        ("state", "SOURCE", *AS_OF, "--case", "A1"),
        ("measures", "SOURCE", "--year", "2026", *AS_OF),
        ("measures", "SOURCE", "--year", "2026", *AS_OF, "--by", "caseworker"),
        ("registers", "SOURCE", *AS_OF),
        ("registers", "SOURCE", "late", *AS_OF, "--only", "caseworker=A. Khan"),
        ("explain", "SOURCE", "--case", "A1", *AS_OF),
        ("what-if", "SOURCE", "--case", "A1", "--event", "final_plan_sent", "--on", "2026-10-01", *AS_OF),
    ],
    ids=" ".join,
)
def test_a_sheet_is_answered_as_the_facts_in_it(command, tracker, columns, facts):
    form = () if command[0] == "explain" else ("--format", "csv")
    sheet = invoke(*(tracker if word == "SOURCE" else word for word in command), *form, "--columns", columns)
    plain = invoke(*(facts if word == "SOURCE" else word for word in command), *form)
    assert sheet.stdout == plain.stdout
    assert sheet.exit_code == plain.exit_code


def test_a_report_of_a_sheet_has_its_carried_columns(tracker, columns, tmp_path):
    page = tmp_path / "page.html"
    done = invoke("report", tracker, "--columns", columns, *AS_OF, "--html", page)
    assert done.exit_code == 0, done.stderr
    assert "A. Khan" in page.read_text("utf-8")


def test_a_sheet_on_standard_input(tracker, columns, facts):
    sheet = invoke("check", "-", *AS_OF, "--columns", columns, "--format", "csv", stdin=tracker.read_text("cp1252"))
    assert sheet.stdout == invoke("check", facts, *AS_OF, "--format", "csv").stdout


def test_the_same_sheet_as_a_workbook_gives_the_same_deadlines(columns, facts, tmp_path):
    book = workbook(tmp_path / "tracker.xlsx", [("Our tracker",), (), HEADINGS, *ROWS])
    sheet = invoke("check", book, *AS_OF, "--columns", columns, "--format", "csv")
    assert sheet.stdout == invoke("check", facts, *AS_OF, "--format", "csv").stdout


def test_a_workbook_of_facts_is_read_as_the_same_csv(facts, tmp_path):
    with facts.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    on = header.index("on")
    days = [[dt.date.fromisoformat(cell) if at == on else cell for at, cell in enumerate(row)] for row in rows]
    for cells in (rows, days):
        book = workbook(tmp_path / "facts.xlsx", [header, *cells])
        sheet = invoke("check", book, *AS_OF, "--format", "csv")
        assert sheet.stdout == invoke("check", facts, *AS_OF, "--format", "csv").stdout
        assert sheet.exit_code == 0


def test_a_workbook_that_holds_no_facts_says_how_any_other_sheet_is_read(tmp_path):
    done = invoke("check", workbook(tmp_path / "tracker.xlsx", [HEADINGS, *ROWS]), *AS_OF)
    assert done.exit_code == 4
    assert "it has no column case_id, event, on" in done.stderr
    assert "--columns, which ehcp-flow convert FILE --propose columns.toml writes" in done.stderr


def test_a_sheet_is_imported_once_however_often(tracker, columns, tmp_path):
    store = f"sqlite:///{tmp_path}/cases.db"
    first = invoke("import", tracker, "--columns", columns, "--store", store)
    # Three of them say whose desk a case is on: the column that is carried. A row of a sheet is a child.
    assert first.stdout == "3 rows: 9 facts taken, 0 duplicates, 0 refused\n"
    again = invoke("import", tracker, "--columns", columns, "--store", store)
    assert again.stdout == "3 rows: 0 facts taken, 9 duplicates, 0 refused\n"


def test_what_cannot_be_read_of_a_sheet_is_refused_at_every_door_and_the_rest_is_kept(tracker, columns, tmp_path):
    tracker.write_text(tracker.read_text("cp1252") + "A4;;soon;;;\n;;05/03/2026;;;\n", "cp1252")
    for command in (("check", tracker, *AS_OF), ("import", tracker, "--store", f"sqlite:///{tmp_path}/cases.db")):
        done = invoke(*command, "--columns", columns)
        assert done.exit_code == 1
        assert "tracker.csv, line 7, column Received, case A4: 'soon': it is no date" in done.stderr
        assert "line 8, column UPN: is missing" in done.stderr
    kept = csv.DictReader(io.StringIO(invoke("check", tracker, *AS_OF, "--columns", columns, "--format", "csv").stdout))
    assert {row["case_id"] for row in kept} == {"A1", "A2", "A3"}


def test_a_store_is_not_read_by_a_convert_file(columns, tmp_path):
    done = invoke("check", f"sqlite:///{tmp_path}/cases.db", "--columns", columns)
    assert done.exit_code == 2
    assert "a store holds facts already" in done.stderr.replace("\n", " ")


def test_a_convert_file_that_still_asks_converts_nothing(tracker, columns):
    columns.write_text(
        'case_id = "UPN"\n[[fact]]\non = "Received"\n[[question]]\nabout = "Received"\nasks = "what is it?"\n'
        'choices = ["request_received", "leave out"]\nanswer = ""\n',
        "utf-8",
    )
    done = invoke("check", tracker, "--columns", columns, *AS_OF)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "still asks" in done.stderr


def test_a_sheet_imported_again_corrects_what_changed_where_its_convert_file_says_so(tracker, columns, tmp_path):
    store = f"sqlite:///{tmp_path}/cases.db"
    assert invoke("import", tracker, "--columns", columns, "--store", store).exit_code == 0
    tracker.write_text(tracker.read_text("cp1252").replace("13/04/2026", "14/04/2026"), "cp1252")
    refused = invoke("import", tracker, "--columns", columns, "--store", store)
    assert refused.stdout == "3 rows: 0 facts taken, 8 duplicates, 1 refused\n"
    columns.write_text('same_id = "corrects"\n' + COLUMNS, "utf-8")
    corrected = invoke("import", tracker, "--columns", columns, "--store", store)
    assert corrected.exit_code == 0, corrected.stderr
    assert "8 duplicates, 0 refused" in corrected.stdout
    state = invoke("check", store, *AS_OF, "--case", "A2", "--limit", "decide_assess", "--format", "csv")
    assert next(iter(csv.DictReader(io.StringIO(state.stdout))))["done_on"] == "2026-04-14"
    assert invoke("import", tracker, "--columns", columns, "--store", store, "--same-id", "refuse").exit_code == 0


def test_a_cell_that_was_emptied_is_counted_and_voids_nothing(tracker, columns, tmp_path):
    store = f"sqlite:///{tmp_path}/cases.db"
    sheet = tracker.read_text("cp1252")
    columns.write_text('same_id = "corrects"\n' + COLUMNS, "utf-8")
    to = ("--columns", columns, "--store", store)
    for text in (sheet, sheet.replace("13/04/2026", "14/04/2026")):
        tracker.write_text(text, "cp1252")
        done = invoke("import", tracker, *to, "--format", "json")
        assert (done.exit_code, json.loads(done.stdout)[0]["emptied"], done.stderr.count("voided")) == (0, 0, 0), (
            done.stderr
        )
    tracker.write_text(sheet.replace("13/04/2026", ""), "cp1252")
    said = ""
    for more in (("--dry-run",), ()):
        done = invoke("import", tracker, *to, *more)
        assert done.exit_code == 0, done.stderr
        (said,) = (line for line in done.stderr.splitlines() if "nothing was voided" in line)
        assert "1 cell was emptied since it was imported, and nothing was voided: A2/" in said
        assert "#again-1 (2026-04-14); to take back what never happened, import a fact_voided" in said
    shown = invoke("check", store, *AS_OF, "--case", "A2", "--limit", "decide_assess", "--format", "csv")
    assert next(csv.DictReader(io.StringIO(shown.stdout)))["done_on"] == "2026-04-14"
    # The correction is taken back, and what it corrected stands again: so that is taken back too.
    name = said.split("voided: ")[1].split(" ")[0]
    for on, fact_id, left in (("2026-04-14", name, 1), ("2026-04-13", name.removesuffix("#again-1"), 0)):
        void = f"case_id,event,on,corrects,reason\nA2,fact_voided,{on},{fact_id},typed in the wrong row\n"
        (tmp_path / "void.csv").write_text(void, "utf-8")
        assert invoke("import", tmp_path / "void.csv", "--store", store).exit_code == 0
        assert json.loads(invoke("import", tracker, *to, "--format", "json").stdout)[0]["emptied"] == left
    tracker.write_text(sheet.replace("13/04/2026", "soon"), "cp1252")
    assert json.loads(invoke("import", tracker, *to, "--format", "json").stdout)[0]["emptied"] == 0


def test_a_month_without_a_day_is_kept_as_that(tracker, columns):
    tracker.write_text(tracker.read_text("cp1252").replace("02/03/2026", "Mar-26"), "cp1252")
    done = invoke("check", tracker, "--columns", columns, *AS_OF, "--limit", "final_plan", "--format", "csv")
    (row,) = (row for row in csv.DictReader(io.StringIO(done.stdout)) if row["case_id"] == "A1")
    assert (row["due_on"], row["due_on_earliest"]) == ("2026-08-18", "2026-07-19")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (lambda text: text.encode("utf-16"), "it is UTF-16"),
        (lambda text: text.replace(",", "\t").encode("utf-16"), "a tab stands between its cells"),
        (lambda text: f"sep=;\r\n{text.replace(',', ';')}".encode(), "a semicolon stands between its cells"),
        (lambda text: f"Our cases \N{EN DASH} 2026,,\n\n{text}".encode("cp1252"), "its header is row 3"),
    ],
    ids=["UTF-16", "UTF-16 with tabs", "sep=", "a title above, in Windows-1252"],
)
def test_a_csv_file_of_facts_is_read_however_a_spreadsheet_saved_it(data, says, tmp_path):
    text = "case_id,event,on,party\na,request_received,2026-03-02,parent\nb,request_recieved,2026-03-02,\n"
    (tmp_path / "plain.csv").write_text(text, "utf-8")
    (tmp_path / "odd.csv").write_bytes(data(text))
    plain, odd = (
        invoke("check", tmp_path / name, "--as-of", "2026-06-30", "--format", "csv")
        for name in ("plain.csv", "odd.csv")
    )
    assert (odd.exit_code, odd.stdout) == (plain.exit_code, plain.stdout), odd.stderr
    assert says in odd.stderr
    done = invoke("import", tmp_path / "odd.csv", "--store", f"sqlite:///{tmp_path}/s.db")
    assert done.stdout == "2 rows: 1 fact taken, 0 duplicates, 1 refused\n"


def test_of_a_sheet_of_one_row_a_child_is_said_how_it_is_read(tmp_path):
    (tmp_path / "tracker.csv").write_bytes(
        "SEN Team \N{EN DASH} tracker,,\nUPN,Received,Final\nA1,02/03/2026,\n".encode("cp1252")
    )
    done = invoke("check", tmp_path / "tracker.csv")
    assert done.exit_code == 4
    assert "(it has: SEN Team \N{EN DASH} tracker)" in done.stderr
    assert "read by a convert file, or by what it is: --columns (ehcp-flow convert FILE --propose" in done.stderr
