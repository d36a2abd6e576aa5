"""What a return says, whatever form it came in: rows of its tables, put together by request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ehcp_flow.conversion.returns.items import FIRST_YEAR, LAST_YEAR, item_key, tables
from ehcp_flow.errors import RowRefused

__all__ = ["RequestRecords", "ReturnRecords", "ReturnRow"]

_TOLD: Final = 12
"""How many names of items that are not read are told."""


@dataclass(slots=True)
class ReturnRow:
    """A row of one of the tables: its values by item, and where it stands."""

    values: dict[str, str]
    file: str
    line: int


@dataclass(slots=True)
class RequestRecords:
    """A request and what came of it. `person` is the row of the person, `place` its place among the persons."""

    person: ReturnRow | None
    place: str
    request: ReturnRow
    assessment: ReturnRow | None = None
    named_plan: ReturnRow | None = None
    plan_details: list[ReturnRow] = field(default_factory=list)
    active_plan: ReturnRow | None = None
    placements: list[ReturnRow] = field(default_factory=list)
    needs: list[ReturnRow] = field(default_factory=list)

    def take(self, table: str, row: ReturnRow) -> bool:
        """Put a row of a table to the request; return False where there is one of which there can be but one."""
        name = _ONE_OF.get(table)
        if name is None:
            getattr(self, table).append(row)
            return True
        if getattr(self, name) is not None:
            return False
        setattr(self, name, row)
        return True


_ONE_OF: Final = {"assessments": "assessment", "named_plans": "named_plan", "active_plans": "active_plan"}
"""The tables of which a request has at most one row."""


@dataclass
class ReturnRecords:
    """A return as it was read: its `form`, its header, its requests in their order, and what was not read of it.

    `has` are the tables that it has at all. `unknown` counts the rows that have an item of a name that is not known.
    """

    name: str
    form: str
    header: dict[str, str] = field(default_factory=dict)
    requests: list[RequestRecords] = field(default_factory=list)
    has: set[str] = field(default_factory=set)
    refused: list[RowRefused] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def year(self) -> int | None:
        """The year of the collection, where the return says it and it can be one."""
        given = self.header.get("Year", "")
        return int(given) if given.isdecimal() and given.isascii() and len(given) == len("2026") else None

    @property
    def authority(self) -> str | None:
        """The local authority's number, where the return says it."""
        given = self.header.get("LEA", "")
        return given if given.isdecimal() and given.isascii() and len(given) == len("885") else None

    def told(self) -> list[str]:
        """Return what is to be said of how the return was read, a sentence each."""
        said = list(self.notes)
        year = self.year
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            said.append(f"it is of {year}, and the items of {FIRST_YEAR} to {LAST_YEAR} are known: read as {LAST_YEAR}")
        if self.unknown:
            names = [f"{name} ({many:,})" for name, many in list(self.unknown.items())[:_TOLD]]
            further = len(self.unknown) - _TOLD
            more = f" and {further} more" if further > 0 else ""
            said.append(f"not read, for the return has no such item: {', '.join(names)}{more}")
        return said

    def put(self, table: str, name: str, text: str, into: dict[str, str]) -> None:
        """Put a value into a row under the name of its item, or count it as unknown; an empty one is none."""
        item = _KEYS[table].get(item_key(name))
        if item is None:
            if text:
                self.unknown[name] = self.unknown.get(name, 0) + 1
        elif text:
            into.setdefault(item, text)


_KEYS: Final = {name: {key: item.name for key, item in table.by_key.items()} for name, table in tables().items()}
