"""The catalogue of measures: what each counts, in whose words, and what to beware of. The data is `catalogue.toml`."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Limit, Rulebook
from ehcp_flow.law.profile import targets_of

__all__ = [
    "RELEASES", "Catalogue", "Measure", "MeasureColumn", "Sum", "catalogue", "catalogue_of", "column_names",
    "release_of", "target_columns", "was_published",
]  # fmt: skip

_FILE: Final = "catalogue.toml"
RELEASES: Final = (2025, 2026)
"""The Department's releases whose names are known, oldest first; a release is of the calendar year before it."""


_OUT: Final = (6, 30)
"""The day of the next year by which a year is out: the Department publishes in May or June."""


def was_published(year: int, by: dt.date) -> bool:
    """Return whether the Department's figures of a calendar year were out by a day."""
    return dt.date(year + 1, *_OUT) <= by


def release_of(year: int | None) -> int:
    """Return the release whose names stand in a table whose last calendar year is this one, or that is of none.

    It is the one that first published that year; before the first known one, the first, and the newest for any later.
    """
    return RELEASES[-1] if year is None else min(max(year + 1, RELEASES[0]), RELEASES[-1])


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """One column of the table of measures.

    `kind` is `count`, `percent` (of `base` in the sum of `over`), `mean` or `median` (of the weeks behind `base`).
    `dfe` says that the name is the Department for Education's; `dfe_name` is its name in a table of one year, and
    `by_release` where it differs in a release.
    """

    name: str
    says: str
    kind: Literal["count", "percent", "mean", "median"]
    base: str = ""
    over: tuple[str, ...] = ()
    dfe: bool = False
    dfe_name: str = ""
    by_release: tuple[tuple[int, str], ...] = ()

    def name_in(self, year: int | None, release: int = RELEASES[-1]) -> str:
        """Return the name in a table of one calendar year, or of anything else if that is None, in a release."""
        name = dict(self.by_release).get(release, self.dfe_name) or self.name
        if "{" not in name:
            return name
        if year is None:
            return self.name
        return name.format(year=f"{year % 100:02}", next=f"{(year + 1) % 100:02}", full=year)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its columns, what it counts, by which day a case falls into a period, its source, its traps.

    `by` names what it can be grouped by and most measures cannot, such as `adviser`. `quoted` are the calendar years of
    the published figures that traps quote, by trap.
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
    quoted: tuple[tuple[str, int], ...] = ()

    def traps_by(self, day: dt.date) -> tuple[str, ...]:
        """Return the traps without the figures that were not yet published by a day."""
        to_come = {trap for trap, year in self.quoted if not was_published(year, day)}
        return tuple(trap for trap in self.traps if trap not in to_come)


@dataclass(frozen=True, slots=True)
class Sum:
    """Counts that add up to another, with `rest`, which is no column, where they are not all of it."""

    total: str
    parts: tuple[str, ...]
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All measures by id, and all columns by name, in their public order; and which counts add up to which.

    `rare` are the counts, columns and rests of sums, of which a whole record has none: whoever sees what they are the
    difference of takes that for equal.
    """

    measures: Mapping[str, Measure]
    columns: Mapping[str, MeasureColumn]
    home: Mapping[str, Measure]
    sums: tuple[Sum, ...] = ()
    rare: tuple[str, ...] = ()
    _by_name: dict[int | None, dict[str, MeasureColumn]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def named(self, name: str, year: int | None) -> MeasureColumn | None:
        """Return the column that has this name in a table of a year, or of none, in any release, or None."""
        if year not in self._by_name:
            names: dict[str, MeasureColumn] = {}
            for column in self.columns.values():
                for each in (*(column.name_in(year, release).casefold() for release in RELEASES), column.name):
                    names.setdefault(each, column)
            self._by_name[year] = names
        return self._by_name[year].get(name.casefold())

    def column(self, name: str) -> MeasureColumn:
        """Return the column with this name in any release, or the first percentage (else column) of a measure's id.

        Case does not matter: the Department itself changed PC to pc. Raises UnknownNameError, with near matches.
        """
        found = self.named(name, None)
        if found is not None:
            return found
        if name in self.measures:
            columns = self.measures[name].columns
            return next((column for column in columns if column.kind == "percent"), columns[0])
        raise UnknownNameError("measure", name, (*self.measures, *self.columns))


def catalogue_of(rulebook: Rulebook | None) -> Catalogue:
    """Return the catalogue, and behind it a measure of each target that a profile put beside the law."""
    known = catalogue()
    if rulebook is None or not (targets := targets_of(law_given(rulebook))):
        return known
    own = [_of_target(target, by_party=rulebook.clocks[target.rule[0].clock].per == "party") for target in targets]
    columns = {column.name: measure for measure in own for column in measure.columns}
    return replace(
        known,
        measures={**known.measures, **{measure.id: measure for measure in own}},
        columns={**known.columns, **{column.name: column for measure in own for column in measure.columns}},
        home={**known.home, **columns},
    )


def column_names(rulebook: Rulebook) -> tuple[str, ...]:
    """Return the columns of the table by their numbers: those of every table, then those of targets of one's own."""
    return tuple(catalogue_of(rulebook).columns)


def target_columns(target: str) -> tuple[str, str, str]:
    """Return the columns of a target of one's own: what fell due by it, what of that was done in time, the share."""
    return f"{target}_target_due", f"{target}_target_in_time", f"pc_{target}_target_in_time"


def _of_target(target: Limit, *, by_party: bool) -> Measure:
    due, in_time, share = target_columns(target.id)
    says = target.title[0].lower() + target.title[1:]
    return Measure(
        target.id,
        target.title,
        "targets",
        "Of what fell due by an authority's own target in the period, and did not fall away before, the share that was "
        "done by its last day. What was never done stays in the denominator.",
        "the last day of the target, once it is past",
        target.rule[0].version[0].citation[0].text,
        ("It is a target, not law: nothing excuses it, and missing it is no breach.",),
        (
            MeasureColumn(due, f"own target: {says}; those that fell due", "count"),
            MeasureColumn(in_time, "of them, those that were done in time", "count"),
            MeasureColumn(share, f"share in time of the own target: {says}", "percent", in_time, (due,)),
        ),
        ("adviser",) if by_party else (),
    )


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue, read once."""
    data = tomllib.loads(files(__package__).joinpath(_FILE).read_text("utf-8"))
    measures = {row["id"]: measure_of(row, data["sources"]) for row in data["measure"]}
    columns = {column.name: column for measure in measures.values() for column in measure.columns}
    home = {column.name: measure for measure in measures.values() for column in measure.columns}
    sums = tuple(Sum(row["total"], tuple(row["parts"]), row.get("rest", "")) for row in data["sum"])
    rare = tuple(data["rare"])
    return Catalogue(MappingProxyType(measures), MappingProxyType(columns), MappingProxyType(home), sums, rare)


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
        tuple(trap if isinstance(trap, str) else trap["says"] for trap in row["traps"]),
        tuple(_column(column) for column in row["column"]),
        tuple(row.get("by", ())),
        tuple((trap["says"], trap["figures_of"]) for trap in row["traps"] if not isinstance(trap, str)),
    )


def _column(row: Mapping[str, Any]) -> MeasureColumn:
    kinds: tuple[Literal["percent", "mean", "median"], ...] = ("percent", "mean", "median")
    kind = next((kind for kind in kinds if kind in row), None)
    return MeasureColumn(
        row["name"],
        row["says"],
        kind or "count",
        row[kind] if kind else "",
        tuple(row.get("of", ())),
        row.get("dfe", False),
        row.get("dfe_name", ""),
        tuple((release, row[f"dfe_{release}"]) for release in RELEASES if f"dfe_{release}" in row),
    )
