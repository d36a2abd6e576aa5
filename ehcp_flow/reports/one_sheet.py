"""What of a scorecard stands on one sheet of A4, and what gives way where a plan holds more.

Heights are told in lines of the sheet's print; the style sheet cuts each text at as many lines as are told here, so
that no text of a plan, however long, makes the sheet two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

__all__ = ["OneSheet", "sheet_of"]

_LINES: Final = 59.0
"""How many lines the sheet has below its head, of up to seven lines, and above what is left out and its foot."""


class _Print(NamedTuple):
    """How a text is printed: how many ems wide, at most how many lines, and how high each is in lines of the sheet."""

    ems: float
    most: int
    height: float


_TITLE: Final = _Print(32.0, 2, 2.0)
_VERDICT: Final = _Print(44.0, 3, 1.4)
_RED: Final = 62.0
"""How many ems a paragraph of what is red is wide."""
_NARROW: Final = frozenset("abcdefghijklnopqrstuvxyz0123456789 .,;:()'-/")
_ROW: Final = 0.6
_PARAGRAPH: Final = 0.15
"""What the rules and margins of a row of a table, or of a paragraph, take beside its lines."""
_TABLE: Final = 3.8
_SECTION: Final = 1.7
"""What is above the rows of a table, or above paragraphs."""
_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "rows": ("measure", "measures"),
    "reds": ("red measure opened", "red measures opened"),
    "backlogs": ("backlog", "backlogs"),
    "actions": ("action", "actions"),
    "observations": ("observation", "observations"),
}
_SHORTER: Final[Sequence[Mapping[str, Any]]] = (
    {"red_lines": 4}, {"red_lines": 3}, {"action_lines": 2}, {"red_lines": 2}, {"row_lines": 1}, {"action_lines": 1},
    {"red_lines": 1},
)  # fmt: skip
"""How texts are cut shorter, one step after the other."""
_STANDINGS: Final = ("green", "none", "amber", "red")
"""What leaves the sheet first."""


@dataclass(frozen=True)
class OneSheet:
    """The parts of the sheet, how many lines each of a part may have at most, and how many of a part are left out."""

    rows: Sequence[Mapping[str, Any]]
    reds: Sequence[Mapping[str, Any]]
    backlogs: Sequence[str]
    actions: Sequence[Mapping[str, Any]]
    observations: int = 0
    row_lines: int = 2
    red_lines: int = 6
    action_lines: int = 3
    gone: Mapping[str, int] | None = None

    @property
    def lines(self) -> float:
        """How many lines it takes at most."""
        reds = [f"{red['title']}. {' '.join(red['says'])} Actions: {red['served_by']}." for red in self.reds]
        tables = ((self.rows, self.row_lines), (self.actions, self.action_lines))
        texts = [[min(_lines(text, _RED), self.red_lines) for text in part] for part in (reds, self.backlogs)]
        return sum(len(part) * (each + _ROW) + _TABLE for part, each in tables if part) + sum(
            sum(part) + len(part) * _PARAGRAPH + _SECTION for part in texts if part
        )

    @property
    def left_out(self) -> str:
        """What is not on it, and where that is; an empty text where all is."""
        gone = {**(self.gone or {}), "observations": self.observations}
        parts = [f"{many:,} {_NAMES[part][many > 1]}" for part, many in gone.items() if many]
        cut = "A text that ends in … goes on in the whole scorecard"
        if not parts:
            return f"{cut}."
        many = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
        return f"Not on this sheet: {many}; the whole scorecard (without --one-page) has them. {cut}."


def sheet_of(
    rows: Sequence[Mapping[str, Any]],
    reds: Sequence[Mapping[str, Any]],
    backlogs: Sequence[str],
    actions: Sequence[Mapping[str, Any]],
    observations: int,
    head: tuple[str, str],
) -> OneSheet:
    """Return what stands on the sheet: texts give way before things, what goes well before what does not.

    `head` are its title and its verdict: what they do not need, the rest has.
    """
    sheet = OneSheet(rows, reds, backlogs, actions, observations)
    ways = _ways(sheet)
    printed = zip(head, (_TITLE, _VERDICT), strict=True)
    room = _LINES + sum(max(how.most - _lines(text, how.ems), 0) * how.height for text, how in printed)
    while sheet.lines > room:
        sheet = next(ways)
    return sheet


@lru_cache(maxsize=1_024)
def _lines(text: str, ems: float) -> int:
    """Return on how many lines a text stands at most that is so many ems wide, in the page's widest font."""
    lines, at = 1, 0.0
    for word in text.split():
        wide = sum(0.58 if letter in _NARROW else 1.0 for letter in f"{word} ")
        if at and at + wide > ems:
            lines, at = lines + 1, 0.0
        lines, at = lines + int((at + wide) // ems), (at + wide) % ems
    return lines


def _ways(sheet: OneSheet) -> Iterator[OneSheet]:
    """Yield the sheet with less and less on it, down to nothing."""
    for lines in _SHORTER:
        sheet = replace(sheet, **lines)
        yield sheet
    gone = dict.fromkeys(_NAMES, 0)

    def without(part: str, each: Any) -> OneSheet:
        gone[part] += 1
        kept: Mapping[str, Any] = {part: [one for one in getattr(sheet, part) if one is not each]}
        return replace(sheet, gone=dict(gone), **kept)

    for action in [each for each in reversed(sheet.actions) if _is_quiet(each)]:
        sheet = without("actions", action)
        yield sheet
    for backlog in reversed(sheet.backlogs):
        sheet = without("backlogs", backlog)
        yield sheet
    while sheet.reds or sheet.actions:
        part = "reds" if len(sheet.reds) >= len(sheet.actions) else "actions"
        sheet = without(part, getattr(sheet, part)[-1])
        yield sheet
    for row in sorted(sheet.rows, key=lambda each: _STANDINGS.index(each["rag"])):
        sheet = without("rows", row)
        yield sheet


def _is_quiet(action: Mapping[str, Any]) -> bool:
    """Whether an action goes well: it is not past its day, and neither red nor amber."""
    return not action["overdue"] and action["rag"] not in ("red", "amber")
