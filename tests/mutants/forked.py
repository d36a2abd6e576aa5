"""Tests that are collected once, and tried on one fault after another, each in a child of the process that did so.

In the child the functions that hold the fault get the code that has it; nothing is imported again, no file is touched.
What runs only as modules are imported cannot be tried so: `swapped` does it, in a process that begins anew.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from inspect import CO_OPTIMIZED
from types import CodeType, FunctionType
from typing import Final

import pytest

from tests.mutants.changes import ROOT, Mutant, changed

__all__ = ["Collected"]

HANG: Final = 900.0
"""Seconds after which a fault that waits has made the tests hang."""
MEMORY: Final = 4 << 30
"""Bytes that a fault may take before it counts as one that never ends."""
_DOT: Final = b"."


class Collected:
    """A plugin of pytest that gives the tests that were collected to `use`, in the place of running them."""

    def __init__(self, use: Callable[[Collected], None]) -> None:
        self._use = use
        self._items: dict[str, pytest.Item] = {}
        self._functions: defaultdict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
        self._failed = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Give what was collected to its user."""
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} files of tests cannot be read")
        reporter = session.config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            session.config.pluginmanager.unregister(reporter)
        self._items = {item.nodeid: item for item in session.items}
        for each in gc.get_objects():
            if type(each) is FunctionType and each.__code__.co_filename.startswith(str(ROOT / "ehcp_flow")):
                self._functions[_known_by(each.__code__)].append(each)
        self._use(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first test that fails."""
        if report.failed:
            self._failed = self._failed or report.nodeid

    def has(self, test: str) -> bool:
        """Return whether a test was collected."""
        return test in self._items

    def can_try(self, mutant: Mutant) -> bool:
        """Return whether a fault is in functions that are there and can be given other code."""
        codes = _changed_codes(mutant)
        return codes is not None and all(self._functions[_known_by(code)] for code in codes)

    def attempt(self, mutant: Mutant, tests: Sequence[str], seconds: float) -> str | None:
        """Return the first of the tests that finds a fault, None if none does.

        One that takes more of the processor than so many seconds, or more memory than there should be, is found; then,
        and where it ends the process, the text is empty.
        """
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setsid()
                os.close(reads)
                self._in_child(mutant, tests, seconds, writes)
            finally:
                os._exit(1)
        os.close(writes)
        said = os.read(reads, 4096) if select.select([reads], [], [], HANG)[0] else b""
        os.close(reads)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None if said == _DOT else said.decode()

    def _in_child(self, mutant: Mutant, tests: Sequence[str], seconds: float, writes: int) -> None:
        limit = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        for code in _changed_codes(mutant) or ():
            for function in self._functions[_known_by(code)]:
                function.__code__ = code
        items = [self._items[name] for name in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                break
        os.write(writes, self._failed.encode() or _DOT)


def _known_by(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _changed_codes(mutant: Mutant) -> list[CodeType] | None:
    """Return the code of the outermost functions that a fault changes, None where it changes more than functions."""
    path = ROOT / mutant.path
    before = compile(path.read_text("utf-8"), str(path), "exec", dont_inherit=True)
    return _differing(before, compile(changed(mutant.path, mutant.number), str(path), "exec", dont_inherit=True))


def _differing(before: CodeType, after: CodeType) -> list[CodeType] | None:
    if before == after:
        return []
    if after.co_flags & CO_OPTIMIZED:
        return [after]
    if before.co_code != after.co_code or before.co_names != after.co_names or _plain(before) != _plain(after):
        return None
    found: list[CodeType] = []
    for one, other in zip(_parts(before), _parts(after), strict=True):
        codes = _differing(one, other)
        if codes is None:
            return None
        found += codes
    return found


def _parts(code: CodeType) -> Iterator[CodeType]:
    return (each for each in code.co_consts if isinstance(each, CodeType))


def _plain(code: CodeType) -> list[object]:
    return [(type(each), each) for each in code.co_consts if not isinstance(each, CodeType)]
