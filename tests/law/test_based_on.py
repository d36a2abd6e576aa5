"""A rulebook that is based on England's: what it takes over, what stands in its place, and what is refused."""

import shutil
from pathlib import Path

import pytest

from ehcp_flow.errors import RulebookError
from ehcp_flow.law import compare_rulebooks, england, load_rulebook

FOLDER = Path(__file__).parents[2] / "examples" / "reform-2029"
RULE = """
[[limit.rule]]
rows = ["{0}"]
clock = "request"
act = "do it"
done_by = ["meeting_held"]
version = [{{ in_force_from = 2014-09-01, counting = "{1} weeks after", citation = ["SR 5(1)"], evidence = "M" }}]
"""
LIMIT = """
based_on = "england"

[[limit]]
id = "final_plan"
title = "Do it"
group = "plan"
actor = "local authority"
kind = "statutory"
"""


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("reviews.toml", 'based_on = "scotland"', 'reviews.toml, line 6, based_on: .* write based_on = "england"'),
        ("stages.toml", 'clock = "plan_kept"', "no clock is called 'plan_kept'"),
    ],
)
def test_what_cannot_be_is_refused_in_its_own_file(tmp_path, file, text, why):
    copy = tmp_path / "draft"
    shutil.copytree(FOLDER, copy)
    old = {"reviews.toml": 'based_on = "england"', "stages.toml": 'clock = "plan_held"'}[file]
    path = copy / file
    path.write_text(path.read_text().replace(old, text))
    with pytest.raises(RulebookError, match=why):
        load_rulebook(copy)


def test_a_file_of_its_own_takes_the_place_of_englands_and_a_row_twice_in_it_is_refused(tmp_path):
    (tmp_path / "notices.toml").write_text('based_on = "england"\n')
    draft = load_rulebook(tmp_path)
    assert draft.notices == ()
    gone = [f"notices {notice.id}: removed: {notice.title}" for notice in england().notices]
    assert [str(change) for change in compare_rulebooks(england(), draft)] == gone
    (tmp_path / "moves").mkdir()
    (tmp_path / "moves" / "x.toml").write_text('region = "pathway"\n')
    assert [*load_rulebook(tmp_path).regions] == ["disputes", "pathway"]
    row = '[[spell]]\nid = "custody"\ntitle = "in custody"\nbegins_on = ["detained"]\n'
    (tmp_path / "notices.toml").write_text(f'based_on = "england"\n{row}{row}')
    with pytest.raises(RulebookError, match=r"'custody' is declared already in notices\.toml, line 2"):
        load_rulebook(tmp_path)


def test_a_part_that_is_new_or_gone_is_told_once(tmp_path):
    (tmp_path / "a.toml").write_text(LIMIT + RULE.format("one", 20) + RULE.format("two", 10))
    one = load_rulebook(tmp_path)
    assert len(one.limits) == len(england().limits)
    assert [*one.limits] == [*england().limits]
    (tmp_path / "a.toml").write_text(LIMIT + RULE.format("one", 21))
    other = load_rulebook(tmp_path)
    assert [str(each) for each in compare_rulebooks(one, other)] == [
        "limits final_plan, rule[one].version[2014-09-01].counting: 20 weeks after -> 21 weeks after",
        "limits final_plan, rule[two]: removed: do it, 10 weeks after, from 2014-09-01",
    ]
    (_, added) = compare_rulebooks(other, one)
    assert str(added) == "limits final_plan, rule[two]: added: do it, 10 weeks after, from 2014-09-01"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (
            '[[state]]\nid = "NO_CASE"\nmeaning = "nothing"\n',
            r"^moves/own\.toml, line 3, .*'NO_CASE' is declared already in england/moves/pathway\.toml, line \d+: a",
        ),
        (
            '[[guard]]\nid = "draft_window"\nkind = "judgement"\nsays = "x"\ncitation = "SR 5"\n',
            r"guard\.0\.id: 'draft_window' is declared already in england/moves/pathway_guards\.toml, line \d+: a file",
        ),
        (
            '[[move]]\non = ["final_plan_sent"]\nfrom = ["DRAFT_ISSUED"]\nto = "MAINTAINED"\nauthority = ["SR 5"]\n',
            r"from: final_plan_sent is declared twice from DRAFT_ISSUED: .* in england/moves/pathway_moves\.toml, line",
        ),
    ],
    ids=["state", "guard", "move"],
)
def test_what_stands_in_englands_moves_is_told_anew_by_a_file_alone(tmp_path, rows, why):
    (tmp_path / "draft.toml").write_text('based_on = "england"\n')
    (tmp_path / "moves").mkdir()
    (tmp_path / "moves" / "own.toml").write_text(f'region = "pathway"\n{rows}')
    with pytest.raises(RulebookError, match=why):
        load_rulebook(tmp_path)
