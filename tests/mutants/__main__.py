"""Put small faults into the law and what stands on it, one at a time, and see whether a test finds each of them.

    python -m tests.mutants                          all of them, those that were tried on this text not again
    python -m tests.mutants law/version counting     only files whose path holds one of these words
    python -m tests.mutants --seconds 1800           as many as that time allows; the next run goes on from there
    python -m tests.mutants --sample 20              that many of each area, always the same ones
    python -m tests.mutants --survivors              those that no test found, again, and with every test
    python -m tests.mutants --hold                   name in found.toml what was found, a fault of each function
    python -m tests.mutants --list                   what there is, and what is known of it

First it is looked up, once, which tests reach which line (`reached`). A fault is tried on those that reach it, the
likeliest first, for as many of their seconds as `--patience` says, in a child of a process that has them collected
(`forked`), or, where it is in what runs as modules are imported, in a process of its own (`swapped`). What was found
is kept in `.mutants.jsonl`, a line each, as soon as it is known. A fault that changes nothing is named in
`explained.toml`, with why; of those that `found.toml` names the suite tries a share. Exit code 1 if a fault is left
that no test finds and nobody explained.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.mutants.changes import ROOT, Mutant, mutants_of
from tests.mutants.forked import Collected
from tests.mutants.reached import Reached, Timed, reached
from tests.mutants.swapped import NAMED_BY

HANG: Final = 900.0
"""Seconds after which a fault has made the tests hang, ten times what those of an area take."""
PATIENCE: Final = 30.0
"""So many seconds of tests are tried on a fault, if no other number is asked for."""
MOST_NAMED: Final = 2_000
"""How many tests a process can be told to run by their names."""
MOST_FILES: Final = 6
"""From how many files a process of its own takes tests: it has to read them all before it runs the first."""
KEPT: Final = ".mutants.jsonl"
EXPLAINED: Final = Path(__file__).parent / "explained.toml"
HELD: Final = Path(__file__).parent / "found.toml"
INTERPRETED: Final = {"EHCP_FLOW_KERNEL": "interpreted", "CI": "1"}
OPTIONS: Final = ("-p", "no:cacheprovider", "-q", "-x", "-n", "0", "--hypothesis-profile=whether-it-fails")
OUT: Final = os.dup(1)
FOUND, LEFT, SAME = "found", "left", "explained"

AREAS: Final[Mapping[str, Sequence[str]]] = {
    "ehcp_flow/law": ("tests/law",),
    "ehcp_flow/engine": (
        "tests/law",
        "tests/engine",
        "tests/golden",
        "tests/measures",
        "tests/bulk/test_measuring.py",
        "tests/bulk/test_case_states.py",
    ),
    "ehcp_flow/counting.py": ("tests/test_counting.py", "tests/law"),
    "ehcp_flow/calendars": ("tests/calendars", "tests/law"),
    "ehcp_flow/deadlines.py": ("tests/engine", "tests/law"),
    "ehcp_flow/states.py": ("tests/moves", "tests/law"),
    "ehcp_flow/moves": ("tests/moves",),
    "ehcp_flow/store/chain.py": ("tests/store/test_chain.py",),
    "ehcp_flow/measures": ("tests/measures",),
}
"""What is tried, and the tests that have to find a fault in it, the likeliest first."""


def finders_of(path: str) -> list[str]:
    """Return the tests that have to find a fault in a file: those of its own name first."""
    area = next(area for area in AREAS if path.startswith(area))
    own = [str(each.relative_to(ROOT)) for each in sorted((ROOT / "tests").rglob(f"test_{Path(path).stem}.py"))]
    return [*dict.fromkeys((*own, *AREAS[area]))]


def files(words: Sequence[str]) -> list[str]:
    """Return the files of all areas whose path holds one of the words."""
    found = []
    for area in AREAS:
        place = ROOT / area
        paths = [place] if place.is_file() else sorted(place.rglob("*.py"))
        found += [path.relative_to(ROOT).as_posix() for path in paths]
    return [path for path in found if not words or any(word in path for word in words)]


def files_of_tests(paths: Sequence[str]) -> list[str]:
    """Return the files of the tests that have to find a fault in one of these files."""
    found: dict[str, None] = {}
    for place in dict.fromkeys(test for path in paths for test in finders_of(path)):
        within = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("test_*.py"))
        found.update(dict.fromkeys(each.relative_to(ROOT).as_posix() for each in within))
    return list(found)


class Tried(NamedTuple):
    """What came of a fault: whether a test finds it, the first that did, and on how many of how many it was tried."""

    said: str
    by: str = ""
    tests: int = 0
    of: int = 0


class Held(NamedTuple):
    """A fault that a test is known to find, as `found.toml` names it."""

    path: str
    function: str
    before: str
    after: str
    test: str

    def fault(self) -> Mutant | None:
        """Return it as it stands in the code, None if it does not any more; of a text, that which lacks a part."""
        of_text = self.before.startswith("{")
        for each in mutants_of(self.path):
            if each.function != self.function:
                continue
            lacking = each.before.replace(self.before, self.after) if of_text else self.after
            if lacking == each.after and (self.before in each.before if of_text else self.before == each.before):
                return each
        return None


def known(kept: Path) -> dict[str, Tried]:
    """Return what earlier runs kept in a file, by the key of the fault."""
    if not kept.exists():
        return {}
    rows = map(json.loads, kept.read_text("utf-8").splitlines())
    return {row["key"]: Tried(row["said"], row.get("by", ""), row.get("tests", 0), row.get("of", 0)) for row in rows}


def held() -> list[Held]:
    """Return the faults that a test is known to find."""
    return [Held(**row) for row in tomllib.loads(HELD.read_text("utf-8"))["found"]]


def share(rows: Sequence[Held], many: int) -> list[Held]:
    """Return so many of the faults: the same ones for the same code, others once any of what is tried has changed."""
    texts = hashlib.sha256(b"".join((ROOT / path).read_bytes() for path in files(()))).hexdigest()
    return sorted(rows, key=lambda row: hashlib.sha256(f"{texts}{row}".encode()).hexdigest())[:many]


def explained() -> set[tuple[str, str, str, str]]:
    """Return the faults that change nothing, by their file, function, and what stood and stands there."""
    told = tomllib.loads(EXPLAINED.read_text("utf-8")).get("same", ())
    return {(row["path"], row["function"], row["before"], row["after"]) for row in told}


def attempt(mutant: Mutant, tests: Sequence[str] = ()) -> Tried:
    """Return whether tests find a fault, those of its area or others; one that makes them hang is found too."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.swapped", *OPTIONS,
               *(tests or finders_of(mutant.path))]  # fmt: skip
    named = {NAMED_BY: f"{mutant.path}:{mutant.number}", **INTERPRETED}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **named}, timeout=HANG, check=False, capture_output=True,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Tried(FOUND)
    if done.returncode == 0:
        return Tried(LEFT)
    failed = re.search(r"^(?:FAILED|ERROR) (\S+?\.py(?:::\w+)*)", done.stdout, re.MULTILINE)
    return Tried(FOUND, failed[1] if failed else "")


class Trying:
    """Faults, one after another, each tried on the tests that reach it; what comes of each is kept at once."""

    def __init__(self, todo: Sequence[Mutant], known: Reached, patience: float, until: float, kept: Path) -> None:
        self._todo, self._known, self._patience, self._until, self._kept = todo, known, patience, until, kept
        self.outcome: dict[str, Tried] = {}

    def run(self, tests: Sequence[str], basetemp: Path) -> int:
        """Try them with these files of tests, and return the exit code of pytest."""
        os.environ |= INTERPRETED
        return int(pytest.main([*OPTIONS, f"--basetemp={basetemp}", *tests], plugins=[Collected(self.each)]))

    def each(self, tests: Collected) -> None:
        """Try each, as long as there is time."""
        with self._kept.open("a", encoding="utf-8") as kept:
            for mutant in self._todo:
                if time.monotonic() > self._until:
                    return
                tried = self.outcome[mutant.key] = self._one(mutant, tests)
                kept.write(json.dumps({"key": mutant.key, **tried._asdict(), "what": str(mutant)}) + "\n")
                kept.flush()
                if tried.said == LEFT:
                    say(f"no test of {tried.tests:,} finds it, of {tried.of:,} that can: {mutant}")

    def _one(self, mutant: Mutant, tests: Collected) -> Tried:
        able = [test for test in self._known.of(mutant) if tests.has(test.name)]
        chosen = _within(able, self._patience)
        names = [test.name for test in chosen]
        in_child = bool(names) and tests.can_try(mutant)
        if in_child:
            by = tests.attempt(mutant, names, 60 + 10 * sum(test.seconds for test in chosen))
            if by is not None:
                return Tried(FOUND, by.partition("[")[0], len(names), len(able))
        if not in_child or self._known.runs_outside(mutant):
            names = _of_few_files(chosen)[:MOST_NAMED]
            said, by, *_ = attempt(mutant, names)
            return Tried(said, by, len(names), len(able))
        return Tried(LEFT, "", len(names), len(able))


def _within(tests: Sequence[Timed], seconds: float) -> list[Timed]:
    """Return the first of the tests, as many as take so long, and at least one."""
    chosen: list[Timed] = []
    for test in tests:
        seconds -= test.seconds
        if seconds < 0 and chosen:
            break
        chosen.append(test)
    return chosen


def _of_few_files(tests: Sequence[Timed]) -> list[str]:
    """Return the names of the tests of the likeliest files."""
    few = list(dict.fromkeys(test.file for test in tests))[:MOST_FILES]
    return [test.name for test in tests if test.file in few]


def say(text: str) -> None:
    """Print a line at once, whatever pytest makes of standard output."""
    os.write(OUT, f"{text}\n".encode())


def main() -> int:
    """Run what is asked for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("words", nargs="*", help="only files whose path holds one of these")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so many seconds")
    parser.add_argument("--patience", type=float, help=f"seconds of tests that are tried on a fault ({PATIENCE:g})")
    parser.add_argument("--sample", type=int, help="only so many faults of each area, always the same")
    parser.add_argument("--survivors", action="store_true", help="try again those that no test found")
    parser.add_argument("--tests", nargs="+", help="with these files of tests alone, in the place of those of the area")
    parser.add_argument("--kept", type=Path, default=ROOT, help="the directory that holds what is known")
    parser.add_argument("--hold", action="store_true", help="name in found.toml what was found, and try nothing")
    parser.add_argument("--list", action="store_true", help="say what there is and what is known, and try nothing")
    asked = parser.parse_args()
    until = time.monotonic() + asked.seconds
    paths = files(asked.words)
    every = [mutant for path in paths for mutant in mutants_of(path)]
    if asked.sample is not None:
        every = _sample(every, asked.sample)
    said = known(asked.kept / KEPT)
    if asked.hold:
        return _hold(every, said)
    same = {mutant.key: Tried(SAME) for mutant in every if (mutant.path, *mutant[3:6]) in explained()}
    outcome = {**{mutant.key: said[mutant.key] for mutant in every if mutant.key in said}, **same}
    again = {LEFT} if asked.survivors else set()
    # By their keys, so that a run that is stopped has tried something of everything.
    todo = sorted((each for each in every if each.key not in outcome or outcome[each.key].said in again), key=_by_key)
    code = 0
    if todo and not asked.list:
        tests = asked.tests or files_of_tests(paths)
        watched = reached(asked.kept.absolute(), tests, files(()))
        patience = asked.patience or (float("inf") if asked.survivors else PATIENCE)
        trying = Trying(todo, watched, patience, until, asked.kept / KEPT)
        with tempfile.TemporaryDirectory() as basetemp:
            code = trying.run(tests, Path(basetemp, "tests"))
        outcome |= trying.outcome
    return _tell(every, outcome) or code


def _by_key(mutant: Mutant) -> str:
    return mutant.key


def _sample(every: Sequence[Mutant], many: int) -> list[Mutant]:
    chosen = []
    for area in AREAS:
        of_area = [mutant for mutant in every if mutant.path.startswith(area)]
        chosen += sorted(of_area, key=lambda each: each.key)[:many]
    return chosen


def _hold(every: Sequence[Mutant], said: Mapping[str, Tried]) -> int:
    """Name one fault that a test found of each function that none is named of, and return the exit code."""
    named = {(row.path, row.function) for row in held()}
    with HELD.open("a", encoding="utf-8") as file:
        for mutant in every:
            place, by = (mutant.path, mutant.function), said.get(mutant.key, Tried("")).by
            twins = sum((each.path, *each[3:6]) == (mutant.path, *mutant[3:6]) for each in every)
            if by and place not in named and twins == 1 and not mutant.before.startswith("f"):
                named.add(place)
                row = Held(mutant.path, *mutant[3:6], by)._asdict()
                file.write("\n[[found]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in row.items()))
                say(f"{mutant}: {by}")
    return 0


def _tell(every: Sequence[Mutant], outcome: Mapping[str, Tried]) -> int:
    left = [mutant for mutant in every if mutant.key in outcome and outcome[mutant.key].said == LEFT]
    tried = Counter(outcome[mutant.key].said for mutant in every if mutant.key in outcome)
    share = 100 * sum(tried.values()) / max(len(every), 1)
    say(
        f"{len(every):,} faults, {sum(tried.values()):,} tried ({share:.1f} %): {tried[FOUND]:,} found, "
        f"{tried[SAME]:,} explained, {len(left):,} that no test finds"
    )
    for mutant in left:
        say(f"  {mutant}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
