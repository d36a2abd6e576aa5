"""What one case adds to the figures that ask what holds of it: `particular_figures` over what it adds to others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

from ehcp_flow.measures.contributing import Contributed
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.dated_values import DatedValues, values_of_case
from ehcp_flow.measures.particular_figures import EACH_CASE, PARTICULAR_FIGURES, ParticularFigure, ValueAsked
from ehcp_flow.measures.periods import Period

__all__ = ["figures_over", "held_entries"]


@cache
def figures_over() -> Mapping[str, Sequence[ParticularFigure]]:
    """Return the figures that are counted of the entries of each column."""
    found: dict[str, list[ParticularFigure]] = {}
    for figure in PARTICULAR_FIGURES:
        for column in figure.of:
            found.setdefault(column, []).append(figure)
    return found


@cache
def _where_nothing_is_told() -> Mapping[str, Sequence[str]]:
    """Return in which columns the entries of each one stand where no particular is recorded."""
    return {
        column: [figure.column for figure in figures if _has(figure, lambda each: each.holds("", None))]
        for column, figures in figures_over().items()
    }


def _has(figure: ParticularFigure, holds: Callable[[ValueAsked], bool]) -> bool:
    return all(map(holds, figure.when)) and not any(map(holds, figure.unless))


def held_entries(
    counted: CountedCase, contributed: Iterable[Contributed], extra: DatedValues, periods: Sequence[Period]
) -> Iterator[Contributed]:
    """Yield what a case adds besides what it contributes to some periods; `extra` tells of what it has a column for."""
    own = values_of_case(counted.answer.case)
    if not own.spans and not extra.names:
        nothing = _where_nothing_is_told()
        for one in contributed:
            for column in nothing.get(one.column, ()):
                yield one._replace(column=column)
        return
    authority, as_of = counted.authority, counted.as_of
    known: dict[tuple[str, dt.date], str] = {}

    def held(name: str, day: dt.date) -> str:
        at = name, day
        if at not in known:
            values = extra if name in extra.names else own
            known[at] = values.value(counted.case_id, name, day) or ""
        return known[at]

    def holds(day: dt.date, asked: ValueAsked) -> bool:
        then = min(day + dt.timedelta(days=asked.days), as_of)
        return asked.holds(held(asked.name, then), authority)

    stood = (Contributed(EACH_CASE, at, 0, "", min(period.stock_on, as_of)) for at, period in enumerate(periods))
    for one in (*contributed, *stood):
        for figure in figures_over().get(one.column, ()):
            if _has(figure, partial(holds, one.on)):
                yield one._replace(column=figure.column)
