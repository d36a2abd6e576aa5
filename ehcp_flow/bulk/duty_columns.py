"""The identities of many deadlines, as `ehcp_flow.engine.duty_keys` gives each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from ehcp_flow.bulk.cases_from_columns import build_cases
from ehcp_flow.bulk.codes import Array, event_of, events
from ehcp_flow.bulk.deadline_columns import Judged
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.fact_columns import FactColumns
from ehcp_flow.engine.duty_keys import ESCAPES, own_names
from ehcp_flow.facts import WHITE

__all__ = ["keys_of"]


def keys_of(
    facts: FactColumns, judged: Judged, encoded: Encoded, rows: pl.DataFrame, duties: Sequence[str]
) -> pl.Series:
    """Return the key of each deadline. `duties` says what each version's rule is called in one."""
    started = judged.start
    case = pl.Series(facts.case.take(started).astype(np.uint32))
    parties = pl.Series(["", *facts.names], dtype=pl.String).gather(pl.Series((judged.party + 1).astype(np.uint32)))
    duty = pl.Series(duties, dtype=pl.Enum(list(dict.fromkeys(duties)))).gather(pl.Series(judged.row.astype(np.uint32)))
    ids = _escaped(encoded.case_ids.cast(pl.String)).gather(case)
    frame = pl.DataFrame([ids.alias("case"), duty.alias("duty"), parties.alias("party"),
                          _starts(facts, encoded, rows, started).alias("start")])  # fmt: skip
    return frame.select(pl.concat_str(pl.all().cast(pl.String), separator="|").alias("key")).to_series()


def _starts(facts: FactColumns, encoded: Encoded, rows: pl.DataFrame, started: Array) -> pl.Series:
    """Return what the fact that started each is called."""
    event = event_of().take(facts.key)
    of_kind = facts.case.astype(np.int64) * len(events()) + event
    order = np.argsort(of_kind, kind="stable")
    ordered = of_kind[order]
    first = np.append(True, ordered[1:] != ordered[:-1]) if len(ordered) else np.zeros(0, dtype=bool)
    begins = np.flatnonzero(first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order)))) + 1
    names = pl.Series(events(), dtype=pl.String).gather(pl.Series(event.take(started).astype(np.uint32)))
    counted = names + "-" + pl.Series(place.take(started)).cast(pl.String)
    named = _names(facts, encoded, rows)
    return counted if named is None else named.gather(pl.Series(started.astype(np.uint32))).fill_null(counted)


def _names(facts: FactColumns, encoded: Encoded, rows: pl.DataFrame) -> pl.Series | None:
    """Return the name that each fact has of its own, None where no row has one."""
    if "fact_id" not in rows.columns or rows["fact_id"].null_count() == rows.height:
        if not encoded.corrects.any():
            return None
        names = pl.Series([None] * rows.height, dtype=pl.String)
    else:
        names = rows["fact_id"].cast(pl.String).str.strip_chars(WHITE).replace("", None)
    if encoded.corrects.any():
        # A fact that stands in the place of another goes by the name of that one.
        numbers = np.unique(encoded.case[encoded.corrects])
        heads = np.searchsorted(encoded.case, numbers).tolist()
        at: list[int] = []
        told: list[str | None] = []
        for case, head in zip(build_cases(rows, encoded, numbers), heads, strict=True):
            known = own_names(case.recorded)
            at.extend(range(head, head + len(case.recorded)))
            told.extend(known.get(id(fact)) for fact in case.recorded)
        names = names.scatter(at, pl.Series(told, dtype=pl.String))
    return _escaped(names.gather(pl.Series(facts.rows.astype(np.uint32))))


def _escaped(texts: pl.Series) -> pl.Series:
    for character, code in ESCAPES:
        texts = texts.str.replace_all(character, code, literal=True)
    return texts
