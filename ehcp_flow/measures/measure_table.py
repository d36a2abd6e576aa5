"""The table of measures: one row for each group and period, every figure with the cases behind it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, TypeAlias

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.formulas import disarmed
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures import frames
from ehcp_flow.measures.arithmetic import UNAVAILABLE
from ehcp_flow.measures.case_groups import (
    CHANGING,
    GROUPS,
    NOT_RECORDED,
    Extra,
    changes_by_day,
    group_keys,
    group_of,
    is_asked,
)
from ehcp_flow.measures.catalogue import RELEASES, Catalogue, MeasureColumn, catalogue, catalogue_of, release_of
from ehcp_flow.measures.contributing import Contributed, Contributions
from ehcp_flow.measures.counted_case import CountedCase, answered, days_on_record
from ehcp_flow.measures.dated_values import DatedValues, particular_values
from ehcp_flow.measures.figure_cells import Cell, CountedCell, Explanation, cases_in, enter, figure_of
from ehcp_flow.measures.held_entries import held_entries
from ehcp_flow.measures.periods import GRAINS, Period, Years, last_year_of, periods_asked, whole_time
from ehcp_flow.measures.publishing import hidden_columns
from ehcp_flow.measures.suppression import HIDDEN

__all__ = ["Cases", "MeasureTable", "Tables", "Tally", "measure", "release_for", "table_of"]

Cases: TypeAlias = Iterable[Case | Answer] | Mapping[str, Case]
Row: TypeAlias = dict[str, Any]


class Tally:
    """Counts answered cases, one at a time, and gives the table: memory grows with what is counted, not with the facts.

    `periods` follow one another without overlap; `by` are the columns to group by besides the periods; `contested` is
    `with`, `without` or `only`: whether the acts count of limits that another lawful reading contests. `only` is what
    must hold of a case on the day of what is counted, by column. `known` are the measures, where a profile adds
    to them.
    """

    def __init__(
        self,
        periods: Sequence[Period],
        by: Sequence[str],
        extra: Extra | None = None,
        *,
        contested: str = "with",
        only: Mapping[str, str] | None = None,
        known: Catalogue | None = None,
    ) -> None:
        self._periods = periods
        self._known = known
        self._only = only or {}
        self._keys = tuple(by)
        self._by = (*by, *self._only)
        self._extra = DatedValues.of(extra)
        self._changing = changes_by_day(self._by, self._extra)
        self._groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        self._contributions = Contributions([periods], contested)

    def add(self, answer: Answer | CountedCase, contributed: Sequence[Contributed] | None = None) -> None:
        """Count one case; `contributed` is what it adds, where that was worked out for several tables at once."""
        counted = CountedCase.laid_out(answer)
        if contributed is None:
            (contributed,) = self._contributions.of(counted.answer.judged)
        contributed = (*contributed, *held_entries(counted, contributed, self._extra, self._periods))
        cells: list[dict[str, Any]] = []
        if CHANGING.isdisjoint(self._by):
            # A case has its group without anything that counts.
            last = min(self._periods[-1].end, counted.as_of)
            cells = self._cells(group_of(counted, self._by, self._extra, "", last))
        for one in contributed:
            if self._changing:
                cells = self._cells(group_of(counted, self._by, self._extra, one.party, one.on))
            enter(cells[one.place], one, counted.case_id)

    def _cells(self, group: tuple[str, ...]) -> list[dict[str, Any]]:
        if self._only:
            kept = len(self._keys)
            if not is_asked(group[kept:], self._only):
                return [{} for _ in self._periods]
            group = group[:kept]
        if group not in self._groups:
            self._groups[group] = [{} for _ in self._periods]
        return self._groups[group]

    def take(self, groups: Mapping[tuple[str, ...], Sequence[Mapping[str, Cell]]]) -> None:
        """Take what others counted into account."""
        for group, periods in groups.items():
            for known, cells in zip(self._cells(group), periods, strict=True):
                for name, cell in cells.items():
                    mine = known.get(name)
                    known[name] = CountedCell([*mine.cases, *cell.cases], [*mine.days, *cell.days]) if mine else cell

    @property
    def whole(self) -> Sequence[Mapping[str, Cell]]:
        """The cells by column of each period, of cases that are not grouped."""
        return self._groups.get((), [{} for _ in self._periods])

    def table(self, by: Sequence[str], as_of: dt.date) -> MeasureTable:
        """Return the table, groups in alphabetical order, and the periods of each group in the order of time."""
        return table_of(self._groups, self._periods, by, self._keys, as_of, self._known)


class Tables:
    """Counts cases for the tables of several sets of periods, ungrouped, in one pass.

    What cases were judged together is counted together. `wanted` are the columns that are asked for, where not all are.
    """

    def __init__(self, sets: Sequence[Sequence[Period]], wanted: frozenset[str] | None = None) -> None:
        self._sets = sets
        self._wanted = wanted
        self._contributions = Contributions(sets)
        self._tallies = [Tally(each, ()) for each in sets]
        self._batch: Any = None
        self._numbers: list[int] = []
        self._parts: list[Any] = []

    def add(self, answer: Answer | CountedCase) -> None:
        """Count one case."""
        counted = CountedCase.laid_out(answer)
        answer = counted.answer
        if answer.batch is not None:
            batch, number = answer.batch
            if batch is not self._batch:
                self._settle()
                self._batch = batch
            self._numbers.append(number)
            return
        for tally, contributed in zip(self._tallies, self._contributions.of(answer.judged), strict=True):
            tally.add(counted, contributed)

    def _settle(self) -> None:
        if self._numbers:
            self._parts.append((self._batch.counted, self._batch.added(self._sets, self._numbers, self._wanted)))
            self._numbers = []

    def tables(self, by: Sequence[Sequence[str]], as_of: dt.date) -> list[MeasureTable]:
        """Return the table of each set; `by` names the grain of each."""
        self._take()
        return [tally.table(names, as_of) for tally, names in zip(self._tallies, by, strict=True)]

    def cells(self) -> list[Sequence[Mapping[str, Cell]]]:
        """Return the cells by column of each period of each set, without a table of them."""
        self._take()
        return [tally.whole for tally in self._tallies]

    def _take(self) -> None:
        self._settle()
        self._batch = None
        for at, (tally, periods) in enumerate(zip(self._tallies, self._sets, strict=True)):
            if self._parts:
                tally.take(self._parts[0][0]([added[at] for _, added in self._parts], len(periods)))
        self._parts = []


def table_of(
    groups: Mapping[tuple[str, ...], Sequence[Mapping[str, Cell]]],
    periods: Sequence[Period],
    by: Sequence[str],
    keys: Sequence[str],
    as_of: dt.date,
    known: Catalogue | None = None,
) -> MeasureTable:
    """Return the table of what was counted: of each group, for each period, the cells by column.

    `keys` is what the groups are by; `by` names the grain of the periods as well, where that was asked for.
    """
    ordered = dict(sorted(groups.items()))
    if "adviser" in keys:  # what no adviser did has no row, and cannot be given
        at = list(keys).index("adviser")
        ordered = {group: cells for group, cells in ordered.items() if group[at] != NOT_RECORDED}
    return MeasureTable(tuple(by), tuple(keys), tuple(periods), as_of, ordered, known=known)


class MeasureTable:
    """Every measure, for each group and period: a sequence of rows, each a dict in the public order of columns.

    A row begins with what it is grouped by, then `period` where nothing else names it, then the columns. Counts are
    integers; percentages and weeks have one decimal, half up; what cannot be given is `x`. The Department's columns are
    called as in its `release`.
    """

    def __init__(
        self,
        by: tuple[str, ...],
        groups_by: tuple[str, ...],
        periods: tuple[Period, ...],
        as_of: dt.date,
        cells: Mapping[tuple[str, ...], Sequence[Mapping[str, Cell]]],
        release: int = RELEASES[-1],
        known: Catalogue | None = None,
    ) -> None:
        if release not in RELEASES:
            raise UnknownNameError("release", str(release), map(str, RELEASES))
        self.by = by
        self.as_of = as_of
        self.periods = periods
        self.release = release
        self.catalogue = known or catalogue()
        self._groups_by = groups_by
        self._counted = cells
        self._cells = [(group, period, cells[group][at]) for group in cells for at, period in enumerate(periods)]
        single = len(periods) == 1 and periods[0].grain == "year"
        self._year = periods[0].year if single else None
        self.names = tuple(column.name_in(self._year, release) for column in self.catalogue.columns.values())
        self.rows: list[Row] = [self._row(*entry) for entry in self._cells]

    def named(self, release: int) -> MeasureTable:
        """Return the same table with the names of a release. Raises UnknownNameError for one that is not known."""
        if release == self.release:
            return self
        return MeasureTable(self.by, self._groups_by, self.periods, self.as_of, self._counted, release, self.catalogue)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a row's values, in order."""
        return (*self._keys, *self.names)

    @property
    def _keys(self) -> tuple[str, ...]:
        return self.by if any(name in GRAINS for name in self.by) else (*self.by, "period")

    def _row(self, group: tuple[str, ...], period: Period, cells: Mapping[str, Cell]) -> Row:
        row: Row = dict(self._named(group, period))
        for name, column in zip(self.names, self.catalogue.columns.values(), strict=True):
            row[name] = figure_of(column, cells) if self._is_known(column) else UNAVAILABLE
        return row

    def _is_known(self, column: MeasureColumn) -> bool:
        """Whether a column can be given by what the table is grouped by."""
        return "adviser" not in self.by or "adviser" in self.catalogue.home[column.name].by

    def _named(self, group: tuple[str, ...], period: Period) -> Iterator[tuple[str, str]]:
        values = dict(zip(self._groups_by, group, strict=True))
        for key in self._keys:
            yield key, period.label if key in GRAINS or key == "period" else values[key]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, place: int) -> Row:
        return self.rows[place]

    def counts(self, place: int) -> dict[str, int]:
        """Return the counts of a row under their plain names, those that a reader is not shown as `x` too."""
        cells = self._cells[place][2]
        return {
            name: len(cells[name].cases) if name in cells else 0
            for name, column in self.catalogue.columns.items()
            if column.kind == "count"
        }

    def suppressed(self, least: int, names: Sequence[str] | None = None) -> list[Row]:
        """Return the rows for publication: counts from 1 to one less than `least` are `c`, and others with them.

        A nothing is among them where it would give a hidden share away, and then what is of nothing is `c` as well.
        `names` are the columns that will be printed, as this table writes them, or all. Raises ValueError for a
        negative `least`.
        """
        printed = self.names if names is None else tuple(names)
        plain = dict(zip(self.names, self.catalogue.columns.values(), strict=True))
        columns = [plain[name] for name in printed]
        shown = []
        for place, row in enumerate(self.rows):
            hidden = hidden_columns(self.counts(place), columns, least, self.catalogue)
            kept = {name: value for name, value in row.items() if name not in plain}
            for name in printed:
                kept[name] = HIDDEN if plain[name].name in hidden and self._is_known(plain[name]) else row[name]
            shown.append(kept)
        return shown

    def explain(self, row: int | Mapping[str, Any], measure: str) -> Explanation:
        """Return what a figure is made of: of a row (or its place), and the name of a column or of a measure.

        Raises UnknownNameError for a name that is neither, LookupError for a row that is not of this table.
        """
        place = row if isinstance(row, int) else self._place(row)
        group, period, cells = self._cells[place]
        column = self.column(measure)
        columns = self.catalogue.columns
        base = columns[column.base or column.name]
        over = [columns[name] for name in column.over]
        return Explanation(
            name=self.name_of(column),
            value=self.rows[place][self.name_of(column)],
            says=column.says,
            measure=self.catalogue.home[column.name],
            group=dict(self._named(group, period)),
            numerator_is=base.says,
            numerator=cases_in(cells, base.name),
            denominator_is=" + ".join(item.says for item in over),
            denominator=tuple(case for item in over for case in cases_in(cells, item.name)),
            as_of=self.as_of,
        )

    def name_of(self, column: MeasureColumn) -> str:
        """Return the name of a column in this table."""
        return column.name_in(self._year, self.release)

    def column(self, name: str) -> MeasureColumn:
        """Return the column that has this name here or in any release, or the first percentage of a measure's id.

        Case does not matter. Raises UnknownNameError, with near matches.
        """
        return self.catalogue.named(name, self._year) or self.catalogue.column(name)

    def _place(self, row: Mapping[str, Any]) -> int:
        for place, known in enumerate(self.rows):
            if all(row.get(key) == known[key] for key in self._keys):
                return place
        raise LookupError("the row is not of this table")

    def write_csv(self, file: IO[str], *, raw: bool = False) -> None:
        """Write the table as CSV, with a header, to a text stream opened with `newline=""`.

        Text that a spreadsheet would take for a formula gets an apostrophe before it, unless it is to be `raw`.
        """
        writer = csv.writer(file)
        for row in (self.columns, *([row.get(name) for name in self.columns] for row in self.rows)):
            writer.writerow(disarmed(cell) if isinstance(cell, str) and not raw else cell for cell in row)

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame`; what cannot be given is missing. Raises LibraryMissing without pandas."""
        return frames.to_pandas(self.rows, self.columns)

    def to_polars(self) -> Any:
        """Return a `polars.DataFrame`; what cannot be given is null. Raises LibraryMissing without polars."""
        return frames.to_polars(self.rows, self.columns)


def measure(  # noqa: PLR0913 - one parameter for each setting
    cases: Cases,
    *,
    year: Years | None = None,
    by: Sequence[str] = ("authority",),
    as_of: dt.date | str | None = None,
    extra: Extra | None = None,
    only: Mapping[str, str] | None = None,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> MeasureTable:
    """Return every measure of a caseload, as known on `as_of` (today if not given).

    `year` is one calendar year, a first and a last, or a range, or a period by its name, such as `2025/26`; without
    it the years of the facts are taken. `by` is any of `authority`, `requester`, `age`, `school_year`, `adviser` (what
    is not of advice is then `x`), `year`, `academic_year`, `financial_year`, `quarter`, `month`, and the columns of
    `extra`, which gives each case's values by case id: what holds for a time, and an age, is asked by the day of the
    act, or of the stock. Without `extra` these are the particulars of the cases. `only` leaves what has these values,
    by column. Cases are read one at a time; without a year, twice, and an iterator is then held. Columns have the names
    of the Department's release that first published the last year asked for, or of the newest: `MeasureTable.named`
    gives another one's. Targets of one's own, that `with_targets` put beside the law, have their columns behind these.
    Raises UnknownNameError for a column that no case has.
    """
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    further = {*by, *(only or {})}.difference(GROUPS, GRAINS)
    if whole_time(year) or further:
        # What can be gone through again is not held: whole caseloads are answered one case at a time.
        cases = list(cases) if isinstance(cases, Iterator) else cases
    if extra is None and further:
        told = cases.values() if isinstance(cases, Mapping) else cases
        extra = particular_values(each if isinstance(each, Case) else each.case for each in told)
    keys = group_keys(by, extra)
    group_keys(tuple(only or {}), extra)
    periods = periods_asked(year, by, day, lambda: _first_day(cases, day))
    tally = Tally(periods, keys, extra, only=only, known=catalogue_of(rulebook))
    for item in answered(cases, day, rulebook=rulebook, calendars=calendars):
        tally.add(item)
    return tally.table(tuple(by), day).named(release_for(year))


def release_for(year: Years | None) -> int:
    """Return the release whose names stand where these years are asked for; see `release_of`."""
    return release_of(last_year_of(year))


def _first_day(cases: Cases, day: dt.date) -> dt.date:
    """Return the first day on which anything but a birth is on record, or `day` if that is earlier."""
    first = day
    for item in cases.values() if isinstance(cases, Mapping) else cases:
        case = item if isinstance(item, Case) else item.case
        first = min((first, *days_on_record(case)))
    return first
