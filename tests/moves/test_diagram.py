"""The diagram and the table show the moves, all of them, and the page shows the diagram and the table."""

import re
import runpy
from pathlib import Path

import pytest

from ehcp_flow.law import load_rulebook
from ehcp_flow.law.declared import DeclaredEvent, declare
from ehcp_flow.states import MAINTAINED_STATES, State, mermaid, state_table
from tests.law.test_declared import folder
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


WITHDRAWN = '{ on = ["appeal_withdrawn"], from = ["OPEN"], to = "NO_CASE", authority = ["JR 2(4)"] },'
DECIDED = (
    '{ on = ["panel_met:upheld", "panel_met:turned_down"], from = ["OPEN"], to = "DECIDED", authority = ["JR 4(2)"] },'
)
UPHELD = DECIDED.replace(', "panel_met:turned_down"', "")
TURNED_DOWN = DECIDED.replace('"panel_met:upheld", ', "").replace("DECIDED", "NO_CASE")


def changing(move):
    return move.replace(" }", ", in_force_to = 2026-03-31 }") + move.replace(" }", ", in_force_from = 2026-04-01 }")


@pytest.mark.parametrize(
    ("old", "new", "arrow"),
    [
        (WITHDRAWN, changing(WITHDRAWN), "OPEN --> NO_CASE: appeal_withdrawn"),
        (DECIDED, changing(DECIDED), "OPEN --> DECIDED: panel_met"),
        (DECIDED, changing(UPHELD) + TURNED_DOWN, "OPEN --> DECIDED: panel_met (upheld)"),
    ],
    ids=["no outcome", "every outcome", "one outcome"],
)
def test_a_move_that_changes_from_a_day_on_stands_at_its_arrow_once(tmp_path, old, new, arrow):
    book = load_rulebook(folder(tmp_path, "", old=old, new=new))
    declare([DeclaredEvent(id="panel_met", on="The day the panel met.", outcomes=("upheld", "sent_back"))])
    assert f"    {arrow}" in mermaid(rulebook=book).splitlines()
