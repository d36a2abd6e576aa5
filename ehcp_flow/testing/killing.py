"""Kill a process that writes, at a random moment, as often as asked, and look at what it left.

    python -m ehcp_flow.testing.killing URL --mode record --times 1000 --seed 1

Each time a child process opens the store and records facts one by one (`record`) or imports a file (`import`), telling
after each commit what the store acknowledged; it is killed with SIGKILL in the middle. Then everything that it was told
must be there, the chain must verify, and nothing half-done may show. Prints one JSON object; exit code 1 if something
was lost. It forks, so it needs a system that can.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from pathlib import Path

from ehcp_flow.facts import Fact
from ehcp_flow.readers import write_facts
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file
from ehcp_flow.testing.sample import a_fact

__all__ = ["main"]

_CASES = 5
_ROWS = 600
_BATCH = 20
_WHILE_WRITING = 0.8
_HANG = 1800.0
"""Seconds after which a child that has told nothing hangs: a slow machine may be slow."""


def _record(url: str, run: int, tell: int) -> None:
    """Record facts until killed, with free text and with keys; tell each one that was acknowledged."""
    with Store.open(url) as store:
        versions = {head.case_id: head.version for head in store.heads()}
        number = 0
        while True:
            number += 1
            with store.work(recorded_by=f"run {run}") as work:
                for place in (number, number + 1):
                    case_id = f"case-{place % _CASES}"
                    fact = a_fact(case_id, party="parent", reason=f"{run}/{number}/{place}")
                    work.record(case_id, fact, seen=versions.get(case_id, 0), key=f"{run}/{number}/{place}")
                recorded = work.commit()
            # and one that takes the shortest way
            alone = a_fact("alone", event="advice_requested", party=f"{run}/{number}")
            recorded.append(store.record("alone", alone, seen=versions.get("alone", 0)))
            for done in recorded:
                versions[done.case_id] = done.version
                said = [done.case_id, done.version, done.position, done.fact.reason]
                os.write(tell, json.dumps(said).encode() + b"\n")


def _import(url: str, path: Path, tell: int) -> None:
    """Import a file, slowly enough to be killed; tell each batch that was acknowledged."""
    with Store.open(url) as store:
        import_file(
            store, path, batch=_BATCH, progress=lambda state, _: os.write(tell, f"{state.rows_read}\n".encode())
        )
    os.write(tell, b"finished\n")


def _killed(work: str, url: str, run: int, path: Path, patience: float) -> list[str]:
    """Run one child, kill it within `patience` seconds (mostly: of its first commit), and return what it told."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            _record(url, run, write) if work == "record" else _import(url, path, write)
        except BaseException as error:  # noqa: BLE001 - told to the parent, who decides
            os.write(write, f"error {type(error).__name__}: {error}\n".encode())
        os._exit(0)
    os.close(write)
    if random.random() < _WHILE_WRITING:  # noqa: S311 - mostly while it writes, sometimes while it is still opening the store
        select.select([read], [], [], _HANG)
    time.sleep(random.random() * patience)  # noqa: S311 - any moment will do
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read, encoding="utf-8") as told:
        return [line for line in told.read().split("\n")[:-1] if line]


def _facts_of(file: int) -> list[Fact]:
    return [a_fact(f"file-{file}-{row % 40}", party="parent", reason=str(row)) for row in range(_ROWS)]


def _check_record(url: str, told: list[str], known: list[list[object]]) -> str:
    known.extend(json.loads(line) for line in told)
    with Store.open(url) as store:
        verified = store.verify()
        if not verified.ok:
            return f"verify: {verified.breaks[0]}"
        held = {(e.case_id, e.version, e.position, e.fact.reason) for e in store.follow(0, limit=10_000_000)}
        lost = [said for said in known if tuple(said) not in held]
        if lost:
            return f"{len(lost)} acknowledged facts are gone, the first is {lost[0]}"
        pairs = sum(reason is not None for _, _, _, reason in held)
        return "" if pairs % 2 == 0 else "half of a unit of work is visible"


def _check_import(url: str, told: list[str], file: int) -> str:
    with Store.open(url) as store:
        verified = store.verify()
        if not verified.ok:
            return f"verify: {verified.breaks[0]}"
        rows = [int(fact.reason or -1) for fact in store.facts() if fact.case_id.startswith(f"file-{file}-")]
    acknowledged = max((int(line) for line in told if line.isdigit()), default=0)
    if rows != list(range(len(rows))):
        return "the facts are not the first rows of the file, each once and in order"
    if len(rows) < acknowledged:
        return f"{acknowledged} rows were acknowledged and {len(rows)} are there"
    if len(rows) % _BATCH:
        return "half of a batch is visible"
    return "" if "finished" not in told or len(rows) == _ROWS else "it finished without all rows"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m ehcp_flow.testing.killing")
    parser.add_argument("url")
    parser.add_argument("--mode", choices=["record", "import"], default="record")
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patience", type=float, default=0.1, help="seconds within which a child is killed")
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    Store.open(options.url, create=True).close()
    acknowledged = finished = before_any = 0
    known: list[list[object]] = []
    wrong = ""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "facts.csv")
        file = 0
        write_facts(_facts_of(file), path)
        for run in range(options.times):
            told = _killed(options.mode, options.url, run, path, options.patience)
            failed = [line for line in told if line.startswith("error ")]
            acknowledged += len(told)
            before_any += not told
            if options.mode == "record":
                wrong = failed[0] if failed else _check_record(options.url, told, known)
            else:
                wrong = failed[0] if failed else _check_import(options.url, told, file)
                if "finished" in told:
                    finished += 1
                    file += 1
                    write_facts(_facts_of(file), path)
            if wrong:
                break
    sys.stdout.write(
        json.dumps(
            {
                "mode": options.mode, "times": options.times, "acknowledged": acknowledged,
                "killed_before_the_first": before_any, "files_finished": finished, "wrong": wrong,
            }
        )
        + "\n"
    )  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
