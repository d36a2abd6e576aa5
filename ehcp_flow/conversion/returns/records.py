"""What a return says, whatever form it came in: rows of its tables, put together by request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ehcp_flow.conversion.returns.items import FIRST_YEAR, LAST_YEAR, item_key, tables
from ehcp_flow.errors import RowRefused
from ehcp_flow.nouns import count

__all__ = ["OddElement", "RequestRecords", "ReturnRecords", "ReturnRow", "name_cases"]

_PLACES: Final = 6
"""Of how many elements out of place it is told where they stand."""
_KINDS: Final = {"stray": "stray text in"}
_TOLD: Final = 12
"""How many names of items that are not read are told."""


@dataclass(slots=True)
class ReturnRow:
    """A row of one of the tables: its values by item, and where it stands; in XML each item has a line of its own."""

    values: dict[str, str]
    file: str
    line: int
    lines: dict[str, int] = field(default_factory=dict)


class OddElement(NamedTuple):
    """An element that stands where it should not; `within` holds it.

    `kind` is unknown, repeated, misplaced (in its order), astray (in another element than it belongs in), miscased (its
    name is written in other capitals), foreign (of a namespace, the first one), or stray: text stands between what is
    in it.
    `place` is that of the person in whom it stands, nothing in the header.
    """

    kind: str
    element: str
    within: str
    line: int
    place: str


@dataclass(slots=True)
class RequestRecords:
    """A request and what came of it. `person` is the row of the person, `place` its place among the persons.

    `case_id` is what a case made of it is called, once `name_cases` has said so.
    """

    person: ReturnRow | None
    place: str
    request: ReturnRow
    assessment: ReturnRow | None = None
    named_plan: ReturnRow | None = None
    plan_details: list[ReturnRow] = field(default_factory=list)
    active_plan: ReturnRow | None = None
    placements: list[ReturnRow] = field(default_factory=list)
    needs: list[ReturnRow] = field(default_factory=list)
    case_id: str = ""

    def rows(self, table: str) -> list[ReturnRow]:
        """Return the rows of a table that the request has."""
        if table == "requests":
            return [self.request]
        name = _ONE_OF.get(table)
        if name is None:
            found: list[ReturnRow] = getattr(self, table)
            return found
        row = getattr(self, name)
        return [] if row is None else [row]

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

    `has` are the tables that it has at all. `unknown` counts the rows that have an item of a name that is not known,
    `odd` are elements of XML out of place, `further_headers` the rows of a header behind the first, `alone` are
    persons without a request, with their place; `files` says in
    which file each table stands, where they are several.
    """

    name: str
    form: str
    header: dict[str, str] = field(default_factory=dict)
    requests: list[RequestRecords] = field(default_factory=list)
    has: set[str] = field(default_factory=set)
    refused: list[RowRefused] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)
    odd: list[OddElement] = field(default_factory=list)
    alone: list[tuple[str, ReturnRow]] = field(default_factory=list)
    header_lines: dict[str, int] = field(default_factory=dict)
    header_row: ReturnRow | None = None
    further_headers: list[ReturnRow] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
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

    def out_of_place(self) -> list[str]:
        """Return which elements stand where they should not, and which persons have no request: some is not taken."""
        said = []
        if self.odd:
            where = _some([f"{_KINDS.get(each.kind, each.kind)} {each.element} line {each.line}" for each in self.odd])
            many = count(len(self.odd), "element")
            said.append(f"{many} out of place, so something may be missing ({where}): `sen2 validate` says what")
        if self.alone:
            where = _some([f"line {row.line}" for _, row in self.alone])
            many = count(len(self.alone), "person has", "persons have")
            said.append(f"{many} no request, so nothing is made of them ({where})")
        return said

    def put(self, table: str, name: str, text: str, into: dict[str, str]) -> None:
        """Put a value into a row under the name of its item, or count it as unknown; an empty one is none."""
        item = _KEYS[table].get(item_key(name))
        if item is None:
            if text:
                self.unknown[name] = self.unknown.get(name, 0) + 1
        elif text:
            into.setdefault(item, text)


def _some(told: list[str]) -> str:
    more = f" and {len(told) - _PLACES:,} more" if len(told) > _PLACES else ""
    return ", ".join(told[:_PLACES]) + more


def name_cases(records: ReturnRecords) -> int:
    """Say of each request what its case is called; return of how many the number is another person's too.

    It is the UPN, else the ULN, else the authority's number and the place of the person; from the second request of a
    person on with the place of the request behind it.
    """
    names: Counter[str] = Counter()
    owners: dict[str, str] = {}
    shared = 0
    for request in records.requests:
        base = _person_id(request, records)
        shared += owners.setdefault(base, request.place) != request.place
        names[base] += 1
        request.case_id = base if names[base] == 1 else f"{base}-{names[base]}"
    return shared


def _person_id(request: RequestRecords, records: ReturnRecords) -> str:
    """Return what a person's cases are called: the UPN, else the ULN, else the authority's number and the place."""
    values = request.person.values if request.person is not None else {}
    for item in ("UPN", "UniqueLearnerNumber"):
        if given := "".join(values.get(item, "").split()):
            return given
    return "-".join(filter(None, (records.authority, request.place)))


_KEYS: Final = {name: {key: item.name for key, item in table.by_key.items()} for name, table in tables().items()}
