"""The tests are a house as well: what tests a part lies where the part lies, and what crosses says so."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "ehcp_flow"
SOURCES = {path.relative_to(TESTS).as_posix(): path.read_text("utf-8") for path in sorted(TESTS.rglob("*.py"))}
FOLDERS = {path.parent.name for path in TESTS.glob("*/__init__.py")}

CROSSES = {
    "docs", "doors", "examples", "fuzz", "golden", "house", "kernel", "outputs", "snapshots", "spark", "types",
}  # fmt: skip
"""Folders that are about more than one part of the package."""
TESTED_ELSEWHERE = {"testing": "its contract runs in tests/store, its strategies wherever Hypothesis draws a life"}
"""Folders of the package without one of tests."""


def test_a_folder_of_tests_is_a_folder_of_the_package_or_says_that_it_crosses():
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert parts & CROSSES == set()
    assert parts - set(TESTED_ELSEWHERE) | CROSSES == FOLDERS


def test_a_module_of_tests_beside_the_folders_is_that_of_a_module_of_the_package():
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert tested - {path.stem for path in PACKAGE.glob("*.py")} == set()


def test_a_folder_of_tests_says_what_is_asked_there():
    said = {
        name: ast.get_docstring(ast.parse(text)) or "" for name, text in SOURCES.items() if name.endswith("__init__.py")
    }
    assert [name for name, text in said.items() if len(text.split()) < 20] == []
