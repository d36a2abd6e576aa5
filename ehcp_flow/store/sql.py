"""The store in a database: SQLite or PostgreSQL.

One write is one transaction: lock the heads of its cases, work out what is to be written (`planning`), take positions
from the one counter, write. The counter's row stays locked until the commit, so positions become visible in their
order and without gaps: a reader that follows them never meets one below those it has seen. It is taken last, so that
writers queue for it no longer than a commit takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from ehcp_flow.facts import Fact
from ehcp_flow.store import schema
from ehcp_flow.store.base import Axis, ImportState, Stats, Store
from ehcp_flow.store.chain import Break
from ehcp_flow.store.database import Database, Transaction
from ehcp_flow.store.errors import NothingToRedact, SchemaMissing, StoreURLError, VersionConflict
from ehcp_flow.store.names import Names
from ehcp_flow.store.planning import Command, Plan, Recorded, Stored, plan_commands, plan_import
from ehcp_flow.store.rows import Head, Row, Text, fact_of, instant_text
from ehcp_flow.store.statements import statements

__all__ = ["SqlStore"]

_CHUNK: Final = 1000
_ATTEMPTS: Final = 5


class _Race(Exception):
    """Another writer made one of our new cases between our look and our write."""

    def __init__(self, case_id: str) -> None:
        self.case_id = case_id


class SqlStore(Store):
    """Facts in SQLite or PostgreSQL; made by `Store.open` and `Store.on`."""

    def __init__(self, database: Database, names: Names, *, create: bool = False, **options: Any) -> None:
        super().__init__(**options)
        if names.schema and database.dialect == "sqlite":
            raise StoreURLError("sqlite", "SQLite has no schemas; use a prefix")
        self.database = database
        self.names = names
        self.backend = database.dialect
        self._sql = statements(names, database.dialect)
        with database.sqlalchemy() as connection:
            try:
                schema.check(connection, names)
            except SchemaMissing:
                if not create:
                    raise
                schema.upgrade(connection, names)

    def close(self) -> None:
        self.database.close()

    # Writing

    def _append(self, commands: Sequence[Command], recorded_by: str | None) -> list[Recorded]:
        case_ids = sorted({command.case_id for command in commands})
        for attempt in range(_ATTEMPTS):
            try:
                with self.database.write() as transaction:
                    heads = self._lock(transaction, case_ids)
                    plan = plan_commands(
                        commands, recorded_by=recorded_by, now=self.clock(), authority=self.authority, heads=heads,
                        keyed=self._keyed(transaction, commands),
                        load=lambda case_id: self._load(transaction, case_id),
                        check=self.check, upcasters=self.upcasters,
                    )  # fmt: skip
                    return plan.placed(self._write(transaction, plan))
            except _Race as race:
                # Its head was not there to be locked. Look again: it is now, and the seen version decides.
                if attempt == _ATTEMPTS - 1:
                    raise VersionConflict(race.case_id, 0, 0) from None
        raise AssertionError("unreachable")

    def _import(
        self, facts: Sequence[Fact], recorded_by: str | None, refuse: Callable[[int, Fact, Exception], None],
        source: str | None, name: str, state: Callable[[Plan], ImportState], dry_run: bool,
    ) -> Plan:  # fmt: skip
        case_ids = sorted({fact.case_id for fact in facts if "\x00" not in fact.case_id})
        for attempt in range(_ATTEMPTS):
            refused: list[tuple[int, Fact, Exception]] = []

            def note(place: int, fact: Fact, error: Exception, to: list[Any] = refused) -> None:
                to.append((place, fact, error))

            try:
                with self.database.read() if dry_run else self.database.write() as transaction:
                    heads = self._heads_of(transaction, case_ids) if dry_run else self._lock(transaction, case_ids)
                    plan = plan_import(
                        facts, recorded_by=recorded_by, now=self.clock(), authority=self.authority, heads=heads,
                        known=self._known(transaction, sorted(heads)), upcasters=self.upcasters, refuse=note,
                    )  # fmt: skip
                    if not dry_run:
                        self._write(transaction, plan)
                    for each in refused:
                        refuse(*each)
                    if source is not None and not dry_run:
                        self._remember(transaction, source, name, state(plan))
                return plan
            except _Race as race:
                if attempt == _ATTEMPTS - 1:
                    raise VersionConflict(race.case_id, 0, 0) from None
        raise AssertionError("unreachable")

    def _write(self, transaction: Transaction, plan: Plan) -> int:
        """Write a plan and return the position of its last row (0 if it has none)."""
        if not plan.rows:
            return 0
        sql = self._sql
        postgresql = self.backend == "postgresql"
        if plan.new_heads:
            heads = [plan.new_heads[case_id] for case_id in sorted(plan.new_heads)]
            if postgresql:
                if transaction.run(sql.insert_head, _columns(heads)).rowcount != len(heads):
                    raise _Race(heads[0].case_id)
            else:
                transaction.many(sql.insert_head, heads)
        if plan.grown_heads:
            grown = list(plan.grown_heads.values())
            if postgresql:
                transaction.run(sql.update_head, _columns(grown))
            else:
                transaction.many(sql.update_head, [(*head[1:], head[0]) for head in grown])
        if plan.texts:
            texts = [text[:4] for text in plan.texts]
            if postgresql:
                transaction.run(sql.insert_texts, _columns(texts))
            else:
                transaction.many(sql.insert_texts, texts)
        last = int(transaction.rows(sql.take_positions, (len(plan.rows),))[0][0])
        rows = plan.positioned(last)
        if postgresql:
            transaction.run(sql.insert_facts, _columns(rows))
        else:
            transaction.many(sql.insert_facts, rows)
        return last

    def _redact(self, text: Text) -> None:
        with self.database.write() as transaction:
            values = (text.redacted_at, text.redacted_by, text.redaction, text.case_id, text.version)
            if transaction.run(self._sql.redact, values).rowcount != 1:
                raise NothingToRedact(text.case_id, text.version, "its free text was redacted before")

    def _remember(self, transaction: Transaction, source: str, name: str, state: ImportState) -> None:
        p, table = self._sql.p, self.names.imports
        columns = "source, name, rows_read, taken, duplicates, refused, finished, changed_at"
        changes = ", ".join(f"{column} = excluded.{column}" for column in columns.split(", ")[1:])
        transaction.run(
            f"INSERT INTO {table} ({columns}) VALUES ({', '.join([p] * 8)}) ON CONFLICT (source) DO UPDATE SET {changes}",
            (
                source, name, state.rows_read, state.taken, state.duplicates, state.refused, int(state.finished),
                instant_text(self.clock()),
            ),
        )  # fmt: skip

    # Reading

    def _import_state(self, source: str) -> ImportState:
        with self.database.read() as transaction:
            rows = transaction.rows(
                f"SELECT rows_read, taken, duplicates, refused, finished FROM {self.names.imports} "
                f"WHERE source = {self._sql.p}",
                (source,),
            )
        return ImportState(*rows[0][:4], finished=bool(rows[0][4])) if rows else ImportState()

    def _stored(self, case_id: str) -> list[Stored]:
        if "\x00" in case_id:
            return []
        with self.database.read() as transaction:
            return self._load(transaction, case_id)

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
        wanted = sorted({case_id for case_id in case_ids if "\x00" not in case_id})
        for start in range(0, len(wanted), _CHUNK):
            chunk = self._among(wanted[start : start + _CHUNK])
            yield from self._select([*conditions, chunk], "ORDER BY f.case_id, f.version")

    def _by_position(self, after: int, limit: int | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        conditions: list[tuple[str, Any]] = [("f.position > {}", after)]
        if then is not None:
            conditions.append((f"f.{axis}_at <= {{}}", then))
        yield from self._select(conditions, "ORDER BY f.position" + (f" LIMIT {int(limit)}" if limit is not None else ""))

    def _select(self, conditions: list[tuple[str, Any]], tail: str) -> Iterator[Stored]:
        where, parameters = self._where(conditions)
        with self.database.read() as transaction:
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
        row, text, redacted = Row._make(columns[:13]), columns[13], columns[14] is not None
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
        with self.database.read() as transaction:
            rows = transaction.rows(f"{self._sql.texts_of} WHERE case_id = {self._sql.p}", (case_id,))
        return {row[1]: Text(*row) for row in rows}

    def _raw(self) -> Iterator[tuple[Head | None, list[Row], dict[int, Text]]]:
        mine: tuple[Any, ...] = () if self.authority is None else (self.authority,)
        owned = f" WHERE h.authority = {self._sql.p}" if mine else ""
        within = (
            f" WHERE case_id IN (SELECT h.case_id FROM {self.names.heads} h WHERE h.authority = {self._sql.p})"
            if mine
            else ""
        )
        where, _ = self._where([])
        with self.database.read() as transaction:
            self._one_snapshot(transaction)
            streams = (
                transaction.stream(f"{self._sql.select_head}{owned} ORDER BY h.case_id", mine, _CHUNK),
                transaction.stream(f"{self._sql.select}{where} ORDER BY f.case_id, f.version", mine, _CHUNK),
                transaction.stream(f"{self._sql.texts_of}{within} ORDER BY case_id, version", mine, _CHUNK),
            )
            groups = [groupby(stream, key=itemgetter(0)) for stream in streams]
            fronts = [_next(group) for group in groups]
            while any(front is not None for front in fronts):
                case_id = min(front[0] for front in fronts if front is not None)
                found: list[list[Any]] = []
                for index, front in enumerate(fronts):
                    if front is not None and front[0] == case_id:
                        found.append(front[1])
                        fronts[index] = _next(groups[index])
                    else:
                        found.append([])
                heads, rows, texts = found
                yield (
                    Head(*heads[0]) if heads else None,
                    [Row._make(row[:13]) for row in rows],
                    {row[1]: Text(*row) for row in texts},
                )

    def _one_snapshot(self, transaction: Transaction) -> None:
        """Let every statement of this read see the same moment, where the host has not settled that already."""
        if self.database.engine is None:
            return
        if self.backend == "postgresql":
            transaction.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        elif not transaction.raw.in_transaction:
            transaction.run("BEGIN")

    def _positions(self) -> list[Break]:
        with self.database.read() as transaction:
            counted, highest, last = transaction.rows(
                f"SELECT COUNT(*), COALESCE(MAX(position), 0), (SELECT last FROM {self.names.counter}) "
                f"FROM {self.names.facts}"
            )[0]
        if counted == highest == last:
            return []
        message = f"there are {counted} facts, the highest position is {highest}, and {last} positions were given out"
        return [Break("positions", "", 0, f"{message}: facts were taken away, or put in beside the counter")]

    def stats(self) -> Stats:
        heads, facts, texts = self.names.heads, self.names.facts, self.names.texts
        mine: tuple[Any, ...] = () if self.authority is None else (self.authority,)
        owned = f" WHERE authority = {self._sql.p}" if mine else ""
        within = f" WHERE case_id IN (SELECT case_id FROM {heads}{owned})" if mine else ""
        with self.database.read() as transaction:
            authorities = dict(
                transaction.rows(f"SELECT authority, COUNT(*) FROM {heads}{owned} GROUP BY authority ORDER BY 1", mine)
            )
            count, last, first_at, last_at = transaction.rows(
                f"SELECT COUNT(*), COALESCE(MAX(position), 0), MIN(stored_at), MAX(stored_at) FROM {facts}{within}", mine
            )[0]
            said, redacted = transaction.rows(f"SELECT COUNT(*), COUNT(redacted_at) FROM {texts}{within}", mine)[0]
            size = self._size(transaction)
            revision = transaction.rows(f"SELECT version_num FROM {self.names.schema_version}")[0][0]
        return Stats(
            cases=sum(authorities.values()),
            facts=count,
            last_position=last,
            texts=said,
            redacted=redacted,
            first_stored_at=_shown(first_at),
            last_stored_at=_shown(last_at),
            size_bytes=size,
            authorities=authorities,
            schema=revision,
            backend=self.backend,
        )

    def _size(self, transaction: Transaction) -> int:
        if self.backend == "postgresql":
            tables = ", ".join(f"('{self.names.qualify(self.names.prefix + table)}')" for table in ("facts", "heads", "texts"))
            sized = f"SELECT SUM(pg_total_relation_size(name::regclass)) FROM (VALUES {tables}) AS t(name)"
            return int(transaction.rows(sized)[0][0])
        file = transaction.rows("PRAGMA database_list")[0][2]
        return sum(path.stat().st_size for path in (Path(file), Path(f"{file}-wal")) if path.exists())


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows as one list per column, as PostgreSQL's unnest takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


def _next(groups: Iterator[tuple[Any, Iterator[Any]]]) -> tuple[str, list[Any]] | None:
    for key, group in groups:
        return key, list(group)
    return None


def _shown(instant: Any) -> str | None:
    return instant if instant is None or isinstance(instant, str) else instant_text(instant)
