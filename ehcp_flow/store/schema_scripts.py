"""The store's tables on paper: the SQL that makes or upgrades them, for who runs no program against a database.

On SQLite and PostgreSQL it is what the migrations send, taken down in Alembic's offline mode; elsewhere, the tables as
`portable_tables` describes them.
"""

from __future__ import annotations

from io import StringIO
from typing import Any, Final

from sqlalchemy import Dialect, insert, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from ehcp_flow.store.errors import StoreURLError
from ehcp_flow.store.portable_tables import MIGRATED, SPOKEN, StoreTables
from ehcp_flow.store.revisions import REVISION
from ehcp_flow.store.role_guards import apply, guards
from ehcp_flow.store.schema import taken_down
from ehcp_flow.store.table_names import Names

__all__ = ["dialect_called", "schema_sql"]

_ON_PAPER: Final = ("3", "4")
"""The schemas from which an upgrade needs nothing of what is in the tables."""


def schema_sql(dialect: str, *, schema: str | None = None, prefix: str = "ehcp_", since: str | None = None) -> str:
    """Return the SQL that makes the store's tables, as a script for the database's own shell.

    `dialect` is `sqlite`, `postgresql`, `mssql` (SQL Server), `mysql`, `mariadb` or `oracle`. `since` is the schema
    that there is already, 3 or 4: from an older one an upgrade works out what follows from the facts, which
    `upgrade_store` alone does. On PostgreSQL without a `schema`, it is for the schema `public`. Raises StoreURLError
    for another dialect, another `since`, or a schema on SQLite.
    """
    if dialect not in SPOKEN:
        raise StoreURLError(dialect, f"the store speaks {', '.join(SPOKEN)}")
    if since is not None and (since not in _ON_PAPER or dialect not in MIGRATED):
        known = f"{' or '.join(_ON_PAPER)}, and on {' or '.join(MIGRATED)} alone"
        raise StoreURLError(dialect, f"an upgrade is written down from schema {known}; else run upgrade_store")
    names = Names(prefix, schema)
    names.fit(dialect)
    if dialect not in MIGRATED:
        return _as_described(names, dialect_called(dialect))
    written = StringIO()
    # What a migration and the guards ask of a connection, paper answers.
    paper: Any = _Paper(dialect_called(dialect), names.schema or "public", written)
    if names.schema and since is None:
        paper.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {names.schema}")
    taken_down(paper, names, written, since)
    if dialect == "postgresql":
        apply(paper, guards(paper, names))
    return written.getvalue()


def dialect_called(name: str) -> Dialect:
    """Return one of SQLAlchemy's dialects, without its driver, and so without what that has written twice."""
    kind: Any = make_url("postgresql+psycopg://" if name == "postgresql" else f"{name}://").get_dialect()
    made: Dialect = kind(paramstyle="named")
    return made


def _as_described(names: Names, dialect: Dialect) -> str:
    tables = StoreTables(names)
    made: list[Any] = []
    for table in tables.metadata.sorted_tables:
        made += [
            CreateTable(table),
            *(CreateIndex(index) for index in sorted(table.indexes, key=lambda it: str(it.name))),
        ]
    made += [insert(tables.counter).values(one=1, last=0), insert(tables.schema_version).values(version_num=REVISION)]
    literal = {"literal_binds": True}
    said = [str(each.compile(dialect=dialect, compile_kwargs=literal)).strip() for each in made]
    return ";\n\n".join(said) + ";\n"


class _Paper:
    """What stands for a connection to a new store: it finds nothing, and what is sent is written down."""

    def __init__(self, dialect: Dialect, home: str, written: StringIO) -> None:
        self.dialect = dialect
        self._home = home
        self._written = written

    def exec_driver_sql(self, statement: str) -> _Nothing:
        """Write a statement down, unless it asks."""
        if not statement.startswith("SELECT"):
            self._written.write(f"{statement};\n\n")
        return _Nothing(self._home)

    def execute(self, statement: Any, _parameters: Any = None) -> _Nothing:
        """The same; what has parameters is asked, or says something of rows, of which there are none."""
        return self.exec_driver_sql(str(statement))


class _Nothing:
    """The answer: no row, but the schema in which a table lies."""

    def __init__(self, home: str) -> None:
        self._home = home

    def all(self) -> list[Any]:
        """No row."""
        return []

    def scalar_one(self) -> str:
        """The schema."""
        return self._home
