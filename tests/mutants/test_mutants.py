"""The faults that the tests once missed, and how faults are found and put in."""

import ast

import pytest

from tests.mutants.__main__ import AREAS, FOUND, LEFT, attempt, files, finders_of, held, share
from tests.mutants.changes import ROOT, changed, mutants_of

ROWS = held()
MOST = 20
"""How many faults the suite tries, each in a process of its own of some seconds."""


@pytest.mark.parametrize("row", share(ROWS, MOST), ids=lambda row: f"{row.function}: {row.after}")
def test_a_fault_that_is_known_to_be_found_is_found(row):
    """Each was found by its test when it was named: this fails where that test has been weakened since."""
    fault = row.fault()
    assert fault is not None
    assert attempt(fault, [row.test]).said == FOUND


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.function}: {row.after}")
def test_each_fault_that_is_named_is_there_with_its_test(row):
    assert row.fault() is not None, "the code is another now: name another fault of it in found.toml, or none"
    file, *names = row.test.split("::")
    tests = ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
    assert {each.name for each in tests if isinstance(each, ast.FunctionDef | ast.ClassDef)} >= set(names)


def test_a_fault_of_another_module_is_not_found_by_a_test_that_does_not_know_it():
    fault = ROWS[0].fault()
    assert fault is not None
    assert attempt(fault, ["tests/test_masking.py"]).said == LEFT


def test_the_share_is_the_same_for_the_same_code_and_no_larger_than_asked():
    chosen = share(ROWS, 3)
    assert chosen == share(list(reversed(ROWS)), 3)
    assert len(set(chosen)) == 3
    assert set(share(ROWS, len(ROWS) + 1)) == set(ROWS)


@pytest.mark.parametrize("path", files(()))
def test_each_fault_changes_its_module_in_one_place_and_compiles(path):
    source = ast.unparse(ast.parse((ROOT / path).read_text("utf-8")))
    every = mutants_of(path)
    assert len({each.key for each in every}) == len(every)
    for each in every[:: max(len(every) // 5, 1)]:
        other = changed(path, each.number)
        compile(other, path, "exec", dont_inherit=True)
        assert ast.unparse(other) != source, each


def test_every_area_has_files_and_tests_that_there_are():
    assert all(files([area]) for area in AREAS)
    for path in files(()):
        assert all((ROOT / test).exists() for test in finders_of(path))
