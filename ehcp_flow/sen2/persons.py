"""The persons file: whose case each is. Names, birth dates and numbers stand here and nowhere among the facts."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from ehcp_flow.conversion import cell_fault, read_raw_sheet
from ehcp_flow.conversion.returns import ReturnRecords, ReturnRow, values_as_xml
from ehcp_flow.dates import parse_date
from ehcp_flow.errors import DateError, RowRefused
from ehcp_flow.readers.persons_file import PERSON_COLUMNS
from ehcp_flow.readers.row_tables import column_of, fault_of_width
from ehcp_flow.sen2.person_columns import notes_of_columns

__all__ = [
    "ANSWERS",
    "NOT_OF_XML",
    "OFFICERS",
    "Person",
    "Persons",
    "other_birth",
    "persons_of",
    "read_persons",
    "sex_of",
]

_ITEMS: Final = dict(
    zip(
        PERSON_COLUMNS[1:10],
        (
            "Surname", "Forename", "PersonBirthDate", "Sex", "Ethnicity", "PostCode", "UPN", "UniqueLearnerNumber",
            "UPNunknown",
        ),
        strict=True,
    )
)  # fmt: skip
_BIRTH, _UPN, _ULN = ([*_ITEMS].index(name) for name in ("birth_date", "upn", "uln"))
OFFICERS: Final[Mapping[str, str]] = {"dmo": "DMO", "dco": "DCO", "dsco": "DSCO"}
"""The columns that say whether there is a designated officer; the same in every row."""
ANSWERS: Final = ("Y", "N", "R")
"""Whether there is one: yes, no, or they are recruiting."""
_ONE: Final = {"case_id": "case", "person": "person", "upn": "UPN", "uln": "ULN"}
"""What is one child's, by the column that says it."""
_BY_NUMBER: Final = {"1": "M", "2": "F", "male": "M", "female": "F", "m": "M", "f": "F", "u": "U"}
_AS_NUMBER: Final = {"M": "1", "F": "2", "U": "9"}
_LAST_GENDER: Final = 2023
NOT_OF_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The characters that no XML file can hold."""
_CUT_SHORT: Final = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
"""How a spreadsheet writes a number of ten digits where its column is narrow."""
_NO_TEXT: Final = re.compile(f"[\n\r{NOT_OF_XML.pattern[1:]}")


def sex_of(gender: str) -> str:
    """Return the sex as its letter, of a gender's number; what is none of them stays as it is."""
    return _BY_NUMBER.get(gender, gender)


class Person(NamedTuple):
    """A person: what several cases of one have in common, and the cells of the items, in their order."""

    key: int
    cells: Sequence[str]

    def row(self, year: int) -> ReturnRow:
        """Return the person's row of the collection of a year."""
        values = {item: text for item, text in zip(_ITEMS.values(), self.cells, strict=True) if text}
        if year <= _LAST_GENDER and "Sex" in values:
            sex = values.pop("Sex")
            values["GenderCurrent"] = _AS_NUMBER.get(sex, sex)
        return ReturnRow(values, "", 0)


@dataclass
class Persons:
    """The persons by case, in the order of the file, and the line of each case's row.

    `officers` is what the file says of those, `refused` what failed.
    """

    name: str
    by_case: dict[str, Person] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)
    refused: list[RowRefused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_persons(path: str | os.PathLike[str]) -> Persons:
    """Return what a persons file says: CSV or a workbook, with the columns of `PERSON_COLUMNS` in any order.

    A row that cannot be read is refused, and the others still count; of those that contradict one another about a
    person each is. Raises SourceError for a file that lacks a column that it must have, SourceMissing for one that is
    not there.
    """
    raw = read_raw_sheet(os.fspath(path), wanted=PERSON_COLUMNS)
    sheet = raw.under(None, PERSON_COLUMNS)
    columns = {column_of(heading): cells.to_list() for heading, cells in sheet.columns.items()}
    told_of_columns = notes_of_columns(sheet.name, [*sheet.columns], raw.others)
    found = Persons(sheet.name, notes=[*(f"{sheet.name}: {said}" for said in sheet.notes), *told_of_columns])
    nothing = [""] * sheet.height
    told = {name: [*map(str.strip, columns[name])] if name in columns else nothing for name in PERSON_COLUMNS}
    for name in ("ethnicity", "upn", "upn_unknown", *OFFICERS):
        told[name] = [*map(str.upper, told[name])]
    # A spreadsheet took the number for one to reckon with.
    told["uln"] = [uln.removesuffix(".0") for uln in told["uln"]]
    told["sex"] = [_BY_NUMBER.get(sex.casefold(), sex) for sex in told["sex"]]
    items, officers = (zip(*(told[name] for name in names), strict=True) for names in (_ITEMS, OFFICERS))
    rows = zip(told["case_id"], told["person"], officers, items, strict=True)
    header = [*sheet.columns]
    whole = []
    for line, (case_id, shared, answers, cells) in enumerate(rows, sheet.first):
        if case_id or shared or any(answers) or any(cells):
            row = _PersonRow(line, case_id, shared, answers, cells)
            given = raw.rows[line - 1]
            if len(given) != len(header) and (fault := fault_of_width(given, header)):
                found.refused.append(RowRefused(found.name, line, *fault, case_id))
            elif (clean := _checked(found, row)) is not None:
                whole.append(clean)
    kept = _by_officers(found, whole)
    persons = {row.line: person for rows in _by_person(kept) for row, person in _persons_of(found, rows)}
    found.by_case = {row.case_id: persons[row.line] for row in kept if row.line in persons}
    found.lines = {row.case_id: row.line for row in kept}
    found.refused.sort(key=lambda row: row.line)
    return found


class _PersonRow(NamedTuple):
    """A row of the file: whose case it is, what several of one person share, the officers, and the person's cells."""

    line: int
    case_id: str
    shared: str
    officers: Sequence[str]
    cells: Sequence[str]

    @property
    def told(self) -> dict[str, str]:
        """What the row says of the person, by column."""
        named = dict(zip(_ITEMS, self.cells, strict=True), person=self.shared)
        return {name: text for name, text in named.items() if text}

    def shares(self) -> Iterator[tuple[str, str]]:
        """Yield what the rows of one person have in common, and those of two have not."""
        yield "case_id", self.case_id
        if self.shared:
            yield "person", self.shared
        for column, at in (("upn", _UPN), ("uln", _ULN)):
            if number := self.cells[at]:
                yield column, number
        if not (self.shared or self.cells[_UPN] or self.cells[_ULN]) and all(self.cells[: _BIRTH + 1]):
            yield "", "\n".join(self.cells)  # alike in all there is, of whom there is a whole name and a birth date


def _checked(found: Persons, row: _PersonRow) -> _PersonRow | None:
    """Return a row with its day as the return has it, None where it was refused for what stands in it."""
    fault, born = next(iter(_faults_of_cells(row)), None) or _fault_of(row), row.cells[_BIRTH]
    if fault is None and born:
        try:
            if (on := _iso_day(born)) != born:
                return row._replace(cells=(*row.cells[:_BIRTH], on, *row.cells[_BIRTH + 1 :]))
        except DateError as error:
            fault = "birth_date", born, f"{error.why}; write {error.write}"
    if fault is None:
        return row
    found.refused.append(RowRefused(found.name, row.line, *fault, row.case_id))
    return None


def _fault_of(row: _PersonRow) -> tuple[str, str | None, str] | None:
    """Return the column, the value, and why a row is refused for what stands in it, if it is."""
    cells = row.cells
    if not row.case_id:
        return "case_id", None, "the row does not say whose case it is"
    if not (row.shared or any(cells)):
        return "surname", None, "the row says nothing of the child; write at least surname, forename and birth_date"
    for name, answer in zip(OFFICERS, row.officers, strict=True):
        if answer not in ("", *ANSWERS):
            return name, answer, "write Y, N or R (recruiting), the same in every row"
    if _NO_TEXT.search("".join(cells)):
        name, text = next(each for each in zip(_ITEMS, cells, strict=True) if _NO_TEXT.search(each[1]))
        is_odd = NOT_OF_XML.search(text) is not None
        broken = "it goes over several lines; close its quotation mark, or take the break out"
        return name, text, "it holds a character that no XML file can hold" if is_odd else broken
    if _CUT_SHORT.fullmatch(cells[_ULN]):
        why = "a spreadsheet wrote it in short, and its last digits are gone; make the column text and fill it again"
        return "uln", cells[_ULN], why
    return None


def _faults_of_cells(row: _PersonRow) -> list[tuple[str, str | None, str]]:
    """Return the cells of a row that hold a fault of their spreadsheet, with column and why."""
    columns = ("case_id", "person", *OFFICERS, *_ITEMS)
    cells = zip(columns, (row.case_id, row.shared, *row.officers, *row.cells), strict=True)
    return [(name, text, why) for name, text in cells if (why := cell_fault(text))]


def _by_officers(found: Persons, rows: Iterable[_PersonRow]) -> list[_PersonRow]:
    """Return the rows that give the officers as most of them do; a row with another answer is refused."""
    kept = list(rows)
    for at, (name, item) in enumerate(OFFICERS.items()):
        counted = Counter(row.officers[at] for row in kept if row.officers[at]).most_common()
        if not counted:
            continue
        is_even = len(counted) > 1 and counted[0][1] == counted[1][1]
        answer = "" if is_even else counted[0][0]
        if answer:
            found.officers[item] = answer
        said = " and ".join(f"{each} in {many:,}" for each, many in counted)
        why = f"it is one answer for the authority, and the rows say {said}; write the same in every row"
        for row in kept:
            if row.officers[at] not in ("", answer):
                found.refused.append(RowRefused(found.name, row.line, name, row.officers[at], why, row.case_id))
        kept = [row for row in kept if row.officers[at] in ("", answer)]
    return kept


def _by_person(rows: Iterable[_PersonRow]) -> Iterable[Sequence[_PersonRow]]:
    """Return the rows that have anything in common that is one person's, together, in the order of the file."""
    group_of: dict[tuple[str, str], list[_PersonRow]] = {}
    for row in rows:
        mine = [row]
        for shared in row.shares():
            known = group_of.setdefault(shared, mine)
            if known is not mine:
                less, mine = sorted((mine, known), key=len)
                mine += less
                group_of |= dict.fromkeys((shared for each in less for shared in each.shares()), mine)
    groups = {id(group): group for group in group_of.values()}
    for group in groups.values():
        group.sort(key=lambda row: row.line)
    return groups.values()


def _persons_of(found: Persons, rows: Sequence[_PersonRow]) -> Iterator[tuple[_PersonRow, Person]]:
    """Yield the rows of one person, each with it; where two of them contradict one another, each is refused instead."""
    if len(rows) == 1:
        yield rows[0], Person(rows[0].line, rows[0].cells)
        return
    told: dict[str, tuple[str, _PersonRow]] = {}
    contradicts: dict[int, tuple[_PersonRow, str]] = {}
    for row in rows:
        for column, text in row.told.items():
            known, first = told.setdefault(column, (text, row))
            if known != text:
                contradicts.setdefault(row.line, (first, column))
                contradicts.setdefault(first.line, (row, column))
    if not contradicts:
        person = Person(rows[0].line, tuple(told[name][0] if name in told else "" for name in _ITEMS))
        yield from ((row, person) for row in rows)
        return
    for row in rows:
        other, differs = contradicts.get(row.line) or next(iter(contradicts.values()))
        theirs = set(other.shares())
        shared = next((each for each in row.shares() if each in theirs), None)
        column, value = shared or ("case_id", row.case_id)
        has = "is linked with it" if shared is None else "has it too"
        why = (
            f"line {other.line} (case {other.case_id}) {has}, and says another {differs}; a {_ONE.get(column, 'row')} "
            "is one child's: correct the one that is wrong, or write the same of one child in both rows"
        )
        found.refused.append(RowRefused(found.name, row.line, column, value, why, row.case_id))


def other_birth(persons: Persons, case_id: str, born: Collection[str]) -> RowRefused | None:
    """Return why the row of a case is refused that gives none of the birth dates that its facts give, else None."""
    told = persons.by_case[case_id].cells[_BIRTH]
    if not (born and told) or told in born:
        return None
    both = f"{told} (facts: {' and '.join(born)})"
    why = "the facts of the case say another (date_of_birth); correct the one that is wrong, or see if rows slid"
    return RowRefused(persons.name, persons.lines[case_id], "birth_date", both, why, case_id)


@lru_cache(maxsize=1 << 14)
def _iso_day(text: str) -> str:
    """Return a day as the return writes it; tens of thousands were born on a few thousand days."""
    return parse_date(text).isoformat()


def persons_of(records: ReturnRecords) -> Iterable[dict[str, str]]:
    """Yield a row for each request of a return that was read, its cases named: what the return says of the person."""
    officers = {name: records.header.get(item, "") for name, item in OFFICERS.items()}
    for request in records.requests:
        given = values_as_xml("persons", request.person.values, records.form) if request.person is not None else {}
        row = {name: given.get(item, "") for name, item in _ITEMS.items()}
        gender = given.get("GenderCurrent", "")
        row["sex"] = row["sex"] or sex_of(gender)
        yield {"case_id": request.case_id, **row, "person": request.place, **officers}
