"""The desk at the command line: every door, every format, 80 columns, and the words that people type for it."""

import datetime as dt
import json

import icalendar
import pytest
from freezegun import freeze_time

from ehcp_flow.measures import DESK_COLUMNS, DESK_LISTS, desk
from ehcp_flow.readers import read_cases
from tests.cli.running import CHRONOLOGIES, invoke, rows_of
from tests.doors import at_every_door, write_story

ON = ("--as-of", "2026-06-30")
TOLD = """2025-12-15 request_received party=parent
2026-01-20 assessment_agreed
2026-01-22 advice_requested party=medical
2026-06-05 draft_plan_sent"""


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    """A made-up council with caseworkers and teams."""
    made = tmp_path_factory.mktemp("council") / "cases.csv"
    made.write_text(invoke("synth", "--cases", 120, "--seed", 5, "--authority", 885, "--particulars").stdout)
    return made


def test_it_is_the_same_by_every_door_and_that_of_the_library(tmp_path):
    rows = at_every_door(tmp_path, TOLD, "desk", *ON)
    assert rows == desk(read_cases(tmp_path / "story.csv"), "2026-06-30")
    assert [(row["list"], row["limit"]) for row in rows] == [("overdue", "advice"), ("overdue", "final_plan")]
    assert tuple(rows[0]) == DESK_COLUMNS


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx"])
def test_every_format_has_every_row(council, tmp_path, form):
    out = tmp_path / f"desk.{form}"
    assert invoke("desk", council, *ON, "--output", out).exit_code == 0
    every = rows_of(invoke("desk", council, *ON, "--format", "json").stdout, "json")
    assert out.stat().st_size > 1_000
    if form != "xlsx":
        rows = rows_of(out.read_text("utf-8"), form)
        assert [row["case_id"] for row in rows] == [row["case_id"] for row in every]


def test_the_calendar_has_an_event_for_each_row_with_a_deadline(council):
    rows = rows_of(invoke("desk", council, *ON, "--format", "json").stdout, "json")
    feed = icalendar.Calendar.from_ical(invoke("desk", council, *ON, "--format", "ics").stdout)
    assert len(feed.walk("VEVENT")) == sum(row["due_on"] is not None for row in rows)


def test_in_80_columns_each_row_says_the_day_how_far_off_what_to_do_why_and_where(tmp_path):
    story = write_story(tmp_path / "story.csv", TOLD)
    text = invoke("desk", story, *ON, "--format", "table", COLUMNS="80").stdout
    assert max(len(line) for line in text.splitlines() if str(story) not in line) <= 80
    assert text.splitlines()[0].split() == ["Desk", "Tuesday", "30", "June", "2026"]
    assert "1 case. 2 things to do, 2 of them overdue." in text
    flat = " ".join(text.split())
    assert "OVERDUE, AND STILL OWED (2)" in flat
    assert "Mon 4 May 57 days over Send the final plan a request received Mon 15 Dec 2025 (SR 13(2))" in flat
    assert "Advice to chase: 1 (medical 1)" in flat
    assert f"ehcp-flow explain {story} --as-of 2026-06-30 --case a" in flat
    assert "final_plan" not in text


def test_a_start_has_its_own_day_and_beside_it_the_one_that_is_counted_from(tmp_path):
    chronology = "2026-01-20 assessment_agreed\n2026-01-22 advice_requested party=medical served_on=2026-01-26"
    story, store = write_story(tmp_path / "story.csv", chronology), f"sqlite:///{tmp_path / 'cases.db'}"
    invoke("import", story, "--store", store)
    for source in (story, store):
        text = " ".join(invoke("desk", source, *ON, "--format", "table").stdout.split())
        assert "advice requested Thu 22 Jan; counted from served on, Mon 26 Jan (SR 8(1))" in text
        page = invoke("desk", source, *ON, "--format", "html").stdout
        assert ", 22 January 2026; counted from served on, 26 January 2026." in page


def test_on_a_narrow_terminal_the_words_stand_below_the_day(tmp_path):
    story = write_story(tmp_path / "story.csv", TOLD)
    text = invoke("desk", story, *ON, "--format", "table", COLUMNS="40").stdout
    assert "Send the final plan" in text
    assert "Mon 4 May" in text


def test_a_table_shows_the_first_rows_of_each_list_and_says_how_to_see_the_rest(council):
    text = invoke("desk", council, *ON, "--format", "table", "--most", 2).stdout
    every = rows_of(invoke("desk", council, *ON, "--format", "json").stdout, "json")
    for name in DESK_LISTS:
        number = sum(row["list"] == name for row in every)
        assert (f"and {number - 2:,} more: --only list={name} --most 0" in text) is (number > 2)
    whole = invoke("desk", council, *ON, "--format", "table", "--most", 0).stdout
    assert " more: " not in whole


def test_rows_are_chosen_by_owner_and_by_list_and_a_value_that_nothing_has_is_an_error(council):
    every = rows_of(invoke("desk", council, *ON, "--format", "json").stdout, "json")
    who = every[0]["owner"]
    mine = rows_of(invoke("desk", council, *ON, "--only", f"caseworker={who}", "--format", "json").stdout, "json")
    assert mine == [row for row in every if row["owner"] == who] != []
    late = rows_of(invoke("desk", council, *ON, "--only", "list=overdue", "--format", "json").stdout, "json")
    assert late == [row for row in every if row["list"] == "overdue"] != []
    nobody = invoke("desk", council, *ON, "--only", "caseworker=Khan")
    assert (nobody.exit_code, who in nobody.stderr) == (2, True)
    assert invoke("desk", council, *ON, "--only", "colour=green").exit_code == 2
    text = invoke("desk", council, *ON, "--only", f"caseworker={who}", "--format", "table").stdout
    assert text.startswith(f"Desk of caseworker {who}")


def test_rows_stand_in_another_order_within_their_list(council):
    rows = rows_of(invoke("desk", council, *ON, "--sort", "owner", "--format", "json").stdout, "json")
    for name in DESK_LISTS:
        owners = [row["owner"] for row in rows if row["list"] == name]
        assert owners == sorted(owners)
    refused = invoke("desk", council, *ON, "--sort", "colour")
    assert (refused.exit_code, "colour" in refused.stderr) == (2, True)


def test_a_further_column_is_shown(council):
    rows = rows_of(invoke("desk", council, *ON, "--show", "team", "--format", "csv").stdout, "csv")
    assert {row["team"] for row in rows} > {""} or all(row["team"] for row in rows)


def test_a_terminal_shows_the_columns_that_are_asked_for_and_sorted_by(council):
    rows = rows_of(invoke("desk", council, *ON, "--show", "team", "--sort", "owner", "--format", "json").stdout, "json")
    asked = ("--show", "team,due_on", "--sort", "owner", "--most", 0, "--format", "table")
    text = invoke("desk", council, *ON, *asked, COLUMNS="80").stdout
    told = [line.strip() for line in text.splitlines() if line.strip().startswith("team: ")]
    assert told == [f"team: {row['team']}; owner: {row['owner']}" for row in rows] != []
    assert max(len(line) for line in text.splitlines() if str(council) not in line) <= 80
    assert "team: " not in invoke("desk", council, *ON, "--format", "table").stdout


def test_the_days_on_which_something_falls_due_may_be_named(council):
    far = rows_of(invoke("desk", council, *ON, "--days", 31, "--format", "json").stdout, "json")
    meant = [row for row in far if "2026-07-06" <= (row["due_on"] or "") <= "2026-07-31"]
    asked = ("--from", "6 July 2026", "--to", "2026-07-31")
    assert rows_of(invoke("desk", council, *ON, *asked, "--format", "json").stdout, "json") == meant != []
    text = invoke("desk", council, *ON, *asked, "--format", "table").stdout
    assert "DUE BY FRI 31 JUL" in text
    assert "OVERDUE, AND" not in text
    late = rows_of(invoke("desk", council, *ON, "--to", "2025-12-31", "--format", "json").stdout, "json")
    assert late == [row for row in far if (row["due_on"] or "9") <= "2025-12-31"] != []
    refused = invoke("desk", council, *ON, "--from", "2026-07-31", "--to", "2026-07-06")
    assert (refused.exit_code, "it is after 2026-07-06" in refused.stderr) == (2, True)


def test_what_changed_since_a_day_is_told(tmp_path):
    story = write_story(
        tmp_path / "story.csv", "2026-05-25 request_received party=parent\n2026-07-10 assessment_agreed"
    )
    rows = rows_of(
        invoke("desk", story, "--as-of", "2026-07-07", "--since", "2026-07-01", "--format", "json").stdout, "json"
    )
    assert [(row["change"], row["limit"], row["status"]) for row in rows] == [
        ("newly late", "decide_assess", "overdue")
    ]
    text = invoke("desk", story, "--as-of", "2026-07-10", "--since", "2026-07-07", "--format", "table").stdout
    assert "Since Tuesday 7 July 2026: 0 new, 0 newly late, 1 done." in text
    assert "late, 2026-07-10" in text
    after = invoke("desk", story, "--as-of", "2026-07-07", "--since", "2026-07-08")
    assert (after.exit_code, "after 2026-07-07" in after.stderr) == (2, True)


def test_what_is_odd_about_a_source_is_said_once_though_it_is_read_for_two_days(tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text("case_id,event,on\nA b,request_received,2026-06-01\nA,nonsense,2026-06-01\n")
    done = invoke("desk", file, "--as-of", "2026-07-10", "--since", "2026-06-20", "--format", "table")
    assert (done.exit_code, done.stderr.count("there is no such event")) == (1, 1)
    text = invoke("desk", file, "--as-of", "2026-07-10", "--format", "table").stdout
    assert "--case 'A b'" in text


def test_a_pipe_cannot_be_read_for_two_days_and_that_is_said():
    facts = "case_id,event,on\nA,request_received,2026-06-01\n"
    assert invoke("desk", "-", "--as-of", "2026-07-10", stdin=facts).exit_code == 0
    refused = invoke("desk", "-", "--as-of", "2026-07-10", "--since", "2026-06-20", stdin=facts)
    assert (refused.exit_code, "a pipe can be read only once" in refused.stderr) == (2, True)


def test_nothing_to_do_is_said(tmp_path):
    story = write_story(tmp_path / "story.csv", "2026-06-29 request_received party=parent")
    assert "1 case. Nothing is to be done." in invoke("desk", story, *ON, "--format", "table").stdout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["today", "FILE", *ON], ["desk", "FILE", *ON]),
        (["overdue", "FILE", *ON], ["desk", "FILE", *ON, "--only", "list=overdue"]),
        (["due", "FILE", *ON], ["desk", "FILE", *ON, "--only", "list=due"]),
        (["calendar", "FILE", *ON], ["desk", "FILE", *ON, "--format", "ics"]),
        (["list", "FILE", *ON], ["registers", "FILE", *ON]),
        (["show", "FILE", "CASE", *ON], ["explain", "FILE", "--case", "CASE", *ON]),
        (["case", "FILE", "CASE", *ON], ["explain", "FILE", "--case", "CASE", *ON]),
        (["find", "FILE", "CASE", *ON], ["explain", "FILE", "--case", "CASE", *ON]),
        (["explain", "FILE", "CASE", *ON], ["explain", "FILE", "--case", "CASE", *ON]),
        (["due", "2026-03-02"], ["due", "--received", "2026-03-02"]),
        (["due", "plan_refused", "2026-03-02"], ["due", "--event", "plan_refused", "--on", "2026-03-02"]),
        (["due", "2 March 2026"], ["due", "--received", "2026-03-02"]),
        (["due", "--received", "2nd Mar 2026"], ["due", "--received", "2026-03-02"]),
        (["due", "--review", "2026-03-02"], ["due", "--event", "review_meeting_held", "--on", "2026-03-02"]),
        (["check", "FILE", "--as-of", "30 June 2026"], ["check", "FILE", *ON]),
        (["help"], ["--help"]),
        (["-h"], ["--help"]),
        (["help", "desk"], ["desk", "--help"]),
        (["desk", "-h"], ["desk", "--help"]),
    ],
)  # fmt: skip
def test_the_words_that_people_type_are_taken_for_what_they_mean(council, typed, meant):
    case_id = next(iter(read_cases(council)))
    one, other = (
        invoke(*(str(council) if word == "FILE" else case_id if word == "CASE" else word for word in words))
        for words in (typed, meant)
    )
    assert one.exit_code == other.exit_code == 0, one.output
    assert one.stdout == other.stdout != ""


@freeze_time("2026-06-30 12:00")
@pytest.mark.parametrize(
    ("word", "day"), [("today", "2026-06-30"), ("yesterday", "2026-06-29"), ("Tomorrow", "2026-07-01")]
)
def test_today_and_its_neighbours_are_days(word, day):
    assert invoke("check", CHRONOLOGIES, "--as-of", word).stdout == invoke("check", CHRONOLOGIES, "--as-of", day).stdout


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["due", "2/3/26"], "the year has two digits; write 2026-03-02 or 02/03/2026"),
        (["due", "2026-02-31"], "2026-02-31"),
        (["due", "plan_refused", "2/3/26"], "--on: '2/3/26' is not a date: the year has two digits"),
        (["find", "C-7"], "C-7 is no file: say in which it is, as ehcp-flow explain FILE C-7"),
        (["letter", "C-7", "--limit", "final_plan"], "ehcp-flow explain FILE C-7"),
        (["overdue"], "desk SOURCE; see"),
        (["record"], "record CASE EVENT DATE; see"),
        (["desk", "FILE", "--as-of", "2/3/26"], "the year has two digits"),
        (["desk", "FILE", "--as-of", "31 June 2026"], "31 June 2026"),
        (["desk", "FILE", "--as-of", "3 Juni 2026"], "3 Juni 2026"),
        (["report", "FILE"], "--html FILE"),
        (["deks", "FILE"], "did you mean desk"),
    ],
)
def test_what_cannot_be_taken_says_in_one_line_what_can(council, typed, says):
    done = invoke(*(str(council) if word == "FILE" else word for word in typed))
    assert (done.exit_code, says in done.stderr) == (2, True), done.output
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_fact_is_recorded_and_what_is_next_is_said(tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    write_story(tmp_path / "story.csv", "2026-03-02 request_received party=parent")
    assert invoke("import", tmp_path / "story.csv", "--store", url).exit_code == 0
    done = invoke(
        "record", "a", "assessment_agreed", "2026-04-01", "--store", url, "--by", "j.smith", "--format", "json"
    )
    assert json.loads(done.stdout)[0] == {
        "case_id": "a", "version": 2, "state": "ASSESSING", "next": "Decide whether to issue a plan",
        "due_on": "2026-06-22",
    }  # fmt: skip
    new = invoke(
        "record", "b", "request_received", "2026-04-01", "--party", "parent", "--authority", 885, "--store", url
    )
    assert new.stdout.startswith(
        "Recorded of case b: request received (parent), Wednesday 1 April 2026 (fact 1). Next: "
    )


def test_an_unlawful_fact_is_refused_with_its_reason_and_leaves_the_case_as_it_was(tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    write_story(tmp_path / "story.csv", "2026-03-02 request_received party=parent")
    invoke("import", tmp_path / "story.csv", "--store", url)
    refused = invoke("record", "a", "final_plan_sent", "2026-04-01", "--store", url)
    assert refused.exit_code == 1
    assert "is refused" in refused.stderr
    assert "no: no draft plan is on record (SEND Regulations 2014" in refused.stderr
    assert len(rows_of(invoke("export", "--store", url, "--format", "jsonl").stdout, "jsonl")) == 1
    taken = invoke("record", "a", "final_plan_sent", "2026-04-01", "--store", url, "--anyway")
    assert (taken.exit_code, "warning: " in taken.stderr) == (0, True)


def test_the_day_of_a_fact_may_be_today(tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    write_story(tmp_path / "story.csv", "2026-03-02 request_received party=parent")
    invoke("import", tmp_path / "story.csv", "--store", url)
    with freeze_time("2026-04-01 12:00"):
        assert invoke("record", "a", "assessment_agreed", "today", "--store", url).exit_code == 0
    (fact,) = (
        row
        for row in rows_of(invoke("export", "--store", url, "--format", "jsonl").stdout, "jsonl")
        if row["event"] == "assessment_agreed"
    )
    assert dt.date.fromisoformat(fact["on"]) == dt.date(2026, 4, 1)
