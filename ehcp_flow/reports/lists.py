"""The lists of the report page: registers cut to what a page can hold, with the columns that people act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ehcp_flow.measures.registers import OF_ANY_LAW, Row
from ehcp_flow.reports.overview import Overview

__all__ = ["MOST_ROWS", "Listing", "head_of", "listings"]

MOST_ROWS: Final = 4_000
"""The most rows of a list on the page; the workbook has them all."""

_COLUMNS: Final = {
    "breaches": ("case_id", "title", "party", "due_on", "days_over", "citation"),
    "due": ("case_id", "title", "party", "due_on", "days_left", "citation"),
    "exceptions": ("case_id", "ground", "on", "until", "verdict", "approved_by", "excuses", "checked"),
    "advice": ("case_id", "adviser", "asked_on", "due_on", "status", "days_over", "returned_on"),
    "reviews": ("case_id", "last_meeting", "last_decision", "review_due_on", "status", "days_over", "waiting_for"),
    "transfers": ("case_id", "phase", "due_on", "status", "days_over", "review_meeting_by", "last_review_meeting"),
    "disputes": ("case_id", "about", "decided_on", "state", "since", "next", "due_on", "status", "days_over"),
}
_TITLES: Final = {
    "breaches": ("Breaches still to be put right", "Statutory limits that are past and not done; the longest first."),
    "due": ("What falls due next", "Statutory limits that are open, the soonest first."),
    "exceptions": ("Exceptions recorded", "Those whose facts do not hold, or that have no ground in law, first."),
    "advice": ("Advice to chase", "Asked for and not given, or sent back; the most overdue first."),
    "reviews": ("Reviews overdue, or due within three months", "The soonest due first."),
    "transfers": ("Phase transfers still to be finalised", "The soonest due first."),
    "disputes": ("Disputes under way", "Mediation, appeals and orders; the soonest due first."),
    "findings": ("Gaps in the record", "What is missing or odd, by kind; the workbook has every one."),
}
_HEADS: Final = {
    "case_id": "Case", "title": "What", "party": "Who", "due_on": "Last lawful day", "days_over": "Days over",
    "citation": "Law", "days_left": "Days left", "on": "From",
    "until": "Until", "approved_by": "Recorded by", "review_due_on": "Review due", "waiting_for": "Waiting for",
    "review_meeting_by": "Meet by", "last_review_meeting": "Last meeting",
}  # fmt: skip
_NAMES: Final = ("party", "adviser", "ground", "phase", "about", "excuses", "status")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its id, title, what it holds, its heads, the rows it shows, and how many there are in all."""

    id: str
    title: str
    says: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: int


def listings(overview: Overview) -> list[Listing]:
    """Return the lists of the page, in order."""
    found = []
    for name, columns in _COLUMNS.items():
        if overview.other_law and name not in OF_ANY_LAW:
            continue
        rows = overview.registers.rows(name, standing=True)
        wanted = (columns[0], *overview.desk_columns, *columns[1:])
        title, says = _TITLES[name]
        shown = [[_cell(row, column) for column in wanted] for row in rows[:MOST_ROWS]]
        heads = [head_of(column) for column in wanted]
        found.append(Listing(name, title, says, heads, shown, len(rows)))
    found.append(_findings(overview))
    found.extend(_desks(overview))
    return found


def head_of(column: str) -> str:
    """Return the heading, in words, of a column of a register."""
    return _HEADS.get(column, column.replace("_", " ").capitalize())


def _cell(row: Row, column: str) -> Any:
    """Return a value as people write it: the names of events and advisers without underscores."""
    value = row[column]
    return value.replace("_", " ") if column in _NAMES and isinstance(value, str) else value


def _findings(overview: Overview) -> Listing:
    rows = overview.registers.rows("findings")
    kinds = Counter(row["code"] for row in rows)
    first = {row["code"]: row for row in reversed(rows)}
    title, says = _TITLES["findings"]
    return Listing(
        "findings",
        title,
        says,
        ["Kind", "How many", "What would put it right", "For instance"],
        [
            [code.replace("_", " "), count, first[code]["remedy"], first[code]["case_id"]]
            for code, count in kinds.most_common()
        ],
        len(kinds),
    )


def _desks(overview: Overview) -> list[Listing]:
    found = []
    for column, rows in overview.desks.items():
        words = column.replace("_", " ")
        heads = [name.replace("_", " ").capitalize() for name in (rows[0] if rows else {column: ""})]
        found.append(
            Listing(
                f"desk-{column.replace('_', '-')}",
                f"Work by {words}",
                "Cases, open requests, plans held, statutory limits overdue, and those due soon.",
                heads,
                [list(row.values()) for row in rows],
                len(rows),
            )
        )
    return found
