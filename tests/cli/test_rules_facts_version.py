"""`rules`, `facts` and `version`: what the program knows."""

import json
import re
import shutil
from importlib import resources

import pytest

import ehcp_flow as ef
from ehcp_flow.facts import FACT_TYPES, OUTCOMES
from ehcp_flow.law import england
from tests.cli.running import invoke, rows_of


def test_the_list_of_rules_has_every_limit_in_every_format():
    ids = list(england().limits)
    for form in ("csv", "json", "jsonl"):
        assert [row["limit"] for row in rows_of(invoke("rules", "--format", form).stdout, form)] == ids
    text = invoke("rules", "--format", "table").stdout
    assert all(limit in text for limit in ids)
    assert max(map(len, text.splitlines())) <= 100


def test_a_rule_in_json_has_what_a_lawyer_would_check():
    (row,) = rows_of(invoke("rules", "decide_assess", "--format", "json").stdout, "json")
    assert (row["group"], row["actor"], row["kind"]) == ("request", "local authority", "statutory")
    assert row["rows"] == ["decide_assess", "notify_determination_no_ehc"]
    assert "reg 5(1)" in row["citation"]
    assert row["evidence"] == "P"
    version = row["versions"][0]
    assert (version["in_force_from"], version["in_force_to"]) == ("2014-09-01", None)
    assert (version["counting"], version["words"]) == ("6 weeks after", "within 6 weeks of")
    assert version["citations"][0]["address"] == "https://www.legislation.gov.uk/uksi/2014/1530/regulation/5"
    rule, while_there_is_a_plan = row["rules"]
    assert "request_received" in rule["starts_on"]
    assert while_there_is_a_plan["clock"].endswith("while a plan is maintained")
    assert rule["done_by"] == ["assessment_agreed", "assessment_refused"]
    assert "absent_from_area" in {exception["ground"] for exception in rule["exceptions"]}
    assert rule["readings"][0]["counting"] == "6 weeks beginning with"


def test_csv_gives_the_counting_of_a_rule():
    (row,) = rows_of(invoke("rules", "decide_assess", "--format", "csv").stdout, "csv")
    assert (row["counting"], row["in_force_from"], row["in_force_to"]) == ("6 weeks after", "2014-09-01", "")


def test_a_version_that_is_not_yet_law_is_not_listed_as_the_law(tmp_path):
    """The old number stands in lists and checklists until its last day; a reading is told with its own version."""
    with resources.as_file(resources.files("ehcp_flow.law") / "england") as shipped:
        law = shutil.copytree(shipped, tmp_path / "law")
    file = law / "01_request.toml"
    text = file.read_text("utf-8")
    old = 'in_force_from = 2014-09-01\ncounting = "6 weeks after"\nwords = "within 6 weeks of"\n'
    reading = '{ name = "the day of receipt is day 1", counting = "6 weeks beginning with", '
    assert text.count(old) == text.count(reading) > 0
    ends = "in_force_to = 2099-12-31"
    new = '[[limit.rule.version]]\nin_force_from = 2100-01-01\ncounting = "8 weeks after"\ncitation = ["SR 5(1)"]\n'
    text = text.replace(old, f"{old}{ends}\n").replace(reading, f"{reading}{ends}, ")
    for version in reversed([*re.finditer(f"{ends}\n", text)]):
        at = text.index("\n\n", version.start())
        text = f'{text[:at]}\n\n{new}evidence = "M"\n{text[at:]}'
    file.write_text(text, "utf-8")

    (row,) = rows_of(invoke("rules", "decide_assess", "--rulebook", str(law), "--format", "csv").stdout, "csv")
    assert (row["counting"], row["in_force_to"]) == ("6 weeks after", "2099-12-31")
    told = " ".join(invoke("rules", "decide_assess", "--rulebook", str(law)).stdout.split())
    assert "Another reading, the day of receipt is day 1 (6 weeks beginning with, to Thursday 31 December 2099)" in told
    assert "In force since Friday 1 January 2100: 8 weeks after" in told
    noticed = invoke("notices", "assessment_refused", "--rulebook", str(law), "--format", "table").stdout
    assert "[decide_assess]: 6 weeks after" in " ".join(noticed.split())
    book = ef.load_rulebook(law)
    parts = {
        received: [step.part for step in ef.due("request_received", received, rulebook=book)[0].explanation]
        for received in ("2099-12-31", "2100-01-01")
    }
    assert "reading" in parts["2099-12-31"]
    assert "reading" not in parts["2100-01-01"]


def test_a_rule_in_full_reads_as_text_even_into_a_pipe():
    assert invoke("rules", "final_plan").stdout == invoke("rules", "final_plan", "--format", "table").stdout
    text = " ".join(invoke("rules", "final_plan").stdout.split())
    for part in (
        "Send the final plan [final_plan]",
        "statutory: missing it is a breach",
        'In force since Monday 1 September 2014: 20 weeks after, by the words "within 20 weeks of".',
        "https://www.legislation.gov.uk/uksi/2014/1530/regulation/13",
        "Evidence P: the primary text was read",
        "Exceptions that can excuse it (the date stays, and nothing pauses):",
        "Another reading, the day of receipt is day 1 (20 weeks beginning with)",
    ):
        assert part in text


def test_a_right_is_told_as_a_right_and_no_duty():
    text = invoke("rules", "appeal").stdout
    assert "statutory: a right, and not using it is never a breach" in text
    assert "missing it is a breach" not in text


@pytest.mark.parametrize("limit", list(england().limits))
def test_every_rule_can_be_read_in_full(limit):
    text = invoke("rules", limit, "--format", "table").stdout
    assert f"[{limit}]" in text
    assert "In force" in text
    assert "https://" in text


def test_a_row_of_the_law_leads_to_its_limit():
    assert "[annual_review]" in invoke("rules", "first_review", "--format", "table").stdout


def test_a_group_of_rules_is_shown_alone():
    rows = rows_of(invoke("rules", "--group", "review").stdout, "csv")
    assert {row["group"] for row in rows} == {"review"}
    assert "annual_review" in {row["limit"] for row in rows}


def test_duties_without_a_number_are_listed_apart():
    rows = rows_of(invoke("rules", "--notes", "--format", "json").stdout, "json")
    assert [row["row"] for row in rows] == [note.row for note in england().notes]
    assert rows[0]["citation"]
    assert rows[0]["row"] in invoke("rules", "--notes", "--format", "table").stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("rules", "final_pan"), "did you mean final_plan"),
        (("rules", "--group", "revieww"), "did you mean review"),
        (("rules", "--group", "zzz"), "there are request, advice"),
        (("facts", "request_recieved"), "did you mean request_received"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_near(args, said):
    done = invoke(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_crib_has_every_fact_with_its_outcomes():
    rows = {row["event"]: row for row in rows_of(invoke("facts", "--format", "json").stdout, "json")}
    assert list(rows) == list(FACT_TYPES)
    assert {event: tuple(row["outcomes"]) for event, row in rows.items() if row["outcomes"]} == dict(OUTCOMES)
    assert rows["exception_recorded"]["columns"][-2:] == ["until", "limit"]
    assert "party" in rows["advice_requested"]["needed"]
    assert "young_person" in rows["request_received"]["parties"]
    text = invoke("facts", "--format", "table").stdout
    assert all(event in text for event in FACT_TYPES)


def test_one_fact_says_what_must_be_filled():
    text = invoke("facts", "review_decision_sent", "--format", "table", COLUMNS="200").stdout
    assert "maintain; amend; cease" in text
    assert "Must be filled: case_id, on, outcome" in text


def test_every_fact_says_which_day_it_is_in_the_words_of_its_docstring():
    rows = rows_of(invoke("facts", "--format", "json").stdout, "json")
    said = {row["event"]: row["on_is"] for row in rows}
    assert said == {event: cls.means().replace("`", "") for event, cls in FACT_TYPES.items()}
    assert len(set(said.values())) == len(said)
    for event, cls in FACT_TYPES.items():
        assert f"{said[event]}.".casefold() == (cls.__doc__ or "").partition("\n")[0].replace("`", "").casefold()
        assert len(said[event]) > 20, event
    assert said["review_meeting_held"] == "the day on which the review meeting was held"


def test_the_version_names_the_law_and_the_horizon():
    from ehcp_flow import __version__

    assert invoke("--version").stdout == f"ehcp-flow {__version__}\n"
    text = invoke("version").stdout
    assert f"ehcp-flow {__version__} on Python 3" in text
    assert f"{len(england().limits)} time limits" in text
    for form in ("csv", "json", "jsonl"):
        (row,) = rows_of(invoke("version", "--format", form).stdout, form)
        assert row["version"] == __version__
        assert row["bank_holidays_to"] >= "2028-12-31"
        assert row["kernel"] in ("compiled", "interpreted")


def test_the_law_of_a_day_is_told_as_it_stood_then():
    done = invoke("rules", "--on", "2015-03-22", "--group", "concessions", "--format", "csv")
    assert {row["limit"]: row["counting"] for row in rows_of(done.stdout, "csv")}["concede_amend"] == "4 weeks after"
    assert "recommendation_response" not in done.stderr, "only what was asked for is named"
    after = rows_of(invoke("rules", "concede_amend", "--on", "2015-03-23", "--format", "csv").stdout, "csv")
    assert [(row["counting"], row["in_force_from"]) for row in after] == [("5 weeks after", "2015-03-23")]
    full = invoke("rules", "concede_amend", "--on", "22/03/2015").output
    assert "4 weeks after" in full
    assert "5 weeks after" not in full


def test_a_limit_that_was_no_law_on_a_day_is_named():
    done = invoke("rules", "recommendation_response", "--on", "2018-04-02")
    assert done.exit_code == 0
    assert "no law on Monday 2 April 2018: recommendation_response" in done.stderr
    assert invoke("rules", "--notes", "--on", "2018-04-02").exit_code == 2


def test_a_notice_is_due_by_the_law_of_the_day_of_its_decision():
    def by(on):
        text = invoke("notices", "assessment_agreed", "--on", on, "--format", "json").stdout
        limits = [limit for notice in json.loads(text) for limit in notice["by"]]
        return next(limit["counting"] for limit in limits if limit["limit"] == "concede_assess_notify")

    # What began under the law before goes by it: a decision of 19 April 2015 still may, one of the 20th not.
    before = "2 weeks after or 4 weeks after, counted from a day up to 2015-03-22"
    assert [by(f"2015-{day}") for day in ("03-22", "03-23", "04-19")] == ["4 weeks after", before, before]
    assert by("2015-04-20") == "2 weeks after"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("--notes", "--installed"), "--notes and --installed: give one of them"),
        (("--notes", "--diff", "england"), "--notes and --diff: give one of them"),
        (("final_plan", "--notes"), "it belongs to the list of limits, not to --notes"),
        (("--group", "plan", "--installed"), "it belongs to the list of limits, not to --installed"),
        (("--on", "2026-03-02", "--diff", "england"), "it belongs to the list of limits, not to --diff"),
        (("--source", "cases.csv"), "it belongs to --diff DIR; give that too"),
    ],
)
def test_options_of_two_lists_are_refused_together(given, why):
    refused = invoke("rules", *given)
    assert (refused.exit_code, why in " ".join(refused.stderr.split())) == (2, True), refused.stderr
