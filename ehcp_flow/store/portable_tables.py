"""The store's tables for SQLAlchemy, with the types that each database has for what they hold.

On SQLite and PostgreSQL the migrations make these tables; here they are only described. On any other database they are
made as they stand here, and what is there follows from `REVISION` as everywhere. Texts are compared by code point,
without regard to how a database would sort words; instants are kept to the microsecond, in UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Dialect, Index, Integer, MetaData, String, Table, Text
from sqlalchemy import types as sa_types
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql

from ehcp_flow.identifiers import LONGEST_ID, LONGEST_NAME
from ehcp_flow.store.fact_rows import instant_text, parse_instant_text
from ehcp_flow.store.table_names import Names

__all__ = ["GENERATED", "MIGRATED", "SPOKEN", "StoreTables"]

MIGRATED: Final = ("sqlite", "postgresql")
"""The databases whose tables the migrations make."""
GENERATED: Final = MIGRATED
"""Those that work out by themselves under which name a source has a fact; elsewhere the store writes it down."""
SPOKEN: Final = (*MIGRATED, "mssql", "mysql", "mariadb", "oracle")
"""The databases whose SQL is known here, by SQLAlchemy's names."""

_DIGEST: Final = 64
_EMPTY: Final = "\x00"
"""What Oracle keeps in the place of an empty text, which it takes for none: no text of the store can hold it."""


class _Word(sa_types.TypeDecorator[str]):
    """A text of at most `length` characters that is compared by code point."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.longest = length

    def load_dialect_impl(self, dialect: Dialect) -> sa_types.TypeEngine[Any]:
        """Return the type that the database has for it."""
        made: sa_types.TypeEngine[Any] = String(self.longest)
        if dialect.name in MIGRATED:
            made = Text()
        elif dialect.name == "mssql":
            # UTF-16: a character beyond the first plane takes two places.
            made = mssql.NVARCHAR(2 * self.longest, collation="Latin1_General_100_BIN2")
        elif dialect.name in ("mysql", "mariadb"):
            made = mysql.VARCHAR(self.longest, charset="utf8mb4", collation=_by_code_point(dialect))
        elif dialect.name == "oracle":
            made = oracle.VARCHAR2(self.longest)
        return dialect.type_descriptor(made)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is sent."""
        return _EMPTY if value == "" and dialect.name == "oracle" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return what was meant."""
        return "" if value == _EMPTY and dialect.name == "oracle" else value


class _Writing(sa_types.TypeDecorator[str]):
    """A text of any length, kept character by character."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa_types.TypeEngine[Any]:
        """Return the type that the database has for it."""
        made: sa_types.TypeEngine[Any] = Text()
        if dialect.name == "mssql":
            made = mssql.NVARCHAR(None, collation="Latin1_General_100_BIN2")
        elif dialect.name in ("mysql", "mariadb"):
            made = mysql.LONGTEXT(charset="utf8mb4", collation=_by_code_point(dialect))
        return dialect.type_descriptor(made)


class _Instant(sa_types.TypeDecorator[str]):
    """An instant, as the store writes it: text in UTC with six decimals."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa_types.TypeEngine[Any]:
        """Return the type that the database has for it."""
        made: sa_types.TypeEngine[Any] = DateTime()
        if dialect.name == "sqlite":
            made = Text()
        elif dialect.name == "postgresql":
            made = postgresql.TIMESTAMP(timezone=True)
        elif dialect.name == "mssql":
            made = mssql.DATETIME2(6)  # type: ignore[no-untyped-call]
        elif dialect.name in ("mysql", "mariadb"):
            made = mysql.DATETIME(fsp=6)
        elif dialect.name == "oracle":
            made = oracle.TIMESTAMP()
        return dialect.type_descriptor(made)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return what is sent."""
        if value is None or dialect.name == "sqlite":
            return value
        instant = parse_instant_text(value)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return it as the store writes it."""
        if not isinstance(value, dt.datetime):
            return value  # type: ignore[no-any-return]
        return instant_text(value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC))


class _Day(sa_types.TypeDecorator[str]):
    """A day, as ISO text."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa_types.TypeEngine[Any]:
        """Return the type that the database has for it."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Return what is sent."""
        return value if value is None or dialect.name == "sqlite" else dt.date.fromisoformat(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return it as the store writes it."""
        return value.isoformat() if isinstance(value, dt.date) else value


class StoreTables:
    """The tables under one set of names; in `metadata` of their own, which is no host's."""

    def __init__(self, names: Names) -> None:
        self.metadata = MetaData(schema=names.schema)
        self._prefix = names.prefix
        self.facts = self._table(
            "facts",
            _word("case_id"), _whole("version"), _whole("schema"), _word("event", 100),
            Column("on", _Day(), nullable=False), _instant("recorded_at"), _instant("stored_at"),
            _word("recorded_by", nullable=True), _word("key", nullable=True), _text("body", nullable=False),
            _word("text_hash", _DIGEST, nullable=True), _word("hash", _DIGEST),
            Column("position", BigInteger, primary_key=True, autoincrement=False),
            _word("name", LONGEST_NAME, nullable=True),
        )  # fmt: skip
        self.texts = self._table(
            "texts",
            _word("case_id", primary_key=True), _whole("version", primary_key=True),
            _word("salt", _DIGEST, nullable=True), _text("text"), _instant("redacted_at", nullable=True),
            _word("redacted_by", nullable=True), _text("redaction"), _whole("act", nullable=True),
        )  # fmt: skip
        self.heads = self._table(
            "heads",
            _word("case_id", primary_key=True), _word("authority", 3), _whole("version"), _word("hash", _DIGEST),
            _instant("stored_at"), _whole("adopted"), _word("trail", _DIGEST), _word("seal", _DIGEST),
        )  # fmt: skip
        self.erased = self._table(
            "erased",
            _word("case_id", primary_key=True), _word("authority", 3), _whole("version"), _word("hash", _DIGEST),
            _word("trail", _DIGEST), _text("positions", nullable=False), _instant("erased_at"),
            _text("erased_by", nullable=False), _text("reason", nullable=False), _word("seal", _DIGEST),
        )  # fmt: skip
        self.counter = self._table(
            "counter",
            Column("one", Integer, primary_key=True, autoincrement=False), Column("last", BigInteger, nullable=False),
        )  # fmt: skip
        self.imports = self._table(
            "imports",
            _word("source", primary_key=True), _text("name", nullable=False),
            *(Column(name, BigInteger, nullable=False) for name in ("rows_read", "taken", "duplicates", "refused")),
            _whole("finished"), _word("changed_at", 40), _word("seal", _DIGEST),
        )  # fmt: skip
        self.schema_version = self._table("schema_version", Column("version_num", String(32), primary_key=True))
        self._indexes()

    def _table(self, name: str, *columns: Column[Any]) -> Table:
        return Table(f"{self._prefix}{name}", self.metadata, *columns)

    def _indexes(self) -> None:
        facts = self.facts.c
        Index(f"{self._prefix}facts_case", facts.case_id, facts.version, unique=True)
        # Not unique: databases differ in what they make of a case without a key. Writers take turns, and look first.
        Index(f"{self._prefix}facts_key", facts.case_id, facts.key)
        Index(f"{self._prefix}facts_name", facts.name)


def _by_code_point(dialect: Dialect) -> str:
    """Return the collation by which a blank at the end counts too."""
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


def _word(name: str, length: int = LONGEST_ID, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    return Column(name, _Word(length), nullable=nullable, primary_key=primary_key)


def _text(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, _Writing(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable, primary_key=primary_key, autoincrement=False)


def _instant(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, _Instant(), nullable=nullable)
