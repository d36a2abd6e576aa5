"""What a check of a SEN2 return found, as a page for the data officer: by rule, the worst first, with the cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from ehcp_flow.conversion.returns import ReturnRecords, specified, tables
from ehcp_flow.reports.page import render
from ehcp_flow.reports.plain_words import capital

__all__ = ["return_page"]

_SHOWN: Final = 500
"""How many cases of a rule a page shows."""


def return_page(found: Mapping[str, Sequence[Mapping[str, Any]]], records: ReturnRecords, year: int) -> str:
    """Return a page of findings by rule, in their order; each finding has the public fields of one.

    `records` is what was checked, by the specification of a year. Raises LibraryMissing without Jinja2.
    """
    every = [each for rows in found.values() for each in rows]
    errors = sum(each["severity"] == "error" for each in every)
    return render(
        "return.html.j2",
        name=records.name,
        year=year,
        authority=records.authority or "",
        persons=len({request.place for request in records.requests}) + len(records.alone),
        requests=len(records.requests),
        errors=errors,
        queries=len(every) - errors,
        files=bool(records.files),
        rules=[_rule(rule, rows, specified(year)) for rule, rows in found.items()],
    )


def _rule(rule: str, rows: Sequence[Mapping[str, Any]], year: int) -> dict[str, Any]:
    first = rows[0]
    return {
        "id": rule,
        "severity": first["severity"],
        "dfe": first["dfe"],
        "says": capital(str(first["says"]).partition(" (")[0]),
        "right": capital(str(first["right"])) if len({row["right"] for row in rows}) == 1 else "",
        "cases": [
            {
                **row,
                "says": capital(row["says"]),
                "right": capital(row["right"]),
                "number": _number(row["element"], year),
            }
            for row in rows[:_SHOWN]
        ],
        "more": max(len(rows) - _SHOWN, 0),
    }


@cache
def _number(element: str, year: int) -> str:
    """Return the number of an item in the specification of a year; nothing for one that has several, or none."""
    numbers = {
        item.number_in(year) for table in tables().values() for item in table.items_in(year) if item.name == element
    }
    return numbers.pop() if len(numbers) == 1 else ""
