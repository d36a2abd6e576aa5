"""How much the deadlines and exceptions of many cases leave open: `ehcp_flow.case_findings` puts it into words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_date
from ehcp_flow.bulk.deadline_columns import Judged
from ehcp_flow.bulk.fact_columns import FactColumns, event_mask
from ehcp_flow.engine import kernel
from ehcp_flow.engine.kernel import CONSIDERED, HELD, HELD_WITHOUT_END, WANTED
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.law.clock import Sign

__all__ = ["left_open"]


def left_open(facts: FactColumns, judged: Judged, book: CompiledRulebook) -> Array:
    """Return the places of the facts that give rise to a finding of `ehcp_flow.case_findings.findings_of`: one each."""
    return np.concatenate(
        [
            judged.start[judged.leaves_open > 0],
            _without_law(judged, book),
            _not_made_out(facts, judged, book),
            *_signs(facts, judged, book),
            _doubtful(facts, judged, book),
            _unknown_directions(facts, book),
            _not_read(facts, book),
            *facts.odd,
        ]
    )


def _without_law(judged: Judged, book: CompiledRulebook) -> Array:
    rows = judged.without_law
    days = rows[kernel.BASE].tolist()
    found = [
        not book.had_another_rule(rule, as_date(day))
        for rule, day in zip(rows[kernel.RULE].tolist(), days, strict=True)
    ]
    places: Array = rows[kernel.STARTED][np.array(found, dtype=bool)]
    return places


def _signs(facts: FactColumns, judged: Judged, book: CompiledRulebook) -> Iterator[Array]:
    """Yield, for each thing to look at for its own sake, the facts that call for it."""
    signs = book.signs
    if not signs:
        return
    taken = np.asarray(judged.numbers.taken, dtype=np.int32)
    counts = np.zeros(book.turned.count, dtype=np.int32)
    for key, asked in signs.items():
        counts[key] = sum(not sign.depends for sign in asked)
    count = counts.take(taken)
    for sign in book.rulebook.signs.values():
        if sign.depends:
            count[_asked(facts, taken, sign, book)] += 1
    count[facts.failed.take(facts.case)] = 0
    yield np.repeat(np.arange(facts.count), count)


def _asked(facts: FactColumns, taken: Array, sign: Sign, book: CompiledRulebook) -> Array:
    """Return the places of the facts that a sign speaks of and that are still to be looked at."""

    def of(keys: frozenset[int]) -> Array:
        mask = np.zeros(book.turned.count, dtype=bool)
        mask[list(keys)] = True
        return np.flatnonzero(mask.take(taken))

    at = of(book.turned.plain(sign.facts))
    if sign.once_past:
        past = facts.dates[sign.once_past].take(at) if sign.once_past in facts.dates else np.full(len(at), NO_DAY)
        at = at[(past != NO_DAY) & (past < facts.as_of)]
    for comes_later, patterns in ((True, sign.answered_by), (False, sign.unless)):
        other, case = of(book.turned.of_patterns(patterns)), facts.case.take(at)
        first = at + 1 if comes_later else facts.bounds.take(case)
        at = at[np.searchsorted(other, first) == np.searchsorted(other, facts.bounds.take(case + 1))]
    return at


def _not_made_out(facts: FactColumns, judged: Judged, book: CompiledRulebook) -> Array:
    at = facts.places(event_mask("exception_recorded"))
    noted = judged.noted.take(at)
    unknown = np.array([*(limit not in book.limits for limit in facts.limits), False], dtype=bool)[facts.limit[at]]
    held = noted & HELD > 0
    reasoned = facts.reasoned[at]
    unsaid = held & (~reasoned | (noted & HELD_WITHOUT_END > 0))
    astray = ~held & ((noted & WANTED > 0) | (noted & CONSIDERED == 0))
    places: Array = at[~facts.failed.take(facts.case.take(at)) & (unknown | unsaid | astray)]
    return places


def _unknown_directions(facts: FactColumns, book: CompiledRulebook) -> Array:
    """Return the days that were fixed for a limit that there is not."""
    at = facts.places(event_mask("date_directed"))
    unknown = np.array([*(not book.is_directable(limit) for limit in facts.limits), True], dtype=bool)
    places: Array = at[unknown.take(facts.limit.take(at)) & ~facts.failed.take(facts.case.take(at))]
    return places


def _not_read(facts: FactColumns, book: CompiledRulebook) -> Array:
    """Return the first fact of each case of each event of which nothing in the rulebook speaks."""
    numbers = {event: number for number, event in enumerate(dict.fromkeys(event for event, _ in KEYS))}
    number_of = np.array([-1 if event in book.reads else numbers[event] for event, _ in KEYS], dtype=np.int64)
    event = number_of.take(facts.key)
    at = np.flatnonzero((event >= 0) & ~facts.failed.take(facts.case))
    _, first = np.unique(facts.case.take(at) * len(numbers) + event.take(at), return_index=True)
    places: Array = at[first]
    return places


def _doubtful(facts: FactColumns, judged: Judged, book: CompiledRulebook) -> Array:
    """Return the exceptions that excuse something, and whose reason is to be looked at again."""
    at = facts.places(event_mask("exception_recorded"))
    at = at[(judged.noted.take(at) & HELD > 0) & facts.reasoned[at] & ~facts.failed.take(facts.case.take(at))]
    told = list(zip(facts.key[at].tolist(), facts.reason[at].tolist(), strict=True))
    doubted = {
        (key, code): book.rulebook.doubt(str(KEYS[key][1]), facts.reasons[code]) is not None for key, code in set(told)
    }
    places: Array = at[np.array([doubted[each] for each in told], dtype=bool)]
    return places
