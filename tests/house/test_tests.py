"""The tests are a house as well: what tests a part lies where the part lies, and what crosses says so."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "ehcp_flow"
SOURCES = {path.relative_to(TESTS).as_posix(): path.read_text("utf-8") for path in sorted(TESTS.rglob("*.py"))}
FOLDERS = {path.parent.name for path in TESTS.glob("*/__init__.py")}

CROSSES = {
    "docs", "doors", "examples", "fuzz", "golden", "house", "kernel", "mutants", "outputs", "snapshots", "spark",
    "types", "wales",
}  # fmt: skip
"""Folders that are about more than one part of the package."""
PUBLIC_UNDERSCORES = {"_asdict", "_exit", "_fields", "_make", "_replace", "_repr_svg_"}
"""What Python and notebooks themselves call so, and mean for everybody."""
PRIVATE_NAMES_READ = {
    "calendars/test_statutory_days.py _table": "two threads that grow one calendar cannot be made to meet from outside",
    "calendars/test_statutory_days.py _wider": "as above",
    "store/test_erasing.py _erased_among": "two writers of one moment cannot be made to meet from outside",
    "store/test_erasing.py _sql": "as above",
    "store/test_erasing.py _write": "as above",
}
"""Private names of the package that a test may know, each with its reason."""


def test_a_folder_of_tests_is_a_folder_of_the_package_or_says_that_it_crosses():
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert parts & CROSSES == set()
    assert parts | CROSSES == FOLDERS


def test_a_module_of_tests_beside_the_folders_is_that_of_a_module_of_the_package():
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")}
    assert tested - {path.stem for path in PACKAGE.glob("*.py")} == set()


def test_a_folder_of_tests_says_what_is_asked_there():
    said = {
        name: ast.get_docstring(ast.parse(text)) or "" for name, text in SOURCES.items() if name.endswith("__init__.py")
    }
    assert [name for name, text in said.items() if len(text.split()) < 20] == []


def private_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a test takes from another module, or puts something in place of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls"):
            yield node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("getattr", "setattr", "patch.object")):
            told = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            yield from (text.rpartition(".")[2] for text in told)


def test_no_test_reads_private_names_of_another_module():
    found = {
        f"{name} {private}"
        for name, text in SOURCES.items()
        for private in private_names(ast.parse(text))
        if private.startswith("_") and not private.startswith("__") and private not in PUBLIC_UNDERSCORES
    }
    assert found == set(PRIVATE_NAMES_READ), "test it through what is public, or make what it needs public"


def test_the_name_of_a_test_says_what_would_be_broken():
    said = {
        f"{name} {node.name}"
        for name, text in SOURCES.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name.count("_") < 3
    }
    assert said == set(), "a name such as `test_a_missed_limit_moves_nothing` tells what to mend"
