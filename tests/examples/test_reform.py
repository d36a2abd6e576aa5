"""A made-up reform by data alone: each thing that it needs, at every door, on its last lawful day and either side."""

import csv
import datetime as dt
import io
import json
import shutil
from pathlib import Path

import pytest

from ehcp_flow.bulk import deadlines_frame, states_frame
from ehcp_flow.bulk.queries import findings_frame
from ehcp_flow.calendars import Institution, england, read_institutions
from ehcp_flow.deadlines import deadlines_of, judge
from ehcp_flow.errors import CalendarError, MoveRefused, RulebookError
from ehcp_flow.facts import make_fact
from ehcp_flow.law import load_rulebook
from ehcp_flow.readers import write_facts
from ehcp_flow.states import allowed, check_move, record, state, state_table
from ehcp_flow.testing.rulebook_contract import RulebookContract
from tests.cli.running import invoke
from tests.telling import day, facts, tell

FOLDER = Path(__file__).parent / "reform"
LATER = "2039-09-01"
MEETINGS = "2029-01-08 review_meeting_held; 2029-09-01 review_meeting_held"
TERMS = """institution,closed_from,reopens_on,what,known_from,known_to,term_from,term_to
{0},,,,2029-09-01,2030-08-31,2029-09-04,2029-12-20
{0},,,,,,2030-01-07,2030-04-05
{0},2030-04-06,2030-04-22,Easter,,,2030-04-22,2030-07-19
"""


class TestReform(RulebookContract):
    @pytest.fixture
    def rulebook(self):
        return load_rulebook(FOLDER)


@pytest.fixture(scope="module")
def book():
    return load_rulebook(FOLDER)


@pytest.fixture(scope="module")
def school():
    return england().with_institutions(read_institutions(io.StringIO(TERMS.format("100"))))


def due_days(chronology, limit, book, as_of=LATER, calendars=None):
    """The last lawful days of a limit, one case at a time: those of the columns must be the same, and of a command."""
    found = deadlines_of(tell(chronology), as_of, rulebook=book, calendars=calendars)
    frame = deadlines_frame(list(facts(chronology)), as_of, rulebook=book, calendars=calendars)
    assert frame.select("key", "due_on", "status", "breach").rows() == [
        (each.key, each.due_on, each.status, each.breach) for each in found
    ]
    return [str(each.due_on) for each in found if each.limit == limit]


@pytest.mark.parametrize(
    ("chronology", "limit", "due"),
    [
        # By stage: twenty weeks where the assessment was agreed under the old law, or not yet, and else sixteen.
        ("2029-06-01 request_received; 2029-08-31 assessment_agreed", "make_plan", ["2029-10-19"]),
        ("2029-06-01 request_received; 2029-09-01 assessment_agreed", "make_plan", ["2029-09-21"]),
        ("2029-06-01 request_received; 2029-09-02 assessment_agreed", "make_plan", ["2029-09-21"]),
        ("2029-10-01 request_received", "make_plan", ["2030-02-18"]),
        ("2029-08-31 request_received; 2030-01-07 assessment_agreed", "make_plan", ["2029-12-21"]),
        # By review: eight weeks from the decision where its meeting was under the old law, and else six.
        ("2029-08-31 review_meeting_held; 2029-09-10 review_decision_sent outcome=amend", "amend", ["2029-11-05"]),
        ("2029-09-01 review_meeting_held; 2029-09-10 review_decision_sent outcome=amend", "amend", ["2029-10-22"]),
        ("2029-09-10 review_decision_sent outcome=amend", "amend", ["2029-11-05"]),
        (
            f"{MEETINGS}; 2029-09-02 review_decision_sent outcome=amend",
            "amend",
            ["2029-10-14"],
        ),
        # By age on the day counted from: the day before the fifth birthday and the day itself, and so of the sixteenth.
        ("2024-10-02 date_of_birth; 2029-10-01 final_plan_sent", "yearly_review", ["2030-03-31"]),
        ("2024-10-01 date_of_birth; 2029-10-01 final_plan_sent", "yearly_review", []),
        ("2013-10-02 date_of_birth; 2029-10-01 final_plan_sent", "yearly_review", []),
        ("2013-10-01 date_of_birth; 2029-10-01 final_plan_sent", "yearly_review", ["2030-09-30"]),
        ("2013-09-30 date_of_birth; 2029-10-01 final_plan_sent", "yearly_review", ["2030-09-30"]),
        # Before the reform everybody has a yearly review, whatever the age, and whether it is known or not.
        ("2020-01-01 date_of_birth; 2029-08-31 final_plan_sent", "yearly_review", ["2030-08-30"]),
        ("2029-08-31 final_plan_sent", "yearly_review", ["2030-08-30"]),
        ("2029-09-01 final_plan_sent", "yearly_review", ["None"]),
        # By the school year of a birthday: the eleventh on 31 August and on 1 September, of the old law and of the new.
        ("2018-08-31 date_of_birth; 2027-01-04 final_plan_sent", "transfer_review", ["2029-02-14"]),
        ("2018-09-01 date_of_birth; 2027-01-04 final_plan_sent", "transfer_review", ["2029-12-31"]),
        ("2019-08-31 date_of_birth; 2027-01-04 final_plan_sent", "transfer_review", ["2029-12-31"]),
        ("2019-09-01 date_of_birth; 2027-01-04 final_plan_sent", "transfer_review", ["2030-12-31"]),
        ("2020-02-29 date_of_birth; 2027-01-04 final_plan_sent", "transfer_review", ["2030-12-31"]),
        # It is for those who are under eleven when the plan is made.
        ("2018-01-05 date_of_birth; 2029-01-04 final_plan_sent", "transfer_review", ["2029-02-14"]),
        ("2018-01-04 date_of_birth; 2029-01-04 final_plan_sent", "transfer_review", []),
        # In whole school years.
        ("2029-08-31 final_plan_sent", "look_again", ["2030-08-31"]),
        ("2029-09-01 final_plan_sent", "look_again", ["2031-08-31"]),
        # A duty that is for those alone whose plan was made before a day.
        ("2035-08-31 final_plan_sent", "look_again", ["2036-08-31"]),
        ("2035-09-01 final_plan_sent", "look_again", []),
    ],
)
def test_whom_a_limit_is_for_and_by_which_law(chronology, limit, due, book):
    assert due_days(chronology, limit, book) == due


@pytest.mark.parametrize(
    ("on", "due"),
    [
        ("2029-09-03", "None"),  # the terms before the first that is known are not known
        ("2029-09-04", "2030-04-05"),
        ("2029-12-20", "2030-04-05"),
        ("2030-01-06", "2030-04-05"),
        ("2030-01-07", "2030-07-19"),
        ("2030-04-21", "2030-07-19"),
        ("2030-04-22", "None"),
    ],
)
def test_a_term_is_counted_where_the_calendar_has_it_and_never_guessed(on, due, book, school):
    asked = f"{on} school_consulted party=100"
    assert due_days(asked, "answer", book, calendars=school) == [due]
    found = judge(tell(asked), LATER, rulebook=book, calendars=school)
    assert [each.code for each in found.findings] == ["institution_dates_unknown"] * (due == "None")
    assert due_days(asked, "answer", book) == ["None"]
    told = judge(tell(asked), LATER, rulebook=book)
    assert "counts terms of 100, and they are not known" in told.findings[0].message
    assert "The terms of 100 are not known" in str(told.deadlines[0].explanation)


@pytest.mark.parametrize(
    ("done", "status"),
    [
        ("2028-08-31", "overdue"),  # the day before the school year begins answers nothing
        ("2028-09-01", "met"),
        ("2029-02-14", "met"),
        ("2029-02-15", "late"),
    ],
)
def test_a_review_counts_from_the_first_day_of_the_school_year_of_the_birthday(done, status, book):
    told = f"2018-08-31 date_of_birth; 2027-01-04 final_plan_sent; {done} review_decision_sent outcome=maintain"
    [found] = [
        each for each in deadlines_of(tell(told), "2029-03-01", rulebook=book) if each.limit == "transfer_review"
    ]
    assert (found.status, str(found.due_on), str(found.starts_on)) == (status, "2029-02-14", "2027-01-04")
    due_days(told, "transfer_review", book, "2029-03-01")


def test_what_hangs_on_a_birth_that_nobody_recorded_has_no_date_and_a_finding_that_says_so(book):
    told = "2029-10-01 final_plan_sent"
    found = judge(tell(told), "2029-12-01", rulebook=book)
    days = [(each.limit, each.status) for each in found.deadlines if each.due_on is None]
    # Of a limit with a rule for the youngest and one for the oldest it is said once.
    assert days == [("yearly_review", "undated"), ("transfer_review", "undated")]
    assert [(each.code, each.limit) for each in found.findings] == [
        ("date_of_birth_unknown", "yearly_review"), ("date_of_birth_unknown", "transfer_review"),
    ]  # fmt: skip
    assert "record the date of birth" in found.findings[0].remedy
    assert not any(each.breach for each in found.deadlines)
    explained = " ".join(str(step) for each in found.deadlines for step in each.explanation)
    assert "which nobody knows without a date of birth" in explained
    columns = findings_frame(list(facts(told)), "2029-12-01", rulebook=book)
    assert columns["code"].to_list() == [each.code for each in found.findings]


def test_a_count_from_a_birth_that_nobody_recorded_says_so(book, tmp_path):
    text = (FOLDER / "reform.toml").read_text().replace("cohorts = [{ under_age = 11 }]\n", "")
    (tmp_path / "reform.toml").write_text(text.replace("applies_to = [{ turns = 11, on_or_after = 2029-09-01 }]\n", ""))
    bare = load_rulebook(tmp_path)
    found = judge(tell("2028-10-01 final_plan_sent"), "2028-12-01", rulebook=bare)
    [late] = [each for each in found.deadlines if each.limit == "transfer_review"]
    assert (late.due_on, late.status) == (None, "undated")
    assert "its last lawful day hangs on the date of birth" in found.findings[0].message
    assert "The date of birth is not on record" in str(late.explanation)


def test_the_explanation_says_by_which_day_the_case_is_told_and_what_is_for_others(book):
    def rule_of(chronology, limit):
        [found] = [each for each in deadlines_of(tell(chronology), LATER, rulebook=book) if each.limit == limit]
        return next(step.text for step in found.explanation if step.part == "rule")

    agreed = rule_of("2029-06-01 request_received; 2029-09-01 assessment_agreed", "make_plan")
    assert "It is for those where the day of the first assessment agreed after the start is on or after" in agreed
    assert "here that day is Saturday 1 September 2029" in agreed
    spared = rule_of("2029-10-01 request_received", "make_plan")
    assert "section 1(1), in force from Monday 1 September 2014 to Friday 31 August 2029" in spared
    assert "What is in force since Saturday 1 September 2029 is for those where the day of the first" in spared
    born = rule_of("2013-10-01 date_of_birth; 2029-10-01 final_plan_sent", "yearly_review")
    assert "the day counted from is one on which the child is 16 or older; here that day is Monday 1 October" in born
    turned = deadlines_of(tell("2018-09-01 date_of_birth; 2027-01-04 final_plan_sent"), LATER, rulebook=book)
    counted = next(str(each.explanation) for each in turned if each.limit == "transfer_review")
    assert "the birthday 11, falls in the school year from Saturday 1 September 2029" in counted


# Moves that are law from a day, or up to one.

HELD = "2028-01-01 request_received; 2028-05-01 final_plan_sent"


@pytest.mark.parametrize(
    ("event", "on", "lawful"),
    [
        ("reassessment_started", "2029-08-31", False),
        ("reassessment_started", "2029-09-01", True),
        ("reassessment_started", "2029-09-02", True),
        ("review_invited", "2029-08-30", True),
        ("review_invited", "2029-08-31", True),
        ("review_invited", "2029-09-01", False),
    ],
)
def test_a_move_is_lawful_only_while_it_is_in_force(event, on, lawful, book):
    case = tell(HELD)
    asked = check_move(case, event, as_of=on, rulebook=book)
    assert asked.allowed is lawful
    assert {each.event: each.allowed for each in allowed(case, on, rulebook=book)}[event] is lawful
    fact = make_fact(event, case_id="a", on=on)
    to = "REASSESSING" if event == "reassessment_started" else "HELD"
    imported = tell(f"{HELD}; {on} {event}")
    followed = state(imported, on, rulebook=book)
    assert followed.pathway == to
    assert [each.code for each in followed.findings] == ([] if lawful else ["move_not_in_force"])
    frame = findings_frame(list(imported.facts), on, rulebook=book)
    assert frame.filter(frame["event"] == event)["code"].to_list() == [each.code for each in followed.findings]
    assert states_frame(list(imported.facts), on, rulebook=book)["state"].to_list() == [to]
    if lawful:
        assert state(record(case, fact, rulebook=book), on, rulebook=book).pathway == to
        return
    with pytest.raises(MoveRefused) as refused:
        record(case, fact, rulebook=book)
    assert refused.value.verdict.refusals == asked.refusals
    [why] = asked.refusals
    assert why.finding == "move_not_in_force"
    day_said = "Saturday 1 September 2029" if event == "reassessment_started" else "Friday 31 August 2029"
    assert day_said in why.reason
    assert why.remedy


def test_what_else_a_move_needs_is_asked_beside_whether_it_is_in_force(book):
    found = check_move(tell("2028-05-01 final_plan_sent"), "reassessment_started", as_of="2029-08-31", rulebook=book)
    assert [each.finding for each in found.refusals] == ["move_not_in_force", "no_request"]
    assert "from Saturday 1 September 2029 |" in state_table(rulebook=book)
    assert "to Friday 31 August 2029 |" in state_table(rulebook=book)


def test_commands_and_a_store_answer_by_it(book, tmp_path):
    told = f"2019-08-31 date_of_birth; {HELD}; 2029-08-31 reassessment_started"
    file, store = tmp_path / "facts.csv", f"sqlite:///{tmp_path / 'cases.db'}"
    with file.open("wb") as out:
        write_facts(facts(told), out)
    on = ("--as-of", "2029-10-01", "--rulebook", FOLDER)
    assert invoke("import", file, "--store", store, "--rulebook", FOLDER).exit_code == 0
    expected = {each.limit: str(each.due_on) for each in deadlines_of(tell(told), "2029-10-01", rulebook=book)}
    for source in (file, store):
        rows = csv.DictReader(io.StringIO(invoke("check", source, "--format", "csv", *on).stdout))
        assert {row["limit"]: row["due_on"] for row in rows} == expected
        states = json.loads(invoke("state", source, "--format", "json", *on).stdout)
        assert [each["state"] for each in states] == ["REASSESSING"]
        found = json.loads(invoke("breaches", source, "--register", "findings", "--format", "json", *on).stdout)
        assert "move_not_in_force" in {each["finding"] for each in found}
        assert "the birthday 11" in invoke("explain", source, "--case", "a", *on).stdout
    known = invoke("record", "b", "final_plan_sent", "2029-01-01", "--store", store, "--rulebook", FOLDER)
    assert known.exit_code == 0
    refused = invoke("record", "b", "reassessment_started", "2029-08-31", "--store", store, "--rulebook", FOLDER)
    assert refused.exit_code == 1
    assert "this is law from Saturday 1 September 2029 on" in refused.stderr


def test_the_rules_say_whom_they_are_for_and_to_whom_a_change_applies():
    told = " ".join(invoke("rules", "transfer_review", "--rulebook", FOLDER).stdout.split())
    assert "only where the day counted from is one on which the child is under 11" in told
    assert "It applies where the birthday 11 of the child is on or after Saturday 1 September 2029." in told
    [row] = json.loads(invoke("rules", "look_again", "--format", "json", "--rulebook", FOLDER).stdout)
    assert row["rules"][0]["cohorts"] == ["the day counted from is before Saturday 1 September 2035"]
    assert row["versions"][0]["applies_to"] == []


def test_a_move_that_ends_before_it_begins_is_refused(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "reform")
    file = tmp_path / "reform" / "moves" / "reform.toml"
    text = file.read_text()
    file.write_text(text.replace("in_force_to = 2029-08-31", "in_force_to = 2029-08-31\nin_force_from = 2029-09-01"))
    with pytest.raises(RulebookError, match="in_force_to lies before in_force_from") as refused:
        load_rulebook(tmp_path / "reform")
    assert refused.value.file == "moves/reform.toml"


def test_terms_that_overlap_are_refused():
    with pytest.raises(CalendarError, match="the first and the last day of each term"):
        Institution("100", day("2029-09-01"), day("2030-08-31"), terms=((day("2029-09-04"), day("2029-12-20")),) * 2)
    assert Institution("100", dt.date(2029, 9, 1), dt.date(2030, 8, 31)).nth_term_before(dt.date(2029, 9, 1), 1) is None
