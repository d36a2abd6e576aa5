"""The persons file: whose case each is. Names, birth dates and numbers stand here and nowhere among the facts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from ehcp_flow.conversion import read_raw_sheet
from ehcp_flow.conversion.returns import ReturnRecords, ReturnRow
from ehcp_flow.dates import parse_date
from ehcp_flow.errors import DateError, RowRefused, SourceError
from ehcp_flow.readers.persons_file import PERSON_COLUMNS
from ehcp_flow.readers.row_tables import column_of

__all__ = ["NOT_OF_XML", "OFFICERS", "Person", "Persons", "persons_of", "read_persons", "sex_of"]

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
_BY_NUMBER: Final = {"1": "M", "2": "F", "male": "M", "female": "F", "m": "M", "f": "F", "u": "U"}
_AS_NUMBER: Final = {"M": "1", "F": "2", "U": "9"}
_LAST_GENDER: Final = 2023
NOT_OF_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The characters that no XML file can hold."""


def sex_of(gender: str) -> str:
    """Return the sex as its letter, of a gender's number; what is none of them stays as it is."""
    return _BY_NUMBER.get(gender, gender)


class Person(NamedTuple):
    """A person: what several cases of one have in common, and the cells of the items, in their order."""

    key: object
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
    """The persons by case, in the order of the file; `officers` is what it says of those, `refused` what failed."""

    name: str
    by_case: dict[str, Person] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)
    refused: list[RowRefused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_persons(path: str | os.PathLike[str]) -> Persons:
    """Return what a persons file says: CSV or a workbook, with the columns of `PERSON_COLUMNS` in any order.

    A row that cannot be read is refused, and the others still count. Raises SourceError for a file that lacks a column
    that it must have, SourceMissing for one that is not there.
    """
    sheet = read_raw_sheet(os.fspath(path)).under(None, PERSON_COLUMNS)
    found = Persons(sheet.name)
    columns = {column_of(heading): cells.to_list() for heading, cells in sheet.columns.items()}
    if missing := [name for name in ("case_id", "surname", "forename", "birth_date") if name not in columns]:
        raise SourceError(
            sheet.name,
            f"it has no column {', '.join(missing)} (it has: {', '.join(sheet.columns)}); a persons file has "
            f"{', '.join(PERSON_COLUMNS[: len(_ITEMS) + 1])}",
        )
    if unknown := [name for name in columns if name not in PERSON_COLUMNS]:
        found.notes.append(f"not read, for a persons file has no such column: {', '.join(unknown)}")
    nothing = [""] * sheet.height
    told = {name: [*map(str.strip, columns[name])] if name in columns else nothing for name in PERSON_COLUMNS}
    for name in ("ethnicity", "upn", "upn_unknown", *OFFICERS):
        told[name] = [*map(str.upper, told[name])]
    told["sex"] = [_BY_NUMBER.get(sex.casefold(), sex) for sex in told["sex"]]
    items, officers = (zip(*(told[name] for name in names), strict=True) for names in (_ITEMS, OFFICERS))
    rows = zip(told["case_id"], told["person"], officers, items, strict=True)
    for line, (case_id, shared, answers, cells) in enumerate(rows, sheet.first):
        if case_id or shared or any(answers) or any(cells):
            _take(found, _PersonRow(line, case_id, shared, answers, cells))
    return found


class _PersonRow(NamedTuple):
    """A row of the file: whose case it is, what several of one person share, the officers, and the person's cells."""

    line: int
    case_id: str
    shared: str
    officers: Sequence[str]
    cells: Sequence[str]


def _take(found: Persons, row: _PersonRow) -> None:
    case_id, cells = row.case_id, row.cells

    def refuse(column: str, value: str | None, why: str) -> None:
        found.refused.append(RowRefused(found.name, row.line, column, value, why, case_id))

    if not case_id:
        refuse("case_id", None, "the row does not say whose case it is")
        return
    for (name, item), officer in zip(OFFICERS.items(), row.officers, strict=True):
        if officer and found.officers.setdefault(item, officer) != officer:
            refuse(name, officer, f"an earlier row says {found.officers[item]}: it is one answer for the authority")
            return
    if NOT_OF_XML.search("".join(cells)):
        odd = next(name for name, text in zip(_ITEMS, cells, strict=True) if NOT_OF_XML.search(text))
        refuse(odd, None, "it holds a character that no XML file can hold")
        return
    if born := cells[_BIRTH]:
        try:
            cells = (*cells[:_BIRTH], _iso_day(born), *cells[_BIRTH + 1 :])
        except DateError as error:
            refuse("birth_date", born, f"{error.why}; write {error.write}")
            return
    person = Person(row.shared or cells[_UPN] or cells[_ULN] or cells, cells)
    known = found.by_case.setdefault(case_id, person)
    if known != person:
        refuse("case_id", case_id, "an earlier row gives this case to somebody else; keep one of them")


@lru_cache(maxsize=1 << 14)
def _iso_day(text: str) -> str:
    """Return a day as the return writes it; tens of thousands were born on a few thousand days."""
    return parse_date(text).isoformat()


def persons_of(records: ReturnRecords) -> Iterable[dict[str, str]]:
    """Yield a row for each request of a return that was read, its cases named: what the return says of the person."""
    officers = {name: records.header.get(item, "") for name, item in OFFICERS.items()}
    for request in records.requests:
        given = request.person.values if request.person is not None else {}
        row = {name: given.get(item, "") for name, item in _ITEMS.items()}
        gender = given.get("GenderCurrent", "")
        row["sex"] = row["sex"] or sex_of(gender)
        yield {"case_id": request.case_id, **row, "person": request.place, **officers}
