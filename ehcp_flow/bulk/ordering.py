"""Rows into legal order, each fact once: the columns of `ehcp_flow.case.in_legal_order`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import EVENT_OF, EVENTS, KEYS, NO_DAY, PROSPECTIVE, Array, as_day
from ehcp_flow.bulk.encoding import Coded, Encoded
from ehcp_flow.bulk.facts import Facts

__all__ = ["LATER_FIELDS", "in_legal_order"]

LATER_FIELDS: Final = ("outcome", "until", "limit", "aware_on", "made_on", "reviewed_on")
"""The fields of single events, in the order in which a fact's content holds them."""
_EVENTS: Final = len(EVENTS)
_DAYS: Final = 1 << 18
_SHIFT: Final = 1 << 16


def in_legal_order(rows: Encoded, as_of: dt.date, keep: Array | None = None) -> Facts:
    """Return the facts that count on a day. `keep` are the rows that count at all, all if it is None."""
    joined = (rows.case.astype(np.int64) * _DAYS + (rows.on.astype(np.int64) + _SHIFT)) * _EVENTS + EVENT_OF[rows.key]
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
    if twice.any():
        order = order[~twice]

    cases = len(rows.case_ids)
    authority = np.full(cases, -1, dtype=np.int32)
    given = rows.authority.codes[order]
    told = order[given >= 0]
    authority[rows.case[told]] = rows.authority.codes[told]

    day = as_day(as_of)
    counts = (rows.on[order] <= day) | PROSPECTIVE[rows.key[order]]
    if not counts.all():
        order = order[counts]
    failed = np.zeros(cases, dtype=bool)
    if rows.corrects.any():
        failed[rows.case[rows.corrects]] = True
    return Facts(
        cases=cases,
        case=rows.case[order],
        on=rows.on[order],
        key=rows.key[order],
        party=rows.party.codes[order],
        dates={name: days[order] for name, days in rows.dates.items()},
        authority=authority,
        names=rows.party.texts,
        limit=rows.limit.codes[order],
        limits=rows.limit.texts,
        reasoned=rows.reason.codes[order] >= 0,
        as_of=day,
        failed=failed,
        rows=order,
        repeats=repeats,
    )


def _settle_ties(rows: Encoded, order: Array, joined: Array) -> tuple[Array, Array]:
    """Return the order with facts of one kind on one day sorted by content, and which of them repeat another."""
    twice = np.zeros(len(order), dtype=bool)
    same = joined[1:] == joined[:-1]
    if not same.any():
        return order, twice
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    at = np.flatnonzero(tied)
    row = order[at]
    group = np.cumsum(np.append(True, joined[at][1:] != joined[at][:-1])) - 1

    # Within a group only party and outcome differ, as a rule; then their few combinations are all there is to compare.
    authority = rows.authority.codes[row]
    unlike = np.append(False, (authority[1:] != authority[:-1]) & (group[1:] == group[:-1]))
    odd = np.bincount(group[rows.sparse[row] | unlike], minlength=int(group[-1]) + 1) > 0
    plain = ~odd[group]
    rank = np.zeros(len(at), dtype=np.int64)
    rank[plain] = _rank_plain(rows, row[plain])
    if not plain.all():
        rank[~plain] = _rank_texts(_contents(rows, row[~plain]))

    sort = np.lexsort((rank, group))
    order = order.copy()
    order[at] = row[sort]
    rank, group = rank[sort], group[sort]
    twice[at[1:]] = (rank[1:] == rank[:-1]) & (group[1:] == group[:-1])
    return order, twice


def _rank_plain(rows: Encoded, row: Array) -> Array:
    """Return ranks that sort rows by content, where only party and outcome tell them apart."""
    stated = rows.authority.codes[row] >= 0
    joined = ((rows.party.codes[row].astype(np.int64) + 1) * 2 + stated) * len(KEYS) + rows.key[row]
    distinct, back = np.unique(joined, return_inverse=True)
    texts = []
    for number in distinct.tolist():
        rest, key = divmod(number, len(KEYS))
        party, with_authority = divmod(rest, 2)
        outcome = KEYS[key][1]
        texts.append(
            (f',"party":{_json(rows.party.texts[party - 1])}' if party else "")
            + (',"authority":"' if with_authority else "")
            + (f',"outcome":"{outcome}"' if outcome else "")
            + "}"
        )
    return _rank_texts(texts)[back]


def _rank_texts(texts: Iterable[str] | pl.Series) -> Array:
    return pl.Series(texts, dtype=pl.String).rank("dense").cast(pl.Int64).to_numpy()


def _contents(rows: Encoded, row: Array) -> pl.Series:
    """Return what each row says behind its day, as `Fact.content` writes it."""

    def texts(name: str, column: Coded) -> pl.Series:
        return _picked([f',"{name}":{_json(text)}' for text in column.texts], column.codes[row])

    parts = [texts("party", rows.party), texts("reason", rows.reason), texts("authority", rows.authority)]
    for name in ("served_on", *LATER_FIELDS):
        if name == "outcome":
            outcomes = [f',"outcome":"{outcome}"' if outcome else "" for _, outcome in KEYS]
            parts.append(_picked(outcomes, rows.key[row]))
        elif name == "limit":
            parts.append(texts("limit", rows.limit))
        elif name in rows.dates:
            days = pl.Series(rows.dates[name][row], dtype=pl.Int32)
            said = days.cast(pl.Date).dt.to_string(f',"{name}":"%Y-%m-%d"')
            parts.append(said.set(days == NO_DAY, ""))
    frame = pl.DataFrame([part.alias(str(at)) for at, part in enumerate(parts)])
    return frame.select(pl.concat_str(pl.all(), pl.lit("}"))).to_series()


def _picked(texts: list[str], codes: Array) -> pl.Series:
    """Return the text of each code, nothing for -1."""
    places = np.where(codes < 0, len(texts), codes).astype(np.uint32)
    return pl.Series([*texts, ""], dtype=pl.String).gather(pl.Series(places))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
