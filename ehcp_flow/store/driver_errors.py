"""What the databases' own errors mean, and SQLAlchemy's."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

from sqlalchemy import exc

from ehcp_flow.store.errors import (
    AppendOnly,
    ConnectionLost,
    HostUnusable,
    OutcomeUnknown,
    SchemaMissing,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnavailable,
    TooManyConnections,
    WrongAuthority,
)

__all__ = ["explain_error"]

_LOST: Final = ("08", "57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04")
_LOCKED: Final = ("40001", "40P01", "55P03", "57014")
_TOO_MANY: Final = re.compile("too many (connections|clients)|connection slots are reserved")
_NUMBER: Final = re.compile(r"(?:ORA-|\(|\[|^)([0-9]{3,5})\b|\b(08S01|08001|HYT00|42S02)\b")
_LOST_BY: Final = frozenset(
    ["2006", "2013", "2055", "1927", "08S01", "08001", "03113", "03114", "03135", "12541", "12537", "12547"]
)
_BY_NUMBER: Final[dict[type[Exception], frozenset[str]]] = {
    StoreLocked: frozenset(["1205", "1213", "1222", "1020", "3572", "HYT00", "00054", "00060", "08177", "30006"]),
    StoreFull: frozenset(["1021", "1114", "1105", "9002", "01653", "01654", "30036"]),
    StoreReadOnly: frozenset(["1290", "1792", "1836", "3906", "01456", "16000"]),
    TooManyConnections: frozenset(["1040", "1203", "1226", "00018", "00020"]),
    SchemaMissing: frozenset(["1146", "208", "42S02", "00942"]),
}
"""By the numbers of MySQL and MariaDB, SQL Server (or its ODBC driver's states), and Oracle."""
_ANY_MOMENT: Final = "the database system is"
"""... starting up, shutting down, in recovery mode."""
_HOST: Final = {
    "25P02": "a statement failed in its transaction, which takes no more: roll back, or back to a savepoint",
    "34000": "it ended its transaction while this read was still going through it",
    "25P01": "it is in AUTOCOMMIT, where this read cannot be of one moment",
}


def explain_error(  # noqa: PLR0911 - one answer for each kind
    error: BaseException | None, *, committing: bool = False, where: str = ""
) -> BaseException:
    """Return the store's error for a driver's or SQLAlchemy's; anything else is returned as it is.

    `where` is the file or the server, as far as it is known.
    """
    if error is None or isinstance(error, StoreError):
        return error or StoreUnavailable("no detail")
    if isinstance(error, exc.DBAPIError):
        known = explain_error(error.orig, committing=committing, where=where)
        return known if isinstance(known, StoreError) else _by_number(error, known, committing=committing)
    if isinstance(error, exc.TimeoutError):
        return TooManyConnections(" ".join(str(error).split("(Background")[0].split()))
    if isinstance(error, (exc.InvalidRequestError, exc.ResourceClosedError)):
        return HostUnusable(" ".join(str(error).split("(Background")[0].split()))
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, f"{where}: " if where else "")
    if type(error).__module__.startswith(("psycopg", "asyncpg", "sqlalchemy.dialects.postgresql")):
        return _postgresql(error, committing=committing)
    return error


def _by_number(error: exc.DBAPIError, known: BaseException, *, committing: bool) -> BaseException:
    """Return what an error means by the number that MySQL, MariaDB, SQL Server and Oracle give it, or as it is known.

    The number stands by itself, in brackets, or behind ORA-, as the driver has it.
    """
    detail = " ".join(str(error.orig).split())
    numbers = {number or state for number, state in _NUMBER.findall(detail)}
    if error.connection_invalidated or numbers & _LOST_BY:
        return OutcomeUnknown(detail) if committing else ConnectionLost(detail)
    for kind, theirs in _BY_NUMBER.items():
        if numbers & theirs:
            return SchemaMissing("of the store") if kind is SchemaMissing else kind(detail)
    return StoreUnavailable(detail) if isinstance(error, (exc.OperationalError, exc.InterfaceError)) else known


def _sqlite(error: sqlite3.Error, where: str) -> Exception:  # noqa: PLR0911 - one answer for each thing that can be wrong
    said = str(error)
    detail = f"{where}{said}"
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "is locked" in said:
        return StoreLocked(detail)
    if name.startswith("SQLITE_READONLY"):
        return StoreReadOnly(detail)
    if name.startswith("SQLITE_FULL") or "is full" in said:
        return StoreFull(detail)
    if name.startswith("SQLITE_IOERR"):
        return StoreFull(detail) if name in ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC") else StoreUnavailable(detail)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in said or "decode to UTF-8" in said:
        return StoreCorrupt("the SQLite file", said)
    if "append-only" in said:
        return AppendOnly(said.removeprefix("append-only: "))
    if "no such table" in said:
        return SchemaMissing("of the store")
    if isinstance(error, sqlite3.OperationalError) or "closed database" in said:
        return StoreUnavailable(detail)
    return error


def _postgresql(  # noqa: PLR0911 - one answer for each thing that can be wrong
    error: BaseException, *, committing: bool
) -> BaseException:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    detail = " ".join(str(error).split())
    kind = type(error).__name__
    if not state and "connection failed:" in detail and "FATAL:" in detail and _ANY_MOMENT not in detail:
        # The server is there and will not have us; psycopg does not say by which of its codes.
        return TooManyConnections(detail) if _TOO_MANY.search(detail) else StoreUnavailable(detail)
    if state.startswith(_LOST) or (not state and kind in ("OperationalError", "InterfaceError", "ConnectionTimeout")):
        return OutcomeUnknown(detail) if committing else ConnectionLost(detail)
    if state in _LOCKED:
        return StoreLocked(detail)
    if state == "25006":
        return StoreReadOnly(detail)
    if state in _HOST:
        return HostUnusable(_HOST[state])
    if state == "53300":
        return TooManyConnections(detail)
    if state.startswith("53"):
        return StoreFull(detail) if state in ("53100", "53200") else StoreUnavailable(detail)
    if state == "EF001":
        return AppendOnly(detail.split("append-only: ")[-1].split(" CONTEXT")[0])
    if state.startswith("XX00"):
        return StoreCorrupt("the PostgreSQL database", detail)
    if state == "42P01":
        return SchemaMissing("of the store")
    if state == "EF002" or (state == "42501" and "row-level security" in detail):
        return WrongAuthority("(refused by the database)", "of this database role")
    if kind == "OperationalError" or state == "42501":
        return StoreUnavailable(detail)
    return error
