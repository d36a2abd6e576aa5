"""A rulebook that names a party, a column, an act or a key that its facts and tables do not have is refused."""

import pytest

from ehcp_flow.errors import RulebookError
from ehcp_flow.law import load_rulebook
from tests.law.test_declared import folder

OUTCOMES = 'outcomes = ["upheld", "turned_down"]'
STARTS = 'starts_on = ["appeal_registered"]'
BY_PANEL = 'starts_on = ["panel_met"]\nseparate = true'
RULE = 'done_by = ["panel_met"]\n'
PANEL = 'counting = "8 weeks after"'
SIGN = '[[sign]]\nid = "s"\nfinding = "f"\n'
VERSION = 'version = [{ in_force_from = 2020-01-01, counting = "10'
SPELL = '[[spell]]\nid = "x"\ntitle = "x"\n'
EVENT = f'parties = ["parent", "school"]\ncolumns = ["made_on"]\n{OUTCOMES}'
PARTY = "panel_met: no party is called 'scool'; did you mean school"
NO_COLUMN = "{} has no column '{}': an event of your own has those of its columns"

REFUSED = {
    "a party": ({STARTS: BY_PANEL, RULE: f'{RULE}by_party = ["scool"]\n'}, f"rule.0.by_party: {PARTY}"),
    "a party that is not": ({STARTS: BY_PANEL, RULE: f'{RULE}not_by_party = ["scool"]\n'}, f"not_by_party: {PARTY}"),
    "a party of some starts": (
        {STARTS: f"{BY_PANEL}\nrestarts_on = ['appeal_registered']",
         RULE: f'{RULE}only_from = ["panel_met"]\nby_party = ["scool"]\n'},
        PARTY,
    ),
    "a party of a spell": (
        {"[[clock]]": f'{SPELL}begins_on = ["panel_met"]\nends_on = ["appeal_withdrawn"]\n[[clock]]',
         STARTS: f'{STARTS}\nduring = "x"\nparty_from = "spell"', RULE: f'{RULE}by_party = ["scool"]\n'},
        PARTY,
    ),
    "a column of a clock": (
        {STARTS: f'{STARTS}\ncounts_from = ["served_on", "made_on"]'},
        NO_COLUMN.format("appeal_registered", "made_on"),
    ),
    "a column of a rule": (
        {RULE: f'{RULE}counts_from = ["until"]\n'}, NO_COLUMN.format("appeal_registered", "until")
    ),
    "a column of a period": (
        {PANEL: 'later_of = [{ counting = "8 weeks after", counts_from = ["until"] }]'},
        f"later_of.0.counts_from: {NO_COLUMN.format('appeal_registered', 'until')}",
    ),
    "a column of what is foreseen": (
        {RULE: f'{RULE}where = {{ date = "until", at_least_before = "1 week" }}\n'},
        f"where.date: {NO_COLUMN.format('appeal_registered', 'until')}",
    ),
    "a column of the first part": (
        {RULE: f'{RULE}first = ["panel_met"]\nfirst_by_date = {{ facts = ["panel_met"], date = "until" }}\n'},
        f"first_by_date.date: {NO_COLUMN.format('panel_met', 'until')}",
    ),
    "a column of a sign": (
        {"[[clock]]": f'{SIGN}facts = ["panel_met"]\nonce_past = "until"\nsays = "x"\n[[clock]]'},
        f"once_past: {NO_COLUMN.format('panel_met', 'until')}",
    ),
    "a column of a spell": (
        {"[[clock]]": f'{SPELL}from_age = 18\nor_after = {{ facts = ["panel_met"], date = "until" }}\n[[clock]]'},
        f"or_after.date: {NO_COLUMN.format('panel_met', 'until')}",
    ),
    "a limit that is named": (
        {RULE: "done_as_named = true\n"}, f"done_as_named: {NO_COLUMN.format('appeal_registered', 'limit')}"
    ),
    "a column twice": ({'["made_on"]': '["made_on", "made_on"]'}, "'made_on' stands there twice"),
    "an act in question": (
        {RULE: f'{RULE}questions = [{{ finding = "f", says = "x", done_by = ["appeal_response_sent"] }}]\n'},
        "questions.0.done_by: appeal_response_sent does not discharge it: name a fact of done_by",
    ),
    "an act of a reading": (
        {RULE: f'{RULE}readings = [{{ name = "x", says = "y", not_done_by = ["appeal_withdrawn"] }}]\n'},
        "not_done_by: appeal_withdrawn does not discharge it",
    ),
    "a bracket": ({'citation = ["JR 4(2)"]': 'citation = ["JR 4(2"]'}, r"'JR 4\(2' has a bracket without the other"),
    "a citation of its own": (
        {'citation = ["JR 4(2)"]': 'citation = ["JR"]'},
        r"'JR' is no citation; write an instrument and a provision, such as 'JR 5\(1\)'",
    ),
    "a section": ({"[[clock]]": "[[clocks]]"}, r"clocks: unknown section; did you mean clock\?"),
    "a key of another table below": (
        {VERSION: VERSION.replace("version = ", "[[limit.version]]\nx = ")},
        r"limit\.0\.version: there is no such key; it is a key of \[\[limit\.rule\]\]: write \[\[limit\.rule\.v",
    ),
    "a key of another table above": (
        {PANEL: f'{PANEL}, done_by = ["panel_met"]'},
        r"version\.0\.done_by: there is no such key; it is a key of \[\[limit\.rule\]\]$",
    ),
    "a text that is missing": (
        {'unit = "rule"\n': ""}, r'unit: this key is missing: write unit = "\.\.\." \(what a provision is called',
    ),
    "a text that others have": (
        {'act = "bring the complaint before a panel"\n': ""},
        r'this key is missing: write act, as in act = "send its written answer" \(what is to be done',
    ),
    "a list that others have": (
        {', citation = ["JR 4(2)"]': ""},
        r'this key is missing: write citation, as in citation = \["JR 3\(1\)"\] \(the provisions that say so, each an',
    ),
    "a day that others have": (
        {f"in_force_from = 2020-01-01, {PANEL}": PANEL}, "write in_force_from, as in in_force_from = 2020-01-01",
    ),
    "tables that are missing": (
        {"[[clock]]": '[[notice]]\nid = "n"\ntitle = "x"\non = ["panel_met"]\nevidence = "own"\n[[clock]]'},
        r"tell: this key is missing: write \[\[notice\.tell\]\] \(who must be told\)",
    ),
    "tables that others have": (
        {"[[clock]]": '[[limit]]\nid = "n"\ntitle = "x"\ngroup = "x"\nactor = "x"\nkind = "statutory"\n[[clock]]'},
        r"rule: this key is missing: write \[\[limit\.rule\]\] \(its rows",
    ),
    "a word that is missing": (
        {"[[clock]]": '[[note]]\nrow = "n"\ntitle = "x"\nsays = "x"\n[[clock]]'},
        'this key is missing: write evidence = "P" or "P ',
    ),
    "a day that is missing": (
        {"[[clock]]": '[[ground]]\nid = "g"\noutcome = "school_closed"\ntitle = "x"\ntest = "named"\n[[clock]]'},
        "in_force_from: this key is missing: write in_force_from = 2026-09-01",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_fact_and_no_table_has_is_refused_with_what_would_be_right(tmp_path, name):
    changes, why = REFUSED[name]
    path = folder(tmp_path, "", old=OUTCOMES, new=EVENT)
    file = path / "complaints.toml"
    text = file.read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    file.write_text(text)
    with pytest.raises(RulebookError, match=why) as refused:
        load_rulebook(path)
    assert "complaints.toml, line " in str(refused.value)


def test_a_party_of_facts_that_take_any_is_no_mistake(tmp_path):
    path = folder(tmp_path, "", old=RULE, new=f'{RULE}by_party = ["anybody"]\n')
    assert load_rulebook(path).limits["panel"].rule[0].by_party == ("anybody",)
