"""What a workbook's cell or a file's row holds in place of a value is refused by each door, and never read as blank."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from ehcp_flow.conversion import ReturnColumns, convert, fact_rows, read_raw_sheet, read_return
from ehcp_flow.errors import SourceError
from ehcp_flow.reports.return_workbook import write_return_workbook
from ehcp_flow.sen2 import ReturnYear, check_return, read_persons
from tests.cli.running import ROOT, invoke
from tests.sen2.made_returns import CLEAN, read

openpyxl = pytest.importorskip("openpyxl")
BLADE = ROOT / "examples" / "sources" / "blade"
NAME = "Blade-Export_01-02-2026_{}.csv"
FAULTY = ["#N/A", "=A1"]


@pytest.fixture
def blade(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BLADE, tmp_path / "blade"))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The clean return as the Department's template."""
    path, year = tmp_path / "sen2.xlsx", ReturnYear.of(2026)
    header = read(CLEAN).header
    write_return_workbook(str(path), read(CLEAN), header, year.specification, as_of=year.survey_date)
    return path


def put(book: Path, heading: str, value: object, down: int = 1) -> str:
    """Put a value below a heading of the template; return the name of the cell."""
    whole = openpyxl.load_workbook(book)
    sheet = whole["Data Entry Template"]
    found = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(heading))
    cell = sheet.cell(found.row + down, found.column)
    cell.value = value
    whole.save(book)
    return str(cell.coordinate)


def sheet_of(tmp_path: Path, rows: list[list[str]]) -> str:
    whole = openpyxl.Workbook()
    for row in rows:
        whole.active.append(row)
    path = tmp_path / "sheet.xlsx"
    whole.save(path)
    return str(path)


def told(records) -> list[tuple[str, str, str, str]]:
    return [(each.rule, each.severity, each.element, each.value) for each in check_return(records)]


@pytest.mark.parametrize("value", FAULTY)
@pytest.mark.parametrize(
    ("heading", "item"),
    [("Date EHC plan ceased", "CeaseDate"), ("Annual Review Meeting Date", "ReviewMeeting"), ("Surname", "Surname"),
     ("Placement Leaving Date", "LeavingDate")],
)  # fmt: skip
def test_a_cell_of_the_template_that_holds_no_value_is_refused_and_found(book, heading: str, item: str, value: str):
    place = put(book, heading, value)
    records = read_return(book, ReturnColumns())
    (refused,) = records.refused
    shown = value if value == "#N/A" else "=A1 (a formula without a value)"
    assert (refused.column, refused.value) == (item, shown)
    assert refused.source.endswith("[Data Entry Template]")
    assert any(f"{place} ({value})" in note for note in records.notes)
    assert ("not_taken", "error", item, shown) in told(records)
    assert invoke("sen2", "import", book, "--output", f"{book}.csv", "--persons", f"{book}.p.csv").exit_code == 1


def test_a_cell_of_an_id_that_holds_no_value_makes_the_row_nobodys(book):
    put(book, "Person ID", "#REF!")
    assert any("whose it is" in str(each) for each in read_return(book, ReturnColumns()).refused)


def test_a_formula_that_gave_an_empty_text_is_an_empty_cell(tmp_path):
    path = tmp_path / "book.xlsx"
    whole = openpyxl.Workbook()
    whole.active.append(["a", "b"])
    whole.active.append(["x", "=A1"])
    whole.save(path)
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = parts[part].replace(b'<c r="B2">', b'<c r="B2" t="str">')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert read_raw_sheet(path).rows == [["a", "b"], ["x", ""]]


def test_a_fault_left_of_all_that_has_a_value_moves_nothing(tmp_path):
    path = tmp_path / "book.xlsx"
    whole = openpyxl.Workbook()
    for place, value in (("C2", "h"), ("C3", "x"), ("B3", "=A1"), ("AB5", "#DIV/0!")):
        whole.active[place] = value
    whole.save(path)
    raw = read_raw_sheet(path)
    assert raw.rows[1][:2] == ["", "h"]
    assert raw.rows[2][:2] == ["=A1 (a formula without a value)", "x"]
    assert raw.rows[4][-1] == "#DIV/0!"
    assert "B3 (=A1), AB5 (#DIV/0!)" in raw.notes[0]


@pytest.mark.parametrize("value", FAULTY)
def test_a_sheet_of_facts_and_a_convert_file_refuse_them(tmp_path, value: str):
    head = ["case_id", "authority", "event", "on", "note"]
    fine = ["A2", "885", "request_received", "2025-01-02", ""]
    rows = fact_rows(sheet_of(tmp_path, [head, ["A1", "885", "request_received", "2025-01-02", value], fine]))
    assert [(each.line, each.column, each.case_id) for each in rows.refused] == [(2, "note", "A1")]
    assert rows.frame["case_id"].to_list() == ["A2"]
    columns = tmp_path / "columns.toml"
    columns.write_text(
        'case_id = "id"\ndates = "iso"\ncarry = { team = "team" }\nauthority = "885"\n'
        '[[fact]]\nevent = "request_received"\non = "came"\n'
    )
    sheet = sheet_of(tmp_path, [["id", "came", "team"], ["A1", value, "x"], ["A2", "2025-01-02", value],
                                [value, "2025-01-02", "x"]])  # fmt: skip
    found = convert(sheet, columns)
    refused = [(each.line, each.column) for each in found.report.refused]
    assert sorted(refused)[:2] == [(2, "came"), (3, "team")]
    assert {line for line, _ in refused} == {2, 3, 4}


@pytest.mark.parametrize("value", FAULTY)
def test_a_row_of_the_persons_file_that_holds_one_is_refused(tmp_path, value: str):
    head = ["case_id", "surname", "forename", "birth_date", "postcode"]
    sheet = sheet_of(
        tmp_path, [head, ["A1", "Ash", "Ada", "2014-05-01", value], ["A2", "Oak", "Bel", "2014-05-02", ""]]
    )
    persons = read_persons(sheet)
    assert [(each.line, each.column, each.case_id) for each in persons.refused] == [(2, "postcode", "A1")]
    assert [*persons.by_case] == ["A2"]


def test_of_two_rows_of_the_header_the_first_is_kept_and_the_second_told(blade, book):
    path = blade / NAME.format("sen2")
    head, first, *_ = path.read_text().splitlines()
    path.write_text("\n".join([head, first, first.replace(",2026,", ",2025,").replace(",Y,", ",N,")]) + "\n")
    whole = openpyxl.load_workbook(book)
    sheet = whole["Data Entry Template"]
    row = next(cell for cells in sheet.iter_rows() for cell in cells if cell.value == "Year").row
    for cell in [*sheet[row + 1]]:
        sheet.cell(row + 2, cell.column).value = "2025" if cell.value == "2026" else cell.value
    whole.save(book)
    for source in (blade, book):
        records = read_return(source, ReturnColumns())
        assert records.year == 2026
        assert ("too_many_rows", "error", "Header", "") in told(records)
        assert not any(rule == "not_taken" for rule, *_ in told(records))
        assert invoke("sen2", "import", source, "--output", f"{book}.csv", "--persons", f"{book}.p").exit_code == 1


def test_what_is_refused_stands_in_every_output_of_a_check_and_no_page_says_that_there_is_no_error(blade):
    path = blade / NAME.format("requests")
    path.write_text(path.read_text() + "99,885,2025-01-01,1,0,,A,,,,1,1,999\n")
    rows = list(csv.DictReader(io.StringIO(invoke("sen2", "validate", blade, "--format", "csv").stdout)))
    (row,) = [each for each in rows if each["rule"] == "not_taken"]
    assert (row["element"], row["value"], row["file"].endswith(path.name)) == ("Requests", "999", True)
    assert "nobody knows whose request it is" in row["says"]
    found = json.loads(invoke("sen2", "validate", blade, "--format", "json").stdout)
    assert "not_taken" in {each["rule"] for each in found}
    page = invoke("sen2", "validate", blade, "--format", "html").stdout
    assert "not_taken" in page
    assert "No error" not in page


def test_a_person_of_a_header_that_is_not_there_is_told(blade):
    path = blade / NAME.format("person")
    lines = path.read_text().splitlines()
    at = lines[0].split(",").index("sen2tableid")
    cells = next(csv.reader([lines[1]]))
    cells[at] = "99"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    assert any("no header of this id" in str(each) for each in read_return(blade, ReturnColumns()).refused)


def test_a_heading_that_stands_twice_and_a_row_that_is_too_wide_are_told(blade):
    path = blade / NAME.format("requests")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{lines[0]},receiveddate", *(f"{line},2024-12-24" for line in lines[1:])]) + "\n")
    refused = read_return(blade, ReturnColumns()).refused
    assert {(each.column, each.value) for each in refused} == {("ReceivedDate", "2024-12-24")}
    assert all("stands there twice" in str(each) for each in refused)
    path.write_text("\n".join([lines[0], f"{lines[1]},x", *lines[2:]]) + "\n")
    (wide, *_) = read_return(blade, ReturnColumns()).refused
    assert (wide.line, "more cells than the table has headings" in str(wide)) == (2, True)
    path.write_text("\n".join([lines[0], *(f"{line}," for line in lines[1:])]) + "\n")
    assert read_return(blade, ReturnColumns()).refused == []


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("Serial Number", 1),
        ("Date & Time", dt.datetime(2026, 2, 2)),  # noqa: DTZ001 - a cell has no zone
        ("Date & Time", dt.datetime(2026, 2, 2, 10, 30)),  # noqa: DTZ001 - as above
    ],
)
def test_a_number_or_a_day_in_the_header_of_the_template_is_read_as_what_a_spreadsheet_makes_of_it(
    book, heading, value
):
    put(book, heading, value)
    assert told(read_return(book, ReturnColumns())) == []


def test_what_is_packed_is_to_be_unpacked_first(tmp_path):
    packed = tmp_path / "r.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("r.xml", CLEAN)
    with pytest.raises(SourceError, match=r"unpack it.*it holds 'r.xml'"):
        read_return(packed, ReturnColumns())
    with pytest.raises(SourceError, match="unpack it"):
        read_return(io.BytesIO(gzip.compress(CLEAN.encode())), ReturnColumns(), name="r.xml.gz")
