"""Where many cases stand, and what their records leave open: the columns of `states.state` and of findings.

The state is read over columns; cases with a dispute are looked at by themselves. What is found is said in its words,
and only the cases in which there may be something to say are asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl

from ehcp_flow.answers import Answer
from ehcp_flow.bulk.case_answers import answers_of
from ehcp_flow.bulk.chunks import Chunk, Columns, Question, asked_rows, cases_of, judged_chunk, standing_facts
from ehcp_flow.bulk.codes import NO_DAY
from ehcp_flow.bulk.finding_columns import FindingColumns
from ehcp_flow.bulk.histories import disputed, histories_of
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import Dispute, DisputeState, State, state

__all__ = ["CASE_STATES", "DISPUTE", "FINDINGS", "case_states_of", "counted_chunk", "findings_chunk", "states_chunk"]

DISPUTE: Final[dict[str, Any]] = {
    "decision": pl.String,
    "decided_on": pl.Date,
    "ground": pl.String,
    "certificate_needed": pl.Boolean,
    "state": pl.Enum([each.value for each in DisputeState]),
    "since": pl.Date,
    "settlement": pl.String,
    "settled_on": pl.Date,
    "awaits": pl.List(pl.String),
}
"""The fields of a dispute: the event and day of the decision and of its settlement, and those of `states.Dispute`."""
CASE_STATES: Final[dict[str, Any]] = {
    "case_id": pl.String,
    "state": pl.Enum([each.value for each in State]),
    "since": pl.Date,
    "maintained": pl.Boolean,
    "disputes": pl.List(pl.Struct(DISPUTE)),
}
"""The columns of a frame of states, by the law of England."""
FINDINGS: Final[dict[str, Any]] = {
    "case_id": pl.String,
    "code": pl.String,
    "on": pl.Date,
    "message": pl.String,
    "remedy": pl.String,
    "event": pl.String,
    "limit": pl.String,
}
"""The columns of a frame of findings: the fields of `Finding`, with the event of the fact that gave rise to it."""
_CASE: Final = "_case"


def case_states_of(rulebook: Rulebook) -> dict[str, Any]:
    """Return the columns of a frame of states by a rulebook."""
    regions = regions_of(rulebook)
    disputes = [each.value for each in regions.disputes.states] if regions.disputes else []
    dispute = DISPUTE | {"state": pl.Enum(disputes)}
    states = pl.Enum([each.value for each in regions.pathway.states])
    return CASE_STATES | {"state": states, "disputes": pl.List(pl.Struct(dispute))}


def states_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return where each case of a chunk stands."""
    encoded, rows, refused, count = asked_rows(rows, question)
    facts, there = standing_facts(encoded, rows, question, whole=True)
    regions = regions_of(question.law.rulebook)
    in_dispute = disputed(facts, regions)
    history = histories_of(facts, regions.pathway)
    schema, ways = case_states_of(question.law.rulebook), history.ways
    stands, since = history.at, history.since
    days = pl.Series(since, dtype=pl.Int32)
    cases = np.flatnonzero(there & ~in_dispute)
    chosen = pl.Series(cases.astype(np.uint32))
    frame = pl.DataFrame(
        {
            "case_id": encoded.case_ids.cast(pl.String).gather(chosen),
            "state": pl.Series(ways.states, dtype=schema["state"]).gather(pl.Series(stands[cases].astype(np.uint32))),
            "since": days.set(pl.Series(since == NO_DAY), None).cast(pl.Date).gather(chosen),
            "maintained": ways.maintained[stands[cases]],
            "disputes": pl.Series([[]] * len(cases), dtype=schema["disputes"]),
            _CASE: cases,
        }
    )
    left = np.flatnonzero(in_dispute & there)
    told = []
    for case, at in zip(cases_of(rows, encoded, left, question), left.tolist(), strict=True):
        case_state = state(case, question.as_of, rulebook=question.law.rulebook, calendars=question.calendars)
        disputes = [_dispute(each) for each in case_state.disputes]
        told.append((case.case_id, case_state.pathway.value, case_state.since, case_state.maintained, disputes, at))
    if told:
        frame = pl.concat([frame, pl.DataFrame(told, schema={**schema, _CASE: pl.Int64}, orient="row")])
        frame = frame.sort(_CASE, maintain_order=True)
    return Chunk(frame.drop(_CASE), refused, [], int(there.sum()), count)


def _dispute(dispute: Dispute) -> dict[str, Any]:
    settlement = dispute.settlement
    return {
        "decision": dispute.decision.event,
        "decided_on": dispute.decision.on,
        "ground": dispute.ground,
        "certificate_needed": dispute.certificate_needed,
        "state": dispute.state.value,
        "since": dispute.since,
        "settlement": None if settlement is None else settlement.event,
        "settled_on": None if settlement is None else settlement.on,
        "awaits": list(dispute.awaits),
    }


def findings_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return what the records, the order of their facts and their deadlines leave open, in the order of one case."""
    columns = Columns.of(rows, question)
    found = FindingColumns(columns)
    told = []
    for answer in answers_of(columns, np.flatnonzero(found.asked | (found.counted > 0)), found):
        for finding in answer.findings if isinstance(answer, Answer) else ():
            event = finding.fact.event if finding.fact else None
            told.append(
                (finding.case_id, finding.code, finding.on, finding.message, finding.remedy, event, finding.limit)
            )
    frame = pl.DataFrame(told, schema=FINDINGS, orient="row")
    return columns.chunk(frame)


def counted_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return the deadlines of a chunk, and how much the records leave open."""
    columns = Columns.of(rows, question)
    found = FindingColumns(columns)
    many = int(found.counted[~found.asked].sum())
    # A case that cannot be judged is told with the deadlines.
    for answer in answers_of(columns, np.flatnonzero(found.asked), found):
        if isinstance(answer, Answer):
            many += len(answer.findings)
    return replace(judged_chunk(columns), findings=many)
