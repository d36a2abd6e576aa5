"""An asynchronous store as the contract calls one: each call is run on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from ehcp_flow.store import AsyncStore, Store

_END = object()


class Loop:
    """A loop that runs in a thread until it is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def wait(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Run it there, and return what it gives."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()

    def close(self) -> None:
        """Stop it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class OnALoop:
    """An AsyncStore with the calls of a Store: what the contract calls is awaited, iterators are stepped through.

    What is not a call of AsyncStore is asked of the store inside, in the way of `AsyncStore.run`.
    """

    def __init__(self, loop: Loop, store: AsyncStore) -> None:
        self._loop = loop
        self._store = store

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name, None)
        if name == "work":
            return self._work
        if name in ("cases", "facts", "heads", "case_ids"):
            return lambda *args, **kwargs: self._stepped(call(*args, **kwargs))  # type: ignore[misc]
        if call is not None:
            return lambda *args, **kwargs: self._loop.wait(call(*args, **kwargs))
        return self._inside(name)

    def _inside(self, name: str) -> Any:
        async def given() -> Any:
            return await self._store.run(lambda store: getattr(store, name))

        found = self._loop.wait(given())
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            async def called() -> Any:
                return await self._store.run(lambda _: _used_up(found(*args, **kwargs)))

            return self._loop.wait(called())

        return call

    @contextmanager
    def _work(self, **options: Any) -> Iterator[Any]:
        manager = self._store.work(**options)
        work = self._loop.wait(manager.__aenter__())
        try:
            yield _Work(self._loop, work)
        finally:
            self._loop.wait(manager.__aexit__(None, None, None))

    @contextmanager
    def snapshot(self) -> Iterator[OnALoop]:
        """A store as it is now, held inside."""

        async def entered() -> Any:
            return await self._store.run(lambda store: (held := store.snapshot(), held.__enter__()))

        held, shown = self._loop.wait(entered())
        try:
            yield OnALoop(self._loop, AsyncStore(shown))
        finally:

            async def left() -> None:
                await self._store.run(lambda _: held.__exit__(None, None, None))

            self._loop.wait(left())

    def _stepped(self, found: AsyncIterator[Any]) -> Iterator[Any]:
        async def following() -> Any:
            return await anext(found, _END)

        while (each := self._loop.wait(following())) is not _END:
            yield each

    def scoped(self, authority: str) -> OnALoop:
        """The same store open for one authority."""
        return OnALoop(self._loop, self._store.scoped(authority))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.wait(self._store.close())


class _Work:
    def __init__(self, loop: Loop, work: Any) -> None:
        self._loop = loop
        self._work = work
        self.record = work.record

    def case(self, case_id: str) -> Any:
        """As the work has it."""
        return self._loop.wait(self._work.case(case_id))

    def commit(self) -> Any:
        """As the work has it."""
        return self._loop.wait(self._work.commit())


def _used_up(found: Any) -> Any:
    return iter(list(found)) if hasattr(found, "__next__") else found


def opened(loop: Loop, url: str, **options: Any) -> Store:
    """Open an asynchronous store on a loop, to be called as any other."""
    return OnALoop(loop, loop.wait(AsyncStore.open(url, **options)))  # type: ignore[return-value]
