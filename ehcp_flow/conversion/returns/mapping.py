"""What the items of a return are, as data (`mapping.toml`): which fact or particular, of which day and words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

__all__ = [
    "ItemWords", "ReturnFact", "ReturnParticular", "facts_by_table", "notes", "particulars_by_table", "party_codes",
]  # fmt: skip


class _MappingRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ItemWords(_MappingRow):
    """A column of a fact: a constant `value`, or what the codes of an item mean."""

    value: str | None = None
    item: str | None = None
    values: Mapping[str, str] = {}
    also: Mapping[str, str] = {}


class ReturnFact(_MappingRow):
    """A fact of each row of a table that has the item `on`, and the values that `when` names."""

    table: str
    event: str
    on: str
    when: Mapping[str, tuple[str, ...]] = {}
    party: ItemWords | None = None
    outcome: ItemWords | None = None
    id_day: bool = False


class ReturnParticular(_MappingRow):
    """A particular of each row of a table that has one of the items; without `on`, from the case's first day."""

    name: str
    table: str
    item: Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
    on: str | None = None
    until: str | None = None
    rank: str | None = None
    of_year: bool = False


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__ or "").joinpath("mapping.toml").read_text(encoding="utf-8"))


@cache
def facts_by_table() -> Mapping[str, tuple[ReturnFact, ...]]:
    """Return the facts that rows of each table are."""
    found: dict[str, tuple[ReturnFact, ...]] = {}
    for row in map(ReturnFact.model_validate, _data()["fact"]):
        found[row.table] = (*found.get(row.table, ()), row)
    return found


@cache
def particulars_by_table() -> Mapping[str, tuple[ReturnParticular, ...]]:
    """Return the particulars that rows of each table are."""
    found: dict[str, tuple[ReturnParticular, ...]] = {}
    for row in map(ReturnParticular.model_validate, _data()["particular"]):
        found[row.table] = (*found.get(row.table, ()), row)
    return found


@cache
def party_codes() -> Mapping[str, str]:
    """Return as which source of a request each party is written.

    >>> party_codes()["post16"]
    '2'
    """
    party = next(rule.party for rule in facts_by_table()["requests"] if rule.party is not None)
    return {word: code for code, word in party.values.items()} | dict(party.also)


@cache
def notes() -> Mapping[str, str]:
    """Return what is told of what a return loses, by key."""
    return dict(_data()["notes"])
