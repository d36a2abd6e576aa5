"""Cells of a spreadsheet that hold no value but a fault: an error, or a formula of which no value was stored.

Read as blank they would say that nothing is on record: a plan that ceased would be one that did not. So such a cell
stays what it shows, and whoever reads its column refuses it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from typing import Final, NamedTuple

__all__ = [
    "CELL_FAULT", "NO_VALUE", "CellFault", "cell_fault", "faults_of_cells", "faults_told", "faults_within",
    "with_faults",
]  # fmt: skip

_ERRORS: Final[Mapping[str, str]] = {
    "#N/A": "a formula found nothing", "#REF!": "a formula asks for a cell that is gone",
    "#VALUE!": "a formula was given what it cannot take", "#NAME?": "a formula has a name that is not known",
    "#NUM!": "a formula has a number that is none", "#DIV/0!": "a formula divides by nothing",
    "#NULL!": "a formula asks for cells that do not meet", "#SPILL!": "a formula has no room for its values",
    "#CALC!": "a formula could not be worked out", "#GETTING_DATA": "a formula had not ended",
}  # fmt: skip
NO_VALUE: Final = " (a formula without a value)"
_BY_NAME: Final = {
    "NA": "#N/A", "Ref": "#REF!", "Value": "#VALUE!", "Name": "#NAME?", "Num": "#NUM!", "Div0": "#DIV/0!",
    "Null": "#NULL!", "GettingData": "#GETTING_DATA",
}  # fmt: skip
"""The errors by the names that fastexcel tells them by."""
_BY_FASTEXCEL: Final = re.compile(r"'Error\((\w+)\)'")
CELL_FAULT: Final = rf"^(?:{'|'.join(re.escape(each) for each in _ERRORS)}|=.*{re.escape(NO_VALUE)})$"
"""What `cell_fault` finds. A pattern, for re and Polars."""
_FAULT: Final = re.compile(CELL_FAULT, re.DOTALL)
_RIGHT: Final = "write the value itself there, or leave the cell empty where there is none"
_TOLD: Final = 6
"""How many such cells are told by their places."""
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE: Final = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<|<(?:\w+:)?is\b")
_SHEET: Final = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_NAMED: Final = re.compile(r"([\w:]+)=\"([^\"]*)\"")


class CellFault(NamedTuple):
    """A cell: its row and column, from 0, and what it shows."""

    row: int
    column: int
    text: str


def cell_fault(text: str) -> str:
    """Return why a cell is no value, nothing for one that is.

    >>> cell_fault("#N/A")
    'it is an error of the spreadsheet (a formula found nothing); write the value itself there, or leave the cell \
empty where there is none'
    """
    if text[:1] not in {"#", "="} or _FAULT.match(text) is None:
        return ""
    if text in _ERRORS:
        return f"it is an error of the spreadsheet ({_ERRORS[text]}); {_RIGHT}"
    return f"the workbook holds a formula there, and no value of it: open it in a spreadsheet and save it, or {_RIGHT}"


def faults_within(data: bytes, sheet: str) -> tuple[list[CellFault], int]:
    """Return the faults of a sheet of an XLSX workbook, and the column in which its first value stands.

    Of another kind of workbook nothing is known.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = _part_of(archive, sheet)
            body = archive.read(part) if part else b""
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, UnicodeDecodeError, zlib.error):
        return [], 0
    if b't="e"' not in body and b"<f" not in body and b":f" not in body:
        return [], 0
    found: list[CellFault] = []
    first: int | None = None
    for attributes, content in _CELL.findall(body):
        place = _PLACE.search(attributes)
        if place is None:
            continue
        column = _column(place[1].decode())
        value = _VALUE.search(content)
        if value is not None:
            first = column if first is None else min(first, column)
        formula = _FORMULA.search(content)
        if b't="e"' in attributes and value is not None:
            found.append(CellFault(int(place[2]) - 1, column, unescape((value[1] or b"").decode("utf-8", "replace"))))
        elif formula is not None and value is None and b't="str"' not in attributes:
            shown = unescape((formula[1] or b"").decode("utf-8", "replace"))
            found.append(CellFault(int(place[2]) - 1, column, f"={' '.join(shown.split())}{NO_VALUE}"))
    return found, first or 0


def faults_of_cells(errors: Iterable[tuple[tuple[int, int], str]]) -> list[CellFault]:
    """Return the faults of a sheet as fastexcel tells its errors: places among the cells that it gives, and why."""
    return [
        CellFault(row, column, _BY_NAME.get(told[1], "#VALUE!"))
        for (row, column), why in errors
        if (told := _BY_FASTEXCEL.search(why)) is not None
    ]


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return in which part of a workbook a sheet stands, nothing where it does not say so."""
    book = archive.read("xl/workbook.xml").decode("utf-8")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    wanted = ""
    for tag in _SHEET.findall(book):
        told = dict(_NAMED.findall(tag))
        if unescape(told.get("name", "")) == sheet:
            wanted = next((value for name, value in told.items() if name.endswith(":id")), "")
    for tag in _RELATION.findall(relations):
        told = dict(_NAMED.findall(tag))
        if told.get("Id") == wanted:
            target = told.get("Target", "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _column(letters: str) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _place(fault: CellFault) -> str:
    letters, at = "", fault.column + 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{fault.row + 1}"


def with_faults(rows: list[list[str]], faults: Sequence[CellFault], first: int) -> list[list[str]]:
    """Return the rows of a sheet, whose cells begin in the column `first`, with what its faults show."""
    if not faults:
        return rows
    before = max(first - min(fault.column for fault in faults), 0)
    last = max(fault.column for fault in faults) - first + before
    width = max(last + 1, before + max(map(len, rows), default=0))
    wide = [[*[""] * before, *row, *[""] * (width - before - len(row))] for row in rows]
    wide += [[""] * width for _ in range(max(fault.row for fault in faults) + 1 - len(wide))]
    for fault in faults:
        wide[fault.row][fault.column - first + before] = fault.text
    return wide


def faults_told(faults: Sequence[CellFault], sheet: str) -> list[str]:
    """Return what is to be said of the faults of a sheet: where they stand, by the names of their cells."""
    if not faults:
        return []
    some = ", ".join(f"{_place(fault)} ({fault.text.removesuffix(NO_VALUE)})" for fault in faults[:_TOLD])
    more = f" and {len(faults) - _TOLD:,} more" if len(faults) > _TOLD else ""
    said = (
        f"warning: {len(faults):,} cell(s) of its sheet {sheet!r} hold an error or a formula without a value, and are "
        f"refused where their column is read: {some}{more}"
    )
    return [said]
