"""What refused rows say of the column that they stand in: whoever misreads one day misreads its neighbours too.

A day such as `03/16/2026` is no day here, where the day of the month stands first. Its neighbour `03/02/2026` is one,
and is read as 3 February: nothing is wrong with it but what was refused beside it. So the column is named, and whoever
knows what wrote it is asked to say which way round its days stand; nothing is turned round by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ehcp_flow.nouns import count

__all__ = ["MisreadColumns", "misread_columns"]

_SLASHED: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}([ T].*)?")
_MONTHS: Final = 12
_DAYS: Final = 31


class _Evidence(NamedTuple):
    """The first value of a column that can only be read month first, its line, and how many there are."""

    value: str
    line: int
    many: int


class MisreadColumns:
    """The columns of a source whose refused days look like month first."""

    def __init__(self) -> None:
        self._found: dict[str, _Evidence] = {}

    def add(self, row: object) -> None:
        """Take a refused row into account."""
        column, value, line = (getattr(row, name, None) for name in ("column", "value", "line"))
        match = _SLASHED.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None or not (1 <= int(match[1]) <= _MONTHS < int(match[2]) <= _DAYS):
            return
        before = self._found.get(str(column))
        if before is None:
            self._found[str(column)] = _Evidence(str(value), int(line or 0), 1)
        else:
            self._found[str(column)] = before._replace(many=before.many + 1)

    def sentences(self) -> Iterator[str]:
        """Yield a sentence for each column."""
        for column, found in self._found.items():
            many = count(found.many, "refused day")
            yield (
                f"column {column} looks as if its months stood first ({many}, such as {found.value!r} in line "
                f"{found.line}); days are read with the day of the month first, so that others of that column, such as "
                "03/02/2026, may have been misread: write them all as 2026-03-02, or declare how they are written "
                "(ehcp-flow convert FILE --propose columns.toml)"
            )


def misread_columns(refused: Iterable[object]) -> list[str]:
    """Return a sentence for each column whose refused days look like month first."""
    found = MisreadColumns()
    for row in refused:
        found.add(row)
    return list(found.sentences())
