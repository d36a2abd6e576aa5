"""The pytest plugin of ehcp_flow: fixtures, rules as tests, and `--ehcp-caseload`. `docs/compliance-tests.md` shows it.

pytest loads this in every run, before any other plugin: so it is a package by itself, and loads nothing of ehcp_flow
until a fixture is asked for or a rule is met.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ehcp_flow.store import Store
    from ehcp_flow.testing.case_builder import CaseBuilder

_RULES = "ehcp_flow.testing.compliance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plugin."""
    group = parser.getgroup("ehcp_flow", "ehcp_flow: an authority's own rules over its cases")
    group.addoption("--ehcp-caseload", metavar="FILE", help="run the compliance rules over these facts, a test a case")
    group.addoption("--ehcp-as-of", metavar="DAY", help="the day on which the cases are judged (today if not given)")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the caseload, if the command line names one."""
    if session.config.getoption("ehcp_caseload"):
        from ehcp_flow.testing.rule_items import read_caseload

        read_caseload(session.config)


def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> list[pytest.Item] | None:
    """Make of each rule its three tests, and with the first rule of a module the tests of the cases."""
    if _RULES not in sys.modules or not isinstance(obj, sys.modules[_RULES].ComplianceRule):
        return None
    from ehcp_flow.testing.rule_items import items_of

    return items_of(collector, name)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say of each rule in how many cases it is kept and in how many it is broken."""
    if terminalreporter.config.getoption("ehcp_caseload"):
        from ehcp_flow.testing.rule_items import write_summary

        write_summary(terminalreporter)


@pytest.fixture(scope="session")
def case_builder() -> Callable[..., CaseBuilder]:
    """Tell a case in weeks: `case_builder(received="2026-01-05").week(5, "assessment_agreed")`."""
    from ehcp_flow.testing.case_builder import case_builder as begin

    return begin


@pytest.fixture
def frozen_day() -> Iterator[Callable[[str], None]]:
    """Freeze today until the test ends: `frozen_day("2026-06-30")`; called again, it moves on."""
    from ehcp_flow.testing.sample import frozen

    with ExitStack() as held:

        def freeze(day: str) -> None:
            held.close()
            held.enter_context(frozen(day))

        yield freeze


@pytest.fixture
def memory_store() -> Iterator[Store]:
    """An empty store in memory, which is forgotten when the test ends."""
    from ehcp_flow.store import Store

    with Store.open("memory:") as store:
        yield store
