"""The explanation of a deadline: complete, cited, in step with the fields, and written for people."""

import re
from pathlib import Path

import pytest

from ehcp_flow.calendars import Calendars
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.readers import read_cases
from tests.engine.rules import STARTS, last_day
from tests.golden.test_published import ROWS
from tests.telling import ONE_DAY, day, fact, one, tell, text_of

ROOT = Path(__file__).parents[1]
SHIPPED = read_cases(ROOT / "examples" / "chronologies.csv").values()
# What stands in a sentence as a program writes it: the grounds of an exception.
NAMES = {outcome for outcome in OUTCOMES["exception_recorded"] if "_" in outcome}


def golden() -> list[Deadline]:
    found = [deadline for case in SHIPPED for deadline in deadlines_of(case, "2026-06-30")]
    for row in ROWS:
        found += deadlines_of(tell(row["chronology"], row["name"]), row["as_of"])
    for start in STARTS:
        on = day("2026-03-02")
        after = max(last_day(start, on) + ONE_DAY, on)
        found.append(start.deadline(start.chronology(on), after, on))
    return found


EXPLAINED = pytest.mark.parametrize(
    "deadline", golden(), ids=lambda d: f"{d.case_id}: {d.limit} {d.party or ''} {d.due_on}"
)


@EXPLAINED
def test_a_working_has_every_part_in_the_order_in_which_a_reader_checks_it(deadline):
    parts = [step.part for step in deadline.explanation]
    assert parts[:3] == ["start", "rule", "count"]
    assert {"act", "result"} <= set(parts)
    order = ["start", "rule", "count", "calendar", "act", "exception", "result", "reading", "note"]
    assert parts == sorted(parts, key=order.index)
    assert ("exception" in parts) == (deadline.kind == "statutory" or bool(deadline.derivation.rule.exceptions))


@EXPLAINED
def test_a_working_reads_as_sentences(deadline):
    for step in deadline.explanation:
        text = step.text
        assert str(step) == text
        assert text.endswith((".", '."')), text
        assert text[0].isupper() or text[0].isdigit() or text[0] == '"', text
        assert "  " not in text
        assert ".." not in text
        assert " ." not in text
        assert not re.search(r"\bNone\b(?! is recorded)", text), text
        assert set(re.findall(r"\w*_\w*", text)) <= NAMES, text


@EXPLAINED
def test_the_rule_of_a_statutory_limit_is_cited_where_it_can_be_read(deadline):
    [rule] = [step for step in deadline.explanation if step.part == "rule"]
    assert rule.citations
    assert all(citation.address.startswith("https://") for citation in rule.citations)
    assert all(str(citation).split(", ")[-1] in rule.text for citation in rule.citations)
    assert deadline.citation in rule.text
    if deadline.kind == "statutory":
        assert any("https://www.legislation.gov.uk/" in citation.address for citation in rule.citations)


@EXPLAINED
def test_the_numbers_in_the_words_are_those_of_the_fields(deadline):
    words = {step.part: step for step in reversed(deadline.explanation)}
    result = words["result"]
    assert result.on == deadline.as_of
    if deadline.due_on is not None:
        spoken = f"{deadline.due_on:%A} {deadline.due_on.day} {deadline.due_on:%B %Y}"
        assert spoken in text_of(deadline, "count", "calendar")
        assert spoken in result.text
    if deadline.days_over is not None:
        weeks, rest = divmod(deadline.days_over, 7)
        assert re.search(rf"\b{deadline.days_over} days?\b", result.text)
        assert (f"{weeks} week" in result.text) == (weeks > 0)
        assert bool(re.search(rf" weeks? and {rest} days?\b", result.text)) == (weeks > 0 and rest > 0)
    assert ("This is a breach." in result.text) == deadline.breach
    assert deadline.derivation.counted[0].on.strftime("%Y") in words["start"].text


@EXPLAINED
def test_a_working_can_be_written_as_plain_values(deadline):
    for step in deadline.as_dict(explanation=True)["explanation"]:
        assert set(step) == {"part", "text", "on", "citations"}
        assert all(set(citation) == {"text", "address"} for citation in step["citations"])


def test_a_working_says_who_recorded_what_started_it_and_when():
    case = tell("").record(
        fact("2026-03-02 request_received", recorded_at="2026-03-03T10:15:00+01:00", recorded_by="j.doe")
    )
    assert text_of(one(case, "final_plan", "2026-03-03"), "start").endswith("recorded 2026-03-03 09:15 UTC by j.doe.")
    unsigned = tell("").record(fact("2026-03-02 request_received", recorded_at="2026-03-03T10:15:00Z"))
    assert text_of(one(unsigned, "final_plan", "2026-03-03"), "start").endswith("recorded 2026-03-03 10:15 UTC.")


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2026-04-12", "open, 1 day left. The last lawful day is Monday 13 April 2026."),
        ("2026-04-06", "open, 7 days (1 week) left."),
        ("2026-04-13", "open, today is the last lawful day."),
        ("2026-04-14", "not done, and 1 day past the last lawful day, Monday 13 April 2026. This is a breach."),
        ("2026-04-21", "not done, and 8 days (1 week and 1 day) past the last lawful day"),
    ],
)
def test_the_result_of_an_open_limit_counts_the_days(as_of, words):
    assert words in text_of(one("2026-03-02 request_received", "decide_assess", as_of), "result")


def test_a_limit_that_ends_on_a_bank_holiday_says_that_nothing_moves():
    found = one("2026-01-05 request_received", "final_plan", "2026-01-05")
    assert "Monday 25 May 2026 is not a working day (Spring Bank Holiday)" in text_of(found, "calendar")
    assert "the last lawful day stays" in text_of(found, "calendar")
    assert text_of(one("2026-03-02 request_received", "final_plan", "2026-03-02"), "calendar") == ""


def test_a_count_past_the_published_bank_holidays_says_so():
    far = one("2029-03-01 disclosure_requested", "he_disclosure", "2029-03-01")
    assert "Bank holidays are published up to Sunday 31 December 2028" in text_of(far, "calendar")
    assert "extrapolated" not in text_of(one("2026-03-02 disclosure_requested", "he_disclosure", "2026-03-02"))
    assert "extrapolated" not in text_of(one("2029-03-01 request_received", "final_plan", "2029-03-01"))


def test_an_office_that_is_shut_on_the_last_day_is_told_and_moves_nothing():
    calendars = Calendars().with_office_closures({"873": [day("2026-04-13"), day("2026-04-10")]})
    chronology = "2026-03-02 request_received authority=873"
    found = one(chronology, "decide_assess", "2026-03-02", calendars=calendars)
    assert found.due_on == day("2026-04-13")
    assert "it is last open on Thursday 9 April 2026. This does not move the limit." in text_of(found, "calendar")
    assert text_of(one(chronology, "decide_assess", "2026-03-02"), "calendar") == ""


def test_an_implied_act_names_the_fact_that_shows_it():
    found = one("2026-03-02 request_received; 2026-07-01 final_plan_sent", "decide_assess", "2026-07-31")
    assert text_of(found, "act") == (
        "The record does not say when it was done. That it was done follows from: final plan sent, "
        "Wednesday 1 July 2026."
    )


def test_a_limit_that_fell_away_names_what_ended_it():
    refused = one("2026-03-02 request_received; 2026-04-01 assessment_refused", "final_plan", "2026-07-31")
    assert text_of(refused, "act") == "It fell away: assessment refused, Wednesday 1 April 2026."
    served_again = "2026-04-01 assessment_refused; 2026-04-02 tribunal_order_made outcome=assess"
    again = f"{served_again}; 2026-04-08 tribunal_order_made outcome=assess"
    [first] = [
        d for d in deadlines_of(tell(again), "2026-04-09") if d.limit == "order_assess_notify" and d.status == "lapsed"
    ]
    assert text_of(first, "act") == "It fell away: tribunal order made: assess, Wednesday 8 April 2026."


WORKINGS = [
    ("a_late_refusal", "2025-04-02 request_received party=school; 2025-10-21 plan_refused", "decide_not_issue"),
    (
        "a_premature_final_plan",
        "2026-06-10 draft_plan_sent served_on=2026-06-12; 2026-06-26 final_plan_sent",
        "draft_representations",
    ),
    (
        "a_transfer_in_time",
        "2025-11-10 review_meeting_held; 2026-02-10 amended_plan_sent; 2026-09-01 phase_transfer_due outcome=school",
        "phase_transfer",
    ),
]


@pytest.mark.parametrize(("name", "chronology", "limit"), WORKINGS, ids=[name for name, _, _ in WORKINGS])
def test_three_explanations_read_word_for_word(name, chronology, limit):
    expected = (Path(__file__).parent / "explanations" / f"{name}.txt").read_text("utf-8")
    assert f"{text_of(one(chronology, limit, '2026-06-30'))}\n" == expected


def test_a_clock_that_goes_on_after_a_reversal_says_so_and_by_what_authority():
    chronology = "2026-01-05 request_received; 2026-02-16 assessment_refused; 2026-04-01 refusal_reversed"
    started = [step for step in one(chronology, "final_plan", "2026-04-30").explanation if step.part == "start"]
    assert [step.on for step in started] == [day("2026-01-05"), day("2026-04-01")]
    assert started[1].text.startswith("Refusal reversed, Wednesday 1 April 2026.")
    assert started[1].citations


@pytest.mark.parametrize(
    ("chronology", "limit", "began"),
    [
        ("2026-06-22 draft_plan_sent", "draft_representations", "2026-06-22"),
        (
            "2026-06-22 draft_plan_sent served_on=2026-06-24", "draft_representations",
            "2026-06-22; counted from served on, 2026-06-24",
        ),
        (
            "2026-06-22 date_directed reason=tribunal limit=appeal_response until=2026-07-06", "directed",
            "2026-06-22; the day fixed is 2026-07-06",
        ),
    ],
)  # fmt: skip
def test_a_start_is_told_by_its_own_day_and_by_the_day_counted_from_where_that_is_another(chronology, limit, began):
    assert one(chronology, limit, "2026-06-30").derivation.began(str) == began
