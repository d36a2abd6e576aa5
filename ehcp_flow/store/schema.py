"""Bringing the schema of a database to the one that this library needs.

The migrations are Alembic's, inside the package, with a version table of their own (`ehcp_schema_version`): a host's
`alembic_version` and metadata are never touched. Alembic is loaded only when there is something to upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, exc, insert, text

from ehcp_flow.store.errors import SchemaDiffers, SchemaMissing, SchemaOutOfDate, SchemaTooNew
from ehcp_flow.store.lent import Lent
from ehcp_flow.store.portable_tables import MIGRATED, StoreTables
from ehcp_flow.store.revisions import REVISION, found
from ehcp_flow.store.rights import renew
from ehcp_flow.store.table_names import Names

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["REVISION", "check", "forget", "found", "taken_down", "upgrade"]

_KNOWN: Final = ("1", "2", "3", "4", "5")
_OF_TABLES: Final = re.compile(r"^42(?!501)|duplicate column|already exists|no such (?:table|column)")
"""What a database says of tables that are not as they should be: PostgreSQL by class, SQLite in words."""
_GOOD: Final[WeakKeyDictionary[Engine, set[Names]]] = WeakKeyDictionary()
_ONE_AT_A_TIME: Final = Lock()  # Alembic keeps what it works on in module-level names


def check(connection: Connection, names: Names) -> None:
    """Raise SchemaMissing, SchemaOutOfDate or SchemaTooNew unless the database has the schema that is needed.

    What was found good once is not looked at again on the same engine; but where connections are lent, any of them may
    be to another database.
    """
    good = set[Names]() if isinstance(connection.dialect, Lent) else _GOOD.setdefault(connection.engine, set())
    if names in good:
        return
    revision = found(connection, names)
    if revision is None:
        raise SchemaMissing(REVISION)
    if revision == REVISION:
        good.add(names)
        return
    if revision in _KNOWN:
        raise SchemaOutOfDate(revision, REVISION)
    raise SchemaTooNew(revision, REVISION)


def forget(engine: Engine) -> None:
    """Look at the schemas of a database again when they are next asked of: somebody changes them."""
    _GOOD.pop(engine, None)


def upgrade(connection: Connection, names: Names, to: str = REVISION) -> tuple[str | None, str]:
    """Bring the database to a revision, in the connection's transaction; the caller commits.

    Returns the revision before and after. Raises SchemaTooNew if the store is newer than this library, SchemaDiffers
    if its tables are not those of its revision; then, too, the caller must not commit.
    """
    from alembic import command

    forget(connection.engine)
    before = _found_alone(connection, names)
    if before is not None and before not in _KNOWN:
        raise SchemaTooNew(before, REVISION)
    if before == to:
        renew(connection, names)
        return before, to
    if connection.dialect.name not in MIGRATED:
        _make_new(connection, names)
        return before, to
    if names.schema and connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {names.schema}"))
    try:
        with _ONE_AT_A_TIME, _beside_a_hosts(), _migrations() as directory:
            command.upgrade(_config(connection, names, directory), to)
    except exc.DBAPIError as error:
        if not _OF_TABLES.search(getattr(error.orig, "sqlstate", None) or str(error.orig)):
            raise
        raise SchemaDiffers(before or "none", to, " ".join(str(error.orig).split())) from error
    renew(connection, names)
    return before, to


def taken_down(paper: Any, names: Names, written: StringIO, since: str | None) -> None:
    """Write down what the migrations send to a store of the schema `since` (None: to none yet); nothing is sent."""
    from alembic import command

    with _ONE_AT_A_TIME, _beside_a_hosts(), _migrations() as directory:
        config = _config(paper, names, directory)
        config.output_buffer = written
        command.upgrade(config, f"{since or 'base'}:{REVISION}", sql=True)


def _make_new(connection: Connection, names: Names) -> None:
    """Make the tables where no migration ever ran: as this library has them, and nothing in them but the counter."""
    tables = StoreTables(names)
    tables.metadata.create_all(connection)
    connection.execute(insert(tables.counter), {"one": 1, "last": 0})
    connection.execute(insert(tables.schema_version), {"version_num": REVISION})


def _found_alone(connection: Connection, names: Names) -> str | None:
    """Return the revision that is there, while nobody else can upgrade it: of several processes, one does.

    A store is locked by its own table, which only its owner can do; before there is one, by a number, which anybody can
    take who may connect at all.
    """
    before = found(connection, names)
    if connection.dialect.name != "postgresql":
        return before
    if before is None:
        connection.execute(text("SELECT pg_advisory_xact_lock(7300447)"))
        before = found(connection, names)
    if before is not None:
        connection.execute(text(f"LOCK TABLE {names.schema_version} IN SHARE ROW EXCLUSIVE MODE"))
    return found(connection, names)


@contextmanager
def _beside_a_hosts() -> Iterator[None]:
    """Take Alembic's module-level names from a migration of a host's in which this runs, and give them back.

    Alembic has them for one migration at a time: a second would take them away with it when it ends.
    """
    from alembic import context, op

    hosts = [proxy for module in (context, op) if (proxy := getattr(module, "_proxy", None)) is not None]
    for proxy in hosts:
        proxy._remove_proxy()  # noqa: SLF001 - there is no public way
    try:
        yield
    finally:
        for proxy in hosts:
            proxy._install_proxy()  # noqa: SLF001 - as above


@contextmanager
def _migrations() -> Iterator[Path]:
    """Give the directory of the migrations, which Alembic needs on the disk, also where the package lies in a zip."""
    package = files("ehcp_flow.store.migrations")
    if isinstance(package, Path):
        yield package
        return
    with TemporaryDirectory(prefix="ehcp_flow_") as made:
        for part in (package, package / "versions"):
            place = Path(made, "" if part is package else part.name)
            place.mkdir(exist_ok=True)
            for module in part.iterdir():
                if module.name.endswith(".py"):
                    (place / module.name).write_bytes(module.read_bytes())
        yield Path(made)


def _config(connection: Any, names: Names, migrations: Path) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["names"] = names
    return config
