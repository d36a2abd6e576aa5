"""Bank holidays changed by hand: by a day, by a file, in every way of counting; refused with what would be right."""

import datetime as dt
import io
import pickle
from importlib.metadata import version
from typing import Any

import pytest

from ehcp_flow.calendars import BankHolidayChanges, Calendars, TribunalDays, WorkingDays, england, read_bank_holidays
from ehcp_flow.deadlines import deadlines_of, due
from ehcp_flow.errors import CalendarError, CalendarMissing, DateError
from tests.cli.running import invoke, rows_of
from tests.doors import at_every_door, write_story
from tests.telling import day, one, text_of

PROCLAIMED = "2026-03-09"
"""A Monday that is no bank holiday in England."""
ASKED = "2026-03-02 disclosure_requested"
"""SR 47: 15 working days after Monday 2 March 2026 end on Monday 23 March, and on the 24th with one holiday more."""


def changed(**days: Any) -> Calendars:
    return england().with_bank_holidays(BankHolidayChanges(**days))


# The days themselves


@pytest.mark.parametrize("kind", [WorkingDays, TribunalDays])
def test_a_day_added_does_not_count_and_a_day_removed_does(kind):
    usual, other = kind(), kind(changes=BankHolidayChanges(added={PROCLAIMED: "State Funeral"}, removed=["2026-05-04"]))
    assert usual.is_working_day(day(PROCLAIMED))
    assert not usual.is_working_day(day("2026-05-04"))
    assert other.why_closed(day(PROCLAIMED)) == "State Funeral"
    assert other.is_working_day(day("2026-05-04"))
    assert (usual.nth_after(day("2026-03-06"), 1), other.nth_after(day("2026-03-06"), 1)) == (
        day("2026-03-09"), day("2026-03-10"),
    )  # fmt: skip


@pytest.mark.parametrize("first", [0, 1])
def test_two_calendars_never_share_what_they_counted(first):
    calendars = [WorkingDays(), WorkingDays(changes=BankHolidayChanges(added=[PROCLAIMED]))]
    if first:
        calendars.reverse()
    told = [calendar.is_working_day(day(PROCLAIMED)) for calendar in calendars]
    assert told == [not first, bool(first)]
    assert [calendar.is_working_day(day(PROCLAIMED)) for calendar in reversed(calendars)] == told[::-1]
    assert WorkingDays().is_working_day(day(PROCLAIMED))


def test_the_end_of_the_time_to_appeal_rolls_over_a_day_that_was_added():
    # Two months after Saturday 9 May 2026 end on Thursday 9 July.
    tribunal = changed(added=["2026-07-09"]).tribunal
    assert TribunalDays().roll_end(day("2026-07-09")) == day("2026-07-09")
    assert tribunal.roll_end(day("2026-07-09")) == day("2026-07-10")
    assert tribunal.why_rolled(day("2026-07-09")) == "bank holiday added by hand"


def test_what_is_added_or_removed_makes_another_calendar():
    assert WorkingDays() == WorkingDays()
    assert changed(added=[PROCLAIMED]) == changed(added=[day(PROCLAIMED)])
    assert changed(added=[PROCLAIMED]) != england()
    assert hash(changed(added=[PROCLAIMED]).working) is not None


@pytest.mark.parametrize("calendars", [changed(added={PROCLAIMED: "x"}, removed=["2026-05-04"]), england()])
def test_changes_travel_to_another_process(calendars):
    arrived = pickle.loads(pickle.dumps(calendars))
    assert arrived == calendars
    assert arrived.working.changes == calendars.working.changes
    assert arrived.tribunal.changes == calendars.tribunal.changes


def test_the_later_change_of_a_day_holds():
    added, removed = BankHolidayChanges(added={"2026-05-04": "kept"}), BankHolidayChanges(removed=["2026-05-04"])
    assert (added | removed).removed == {day("2026-05-04")}
    assert (added | removed).added == {}
    assert dict((removed | added).added) == {day("2026-05-04"): "kept"}
    assert (removed | added).removed == frozenset()


def test_a_day_that_the_package_knows_already_may_be_added():
    assert (
        WorkingDays(changes=BankHolidayChanges(added={"2022-09-19": "again"})).why_closed(day("2022-09-19")) == "again"
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"added": ["2026-03-07"]}, "Saturday 7 March 2026: a Saturday counts as no working day already"),
        ({"removed": ["2026-03-09"]}, "it is no bank holiday in England, so it cannot be removed"),
        ({"removed": ["2160-03-10"]}, "it is no bank holiday in England"),
        ({"added": ["2026-05-04"], "removed": ["2026-05-04"]}, "it is both added and removed"),
    ],
)
def test_a_change_that_changes_nothing_is_refused(days, said):
    with pytest.raises(CalendarError, match=said):
        BankHolidayChanges(**days)


def test_what_is_no_day_is_refused():
    with pytest.raises(DateError):
        BankHolidayChanges(added=["9 March"])


# A file


def read(text: str) -> BankHolidayChanges:
    return read_bank_holidays(io.StringIO(text))


def test_a_file_adds_and_removes():
    found = read("on,what,change\n19/09/2022,State Funeral,\n2026-03-09,Jubilee,Added\n2026-05-04,,removed\n")
    assert dict(found.added) == {day("2022-09-19"): "State Funeral", day("2026-03-09"): "Jubilee"}
    assert found.removed == {day("2026-05-04")}
    assert read("on\n2026-03-09\n2026-03-09\n").added == {day("2026-03-09"): "bank holiday added by hand"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("day\n2026-03-09\n", 1, "column 'day' is not known; the first line names the columns on,what,change"),
        ("on,change\n2026-03-09,moved\n", 2, "change is 'moved'; write added or removed"),
        ("on,what\n2026-03-09,x\n2026-13-01,y\n", 3, "on: "),
        ("on,what\n,x\n", 2, "on is missing"),
        ("on\n2026-03-09\n2026-03-08\n", 3, "a Sunday counts as no working day already; give the weekday"),
        ("on,change\n2026-03-09,removed\n", 2, "it is no bank holiday in England"),
        ("on,change\n2026-05-04,removed\n2026-05-04,added\n", 3, "2026-05-04 is removed in line 2 and added here"),
    ],
)
def test_a_file_is_refused_with_its_line_and_what_would_be_right(text, line, said):
    with pytest.raises(CalendarError) as refused:
        read(text)
    assert refused.value.line == line
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(CalendarMissing, match="give a file of bank holidays, or a day such as 2022-09-19"):
        read_bank_holidays("nowhere.csv")


# Every door


def test_the_days_reach_one_case_and_its_explanation():
    assert one(ASKED, "he_disclosure").due_on == day("2026-03-23")
    found = one(ASKED, "he_disclosure", calendars=changed(added={PROCLAIMED: "State Funeral"}))
    assert found.due_on == day("2026-03-24")
    said = "Counted with a bank holiday changed by hand: Monday 9 March 2026 is a bank holiday (State Funeral)."
    assert said in text_of(found, "calendar")
    # One day later than the last day that was counted, and it says nothing.
    assert "by hand" not in text_of(one(ASKED, "he_disclosure", calendars=changed(added=["2026-03-24"])))
    (removed,) = [
        each
        for each in due("disclosure_requested", "2026-04-27", calendars=changed(removed=["2026-05-04"]))
        if each.limit == "he_disclosure"
    ]
    assert removed.due_on == day("2026-05-18")
    assert "Monday 4 May 2026 is no bank holiday" in text_of(removed, "calendar")


def test_plain_weeks_do_not_move_and_say_nothing():
    found = one("2026-03-02 request_received", "decide_assess", calendars=changed(added=[PROCLAIMED]))
    assert found.due_on == day("2026-04-13")
    assert "by hand" not in text_of(found)


def test_answers_under_two_calendars_in_turn_never_mix():
    from tests.telling import tell

    case, other = tell(ASKED), changed(added=[PROCLAIMED])
    for calendars, last in ((None, "2026-03-23"), (other, "2026-03-24")) * 2:
        (found,) = (
            each for each in deadlines_of(case, "2026-03-02", calendars=calendars) if each.limit == "he_disclosure"
        )
        assert found.due_on == day(last)


@pytest.mark.parametrize(
    ("stated", "last"),
    [
        ((), "2026-03-23"),
        ((PROCLAIMED,), "2026-03-24"),
        (("FILE",), "2026-03-24"),
        (("FILE", "-2026-05-04"), "2026-03-24"),
    ],
)
def test_the_days_reach_every_door(tmp_path, stated, last):
    (tmp_path / "days.csv").write_text(f"on,what\n{PROCLAIMED},State Funeral\n")
    options = [
        text for each in stated for text in ("--bank-holidays", tmp_path / "days.csv" if each == "FILE" else each)
    ]
    rows = at_every_door(
        tmp_path, ASKED, "check", "--as-of", "2026-03-24", "--limit", "he_disclosure", "--explain", *options
    )
    assert [row["due_on"] for row in rows] == [last]
    assert ("State Funeral" in str(rows)) is ("FILE" in stated)


COUNTING = {
    "due": ("due", "--event", "disclosure_requested", "--on", "2026-03-02", "--limit", "he_disclosure"),
    "explain": ("explain", "SOURCE", "--case", "a", "--limit", "he_disclosure", "--as-of", "2026-03-24"),
    "breaches": ("breaches", "SOURCE", "--as-of", "2026-03-24"),
    "registers due": ("registers", "SOURCE", "due", "--as-of", "2026-03-02"),
    "what-if": ("what-if", "SOURCE", "--case", "a", "--event", "plan_disclosed", "--on", "2026-03-25",
                "--as-of", "2026-03-26"),
}  # fmt: skip


@pytest.mark.parametrize("args", COUNTING.values(), ids=COUNTING)
def test_every_command_that_counts_takes_them(args, tmp_path):
    path = write_story(tmp_path / "story.csv", ASKED)
    named = [str(path) if arg == "SOURCE" else arg for arg in args]
    without = invoke(*named, "--format", "json").stdout
    with_it = invoke(*named, "--format", "json", "--bank-holidays", PROCLAIMED).stdout
    assert "2026-03-24" in with_it or with_it == "[]\n"
    assert without != with_it


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("2026-03-07", "a Saturday counts as no working day already"),
        ("-2026-03-09", "it is no bank holiday in England"),
        ("nowhere.csv", "nowhere.csv"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_one_line(stated, said):
    done = invoke("due", "--received", "2026-03-02", "--bank-holidays", stated)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_the_version_names_the_package_that_the_days_come_from():
    (row,) = rows_of(invoke("version", "--format", "json").stdout, "json")
    assert row["bank_holidays_from"] == f"holidays {version('holidays')}"
    assert row["bank_holidays_from"] in invoke("version").stdout


def test_changes_cover_a_stretch_of_days_and_no_more():
    changes = BankHolidayChanges(added=[PROCLAIMED], removed=["2026-05-04"])
    whole = changes.between(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert [text[:20] for text in whole] == ["Monday 9 March 2026 ", "Monday 4 May 2026 is"]
    assert changes.between(dt.date(2026, 3, 10), dt.date(2026, 5, 3)) == []
    assert len(changes.between(dt.date(2026, 3, 9), dt.date(2026, 3, 9))) == 1
