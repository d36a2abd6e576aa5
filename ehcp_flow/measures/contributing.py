"""What one case adds to the figures: `ehcp_flow.engine.contributions` over its facts, deadlines and steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any, Final, NamedTuple

from dateutil.relativedelta import relativedelta

from ehcp_flow.engine.case_numbers import limit_number
from ehcp_flow.engine.choice import Kernel, kernel_in_use
from ehcp_flow.engine.contributions import KEPT, SERIES
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.engine.kernel import NO_DAY
from ehcp_flow.engine.numbers import KEY_OF, as_date, as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.facts import DATES, Fact
from ehcp_flow.measures.catalogue import column_names
from ehcp_flow.measures.figures import MADE_ON, MONTHS, tables_of
from ehcp_flow.measures.periods import Period, longest_ago
from ehcp_flow.moves.region_tables import history_space, kernel_moves
from ehcp_flow.moves.regions import regions_of

__all__ = ["Contributed", "Contributions", "entries_space", "figures_of", "periods_of", "rows_of"]

_ROOM: Final = 256


class Contributed(NamedTuple):
    """That a case counts once in a column, in a period of a set, by its place.

    `days` is what a mean or median is taken of, `party` the adviser that the act is of, `on` the day that counts: that
    of the act, or that on which something stood.
    """

    column: str
    place: int
    days: int
    party: str
    on: dt.date


@lru_cache(maxsize=16)
def figures_of(
    book: CompiledRulebook, chosen: Kernel, contested: str = "with", wanted: frozenset[str] | None = None
) -> Any:
    """Return the figures as a kernel takes them; `contested` and `wanted` as for `tables_of`."""
    return chosen.contributions.Figures(chosen.tables(tables_of(book, contested, wanted)))


def periods_of(sets: Sequence[Sequence[Period]], as_of: dt.date, chosen: Kernel) -> Any:
    """Return sets of periods as a kernel takes them."""
    periods = [period for each in sets for period in each]
    ends = [sum(map(len, sets[:at])) for at in range(len(sets) + 1)]
    tables = {
        "sets": len(sets),
        "count": len(periods),
        "set_at": ends,
        "start": [as_day(period.start) for period in periods],
        "end": [as_day(period.end) for period in periods],
        "stock_on": [as_day(period.stock_on) for period in periods],
        "year_after": [as_day(period.end + relativedelta(years=1)) for period in periods],
        "long_ago": [as_day(longest_ago(min(period.end, as_of), months)) for period in periods for months in MONTHS],
    }
    return chosen.contributions.Periods(chosen.tables(tables))


def entries_space(filled: Callable[[int], Any], facts: int, rows: int, capacity: int, chosen: Kernel) -> Any:
    """Return room for so many entries, and working space for a case of so many facts and deadlines."""
    sizes = {
        **dict.fromkeys(("out_case", "out_column", "out_period", "out_days", "out_whom", "out_on"), capacity),
        **dict.fromkeys(("series_row", "series_base"), SERIES * rows),
        "kept": KEPT * facts, "excused": facts,
        "series_count": SERIES, "kept_count": KEPT, "by_day": 3,
    }  # fmt: skip
    numbers = dict.fromkeys(
        ("case", "tick", "low", "high", "first_step", "last_step", "period", "claimed_on", "row", "stood"), 0
    )
    return chosen.contributions.Entries(
        {name: filled(size) for name, size in sizes.items()}
        | numbers
        | {"count": 0, "capacity": capacity, "full": 0, "most_rows": rows, "most_facts": facts}
    )


def rows_of(judged: JudgedCase, chosen: Kernel) -> Any:
    """Return the deadlines of one case as a kernel takes them."""
    ends = chosen.numbers([len(judged.rows) + len(judged.without_law)])
    return chosen.contributions.Rows({"out": chosen.numbers(judged.out), "size": judged.size, "ends": ends})


class Contributions:
    """What cases add to some sets of periods, one case after another."""

    def __init__(self, sets: Sequence[Sequence[Period]], contested: str = "with") -> None:
        self._sets = sets
        self._contested = contested
        self._kernel = kernel_in_use()
        self._periods: dict[dt.date, Any] = {}
        self._names: dict[CompiledRulebook, tuple[str, ...]] = {}
        self._places = [(at, place) for at, periods in enumerate(sets) for place in range(len(periods))]
        self._filled = partial(self._kernel.filled, 0)
        self._space = entries_space(self._filled, 0, 0, _ROOM, self._kernel)

    def _room(self, facts: int, rows: int, capacity: int) -> Any:
        return entries_space(self._filled, facts, rows, capacity, self._kernel)

    def of(self, judged: JudgedCase) -> list[list[Contributed]]:
        """Return what a case adds to each set of periods."""
        kernel, facts, space = self._kernel, self._facts(judged), self._space
        count, rows = len(judged.facts), len(judged.rows) + len(judged.without_law)
        if judged.as_of not in self._periods:
            self._periods[judged.as_of] = periods_of(self._sets, judged.as_of, kernel)
        if count > space.most_facts or rows > space.most_rows:
            space = self._space = self._room(2 * count, 2 * rows, space.capacity)
        history = kernel.walk.History(
            history_space(count, self._filled) | {"ends": self._filled(1), "left_shut": self._filled(1)}
        )
        pathway = regions_of(judged.book.rulebook).pathway
        kernel.walk.walk(kernel_moves(pathway, kernel), facts, history, 0, 1)
        told = rows_of(judged, kernel)
        figures, periods = figures_of(judged.book, kernel, self._contested), self._periods[judged.as_of]
        space.count = 0
        while kernel.contributions.contribute(figures, periods, facts, told, history, space, 0, 1) == 0:
            space = self._space = self._room(space.most_facts, space.most_rows, 2 * space.capacity)
        found: list[list[Contributed]] = [[] for _ in self._sets]
        names = self._names.get(judged.book) or self._names.setdefault(judged.book, column_names(judged.book.rulebook))
        out = (space.out_column, space.out_period, space.out_days, space.out_whom, space.out_on)
        for column, period, days, whom, on in islice(zip(*out, strict=True), space.count):
            which, place = self._places[period]
            party = "" if whom < 0 else judged.facts[whom].party or ""
            found[which].append(Contributed(names[column], place, days, party, min(as_date(on), judged.as_of)))
        return found

    def _facts(self, judged: JudgedCase) -> Any:
        """Return what is asked of the facts of a case as the kernel takes it."""
        numbers, facts = self._kernel.numbers, judged.facts
        came = any(MADE_ON in fact.further_days for fact in facts)
        return self._kernel.module.Facts(
            {
                "bounds": numbers((0, len(facts))),
                "key": numbers([KEY_OF[key] for key in judged.keys]),
                "on": numbers([as_day(fact.on) for fact in facts]),
                "limit": numbers([limit_number(fact, judged.book) for fact in facts]),
                "as_of": as_day(judged.as_of),
                "days": numbers([_day_made(fact) for fact in facts] if came else ()),
                "field_at": numbers([0 if came and field == MADE_ON else -1 for field in DATES]),
            }
        )


def _day_made(fact: Fact) -> int:
    """Return the day on which a plan from another authority was made, where that is known."""
    day = fact.day(MADE_ON) if MADE_ON in fact.further_days else None
    return NO_DAY if day is None else as_day(day)
