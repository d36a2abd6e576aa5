"""What a cell of any kind of workbook holds in place of a value is told with its cell, and never read as blank."""

import struct
import zipfile
from pathlib import Path

import pytest

from ehcp_flow.conversion import fact_rows, read_raw_sheet

BOOKS = Path(__file__).parent / "books"
NA, REF = 0x2A, 0x17
"""Errors as Excel numbers them."""
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def open_document(path: Path, rows: str, sheets: str = "") -> Path:
    """Write an ODS workbook whose sheet `S` has these rows, behind others."""
    table = f'<table:table table:name="S">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheets}{table}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", _ODS)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f"<office:document-content {_SPACES}>{body}</office:document-content>")
    return path


def row(*cells: str, many: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{many}"' if many > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def text(says: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{says}</text:p></table:table-cell>'


def blank(many: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{many}"/>'


def fault(attributes: str, says: str = "") -> str:
    shown = f"<text:p>{says}</text:p>" if says else ""
    return f'<table:table-cell table:formula="of:=X()" {attributes}>{shown}</table:table-cell>'


ERROR = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
NO_VALUE = "=X() (a formula without a value)"


def xls(path: Path) -> Path:
    """Write an XLS workbook with errors in the cells B2 and C2: in the place of two records of another."""

    def error(column: int, code: int) -> bytes:
        return struct.pack("<HHHHHBB", 0x0205, 8, 1, column, 0x11, code, 1)

    whole = (BOOKS / "serials.xls").read_bytes()
    begins = whole.index(struct.pack("<HHHH", 0x027E, 10, 1, 1))
    nothing = struct.pack("<HH", 0x0FFF, 0)
    path.write_bytes(whole[:begins] + error(1, NA) + nothing + error(2, REF) + whole[begins + 28 :])
    return path


def xlsb(path: Path) -> Path:
    """Write an XLSB workbook with two rows: headings, and a number beside an error."""

    def record(number: int, data: bytes = b"") -> bytes:
        kind = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
        return kind + bytes([len(data)]) + data

    def said(what: str) -> bytes:
        return struct.pack("<I", len(what)) + what.encode("utf-16-le")

    def cell(number: int, column: int, data: bytes) -> bytes:
        return record(number, struct.pack("<II", column, 0) + data)

    def begin_row(at: int) -> bytes:
        return record(0, struct.pack("<I", at) + bytes(13))

    book = [
        record(131), record(143), record(156, struct.pack("<II", 0, 1) + said("rId1") + said("S")), record(144),
        record(132),
    ]  # fmt: skip
    sheet = [
        record(129), record(148, struct.pack("<IIII", 0, 1, 0, 1)), record(145),
        begin_row(0), cell(6, 0, said("a")), cell(6, 1, said("b")),
        begin_row(1), cell(5, 0, struct.pack("<d", 1.0)), cell(3, 1, bytes([NA])),
        record(146), record(130),
    ]  # fmt: skip
    of_office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"

    def relation(kind: str, target: str) -> str:
        one = f'<Relationship Id="rId1" Type="{of_office}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{relations}">{one}</Relationships>'

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relation("officeDocument", "xl/workbook.bin"))
        archive.writestr("xl/_rels/workbook.bin.rels", relation("worksheet", "worksheets/sheet1.bin"))
        archive.writestr("xl/workbook.bin", b"".join(book))
        archive.writestr("xl/worksheets/sheet1.bin", b"".join(sheet))
    return path


def test_an_xls_workbook_shows_its_errors(tmp_path):
    raw = read_raw_sheet(xls(tmp_path / "book.xls"))
    assert raw.rows[1][:3] == ["A1", "#N/A", "#REF!"]
    assert any("2 cell(s)" in note and "B2 (#N/A), C2 (#REF!)" in note for note in raw.notes)
    assert not any("#" in cell for each in read_raw_sheet(BOOKS / "serials.xls").rows for cell in each)


def test_an_xlsb_workbook_shows_its_errors(tmp_path):
    raw = read_raw_sheet(xlsb(tmp_path / "book.xlsb"))
    assert raw.rows == [["a", "b"], ["1", "#N/A"]]
    assert any("B2 (#N/A)" in note for note in raw.notes)


@pytest.mark.parametrize(
    ("cell", "shows"),
    [
        (fault(ERROR, "#N/A"), "#N/A"),
        (fault('office:value-type="float" office:value="0" calcext:value-type="error"', "#DIV/0!"), "#DIV/0!"),
        (fault('office:value-type="string"', "#REF!"), "#REF!"),
        (fault(ERROR, "Err:502"), NO_VALUE),
        (fault(""), NO_VALUE),
        (fault('office:value-type="string" calcext:value-type="string"', "fine"), "fine"),
        (text("#N/A"), "#N/A"),
    ],
)
def test_an_ods_workbook_shows_its_errors_and_formulas_without_a_value(tmp_path, cell: str, shows: str):
    raw = read_raw_sheet(open_document(tmp_path / "book.ods", row(text("a"), text("b")) + row(text("x"), cell)))
    assert raw.rows == [["a", "b"], ["x", shows]]
    is_told = shows.startswith(("#", "=")) and "formula" in cell
    assert any("B2 (" in note for note in raw.notes) is is_told


def test_of_an_ods_workbook_cells_and_rows_that_are_repeated_keep_their_places(tmp_path):
    other = f'<table:table table:name="Other">{row(text("z"), fault(ERROR, "#N/A"))}</table:table>'
    rows = (
        row(blank(4), many=2) + row(blank(2), text("h"), text("i"))
        + row(blank(2), text("x"), fault(f'{ERROR} table:number-columns-repeated="2"', "#N/A"), many=2)
        + row(blank(1), fault(ERROR, "#REF!"), text("y"))
    )  # fmt: skip
    path = open_document(tmp_path / "book.ods", rows, other)
    raw = read_raw_sheet(path, sheet="S")
    assert [each[-4:] for each in raw.rows[2:]] == [
        ["", "h", "i", ""], ["", "x", "#N/A", "#N/A"], ["", "x", "#N/A", "#N/A"], ["#REF!", "y", "", ""],
    ]  # fmt: skip
    (said,) = (note for note in raw.notes if "hold an error" in note)
    assert "5 cell(s)" in said
    assert "D4 (#N/A), E4 (#N/A), D5 (#N/A), E5 (#N/A), B6 (#REF!)" in said


def test_of_a_row_of_faults_that_is_repeated_without_end_so_many_are_looked_for(tmp_path):
    rows = row(text("a"), text("b")) + row(text("x"), fault(ERROR, "#N/A"), many=100_050)
    raw = read_raw_sheet(open_document(tmp_path / "book.ods", rows))
    assert any("100,000 cell(s)" in note for note in raw.notes)


def test_a_document_that_ends_too_early_has_no_faults_to_tell(tmp_path):
    from ehcp_flow.conversion.workbook_faults import faults_of_sheet

    def none(_: str) -> None:
        raise AssertionError("nothing is loaded of an ODS")

    path = open_document(tmp_path / "book.ods", row(fault(ERROR, "#N/A")))
    with zipfile.ZipFile(path) as archive:
        body = archive.read("content.xml")
    cut = tmp_path / "cut.ods"
    with zipfile.ZipFile(cut, "w") as archive:
        archive.writestr("content.xml", body[:-40])
    assert faults_of_sheet(cut.read_bytes(), "S", none) == ([], 0)
    assert len(faults_of_sheet(path.read_bytes(), "S", none)[0]) == 1


def test_a_fact_is_refused_whose_day_is_an_error(tmp_path):
    head = row(*(text(name) for name in ("case_id", "authority", "event", "on")))
    bad = row(text("A1"), text("885"), text("plan_ceased"), fault(ERROR, "#N/A"))
    rows = fact_rows(str(open_document(tmp_path / "facts.ods", head + bad)))
    assert [(each.line, each.column) for each in rows.refused] == [(2, "on")]
