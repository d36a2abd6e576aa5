"""The same table is the same sheet, however it is kept: CSV as people save it, workbooks, frames, a query's result."""

import datetime as dt
import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped,unused-ignore]
import pandas as pd  # type: ignore[import-untyped,unused-ignore]
import polars as pl
import pyarrow as pa
import pytest
import sqlalchemy as sa
from openpyxl.utils.datetime import CALENDAR_MAC_1904  # type: ignore[import-untyped,unused-ignore]

from ehcp_flow.conversion import convert, known_headings, propose, read_raw_sheet
from ehcp_flow.errors import SourceError, SourceMissing

HEADER: list[Any] = ["UPN", "Received", "Agreed?", "Decided", "Officer"]
ROWS: list[list[Any]] = [
    ["A1", dt.date(2026, 3, 2), "Yes", dt.date(2026, 4, 10), "J. Smith"],
    ["A2", dt.date(2026, 3, 3), "No", dt.date(2026, 4, 14), None],
    [1203, dt.date(2025, 12, 31), None, None, "A. Khan"],
]
COLUMNS: dict[str, Any] = {
    "case_id": "UPN",
    "authority": 885,
    "dates": "day first",
    "fact": [
        {"event": "request_received", "on": "Received", "party": "parent"},
        {
            "event": {"column": "Agreed?", "values": {"yes": "assessment_agreed", "no": "assessment_refused"}},
            "on": "Decided",
        },
    ],
    "carry": {"caseworker": "Officer"},
}


def csv_text(separator=",", form="%d/%m/%Y"):
    def cell(value):
        return "" if value is None else value.strftime(form) if isinstance(value, dt.date) else str(value)

    return "\n".join(separator.join(map(cell, row)) for row in [HEADER, *ROWS]) + "\n"


def workbook(*, above=(), epoch=None, serials=False, sheet="Tracker"):
    book = openpyxl.Workbook()
    if epoch is not None:
        book.epoch = epoch
    page = book.active
    page.title = sheet
    for row in (*above, HEADER, *ROWS):
        first = dt.date(1904, 1, 1) if epoch is CALENDAR_MAC_1904 else dt.date(1899, 12, 30)
        page.append([(cell - first).days if serials and isinstance(cell, dt.date) else cell for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def told(source, **options):
    found = convert(source, COLUMNS, **options)
    assert not found.refused
    return {case_id: case.recorded for case_id, case in found.items()}, found.carried


@pytest.fixture(scope="module")
def facts():
    cases, carried = told(
        pl.DataFrame([dict(zip(HEADER, map(str, row), strict=True)) for row in ROWS]).with_columns(
            pl.all().replace("None", None)
        )
    )
    assert {case_id: [(fact.event, str(fact.on)) for fact in case] for case_id, case in cases.items()} == {
        "A1": [("request_received", "2026-03-02"), ("assessment_agreed", "2026-04-10")],
        "A2": [("request_received", "2026-03-03"), ("assessment_refused", "2026-04-14")],
        "1203": [("request_received", "2025-12-31")],
    }
    assert carried == {"A1": {"caseworker": "J. Smith"}, "A2": {}, "1203": {"caseworker": "A. Khan"}}
    return cases, carried


@pytest.mark.parametrize(
    "data",
    [
        csv_text().encode(),
        b"\xef\xbb\xbf" + csv_text().encode(),
        csv_text().encode("utf-16"),
        csv_text(";").encode("cp1252"),
        csv_text("\t").encode(),
        csv_text("|").encode(),
        b"sep=;\r\n" + csv_text(";").encode(),
        b"Our tracker \x96 2026;;;;\n;;;;\n" + csv_text(";", "%d-%b-%y").encode(),
        csv_text(form="%Y-%m-%d 00:00:00").replace("\n", "\r\n").encode(),
        csv_text().replace("Received", '"Date\nReceived "').replace("Agreed?", " AGREED? ").encode(),
    ],
    ids=["plain", "BOM", "UTF-16", "semicolons", "tabs", "bars", "sep=", "title in cp1252", "midnights", "headings"],
)
def test_csv_is_read_however_a_spreadsheet_saved_it(data, facts, tmp_path):
    path = tmp_path / "tracker.csv"
    path.write_bytes(data)
    columns = (
        COLUMNS
        if b"Date\n" not in data
        else {**COLUMNS, "fact": [COLUMNS["fact"][0] | {"on": "Date received"}, COLUMNS["fact"][1]]}
    )
    found = convert(path, columns)
    assert not found.refused
    assert ({case_id: case.recorded for case_id, case in found.items()}, found.carried) == facts


@pytest.mark.parametrize(
    "book",
    [
        workbook(),
        workbook(above=[["Our tracker"], []]),
        workbook(above=[[], []]),
        workbook(serials=True),
        workbook(epoch=CALENDAR_MAC_1904),
        workbook(epoch=CALENDAR_MAC_1904, serials=True),
    ],
    ids=["plain", "title above", "blank rows above", "serial numbers", "from 1904", "serial numbers from 1904"],
)
def test_a_workbook_is_read_with_its_dates(book, facts):
    assert told(io.BytesIO(book)) == facts


def test_frames_of_pandas_polars_and_arrow_are_the_same_sheet(facts):
    by_heading = {heading: [row[at] for row in ROWS] for at, heading in enumerate(HEADER)}
    texts = {**by_heading, "UPN": ["A1", "A2", "1203"]}
    whole = pl.DataFrame(texts)
    pandas = pd.DataFrame(by_heading)
    stamped = pandas.assign(Received=pd.to_datetime(pandas["Received"]), Decided=pd.to_datetime(pandas["Decided"]))
    assert told(whole) == told(whole.lazy()) == told(whole.to_arrow()) == facts
    assert told(pandas) == told(stamped) == told(stamped.convert_dtypes()) == facts
    assert told(pa.Table.from_pylist(whole.to_dicts())) == facts
    assert told(whole.with_columns(pl.col("Received").cast(pl.Datetime))) == facts


def test_a_query_is_a_sheet(facts, tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'cases.db'}")
    texts = [[None if cell is None else str(cell) for cell in row] for row in ROWS]
    with engine.begin() as connection:
        connection.execute(sa.text('create table tracker ("UPN", "Received", "Agreed?", "Decided", "Officer")'))
        connection.execute(
            sa.text("insert into tracker values (:c0, :c1, :c2, :c3, :c4)"),
            [{f"c{at}": cell for at, cell in enumerate(row)} for row in texts],
        )
    assert told(engine, query="select * from tracker") == facts
    with engine.connect() as connection:
        assert told(connection, query=sa.text("select * from tracker")) == facts
        assert told(connection.execute(sa.text("select * from tracker"))) == facts
    with closing(sqlite3.connect(tmp_path / "cases.db")) as plain:
        assert told(plain.execute("select * from tracker")) == facts
    engine.dispose()


def test_a_select_of_more_rows_than_a_batch_loses_none(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'cases.db'}")
    tracker = sa.table("tracker", sa.column("child"), sa.column("received"))
    with engine.begin() as connection:
        connection.execute(sa.text("create table tracker (child text, received text)"))
        rows = [{"child": f"C{at}", "received": "2026-03-02"} for at in range(10_001)]
        connection.execute(sa.insert(tracker), rows)
    file = {"case_id": "child", "fact": [{"event": "request_received", "on": "received"}]}
    found = convert(engine, file, query=sa.select(tracker))
    engine.dispose()
    assert (len(found), found.refused) == (10_001, [])


def test_numbers_of_a_frame_are_the_texts_that_a_sheet_shows(facts):
    pandas = pd.DataFrame(
        {
            "UPN": [1203.0, 1204.0],
            "Received": ["31/12/2025", "01/01/2026"],
            "Agreed?": [None, None],
            "Decided": [pd.NaT, pd.NaT],
            "Officer": [float("nan"), pd.NA],
        }
    )
    cases, carried = told(pandas)
    assert list(cases) == ["1203", "1204"]
    assert cases["1203"] == facts[0]["1203"]
    assert carried == {"1203": {}, "1204": {}}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04 not a workbook", "workbook cannot be read"),
        (b"\x00\x01\x02", "not a text file"),
        (b"\xff\xfeA", "UTF-16"),
        (b"UPN,Received\nA\x81,02/03/2026\n", "neither UTF-8 nor Windows-1252"),
        (b"UPN,Received\nA," + b"x" * 200_000 + b"\n", "cannot be split into cells"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(data, why, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=why):
        convert(path, COLUMNS)


def test_a_file_that_is_not_there_a_column_and_a_sheet_that_are_missing_are_named(tmp_path):
    with pytest.raises(SourceMissing):
        convert(tmp_path / "none.csv", COLUMNS)
    with pytest.raises(SourceError, match=r"no column Decided, Agreed\?, Officer .*it has: UPN, Received"):
        convert(pl.DataFrame({"UPN": ["A1"], "Received": ["02/03/2026"]}), COLUMNS)
    with pytest.raises(SourceError, match="no sheet 'Other'; it has Tracker"):
        read_raw_sheet(io.BytesIO(workbook()), sheet="Other")
    with pytest.raises(SourceError, match="no table"):
        convert(42, COLUMNS)
    with pytest.raises(SourceError, match="no row 9"):
        convert(io.BytesIO(csv_text().encode()), COLUMNS | {"header": 9})


def test_doubled_and_blank_headings_are_told_apart_and_said():
    sheet = read_raw_sheet(io.BytesIO(b"UPN,Date,Date,,Notes\nA1,1,2,3,4,5\n")).under(None)
    assert list(sheet.columns) == ["UPN", "Date", "Date (2)", "column 4", "Notes"]
    assert [note for note in sheet.notes if "Date" in note]
    assert [note for note in sheet.notes if "no heading" in note]
    assert [note for note in sheet.notes if "to the right" in note]


def test_of_several_sheets_the_one_is_read_that_has_the_columns_and_a_proposal_names_it(facts, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    for place, rows in enumerate(([["Read me"]], [["UPN", "x"], ["A1", "y"]], [])):
        page = book.create_sheet(f"Other {place}", 0)
        for row in rows:
            page.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    assert told(path) == facts
    others = "'Other 2', 'Other 1', 'Other 0'"
    assert f"its sheet 'Tracker' was read, and not {others}" in convert(path, COLUMNS).notes
    raw = read_raw_sheet(path, wanted=known_headings())
    assert raw.sheet == "Tracker"
    text = propose(raw).text
    assert '\nsheet = "Tracker"\n' in text
    assert f"# Not looked at: {others}. " in text
    with pytest.raises(SourceError, match="sheet Other 2 is empty"):
        read_raw_sheet(path, sheet="Other 2")


def test_rows_that_are_dicts_are_rows(facts, tmp_path):
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    assert told(rows) == facts
    engine = sa.create_engine(f"sqlite:///{tmp_path}/t.db")
    table = sa.Table("tracker", sa.MetaData(), *(sa.Column(name, sa.String) for name in HEADER))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), pl.DataFrame(rows).cast(pl.String).to_dicts())
    with engine.connect() as connection:
        found = told(connection.exec_driver_sql("select * from tracker").mappings())
    assert found == facts
    engine.dispose()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_without_its_mark_too(encoding, facts):
    assert told(io.BytesIO(csv_text("\t").encode(encoding))) == facts


BOOKS = Path(__file__).parent / "books"
"""Old workbooks of these rows, as xlwt 1.3 writes them: nothing that the tests have writes that form."""


def open_document(*, from_1904=False):
    """The same rows as LibreOffice keeps them, each day as the number under which it is kept."""
    first = dt.date(1904, 1, 1) if from_1904 else dt.date(1899, 12, 30)

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, dt.date):
            return f'<table:table-cell office:value-type="float" office:value="{(value - first).days}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in [HEADER, *ROWS])
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    epoch = '<table:null-date table:date-value="1904-01-01"/>' if from_1904 else ""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f"<table:calculation-settings>{epoch}</table:calculation-settings>"
            f'<table:table table:name="Tracker">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return kept.getvalue()


@pytest.mark.parametrize(
    "book",
    [
        (BOOKS / "serials.xls").read_bytes(),
        (BOOKS / "serials_1904.xls").read_bytes(),
        open_document(),
        open_document(from_1904=True),
    ],
    ids=["XLS", "XLS from 1904", "ODS", "ODS from 1904"],
)
def test_a_workbook_of_another_program_counts_its_days_from_where_it_says(book, facts):
    assert told(io.BytesIO(book)) == facts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,"2\n3,4\n', 2), ('a,b\r\n1,"2\r\n3,4', 2), ('"a,b\n', 1), ('a,b\n"x\ny",1\n"z', 4),
        ('a,b\r"x\ry",1\r"z\r', 4),
    ],
)  # fmt: skip
def test_a_quotation_mark_that_is_never_closed_is_told_with_the_line_where_it_opens(text: str, line: int):
    with pytest.raises(SourceError, match=f"line {line}: a quotation mark opens a cell here and is never closed"):
        read_raw_sheet(io.BytesIO(text.encode()), name="tracker.csv")
