"""Rows of text into columns of numbers, and which rows are plainly facts.

Each distinct text is looked at once, by the very functions that read one row; what is then not plainly a fact goes to
the readers, which make a fact of it or say what is wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, get_args

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import EVENTS, KEY_OF, NO_DAY, Array, as_day
from ehcp_flow.dates import parse_date, parse_instant
from ehcp_flow.errors import DateError, RowRefused
from ehcp_flow.facts import COLUMNS, FACT_TYPES, OUTCOMES, Fact
from ehcp_flow.readers import read_facts
from ehcp_flow.readers.rows import WHITE

__all__ = ["DAYS", "LINE", "Coded", "Encoded", "encode", "reread", "standard"]

LINE: Final = "_line"
"""The column of a raw frame that says where each row stood in its source."""
DAYS: Final = ("on", "until", "served_on", "aware_on", "made_on", "reviewed_on")
_OPTIONAL: Final = tuple(name for name in COLUMNS if name not in {"case_id", "event", "on"})
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


@dataclass
class Encoded:
    """Rows as numbers. `bad` are the rows that are not plainly facts."""

    count: int
    bad: Array
    case: Array
    case_ids: pl.Series
    key: Array
    on: Array
    party: Coded
    authority: Coded
    dates: dict[str, Array]
    limit: Coded
    reason: Coded
    corrects: Array
    recorded_at: Array | None
    sparse: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))


@dataclass(frozen=True)
class _Shapes:
    """What the models of facts ask of each event, as tables over events (the last entry is for no event)."""

    allowed: Mapping[str, Array]
    needs_party: Array
    literal: Array
    parties: frozenset[str]
    needs_reason: Array


@cache
def _shapes() -> _Shapes:
    count = len(EVENTS) + 1
    allowed = {name: np.zeros(count, dtype=bool) for name in _OPTIONAL}
    needs_party, literal, needs_reason = (np.zeros(count, dtype=bool) for _ in range(3))
    parties: set[frozenset[str]] = set()
    for at, event in enumerate(EVENTS):
        fields = FACT_TYPES[event].model_fields
        for name in _OPTIONAL:
            allowed[name][at] = name in fields
        needs_party[at] = fields["party"].is_required()
        needs_reason[at] = fields["reason"].is_required()
        choices = frozenset(
            value for arg in get_args(fields["party"].annotation) for value in get_args(arg) if isinstance(value, str)
        )
        if choices:
            literal[at] = True
            parties.add(choices)
    # Where two events had different lists, a party would have to stand in both to be plainly right.
    common = frozenset.intersection(*parties) if parties else frozenset()
    return _Shapes(allowed, needs_party, literal, common, needs_reason)


@cache
def _key_table() -> Mapping[int, Mapping[str | None, int]]:
    table: dict[int, dict[str | None, int]] = {}
    for at, event in enumerate(EVENTS):
        outcomes: Sequence[str | None] = OUTCOMES.get(event, (None,))
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


def standard(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame of which each column is text, or dates where it holds days; unknown columns are left out."""
    columns = []
    as_is = True
    for name in frame.columns:
        if name not in COLUMNS and name != LINE:
            continue
        kind = frame.schema[name]
        if name == LINE or kind in (pl.String, pl.Categorical, pl.Enum) or (kind == pl.Date and name in DAYS):
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
    shapes = _shapes()

    def texts(name: str) -> Coded:
        if name not in frame.columns:
            return Coded(np.full(count, -1, dtype=np.int32), [])
        return coded(frame[name])

    event = _events(frame["event"])
    party, reason, limit, outcome = map(texts, ("party", "reason", "limit", "outcome"))
    authority = _in_runs(frame["authority"]) if "authority" in frame.columns else texts("authority")
    key = _keys(event, outcome)
    bad = (key < 0) | ~_plain_names(event, party, authority)
    sparse = np.zeros(count, dtype=bool)

    def given(name: str, there: Array) -> None:
        """Note the rows that have a field which few have, and which of them must not have it."""
        at = np.flatnonzero(there)
        sparse[at] = True
        bad[at] |= ~shapes.allowed[name].take(event[at])

    given("reason", reason.codes >= 0)
    given("limit", limit.codes >= 0)
    dates: dict[str, Array] = {}
    on = np.full(count, NO_DAY, dtype=np.int32)
    for name in DAYS:
        if name not in frame.columns or (name != "on" and frame[name].null_count() == count):
            continue
        days = days_of(frame[name])
        bad |= days == _BAD
        if name == "on":
            on = days
            bad |= on == NO_DAY
        else:
            dates[name] = days
            given(name, days != NO_DAY)
    reasoned = np.flatnonzero(shapes.needs_reason.take(event))
    bad[reasoned] |= reason.codes[reasoned] < 0

    recorded_at = None
    if "recorded_at" in frame.columns:
        instants = texts("recorded_at")
        at = instants.through(_table(instants.texts, _instant, _NO_INSTANT, np.int64))
        bad |= (instants.codes >= 0) & (at == _NO_INSTANT)
        recorded_at = at if with_instants else None
    elif with_instants:
        recorded_at = np.full(count, _NO_INSTANT, dtype=np.int64)
    corrects = np.zeros(count, dtype=bool)
    if "corrects" in frame.columns and frame["corrects"].null_count() < count:
        corrects = frame["corrects"].cast(pl.String).str.strip_chars(WHITE).fill_null("").ne("").to_numpy()
    voids = np.flatnonzero(event == EVENTS.index("fact_voided"))
    bad[voids] |= ~corrects[voids]

    case_ids = frame["case_id"]
    case, heads = _cases(case_ids)
    odd = heads.is_null() | heads.str.strip_chars(WHITE).ne(heads) | heads.eq("")
    if odd.fill_null(value=True).any():
        bad |= odd.fill_null(value=True).to_numpy()[case]
    return Encoded(
        count, bad, case, heads, key, on, party, authority, dates, limit, reason, corrects, recorded_at, sparse
    )


def _events(column: pl.Series) -> Array:
    codes = column.cast(pl.String).cast(pl.Enum(EVENTS), strict=False).to_physical()
    return codes.cast(pl.Int16).fill_null(len(EVENTS)).to_numpy()


def _keys(event: Array, outcome: Coded) -> Array:
    """Return the key of each row, -1 where the event has no such outcome."""
    width = len(outcome.texts) + 1
    column = {text: at for at, text in enumerate(outcome.texts)} | {None: width - 1}
    table = np.full((len(EVENTS) + 1, width), -1, dtype=np.int16)
    for at, row in _key_table().items():
        for text, key in row.items():
            if text in column:
                table[at, column[text]] = key
    given = np.where(outcome.codes < 0, width - 1, outcome.codes)
    return table.ravel().take(event * np.int32(width) + given)


_NONE, _KNOWN, _OTHER = range(3)


def _plain_names(event: Array, party: Coded, authority: Coded) -> Array:
    """Return which rows name nobody that their event forbids, and whom it asks for."""
    shapes = _shapes()
    ok = np.zeros((len(EVENTS) + 1, 3, 3), dtype=bool)
    ok[:, _NONE, _NONE] = ~shapes.needs_party
    ok[:, _KNOWN, _NONE] = shapes.allowed["party"]
    ok[:, _OTHER, _NONE] = shapes.allowed["party"] & ~shapes.literal
    ok[:, :, _KNOWN] = ok[:, :, _NONE] & shapes.allowed["authority"][:, None]

    def kinds(column: Coded, known: Callable[[str], bool]) -> Array:
        return column.through(_table(column.texts, lambda text: _KNOWN if known(text) else _OTHER, _NONE, np.int16))

    of_party = kinds(party, shapes.parties.__contains__)
    of_authority = kinds(authority, lambda text: _AUTHORITY.fullmatch(text) is not None)
    place: Array = event * np.int16(ok[0].size) + of_party * np.int16(ok[0, 0].size) + of_authority
    return ok.ravel().take(place)


def _cases(case_ids: pl.Series) -> tuple[Array, pl.Series]:
    """Return the number of each row's case, and the ids; the rows of a case stand together."""
    if not len(case_ids):
        return np.zeros(0, dtype=np.int32), case_ids
    case = case_ids.rle_id().cast(pl.Int32).to_numpy()
    first = np.append(0, np.flatnonzero(case[1:] != case[:-1]) + 1)
    return case, case_ids.gather(pl.Series(first.astype(np.uint32)))


def reread(frame: pl.DataFrame, name: str, shown: Mapping[str, str]) -> tuple[pl.DataFrame, list[RowRefused]]:
    """Return rows as the readers take them, each column as plain text, and the refusals of the others.

    `shown` says how the source writes each column's name, for the messages.
    """
    lines = frame[LINE].to_list()
    columns = [column for column in frame.columns if column != LINE]
    rows = frame.select(pl.col(column).cast(pl.String) for column in columns).rows()
    text = "".join(
        json.dumps({shown.get(c, c): cell for c, cell in zip(columns, row, strict=True) if cell is not None}) + "\n"
        for row in rows
    )
    kept: list[dict[str, Any]] = []
    refused: list[RowRefused] = []
    for number, entry in read_facts(_Lines(text), name=name).entries():
        line = lines[number - 1]
        if isinstance(entry, Fact):
            kept.append({**cells_of(entry), LINE: line})
        else:
            column = shown.get(entry.column, entry.column)
            refused.append(RowRefused(name, line, column, entry.value, entry.expected, entry.case_id))
    schema = dict.fromkeys(columns, pl.String) | {LINE: frame.schema[LINE]}
    return pl.DataFrame(kept, schema=schema), refused


def cells_of(fact: Fact) -> dict[str, str]:
    """Return a fact's fields that are filled, as text."""
    cells = {}
    for name in COLUMNS:
        value = fact.__dict__.get(name)
        if value is not None:
            cells[name] = value if isinstance(value, str) else value.isoformat()
    return cells


class _Lines:
    """A text that the readers read line by line, with nothing but line feeds ending a line."""

    def __init__(self, text: str) -> None:
        self._lines = iter(text.split("\n"))

    def readline(self, size: int, /) -> str:
        """Return the next line with its end."""
        line = next(self._lines, "")
        return line + "\n" if line else ""
