"""One formatted workbook: the measures, what they hide, and every register, a sheet each.

Text is written as text, whatever it begins with: a cell that holds `=HYPERLINK(...)` shows it and does nothing.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

from ehcp_flow.errors import LibraryMissing, RangeError
from ehcp_flow.measures import (
    REGISTER_COLUMNS,
    REGISTER_FACTS,
    REGISTERS,
    MeasureTable,
    catalogue,
    exceptions_by_ground,
)
from ehcp_flow.measures.published_figures import ATTRIBUTION
from ehcp_flow.measures.registers import OF_ANY_LAW
from ehcp_flow.outputs import Kind, Output
from ehcp_flow.reports.lists import head_of
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.workbook_cover import BY_AGE, BY_MONTH, BY_YEAR, fill_cover

__all__ = ["WORKBOOK", "fill_sheet", "opened_book", "sheets_of", "write_sheets", "write_workbook"]

_MOST_ROWS: Final = 1_048_575
_LONGEST_CELL: Final = 32_767
_SURELY_FITS: Final = _LONGEST_CELL // 2
"""So many characters fit into a cell, whichever they are."""
_DAY_ZERO: Final = dt.date(1899, 12, 30).toordinal()
_WIDEST: Final = 60
_LOOKED_AT: Final = 200
_OF_REGISTER: Final = "Register "
_DAYS: Final = ("days_over", "waiting_days_over")
_SOON: Final = 7
_HEAD: Final = {"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True}
_UNTOUCHED: Final = re.compile(rb"<dc:title>ehcp_flow</dc:title>.*<cp:lastModifiedBy></cp:lastModifiedBy>", re.DOTALL)


def _untouched(file: BinaryIO) -> bool:
    """Whether a workbook is as `write_sheets` wrote it: one that somebody has saved since may hold their notes."""
    try:
        with zipfile.ZipFile(file) as parts:
            return _UNTOUCHED.search(parts.read("docProps/core.xml")) is not None
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return False


WORKBOOK: Final = Kind("a workbook as ehcp_flow wrote it", "registers.xlsx", _untouched)
"""A workbook as `write_sheets` writes it, that nobody has saved since."""

Rows = Sequence[Mapping[str, Any]]


def write_workbook(overview: Overview, file: str | Path | IO[bytes]) -> None:
    """Write the workbook of a caseload to a path, or a binary stream; see `write_sheets`."""
    sheets = sheets_of(overview)
    with opened_book(file, as_of=overview.as_of) as (book, looks):
        fill_cover(book, overview, sheets, looks)
        for name, rows in sheets.items():
            register = name.removeprefix(_OF_REGISTER)
            columns = (*overview.desk_columns, *REGISTER_COLUMNS[register]) if register in REGISTERS else ()
            in_words = register in REGISTERS.keys() - REGISTER_FACTS
            fill_sheet(
                book.add_worksheet(name), name, rows, looks, columns and ("case_id", *columns), in_words=in_words
            )


def sheets_of(overview: Overview) -> dict[str, Rows]:
    """Return the rows of each sheet by its name, in the order of the workbook, in which the cover comes before them.

    The headings of registers are in words there, unless their rows are facts to be imported.
    """
    sheets: dict[str, Rows] = {"About": _about(overview)}
    if not overview.other_law:
        sheets |= _figures_of(overview)
    for column, rows in overview.desks.items():
        sheets[f"By {column.replace('_', ' ')}"[:31]] = rows
    for name in OF_ANY_LAW if overview.other_law else REGISTERS:
        sheets[f"{_OF_REGISTER}{name}"] = overview.registers.rows(name)
    if not overview.other_law:
        sheets["Definitions"] = _definitions()
    return sheets


def _figures_of(overview: Overview) -> dict[str, Rows]:
    """Return the sheets of figures, which are of England's law alone."""
    waiting, cohorts = overview.waiting, overview.cohorts
    tables = {"year": overview.by_year, "quarter": overview.by_quarter, "12 months": overview.rolling}
    first = overview.as_of.replace(year=overview.as_of.year - 2, day=1)
    return {
        "Limits kept": overview.kept.rows(),
        BY_YEAR: overview.by_year.rows,
        "Measures by quarter": overview.by_quarter.rows,
        "Last 12 months": overview.rolling.rows,
        "Measures, one a row": [row for by, table in tables.items() for row in _one_a_row(by, table)],
        BY_AGE: waiting.by_age(),
        "Longest waits": waiting.longest(100),
        "Cohorts": [
            {name: value for name, value in row.items() if not isinstance(value, list)}
            for row in cohorts.curves(overview.as_of)
        ],
        BY_MONTH: cohorts.flow(first, overview.as_of),
        "Late reviews": overview.reviewing.by_delay(),
        "Review steps": overview.reviewing.waterfall(),
        "Phase transfers": overview.reviewing.transfers(),
        "Advice by adviser": overview.advice.rows(),
        "Exceptions by ground": exceptions_by_ground(overview.registers.rows("exceptions")),
    }


def _one_a_row(by: str, table: MeasureTable) -> Iterator[Mapping[str, Any]]:
    """Yield each figure of a table in a row of its own, of a share with how many of how many: for a pivot table."""
    columns = catalogue().columns
    for place, row in enumerate(table):
        for name, column in columns.items():
            is_share = column.kind == "percent"
            yield {
                "by": by,
                "period": table.periods[place].label,
                "measure": catalogue().home[name].title,
                "column": table.name_of(column),
                "what": column.says,
                "value": row[table.name_of(column)],
                "numerator": row[table.name_of(columns[column.base])] if is_share else None,
                "denominator": sum(row[table.name_of(columns[part])] for part in column.over) if is_share else None,
            }


def _definitions() -> Rows:
    return [
        {
            "column": column.name,
            "says": column.says,
            "measure": catalogue().home[column.name].title,
            "definition": catalogue().home[column.name].definition,
            "source": catalogue().home[column.name].source,
        }
        for column in catalogue().columns.values()
    ]


def write_sheets(sheets: Mapping[str, Rows], file: str | Path | IO[bytes], *, as_of: dt.date) -> None:
    """Write any rows as a workbook, a sheet each; the same rows give the same bytes.

    At a path, an earlier workbook of this call is replaced and nothing else is (`OutputError`). No text is a formula,
    and one that is longer than a cell can be is cut, and says so. Raises LibraryMissing without XlsxWriter, RangeError
    for a sheet of more rows than a sheet can hold.
    """
    with opened_book(file, as_of=as_of) as (book, looks):
        for name, rows in sheets.items():
            fill_sheet(book.add_worksheet(name), name, rows, looks)


@contextmanager
def opened_book(file: str | Path | IO[bytes], *, as_of: dt.date) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Open a workbook to be written, and yield it with the looks of its cells; raises what `write_sheets` raises."""
    try:
        from xlsxwriter import Workbook

        from ehcp_flow.reports.sheet_cells import RegisterSheet, looks_in
    except ImportError:
        raise LibraryMissing("XlsxWriter", "reports") from None
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with _opened(file) as target, Workbook(target, options) as book:
        book.worksheet_class = RegisterSheet
        book.set_properties({"title": "ehcp_flow", "created": dt.datetime.combine(as_of, dt.time(), dt.UTC)})
        yield book, looks_in(book)


def _opened(file: str | Path | IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    return Output(file, WORKBOOK).open() if isinstance(file, str | Path) else nullcontext(file)


def fill_sheet(
    sheet: Any,
    name: str,
    rows: Rows,
    looks: Mapping[str, Any],
    columns: Sequence[str] = (),
    *,
    in_words: bool = False,
) -> None:
    """Write rows into a sheet, under `columns` or their own, whose headings are `in_words` if that is asked for.

    What is overdue, and by how much, stands out there. Raises RangeError for more rows than a sheet can hold.
    """
    if len(rows) > _MOST_ROWS:
        raise RangeError(
            f"the number of rows of the sheet {name}", len(rows), f"a sheet holds {_MOST_ROWS:,}: write CSV"
        )
    columns = columns or list(dict.fromkeys(column for row in rows for column in row)) or ["nothing to show"]
    for at, column in enumerate(columns):
        sheet.write_string(0, at, head_of(column) if in_words else _text(column), looks["head"])
        sheet.set_column(at, at, _width(column, rows))
    places, text, put_text = [*enumerate(columns)], looks["text"], sheet.write_string
    for line, row in enumerate(rows, start=1):
        for at, column in places:
            value = row.get(column)
            if type(value) is str and 0 < len(value) <= _SURELY_FITS:  # nearly every cell is
                put_text(line, at, value, text)
            elif value is not None:
                _cell(sheet, line, at, value, looks)
    if in_words and rows:
        _mark(sheet, columns, len(rows), looks)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _mark(sheet: Any, columns: Sequence[str], rows: int, looks: Mapping[str, Any]) -> None:
    """Let what is overdue stand out, by words and colour, and how long it is by a bar."""
    for at, column in enumerate(columns):
        if column == "status":
            told = {"type": "cell", "criteria": "==", "value": '"overdue"', "format": looks["bad"]}
        elif column in _DAYS:
            told = {"type": "data_bar", "bar_color": "#E8B4A0", "min_type": "num", "min_value": 0}
        elif column == "days_left":
            told = {"type": "cell", "criteria": "<=", "value": _SOON, "format": looks["bad"]}
        else:
            continue
        sheet.conditional_format(1, at, rows, at, told)


def _cell(sheet: Any, line: int, at: int, value: Any, looks: Mapping[str, Any]) -> None:
    if value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, at, "yes" if value else "no", looks["text"])
    elif isinstance(value, int | float):
        sheet.write_number(line, at, value, looks["number"])
    elif isinstance(value, dt.date):
        sheet.write_number(line, at, value.toordinal() - _DAY_ZERO, looks["date"])
    else:
        sheet.write_string(line, at, _text(value), looks["text"])


def _text(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if len(text) <= _SURELY_FITS:
        return text
    # A spreadsheet counts a character beyond the first 65,536 as two.
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * _LONGEST_CELL:
        return text
    mark = f" ... [cut: {len(text):,} characters]"
    return units[: 2 * (_LONGEST_CELL - len(mark))].decode("utf-16-le", "ignore") + mark


def _width(column: str, rows: Rows) -> int:
    longest = max((len(_text(row.get(column) or "")) for row in rows[:_LOOKED_AT]), default=0)
    return min(max(longest, min(len(column), 18)) + 2, _WIDEST)


def _about(overview: Overview) -> Rows:
    summary = {} if overview.other_law else overview.waiting.summary()
    of_england = ("national figures", ATTRIBUTION)
    of_others = ("what is not here", "The Department's measures and what is published of England: this is another law.")
    pairs: Iterable[tuple[str, Any]] = [
        *([("rulebook", overview.other_law)] if overview.other_law else ()),
        ("as of", overview.as_of),
        ("cases", overview.cases),
        ("authorities", ", ".join(overview.authorities)),
        *((name.replace("_", " "), value) for name, value in summary.items()),
        (
            "what this is",
            "Computed from dated facts for the day given. Definitions are on the last sheet.",
        ),
        ("contains", "Case ids and recorded reasons: handle it as personal data."),
        of_others if overview.other_law else of_england,
    ]
    return [{"what": name, "value": value} for name, value in pairs]
