"""A version that is for some cases alone is listed with those whom it is for, and with what is for the others."""

import json

import pytest

from ehcp_flow.law import load_rulebook
from tests.cli.running import invoke, rows_of
from tests.law.test_declared import folder

OLD = 'version = [{ in_force_from = 2020-01-01, counting = "8 weeks after", citation = ["JR 4(2)"], evidence = "own" }]'
SAME = 'citation = ["JR 4(2)"], evidence = "own"'
MET = '[{ followed_by = ["appeal_response_sent"], on_or_after = 2026-04-01 }]'
YOUNG = "[{ under_age = 11 }]"
WHERE = "where the day of the first appeal response sent after the start is on or after Wednesday 1 April 2026"
UNDER = "where the day counted from is one on which the child is under 11"
NOTICE = """
[[notice]]
id = "told"
title = "Tell of the panel"
on = ["appeal_registered"]
limits = ["panel"]
tell = [{ who = "the parent", citation = "JR 3" }]
contains = [{ says = "the day of the panel", citation = "JR 3" }]
evidence = "own"
"""


@pytest.fixture
def law(tmp_path):
    """The made-up rulebook, of which a limit counts 6 weeks from 2026 for some cases, 4 from 2027 for the youngest."""
    new = (
        f"version = [\n"
        f'  {{ in_force_from = 2020-01-01, in_force_to = 2025-12-31, counting = "8 weeks after", {SAME} }},\n'
        f'  {{ in_force_from = 2026-01-01, in_force_to = 2026-12-31, counting = "6 weeks after", {SAME}, '
        f"applies_to = {MET} }},\n"
        f'  {{ in_force_from = 2027-01-01, counting = "4 weeks after", {SAME}, applies_to = {YOUNG} }},\n]'
    )
    return folder(tmp_path, NOTICE, old=OLD, new=new)


@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2025-12-31", "8 weeks after"),
        ("2026-12-31", f"6 weeks after, {WHERE}, otherwise 8 weeks after"),
        ("2027-01-01", f"4 weeks after, {UNDER}, otherwise 6 weeks after, {WHERE}, otherwise 8 weeks after"),
    ],
)
def test_lists_and_checklists_say_for_whom_a_version_is(law, on, told):
    rows = rows_of(invoke("rules", "--on", on, "--format", "csv", "--rulebook", law).stdout, "csv")
    assert [row["counting"] for row in rows if row["limit"] == "panel"] == [told]
    table = invoke("rules", "panel", "--on", on, "--rulebook", law).stdout
    assert table.count("weeks after") == told.count("weeks after")
    [notice] = json.loads(
        invoke("notices", "appeal_registered", "--on", on, "--format", "json", "--rulebook", law).stdout
    )
    assert [each["counting"] for each in notice["by"]] == [told]


def test_the_table_of_rules_says_it_of_today(law):
    shown = invoke("rules", "--format", "table", "--rulebook", law).stdout
    assert "where the" in shown
    assert "otherwise" in shown


def test_a_rule_that_is_for_some_is_listed_with_them(law):
    file = law / "complaints.toml"
    file.write_text(file.read_text().replace('act = "bring', 'cohorts = [{ from_age = 5 }]\nact = "bring'))
    rows = rows_of(invoke("rules", "--on", "2026-03-02", "--format", "csv", "--rulebook", law).stdout, "csv")
    five = "where the day counted from is one on which the child is 5 or older"
    told = f"6 weeks after, {WHERE}, otherwise 8 weeks after, each only, {five}"
    assert [row["counting"] for row in rows if row["limit"] == "panel"] == [told]
    rows = rows_of(invoke("rules", "--on", "2024-03-02", "--format", "csv", "--rulebook", law).stdout, "csv")
    assert [row["counting"] for row in rows if row["limit"] == "panel"] == [f"8 weeks after, {five}"]


def test_counting_back_says_for_whom_it_counts_and_how_for_any_other(law):
    def back(by):
        done = invoke("schedule", "--by", by, "--limit", "panel", "--format", "csv", "--rulebook", law)
        return rows_of(done.stdout, "csv")[0]["counting"], done.stderr

    counting, said = back("2026-12-01")
    assert counting == f"6 weeks after, {WHERE}"
    assert f"panel: counted for a case {WHERE}; for any other it is 8 weeks after" in said
    counting, said = back("2025-12-01")
    assert counting == "8 weeks after"
    assert "counted for" not in said


def test_the_last_that_stands_is_for_all_whom_none_before_it_is_for(law):
    [rule] = load_rulebook(law).limits["panel"].rule
    for version in rule.version:
        standing = rule.standing(version.in_force_from)
        assert standing[0] == version
        assert [bool(each.applies_to) for each in standing] == [True] * (len(standing) - 1) + [False]


def test_counting_back_says_that_school_days_need_term_dates():
    done = invoke("schedule", "--by", "2026-12-01", "--limit", "school_decision", "--rulebook", "wales")
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        "2026-12-01 is not a day to count back from: school_decision counts 35 school days after, which the "
        "term dates of a school alone decide, and here is none; write a chain of limits that count otherwise"
    ) in " ".join(done.stderr.split())
