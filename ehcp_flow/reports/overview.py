"""Everything a report shows, from one pass over the answered cases."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, Protocol

from ehcp_flow import dates
from ehcp_flow.answers import Answer
from ehcp_flow.calendars import Calendars
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures import (
    DESKS,
    REGISTERS,
    AdviceByAdviser,
    Cohorts,
    CountedCase,
    Desk,
    MeasureTable,
    Period,
    Registers,
    Reviewing,
    Waiting,
    Workload,
    answered,
    between,
    years,
)
from ehcp_flow.measures.case_groups import Extra
from ehcp_flow.measures.figures import are_of
from ehcp_flow.measures.limits_kept import LimitsKept, last_twelve_months
from ehcp_flow.measures.measure_table import Cases, Tables
from ehcp_flow.measures.published_figures import PublishedFigures, published_figures
from ehcp_flow.reports.casefile import CaseFile

__all__ = ["Overview", "overview"]

YEARS_BACK: Final = 5
QUARTERS: Final = 12
MONTHS: Final = 24
DAYS_AHEAD: Final = 14
"""How far ahead the desk looks of which the page shows the first rows, in calendar days."""
_NOT_ON_THE_PAGE: Final = ("placements", "proposals")
"""The registers that the workbook has, and the page does not list."""
_ONE_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Overview:
    """A caseload on a day: its measures, what they hide, its registers, and the file of each case."""

    as_of: dt.date
    cases: int
    authorities: tuple[str, ...]
    by_year: MeasureTable
    by_quarter: MeasureTable
    rolling: MeasureTable
    waiting: Waiting
    waiting_before: int
    cohorts: Cohorts
    reviewing: Reviewing
    advice: AdviceByAdviser
    registers: Registers
    kept: LimitsKept
    desk: Desk
    desks: Mapping[str, Sequence[dict[str, Any]]]
    files: CaseFile
    desk_columns: tuple[str, ...]
    published: PublishedFigures
    only: Mapping[str, str]
    other_law: str = ""
    """The title of the rulebook, where it is not England's and nothing of England's figures is here."""

    @property
    def authority(self) -> str | None:
        """The authority's number, where the caseload is of one."""
        return self.authorities[0] if len(self.authorities) == 1 else None


def overview(  # noqa: PLR0913 - one parameter for each setting
    cases: Cases,
    as_of: dt.date | str | None = None,
    *,
    extra: Extra | None = None,
    weeks: int = 4,
    published_files: Sequence[str | os.PathLike[str]] = (),
    only: Mapping[str, str] | None = None,
    for_page: bool = False,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Overview:
    """Return everything that the report, the workbook and the calendar show of a caseload, as known on `as_of`.

    `extra` gives further columns by case id (see `read_extra`); `weeks` is how far ahead the list of what falls due
    looks; `published_files` are the Department's own, beside what is shipped; `only` says by which values of columns
    the cases were chosen, for those who read it. `for_page` leaves out what the page does not show, and the workbook
    does: rows of registers of which nothing is to be done any more. Cases are read one at a time. Raises
    DateError if `as_of` is no date, SourceError for a file that is none of the Department's.
    """
    stands_beside = published_figures().with_files(published_files)
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    values = extra or {}
    known = {name for row in values.values() for name in row}
    desks = tuple(name for name in DESKS if name in known)
    answers = iter(answered(cases, day, rulebook=rulebook, calendars=calendars))
    first = next(answers, None)
    book = law_given(rulebook) if first is None else first.book.rulebook
    other_law = "" if are_of(book) else book.title
    collectors = _Collectors(day, values, desks, weeks, stands_beside, other_law, only or {}, for_page=for_page)
    for answer in answers if first is None else chain((first,), answers):
        collectors.add(answer)
    return collectors.overview()


class _OverviewCollector(Protocol):
    def add(self, answer: Answer | CountedCase) -> None: ...


class _Collectors:
    def __init__(  # noqa: PLR0913 - one parameter for each setting
        self, day: dt.date, extra: Extra, desks: Sequence[str], weeks: int, stands_beside: PublishedFigures,
        other_law: str, only: Mapping[str, str], *, for_page: bool,
    ) -> None:  # fmt: skip
        self._day = day
        self._other_law = other_law
        self._only = only
        self._published = stands_beside
        first_quarter = dt.date(day.year - QUARTERS // 4, (day.month - 1) // 3 * 3 + 1, 1)
        periods = (
            years((day.year - YEARS_BACK, day.year), day), between(first_quarter, day, "quarter", day), _two_years(day),
        )  # fmt: skip
        self._tables = Tables(periods)
        self._waiting, self._cohorts, self._reviewing = Waiting(), Cohorts(), Reviewing()
        last = _two_years(day)[1]
        self._advice = AdviceByAdviser(last)
        listed = [name for name in REGISTERS if not (for_page and name in _NOT_ON_THE_PAGE)]
        self._registers = Registers(listed, weeks=weeks, extra=extra, columns=desks, standing=for_page)
        self._kept, self._desk = LimitsKept(last), Desk(days=DAYS_AHEAD, extra=extra)
        self._desks = {name: Workload(name, extra, weeks) for name in desks}
        self._files = CaseFile()
        self._authorities: Counter[str] = Counter()
        figures = (self._tables, self._waiting, self._cohorts, self._reviewing, self._advice)
        self._others: tuple[_OverviewCollector, ...] = (
            *(() if other_law else figures), self._registers, self._kept, self._desk, *self._desks.values(),
        )  # fmt: skip

    def add(self, answer: Answer) -> None:
        counted = CountedCase(answer)
        for collector in self._others:
            collector.add(counted)
        self._files.add(answer)
        self._authorities[answer.authority or ""] += 1

    def overview(self) -> Overview:
        day = self._day
        by_year, by_quarter, rolling = self._tables.tables((("year",), ("quarter",), ()), day)
        return Overview(
            as_of=day,
            cases=self._authorities.total(),
            authorities=tuple(sorted(name for name in self._authorities if name)),
            by_year=by_year,
            by_quarter=by_quarter,
            rolling=rolling,
            waiting=self._waiting,
            waiting_before=sum(row["requests_open_over_20_weeks"] for row in rolling.rows[:1]),
            cohorts=self._cohorts,
            reviewing=self._reviewing,
            advice=self._advice,
            registers=self._registers,
            kept=self._kept,
            desk=self._desk,
            desks={name: desk.rows() for name, desk in self._desks.items()},
            files=self._files,
            desk_columns=tuple(self._desks),
            published=self._published,
            other_law=self._other_law,
            only=self._only,
        )


def _two_years(day: dt.date) -> list[Period]:
    """Return the twelve months before the last twelve, and the last twelve, up to `day`."""
    last = last_twelve_months(day)
    return [replace(last_twelve_months(last.start - _ONE_DAY), label="the 12 months before"), last]
