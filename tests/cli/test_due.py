"""`due`: the golden dates, every column of a fact, every format."""

import pytest

from tests.cli.running import invoke, rows_of, run

GOLDEN = {"decide_assess": "2026-04-13", "decide_issue": "2026-06-22", "final_plan": "2026-07-20"}


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_a_request_gives_the_golden_dates_each_with_its_provision(form):
    done = run("due", "--received", "2026-03-02", "--format", form)
    assert (done.returncode, done.stderr) == (0, "")
    rows = {row["limit"]: row for row in rows_of(done.stdout, form)}
    assert {limit: rows[limit]["due_on"] for limit in GOLDEN} == GOLDEN
    assert all("reg " in row["citation"] or "Code of Practice" in row["citation"] for row in rows.values())


def test_a_day_may_be_written_as_in_the_united_kingdom_and_the_event_by_name():
    one = invoke("due", "--received", "02/03/2026", "--format", "json")
    other = invoke("due", "--event", "request_received", "--on", "2026-03-02", "--format", "json")
    assert one.stdout == other.stdout != "[]\n"


def test_the_columns_of_a_fact_reach_the_law():
    plain = invoke("due", "--event", "draft_plan_sent", "--on", "2026-06-01", "--format", "json").stdout
    served = invoke(
        "due", "--event", "draft_plan_sent", "--on", "2026-06-01", "--served-on", "2026-06-03", "--format", "json"
    ).stdout
    starts = [next(r for r in rows_of(t, "json") if r["limit"] == "draft_representations") for t in (plain, served)]
    assert [row["starts_on"] for row in starts] == ["2026-06-01", "2026-06-03"]
    asked = invoke(
        "due", "--event", "advice_requested", "--on", "2026-06-01", "--party", "medical", "--authority", "885",
        "--format", "json",
    )  # fmt: skip
    assert {(row["party"], row["authority"]) for row in rows_of(asked.stdout, "json")} == {("medical", "885")}


@pytest.mark.parametrize("option", ["--until", "--aware-on", "--made-on", "--reviewed-on"])
def test_a_column_that_does_not_belong_to_the_event_is_refused(option):
    done = invoke("due", "--received", "2026-03-02", option, "2026-03-03")
    assert done.exit_code == 2
    assert option.removeprefix("--").replace("-", "_") in done.stderr
    assert "leave it empty" in done.stderr


def test_an_outcome_that_does_not_exist_is_refused_with_those_that_do():
    done = invoke("due", "--event", "phase_transfer_due", "--on", "2026-09-01", "--outcome", "college")
    assert done.exit_code == 2
    assert "school, post16" in done.stderr


def test_the_table_names_the_weekday_the_actor_and_the_provision():
    text = invoke("due", "--received", "2026-03-02", "--format", "table").stdout
    assert "Mon 13 Apr 2026" in text
    assert "local" in text
    assert "SEND Regulations 2014" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_protected_time_has_its_first_lawful_day_in_the_table():
    text = invoke("due", "--event", "draft_plan_sent", "--on", "2026-06-01", "--format", "table").stdout
    assert "lawful from" in text
    assert "Tue 16 Jun 2026" in text
    assert "Mon 15 Jun 2026" in text


def test_explain_gives_the_working_in_every_format():
    args = ("due", "--received", "2026-03-02", "--limit", "final_plan", "--explain", "--format")
    assert "20 weeks after Monday 2 March 2026" in " ".join(invoke(*args, "table").stdout.split())
    (row,) = rows_of(invoke(*args, "csv").stdout, "csv")
    assert "How it is counted: 20 weeks after Monday 2 March 2026" in row["explanation"]
    (row,) = rows_of(invoke(*args, "json").stdout, "json")
    assert [step["part"] for step in row["explanation"]][:3] == ["start", "rule", "count"]
    assert row["explanation"][1]["citations"][0]["address"].startswith("https://www.legislation.gov.uk/")


def test_an_event_that_starts_no_clock_says_so():
    done = invoke("due", "--event", "detained", "--on", "2026-03-02", "--format", "json", "--limit", "final_plan")
    assert (done.exit_code, done.stdout) == (0, "[]\n")
    assert "no time limit" in done.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "--received DATE, or --event EVENT --on DATE"),
        (("--event", "final_plan_sent"), "for --on"),
        (("--on", "2026-03-02"), "for --event"),
        (("--received", "2026-03-02", "--on", "2026-03-02"), "either"),
        (("--received", "2026-02-30"), "the calendar has no such day"),
        (("--received", "02/03/26"), "two digits"),
        (("--received", "2026-03-02", "--as-of", "last week"), "--as-of"),
        (("--event", "final_plan_send", "--on", "2026-03-02"), "did you mean final_plan_sent"),
        (("--event", "zzz", "--on", "2026-03-02"), "ehcp-flow facts"),
        (("--received", "2026-03-02", "--limit", "final_plans"), "did you mean final_plan"),
        (("--received", "2026-03-02", "--limit", "zzz"), "ehcp-flow rules"),
        (("--received", "2026-03-02", "--format", "xml"), "jsonl"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(args, said):
    done = invoke("due", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_event_that_needs_a_plan_says_so():
    done = invoke("due", "--event", "detained", "--on", "2026-03-02")
    assert "no time limit starts from detained alone; where there is a plan: detained_send_plan" in done.stderr
