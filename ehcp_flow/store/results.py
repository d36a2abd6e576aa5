"""What a store gives back: a case with its version, an entry in the order of the whole, counts, and a verdict."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.store.anchors import Compared
from ehcp_flow.store.verifying import Break

__all__ = ["Entry", "Erasure", "ImportResult", "ImportState", "Stats", "StoredCase", "Verification"]


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case as the store holds it: `version` is what a write must name as seen, `head` the hash of the last fact."""

    case: Case
    version: int
    head: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact in the order in which the whole store took them; `position` counts from 1 and never changes."""

    position: int
    case_id: str
    version: int
    fact: Fact
    stored_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """A case that was erased: whose it was, how many facts it had, and who erased it when and why.

    `unswept` says, behind `Store.erase`, where some of it may still lie until `Store.sweep` is called again.
    """

    case_id: str
    authority: str | None
    facts: int
    erased_at: dt.datetime
    erased_by: str
    reason: str
    unswept: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """How much was looked at, and everything that is wrong with it; `ok` if nothing is.

    `erased` cases have left no more than a tombstone. `adopted` is how many of the facts an upgrade found in the store
    before it kept a trail: of their positions, of whose they were and of redactions it vouches only since then.
    `anchor` is what was compared, if there was one. Of the facts whose events are `unknown` here, the hashes were
    checked and nothing was read: a rulebook declares them that was not loaded.
    """

    cases: int
    facts: int
    breaks: tuple[Break, ...]
    adopted: int = 0
    anchor: Compared | None = None
    erased: int = 0
    unknown: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.breaks


@dataclass(frozen=True, slots=True)
class Stats:
    """How large a store is: counts, the last position, the instants of the first and last fact, bytes on disk."""

    cases: int
    facts: int
    last_position: int
    texts: int
    redacted: int
    first_stored_at: str | None
    last_stored_at: str | None
    size_bytes: int
    authorities: dict[str, int]
    schema: str
    backend: str


@dataclass(frozen=True, slots=True)
class ImportState:
    """How far the import of one file has come, as the store itself remembers it."""

    rows_read: int = 0
    taken: int = 0
    duplicates: int = 0
    refused: int = 0
    finished: bool = False


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file: rows read, facts taken, duplicates, rows refused, over all runs of this file.

    `resumed_at` is how many rows an earlier run had dealt with; `already` is true if one had finished the file. `alike`
    are groups of ids that are nearly the same (`case_ids.nearly_the_same`), of the file and of the store, at least one
    of the file in each. `corrections` is how many of the facts that this run took stand in the place of others.
    `emptied` are the facts of the store that the source could have told, and no longer tells: none is voided by that.
    `doubts` are what this run's refused rows say of a column whose other rows were taken: it may have been misread.
    """

    rows: int
    taken: int
    duplicates: int
    refused: int
    resumed_at: int
    already: bool
    dry_run: bool
    seconds: float
    alike: tuple[tuple[str, ...], ...] = ()
    corrections: int = 0
    emptied: tuple[Fact, ...] = ()
    doubts: tuple[str, ...] = ()
