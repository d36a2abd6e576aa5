"""A limit, a move, a state and an event are each changed in data alone, and what moves by it is told."""

from ehcp_flow import Case, load_rulebook, make_fact
from ehcp_flow.law import compare_rulebooks
from ehcp_flow.states import state
from ehcp_flow.whatif import compare_deadlines
from tests.law.test_declared import MADE_UP, folder

OPENED = make_fact("appeal_registered", case_id="C-1", on="2026-03-02")
WITHDRAWN = make_fact("appeal_withdrawn", case_id="C-1", on="2026-05-01")
DECIDED = 'to = "DECIDED", authority = ["JR 4(2)"] },\n'
LAST = '{ id = "DECIDED", meaning = "the panel has decided" },\n'


def changes(old, new):
    return {str(change) for change in compare_rulebooks(old, new)}


def test_a_limit_is_changed_in_data_alone(tmp_path):
    old, new = load_rulebook(MADE_UP), load_rulebook(folder(tmp_path, "", old="10 working days", new="15 working days"))
    assert {each.partition(", ")[2] for each in changes(old, new)} == {
        "rule[answer].version[2020-01-01].counting: 10 working days after -> 15 working days after"
    }
    moved = [str(effect) for effect in compare_deadlines(old, new, [Case("C-1", (OPENED,))], "2026-03-18")]
    assert moved == ["C-1 answer: due 2026-03-16, overdue -> due 2026-03-23, open"]


def test_a_rule_that_is_told_before_another_leaves_that_as_it_is(tmp_path):
    rule = '[[limit.rule]]\nrows = ["panel"]'
    early = (
        '[[limit.rule]]\nrows = ["early"]\nclock = "complaint"\nact = "tell the panel"\ndone_by = ["panel_met"]\n'
        'version=[{ in_force_from = 2027-01-01, counting = "2 weeks after", citation = ["JR 4"], evidence = "own" }]\n'
    )
    new = load_rulebook(folder(tmp_path, "", old=rule, new=f"{early}{rule}"))
    told = "limits panel, rule[early]: added: tell the panel, 2 weeks after, from 2027-01-01"
    assert changes(load_rulebook(MADE_UP), new) == {told}


def test_a_move_is_changed_in_data_alone(tmp_path):
    old = load_rulebook(MADE_UP)
    new = load_rulebook(
        folder(tmp_path, "", old='from = ["OPEN"], to = "NO_CASE"', new='from = ["OPEN"], to = "DECIDED"')
    )
    assert changes(old, new) == {"moves pathway appeal_withdrawn from OPEN, to: NO_CASE -> DECIDED"}
    case = Case("C-1", (OPENED, WITHDRAWN))
    assert [state(case, "2026-06-01", rulebook=book).pathway for book in (old, new)] == ["NO_CASE", "DECIDED"]


def test_a_state_is_changed_in_data_alone(tmp_path):
    book = folder(
        tmp_path, "", old='to = "NO_CASE", authority = ["JR 2(4)"]', new='to = "DROPPED", authority = ["JR 2(4)"]'
    )
    moves = book / "moves" / "complaints.toml"
    text = moves.read_text().replace(LAST, f'{LAST}  {{ id = "DROPPED", meaning = "the complaint was dropped" }},\n')
    text = text.replace('from = ["NO_CASE", "DECIDED"], to', 'from = ["NO_CASE", "DECIDED", "DROPPED"], to')
    moves.write_text(text.replace('at = ["NO_CASE", "DECIDED"]', 'at = ["NO_CASE", "DECIDED", "DROPPED"]'))
    old, new = load_rulebook(MADE_UP), load_rulebook(book)
    assert {
        "states pathway DROPPED: added: the complaint was dropped",
        "moves pathway appeal_withdrawn from OPEN, to: NO_CASE -> DROPPED",
    } <= changes(old, new)
    found = state(Case("C-1", (OPENED, WITHDRAWN)), "2026-06-01", rulebook=new)
    assert (found.pathway, "the complaint was dropped" in str(found)) == ("DROPPED", True)


def test_an_event_is_changed_in_data_alone(tmp_path):
    text = '[[event]]\nid = "panel_adjourned"\non = "The day the panel put the complaint off."\n'
    book = folder(tmp_path, text, old='done_by = ["panel_met"]', new='done_by = ["panel_met", "panel_adjourned"]')
    old, new = load_rulebook(MADE_UP), load_rulebook(book)
    told = changes(old, new)
    assert "events panel_adjourned: added: The day the panel put the complaint off." in told
    assert any(each.endswith("done_by: panel_met -> panel_met, panel_adjourned") for each in told)
    case = Case("C-1", (OPENED, make_fact("panel_adjourned", case_id="C-1", on="2026-04-20")))
    moved = [str(effect) for effect in compare_deadlines(old, new, [case], "2026-05-01")]
    assert len(moved) == 1
    assert moved[0].startswith("C-1 panel: due 2026-04-27, overdue -> ")


def test_the_same_day_under_another_rule_is_no_other_deadline(tmp_path):
    """A rule under another row and another citation moves nothing; where it counts otherwise, that is told as one."""
    old = load_rulebook(MADE_UP)
    rows = load_rulebook(folder(tmp_path, "", "rows", old='rows = ["panel"]', new='rows = ["panel_2027"]'))
    acts = load_rulebook(folder(tmp_path, "", "acts", old='act = "bring the', new='act = "put the'))
    longer = folder(tmp_path, "", "longer", old='rows = ["panel"]', new='rows = ["panel_2027"]')
    file = longer / "complaints.toml"
    file.write_text(file.read_text().replace('title = "Let a panel decide"', 'title = "Let the panel decide"'))
    for book in (rows, acts):
        assert compare_deadlines(old, book, [Case("C-1", (OPENED,))], "2026-06-18") == []
    [effect] = compare_deadlines(old, load_rulebook(longer), [Case("C-1", (OPENED,))], "2026-06-18")
    assert [each and each.title for each in effect[:2]] == ["Let a panel decide", "Let the panel decide"]
    file.write_text(file.read_text().replace("8 weeks after", "9 weeks after"))
    moved = [
        str(effect) for effect in compare_deadlines(old, load_rulebook(longer), [Case("C-1", (OPENED,))], "2026-03-18")
    ]
    assert moved == [
        "C-1 panel: due 2026-04-27, open -> nothing",
        "C-1 panel: nothing -> due 2026-05-04, open",
    ]
