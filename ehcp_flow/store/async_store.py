"""The store for hosts on asyncio: every call is awaited, and what it promises is what `Store` promises.

It is the portable store, run by SQLAlchemy's own way of awaiting a driver from within ordinary code (a greenlet for
each call). So there is one formulation of every read and write, and the contract of a store holds for it too. What is
worked out between two statements runs in the loop's thread: a question about a whole caseload keeps the loop busy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from ehcp_flow.facts import Fact
from ehcp_flow.store.base import Axis, Clock, Store
from ehcp_flow.store.fact_rows import Head
from ehcp_flow.store.opening import of_address_of_asyncio, of_host_of_asyncio
from ehcp_flow.store.planning import Check, Recorded
from ehcp_flow.store.results import Entry, Erasure, Stats, StoredCase, Verification
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.unit_of_work import Work
from ehcp_flow.store.upcasting import Upcasters

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

__all__ = ["AsyncStore"]

T = TypeVar("T")
P = ParamSpec("P")
_END: Any = object()


class AsyncStore:
    """A caseload that loses nothing and forgets nothing, for asyncio. See `open` and `on`; `Store` has each call."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def scoped(self, authority: str) -> AsyncStore:
        """Return the same store, on the same connections, open for one authority; see `Store.scoped`."""
        return AsyncStore(self._store.scoped(authority))

    @classmethod
    async def open(  # noqa: PLR0913 - one parameter for each setting
        cls, url: str, *, authority: str | None = None, schema: str | None = None, prefix: str = "ehcp_",
        clock: Clock | None = None, check: Check | None = None, upcasters: Upcasters | None = None,
        create: bool = False, busy_seconds: float = 10.0,
    ) -> Self:  # fmt: skip
        """Return the store at `url`: `sqlite+aiosqlite:///file`, `postgresql+psycopg://...` or `+asyncpg`.

        All else as for `Store.open`. Raises StoreURLError for a driver that is none of asyncio's, before anything is
        opened, SchemaMissing, SchemaOutOfDate, SchemaTooNew, StoreUnavailable.
        """
        return cls(
            await _awaited(
                of_address_of_asyncio, url, Names(prefix, schema), busy_seconds=busy_seconds, authority=authority,
                clock=clock, check=check, upcasters=upcasters, create=create,
            )
        )  # fmt: skip

    @classmethod
    async def on(  # noqa: PLR0913 - one parameter for each setting
        cls, host: AsyncEngine | AsyncConnection | AsyncSession, *, authority: str | None = None,
        schema: str | None = None, prefix: str = "ehcp_", clock: Clock | None = None, check: Check | None = None,
        upcasters: Upcasters | None = None, create: bool = False,
    ) -> Self:  # fmt: skip
        """Return a store in a host's database: on its AsyncEngine (own transactions), AsyncConnection or AsyncSession.

        With a connection or a session, the store never commits: what it writes is kept when the host commits.
        """
        return cls(
            await _awaited(
                of_host_of_asyncio, host, Names(prefix, schema), authority=authority, clock=clock, check=check,
                upcasters=upcasters, create=create,
            )
        )  # fmt: skip

    async def run(self, do: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `do` gives for the store itself: for whatever takes one and returns when it is done.

        `await store.run(import_file, "facts.csv")`; `await store.run(lambda it: it.work(...))` is `work`. What `do`
        gives must not be read on: an iterator of the store has to be used up inside.
        """
        return await _awaited(do, self._store, *args, **kwargs)

    # Writing

    @asynccontextmanager
    async def work(self, *, recorded_by: str | None = None) -> AsyncIterator[AsyncWork]:
        """Give a unit of work: `async with store.work(recorded_by="...") as work: ...; await work.commit()`."""
        with self._store.work(recorded_by=recorded_by) as work:
            yield AsyncWork(work)

    async def record(
        self, case_id: str, fact: Fact, *, seen: int, key: str | None = None, strict: bool = False,
        recorded_by: str | None = None,
    ) -> Recorded:  # fmt: skip
        """Record one fact and return it as it stands in the store; see `Store.record`."""
        return await _awaited(
            self._store.record, case_id, fact, seen=seen, key=key, strict=strict, recorded_by=recorded_by
        )

    async def redact(self, case_id: str, version: int, *, reason: str, redacted_by: str) -> None:
        """Remove the free text of one fact for good; see `Store.redact`."""
        await _awaited(self._store.redact, case_id, version, reason=reason, redacted_by=redacted_by)

    async def erase(self, case_id: str, reason: str, by: str, *, sweep: bool = True) -> Erasure:
        """Take a case out of the store for good; see `Store.erase`."""
        return await _awaited(self._store.erase, case_id, reason, by, sweep=sweep)

    async def sweep(self) -> tuple[str, ...]:
        """Have the database overwrite or give back what it has freed; see `Store.sweep`."""
        return await _awaited(self._store.sweep)

    # Reading

    async def case(
        self, case_id: str, *, known_at: dt.datetime | str | None = None, axis: Axis = "recorded"
    ) -> StoredCase:
        """Return one case, as it stands or as it was known at an instant; see `Store.case`."""
        return await _awaited(self._store.case, case_id, known_at=known_at, axis=axis)

    async def case_or_new(self, case_id: str) -> StoredCase:
        """Return one case as it stands, and one without facts, of version 0, where there is none yet."""
        return await _awaited(self._store.case_or_new, case_id)

    def cases(
        self, case_ids: Iterable[str] | None = None, *, known_at: dt.datetime | str | None = None,
        axis: Axis = "recorded",
    ) -> AsyncIterator[StoredCase]:  # fmt: skip
        """Yield cases in order of their id, all of one moment; see `Store.cases`."""
        return _each(self._store.cases(case_ids, known_at=known_at, axis=axis))

    def facts(
        self, *, known_at: dt.datetime | str | None = None, axis: Axis = "recorded", after: int = 0
    ) -> AsyncIterator[Fact]:
        """Yield every fact in the order in which the store took it; see `Store.facts`."""
        return _each(self._store.facts(known_at=known_at, axis=axis, after=after))

    async def follow(self, after: int = 0, *, limit: int = 500) -> list[Entry]:
        """Return at most `limit` entries with a position above `after`; see `Store.follow`."""
        return await _awaited(self._store.follow, after, limit=limit)

    def heads(self) -> AsyncIterator[Head]:
        """Yield the head of each case in order of id; see `Store.heads`."""
        return _each(self._store.heads())

    def case_ids(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield the id of each case in order, from the first behind `after` on."""
        return _each(self._store.case_ids(after=after))

    async def stats(self) -> Stats:
        """Return how large the store is."""
        return await _awaited(self._store.stats)

    async def erased(self) -> list[Erasure]:
        """Return the cases that were erased, in the order in which they were."""
        return await _awaited(self._store.erased)

    async def verify(self, *, anchor: Iterable[Head] | None = None) -> Verification:
        """Check every hash, number, instant and free text of the store; see `Store.verify`."""
        return await _awaited(self._store.verify, anchor=anchor)

    async def export_person(self, case_id: str) -> dict[str, Any]:
        """Return everything the store holds of one case, as JSON values; see `Store.export_person`."""
        return await _awaited(self._store.export_person, case_id)

    async def close(self) -> None:
        """Give back what the store holds open; with a host's engine or connection, nothing."""
        await _awaited(self._store.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class AsyncWork:
    """One unit of work of an `AsyncStore`: gathers facts, and records them all or not at all."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.record = work.record

    async def case(self, case_id: str) -> StoredCase:
        """Return the case as it stands now, without what this work has gathered. Raises UnknownNameError."""
        return await _awaited(self._work.case, case_id)

    async def commit(self) -> list[Recorded]:
        """Record everything gathered, all or nothing; see `Work.commit`."""
        return await _awaited(self._work.commit)


async def _awaited(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    from sqlalchemy.util import greenlet_spawn

    return await greenlet_spawn(partial(do, *args, **kwargs))


async def _each(found: Iterator[T]) -> AsyncIterator[T]:
    try:
        while (each := await _awaited(next, found, _END)) is not _END:
            yield each
    finally:
        await _awaited(found.close)  # type: ignore[attr-defined]
