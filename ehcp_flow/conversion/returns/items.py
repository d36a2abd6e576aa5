"""The specification of the SEN2 return, year by year, and how its other forms call its items: `items.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ehcp_flow.conversion.cell_dates import DateOrder
from ehcp_flow.particular_table import known_names

__all__ = [
    "FIRST_YEAR", "LAST_YEAR", "FormKey", "Item", "ItemTable", "ReturnForm", "authorities", "forms", "item_key",
    "most_alike", "specified", "tables",
]  # fmt: skip

FIRST_YEAR: Final = 2023
"""The first collection of persons that every authority had to send."""
LAST_YEAR: Final = 2026
"""The last collection of which the specification is known; a later one is read as it."""


def specified(year: int) -> int:
    """Return the collection whose specification holds for a year: that year, or the nearest that is known.

    >>> specified(2027)
    2026
    """
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def item_key(heading: str) -> str:
    """Return a heading as the items' are compared: its letters and digits, without what stands in parentheses.

    >>> item_key("SEN Type of Need rank  (1=Primary, 2=Secondary)")
    'sentypeofneedrank'
    """
    return "".join(re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)?", "", heading).casefold()))


class _ItemRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _by_year(given: Mapping[Any, str]) -> Mapping[int, str]:
    return {int(year): number for year, number in given.items()}


def _codes(given: Any) -> Any:
    """Return codes as they are listed; a name stands for those of a list here, or of the particular of that name."""
    if not isinstance(given, str):
        return given
    known = known_names().get(given)
    return tuple(known.codes) if known is not None else _data()["codes"][given]


def _item_rows(rows: Any) -> Any:
    """Return rows of items with `first` for `from`, and the first years of their codes."""
    made = []
    for row in rows:
        known = known_names().get(row["codes"]) if isinstance(row.get("codes"), str) else None
        made.append(
            {("first" if key == "from" else key): value for key, value in row.items()}
            | ({"first_codes": known.first} if known is not None else {})
        )
    return made


class Item(_ItemRow):
    """An item of a table: its name as an XML element, number, type, codes, in which years it is and must be there.

    `items.toml` says what each field means. The codes are those of all years: `codes_in` gives those of one.
    """

    name: str
    type: Literal[
        "text", "day", "flag", "code", "year", "instant", "serial", "authority", "authority_or_none", "urn", "ukprn",
        "upn", "uln",
    ]  # fmt: skip
    number: str = ""
    numbers: Annotated[Mapping[int, str], BeforeValidator(_by_year)] = {}
    codes: Annotated[tuple[str, ...], BeforeValidator(_codes)] = ()
    first_codes: Mapping[str, int] = {}
    not_codes: tuple[str, ...] = ()
    doubtful: Mapping[str, int] = {}
    first: int = FIRST_YEAR
    until: int | None = None
    needed: int | None = None
    when: Mapping[str, tuple[str, ...]] = {}
    blank: bool = False
    personal: bool = False
    also_after: Annotated[Mapping[int, str], BeforeValidator(_by_year)] = {}
    headings: tuple[str, ...] = ()

    def is_in(self, year: int) -> bool:
        """Return whether the collection of a year has the item."""
        return self.first <= year and (self.until is None or year <= self.until)

    def is_needed(self, year: int) -> bool:
        """Return whether it is mandatory in a year, where `when` and `blank` do not say otherwise."""
        return self.is_in(year) and self.needed is not None and self.needed <= year

    def number_in(self, year: int) -> str:
        """Return its number in the specification of a year, nothing where it has none.

        >>> tables()["requests"].by_name["RYA"].number_in(2024)
        '2.2'
        """
        return next((number for until, number in sorted(self.numbers.items()) if year <= until), self.number)

    def codes_in(self, year: int) -> tuple[str, ...]:
        """Return the codes that it takes in a year; nothing for what is no code.

        >>> tables()["plan_details"].by_name["SENSetting"].codes_in(2023)
        ('OLA', 'OPA', 'EHE', 'EYP')
        """
        return tuple(
            code
            for code in self.codes
            if code not in self.not_codes
            and self.first_codes.get(code, year) <= year
            and (code not in self.doubtful or year <= self.doubtful[code])
        )


class ItemTable(_ItemRow):
    """A table of the return: its name here, its XML element, its title in the template, where it stands, its items.

    `groups` are elements within it that only hold items, each from the one that it begins with.
    """

    name: str
    element: str
    title: str
    within: str | None = None
    after: str | None = None
    least: int = 0
    most: int | None = None
    groups: Mapping[str, str] = {}
    items: Annotated[tuple[Item, ...], BeforeValidator(_item_rows)]

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """The items by each of their names, as `item_key` makes them."""
        return {item_key(heading): item for item in self.items for heading in (item.name, *item.headings)}

    @cached_property
    def by_name(self) -> Mapping[str, Item]:
        """The items by their names as XML elements."""
        return {item.name: item for item in self.items}

    def items_in(self, year: int) -> tuple[Item, ...]:
        """Return the items that the collection of a year has, in the order of its XML."""
        return tuple(item for item in self.items if item.is_in(year))

    @cached_property
    def whole_order(self) -> tuple[str, ...]:
        """What stands in it in any year, in order: that of each year is a part of it."""
        below = [table for table in tables().values() if table.within == self.name]
        order: list[str] = []
        for item in self.items:
            order.append(item.name)
            order += [table.element for table in below if table.after == item.name]
        return tuple(order)

    def order_in(self, year: int) -> tuple[str, ...]:
        """Return what stands in it in a year, in order: names of items, and elements of the tables within it.

        >>> tables()["active_plans"].order_in(2023)
        ('TransferLA', 'PlacementDetail', 'Res', 'WBP', 'SENneed', 'LastReview')
        """
        there = {item.name for item in self.items_in(year)} | {table.element for table in tables().values()}
        return tuple(name for name in self.whole_order if name in there)


class FormKey(_ItemRow):
    """How a table's rows are found in a form: the heading of their own id, and that of the row `of` the table above."""

    own: str
    parent: str | None = None
    of: str | None = None


class ReturnForm(_ItemRow):
    """A form in which the tables come: what it is, how it writes days, and how its tables hang together.

    `lacks` are items of the return for which it has no place, and `needs` the tables without which it is not whole.
    """

    says: str
    dates: DateOrder
    key: Mapping[str, FormKey] = {}
    person: str | None = None
    request: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ("persons", "requests")


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__ or "").joinpath("items.toml").read_text(encoding="utf-8"))


@cache
def tables() -> Mapping[str, ItemTable]:
    """Return the tables of the return by their names here, in the order of the return.

    >>> [item.name for item in tables()["needs"].items]
    ['SENtype', 'SENtypeRank']
    """
    found = (ItemTable.model_validate(row) for row in _data()["table"])
    return {table.name: table for table in found}


@cache
def authorities(*, of_upns: bool = False) -> frozenset[str]:
    """Return the numbers of England's authorities; of UPNs also those that there were, and those beside England's.

    >>> "885" in authorities(), "999" in authorities()
    (True, False)
    """
    told = _data()["authorities"]
    ranges = (each.split("-") for each in (*told["now"], *(told["in_upns"] if of_upns else ())))
    return frozenset(
        f"{number:03}" for first, *last in ranges for number in range(int(first), int([first, *last][-1]) + 1)
    )


@cache
def forms() -> Mapping[str, ReturnForm]:
    """Return the forms in which the tables come."""
    return {name: ReturnForm.model_validate(row) for name, row in _data()["form"].items()}


def most_alike(headings: Iterable[str], names: Iterable[str]) -> str | None:
    """Return the table, of these, that knows the most of some headings; None where none knows two of them."""
    keys = {item_key(heading) for heading in headings}
    scores = {name: len(keys & tables()[name].by_key.keys()) for name in names}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 1 else None
