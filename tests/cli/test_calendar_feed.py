"""`--format ics`: what a calendar program reads back."""

import builtins
import datetime as dt

import icalendar

from tests.cli.running import CHRONOLOGIES, invoke, rows_of, table_of

DUE = ("due", "--received", "2026-03-02", "--case", "4711", "--format", "ics")


def events(*args, **options):
    done = invoke(*args, **options)
    assert done.exit_code == 0
    return icalendar.Calendar.from_ical(done.stdout_bytes).walk("VEVENT")


def test_each_open_deadline_is_a_whole_day():
    found = {str(event["SUMMARY"]): event for event in events(*DUE)}
    plan = found["4711: Send the final plan"]
    assert (plan.start, plan.end) == (dt.date(2026, 7, 20), dt.date(2026, 7, 21))
    assert plan["DTSTAMP"].dt == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert "reg 13(2)" in plan["DESCRIPTION"]
    assert len(found) == 4


def test_a_uid_stays_the_same_and_differs_between_deadlines_cases_and_starts():
    def uids(*args):
        return [str(event["UID"]) for event in events(*args)]

    one = uids(*DUE)
    assert one == uids(*DUE, "--as-of", "2026-02-01")
    assert len(set(one)) == len(one)
    for other in (
        ("due", "--received", "2026-03-02", "--case", "4712", "--format", "ics"),
        ("due", "--received", "2026-03-03", "--case", "4711", "--format", "ics"),
    ):
        assert not set(one) & set(uids(*other))
    assert all("4711" not in uid for uid in one)


def test_one_request_for_advice_to_each_party_has_an_event_of_its_own():
    source = table_of(
        "a request_received 2026-03-02",
        "a assessment_agreed 2026-03-20",
        "a advice_requested 2026-03-21 party=medical",
        "a advice_requested 2026-03-21 party=educational",
    )
    found = events("check", "-", "--as-of", "2026-03-21", "--limit", "advice", "--format", "ics", stdin=source)
    assert len({str(event["UID"]) for event in found}) == 2


def test_lines_are_folded_and_text_is_escaped():
    done = invoke("due", "--received", "2026-03-02", "--case", "a, b; c\\d \u00e9\u00e9\u00e9", "--format", "ics")
    lines = done.stdout_bytes.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    assert b"SUMMARY:a\\, b\\; c\\\\d" in done.stdout_bytes
    summaries = [str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(done.stdout_bytes).walk("VEVENT")]
    assert "a, b; c\\d \u00e9\u00e9\u00e9: Send the final plan" in summaries


def test_only_what_is_open_and_not_past_is_in_it():
    args = ("check", CHRONOLOGIES, "--as-of", "2024-12-01")
    found = events(*args, "--format", "ics")
    upcoming = [
        row for row in rows_of(invoke(*args).stdout, "csv") if row["status"] == "open" and row["due_on"] >= "2024-12-01"
    ]
    assert sorted(event.start.isoformat() for event in found) == sorted(row["due_on"] for row in upcoming)
    assert upcoming


def test_free_text_and_parties_stay_out():
    source = table_of("a request_received 2026-03-02 party=parent reason=Jane-Doe-is-ill")
    text = invoke("check", "-", "--as-of", "2026-03-02", "--format", "ics", stdin=source).stdout
    assert "Jane" not in text
    assert "parent" not in text
    assert "BEGIN:VEVENT" in text


def test_a_protected_time_says_from_when_the_act_is_lawful():
    (event,) = events("due", "--event", "draft_plan_sent", "--on", "2026-06-01", "--limit", "draft_representations",
                      "--format", "ics")  # fmt: skip
    assert event.start == dt.date(2026, 6, 15)
    assert "lawful from 2026-06-16" in event["DESCRIPTION"]
    assert str(event["SUMMARY"]) == "Leave at least 15 days for representations on the draft"


def test_without_the_package_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name == "icalendar":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    done = invoke(*DUE)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pip install 'ehcp-flow[reports]'" in done.stderr
