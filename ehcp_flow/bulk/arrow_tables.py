"""Tables of another library as frames: whatever has Arrow's PyCapsule interface, and pandas where it has no type."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import polars as pl

from ehcp_flow.errors import SourceError

__all__ = ["BLANK", "table_of", "text_of_cell"]

_EXACT: Final = 2.0**53
"""Below it a decimal tells each whole number."""
BLANK: Final = " \t\r\n\f\v\u00a0\u200b\ufeff"


class _Stream:
    """A table by its interface alone: an older Polars goes through a reader by its batches."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._source.__arrow_c_stream__(requested_schema)


def table_of(source: Any, name: str) -> pl.DataFrame:
    """Return a table of pandas, Arrow or whatever has the PyCapsule interface as a frame.

    Columns of pandas that hold objects of several kinds are told as text. Raises SourceError for what is no table.
    """
    try:
        found = pl.DataFrame(_Stream(source) if hasattr(source, "__arrow_c_stream__") else source)
    except pl.exceptions.SchemaError:
        raise SourceError(name, "this is one column and no table") from None
    except (TypeError, ValueError) as error:
        # What Arrow has no type for: a day beside a text, a number beside a name.
        headings = list(map(str, getattr(source, "columns", ())))
        if not hasattr(source, "itertuples") or len({*headings}) < len(headings):
            raise SourceError(name, f"it cannot be read: {error}") from None
        rows = [[text_of_cell(cell) or None for cell in row] for row in source.itertuples(index=False, name=None)]
        found = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")
    return found.with_columns(_whole(found[column]) for column, kind in found.schema.items() if kind.is_float())


def _whole(numbers: pl.Series) -> pl.Series:
    """Return numbers as whole ones where they are: pandas has no whole number beside one that is missing."""
    told = numbers.fill_nan(None)
    is_whole = told.drop_nulls().is_finite().all() and ((told % 1 == 0) & (told.abs() < _EXACT)).all()
    return told.cast(pl.Int64) if is_whole else numbers


def text_of_cell(cell: Any) -> str:
    """Return a cell as text."""
    if isinstance(cell, str):
        return cell.strip(BLANK)
    if _is_missing(cell):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.date):
        is_day = not isinstance(cell, dt.datetime) or cell.time() == dt.time()
        return f"{cell:%Y-%m-%d}" if is_day else str(cell)
    # A whole number as a sheet shows it, be it kept as 7.0, by NumPy, or as a decimal.
    return re.sub(r"\A(-?[0-9]+)\.0+\Z", r"\1", str(cell).strip(BLANK))


def _is_missing(cell: Any) -> bool:
    """Whether a cell stands for nothing: None, and what is not equal to itself (NaN, NaT), or cannot say (NA)."""
    try:
        return cell is None or bool(cell != cell)  # noqa: PLR0124 - that is the question
    except TypeError:
        return True
    except ValueError:
        return False
