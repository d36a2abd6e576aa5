"""Where each case of a source stands, and which moves would be lawful: `states.state` and `states.lawful` for many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.bulk.building import bare_facts, dates_of
from ehcp_flow.bulk.chunks import Question, asked_rows, cases_of, standing_facts
from ehcp_flow.bulk.passing import Pass
from ehcp_flow.bulk.standings import disputed
from ehcp_flow.bulk.trails import STATES, trail_of
from ehcp_flow.errors import RowRefused
from ehcp_flow.states.counted import AtHand
from ehcp_flow.states.lawful import Stands, lawful_in, stands

__all__ = ["Standings"]


class _Part(NamedTuple):
    """What came of one chunk: its cases, one after another, and the rows that were refused."""

    told: Iterator[Stands]
    refused: list[RowRefused]
    cases: int
    rows: int


class Standings(Pass):
    """Where each case of a source stands, cases in the order in which they first appear; a pass like `Answers`."""

    def __iter__(self) -> Iterator[Stands]:
        for part in self._parts(_chunk):
            yield from part.told


def _chunk(rows: pl.DataFrame, question: Question) -> _Part:
    encoded, rows, refused, count = asked_rows(rows, question)
    facts, there = standing_facts(encoded, rows, question)
    # A fact of the very day may come behind one that is asked about, and one that lies ahead moves nothing yet.
    alone = disputed(facts) | (np.bincount(facts.case[facts.on >= facts.as_of], minlength=facts.cases) > 0)

    def told() -> Iterator[Stands]:
        law = AtHand(question.law.rulebook, question.calendars)
        trail = trail_of(facts)
        at, since = trail.at.tolist(), dates_of(trail.since)
        ids, authority = encoded.case_ids.cast(pl.String).to_list(), facts.authority.tolist()
        names = [*encoded.authority.texts, None]
        plain = bare_facts(facts, np.flatnonzero(~alone & there))
        odd = iter(cases_of(rows, encoded, np.flatnonzero(alone & there), question))
        for number in np.flatnonzero(there).tolist():
            if alone[number]:
                yield stands(next(odd), question.as_of, law)
            else:
                here = STATES[at[number]]
                lawful = lawful_in(next(plain), here, question.as_of, law)
                yield Stands(ids[number], names[authority[number]], here, since[number], (), lawful)

    return _Part(told(), refused, int(there.sum()), count)
