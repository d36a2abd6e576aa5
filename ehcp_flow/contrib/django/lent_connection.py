"""Django's own connection to a database, as SQLAlchemy sees it: the store writes on it, Django begins and ends it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from django.db import connections

from ehcp_flow.store.errors import StoreURLError
from ehcp_flow.store.lent import lending_engine

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["lent_connection"]

_SPOKEN: Final = {("sqlite", "sqlite3"), ("postgresql", "psycopg")}
"""What Django calls a database, and the driver that it talks to it by."""


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
    return lending_engine(vendor, lambda: connections[alias].connection)
