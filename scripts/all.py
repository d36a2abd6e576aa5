"""Run what takes too long for every change, step by step, and say at the end how each went and how long it took.

    ./test --all                 every step; one that passed on this very tree is not run again
    ./test --all kills           the steps whose name holds these words
    ./test --all --again         whatever passed before
    ./test --all --list          their names and commands

A step that fails leaves the others to run. What each said is in `.all/`. Exit code 1 if one failed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".all"
NOT_HERE = 77
"""The exit code of a step that this machine cannot run; it says why in its last line."""

# A step is a line here: its name, and a command as one types it in this directory with .venv/bin on the PATH.
STEPS = {
    "the checks of ./test": "./test",
    "lowest versions, Python 3.11": "scripts/test-versions 3.11 lowest",
    "newest versions, Python 3.11": "scripts/test-versions 3.11 newest",
    "newest versions, Python 3.12": "scripts/test-versions 3.12 newest",
    "newest Django, on both databases": "scripts/test-versions 3.12 newest tests/contrib",
    "newest versions, Python 3.13": "scripts/test-versions 3.13 newest",
    "newest versions, Python 3.14": "scripts/test-versions 3.14 newest",
    **{
        f"kills: {database}, {mode}": f"python scripts/kills.py {database} --mode {mode} --times 250"
        for database in ("sqlite", "postgresql")
        for mode in ("record", "threaded", "forked", "import")
    },
    **{
        f"kills of the service: {database}": f"python -m tests.service.served {database} --times 200"
        for database in ("sqlite", "postgresql")
    },
    "the contract of a store, on MariaDB": "python -m tests.store mariadb",
    "kills: mariadb, record": "python scripts/kills.py mariadb --mode record --times 100",
    "tests that take long": "python -m pytest -n auto --dist loadfile tests/kernel tests/mutants"
    " tests/store/test_async.py tests/store/test_faults.py tests/service/test_serving.py"
    " tests/cli/test_help_examples.py",
    "hostile lives, on a kernel that checks its bounds": "python -m tests.kernel",
    "agreement on 100,000 cases": "python -m tests.bulk",
    "spoilt input at every door": "python -m tests.fuzz --seconds 1800",
    "faults put in on purpose": "python -m tests.mutants --seconds 3600",
    "the example on Spark": "scripts/test-spark",
    "packages, built twice and installed": "python scripts/packages.py",
    "the project's own files": "python scripts/review.py",
    "known faults in dependencies": "python scripts/audit.py",
}


def main() -> int:
    """Run the steps that are asked for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="./test --all", description=__doc__)
    parser.add_argument("words", nargs="*", help="only the steps whose name holds these words")
    parser.add_argument("--again", action="store_true", help="run what passed on this tree before, too")
    parser.add_argument("--list", action="store_true", help="print the steps, and run none")
    asked = parser.parse_args()
    steps = {name: command for name, command in STEPS.items() if all(word in name for word in asked.words)}
    if not steps:
        parser.error(f"no step is called that; these are: {'; '.join(STEPS)}")
    if asked.list:
        for name, command in steps.items():
            print(f"{name:32}  {command}")
        return 0
    KEPT.mkdir(exist_ok=True)
    tree, told = tree_as_it_is(), []
    try:
        for name, command in steps.items():
            told.append((name, passed_before(name, tree, again=asked.again) or run(name, command, tree)))
    except KeyboardInterrupt:
        print("\nstopped; what passed will not be run again")
    print("\n== summary")
    for name, outcome in told:
        print(f"{outcome['seconds']:7.0f} s  {outcome['said']:12}  {name}{outcome['more']}")
    failed = sum(outcome["said"] == "FAILED" for _, outcome in told)
    left = len(steps) - len(told)
    print(f"{failed} failed, {left} not run; what each said is in {KEPT.relative_to(ROOT)}/")
    return 1 if failed or left else 0


def tree_as_it_is() -> str:
    """Return a digest of every file that git tracks or would track: what passed on another tree is no proof."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(filter(None, listed.split(b"\0"))):
        path = ROOT / name.decode()
        digest.update(name + b"\0" + (hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""))
    return digest.hexdigest()


def passed_before(name: str, tree: str, *, again: bool) -> dict[str, object] | None:
    """Return the outcome of an earlier run that passed on this very tree."""
    kept = place_of(name, "json")
    if again or not kept.exists():
        return None
    outcome: dict[str, object] = json.loads(kept.read_text("utf-8"))
    if outcome["tree"] != tree or outcome["said"] != "passed":
        return None
    return outcome | {"said": "passed", "more": f" (on this tree, {outcome['ended']})"}


def run(name: str, command: str, tree: str) -> dict[str, object]:
    """Run one step, show what it says, keep it, and return its outcome."""
    print(f"\n==== {name}: {command}", flush=True)
    began, last = time.monotonic(), ""
    with place_of(name, "log").open("w", encoding="utf-8") as log:
        with subprocess.Popen(
            shlex.split(command),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as step:
            for line in step.stdout or ():
                print(line, end="", flush=True)
                log.write(line)
                last = line.strip() or last
        code = step.returncode
    said = {0: "passed", NOT_HERE: "not here"}.get(code, "FAILED")
    outcome: dict[str, object] = {
        "said": said,
        "seconds": time.monotonic() - began,
        "more": "" if said == "passed" else f": {last}" if said == "not here" else f" (exit code {code})",
        "tree": tree,
        "ended": time.strftime("%Y-%m-%d %H:%M"),
    }
    place_of(name, "json").write_text(json.dumps(outcome), encoding="utf-8")
    return outcome


def place_of(name: str, ending: str) -> Path:
    """Return where what a step said is kept."""
    return KEPT / f"{re.sub(r'[^a-z0-9.]+', '-', name.lower()).strip('-')}.{ending}"


if __name__ == "__main__":
    sys.exit(main())
