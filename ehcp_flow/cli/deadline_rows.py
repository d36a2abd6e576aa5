"""Deadlines as rows of a table: what people are shown, in short words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ehcp_flow.cli.printed_table import ShownColumn

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.law.citation import Citation

__all__ = ["CHECK_COLUMNS", "DUE_COLUMNS", "abbreviations", "for_people"]

CHECK_COLUMNS: Final = (
    ShownColumn("case_id", "case", most=24, least=16, need=8),
    ShownColumn("limit", "limit", need=12),
    ShownColumn("party", "party", drop=7, least=8, most=14),
    ShownColumn("title", "title", drop=9, least=20),
    ShownColumn("due_on", "due"),
    ShownColumn("due_on_earliest", "at earliest", drop=1),
    ShownColumn("done_on", "done", drop=4),
    ShownColumn("status", "status"),
    ShownColumn("days_over", "over", drop=3, right=True),
    ShownColumn("breach", "breach"),
    ShownColumn("law", "citation", drop=5, least=10),
)
DUE_COLUMNS: Final = (
    ShownColumn("limit", "limit", need=12),
    ShownColumn("party", "party", drop=8, least=8, most=14),
    ShownColumn("title", "title", drop=7, least=16, most=30),
    ShownColumn("due_in_words", "last lawful day"),
    ShownColumn("due_earliest_in_words", "at earliest", drop=1),
    ShownColumn("earliest_in_words", "lawful from", drop=4),
    ShownColumn("actor", "actor", drop=5, least=10, most=18),
    ShownColumn("citation", "citation", drop=3, least=24),
)


def for_people(deadline: Deadline) -> dict[str, str]:
    """Return what a table shows of a deadline."""
    row = {name: "" if value is None else str(value) for name, value in deadline.as_dict().items()}
    row["breach"] = "BREACH" if deadline.breach else ""
    if deadline.excused_by and deadline.missed:
        row["breach"] = "excused"
    row["law"] = _cited(deadline)[0].short
    row["due_in_words"] = _short(deadline.due_on) or "not known"
    row["due_earliest_in_words"] = _short(deadline.due_on_earliest)
    row["earliest_in_words"] = _short(deadline.earliest_on)
    return row


def _short(day: dt.date | None) -> str:
    return "" if day is None else f"{day:%a %d %b %Y}"


def abbreviations(deadlines: Iterable[Deadline]) -> str:
    """Return what the short names of the first provisions stand for: `SR: SEND Regulations 2014 (SI 2014/1530)`.

    A target of an authority has no provision: its profile is named in full.
    """
    named: dict[str, str] = {}
    for deadline in deadlines:
        instruments: Mapping[str, Any] = deadline.derivation.judged.book.rulebook.instruments
        first = _cited(deadline)[0]
        if first.address:
            named.setdefault(first.instrument, instruments[first.instrument].title)
    return "; ".join(f"{short}: {title}" for short, title in named.items())


def _cited(deadline: Deadline) -> tuple[Citation, ...]:
    return deadline.derivation.version.citation
