"""A made-up council: its return of each year fits the schema, has no error, comes back, and gives the same figures."""

from __future__ import annotations

import io

import pytest
from lxml import etree

import ehcp_flow as ef
from ehcp_flow.bulk.told_cases import ToldCases
from ehcp_flow.case import group_cases
from ehcp_flow.conversion import ReturnColumns, cases_of, read_return, rows_of_return
from ehcp_flow.readers import read_cases
from ehcp_flow.readers.persons_file import persons_file
from ehcp_flow.reports.return_workbook import write_return_workbook
from ehcp_flow.sen2 import (
    ReturnYear,
    check_return,
    header_of_return,
    make_return,
    persons_of,
    read_persons,
    schema_of,
    write_xml,
)
from ehcp_flow.synth import write_synth
from tests.sen2.made_returns import CEASED, CLEAN, read

YEARS = (2023, 2024, 2025, 2026)
OFFICERS = {"DMO": "Y", "DCO": "Y", "DSCO": "R"}


def made_from(cases, persons, year: ReturnYear):
    return make_return(ToldCases(cases, list(year.periods()), as_of=year.survey), read_persons(persons), year)


def as_xml(made, year: ReturnYear) -> bytes:
    file = io.BytesIO()
    header = header_of_return(year, "885", OFFICERS, release="1", serial="001", written="2026-02-03T10:30:00")
    write_xml(file, header, made.persons(), year.specification)
    return file.getvalue()


@pytest.fixture(scope="module", params=YEARS)
def returned(request, tmp_path_factory):
    """The return of a council of 400 cases, as it was made, as XML, and its year."""
    folder = tmp_path_factory.mktemp("council")
    year = ReturnYear.of(request.param)
    facts, persons = folder / "council.csv", folder / "persons.csv"
    write_synth(facts, 400, 31, authority="885", as_of=year.survey, persons=persons)
    cases = list(read_cases(facts).values())
    made = made_from(cases, persons, year)
    return made, as_xml(made, year), year, folder


def test_a_return_fits_the_schema_of_its_year(returned):
    _, text, year, _ = returned
    etree.XMLSchema(etree.XML(schema_of(year.year).encode())).assertValid(etree.XML(text))


def test_a_return_of_ours_has_no_error(returned):
    made, text, _, _ = returned
    records = read_return(io.BytesIO(text), ReturnColumns(), name="return.xml")
    assert len(records.requests) == len(made.records.requests) > 250
    assert [each for each in check_return(records) if each.severity == "error"] == []


def test_what_is_made_of_a_return_makes_the_same_return(returned):
    _, text, year, folder = returned
    records = read_return(io.BytesIO(text), ReturnColumns(), name="return.xml")
    cases = cases_of(rows_of_return(records, ReturnColumns()))
    assert not cases.refused
    whose = folder / "whose.csv"
    whose.write_text(persons_file(persons_of(records)), newline="")
    again = made_from(list(cases.values()), whose, year)
    assert as_xml(again, year) == text


def test_the_template_says_the_same(returned):
    made, text, year, folder = returned
    header = header_of_return(year, "885", OFFICERS, release="1", serial="001", written="2026-02-03T10:30:00")
    book = folder / "return.xlsx"
    write_return_workbook(str(book), made.records, header, year.specification, as_of=year.survey_date)
    by_form = [
        cases_of(rows_of_return(read_return(source, ReturnColumns()), ReturnColumns()))
        for source in (io.BytesIO(text), book)
    ]
    first, second = (
        {case_id: sorted(map(repr, case.recorded)) for case_id, case in cases.items()} for cases in by_form
    )
    assert first == second
    assert [each for each in check_return(read_return(book, ReturnColumns())) if each.severity == "error"] == []


def test_no_name_no_number_and_no_birth_is_among_the_facts_of_a_return(returned):
    _, text, _, _ = returned
    records = read_return(io.BytesIO(text), ReturnColumns(), name="return.xml")
    rows = rows_of_return(records, ReturnColumns())
    told = {value for row in rows.cells() for name, value in row.items() if name not in {"case_id", "fact_id"}}
    for request in records.requests:
        person = request.person.values if request.person is not None else {}
        assert not told & {person.get(name) for name in ("Surname", "PostCode", "UPN", "UniqueLearnerNumber")}
    assert "date_of_birth" not in told


def test_the_same_council_says_the_same_one_case_at_a_time_and_in_any_order_of_rows(tmp_path):
    year = ReturnYear.of(2026)
    facts, persons = tmp_path / "council.csv", tmp_path / "persons.csv"
    write_synth(facts, 60, 5, authority="885", as_of=year.survey, persons=persons)
    whole = as_xml(made_from(list(read_cases(facts).values()), persons, year), year)
    lines = facts.read_text().splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    every = [fact for case in read_cases(turned).values() for fact in case.recorded]
    assert as_xml(made_from(list(group_cases(every).values()), persons, year), year) == whole
    assert as_xml(made_from(facts, persons, year), year) == whole


def test_what_another_authority_decided_on_a_review_before_the_plan_came_here_comes_back(tmp_path):
    place = "<PlacementDetail>\n<SENSetting>NEET"
    review = (
        "<ReviewMeeting>2025-01-10</ReviewMeeting>\n<ReviewOutcome>A</ReviewOutcome>\n"
        "<ReviewDraft>2025-02-03</ReviewDraft>\n<LastReview>2025-01-31</LastReview>\n"
    )
    person = CEASED.replace("<ReceivedDate>2018-03-05", "<ReceivedDate>2025-03-05")
    person = person.replace(f"<ActivePlans>\n{place}", f"<ActivePlans>\n<TransferLA>916</TransferLA>\n{place}")
    person = person.replace("</SENneed>\n</ActivePlans>", f"</SENneed>\n{review}</ActivePlans>")
    person = person.replace("<CeaseDate>2025-08-31</CeaseDate>\n<CeaseReason>4</CeaseReason>\n", "")
    year = ReturnYear.of(2026)
    records = read(CLEAN.replace(CEASED, person))
    cases = cases_of(rows_of_return(records, ReturnColumns()))
    whose = tmp_path / "whose.csv"
    whose.write_text(persons_file(persons_of(records)), newline="")
    for door in (list(cases.values()), [fact for case in cases.values() for fact in case.recorded]):
        again = read(as_xml(made_from(door, whose, year), year).decode())
        (plan,) = [
            each.active_plan.values
            for each in again.requests
            if each.active_plan and each.person and each.person.values["Surname"] == "Brookmoor"
        ]
        assert {name: value for name, value in plan.items() if name.startswith(("Review", "Last"))} == {
            "ReviewMeeting": "2025-01-10", "ReviewOutcome": "A", "ReviewDraft": "2025-02-03",
            "LastReview": "2025-01-31",
        }  # fmt: skip
    (row,) = ef.measure(cases, year=2025, by=(), as_of="2026-01-15")
    assert (row["review_decisions_within_4_weeks"], row["review_decisions_over_4_weeks"]) == (1, 0)


def test_the_plan_of_a_phase_transfer_comes_back_whichever_day_of_the_month_the_transfer_is_taken_to_be(tmp_path):
    text = CLEAN.replace("<PhaseTransferFinalDate>2026-01-12", "<PhaseTransferFinalDate>2025-09-29")
    text = text.replace("<StartDate>2025-05-20", "<StartDate>2024-05-20").replace(
        "<AssessmentOutcome>Y</AssessmentOutcome>\n<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>",
        "<AssessmentOutcome>H</AssessmentOutcome>", 1,
    )  # fmt: skip
    year = ReturnYear.of(2026)
    records = read(text)
    cases = cases_of(rows_of_return(records, ReturnColumns()))
    whose = tmp_path / "whose.csv"
    whose.write_text(persons_file(persons_of(records)), newline="")
    again = as_xml(made_from(list(cases.values()), whose, year), year)
    assert b"<PhaseTransferFinalDate>2025-09-29" in again


def test_no_plan_of_a_made_up_council_is_older_than_its_child(tmp_path):
    facts = tmp_path / "council.csv"
    write_synth(facts, 400, 31, authority="885", as_of="2026-01-15", particulars=True)
    came = 0
    for case in read_cases(facts).values():
        born = min(fact.on for fact in case.recorded if fact.event == "date_of_birth")
        made = [day for fact in case.recorded if (day := fact.day("made_on")) is not None]
        assert all(born < each for each in made)
        came += bool(made)
    assert came > 5
