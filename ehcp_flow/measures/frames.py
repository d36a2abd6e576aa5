"""Rows as pandas or Polars frames, for notebooks. Both are loaded only when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from ehcp_flow.errors import LibraryMissing
from ehcp_flow.measures.arithmetic import UNAVAILABLE

__all__ = ["to_pandas", "to_polars"]


def to_pandas(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> Any:
    """Return rows as a `pandas.DataFrame`, `x` as missing. Raises LibraryMissing without pandas."""
    return _load("pandas").DataFrame(_plain(rows), columns=None if columns is None else list(columns))


def to_polars(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> Any:
    """Return rows as a `polars.DataFrame`, `x` as null. Raises LibraryMissing without polars."""
    names = None if columns is None else list(columns)
    return _load("polars").DataFrame(_plain(rows), schema=names, infer_schema_length=None)


def _plain(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: None if value == UNAVAILABLE else value for name, value in row.items()} for row in rows]


def _load(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise LibraryMissing(name) from None
