"""Which tests reach which line of what is tried: looked at once, and kept, so that a fault is tried on those alone.

As a plugin of pytest this watches, by coverage, what each test runs, and keeps it file of tests by file of tests in
`.mutants.reached`. A file of tests is watched again when its text is another. Lines are known by their function and
their place in it, so that what is known of one function stands whatever becomes of the others.
"""

from __future__ import annotations

import ast
import gc
import gzip
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import coverage
import pytest

from tests.mutants.changes import ROOT, Mutant

__all__ = ["Reached", "Timed", "reached"]

NAME: Final = ".mutants.reached"
KEPT_IN: Final = "EHCP_FLOW_MUTANTS_KEPT"
"""The variable that names, to the plugin, the directory in which it is kept."""
WATCHED: Final = "EHCP_FLOW_MUTANTS_WATCHED"
"""The variable that names, to the plugin, the files that are watched."""
_SHARED: Final = "shared:"
"""What begins the name of what runs for a fixture that several tests share."""
_OUTSIDE: Final = ""
"""The name of what runs outside of all tests: as modules are imported, and tests collected."""


class Timed(NamedTuple):
    """A test by its name, and the seconds of the processor that it takes."""

    name: str
    seconds: float

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.name.partition("::")[0]

    @property
    def function(self) -> str:
        """Its name without what it is called with."""
        return self.name.partition("[")[0]


class _Places:
    """The functions of a file, as `changes` names them, by their lines."""

    def __init__(self, path: str) -> None:
        self._spans = sorted(_spans(ast.parse((ROOT / path).read_text("utf-8")), ""))

    def of(self, line: int) -> tuple[str, int]:
        """Return the innermost function or class that holds a line, and the line's place in it."""
        held = [(start, name) for start, end, name in self._spans if start <= line <= end]
        start, name = held[-1] if held else (0, "")
        return name, line - start


def _spans(node: ast.AST, outer: str) -> Iterator[tuple[int, int, str]]:
    for child in ast.iter_child_nodes(node):
        name = outer
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer}.{child.name}".lstrip(".")
            start = min([child.lineno, *(each.lineno for each in child.decorator_list)])
            yield start, child.end_lineno or start, name
        yield from _spans(child, name)


class Reached:
    """What is known: the tests, and which of them reach a line (a set of them as the bits of a number).

    It is kept in a directory, and begins with what earlier runs kept there.
    """

    def __init__(self, directory: Path) -> None:
        self._kept = directory / NAME
        self.files: dict[str, str] = {}
        self.tests: list[Timed | None] = []
        self._bits: defaultdict[str, defaultdict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        self._outside: defaultdict[str, set[str]] = defaultdict(set)
        self._places: dict[str, _Places] = {}

        if self._kept.exists():
            told = json.loads(gzip.decompress(self._kept.read_bytes()))
            self.files = told["files"]
            self.tests = [None if each is None else Timed(*each) for each in told["tests"]]
            for path, functions in told["bits"].items():
                for function, lines in functions.items():
                    self._bits[path][function].update({int(at): int(bits, 16) for at, bits in lines.items()})
            self._outside.update({path: set(functions) for path, functions in told["outside"].items()})

    def keep(self) -> None:
        """Keep it for later runs."""
        bits = {
            path: {name: {at: f"{told:x}" for at, told in lines.items()} for name, lines in functions.items()}
            for path, functions in self._bits.items()
        }
        outside = {path: sorted(functions) for path, functions in self._outside.items()}
        told = {"files": self.files, "tests": self.tests, "bits": bits, "outside": outside}
        beside = self._kept.with_suffix(".new")
        beside.write_bytes(gzip.compress(json.dumps(told).encode(), compresslevel=1))
        beside.replace(self._kept)

    def forget(self, file: str) -> None:
        """Forget the tests of a file."""
        self.files.pop(file, None)
        self.tests = [None if each is not None and each.file == file else each for each in self.tests]

    def add(
        self, file: str, tests: Sequence[Timed], by_line: Mapping[str, Mapping[int, Iterable[str]]], text: str
    ) -> None:
        """Note what the tests of a file, which has this text, reach: for each path the names of the tests by line."""
        self.forget(file)
        numbers = {test.name: number for number, test in enumerate(tests, start=len(self.tests))}
        self.tests += tests
        self.files[file] = text
        for path, lines in by_line.items():
            for line, names in lines.items():
                function, at = self._place(path, line)
                for name in names:
                    if name in numbers:
                        self._bits[path][function][at] |= 1 << numbers[name]

    def add_outside(self, by_line: Mapping[str, Iterable[int]]) -> None:
        """Note which lines of a path run outside of all tests."""
        for path, lines in by_line.items():
            self._outside[path] |= {self._place(path, line)[0] for line in lines}

    def runs_outside(self, mutant: Mutant) -> bool:
        """Return whether the function of a fault runs as modules are imported and tests collected, too."""
        return self._place(mutant.path, mutant.line)[0] in self._outside[mutant.path]

    def of(self, mutant: Mutant) -> list[Timed]:
        """Return the tests that can find a fault, the likeliest first, where one of these is known to do so.

        These are those that reach its line, those that reach its function, and what stands beside them in their files,
        for a test may read what another has made. Of the module itself, all that reach anything of it.
        """
        function, at = self._place(mutant.path, mutant.line)
        lines = self._bits[mutant.path]
        of_function = _united(lines[function].values())
        of_module = _united(bits for each in lines.values() for bits in each.values())
        parts = [lines[function][at], of_function] if of_function else [of_module]
        found: dict[Timed, None] = {}
        for bits in parts:
            found.update(dict.fromkeys(self._ordered(bits, mutant.path)))
        files = {test.file for test in found}
        beside = [test for test in self.tests if test is not None and test.file in files and test not in found]
        return [*found, *sorted(beside, key=lambda test: test.seconds)]

    def _ordered(self, bits: int, path: str) -> list[Timed]:
        """Return tests, one of each function before a second of any, the quickest first.

        Those of the file's own name count as ten times as quick.
        """
        tests = sorted(
            (test for number, test in enumerate(self.tests) if test is not None and bits >> number & 1),
            key=lambda test: test.seconds,
        )
        own, times, ranked = f"test_{Path(path).stem}.py", Counter[str](), []
        for test in tests:
            seconds = test.seconds / 10 if test.file.endswith(own) else test.seconds
            ranked.append((times[test.function], seconds, test.name))
            times[test.function] += 1
        by_name = {test.name: test for test in tests}
        return [by_name[name] for *_, name in sorted(ranked)]

    def _place(self, path: str, line: int) -> tuple[str, int]:
        if path not in self._places:
            self._places[path] = _Places(path)
        return self._places[path].of(line)


def _united(many: Iterable[int]) -> int:
    united = 0
    for bits in many:
        united |= bits
    return united


def reached(directory: Path, tests: Sequence[str], watched: Sequence[str]) -> Reached:
    """Return what is known of these files of tests, after what is not known of them has been looked at.

    `directory` is where it is kept, `watched` are the paths of what is tried.
    """
    known = Reached(directory)
    missing = [file for file in tests if known.files.get(file) != _text_of(file)]
    if missing:
        command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.reached", "-p", "no:cacheprovider", "-q", "-n",
                   "0", *missing]  # fmt: skip
        named = {
            WATCHED: json.dumps(list(watched)), KEPT_IN: str(directory), "EHCP_FLOW_KERNEL": "interpreted", "CI": "1",
        }  # fmt: skip
        subprocess.run(command, cwd=ROOT, env={**os.environ, **named}, check=False, stdout=subprocess.DEVNULL)
        known = Reached(directory)
    for file in set(known.files) - set(tests):
        known.forget(file)
    return known


def _text_of(file: str) -> str:
    return hashlib.sha256((ROOT / file).read_bytes()).hexdigest()[:16]


def _forget_what_is_cached() -> None:
    """Let the tests of the next file work out again what is kept from call to call: they rest on it no less."""
    kept = type(cache(int))
    for each in gc.get_objects():
        if type(each) is kept and each.__module__.startswith("ehcp_flow"):
            each.cache_clear()


class _Watch:
    """The plugin: what a test runs is written down under its name, what runs for many under that of their fixture."""

    def __init__(self, directory: Path, paths: Sequence[str]) -> None:
        self._paths = paths
        self._known = Reached(directory)
        self._cover = self._begun()
        self._passed: dict[str, Timed] = {}
        self._uses: defaultdict[str, set[str]] = defaultdict(set)
        self._shared: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._now = _OUTSIDE

    def _begun(self) -> coverage.Coverage:
        cover = coverage.Coverage(data_file=None, config_file=False, include=[str(ROOT / path) for path in self._paths])
        cover.start()
        return cover

    def _switch(self, name: str) -> str:
        before, self._now = self._now, name
        self._cover.switch_context(name)
        return before

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
        before = self._switch(item.nodeid)
        began = time.process_time()
        try:
            return (yield)
        finally:
            self._switch(before)
            if item.nodeid in self._passed:
                self._passed[item.nodeid] = Timed(item.nodeid, round(time.process_time() - began, 4))
                for name in getattr(item, "fixturenames", ()):
                    self._uses[name].add(item.nodeid)
            if nextitem is None or nextitem.path != item.path:
                self._keep(item.path.relative_to(ROOT).as_posix())

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        shared = fixturedef.scope != "function"
        before = self._switch(f"{_SHARED}{fixturedef.argname}") if shared else self._now
        try:
            return (yield)
        finally:
            self._switch(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._passed[report.nodeid] = Timed(report.nodeid, 0.0)

    def _keep(self, file: str) -> None:
        self._cover.stop()
        data = self._cover.get_data()
        by_line: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        outside: defaultdict[str, list[int]] = defaultdict(list)
        for path in self._paths:
            for line, names in data.contexts_by_lineno(str(ROOT / path)).items():
                for name in names:
                    if name == _OUTSIDE:
                        outside[path].append(line)
                    elif name.startswith(_SHARED):
                        self._shared[path][line].add(name.removeprefix(_SHARED))
                    else:
                        by_line[path][line].add(name)
        for path, lines in self._shared.items():
            for line, fixtures in lines.items():
                by_line[path][line].update(*(self._uses[fixture] for fixture in fixtures))
        self._known.add_outside(outside)
        self._known.add(file, list(self._passed.values()), by_line, _text_of(file))
        self._known.keep()
        _forget_what_is_cached()
        self._passed, self._uses = {}, defaultdict(set)
        self._cover = self._begun()


def pytest_configure(config: pytest.Config) -> None:
    """Watch, where it is asked for."""
    if WATCHED in os.environ:
        config.pluginmanager.register(_Watch(Path(os.environ[KEPT_IN]), json.loads(os.environ[WATCHED])))
