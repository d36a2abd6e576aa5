"""The address of a store, taken apart: what each part of it means, and a refusal by name of what means nothing.

Nothing is opened here and no database library is loaded. What an address says is honoured or refused: a part that was
dropped silently would open another store than the one that was named, or open it in another way.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, unquote_to_bytes, urlsplit

from ehcp_flow.store.errors import StoreURLError

__all__ = ["Mode", "OtherAddress", "PostgresAddress", "SqliteAddress", "file_of", "missing_file", "parse_address"]

Mode: TypeAlias = Literal["ro", "rw", "rwc"]
"""As SQLite has it: to be read only; to be read and written; the same, and made where it is not there."""

_MODES: Final[dict[str, Mode]] = {"ro": "ro", "rw": "rw", "rwc": "rwc"}
_SQLITE: Final = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL: Final = ("postgresql", "postgres", "postgresql+psycopg")
_OTHERS: Final = ("mariadb", "mssql", "mysql", "oracle")
"""What the portable store opens, by any driver that SQLAlchemy has for it."""
_OF_ASYNCIO: Final = ("aiomysql", "aioodbc", "aiosqlite", "asyncmy", "asyncpg", "oracledb_async", "psycopg_async")
_OPTIONS: Final = ("immutable", "mode", "timeout", "uri")
_SWITCH: Final = {
    "0": False,
    "false": False,
    "no": False,
    "off": False,
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
}
_HOST: Final = re.compile(r"(?P<name>\[[^\[\]]*\]|[^:\[\]]*)(:(?P<port>[0-9]{1,5})?)?")
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A file: `path` (absolute), and what its options say. `busy_seconds` is None where they do not say it."""

    path: str
    mode: Mode = "rwc"
    immutable: bool = False
    busy_seconds: float | None = None

    def missing(self) -> bool:
        """Whether the file is not there."""
        return not Path(self.path).exists()


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A database on a server; `options` are libpq's, in the order in which they stand, and may repeat."""

    user: str | None
    password: str | None
    host: str | None
    port: int | None
    database: str | None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OtherAddress:
    """A database that the portable store speaks to: SQLAlchemy takes the address apart."""

    url: str


def parse_address(url: str) -> SqliteAddress | PostgresAddress | OtherAddress:
    """Return what an address says. Raises StoreURLError for one that cannot be honoured to the letter."""
    scheme, found, _ = url.partition("://")
    if not found:
        if url.startswith("file:"):
            raise StoreURLError(url, "SQLite's own addresses are not taken; write sqlite:///x.db?mode=ro")
        raise StoreURLError(url, "it is no database address")
    if any(character < " " or character == "\x7f" for character in url):
        raise StoreURLError(url, "it holds a control character")
    family, _, driver = scheme.lower().partition("+")
    if driver in _OF_ASYNCIO:
        raise StoreURLError(url, f"{driver} is a driver of asyncio's; open it with ehcp_flow.store.AsyncStore")
    if scheme.lower() in _SQLITE:
        return _sqlite(url)
    if scheme.lower() in _POSTGRESQL:
        return _postgresql(url)
    if scheme.lower().startswith("postgres"):
        raise StoreURLError(url, "the store speaks to PostgreSQL through psycopg 3: write postgresql+psycopg://")
    if family in _OTHERS:
        return OtherAddress(url)
    raise StoreURLError(url, f"{scheme} is not supported")


def missing_file(url: str) -> str:
    """Return the file of a SQLite store if it is not there, else "". Raises StoreURLError."""
    address = parse_address(url)
    return address.path if isinstance(address, SqliteAddress) and address.missing() else ""


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite store, there or not; None for a store that is no file, or an address that is none."""
    try:
        address = parse_address(url)
    except StoreURLError:
        return None
    return Path(address.path) if isinstance(address, SqliteAddress) else None


def _sqlite(url: str) -> SqliteAddress:
    rest = url.partition("://")[2]
    if not rest.startswith("/"):
        why = "a file has three slashes before it (four, if its path begins at the root): sqlite:///cases.db"
        raise StoreURLError(url, why if rest else f"it names no file (one that is forgotten is memory:); {why}")
    written, asked, query = rest[1:].partition("?")
    options = _options(url, query, asked=bool(asked), known=_OPTIONS)
    as_uri = _switch(url, "uri", options)
    if written.startswith("file:") != as_uri:
        raise StoreURLError(url, "uri=true and file: belong together; without both, write sqlite:///x.db?mode=ro")
    if as_uri:
        written = re.sub(r"^file:(//(localhost)?(?=/))?", "", written)
    path = _path(url, written)
    mode = options.get("mode", "rwc")
    if path == ":memory:" or mode == "memory":
        raise StoreURLError(url, "a SQLite store is a file (for one that is forgotten at the end, use memory:)")
    if not path:
        raise StoreURLError(url, "it names no file")
    if mode not in _MODES:
        raise StoreURLError(url, f"mode is {mode!r}; it is one of ro, rw and rwc")
    return SqliteAddress(
        str(Path.cwd() / path), _MODES[mode], _switch(url, "immutable", options), _seconds(url, options.get("timeout"))
    )


def _path(url: str, written: str) -> str:
    """Return the path that is written with escapes. Raises StoreURLError where it might be meant in two ways."""
    if broken := _BROKEN_ESCAPE.search(written):
        raise StoreURLError(url, f"the % at {written[broken.start() :][:5]!r} begins no escape; write %25 for a %")
    try:
        path = os.fsdecode(unquote_to_bytes(written.encode("utf-8", "surrogateescape")))
    except UnicodeError:
        raise StoreURLError(url, "it holds what is no character") from None
    if "\x00" in path:
        raise StoreURLError(url, "a file's name holds no NUL")
    if path != written and Path(written).exists() and not Path(path).exists():
        name = Path(written).name.replace("%", "%25")
        raise StoreURLError(url, f"there is a file with the % in its name; if that is meant, write {name}")
    return path


def _postgresql(url: str) -> PostgresAddress:
    parts = _split(url)
    credentials, _, place = parts.netloc.rpartition("@")
    if "@" in credentials or "@" in parts.path:
        raise StoreURLError(url, "an @ in a name or a password is written %40, a / is written %2F")
    user, _, password = credentials.partition(":")
    if "," in place:
        raise StoreURLError(url, "several hosts are written ?host=a:5432&host=b:5432")
    # Not urlsplit's own hostname: that is in small letters, and a host may be the directory of a socket.
    found = _HOST.fullmatch(place)
    if found is None:
        raise StoreURLError(url, "what stands after the last colon is no port; in a password, write %3A")
    host, port = found["name"], found["port"]
    options = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in options:
        if name == "client_encoding" and value.lower().replace("-", "").replace("_", "") not in ("utf8", "unicode"):
            raise StoreURLError(url, "the store speaks UTF-8; leave client_encoding out")
        if name == "replication":
            raise StoreURLError(url, "a connection for replication takes no statements; leave replication out")
    for broken in (user, password, place, parts.path):
        if _BROKEN_ESCAPE.search(broken):
            raise StoreURLError(url, "a % begins no escape in it; write %25 for a %")
    return PostgresAddress(
        unquote(user) or None, unquote(password) or None, unquote(host).strip("[]") or None,
        int(port) if port else None, unquote(parts.path[1:]) or None, tuple(options),
    )  # fmt: skip


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url, allow_fragments=False)
    except ValueError as error:
        raise StoreURLError(url, f"it is no database address ({error})") from None


def _options(url: str, query: str, *, asked: bool, known: Iterable[str]) -> dict[str, str]:
    """Return the options of a SQLite address, each of which is known and stands once."""
    found: dict[str, str] = {}
    pairs = parse_qsl(query, keep_blank_values=True)
    if asked and not pairs:
        raise StoreURLError(url, "nothing follows the ?; a ? in a file's name is written %3F")
    for name, value in pairs:
        if name not in known:
            raise StoreURLError(
                url, f"{name!r} is no option of a SQLite store; there are {', '.join(known)} "
                "(a ? in a file's name is written %3F)",
            )  # fmt: skip
        if found.setdefault(name, value) != value:
            raise StoreURLError(url, f"{name} stands twice, as {found[name]!r} and as {value!r}")
    return found


def _switch(url: str, name: str, options: dict[str, str]) -> bool:
    value = options.get(name, "0").lower()
    if value not in _SWITCH:
        raise StoreURLError(url, f"{name} is {value!r}; it is 1 or 0")
    return _SWITCH[value]


def _seconds(url: str, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise StoreURLError(url, f"timeout is {value!r}; it is how many seconds to wait for a lock")
    return seconds
