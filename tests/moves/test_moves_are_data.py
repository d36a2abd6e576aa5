"""A state, a move, a reason and what is out of place are changed in data alone, and every door follows."""

import datetime as dt
import shutil
from pathlib import Path

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
    assert "states pathway AT_PANEL: added: a panel has the advice before it" in changes
    assert "moves pathway meeting_held from ASSESSING: added: to AT_PANEL" in changes
    assert "misplaced pathway plan_refused in AT_PANEL: added: the panel has it" in changes
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
    with pytest.raises(RulebookError, match=r"pathway.toml, line \d+.*refusal_reversed in NO_CASE has no answer"):
        load_rulebook(folder)


def test_a_rulebook_without_moves_has_those_of_england(tmp_path):
    shutil.rmtree(book_with(tmp_path / "book") / "moves")
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


# A move that changes from a day on

MADE_UP = Path(__file__).parents[2] / "examples" / "rulebook_made_up"
UPHELD = (
    '{ on = ["panel_met:upheld", "panel_met:turned_down"], from = ["OPEN"], to = "DECIDED", authority = ["JR 4(2)"] }'
)
FROM_MAY = """
  { on = ["panel_met:turned_down"], from = ["OPEN"], to = "DECIDED", authority = ["JR 4(2)"] },
  { on = ["panel_met:upheld"], from = ["OPEN"], to = "AGREED", authority = ["JR 4(5)"], in_force_from = 2026-05-01 },
  { on = ["panel_met:upheld"], from = ["OPEN"], to = "DECIDED", authority = ["JR 4(2)"], in_force_to = 2026-04-30 },
  { on = ["appeal_withdrawn"], from = ["AGREED"], to = "NO_CASE", authority = ["JR 2(4)"] }
"""
DECIDED = '{ id = "DECIDED", meaning = "the panel has decided" },'
AGREED = '{ id = "AGREED", meaning = "the panel has agreed" },'
AT = """
[[misplaced]]
events = ["appeal_registered", "appeal_response_sent", "panel_met"]
at = ["AGREED"]
finding = "agreed"
reason = "the panel has agreed"
remedy = "record first that it is over"
citation = "JR 2"
"""


def made_up(folder, *changes, more=""):
    """Write the made-up rulebook with changes of its moves."""
    shutil.copytree(MADE_UP, folder)
    file = folder / "moves" / "complaints.toml"
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text + more)
    return folder


@pytest.fixture
def from_may(tmp_path):
    changes = ((UPHELD, FROM_MAY), (DECIDED, DECIDED + AGREED))
    return load_rulebook(made_up(tmp_path / "book", *changes, more=AT))


@pytest.mark.parametrize(
    ("on", "leads_to", "by"), [("2026-04-30", "DECIDED", "4(2)"), ("2026-05-01", "AGREED", "4(5)")]
)
def test_a_move_leads_elsewhere_from_a_day_on_at_every_door(from_may, on, leads_to, by):
    case = history("2026-04-01 appeal_registered")
    verdict = check_move(case, "panel_met", "upheld", on, rulebook=from_may)
    assert (verdict.allowed, verdict.to_state, str(verdict.citations[0])) == (
        True, leads_to, f"Journey Rules (made up), rule {by}",
    )  # fmt: skip
    met = fact("panel_met:upheld", on)
    after = record(case, met, rulebook=from_may)
    assert record(case, met, strict=False, rulebook=from_may) == after
    found = state(after, "2026-06-01", rulebook=from_may)
    assert (found.pathway, found.findings) == (leads_to, ())
    assert states_frame(after.facts, "2026-06-01", rulebook=from_may)["state"].to_list() == [leads_to]
    assert {(each.event, each.outcome) for each in allowed(case, on, rulebook=from_may) if each} >= {
        ("panel_met", "upheld")
    }
    holder = type("Holder", (), {"case": case})()
    assert attach(machine_of(rulebook=from_may), holder).panel_met(outcome="upheld", on=on) == leads_to
    region = regions_of(from_may).pathway
    day = dt.date.fromisoformat(on)
    assert fire(region, region.states.OPEN, "panel_met", "upheld", on=day) == leads_to
    assert table(region)[region.states.OPEN, "panel_met", "upheld"].on(day).to == leads_to


def test_a_comparison_names_the_day_from_which_a_move_is_another(from_may):
    changes = [str(change) for change in compare_rulebooks(load_rulebook(MADE_UP), from_may)]
    assert "moves pathway panel_met:upheld from OPEN, since 2026-05-01: added: to AGREED, from 2026-05-01" in changes
    assert "moves pathway panel_met:upheld from OPEN, in_force_to: nothing -> 2026-04-30" in changes


def test_two_moves_that_are_law_on_one_day_are_refused_with_their_days(tmp_path):
    folder = made_up(
        tmp_path / "book",
        (UPHELD, FROM_MAY.replace("2026-04-30", "2026-05-01")),
        (DECIDED, DECIDED + AGREED),
        more=AT,
    )
    with pytest.raises(RulebookError, match=r"twice from OPEN: from 2026-05-01 in .*, line 15, and to 2026-05-01 here"):
        load_rulebook(folder)


WAITS = """
[[guard]]
id = "waits"
kind = "time_for_appeal"
citation = "JR 2"
limit = "panel"
notice = ["appeal_registered"]
appeal = ["meeting_held"]
what = "the complaint"
during = "odd"
early = "soon"
"""
OWN = 'remedy_during = "let the meeting end"\nremedy = "take it back on {2}"\n'


@pytest.mark.parametrize(
    ("more", "early", "during"),
    [
        (
            "", "wait until Tuesday 28 April 2026, and go on then if no appeal has been made",
            "wait until the appeal is finally determined",
        ),
        (OWN, "take it back on Tuesday 28 April 2026", "let the meeting end"),
    ],
)  # fmt: skip
def test_what_is_right_in_the_time_for_an_appeal_is_said_in_the_rulebooks_words(tmp_path, more, early, during):
    """It spoke of a plan in any procedure."""
    shutil.copytree(MADE_UP, tmp_path / "book")
    moves = tmp_path / "book" / "moves" / "complaints.toml"
    told = moves.read_text().replace('to = "NO_CASE", authority', 'to = "NO_CASE", guards = ["waits"], authority')
    moves.write_text(told + WAITS + more)
    book = load_rulebook(tmp_path / "book")
    met = ["2026-03-02 appeal_registered"]
    for facts, says in ((met, early), ([*met, "2026-03-05 meeting_held"], during)):
        verdict = check_move(history(*facts), "appeal_withdrawn", None, "2026-03-10", rulebook=book)
        assert [each.remedy for each in verdict.refusals] == [says]
