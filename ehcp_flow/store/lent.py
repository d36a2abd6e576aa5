"""A driver's own connection, as SQLAlchemy sees it: the store writes on it, and whoever lent it begins and ends it.

Dialects of SQLAlchemy whose connections are lent: nothing of them begins, commits, rolls back, closes or sets up one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

__all__ = ["Lent", "LentPostgreSQL", "LentSQLite", "is_lent", "lending_engine", "lent"]


class Lent:
    """What a dialect is whose connections are lent."""

    def do_begin(self, _raw: Any) -> None:
        """Nothing: whoever lent it began the transaction."""

    do_commit = do_rollback = do_close = do_begin

    def on_connect(self) -> Any:
        """Nothing: it is set up."""


class LentSQLite(Lent, SQLiteDialect_pysqlite):
    """SQLite, lent."""

    supports_statement_cache = True


class LentPostgreSQL(Lent, PGDialect_psycopg):
    """PostgreSQL, lent."""

    supports_statement_cache = True


registry.register("sqlite.ehcp_lent", __name__, "LentSQLite")
registry.register("postgresql.ehcp_lent", __name__, "LentPostgreSQL")


def is_lent(host: Any) -> bool:
    """Whether it is a connection of one of the drivers whose own connections the store takes."""
    return isinstance(host, sqlite3.Connection) or _is_psycopg(host)


def lent(host: Any) -> Connection:
    """Return a driver's connection as SQLAlchemy's; it is its owner's to begin and to end."""
    return lending_engine("postgresql" if _is_psycopg(host) else "sqlite", lambda: host).connect()


def lending_engine(database: str, give: Callable[[], Any]) -> Engine:
    """Return an engine of which each connection is what `give` gives."""
    return create_engine(f"{database}+ehcp_lent://", creator=give, poolclass=NullPool)


def _is_psycopg(host: Any) -> bool:
    kinds = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(host).__mro__}
    return ("psycopg", "Connection") in kinds
