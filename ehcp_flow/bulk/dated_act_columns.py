"""Deadlines that were owed, and facts, as rows of days out of columns: `ehcp_flow.measures.dated_acts` for many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from ehcp_flow.bulk.cases_from_columns import dates_of
from ehcp_flow.bulk.chunks import Columns
from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array
from ehcp_flow.bulk.fact_columns import event_mask
from ehcp_flow.deadlines import STATUSES
from ehcp_flow.engine.kernel import MET
from ehcp_flow.measures.dated_acts import OWED, Act, Owed

__all__ = ["acts_in", "owed_in"]


def owed_in(columns: Columns, limits: Collection[str], asked: Array, ids: Sequence[str]) -> Iterator[Owed]:
    """Yield the deadlines of limits that fell due in the cases that are asked about, by their numbers."""
    judged, facts = columns.judged, columns.facts
    versions = columns.question.law.book.versions
    names = [next((name for name in (rule.limit.root, rule.limit.id) if name in limits), "") for rule, _ in versions]
    of_limit = np.array([bool(name) for name in names], dtype=bool)
    owed = np.array([status in OWED for status in STATUSES], dtype=bool)
    at = np.flatnonzero(
        of_limit.take(judged.row) & owed.take(judged.status) & (judged.due > NO_DAY) & asked.take(judged.case)
    )
    parties = [*facts.names, ""]
    for case, row, party, due, done, ended, status in zip(
        judged.case[at].tolist(), judged.row[at].tolist(), judged.party[at].tolist(), dates_of(judged.due[at]),
        dates_of(judged.done_on[at]), dates_of(judged.ended_on[at]), judged.status[at].tolist(), strict=True,
    ):  # fmt: skip
        yield Owed(ids[case], names[row], parties[party], due, done, ended, status == MET)


def acts_in(columns: Columns, events: Collection[str], asked: Array, ids: Sequence[str]) -> Iterator[Act]:
    """Yield the facts of events that had happened in the cases that are asked about, by their numbers."""
    facts, words = columns.facts, sorted(events)
    of_event = np.full(len(KEYS), -1, dtype=np.int32)
    for number, event in enumerate(words):
        of_event[event_mask(event)] = number
    which = of_event.take(facts.key)
    at = np.flatnonzero((which >= 0) & (facts.on <= facts.as_of) & asked.take(facts.case))
    parties = [*facts.names, ""]
    for case, event_at, on, party in zip(
        facts.case[at].tolist(), which[at].tolist(), dates_of(facts.on[at]), facts.party[at].tolist(), strict=True
    ):
        yield Act(ids[case], words[event_at], on, parties[party])
