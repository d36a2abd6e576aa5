"""Two returns of one authority compared, person by person: what changed, and what of it a year does not explain."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from ehcp_flow.conversion.returns import (
    RequestRecords,
    ReturnRecords,
    ReturnRow,
    flag_value,
    name_cases,
    tables,
    values_as_xml,
)
from ehcp_flow.errors import InputError
from ehcp_flow.sen2.changed_rows import TOLD_TOGETHER, row_told, same_rows
from ehcp_flow.sen2.persons import sex_of
from ehcp_flow.sen2.return_year import ReturnYear

__all__ = ["FIELDS_OF_CHANGE", "ReturnChange", "compare_returns", "told_twice"]

_SINGLE: Final = ("requests", "assessments", "named_plans", "active_plans")
_SEVERAL: Final = ("plan_details", "placements", "needs")
_HISTORICAL: Final = {"requests": "RequestOutcome", "assessments": "AssessmentOutcome"}
_ENDED: Final = ("N", "W")
_NO: Final = frozenset({"", "0"})
FIELDS_OF_CHANGE: Final = ("case_id", "person", "change", "element", "old", "new", "look", "says")
"""The public fields of a change, in their order."""


class ReturnChange(NamedTuple):
    """What changed: `look` says that a year does not explain it, and `says` then why.

    `change` is the kind (a row of `changes.toml`), `case_id` what the new return's case is called, the old one's where
    it is no longer there.
    """

    case_id: str
    person: str
    change: str
    element: str
    old: str
    new: str
    look: bool
    says: str


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    says: str
    look: str


class _Explained(BaseModel):
    """What a year explains; see `changes.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steady: frozenset[str]
    later: frozenset[str]
    once: frozenset[str]
    day_of: Mapping[str, str]
    undated: Mapping[str, Mapping[str, tuple[str, ...]]]
    of_sending: frozenset[str]
    follows: Mapping[str, Mapping[str, tuple[str, ...]]]
    kind: Mapping[str, _Kind]


@cache
def _explained() -> _Explained:
    text = files(__package__ or "").joinpath("changes.toml").read_text(encoding="utf-8")
    return _Explained.model_validate(tomllib.loads(text))


class _Person:
    """A person of a return: the row and the requests."""

    def __init__(self, requests: Sequence[RequestRecords]) -> None:
        self.requests = requests
        self.row = requests[0].person
        self.values = self.row.values if self.row is not None else {}
        self.called = ", ".join(filter(None, (self.values.get("Surname", ""), self.values.get("Forename", ""))))


def compare_returns(old: ReturnRecords, new: ReturnRecords) -> Iterator[ReturnChange]:
    """Yield what changed from one return to a later one, in the order of the persons of the later, then who is gone.

    Of two returns of one year everything is told, and nothing is to be looked at: a year explains none of it. Raises
    InputError where the first is of a later year, or they are of two authorities, or one does not say its year.
    """
    before, after = _year_of(old), _year_of(new)
    if before.year > after.year:
        raise InputError(f"{old.name} is of {before.year} and {new.name} of {after.year}: give the older one first")
    if old.authority and new.authority and old.authority != new.authority:
        raise InputError(
            f"{old.name} is of authority {old.authority} and {new.name} of {new.authority}: give two returns of one"
        )
    comparing = _Comparing(_persons(old), _persons(new), before, after)
    return chain(comparing.of_headers(old, new), comparing.changes())


def _year_of(records: ReturnRecords) -> ReturnYear:
    if records.year is None:
        raise InputError(f"{records.name} does not say of which collection it is (Year in its header)")
    return ReturnYear.of(records.year)


def _persons(records: ReturnRecords) -> list[_Person]:
    """Return the persons, their values written as XML has them, flags as 0 and 1, the sex as its letter."""
    name_cases(records)
    found: dict[str, list[RequestRecords]] = {}
    rows: dict[int, ReturnRow] = {}  # several requests have one person
    for request in records.requests:
        found.setdefault(request.place, []).append(request)
        of_person = [("persons", request.person)] if request.person is not None else []
        for table, row in (*of_person, *((name, row) for name in _tables() for row in request.rows(name))):
            if id(row) not in rows:
                rows[id(row)] = row
                row.values = _plain(table, values_as_xml(table, row.values, records.form))
    return [_Person(requests) for requests in found.values()]


@cache
def _tables() -> tuple[str, ...]:
    return (*_SINGLE, *_SEVERAL)


def _plain(table: str, values: Mapping[str, str]) -> dict[str, str]:
    items = tables()[table].by_name
    plain = {
        name: flag_value(text) if name in items and items[name].type == "flag" else text
        for name, text in values.items()
    }
    if "GenderCurrent" in plain:
        plain["Sex"] = sex_of(plain.pop("GenderCurrent"))
    return plain


class _Comparing:
    """One comparison."""

    def __init__(self, old: list[_Person], new: list[_Person], before: ReturnYear, after: ReturnYear) -> None:
        self.old = old
        self.new = new
        self.before = before
        self.after = after
        self.judges = before.year < after.year

    def of_headers(self, old: ReturnRecords, new: ReturnRecords) -> Iterator[ReturnChange]:
        """Yield what changed of the header, without a case: who the officers are."""
        was, now = (values_as_xml("header", records.header, records.form) for records in (old, new))
        yield from self._items("header", was, now, _Say(self, "", ""), besides=_explained().of_sending)

    def changes(self) -> Iterator[ReturnChange]:
        """Yield what changed."""
        known = _paired(self.old, self.new, _PERSON_KEYS)
        for person in self.new:
            earlier = known.get(id(person))
            if earlier is not None:
                yield from self._of_person(earlier, person)
            else:
                yield from (self._came("person_came", person, request) for request in person.requests)
        met = {id(person) for person in known.values()}
        for person in self.old:
            if id(person) not in met:
                yield from (self._left("person_left", person, request) for request in person.requests)

    def _of_person(self, old: _Person, new: _Person) -> Iterator[ReturnChange]:
        say = _Say(self, new.requests[0].case_id, new.called)
        yield from self._items("persons", old.values, new.values, say)
        known = _paired(old.requests, new.requests, _REQUEST_KEYS, alone=True)
        met = {id(request) for request in known.values()}
        for request in new.requests:
            earlier = known.get(id(request))
            if earlier is None:
                yield self._came("request_came", new, request)
            else:
                yield from self._of_request(earlier, request, _Say(self, request.case_id, new.called))
        for request in old.requests:
            if id(request) not in met:
                yield self._left("request_left", old, request)

    def _of_request(self, old: RequestRecords, new: RequestRecords, say: _Say) -> Iterator[ReturnChange]:
        for table in _SINGLE:
            was, now = ((each.rows(table) or [_NOTHING])[0] for each in (old, new))
            yield from self._items(table, was.values, now.values, say)
        for table in _SEVERAL:
            yield from self._rows(table, old.rows(table), new.rows(table), say)

    def _items(
        self, table: str, old: Mapping[str, str], new: Mapping[str, str], say: _Say, besides: Collection[str] = ()
    ) -> Iterator[ReturnChange]:
        historical = new.get(_HISTORICAL.get(table, "")) == "H"
        for name in (name for name in self._compared(table) if name not in besides):
            was, now = old.get(name, ""), new.get(name, "")
            is_no = {was, now} <= _NO and tables()[table].by_name[name].type == "flag"
            if was == now or is_no or (historical and not now):
                continue
            kind = "changed" if was and now else "gone" if was else "given"
            outcome = _explained().day_of.get(name, "")
            look = old.get(outcome) == new.get(outcome) and _is_odd(name, was, now)
            if now in _explained().undated.get(name, {}).get(was, ()) and not old.get(_day_of(name)):
                look = False
            yield say(kind, name, was, now, look=look)

    def _compared(self, table: str) -> Sequence[str]:
        """Return the items that both collections have; the sex is told as its letter in each."""
        years = (self.before.specification, self.after.specification)
        there = [{item.name for item in tables()[table].items_in(year)} for year in years]
        return tuple(
            item.name
            for item in tables()[table].items
            if item.name == "Sex" or all(item.name in each for each in there)
            if item.name != "GenderCurrent"
        )

    def _rows(
        self, table: str, old: Sequence[ReturnRow], new: Sequence[ReturnRow], say: _Say
    ) -> Iterator[ReturnChange]:
        element = tables()[table].element
        known = same_rows(old, new)
        for row in new:
            earlier = known.get(id(row))
            if earlier is None:
                yield say("row_came", element, "", row_told(row))
                continue
            if row_told(earlier) != row_told(row):
                yield say("changed", element, row_told(earlier), row_told(row))
            yield from self._items(table, earlier.values, row.values, say, besides=TOLD_TOGETHER)
        met = {id(row) for row in known.values()}
        for row in (row for row in old if id(row) not in met):
            left = row.values.get("LeavingDate", "")
            is_odd = table == "placements" and not (left and left < self.after.first)
            yield say("row_left", element, row_told(row), "", look=is_odd)

    def _came(self, kind: str, person: _Person, request: RequestRecords) -> ReturnChange:
        values = _together(request)
        begun = min(filter(None, (values.get("ReceivedDate", ""), values.get("StartDate", ""))), default="")
        is_new = bool(values.get("TransferLA")) or not begun or values.get("ReceivedDate", begun) > self.before.last
        return _Say(self, request.case_id, person.called)(kind, "Requests", "", _request_told(values), look=not is_new)

    def _left(self, kind: str, person: _Person, request: RequestRecords) -> ReturnChange:
        values = _together(request)
        outcome = values.get("AssessmentOutcome") or values.get("RequestOutcome", "")
        ended = values.get("CeaseDate") or values.get("Exported") or outcome in _ENDED
        return _Say(self, request.case_id, person.called)(kind, "Requests", _request_told(values), "", look=not ended)


class _Say:
    """What makes a change of a case."""

    def __init__(self, comparing: _Comparing, case_id: str, person: str) -> None:
        self.judges = comparing.judges
        self.case_id = case_id
        self.person = person

    def __call__(self, kind: str, element: str, old: str, new: str, *, look: bool = False) -> ReturnChange:
        known = _explained().kind[kind]
        look = look and self.judges
        return ReturnChange(
            self.case_id, self.person, kind, element, old, new, look, known.look if look else known.says
        )


_NOTHING: Final = ReturnRow({}, "", 0)


def _is_odd(name: str, old: str, new: str) -> bool:
    """Return whether a year does not explain that a value is another."""
    known = _explained()
    if name in known.follows:
        return bool(old) and new not in known.follows[name].get(old, ())
    if name in known.later:
        return new < old
    return bool(old) and (name in known.steady or name in known.once)


def _together(request: RequestRecords) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in _SINGLE:
        for row in request.rows(table):
            found |= row.values
    return found


def _request_told(values: Mapping[str, str]) -> str:
    """Return a request in a few words: its days and outcomes, as items."""
    names = (
        "ReceivedDate", "RequestOutcome", "AssessmentOutcome", "StartDate", "CeaseDate", "TransferLA", "Exported",
    )  # fmt: skip
    return " ".join(f"{name}={values[name]}" for name in names if values.get(name))


def _day_of(outcome: str) -> str:
    """Return the item of the day that goes with an outcome, nothing for what is none."""
    return next((day for day, of in _explained().day_of.items() if of == outcome), "")


def _number(item: str) -> Callable[[_Person], object]:
    return lambda person: person.values.get(item, "")


def _name_and_birth(person: _Person) -> object:
    values = person.values
    told = tuple(values.get(name, "").casefold() for name in ("Surname", "Forename", "PersonBirthDate"))
    return told if all(told) else ""


_PERSON_KEYS: Final = (_number("UPN"), _number("UniqueLearnerNumber"), _name_and_birth)
_REQUEST_KEYS: Final = tuple(
    (lambda request, item=item: _together(request).get(item, "")) for item in ("StartDate", "ReceivedDate")
)
"""By what persons, and the requests of one, are the same: the first that both have; what two have decides nothing."""


def told_twice(records: ReturnRecords) -> list[str]:
    """Return the numbers (UPN and ULN) that more than one person of a return has."""
    met: dict[str, set[str]] = {}
    for request in records.requests:
        values = request.person.values if request.person is not None else {}
        for item in ("UPN", "UniqueLearnerNumber"):
            if number := values.get(item, ""):
                met.setdefault(number, set()).add(request.place)
    return [number for number, places in met.items() if len(places) > 1]


def _paired(
    old: Sequence[Any], new: Sequence[Any], keys: Iterable[Callable[[Any], object]], *, alone: bool = False
) -> dict[int, Any]:
    """Return of each of the new, by its identity, the old one that is the same; `alone` pairs the two that are left."""
    found: dict[int, Any] = {}
    for key in keys:
        met = {id(each) for each in found.values()}
        left = _by_key((each for each in old if id(each) not in met), key)
        for value, each in _by_key((each for each in new if id(each) not in found), key).items():
            if value in left:
                found[id(each)] = left[value]
    if alone:
        met = {id(each) for each in found.values()}
        was, now = [each for each in old if id(each) not in met], [each for each in new if id(each) not in found]
        if len(was) == len(now) == 1:
            found[id(now[0])] = was[0]
    return found


def _by_key(rows: Iterable[Any], key: Callable[[Any], object]) -> dict[object, Any]:
    """Return what has a key of its own."""
    found: dict[object, list[Any]] = {}
    for each in rows:
        if value := key(each):
            found.setdefault(value, []).append(each)
    return {value: each[0] for value, each in found.items() if len(each) == 1}
