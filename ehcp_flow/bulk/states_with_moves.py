"""Where each case of a source stands, and which moves would be lawful: `states.state` and `states.lawful` for many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.bulk.cases_from_columns import bare_facts, dates_of
from ehcp_flow.bulk.chunks import Question, asked_rows, cases_of, standing_facts
from ehcp_flow.bulk.histories import disputed, histories_of
from ehcp_flow.bulk.kernel_columns import declared_sets
from ehcp_flow.bulk.source_pass import Pass
from ehcp_flow.errors import RowRefused
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.moves.lawful_moves import lawful_in
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import StateWithMoves, state_with_moves

__all__ = ["StatesWithMoves"]


class _StatesOfChunk(NamedTuple):
    """What came of one chunk: its cases, one after another, and the rows that were refused."""

    told: Iterator[StateWithMoves]
    refused: list[RowRefused]
    cases: int
    rows: int


class StatesWithMoves(Pass):
    """Where each case of a source stands, cases in the order of their ids; a pass like `Answers`."""

    def __iter__(self) -> Iterator[StateWithMoves]:
        for part in self._parts(_chunk):
            yield from part.told


def _chunk(rows: pl.DataFrame, question: Question) -> _StatesOfChunk:
    encoded, rows, refused, count = asked_rows(rows, question)
    facts, there = standing_facts(encoded, rows, question, whole=True)
    # A fact of the very day may come behind one that is asked about, and so may a copy, which is then none; one that
    # lies ahead moves nothing yet.
    regions = regions_of(question.law.rulebook)
    history = histories_of(facts, regions.pathway)
    alone = disputed(facts, regions) | history.waits
    alone |= np.bincount(facts.case[facts.on >= facts.as_of], minlength=facts.cases) > 0
    alone |= facts.settled & facts.broken
    alone[encoded.case[facts.stands[encoded.on[facts.stands] == facts.as_of]]] = True

    def told() -> Iterator[StateWithMoves]:
        law = LawAtHand(question.law.rulebook, question.calendars)
        at, since = history.at.tolist(), dates_of(history.since)
        ids, authority = encoded.case_ids.cast(pl.String).to_list(), facts.authority.tolist()
        names = [*encoded.authority.texts, None]
        declared, events = declared_sets(facts)
        plain = bare_facts(facts, np.flatnonzero(~alone & there))
        odd = iter(cases_of(rows, encoded, np.flatnonzero(alone & there), question))
        for number in np.flatnonzero(there).tolist():
            if alone[number]:
                yield state_with_moves(next(odd), question.as_of, law)
            else:
                here = history.ways.states[at[number]]
                recorded = events[declared[number]] if declared[number] >= 0 else frozenset()
                lawful = lawful_in(next(plain), here, question.as_of, law, recorded)
                yield StateWithMoves(ids[number], names[authority[number]], here, since[number], (), lawful)

    return _StatesOfChunk(told(), refused, int(there.sum()), count)
