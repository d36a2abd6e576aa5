"""Refused rows as people can take them in: those of one kind in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ehcp_flow.errors import RowRefused
from ehcp_flow.nouns import count

__all__ = ["NO_SUCH_EVENT", "RefusalKinds", "grouped"]

NO_SUCH_EVENT: Final = "there is no such event"
"""How what is expected begins where a row's event is not known."""

_NAMED: Final = 4
_EXAMPLES: Final = 6
"""How many values of a kind are named, with their lines; where their reasons differ, of how many reasons."""
_OF_A_REASON: Final = 3
"""How many values are named of a reason, where a kind has several."""
_EXAMPLE: Final = 40
"""How many characters of a value are shown."""
_OF_ONE_VALUE: Final = re.compile(r"([0-9]+|'[^']*')")
"""What is said of one value alone, in figures or in quotation marks: it does not make another kind."""
_WORD_BEFORE: Final = re.compile(r"(?:[^\s;:]+ )?[^\s;:]*\Z")
_WORD_AFTER: Final = re.compile(r"[^\s;:,]*")
"""What a figure is shown with, where a reason is told by what is its own: the word before it, the rest of its word."""


@dataclass
class _Met:
    """How many refusals there were, and in how many rows: a source is refused row by row, its cells one by one."""

    refusals: int = 0
    rows: int = 0
    last: tuple[str, int] | None = None

    def add(self, row: RowRefused) -> None:
        self.refusals += 1
        self.rows += (row.source, row.line) != self.last
        self.last = row.source, row.line

    def __str__(self) -> str:
        rows = count(self.rows, "row")
        return rows if self.refusals == self.rows else f"{count(self.refusals, 'cell')} of {rows}"


@dataclass
class _Reason:
    """Rows of a kind that were refused for the very same: how it is said, how many, and the first values.

    `own` are the figures and quotations of the first, and `value` is its value.
    """

    expected: str
    own: Sequence[str]
    value: str
    refusals: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, row: RowRefused) -> None:
        self.refusals += 1
        if len(self.examples) < _EXAMPLES:
            value = "" if row.value in (None, "") else f"{str(row.value)[:_EXAMPLE]!r} "
            self.examples.append(f"{value}line {row.line}")

    def is_said_of(self, row: RowRefused, parts: Sequence[str]) -> bool:
        """Whether a row was refused for this; what each says of its own value makes no other reason."""
        if row.expected == self.expected:
            return True
        value = _text(row)
        return all(
            mine == other or (mine.strip("'") in self.value and other.strip("'") in value)
            for mine, other in zip(self.own, parts[1::2], strict=True)
        )

    def told(self, most: int) -> str:
        """The first values, each with its line."""
        return ", ".join(self.examples[:most]) + (", ..." if self.refusals > most else "")


@dataclass
class _RefusalKind:
    source: str
    met: _Met = field(default_factory=_Met)
    columns: dict[str, None] = field(default_factory=dict)
    reasons: list[_Reason] = field(default_factory=list)
    has_more: bool = False

    def add(self, row: RowRefused, parts: Sequence[str]) -> None:
        self.met.add(row)
        if row.column:
            self.columns[row.column] = None
        reason = next((each for each in self.reasons if each.is_said_of(row, parts)), None)
        if reason is None and len(self.reasons) < _EXAMPLES:
            reason = _Reason(row.expected, parts[1::2], _text(row))
            self.reasons.append(reason)
        if reason is None:
            self.has_more = True
        else:
            reason.add(row)

    def __str__(self) -> str:
        columns = list(self.columns)
        where = f", column {', '.join(columns[:_NAMED])}{', ...' if len(columns) > _NAMED else ''}" if columns else ""
        first, *others = self.reasons
        told = [first.told(_OF_A_REASON if others else _EXAMPLES)]
        told += [f"{each.told(_OF_A_REASON)}: {_own_of(each.expected, first.expected)}" for each in others]
        more = "; and others" if self.has_more else ""
        return f"{self.source}: {self.met}{where}: {first.expected} ({'; '.join(told)}{more})"


def _text(row: RowRefused) -> str:
    return "" if row.value is None else str(row.value)


def _own_of(reason: str, first: str) -> str:
    """Return what is a reason's own beside another of its kind: its figures and quotations, each with its word.

    >>> _own_of("line 9 (case C7) has it too", "line 4 (case C2) has it too")
    'line 9 (case C7)'
    """
    parts, others = _OF_ONE_VALUE.split(reason), _OF_ONE_VALUE.split(first)
    found: list[tuple[int, int]] = []
    begins = 0
    for part, other in zip(parts, others, strict=True):
        ends = begins + len(part)
        if part != other:
            before = _WORD_BEFORE.search(reason, 0, begins)
            after = _WORD_AFTER.match(reason, ends)
            start = before.start() if before is not None else begins
            end = after.end() if after is not None else ends
            if found and start <= found[-1][1] + 1:
                found[-1] = found[-1][0], end
            else:
                found.append((start, end))
        begins = ends
    return ", ".join(reason[start:end].strip() for start, end in found)


class RefusalKinds:
    """How many rows were refused for the same reason, with the first of them; it keeps no other row.

    Reasons that differ in figures and quotations alone are of one kind, which tells what is each one's own. A row of
    which several cells are refused comes once for each: `met` says how many cells of how many rows there were.
    """

    def __init__(self, refused: Iterable[RowRefused] = ()) -> None:
        self.met = _Met()
        self._kinds: dict[tuple[str, ...], _RefusalKind] = {}
        for row in refused:
            self.add(row)

    def add(self, row: RowRefused) -> None:
        """Count one refusal."""
        self.met.add(row)
        parts = _OF_ONE_VALUE.split(row.expected)
        kind = self._kinds.setdefault((row.source, *parts[::2]), _RefusalKind(row.source))
        kind.add(row, parts)

    def __iter__(self) -> Iterator[str]:
        """Yield a line for each kind, the most frequent first: how many, where, why, and the first values."""
        return map(str, sorted(self._kinds.values(), key=lambda kind: -kind.met.refusals))


def grouped(refused: Iterable[RowRefused]) -> Iterator[str]:
    """Yield a line for each kind of refusal, the most frequent first, with examples."""
    return iter(RefusalKinds(refused))
