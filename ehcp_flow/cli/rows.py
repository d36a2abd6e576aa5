"""Deadlines as rows of a table: what people are shown, in short words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ehcp_flow.cli.table import Column

if TYPE_CHECKING:
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.law.citation import Citation

__all__ = ["CHECK_COLUMNS", "DUE_COLUMNS", "abbreviations", "for_people"]

CHECK_COLUMNS: Final = (
    Column("case_id", "case", most=24, least=16, need=8),
    Column("limit", "limit", need=12),
    Column("party", "party", drop=7, least=8, most=14),
    Column("title", "title", drop=9, least=20),
    Column("due_on", "due"),
    Column("done_on", "done", drop=4),
    Column("status", "status"),
    Column("days_over", "over", drop=3, right=True),
    Column("breach", "breach"),
    Column("law", "citation", drop=5, least=10),
)
DUE_COLUMNS: Final = (
    Column("limit", "limit", need=12),
    Column("party", "party", drop=8, least=8, most=14),
    Column("title", "title", drop=7, least=16, most=30),
    Column("due_in_words", "last lawful day"),
    Column("earliest_in_words", "lawful from", drop=4),
    Column("actor", "actor", drop=5, least=10, most=18),
    Column("citation", "citation", drop=3, least=24),
)


def for_people(deadline: Deadline) -> dict[str, str]:
    """Return what a table shows of a deadline."""
    row = {name: "" if value is None else str(value) for name, value in deadline.as_dict().items()}
    row["breach"] = "BREACH" if deadline.breach else ""
    if deadline.excused_by and deadline.missed:
        row["breach"] = "excused"
    row["law"] = _cited(deadline)[0].short
    row["due_in_words"] = "not known" if deadline.due_on is None else f"{deadline.due_on:%a} {deadline.due_on:%d %b %Y}"
    row["earliest_in_words"] = "" if deadline.earliest_on is None else f"{deadline.earliest_on:%a %d %b %Y}"
    return row


def abbreviations(deadlines: Iterable[Deadline]) -> str:
    """Return what the short names of the first provisions stand for: `SR: SEND Regulations 2014 (SI 2014/1530)`."""
    named: dict[str, str] = {}
    for deadline in deadlines:
        instruments: Mapping[str, Any] = deadline.working.judged.book.rulebook.instruments
        first = _cited(deadline)[0].instrument
        named.setdefault(first, instruments[first].title)
    return "; ".join(f"{short}: {title}" for short, title in named.items())


def _cited(deadline: Deadline) -> tuple[Citation, ...]:
    return deadline.working.version.citation
