"""The portable store as it is read: by SQLAlchemy's statements, through a Connection, whatever the database.

Nothing is streamed by the driver, since not every driver can: what is long is read by parts, in the order of a key, all
of one moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, func, select

from ehcp_flow.facts import Fact
from ehcp_flow.readers.text_lines import UNFIT
from ehcp_flow.store.base import Axis, Store
from ehcp_flow.store.chain import seal_import
from ehcp_flow.store.errors import StoreCorrupt
from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text, Tombstone, fact_of
from ehcp_flow.store.planning import Command, Stored
from ehcp_flow.store.portable_database import PortableDatabase
from ehcp_flow.store.portable_statements import PortableStatements
from ehcp_flow.store.portable_tables import StoreTables
from ehcp_flow.store.protection import unprotected
from ehcp_flow.store.results import ImportState, Stats
from ehcp_flow.store.scanning import import_breaks, places_of, position_breaks
from ehcp_flow.store.store_files import with_what_lies_beside
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.verifying import Break
from ehcp_flow.store.whose_case import Scope

__all__ = ["PortableReads"]

_CASES: Final = 200
_FACTS: Final = 2_000
_NAMED: Final = 500
"""So many values a statement names: SQL Server takes no more than 2,100."""
_COLUMNS: Final = len(FactRow._fields)


class _Range(NamedTuple):
    """The ids above `low` and up to `high`; None: without end."""

    low: str | None
    high: str | None


class PortableReads(Store):
    """What is read of facts in any database that SQLAlchemy speaks to; `PortableStore` writes them."""

    def __init__(self, database: PortableDatabase, names: Names, **options: Any) -> None:
        super().__init__(**options)
        names.fit(database.dialect)
        self.database = database
        self.names = names
        self.backend = database.dialect
        self.tables = StoreTables(names)
        self._sql = PortableStatements(self.tables, database.sql)

    @property
    def files(self) -> tuple[str, ...]:
        """The files of a SQLite database, and those that SQLite keeps beside it."""
        if self.backend != "sqlite":
            return ()
        with self.database.read() as connection:
            paths = [str(path) for _, _, path in connection.exec_driver_sql("PRAGMA database_list") if path]
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
            with held.read() as connection:  # the moment is that of the first statement that looks at anything
                connection.execute(self._sql.counted).all()
            yield shown

    def _settled(self) -> AbstractContextManager[Store]:
        return nullcontext(self) if self.database.engine is None else self.snapshot()

    def _import_state(self, source: str) -> ImportState:
        with self.database.read() as connection:
            row = connection.execute(self._sql.imports(self.tables.imports.c.source == source)).first()
        if row is None:
            return ImportState()
        found = ImportRow(*row)
        if seal_import(found) != found.seal:
            raise StoreCorrupt(f"what is remembered of the import of {found.name or found.source}", "it was edited")
        return ImportState(found.rows_read, found.taken, found.duplicates, found.refused, bool(found.finished))

    def _stored(self, case_id: str) -> list[Stored]:
        with self.database.read() as connection:
            return self._load(connection, case_id)

    def _load(self, connection: Connection, case_id: str, *, writes: bool = False) -> list[Stored]:
        if UNFIT.search(case_id):
            return []
        facts = self.tables.facts.c
        asked = self._sql.facts(facts.case_id == case_id, authority=self.authority, writes=writes)
        rows = connection.execute(asked.order_by(facts.version)).all()
        return [self._read(row) for row in rows if row[0] == case_id]

    def _by_case(self, case_ids: Iterable[str] | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        facts = self.tables.facts.c
        known = () if then is None else (facts[f"{axis}_at"] <= then,)
        wanted = None if case_ids is None else sorted({each for each in case_ids if not UNFIT.search(each)})
        with self.database.read(several=True) as connection:
            parts = (
                (_within(facts.case_id, each) for each in self._ranges(connection))
                if wanted is None
                else _among(facts.case_id, wanted)
            )
            for part in parts:
                asked = self._sql.facts(part, *known, authority=self.authority)
                for row in connection.execute(asked.order_by(facts.case_id, facts.version)).all():
                    yield self._read(row)

    def _by_position(self, after: int, limit: int | None, then: str | None, axis: Axis) -> Iterator[Stored]:
        facts = self.tables.facts.c
        known = () if then is None else (facts[f"{axis}_at"] <= then,)
        left = limit
        with self.database.read(several=True) as connection:
            while left is None or left > 0:
                some = _FACTS if left is None else min(left, _FACTS)
                asked = self._sql.facts(facts.position > after, *known, authority=self.authority)
                rows = connection.execute(asked.order_by(facts.position).limit(some)).all()
                for row in rows:
                    yield self._read(row)
                if len(rows) < some:
                    return
                after = rows[-1][_COLUMNS - 1]
                left = None if left is None else left - some

    def _ranges(self, connection: Connection) -> Iterator[_Range]:
        """Yield stretches of ids that together leave none out, some cases each, in order."""
        heads = self.tables.heads.c
        low: str | None = None
        while True:
            asked = select(heads.case_id).order_by(heads.case_id).limit(_CASES)
            found = connection.execute(asked if low is None else asked.where(heads.case_id > low)).scalars().all()
            high = found[-1] if len(found) == _CASES else None  # the last has what has no head, too
            yield _Range(low, high)
            if high is None:
                return
            low = high

    def _read(self, columns: Sequence[Any]) -> Stored:
        row, text, redacted = FactRow._make(columns[:_COLUMNS]), columns[_COLUMNS], columns[_COLUMNS + 1] is not None
        return Stored(row, text, redacted, fact_of(row, text, redacted, self.upcasters))

    def _heads_of(self, connection: Connection, case_ids: Collection[str], *, writes: bool = False) -> dict[str, Head]:
        found: dict[str, Head] = {}
        for part in _among(self.tables.heads.c.case_id, sorted(each for each in case_ids if "\x00" not in each)):
            found |= {row[0]: Head(*row) for row in connection.execute(self._sql.heads(part, writes=writes))}
        return {case_id: head for case_id, head in found.items() if case_id in case_ids}

    def _keyed(self, connection: Connection, commands: Sequence[Command]) -> dict[tuple[str, str], Stored]:
        facts = self.tables.facts.c
        found: dict[tuple[str, str], Stored] = {}
        for command in commands:
            if command.key is not None and "\x00" not in command.key:
                asked = self._sql.facts(facts.case_id == command.case_id, facts.key == command.key, writes=True)
                for row in connection.execute(asked).all():
                    stored = self._read(row)
                    found[stored.row.case_id, str(stored.row.key)] = stored
        return found

    def _known(self, connection: Connection, case_ids: Collection[str], *, writes: bool) -> dict[str, list[Stored]]:
        facts = self.tables.facts.c
        found: dict[str, list[Stored]] = {}
        for part in _among(facts.case_id, sorted(case_ids)):
            asked = self._sql.facts(part, writes=writes).order_by(facts.case_id, facts.version)
            for case_id, group in groupby(connection.execute(asked).all(), key=itemgetter(0)):
                found[case_id] = [self._read(row) for row in group]
        return found

    def _named(self, connection: Connection, names: Collection[str], *, writes: bool = False) -> list[tuple[Fact, str]]:
        """Return the facts of these names that the store holds, each with the authority of its case."""
        facts = self.tables.facts.c
        found: list[Fact] = []
        for part in _among(facts.name, sorted(name for name in names if not UNFIT.search(name))):
            asked = self._sql.facts(part, writes=writes).order_by(facts.position)
            found += [self._read(row).fact for row in connection.execute(asked).all()]
        heads = self._heads_of(connection, {fact.case_id for fact in found}, writes=writes)
        owned = [(fact, heads[fact.case_id].authority) for fact in found if fact.case_id in heads]
        return [
            (fact, owner)
            for fact, owner in owned
            if fact.fact_id in names and (self.scope is None or owner in self.scope)
        ]

    def _tombstones(self) -> list[Tombstone]:
        with self.database.read() as connection:
            asked = self._sql.tombstones(authority=self.authority)
            return [Tombstone(*row) for row in connection.execute(asked)]

    def _erased_among(
        self, connection: Connection, case_ids: Collection[str], *, writes: bool = False
    ) -> dict[str, Tombstone]:
        """Return what is left of those among some cases that were erased."""
        found: dict[str, Tombstone] = {}
        for part in _among(self.tables.erased.c.case_id, sorted(case_ids)):
            for row in connection.execute(self._sql.tombstones(part, writes=writes)):
                found[row[0]] = Tombstone(*row)
        return found

    def _texts(self, case_id: str) -> dict[int, Text]:
        with self.database.read() as connection:
            return self._texts_in(connection, case_id)

    def _texts_in(self, connection: Connection, case_id: str, *, writes: bool = False) -> dict[int, Text]:
        asked = self._sql.texts(self.tables.texts.c.case_id == case_id, writes=writes)
        return {row[1]: Text(*row) for row in connection.execute(asked) if row[0] == case_id}

    def _raw(self) -> Iterator[tuple[Head | None, list[FactRow], dict[int, Text]]]:
        t, mine = self.tables, self.authority
        with self.database.read(several=True) as connection:
            for part in self._ranges(connection):
                within = _within(t.heads.c.case_id, part)
                heads = {row[0]: Head(*row) for row in connection.execute(self._sql.heads(within, authority=mine))}
                within = _within(t.facts.c.case_id, part)
                facts: dict[str, list[FactRow]] = {}
                asked = self._sql.facts(within, authority=mine).order_by(t.facts.c.case_id, t.facts.c.version)
                for row in connection.execute(asked):
                    facts.setdefault(row[0], []).append(FactRow._make(row[:_COLUMNS]))
                texts: dict[str, dict[int, Text]] = {}
                within = _within(t.texts.c.case_id, part)
                for row in connection.execute(self._sql.texts(within, authority=mine)):
                    texts.setdefault(row[0], {})[row[1]] = Text(*row)
                for case_id in sorted({*heads, *facts, *texts}):
                    yield heads.get(case_id), facts.get(case_id, []), texts.get(case_id, {})

    def _beside(self, scope: Scope | None) -> Iterator[Break]:
        with self.database.read(several=True) as connection:
            if scope is None:
                counted, highest, total = connection.execute(self._sql.positions()).one()
                last = connection.execute(self._sql.counted).scalar()
                erased = places_of(connection.execute(select(self.tables.erased.c.positions)).scalars())
                yield from position_breaks(counted, highest, int(total), last, erased)
            remembered = connection.execute(self._sql.imports().order_by(self.tables.imports.c.source)).all()
            yield from import_breaks(map(ImportRow._make, remembered), scope)
            yield from unprotected(self.backend, lambda asked: connection.exec_driver_sql(asked).all(), self.names)

    def case_ids(self, *, after: str = "") -> Iterator[str]:
        """Yield the id of each case in order, from the first behind `after` on."""
        if UNFIT.search(after):
            return
        heads = self.tables.heads.c
        behind = (heads.case_id > after,) if after else ()  # Oracle takes an empty text for none
        with self.database.read(several=True) as connection:
            for part in self._ranges(connection):
                within = _within(heads.case_id, part)
                asked = self._sql.heads(within, *behind, authority=self.authority).order_by(heads.case_id)
                yield from [str(row[0]) for row in connection.execute(asked)]

    def stats(self) -> Stats:
        """Return how large the store is; its size in bytes is that of what facts and texts hold."""
        t, mine = self.tables, self.authority
        facts, texts = t.facts.c, t.texts.c
        length: Any = func.len if self.backend == "mssql" else func.length
        instants = func.coalesce(func.max(facts.position), 0), func.min(facts.stored_at), func.max(facts.stored_at)
        bodies, said = (func.sum(length(each)) for each in (facts.body, texts.text))
        with self.database.read(several=True) as connection:
            owners = connection.execute(self._sql.owners(mine)).all()
            counted = connection.execute(self._sql.sizes(t.facts, *instants, bodies, authority=mine)).one()
            written = connection.execute(
                self._sql.sizes(t.texts, func.count(texts.redacted_at), said, authority=mine)
            ).one()
            revision = connection.execute(select(t.schema_version.c.version_num)).scalar_one()
        authorities = dict(sorted((str(owner), int(count)) for owner, count in owners))
        return Stats(
            cases=sum(authorities.values()),
            facts=counted[0],
            last_position=counted[1],
            texts=written[0],
            redacted=written[1],
            first_stored_at=counted[2],
            last_stored_at=counted[3],
            size_bytes=int(counted[4] or 0) + int(written[2] or 0),
            authorities=authorities,
            schema=revision,
            backend=self.backend,
        )


def _among(column: Any, values: Sequence[str]) -> Iterator[Any]:
    """Yield conditions that a column is one of some values, in order, none of which names too many."""
    for at in range(0, len(values), _NAMED):
        yield column.in_(values[at : at + _NAMED])


def _within(column: Any, part: _Range) -> Any:
    """Return the condition that a column of ids lies within a stretch of them."""
    bounds = [] if part.low is None else [column > part.low]
    return and_(True, *bounds, *([] if part.high is None else [column <= part.high]))  # noqa: FBT003 - SQLAlchemy's
