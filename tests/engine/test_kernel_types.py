"""The .pxd of the kernel give types to what it holds, no more and no less; so is it told where nothing is compiled."""

import ast
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ehcp_flow import Case, england
from ehcp_flow.calendars import england as calendars
from ehcp_flow.engine import kernel
from ehcp_flow.engine.choice import PARTS
from ehcp_flow.engine.judging import judge_case
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.engine.walk import Moves
from ehcp_flow.states.pathway import PATHWAY
from ehcp_flow.states.walking import steps_of, ways_of
from hatch_build import PARTS as COMPILED
from hatch_build import joined

ENGINE = Path(kernel.__file__).parent
TYPES = joined(ENGINE, ".pxd").decode()
DEFINED = ast.parse(joined(ENGINE, ".py")).body


def names(listed: str) -> list[str]:
    return re.findall(r"\w+", listed)


def test_every_constant_has_a_type():
    typed = [name for line in re.findall(r"^cdef int ([A-Z_, ]+)$", TYPES, re.MULTILINE) for name in names(line)]
    constants = [ast.unparse(target) for each in DEFINED if isinstance(each, ast.Assign) for target in each.targets]
    assert sorted(typed) == sorted(constants)


def test_every_function_has_types_for_the_arguments_it_takes():
    typed = {
        name: [names(part)[-1] for part in arguments.split(",")]
        for name, arguments in re.findall(
            r"^cdef (?:int|bint|void) (\w+)\(([^)]*)\) noexcept nogil$", TYPES, re.MULTILINE
        )
    }
    functions = {
        each.name: [arg.arg for arg in each.args.args] for each in DEFINED if isinstance(each, ast.FunctionDef)
    }
    assert typed == functions


def test_cython_takes_the_types(tmp_path):
    for end in (".py", ".pxd"):
        tmp_path.joinpath(f"_kernel{end}").write_bytes(joined(ENGINE, end))
    command = [sys.executable, "-m", "cython", "-3", "-X", "infer_types=True", tmp_path / "_kernel.py"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_table_gets_a_local_name():
    tables = {name for line in re.findall(r"int\[::1\] (.*)", TYPES) for name in names(line)}
    assigned = [each.value for each in ast.walk(ast.Module(DEFINED, [])) if isinstance(each, ast.Assign)]
    assert tables
    assert [ast.unparse(each) for each in assigned if isinstance(each, ast.Attribute) and each.attr in tables] == []


def test_what_is_compiled_is_what_is_looked_at_for_being_stale():
    assert PARTS == COMPILED


@pytest.mark.parametrize("which", ["Law", "Days", "Facts", "Found", "Moves", "Trail"])
def test_every_table_has_a_type_and_is_filled(which):
    law, days, facts, found = judge_case(Case("a", ()), dt.date(2026, 1, 1), compiled(england()), calendars()).laid_out
    trail = steps_of(PATHWAY, [])
    trail.ends = []
    laid_out = {
        "Law": law, "Days": days.days, "Facts": facts, "Found": found,
        "Moves": Moves(ways_of(PATHWAY).moves), "Trail": trail,
    }[which]  # fmt: skip
    block = re.search(rf"^cdef class {which}:\n((?:    .*\n)+)", TYPES, re.MULTILINE)
    assert block
    typed = [
        name
        for line in re.findall(r"cdef public (?:const )?(?:int|bint)(?:\[::1\])? (.*)", block[1])
        for name in names(line)
    ]
    assert sorted(typed) == sorted(vars(laid_out))
