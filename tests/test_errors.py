"""The tree of errors: one root, an exit code each, and every one of them can travel to another process."""

import ast
import importlib
import inspect
import pickle
import pkgutil
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import ehcp_flow
from ehcp_flow.errors import EhcpFlowError, ExitCode, FactError, LibraryMissing, UnknownNameError
from ehcp_flow.facts import make_fact
from tests.waiting import HANG

FACT = make_fact("request_received", case_id="a", on="2026-03-02")
SAMPLES: dict[str, Any] = {
    "kernel": "compiled",
    "actual": 3, "authority": "885", "by": "manage.py migrate", "case_id": "a", "changed": (FACT, FACT),
    "detail": "disk I/O error", "erased_on": "2026-03-02",
    "event": "plan_agreed", "expected": "write a date", "extra": "reports", "fact_id": "f/1", "field": "on",
    "file": "01_request.toml", "found": "v1", "key": "limit.0.title", "kind": "limit",
    "known": ("final_plan", "advice"), "library": "XlsxWriter", "line": 7, "missing": (FACT,), "name": "finalplan",
    "recorded": FACT, "seen": 2, "sentence": "the tables do not fit", "source": "cases.csv", "url": "sqlite:///a.db",
    "value": "31/02/2026", "verdict": ("amend", "no plan is on record"), "version": 4, "wanted": "v2",
    "what": "a date", "where": "row 3", "why": "the calendar has no such day", "write": "2026-03-02", "column": "on",
    "path": "out.csv", "title": "A made-up procedure",
}  # fmt: skip
"""A value for every parameter that the errors take: a class with a new one fails the tests until it has one here."""


def tree() -> list[type[EhcpFlowError]]:
    """Every error class that the package defines, found by importing all of it."""
    found: dict[type[EhcpFlowError], None] = {EhcpFlowError: None}
    for module in pkgutil.walk_packages(ehcp_flow.__path__, "ehcp_flow."):
        if ".contrib.django." in module.name:
            continue  # what only a host with its settings can load; `test_what_django_loads_has_no_errors` looks at it
        if ".migrations." not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = [EhcpFlowError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.startswith("ehcp_flow") and kind not in found:
                found[kind] = None
                waiting.append(kind)
    return sorted(found, key=lambda kind: kind.__qualname__)


TREE = tree()


def test_what_django_loads_has_no_errors_of_its_own():
    files = (Path(ehcp_flow.__file__).parent / "contrib" / "django").rglob("*.py")
    bases = [
        (file.name, kind.name)
        for file in files
        for kind in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(kind, ast.ClassDef) and any(ast.unparse(base).endswith("Error") for base in kind.bases)
    ]

    assert bases == []


def made(kind: type[EhcpFlowError]) -> EhcpFlowError:
    if not inspect.isfunction(kind.__init__):
        return kind("something is wrong")
    return kind(**{name: SAMPLES[name] for name in inspect.signature(kind).parameters})


def said_of(error: EhcpFlowError) -> tuple[str, str, str, dict[str, Any]]:
    return type(error).__qualname__, str(error), repr(error), vars(error)


def raised(kind: type[EhcpFlowError]) -> None:
    raise made(kind)


def test_nothing_of_ours_is_raised_outside_the_tree():
    strangers = [
        f"{module.name}.{name}"
        for module in pkgutil.walk_packages(ehcp_flow.__path__, "ehcp_flow.")
        if not {"migrations", "django", "__main__"} & set(module.name.split("."))
        for name, thing in vars(importlib.import_module(module.name)).items()
        if inspect.isclass(thing)
        and issubclass(thing, BaseException)
        and thing.__module__ == module.name
        and not issubclass(thing, EhcpFlowError)
        and not name.startswith("_")
    ]
    assert strangers == []


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__qualname__)
def test_each_class_knows_its_exit_code(kind):
    assert isinstance(kind.exit_code, ExitCode)
    assert kind.exit_code in {ExitCode.REFUSED, ExitCode.USAGE, ExitCode.DAMAGED, ExitCode.STORE}


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__qualname__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_each_error_pickles_whole(kind, protocol):
    error = made(kind)
    error.add_note("seen by a worker")
    arrived = pickle.loads(pickle.dumps(error, protocol))
    assert said_of(arrived) == said_of(error)
    assert arrived.__notes__ == ["seen by a worker"]
    assert said_of(pickle.loads(pickle.dumps(arrived, protocol))) == said_of(error)


def test_each_error_comes_out_of_another_process():
    """A pool waits for ever for an error that cannot be made again on this side."""
    with get_context("spawn").Pool(1) as pool:
        for kind, running in [(kind, pool.apply_async(raised, (kind,))) for kind in TREE]:
            with pytest.raises(kind) as caught:
                running.get(timeout=HANG)
            assert said_of(caught.value) == said_of(made(kind))


def test_a_value_that_cannot_travel_goes_as_what_it_is_shown_as():
    class Odd:
        def __reduce__(self):
            raise RuntimeError("never")

        def __repr__(self):
            return "<odd>"

    error = FactError("plan_agreed", "party", Odd(), "write text")
    arrived = pickle.loads(pickle.dumps(error))
    assert (str(arrived), arrived.value) == (str(error), "<odd>")


def test_what_a_program_may_also_catch():
    assert issubclass(LibraryMissing, ImportError)
    assert issubclass(UnknownNameError, LookupError)
    assert str(pickle.loads(pickle.dumps(LibraryMissing("polars", "bulk")))) == (
        'polars is not installed: pip install "ehcp-flow[bulk]"'
    )
