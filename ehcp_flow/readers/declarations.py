"""What a source records at all, said of facts that do not say so themselves: a fact more in each case.

A list that has only the plan and the last review says nothing of decisions and notices, and they are not undone for
that. `records_declared` says which events the source records; a limit that only others could discharge is `unrecorded`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from ehcp_flow.case import Case
from ehcp_flow.errors import RowRefused, UnknownNameError
from ehcp_flow.events import RecordsDeclared
from ehcp_flow.facts import FACT_TYPES, Fact
from ehcp_flow.record_table import DECLARED

__all__ = ["declared_case", "declared_entries", "recorded_events"]


def recorded_events(records: Sequence[str] = (), unrecorded: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the events that a source records: `records`, or all but those that are `unrecorded`; none, nothing said.

    Raises UnknownNameError for one that is no event, ValueError where both are given.
    """
    for event in (*records, *unrecorded):
        if event not in FACT_TYPES:
            raise UnknownNameError("event", event, FACT_TYPES)
    if records and unrecorded:
        raise ValueError("say either which events are recorded (records), or which are not (unrecorded)")
    if unrecorded:
        return tuple(event for event in FACT_TYPES if event not in {*unrecorded, DECLARED})
    return tuple(dict.fromkeys(records))


def declared_case(case: Case, events: Sequence[str]) -> Case:
    """Return a case of which its source records these events."""
    first = min(map(_first_day, case.recorded))
    return Case(case.case_id, (_declaration(case.case_id, first, events), *case.recorded))


def declared_entries(
    entries: Iterable[tuple[int, Fact | RowRefused]], events: Sequence[str]
) -> Iterator[tuple[int, Fact | RowRefused]]:
    """Yield the rows of a source as they come, then for each case what is recorded of it, with its first row."""
    first: dict[str, tuple[dt.date, int]] = {}
    for line, entry in entries:
        yield line, entry
        if isinstance(entry, Fact):
            day, at = first.get(entry.case_id, (dt.date.max, line))
            first[entry.case_id] = (min(day, _first_day(entry)), at)
    for case_id, (day, line) in first.items():
        yield line, _declaration(case_id, day, events)


def _declaration(case_id: str, first: dt.date, events: Sequence[str]) -> Fact:
    """Return what is said of a case. Its name has the day: an earlier first fact is another, and stands beside it."""
    name = f"{case_id}/{DECLARED}-{first.isoformat()}"
    return RecordsDeclared(case_id=case_id, on=first, fact_id=name, value=" ".join(events))


def _first_day(fact: Fact) -> dt.date:
    """Return the first day on which a fact can have been."""
    earliest: dt.date = getattr(fact.on, "earliest", fact.on)
    return earliest
