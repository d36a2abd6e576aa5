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


def test_a_uid_stays_the_same_whatever_the_day_and_differs_between_deadlines_and_cases():
    def uids(*args):
        return [str(event["UID"]) for event in events(*args)]

    one = uids(*DUE)
    assert one == uids(*DUE, "--as-of", "2026-02-01")
    assert len(set(one)) == len(one)
    assert not set(one) & set(uids("due", "--received", "2026-03-02", "--case", "4712", "--format", "ics"))
    # A day that is corrected moves its entries.
    assert one == uids("due", "--received", "2026-03-03", "--case", "4711", "--format", "ics")
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


def test_what_stands_is_confirmed_and_what_ended_lately_is_cancelled():
    args = ("check", CHRONOLOGIES, "--as-of", "2024-12-01")
    found = events(*args, "--format", "ics")
    rows = [row for row in rows_of(invoke(*args).stdout, "csv") if row["due_on"]]
    stands = [row for row in rows if row["status"] in ("open", "overdue")]
    ended = [row for row in rows if row not in stands and row["due_on"] >= "2024-06-02"]
    for status, kept in (("CONFIRMED", stands), ("CANCELLED", ended)):
        days = [event.start.isoformat() for event in found if str(event["STATUS"]) == status]
        assert sorted(days) == sorted(row["due_on"] for row in kept)
        assert kept
    late = [event for event in found if str(event["SUMMARY"]).startswith("OVERDUE: ")]
    assert len(late) == sum(row["status"] == "overdue" for row in stands)


def test_a_second_export_updates_the_first():
    told = ("a request_received 2026-03-02", "a assessment_agreed 2026-04-01")
    before, after = (
        {str(event["UID"]): event for event in events("check", "-", "--as-of", day, "--format", "ics", stdin=source)}
        for day, source in (("2026-03-20", table_of(told[0])), ("2026-04-02", table_of(*told)))
    )
    assert set(before) <= set(after)
    assert all(after[uid]["SEQUENCE"] > event["SEQUENCE"] for uid, event in before.items())
    ended = [str(after[uid]["SUMMARY"]) for uid in before if str(after[uid]["STATUS"]) == "CANCELLED"]
    assert ended == ["a: Decide whether to assess, and say so"]


def test_free_text_and_parties_stay_out():
    source = table_of(
        "a request_received 2026-03-02 party=parent reason=Jane-Doe-is-ill",
        "a date_directed 2026-03-02 until=2026-05-01 limit=final_plan reason=Jane-Doe-v-council",
    )
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
    assert 'pip install "ehcp-flow[reports]"' in done.stderr
