"""The persons file of a SEN2 return, as it is written: whose case each is, apart from every fact."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final

from ehcp_flow.formulas import disarmed
from ehcp_flow.outputs import Kind, header_of

__all__ = ["PERSONS_FILE", "PERSON_COLUMNS", "persons_file"]

PERSON_COLUMNS: Final[tuple[str, ...]] = (
    "case_id", "surname", "forename", "birth_date", "sex", "ethnicity", "postcode", "upn", "uln", "upn_unknown",
    "person", "dmo", "dco", "dsco",
)  # fmt: skip
"""The columns of a persons file. Of the last four, `person` is what several cases of one person have in common, and the
others say whether the authority has a designated officer, the same in every row."""
_ALWAYS: Final = PERSON_COLUMNS[:10]


def _written_here(file: BinaryIO) -> bool:
    return header_of(file)[: len(_ALWAYS)] == list(_ALWAYS)


PERSONS_FILE: Final = Kind("a persons file that ehcp_flow wrote", "persons.csv", _written_here)
"""A persons file as `persons_file` makes it."""


def persons_file(rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows of persons as a persons file in CSV: always who it is, and the other columns that any row fills."""
    told = list(rows)
    columns = [name for name in PERSON_COLUMNS if name in _ALWAYS or any(row.get(name) for row in told)]
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\r\n")
    out.writerow(columns)
    out.writerows([disarmed(row.get(name, "")) for name in columns] for row in told)
    return text.getvalue()
