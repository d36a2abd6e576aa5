"""The faults that the tests once missed, and how faults are found and put in."""

import ast

import pytest

from tests.mutants.__main__ import AREAS, FOUND, LEFT, attempt, files, finders_of
from tests.mutants.changes import ROOT, changed, mutants_of

ONCE_MISSED = (
    ("ehcp_flow/store/chain.py", "link", "{stored_at}", "", "tests/store/test_chain.py"),
    ("ehcp_flow/measures/exceptions.py", "exception_rate", "difference ** 2 <= spread", "difference ** 2 < spread",
     "tests/measures/test_hidden.py"),
    ("ehcp_flow/law/version.py", "Reading.is_of", "self.in_force_from <= version.in_force_to",
     "self.in_force_from < version.in_force_to", "tests/law/test_version.py"),
    ("ehcp_flow/law/version.py", "Reading.is_of", "version.in_force_from <= self.in_force_to",
     "version.in_force_from < self.in_force_to", "tests/law/test_version.py"),
)  # fmt: skip
"""The file, the function, what stood and stands there, and the test that finds it now."""


def fault(path, function, before, after):
    """The one fault that this names; of a text, that in which a part of it is missing."""
    named = [each for each in mutants_of(path) if each.function == function]
    if before.startswith("{"):
        (found,) = [
            each for each in named if each.before.replace(before, after) == each.after and before in each.before
        ]
    else:
        (found,) = [each for each in named if (each.before, each.after) == (before, after)]
    return found


@pytest.mark.parametrize(("path", "function", "before", "after", "test"), ONCE_MISSED)
def test_a_fault_that_was_once_missed_is_found(path, function, before, after, test):
    assert attempt(fault(path, function, before, after), [test]) == FOUND


def test_a_fault_of_another_module_is_not_found_by_a_test_that_does_not_know_it():
    assert attempt(fault(*ONCE_MISSED[0][:4]), ["tests/test_masking.py"]) == LEFT


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
