"""Sheets of one row a child into facts, by a convert file: the door for the tables that people really have.

`ehcp_flow.convert` is its one call, `ehcp-flow convert` its command. A way of keeping a table is added in `sheet.py`, a
way of writing a day in `cell_dates.py`, a heading that people use in `headings.toml`; import from here alone. Nothing
is guessed: what a column means stands in the convert file, and a cell that it cannot read is refused.

Needs the extra `sheets`: `pip install "ehcp-flow[sheets]"`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from typing import Any, Final

try:
    import polars as pl  # noqa: F401 - everything below needs it
except ImportError as error:
    from ehcp_flow.errors import LibraryMissing

    raise LibraryMissing(error.name or "polars", "sheets") from error

from ehcp_flow.bulk import read_cases
from ehcp_flow.case import Case
from ehcp_flow.conversion.cell_faults import cell_fault
from ehcp_flow.conversion.convert_file import ConvertFile, FromSheet, read_convert_file
from ehcp_flow.conversion.converting import ConvertedRows, convert_rows, rows_of_facts, rows_of_return
from ehcp_flow.conversion.headings import known_headings
from ehcp_flow.conversion.proposing import Proposal, propose
from ehcp_flow.conversion.refused_cells import refused_of
from ehcp_flow.conversion.returns import RETURNS, ReturnColumns, ReturnRecords, read_return, shipped_name
from ehcp_flow.conversion.sheet import RawSheet, read_raw_sheet
from ehcp_flow.facts import COLUMNS
from ehcp_flow.readers import Caseload, Report
from ehcp_flow.readers.declarations import recorded_events

__all__ = [
    "ConvertFile",
    "ConvertedCases",
    "ConvertedRows",
    "Proposal",
    "RawSheet",
    "ReturnColumns",
    "ReturnRecords",
    "cases_of",
    "cell_fault",
    "convert",
    "convert_rows",
    "convert_source",
    "fact_rows",
    "known_headings",
    "meant_by",
    "of_sheet",
    "propose",
    "read_convert_file",
    "read_raw_sheet",
    "read_return",
    "refused_of",
    "rows_of_return",
    "shipped_name",
]

SHIPPED: Final = ("annex-a",)
"""The convert files that the package has, by name."""


class ConvertedCases(Caseload):
    """The cases of a sheet, the report on the reading, and in `notes` how the sheet was read, a sentence each.

    `carried` are the further columns that the convert file keeps: by case, by name.
    """

    def __init__(self, cases: Mapping[str, Case], report: Report, rows: ConvertedRows) -> None:
        super().__init__(cases, report)
        self.notes = tuple(rows.notes)
        self.carried = rows.carried_values()
        self._rows = rows

    @property
    def silent(self) -> Mapping[str, Sequence[str]]:
        """The names of the facts of each case that its cells could tell, and do not.

        `import_facts` counts those among them that a store holds: cells that were emptied.
        """
        return self._rows.silent_names()


def convert(
    source: Any,
    columns: str | os.PathLike[str] | Mapping[str, Any],
    *,
    records: Sequence[str] = (),
    unrecorded: Sequence[str] = (),
    authority: str | int | None = None,
    query: Any = None,
    name: str | None = None,
) -> ConvertedCases:
    """Return the cases of a table of one row a child, with the cells that could not be read in `refused`.

    `source` is the path of a CSV file or a workbook, a binary stream of one, a frame of pandas, Polars or Arrow, or a
    result of SQLAlchemy or a DB-API cursor; an SQLAlchemy engine or connection with a `query`. `columns` is a convert
    file: its path, or a dict of the same keys; or a shipped name: `sen2`, `blade`, `ssd`, `d2i` (a file or a folder of
    the sector's own, `docs/returns.md`) or `annex-a`. `records` are the events that the source records at all, or
    `unrecorded` those that it does not, where `columns` does not say so: a limit that only others could discharge is
    `unrecorded`. `authority` is whose cases they are, where neither `columns` nor the source says so.

    Raises ConvertFileError where the convert file is wrong or still asks something, SourceError for a source that
    cannot be read at all or lacks a column, LibraryMissing without the extra.
    """
    recorded = recorded_events(records, unrecorded) if unrecorded else records
    file = meant_by(columns, records=recorded, authority=authority)
    return cases_of(convert_source(source, file, query=query, name=name))


def meant_by(
    columns: str | os.PathLike[str] | Mapping[str, Any],
    *,
    records: Sequence[str] = (),
    authority: str | int | None = None,
) -> ConvertFile | ReturnColumns:
    """Return what `columns` means: a convert file, its own or a shipped one, or a form of the sector's own files.

    `authority` is whose cases they are, where that is not said by it, or by the source.
    A shipped name is that name alone; a file that is called so is given with its folder: `./sen2`. Raises what
    `read_convert_file` raises.
    """
    if isinstance(columns, str) and columns in RETURNS:
        return ReturnColumns(columns, tuple(records), authority=None if authority is None else str(authority))
    if isinstance(columns, str) and columns in SHIPPED:
        with as_file(files(__package__) / f"{columns}.toml") as path:
            file = read_convert_file(path, records=records)
    else:
        file = read_convert_file(columns, records=records)
    if authority is None or file.authority is not None:
        return file
    return file.model_copy(update={"authority": FromSheet(value=str(authority))})


def fact_rows(source: Any, *, sheet: str | None = None, name: str | None = None) -> ConvertedRows:
    """Return the rows of a sheet that has the columns of facts, one fact a row: a workbook, as a CSV file of facts.

    `sheet` names one of a workbook's. Raises SourceError for what cannot be read or lacks a column that it must have.
    """
    return rows_of_facts(read_raw_sheet(source, sheet=sheet, name=name, wanted=COLUMNS))


def cases_of(rows: ConvertedRows) -> ConvertedCases:
    """Return the cases that rows of facts tell."""
    found = read_cases(rows)
    return ConvertedCases(found, found.report, rows)


def convert_source(
    source: Any, file: ConvertFile | ReturnColumns, *, query: Any = None, name: str | None = None
) -> ConvertedRows:
    """Return the rows of facts of a table, as every call of `ehcp_flow.bulk` takes them; `convert` says what may be."""
    if isinstance(file, ReturnColumns):
        return rows_of_return(read_return(source, file, name=name), file)
    if query is None:
        raw = read_raw_sheet(source, sheet=file.sheet, name=name, wanted=file.headings)
        return convert_rows(raw, file)
    if hasattr(source, "connect"):
        with source.connect().execution_options(stream_results=True) as connection:
            return convert_source(connection, file, query=query, name=name)
    ask = source.exec_driver_sql if isinstance(query, str) and hasattr(source, "exec_driver_sql") else source.execute
    return convert_rows(read_raw_sheet(ask(query), name=name or "query"), file)


def of_sheet(file: ConvertFile | ReturnColumns, sheet: str) -> ConvertFile | ReturnColumns:
    """Return the same for another sheet of a workbook than it says."""
    if isinstance(file, ReturnColumns):
        return replace(file, sheet=sheet)
    return file.model_copy(update={"sheet": sheet})
