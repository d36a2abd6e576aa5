"""The diagram and the table show the moves, all of them, and the page shows the diagram and the table."""

import re
import runpy
from pathlib import Path

import pytest

from ehcp_flow.states import MAINTAINED_STATES, State, mermaid, state_table
from tests.moves.telling import PATHWAY

DOCS = Path(__file__).parents[2] / "docs"


def test_the_diagram_draws_every_move_that_changes_the_state_and_no_other():
    *lines, last = mermaid().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> NO_CASE"]
    assert last == "    DIED --> [*]"
    drawn = set()
    for line in lines[2:-2]:
        match = re.fullmatch(r"    ([A-Z_]+) --> ([A-Z_]+): (.+)", line)
        assert match, line
        drawn |= {(match[1], label, match[2]) for label in match[3].split(", ")}
    assert drawn == {
        (source, event if outcome is None else f"{event} ({outcome})", move.to)
        for (source, event, outcome), move in PATHWAY.edges().items()
        if move.to not in {None, source}
    }


def test_the_diagram_marks_the_states_with_a_maintained_plan():
    match = re.fullmatch(r"    class ([A-Z_,]+) maintained", mermaid().splitlines()[-2])
    assert match
    assert set(match[1].split(",")) == MAINTAINED_STATES


def test_the_table_has_a_row_for_every_move_with_its_authority():
    head, rule, *rows = state_table().splitlines()
    assert head == "| from | event | to | authority |"
    assert rule == "|---|---|---|---|"
    assert len(rows) == len(PATHWAY.moves)
    edges = set()
    for row in rows:
        _, sources, event, to, authority, _ = (cell.strip() for cell in row.split("|"))
        assert re.fullmatch(r"(\[[^]]+(\[\d+\][^]]*)?\]\(https://[^)]+\)(; )?)+", authority), authority
        edges |= {(source, event, to) for source in sources.split(", ")}
    assert edges == {
        (source, event if outcome is None else f"{event} ({outcome})", move.to or "unchanged")
        for (source, event, outcome), move in PATHWAY.edges().items()
    }


def test_the_states_stand_in_the_order_of_the_law():
    first = state_table().splitlines()[2]
    sources = first.split("|")[1].strip().split(", ")
    assert sources == [state for state in State if state in sources]


def test_the_page_shows_what_the_code_exports():
    page = (DOCS / "states.md").read_text("utf-8")
    generated = runpy.run_path(str(DOCS / "make_states.py"))["generated"]
    assert mermaid() in page
    assert state_table() in page
    assert generated(page) == page, "run: python docs/make_states.py"
    with pytest.raises(ValueError, match="no place for 'moves'"):
        generated(page.replace("<!-- generated: moves -->", ""))
