"""Cases out of columns: the facts that the readers would make of the same rows, without reading their text again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_date, distinct
from ehcp_flow.bulk.encoding import APART, Encoded
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.case import Case
from ehcp_flow.dates import MonthOnly, parse_instant
from ehcp_flow.facts import FACT_TYPES, WHITE, Fact, unchecked
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["CasesOfChunk", "bare_facts", "build_cases", "dates_of"]

_instant = lru_cache(maxsize=1 << 14)(parse_instant)


class _FactShape(NamedTuple):
    """How a fact is made: its class, its fields as they are where nothing else is given, and which are given."""

    cls: type[Fact]
    fields: dict[str, Any]
    given: set[str]


@per_vocabulary
def _shapes() -> tuple[_FactShape, ...]:
    shapes = []
    for event, outcome in KEYS:
        cls = FACT_TYPES[event]
        fields = {name: None if each.is_required() else each.default for name, each in cls.model_fields.items()}
        if outcome is not None:
            fields["outcome"] = outcome
        shapes.append(_FactShape(cls, fields, {"case_id", "on"}))
    return tuple(shapes)


def build_cases(rows: pl.DataFrame, encoded: Encoded, numbers: Array) -> Iterator[Case]:
    """Yield these cases of a chunk, in order, with everything that was recorded of them."""
    cases = CasesOfChunk(rows, encoded, numbers)
    return map(cases.case, np.unique(numbers).tolist())


class CasesOfChunk:
    """Cases of a chunk, each made when it is asked for, with everything that was recorded of it.

    `rows` are the readable rows that `encoded` stands for, so that nothing needs to be checked again.
    """

    def __init__(self, rows: pl.DataFrame, encoded: Encoded, numbers: Array) -> None:
        wanted = np.zeros(len(encoded.case_ids), dtype=bool)
        wanted[numbers] = True
        chosen = np.flatnonzero(wanted[encoded.case])
        self.ids: list[str] = encoded.case_ids.cast(pl.String).to_list()
        self._said, made = _alike(encoded, chosen)
        self._whole, self._given = _given(rows, encoded, chosen)
        self._made = [shape._replace(given=shape.given.union(self._whole)) for shape in made]
        self._bounds: list[int] = np.searchsorted(encoded.case[chosen], np.arange(len(self.ids) + 1)).tolist()
        self._days = dates_of(encoded.on[chosen])
        if encoded.months is not None:
            for at in np.flatnonzero(encoded.months[chosen]).tolist():
                self._days[at] = MonthOnly.of(self._days[at].year, self._days[at].month)

    def case(self, number: int) -> Case:
        """Return one of the cases."""
        said, made, given, days = self._said, self._made, self._given, self._days
        whole, case_id = [*self._whole.items()], self.ids[number]
        told = []
        for at in range(self._bounds[number], self._bounds[number + 1]):
            shape = made[said[at]]
            values = shape.fields.copy()
            values["case_id"] = case_id
            values["on"] = days[at]
            for name, column in whole:
                values[name] = column[at]
            names = shape.given
            if at in given:
                values.update(given[at])
                names = names.union(given[at])
            told.append(unchecked(shape.cls, values, names))
        return Case(case_id, tuple(told))


def bare_facts(facts: FactColumns, numbers: Array) -> Iterator[list[Fact]]:
    """Yield the facts of these cases in legal order, with no more than guards look at: day, service and party."""
    shapes, bounds = _shapes(), facts.bounds.tolist()
    chosen = np.isin(facts.case, numbers)
    set_of, new = object.__setattr__, object.__new__
    told = facts.served_as_told
    served = (np.full(facts.count, NO_DAY, dtype=np.int32) if told is None else told)[chosen]
    names = dict(enumerate(facts.names)) | {-1: None}
    keys, parties = facts.key[chosen].tolist(), facts.party[chosen].tolist()
    columns = zip(keys, dates_of(facts.on[chosen]), dates_of(served), parties, strict=True)
    for number in numbers.tolist():
        made = []
        for key, on, served_on, party in islice(columns, bounds[number + 1] - bounds[number]):
            cls, fields, _ = shapes[key]
            fact = new(cls)
            set_of(fact, "__dict__", fields | {"on": on, "served_on": served_on, "party": names[party]})
            made.append(fact)
        yield made


def _alike(encoded: Encoded, chosen: Array) -> tuple[list[int], list[_FactShape]]:
    """Return of each chosen row which of the shapes behind it is its own: rows that say the same in words share one."""
    texts = {name: column for name, column in encoded.texts.items() if column.texts}
    alike = encoded.key[chosen].astype(np.int64)
    for column in texts.values():
        alike = distinct(alike * (len(column.texts) + 1) + column.codes[chosen] + 1)[1]
    some, number = distinct(alike)
    first = chosen[some]
    words = {name: [*column.texts, None] for name, column in texts.items()}
    codes = {name: column.codes[first].tolist() for name, column in texts.items()}
    made = []
    for at, key in enumerate(encoded.key[first].tolist()):
        cls, fields, given = _shapes()[key]
        told = {name: text for name, known in words.items() if (text := known[codes[name][at]]) is not None}
        made.append(_FactShape(cls, fields | told, given.union(told)))
    return number.tolist(), made


def _given(
    rows: pl.DataFrame, encoded: Encoded, chosen: Array
) -> tuple[dict[str, list[Any]], dict[int, dict[str, Any]]]:
    """Return the days besides its own, the names and the instant that rows have.

    What every one of the chosen has, as the instant of all that a store holds, comes by column; any other by place.
    """
    whole: dict[str, list[Any]] = {}
    given: dict[int, dict[str, Any]] = {}

    def put(name: str, places: Array, values: list[Any]) -> None:
        for at, value in zip(places.tolist(), values, strict=True):
            given.setdefault(at, {})[name] = value

    for name, column_of_days in encoded.dates.items():
        days = column_of_days[chosen]
        places = np.flatnonzero(days != NO_DAY)
        put(name, places, dates_of(days[places]))
    for name in (*APART, "recorded_at"):
        if name not in rows.columns or rows[name].null_count() == rows.height:
            continue
        texts = rows[name].cast(pl.String).gather(pl.Series(chosen.astype(np.uint32))).to_list()
        made = {text: _made(name, text) for text in dict.fromkeys(texts)}
        values = [made[text] for text in texts]
        places = np.array([at for at, value in enumerate(values) if value is not None], dtype=np.int64)
        if len(places) == len(values):
            whole[name] = values
        else:
            put(name, places, [value for value in values if value is not None])
    return whole, given


def _made(name: str, text: str | None) -> str | dt.datetime | None:
    """Return a text or an instant of a row, None where there is none."""
    told = "" if text is None else text.strip(WHITE)
    return None if not told else _instant(told) if name == "recorded_at" else told


def dates_of(days: Array) -> list[Any]:
    """Return days as dates, NO_DAY as None; a day that occurs often is made once."""
    distinct, back = np.unique(days, return_inverse=True)
    known = np.empty(len(distinct), dtype=object)
    known[:] = [None if day == NO_DAY else as_date(int(day)) for day in distinct]
    dates: list[Any] = known[back].tolist()
    return dates
