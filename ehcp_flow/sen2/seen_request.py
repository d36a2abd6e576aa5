"""One request of a return while it is checked: its values together, the rows they stand in, and their days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias

from ehcp_flow.conversion.returns import RequestRecords, ReturnRow, flag_value, tables
from ehcp_flow.sen2.return_rules import ReturnFinding

__all__ = ["BELOW_PERSON", "PLACES", "Say", "SeenRequest", "age_on", "as_date", "holds", "home", "line_of", "table_of"]

Say: TypeAlias = Callable[..., ReturnFinding]
"""What makes a finding of a rule, of the request that is looked at."""
BELOW_PERSON: Final = (
    "requests", "assessments", "named_plans", "plan_details", "active_plans", "placements", "needs",
)  # fmt: skip
_SINGLE: Final = ("requests", "assessments", "named_plans", "active_plans")
PLACES: Final = ("URN", "UKPRN", "SENSetting")
"""What says where a place is: one of them."""
_ANY, _NONE = "*", ""
_PLAIN_FLAGS: Final = ("0", "1")


class SeenRequest:
    """A request: `values` are those of the person and of the rows of which there is one, and which tables it has.

    Flags are 0 and 1 in them, however they were written.
    """

    __slots__ = ("person", "request", "rows", "values")

    def __init__(self, request: RequestRecords) -> None:
        self.request = request
        self.person = request.person
        self.rows: dict[str, list[ReturnRow]] = {table: request.rows(table) for table in BELOW_PERSON}
        values: dict[str, str] = {}
        if request.person is not None:
            values |= request.person.values
        for table in _SINGLE:
            for row in self.rows[table]:
                values |= row.values
        for name in _flags():
            if values.get(name, "0") not in _PLAIN_FLAGS:
                values[name] = flag_value(values[name])
        for table in BELOW_PERSON:
            if self.rows[table]:
                values[tables()[table].element] = _ANY
        self.values = values

    def row_of(self, item: str) -> ReturnRow | None:
        """Return the row that has an item, or could have it."""
        table = home(item)
        if table == "persons":
            return self.person
        return next(iter(self.rows.get(table, ())), None)


@cache
def _flags() -> tuple[str, ...]:
    return tuple(item.name for table in _SINGLE for item in tables()[table].items if item.type == "flag")


def home(item: str) -> str:
    """Return the table in which an item stands of which a request has one at most, nothing for any other."""
    return _home().get(item, "")


@cache
def _home() -> Mapping[str, str]:
    singles = ("persons", *_SINGLE)
    return {item.name: name for name in singles for item in tables()[name].items}


def holds(condition: Mapping[str, tuple[str, ...]], values: Mapping[str, str]) -> bool:
    """Return whether every item of a condition has one of its values; `*` is any, and an empty one is none."""
    for item, wanted in condition.items():
        value = values.get(item, _NONE)
        if value not in wanted and not (value and _ANY in wanted):
            return False
    return True


@cache
def table_of(element: str) -> str:
    """Return the table of an element, nothing where it is an item."""
    return next((table.name for table in tables().values() if table.element == element), "")


def line_of(row: ReturnRow | None, item: str) -> int:
    """Return where an item of a row stands, or the row."""
    return 0 if row is None else row.lines.get(item, row.line)


@cache
def as_date(text: str) -> dt.date | None:
    """Return a day, None for what is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def age_on(born: dt.date, day: dt.date) -> int:
    """Return the age reached on a day."""
    return day.year - born.year - ((born.month, born.day) > (day.month, day.day))
