"""A store in memory, with the same contract as the others: for tests, for trying things out, for one-off reports."""

from __future__ import annotations

import json
import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from operator import attrgetter
from typing import Any

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store.base import Axis, Store
from ehcp_flow.store.errors import NothingToRedact, StoreReadOnly
from ehcp_flow.store.fact_rows import FactRow, Head, Text, Tombstone, fact_of
from ehcp_flow.store.planning import (
    Command,
    Plan,
    Recorded,
    Stored,
    plan_commands,
    plan_erasure,
    plan_import,
    plan_redaction,
)
from ehcp_flow.store.results import ImportState, Stats
from ehcp_flow.store.source_names import SameId
from ehcp_flow.store.verifying import Break
from ehcp_flow.store.whose_case import Scope

__all__ = ["MemoryStore"]


class Shelf:
    """The rows; shared by every view of one store."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: list[FactRow] = []
        self.cases: dict[str, list[FactRow]] = defaultdict(list)
        self.names: dict[str, list[FactRow]] = defaultdict(list)
        self.texts: dict[tuple[str, int], Text] = {}
        self.heads: dict[str, Head] = {}
        self.erased: dict[str, Tombstone] = {}
        self.last = 0
        self.keys: dict[tuple[str, str], FactRow] = {}
        self.imports: dict[str, ImportState] = {}
        self.frozen = False

    def as_now(self) -> Shelf:
        """Return what is on it now, whatever is put there later."""
        now = Shelf()
        with self.lock:
            now.rows, now.texts, now.heads = list(self.rows), dict(self.texts), dict(self.heads)
            now.cases.update({case_id: list(rows) for case_id, rows in self.cases.items()})
            now.keys, now.imports = dict(self.keys), dict(self.imports)
            now.erased, now.last = dict(self.erased), self.last
        now.frozen = True
        return now

    def texts_of(self, case_id: str) -> dict[int, Text]:
        """Return the free texts of one case by version."""
        rows = self.cases.get(case_id, ())
        return {row.version: self.texts[case_id, row.version] for row in rows if (case_id, row.version) in self.texts}

    def refuse_frozen(self) -> None:
        """Raise StoreReadOnly if nothing may be put on it."""
        if self.frozen:
            raise StoreReadOnly("it is a snapshot, which is there to be read")


class MemoryStore(Store):
    """Facts in this process's memory. Threads may share it; `scoped` gives a view of it for one authority."""

    backend = "memory"

    def __init__(self, *, shelf: Shelf | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._shelf = shelf or Shelf()

    @contextmanager
    def snapshot(self) -> Iterator[Store]:
        """Give this store as it is now; see `Store.snapshot`."""
        shown = copy(self)
        shown._shelf = self._shelf.as_now()  # noqa: SLF001 - of the same class
        yield shown

    def case_ids(self, *, after: str = "") -> Iterator[str]:
        """Yield the id of each case in order, from the first behind `after` on."""
        with self._shelf.lock:
            held = sorted(
                case_id for case_id, head in self._shelf.heads.items() if case_id > after and self._mine(head)
            )
        yield from held

    def stats(self) -> Stats:
        """Return how large the store is."""
        with self._shelf.lock:
            heads = [head for head in self._shelf.heads.values() if self._mine(head)]
            rows = [row for row in self._shelf.rows if self._visible(row)]
            texts = [text for text in self._shelf.texts.values() if self._mine(self._shelf.heads[text.case_id])]
        authorities: dict[str, int] = defaultdict(int)
        for head in heads:
            authorities[head.authority] += 1
        return Stats(
            cases=len(heads),
            facts=len(rows),
            last_position=max((row.position for row in rows), default=0),
            texts=len(texts),
            redacted=sum(text.redacted_at is not None for text in texts),
            first_stored_at=min((row.stored_at for row in rows), default=None),
            last_stored_at=max((row.stored_at for row in rows), default=None),
            size_bytes=0,
            authorities=dict(sorted(authorities.items())),
            schema="none",
            backend=self.backend,
        )

    def _append(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        shelf = self._shelf
        shelf.refuse_frozen()
        with shelf.lock:
            keyed = {
                (command.case_id, command.key): self._read(shelf.keys[command.case_id, command.key])
                for command in commands
                if command.key is not None and (command.case_id, command.key) in shelf.keys
            }
            plan = plan_commands(
                commands, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=shelf.heads,
                keyed=keyed, load=self._stored, others=self._named, check=self.check, upcasters=self.upcasters,
                erased=shelf.erased,
            )  # fmt: skip
            return plan.placed(self._write(plan))

    def _import(  # noqa: PLR0913, PLR0917 - the adapter protocol is positional
        self, facts: Sequence[Fact], recorded_by: str | None, refuse: Callable[[int, Fact, Exception], None],
        source: str | None, name: str, state: Callable[[Plan], ImportState], dry_run: bool,  # noqa: FBT001 - the adapter protocol is positional
        same_id: SameId, said: Collection[int] | None = None, written: str | None = None,
    ) -> Plan:  # fmt: skip
        shelf = self._shelf
        if not dry_run:
            shelf.refuse_frozen()
        with shelf.lock:
            known = {case_id: self._read_all(case_id) for case_id in {fact.case_id for fact in facts}}
            plan = plan_import(
                facts, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=shelf.heads,
                known=known, others=self._named, upcasters=self.upcasters, refuse=refuse, same_id=same_id,
                erased=shelf.erased, said=said, written=written,
            )  # fmt: skip
            if not dry_run:
                self._write(plan)
                if source is not None:
                    shelf.imports[source] = state(plan)
        return plan

    def _import_state(self, source: str) -> ImportState:
        return self._shelf.imports.get(source, ImportState())

    def _redact(self, text: Text) -> None:
        self._shelf.refuse_frozen()
        with self._shelf.lock:
            if self._shelf.texts[text.case_id, text.version].text is None:
                raise NothingToRedact(text.case_id, text.version, "its free text was redacted before")
            head = self._shelf.heads[text.case_id]
            redacted, self._shelf.heads[text.case_id] = plan_redaction(head, self._texts(text.case_id).values(), text)
            self._shelf.texts[text.case_id, text.version] = redacted

    def _erase(self, case_id: str, at: str, by: str, reason: str) -> Tombstone:
        shelf = self._shelf
        shelf.refuse_frozen()
        with shelf.lock:
            head = shelf.heads.get(case_id)
            if head is None or not self._mine(head):
                raise UnknownNameError("case", case_id, ())
            gone = shelf.cases.pop(case_id)
            left = plan_erasure(head, (row.position for row in gone), at, by, reason)
            shelf.erased[case_id] = left
            shelf.rows = [row for row in shelf.rows if row.case_id != case_id]
            shelf.texts = {key: text for key, text in shelf.texts.items() if text.case_id != case_id}
            shelf.keys = {key: row for key, row in shelf.keys.items() if row.case_id != case_id}
            for name, rows in shelf.names.items():
                shelf.names[name] = [row for row in rows if row.case_id != case_id]
            del shelf.heads[case_id]
        return left

    def _tombstones(self) -> list[Tombstone]:
        with self._shelf.lock:
            return [each for each in self._shelf.erased.values() if self.authority in (None, each.authority)]

    def _stored(self, case_id: str) -> list[Stored]:
        with self._shelf.lock:
            head = self._shelf.heads.get(case_id)
            return self._read_all(case_id) if head is not None and self._mine(head) else []

    def _named(self, names: Collection[str]) -> list[tuple[Fact, str]]:
        rows = [row for name in names for row in self._shelf.names.get(name, ())]
        return [(self._read(row).fact, self._shelf.heads[row.case_id].authority) for row in rows if self._visible(row)]

    def _by_case(self, case_ids: Iterable[str] | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        with self._shelf.lock:
            wanted = sorted(self._shelf.heads if case_ids is None else set(case_ids) & set(self._shelf.heads))
            rows = [row for case_id in wanted for row in self._shelf.cases[case_id]]
        yield from self._filtered(rows, then, axis)

    def _by_position(self, after: int, limit: int | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        with self._shelf.lock:
            rows = self._shelf.rows[bisect_right(self._shelf.rows, after, key=attrgetter("position")) :]
        found = self._filtered(rows, then, axis)
        for count, stored in enumerate(found, start=1):
            yield stored
            if count == limit:
                return

    def _filtered(self, rows: Iterable[FactRow], then: str | None, axis: Axis) -> Iterator[Stored]:
        for row in rows:
            instant = row.recorded_at if axis == "recorded" else row.stored_at
            if self._visible(row) and (then is None or instant <= then):
                yield self._read(row)

    def _raw(self) -> Iterator[tuple[Head | None, list[FactRow], dict[int, Text]]]:
        shelf = self._shelf.as_now()
        for case_id in sorted(shelf.heads):
            if self._mine(shelf.heads[case_id]):
                yield shelf.heads[case_id], shelf.cases[case_id], shelf.texts_of(case_id)

    def _texts(self, case_id: str) -> dict[int, Text]:
        return self._shelf.texts_of(case_id)

    def _beside(self, scope: Scope | None) -> Iterator[Break]:
        yield from ()

    def _mine(self, head: Head) -> bool:
        return self.authority is None or head.authority == self.authority

    def _visible(self, row: FactRow) -> bool:
        return self.authority is None or self._mine(self._shelf.heads[row.case_id])

    def _read(self, row: FactRow) -> Stored:
        text = self._shelf.texts.get((row.case_id, row.version))
        redacted = text is not None and text.redacted_at is not None
        said = None if text is None else text.text
        return Stored(row, said, redacted, fact_of(row, said, redacted, self.upcasters))

    def _read_all(self, case_id: str) -> list[Stored]:
        return [self._read(row) for row in self._shelf.cases.get(case_id, ())]

    def _write(self, plan: Plan) -> int:
        shelf = self._shelf
        last = shelf.last = shelf.last + len(plan.rows)
        for row in plan.settle(last):
            shelf.rows.append(row)
            shelf.cases[row.case_id].append(row)
            if name := json.loads(row.body).get("fact_id"):
                shelf.names[name].append(row)
            if row.key is not None:
                shelf.keys[row.case_id, row.key] = row
        for text in plan.texts:
            shelf.texts[text.case_id, text.version] = text
        shelf.heads.update(plan.new_heads)
        shelf.heads.update(plan.grown_heads)
        return last
