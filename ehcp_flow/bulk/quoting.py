"""Quotation marks in a block of CSV: which are where they should be, and where rows end between them.

A quotation mark is regular if it begins a cell or ends one, or is one of two that stand for one within a cell. Where
all of them are, whether a byte stands within quotation marks is only a matter of how many went before it, and every
reader of CSV takes the text apart in the same way.
"""

from __future__ import annotations

import csv
import io
from typing import Final, NamedTuple

import numpy as np

from ehcp_flow.bulk.codes import Array

__all__ = ["Quotes", "cells_of_row", "inside", "irregular", "spans"]

_NEWLINE, _QUOTE, _RETURN = b'\n"\r'
_UNENDED: Final = "unexpected end of data"


class Quotes(NamedTuple):
    """What the quotation marks of a file say of its rows.

    `by_line`: each row stands on a line of its own; `regular`: all of them are regular, so that rows may span lines.
    """

    by_line: bool
    regular: bool


def inside(data: Array) -> Array:
    """Return which bytes have an odd number of quotation marks before them, or are the one that makes it odd."""
    odd: Array = (np.cumsum(data == _QUOTE, dtype=np.uint8) & 1).astype(bool)
    return odd


def irregular(data: Array, separator: int, places: Array, opens: Array) -> Array:
    """Return which of the quotation marks at these places are not regular; `opens` says which would begin a cell.

    The block ends with a line feed, and begins where a row does.
    """
    before = np.where(places > 0, data[places - 1], _NEWLINE)
    after = data[places + 1]
    beside = np.where(opens, before, after)
    good = (beside == separator) | (beside == _NEWLINE) | (beside == _QUOTE)
    ends = ~opens & (after == _RETURN)
    good[ends] = data[places[ends] + 2] == _NEWLINE
    wrong: Array = ~good
    return wrong


def spans(line: bytes, separator: str) -> bool:
    """Whether a row that begins on this line goes on on the next."""
    try:
        cells_of_row(line.decode("utf-8", "surrogateescape"), separator)
    except csv.Error as error:
        return _UNENDED in str(error)
    return False


def cells_of_row(text: str, separator: str) -> list[str]:
    """Return the cells of one row as the readers take it apart. Raises csv.Error as they meet it."""
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True), [])
