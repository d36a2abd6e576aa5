"""The map: every path, name and test that a page names is there, and the house is drawn as its contract has it."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.test_write_a_rulebook import PAGE as GUIDE
from tests.docs.test_write_a_rulebook import fragments

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ehcp_flow"
MAP = ROOT / "CONTRIBUTING.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PAGES = [MAP, ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
BASES = (ROOT, PACKAGE, PACKAGE / "law" / "england", ROOT / "docs")
"""From where a page may name a path."""

CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w./-]+/|[\w./-]+\.(?:py|pxd|toml|md|j2)|[\w.-]+(?:/[\w.-]+)+\.(?:csv|txt|jsonl)")
NAMED = re.compile(r"`(?P<name>[^`|.\n][^`|\n]*)`[^`|;\n]{0,40}? in `(?P<path>[^`\n]+)`")
TEST = re.compile(r"`(?P<path>tests/[\w/]+\.py)::(?P<test>\w+)`")


def found(name: str) -> Path | None:
    """The place that a page means: from one of the bases on, or, of a bare name, anywhere in the package."""
    whole = next((base / name for base in BASES if (base / name).exists()), None)
    return whole if whole or "/" in name else next(PACKAGE.rglob(name), None)


def page_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_path_that_a_page_names_is_there(page):
    told = {each for each in CODE.findall(page.read_text("utf-8")) if PATH.fullmatch(each)}
    if page == GUIDE:  # its fragments are files of the reader's, which its own tests write and load
        told -= {name for name, _ in fragments()}
    assert {each for each in told if found(each) is None} == set()


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_what_a_page_says_stands_in_a_module_stands_there(page):
    told = [(each["name"], found(each["path"])) for each in NAMED.finditer(page.read_text("utf-8"))]
    files = [(name, path) for name, path in told if path and path.is_file() and not PATH.fullmatch(name)]
    assert [f"{name} in {path}" for name, path in files if name not in path.read_text("utf-8")] == []


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_test_that_a_page_names_exists(page):
    for each in TEST.finditer(page.read_text("utf-8")):
        tree = ast.parse((ROOT / each["path"]).read_text("utf-8"))
        assert each["test"] in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_map_answers_where_and_says_what_tests_it():
    rows = [line.split(" | ") for line in MAP.read_text("utf-8").splitlines() if line.startswith("| ")]
    where = [row for row in rows if len(row) == 3 and "tests/" in row[2] and "ehcp_flow/" in row[1]]
    assert len(where) >= 30
    for asked in ("20-week exception", "phase transfer", "a figure", "an event", "a state", "a column", "a word of"):
        assert any(asked in row[0] for row in rows), asked


def test_every_invariant_names_the_test_that_holds_it():
    text = ARCHITECTURE.read_text("utf-8").partition("## What must not be broken")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 15
    assert [row for row in rows if not TEST.search(row) and "(guarantees.md)" not in row] == []


def test_the_house_is_drawn_as_its_layers_are():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["id"] == "layers")
    there = [
        [name for name in re.findall(r"\w+", layer) if found(f"ehcp_flow/{name}") or found(f"{name}.py")]
        for layer in layers
    ]
    drawing = ARCHITECTURE.read_text("utf-8").partition("## The house")[2].split("```")[1]
    drawn = [re.split(r" {4,}", line)[0].split() for line in drawing.strip().splitlines()]
    assert drawn == [names for names in there if names and names != ["__main__"]]
