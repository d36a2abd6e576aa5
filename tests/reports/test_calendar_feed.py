from icalendar import Calendar

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.reports.calendar_feed import work_calendar
from ehcp_flow.testing.sample import a_case
from tests.measures.answers_made_up import answered, told

CASES = (
    told("a", "2025-06-01 request_received parent", "2025-06-10 advice_requested medical;reason=Jo Smith"),
    told("b", "2025-06-01 request_received parent", "2025-06-10 advice_requested educational"),
)


def events(text):
    return {str(event["uid"]): event for event in Calendar.from_ical(text).walk("VEVENT")}


def summaries(text):
    return sorted(str(event["summary"]) for event in events(text).values())


def test_what_is_open_is_an_all_day_event_on_its_last_lawful_day():
    found = events(work_calendar(answered(*CASES)))
    due = {str(event["summary"]): event for event in found.values()}
    first = due["a: Decide whether to assess, and say so"]
    assert first["dtstart"].dt.isoformat() == "2025-07-13"
    assert (str(first["status"]), str(first["transp"])) == ("CONFIRMED", "TRANSPARENT")
    assert first.walk("VALARM")


def test_no_name_and_no_free_text_is_in_it():
    directed = told("d", "2025-06-10 date_directed until=2025-09-01;limit=final_plan;reason=Judge Smith on Jo")
    feed = work_calendar(answered(*CASES, directed))
    assert "d: Do what was directed" in feed
    assert "Smith" not in feed


def test_it_is_cut_to_a_caseworker_an_adviser_or_a_setting():
    extra = {"a": {"caseworker": "Ann"}, "b": {"caseworker": "Bob"}}
    mine = work_calendar(answered(*CASES), only={"caseworker": "Ann"}, extra=extra)
    assert {summary.split(":")[0] for summary in summaries(mine)} == {"a"}
    assert summaries(work_calendar(answered(*CASES), adviser="medical")) == ["a: Give the advice asked for"]
    assert summaries(work_calendar(answered(*CASES), setting="educational")) == ["b: Give the advice asked for"]
    assert summaries(work_calendar(answered(*CASES), only={"caseworker": "Eve"}, extra=extra)) == []


def test_a_second_export_updates_the_first():
    before = events(work_calendar(answered(*CASES, as_of="2025-06-30")))
    decided = told("a", *(f"{fact.on} {fact.event} {fact.party}" for fact in CASES[0].facts),
                   "2025-07-01 assessment_agreed")  # fmt: skip
    after = events(work_calendar(answered(decided, CASES[1], as_of="2025-07-02")))
    assert set(before) <= set(after), "no event is left behind"
    for uid, event in before.items():
        assert after[uid]["sequence"] > event["sequence"]
    changed = {str(after[uid]["summary"]) for uid in before if str(after[uid]["status"]) == "CANCELLED"}
    assert changed == {"a: Decide whether to assess, and say so"}


def test_a_second_export_of_the_same_day_that_knows_more_updates_the_first():
    first = events(work_calendar(answered(told("a", "2025-06-01 request_received parent"))))
    more = told("a", "2025-06-01 request_received parent", "2025-06-20 assessment_agreed")
    second = events(work_calendar(answered(more)))
    assert all(second[uid]["sequence"] > event["sequence"] for uid, event in first.items())


def test_overdue_is_said_and_long_finished_things_are_left_out():
    text = work_calendar(answered(told("a", "2025-01-02 request_received parent"), as_of="2025-06-30"))
    assert "OVERDUE: a: Send the final plan" in summaries(text)
    old = answer(Case.of(a_case("old")), "2027-03-01")
    assert all("advice" not in summary for summary in summaries(work_calendar([old])))


def test_the_same_day_gives_the_same_bytes():
    assert work_calendar(answered(*CASES)) == work_calendar(answered(*CASES))
