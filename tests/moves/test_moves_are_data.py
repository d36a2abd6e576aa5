"""A state, a move, a reason and what is out of place are changed in data alone, and every door follows."""

import pytest

from ehcp_flow.bulk import states_frame
from ehcp_flow.errors import MoveRefused, RulebookError
from ehcp_flow.law import compare_rulebooks, england, load_rulebook
from ehcp_flow.moves.machine import build_machine, fire, machine, table
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.states import allowed, attach, check_move, mermaid, record, state
from ehcp_flow.states import machine as machine_of
from tests.moves.telling import PATHWAY, fact, history
from tests.moves.test_law_at_hand import book_with

PANEL = """
[[state]]
id = "AT_PANEL"
meaning = "a panel has the advice before it"

[[move]]
on = ["meeting_held"]
from = ["ASSESSING"]
to = "AT_PANEL"
authority = ["CoP 9.47"]

[[move]]
on = ["meeting_held"]
from = ["all", "not ASSESSING"]
authority = ["CoP 9.47"]

[[move]]
on = ["request_withdrawn:ends"]
from = ["AT_PANEL"]
to = "WITHDRAWN"
authority = ["CFA 24"]

[[move]]
on = ["plan_agreed"]
from = ["AT_PANEL"]
to = "DRAFTING"
authority = ["CFA 36(9)(b)"]
"""
NOT_YET = """
[[misplaced]]
events = ["plan_refused"]
at = ["AT_PANEL"]
finding = "not_yet"
reason = "the panel has it"
remedy = "wait"
citation = "CFA 36(9)"
"""
REGION = 'region = "pathway"\n'
OPEN = 'id = "open"\nstates = ["REQUESTED", "ASSESSING", "DRAFTING", "DRAFT_ISSUED"]'
REVERSED = 'on = ["refusal_reversed"]\nfrom = ["REFUSED_PLAN"]\nto = "DRAFTING"'
ASSESSED = ("2026-03-02 request_received", "2026-04-13 assessment_agreed", "2026-05-04 meeting_held")


@pytest.fixture(scope="module")
def with_panel(tmp_path_factory):
    """England, with a state more between the advice and the decision, and the moves that lead to it and away."""
    folder = book_with(
        tmp_path_factory.mktemp("law") / "panel",
        ("pathway.toml", OPEN, OPEN.replace('"ASSESSING"', '"ASSESSING", "AT_PANEL"')),
        ("pathway_moves.toml", REGION, f"{REGION}{PANEL}"),
        ("pathway_misplaced.toml", REGION, f"{REGION}{NOT_YET}"),
        (
            "pathway_misplaced.toml",
            '"REFUSED_ASSESSMENT", "ASSESSING"]',
            '"REFUSED_ASSESSMENT", "ASSESSING", "AT_PANEL"]',
        ),
    )
    return load_rulebook(folder)


def test_a_state_and_its_moves_are_data_alone_and_every_door_follows(with_panel, tmp_path):
    case = history(*ASSESSED)
    assert state(case, "2026-06-01").pathway.name == "ASSESSING"
    found = state(case, "2026-06-01", rulebook=with_panel)
    assert (found.pathway, found.findings) == ("AT_PANEL", ())
    assert "a panel has the advice before it" in str(found)
    refused = check_move(case, "plan_refused", None, "2026-06-01", rulebook=with_panel)
    assert (refused.allowed, refused.refusals[0].reason) == (False, "the panel has it")
    assert "AT_PANEL (a panel has" in str(refused)
    lawful = {each.event for each in allowed(case, "2026-06-01", rulebook=with_panel) if each}
    assert {"plan_agreed", "meeting_held"} <= lawful
    with pytest.raises(MoveRefused):
        record(case, fact("plan_refused", "2026-06-01"), rulebook=with_panel)
    holder = type("Holder", (), {"case": case})()
    assert attach(machine_of(rulebook=with_panel), holder).plan_agreed(on="2026-06-01") == "DRAFTING"
    assert "ASSESSING --> AT_PANEL: meeting_held" in mermaid(rulebook=with_panel)
    frame = states_frame(case.facts, "2026-06-01", rulebook=with_panel)
    assert frame["state"].to_list() == ["AT_PANEL"]


def test_a_comparison_says_which_states_and_moves_differ(with_panel):
    changes = [str(change) for change in compare_rulebooks(england(), with_panel)]
    assert "states pathway AT_PANEL: added" in changes
    assert "moves pathway meeting_held from ASSESSING: added" in changes
    assert "misplaced pathway plan_refused in AT_PANEL: added" in changes
    assert not [change for change in changes if "DRAFTING: removed" in change or change.startswith("limits")]
    assert compare_rulebooks(england(), england()) == []


def test_a_move_and_the_words_of_a_reason_are_changed_in_data_alone(tmp_path):
    folder = book_with(
        tmp_path / "book",
        ("pathway_guards.toml", "no draft plan is on record", "there is no draft"),
        ("pathway_moves.toml", REVERSED, REVERSED.replace("DRAFTING", "ASSESSING")),
    )
    changed = load_rulebook(folder)
    changes = {str(change) for change in compare_rulebooks(england(), changed)}
    assert "moves pathway refusal_reversed from REFUSED_PLAN, to: DRAFTING -> ASSESSING" in changes
    case = history("2026-03-02 request_received", "2026-04-13 assessment_agreed", "2026-05-04 plan_refused")
    reversed_ = record(case, fact("refusal_reversed", "2026-06-01"), rulebook=changed)
    assert state(reversed_, "2026-06-01", rulebook=changed).pathway.name == "ASSESSING"
    assert state(reversed_, "2026-06-01").pathway.name == "DRAFTING"


def test_a_state_that_has_no_answer_for_an_event_is_refused_with_its_file(tmp_path):
    folder = book_with(
        tmp_path / "book",
        ("pathway_misplaced.toml", 'events = ["refusal_reversed"]', 'events = ["plan_ceased"]'),
    )
    with pytest.raises(RulebookError, match=r"pathway.toml, line \d+.*refusal_reversed in NO_CASE: 0 reasons"):
        load_rulebook(folder)


def test_a_rulebook_without_moves_has_those_of_england(tmp_path):
    for file in book_with(tmp_path / "book").glob("moves/*.toml"):
        file.unlink()
    bare = load_rulebook(tmp_path / "book")
    assert bare.regions == {}
    assert regions_of(bare).pathway is PATHWAY


def test_what_the_table_says_is_read_out_of_the_machine(monkeypatch):
    """A machine emptied of its moves leaves a table that moves nothing: nobody else knows where a fact leads."""
    region = regions_of(england()).pathway
    emptied = build_machine(region, type(machine(region)))
    for event in emptied.events.values():
        event.transitions.clear()
    monkeypatch.setattr("ehcp_flow.moves.machine.machine", lambda _: emptied)
    assert table.__wrapped__(region) == {}
    assert fire is not None
