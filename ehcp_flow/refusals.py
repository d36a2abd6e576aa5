"""Refused rows as people can take them in: those of one kind in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ehcp_flow.errors import RowRefused
from ehcp_flow.nouns import count

__all__ = ["NO_SUCH_EVENT", "RefusalKinds", "grouped"]

NO_SUCH_EVENT: Final = "there is no such event"
"""How what is expected begins where a row's event is not known."""

_NAMED: Final = 4
_EXAMPLES: Final = 6
"""How many values of a kind are named, with their lines."""
_EXAMPLE: Final = 40
"""How many characters of a value are shown."""
_OF_ONE_VALUE: Final = re.compile(r"[0-9]+|'[^']*'")
"""What is said of one value alone, in figures or in quotation marks: it does not make another kind."""


@dataclass
class _Met:
    """How many refusals there were, and in how many rows: a source is refused row by row, its cells one by one."""

    refusals: int = 0
    rows: int = 0
    last: int | None = None

    def add(self, row: RowRefused) -> None:
        self.refusals += 1
        self.rows += row.line != self.last
        self.last = row.line

    def __str__(self) -> str:
        rows = count(self.rows, "row")
        return rows if self.refusals == self.rows else f"{count(self.refusals, 'cell')} of {rows}"


@dataclass
class _RefusalKind:
    source: str
    expected: str
    met: _Met = field(default_factory=_Met)
    columns: dict[str, None] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def add(self, row: RowRefused) -> None:
        self.met.add(row)
        if row.column:
            self.columns[row.column] = None
        if len(self.examples) < _EXAMPLES:
            value = "" if row.value in (None, "") else f"{str(row.value)[:_EXAMPLE]!r} "
            self.examples.append(f"{value}line {row.line}")

    def __str__(self) -> str:
        columns = list(self.columns)
        where = f", column {', '.join(columns[:_NAMED])}{', ...' if len(columns) > _NAMED else ''}" if columns else ""
        more = ", ..." if self.met.refusals > len(self.examples) else ""
        return f"{self.source}: {self.met}{where}: {self.expected} ({', '.join(self.examples)}{more})"


class RefusalKinds:
    """How many rows were refused for the same reason, with the first of them; it keeps no other row.

    A row of which several cells are refused comes once for each: `met` says how many cells of how many rows there were.
    """

    def __init__(self, refused: Iterable[RowRefused] = ()) -> None:
        self.met = _Met()
        self._kinds: dict[str, _RefusalKind] = {}
        for row in refused:
            self.add(row)

    def add(self, row: RowRefused) -> None:
        """Count one refusal."""
        self.met.add(row)
        kind = self._kinds.setdefault(_OF_ONE_VALUE.sub("..", row.expected), _RefusalKind(row.source, row.expected))
        kind.add(row)

    def __iter__(self) -> Iterator[str]:
        """Yield a line for each kind, the most frequent first: how many, where, why, and the first values."""
        return map(str, sorted(self._kinds.values(), key=lambda kind: -kind.met.refusals))


def grouped(refused: Iterable[RowRefused]) -> Iterator[str]:
    """Yield a line for each kind of refusal, the most frequent first, with examples."""
    return iter(RefusalKinds(refused))
