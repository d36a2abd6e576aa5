"""A fact of which nothing in a rulebook speaks is told, once for each event of a case, at every door."""

from pathlib import Path

import pytest

from ehcp_flow import answer, judge
from ehcp_flow.bulk import findings_frame
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.law import england, load_rulebook
from ehcp_flow.law.declared import DeclaredEvent, declare
from ehcp_flow.law.profile import with_targets
from ehcp_flow.readers import write_facts
from ehcp_flow.vocabulary import LIBRARY
from tests.cli.running import invoke
from tests.telling import tell

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "rulebook_made_up"
DAY = "2026-05-11"
STORY = """
    2026-02-20 date_of_birth
    2026-03-02 appeal_registered
    2026-03-04 meeting_held
    2026-03-09 request_received party=parent
    2026-03-13 appeal_response_sent
    2026-03-20 meeting_held
    2026-04-20 panel_met outcome=upheld
    2026-06-01 review_meeting_held
"""
PROFILE = """
title = "Our own targets"

[[event]]
id = "parent_phoned"
on = "The day the parents were phoned."

[[target]]
id = "phoned"
title = "Phone the parents"
clock = "request"
counting = "1 week after"
act = "phone"
done_by = ["parent_phoned"]
"""
SAYS = "nothing in the rulebook (A made-up procedure: complaints about a journey to school) speaks of"
NOTHING = "so that it starts, ends and moves nothing"
TOLD = [
    f"meeting held, Wednesday 4 March 2026 (and 1 more of this event): {SAYS} meeting_held, {NOTHING}",
    f"request received (parent), Monday 9 March 2026: {SAYS} request_received, {NOTHING}",
]


@pytest.fixture
def book():
    return load_rulebook(FOLDER)


@pytest.fixture
def case(book):
    return tell(STORY)


def not_read(findings):
    return [each.message for each in findings if each.code == "fact_not_read"]


def test_it_is_told_of_one_case_and_in_columns(book, case):
    assert not_read(answer(case, DAY, rulebook=book).findings) == TOLD
    assert not_read(judge(case, DAY, rulebook=book).findings) == TOLD
    other = tell("2026-03-02 appeal_registered; 2026-03-03 meeting_held; 2026-03-04 meeting_held", "b")
    frame = findings_frame([case, other], DAY, rulebook=book)
    rows = frame.filter(frame["code"] == "fact_not_read").select("case_id", "message").rows()
    assert [message for name, message in rows if name == "a"] == TOLD
    assert [name for name, _ in rows] == ["a", "a", "b"]


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("kept", ["file", "store"])
def test_commands_count_and_list_it(case, tmp_path, door, kept):
    source = tmp_path / "facts.csv"
    write_facts(case.recorded, source)
    if kept == "store":
        file, source = source, f"sqlite:///{tmp_path / 'cases.db'}"
        assert invoke("import", file, "--store", source, "--rulebook", FOLDER).exit_code == 0
    checked = invoke("check", source, "--as-of", DAY, "--rulebook", FOLDER, door=door)
    # Two that are not read, and the meeting that lies ahead.
    assert "0 breaches, 0 excused, 3 findings" in checked.stderr, checked.stderr
    listed = invoke(
        "breaches", source, "--register", "findings", "--as-of", DAY, "--rulebook", FOLDER, "--format", "csv", door=door
    )
    assert listed.stdout.count("fact_not_read") == 2


def test_record_says_so(tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("db", "upgrade", "--store", url).exit_code == 0
    on = ("--store", url, "--by", "j.smith", "--rulebook", FOLDER)
    first = invoke("record", "C-1", "appeal_registered", "2026-03-02", "--authority", "885", *on)
    assert (first.exit_code, first.stderr) == (0, "")
    said = invoke("record", "C-1", "meeting_held", "2026-03-04", *on)
    assert said.exit_code == 0, said.stderr
    assert said.stderr == f"ehcp-flow: warning: {SAYS} meeting_held: it starts, ends and moves nothing\n"


def test_englands_law_and_its_drafts_read_whatever_the_library_has(tmp_path):
    assert compiled(england()).reads == {*LIBRARY}
    (tmp_path / "ours.toml").write_text(PROFILE)
    assert compiled(with_targets(england(), tmp_path / "ours.toml")).reads == {*LIBRARY, "parent_phoned"}
    draft = load_rulebook(ROOT / "examples" / "reform-2029")
    assert compiled(draft).reads >= {*LIBRARY}


def test_what_another_rulebook_declares_england_does_not_read():
    declare((DeclaredEvent(id="hut_built", on="The day the hut was built."),))
    case = tell("2026-03-02 request_received party=parent; 2026-03-05 hut_built; 2026-03-06 meeting_held")
    (said,) = not_read(answer(case, DAY).findings)
    assert said.startswith("hut built, Thursday 5 March 2026: nothing in the rulebook (")
    assert findings_frame([case], DAY)["code"].to_list().count("fact_not_read") == 1


def test_moves_of_england_are_read_where_a_rulebook_has_none(tmp_path):
    (tmp_path / "rules.toml").write_text((FOLDER / "complaints.toml").read_text())
    read = compiled(load_rulebook(tmp_path)).reads
    assert {"request_received", "appeal_registered", "panel_met", "final_plan_sent", "released"} <= read
    assert {"meeting_held", "review_attended", "delay_reason_recorded"}.isdisjoint(read)
