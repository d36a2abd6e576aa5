"""Where many cases stand, and what their records leave open: the columns of `states.state` and of findings.

The state is read by folding the table of moves over the facts, the first of every case, then the second, and so on.
Cases in which a fact must be looked at by itself (detention, corrections, recorded exceptions, a day before the law) go
to the evaluator of one case. Not covered here: disputes, and findings about the order of facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl

from ehcp_flow.bulk.chunks import Chunk, Question, cases_of, known_rows, readable
from ehcp_flow.bulk.codes import EVENT_OF, EVENTS, KEYS, NO_DAY, Array
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.facts import Facts, event_mask
from ehcp_flow.bulk.judging import STATUSES, judge_columns
from ehcp_flow.bulk.law import mask_of
from ehcp_flow.bulk.ordering import in_legal_order
from ehcp_flow.case import Case
from ehcp_flow.deadlines import judge
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.states import State, state
from ehcp_flow.states.machine import table
from ehcp_flow.states.names import MAINTAINED_STATES
from ehcp_flow.states.pathway import PATHWAY

__all__ = ["FINDINGS", "STANDINGS", "findings_chunk", "states_chunk"]

_STATES: Final = tuple(State)
_MAINTAINED: Final = np.array([each in MAINTAINED_STATES for each in _STATES], dtype=bool)
_STATE: Final = pl.Enum([each.value for each in _STATES])
STANDINGS: Final[dict[str, Any]] = {
    "case_id": pl.String,
    "state": _STATE,
    "since": pl.Date,
    "maintained": pl.Boolean,
}
"""The columns of a frame of states."""
FINDINGS: Final[dict[str, Any]] = {"case_id": pl.String, "code": pl.String, "on": pl.Date, "event": pl.String}
"""The columns of a frame of findings: a stable name, the day, and the event of the fact that gave rise to it."""
_CASE: Final = "_case"


@cache
def _moves() -> tuple[Array, Array]:
    """Return, for each state and key, the state that a fact of the key leads to, and whether it changed the state."""
    edges = table(PATHWAY)
    onward = {row.state: row for row in PATHWAY.onward}
    to = np.repeat(np.arange(len(_STATES))[:, None], len(KEYS), axis=1).astype(np.int8)
    moved = np.zeros(to.shape, dtype=bool)
    for at, source in enumerate(_STATES):
        for code, (event, outcome) in enumerate(KEYS):
            edge = edges.get((source, event, outcome))
            if edge is None:
                continue
            end = edge.to
            moved[at, code] = end is not source
            if end in onward:
                row = onward[end]
                end = edges[end, row.event, row.choose(())].to
                moved[at, code] = True
            to[at, code] = _STATES.index(end)
    return to, moved


def states_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return where each case of a chunk stands."""

    def of_columns(facts: Facts, encoded: Encoded, there: Array) -> pl.DataFrame:
        facts.fail(facts.case[facts.places(event_mask("detained")).at])
        at, since = _fold(facts)
        days = pl.Series(since, dtype=pl.Int32)
        cases = np.flatnonzero(there & ~facts.failed)
        return pl.DataFrame(
            {
                "case_id": encoded.case_ids.cast(pl.String).gather(pl.Series(cases.astype(np.uint32))),
                "state": pl.Series(_STATES, dtype=_STATE).gather(pl.Series(at[cases].astype(np.uint32))),
                "since": days.set(pl.Series(since == NO_DAY), None)
                .cast(pl.Date)
                .gather(pl.Series(cases.astype(np.uint32))),
                "maintained": _MAINTAINED[at[cases]],
                _CASE: cases,
            }
        )

    def of_case(case: Case) -> Iterable[tuple[Any, ...]]:
        standing = state(case, question.as_of)
        yield case.case_id, standing.pathway.value, standing.since, standing.maintained

    return _chunk(rows, question, of_columns, of_case, STANDINGS)


def _fold(facts: Facts) -> tuple[Array, Array]:
    """Return the state of each case, and the day of its last change."""
    to, moved = _moves()
    moving = (moved | (to != np.arange(len(_STATES))[:, None])).any(axis=0)
    place = np.flatnonzero(moving[facts.key] & (facts.on <= facts.as_of))
    case = facts.case[place]
    first = np.searchsorted(case, np.arange(facts.cases))
    many = np.searchsorted(case, np.arange(facts.cases), side="right") - first
    at = np.full(facts.cases, _STATES.index(PATHWAY.initial), dtype=np.int8)
    since = np.full(facts.cases, NO_DAY, dtype=np.int32)
    live = np.flatnonzero(many)
    turn = 0
    while len(live):
        here = place[first[live] + turn]
        key = facts.key[here]
        changed = moved[at[live], key]
        since[live[changed]] = facts.on[here[changed]]
        at[live] = to[at[live], key]
        turn += 1
        live = live[many[live] > turn]
    return at, since


def findings_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return what the record and the deadlines of each case of a chunk leave open, in the order of one case."""

    def of_columns(facts: Facts, encoded: Encoded, _there: Array) -> pl.DataFrame:
        facts.fail(facts.case[facts.places(event_mask("exception_recorded")).at])
        judged, judging = judge_columns(facts, question.law, question.days)
        for _, start, _ in judging.no_law:
            facts.fail(facts.case[start])
        case = facts.case[judged.start]
        dated = judged.due != NO_DAY
        status = judged.status
        rules = question.law.rows
        windowed = np.array([version.is_window for _, version in rules], dtype=bool)
        owed = np.array(
            [
                running.limit.kind == "statutory"
                and not (running.rule.other_answer or running.rule.bites_only_if or running.rule.right)
                for running, _ in rules
            ],
            dtype=bool,
        )
        unknown = ~dated & ~judged.protected
        shown = dated & (status == STATUSES.index("undated")) & (judged.implied >= 0)
        fell = dated & (status == STATUSES.index("lapsed")) & owed[judged.row] & ~windowed[judged.row]
        late = fell & (judged.cause >= 0) & (facts.on[judged.cause] > judged.due)
        never = np.array([mask_of(running.rule.never_owed_by) for running, _ in rules])
        late &= ~never[judged.row, facts.key[judged.cause]]
        found = np.flatnonzero(unknown | shown | late)
        fact = np.where(shown, judged.implied, np.where(late, judged.cause, judged.start))[found]
        code = np.where(unknown, 0, np.where(shown, 1, 2))[found]
        on = np.where(unknown[found], judged.base[found], facts.on[fact])
        twice = facts.repeats
        frame = pl.DataFrame(
            {
                _CASE: np.concatenate([encoded.case[twice], case[found]]).astype(np.int64),
                "_code": np.concatenate([np.full(len(twice), 3), code]).astype(np.uint32),
                "_on": np.concatenate([encoded.on[twice], on]).astype(np.int32),
                "_event": np.concatenate([EVENT_OF[encoded.key[twice]], EVENT_OF[facts.key[fact]]]).astype(np.uint32),
            }
        )
        frame = frame.filter(pl.Series(~facts.failed[frame[_CASE].to_numpy()]))
        names = pl.Series(["institution_dates_unknown", "act_not_dated", "overdue_when_it_lapsed", "duplicate_fact"])
        return frame.select(
            encoded.case_ids.cast(pl.String).gather(frame[_CASE].cast(pl.UInt32)).alias("case_id"),
            names.gather(frame["_code"]).alias("code"),
            pl.col("_on").cast(pl.Date).alias("on"),
            pl.Series(EVENTS).gather(frame["_event"]).alias("event"),
            pl.col(_CASE),
        ).sort(_CASE, maintain_order=True)

    def of_case(case: Case) -> Iterable[tuple[Any, ...]]:
        judged = judge(case, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)
        for finding in (*case.findings, *judged.findings):
            yield finding.case_id, finding.code, finding.on, finding.fact.event if finding.fact else None

    return _chunk(rows, question, of_columns, of_case, FINDINGS)


def _chunk(
    rows: pl.DataFrame,
    question: Question,
    of_columns: Callable[[Facts, Encoded, Array], pl.DataFrame],
    of_case: Callable[[Case], Iterable[tuple[Any, ...]]],
    schema: dict[str, Any],
) -> Chunk:
    """Return what columns say of a chunk, and what one case at a time says of the cases that columns left over."""
    encoded, rows, refused, count = readable(rows, question)
    keep = known_rows(encoded, rows, question)
    facts = in_legal_order(encoded, question.as_of, keep)
    there = np.zeros(facts.cases, dtype=bool)
    there[encoded.case if keep is None else encoded.case[keep]] = True
    parts = [of_columns(facts, encoded, there)]
    left = np.flatnonzero(facts.failed & there)
    failed: list[tuple[str, EhcpFlowError]] = []
    for case, at in zip(cases_of(rows, encoded, left, question), left.tolist(), strict=True):
        try:
            told = list(of_case(case))
        except EhcpFlowError as error:
            failed.append((case.case_id, error))
            continue
        whole = {**schema, _CASE: pl.Int64}
        parts.append(pl.DataFrame([(*row, at) for row in told], schema=whole, orient="row"))
    frame = pl.concat(part.select(parts[0].columns) for part in parts).sort(_CASE, maintain_order=True)
    return Chunk(frame.drop(_CASE), refused, failed, int(there.sum()), count, len(left))
