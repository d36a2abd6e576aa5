# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""The store in a database, SQLite or PostgreSQL, as it is written; `sql_reads.py` has what it reads.

One write is one transaction: lock the heads of its cases, work out what is to be written (`planning`), take positions
from the one counter, write. The counter's row stays locked until the commit, so positions become visible in their
order and without gaps: a reader that follows them never meets one below those it has seen. It is taken as late as can
be, since writers queue for it: only what rests on positions comes after. On PostgreSQL one fact on a case whose head is
known goes in a single statement instead (`_quick`), under the same condition and the same counter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, text

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.readers.text_lines import UNFIT
from ehcp_flow.store import schema
from ehcp_flow.store.chain import after_authority, before_authority, seal_import
from ehcp_flow.store.database import Database
from ehcp_flow.store.errors import (
    NothingToRedact,
    SchemaMissing,
    StoreCorrupt,
    StoreLocked,
    StoreReadOnly,
    VersionConflict,
)
from ehcp_flow.store.fact_rows import Head, ImportRow, Text, Tombstone, instant_text, text_of
from ehcp_flow.store.planning import (
    Command,
    Plan,
    Recorded,
    plan_commands,
    plan_erasure,
    plan_import,
    plan_redaction,
)
from ehcp_flow.store.results import ImportState
from ehcp_flow.store.source_names import SameId
from ehcp_flow.store.sql_reads import SqlReads
from ehcp_flow.store.statements import as_arrays, guarded
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.transaction import Transaction
from ehcp_flow.store.whose_case import Scope

__all__ = ["SqlStore"]

_ATTEMPTS: Final = 5


class _Race(Exception):
    """Other writers made some of our new cases between our look and our write."""

    def __init__(self, case_ids: Sequence[str]) -> None:
        self.case_ids = case_ids


class SqlStore(SqlReads):
    """Facts in SQLite or PostgreSQL; made by `Store.open` and `Store.on`."""

    def __init__(self, database: Database, names: Names, *, create: bool = False, **options: Any) -> None:
        super().__init__(database, names, **options)
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

    def _append(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        case_ids = sorted({command.case_id for command in commands})
        for attempt in range(_ATTEMPTS):
            try:
                if quick := self._quick(commands, recorded_by):
                    return quick
                with self.database.write() as transaction:
                    heads = self._lock(transaction, case_ids)
                    new = [case_id for case_id in case_ids if case_id not in heads]
                    plan = plan_commands(
                        commands, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=heads,
                        keyed=self._keyed(transaction, commands),
                        load=lambda case_id: self._load(transaction, case_id),
                        others=lambda names: self._named(transaction, names), check=self.check,
                        upcasters=self.upcasters, erased=self._erased_among(transaction, new),
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

    def _import(  # noqa: PLR0913, PLR0917 - the adapter protocol is positional
        self, facts: Sequence[Fact], recorded_by: str | None, refuse: Callable[[int, Fact, Exception], None],
        source: str | None, name: str, state: Callable[[Plan], ImportState], dry_run: bool,  # noqa: FBT001 - the adapter protocol is positional
        same_id: SameId, said: Collection[int] | None = None, written: str | None = None,
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
                    new = [case_id for case_id in case_ids if case_id not in heads]
                    heads |= {case_id: Head(case_id, "", 0, "", "") for case_id in elsewhere}
                    plan = plan_import(
                        facts, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=heads,
                        known=self._known(transaction, sorted(heads)),
                        others=lambda names: self._named(transaction, names), upcasters=self.upcasters, refuse=note,
                        same_id=same_id, erased=self._erased_among(transaction, new), said=said,
                        written=written,
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
        if command.key is not None or text_of(command.fact) is not None:
            return []
        if command.fact.fact_id is not None or command.fact.corrects is not None:
            return []  # what it is called, and what it corrects, is compared with what the case holds
        plan = plan_commands(
            commands,
            recorded_by=recorded_by,
            now=self.clock(),
            scope=self.scope,
            heads={head.case_id: head},
            keyed={},
            load=lambda _: [],
            others=lambda _: [],
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

    def _erase(self, case_id: str, at: str, by: str, reason: str) -> Tombstone:
        if self._sql.write:
            raise StoreReadOnly("a case is erased by the owner of the tables, and not by a role of some authorities")
        with self.database.write() as transaction:
            head = None if UNFIT.search(case_id) else self._lock(transaction, [case_id]).get(case_id)
            if head is None or (self.scope is not None and head.authority not in self.scope):
                raise UnknownNameError("case", case_id, ())
            transaction.run(self._sql.ready)
            positions = [row[0] for row in transaction.rows(self._sql.positions_of, (case_id,))]
            left = plan_erasure(head, positions, at, by, reason)
            bury, *delete = self._sql.erase
            transaction.run(bury, left)
            for statement in delete:
                transaction.run(statement, (case_id,))
        self._known_heads.pop(case_id, None)
        return left

    def _sweep(self) -> tuple[str, ...]:
        if self.database.engine is None:
            return ("nothing was swept, since the transaction is a host's: sweep a store on its engine behind it",)
        n = self.names
        with self.database.read(single=True, committing=True) as transaction:
            if self.backend == "postgresql":
                transaction.run(f"VACUUM (FULL) {n.facts}, {n.texts}, {n.heads}")
                return ()
            transaction.run("VACUUM")
            if transaction.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:
                return ("the write-ahead log still holds what was erased, since somebody reads: sweep again later",)
        return ()

    def _remember(self, transaction: Transaction, source: str, name: str, state: ImportState) -> None:
        row = ImportRow(
            source, name, state.rows_read, state.taken, state.duplicates, state.refused, int(state.finished),
            instant_text(self.clock()),
        )  # fmt: skip
        transaction.run(self._sql.remember, row._replace(seal=seal_import(row)))

    def _lock(self, transaction: Transaction, case_ids: list[str]) -> dict[str, Head]:
        """Return the heads of cases, locked until the transaction ends, in order of id so that nobody deadlocks."""
        if len(case_ids) == 1:
            rows = transaction.rows(self._sql.lock_head, case_ids)
        else:
            rows = transaction.rows(self._sql.lock_heads, (self._list(case_ids),))
        return {row[0]: Head(*row) for row in rows}
