"""A return out of facts: whose cases a collection asks for, person by person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ehcp_flow.bulk.told_cases import ToldCase
from ehcp_flow.conversion.returns import RequestRecords, ReturnRecords, ReturnRow
from ehcp_flow.errors import InputError, RowRefused
from ehcp_flow.measures.figures import BORN
from ehcp_flow.sen2.month_days import days_by_month, note_of_months
from ehcp_flow.sen2.persons import ANSWERS, NOT_OF_XML, Persons, other_birth
from ehcp_flow.sen2.request_rows import requests_of
from ehcp_flow.sen2.return_year import ReturnYear, day_after

__all__ = ["ReturnMade", "header_of_return", "make_return"]

SOFTWARE: Final = "ehcp_flow"
_TOLD: Final = 12
"""Of how many places that are left out it is told which they are."""


@dataclass
class ReturnMade:
    """A return that was made: its rows, and the cases that are in it and have no person.

    `refused` are the rows of the persons file that the facts contradict.
    """

    records: ReturnRecords
    nobody: list[str] = field(default_factory=list)
    refused: list[RowRefused] = field(default_factory=list)
    authorities: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def persons(self) -> Iterator[Sequence[RequestRecords]]:
        """Yield the requests of one person after another."""
        found: list[RequestRecords] = []
        for request in self.records.requests:
            if found and found[0].place != request.place:
                yield found
                found = []
            found.append(request)
        if found:
            yield found


def make_return(cases: Iterable[ToldCase], persons: Persons, year: ReturnYear) -> ReturnMade:
    """Return the return of a year: persons in the order of their file, requests in that of their cases.

    A case whose person the file does not have is left out, and named: no birth date and no number is made up. So is one
    of which the file says another birth date than its facts do: the row is refused.
    """
    made = ReturnMade(ReturnRecords(SOFTWARE, "xml"))
    asked: dict[str, list[RequestRecords]] = {}
    kinds = 0
    months: list[str] = []
    left_out: list[str] = []
    later: list[str] = []
    for case in cases:
        no_code: list[str] = []
        found = list(requests_of(case, year, no_code, later))
        if not found:
            continue
        made.authorities[case.authority] = made.authorities.get(case.authority, 0) + 1
        if case.case_id not in persons.by_case:
            made.nobody.append(case.case_id)
            continue
        odd = other_birth(persons, case.case_id, [fact.on for fact in case.facts if fact.event == BORN])
        if odd is not None:
            made.refused.append(odd)
            made.nobody.append(case.case_id)
            continue
        for request in found:
            request.case_id = case.case_id
            if any(NOT_OF_XML.search(text) for row in _places(request) for text in row.values.values()):
                made.notes.append(
                    f"case {case.case_id}: what is said of a setting holds a character that no XML file can hold, "
                    "written without it"
                )
            months += days_by_month(case, request)
            kinds += sum(row.values.get("SENSetting") == "OTH" for row in request.placements)
        asked[case.case_id] = found
        left_out += no_code
    rows = made.records
    rows.has = {"persons", "requests"}
    known: dict[object, list[RequestRecords]] = {}
    for case_id, person in persons.by_case.items():
        for request in asked.get(case_id, ()):
            mine = known.setdefault(person.key, [])
            request.person = mine[0].person if mine else person.row(year.specification)
            mine.append(request)
    for place, requests in enumerate(known.values(), 1):
        for request in requests:
            request.place = str(place)
            rows.requests.append(request)
    made.notes += [*_of_later(year, later), *_notes(year, left_out, months, kinds)]
    return made


def _of_later(year: ReturnYear, cases: Sequence[str]) -> Iterator[str]:
    """Yield how many plans began between the year and survey day, which the return does not tell, and of whom."""
    if cases:
        some = ", ".join(cases[:_TOLD]) + (f" and {len(cases) - _TOLD:,} more" if cases[_TOLD:] else "")
        yield (
            f"{len(cases):,} plan(s) that were made or came from {day_after(year.last)} to {year.survey} are not told: "
            f"plans are those of {year.last} (one that was agreed by then has its outcome without a day): {some}"
        )


def _notes(year: ReturnYear, left_out: Sequence[str], months: Sequence[str], kinds: int) -> Iterator[str]:
    """Yield what is to be said of places without a code, of days known to their month, and of kinds of place alone."""
    if left_out:
        some = ", ".join(left_out[:_TOLD]) + (f" and {len(left_out) - _TOLD:,} more" if left_out[_TOLD:] else "")
        lacks = f"the return of {year.year} has no such code there"
        yield f"warning: {len(left_out):,} place(s) are left out, for {lacks}: {some}"
    if months:
        yield note_of_months(months)
    if kinds:
        yield (
            f"{kinds:,} placement(s) are written as OTH, of a kind alone among them: a URN, a UKPRN or another code "
            "says more (the particular placement)"
        )


def _places(request: RequestRecords) -> Sequence[ReturnRow]:
    """Return the rows of a request that hold words of the authority's own."""
    return [row for row in (*request.plan_details, *request.placements) if "SENSettingOther" in row.values]


def header_of_return(
    year: ReturnYear, authority: str, officers: Mapping[str, str], *, release: str, serial: str, written: str
) -> dict[str, str]:
    """Return the header of a return. `officers` are the answers for DMO, DCO and DSCO: Y, N or R.

    Raises InputError where one that the year must have is missing, or is no answer: the Department publishes them.
    """
    found = {
        "Collection": "SEN2", "Year": str(year.year), "ReferenceDate": year.survey, "SourceLevel": "L",
        "LEA": authority, "SoftwareCode": SOFTWARE, "Release": release, "SerialNo": serial, "DateTime": written,
    }  # fmt: skip
    for item, first in (("DMO", 2023), ("DCO", 2023), ("DSCO", 2026)):
        answer = officers.get(item, "")
        if not answer and first <= year.specification:
            raise InputError(
                f"nobody said whether there is a {item} (designated officer): the Department publishes the answer, so "
                f"it is never guessed; give --{item.lower()} Y, N or R (recruiting)"
            )
        if answer and answer not in ANSWERS:
            raise InputError(f"{item} is {answer!r}; write Y, N or R (recruiting)")
        found[item] = answer
    return found
