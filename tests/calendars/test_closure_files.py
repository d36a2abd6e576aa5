"""Closures from CSV and iCalendar: what is taken, and what every refusal says."""

import datetime as dt
import io
import sys

import pytest

from ehcp_flow.calendars import Closure, Institution, read_institutions, read_office_closures
from ehcp_flow.errors import CalendarError, LibraryMissing


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


EASTER = Closure(day("2026-03-28"), day("2026-04-13"), "Easter")
SUMMER = Closure(day("2026-07-23"), day("2026-09-02"), "Summer")

TERMS = """institution,closed_from,reopens_on,what
123456,2026-07-23,2026-09-02,Summer
123456,28/03/2026,13/04/2026,Easter

654321,2026-07-21,2026-09-03,
"""


def ical(*events: str, head: str = "X-EHCP-INSTITUTION:123456\n") -> str:
    body = "".join(f"BEGIN:VEVENT\nUID:{at}\n{event}\nEND:VEVENT\n" for at, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{head}{body}END:VCALENDAR\n"


SUMMER_EVENT = "DTSTART;VALUE=DATE:20260723\nDTEND;VALUE=DATE:20260902\nSUMMARY:Summer"
EASTER_EVENT = "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260413\nSUMMARY:Easter"
SCHOOL = Institution("123456", day("2026-03-28"), day("2026-09-02"), (EASTER, SUMMER))


def refusal(text, read=read_institutions, **options) -> CalendarError:
    with pytest.raises(CalendarError) as refused:
        read(io.StringIO(text), **options)
    assert refused.value.source == "<stream>"
    return refused.value


# Files


@pytest.mark.parametrize("as_path", [str, lambda path: path], ids=["str", "Path"])
def test_a_file_is_read_by_its_path(tmp_path, as_path):
    path = tmp_path / "terms.csv"
    path.write_text(TERMS, "utf-8-sig")  # as Excel writes it

    assert list(read_institutions(as_path(path))) == ["123456", "654321"]


@pytest.mark.parametrize(
    "file", [io.StringIO(TERMS), io.StringIO("\ufeff" + TERMS), io.BytesIO(TERMS.encode("utf-8-sig"))]
)
def test_an_open_file_is_read(file):
    assert list(read_institutions(file)) == ["123456", "654321"]


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "none.csv"
    with pytest.raises(CalendarError) as refused:
        read_institutions(path)

    assert str(refused.value) == (f"{path}: there is no such file; give the path of a closure file")


def test_a_file_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes(b"institution,closed_from,reopens_on\n\xc9cole,2026-07-23,2026-09-02\n")
    with path.open("rb") as file, pytest.raises(CalendarError) as refused:
        read_office_closures(file)

    assert str(refused.value) == f"{path}: it is not UTF-8 text; save it as CSV UTF-8 or as iCalendar"


# CSV


def test_institutions_from_csv():
    assert read_institutions(io.StringIO(TERMS)) == {
        "123456": SCHOOL,
        "654321": Institution(
            "654321", day("2026-07-21"), day("2026-09-03"), (Closure(day("2026-07-21"), day("2026-09-03")),)
        ),
    }


def test_columns_may_stand_in_any_order_and_case():
    text = "Reopens_On , INSTITUTION,closed_from\n2026-09-02,a,2026-07-23\n"

    assert read_institutions(io.StringIO(text))["a"].closures == (Closure(day("2026-07-23"), day("2026-09-02")),)


def test_known_days_may_be_given_on_any_row_and_the_widest_count():
    text = """institution,closed_from,reopens_on,what,known_from,known_to
a,2026-07-23,2026-09-02,Summer,2026-03-01,
a,,,,2026-01-01,2026-12-31
a,2026-03-28,2026-04-13,Easter
b,,,,2026-01-01,2026-12-31
c,2026-07-23,2026-09-02,Summer,2026-01-01,
"""
    known = {place: (each.known_from, each.known_to) for place, each in read_institutions(io.StringIO(text)).items()}
    year = (day("2026-01-01"), day("2026-12-31"))

    assert known == {"a": year, "b": year, "c": (day("2026-01-01"), day("2026-09-02"))}


def test_rows_without_an_institution_go_under_the_default():
    text = "institution,closed_from,reopens_on\n,2026-07-23,2026-09-02\na,2026-07-23,2026-09-02\n"

    assert list(read_institutions(io.StringIO(text), authority_default="885")) == ["885", "a"]


def test_a_file_without_rows_knows_no_institution():
    assert read_institutions(io.StringIO("institution,closed_from,reopens_on\n")) == {}


COLUMNS = (
    "the first line names the columns institution,closed_from,reopens_on,what,known_from,known_to,term_from,term_to "
    "(the first 3 are needed)"
)
HEAD = "institution,closed_from,reopens_on,what,known_from,known_to\n"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, f"it has no header; {COLUMNS}"),
        ("\n", 1, f"it has no header; {COLUMNS}"),
        ("institution,closed_from\n", 1, f"column 'reopens_on' is missing; {COLUMNS}"),
        ("institution,closed,reopens_on\n", 1, f"column 'closed' is not known; {COLUMNS}"),
        ("institution,what,what\n", 1, f"column 'what' stands twice; {COLUMNS}"),
        (
            f"{HEAD}\na,2026-07-23,2026-09-02,Summer,,,long\n",
            3,
            "7 cells under 6 columns; quote a cell that has a comma in it",
        ),
        (
            f'{HEAD}a,2026-07-23,2026-09-02,"Sum"mer\n',
            2,
            "it is no CSV: ',' expected after '\"'; double each quote inside a quoted cell",
        ),
        (
            f"{HEAD},2026-07-23,2026-09-02\n",
            2,
            "institution is empty; name it as the advice requests do, such as its URN",
        ),
        (
            f"{HEAD}a,2026-02-30,2026-09-02\n",
            2,
            "closed_from: '2026-02-30' is not a date: the calendar has no such day; write 2026-03-02 or 02/03/2026",
        ),
        (f"{HEAD}a,2026-07-23\n", 2, "reopens_on is missing; write a date such as 2026-07-23 or 23/07/2026"),
        (f"{HEAD}a,,2026-07-23\n", 2, "closed_from is missing; write a date such as 2026-07-23 or 23/07/2026"),
        (f"{HEAD}a,,,Summer\n", 2, "closed_from is missing; write a date such as 2026-07-23 or 23/07/2026"),
        (
            f"{HEAD}a,2026-07-23,2026-09-02,,1/9/25,\n",
            2,
            "known_from: '1/9/25' is not a date: the year has two digits; write 2026-03-02 or 02/03/2026",
        ),
        (
            f"{HEAD}a,2026-07-23,2026-09-02,,,never\n",
            2,
            "known_to: 'never' is not a date: it is in no form that is known here; write 2026-03-02 or 02/03/2026",
        ),
        (
            f"{HEAD}a,2026-09-02,2026-07-23\n",
            2,
            (
                "re-opening on 2026-07-23 is not after the first closed day 2026-09-02; "
                "give the first day on which the place is no longer closed"
            ),
        ),
        (f"{HEAD}a,,,,2026-01-01,\n", 2, "institution a has no closure; give both known_from and known_to"),
        (f"{HEAD}a,,,,,\n", 2, "institution a has no closure; give both known_from and known_to"),
        (
            f"{HEAD}a,2026-03-28,2026-04-13\na,2026-07-23,2026-09-02,,,2026-08-31\n",
            3,
            (
                "institution a: the closure from 2026-07-23 to re-opening on 2026-09-02 is not within the known days "
                "2026-03-28 to 2026-08-31; widen known_from and known_to, or leave them out"
            ),
        ),
        (
            f"{HEAD}a,,,,2026-09-01,2026-08-31\n",
            2,
            "institution a: known_to 2026-08-31 is before known_from 2026-09-01; exchange them",
        ),
    ],
)
def test_what_a_refused_csv_file_is_told(text, line, why):
    error = refusal(text)

    assert (error.line, error.why) == (line, why)
    assert str(error) == f"<stream>, line {line}: {why}"


# iCalendar


def test_institutions_from_icalendar():
    assert read_institutions(io.StringIO(ical(SUMMER_EVENT, EASTER_EVENT))) == {"123456": SCHOOL}


def test_icalendar_is_known_by_its_name_or_by_its_first_line(tmp_path):
    path = tmp_path / "terms.ICS"
    path.write_bytes(ical(SUMMER_EVENT, EASTER_EVENT).replace("\n", "\r\n").encode())

    assert read_institutions(path) == read_institutions(io.StringIO("\n" + ical(SUMMER_EVENT, EASTER_EVENT)))


def test_an_event_may_name_its_own_institutions():
    own = SUMMER_EVENT + "\nX-EHCP-INSTITUTION:a\nX-EHCP-INSTITUTION:b"
    found = read_institutions(io.StringIO(ical(own, EASTER_EVENT)))

    assert {place: each.closures for place, each in found.items()} == {
        "a": (SUMMER,),
        "b": (SUMMER,),
        "123456": (EASTER,),
    }


def test_a_calendar_of_one_school_may_be_named_by_the_caller():
    text = ical(SUMMER_EVENT, EASTER_EVENT, head="")

    assert read_institutions(io.StringIO(text), authority_default="123456") == {"123456": SCHOOL}


def test_the_name_in_the_file_goes_before_the_default():
    assert list(read_institutions(io.StringIO(ical(SUMMER_EVENT)), authority_default="885")) == ["123456"]


def test_a_calendar_may_say_what_is_known():
    head = "X-EHCP-INSTITUTION:123456\nX-EHCP-KNOWN-FROM:20260101\nX-EHCP-KNOWN-TO:2026-12-31\n"
    found = read_institutions(io.StringIO(ical(SUMMER_EVENT + "\nX-EHCP-INSTITUTION:a", head=head)))
    year = (day("2026-01-01"), day("2026-12-31"))

    assert {place: (each.known_from, each.known_to) for place, each in found.items()} == {"a": year, "123456": year}
    assert found["123456"].closures == ()


def test_one_file_may_hold_several_calendars():
    other = ical(SUMMER_EVENT, head="X-EHCP-INSTITUTION:654321\n")
    found = read_institutions(io.StringIO(ical(EASTER_EVENT) + other))

    assert {place: each.closures for place, each in found.items()} == {"123456": (EASTER,), "654321": (SUMMER,)}


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART;VALUE=DATE:20260504", 1),
        ("DTSTART;VALUE=DATE:20260504\nDURATION:P5D", 5),
        ("DTSTART;VALUE=DATE:20260504\nDURATION:P4W", 28),
    ],
)
def test_an_event_without_an_end_lasts_its_duration_or_one_day(event, days):
    (closure,) = read_institutions(io.StringIO(ical(event)))["123456"].closures

    assert closure == Closure(day("2026-05-04"), day("2026-05-04") + dt.timedelta(days=days))


def test_a_cancelled_event_closes_nothing():
    text = ical(SUMMER_EVENT, EASTER_EVENT, "STATUS:CANCELLED\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY")

    assert read_institutions(io.StringIO(text)) == {"123456": SCHOOL}


def test_a_calendar_without_events_knows_no_institution():
    assert read_institutions(io.StringIO(ical())) == {}


RECURRING = "recurring events are not read; write one event for each closure"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (ical(EASTER_EVENT, SUMMER_EVENT + "\nRRULE:FREQ=YEARLY"), 11, f"RRULE: {RECURRING}"),
        (ical(SUMMER_EVENT + "\nRDATE;VALUE=DATE:20270723"), 5, f"RDATE: {RECURRING}"),
        (ical(SUMMER_EVENT + "\nEXDATE;VALUE=DATE:20270723"), 5, f"EXDATE: {RECURRING}"),
        (ical(SUMMER_EVENT + "\nRECURRENCE-ID;VALUE=DATE:20270723"), 5, f"RECURRENCE-ID: {RECURRING}"),
        (
            ical("DTSTART:20260723T090000Z\nDTEND:20260902T090000Z"),
            5,
            "the event has a time of day; a closure is whole days: write DTSTART;VALUE=DATE:20260723",
        ),
        (
            ical("SUMMARY:Summer"),
            5,
            "the event has no usable days: No DTSTART given; write DTSTART;VALUE=DATE:20260723 and a DTEND",
        ),
        (
            ical("DTSTART;VALUE=DATE:20260723\nDTEND;VALUE=DATE:20260722"),
            5,
            (
                "re-opening on 2026-07-22 is not after the first closed day 2026-07-23; "
                "give the first day on which the place is no longer closed"
            ),
        ),
        (
            ical(SUMMER_EVENT, head=""),
            4,
            (
                "the event names no institution; write X-EHCP-INSTITUTION on the event or on the calendar, "
                "or pass authority_default (--institution)"
            ),
        ),
        (
            ical(SUMMER_EVENT, head="X-EHCP-INSTITUTION:a\nX-EHCP-KNOWN-TO:20260831\n"),
            6,
            (
                "institution a: the closure from 2026-07-23 to re-opening on 2026-09-02 is not within the known days "
                "2026-07-23 to 2026-08-31; widen known_from and known_to, or leave them out"
            ),
        ),
        (
            ical(head="X-EHCP-INSTITUTION:a\nX-EHCP-KNOWN-TO:20260831\n"),
            1,
            "institution a has no closure; give both known_from and known_to",
        ),
    ],
)
def test_what_a_refused_event_is_told(text, line, why):
    error = refusal(text)

    assert (error.line, error.why) == (line, why)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:20260723\nDTEND:20260902T090000Z",
        "DTSTART;VALUE=DATE:20260723\nDURATION:PT3H",
        "DTSTART;VALUE=DATE:20260723\nDTEND;VALUE=DATE:20260902\nDURATION:P1D",
        "DTSTART;VALUE=DATE:20260723\nDTSTART;VALUE=DATE:20260724",
        "DTSTART;VALUE=DATE:20260230",
    ],
    ids=["end has a time", "hours", "end and duration", "two starts", "no such day"],
)
def test_an_event_whose_days_do_not_fit_is_refused(event):
    error = refusal(ical(event))

    assert error.line == 5
    assert error.why.startswith("the event has no usable days: ")
    assert error.why.endswith("; write DTSTART;VALUE=DATE:20260723 and a DTEND")


@pytest.mark.parametrize("bound", ["FROM", "TO"])
def test_a_known_day_that_is_no_date_is_refused(bound):
    error = refusal(ical(SUMMER_EVENT, head=f"X-EHCP-INSTITUTION:a\nX-EHCP-KNOWN-{bound}:20260230\n"))

    assert error.why == (
        "X-EHCP-KNOWN-FROM or X-EHCP-KNOWN-TO: '2026-02-30' is not a date: the calendar has no such day; "
        "write 2026-03-02 or 02/03/2026"
    )


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("BEGIN:VCALENDAR\nfoo\n", "it is no iCalendar file: ", "; export it again"),
        ("hello", "it is no iCalendar file: ", "; export it again"),
        ("", "it has no BEGIN:VCALENDAR", "; export it again as iCalendar"),
        ("BEGIN:VEVENT\nEND:VEVENT\n", "it has no BEGIN:VCALENDAR", "; export it again as iCalendar"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(tmp_path, text, start, end):
    path = tmp_path / "terms.ICS"
    path.write_text(text)
    with pytest.raises(CalendarError) as refused:
        read_institutions(path)

    assert refused.value.source == str(path)
    assert refused.value.why.startswith(start)
    assert refused.value.why.endswith(end)


def test_without_icalendar_the_reader_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "icalendar", None)

    with pytest.raises(LibraryMissing, match=r'icalendar is not installed: pip install "ehcp-flow\[reports\]"'):
        refusal(ical(SUMMER_EVENT))


def test_csv_needs_no_icalendar(monkeypatch):
    monkeypatch.setitem(sys.modules, "icalendar", None)

    assert read_institutions(io.StringIO(TERMS))["123456"] == SCHOOL


# Offices


def test_office_closures_from_csv():
    text = "authority,closed_on,what\n885,2026-12-24,Christmas\n886,24/12/2026,\n885,2026-12-29\n885,2026-12-24,again\n"

    assert read_office_closures(io.StringIO(text)) == {
        "885": {day("2026-12-24"), day("2026-12-29")},
        "886": {day("2026-12-24")},
    }


OFFICE_COLUMNS = "the first line names the columns authority,closed_on,what (the first 2 are needed)"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, f"it has no header; {OFFICE_COLUMNS}"),
        ("authority\n", 1, f"column 'closed_on' is missing; {OFFICE_COLUMNS}"),
        (
            "authority,closed_on\n885,2026-12-24\n85,2026-12-24\n",
            3,
            "authority is '85'; write the local authority's three-digit number, such as 885",
        ),
        (
            "authority,closed_on\n8850,2026-12-24\n",
            2,
            "authority is '8850'; write the local authority's three-digit number, such as 885",
        ),
        (
            "authority,closed_on\n885,\n",
            2,
            "closed_on is missing; write a date such as 2026-07-23 or 23/07/2026",
        ),
        (
            "authority,closed_on\n885,31/04/2026\n",
            2,
            "closed_on: '31/04/2026' is not a date: the calendar has no such day; write 2026-03-02 or 02/03/2026",
        ),
    ],
)
def test_what_a_refused_office_file_is_told(text, line, why):
    error = refusal(text, read_office_closures)

    assert (error.line, error.why) == (line, why)


def test_a_term_that_stands_as_a_closure_is_refused_with_its_line():
    head = "institution,closed_from,reopens_on,what\n"
    with pytest.raises(CalendarError, match=r"Summer term would shut .* from 2026-04-13; .* term_from and term_to"):
        read_institutions(io.StringIO(f"{head}123456,2026-04-13,2026-06-15,Summer term\n"))
    for line in ("2026-04-13,2026-06-15,flood", "2026-04-13,2026-06-15,", "2026-05-25,2026-06-01,Summer half-term"):
        assert read_institutions(io.StringIO(f"{head}123456,{line}\n"))["123456"].closures
