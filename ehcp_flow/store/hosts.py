"""A host's connection: looked at before each use, so that one that could not keep a fact is refused before."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection

from ehcp_flow.store.driver_errors import explain_error
from ehcp_flow.store.errors import HostUnusable, StoreForked

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

__all__ = ["AnyHost", "Host", "refuse_autocommit"]

AnyHost: TypeAlias = "Engine | Connection | Session | sqlite3.Connection | psycopg.Connection[Any]"
"""What a store is bound to, and what its tables are made by."""


class Host:
    """What gives a host's connection; it belongs to the process in which the store was bound to it."""

    def __init__(self, give: Callable[[], Connection] | None) -> None:
        self._give = give
        self._process = os.getpid()

    def connection(self) -> Connection:
        """Return the host's connection. Raises HostUnusable if it is closed or waits for a rollback."""
        if self._give is None:
            raise AssertionError("the store has no host")
        if os.getpid() != self._process:
            raise StoreForked("the host's connection belongs to the process that opened it")
        try:
            return self._give()
        except Exception as error:
            known = explain_error(error)
            if known is error:
                raise
            raise known from error

    def ready(self, *, writes: bool = False, several: bool = False) -> Connection:
        """Return the host's connection in a transaction that can do what is wanted of it.

        Whoever `writes`, or reads by `several` statements, needs a transaction that is one. Raises HostUnusable if it
        is closed, ended, failed, or in AUTOCOMMIT.
        """
        connection = self.connection()
        try:
            if not connection.in_transaction():
                connection.begin()
            raw: Any = connection.connection.driver_connection
            if writes or several:
                refuse_autocommit(raw)
            # What SQLAlchemy objects to (an inactive savepoint, a block that was left), and what the server does.
            connection.exec_driver_sql("SELECT 1").close()
        except Exception as error:
            known = explain_error(error)
            if known is error:
                raise
            raise known from error
        return connection


def refuse_autocommit(raw: Any, *, ours: bool = False) -> None:
    """Raise HostUnusable if the driver commits each statement by itself, though a transaction was begun.

    With a transaction that is begun and ended on the driver's connection, and so `ours`, SQLite's own is enough.
    """
    if isinstance(raw, sqlite3.Connection):
        # Since Python 3.12 there is a second switch, which makes a commit mean nothing.
        found = getattr(raw, "autocommit", None) is True
        found = found or (not ours and raw.isolation_level is None and not raw.in_transaction)
    else:
        found = raw.autocommit
    if found:
        raise HostUnusable("it is in AUTOCOMMIT, where each statement is kept or lost by itself: give one without it")
