"""The White Paper's timetable as changes to England's law: who is judged by which law, and what is left as it was."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ehcp_flow import deadlines_of, judge
from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.law import compare_rulebooks, england, load_rulebook
from ehcp_flow.states import disputes, state
from ehcp_flow.testing.rulebook_contract import RulebookContract
from tests.cli.running import invoke
from tests.telling import facts, tell

FOLDER = Path(__file__).parents[2] / "examples" / "reform-2029"
AS_OF = "2036-09-01"


@pytest.fixture
def draft():
    return load_rulebook(FOLDER)


class TestReform(RulebookContract):
    @pytest.fixture
    def rulebook(self, draft):
        return draft


def due(chronology, limit, law):
    """The last lawful days of a limit: one case at a time and over columns they are the same."""
    found = [(each.key, each.due_on) for each in deadlines_of(tell(chronology), AS_OF, rulebook=law)]
    assert deadlines_frame(list(facts(chronology)), AS_OF, rulebook=law).select("key", "due_on").rows() == found
    return [str(on) for key, on in found if key.partition("|")[2].startswith(limit) or limit in key]


@pytest.mark.parametrize(
    ("born", "decided", "reviews"),
    [
        ("2020-05-01", "2029-08-31", ["2030-08-30"]),
        ("2020-05-01", "2029-09-01", []),
        ("2024-09-02", "2029-09-01", ["2030-08-31"]),
        ("2024-09-01", "2029-09-01", []),
        ("2013-09-01", "2029-09-01", ["2030-08-31"]),
        ("2013-09-02", "2029-09-01", []),
    ],
    ids=["the last day of the old law", "the first of the new", "under five", "five", "sixteen", "fifteen"],
)
def test_a_cycle_that_began_under_the_old_law_ends_under_it(draft, born, decided, reviews):
    life = f"{born} date_of_birth; 2028-10-02 final_plan_sent; {decided} review_decision_sent outcome=maintain"
    assert due(life, "annual_review", draft)[1:] == reviews
    assert due(life, "annual_review", england())[1:] != []


@pytest.mark.parametrize(
    ("born", "reassess"),
    [
        ("2018-08-31", []),
        ("2018-09-01", ["2029-12-31"]),
        ("2019-08-31", ["2029-12-31"]),
        ("2019-09-01", ["2030-12-31"]),
    ],
)
def test_a_cohort_is_reached_in_the_school_year_in_which_it_turns_eleven(draft, born, reassess):
    born_by = tell(f"{born} date_of_birth; 2026-01-05 final_plan_sent")
    found = [each for each in deadlines_of(born_by, AS_OF, rulebook=draft) if each.limit == "transfer_reassessment"]
    # The birthday lies in the school year; that of 16 comes five years later.
    assert [str(each.due_on) for each in found if each.due_on and each.due_on.year < 2033] == reassess


@pytest.mark.parametrize(("turns", "last"), [(11, "2033-12-31"), (16, "2034-01-31")])
@pytest.mark.parametrize("event", ["reassessment_started", "reassessment_agreed"])
def test_a_transfer_is_prepared_by_a_reassessment_of_its_own_school_year(draft, turns, last, event):
    plan = f"{2034 - turns}-03-01 date_of_birth; 2030-09-02 plan_transferred_in"
    for on, status in (("2031-01-10", "overdue"), ("2033-08-31", "overdue"), ("2033-09-01", "met"), (last, "met")):
        found = [
            (str(each.due_on), each.status)
            for each in deadlines_of(tell(f"{plan}; {on} {event}"), "2034-02-01", rulebook=draft)
            if each.limit == "transfer_reassessment"
        ]
        assert (last, status) in found


def test_an_order_sends_the_placement_back_from_the_first_day_of_the_new_law(draft):
    life = (
        "2028-01-03 final_plan_sent; 2029-06-01 amended_plan_sent; 2029-06-08 mediation_certificate_issued; "
        "2029-07-02 appeal_registered; {} tribunal_order_made outcome=reconsider_placement"
    )
    late = tell(life.format("2029-09-03"))
    found = [
        each for each in deadlines_of(late, "2029-10-02", rulebook=draft) if each.limit == "order_reconsider_placement"
    ]
    assert [(str(each.due_on), each.status) for each in found] == [("2029-10-01", "overdue")]
    assert state(late, "2029-10-02", rulebook=draft).pathway == "MAINTAINED"
    assert "DETERMINED" in [str(each.state) for each in disputes(late, "2029-10-02", rulebook=draft)]
    early = tell(life.format("2029-08-31"))
    assert "order_reconsider_placement" not in [each.limit for each in deadlines_of(early, AS_OF, rulebook=draft)]
    codes = {each.code for each in judge(early, AS_OF, rulebook=draft).findings}
    assert "no_law_in_force" in codes - {each.code for each in judge(late, AS_OF, rulebook=draft).findings}


def test_what_it_does_not_change_is_as_in_england(draft):
    changes = compare_rulebooks(england(), draft)
    # What a row that is told anew leaves out is gone: whoever changes England's looks here.
    assert [str(change) for change in changes if change.kind == "removed"] == []
    assert f"{len(changes)} changes" in (FOLDER / "README.md").read_text("utf-8")
    changed = {change.id for change in changes if change.section == "limits"}
    assert changed == {"annual_review", "order_reconsider_placement", "key_stage_review", "transfer_reassessment"}
    added = [str(each) for each in compare_rulebooks(england(), draft) if each.kind == "added" and each.key]
    assert added[0].startswith("limits annual_review, rule[first_review_early_years]: added: Complete the yearly")
    assert len(added) == 6


def test_what_is_told_anew_of_the_yearly_review_is_englands_but_for_its_end(draft):
    changes = compare_rulebooks(england(), draft)
    told = [each for each in changes if each.id == "annual_review" and each.kind != "added"]
    assert {each.key.rpartition(".")[2] for each in told} == {"in_force_to"}, "copy England's rules anew, and end them"


@pytest.mark.parametrize("stage", ["early_years", "post16"])
@pytest.mark.parametrize(
    ("row", "told_anew"),
    [("first_review", "first_review"), ("next_review", "next_review"), ("reassess_next_review", "reassess_review")],
)
def test_a_yearly_review_that_is_kept_is_counted_and_judged_as_englands(draft, stage, row, told_anew):
    (today,) = (rule for rule in england().limits["annual_review"].rule if rule.rows == (row,))
    (kept,) = (rule for rule in draft.limits["annual_review"].rule if rule.rows == (f"{told_anew}_{stage}",))
    ours = {"rows", "title", "cohorts", "note", "version"}
    assert kept.model_dump(exclude=ours) == today.model_dump(exclude=ours)
    assert [each.counting for each in kept.version] == [each.counting for each in today.version]


def test_a_kept_yearly_review_gives_the_days_and_questions_that_it_gives_today(draft):
    anew = (
        "2014-03-01 date_of_birth; 2030-09-02 plan_transferred_in; 2031-03-10 review_decision_sent outcome=maintain; "
        "2031-06-10 reassessment_started; 2031-09-10 final_plan_sent"
    )
    assert due(anew, "annual_review", draft) == due(anew, "annual_review", england()) == ["2032-03-09", "2032-09-10"]
    over_25 = (
        "2005-03-01 date_of_birth; 2029-09-10 plan_transferred_in; 2029-10-10 review_decision_sent outcome=maintain"
    )
    for law in (draft, england()):
        assert "too_old" in {each.code for each in judge(tell(over_25), "2030-06-30", rulebook=law).findings}


@pytest.mark.parametrize(
    ("born", "next_review"),
    [
        ("2025-05-01", "2030-09-09"),
        ("2024-05-01", "2031-07-31"),
        ("2017-05-01", "2031-07-31"),
        ("2013-05-01", "2030-09-09"),
    ],
    ids=["early years", "key stage 1", "key stage 3", "after 16"],
)
def test_the_register_of_reviews_has_the_next_review_of_every_age(tmp_path, born, next_review):
    path = tmp_path / "plan.csv"
    path.write_text(
        "case_id,event,on,outcome\n"
        f"A,date_of_birth,{born},\nA,final_plan_sent,2028-10-02,\nA,review_decision_sent,2029-09-10,maintain\n"
    )
    listed = invoke("registers", path, "reviews", "--as-of", "2029-10-01", "--rulebook", FOLDER, "--format", "json")
    (row,) = json.loads(listed.stdout)
    assert row["review_due_on"] == next_review


def test_commands_answer_by_it(tmp_path):
    told = invoke("rules", "--diff", FOLDER, "--format", "table")
    assert told.exit_code == 0
    assert "annual_review" in told.stdout
    for command in ("check", "state", "desk", "report"):
        more = ("--html", tmp_path / "page.html") if command == "report" else ()
        assert (
            invoke(command, "examples/cases.csv", "--as-of", "2026-06-30", "--rulebook", FOLDER, *more).exit_code == 0
        )


def test_what_each_law_asks_of_a_caseload_is_told_by_year(tmp_path):
    cases = tmp_path / "england.csv"
    made = invoke("synth", "--cases", "120", "--as-of", "2032-08-31", "--particulars", "--output", cases)
    assert made.exit_code == 0
    done = subprocess.run(
        [sys.executable, FOLDER / "by_year.py", cases, "2032-08-31"], check=True, capture_output=True, text=True
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    before = [row for row in rows if int(row["from_september"]) < 2029]
    assert before
    assert all(row["acts"] == row["acts_in_draft"] for row in before)
    reviews = {int(row["from_september"]): row for row in rows if row["limit"] == "annual_review"}
    assert int(reviews[2031]["acts_in_draft"]) < int(reviews[2031]["acts"]) / 2
    assert sum(int(row["acts_in_draft"]) for row in rows if row["limit"] == "transfer_reassessment") > 0
