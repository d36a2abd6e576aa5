# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""The store in a database: SQLite or PostgreSQL.

One write is one transaction: lock the heads of its cases, work out what is to be written (`planning`), take positions
from the one counter, write. The counter's row stays locked until the commit, so positions become visible in their
order and without gaps: a reader that follows them never meets one below those it has seen. It is taken as late as can
be, since writers queue for it: only what rests on positions comes after. On PostgreSQL one fact on a case whose head is
known goes in a single statement instead (`_quick`), under the same condition and the same counter.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, text

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.readers.text_lines import UNFIT
from ehcp_flow.store import schema
from ehcp_flow.store.base import Axis, Store
from ehcp_flow.store.chain import after_authority, before_authority, seal_import
from ehcp_flow.store.database import Database, Transaction
from ehcp_flow.store.errors import (
    NothingToRedact,
    SchemaMissing,
    StoreCorrupt,
    StoreLocked,
    StoreURLError,
    VersionConflict,
)
from ehcp_flow.store.fact_blocks import Raw
from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text, fact_of, instant_text
from ehcp_flow.store.planning import Command, Plan, Recorded, Scope, Stored, plan_commands, plan_import, plan_redaction
from ehcp_flow.store.protection import unprotected
from ehcp_flow.store.results import ImportState, Stats
from ehcp_flow.store.scanning import beside, in_step, stats_of
from ehcp_flow.store.statements import as_arrays, guarded, statements
from ehcp_flow.store.store_files import with_what_lies_beside
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.verifying import Break

__all__ = ["SqlStore"]

_CHUNK: Final = 1000
_ATTEMPTS: Final = 5
_KNOWN_HEADS: Final = 10_000


class _Race(Exception):
    """Other writers made some of our new cases between our look and our write."""

    def __init__(self, case_ids: Sequence[str]) -> None:
        self.case_ids = case_ids


class SqlStore(Store):
    """Facts in SQLite or PostgreSQL; made by `Store.open` and `Store.on`."""

    def __init__(self, database: Database, names: Names, *, create: bool = False, **options: Any) -> None:
        super().__init__(**options)
        if names.schema and database.dialect == "sqlite":
            raise StoreURLError("sqlite", "SQLite has no schemas; use a prefix")
        self.database = database
        self.names = names
        self.backend = database.dialect
        self._known_heads: dict[str, Head] = {}
        self._sql = statements(names, database.dialect)
        try:
            with database.sqlalchemy() as connection:
                schema.check(connection, names)
                self._granted = self._bound(connection)
        except SchemaMissing:
            if not create:
                raise
            with database.sqlalchemy(write=True) as connection:
                schema.upgrade(connection, names)
                self._granted = self._bound(connection)

    def _bound(self, connection: Connection) -> Scope | None:
        """Return the authorities that the database keeps this role to, if it does, and write as such a role has to.

        They are those that it may write, or if there are none, may read; one that it may read alone is the store's.
        """
        if self.backend != "postgresql":
            return None
        n = self.names
        bound, granted = connection.execute(
            text(
                "SELECT row_security_active(CAST(:heads AS regclass)), ARRAY("
                "SELECT authority || coalesce((to_jsonb(s) ->> 'may_write')::boolean, true)::text "
                f"FROM {n.scopes} s WHERE role = current_user)"
            ),
            {"heads": n.heads},
        ).one()
        if not bound:
            return None
        self._sql = guarded(n)
        read = frozenset(each.removesuffix("true").removesuffix("false") for each in granted)
        if len(read) == 1 and "*" not in read and self.authority is None:
            (self.authority,) = read
        kept = frozenset(each.removesuffix("true") for each in granted if each.endswith("true")) or read
        return None if "*" in kept else kept

    @property
    def scope(self) -> Scope | None:
        """The authorities whose cases this store records, as it was opened or as its role was granted; None: all."""
        return self._granted if self.authority is None else super().scope

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

    # Writing

    def _append(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        case_ids = sorted({command.case_id for command in commands})
        for attempt in range(_ATTEMPTS):
            try:
                if quick := self._quick(commands, recorded_by):
                    return quick
                with self.database.write() as transaction:
                    heads = self._lock(transaction, case_ids)
                    plan = plan_commands(
                        commands, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=heads,
                        keyed=self._keyed(transaction, commands),
                        load=lambda case_id: self._load(transaction, case_id),
                        check=self.check, upcasters=self.upcasters,
                    )  # fmt: skip
                    done = plan.placed(self._write(transaction, plan))
            except _Race as race:
                for case_id in self._again(race, attempt):
                    raise UnknownNameError("case", case_id, ()) from None
            except StoreLocked as error:
                self._unblock(error, attempt)
            else:
                for case_id in case_ids:
                    if (head := plan.head(case_id, heads)) is not None:
                        self._know(head)
                return done
        raise AssertionError("unreachable")

    def _import(
        self, facts: Sequence[Fact], recorded_by: str | None, refuse: Callable[[int, Fact, Exception], None],
        source: str | None, name: str, state: Callable[[Plan], ImportState], dry_run: bool,  # noqa: FBT001 - the adapter protocol is positional
    ) -> Plan:  # fmt: skip
        case_ids = sorted({fact.case_id for fact in facts if "\x00" not in fact.case_id})
        elsewhere: frozenset[str] = frozenset()
        for attempt in range(_ATTEMPTS):
            refused: list[tuple[int, Fact, Exception]] = []

            def note(place: int, fact: Fact, error: Exception, to: list[Any] = refused) -> None:
                to.append((place, fact, error))

            try:
                with self.database.read() if dry_run else self.database.write() as transaction:
                    heads = self._heads_of(transaction, case_ids) if dry_run else self._lock(transaction, case_ids)
                    heads |= {case_id: Head(case_id, "", 0, "", "") for case_id in elsewhere}
                    plan = plan_import(
                        facts, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=heads,
                        known=self._known(transaction, sorted(heads)), upcasters=self.upcasters, refuse=note,
                    )  # fmt: skip
                    if not dry_run:
                        self._write(transaction, plan)
                    for each in refused:
                        refuse(*each)
                    if source is not None and not dry_run:
                        self._remember(transaction, source, name, state(plan))
            except _Race as race:
                elsewhere |= self._again(race, attempt)
            except StoreLocked as error:
                self._unblock(error, attempt)
            else:
                return plan
        raise AssertionError("unreachable")

    def _again(self, race: _Race, attempt: int) -> frozenset[str]:
        """Look again: the head of the case was not there to be locked, it is now, and the seen version decides.

        Returns the cases whose heads are still not there to be seen: they are another authority's, and the database
        keeps them from this role.
        """
        if attempt == _ATTEMPTS - 1:
            raise VersionConflict(race.case_ids[0], 0, 0) from None
        return frozenset(race.case_ids if attempt and self._granted is not None else ())

    def _unblock(self, error: StoreLocked, attempt: int) -> None:
        """End the session of a role that keeps everybody from writing, by a transaction that it does not end.

        Raises `error` where that is not what happened, or did not help.
        """
        held = f'{self.names.prefix}counter"' in error.detail
        if attempt or not held or self.backend != "postgresql" or self.database.engine is None:
            raise error
        with self.database.write() as transaction:
            if not transaction.rows(self._sql.unblock)[0][0]:
                raise error

    def _write(self, transaction: Transaction, plan: Plan) -> int:
        """Write a plan and return the position of its last row (0 if it has none)."""
        if not plan.rows:
            return 0
        sql = self._sql
        last = int(transaction.rows(sql.take_positions, (len(plan.rows),))[0][0])
        rows = plan.settle(last)
        heads = [plan.new_heads[case_id] for case_id in sorted(plan.new_heads)]
        grown = list(plan.grown_heads.values())
        if sql.write:
            added = Counter(row.case_id for row in rows)
            before = [0] * len(heads) + [head.version - added[head.case_id] for head in grown]
            texts = as_arrays([text[:4] for text in plan.texts]) or ["{}"] * 4
            values = [*as_arrays([*heads, *grown]), before, *texts, *as_arrays(rows)]
            if others := transaction.rows(sql.write, values)[0][0]:
                raise _Race(others)
            return last
        if heads and self._put(transaction, sql.insert_head, heads) != len(heads):
            raise _Race([heads[0].case_id])
        if plan.texts:
            self._put(transaction, sql.insert_texts, [text[:4] for text in plan.texts])
        if grown and self.backend == "postgresql":
            transaction.run(sql.grow, [*as_arrays(grown), *as_arrays(rows)])
            return last
        if grown:
            # SQLite's placeholders stand in the order of the statement, in which the case comes last
            self._put(transaction, sql.update_head, [(*head[1:], head[0]) for head in grown])
        self._put(transaction, sql.insert_facts, rows)
        return last

    def _quick(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        """Record one fact in a single statement, if this store knows the head that the caller saw; else nothing.

        The statement writes only where the head is still the one known, by version and hash; if it has moved, the
        ordinary way finds out what happened.
        """
        command = commands[0]
        head = self._known_heads.pop(command.case_id, None)
        if head is None or len(commands) > 1 or command.seen != head.version or command.strict:
            return []
        if command.key is not None or command.fact.reason is not None:
            return []
        plan = plan_commands(
            commands,
            recorded_by=recorded_by,
            now=self.clock(),
            scope=self.scope,
            heads={head.case_id: head},
            keyed={},
            load=lambda _: [],
            check=self.check,
            upcasters=self.upcasters,
        )
        new = plan.grown_heads[head.case_id]
        seen = (head.case_id, head.version, head.hash)
        moved = (new.authority, new.hash, new.version, new.hash, new.stored_at)
        values = (*seen, *moved, before_authority(new), after_authority(new), head.case_id)
        with self.database.read(single=True, committing=True) as transaction:
            rows = transaction.rows(self._sql.quick, (*values, *plan.rows[0][:-1]))
        if not rows:
            return []
        self._know(new)
        return plan.placed(int(rows[0][0]))

    def _know(self, head: Head) -> None:
        """Keep the head of a case that was read or written last, where a single statement can make use of it."""
        if self.backend != "postgresql" or self.database.engine is None:
            return
        if len(self._known_heads) >= _KNOWN_HEADS:
            self._known_heads.clear()
        self._known_heads[head.case_id] = head

    def _put(self, transaction: Transaction, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for every row, on PostgreSQL all at once, and return how many rows it made or changed."""
        if self.backend == "postgresql":
            return int(transaction.run(statement, as_arrays(rows)).rowcount)
        return transaction.many(statement, rows)

    def _redact(self, text: Text) -> None:
        with self.database.write() as transaction:
            head = self._lock(transaction, [text.case_id]).get(text.case_id)
            if head is None:
                raise StoreCorrupt(f"case {text.case_id}", "there are facts but no head row")
            act, moved = plan_redaction(head, self._texts_in(transaction, text.case_id).values(), text)
            if transaction.run(self._sql.redact, (*act[4:], text.case_id, text.version)).rowcount != 1:
                raise NothingToRedact(text.case_id, text.version, "its free text was redacted before")
            postgresql = self.backend == "postgresql"
            self._put(transaction, self._sql.update_head, [moved if postgresql else (*moved[1:], moved[0])])

    def _remember(self, transaction: Transaction, source: str, name: str, state: ImportState) -> None:
        row = ImportRow(
            source, name, state.rows_read, state.taken, state.duplicates, state.refused, int(state.finished),
            instant_text(self.clock()),
        )  # fmt: skip
        transaction.run(self._sql.remember, row._replace(seal=seal_import(row)))

    # Reading

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
            for columns in transaction.stream(
                f"{self._sql.select}{where} ORDER BY f.case_id, f.version", parameters, _CHUNK
            ):
                yield FactRow._make(columns[:13]), columns[13], columns[14] is not None

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

    def _lock(self, transaction: Transaction, case_ids: list[str]) -> dict[str, Head]:
        """Return the heads of cases, locked until the transaction ends, in order of id so that nobody deadlocks."""
        if len(case_ids) == 1:
            rows = transaction.rows(self._sql.lock_head, case_ids)
        else:
            rows = transaction.rows(self._sql.lock_heads, (self._list(case_ids),))
        return {row[0]: Head(*row) for row in rows}

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
                    transaction.stream(f"{self._sql.select}{where} ORDER BY f.case_id, f.version", mine, _CHUNK),
                    transaction.stream(f"{self._sql.texts_of}{within} ORDER BY case_id, version", mine, _CHUNK),
                )
            )
            yield from in_step(streams)

    def _beside(self, scope: Scope | None) -> Iterator[Break]:
        with self.database.read() as transaction:
            yield from beside(transaction, self.names, self._sql, scope)
            yield from unprotected(transaction, self.names)

    def stats(self) -> Stats:
        """Return how large the store is."""
        return stats_of(self.database, self.names, self.authority)
