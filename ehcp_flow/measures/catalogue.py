"""The catalogue of measures: what each counts, in whose words, and what to beware of. The data is `catalogue.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal

from ehcp_flow.errors import UnknownNameError

__all__ = ["Catalogue", "Measure", "MeasureColumn", "Sum", "catalogue"]

_FILE: Final = "catalogue.toml"


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """One column of the table of measures.

    `kind` is `count`, `percent` (of `base` in the sum of `over`), `mean` or `median` (of the weeks behind `base`).
    `dfe` says that the name is the Department for Education's; `dfe_name` is its name in a table of one year.
    """

    name: str
    says: str
    kind: Literal["count", "percent", "mean", "median"]
    base: str = ""
    over: tuple[str, ...] = ()
    dfe: bool = False
    dfe_name: str = ""

    def name_in(self, year: int | None) -> str:
        """Return the name in a table of one calendar year, or of anything else if that is None."""
        if year is None or not self.dfe_name:
            return self.name
        return self.dfe_name.format(year=f"{year % 100:02}", next=f"{(year + 1) % 100:02}")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its columns, what it counts, by which day a case falls into a period, its source, its traps.

    `by` names what it can be grouped by and most measures cannot, such as `adviser`.
    """

    id: str
    title: str
    group: str
    definition: str
    year_by: str
    source: str
    traps: tuple[str, ...]
    columns: tuple[MeasureColumn, ...]
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """Counts that add up to another, with `rest`, which is no column, where they are not all of it."""

    total: str
    parts: tuple[str, ...]
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All measures by id, and all columns by name, in their public order; and which counts add up to which."""

    measures: Mapping[str, Measure]
    columns: Mapping[str, MeasureColumn]
    home: Mapping[str, Measure]
    sums: tuple[Sum, ...] = ()

    def column(self, name: str) -> MeasureColumn:
        """Return the column with this name, or the first percentage (else column) of the measure with this id.

        Case does not matter: the Department itself changed PC to pc. Raises UnknownNameError, with near matches.
        """
        wanted = name.casefold()
        for column in self.columns.values():
            if column.name.casefold() == wanted:
                return column
        if name in self.measures:
            columns = self.measures[name].columns
            return next((column for column in columns if column.kind == "percent"), columns[0])
        raise UnknownNameError("measure", name, (*self.measures, *self.columns))


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue, read once."""
    data = tomllib.loads(files(__package__).joinpath(_FILE).read_text("utf-8"))
    measures = {row["id"]: measure_of(row, data["sources"]) for row in data["measure"]}
    columns = {column.name: column for measure in measures.values() for column in measure.columns}
    home = {column.name: measure for measure in measures.values() for column in measure.columns}
    sums = tuple(Sum(row["total"], tuple(row["parts"]), row.get("rest", "")) for row in data["sum"])
    return Catalogue(MappingProxyType(measures), MappingProxyType(columns), MappingProxyType(home), sums)


def measure_of(row: Mapping[str, Any], sources: Mapping[str, str]) -> Measure:
    if row["source"] not in sources:
        raise UnknownNameError("source", row["source"], sources)
    return Measure(
        row["id"],
        row["title"],
        row["group"],
        row["definition"],
        row["year_by"],
        sources[row["source"]],
        tuple(row["traps"]),
        tuple(_column(column) for column in row["column"]),
        tuple(row.get("by", ())),
    )


def _column(row: Mapping[str, Any]) -> MeasureColumn:
    dfe, dfe_name = row.get("dfe", False), row.get("dfe_name", "")
    if "percent" in row:
        return MeasureColumn(row["name"], row["says"], "percent", row["percent"], tuple(row["of"]), dfe, dfe_name)
    if "mean" in row:
        return MeasureColumn(row["name"], row["says"], "mean", row["mean"], (), dfe, dfe_name)
    if "median" in row:
        return MeasureColumn(row["name"], row["says"], "median", row["median"], (), dfe, dfe_name)
    return MeasureColumn(row["name"], row["says"], "count", "", (), dfe, dfe_name)
