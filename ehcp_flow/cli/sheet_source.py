"""A sheet as SOURCE: one of facts, by a convert file any that has one row a child, and a return of the sector."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import option
from ehcp_flow.errors import LibraryMissing
from ehcp_flow.inputs import WORKBOOKS, is_folder, is_xml

if TYPE_CHECKING:
    from types import ModuleType

    from ehcp_flow.conversion import ConvertedRows, RawSheet

__all__ = [
    "ConvertFileName",
    "conversion_extra",
    "is_return",
    "is_sheet_of_facts",
    "raw_sheet",
    "read_from",
    "sheet_rows",
]

_BEGINNING: Final = 1 << 14
_TITLES: Final = 30
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")

ConvertFileName: TypeAlias = Annotated[
    str | None,
    option(
        "--columns FILE|NAME",
        "SOURCE is a sheet of one row a child, and this convert file says what its columns mean; or it is one of the "
        "sector's own files: sen2, blade, ssd, d2i, annex-a.",
    ),
]


def is_sheet_of_facts(source: str) -> bool:
    """Whether SOURCE has the columns of facts, and not as a CSV file of facts begins.

    It is a workbook, UTF-16, has a line `sep=`, or a title above its header.
    """
    begins = _begins(source, _BEGINNING)
    if begins.startswith((*WORKBOOKS, *_UTF_16, b"sep=", b'"sep=')):
        return True
    from ehcp_flow.facts import REQUIRED
    from ehcp_flow.readers.row_tables import column_of

    lines = [line for line in begins.decode("latin-1").removeprefix("\xef\xbb\xbf").splitlines() if line.strip()]
    if b"\0" in begins or not lines or lines[0].lstrip().startswith("{"):
        return False
    named = [{column_of(cell.strip('"')) for cell in re.split("[,;\t]", line)} >= {*REQUIRED} for line in lines]
    return not named[0] and any(named[1:_TITLES])


def is_return(source: str) -> bool:
    """Whether SOURCE is one of the sector's own by what it is: an XML file, or a folder with CSV files in it."""
    try:
        if "://" not in source and is_folder(source):
            return any(path.suffix.lower() == ".csv" for path in Path(source).iterdir())
    except OSError:
        return False
    return is_xml(_begins(source))


def _begins(source: str, size: int = 4) -> bytes:
    """Return how a file begins; nothing for what is no file."""
    try:
        if "://" in source or not Path(source).is_file():
            return b""
        with Path(source).open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


def conversion_extra(what: str) -> ModuleType:
    """Return the package that reads sheets. Raises BadParameter, which says what to install, where it is missing."""
    try:
        from ehcp_flow import conversion
    except LibraryMissing as error:
        raise typer.BadParameter(f"{what}: {error}") from None
    return conversion


def sheet_rows(
    source: str,
    columns: str | None,
    sheet: str | None = None,
    *,
    records: Sequence[str] = (),
    authority: str | None = None,
) -> ConvertedRows | None:
    """Return the facts of a sheet or a return and tell how it was read; None for a SOURCE that is none.

    `columns` is the convert file or a shipped name, `sheet` which sheet of a workbook, if another than that file says,
    `records` what the source records at all, where that is said of it: a sheet of facts says so itself. `authority` is
    whose cases they are, where neither the convert file nor the source says so.
    """
    returned = columns is None and is_return(source)
    if columns is None and not returned and not is_sheet_of_facts(source):
        return None
    if "://" in source:
        why = "a store holds facts already; only a sheet is read by a convert file"
        raise typer.BadParameter(why, param_hint="--columns")
    conversion = conversion_extra(f"{source} is a sheet")
    given, name = read_from(source)
    rows: ConvertedRows
    if returned:
        rows = conversion.convert_source(
            given, conversion.ReturnColumns(records=tuple(records), authority=authority), name=name
        )
    elif columns is None:
        rows = conversion.fact_rows(given, sheet=sheet, name=name)
    else:
        by = conversion.meant_by(columns, records=records, authority=authority)
        if sheet is not None:
            by = conversion.of_sheet(by, sheet)
        rows = conversion.convert_source(given, by, name=name)
    for said in rows.notes:
        note(f"{rows.name}: {said}")
    return rows


def raw_sheet(source: str, sheet: str | None) -> RawSheet:
    """Return the rows of a sheet as they are, to propose a convert file for them."""
    given, name = read_from(source)
    conversion = conversion_extra(f"{source} is a sheet")
    read: RawSheet = conversion.read_raw_sheet(given, sheet=sheet, name=name, wanted=conversion.known_headings())
    return read


def read_from(source: str) -> tuple[Any, str | None]:
    """Return what is read of a SOURCE, and what it is called where it does not say so itself."""
    return (sys.stdin.buffer, "standard input") if source == "-" else (source, None)
