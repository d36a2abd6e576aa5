"""The portable store, as it is written; `portable_reads.py` has what it reads, `portable_statements.py` what is sent.

It is the general way, for every database and driver that SQLAlchemy has; the stores of `sql.py` are faster ways for two
of them, with the same tables and the same promises. One write is one transaction, and one turn: see
`portable_statements`. What it comes to is worked out as for every store (`planning`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, text

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.readers.text_lines import UNFIT
from ehcp_flow.store import schema
from ehcp_flow.store.chain import seal_import
from ehcp_flow.store.errors import NothingToRedact, SchemaMissing, StoreCorrupt, StoreLocked, StoreURLError
from ehcp_flow.store.fact_rows import Head, ImportRow, Text, Tombstone, instant_text
from ehcp_flow.store.planning import (
    Command,
    Plan,
    Recorded,
    plan_commands,
    plan_erasure,
    plan_import,
    plan_redaction,
)
from ehcp_flow.store.portable_database import PortableDatabase
from ehcp_flow.store.portable_reads import PortableReads
from ehcp_flow.store.results import ImportState
from ehcp_flow.store.source_names import SameId
from ehcp_flow.store.table_names import Names

__all__ = ["PortableStore"]

T = TypeVar("T")

_ATTEMPTS: Final = 5
_SWEPT_BY: Final = {
    "sqlite": "VACUUM",
    "postgresql": "VACUUM (FULL) {facts}, {texts}, {heads}",
    "mysql": "OPTIMIZE TABLE {facts}, {texts}, {heads}",
    "mariadb": "OPTIMIZE TABLE {facts}, {texts}, {heads}",
}


class PortableStore(PortableReads):
    """Facts in any database that SQLAlchemy speaks to; made by `Store.open`, `Store.on` and `AsyncStore`."""

    def __init__(self, database: PortableDatabase, names: Names, *, create: bool = False, **options: Any) -> None:
        super().__init__(database, names, **options)
        try:
            with database.read() as connection:
                schema.check(connection, names)
                self._refuse_bound(connection)
        except SchemaMissing:
            if not create:
                raise
            with database.write(makes_tables=True) as connection:
                schema.upgrade(connection, names)

    def _refuse_bound(self, connection: Connection) -> None:
        """Raise StoreURLError for a role of PostgreSQL that is kept to some authorities: it writes by functions."""
        if self.backend != "postgresql":
            return
        bound = connection.execute(
            text("SELECT row_security_active(CAST(:heads AS regclass))"), {"heads": self.names.heads}
        ).scalar()
        if bound:
            raise StoreURLError(
                f"postgresql+{self.database.sql.driver}",
                "a role that is kept to some authorities writes by functions, which only postgresql+psycopg calls here",
            )

    def _append(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        case_ids = {command.case_id for command in commands}

        def write(connection: Connection) -> list[Recorded]:
            last = self._take_turn(connection, case_ids)
            heads = self._heads_of(connection, case_ids, writes=True)
            plan = plan_commands(
                commands, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=heads,
                keyed=self._keyed(connection, commands),
                load=lambda case_id: self._load(connection, case_id, writes=True),
                others=lambda names: self._named(connection, names, writes=True), check=self.check,
                upcasters=self.upcasters, erased=self._erased_among(connection, case_ids - {*heads}, writes=True),
            )  # fmt: skip
            return plan.placed(self._write(connection, plan, last))

        return self._in_turn(write)

    def _import(  # noqa: PLR0913, PLR0917 - the adapter protocol is positional
        self, facts: Sequence[Fact], recorded_by: str | None, refuse: Callable[[int, Fact, Exception], None],
        source: str | None, name: str, state: Callable[[Plan], ImportState], dry_run: bool,  # noqa: FBT001 - the adapter protocol is positional
        same_id: SameId, said: Collection[int] | None = None, written: str | None = None,
    ) -> Plan:  # fmt: skip
        case_ids = {fact.case_id for fact in facts if "\x00" not in fact.case_id}
        refused: list[tuple[int, Fact, Exception]] = []

        def plan_in(connection: Connection, *, writes: bool) -> Plan:
            refused.clear()
            heads = self._heads_of(connection, case_ids, writes=writes)
            return plan_import(
                facts, recorded_by=recorded_by, now=self.clock(), scope=self.scope, heads=heads,
                known=self._known(connection, sorted(heads), writes=writes),
                others=lambda names: self._named(connection, names, writes=writes), upcasters=self.upcasters,
                refuse=lambda *each: refused.append(each), same_id=same_id,
                erased=self._erased_among(connection, case_ids - {*heads}, writes=writes), said=said, written=written,
            )  # fmt: skip

        def write(connection: Connection) -> Plan:
            last = self._take_turn(connection, case_ids)
            plan = plan_in(connection, writes=True)
            self._write(connection, plan, last)
            for each in refused:
                refuse(*each)
            if source is not None:
                self._remember(connection, source, name, state(plan))
            return plan

        if not dry_run:
            return self._in_turn(write)
        with self.database.read(several=True) as connection:
            plan = plan_in(connection, writes=False)
        for each in refused:
            refuse(*each)
        return plan

    def _in_turn(self, write: Callable[[Connection], T]) -> T:
        """Return what a write gives; one that the database undid to end a deadlock is done again."""
        for attempt in range(_ATTEMPTS):
            try:
                with self.database.write() as connection:
                    return write(connection)
            except StoreLocked as error:
                again = self.database.engine is not None and "deadlock" in error.detail.lower()
                if not again or attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _take_turn(self, connection: Connection, case_ids: Collection[str]) -> int:
        """Have every other writer wait until the transaction ends, and return the last position that was given out."""
        lock = self._sql.lock_heads(sorted(case_id for case_id in case_ids if not UNFIT.search(case_id)))
        if lock is not None:
            connection.execute(lock).all()
        return int(connection.execute(self._sql.counter).scalar_one())

    def _write(self, connection: Connection, plan: Plan, last: int) -> int:
        """Write a plan and return the position of its last row (0 if it has none)."""
        if not plan.rows:
            return 0
        sql = self._sql
        last += len(plan.rows)
        connection.execute(sql.move_counter, {"new_last": last})
        rows = plan.settle(last)
        if plan.new_heads:
            connection.execute(sql.insert_heads, [head._asdict() for _, head in sorted(plan.new_heads.items())])
        if plan.grown_heads:
            connection.execute(sql.move_heads, [_moved(head) for _, head in sorted(plan.grown_heads.items())])
        if plan.texts:
            connection.execute(sql.insert_texts, [_first(each) for each in plan.texts])
        written = [row._asdict() for row in rows]
        if not sql.names_by_itself:
            for row in written:
                row["name"] = json.loads(row["body"]).get("fact_id")
        connection.execute(sql.insert_facts, written)
        return last

    def _redact(self, said: Text) -> None:
        def write(connection: Connection) -> None:
            self._take_turn(connection, [said.case_id])
            head = self._heads_of(connection, [said.case_id], writes=True).get(said.case_id)
            if head is None:
                raise StoreCorrupt(f"case {said.case_id}", "there are facts but no head row")
            texts = self._texts_in(connection, said.case_id, writes=True)
            act, moved = plan_redaction(head, texts.values(), said)
            redaction = {name: getattr(act, name) for name in Text._fields[4:]}
            of = {"of_case": said.case_id, "of_version": said.version}
            if connection.execute(self._sql.redact, {**redaction, **of}).rowcount != 1:
                raise NothingToRedact(said.case_id, said.version, "its free text was redacted before")
            connection.execute(self._sql.move_heads, _moved(moved))

        self._in_turn(write)

    def _erase(self, case_id: str, at: str, by: str, reason: str) -> Tombstone:
        def write(connection: Connection) -> Tombstone:
            self._take_turn(connection, [case_id])
            head = None if UNFIT.search(case_id) else self._heads_of(connection, [case_id], writes=True).get(case_id)
            if head is None or (self.scope is not None and head.authority not in self.scope):
                raise UnknownNameError("case", case_id, ())
            if self.backend == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")  # a host's connection may not have it
            positions = [stored.row.position for stored in self._load(connection, case_id, writes=True)]
            left = plan_erasure(head, positions, at, by, reason)
            connection.execute(self._sql.insert_tombstone, left._asdict())
            for statement in self._sql.erase:
                connection.execute(statement, {"of_case": case_id})
            return left

        return self._in_turn(write)

    def _sweep(self) -> tuple[str, ...]:
        if self.database.engine is None:
            return ("nothing was swept, since the transaction is a host's: sweep a store on its engine behind it",)
        n = self.names
        if self.backend not in _SWEPT_BY:
            tables = f"{n.facts}, {n.texts} and {n.heads}"
            said = f"{self.backend} overwrites what it has freed as it needs it: have the tables {tables} rebuilt"
            return (f"{said} by who looks after it, and its log backed up and truncated",)
        with self.database.alone() as connection:
            connection.exec_driver_sql(_SWEPT_BY[self.backend].format(facts=n.facts, texts=n.texts, heads=n.heads))
            if self.backend == "sqlite" and connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()[0][0]:
                return ("the write-ahead log still holds what was erased, since somebody reads: sweep again later",)
        if self.backend in ("mysql", "mariadb"):
            return ("the server's binary and undo logs hold what was erased until they are purged",)
        return ()

    def _remember(self, connection: Connection, source: str, name: str, state: ImportState) -> None:
        row = ImportRow(
            source, name, state.rows_read, state.taken, state.duplicates, state.refused, int(state.finished),
            instant_text(self.clock()),
        )  # fmt: skip
        row = row._replace(seal=seal_import(row))
        told = {name: value for name, value in row._asdict().items() if name != "source"}
        if connection.execute(self._sql.move_import, {**told, "of_source": source}).rowcount == 0:
            connection.execute(self._sql.insert_import, row._asdict())


def _moved(head: Head) -> dict[str, Any]:
    """Return a head as the parameters of the statement that moves it."""
    told = head._asdict()
    of_case = told.pop("case_id")
    return {**told, "of_case": of_case}


def _first(text: Text) -> dict[str, Any]:
    """Return a free text as it is first written."""
    return dict(zip(Text._fields[:4], text[:4], strict=True))
