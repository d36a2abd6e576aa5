"""What the deadlines of many cases leave open: the columns of what `ehcp_flow.gaps` finds, which puts it into words."""

from __future__ import annotations

import numpy as np

from ehcp_flow.bulk.chunks import Columns
from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array
from ehcp_flow.bulk.judging import STATUSES
from ehcp_flow.bulk.law import mask_of

__all__ = ["left_open", "not_made_out"]


def left_open(columns: Columns) -> Array:
    """Return which deadlines leave something open: one finding each.

    A limit whose day may be later than the record says is of a case that is left to the evaluator of one case.
    """
    judged, facts, rules = columns.judged, columns.facts, columns.question.law.rows
    if not len(judged):
        return np.zeros(0, dtype=bool)
    dated = judged.due != NO_DAY
    status = judged.status
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
    late &= ~never[judged.row, facts.key[judged.cause]] | _was_owed(columns)
    open_: Array = unknown | shown | late
    return open_


def _was_owed(columns: Columns) -> Array:
    """Return which deadlines had been shown to be owed before what made them fall away."""
    judged, facts = columns.judged, columns.facts
    owed = np.zeros(len(judged), dtype=bool)
    for row, (running, _) in enumerate(columns.question.law.rows):
        if running.rule.owed_by:
            at = np.flatnonzero(judged.row == row)
            shown = facts.places(mask_of(running.rule.owed_by)).at_or_after(judged.start[at] + 1)
            owed[at] = shown < judged.cause[at]
    return owed


def not_made_out(columns: Columns) -> Array:
    """Return the places of the exceptions that give rise to a finding: one each."""
    facts, excuses = columns.facts, columns.excuses
    limits = columns.question.law.rulebook.limits
    unknown = np.array([*(limit not in limits for limit in facts.limits), False], dtype=bool)[facts.limit[excuses.at]]
    unsaid = excuses.held & ~facts.reasoned[excuses.at]
    grounds = columns.question.law.rulebook.grounds.values()
    lasting = {("exception_recorded", ground.outcome) for ground in grounds if ground.lasts}
    endless = np.array([key in lasting for key in KEYS])
    unended = excuses.held & endless[facts.key[excuses.at]]
    if "until" in facts.dates:
        unended &= facts.dates["until"][excuses.at] == NO_DAY
    astray = ~excuses.held & (excuses.wanted | ~excuses.considered)
    places: Array = excuses.at[unknown | unsaid | unended | astray]
    return places
