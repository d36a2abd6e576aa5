"""The tables and items of the SEN2 return, year by year, and how its other forms call them: `items.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ehcp_flow.conversion.cell_dates import DateOrder

__all__ = ["FIRST_YEAR", "LAST_YEAR", "FormKey", "Item", "ItemTable", "ReturnForm", "forms", "item_key", "tables"]

FIRST_YEAR: Final = 2023
"""The first collection of persons that every authority had to send."""
LAST_YEAR: Final = 2026
"""The last collection of which the specification is known; a later one is read as it."""


def item_key(heading: str) -> str:
    """Return a heading as the items' are compared: its letters and digits, without what stands in parentheses.

    >>> item_key("SEN Type of Need rank  (1=Primary, 2=Secondary)")
    'sentypeofneedrank'
    """
    return "".join(re.findall(r"[^\W_]+", re.sub(r"\([^)]*\)?", "", heading).casefold()))


class _ItemRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(_ItemRow):
    """An item of a table: its name as an XML element, its number, its type, its codes, and in which years it is."""

    name: str
    type: Literal["text", "day", "flag", "code"]
    item: str = ""
    codes: tuple[str, ...] = ()
    first: int = FIRST_YEAR
    until: int | None = None
    needed: int | None = None
    personal: bool = False
    headings: tuple[str, ...] = ()

    def is_in(self, year: int) -> bool:
        """Return whether the collection of a year has the item."""
        return self.first <= year and (self.until is None or year <= self.until)


class ItemTable(_ItemRow):
    """A table of the return: its name here, its XML element, its title in the Excel template, and its items."""

    name: str
    element: str
    title: str
    items: Annotated[
        tuple[Item, ...],
        BeforeValidator(lambda rows: [{("first" if k == "from" else k): v for k, v in row.items()} for row in rows]),
    ]

    @property
    def by_key(self) -> Mapping[str, Item]:
        """The items by each of their names, as `item_key` makes them."""
        return {item_key(heading): item for item in self.items for heading in (item.name, *item.headings)}


class FormKey(_ItemRow):
    """How a table's rows are found in a form: the heading of their own id, and that of the row `of` the table above."""

    own: str
    parent: str | None = None
    of: str | None = None


class ReturnForm(_ItemRow):
    """A form in which the tables come: what it is, how it writes days, and how its tables hang together."""

    says: str
    dates: DateOrder
    key: Mapping[str, FormKey] = {}
    person: str | None = None
    request: tuple[str, ...] = ()


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
def forms() -> Mapping[str, ReturnForm]:
    """Return the forms in which the tables come."""
    return {name: ReturnForm.model_validate(row) for name, row in _data()["form"].items()}


def most_alike(headings: Iterable[str], names: Iterable[str]) -> str | None:
    """Return the table, of these, that knows the most of some headings; None where none knows two of them."""
    keys = {item_key(heading) for heading in headings}
    scores = {name: len(keys & tables()[name].by_key.keys()) for name in names}
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 1 else None
