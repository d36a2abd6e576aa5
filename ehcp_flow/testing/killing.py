"""Kill a process that writes, at a random moment, as often as asked, and look at what it left.

    python -m ehcp_flow.testing.killing URL --mode record --times 1000 --seed 1

Each time a child process opens the store and records facts one by one (`record`), from several threads (`threaded`),
from processes that it forks while threads of its own are writing, all through the one store that it opened (`forked`),
or imports a file (`import`), telling after each commit what the store acknowledged; it is killed with SIGKILL in the
middle, and with it, at once or a moment later, whatever it forked. Then everything that it was told must be there, the
chain must verify, and nothing half-done may show. Prints one JSON object; exit code 1 if something was lost. It forks,
so it needs a system that can.
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
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from ehcp_flow.facts import Fact
from ehcp_flow.readers import write_facts
from ehcp_flow.store import Store
from ehcp_flow.store.errors import StoreLocked, VersionConflict
from ehcp_flow.store.imports import import_file
from ehcp_flow.testing.sample import a_fact

__all__ = ["MODES", "main"]

MODES: Final = ("record", "threaded", "forked", "import")
"""The ways of writing."""

_CASES = 5
_ROWS = 600
_BATCH = 20
_WHILE_WRITING = 0.8
_ORPHANED = 0.5
_THREADS: Final = 3
_FORKS: Final = 3
_BETWEEN: Final = 0.03
_LINE: Final = 2_000
_PATIENCE: Final = {"record": 0.1, "threaded": 0.1, "forked": 0.4, "import": 0.1}
"""Seconds within which a child is killed: one that forks needs longer until all are at work."""
_HANG = 1800.0
"""Seconds after which a child that has told nothing hangs: a slow machine may be slow."""


def _record(url: str, run: int, tell: int) -> None:
    """Record facts until killed, with free text and with keys; tell each one that was acknowledged."""
    who = f"run {run}"
    with Store.open(url) as store:
        versions = {head.case_id: head.version for head in store.heads()}
        number = 0
        while True:
            number += 1
            try:
                with store.work(recorded_by=who) as work:
                    for place in (number, number + 1):
                        case_id = f"case-{place % _CASES}"
                        fact = a_fact(case_id, party="parent", reason=f"{run}/{number}/{place}")
                        work.record(case_id, fact, seen=versions.get(case_id, 0), key=f"{run}/{number}/{place}")
                    recorded = work.commit()
                # and one that takes the shortest way
                alone = a_fact("alone", event="advice_requested", party=f"{run}/{number}")
                recorded.append(store.record("alone", alone, seen=versions.get("alone", 0), recorded_by=who))
            except VersionConflict as late:
                if any(fact.recorded_by == who for fact in late.changed):
                    raise
                # What the one before had sent when it was killed is written once a busy server comes to it.
                versions |= {head.case_id: head.version for head in store.heads()}
                continue
            for done in recorded:
                versions[done.case_id] = done.version
                said = [done.case_id, done.version, done.position, done.fact.reason]
                os.write(tell, json.dumps(said).encode() + b"\n")


def _write(store: Store, name: str, tell: int) -> None:
    """Record facts of this writer's own cases until killed, by two and by one, and tell each that was acknowledged."""
    versions = {f"{name}-a": 0, f"{name}-b": 0, f"{name}-alone": 0}
    while True:
        try:
            with store.work(recorded_by=name) as work:
                for case_id in (f"{name}-a", f"{name}-b"):
                    work.record(case_id, a_fact(case_id, reason=f"{versions[case_id]}"), seen=versions[case_id])
                recorded = work.commit()
            alone = f"{name}-alone"
            recorded.append(store.record(alone, a_fact(alone), seen=versions[alone]))
        except StoreLocked:  # a crowd on a slow machine: nothing was written
            versions |= {case_id: _version(store, case_id) for case_id in versions}
            continue
        for done in recorded:
            versions[done.case_id] = done.version
            said = [done.case_id, done.version, done.position, done.fact.reason]
            os.write(tell, json.dumps(said).encode() + b"\n")


def _version(store: Store, case_id: str) -> int:
    return next((found.version for found in store.cases([case_id])), 0)


def _threaded(url: str, run: int, tell: int, *, forks: bool = False) -> None:
    """Write from several threads through one store, and with `forks` from processes that are forked meanwhile."""
    with Store.open(url) as store:
        _write_once(store, f"{run}-opener", tell)
        for number in range(_THREADS):
            writing = _telling(tell, lambda number=number: _write(store, f"{run}-thread-{number}", tell))  # type: ignore[misc]
            threading.Thread(target=writing, daemon=True).start()
        for number in range(_FORKS if forks else 0):
            time.sleep(random.random() * _BETWEEN)  # noqa: S311 - any moment will do
            if os.fork() == 0:
                _telling(tell, lambda number=number: _write(store, f"{run}-fork-{number}", tell))()  # type: ignore[misc]
                os._exit(0)
        _write(store, f"{run}-main", tell)


def _write_once(store: Store, name: str, tell: int) -> None:
    """Record one fact, so that there is a connection to be inherited."""
    done = store.record(name, a_fact(name), seen=0)
    os.write(tell, json.dumps([name, done.version, done.position, None]).encode() + b"\n")


def _telling(tell: int, do: Callable[[], object]) -> Callable[[], None]:
    """Have a failure told to the parent, who decides."""

    def told() -> None:
        try:
            do()
        except BaseException as error:  # noqa: BLE001 - whatever it is
            os.write(tell, f"error {type(error).__name__}: {error}"[:_LINE].replace("\n", " ").encode() + b"\n")

    return told


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
        os.setpgid(0, 0)
        ways: dict[str, Callable[[], None]] = {
            "record": lambda: _record(url, run, write),
            "threaded": lambda: _threaded(url, run, write),
            "forked": lambda: _threaded(url, run, write, forks=True),
            "import": lambda: _import(url, path, write),
        }
        _telling(write, ways[work])()
        os._exit(0)
    os.close(write)
    with suppress(OSError):  # whoever comes first, the child or this: it leads a group, in which it is killed
        os.setpgid(child, child)
    said = b""
    if random.random() < _WHILE_WRITING:  # noqa: S311 - mostly while it writes, sometimes while it is still opening the store
        said = _until(read, b"-fork-" if work == "forked" else b"\n")
    time.sleep(random.random() * patience)  # noqa: S311 - any moment will do
    if work == "forked" and random.random() < _ORPHANED:  # noqa: S311 - as above
        os.kill(child, signal.SIGKILL)
        time.sleep(random.random() * patience)  # noqa: S311 - as above
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as told:
        return [line for line in (said + told.read()).decode().split("\n")[:-1] if line]


def _until(pipe: int, awaited: bytes) -> bytes:
    """Return what comes through a pipe until it holds what is waited for, or an error, or ends."""
    said = b""
    while awaited not in said and b"error " not in said and select.select([pipe], [], [], _HANG)[0]:
        came = os.read(pipe, 1 << 16)
        if not came:
            break
        said += came
    return said


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
    parser.add_argument("--mode", choices=MODES, default="record")
    parser.add_argument("--times", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patience", type=float, help="seconds within which a child is killed")
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    Store.open(options.url, create=True).close()
    acknowledged = by_forks = finished = before_any = 0
    known: list[list[object]] = []
    wrong = ""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "facts.csv")
        file = 0
        write_facts(_facts_of(file), path)
        for run in range(options.times):
            told = _killed(options.mode, options.url, run, path, options.patience or _PATIENCE[options.mode])
            by_forks += sum("-fork-" in line for line in told)
            failed = [line for line in told if line.startswith("error ")]
            acknowledged += len(told)
            before_any += not told
            if options.mode != "import":
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
                "mode": options.mode, "times": options.times, "acknowledged": acknowledged, "by_forks": by_forks,
                "killed_before_the_first": before_any, "files_finished": finished, "wrong": wrong,
            }
        )
        + "\n"
    )  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
