"""Rows into legal order, each fact once: the columns of `ehcp_flow.case.in_legal_order`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import Array, as_day, event_of, events, in_order, prospective, words_of_outcomes
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.bulk.own_columns import broken_particulars
from ehcp_flow.bulk.record_columns import checked_columns, days_ahead
from ehcp_flow.facts import CONTENT

__all__ = ["Settled", "in_legal_order"]

_FIRST_DAY: Final = as_day(dt.date(1900, 1, 1))
_MOST: Final = 1 << 62
_DAYS: Final = 1 << 18


class Settled(NamedTuple):
    """What `Case` says of the cases that columns leave to it: those with a correction or a mere month, and some more.

    `rows` are those that stand, each case's in legal order; `on` is the day of every row of the chunk.
    """

    cases: Array
    rows: Array
    on: Array


def in_legal_order(
    rows: Encoded, as_of: dt.date, keep: Array | None = None, settled: Settled | None = None, *, whole: bool = False
) -> FactColumns:
    """Return the facts that count on a day. `keep` are the rows that count at all, all if it is None.

    `whole` leaves in what cannot be so of a record, but for copies.
    """
    apart = np.zeros(len(rows.case_ids), dtype=bool)
    days = rows.on
    if settled is not None:
        apart[settled.cases] = True
        days = settled.on
        plain = ~apart.take(rows.case)
        keep = plain if keep is None else plain & keep
    particular = rows.apart
    if particular is not None:
        keep = ~particular if keep is None else keep & ~particular
    joined = rows.case.astype(np.int64)
    joined *= _DAYS
    joined += rows.on
    joined *= len(events())
    joined += event_of().take(rows.key)
    if keep is not None:
        order = np.flatnonzero(keep)
        joined = joined[order]
    else:
        order = np.arange(rows.count)
    if len(joined) and (joined[1:] < joined[:-1]).any():
        sort = np.argsort(joined, kind="stable")
        order, joined = order[sort], joined[sort]
    order, twice = _settle_ties(rows, order, joined)
    repeats = order[twice]
    if len(twice):
        order = np.delete(order, twice)
    if settled is not None:
        order = np.concatenate([order, settled.rows])
        order = order.take(np.argsort(rows.case.take(order), kind="stable"))

    stands = order
    cases = len(rows.case_ids)
    case = rows.case.take(order)
    day = as_day(as_of)
    on, key = days.take(order), rows.key.take(order)
    authority = _authority_on(day, case, on, rows.authority.codes.take(order), cases)
    if particular is not None and (authority < 0).any():
        authority = np.where(authority < 0, _said_beside(rows, day, particular), authority)
    counts = (on <= day) | prospective().take(key)
    ahead = np.bincount(case[~counts], minlength=cases) > 0
    if not counts.all():
        order, case, on, key = order[counts], case[counts], on[counts], key[counts]
    days_later = days_ahead(rows, order, on, day)
    found = checked_columns(rows, order, on)
    left_out = found.copies if whole else found.gone
    if left_out.any():
        stay = ~left_out
        order, case, on, key = order[stay], case[stay], on[stay], key[stay]
    return FactColumns(
        cases=cases,
        case=case,
        on=on,
        key=key,
        party=rows.party.codes.take(order),
        dates={name: days.take(order) for name, days in rows.dates.items()},
        authority=authority,
        names=rows.party.texts,
        body=rows.texts["body"].codes.take(order),
        bodies=rows.texts["body"].texts,
        limit=rows.texts["limit"].codes.take(order),
        limits=rows.texts["limit"].texts,
        reason=rows.texts["reason"].codes.take(order),
        reasons=rows.texts["reason"].texts,
        value=rows.texts["value"].codes.take(order),
        values=rows.texts["value"].texts,
        as_of=day,
        settled=apart,
        failed=np.zeros(cases, dtype=bool),
        stands=stands,
        rows=order,
        repeats=repeats,
        broken=found.broken if particular is None else found.broken | _broken(rows, particular),
        ahead=ahead,
        days_ahead=days_later,
    )


def _authority_on(day: int, case: Array, on: Array, codes: Array, cases: int) -> Array:
    """Return whose each case is on a day, as `Case.authority_on` does: the columns of that rule."""
    told = codes >= 0
    case, on, codes = case[told], on[told], codes[told]
    by_then = on <= day
    authority = _last_given(case[by_then], codes[by_then], cases)
    if not by_then.all():
        first = _last_given(case[~by_then][::-1], codes[~by_then][::-1], cases)
        authority = np.where(authority < 0, first, authority)
    return authority


def _broken(rows: Encoded, at: Array) -> Array:
    names, ends = rows.texts["particular"].codes, rows.dates.get("until")
    return broken_particulars(len(rows.case_ids), rows.case, rows.on, names, ends, at)


def _said_beside(rows: Encoded, day: int, at: Array) -> Array:
    """Return what particulars say of whose each case is: it counts where nothing else does."""
    order = np.flatnonzero(at)
    order = order[np.lexsort((rows.on[order], rows.case[order]))]
    return _authority_on(day, rows.case[order], rows.on[order], rows.authority.codes[order], len(rows.case_ids))


def _last_given(case: Array, codes: Array, cases: int) -> Array:
    """Return the last code that each case is given, -1 for none."""
    last = np.full(cases, -1, dtype=np.int32)
    ends = np.flatnonzero(case[1:] != case[:-1])
    last[case[ends]] = codes[ends]
    last[case[-1:]] = codes[-1:]
    return last


def _settle_ties(rows: Encoded, order: Array, joined: Array) -> tuple[Array, Array]:
    """Return the order with facts of one kind on one day sorted by content, and the places of those that repeat one."""
    same = joined[1:] == joined[:-1]
    at = np.flatnonzero(np.append(False, same) | np.append(same, False))
    if not len(at):
        return order, at
    row = order.take(at)
    group = np.cumsum(np.append(False, ~same[at[1:] - 1]))

    rank = _rank_contents(rows, row)
    ranked = group * (int(rank.max()) + 1) + rank
    if (ranked[1:] < ranked[:-1]).any():
        ranked, sort = in_order(ranked)
        order = order.copy()
        order[at] = row.take(sort)
    return order, at[1:][ranked[1:] == ranked[:-1]]


def _rank_contents(rows: Encoded, row: Array) -> Array:
    """Return numbers that sort rows of one event, case and day as what they say behind it, as `Fact.content` writes it.

    That is `{...,"party":"school","served_on":"2025-01-06"}`: the first field in which two rows differ decides. Where
    one of them has no such field, its next one stands there, or the bracket, which sorts behind every field.
    """
    fields = [(name, values) for name, values in _values(rows, row) if (values >= 0).any()]
    names = {name: at for at, name in enumerate(sorted(name for name, _ in fields))}
    levels = []
    following = np.full(len(row), len(names), dtype=np.int64)
    for name, values in reversed(fields):
        following = np.where(values >= 0, names[name], following)
        levels.append(following * (int(values.max()) + 2) + values + 1)
    rank, size = np.zeros(len(row), dtype=np.int64), 1
    for level in reversed(levels):
        many = int(level.max()) + 1
        if size > _MOST // many:
            rank = np.unique(rank, return_inverse=True)[1]
            size = len(row)
        rank = rank * many + level
        size *= many
    return np.unique(rank, return_inverse=True)[1] if size > _MOST // len(row) else rank


def _values(rows: Encoded, row: Array) -> Iterator[tuple[str, Array]]:
    """Yield the fields behind the day, in the order of the content: numbers that sort as the texts do, -1 for none."""
    for name in CONTENT:
        if name in rows.texts:
            codes = rows.texts[name].codes.take(row)
            yield name, _ranks_of(rows.texts[name].texts).take(codes) if codes.max() >= 0 else codes
        elif name == "outcome":
            yield name, words_of_outcomes().take(rows.key.take(row))
        elif name in rows.dates:
            yield name, np.maximum(rows.dates[name].take(row) - _FIRST_DAY, -1)


def _ranks_of(texts: Sequence[str]) -> Array:
    """Return the place of each text among them as JSON, and -1 behind them for no text."""
    said = pl.Series([json.dumps(text, ensure_ascii=False) for text in texts], dtype=pl.String)
    return np.append(said.rank("dense").cast(pl.Int64).to_numpy() - 1, -1)
