"""What runs without a last day that anybody can tell is on the desk and in the report, with what is missing."""

import csv
import io
import json

import pytest

import ehcp_flow as ef
from ehcp_flow.answers import answer
from ehcp_flow.law import load_rulebook
from ehcp_flow.measures import Desk, desk
from ehcp_flow.measures.without_day import told_without_day, without_day
from tests.cli.running import invoke
from tests.law.test_declared import folder
from tests.telling import tell
from tests.wales.lives import calendars

DAY = "2026-03-02"
RAISED = "2026-01-12 aln_raised outcome=school"
DUTY = "Decide at school on additional learning needs, and give the notice or the plan"
MISSING = "no last day can be told without the term dates of the institution"
TOLD = "1 duty runs whose last day cannot be told: the term dates of the institution are missing (case {})."


@pytest.fixture
def wales():
    return load_rulebook("wales")


def found(chronology, book, day=DAY):
    return [each.limit for each in without_day(answer(tell(chronology), day, rulebook=book))]


@pytest.mark.parametrize(
    ("more", "limits"),
    [
        ("", ["school_decision"]),
        # Done, answered otherwise, or fallen away: nobody is to do anything.
        ("; 2026-02-02 no_aln_notified outcome=school", []),
        ("; 2026-02-02 case_referred", []),
        ("; 2026-02-02 died", []),
    ],
)
def test_what_still_runs_has_something_missing(more, limits, wales):
    assert [each for each in found(RAISED + more, wales) if each == "school_decision"] == limits


@pytest.mark.parametrize(
    "chronology",
    [
        "2026-02-02 plan_transferred_in",
        "2026-01-05 request_received; 2026-02-16 final_plan_sent",
        "2025-03-03 final_plan_sent; 2026-02-02 review_decision_sent outcome=amend",
        "2026-01-12 request_received",
    ],
)
def test_nothing_of_england_is_among_them(chronology):
    """What was done there nobody knows when has its last day; and where another day is lacking, that of the law."""
    assert any(each.status in ("undated", "open", "overdue") for each in ef.deadlines_of(tell(chronology), DAY))
    assert found(chronology, ef.england(), "2026-06-30") == []


RULE = 'act = "bring the complaint before a panel"\n'
YOUNG = f"{RULE}cohorts = [{{ under_age = 11 }}]\n"


@pytest.mark.parametrize(
    ("more", "limits"),
    [
        ("", ["panel"]),
        ("right = true\n", []),
        ('owed_only_if = "the parent asks for it"\n', []),
        ('other_answer = ["meeting_held"]\n', []),
        ('other_answer = ["meeting_requested"]\n', ["panel"]),
    ],
)
def test_what_may_not_be_owed_is_not_among_them(tmp_path, more, limits):
    book = load_rulebook(folder(tmp_path, "", old=RULE, new=YOUNG + more))
    told = "2026-02-02 appeal_registered; 2026-02-10 meeting_held"
    assert found(told, book) == limits
    assert found(f"2019-05-05 date_of_birth; {told}", book) == []
    if limits:
        running = without_day(answer(tell(told), DAY, rulebook=book))
        assert told_without_day(running).startswith(
            "1 duty runs whose last day cannot be told: the date of birth is mis"
        )


def test_a_day_that_lies_in_another_fact_is_missing_with_it(tmp_path):
    by_panel = 'counting = "8 weeks after", citation = ["JR 4(2)"]'
    from_meeting = (
        'later_of = [{ counting = "8 weeks after", counts_from_fact = ["meeting_held"] }], citation = ["JR 4(2)"]'
    )
    book = load_rulebook(folder(tmp_path, "", old=by_panel, new=from_meeting))
    running = without_day(answer(tell("2026-02-02 appeal_registered"), DAY, rulebook=book))
    assert [each.limit for each in running] == ["panel"]
    assert "the meeting held is missing" in told_without_day(running)
    assert found("2026-02-02 appeal_registered; 2026-02-10 meeting_held", book) == []


def test_they_are_told_by_what_is_missing_and_in_which_cases(wales):
    ids = [f"c{number}" for number in range(7)]
    running = [each for case_id in ids for each in without_day(answer(tell(f"{RAISED}", case_id), DAY, rulebook=wales))]
    assert told_without_day(running) == (
        "7 duties run whose last day cannot be told: the term dates of the institution are missing "
        "(cases c0, c1, c2, c3, c4 and 2 more)."
    )
    assert told_without_day([]) == ""


def test_a_desk_has_them_until_the_term_dates_are_given(wales):
    case = tell(f"{RAISED} party=ysgol-b")
    [row] = desk([case], DAY, rulebook=wales, calendars=calendars())
    assert (row["list"], row["due_on"], row["days_left"], row["since"]) == ("undated", None, None, "2026-01-12")
    assert row["what"].endswith("(no last day can be told without the term dates of ysgol-b)")
    [row] = desk([tell(f"{RAISED} party=school-1")], DAY, rulebook=wales, calendars=calendars())
    assert (row["list"], row["what"]) == ("due", f"Chase governing body of the school: d{DUTY[1:]}")


def test_every_door_tells_of_them(tmp_path):
    file = tmp_path / "z.csv"
    file.write_text("case_id,event,on,outcome\nZ,aln_raised,2026-01-12,school\n")
    on = ("--as-of", DAY, "--rulebook", "wales")
    shown = " ".join(invoke("desk", file, "--format", "table", *on).stdout.split())
    assert "1 thing to do" in shown
    assert "TO BE DONE, BY A LAST DAY THAT CANNOT BE TOLD (1)" in shown
    [row] = csv.DictReader(io.StringIO(invoke("desk", file, "--only", "list=undated", *on).stdout))
    assert (row["case_id"], row["limit"]) == ("Z", "school_decision")
    page, book = tmp_path / "desk.html", tmp_path / "r.xlsx"
    assert invoke("desk", file, "--output", page, *on).exit_code == 0
    assert MISSING in page.read_text()
    report = tmp_path / "r.html"
    done = invoke("report", file, "--html", report, "--xlsx", book, *on)
    assert TOLD.format("Z") in done.stderr
    assert TOLD.format("Z") in report.read_text()
    assert "As far as is recorded: no time limit is past and not met today." in report.read_text()
    for form in ("csv", "table"):
        assert "1 without a last day that can be told" in invoke("check", file, "--format", form, *on).stderr
    assert "BEGIN:VEVENT" not in invoke("desk", file, "--format", "ics", *on).stdout


def test_a_record_is_answered_with_it(tmp_path):
    store = ("--store", f"sqlite:///{tmp_path / 'z.db'}", "--rulebook", "wales")
    assert invoke("db", "upgrade", *store[:2]).exit_code == 0
    told = invoke("record", "Z", "aln_raised", "2026-01-12", "--outcome", "school", *store)
    assert "Next: Chase governing body of the school: decide at school" in told.stdout
    assert told.stdout.rstrip().endswith(f"({MISSING}).")
    plain = invoke("record", "Y", "aln_raised", "2026-01-12", "--outcome", "school", "--format", "json", *store)
    [row] = json.loads(plain.stdout)
    assert (row["due_on"], MISSING in row["next"]) == (None, True)


def test_a_desk_knows_one_again_once_it_has_a_day(wales):
    before = desk([tell(RAISED)], "2026-02-23", rulebook=wales)
    later = Desk(before=before)
    later.add(answer(tell(RAISED), DAY, rulebook=wales))
    assert later.changes() == []
