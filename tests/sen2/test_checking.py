"""Each rule finds the fault that is planted for it, and nothing else does."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.conversion import ReturnColumns, read_return
from ehcp_flow.conversion.returns import authorities
from ehcp_flow.errors import EhcpFlowError, SourceError
from ehcp_flow.sen2 import FIELDS_OF_FINDING, ReturnYear, by_rule, check_return, read_numbers, rules
from tests.cli.running import ROOT
from tests.sen2.made_returns import CEASED, CLEAN, END, HEADER, OPEN, PLAN, as_2023, found, read


def within(text: str, *changes: tuple[str, str]) -> str:
    """The clean return with some text in the place of other, each of which stands there."""
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def many(count: int, person: str, *changes: tuple[str, str]) -> str:
    """A return of so many persons who differ, of whom each is changed so."""
    whole = []
    for number in range(count):
        text = within(person, *changes)
        text = text.replace("Coldhurst", f"Nobody {number}").replace("Brookmoor", f"Noone {number}")
        text = text.replace("Ashlake", f"None {number}").replace("<UPN>B801200005001</UPN>\n", "")
        text = text.replace("<UniqueLearnerNumber>9276308686</UniqueLearnerNumber>", "<UPNunknown>UN3</UPNunknown>")
        whole.append(text)
    return HEADER + "".join(whole) + END


OPEN_STILL = "<RequestOutcome>A</RequestOutcome>"
AGREED = "<RequestOutcomeDate>2025-12-01</RequestOutcomeDate>\n<RequestOutcome>Y</RequestOutcome>\n"
PLAN_REQUEST = PLAN[PLAN.index("<Requests>") : PLAN.index("</Person>")]
ANOTHER_DAY = PLAN_REQUEST.replace("<ReceivedDate>2025-01-08", "<ReceivedDate>2025-01-09")
OPEN_REQUEST = OPEN[OPEN.index("<Requests>") : OPEN.index("</Person>")]
UNDER_WAY = "<Assessment>\n<AssessmentOutcome>A</AssessmentOutcome></Assessment>"
OUTCOME_OF_2018 = "<AssessmentOutcome>Y</AssessmentOutcome>\n<AssessmentOutcomeDate>2018-07-20</AssessmentOutcomeDate>"
A_DETAIL = "<PlanDetail>\n<URN>900009</URN>\n<PlacementRank>1</PlacementRank>\n</PlanDetail>\n"
NEET = "<SENSetting>NEET</SENSetting>"
REVIEWED = PLAN[PLAN.index("<ReviewMeeting>") : PLAN.index("</ActivePlans>")]
MEETING = "<ReviewMeeting>2025-11-10</ReviewMeeting>"


def refused_on(day: str) -> str:
    """An assessment that ended with the refusal of a plan."""
    outcome = "<AssessmentOutcome>N</AssessmentOutcome>"
    return f"<Assessment>\n{outcome}\n<AssessmentOutcomeDate>{day}</AssessmentOutcomeDate>\n</Assessment>"


def moved_away(born: str) -> str:
    """A person who was born on a day, and moved away before anything was decided in the year."""
    request = OPEN[OPEN.index("<ReceivedDate>") : OPEN.index("</Requests>")]
    historical = "<RequestOutcome>H</RequestOutcome>\n<Exported>XXX</Exported>\n"
    return within(OPEN, ("2020-10-11", born), ("UN1", "UN3"), (request, historical))


def reviewed_then_ceased(outcome: str, rest: str) -> str:
    """A return with a plan that was reviewed in July and ceased in August, and what else is said of the review."""
    review = f"<ReviewMeeting>2025-07-10</ReviewMeeting>\n<ReviewOutcome>{outcome}</ReviewOutcome>\n{rest}"
    return within(CLEAN, (CEASED, CEASED.replace("</ActivePlans>", f"{review}</ActivePlans>")))


FAULTS: dict[str, tuple[str, str]] = {
    "unknown_element": (within(CLEAN, ("<RYA>0</RYA>", "<RYA>0</RYA>\n<Colour>blue</Colour>")), "Colour"),
    "misplaced_element": (
        within(CLEAN, ("<PB>1</PB>\n", ""), ("<DP>E</DP>", "<DP>E</DP>\n<PB>1</PB>")),
        "PB",
    ),
    "astray_element": (
        within(CLEAN, ("<SENneed>\n<SENtype>MLD</SENtype>\n<SENtypeRank>1</SENtypeRank>\n</SENneed>\n</ActivePlans>",
                       "</ActivePlans>\n<SENneed>\n<SENtype>MLD</SENtype>\n<SENtypeRank>1</SENtypeRank>\n</SENneed>")),
        "SENneed",
    ),
    "repeated_element": (within(CLEAN, ("<RYA>0</RYA>", "<RYA>0</RYA>\n<RYA>0</RYA>")), "RYA"),
    "too_many_rows": (
        within(
            CLEAN,
            ("<PB>1</PB>", f"{A_DETAIL}<PB>1</PB>"),
        ),
        "PlanDetail",
    ),
    "person_without_request": (
        within(CLEAN, (OPEN, OPEN[: OPEN.index("<Requests>")] + "</Person>\n")),
        "Requests",
    ),
    "not_of_this_year": (
        within(CLEAN, ("<SENunitIndicator>0", "<AttendancePattern>FT</AttendancePattern>\n<SENunitIndicator>0")),
        "AttendancePattern",
    ),
    "missing_item": (within(CLEAN, ("<RYA>0</RYA>\n", "")), "RYA"),
    "wrong_value": (within(CLEAN, ("<EntryDate>2025-09-02", "<EntryDate>2025-09-31")), "EntryDate"),
    "wrong_code": (within(CLEAN, ("<Ethnicity>AIND", "<Ethnicity>XXXX")), "Ethnicity"),
    "upn_check": (within(CLEAN, ("<UPN>B8", "<UPN>A8")), "UPN"),
    "uln_check": (within(CLEAN, ("9276308686", "9276308687")), "UniqueLearnerNumber"),
    "no_identifier": (within(CLEAN, ("<UPNunknown>UN9</UPNunknown>\n", "")), "UPNunknown"),
    "reason_beside_number": (
        within(CLEAN, ("</UniqueLearnerNumber>", "</UniqueLearnerNumber>\n<UPNunknown>UN3</UPNunknown>")),
        "UPNunknown",
    ),
    "reason_by_age": (within(CLEAN, ("UN9", "UN1")), "UPNunknown"),
    "reason_by_arrival": (within(CLEAN, ("UN9", "UN8")), "UPNunknown"),
    "upn_twice": (
        within(CLEAN, ("<UPNunknown>UN9</UPNunknown>", "<UPN>B801200005001</UPN>")),
        "UPN",
    ),
    "uln_twice": (
        within(CLEAN, ("<UPNunknown>UN9</UPNunknown>", "<UniqueLearnerNumber>9276308686</UniqueLearnerNumber>")),
        "UniqueLearnerNumber",
    ),
    "person_twice": (within(CLEAN, (OPEN, OPEN + OPEN)), "Surname"),
    "postcode_missing": (within(CLEAN, ("<PostCode>ZZ3 3DD</PostCode>\n", "")), "PostCode"),
    "postcode_form": (within(CLEAN, ("ZZ3 3DD", "unknown")), "PostCode"),
    "too_old": (within(CLEAN, ("<PersonBirthDate>2014-05-01", "<PersonBirthDate>2000-05-01")), "PersonBirthDate"),
    "born_after_request": (
        within(CLEAN, ("<PersonBirthDate>2020-10-11", "<PersonBirthDate>2025-12-11")),
        "PersonBirthDate",
    ),
    "decision_before_request": (
        within(CLEAN, ("<RequestOutcomeDate>2025-02-12", "<RequestOutcomeDate>2025-01-02")),
        "RequestOutcomeDate",
    ),
    "decision_date_not_asked": (
        within(CLEAN, ("<RequestOutcome>A", "<RequestOutcomeDate>2025-12-01</RequestOutcomeDate>\n<RequestOutcome>A")),
        "RequestOutcomeDate",
    ),
    "decision_of_another_year": (
        within(
            CLEAN,
            ("<ReceivedDate>2025-01-08", "<ReceivedDate>2024-11-08"),
            ("<RequestOutcomeDate>2025-02-12", "<RequestOutcomeDate>2024-12-12"),
        ),
        "RequestOutcomeDate",
    ),
    "request_after_year": (within(CLEAN, ("<ReceivedDate>2025-11-03", "<ReceivedDate>2026-01-05")), "ReceivedDate"),
    "request_mediation_without_refusal": (
        within(CLEAN, ("<RequestMediation>0", "<RequestMediation>1")),
        "RequestMediation",
    ),
    "request_tribunal_without_refusal": (
        within(CLEAN, ("<RequestTribunal>0", "<RequestTribunal>1")),
        "RequestTribunal",
    ),
    "request_twice": (within(CLEAN, (OPEN_REQUEST, OPEN_REQUEST * 2)), "Requests"),
    "requests_of_one_day": (
        within(CLEAN, (OPEN_REQUEST, OPEN_REQUEST + OPEN_REQUEST.replace("<RequestSource>1", "<RequestSource>2"))),
        "ReceivedDate",
    ),
    "outcome_date_missing": (
        within(CLEAN, ("<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>\n", "")),
        "AssessmentOutcomeDate",
    ),
    "review_decided_before_meeting": (
        within(CLEAN, ("<LastReview>2025-12-01", "<LastReview>2025-11-09")),
        "LastReview",
    ),
    "draft_before_meeting": (within(CLEAN, ("<ReviewDraft>2025-12-01", "<ReviewDraft>2025-11-09")), "ReviewDraft"),
    "review_meeting_missing": (within(CLEAN, (f"{MEETING}\n", "")), "ReviewMeeting"),
    "phase_due_before_plan": (
        within(CLEAN, ("<PhaseTransferDueDate>2026", "<PhaseTransferDueDate>2024")),
        "PhaseTransferDueDate",
    ),
    "phase_plan_before_plan": (
        within(CLEAN, ("<PhaseTransferFinalDate>2026-01-12", "<PhaseTransferFinalDate>2025-05-19")),
        "PhaseTransferFinalDate",
    ),
    "exported_to_itself": (
        within(CLEAN, (OPEN_STILL, "<RequestOutcome>W</RequestOutcome>\n<Exported>885</Exported>")),
        "Exported",
    ),
    "exported_and_assessed": (
        within(CLEAN, ("<Assessment>", "<Exported>XXX</Exported>\n<Assessment>")),
        "Exported",
    ),
    "assessment_without_request": (within(CLEAN, (OPEN_STILL, f"{OPEN_STILL}\n{UNDER_WAY}")), "Assessment"),
    "assessment_missing": (within(CLEAN, (OPEN_STILL, AGREED)), "Assessment"),
    "outcome_before_request": (
        within(CLEAN, (OPEN_STILL, "<RequestOutcome>H</RequestOutcome>\n" + refused_on("2025-10-01"))),
        "AssessmentOutcomeDate",
    ),
    "outcome_before_decision": (
        within(CLEAN, (OPEN_STILL, AGREED + refused_on("2025-11-20"))),
        "AssessmentOutcomeDate",
    ),
    "outcome_date_not_asked": (
        within(
            CLEAN,
            (
                "<AssessmentOutcome>H</AssessmentOutcome>",
                "<AssessmentOutcome>H</AssessmentOutcome>\n<AssessmentOutcomeDate>2018-07-20</AssessmentOutcomeDate>",
            ),
        ),
        "AssessmentOutcomeDate",
    ),
    "outcome_of_another_year": (
        within(
            CLEAN,
            ("<AssessmentOutcome>H</AssessmentOutcome>", f"{OUTCOME_OF_2018}\n<Week20>0</Week20>"),
        ),
        "AssessmentOutcomeDate",
    ),
    "assessment_mediation_without_refusal": (
        within(CLEAN, ("<AssessmentMediation>0", "<AssessmentMediation>1")),
        "AssessmentMediation",
    ),
    "assessment_tribunal_without_refusal": (
        within(CLEAN, ("<AssessmentTribunal>0", "<AssessmentTribunal>1")),
        "AssessmentTribunal",
    ),
    "week20_missing": (within(CLEAN, ("<Week20>0</Week20>\n", "")), "Week20"),
    "week20_without_plan": (
        within(CLEAN, (OPEN_STILL, f"{AGREED}{UNDER_WAY.replace('</Assessment>', '<Week20>1</Week20></Assessment>')}")),
        "Week20",
    ),
    "plan_missing": (
        within(CLEAN, (PLAN[PLAN.index("<NamedPlan>") : PLAN.index("</Assessment>")], ""),
               (PLAN[PLAN.index("<ActivePlans>") : PLAN.index("</Requests>")], "")),
        "NamedPlan",
    ),
    "historical_plan_missing": (
        within(CLEAN, (CEASED[CEASED.index("<NamedPlan>") : CEASED.index("</Assessment>")], ""),
               (CEASED[CEASED.index("<ActivePlans>") : CEASED.index("</Requests>")], "")),
        "NamedPlan",
    ),
    "plan_without_decision": (
        within(
            CLEAN,
            ("<AssessmentOutcome>Y</AssessmentOutcome>\n<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>",
             "<AssessmentOutcome>A</AssessmentOutcome>"),
        ),
        "NamedPlan",
    ),
    "plan_day_differs": (within(CLEAN, ("<StartDate>2025-05-20", "<StartDate>2025-05-21")), "StartDate"),
    "plan_before_request": (within(CLEAN, ("<ReceivedDate>2018-03-05", "<ReceivedDate>2018-09-05")), "StartDate"),
    "plan_before_decision": (
        within(
            CLEAN,
            ("<RequestOutcomeDate>2025-02-12", "<RequestOutcomeDate>2025-03-12"),
            ("<AssessmentOutcome>Y</AssessmentOutcome>\n<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>",
             "<AssessmentOutcome>H</AssessmentOutcome>"),
            ("<StartDate>2025-05-20", "<StartDate>2025-03-01"),
        ),
        "StartDate",
    ),
    "ceased_before_start": (
        within(CLEAN, ("<StartDate>2018-07-20", "<StartDate>2025-09-20")),
        "CeaseDate",
    ),
    "cease_reason_missing": (within(CLEAN, ("<CeaseReason>4</CeaseReason>\n", "")), "CeaseReason"),
    "cease_date_missing": (within(CLEAN, ("<CeaseDate>2025-08-31</CeaseDate>\n", "")), "CeaseDate"),
    "ceased_before_year": (within(CLEAN, ("<CeaseDate>2025-08-31", "<CeaseDate>2024-08-31")), "CeaseDate"),
    "payment_without_budget": (within(CLEAN, ("<PB>1", "<PB>0")), "DP"),
    "arrangements_without_budget": (within(CLEAN, ("<PB>1", "<PB>0"), ("<OA>0", "<OA>1"), ("<DP>E</DP>\n", "")), "OA"),
    "active_plans_missing": (
        within(CLEAN, (PLAN[PLAN.index("<ActivePlans>") : PLAN.index("</Requests>")], "")),
        "ActivePlans",
    ),
    "ceased_without_placements": (
        within(CLEAN, (CEASED[CEASED.index("<ActivePlans>") : CEASED.index("</Requests>")], "")),
        "ActivePlans",
    ),
    "active_without_plan": (
        within(CLEAN, ("<RequestOutcome>A</RequestOutcome>\n", "<RequestOutcome>A</RequestOutcome>\n"
                       + CEASED[CEASED.index("<ActivePlans>") : CEASED.index("</Requests>")].replace("NEET", "EHE"))),
        "ActivePlans",
    ),
    "no_place": (within(CLEAN, ("<UKPRN>19990001</UKPRN>\n", "")), "URN"),
    "several_places": (within(CLEAN, ("<UKPRN>", "<URN>900002</URN>\n<UKPRN>")), "UKPRN"),
    "other_not_in_words": (
        within(CLEAN, ("<SENSettingOther>a special school</SENSettingOther>\n", "")),
        "SENSettingOther",
    ),
    "rank_missing": (within(CLEAN, (f"{NEET}\n<PlacementRank>1</PlacementRank>", NEET)), "PlacementRank"),
    "ranks_of_plan": (within(CLEAN, ("<PlacementRank>2", "<PlacementRank>1")), "PlacementRank"),
    "two_places_at_once": (within(CLEAN, ("<LeavingDate>2025-07-18</LeavingDate>\n", "")), "PlacementRank"),
    "entry_missing": (within(CLEAN, ("<EntryDate>2025-09-02</EntryDate>\n", "")), "EntryDate"),
    "left_before_entry": (within(CLEAN, ("<EntryDate>2024-09-02", "<EntryDate>2025-07-19")), "LeavingDate"),
    "left_before_year": (within(CLEAN, ("<LeavingDate>2025-07-18", "<LeavingDate>2024-10-18")), "LeavingDate"),
    "neet_by_age": (within(CLEAN, ("<UKPRN>19990001</UKPRN>", "<SENSetting>NEET</SENSetting>")), "SENSetting"),
    "placement_missing": (
        within(CLEAN, (PLAN[PLAN.index("<PlacementDetail>") : PLAN.index("<SENneed>")], "")),
        "PlacementDetail",
    ),
    "no_placement_now": (
        within(CLEAN, ("<EntryDate>2025-09-02</EntryDate>",
                       "<EntryDate>2025-09-02</EntryDate>\n<LeavingDate>2025-12-19</LeavingDate>")),
        "PlacementDetail",
    ),
    "need_missing": (
        within(CLEAN, (CEASED[CEASED.index("<SENneed>") : CEASED.index("</ActivePlans>")], "")),
        "SENneed",
    ),
    "need_ranks": (within(CLEAN, ("<SENtypeRank>2", "<SENtypeRank>1")), "SENtypeRank"),
    "need_twice": (within(CLEAN, ("<SENtype>SEMH", "<SENtype>ASD")), "SENtype"),
    "came_from_itself": (
        within(CLEAN, ("<ActivePlans>\n<PlacementDetail>\n<SENSetting>NEET",
                       "<ActivePlans>\n<TransferLA>885</TransferLA>\n<PlacementDetail>\n<SENSetting>NEET")),
        "TransferLA",
    ),
    "transfer_without_h": (
        within(CLEAN, ("<ActivePlans>", "<ActivePlans>\n<TransferLA>916</TransferLA>")),
        "TransferLA",
    ),
    "review_before_plan": (
        within(CLEAN, ("<ReviewMeeting>2025-11-10", "<ReviewMeeting>2025-04-10")),
        "ReviewMeeting",
    ),
    "review_decided_before_plan": (
        within(CLEAN, (REVIEWED, "<LastReview>2024-04-01</LastReview>\n")),
        "LastReview",
    ),
    "review_of_ceased_plan": (
        within(CLEAN, (CEASED, CEASED.replace("</ActivePlans>", f"{MEETING}</ActivePlans>"))),
        "ReviewMeeting",
    ),
    "review_outcome_missing": (
        within(CLEAN, ("<ReviewOutcome>A</ReviewOutcome>\n", "")),
        "ReviewOutcome",
    ),
    "review_decision_missing": (within(CLEAN, ("<LastReview>2025-12-01</LastReview>\n", "")), "LastReview"),
    "draft_without_amendment": (within(CLEAN, ("<ReviewOutcome>A", "<ReviewOutcome>M")), "ReviewDraft"),
    "phase_due_missing": (
        within(CLEAN, ("<PhaseTransferDueDate>2026-02-15</PhaseTransferDueDate>\n", "")),
        "PhaseTransferDueDate",
    ),
    "after_survey_day": (
        within(CLEAN, ("<PhaseTransferFinalDate>2026-01-12", "<PhaseTransferFinalDate>2026-01-16")),
        "PhaseTransferFinalDate",
    ),
    "left_after_survey_day": (
        within(CLEAN, ("<EntryDate>2023-09-01</EntryDate>",
                       "<EntryDate>2023-09-01</EntryDate>\n<LeavingDate>2026-03-31</LeavingDate>")),
        "LeavingDate",
    ),
    "reference_day": (within(CLEAN, ("<ReferenceDate>2026-01-15", "<ReferenceDate>2026-01-16")), "ReferenceDate"),
    "many_other_sources": (many(20, OPEN, ("<RequestSource>1", "<RequestSource>5")), "RequestSource"),
    "many_other_settings": (
        many(20, CEASED, ("<SENSetting>NEET</SENSetting>",
                          "<SENSetting>OTH</SENSetting>\n<SENSettingOther>abroad</SENSettingOther>")),
        "SENSetting",
    ),
    "many_other_reasons": (many(20, CEASED, ("<CeaseReason>4", "<CeaseReason>9")), "CeaseReason"),
    "many_exceptions": (
        many(40, PLAN, ("<Week20>0", "<Week20>1"),
             (PLAN[PLAN.index("<PlanDetail>\n<SENSetting>") : PLAN.index("<PB>")], "")),
        "Week20",
    ),
    "first_place_missing": (
        within(CLEAN, ("<PlanDetail>\n<URN>900001</URN>\n<PlacementRank>1</PlacementRank>\n</PlanDetail>\n", "")),
        "PlacementRank",
    ),
    "born_after_plan": (
        within(
            CLEAN, ("<ReceivedDate>2018-03-05</ReceivedDate>\n", ""), ("<StartDate>2018-07-20", "<StartDate>1998-07-20")
        ),
        "StartDate",
    ),
    "born_after_placement": (within(CLEAN, ("<EntryDate>2023-09-01", "<EntryDate>2004-09-01")), "EntryDate"),
    "miscased_element": (within(CLEAN, ("<RYA>0</RYA>", "<rya>0</rya>")), "rya"),
    "foreign_element": (within(CLEAN, ("<RYA>0", '<RYA xmlns="urn:x">0')), "RYA"),
    "name_form": (within(CLEAN, ("<Forename>Cai", "<Forename>1234")), "Forename"),
    "upn_authority": (within(CLEAN, ("<UPNunknown>UN9</UPNunknown>", "<UPN>F999400011000</UPN>")), "UPN"),
    "born_after_survey_day": (within(CLEAN, (OPEN, moved_away("2026-01-28"))), "PersonBirthDate"),
    "born_long_ago": (within(CLEAN, (OPEN, moved_away("1926-01-20"))), "PersonBirthDate"),
    "assessment_after_refusal": (
        within(CLEAN, (OPEN_STILL, AGREED.replace("<RequestOutcome>Y", "<RequestOutcome>N") + UNDER_WAY)),
        "Assessment",
    ),
    "plan_after_refusal": (within(CLEAN, ("<AssessmentOutcome>Y", "<AssessmentOutcome>N")), "NamedPlan"),
    "several_plans": (
        within(CLEAN, (PLAN_REQUEST, PLAN_REQUEST + ANOTHER_DAY)),
        "StartDate",
    ),
    "authority_not_known": (
        within(CLEAN, (CEASED, CEASED.replace("<ActivePlans>\n", "<ActivePlans>\n<TransferLA>999</TransferLA>\n"))),
        "TransferLA",
    ),
    "places_overlap": (within(CLEAN, ("<LeavingDate>2025-07-18", "<LeavingDate>2025-10-18")), "LeavingDate"),
    "first_placement_missing": (
        within(CLEAN, (f"{NEET}\n<PlacementRank>1", f"{NEET}\n<PlacementRank>2")), "PlacementRank",
    ),
    "placed_after_death": (
        within(CLEAN, ("<EntryDate>2023-09-01", "<EntryDate>2025-09-01"), ("<CeaseReason>4", "<CeaseReason>8")),
        "EntryDate",
    ),
    "decided_after_ceasing": (reviewed_then_ceased("C", "<LastReview>2025-12-20</LastReview>\n"), "LastReview"),
    "draft_after_ceasing": (
        reviewed_then_ceased("A", "<ReviewDraft>2025-09-20</ReviewDraft>\n<LastReview>2025-07-20</LastReview>\n"),
        "ReviewDraft",
    ),
    "phase_plan_after_ceasing": (
        reviewed_then_ceased(
            "A",
            "<PhaseTransferDueDate>2025-03-31</PhaseTransferDueDate>\n"
            "<PhaseTransferFinalDate>2025-09-20</PhaseTransferFinalDate>\n<LastReview>2025-07-20</LastReview>\n",
        ),
        "PhaseTransferFinalDate",
    ),
    "phase_due_far_ahead": (
        within(CLEAN, ("<PhaseTransferDueDate>2026", "<PhaseTransferDueDate>2126")),
        "PhaseTransferDueDate",
    ),
    "stray_text": (within(CLEAN, ("<ReceivedDate>2018-03-05", "hello <ReceivedDate>2018-03-05")), "Requests"),
}  # fmt: skip
"""For each rule a return in which that alone is wrong, and the element that it is found at."""
OF_OTHER_YEARS = {
    "doubtful_code": (
        within(CLEAN, ("<Year>2026", "<Year>2025"), ("<ReferenceDate>2026-01-15", "<ReferenceDate>2025-01-16")), 2025,
    ),
    "attendance_missing": (within(as_2023(CLEAN), ("<AttendancePattern>FT</AttendancePattern>\n", "")), 2023),
    "year_not_known": (CLEAN, 2027),
    "other_year": (CLEAN, 2025),
}  # fmt: skip


@pytest.mark.parametrize("text", [CLEAN, as_2023(CLEAN)])
def test_a_return_without_a_fault_has_no_finding(text: str):
    assert found(text) == []


@pytest.mark.parametrize("rule", FAULTS)
def test_each_rule_finds_the_fault_that_is_planted_for_it_and_nothing_else_does(rule: str):
    text, element = FAULTS[rule]
    assert found(text) == [(rule, element)]


def test_a_code_that_was_taken_once_is_asked_about_then_and_refused_later():
    doubtful = within(CLEAN, ("<Sex>F", "<Sex>U"))
    assert found(doubtful) == [("wrong_code", "Sex")]
    assert ("doubtful_code", "Sex") in found(doubtful, 2025)


def test_attendance_was_asked_in_2023_of_children_of_compulsory_school_age():
    text, _ = OF_OTHER_YEARS["attendance_missing"]
    assert found(text) == [("attendance_missing", "AttendancePattern")]


def test_a_collection_that_is_not_known_is_checked_as_the_last_that_is_and_that_is_said():
    told = [each for each in check_return(read(CLEAN), 2027) if each.rule == "year_not_known"]
    assert [each.right for each in told] == ["it was checked as one of 2026"]


def test_a_return_that_is_checked_as_another_collection_than_it_says_is_asked_about_and_nothing_else_is():
    assert found(moved(CLEAN, 2025).replace("<Year>2025", "<Year>2024"), 2025) == [("other_year", "Year")]


def test_every_rule_has_a_planted_fault():
    assert {*FAULTS, *OF_OTHER_YEARS, *OF_OTHER_FORMS} == set(rules())


OF_OTHER_FORMS = ("table_missing", "not_taken")
"""The rules of what no XML file can lack: see `test_other_forms.py`."""


def persons(text: str) -> list[str]:
    """The persons of a return."""
    return re.findall(r"<Person>\n.*?</Person>\n", text, re.DOTALL)


def moved(text: str, year: int) -> str:
    """The same of another collection: every day as many years earlier or later."""
    if year == 2023:
        return as_2023(text)
    text = re.sub(r"\d{4}(?=-\d\d-\d\d|</Year>)", lambda found: str(int(found[0]) + year - 2026), text)
    return text.replace(f"{year}-01-15", ReturnYear.of(year).survey)


def planted(rule: str) -> list[str]:
    """The persons that have the fault of a rule, by names of their own; where it is not about numbers, without one."""
    text = FAULTS[rule][0]
    some = [each for each in persons(text) if each not in persons(CLEAN)]
    found = persons(text) if rule.endswith("_twice") or not some else some
    named = "".join(found).replace("<Surname>", f"<Surname>{rule}, ")
    if rule not in BY_NUMBER:
        named = named.replace("<UPN>B801200005001</UPN>\n", "")
        named = named.replace("<UniqueLearnerNumber>9276308686</UniqueLearnerNumber>", "<UPNunknown>UN3</UPNunknown>")
    return persons(named)


BY_NUMBER = ("upn_check", "uln_check", "upn_twice", "uln_twice", "reason_beside_number")
OF_PERSONS = ("no_identifier", "reason_by_age", "reason_by_arrival", "person_twice", "postcode_missing",
              "postcode_form", "born_after_request", "missing_item", "wrong_code")  # fmt: skip
REST = [rule for rule in FAULTS if rule not in {*BY_NUMBER, *OF_PERSONS, "after_survey_day"}]
SAMPLES = {
    "2023": (2023, [*OF_PERSONS, BY_NUMBER[0]], "attendance_missing", "AttendancePattern"),
    "2025": (2025, [*REST[0::4], BY_NUMBER[1]], "doubtful_code", "Sex"),
    "2026": (2026, [*REST[1::4], BY_NUMBER[2], "after_survey_day"], "", ""),
    "2026, another": (2026, [*REST[2::4], BY_NUMBER[3]], "", ""),
    "2027": (2027, [*REST[3::4], BY_NUMBER[4]], "year_not_known", "Year"),
}
"""Five samples that together have the fault of every rule: of which collection, by which rules, and one of the year."""


@pytest.mark.parametrize("name", SAMPLES)
def test_five_samples_have_the_faults_of_every_rule_and_each_is_found_and_nothing_else(name: str):
    year, planned, of_year, element = SAMPLES[name]
    header = within(HEADER, ("2026-01-15", "2026-01-16")) if "reference_day" in planned else HEADER
    clean = persons(many(5, CEASED + OPEN))
    text = moved(header + "".join([*clean, *(each for rule in planned for each in planted(rule))]) + END, year)
    expected = [(rule, FAULTS[rule][1]) for rule in planned]
    if of_year:
        expected.append((of_year, element))
    if of_year == "attendance_missing":
        text = within(text, ("<AttendancePattern>FT</AttendancePattern>\n", ""))
    if of_year == "doubtful_code":
        text = within(text, ("<Sex>F", "<Sex>U"))
    assert found(text) == sorted(expected)


def test_the_five_samples_have_the_faults_of_every_rule():
    told = [rule for _, planned, of_year, _ in SAMPLES.values() for rule in (*planned, of_year) if rule]
    assert sorted([*told, *OF_OTHER_FORMS, "other_year"]) == sorted(rules())


def test_a_finding_says_whose_it_is_where_it_stands_and_what_is_right():
    text, _ = FAULTS["upn_check"]
    (each,) = check_return(read(text), None, {"upn_check": "1234Q"})
    assert each._fields == FIELDS_OF_FINDING
    assert (each.severity, each.person, each.value, each.dfe) == ("error", "Ashlake, Ada", "A801200005001", "1234Q")
    assert text.splitlines()[each.line - 1] == "<UPN>A801200005001</UPN>"
    assert each.case_id == "A801200005001"
    assert "UPN" in each.right


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<RequestMediation>0</RequestMediation>\n", ""),
        ("<URN>900001</URN>", "<URN>900001</URN>\n<UKPRN>19990001</UKPRN>"),
        ("<LastReview>2025-12-01", "<LastReview>2025-11-10"),
        ("<Week20>0", "<Week20>false"),
        ("<Week20>0", "<Week20>0.0"),
        ("<SENSetting>OTH", "<SENSetting>EYP"),
        ("<ReceivedDate>2018-03-05</ReceivedDate>\n", ""),
    ],
)
def test_what_is_merely_not_required_or_written_another_way_is_never_an_error(old: str, new: str):
    errors = [each for each in check_return(read(within(CLEAN, (old, new)))) if each.severity == "error"]
    assert errors == []


def test_the_setting_is_taken_as_either_spelling():
    other = CLEAN.replace("SENSetting>", "SENsetting>")
    assert found(other) == []


@pytest.mark.parametrize(("year", "misplaced"), [("2024", ["LastReview"]), ("2025", []), ("2026", ["LastReview"])])
def test_the_last_review_stands_last_and_in_2025_behind_the_meeting_as_well(year: str, misplaced):
    behind = within(
        CLEAN,
        ("<LastReview>2025-12-01</LastReview>\n", ""),
        ("</ReviewMeeting>\n", "</ReviewMeeting>\n<LastReview>2025-12-01</LastReview>\n"),
        ("<Year>2026", f"<Year>{year}"),
    )
    told = [each for each in check_return(read(behind)) if each.rule == "misplaced_element"]
    assert [each.element for each in told] == misplaced
    assert all(behind.splitlines()[each.line - 1].startswith("<LastReview>") for each in told)
    in_place = within(CLEAN, ("<Year>2026", f"<Year>{year}"))
    assert [each for each in check_return(read(in_place)) if each.rule == "misplaced_element"] == []


OUTCOME = "<ReviewOutcome>A</ReviewOutcome>\n"
COMES_LATER = "<ReceivedDate>2025-11-04"


@pytest.mark.parametrize(
    "changes",
    [
        [(OUTCOME, ""), ("<LastReview>2025-12-01", "<LastReview>2025-06-01")],
        [(OUTCOME, ""), ("<LastReview>2025-12-01", "<LastReview>2025-06-01"),
         ("<ReviewDraft>2025-12", "<ReviewDraft>2025-06")],
        [("<ReviewMeeting>2025-11-10", "<ReviewMeeting>2025-12-01")],
        [("<PhaseTransferDueDate>2026", "<PhaseTransferDueDate>2025")],
        [("<PhaseTransferFinalDate>2026-01-12", "<PhaseTransferFinalDate>2025-05-20")],
        [(OPEN_REQUEST, OPEN_REQUEST + OPEN_REQUEST.replace("<ReceivedDate>2025-11-03", COMES_LATER))],
        [("<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>\n", ""),
         (PLAN[PLAN.index("<NamedPlan>") : PLAN.index("</Assessment>")], ""),
         (PLAN[PLAN.index("<ActivePlans>") : PLAN.index("</Requests>")], "")],
    ],
)  # fmt: skip
def test_what_a_return_may_lawfully_hold_of_reviews_requests_and_plans_is_not_asked_about(changes):
    assert found(within(CLEAN, *changes)) == []


def test_a_review_without_its_meeting_is_asked_about_where_there_is_a_place_for_it_and_it_is_the_authority_s_own():
    came = ("<ActivePlans>\n<PlacementDetail>", "<ActivePlans>\n<TransferLA>916</TransferLA>\n<PlacementDetail>")
    for changes in ([(MEETING, ""), came], [(MEETING, ""), ("<LastReview>2025", "<LastReview>2024")]):
        assert "review_meeting_missing" not in {rule for rule, _ in found(within(CLEAN, *changes))}
    assert ("review_meeting_missing", "ReviewMeeting") in found(
        within(CLEAN, (MEETING, ""), ("<LastReview>2025-12-01</LastReview>\n", ""))
    )
    assert "review_meeting_missing" not in {rule for rule, _ in found(moved(within(CLEAN, (MEETING, "")), 2024))}


def test_of_a_second_plan_nothing_is_taken_and_nothing_else_is_found():
    plan = PLAN[PLAN.index("<NamedPlan>") : PLAN.index("</Assessment>")]
    text = within(CLEAN, (plan, plan + plan))
    assert found(text) == [("repeated_element", "NamedPlan")]
    (first, *_) = read(text).requests
    assert len(first.plan_details) == 2
    assert ["nothing of this one was taken" in str(each) for each in read(text).refused] == [True]


def test_a_day_that_is_none_is_found_as_that_alone():
    assert found(within(CLEAN, ("<StartDate>2025-05-20", "<StartDate>2025-05-20T00:00:00"))) == [
        ("wrong_value", "StartDate")
    ]
    assert found(within(CLEAN, ("<AssessmentOutcomeDate>2025-05-20", "<AssessmentOutcomeDate>20/05/2025"))) == [
        ("wrong_value", "AssessmentOutcomeDate")
    ]


@pytest.mark.parametrize("source", ["send-tool", "safeguarding-dataset"])
def test_a_form_without_a_place_for_meetings_is_not_asked_for_them(source: str):
    told = list(check_return(read_return(ROOT / "examples" / "sources" / source, ReturnColumns()), 2026))
    assert told
    assert "review_meeting_missing" not in {each.rule for each in told}


def test_the_plan_of_before_a_new_assessment_is_not_taken_for_one_of_the_year():
    text = within(
        CLEAN,
        ("<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>\n", ""),
        ("<StartDate>2025-05-20", "<StartDate>2023-05-20"),
    )
    assert {rule for rule, _ in found(text)} == {"plan_before_request", "plan_before_decision"}


@pytest.mark.parametrize("before", ["<Persons>", "<Person>", "</Persons>", "</Message>", "<Header>"])
def test_an_element_around_the_rows_that_a_return_does_not_have_is_found_once_with_its_line(before: str):
    text = within(CLEAN, (before, f"<Foo>\n<Bar>x</Bar>\n</Foo>\n{before}"))
    (each,) = check_return(read(text))
    assert (each.rule, each.element, each.case_id) == ("unknown_element", "Foo", "")
    assert text.splitlines()[each.line - 1] == "<Foo>"


REQUEST = OPEN[OPEN.index("<Requests>") : OPEN.index("</Person>")]
HEAD = HEADER[HEADER.index("<Header>") : HEADER.index("<Persons>")]


@pytest.mark.parametrize(
    ("changes", "rule", "element", "right"),
    [
        ([("<Persons>", f"<Persons>\n{REQUEST}")], "astray_element", "Requests", "Person"),
        ([("</Persons>", f"{REQUEST}</Persons>")], "astray_element", "Requests", "Person"),
        ([("</Persons>", "</Persons>\n<Persons></Persons>")], "repeated_element", "Persons", "keep one"),
        ([(HEAD, ""), ("</Persons>", f"</Persons>\n{HEAD}")], "misplaced_element", "Header", "Header Persons"),
        ([("</Header>", "</Header>\n<Source></Source>")], "astray_element", "Source", "Header"),
        ([("</Source>", "</Source>\n<Source></Source>")], "repeated_element", "Source", "keep one"),
        ([("<Source>", "</CollectionDetails><CollectionDetails></CollectionDetails><Source>"),
          ("</CollectionDetails>\n", "")], "repeated_element", "CollectionDetails", "keep one"),
        ([("<DSCO>R</DSCO>\n</Source>", "</Source>\n<DSCO>R</DSCO>")], "astray_element", "DSCO", "Source"),
        ([("</CollectionDetails>\n<Source>", "<SourceLevel>L</SourceLevel>\n</CollectionDetails>\n<Source>"),
          ("<Source>\n<SourceLevel>L</SourceLevel>", "<Source>")], "astray_element", "SourceLevel", "Source"),
        ([("<SourceLevel>L", "<sourcelevel>L"), ("L</SourceLevel>", "L</sourcelevel>")], "miscased_element",
         "sourcelevel", "SourceLevel"),
        ([("<Message>", '<Message xmlns="urn:x">')], "foreign_element", "Message", "prefix"),
        ([("<LEA>885", "<LEA>999")], "authority_not_known", "LEA", "XXX"),
    ],
)  # fmt: skip
def test_what_stands_around_the_rows_is_found_where_it_does_not_belong(changes, rule, element, right):
    (each,) = check_return(read(within(CLEAN, *changes)))
    assert (each.rule, each.element, each.case_id) == (rule, element, "")
    assert right in each.right


def test_a_request_outside_of_every_person_is_nobodys_and_is_not_taken_for_that_of_the_one_before():
    records = read(within(CLEAN, ("</Persons>", f"{REQUEST}</Persons>")))
    assert len(records.requests) == 3
    assert [(each.column, "in no Person" in each.expected) for each in records.refused] == [("Requests", True)]


def test_a_plan_from_another_authority_may_be_older_than_its_request():
    text = within(
        CLEAN,
        ("<ReceivedDate>2018-03-05", "<ReceivedDate>2025-03-05"),
        ("<ActivePlans>\n<PlacementDetail>\n<SENSetting>NEET",
         "<ActivePlans>\n<TransferLA>XXX</TransferLA>\n<PlacementDetail>\n<SENSetting>NEET"),
    )  # fmt: skip
    assert found(text) == []


def test_findings_stand_by_rule_errors_first_and_the_frequent_before_the_rare():
    text = within(
        CLEAN,
        ("<PostCode>ZZ3 3DD</PostCode>\n", ""),
        ("<PostCode>ZZ2 2BB</PostCode>\n", ""),
        ("<Week20>0</Week20>\n", ""),
        ("<Ethnicity>AIND", "<Ethnicity>XXXX"),
    )
    assert list(by_rule(check_return(read(text)))) == ["wrong_code", "postcode_missing", "week20_missing"]


def test_numbers_of_the_department_come_from_a_table(tmp_path):
    table = tmp_path / "numbers.csv"
    table.write_text("Rule,DfE\nupn_check,2010Q\nuln_check,\n")
    assert read_numbers(table) == {"upn_check": "2010Q"}
    table.write_text("Rule,DfE\nuln_check,1\nupn_chek,2010Q\n")
    with pytest.raises(SourceError, match=r"numbers.csv: line 3: .*upn_chek.*did you mean.*upn_check"):
        read_numbers(table)
    table.write_text("Rule,DfE\nupn_check,2010Q\nuln_check,\nupn_check,2010Q\nupn_check,2011Q\n")
    with pytest.raises(SourceError, match=r"numbers.csv: line 5: the rule upn_check has the number 2010Q already"):
        read_numbers(table)
    table.write_text("Rule,Number\nupn_check,2010Q\n")
    with pytest.raises(SourceError, match="no column dfe"):
        read_numbers(table)


@given(st.data())
def test_a_damaged_return_is_checked_or_refused_and_never_anything_else(data):
    lines = CLEAN.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.sampled_from(["", *lines, "<URN></URN>", "<Person>", "&"]))
    text = "\n".join([*lines[:at], other, *lines[at + 1 :]])
    try:
        records = read_return(io.BytesIO(text.encode()), ReturnColumns(), name="return.xml")
        told = list(check_return(records, 2026))
    except EhcpFlowError:
        return
    assert all(each.rule in rules() for each in told)


@pytest.mark.parametrize("day", ["0024-07-19", "2014-04-30"])
def test_a_plan_that_is_older_than_the_child_is_an_error_with_and_without_the_day_of_the_request(day: str):
    early = ("<StartDate>2025-05-20", f"<StartDate>{day}")
    for text in (within(CLEAN, early), within(CLEAN, early, ("<ReceivedDate>2025-01-08</ReceivedDate>\n", ""))):
        (odd,) = [each for each in check_return(read(text)) if each.rule == "born_after_plan"]
        assert (odd.severity, odd.element, odd.value) == ("error", "StartDate", day)
        assert odd.line == text.splitlines().index(f"<StartDate>{day}</StartDate>") + 1
    assert "born_after_plan" not in {rule for rule, _ in found(within(CLEAN, (early[0], "<StartDate>2014-05-01")))}


@pytest.mark.parametrize(
    ("before", "element", "behind"),
    [
        ("<ReceivedDate>2025-01-08", "Requests", False), ("</Requests>", "Requests", False),
        ("</Persons>", "Persons", False), ("<Person>", "Persons", False), ("<Year>", "CollectionDetails", False),
        ("</Header>", "Header", False), ("<SENtype>ASD", "SENneed", False),
        ("<AssessmentOutcome>Y", "Assessment", True), ("</Message>", "Message", True),
        ("<Surname>Ashlake", "Person", True),
    ],
)  # fmt: skip
def test_text_between_elements_is_found_with_the_line_on_which_it_begins(before: str, element: str, behind: bool):
    word = "a word\n\n" if behind else "a word "
    text = CLEAN.replace(before, word + before, 1)
    (odd,) = check_return(read(text))
    line = next(at for at, said in enumerate(text.splitlines(), 1) if said.startswith("a word"))
    assert (odd.rule, odd.severity, odd.element, odd.line) == ("stray_text", "error", element, line)


@pytest.mark.parametrize(
    ("element", "moves"),
    [
        ("Exported", [("<ReceivedDate>2025-11-03", "<Exported>XXX</Exported>\n<ReceivedDate>2025-11-03")]),
        ("PB", [("<PB>1</PB>\n", ""), ("<StartDate>2025-05-20", "<PB>1</PB>\n<StartDate>2025-05-20")]),
        ("DMO", [("<DMO>Y</DMO>\n", ""), ("<SourceLevel>", "<DMO>Y</DMO>\n<SourceLevel>")]),
    ],
)
def test_of_elements_out_of_order_the_fewest_are_told_that_are_to_be_moved(element: str, moves):
    told = [each for each in check_return(read(within(CLEAN, *moves))) if each.rule == "misplaced_element"]
    assert [each.element for each in told] == [element]
    assert within(CLEAN, *moves).splitlines()[told[0].line - 1].startswith(f"<{element}>")


@pytest.mark.parametrize("yes", ["1", "true", "True", "TRUE", "1.0"])
@pytest.mark.parametrize("no", ["0", "false", "False", "FALSE", "0.0"])
def test_a_flag_is_one_however_it_is_written(yes: str, no: str):
    without = within(CLEAN, ("<PB>1", f"<PB>{no}"))
    assert found(without) == [("payment_without_budget", "DP")]
    asked = within(CLEAN, ("<RequestMediation>0", f"<RequestMediation>{yes}"))
    assert found(asked) == [("request_mediation_without_refusal", "RequestMediation")]
    reversed_ = within(FAULTS["plan_after_refusal"][0], ("<AssessmentTribunal>0", f"<AssessmentTribunal>{yes}"))
    assert found(reversed_) == []


def test_a_survey_day_far_away_is_a_slip_and_moves_no_limit():
    text = within(
        CLEAN, ("<ReferenceDate>2026", "<ReferenceDate>2099"), ("<ReviewMeeting>2025-11", "<ReviewMeeting>2098-11")
    )
    assert ("after_survey_day", "ReviewMeeting") in found(text)


def test_the_numbers_of_authorities_are_those_of_the_departments_tables():
    tables = (ROOT / "ehcp_flow" / "measures" / "data" / "dfe.csv").read_text().splitlines()
    assert authorities() == {row[3] for row in csv.reader(tables) if len(row) > 3 and re.fullmatch(r"[0-9]{3}", row[3])}
    assert authorities() < authorities(of_upns=True)
    assert {"001", "660", "875"} <= authorities(of_upns=True) - authorities()


@pytest.mark.parametrize(
    ("placed", "told"),
    [
        (("2025-07-18", "2025-09-02"), []),
        (("2025-09-02", "2025-09-02"), []),
        (("2025-09-03", "2025-09-02"), [("places_overlap", "LeavingDate")]),
    ],
)
def test_a_placement_that_begins_on_the_day_on_which_the_one_before_is_left_does_not_overlap(placed, told):
    left, begun = placed
    text = within(
        CLEAN, ("<LeavingDate>2025-07-18", f"<LeavingDate>{left}"), ("<EntryDate>2025-09-02", f"<EntryDate>{begun}")
    )
    assert found(text) == told


def test_what_may_follow_the_end_of_a_plan_is_not_asked_about():
    assert found(within(CLEAN, ("<EntryDate>2023-09-01", "<EntryDate>2025-09-01"))) == []
    moved_on = within(FAULTS["decided_after_ceasing"][0], ("<CeaseReason>4", "<CeaseReason>5"))
    assert found(moved_on) == []


def test_an_xml_return_whose_only_person_has_no_request_is_told_of_the_request_alone():
    person = OPEN[: OPEN.index("<Requests>")] + "</Person>\n"
    assert found(HEADER + person + END) == [("person_without_request", "Requests")]
