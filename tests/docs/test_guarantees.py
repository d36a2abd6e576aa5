"""The page of promises rests on tests: each promise names at least one, and each test that it names exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
NAMED = re.compile(r"`(?P<file>contract|tests/[\w/]+\.py)::(?P<test>[\w.]+)`")
PROMISES = [
    line
    for line in PAGE.partition("## What verify does not see")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]


def functions_of(file):
    paths = sorted((ROOT / "ehcp_flow" / "testing").glob("contract*.py")) if file == "contract" else [ROOT / file]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", PROMISES, ids=lambda line: line.split("|")[1].strip()[:60])
def test_every_promise_names_the_test_that_shows_it(line):
    assert NAMED.search(line.split("|")[3])


@pytest.mark.parametrize("named", sorted(set(NAMED.findall(PAGE))), ids="::".join)
def test_every_test_that_is_named_exists(named):
    file, test = named

    assert test.startswith("test_")
    assert test in functions_of(file)


def test_no_test_is_named_in_another_way():
    told = {word for word in re.findall(r"`([^`\n]*)`", PAGE) if "test_" in word}

    assert told - {"::".join(named) for named in NAMED.findall(PAGE)} == {"tests/docs/test_guarantees.py"}
