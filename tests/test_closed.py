"""Closed sets: whoever adds to one is told where it has to be answered for, and no user by a KeyError."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from ehcp_flow.cli.options import Axis, StatusName
from ehcp_flow.closed import complete
from ehcp_flow.deadlines import STATUSES
from ehcp_flow.store.base import Axis as StoreAxis

PACKAGE = Path(__file__).parents[1] / "ehcp_flow"

HELD_ELSEWHERE = {
    "bulk.deadline_columns._COLUMNS": "another name is an AttributeError before it is looked up",
    "cli.app.COMMANDS": "another command is refused before it is looked up",
    "cli.forecast_flow._IN_WORDS": "another figure is refused before it is looked up: tests/forecast asks for each",
    "cli.messages.OF_ANOTHER_LAW": "`may_be_of_another_law` asks first whether it has the kind",
    "conversion.cell_dates._EPOCHS": "the two values of a bool",
    "conversion.cell_faults._ERRORS": "a text that is none of them is a formula without a value",
    "conversion.proposing._OF_THE_PERSON": "another role is asked about before it is looked up",
    "conversion.returns.item_values._AS_CELLS": "another type is asked about before it is looked up",
    "cli.registers": "the registers and tables that the command offers",
    "measures.registers._TABLE": "another register is refused before it is looked up",
    "grounds": "the verdicts that the kernel gives for a named limit: tests/law/test_exceptions.py has each",
    "identifiers.LONGEST": "another column is passed over before it is looked up",
    "measures.periods._SURVEY_DAYS": "another year is passed over before it is looked up",
    "readers.row_tables._ALSO_CALLED": "the columns that a header must have: tests/readers/test_csv.py leaves out each",
    "readers.refused_rows._STANDS_IN": "another column is asked about before it is looked up",
    "readers.event_log._OBJECTS": "the three that are named: tests/readers/test_event_log.py has each",
    "readers.event_log.EVENT_LOGS": "another format is refused before it is looked up",
    "readers.fact_writer._ROWS": "another format is refused before it is looked up",
    "reports.lists._TITLES": "the keys of the table beside it: tests/reports/test_overview.py has each list",
    "reports.verdict.SIGNS": "each change that there is has one: it is what `Change` lists",
    "reports.workbook_cover._ALONG": "the sheets that charts are drawn of: tests/reports/test_workbook.py has each",
    "law.guard.KINDS": "another kind is refused before it is looked up",
    "law.machine_checks._COUNTED": "the kinds of guards that name a limit, which alone are asked for one",
    "law.loader.SECTIONS": "another section is refused before it is looked up",
    "cli.words.WORDS": "another word is passed over before it is looked up",
    "measures.placed_children._LEADS_TO": "another school year is passed over before it is looked up",
    "reports.letters._WRITERS": "another reader is refused before it is looked up",
    "moves.appeals._NEEDED": "the words that the model of a ground lets pass",
    "moves.hosts_machine._REFUSED": "what it does not hold is let pass",
    "moves.region._OF_DISPUTES": "what answers a question is complete together with the table beside it",
    "particular_table._SETTLED": "another type is refused when the names are read",
    "reports.one_sheet._NAMES": "the parts of the sheet, from which what gave way is made",
    "measures.published_figures._LEVELS": "a row of another level is passed over before it is looked up",
    "service.answering_rules._TITLES": "the refusals that a path declares: `problems` is called as paths are made",
    "service.case_paths": "the three answers that the query parameter may have, which alone get there",
    "service.fact_bodies._SAID_BY": "another field is passed over before it is looked up",
    "store.addresses._MODES": "another mode is refused before it is looked up",
    "store.addresses._SWITCH": "another word is refused before it is looked up",
    "store.driver_errors._HOST": "another code is passed over before it is looked up",
    "store.portable_store._SWEPT_BY": "another database is told what to do before it is looked up",
    "store.protection._BITS": "the actions of the triggers: tests/store/test_append_only.py has each",
}
"""Tables that a variable looks something up in, not held by `complete`; a module alone: one without a name."""


def looked_up() -> Iterator[str]:
    """Yield the tables written out in the package that a variable looks something up in, but those of made-up cases."""
    trees = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in ("synth", "testing")
    }
    tables, held = set(), set()
    for module, tree in trees.items():
        for top in tree.body:
            if isinstance(top, ast.AnnAssign) and isinstance(top.value, ast.Dict):
                tables.add(f"{module}.{ast.unparse(top.target)}")
            elif isinstance(top, ast.Expr) and ast.unparse(top).startswith("complete("):
                held.add(f"{module}.{ast.unparse(top.value.args[0])}")  # type: ignore[attr-defined]
    for module, tree in trees.items():
        called = {name.rpartition(".")[2]: name for name in tables if name.rpartition(".")[0] == module}
        nodes = list(ast.walk(tree))
        for home, names in ((node.module or "", node.names) for node in nodes if isinstance(node, ast.ImportFrom)):
            known = {each.name: f"{home.removeprefix('ehcp_flow.')}.{each.name}" for each in names}
            called |= {name: table for name, table in known.items() if table in tables}
        for node in nodes:
            if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Constant):
                continue
            if isinstance(node.value, ast.Dict):
                yield module
            elif (name := called.get(ast.unparse(node.value), "")) and name not in held:
                yield name


def test_every_table_that_is_looked_up_is_complete_or_says_what_holds_it():
    assert set(looked_up()) == HELD_ELSEWHERE.keys(), "call complete(), or say here what holds it instead"


def test_a_table_that_is_not_complete_says_what_it_lacks_and_what_is_strange():
    complete({"a": 1, "b": 2}, "ab", "letters")
    with pytest.raises(TypeError, match=r"^letters: nothing for b, c$"):
        complete({"a": 1}, "abc", "letters")
    with pytest.raises(TypeError, match=r"^letters: there is no x$"):
        complete({"a": 1, "x": 2}, "a", "letters")


def test_the_options_of_the_command_line_have_the_words_of_what_they_choose_among():
    assert tuple(StatusName) == STATUSES
    assert tuple(Axis) == get_args(StoreAxis)
