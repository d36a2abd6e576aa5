"""A sheet of XlsxWriter, with a shorter way for the two kinds of cells that a register is full of.

Half the time of a workbook goes to putting into XML, one by one, cells that are a text or a number with a look of their
own; XlsxWriter makes and escapes a list of attributes for each. What is written is the same byte for byte.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

__all__ = ["Sheet"]

_SHORT: Final = ("String", "Number")
"""The kinds of cells that have a shorter way: a shared text, by its number, and a number."""
_column = lru_cache(maxsize=None)(xl_col_to_name)


class Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A sheet that is not written row by row: its texts are shared."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell).__name__
        if kind not in _SHORT or not cell.format or self.constant_memory:
            super()._write_cell(row, col, cell)
            return
        of = f'r="{_column(col)}{row + 1}" s="{cell.format._get_xf_index()}"'  # noqa: SLF001 - as its own method asks
        if kind == "String":
            self.fh.write(f'<c {of} t="s"><v>{cell.string}</v></c>')
        else:
            self.fh.write(f"<c {of}><v>{cell.number:.16G}</v></c>")
