"""The suite's own promises: nothing in it fails because a machine is slow."""

import ast
import os
import time
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.waiting import HANG

ROOT = Path(__file__).parents[2]
SUITE = [path for place in ("tests", "docs", "examples") for path in sorted((ROOT / place).rglob("*.py"))]
TESTS = [path for path in SUITE if path.is_relative_to(ROOT / "tests") and path.name != "waiting.py"]
THE_PROFILE_ALONE = {"deadline", "suppress_health_check", "derandomize", "database", None}
"""What conftest.py says for all: a test that says it too drops what is said there (None: `**more` could hold any)."""
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time", "monotonic_ns", "perf_counter_ns"}
GUARDS = ("HANG", "MILLISECONDS")


def nodes(paths: list[Path]) -> Iterator[tuple[str, ast.AST]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node


def keywords(paths: list[Path], *names: str) -> Iterator[tuple[str, ast.keyword]]:
    """The keywords of each call, or of each call of something that has one of these names."""
    for place, node in nodes(paths):
        if isinstance(node, ast.Call) and (not names or called(node) in names):
            yield from ((place, keyword) for keyword in node.keywords)


def called(node: ast.AST) -> str:
    """The last name of what is called: `monotonic` of `time.monotonic()`."""
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


@settings(max_examples=1)
@given(st.just(0.25))
def test_an_example_may_take_longer_than_hypothesis_would_let_it(seconds):
    time.sleep(seconds)


def test_one_profile_holds_for_the_whole_suite():
    for name in ("suite", "suite-in-ci"):
        profile = settings.get_profile(name)
        assert profile.deadline is None
        assert HealthCheck.too_slow in profile.suppress_health_check
    assert settings.get_profile("suite-in-ci").derandomize
    now = settings()
    assert (now.deadline, now.derandomize) == (None, bool(os.environ.get("CI")))


def test_no_test_has_a_deadline_or_a_health_check_of_its_own():
    said = keywords(SUITE, "settings", "register_profile", "load_profile")
    assert [f"{place} {keyword.arg}" for place, keyword in said if keyword.arg in THE_PROFILE_ALONE] == []


def test_no_test_asserts_how_long_something_takes():
    asserted = [(place, node) for place, node in nodes(TESTS) if isinstance(node, ast.Assert)]
    assert [place for place, node in asserted if CLOCKS & {called(inner) for inner in ast.walk(node)}] == []


def test_a_timeout_guards_against_hanging_alone():
    said = [(place, ast.unparse(keyword.value)) for place, keyword in keywords(TESTS) if keyword.arg == "timeout"]
    assert [f"{place} {text}" for place, text in said if text not in GUARDS] == []
    assert HANG >= 600
