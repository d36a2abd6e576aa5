"""What every store does, whatever keeps the rows: the public interface, and the reads that are built on a few others.

A store is opened with `Store.open(url)`, or bound to a host's engine, connection or session with `Store.on(...)`.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from operator import attrgetter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias

from ehcp_flow.case import Case
from ehcp_flow.dates import parse_instant
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store.anchors import Anchor
from ehcp_flow.store.erasing import Erasing
from ehcp_flow.store.errors import NothingToRedact
from ehcp_flow.store.fact_blocks import OF_ROW, Block, Raw, blocks_of
from ehcp_flow.store.fact_rows import FactRow, Head, Text, instant_text, plain
from ehcp_flow.store.planning import Check, Command, Plan, Recorded, Stored
from ehcp_flow.store.results import Entry, ImportState, Stats, StoredCase, Verification
from ehcp_flow.store.source_names import SameId
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.unit_of_work import Work
from ehcp_flow.store.upcasting import CURRENT, Upcasters
from ehcp_flow.store.verifying import Break, examine, examine_tombstone, unknown_of
from ehcp_flow.store.whose_case import OfAuthority, Scope, authority_number

if TYPE_CHECKING:
    from ehcp_flow.store.hosts import AnyHost

__all__ = ["OPENERS", "Axis", "Clock", "Store", "Work", "utc_now"]

Clock: TypeAlias = Callable[[], dt.datetime]
_LAST: Final = 2**63 - 1
"""The last number that a database has."""
Axis: TypeAlias = Literal["recorded", "stored"]
"""`recorded`: when somebody wrote the fact down, as an imported file may say; `stored`: when this store took it."""

OPENERS: Final[dict[Literal["address", "host"], Callable[..., Store]]] = {}
"""What makes a store of an address, or in a host's database: `opening`, which knows all kinds, puts it here."""


def utc_now() -> dt.datetime:
    """Return the instant now: the one place where the store's default clock is read."""
    return dt.datetime.now(dt.UTC)


def states_check(case: Case, fact: Fact) -> object:
    """The default strict check: what the law allows, by `ehcp_flow.states`. Raises MoveRefused."""
    from importlib import import_module

    return import_module("ehcp_flow.states").record(case, fact, strict=True)


class Store(Erasing, OfAuthority, ABC):
    """A caseload that loses nothing and forgets nothing. See `open` and `on`; the abstract methods are for adapters."""

    backend: str

    def __init__(
        self, *, authority: str | None = None, clock: Clock | None = None, check: Check | None = None,
        upcasters: Upcasters | None = None,
    ) -> None:  # fmt: skip
        self.authority = None if authority is None else authority_number(authority)
        self.clock = clock or utc_now
        self.check = check or states_check
        self.upcasters = upcasters or CURRENT

    @staticmethod
    def open(  # noqa: PLR0913 - one parameter for each setting
        url: str, *, authority: str | None = None, schema: str | None = None, prefix: str = "ehcp_",
        clock: Clock | None = None, check: Check | None = None, upcasters: Upcasters | None = None,
        create: bool = False, busy_seconds: float = 10.0,
    ) -> Store:  # fmt: skip
        """Return the store at `url`: `sqlite:///file`, `postgresql+psycopg://...`, or `memory:` (forgotten at the end).

        Or in another database, by an address of SQLAlchemy's: `mysql+pymysql://...`, `mssql+pyodbc://...`.
        `authority` limits it to one local authority, whose number each fact is given that names none. `create` makes
        the tables where there are none; it never upgrades older ones. `busy_seconds` is how long to wait for a lock, a
        free connection or a server's answer. Raises StoreURLError, SchemaMissing, SchemaOutOfDate, SchemaTooNew,
        StoreUnavailable.
        """
        return OPENERS["address"](
            url, Names(prefix, schema), create=create, busy_seconds=busy_seconds, authority=authority, clock=clock,
            check=check, upcasters=upcasters,
        )  # fmt: skip

    @staticmethod
    def on(  # noqa: PLR0913 - one parameter for each setting
        host: AnyHost, *, authority: str | None = None, schema: str | None = None, prefix: str = "ehcp_",
        clock: Clock | None = None, check: Check | None = None, upcasters: Upcasters | None = None,
        create: bool = False,
    ) -> Store:  # fmt: skip
        """Return a store in a host's database: on its Engine (own transactions), Connection or Session (the host's).

        With a Connection, a Session, or a connection of sqlite3 or psycopg (3) itself, the store never commits: what
        it writes is kept when the host commits. For asyncio there is `AsyncStore.on`.
        """
        return OPENERS["host"](
            host, Names(prefix, schema), create=create, authority=authority, clock=clock, check=check,
            upcasters=upcasters,
        )  # fmt: skip

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it lies in, over which nothing may be written; none, if it is not in files of its own."""
        return ()

    # Writing

    def work(self, *, recorded_by: str | None = None) -> Work:
        """Return a unit of work: `with store.work(recorded_by="...") as work: ...; work.commit()`."""
        return Work(self.case, self._append, recorded_by)

    def record(
        self, case_id: str, fact: Fact, *, seen: int, key: str | None = None, strict: bool = False,
        recorded_by: str | None = None,
    ) -> Recorded:  # fmt: skip
        """Record one fact and return it as it stands in the store; see `Work.record` and `Work.commit`."""
        work = Work(self.case, self._append, recorded_by)
        work.record(case_id, fact, seen=seen, key=key, strict=strict)
        return work.commit()[0]

    def redact(self, case_id: str, version: int, *, reason: str, redacted_by: str) -> None:
        """Remove the free text of one fact for good; the fact stays, the chain still verifies, and who did it is kept.

        Raises NothingToRedact if that fact has no free text (any more). It reads as `[redacted]` from now on.
        """
        plain("redaction", "reason", reason)
        plain("redaction", "redacted_by", redacted_by)
        stored = [stored for stored in self._stored(case_id) if stored.row.version == version]
        if not stored:
            raise NothingToRedact(case_id, version, "there is no such fact")
        if stored[0].row.text_hash is None:
            raise NothingToRedact(case_id, version, "the fact has no free text")
        if stored[0].redacted:
            raise NothingToRedact(case_id, version, "its free text was redacted before")
        self._redact(Text(case_id, version, None, None, instant_text(self.clock()), redacted_by, reason))

    # Reading

    def case(self, case_id: str, *, known_at: dt.datetime | str | None = None, axis: Axis = "recorded") -> StoredCase:
        """Return one case, as it stands or as it was known at an instant. Raises UnknownNameError if there is none.

        A case that nobody had recorded anything of by then counts as none. To write, name the version of a case
        that was loaded without `known_at`.
        """
        found = self._stored(case_id)
        if known_at is not None:
            then = instant_text(parse_instant(known_at))
            found = [stored for stored in found if _instant(stored.row, axis) <= then]
        if not found:
            raise UnknownNameError("case", case_id, ())
        return _stored_case(found)

    def case_or_new(self, case_id: str) -> StoredCase:
        """Return one case as it stands, and one without facts, of version 0, where there is none yet.

        So a first fact is decided and recorded as any other is: with the version that was seen.
        """
        found = self._stored(case_id)
        return _stored_case(found) if found else StoredCase(Case(case_id), 0, "")

    def cases(
        self, case_ids: Iterable[str] | None = None, *, known_at: dt.datetime | str | None = None,
        axis: Axis = "recorded",
    ) -> Iterator[StoredCase]:  # fmt: skip
        """Yield cases in order of their id (by code point), one at a time in memory, all of one moment.

        `case_ids` limits them; an id that does not exist is left out. `known_at` as in `case`.
        """
        then = None if known_at is None else instant_text(parse_instant(known_at))
        for _, group in groupby(self._by_case(case_ids, then, axis), key=lambda stored: stored.row.case_id):
            yield _stored_case(list(group))

    def facts(
        self, *, known_at: dt.datetime | str | None = None, axis: Axis = "recorded", after: int = 0
    ) -> Iterator[Fact]:
        """Yield every fact in the order in which the store took it, free text and corrections included."""
        then = None if known_at is None else instant_text(parse_instant(known_at))
        for stored in self._by_position(after, None, then, axis):
            yield stored.fact

    def blocks(
        self, *, known_at: dt.datetime | str | None = None, axis: Axis = "recorded", size: int = 50_000
    ) -> Iterator[Block]:
        """Yield every fact in the order of case and version as columns, `size` facts at a time, all of one moment.

        They are the facts of `cases`, free text and corrections included, and nothing is made of each: whoever reads
        them checks them.
        """
        then = None if known_at is None else instant_text(parse_instant(known_at))
        return blocks_of(self._raw_by_case(then, axis), size, self.upcasters)

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Store]:
        """Give this store as it is now, to be read until the block ends, whatever is recorded meanwhile.

        For a question that takes several reads: each by itself is of one moment already. It belongs to one thread.
        Recording raises StoreReadOnly; on a host's connection to PostgreSQL, which has to be in a REPEATABLE READ
        transaction, HostUnusable is raised otherwise.
        """

    def follow(self, after: int = 0, *, limit: int = 500) -> list[Entry]:
        """Return at most `limit` entries with a position above `after`, in the order of position.

        Each fact has one position for ever, and none below the last that was returned can appear later: a reader
        that keeps the last position it dealt with gets each fact once.
        """
        return [
            Entry(
                stored.row.position, stored.row.case_id, stored.row.version, stored.fact,
                parse_instant(stored.row.stored_at),
            )
            for stored in self._by_position(min(max(after, 0), _LAST), min(limit, _LAST), None, "stored")
        ]  # fmt: skip

    def heads(self) -> Iterator[Head]:
        """Yield the head of each case in order of id: kept elsewhere, they anchor the chain (see `verify`)."""
        for head, _, _ in self._raw():
            if head is not None:
                yield head

    @abstractmethod
    def case_ids(self, *, after: str = "") -> Iterator[str]:
        """Yield the id of each case in order (by code point), from the first behind `after` on."""

    def verify(
        self, *, anchor: Iterable[Head] | None = None, progress: Callable[[int], None] | None = None
    ) -> Verification:
        """Check every hash, number, instant and free text of the store, and return what is wrong.

        `anchor` are heads kept from an earlier day: a case that does not hold any more what its head said is reported,
        and so is one that is gone. `progress` is called with the number of cases after each thousand. Memory does not
        grow with the store (but with the anchor, and with the number of breaks). A store that shows the cases of some
        authorities alone looks at those, and at no more of the anchor. Raises AnchorError if the anchor holds no head
        of this store.
        """
        with self._settled() as store:
            return store._verified(anchor, progress)  # noqa: SLF001 - of the same class

    def _verified(self, anchor: Iterable[Head] | None, progress: Callable[[int], None] | None) -> Verification:
        kept = None if anchor is None else Anchor(anchor)
        cases = facts = adopted = 0
        breaks, events = list[Break](), set[str]()
        tombstones = {left.case_id: left for left in self._tombstones()}
        for head, rows, texts in self._raw():
            first = head or (rows[0] if rows else next(iter(texts.values())))
            found = examine(head, first.case_id, rows, texts)
            cases += 1
            facts += len(rows)
            events.update([row.event for row in rows])
            adopted += 0 if head is None else head.adopted
            if found.case_id in tombstones:
                found.add("tombstone", 0, "it was erased, and there is something of it again")
            elif kept is not None:
                kept.meet(head, rows, found)
            breaks.extend(found.breaks)
            if progress is not None and cases % 1000 == 0:
                progress(cases)
        scope = self.scope
        compared = None
        for left in tombstones.values():
            breaks.extend(examine_tombstone(left))
            if kept is not None:
                breaks.extend(kept.meet_tombstone(left))
        if kept is not None:
            compared, lost = kept.end(scope)
            breaks.extend(lost)
        breaks.extend(self._beside(scope))
        return Verification(cases, facts, tuple(breaks), adopted, compared, len(tombstones), unknown_of(events))

    def export_person(self, case_id: str) -> dict[str, Any]:
        """Return everything the store holds of one case, as JSON values, for a subject access request.

        Each fact with its columns, when and by whom it was recorded, its place and hash, and what was redacted when,
        by whom and why. Raises UnknownNameError if there is no such case.
        """
        with self._settled() as store:
            found = store._stored(case_id)  # noqa: SLF001 - of the same class
            texts = store._texts(case_id) if found else {}  # noqa: SLF001 - as above
        if not found:
            raise UnknownNameError("case", case_id, ())
        facts = []
        for stored in found:
            row, text = stored.row, texts.get(stored.row.version)
            facts.append(
                {
                    "version": row.version,
                    "fact": stored.fact.model_dump(mode="json", exclude_none=True),
                    "stored_at": row.stored_at,
                    "position": row.position,
                    "idempotency_key": row.key,
                    "hash": row.hash,
                    "redaction": None
                    if text is None or text.redacted_at is None
                    else {"at": text.redacted_at, "by": text.redacted_by, "why": text.redaction},
                }
            )
        return {"case_id": case_id, "facts": facts}

    def close(self) -> None:
        """Give back what the store holds open; with a host's engine or connection, nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What an adapter provides

    @abstractmethod
    def stats(self) -> Stats:
        """Return how large the store is."""

    @abstractmethod
    def _append(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        """Record commands, all or nothing, with `plan_commands`."""

    @abstractmethod
    def _import(  # noqa: PLR0913, PLR0917 - the adapter protocol is positional
        self, facts: Sequence[Fact], recorded_by: str | None, refuse: Callable[[int, Fact, Exception], None],
        source: str | None, name: str, state: Callable[[Plan], ImportState], dry_run: bool,  # noqa: FBT001 - the adapter protocol is positional
        same_id: SameId, said: Collection[int] | None = None, written: str | None = None,
    ) -> Plan:  # fmt: skip
        """Take one batch of a file with `plan_import`, `written` down at one instant, and remember how far it came."""

    @abstractmethod
    def _import_state(self, source: str) -> ImportState:
        """Return how far the import of a file has come; all zero if it was never begun."""

    @abstractmethod
    def _redact(self, text: Text) -> None:
        """Empty one free text. Raises NothingToRedact if somebody was quicker."""

    @abstractmethod
    def _stored(self, case_id: str) -> list[Stored]:
        """Return what one case holds, in order of version; nothing if it is not this store's to see."""

    def _settled(self) -> AbstractContextManager[Store]:
        """Give this store as it is now, as far as a host's transaction lets it be."""
        return self.snapshot()

    def _raw_by_case(self, then: str | None, axis: Axis) -> Iterator[Raw]:
        """Yield the rows of every case, in the order of `_by_case`."""
        of_row = attrgetter(*OF_ROW)
        for stored in self._by_case(None, then, axis):
            yield (*of_row(stored.row), stored.text, stored.redacted)

    @abstractmethod
    def _by_case(self, case_ids: Iterable[str] | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        """Yield what is stored in order of case and version, of one snapshot."""

    @abstractmethod
    def _by_position(self, after: int, limit: int | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        """Yield what is stored in order of position."""

    @abstractmethod
    def _raw(self) -> Iterator[tuple[Head | None, list[FactRow], dict[int, Text]]]:
        """Yield head, rows and free texts of each case in order of id, whatever state they are in."""

    @abstractmethod
    def _texts(self, case_id: str) -> dict[int, Text]:
        """Return the free texts of one case by version."""

    @abstractmethod
    def _beside(self, scope: Scope | None) -> Iterator[Break]:
        """Yield what is wrong beside the cases: positions, which are 1 to the counter without a gap, and the like.

        `scope` are the authorities whose cases the store shows; None if it shows all.
        """


def _stored_case(found: Sequence[Stored]) -> StoredCase:
    last = found[-1].row
    return StoredCase(Case(last.case_id, tuple(stored.fact for stored in found)), last.version, last.hash)


def _instant(row: FactRow, axis: Axis) -> str:
    return row.recorded_at if axis == "recorded" else row.stored_at
