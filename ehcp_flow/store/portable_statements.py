"""What the portable store sends, as SQLAlchemy's statements: for one dialect and one set of names.

Whoever writes takes a turn: the counter's row is locked first and until the commit, so that of all writers one is at
work, and nobody can wait for somebody who waits for them. On PostgreSQL, where the store of `sql.py` may write beside
this one, heads are locked before the counter, as it does. SQL Server has no FOR UPDATE, and SQLAlchemy drops it there
without a word: the rows are locked by a hint. What a writer reads behind the lock has to be what was committed last: on
MySQL and MariaDB, where a transaction sees what was there when it first looked, it is read with a lock as well.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Dialect, Select, Table, and_, bindparam, delete, func, insert, literal_column, select, update

from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text, Tombstone
from ehcp_flow.store.portable_tables import GENERATED, StoreTables

__all__ = ["PortableStatements"]

_LOCKED: Final = "WITH (UPDLOCK, HOLDLOCK)"


class PortableStatements:
    """The statements; those that are methods take what they ask about.

    Every SELECT of facts gives the columns of `FactRow`, then the free text and when it was redacted.
    """

    def __init__(self, tables: StoreTables, dialect: Dialect) -> None:
        self._t = t = tables
        self._dialect = dialect.name
        facts = [column for column in t.facts.c if column.name != "name" or dialect.name not in GENERATED]
        self.names_by_itself = dialect.name in GENERATED
        self.insert_facts = insert(t.facts).values({column.name: bindparam(column.name) for column in facts})
        self.insert_texts = insert(t.texts).values({name: bindparam(name) for name in Text._fields[:4]})
        self.insert_heads = insert(t.heads)
        self.insert_tombstone = insert(t.erased)
        self.insert_import = insert(t.imports)
        self.move_heads = (
            update(t.heads)
            .where(t.heads.c.case_id == bindparam("of_case"))
            .values({name: bindparam(name) for name in Head._fields[1:]})
        )
        self.move_import = (
            update(t.imports)
            .where(t.imports.c.source == bindparam("of_source"))
            .values({name: bindparam(name) for name in ImportRow._fields[1:]})
        )
        self.move_counter = update(t.counter).where(t.counter.c.one == 1).values(last=bindparam("new_last"))
        self.redact = (
            update(t.texts)
            .where(
                t.texts.c.case_id == bindparam("of_case"),
                t.texts.c.version == bindparam("of_version"),
                t.texts.c.text.is_not(None),
            )
            .values(
                salt=None, text=None, redacted_at=bindparam("redacted_at"), redacted_by=bindparam("redacted_by"),
                redaction=bindparam("redaction"), act=bindparam("act"),
            )
        )  # fmt: skip
        self.erase = tuple(
            delete(table).where(table.c.case_id == bindparam("of_case")) for table in (t.texts, t.facts, t.heads)
        )
        self.counter = self._locked(select(t.counter.c.last).where(t.counter.c.one == 1), t.counter)
        self.counted = select(t.counter.c.last).where(t.counter.c.one == 1)

    def lock_heads(self, case_ids: Collection[str]) -> Select[Any] | None:
        """Return what locks the heads of cases where others lock them before the counter, None where nobody does."""
        if self._dialect != "postgresql":
            return None
        heads = self._t.heads.c
        return select(heads.case_id).where(heads.case_id.in_(case_ids)).order_by(heads.case_id).with_for_update()

    def facts(self, *where: Any, authority: str | None = None, writes: bool = False) -> Select[Any]:
        """Return the SELECT of facts, of one authority if that is named; `writes` is behind the lock of a writer."""
        t = self._t
        facts, texts = t.facts.c, t.texts.c
        beside = and_(texts.case_id == facts.case_id, texts.version == facts.version)
        from_ = t.facts.outerjoin(t.texts, beside)
        if authority is not None:
            from_ = from_.join(t.heads, t.heads.c.case_id == facts.case_id)
            where = (t.heads.c.authority == authority, *where)
        columns = [facts[name] for name in FactRow._fields]
        return self._current(select(*columns, texts.text, texts.redacted_at).select_from(from_).where(*where), writes)

    def heads(self, *where: Any, authority: str | None = None, writes: bool = False) -> Select[Any]:
        """Return the SELECT of heads, of one authority if that is named."""
        heads = self._t.heads.c
        mine = () if authority is None else (heads.authority == authority,)
        return self._current(select(*(heads[name] for name in Head._fields)).where(*mine, *where), writes)

    def texts(self, *where: Any, authority: str | None = None, writes: bool = False) -> Select[Any]:
        """Return the SELECT of free texts, of one authority if that is named."""
        t = self._t
        chosen = select(*(t.texts.c[name] for name in Text._fields)).where(*where)
        if authority is not None:
            owned = select(t.heads.c.case_id).where(t.heads.c.authority == authority)
            chosen = chosen.where(t.texts.c.case_id.in_(owned))
        return self._current(chosen, writes)

    def tombstones(self, *where: Any, authority: str | None = None, writes: bool = False) -> Select[Any]:
        """Return the SELECT of what is left of cases, of one authority if that is named."""
        erased = self._t.erased.c
        mine = () if authority is None else (erased.authority == authority,)
        return self._current(select(*(erased[name] for name in Tombstone._fields)).where(*mine, *where), writes)

    def imports(self, *where: Any) -> Select[Any]:
        """Return the SELECT of what is remembered of imports."""
        imports = self._t.imports.c
        return select(*(imports[name] for name in ImportRow._fields)).where(*where)

    def positions(self) -> Select[Any]:
        """Return what counts the facts, and gives the highest position and the sum of all."""
        position = self._t.facts.c.position
        return select(func.count(), func.coalesce(func.max(position), 0), func.coalesce(func.sum(position), 0))

    def owners(self, authority: str | None) -> Select[Any]:
        """Return what counts the cases of each authority."""
        heads = self._t.heads.c
        counted = select(heads.authority, func.count()).group_by(heads.authority)
        return counted if authority is None else counted.where(heads.authority == authority)

    def sizes(self, table: Table, *columns: Any, authority: str | None) -> Select[Any]:
        """Return what counts the rows of a table and works out `columns`; of one authority if that is named."""
        heads = self._t.heads.c
        found = select(func.count(literal_column("1")), *columns).select_from(table)
        if authority is None:
            return found
        return found.where(table.c.case_id.in_(select(heads.case_id).where(heads.authority == authority)))

    def _locked(self, statement: Select[Any], table: Table) -> Select[Any]:
        """Return a SELECT whose rows are locked until the commit, as the database has it."""
        if self._dialect == "mssql":
            return statement.with_hint(table, _LOCKED, "mssql")
        return statement.with_for_update()

    def _current(self, statement: Select[Any], writes: bool) -> Select[Any]:  # noqa: FBT001 - as it is asked
        """Return a SELECT that sees what was committed last, where a writer needs that said."""
        if writes and self._dialect in ("mysql", "mariadb"):
            return statement.with_for_update(read=True)
        return statement
