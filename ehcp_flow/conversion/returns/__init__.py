"""The sector's own files as facts.

A SEN2 return in XML or in the Department's template, the Blade export of COLLECT, the tables of the Standard
Safeguarding Dataset, and the five files of Data to Insight's SEND tool. Whatever the form, it is read into one set of
tables (`items.toml`: persons, requests, assessments, named plans, plan details, active plans, placements, needs), and
these into facts and particulars by one mapping (`mapping.toml`). Import from here alone.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Any, Final

from ehcp_flow.conversion.returns.item_values import (
    ITEM_TYPES,
    flag_value,
    is_true_number,
    right_value,
    value_is_taken,
    values_as_xml,
)
from ehcp_flow.conversion.returns.items import (
    FIRST_YEAR,
    LAST_YEAR,
    Item,
    ItemTable,
    authorities,
    forms,
    specified,
    tables,
)
from ehcp_flow.conversion.returns.mapping import party_codes
from ehcp_flow.conversion.returns.records import OddElement, RequestRecords, ReturnRecords, ReturnRow, name_cases
from ehcp_flow.conversion.returns.return_facts import (
    ReturnedFact,
    facts_of_return,
    when_it_ends,
)
from ehcp_flow.conversion.returns.table_files import (
    TEMPLATE_SHEET,
    form_of_table,
    is_template,
    read_folder,
    read_table_file,
    read_template,
)
from ehcp_flow.conversion.returns.xml_return import belongs_in, read_xml, right_name
from ehcp_flow.conversion.sheet import RawSheet, read_raw_sheet, sheet_names
from ehcp_flow.errors import SourceError
from ehcp_flow.inputs import WORKBOOKS, is_folder, is_xml
from ehcp_flow.readers.case_reader import open_file

__all__ = [
    "FIRST_YEAR",
    "ITEM_TYPES",
    "LAST_YEAR",
    "RETURNS",
    "TEMPLATE_SHEET",
    "Item",
    "ItemTable",
    "OddElement",
    "RequestRecords",
    "ReturnColumns",
    "ReturnRecords",
    "ReturnRow",
    "ReturnedFact",
    "authorities",
    "belongs_in",
    "facts_of_return",
    "flag_value",
    "forms",
    "is_true_number",
    "name_cases",
    "party_codes",
    "read_return",
    "right_name",
    "right_value",
    "shipped_name",
    "specified",
    "tables",
    "value_is_taken",
    "values_as_xml",
    "when_it_ends",
]

RETURNS: Final = {"sen2": ("xml", "template"), "blade": ("blade",), "ssd": ("ssd",), "d2i": ("d2i",)}
"""The shipped names, and the forms that each means."""
_BEGINNING: Final = 4_096


@dataclass(frozen=True)
class ReturnColumns:
    """One of the shipped names, `sen2` and the like, where a convert file could stand; `records` as a convert file's.

    Without a name it is any of the forms, by what the source says itself. `authority` is whose cases they are, where
    the source does not say so, and `year` of which collection it is.
    """

    name: str = ""
    records: tuple[str, ...] = ()
    sheet: str | None = None
    authority: str | None = None
    year: int | None = None


def read_return(source: Any, columns: ReturnColumns, *, name: str | None = None) -> ReturnRecords:
    """Return what one of the sector's files says: a path, a folder, a binary stream, or a frame of one of its tables.

    Raises SourceError for what is none of them, or is of another form than `columns` says; SourceMissing for a file
    that is not there.
    """
    found = _read(source, columns, name)
    if columns.name and found.form not in RETURNS.get(columns.name, ()):
        right = next(each for each, of in RETURNS.items() if found.form in of)
        raise SourceError(found.name, f"this is {forms()[found.form].says}, not {columns.name}: give --columns {right}")
    if found.year is None and columns.year is not None:
        found.header["Year"] = str(columns.year)
    return found


def shipped_name(raw: RawSheet) -> str | None:
    """Return the shipped name that a sheet's own headings say it is of, None for any other sheet."""
    form = "template" if is_template(raw) else form_of_table(raw)
    return next((name for name, of in RETURNS.items() if form in of), None)


def _read(source: Any, columns: ReturnColumns, name: str | None) -> ReturnRecords:
    if not isinstance(source, (str, os.PathLike)):
        if not hasattr(source, "read"):
            return read_table_file(read_raw_sheet(source, name=name))
        data = source.read()
        stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
        return _of_stream(stream, name or str(getattr(source, "name", "<stream>")), columns)
    name = name or os.fspath(source)
    if is_folder(source):
        return read_folder(source, name)
    with open_file(source, name) as file:
        return _of_stream(file, name, columns)


def _of_stream(file: Any, name: str, columns: ReturnColumns) -> ReturnRecords:
    begins = file.read(_BEGINNING)
    file.seek(0)
    if not begins.strip():
        raise SourceError(name, "it is empty: fetch or export it again")
    if is_xml(begins):
        return read_xml(file, name)
    sheet = columns.sheet
    if begins.startswith(WORKBOOKS):
        data = file.read()
        file = io.BytesIO(data)
        if sheet is None and TEMPLATE_SHEET in sheet_names(data, name):
            sheet = TEMPLATE_SHEET
    raw = read_raw_sheet(file, sheet=sheet, name=name)
    return read_template(raw) if is_template(raw) else read_table_file(raw)
