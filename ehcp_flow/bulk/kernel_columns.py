"""Many cases judged: their facts as columns for the kernel, and the rows that come back, as columns."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ehcp_flow.bulk.codes import Array
from ehcp_flow.bulk.deadline_columns import Judged
from ehcp_flow.bulk.fact_columns import FactColumns, event_mask
from ehcp_flow.calendars import Calendars
from ehcp_flow.engine.case_numbers import space_for
from ehcp_flow.engine.choice import Kernel, kernel_in_use
from ehcp_flow.engine.counted_days import CountedDays, counted_days
from ehcp_flow.engine.kernel import COLUMNS, LAST, NO_DAY, STARTED, VERSION
from ehcp_flow.engine.rulebook import CompiledRulebook, number_of
from ehcp_flow.facts import DATES
from ehcp_flow.record_table import DECLARED

__all__ = ["days_and_keys", "judge_columns", "numbers_for", "room_for"]

_ROWS: Final = 9_000
"""How many rows the kernel writes before they are taken away: few enough to stay near the processor, and no power of
two, so that the columns of a row do not drive each other out of its cache."""
_DAYS: Final = 1 << 20
"""More than any day, and less than none."""


def judge_columns(facts: FactColumns, book: CompiledRulebook, calendars: Calendars) -> Judged:
    """Judge the facts of whole cases. A case of which a day cannot be counted has failed, and has no deadlines."""
    chosen = kernel_in_use()
    days = counted_days(book, calendars, chosen)
    columns = _numbered(facts, book, days, chosen)
    most = int(np.diff(facts.bounds).max(initial=0))
    found = space_for(book, chosen, most, columns.parties, _ROWS)
    found.noted = chosen.filled(0, facts.count)
    law = book.law(chosen)
    parts: list[tuple[Array, Array]] = []
    case = 0
    while True:
        case = chosen.module.judge(law, days.days, columns, found, case, facts.cases)
        if found.wanted:
            days.count_wanted(found)
        elif found.beyond >= 0:
            facts.failed[case] = True
            found.beyond = -1
            case += 1
        else:
            parts.append(_taken(found, facts, book))
            if case == facts.cases:
                break
            _empty(found, chosen)
    rows, without_law = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    return Judged(rows, without_law, np.asarray(found.noted, dtype=np.int32), facts, columns, book)


def _taken(found: Any, facts: FactColumns, book: CompiledRulebook) -> tuple[Array, Array]:
    """Return a copy of the rows of the cases that columns follow, and of those for which no law was in force."""
    rows: Array = np.asarray(found.out, dtype=np.int32).reshape(COLUMNS, -1)[:, : found.rows]
    case = facts.case.take(rows[STARTED])
    order = _public_order(case, rows[LAST], rows[VERSION], len(book.versions))
    lawless = rows[VERSION] < 0
    if not (lawless.any() or facts.failed.any()):
        return _picked(rows, order), _picked(rows, order[:0])
    followed = ~facts.failed.take(case)
    order = order[(followed & ~lawless).take(order)]
    return _picked(rows, order), _picked(rows, np.flatnonzero(followed & lawless))


def _picked(rows: Array, order: Array) -> Array:
    picked = np.empty((COLUMNS, len(order)), dtype=np.int32)
    for column, into in zip(rows, picked, strict=True):
        column.take(order, out=into, mode="clip")
    return picked


def _public_order(case: Array, last: Array, version: Array, versions: int) -> Array:
    """Return where the deadlines of whole cases stand, by case, last lawful day and rule.

    Those of a rule come in the order of their starts; what has no day stands behind every day.
    """
    number = case.astype(np.int64)
    number *= 2 * _DAYS
    number += np.where(last > NO_DAY, last, np.int32(_DAYS - 1))
    number *= versions
    number += version
    return np.argsort(number, kind="stable")


def _empty(found: Any, chosen: Kernel) -> None:
    found.capacity = max(found.capacity, found.needed)
    found.out = chosen.filled(-1, COLUMNS * found.capacity)
    found.rows = 0


def _numbered(facts: FactColumns, book: CompiledRulebook, days: CountedDays, chosen: Kernel) -> Any:
    """Return the facts as the kernel takes them: the parties that the law names first, then the others."""
    numbers = dict(book.party_numbers)
    party = np.array([*(numbers.setdefault(name, len(numbers)) for name in facts.names), -1], dtype=np.int32)
    limit = np.array([*(book.limits.get(name, -2) for name in facts.limits), -1], dtype=np.int32)
    given = [name for name in DATES if name in facts.dates]
    dates = [facts.dates[name] for name in given]

    def column(values: Array) -> Any:
        return numbers_for(chosen, values)

    whose = numbers_for(chosen, party.take(facts.party))
    return chosen.module.Facts(
        {
            **days_and_keys(facts, chosen),
            "taken": column(facts.key.copy()),
            "party": whose,
            "whose": whose[:] if isinstance(whose, list) else whose.copy(),
            "body": column(_bodies(facts, book)),
            "days": column(np.concatenate([np.zeros(0, dtype=np.int32), *dates])),
            "field_at": column(np.array([given.index(name) * facts.count if name in given else -1 for name in DATES])),
            "limit": column(limit.take(facts.limit)),
            "reasoned": column(facts.reasoned),
            "institution": column(np.array([0, *(days.institutions.get(name, 0) for name in numbers)])),
            **{name: column(told) for name, told in _declared(facts, book).items()},
            "parties": len(numbers),
        }
    )


def _bodies(facts: FactColumns, book: CompiledRulebook) -> Array:
    """Return the number of the body that each request for advice went to, 0 for any other fact."""
    number = np.zeros(facts.count, dtype=np.int32)
    at = facts.places(event_mask("advice_requested"))
    usual = np.array([*(book.body(name, None) for name in facts.names), 0], dtype=np.int32)
    given = np.array([*map(number_of, facts.bodies), 0], dtype=np.int32)
    recorded = given.take(facts.body.take(at))
    number[at] = np.where(recorded > 0, recorded, usual.take(facts.party.take(at)))
    return number


def declared_sets(facts: FactColumns) -> tuple[Array, tuple[frozenset[str], ...]]:
    """Return of each case the number of what it is declared to record, -1 for none, and the events of each number."""
    declared = np.full(facts.cases, -1, dtype=np.int32)
    told: dict[frozenset[str], int] = {}
    at = facts.places(event_mask(DECLARED))
    if len(at):
        case, value = facts.case.take(at), facts.value.take(at)
        first = np.append(True, case[1:] != case[:-1])
        known = [frozenset(text.split()) for text in facts.values]
        numbers = np.array([told.setdefault(events, len(told)) for events in known], dtype=np.int32)
        declared[case[first]] = numbers.take(value[first])
        for again in np.unique(case[~first]).tolist():
            events = frozenset().union(*(known[code] for code in value[case == again].tolist()))
            declared[again] = told.setdefault(events, len(told))
    return declared, tuple(told)


def _declared(facts: FactColumns, book: CompiledRulebook) -> dict[str, Array]:
    """Return of each case the number of what it is declared to record, -1 for none, and the tables of these numbers."""
    declared, told = declared_sets(facts)
    table = [flag for events in told for flag in book.unrecorded(events)]
    return {"declared": declared, "unrecorded": np.array(table, dtype=np.int32)}


def days_and_keys(facts: FactColumns, chosen: Kernel) -> dict[str, Any]:
    """Return what every question about facts needs."""
    columns = {"bounds": facts.bounds, "key": facts.key, "on": facts.on}
    return {name: numbers_for(chosen, column) for name, column in columns.items()} | {"as_of": facts.as_of}


def numbers_for(chosen: Kernel, values: Array) -> Any:
    """Return a column of numbers as a kernel takes them."""
    flat = np.ascontiguousarray(values, dtype=np.int32)
    return flat if chosen.is_compiled else flat.tolist()


def room_for(chosen: Kernel, count: int) -> Any:
    """Return room for so many numbers that a kernel writes."""
    return np.empty(count, dtype=np.int32) if chosen.is_compiled else [0] * count
