"""The kill tests of the store, as often as you like: `python -m benchmarks.store_faults --times 1000`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile

from ehcp_flow.testing.postgres import Server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1_000, help="kills for each database and each way of writing")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as home, Server.running() as server:
        for mode in ("record", "import"):
            for url in (f"sqlite:///{home}/{mode}.db", server.database()):
                print(f"{mode} {url.split(':')[0]}: {options.times} kills", flush=True)
                command = [sys.executable, "-m", "ehcp_flow.testing.killing", url, "--mode", mode]
                command += ["--times", str(options.times), "--seed", str(options.seed)]
                failed += subprocess.run(command, check=False).returncode  # noqa: S603 - this interpreter, this project
    return failed


if __name__ == "__main__":
    sys.exit(main())
