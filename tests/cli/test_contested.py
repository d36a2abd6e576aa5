"""What another lawful reading decides otherwise, by every door, and how it is counted apart."""

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.readers import read_cases
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.store import Store
from tests.cli.running import invoke, rows_of

AS_OF = ("--as-of", "2026-07-01")
FACTS = """case_id,event,on,party,outcome,authority
asked,request_received,2026-03-02,parent,,885
asked,assessment_agreed,2026-04-13,,,
moving,final_plan_sent,2025-03-10,,,885
moving,phase_transfer_due,2026-09-02,,school,
moving,review_decision_sent,2026-02-15,,maintain,
late,request_received,2026-03-02,parent,,885
late,assessment_agreed,2026-04-14,,,
late,request_withdrawn,2026-06-01,,,
"""
CONTESTED = {
    ("asked", "decide_assess"): (False, "the day of receipt is day 1"),
    ("asked", "decide_not_issue"): (False, "either answer within 16 weeks"),
    ("moving", "phase_transfer"): (True, "by 15 February"),
}


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text(FACTS, encoding="utf-8")
    return path


def contested(rows):
    found = {}
    for row in rows:
        names = row["contested_by"]
        if names:
            said = names if isinstance(names, str) else "; ".join(names)
            found[row["case_id"], row["limit"]] = (row["breach"] in (True, "true"), said)
    return found


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_check_says_so_and_counts_them_apart(source, door, form):
    done = invoke("check", source, *AS_OF, "--format", form, door=door)
    every = rows_of(done.stdout, form)
    assert contested(every) == CONTESTED
    assert "2 breaches (1 of them contested), 2 more by another reading" in done.stderr
    only = rows_of(invoke("check", source, *AS_OF, "--contested", "only", "--format", form, door=door).stdout, form)
    assert contested(only) == CONTESTED
    without = invoke("check", source, *AS_OF, "--contested", "without", "--format", form, door=door)
    rest = rows_of(without.stdout, form)
    assert contested(rest) == {}
    assert len(only) + len(rest) == len(every)
    assert "1 breach," in without.stderr


@pytest.mark.parametrize("door", ["one", "many"])
def test_the_register_of_breaches_counts_them_apart(source, door):
    def breaches(*args):
        done = invoke("breaches", source, *AS_OF, *args, "--format", "json", door=door)
        return {row["case_id"] for row in rows_of(done.stdout, "json")}, done.stderr

    found, said = breaches()
    assert found == {"moving", "late"}
    assert "2 breaches (1 of them contested)" in said
    assert breaches("--contested", "without")[0] == {"late"}
    assert breaches("--contested", "only")[0] == {"moving"}


def test_a_frame_a_store_and_an_explanation_say_the_same(source, tmp_path):
    assert contested(deadlines_frame(source, "2026-07-01").iter_rows(named=True)) == CONTESTED
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("import", source, "--store", url).exit_code == 0
    with Store.open(url) as store:
        assert contested(deadlines_frame(store, "2026-07-01").iter_rows(named=True)) == CONTESTED
    explained = " ".join(invoke("explain", source, "--case", "moving", *AS_OF).stdout.split())
    assert "BREACH, contested by another reading: by 15 February." in explained
    assert "By that reading there is no breach." in explained


def test_registers_and_the_page_of_a_case_say_so(source):
    [row] = [
        row
        for row in rows_of(invoke("registers", source, "breaches", *AS_OF, "--format", "json").stdout, "json")
        if row["case_id"] == "moving"
    ]
    assert row["contested_by"] == "by 15 February"
    chosen = invoke("registers", source, "breaches", "--contested", "without", *AS_OF, "--format", "json").stdout
    assert [row["case_id"] for row in rows_of(chosen, "json")] == ["late"]
    page = case_page(answer(read_cases(source)["moving"], "2026-07-01"))
    assert "The law has not been kept. The law can be read in another way here, by which it was kept" in page


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize(("which", "due", "in_time"), [("with", 1, 0), ("without", 0, 0), ("only", 1, 0)])
def test_a_measure_can_leave_them_out_or_count_them_alone(source, door, which, due, in_time):
    args = ("measures", source, "--year", "2026", "--contested", which, *AS_OF, "--format", "json")
    [row] = rows_of(invoke(*args, door=door).stdout, "json")
    assert (row["phase_transfer_due"], row["phase_transfer_in_time"]) == (due, in_time)
