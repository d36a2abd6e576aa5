"""A real MariaDB server for tests, of Debian's package `mariadb-server`: as any user, in a directory of its own.

It listens on a Unix socket in that directory alone, and keeps the durability settings of a server in production.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Final

__all__ = ["MariaDBServer", "missing"]

_HANG: Final = 600.0
"""Seconds after which a server that starts will not: a slow machine may take long."""
_PLACES: Final = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


def missing() -> str:
    """Return what is not here that a server needs, "" if nothing is."""
    path = os.pathsep.join((os.environ.get("PATH", ""), _PLACES))
    programs = [name for name in ("mariadbd", "mariadb-install-db") if shutil.which(name, path=path) is None]
    return f"{' and '.join(programs)} of Debian's package mariadb-server" if programs else ""


class MariaDBServer:
    """A MariaDB server in a new directory; `stop` ends it."""

    def __init__(self) -> None:
        """Start it. Raises RuntimeError where it does not start, with what it said."""
        self._home = Path(tempfile.mkdtemp(prefix="ehcp-maria-"))
        self._socket = self._home / "socket"
        self._numbers = count(1)
        path = os.pathsep.join((os.environ.get("PATH", ""), _PLACES))
        data, user = f"--datadir={self._home / 'data'}", "--user=root" if os.geteuid() == 0 else "--no-defaults"
        self._log = self._home / "log"
        installer, daemon = (str(shutil.which(name, path=path)) for name in ("mariadb-install-db", "mariadbd"))
        with self._log.open("wb") as log:
            subprocess.run(  # noqa: S603 - the program that was found, with these options
                [
                    installer, "--no-defaults", data, "--auth-root-authentication-method=normal",
                    "--skip-test-db", *([user] if user != "--no-defaults" else []),
                ],
                check=True, stdout=log, stderr=log, timeout=_HANG,
            )  # fmt: skip
            self._process = subprocess.Popen(  # noqa: S603 - as above
                [
                    daemon, "--no-defaults", data, f"--socket={self._socket}", "--skip-networking",
                    f"--pid-file={self._home / 'pid'}", *([user] if user != "--no-defaults" else []),
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + _HANG
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.sql("SELECT 1")
            except Exception:  # noqa: BLE001 - whatever the driver says of a server that is not there yet
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(self._log.read_text("utf-8", "replace")[-4000:])

    def url(self, database: str = "") -> str:
        """Return the address of a database, for the driver PyMySQL."""
        return f"mysql+pymysql://root@localhost/{database}?unix_socket={self._socket}"

    def database(self) -> str:
        """Make an empty database and return its address."""
        name = f"ehcp_test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database that `database` made."""
        self.sql(f"DROP DATABASE IF EXISTS {url.partition('?')[0].rpartition('/')[2]}")

    def sql(self, statement: str) -> list[Any]:
        """Run one statement and return its rows."""
        pymysql = import_module("pymysql")
        connection = pymysql.connect(unix_socket=str(self._socket), user="root", autocommit=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop the server and delete its directory."""
        self._process.terminate()
        self._process.wait(_HANG)
        shutil.rmtree(self._home, ignore_errors=True)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[MariaDBServer]:
        """Give a server for the length of a block."""
        server = cls()
        try:
            yield server
        finally:
            server.stop()
