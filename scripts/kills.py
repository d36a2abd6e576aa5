"""Kill processes that write into a new store, as often as asked: `python scripts/kills.py postgresql --times 250`.

The options are those of `python -m ehcp_flow.testing.killing`, with the name of a database in the place of its address.
"""

from __future__ import annotations

import sys
import tempfile

from ehcp_flow.testing.killing import main
from ehcp_flow.testing.postgres import Server


def kills(database: str, options: list[str]) -> int:
    """Run the command on a new store in that database, and return its exit code."""
    if database == "postgresql":
        with Server.running() as server:
            return main([server.database(), *options])
    with tempfile.TemporaryDirectory() as home:
        return main([f"sqlite:///{home}/kills.db", *options])


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("sqlite", "postgresql"):  # noqa: PLR2004 - the name of the database
        sys.exit(f"{__doc__}\nsay which database: sqlite or postgresql")
    sys.exit(kills(sys.argv[1], sys.argv[2:]))
