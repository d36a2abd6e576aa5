"""What was written down late, out of order, or as a correction: the questions an inspector asks of a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ehcp_flow.dates import first_possible, london, parse_instant
from ehcp_flow.errors import KnownAtError
from ehcp_flow.facts import Fact
from ehcp_flow.store.base import Store
from ehcp_flow.store.results import StoredCase

__all__ = ["LateEntry", "LateKind", "late_entries"]

LateKind: TypeAlias = Literal["late", "back_dated", "correction"]


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One fact that was not written down when it happened, in the order in which it happened.

    `kinds`: `late` (recorded more days after `on` than asked for), `back_dated` (recorded after a fact of a later day),
    `correction` (it replaces or voids `corrected`). `days` is how many days after `on` it was recorded, by the calendar
    of London; below zero for what lies ahead.
    """

    case_id: str
    version: int
    fact: Fact
    recorded_at: dt.datetime
    days: int
    kinds: tuple[LateKind, ...]
    corrected: Fact | None


def late_entries(
    store: Store, *, since: dt.datetime | str | None = None, days: int = 0, case_ids: Iterable[str] | None = None
) -> Iterator[LateEntry]:
    """Yield what was recorded late, back-dated or as a correction, in order of case and version.

    `since` leaves out what was recorded at or before that instant; `days` is how late counts as late. A fact that lies
    ahead when it is recorded (`phase_transfer_due`) makes nothing after it back-dated; nor does one that is known to
    its month alone, where it can have been as early.
    """
    start = None if since is None else parse_instant(since)
    for stored in store.cases(case_ids):
        yield from _of_case(stored, start, days)


def _of_case(stored: StoredCase, start: dt.datetime | None, days: int) -> Iterator[LateEntry]:
    by_id = {fact.id: fact for fact in stored.case.recorded}
    latest: dt.date | None = None
    for version, fact in enumerate(stored.case.recorded, start=stored.version - len(stored.case.recorded) + 1):
        recorded_at = fact.recorded_at
        if recorded_at is None:
            raise KnownAtError(fact.case_id, (fact,))
        after = (recorded_at.astimezone(london()).date() - fact.on).days
        kinds: list[LateKind] = []
        if after > days:
            kinds.append("late")
        if latest is not None and fact.on < latest and fact.corrects is None:
            kinds.append("back_dated")
        if fact.corrects is not None:
            kinds.append("correction")
        elif not fact.prospective:
            began = first_possible(fact.on)
            latest = began if latest is None else max(latest, began)
        if kinds and (start is None or recorded_at > start):
            corrected = by_id.get(fact.corrects) if fact.corrects is not None else None
            yield LateEntry(fact.case_id, version, fact, recorded_at, after, tuple(kinds), corrected)
