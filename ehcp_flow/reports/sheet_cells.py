"""The looks of the cells of a workbook, and a shorter way for the two kinds that a register is full of.

Half the time of a workbook goes to putting into XML, one by one, cells that are a text or a number with a look of their
own; XlsxWriter makes and escapes a list of attributes for each. What is written is the same byte for byte.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

__all__ = ["RegisterSheet", "looks_in"]

_SHORT: Final = ("String", "Number")
"""The kinds of cells that have a shorter way: a shared text, by its number, and a number."""
_column = lru_cache(maxsize=None)(xl_col_to_name)


class RegisterSheet(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A sheet that is not written row by row: its texts are shared.

    An XlsxWriter that writes cells in another way does not ask this one, and nothing is lost but time.
    """

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


def looks_in(book: Any) -> dict[str, Any]:
    """Return the looks of cells by what they are for, as formats of a book."""
    return {
        "head": book.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "number": book.add_format({"valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 16}),
        "strong": book.add_format({"bold": True}),
        "share": book.add_format({"num_format": "0.0", "valign": "top"}),
        "bad": book.add_format({"font_color": "#8A1C1C", "bold": True}),
        "good": book.add_format({"font_color": "#14532D", "bold": True}),
    }
