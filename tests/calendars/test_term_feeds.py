"""Schools' calendars: what each event is taken for, and the closures that follow."""

import datetime as dt
import io

import pytest

from ehcp_flow.calendars import read_institutions
from ehcp_flow.calendars.term_feeds import EventTaken
from ehcp_flow.errors import CalendarError
from tests.cli.running import invoke

HOLIDAY = ("20260720", "20260902", "Summer holiday")
TERMS = (("20260902", "20261023", "Autumn term (first half)"), ("20261102", "20261219", "Autumn term (second half)"))
INSET = ("20260904", "20260905", "INSET day")


def feed(*events, head=""):
    """Return a calendar: an event is its DTSTART, its DTEND and its name; a day alone is a whole day."""
    told = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//made up//EN", *([head] if head else [])]
    for number, (begins, ends, name) in enumerate(events):
        days = [
            f"{what}{value if ':' in value else f';VALUE=DATE:{value}'}"
            for what, value in (("DTSTART", begins), ("DTEND", ends))
        ]
        told += ["BEGIN:VEVENT", f"UID:{number}", *days, f"SUMMARY:{name}", "END:VEVENT"]
    return "\n".join([*told, "END:VCALENDAR", ""])


def read(*events, **options):
    """Return the closures of a feed as pairs of days, from when to when they are known, and what is reported."""
    said: list[EventTaken] = []
    found = read_institutions(io.StringIO(feed(*events)), authority_default="s1", report=said.append, **options)
    school = found["s1"]
    shut = [(str(closure.first_closed), str(closure.reopens_on)) for closure in school.closures]
    return shut, (str(school.known_from), str(school.known_to)), [(each.summary, each.taken_for) for each in said]


def test_the_closures_of_terms_are_the_gaps_between_them():
    shut, known, said = read(*TERMS, INSET)
    assert shut == [("2026-09-04", "2026-09-05"), ("2026-10-23", "2026-11-02")]
    assert known == ("2026-09-02", "2026-12-19")
    assert said == [(TERMS[0][2], "term"), (TERMS[1][2], "term"), ("INSET day", "closure")]


@pytest.mark.parametrize(
    ("events", "terms"),
    [
        ((("20260902", "20261219", "Autumn term"),), [("2026-09-02", "2026-12-18")]),
        (TERMS, []),  # halves of a term: which two are whole nobody says
        ((("20260902", "20261219", "Autumn term"), ("20261218", "20270326", "Spring term")), []),
        ((HOLIDAY,), []),
    ],
)
def test_terms_are_those_that_are_whole_and_stand_apart(events, terms):
    school = read_institutions(io.StringIO(feed(*events)), authority_default="s1")["s1"]
    assert [(str(first), str(last)) for first, last in school.terms] == terms


def test_a_long_event_without_a_word_about_it_is_a_term_and_not_a_closure():
    shut, _, said = read(("20260902", "20261219", "Autumn 2026"), ("20270104", "20270326", "Spring 2027"))
    assert shut == [("2026-12-19", "2027-01-04")]
    assert [taken for _, taken in said] == ["term", "term"]


def test_terms_that_touch_or_overlap_leave_no_gap():
    shut, _, _ = read(
        ("20260902", "20261219", "Autumn term"), ("20260902", "20261023", "Autumn term 1"),
        ("20261023", "20261219", "Autumn term 2"), ("20261024", "20261101", "Half term"),
    )  # fmt: skip
    assert shut == [("2026-10-24", "2026-11-01")]


@pytest.mark.parametrize("name", ["School holidays", "October half-term", "Half Term", "Training day", "School closed",
                                  "Christmas break", "Staff Development Day", "Bank holiday"])  # fmt: skip
def test_what_is_called_a_closure_is_one_among_terms_too(name):
    assert read(*TERMS, ("20261130", "20261201", name))[2][-1] == (name, "closure")


@pytest.mark.parametrize(
    "name", ["Sports day", "End of term", "First day of autumn term", "Term starts", "Open evening"]
)
def test_what_says_nothing_of_a_closure_closes_nothing_among_terms(name):
    shut, _, said = read(*TERMS, ("20261130", "20261201", name))
    assert (shut, said[-1]) == ([("2026-10-23", "2026-11-02")], (name, "nothing"))


def test_an_event_with_a_time_of_day_closes_nothing_and_spoils_nothing():
    disco = (";TZID=Europe/London:20261204T153000", ";TZID=Europe/London:20261204T163000", "Disco")
    shut, _, said = read(HOLIDAY, disco)
    assert shut == [("2026-07-20", "2026-09-02")]
    assert said == [("Summer holiday", "closure"), ("Disco", "nothing")]
    with pytest.raises(CalendarError, match="time of day"):
        read((disco[0], disco[1], "School closed early"))


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (";TZID=GMT Standard Time:20260720T000000", ";TZID=GMT Standard Time:20260902T000000"),
        (":20260720T000000", ":20260902T000000"),
        (":20260719T230000Z", ":20260901T230000Z"),
    ],
)
def test_a_midnight_is_how_some_calendars_write_a_day(begins, ends):
    assert read((begins, ends, "School holidays"))[0] == [("2026-07-20", "2026-09-02")]


def test_an_end_on_the_first_day_is_the_last_day():
    assert read(HOLIDAY, ("20261130", "20261130", "Training day"))[0][1] == ("2026-11-30", "2026-12-01")


def test_a_closure_of_forty_school_days_is_questioned_and_not_believed():
    with pytest.raises(CalendarError, match="40 school days or more, from 2026-07-20; if it is a term"):
        read(("20260720", "20260914", "Summer holiday"))
    assert read(("20260720", "20260911", "Summer holiday"))[0] == [("2026-07-20", "2026-09-11")]


def test_closures_can_be_chosen_by_their_name():
    shut, _, said = read(*TERMS, INSET, ("20261130", "20261201", "Sports day"), closed_if="sports")
    assert shut == [("2026-11-30", "2026-12-01")]
    assert [taken for _, taken in said] == ["nothing"] * 3 + ["closure"]


def test_what_is_reported_reads_as_a_sentence():
    said: list[EventTaken] = []
    read_institutions(io.StringIO(feed(*TERMS, INSET)), authority_default="s1", report=said.append)
    assert str(said[0]) == (
        "Autumn term (first half) (2026-09-02 to 2026-10-22): taken for a term: it is shut between terms "
        "(its name says so)"
    )
    assert str(said[2]) == "INSET day (2026-09-04): taken for the school is shut (its name says so)"
    assert said[2].behind - said[2].first == dt.timedelta(days=1)


def test_a_command_says_what_each_event_was_taken_for_and_whose_they_are(tmp_path):
    path = tmp_path / "terms.ics"
    path.write_text(feed(*TERMS, INSET), "utf-8")
    due = ("due", "--event", "advice_requested", "--on", "2026-09-02", "--party", "s1", "--format", "csv")
    unnamed = invoke(*due, "--institutions", path)
    assert (unnamed.exit_code, "--institution" in unnamed.stderr) == (4, True)
    named = invoke(*due, "--institutions", path, "--institution", "s1")
    assert named.exit_code == 0
    assert named.stderr.count("taken for") == 3
    assert invoke(*due, "--institutions", path, "--institution", "s1", "--closed-if", "inset").exit_code == 0
    assert invoke(*due, "--institution", "s1").exit_code == 2
    assert invoke(*due, "--closed-if", "inset").exit_code == 2
