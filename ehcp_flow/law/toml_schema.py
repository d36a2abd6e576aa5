"""JSON Schema for the files of a rulebook, so that editors complete them and mark what is wrong while it is written.

It is made of the tables by which the loader reads them. What no schema can say (a name that nothing declares, versions
that overlap, a state without an answer) the loader alone refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ehcp_flow.law.folder import BASE
from ehcp_flow.law.guard import KINDS
from ehcp_flow.law.installed import ENGLAND
from ehcp_flow.law.key_words import key_words, models_of
from ehcp_flow.law.loader import SECTIONS
from ehcp_flow.law.machine_loader import MOVE_SECTIONS

__all__ = ["SCHEMAS", "moves_schema", "rulebook_schema"]

_DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_MODE: Final = "validation"


def rulebook_schema() -> dict[str, Any]:
    """Return the schema of the files of a rulebook."""
    title = {"type": "string", "description": "what the rulebook is of"}
    base = {
        "type": "string",
        "description": f'the rulebook that this one changes, "{ENGLAND}" or the name of another that is installed: all '
        "that stands there holds here too",
    }
    return _schema("A file of a rulebook of ehcp_flow", {"title": title, BASE: base}, SECTIONS, ())


def moves_schema() -> dict[str, Any]:
    """Return the schema of the files in the folder `moves` of a rulebook."""
    region = {"enum": ["pathway", "disputes"], "description": "to which region the rows of the file belong"}
    return _schema("States and moves of a rulebook of ehcp_flow", {"region": region}, MOVE_SECTIONS, ("region",))


def _schema(
    title: str, properties: Mapping[str, Any], sections: Mapping[str, type[BaseModel] | None], needed: tuple[str, ...]
) -> dict[str, Any]:
    """Return a schema of tables: one without a model is the guards, which are of several kinds."""
    models = [each for model in sections.values() for each in ([*KINDS.values()] if model is None else [model])]
    refs, told = models_json_schema([(model, _MODE) for model in models], ref_template="#/definitions/{model}")
    items = {
        section: {"oneOf": [refs[each, _MODE] for each in KINDS.values()]} if model is None else refs[model, _MODE]
        for section, model in sections.items()
    }
    definitions = told["$defs"]
    for model in models_of(models):
        # What is written as a text has no table: a citation.
        keys = definitions.get(model.__name__, {}).get("properties", {})
        keys |= {key: keys[key] | {"description": says} for key, says in key_words(model) if key in keys}
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "properties": {**properties, **{name: {"type": "array", "items": item} for name, item in items.items()}},
        "additionalProperties": False,
        **({"required": list(needed)} if needed else {}),
        "definitions": definitions,
    }


SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "rulebook.schema.json": rulebook_schema,
    "moves.schema.json": moves_schema,
}
"""The files beside England's folder that hold the schemas; `python docs/make_schemas.py` writes them."""
