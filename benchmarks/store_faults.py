"""The kill tests of the store, as often as you like: `python -m benchmarks.store_faults --times 500`.

SQLite and PostgreSQL are killed so many times each, in turn while single facts are recorded, by several threads, by
processes that were forked with the store open, and while a file is imported. The last line has the sums.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter

from ehcp_flow.testing.killing import MODES
from ehcp_flow.testing.postgres import Server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=500, help="kills for each database")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    each = -(-options.times // len(MODES))
    sums: dict[str, Counter[str]] = {"sqlite": Counter(), "postgresql": Counter()}
    failed = 0
    with tempfile.TemporaryDirectory() as home, Server.running() as server:
        for mode in MODES:
            for url in (f"sqlite:///{home}/{mode}.db", server.database()):
                command = [sys.executable, "-m", "ehcp_flow.testing.killing", url, "--mode", mode]
                command += ["--times", str(each), "--seed", str(options.seed)]
                ran = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this interpreter, this project
                kind = url.split(":")[0].split("+")[0]
                print(f"{kind}: {ran.stdout.strip()}", flush=True)
                failed += ran.returncode != 0
                told = json.loads(ran.stdout or "{}")
                sums[kind] += Counter(kills=told.get("times", 0), acknowledged=told.get("acknowledged", 0))
    for kind, counted in sums.items():
        print(f"{kind}: {counted['kills']} kills, {counted['acknowledged']} commits and facts acknowledged")
    print("something was lost" if failed else "nothing acknowledged was lost, and every chain verifies")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
