"""A fact as it is posted: one JSON object of the columns of `docs/facts.md`, read as strictly as it is described.

What the path and the key say already (`case_id`, `authority`) and what the store fills (`recorded_at`, `recorded_by`)
has no place in it. The description is made of the very classes that check a fact: what they need it requires.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ehcp_flow.errors import FactError
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact

__all__ = ["FACT_BODY", "PostedFact", "fact_of", "object_of", "posted"]

_NOT_POSTED: Final = ("case_id", "authority", "recorded_at", "recorded_by")
FACT_BODY: Final = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PostedFact"}}},
}
"""How a path describes that a fact is posted to it."""


class PostedFact(RootModel[dict[str, Any]]):
    """A fact of a case: what happened, on which day, and the columns that such a fact has."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the description: one of the events, each as its class checks it."""
        return {
            "title": cls.__name__,
            "description": cls.__doc__,
            "oneOf": [_described(event, fact) for event, fact in FACT_TYPES.items() if event != "authority_replaced"],
        }


def _described(event: str, fact: type[Fact]) -> JsonSchemaValue:
    said = fact.model_json_schema()
    required = [name for name in said["required"] if name not in _NOT_POSTED]
    columns = {name: _column(each) for name, each in said["properties"].items() if name not in _NOT_POSTED}
    return {**said, "title": event, "properties": columns, "required": required}


def _column(said: Mapping[str, Any]) -> JsonSchemaValue:
    """Return what a column holds: text is not empty, since an empty cell says nothing."""
    column = {name: value for name, value in said.items() if name not in ("title", "default")}
    kinds = [kind for kind in column.pop("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        column |= kinds[0]
    elif kinds:
        column["anyOf"] = kinds
    if column.get("type") == "string" and not {"const", "enum", "format", "pattern"} & column.keys():
        column.setdefault("minLength", 1)
    return column


def object_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is. Raises FactError for whatever is none."""
    try:
        said = json.loads(body, object_pairs_hook=_told_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, _TwiceError) else "it is no JSON in UTF-8"
        raise FactError("", "body", body[:40].decode("utf-8", "replace"), f"send one JSON object: {why}") from None
    if not isinstance(said, dict):
        raise FactError("", "body", type(said).__name__, "send one JSON object")
    return said


def fact_of(body: bytes, case_id: str) -> Fact:
    """Return the fact that was posted to a case. Raises FactError, and UnknownNameError for an event that is none."""
    said = object_of(body)
    event = said.pop("event", None)
    if not isinstance(event, str) or event not in FACT_TYPES:
        raise FactError("", "event", event, "name an event, as GET /openapi.json lists them")
    for name, value in said.items():
        if name in _NOT_POSTED:
            raise FactError(event, name, value, f"leave it out: {_SAID_BY[name]}")
        if value is None or (isinstance(value, str) and not value.strip()):
            raise FactError(event, name, value, "leave out what is not known")
        if not isinstance(value, str):
            raise FactError(event, name, str(value), "write text, dates as 2026-03-02")
    return make_fact(event, case_id=case_id, **said)


def posted(fact: Fact) -> dict[str, Any]:
    """Return a fact as it would be posted."""
    said = fact.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in said.items() if name not in _NOT_POSTED}


_SAID_BY: Final = {
    "case_id": "the path says it", "authority": "the key says it", "recorded_at": "the store fills it",
    "recorded_by": "the key says it",
}  # fmt: skip


class _TwiceError(ValueError):
    pass


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise _TwiceError("a name stands in it twice")
    return said


def _no_number(name: str) -> None:
    raise ValueError(name)
