"""The faults that the tests once missed, and how faults are found and put in."""

import ast
import json
import subprocess
import sys

import pytest

from tests.mutants.__main__ import (
    AREAS,
    FOUND,
    KEPT,
    LEFT,
    attempt,
    files,
    files_of_tests,
    finders_of,
    held,
    known,
    share,
)
from tests.mutants.changes import ROOT, changed, mutants_of
from tests.mutants.reached import Reached, Timed, reached

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


COUNTING, OF_COUNTING = "ehcp_flow/counting.py", "tests/test_counting.py"


def test_which_tests_reach_a_line_is_looked_up_once_and_kept(tmp_path):
    first = reached(tmp_path, [OF_COUNTING], [COUNTING])
    names = {test.name for test in first.tests if test is not None}
    assert all(name.startswith(OF_COUNTING) for name in names)
    looked_at = (tmp_path / ".mutants.reached").stat().st_mtime_ns
    again = reached(tmp_path, [OF_COUNTING], [COUNTING])
    assert (tmp_path / ".mutants.reached").stat().st_mtime_ns == looked_at
    for each in mutants_of(COUNTING):
        able = first.of(each)
        assert able == again.of(each)
        assert {test.name for test in able} <= names


def test_the_likeliest_test_of_a_fault_comes_first(tmp_path):
    """One of each function, those of the file's own name sooner; of another function only what is beside it."""
    fault = next(each for each in mutants_of(COUNTING) if each.function == "Weeks.after")
    tests = [Timed(f"{file}::{name}", seconds) for file, name, seconds in (
        ("tests/law/test_a.py", "test_x", 0.1), ("tests/law/test_a.py", "test_other", 0.01),
        (OF_COUNTING, "test_y[1]", 0.2), (OF_COUNTING, "test_y[2]", 0.3), (OF_COUNTING, "test_z", 5.0),
    )]  # fmt: skip
    what = Reached(tmp_path)
    for file in ("tests/law/test_a.py", OF_COUNTING):
        of_file = [test for test in tests if test.file == file]
        reach = {fault.line: [test.name for test in of_file if "other" not in test.name]}
        what.add(file, of_file, {COUNTING: reach}, "text")
    assert [test.name.partition("::")[2] for test in what.of(fault)] == [
        "test_y[1]", "test_x", "test_z", "test_y[2]", "test_other",
    ]  # fmt: skip
    what.forget(OF_COUNTING)
    assert [test.name.partition("::")[2] for test in what.of(fault)] == ["test_x", "test_other"]


def test_a_run_goes_on_where_it_was_stopped(tmp_path):
    command = [sys.executable, "-m", "tests.mutants", "flow/counting", "--tests", OF_COUNTING, "--kept", str(tmp_path)]
    done = subprocess.run([*command, "--sample", "3"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "3 faults, 3 tried (100.0 %)" in done.stdout, done.stderr
    rows = [json.loads(row) for row in (tmp_path / KEPT).read_text("utf-8").splitlines()]
    assert {row["said"] for row in rows} <= {FOUND, LEFT}
    assert FOUND in {row["said"] for row in rows}
    assert all(row["by"].startswith(OF_COUNTING) for row in rows if row["said"] == FOUND)
    assert done.returncode == (LEFT in {row["said"] for row in rows})
    again = subprocess.run([*command, "--sample", "4"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "4 faults, 4 tried (100.0 %)" in again.stdout
    assert len(known(tmp_path / KEPT)) == len((tmp_path / KEPT).read_text("utf-8").splitlines()) == 4


def test_the_tests_of_an_area_are_files_that_there_are():
    assert OF_COUNTING in files_of_tests([COUNTING])
    assert all((ROOT / file).is_file() for file in files_of_tests(files(())))
