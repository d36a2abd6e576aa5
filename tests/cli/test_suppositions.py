"""What is not so, or not yet: another law, local targets, a fact that has not happened, counting back, notices."""

import json

import pytest

from ehcp_flow.law import england
from tests.cli.running import ROOT, invoke, rows_of

PROFILE = """
title = "Our own targets"

[[target]]
id = "final_plan_in_18_weeks"
title = "Send the final plan after 18 weeks"
clock = "request"
counting = "18 weeks after"
act = "send the final plan"
done_by = ["final_plan_sent"]
"""
SOURCE = "case_id,event,on\na,request_received,2026-03-02\na,assessment_agreed,2026-04-01\n"
REVERSED = ("--case", "w-hertfordshire", "--event", "refusal_reversed", "--on", "2023-05-01", "--as-of", "2023-05-01")


# Another law


def test_a_draft_is_compared_with_the_law_change_by_change(folder):
    rows = rows_of(invoke("rules", "--diff", folder / "draft-law", "--format", "json").stdout, "json")
    assert rows
    assert {row["kind"] for row in rows} == {"changed"}
    (plan,) = [row for row in rows if row["id"] == "final_plan"]
    assert (plan["section"], plan["old"], plan["new"]) == ("limits", "20 weeks after", "22 weeks after")
    table = invoke("rules", "--diff", folder / "draft-law", "--format", "table").stdout
    assert "limits final_plan" in table
    assert max(map(len, table.splitlines())) <= 100


def test_the_law_differs_in_nothing_from_itself():
    done = invoke("rules", "--diff", ROOT / "ehcp_flow" / "law" / "england", "--format", "csv")
    assert rows_of(done.stdout, "csv") == []
    assert "0 changes" in done.stderr


def test_the_deadlines_that_would_move_are_listed(folder):
    args = ("rules", "--diff", folder / "draft-law", "--source", folder / "cases.csv", "--as-of", "2025-10-21")
    rows = {row["case_id"]: row for row in rows_of(invoke(*args, "--format", "json").stdout, "json")}
    row = rows["lgsco-25-007-473"]
    assert (row["limit"], row["due_on_before"], row["due_on_after"]) == ("final_plan", "2025-05-05", "2025-05-19")
    assert (row["change"], row["breach_before"], row["breach_after"]) == ("different", True, True)
    assert row["days_over_before"] - row["days_over_after"] == 14
    both = invoke(*args, "--format", "table").stdout
    assert both.index("change\n") < both.index("deadlines would be different")
    store = invoke(*args[:4], f"sqlite:///{folder}/cases.db", *args[5:], "--format", "json")
    assert {row["case_id"] for row in rows_of(store.stdout, "json")} == set(rows)


def test_exit_codes_of_a_comparison(folder, tmp_path):
    draft = folder / "draft-law"
    (tmp_path / "bad.csv").write_text(SOURCE + "b,request_received,never\n")
    assert invoke("rules", "--diff", draft, "--source", tmp_path / "bad.csv", "--as-of", "2026-04-02").exit_code == 1
    for args, said in (
        (("--diff", "none"), "none"),
        (("--source", "x.csv"), "--diff DIR"),
        (("--as-of", "2026-01-01"), "--diff DIR"),
        (("--diff", draft, "--source", "none.csv"), "none.csv"),
        (("--diff", draft, "--source", "-", "--as-of", "x"), "'x'"),
    ):
        done = invoke("rules", *args, "--format", "csv")
        assert (done.exit_code, done.stdout) == (2, ""), args
        assert said in done.stderr


# Local targets


@pytest.fixture
def profile(tmp_path):
    (tmp_path / "targets.toml").write_text(PROFILE)
    return tmp_path / "targets.toml"


def test_local_targets_stand_beside_the_law_and_are_never_breaches(profile):
    args = ("check", "-", "--as-of", "2026-12-01", "--format", "json")
    rows = rows_of(invoke(*args, "--profile", profile, stdin=SOURCE).stdout, "json")
    (target,) = [row for row in rows if row["kind"] == "local"]
    assert (target["limit"], target["due_on"], target["status"]) == ("final_plan_in_18_weeks", "2026-07-06", "overdue")
    assert target["breach"] is False
    assert [row for row in rows if row["kind"] != "local"] == rows_of(invoke(*args, stdin=SOURCE).stdout, "json")


def test_due_and_explain_know_targets_too(profile):
    due = rows_of(invoke("due", "--received", "2026-03-02", "--profile", profile).stdout, "csv")
    assert "final_plan_in_18_weeks" in {row["limit"] for row in due}
    text = invoke("explain", "-", "--case", "a", "--as-of", "2026-12-01", "--profile", profile, stdin=SOURCE).stdout
    assert "[final_plan_in_18_weeks]" in text
    assert "No breach: this is local, not law." in " ".join(text.split())


def test_a_profile_cannot_change_the_law(profile):
    profile.write_text(PROFILE.replace("final_plan_in_18_weeks", "final_plan"))
    done = invoke("check", "-", "--profile", profile, stdin=SOURCE)
    assert (done.exit_code, done.stdout) == (4, "")
    assert "which a target cannot change" in done.stderr
    assert invoke("check", "-", "--profile", "none.toml", stdin=SOURCE).exit_code == 2


# A fact that has not happened


def test_what_one_fact_would_change(folder):
    done = invoke("what-if", folder / "cases.csv", *REVERSED, "--format", "json")
    rows = {row["limit"]: row for row in rows_of(done.stdout, "json")}
    plan = rows["final_plan"]
    assert (plan["status_before"], plan["status_after"], plan["due_on_after"]) == ("lapsed", "open", "2023-05-19")
    new = rows["reversal_assess_final"]
    assert (new["change"], new["due_on_before"], new["due_on_after"]) == ("new", None, "2023-08-07")
    assert "nothing was recorded" in done.stderr
    flat = rows_of(invoke("what-if", folder / "cases.csv", *REVERSED).stdout, "csv")
    assert [row["limit"] for row in flat] == list(rows)


def test_a_person_is_told_whether_the_law_would_allow_it(folder):
    text = " ".join(invoke("what-if", folder / "cases.csv", *REVERSED, "--format", "table").stdout.split())
    assert "refusal reversed, Monday 1 May 2023. By what is on record now, the law would allow it." in text
    not_so = invoke(
        "what-if", folder / "cases.csv", "--case", "w-hertfordshire", "--event", "final_plan_sent", "--on",
        "2023-05-01", "--format", "table",
    )  # fmt: skip
    assert not_so.exit_code == 0
    assert "the law would not allow it" in " ".join(not_so.stdout.split())
    assert "no draft plan is on record" in not_so.stdout


def test_the_same_fact_recorded_gives_what_was_foretold(folder):
    foretold = rows_of(invoke("what-if", folder / "cases.csv", *REVERSED, "--format", "json").stdout, "json")
    with (folder / "cases.csv").open("a") as file:
        file.write("w-hertfordshire,,refusal_reversed,2023-05-01,,,,,,,\n")
    checked = invoke(
        "check", folder / "cases.csv", "--case", "w-hertfordshire", "--as-of", "2023-05-01", "--format", "json"
    )
    found = {row["limit"]: row for row in rows_of(checked.stdout, "json")}
    for row in foretold:
        assert (row["due_on_after"], row["status_after"]) == (
            found[row["limit"]]["due_on"],
            found[row["limit"]]["status"],
        )


def test_a_supposition_on_a_store_leaves_the_store_as_it_is(store_url):
    before = invoke("export", "--store", store_url).stdout
    assert invoke("what-if", store_url, *REVERSED).exit_code == 0
    assert invoke("export", "--store", store_url).stdout == before


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--case", "a", "--on", "2026-01-01"), "--event"),
        (("--case", "a", "--event", "request_received"), "--on"),
        (("--case", "a", "--event", "request_recieved", "--on", "2026-01-01"), "did you mean request_received"),
        (("--case", "a", "--event", "review_decision_sent", "--on", "2026-01-01"), "outcome"),
        (("--case", "b", "--event", "request_received", "--on", "2026-01-01"), "'b'"),
        (("--event", "request_received", "--on", "2026-01-01"), "--case"),
    ],
)
def test_a_supposition_that_cannot_be_is_refused(args, said):
    done = invoke("what-if", "-", *args, stdin=SOURCE)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_refused_row_shows_in_the_exit_code_of_a_supposition():
    args = ("--case", "a", "--event", "plan_agreed", "--on", "2026-05-01")
    assert invoke("what-if", "-", *args, stdin=SOURCE + "b,request_received,never\n").exit_code == 1
    assert invoke("what-if", "-", *args, stdin=SOURCE).exit_code == 0


# Counting back


def test_the_latest_meeting_for_an_amended_plan():
    rows = rows_of(invoke("schedule", "--by", "2019-02-15").stdout, "csv")
    assert [(row["limit"], row["begins_on"], row["done_by"]) for row in rows] == [
        ("amendment_notice", "2018-11-23", "2018-12-21"),
        ("amended_plan", "2018-12-21", "2019-02-15"),
    ]
    text = " ".join(invoke("schedule", "--by", "15/02/2019", "--format", "table").stdout.split())
    assert "The review meeting has to be held by Friday 23 November 2018" in text


SCHOOL = ("phase_transfer_school", "14 February 2027", "22 November 2026")
POST16 = ("phase_transfer_post16", "30 March 2027", "5 January 2027")


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("2027-02-14", []),
        ("2027-02-15", [(*SCHOOL, "'by 15 February' is practice")]),
        ("2027-03-30", [(*SCHOOL, "")]),
        ("2027-03-31", [(*SCHOOL, ""), (*POST16, "'by 31 March' is practice")]),
        ("2027-09-01", []),
    ],
)
def test_a_day_that_is_itself_too_late_for_a_transfer_is_said_to_be(by, said, form):
    done = invoke("schedule", "--by", by, "--format", form)
    assert done.exit_code == 0
    lines = [line for line in done.stderr.splitlines() if "too late" in line]
    assert len(lines) == len(said)
    for line, words in zip(lines, said, strict=True):
        assert all(word in line for word in words), line
        assert line.count("is practice") == bool(words[-1])


def test_a_chain_of_ones_own_says_nothing_of_transfers():
    done = invoke("schedule", "--by", "2027-02-15", *("--limit", "amendment_notice", "--limit", "amended_plan"))
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_chain_of_ones_own():
    (row,) = rows_of(
        invoke("schedule", "--by", "2026-04-13", "--limit", "decide_assess", "--format", "json").stdout, "json"
    )
    assert (row["begins_on"], row["days"], row["counting"]) == ("2026-03-02", 42, "6 weeks after")
    assert row["citation"]
    text = invoke("schedule", "--by", "2026-04-13", "--limit", "decide_assess", "--format", "table").stdout
    assert "The first step has to begin by Monday 2 March 2026" in " ".join(text.split())


@pytest.mark.parametrize("args", [("--by", "never"), ("--by", "2026-04-13", "--limit", "decide_asses"), ()])
def test_a_schedule_that_cannot_be_is_refused(args):
    done = invoke("schedule", *args)
    assert (done.exit_code, done.stdout) == (2, "")


# Notices


def test_the_checklist_of_a_decision_reads_as_text():
    text = " ".join(invoke("notices", "plan_refused").stdout.split())
    assert text.startswith("Refusal of a plan [plan_refused]")
    assert text.index("Tell [ ] the child's parent") < text.index("It must contain") < text.index("By when")
    assert "[decide_not_issue]: 16 weeks after" in text


def test_a_checklist_can_be_read_by_a_letter_system():
    (row,) = json.loads(invoke("notices", "plan_refused", "--format", "json").stdout)
    assert row["tell"][0]["address"].startswith("https://www.legislation.gov.uk/")
    assert {"who", "citation", "address"} == set(row["tell"][0])
    assert row["by"][0]["limit"] == "decide_not_issue"
    flat = rows_of(invoke("notices", "plan_refused", "--format", "csv").stdout, "csv")
    assert [item["part"] for item in flat] == (
        ["tell"] * len(row["tell"]) + ["contains"] * len(row["contains"]) + ["by"] * len(row["by"])
    )
    assert all(item["says"] and item["citation"] for item in flat)


def test_every_notice_is_listed():
    ids = [notice.id for notice in england().notices]
    assert [row["notice"] for row in rows_of(invoke("notices", "--format", "json").stdout, "json")] == ids
    assert all(notice.title.split()[0] in invoke("notices", "--format", "table").stdout for notice in england().notices)


def test_what_did_not_have_to_be_said_then_is_left_out():
    def said(*args):
        (row,) = json.loads(invoke("notices", "review_decision_sent:cease", *args, "--format", "json").stdout)
        return {item["says"] for item in row["contains"]}

    assert len(said() - said("--on", "2017-01-01")) == 1
    assert said("--on", "2020-01-01") == said()


def test_a_fact_without_a_notice_is_answered():
    assert invoke("notices", "advice_received").stdout == "No notice is prescribed for advice_received.\n"
    assert rows_of(invoke("notices", "advice_received", "--format", "csv").stdout, "csv") == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("plan_refusd",), "did you mean plan_refused"),
        (("review_decision_sent:ceased",), "did you mean cease"),
        (("plan_refused", "--on", "never"), "--on"),
    ],
)
def test_a_notice_of_nothing_is_refused(args, said):
    done = invoke("notices", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
