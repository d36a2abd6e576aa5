"""Each .pxd of the kernel gives types to what its source holds, no more and no less, even where nothing is compiled."""

import ast
import datetime as dt
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ehcp_flow import Case, england
from ehcp_flow.calendars import england as calendars
from ehcp_flow.engine import kernel
from ehcp_flow.engine.choice import PARTS, interpreted_kernel
from ehcp_flow.engine.judged_case import judge_case
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.measures import years
from ehcp_flow.measures.contributing import entries_space, figures_of, periods_of, rows_of
from ehcp_flow.moves.region_tables import history_space, kernel_moves
from hatch_build import PARTS as COMPILED
from hatch_build import laid_together
from tests.moves.telling import PATHWAY

HERE = Path(kernel.__file__).parent


def types_of(part: str) -> str:
    return HERE.joinpath(f"{part}.pxd").read_text("utf-8")


def defined_in(part: str) -> list[ast.stmt]:
    return ast.parse(HERE.joinpath(f"{part}.py").read_text("utf-8")).body


def names(listed: str) -> list[str]:
    return re.findall(r"\w+", listed)


@pytest.mark.parametrize("part", PARTS)
def test_every_constant_has_a_type(part):
    lines = re.findall(r"^cdef int ([A-Z_, ]+)$", types_of(part), re.MULTILINE)
    typed = [name for line in lines for name in names(line)]
    targets = [target for each in defined_in(part) if isinstance(each, ast.Assign) for target in each.targets]
    constants = [name for target in targets for name in names(ast.unparse(target))]
    assert sorted(typed) == sorted(constants)


def test_no_two_parts_use_one_name_for_two_things():
    """Compiled they are one library, in which the later one would take the earlier one's place."""
    told = [
        name
        for part in PARTS
        for each in defined_in(part)
        for name in (
            [name for target in each.targets for name in names(ast.unparse(target))]
            if isinstance(each, ast.Assign)
            else [each.name]
            if isinstance(each, ast.FunctionDef | ast.ClassDef)
            else []
        )
    ]
    assert [name for name, times in Counter(told).items() if times > 1 and name != "__all__"] == []


@pytest.mark.parametrize("part", PARTS)
def test_every_function_has_types_for_the_arguments_it_takes(part):
    typed = {
        name: [names(part)[-1] for part in arguments.split(",")]
        for name, arguments in re.findall(
            r"^cdef (?:int|bint|void) (\w+)\(([^)]*)\) noexcept nogil$", types_of(part), re.MULTILINE
        )
    }
    functions = {
        each.name: [arg.arg for arg in each.args.args] for each in defined_in(part) if isinstance(each, ast.FunctionDef)
    }
    assert typed == functions


def test_cython_takes_the_types(tmp_path):
    for end, told in zip((".py", ".pxd"), laid_together(HERE), strict=True):
        tmp_path.joinpath(f"_kernel{end}").write_bytes(told)
    command = [sys.executable, "-m", "cython", "-3", "-X", "infer_types=True", tmp_path / "_kernel.py"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("part", PARTS)
def test_no_table_gets_a_local_name(part):
    known = PARTS[: PARTS.index(part) + 1]
    tables = {name for each in known for line in re.findall(r"int\[::1\] (.*)", types_of(each)) for name in names(line)}
    assigned = [each.value for each in ast.walk(ast.Module(defined_in(part), [])) if isinstance(each, ast.Assign)]
    assert tables
    assert [ast.unparse(each) for each in assigned if isinstance(each, ast.Attribute) and each.attr in tables] == []


def test_what_is_compiled_is_what_is_looked_at_for_being_stale():
    assert PARTS == COMPILED


@pytest.fixture(scope="module")
def tables():
    chosen, book = interpreted_kernel(), compiled(england())
    judged = judge_case(Case("a", ()), dt.date(2026, 1, 1), book, calendars())
    law, days, facts, found = judged.laid_out
    periods = periods_of([years(2025, judged.as_of)], judged.as_of, chosen)
    entries = entries_space(lambda count: [0] * count, 0, 0, 0, chosen)
    history = chosen.walk.History(history_space(0, lambda count: [0] * count) | {"ends": [], "left_shut": []})
    moves, figures = kernel_moves(PATHWAY, chosen), figures_of(book, chosen)
    filled = (law, days.days, facts, found, moves, history, figures, periods, rows_of(judged, chosen), entries)
    return {type(each).__name__: each for each in filled}


@pytest.mark.parametrize(
    ("part", "which"),
    [(part, name) for part in PARTS for name in re.findall(r"^cdef class (\w+):", types_of(part), re.MULTILINE)],
)
def test_every_table_has_a_type_and_is_filled(part, which, tables):
    block = re.search(rf"^cdef class {which}:\n((?:    .*\n)+)", types_of(part), re.MULTILINE)
    assert block
    typed = [
        name
        for line in re.findall(r"cdef public (?:const )?(?:int|bint|long long)(?:\[::1\])? (.*)", block[1])
        for name in names(line)
    ]
    assert sorted(typed) == sorted(vars(tables[which]))
