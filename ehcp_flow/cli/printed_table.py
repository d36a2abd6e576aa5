"""Tables and running text for people. Rich is imported here, and only when a table is printed."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ehcp_flow.cli.further import said
from ehcp_flow.cli.messages import printable

__all__ = ["ShownColumn", "fitting", "heading", "paragraph", "print_rows", "print_table", "width"]

_KEPT: Final = 3
"""How many columns are never left out of a list, the case and what it is about among them."""
_TEXTS: Final = ("title", "message", "remedy", "reason", "what", "says")
_WIDE, _NARROW = 26, 14
_USUAL: Final = 100
_BETWEEN: Final = 1
_STYLES: Final[Mapping[str, str]] = {
    "BREACH": "bold red", "overdue": "red", "late": "red", "premature": "red", "overtaken": "red", "met": "green",
    "open": "cyan", "undated": "yellow", "lapsed": "dim", "unrecorded": "dim", "excused": "yellow",
}  # fmt: skip
"""Colours for words that are printed anyway: nothing is said by colour alone."""


@dataclass(frozen=True)
class ShownColumn:
    """One column: which value of a row it shows, its header, and how it gives way on a narrow terminal.

    `drop` is the order in which columns are left out, the highest first; 0 never is. `least` is the width below which a
    text is not wrapped any further (0: the value is never wrapped), `most` the width beyond which it is; `need` is how
    far it may shrink when all that can be left out was.
    """

    name: str
    header: str
    drop: int = 0
    least: int = 0
    most: int = 0
    need: int = 0
    right: bool = False

    def widths(self, cells: Sequence[str]) -> tuple[int, int]:
        """Return the least and the greatest width that the column may take for these cells."""
        natural = max(map(len, (self.header, *cells)))
        most = min(natural, self.most) if self.most else natural
        return (min(most, max(self.least, len(self.header))) if self.least else most), most


def width() -> int:
    """Return how many characters fit on a line: the terminal's width, COLUMNS, or else 100."""
    return max(shutil.get_terminal_size((_USUAL, 40)).columns, 20)


def fitting(
    columns: Sequence[ShownColumn], rows: Sequence[Mapping[str, str]], room: int
) -> list[tuple[ShownColumn, int]]:
    """Return the columns that fit into `room` characters, with their widths; empty ones are left out."""
    kept = [column for column in columns if not column.drop or any(row.get(column.name) for row in rows)]
    sizes = {column.name: column.widths([row.get(column.name, "") for row in rows]) for column in kept}

    def taken() -> int:
        return sum(sizes[column.name][0] for column in kept) + _BETWEEN * len(kept)

    while taken() > room and any(column.drop for column in kept):
        kept.remove(max(kept, key=lambda column: column.drop))
    for column in kept:
        least, most = sizes[column.name]
        if column.need and taken() > room:
            sizes[column.name] = max(column.need, least - (taken() - room)), most
    spare = room - taken()
    fitted = []
    for column in kept:
        least, most = sizes[column.name]
        more = max(0, min(spare, most - least))
        spare -= more
        fitted.append((column, least + more))
    return fitted


def print_table(
    columns: Sequence[ShownColumn], rows: Sequence[Mapping[str, str]], *, title: str = "", caption: str = ""
) -> None:
    """Print rows as a table that fits the terminal: what does not is wrapped, or left out; of no rows, the title."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = [{name: printable(value) for name, value in row.items()} for row in rows]
    room = width()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, title_justify="left", padding=0)
    fitted = fitting(columns, shown, room)
    for column, size in fitted:
        table.add_column(Text(column.header), width=size, overflow="fold", justify="right" if column.right else "left")
    for row in shown:
        cells = (row.get(column.name, "") for column, _ in fitted)
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in cells))
    console = Console(file=sys.stdout, width=room, highlight=False, markup=False, emoji=False)
    if title:
        console.print(Text(title, style="bold"))
    if rows or not title:
        console.print(table)
    if caption:
        console.print(Text(caption, style="dim"))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str = "") -> None:
    """Print a list as a table: these columns of its rows, or all; of no rows the title, or that there is nothing."""
    names = columns or tuple(rows[0] if rows else ())
    numbers = {
        column for column in names if rows and all(isinstance(row.get(column), int | float | None) for row in rows)
    }
    shown = tuple(
        ShownColumn(
            column,
            column.replace("_", " "),
            drop=max(at - _KEPT + 1, 0),
            least=0 if column in numbers or column.endswith("_on") else _WIDE if column in _TEXTS else _NARROW,
            need=8,
            right=column in numbers,
        )
        for at, column in enumerate(names)
    )
    print_table(shown, [{column: said(row.get(column)) for column in names} for row in rows], title=title)
    if not rows and not title:
        sys.stdout.write("nothing\n")


def heading(text: str, underline: str) -> str:
    """Return a heading, underlined so that it shows without colour."""
    text = paragraph(text)
    return f"{text}\n{underline * max(map(len, text.splitlines()))}"


def paragraph(text: str, *, first: str = "", then: str = "") -> str:
    """Return a text wrapped to the terminal (100 characters at most): first line after `first`, others after `then`."""
    return textwrap.fill(
        printable(text),
        width=min(width(), _USUAL),
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def lines(pairs: Sequence[tuple[str, Any]], *, indent: str = "  ") -> str:
    """Return names and texts in two columns."""
    size = max((len(name) for name, _ in pairs), default=0)
    return "\n".join(
        paragraph(str(text), first=f"{indent}{name:<{size}}  ", then=" " * (len(indent) + size + 2))
        for name, text in pairs
    )
