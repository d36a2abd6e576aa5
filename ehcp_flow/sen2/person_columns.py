"""The columns of a persons file: which it lacks, and which name was meant for one that it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from ehcp_flow.errors import SourceError
from ehcp_flow.readers.persons_file import PERSON_COLUMNS
from ehcp_flow.readers.row_tables import column_of

__all__ = ["notes_of_columns"]

_REQUIRED: Final = ("case_id", "surname", "forename", "birth_date")
_ALSO_CALLED: Final[Mapping[str, str]] = {
    "case": "case_id", "last_name": "surname", "family_name": "surname", "first_name": "forename",
    "given_name": "forename", "dob": "birth_date", "date_of_birth": "birth_date", "personbirthdate": "birth_date",
    "gender": "sex", "gendercurrent": "sex", "ethnic_group": "ethnicity", "post_code": "postcode",
    "unique_pupil_number": "upn", "uniquelearnernumber": "uln", "unique_learner_number": "uln",
    "upnunknown": "upn_unknown", "person_id": "person",
}  # fmt: skip
"""What other systems call the columns."""
_SECOND: Final = re.compile(r"(.+)_\([0-9]+\)")
"""How the second column of a name is called when it is read."""
_NEAR, _NEAR_OF_SHORT, _SHORT = 0.78, 0.66, 4
"""How near a name is to that of a column where it is that one misspelt; of a short one a letter more may be another."""


def notes_of_columns(name: str, headings: Sequence[str], others: Sequence[str] = ()) -> list[str]:
    """Return what is to be said of the columns of a persons file: which are not read, and which name was meant.

    Raises SourceError where a column is missing that it must have, or stands there twice; of a file without headings
    it does not say what stands in their place, for that is a child's. `others` are the sheets that were not read.
    """
    columns = {column_of(heading): heading for heading in headings}
    wanted = f"a persons file has {', '.join(PERSON_COLUMNS[:10])}"
    if others:
        wanted += f"; none of its other sheets has more of them: {', '.join(map(repr, others))}"
    if not any(column in PERSON_COLUMNS or column in _ALSO_CALLED for column in columns):
        why = f"none of its rows holds the names of its columns: write them above the first row of a child; {wanted}"
        raise SourceError(name, why)
    for column in columns:
        if (second := _SECOND.fullmatch(column)) is not None and second[1] in PERSON_COLUMNS:
            raise SourceError(name, f"it has more than one column {second[1]}; keep one of them")
    meant = {column: near for column in columns if (near := _meant(column, columns))}
    if missing := [column for column in _REQUIRED if column not in columns]:
        renames = [f"rename {columns[column]!r} to {near}" for column, near in meant.items() if near in missing]
        there = f"it has no column {', '.join(missing)} (it has: {', '.join(headings)})"
        raise SourceError(name, "; ".join([there, *renames, wanted]))
    notes = [
        f"warning: {name}: nothing of the column {columns[column]!r} is read; if it is {near}, rename it to {near}, "
        "else take it out"
        for column, near in meant.items()
    ]
    if unknown := [column for column in columns if column not in PERSON_COLUMNS and column not in meant]:
        notes.append(f"not read, for a persons file has no such column: {', '.join(unknown)}")
    return notes


def _meant(column: str, columns: Mapping[str, str]) -> str:
    """Return the column that a name which is none was meant for, of those that the file does not have, if any."""
    if column in PERSON_COLUMNS:
        return ""
    free = [known for known in PERSON_COLUMNS if known not in columns]
    if (known := _ALSO_CALLED.get(re.sub(r"[-.]", "_", column), "")) in free:
        return known
    matcher = SequenceMatcher(b=column)
    near = []
    for known in free:
        matcher.set_seq1(known)
        ratio = matcher.ratio()
        if ratio >= (_NEAR_OF_SHORT if max(len(known), len(column)) <= _SHORT else _NEAR):
            near.append((ratio, known))
    return max(near)[1] if near else ""
