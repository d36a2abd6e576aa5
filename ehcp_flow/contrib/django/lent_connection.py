"""Django's own connection to a database, as SQLAlchemy sees it: the store writes on it, and Django begins and ends it.

A dialect of SQLAlchemy whose connections are lent: nothing of it begins, commits, rolls back, closes or sets up one.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.db import connections
from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from ehcp_flow.store.errors import StoreURLError

__all__ = ["LentPostgreSQL", "LentSQLite", "lent_connection"]

_SPOKEN: Final = {("sqlite", "sqlite3"), ("postgresql", "psycopg")}
"""What Django calls a database, and the driver that it talks to it by."""


class _Lent:
    def do_begin(self, _raw: Any) -> None:
        """Nothing: Django began the transaction."""

    do_commit = do_rollback = do_close = do_begin

    def on_connect(self) -> Any:
        """Nothing: Django set the connection up."""


class LentSQLite(_Lent, SQLiteDialect_pysqlite):
    """SQLite, lent."""

    supports_statement_cache = True


class LentPostgreSQL(_Lent, PGDialect_psycopg):
    """PostgreSQL, lent."""

    supports_statement_cache = True


registry.register("sqlite.ehcp_lent", __name__, "LentSQLite")
registry.register("postgresql.ehcp_lent", __name__, "LentPostgreSQL")


def lent_connection(alias: str) -> Connection:
    """Return this thread's connection of Django, as SQLAlchemy's. It is Django's to end.

    Raises StoreURLError for a database that the store does not speak: it speaks PostgreSQL by psycopg 3, and SQLite.
    """
    vendor, driver = connections[alias].vendor, connections[alias].Database.__name__
    if (vendor, driver.partition(".")[0]) not in _SPOKEN:
        raise StoreURLError(
            f"{vendor}+{driver}", f"the database {alias!r} has to be SQLite, or PostgreSQL by psycopg 3"
        )
    connections[alias].ensure_connection()
    return _engine(alias, vendor).connect()


@cache
def _engine(alias: str, vendor: str) -> Engine:
    return create_engine(f"{vendor}+ehcp_lent://", creator=lambda: connections[alias].connection, poolclass=NullPool)
