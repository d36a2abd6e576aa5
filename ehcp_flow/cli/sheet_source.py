"""A sheet as SOURCE: by a convert file any that has one row a child, and a workbook that has the columns of facts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import option
from ehcp_flow.errors import LibraryMissing

if TYPE_CHECKING:
    from types import ModuleType

    from ehcp_flow.conversion import ConvertedRows

__all__ = ["ConvertFileName", "conversion_extra", "is_workbook", "sheet_rows"]

ConvertFileName: TypeAlias = Annotated[
    str | None,
    option("--columns FILE", "SOURCE is a sheet of one row a child, and this convert file says what its columns mean."),
]

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"


def is_workbook(source: str) -> bool:
    """Whether SOURCE is a workbook: XLSX, XLS or ODS; nothing is taken out of standard input or a pipe to find out."""
    try:
        if "://" in source or not Path(source).is_file():
            return False
        with Path(source).open("rb") as file:
            return file.read(4) in (_ZIP, _OLE)
    except (OSError, ValueError):
        return False


def conversion_extra(what: str) -> ModuleType:
    """Return the package that reads sheets. Raises BadParameter, which says what to install, where it is missing."""
    try:
        from ehcp_flow import conversion
    except LibraryMissing as error:
        raise typer.BadParameter(f"{what}: {error}") from None
    return conversion


def sheet_rows(source: str, columns: str | None) -> ConvertedRows | None:
    """Return the facts of a sheet and tell how it was read; None for a SOURCE that is no sheet."""
    if columns is None and not is_workbook(source):
        return None
    if "://" in source:
        raise typer.BadParameter(
            "a store holds facts already; only a sheet is read by a convert file", param_hint="--columns"
        )
    conversion = conversion_extra(f"{source} is a sheet")
    given: Any = sys.stdin.buffer if source == "-" else source
    name = "standard input" if source == "-" else None
    if columns is None:
        rows: ConvertedRows = conversion.fact_rows(given, name=name)
    else:
        rows = conversion.convert_source(given, conversion.read_convert_file(columns), name=name)
    for said in rows.notes:
        note(f"{rows.name}: {said}")
    return rows
