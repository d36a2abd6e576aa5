"""Rows of text into columns of numbers, and which rows are plainly facts.

Each distinct text is looked at once, by the very functions that read one row; what is then not plainly a fact goes to
the readers, which make a fact of it or say what is wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl
from pydantic.fields import FieldInfo

from ehcp_flow.bulk.codes import KEY_OF, NO_DAY, PARTICULAR, Array, as_day, events, numbered
from ehcp_flow.bulk.own_columns import names_no_events, not_as_kept
from ehcp_flow.dates import parse_date, parse_day, parse_instant, written
from ehcp_flow.errors import DateError
from ehcp_flow.facts import (
    COLUMN_OF,
    COLUMNS,
    DATES,
    FACT_TYPES,
    LEGAL_ORDER,
    OUTCOMES,
    OWN,
    SHARED,
    WHITE,
    Fact,
    choices_of,
    outcomes_of,
)
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["APART", "LINE", "Coded", "Encoded", "encode", "standard"]

LINE: Final = "_line"
"""The column of a raw frame that says where each row stood in its source."""
APART: Final = ("fact_id", "corrects", "recorded_by")
"""The columns of texts of which most rows have one of their own: they are left as they are."""
_OPTIONAL: Final = tuple(name for name in COLUMNS if name not in {"case_id", "event", "on"})
_TEXTS: Final = tuple(name for name in _OPTIONAL if COLUMN_OF[name].holds == "text" and name not in {"outcome", *APART})
_AUTHORITY: Final = re.compile(r"[0-9]{3}")
_BAD: Final = NO_DAY - 1
_FIRST_DAY: Final = as_day(dt.date(1900, 1, 1))
_LAST_DAY: Final = as_day(dt.date(2199, 12, 31))
_NO_INSTANT: Final = np.iinfo(np.int64).min
_US: Final = dt.timedelta(microseconds=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Coded:
    """A column of texts as numbers of its distinct texts, -1 for none."""

    codes: Array
    texts: list[str]

    def through(self, table: Array) -> Array:
        """Return what a table of the texts, with one more entry at its end for none, gives for each row."""
        return table.take(self.codes)

    def where(self, rows: Array) -> Coded:
        """Return the column without what stands in other rows."""
        return Coded(np.where(rows, self.codes, np.int32(-1)), self.texts) if self.texts else self


@dataclass
class Encoded:
    """Rows as numbers. `bad` are the rows that are not plainly facts.

    `months` are the rows of which only the month is known, None where there are none; their `on` is its last day.
    `written` is when each was written down, where any row says so; `recorded_at` the same, where that decides.
    """

    count: int
    bad: Array
    case: Array
    case_ids: pl.Series
    key: Array
    on: Array
    months: Array | None
    texts: dict[str, Coded]
    dates: dict[str, Array]
    corrects: Array
    recorded_at: Array | None
    written: Array | None

    @property
    def apart(self) -> Array | None:
        """Which rows are particulars, that the law is not read on; None where there are none."""
        found: Array = self.key == PARTICULAR
        return found if found.any() else None

    @property
    def party(self) -> Coded:
        """Who asked, advises or is asked."""
        return self.texts["party"]

    @property
    def authority(self) -> Coded:
        """The local authority's number."""
        return self.texts["authority"]


@dataclass(frozen=True)
class _Shapes:
    """What the models of facts ask of each event: tables over events (with an entry at the end for none), and lists."""

    allowed: Mapping[str, Array]
    needed: Mapping[str, Array]
    choices: Mapping[str, Sequence[tuple[str, ...]]]


@per_vocabulary
def _shapes() -> _Shapes:
    fields = [FACT_TYPES[event].model_fields for event in events()]

    def by_event(holds: Callable[[str, Mapping[str, FieldInfo]], bool]) -> dict[str, Array]:
        return {name: np.array([*(holds(name, each) for each in fields), False]) for name in _OPTIONAL}

    return _Shapes(
        by_event(lambda name, each: name in each),
        by_event(lambda name, each: name in each and each[name].is_required()),
        {name: [choices_of(event, name) for event in events()] for name in _TEXTS},
    )


@per_vocabulary
def _key_table() -> Mapping[int, Mapping[str | None, int]]:
    table: dict[int, dict[str | None, int]] = {}
    for at, event in enumerate(events()):
        outcomes = outcomes_of(event)
        row = {outcome: KEY_OF[event, outcome] for outcome in outcomes}
        default = FACT_TYPES[event].model_fields["outcome"].default if event in OUTCOMES else None
        if isinstance(default, str):
            row[None] = KEY_OF[event, default]
        table[at] = row
    return table


def coded(column: pl.Series) -> Coded:
    """Return a column as numbers of its distinct texts; texts are stripped, and blank ones are none."""
    count, nulls = len(column), column.null_count()
    if nulls == count:
        return Coded(np.full(count, -1, dtype=np.int32), [])
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    there = None
    if nulls * 2 > count:
        there = np.flatnonzero(column.is_not_null().to_numpy())
        column = column.drop_nulls()
    texts = column.drop_nulls().unique()
    codes = column.cast(pl.Enum(texts)).to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
    raw = texts.to_list()
    stripped = [text.strip(WHITE) for text in raw]
    if stripped != raw or "" in raw:
        final: dict[str, int] = {}
        places = [final.setdefault(text, len(final)) if text else -1 for text in stripped]
        codes, raw = np.array([*places, -1], dtype=np.int32).take(codes), list(final)
    if there is not None:
        of_those, codes = codes, np.full(count, -1, dtype=np.int32)
        codes[there] = of_those
    return Coded(codes, raw)


def _in_runs(column: pl.Series) -> Coded:
    """Return the same of a column whose texts stand in long runs, as a case's authority does: each run is read once."""
    if column.dtype != pl.String or not len(column):
        return coded(column)
    run = column.rle_id().to_numpy()
    first = np.append(0, np.flatnonzero(run[1:] != run[:-1]) + 1)
    if len(first) * 4 > len(column):
        return coded(column)
    texts = coded(column.gather(pl.Series(first.astype(np.uint32))))
    return Coded(texts.codes.take(run), texts.texts)


def _table(texts: list[str], value: Callable[[str], Any], none: Any, kind: Any) -> Array:
    return np.array([*map(value, texts), none], dtype=kind)


@lru_cache(1 << 16)
def _day(text: str) -> int:
    try:
        return as_day(parse_date(text))
    except DateError:
        return _BAD


def _instant(text: str) -> int:
    try:
        return (parse_instant(text) - _EPOCH) // _US
    except DateError:
        return _NO_INSTANT


def days_of(column: pl.Series) -> Array:
    """Return a column of dates, or of texts that state dates, as days: NO_DAY for none, _BAD for what is no date."""
    if column.dtype == pl.Date:
        days = column.to_physical()
        first: Any = days.min()
        last: Any = days.max()
        found = days.fill_null(NO_DAY).to_numpy()
        if first is None or (first >= _FIRST_DAY and last <= _LAST_DAY):
            return found
        return np.where(((found < _FIRST_DAY) | (found > _LAST_DAY)) & (found != NO_DAY), _BAD, found)
    texts = coded(column)
    return texts.through(_table(texts.texts, _day, NO_DAY, np.int32))


def _months_of(column: pl.Series, days: Array) -> Array | None:
    """Return which texts that are no dates are months, None for none; their last days are put among the days."""
    if column.dtype == pl.Date or days.min(initial=0) > _BAD:
        return None
    at = np.flatnonzero(days == _BAD)
    texts = coded(column.gather(pl.Series(at.astype(np.uint32))))
    last = texts.through(_table(texts.texts, _last_day, _BAD, np.int32))
    months = np.zeros(len(days), dtype=bool)
    months[at] = last != _BAD
    days[at] = last
    return months if months.any() else None


def _last_day(text: str) -> int:
    try:
        return as_day(parse_day(text))
    except DateError:
        return _BAD


def standard(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of which each column is text, or dates where it holds days; unknown columns are left out."""
    columns = []
    as_is = True
    for name in frame.columns:
        if name not in COLUMNS and name != LINE and name[0] != " ":
            continue
        kind = frame.schema[name]
        if name == LINE or kind in (pl.String, pl.Categorical, pl.Enum) or (kind == pl.Date and name in DATES):
            columns.append(pl.col(name))
        elif kind == pl.Datetime and name == "recorded_at" and getattr(kind, "time_zone", None):
            columns.append(pl.col(name).dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
            as_is = False
        else:
            columns.append(pl.col(name).cast(pl.String))
            as_is = False
    return frame if as_is and len(columns) == frame.width else frame.select(columns)


def encode(frame: pl.DataFrame, *, with_instants: bool) -> Encoded:
    """Return the rows of a frame of whole cases, each case's rows together, as numbers."""
    count = frame.height
    given = {name for name in frame.columns if frame[name].null_count() < count}
    event = _events(frame["event"])
    key = _keys(event, _texts(frame, "outcome"))
    bad = key < 0

    texts = {name: _texts(frame, name) for name in _TEXTS}
    for name in SHARED:
        texts[name] = texts[name].where(_shapes().allowed[name].take(event))
    for name, column in texts.items():
        bad |= _not_on_its_list(name, event, column)
        wrong = [name == "authority" and not _AUTHORITY.fullmatch(text) for text in column.texts]
        if any(wrong):
            bad |= column.through(np.array([*wrong, False]))
    declared = event == LEGAL_ORDER["records_declared"]
    bad |= names_no_events(declared, texts["value"].codes, texts["value"].texts)
    dates = {name: days_of(frame[name]) for name in DATES if name in given}
    months = _months_of(frame["on"], dates["on"]) if "on" in given else None
    for days in dates.values():
        bad |= days == _BAD
    on = dates.pop("on", np.full(count, NO_DAY, dtype=np.int32))
    bad |= on == NO_DAY
    corrects = np.zeros(count, dtype=bool)
    if "corrects" in given:
        corrects = frame["corrects"].cast(pl.String).str.strip_chars(WHITE).fill_null("").ne("").to_numpy()

    there = {name: column.codes >= 0 for name, column in texts.items() if column.texts}
    there |= {name: days != NO_DAY for name, days in dates.items()} | {"corrects": corrects}
    shapes = _shapes()
    for name in _OPTIONAL:
        if name in there and not shapes.allowed[name][:-1].all():
            at = np.flatnonzero(there[name])
            bad[at] |= ~shapes.allowed[name].take(event[at])
        if name != "outcome" and shapes.needed[name].any():
            at = np.flatnonzero(shapes.needed[name].take(event))
            bad[at] |= ~there[name][at] if name in there else True

    recorded_at = written = None
    if "recorded_at" in frame.columns:
        instants = _texts(frame, "recorded_at")
        told = instants.through(_table(instants.texts, _instant, _NO_INSTANT, np.int64))
        bad |= (instants.codes >= 0) & (told == _NO_INSTANT)
        written = told
        recorded_at = told if with_instants else None
    elif with_instants:
        recorded_at = np.full(count, _NO_INSTANT, dtype=np.int64)

    apart = key == PARTICULAR
    if apart.any():
        bad[apart] |= not_as_kept([texts[name].codes[apart] for name in OWN], [texts[name].texts for name in OWN])
    case_ids = frame["case_id"]
    case, heads = numbered(case_ids)
    odd = heads.is_null() | heads.str.strip_chars(WHITE).ne(heads) | heads.eq("")
    if odd.fill_null(value=True).any():
        bad |= odd.fill_null(value=True).to_numpy()[case]
    return Encoded(count, bad, case, heads, key, on, months, texts, dates, corrects, recorded_at, written)


def _texts(frame: pl.DataFrame, name: str) -> Coded:
    if name not in frame.columns:
        return Coded(np.full(frame.height, -1, dtype=np.int32), [])
    return _in_runs(frame[name]) if name == "authority" else coded(frame[name])


def _events(column: pl.Series) -> Array:
    codes = column.cast(pl.String).cast(pl.Enum(events()), strict=False).to_physical()
    return codes.cast(pl.Int16).fill_null(len(events())).to_numpy()


def _keys(event: Array, outcome: Coded) -> Array:
    """Return the key of each row, -1 where the event has no such outcome."""
    width = len(outcome.texts) + 1
    column = {text: at for at, text in enumerate(outcome.texts)} | {None: width - 1}
    table = np.full((len(events()) + 1, width), -1, dtype=np.int16)
    for at, row in _key_table().items():
        for text, key in row.items():
            if text in column:
                table[at, column[text]] = key
    given = np.where(outcome.codes < 0, width - 1, outcome.codes)
    return table.ravel().take(event * np.int32(width) + given)


def _not_on_its_list(name: str, event: Array, column: Coded) -> Array:
    """Return which rows hold a text that is not on the closed list of their event."""
    width = len(column.texts) + 1
    wrong = np.zeros((len(events()) + 1, width), dtype=bool)
    for at, choices in enumerate(_shapes().choices[name]):
        if choices:
            wrong[at] = [text not in choices for text in column.texts] + [False]
    if not wrong.any():
        return np.zeros(len(event), dtype=bool)
    return wrong.ravel().take(event * np.int32(width) + np.where(column.codes < 0, width - 1, column.codes))


def cells_of(fact: Fact) -> dict[str, str]:
    """Return a fact's fields that are filled, as text."""
    cells = {}
    for name in COLUMNS:
        value = fact.__dict__.get(name)
        if value is not None:
            cells[name] = value if isinstance(value, str) else written(value) if name == "on" else value.isoformat()
    return cells
