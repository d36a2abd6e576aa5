"""Kill processes that write into a new store, as often as asked: `python scripts/kills.py postgresql --times 250`.

The options are those of `python -m ehcp_flow.testing.killing`, with the name of a database in the place of its address.
"""

from __future__ import annotations

import sys
import tempfile

from ehcp_flow.testing import mariadb
from ehcp_flow.testing.killing import main
from ehcp_flow.testing.postgres import Server

NOT_HERE = 77


def kills(database: str, options: list[str]) -> int:
    """Run the command on a new store in that database, and return its exit code."""
    if database == "mariadb":
        if lacking := mariadb.missing():
            print(f"not here: {lacking}")
            return NOT_HERE
        with mariadb.MariaDBServer.running() as maria:
            return main([maria.database(), *options])
    if database == "postgresql":
        with Server.running() as server:
            return main([server.database(), *options])
    with tempfile.TemporaryDirectory() as home:
        return main([f"sqlite:///{home}/kills.db", *options])


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("sqlite", "postgresql", "mariadb"):  # noqa: PLR2004 - the name of the database
        sys.exit(f"{__doc__}\nsay which database: sqlite, postgresql or mariadb")
    sys.exit(kills(sys.argv[1], sys.argv[2:]))
