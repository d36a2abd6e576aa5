"""What opens a duty, what discharges it, and what one act implies: on both sides of each boundary, from every door.

`duties.csv` has a line for each side: the limit, the day asked, how each of its deadlines stands (two days with dots
between: only a month is known; after a bar: the other readings that contest it), and the findings that the kind is
about. The kinds are in the names.
"""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from tests.bulk.agreeing import agree
from tests.telling import every, one, tell, text_of


class Told(NamedTuple):
    name: str
    limit: str
    as_of: str
    expected: str
    findings: str
    chronology: str


with (Path(__file__).parent / "duties.csv").open(encoding="utf-8", newline="") as file:
    DUTIES = [Told(**row) for row in csv.DictReader(file)]
KINDS = {
    "act_not_dated", "act_repeated", "amendment_without_plan",
    "next_place_not_shown", "other_placement_named", "review_by_old_authority",
    "second_draft", "second_notice", "recorded_twice", "refusal_not_open_to_it", "party_not_stated",
    "suspension_may_be_over", "too_old", "residence_in_doubt", "exception_reason_doubtful", "due_date_uncertain",
    "review_in_substance", "order_to_follow", "request_while_one_is_open",
    "assessment_in_doubt",
}  # fmt: skip
each = pytest.mark.parametrize("told", DUTIES, ids=lambda told: told.name)


def stands(rows: Iterable[Mapping[str, Any]]) -> str:
    """How deadlines stand, in the words of the table."""
    return "; ".join(sorted(_stands(row) for row in rows))


def _stands(row: Mapping[str, Any]) -> str:
    days = "..".join(day for day in (row["due_on_earliest"], row["due_on"]) if day)
    contested = f" | {', '.join(row['contested_by'])}" if row["contested_by"] else ""
    return f"{days or 'no day'} {row['status']}{' BREACH' if row['breach'] else ''}{contested}"


@each
def test_a_duty_stands_as_the_law_has_it(told: Told):
    assert stands(each.as_dict() for each in every(told.chronology, told.limit, told.as_of)) == told.expected


@each
def test_what_a_person_should_look_at_is_said_and_nothing_else_of_the_kind(told: Told):
    found = answer(tell(told.chronology), told.as_of).findings
    codes = {finding.code for finding in found} & KINDS
    asked = set(told.findings.split())
    assert asked <= codes
    assert codes - asked <= {"act_not_dated"}
    assert all(finding.remedy for finding in found if finding.code in asked)


@each
def test_the_columns_say_the_same(told: Told):
    agree([tell(told.chronology)], told.as_of)


def story_of(name: str) -> Told:
    return next(told for told in DUTIES if told.name == name)


def test_the_notice_is_said_to_carry_the_decision():
    told = story_of("a notice of amendments in time carries the decision (Devon)")
    found = one(told.chronology, "review_decision", told.as_of)
    (step,) = [step for step in found.explanation if step.part == "act"]
    assert step.text == (
        "What was done: amendment notice sent, Monday 30 June 2025. The notice of proposed amendments after a review "
        "meeting carries the decision to amend."
    )
    assert [citation.instrument for citation in step.citations] == ["Devon", "SR", "SR"]


def test_what_a_transfer_asks_for_is_said_in_both_its_parts():
    told = story_of("phase: no review in the twelve months")
    found = one(told.chronology, "phase_transfer", told.as_of)
    said = text_of(found, "act")
    assert said.startswith("Not recorded by Tuesday 30 June 2026: review decision sent: maintain or review decision")
    assert said.endswith(
        "or, after review meeting held or review decision sent, amended plan sent or amendment declined."
    )
    assert "An amendment without a review in those months does not" in text_of(found, "note")


def test_a_second_draft_is_explained_without_a_word_of_breach():
    told = story_of("a second draft may need no second time")
    _, second = every(told.chronology, "draft_representations", told.as_of)
    assert text_of(second, "result") == (
        "On Tuesday 30 June 2026: done before Friday 27 March 2026. The time is protected only if it had other changes "
        "than those that the representations asked for, and the record does not show it, so no breach is found."
    )


def test_a_request_while_there_is_a_plan_names_the_other_kind_of_request():
    told = story_of("a request while a plan is maintained has its six weeks")
    assert "one for a re-assessment" in text_of(one(told.chronology, "decide_assess", told.as_of), "note")


def test_nothing_is_moved_by_the_order_of_recording():
    for told in DUTIES:
        case = tell(told.chronology)
        turned = Case(case.case_id, tuple(reversed(case.recorded)))
        assert [d.as_dict() for d in every(turned, told.limit, told.as_of)] == [
            d.as_dict() for d in every(case, told.limit, told.as_of)
        ]
