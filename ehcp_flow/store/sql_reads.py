# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""The store in a database as it is read: each read by one statement, or by several of one moment.

Rows are kept to the authority that the store is opened for by a join with the heads; what the database itself keeps a
role to, it keeps by policies (`role_guards.py`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Self

from ehcp_flow.facts import Fact
from ehcp_flow.readers.text_lines import UNFIT
from ehcp_flow.store.base import Axis, Store
from ehcp_flow.store.chain import seal_import
from ehcp_flow.store.database import Database
from ehcp_flow.store.errors import StoreCorrupt
from ehcp_flow.store.fact_blocks import Raw
from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text, Tombstone, fact_of
from ehcp_flow.store.planning import Command, Stored
from ehcp_flow.store.protection import unprotected
from ehcp_flow.store.results import ImportState, Stats
from ehcp_flow.store.scanning import beside, in_step, stats_of
from ehcp_flow.store.statements import statements
from ehcp_flow.store.store_files import with_what_lies_beside
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.transaction import Transaction
from ehcp_flow.store.verifying import Break
from ehcp_flow.store.whose_case import Scope

__all__ = ["SqlReads"]

_CHUNK: Final = 1000
_KNOWN_HEADS: Final = 10_000


class SqlReads(Store):
    """What is read of facts in SQLite or PostgreSQL; `SqlStore` writes them."""

    def __init__(self, database: Database, names: Names, **options: Any) -> None:
        super().__init__(**options)
        names.fit(database.dialect)
        self.database = database
        self.names = names
        self.backend = database.dialect
        self._known_heads: dict[str, Head] = {}
        self._sql = statements(names, database.dialect)

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a SQLite database, and those that SQLite keeps beside it."""
        if self.backend != "sqlite":
            return ()
        with self.database.read(single=True) as transaction:
            paths = [str(path) for _, _, path in transaction.rows("PRAGMA database_list") if path]
        return tuple(file for path in paths for file in with_what_lies_beside(path))

    def close(self) -> None:
        """Give back the connections, if they are the store's own."""
        self.database.close()

    def scoped(self, authority: str) -> Self:
        """Return the same store open for one authority; see `Store.scoped`."""
        shown = super().scoped(authority)
        shown._known_heads = {}  # noqa: SLF001 - of the same class
        return shown

    @contextmanager
    def snapshot(self) -> Iterator[Store]:
        """Give this store as it is now; see `Store.snapshot`."""
        with self.database.held() as held:
            shown = copy(self)
            shown.database = held
            shown._known_heads = {}  # noqa: SLF001 - of the same class
            yield shown

    def _settled(self) -> AbstractContextManager[Store]:
        """Give this store as it is now; in a host's transaction, which shows what it shows, itself."""
        return nullcontext(self) if self.database.engine is None else self.snapshot()

    def _know(self, head: Head) -> None:
        """Keep the head of a case that was read or written last, where a single statement can make use of it."""
        if self.backend != "postgresql" or self.database.engine is None:
            return
        if len(self._known_heads) >= _KNOWN_HEADS:
            self._known_heads.clear()
        self._known_heads[head.case_id] = head

    def _import_state(self, source: str) -> ImportState:
        with self.database.read(single=True) as transaction:
            rows = transaction.rows(f"{self._sql.imports} WHERE source = {self._sql.p}", (source,))
        if not rows:
            return ImportState()
        row = ImportRow(*rows[0])
        if seal_import(row) != row.seal:
            raise StoreCorrupt(f"what is remembered of the import of {row.name or row.source}", "it was edited")
        return ImportState(row.rows_read, row.taken, row.duplicates, row.refused, bool(row.finished))

    def _stored(self, case_id: str) -> list[Stored]:
        if UNFIT.search(case_id):
            return []
        with self.database.read(single=True) as transaction:
            found = self._load(transaction, case_id)
        if found:
            last = found[-1].row
            if self.authority is not None or self.scope is None:
                self._know(Head(case_id, self.authority or "", last.version, last.hash, last.stored_at))
        return found

    def _load(self, transaction: Transaction, case_id: str) -> list[Stored]:
        where, parameters = self._where([("f.case_id = {}", case_id)])
        rows = transaction.rows(f"{self._sql.select}{where} ORDER BY f.version", parameters)
        return [self._read(row) for row in rows]

    def _by_case(self, case_ids: Iterable[str] | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        conditions: list[tuple[str, Any]] = []
        if then is not None:
            conditions.append((f"f.{axis}_at <= {{}}", then))
        if case_ids is None:
            yield from self._select(conditions, "ORDER BY f.case_id, f.version")
            return
        # One statement for all of them, however many: each would see a moment of its own.
        wanted = sorted({case_id for case_id in case_ids if not UNFIT.search(case_id)})
        yield from self._select([*conditions, self._among(wanted)], "ORDER BY f.case_id, f.version")

    def _raw_by_case(self, then: str | None, axis: Axis) -> Iterator[Raw]:
        conditions = [] if then is None else [(f"f.{axis}_at <= {{}}", then)]
        where, parameters = self._where(conditions)
        with self.database.read(streamed=True) as transaction:
            yield from transaction.stream(
                f"{self._sql.select_said}{where} ORDER BY f.case_id, f.version", parameters, _CHUNK
            )

    def _by_position(self, after: int, limit: int | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        conditions: list[tuple[str, Any]] = [("f.position > {}", after)]
        if then is not None:
            conditions.append((f"f.{axis}_at <= {{}}", then))
        tail = "" if limit is None else f" LIMIT {int(limit)}"
        yield from self._select(conditions, f"ORDER BY f.position{tail}")

    def _select(self, conditions: list[tuple[str, Any]], tail: str) -> Iterator[Stored]:
        where, parameters = self._where(conditions)
        with self.database.read(streamed=True) as transaction:
            for row in transaction.stream(f"{self._sql.select}{where} {tail}", parameters, _CHUNK):
                yield self._read(row)

    def _where(self, conditions: list[tuple[str, Any]]) -> tuple[str, tuple[Any, ...]]:
        """Return the rest of a SELECT: the join that keeps to the store's authority, and the conditions."""
        join = ""
        if self.authority is not None:
            join = f" JOIN {self.names.heads} h ON h.case_id = f.case_id"
            conditions = [("h.authority = {}", self.authority), *conditions]
        where = " AND ".join(condition.format(self._sql.p) for condition, _ in conditions)
        return f"{join} WHERE {where}" if where else join, tuple(value for _, value in conditions)

    def _among(self, case_ids: list[str]) -> tuple[str, Any]:
        if self.backend == "postgresql":
            return "f.case_id = ANY({}::text[])", case_ids
        return "f.case_id IN (SELECT value FROM json_each({}))", json.dumps(case_ids)

    def _read(self, columns: Sequence[Any]) -> Stored:
        row, text, redacted = FactRow._make(columns[:13]), columns[13], columns[14] is not None
        return Stored(row, text, redacted, fact_of(row, text, redacted, self.upcasters))

    def _heads_of(self, transaction: Transaction, case_ids: list[str]) -> dict[str, Head]:
        return {row[0]: Head(*row) for row in transaction.rows(self._sql.heads_of, (self._list(case_ids),))}

    def _list(self, case_ids: list[str]) -> Any:
        return case_ids if self.backend == "postgresql" else json.dumps(case_ids)

    def _keyed(self, transaction: Transaction, commands: Sequence[Command]) -> dict[tuple[str, str], Stored]:
        found = {}
        for command in commands:
            if command.key is not None and "\x00" not in command.key:
                rows = transaction.rows(
                    f"{self._sql.select} WHERE f.case_id = {self._sql.p} AND f.key = {self._sql.p}",
                    (command.case_id, command.key),
                )
                if rows:
                    found[command.case_id, command.key] = self._read(rows[0])
        return found

    def _known(self, transaction: Transaction, case_ids: list[str]) -> dict[str, list[Stored]]:
        if not case_ids:
            return {}
        rows = transaction.rows(self._sql.cases_of, (self._list(case_ids),))
        return {case_id: [self._read(row) for row in group] for case_id, group in groupby(rows, key=itemgetter(0))}

    def _named(self, transaction: Transaction, names: Collection[str]) -> list[tuple[Fact, str]]:
        """Return the facts of these names that the store holds, each with the authority of its case."""
        fit = sorted(name for name in names if not UNFIT.search(name))
        if not fit:
            return []
        found = [self._read(row).fact for row in transaction.rows(self._sql.named, (self._list(fit),))]
        heads = self._heads_of(transaction, sorted({fact.case_id for fact in found})) if found else {}
        owned = [(fact, heads[fact.case_id].authority) for fact in found if fact.case_id in heads]
        return [(fact, owner) for fact, owner in owned if self.scope is None or owner in self.scope]

    def _tombstones(self) -> list[Tombstone]:
        mine: tuple[Any, ...] = () if self.authority is None else (self.authority,)
        owned = f" WHERE authority = {self._sql.p}" if mine else ""
        with self.database.read(single=True) as transaction:
            return [Tombstone(*row) for row in transaction.rows(f"{self._sql.tombstones}{owned}", mine)]

    def _erased_among(self, transaction: Transaction, case_ids: Collection[str]) -> dict[str, Tombstone]:
        """Return what is left of those among some cases that were erased."""
        if not case_ids:
            return {}
        rows = transaction.rows(self._sql.tombstones_of, (self._list(sorted(case_ids)),))
        return {row[0]: Tombstone(*row) for row in rows}

    def _texts(self, case_id: str) -> dict[int, Text]:
        with self.database.read(single=True) as transaction:
            return self._texts_in(transaction, case_id)

    def _texts_in(self, transaction: Transaction, case_id: str) -> dict[int, Text]:
        rows = transaction.rows(f"{self._sql.texts_of} WHERE case_id = {self._sql.p}", (case_id,))
        return {row[1]: Text(*row) for row in rows}

    def _raw(self) -> Iterator[tuple[Head | None, list[FactRow], dict[int, Text]]]:
        mine: tuple[Any, ...] = () if self.authority is None else (self.authority,)
        owned = f" WHERE h.authority = {self._sql.p}" if mine else ""
        within = (
            f" WHERE case_id IN (SELECT h.case_id FROM {self.names.heads} h WHERE h.authority = {self._sql.p})"
            if mine
            else ""
        )
        where, _ = self._where([])
        with self.database.read() as transaction:
            streams = transaction.settle(
                lambda: (
                    transaction.stream(f"{self._sql.select_head}{owned} ORDER BY h.case_id", mine, _CHUNK),
                    transaction.stream(f"{self._sql.select_rows}{where} ORDER BY f.case_id, f.version", mine, _CHUNK),
                    transaction.stream(f"{self._sql.texts_of}{within} ORDER BY case_id, version", mine, _CHUNK),
                )
            )
            yield from in_step(streams)

    def _beside(self, scope: Scope | None) -> Iterator[Break]:
        with self.database.read() as transaction:
            yield from beside(transaction, self.names, self._sql, scope)
            yield from unprotected(self.backend, transaction.rows, self.names)

    def case_ids(self, *, after: str = "") -> Iterator[str]:
        """Yield the id of each case in order, from the first behind `after` on."""
        if UNFIT.search(after):
            return
        owned = "" if self.authority is None else f" AND h.authority = {self._sql.p}"
        mine = (after,) if self.authority is None else (after, self.authority)
        listed = f"SELECT h.case_id FROM {self.names.heads} h WHERE h.case_id > {self._sql.p}{owned} ORDER BY h.case_id"
        with self.database.read(streamed=True) as transaction:
            for (case_id,) in transaction.stream(listed, mine, _CHUNK):
                yield str(case_id)

    def stats(self) -> Stats:
        """Return how large the store is."""
        return stats_of(self.database, self.names, self.authority)
