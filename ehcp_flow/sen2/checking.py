"""A return, ours or anybody's, checked by the rules: structure, values, what one item asks of another, the whole."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

from ehcp_flow.conversion.returns import (
    Item,
    OddElement,
    RequestRecords,
    ReturnRecords,
    ReturnRow,
    authorities,
    belongs_in,
    forms,
    is_true_number,
    name_cases,
    right_name,
    right_value,
    tables,
    value_is_taken,
    values_as_xml,
)
from ehcp_flow.dates import school_year_begun
from ehcp_flow.sen2.data_checks import check_by_data
from ehcp_flow.sen2.return_rules import ReturnFinding, rules
from ehcp_flow.sen2.return_year import ReturnYear
from ehcp_flow.sen2.seen_request import BELOW_PERSON, SeenRequest, age_on, as_date, holds, home, line_of
from ehcp_flow.sen2.sense_checks import IN_WORDS, check_days, check_places, check_sense, check_twice

__all__ = ["check_return"]

_YES: Final = ("1", "true", "1.0")
_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}")
_SIX, _TOO_OLD, _LAST_AGE = 6, 25, 26
_LONGEST_NAME: Final = 100
_WEEK: Final = dt.timedelta(days=7)
_ENOUGH: Final = 10
"""How many there have to be before a share of them is asked about."""


def check_return(
    records: ReturnRecords, year: int | None = None, numbers: Mapping[str, str] | None = None
) -> Iterator[ReturnFinding]:
    """Yield what is found of a return: of its header, person by person, then of the whole.

    `year` is the collection, where the return does not say it or another is meant; `numbers` are the Department's
    numbers by rule. Raises RangeError for a year without a collection of persons.
    """
    name_cases(records)
    days = ReturnYear.of(year or records.year or dt.date.min.year)
    checking = _Checking(records, days, numbers or {})
    yield from checking.header()
    for requests in _by_person(records):
        yield from checking.person(requests)
    yield from checking.alone()
    yield from checking.across()


def _by_person(records: ReturnRecords) -> Iterator[Sequence[RequestRecords]]:
    found: dict[str, list[RequestRecords]] = {}
    for request in records.requests:
        found.setdefault(request.place, []).append(request)
    yield from found.values()


@cache
def _needed(table: str, year: int) -> Sequence[Item]:
    return tuple(item for item in tables()[table].items if item.is_needed(year) and not item.blank)


class _Checking:
    """One pass over a return."""

    def __init__(self, records: ReturnRecords, days: ReturnYear, numbers: Mapping[str, str]) -> None:
        self.records = records
        self.days = days
        self.year = days.specification
        self.numbers = numbers
        self.is_xml = records.form == "xml"
        self.good: dict[str, set[str]] = {}
        reference = records.header.get("ReferenceDate", "")
        # A survey day of the same month may have been another one; one of another year is a slip.
        is_near = reference[:7] == days.survey[:7] and value_is_taken(_REFERENCE, reference, self.year)
        self.survey = max(days.survey, reference if is_near else "")
        self.odd: dict[str, list[OddElement]] = {}
        for each in records.odd:
            self.odd.setdefault(each.place, []).append(each)
        self.counts: Counter[str] = Counter()
        self.numbers_met: dict[tuple[str, str], list[ReturnRow]] = {}
        self.names_met: dict[tuple[str, str, str], list[RequestRecords]] = {}

    def found(  # noqa: PLR0913 - what a finding says
        self,
        rule: str,
        element: str = "",
        *,
        line: int = 0,
        value: str = "",
        case_id: str = "",
        person: ReturnRow | None = None,
        other: str = "",
        right: str = "",
        table: str = "",
    ) -> ReturnFinding:
        """Return a finding of a rule."""
        known = rules()[rule]
        name = "" if person is None else _called(person)
        says = known.says.format(other=other, value=value)
        told = known.right.format(right=right, value=value)
        number = self.numbers.get(rule, "")
        element = element or known.element
        file = self.records.files.get(table or known.table or home(element), self.records.name)
        return ReturnFinding(rule, known.severity, case_id, name, element, line, value, says, told, number, file)

    def header(self) -> Iterator[ReturnFinding]:
        """Yield what is wrong with the header, and with what stands outside of every person."""
        records, year = self.records, self.year
        values = values_as_xml("header", records.header, records.form)
        row = ReturnRow(dict(values), records.name, 0, records.header_lines)
        for each in self.odd.get("", ()):
            yield self._of_odd(each)
        for table in forms()[records.form].needs:
            if table not in records.has and not self.is_xml:
                yield self.found("table_missing", tables()[table].element)
        yield from self._not_taken()
        if self.is_xml or "header" in records.has:
            yield from self._values("header", row, self.found)
        given = values.get("ReferenceDate", "")
        if given and given != self.days.survey:
            line = row.lines.get("ReferenceDate", 0)
            yield self.found("reference_day", line=line, value=given, right=self.days.survey)
        if records.year not in (None, self.days.year):
            line = row.lines.get("Year", 0)
            yield self.found("other_year", line=line, value=str(records.year), right=str(self.days.year))
        given = values.get("LEA", "")
        if given.isdecimal() and given not in authorities():
            line = row.lines.get("LEA", 0)
            yield self.found("authority_not_known", "LEA", line=line, value=given, table="header")
        if self.days.year != year:
            yield self.found(
                "year_not_known", line=row.lines.get("Year", 0), value=str(self.days.year), right=str(year)
            )

    def _not_taken(self) -> Iterator[ReturnFinding]:
        """Yield what the reader did not take; of XML each such thing is an element out of place, which is told."""
        further = [(row.file, row.line) for row in self.records.further_headers]
        for file, line in further:
            yield self.found("too_many_rows", "Header", line=line, right="1")._replace(file=file)
        for each in () if self.is_xml else self.records.refused:
            if (each.source, each.line) not in further:
                element = tables()[each.column].element if each.column in tables() else each.column
                told = self.found(
                    "not_taken", element, line=each.line, value=str(each.value or ""), other=each.expected
                )
                yield told._replace(file=each.source)

    def _of_odd(self, odd: OddElement, request: RequestRecords | None = None) -> ReturnFinding:
        table = next((table for table in tables().values() if table.element == odd.within), None)
        right = "Header Persons" if table is None else " ".join(table.order_in(self.year))
        if odd.kind == "astray":
            right = belongs_in(odd.element)
        elif odd.kind == "miscased":
            right = right_name(odd.within, odd.element)
        case_id, person = ("", None) if request is None else (request.case_id, request.person)
        rule = "stray_text" if odd.kind == "stray" else f"{odd.kind}_element"
        return self.found(rule, odd.element, line=odd.line, case_id=case_id, person=person, right=right)

    def person(self, requests: Sequence[RequestRecords]) -> Iterator[ReturnFinding]:
        """Yield what is wrong with a person and each of the requests."""
        first = requests[0]
        for odd in self.odd.get(first.place, ()):
            yield self._of_odd(odd, first)
        if not self.is_xml:
            self._as_xml(requests)
        row = first.person
        if row is not None:

            def of_person(rule: str, element: str, **more: Any) -> ReturnFinding:
                return self.found(rule, element, case_id=first.case_id, person=row, **more)

            yield from self._values("persons", row, of_person)
            yield from self._identity(first, requests)
        seen = [SeenRequest(request) for request in requests]
        for each in seen:
            yield from self._request(each)
        if len(seen) > 1:
            yield from check_twice(seen, partial(self.found, person=row))

    def _as_xml(self, requests: Sequence[RequestRecords]) -> None:
        """Write the values of another form as XML would have them; what cannot be read stays as it is."""
        rows = [("persons", requests[0].person)] if requests[0].person is not None else []
        rows += [(table, row) for request in requests for table in BELOW_PERSON for row in request.rows(table)]
        for table, row in rows:
            if row is not None:
                row.values = values_as_xml(table, row.values, self.records.form)

    def _identity(self, first: RequestRecords, requests: Sequence[RequestRecords]) -> Iterator[ReturnFinding]:
        person = first.person
        assert person is not None  # noqa: S101 - its caller asked
        values = person.values
        known = {"case_id": first.case_id, "person": person}
        reason = values.get("UPNunknown", "")
        line = person.lines.get("UPNunknown", person.line)
        number = values.get("UPN") or values.get("UniqueLearnerNumber")
        if not number and not reason:
            yield self.found("no_identifier", line=person.line, **known)  # type: ignore[arg-type]
        if number and reason:
            yield self.found("reason_beside_number", line=line, value=reason, **known)  # type: ignore[arg-type]
        born = as_date(values.get("PersonBirthDate", ""))
        if reason == "UN1" and born is not None and age_on(born, self.days.survey_date) >= _SIX:
            yield self.found("reason_by_age", line=line, value=reason, **known)  # type: ignore[arg-type]
        if reason == "UN8":
            new = dt.date.fromisoformat(self.days.last) - _WEEK
            days = [as_date(each.request.values.get("ReceivedDate", "")) for each in requests]
            if any(day is not None and day < new for day in days):
                yield self.found("reason_by_arrival", line=line, value=reason, **known)  # type: ignore[arg-type]
        code = values.get("PostCode", "")
        if not code:
            yield self.found("postcode_missing", line=person.line, **known)  # type: ignore[arg-type]
        elif not _POSTCODE.fullmatch(" ".join(code.upper().split())):
            yield self.found("postcode_form", line=person.lines.get("PostCode", 0), value=code, **known)  # type: ignore[arg-type]
        for item in ("UPN", "UniqueLearnerNumber"):
            if number := values.get(item, ""):
                self.numbers_met.setdefault((item, number), []).append(person)
        if values.get("Surname") and born is not None:
            name = (values["Surname"].casefold(), values.get("Forename", "").casefold(), str(born))
            self.names_met.setdefault(name, []).append(first)
        held = any(each.named_plan is not None and not each.named_plan.values.get("CeaseDate") for each in requests)
        begun = dt.date(school_year_begun(self.days.survey_date), 9, 1)
        yield from self._who(person, born, known, held=held)
        if held and born is not None and age_on(born, begun - dt.timedelta(days=1)) >= _TOO_OLD:
            line = person.lines.get("PersonBirthDate", 0)
            yield self.found("too_old", line=line, value=str(born), **known)  # type: ignore[arg-type]

    def _who(
        self, person: ReturnRow, born: dt.date | None, known: Mapping[str, Any], *, held: bool
    ) -> Iterator[ReturnFinding]:
        """Yield what nobody is called, numbered or born as."""
        values, lines = person.values, person.lines
        for item in ("Surname", "Forename"):
            name = values.get(item, "")
            if name and (len(name) > _LONGEST_NAME or not any(map(str.isalpha, name))):
                yield self.found("name_form", item, line=line_of(person, item), value=name[:_LONGEST_NAME], **known)
        upn = values.get("UPN", "")
        is_upn = value_is_taken(_UPN, upn, self.year) and is_true_number(_UPN, upn)
        if is_upn and upn[1:4] not in authorities(of_upns=True):
            yield self.found("upn_authority", line=line_of(person, "UPN"), value=upn, other=upn[1:4], **known)
        if born is None:
            return
        line, first = lines.get("PersonBirthDate", person.line), dt.date.fromisoformat(self.days.first)
        if str(born) > self.survey:
            yield self.found("born_after_survey_day", line=line, value=str(born), other=self.survey, **known)
        elif age_on(born, first) > _LAST_AGE and not held:
            yield self.found("born_long_ago", line=line, value=str(born), **known)

    def _request(self, seen: SeenRequest) -> Iterator[ReturnFinding]:
        request = seen.request

        def of_request(rule: str, element: str = "", **more: Any) -> ReturnFinding:
            return self.found(rule, element, case_id=request.case_id, person=request.person, **more)

        for table in BELOW_PERSON:
            most = tables()[table].most
            rows = seen.rows[table]
            if most is not None and len(rows) > most:
                element = tables()[table].element
                yield of_request("too_many_rows", element, line=rows[most].line, right=str(most), table=table)
            for row in rows:
                yield from self._values(table, row, of_request, seen.values)
        yield from check_by_data(seen, self.days, of_request)
        yield from check_places(seen, self.days, of_request)
        lacks = forms()[self.records.form].lacks
        yield from check_sense(seen, self.days, self.records.header.get("LEA", ""), of_request, lacks)
        yield from check_days(seen, self.survey, of_request)
        self._count(seen)

    def _values(
        self, table: str, row: ReturnRow, say: Any, around: Mapping[str, str] | None = None
    ) -> Iterator[ReturnFinding]:
        """Yield what is wrong with the values of a row by themselves, and which that it needs are missing."""
        year, items = self.year, tables()[table].by_name
        for name, text in row.values.items():
            good = self.good.get(f"{table}.{name}")
            if good is None:
                good = self.good[f"{table}.{name}"] = set()
            if text in good:
                continue
            item = items.get(name)
            line = row.lines.get(name, row.line)
            if item is None:
                continue
            if not item.is_in(year):
                right = _instead(table, name, year)
                yield say("not_of_this_year", name, line=line, value=text, right=right, table=table)
            elif not value_is_taken(item, text, year):
                rule = "wrong_code" if item.type == "code" else "wrong_value"
                yield say(rule, name, line=line, value=text, right=right_value(item, year), table=table)
            elif not is_true_number(item, text):
                yield say(f"{item.type}_check", name, line=line, value=text, table=table)
            elif text in item.doubtful:
                yield say("doubtful_code", name, line=line, value=text, table=table)
            else:
                good.add(text)
        for item in _needed(table, year):
            if item.name in row.values or item.name in forms()[self.records.form].lacks:
                continue
            if not item.when or holds(item.when, around or row.values):
                yield say("missing_item", item.name, line=row.line, right=right_value(item, year), table=table)

    def _count(self, seen: SeenRequest) -> None:
        values, counts = seen.values, self.counts
        if source := values.get("RequestSource"):
            counts["RequestSource"] += 1
            counts["many_other_sources"] += source == "5"
        for row in seen.rows["placements"]:
            counts["SENSetting"] += 1
            counts["many_other_settings"] += row.values.get("SENSetting") in IN_WORDS
        if reason := values.get("CeaseReason"):
            counts["CeaseReason"] += 1
            counts["many_other_reasons"] += reason == "9"
        if values.get("AssessmentOutcome") == "Y" and values.get("AssessmentOutcomeDate"):
            counts["Week20"] += 1
            counts["many_exceptions"] += values.get("Week20") in _YES

    def alone(self) -> Iterator[ReturnFinding]:
        """Yield the persons without a request."""
        for _, row in self.records.alone:
            yield self.found("person_without_request", "Requests", line=row.line, person=row, table="persons")

    def across(self) -> Iterator[ReturnFinding]:
        """Yield what only the whole return shows."""
        cases = {id(each.person): each.case_id for each in reversed(self.records.requests)}
        for (item, number), persons in self.numbers_met.items():
            rule = "upn_twice" if item == "UPN" else "uln_twice"
            for person in persons[1:]:
                line, case_id = person.lines.get(item, person.line), cases.get(id(person), "")
                yield self.found(rule, line=line, value=number, case_id=case_id, person=person)
        for requests in self.names_met.values():
            for request in requests[1:]:
                if request.person is not None and not _share_a_number(requests[0], request):
                    line = line_of(request.person, "Surname")
                    yield self.found("person_twice", line=line, case_id=request.case_id, person=request.person)
        for rule, tenth in (("many_other_sources", 10), ("many_other_settings", 10), ("many_other_reasons", 10),
                            ("many_exceptions", 2)):  # fmt: skip
            of = self.counts[rules()[rule].element]
            if of >= _ENOUGH and self.counts[rule] * tenth > of:
                yield self.found(rule, value=f"{self.counts[rule]:,} of {of:,}")


_UPN: Final = tables()["persons"].by_name["UPN"]
_REFERENCE: Final = tables()["header"].by_name["ReferenceDate"]
_ROWS: Final = ("plan_details", "placements", "needs")


def _share_a_number(one: RequestRecords, other: RequestRecords) -> bool:
    """Whether two persons have a number in common: then that is what is told of them."""
    mine, theirs = (each.person.values if each.person is not None else {} for each in (one, other))
    return any(mine.get(item) and mine.get(item) == theirs.get(item) for item in ("UPN", "UniqueLearnerNumber"))


@cache
def _instead(table: str, name: str, year: int) -> str:
    """Return where an item that a year does not have stands in it, if anywhere."""
    others = {"GenderCurrent": "Sex", "Sex": "GenderCurrent"}
    here = [each.element for each in tables().values() for item in each.items_in(year) if item.name == name]
    if name in others and any(item.name == others[name] for item in tables()[table].items_in(year)):
        return f": it has {others[name]}"
    return f": it stands in {here[0]} there" if here else ""


def _called(person: ReturnRow) -> str:
    return ", ".join(filter(None, (person.values.get("Surname", ""), person.values.get("Forename", ""))))
