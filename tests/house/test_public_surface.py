"""What the package shows: exactly these names, each documented, and none of them loaded before it is used."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import ehcp_flow

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    f"ehcp_flow.{path.stem}" for path in (ROOT / "ehcp_flow").glob("*.py") if not path.stem.startswith("__")
)


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout


def test_the_public_names_are_sorted_and_told_once():
    assert ehcp_flow.__all__ == sorted(set(ehcp_flow.__all__))


def test_what_is_visible_is_what_is_public():
    assert [name for name in dir(ehcp_flow) if name != "__version__"] == ehcp_flow.__all__


@pytest.mark.parametrize("name", ehcp_flow.__all__)
def test_every_public_name_can_be_had_and_is_documented(name):
    thing = getattr(ehcp_flow, name)
    assert inspect.getdoc(thing), f"{name} has no docstring"
    assert name in vars(ehcp_flow), "it is kept once it was loaded"


@pytest.mark.parametrize("name", ehcp_flow.__all__)
def test_a_type_checker_sees_the_name_that_is_loaded(name):
    tree = ast.parse((ROOT / "ehcp_flow" / "__init__.py").read_text("utf-8"))
    imported = {
        alias.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert getattr(importlib.import_module(str(imported[name])), name) is getattr(ehcp_flow, name)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'ehcp_flow' has no attribute 'deadline_of'"):
        _ = ehcp_flow.deadline_of


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert ehcp_flow.__version__ == version("ehcp-flow")


def test_a_module_is_not_hidden_by_a_public_name():
    code = """
import ehcp_flow as ef
ef.due, ef.deadlines_of
import ehcp_flow.deadlines as module
print(type(module).__name__, type(ef.deadlines).__name__)
"""
    assert run(code).split() == ["module", "module"]
    assert isinstance(importlib.import_module("ehcp_flow.deadlines"), ModuleType)


@pytest.mark.parametrize(
    "heavy", ["sqlalchemy", "polars", "typer", "holidays", "pydantic", "dateutil", "transitions", "rich"]
)
def test_importing_the_package_loads_nothing_heavy(heavy):
    assert run(f"import sys, ehcp_flow; print({heavy!r} in sys.modules)") == "False\n"


@pytest.mark.parametrize("heavy", ["sqlalchemy", "polars", "typer", "rich", "alembic"])
def test_a_deadline_is_computed_without_the_store_the_columns_or_the_command_line(heavy):
    code = f"""
import sys, ehcp_flow as ef
ef.due("request_received", "2026-03-02", as_of="2026-03-02")
print({heavy!r} in sys.modules)
"""
    assert run(code) == "False\n"


@pytest.mark.parametrize("module", MODULES)
def test_every_name_that_a_module_offers_is_there_and_documented(module):
    loaded = importlib.import_module(module)
    assert inspect.getdoc(loaded)
    for name in getattr(loaded, "__all__", ()):
        thing = getattr(loaded, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), f"{module}.{name} has no docstring"
