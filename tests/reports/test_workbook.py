import datetime as dt
import io
import re
import zipfile

import openpyxl  # type: ignore[import-untyped]
import pytest

from ehcp_flow.case import Case
from ehcp_flow.facts import make_fact
from ehcp_flow.measures import REGISTER_COLUMNS, REGISTER_FACTS, REGISTERS, percent
from ehcp_flow.reports.first_screen import law_kept
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.sheet_cells import RegisterSheet
from ehcp_flow.reports.verdict import headlines, in_words
from ehcp_flow.reports.workbook import sheets_of, write_sheets, write_workbook

AS_OF = dt.date(2026, 6, 30)


def read(file, **options):
    return openpyxl.load_workbook(file, **options)


@pytest.fixture(scope="module")
def written(seen):
    file = io.BytesIO()
    write_workbook(seen, file)
    return file.getvalue()


@pytest.fixture(scope="module")
def book(written):
    return read(io.BytesIO(written))


def test_the_workbook_has_a_sheet_for_each_register_and_its_definitions(book):
    assert {f"Register {name}" for name in REGISTERS} <= set(book.sheetnames)
    assert book.sheetnames[:2] == ["Cover", "About"]
    assert book.sheetnames[-1] == "Definitions"
    assert "By caseworker" in book.sheetnames


def test_the_sheets_hold_what_the_tables_hold(book, seen):
    for name, rows in sheets_of(seen).items():
        sheet = book[name]
        assert sheet.max_row == len(rows) + 1, name
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
    head = [cell.value for cell in book["Measures by year"][1]]
    first = [cell.value for cell in book["Measures by year"][2]]
    row = dict(zip(head, first, strict=True))
    assert row == seen.by_year[0]


def test_dates_are_dates_and_numbers_are_numbers(book):
    sheet = book["Register breaches"]
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, sheet[2], strict=True))
    assert isinstance(row["Last lawful day"].value, dt.datetime)
    assert row["Last lawful day"].number_format == "dd/mm/yyyy"
    assert isinstance(row["Days over"].value, int)


def test_the_cover_says_what_the_page_says_first(book, seen):
    """Whether the law is kept, the headline table with the year of what is published, and three charts."""
    cover = book["Cover"]
    texts = [cell.value for row in cover.iter_rows() for cell in row if cell.value is not None]
    assert f"Is the law kept? {law_kept(seen).answer}" in texts
    assert f"Is the service getting better? {in_words(headlines(seen))}" in texts
    for line in headlines(seen):
        row = next(row for row in cover.iter_rows(values_only=True) if row[0] == line.name)
        assert row[1:4] == (line.now, line.now_said or "–", line.before)
        assert row[4].endswith(line.change)
    assert "England 2024" in texts


def test_the_charts_of_the_cover_are_drawn_of_sheets_that_are_there(written, book):
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        charts = [parts.read(name).decode() for name in sorted(parts.namelist()) if name.startswith("xl/charts/chart")]
        assert "drawing" in parts.read("xl/worksheets/sheet1.xml").decode(), "they lie on the first sheet"
    assert [chart.count("<c:ser>") for chart in charts] == [2, 3, 1]
    for chart in charts:
        assert {name.strip("'") for name in re.findall(r"<c:f>(.+?)!", chart)} < set(book.sheetnames)


def test_each_figure_stands_in_a_row_of_its_own_beside_the_wide_tables(book, seen):
    rows = list(book["Measures, one a row"].iter_rows(values_only=True))
    head, figures = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert head == ("by", "period", "measure", "column", "what", "value", "numerator", "denominator")
    wide = {(row["year"], name): row[name] for row in seen.by_year for name in seen.by_year.names}
    long = {(one["period"], one["column"]): one["value"] for one in figures if one["by"] == "year"}
    assert long == wide
    for one in figures:
        if isinstance(one["value"], float) and one["denominator"]:
            assert percent(one["numerator"], one["denominator"]) == one["value"]


@pytest.mark.parametrize("name", sorted(REGISTERS.keys() - REGISTER_FACTS))
def test_a_register_is_headed_in_words_and_what_is_late_stands_out(book, name):
    sheet = book[f"Register {name}"]
    heads = [cell.value for cell in sheet[1]]
    assert not [head for head in heads if "_" in head]
    marked = {one.sqref for one in sheet.conditional_formatting}
    assert bool(marked) == bool({"Status", "Days over", "Days left"} & set(heads) and sheet.max_row > 1)


def test_rows_that_are_facts_keep_the_names_by_which_they_are_imported(book):
    heads = [cell.value for cell in book["Register proposals"][1]]
    assert heads == ["case_id", "caseworker", *REGISTER_COLUMNS["proposals"]], "of an empty register too"


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "\t=1", "{=1}", "http://x"])
def test_a_formula_in_the_data_stays_a_text(text):
    case = Case.of(
        [
            make_fact("request_received", case_id=text.strip() or "x", on="2026-01-05"),
            make_fact(
                "exception_recorded",
                case_id=text.strip() or "x",
                on="2026-02-02",
                outcome="exceptional_circumstances",
                reason=text,
            ),
        ]
    )
    file = io.BytesIO()
    write_workbook(overview([case], AS_OF), file)
    for sheet in read(file):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                assert cell.hyperlink is None
    values = [cell.value for row in read(file)["Register exceptions"].iter_rows() for cell in row]
    assert text.strip() in values


def test_the_same_rows_give_the_same_bytes():
    files = []
    for _ in range(2):
        file = io.BytesIO()
        write_sheets({"One": [{"a": 1, "b": "x", "c": None, "d": True, "e": AS_OF}], "None": []}, file, as_of=AS_OF)
        files.append(file.getvalue())
    assert files[0] == files[1]
    book = read(io.BytesIO(files[0]))
    *values, day = [cell.value for cell in book["One"][2]]
    assert values == [1, "x", None, "yes"]
    assert day.date() == AS_OF
    assert book["None"]["A1"].value == "nothing to show"


def test_the_shorter_way_of_cells_writes_what_xlsxwriter_writes(written, seen, monkeypatch):
    monkeypatch.delattr(RegisterSheet, "_write_cell")
    file = io.BytesIO()
    write_workbook(seen, file)
    assert file.getvalue() == written


def test_a_workbook_is_written_to_a_path(tmp_path):
    file = tmp_path / "book.xlsx"
    write_sheets({"One": [{"a": "x" * 32_767}]}, file, as_of=AS_OF)
    assert read(file)["One"]["A2"].value == "x" * 32_767, "what a cell can hold"


@pytest.mark.parametrize("mark", ["x", "\N{GRINNING FACE}"])
def test_a_text_that_is_longer_than_a_cell_is_cut_and_says_so(tmp_path, mark):
    file = tmp_path / "book.xlsx"
    write_sheets({"One": [{"a": mark * 40_000}]}, file, as_of=AS_OF)
    text = read(file)["One"]["A2"].value
    assert text.endswith(f"{mark} ... [cut: 40,000 characters]")
    assert 32_760 < len(text.encode("utf-16-le")) // 2 <= 32_767


def test_more_rows_than_a_sheet_can_hold_are_refused():
    rows: list[dict[str, int]] = [{}] * 1_048_576
    with pytest.raises(ValueError, match="rows of the sheet One is 1048576"):
        write_sheets({"One": rows}, io.BytesIO(), as_of=AS_OF)
