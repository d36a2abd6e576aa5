"""Run the contract of a store on another database: `python -m tests.store mariadb`, or the address of one.

    python -m tests.store mariadb
    python -m tests.store 'mssql+pyodbc://sa:PASSWORD@HOST/tests?driver=ODBC+Driver+18+for+SQL+Server'

At an address, the tables are made with prefixes of their own, and dropped behind each test. What stands after it are
arguments for pytest. Exit code 77 where this machine has no MariaDB.
"""

from __future__ import annotations

import os
import subprocess
import sys

from ehcp_flow.testing import mariadb

NOT_HERE = 77


def run(url: str, arguments: list[str]) -> int:
    """Run the contract on the database at an address, and return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/store/elsewhere.py", *arguments]
    return subprocess.run(command, env={**os.environ, "EHCP_FLOW_TEST_STORE": url}, check=False).returncode


def main(where: str, *arguments: str) -> int:
    """Run it at an address, or on a MariaDB server of its own."""
    if where != "mariadb":
        return run(where, list(arguments))
    if lacking := mariadb.missing():
        sys.stdout.write(f"not here: {lacking}\n")
        return NOT_HERE
    with mariadb.MariaDBServer.running() as server:
        return run(server.database(), list(arguments))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
