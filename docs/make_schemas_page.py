"""Writes docs/rulebook-keys.md from the schemas that editors read: `python docs/make_schemas_page.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ehcp_flow.law.guard import KINDS

PAGE = Path(__file__).with_name("rulebook-keys.md")
SCHEMAS = Path(__file__).parents[1] / "ehcp_flow" / "law" / "schema"

INTRODUCTION: Final = """
# Every key of a rulebook

<!-- Generated from the schemas that editors read by `python docs/make_schemas_page.py`. Do not edit. -->

What can stand in the files of a rulebook, table by table: what each key holds, whether it must be there, and what it
means. Most tables need two or three of their keys. [Write a rulebook](write-a-rulebook.md) begins at the beginning; an
editor shows the same words by the schema.

A guard of a move is one of these questions, by its `kind`: {kinds}.
""".strip()

PARTS: Final = (
    ("Files of the rulebook", "rulebook.schema.json"),
    ("Files in the folder `moves`", "moves.schema.json"),
)
WORDS: Final = {"boolean": "`true` or `false`", "integer": "a number", "string": "text", "object": "a table"}


def page() -> str:
    """Return the page."""
    kinds = ", ".join(f"`{kind}` ([{model.__name__}](#{model.__name__.lower()}))" for kind, model in KINDS.items())
    lines = [INTRODUCTION.format(kinds=kinds)]
    shown: set[str] = set()
    for title, file in PARTS:
        schema = json.loads((SCHEMAS / file).read_text("utf-8"))
        sections = {
            _named(each): f"[[{section}]]"
            for section, row in schema["properties"].items()
            if "items" in row
            for each in (row["items"].get("oneOf") or [row["items"]])
        }
        lines += ["", f"## {title}"]
        tables = schema["definitions"]
        for name in (*sections, *(each for each in tables if each not in sections)):
            if name not in shown and "properties" in tables[name]:
                shown.add(name)
                lines += _table(name, tables[name], sections.get(name, ""))
    return "\n".join(lines) + "\n"


def _named(row: Mapping[str, Any]) -> str:
    return str(row["$ref"]).rpartition("/")[2]


def _table(name: str, table: Mapping[str, Any], section: str) -> Iterator[str]:
    said = " ".join(table["description"].partition("\n\n")[0].split())
    yield from ("", f"### {name}", "", f"`{section}`. {said}" if section else said, "", "| key | holds | means |")
    yield "|---|---|---|"
    for key, row in table["properties"].items():
        needed = " **must be there**" if key in table.get("required", ()) else ""
        yield f"| `{key}` | {_holds(row)}{needed} | {row['description'].replace('|', chr(92) + '|')} |"


def _holds(row: Mapping[str, Any]) -> str:
    """Return what a value is, in words."""
    if "$ref" in row:
        name = _named(row)
        return f"[{name}](#{name.lower()})" if name != "Pattern" else "a pattern of facts"
    if "const" in row:
        return f"`{row['const']}`"
    if "enum" in row:
        return " or ".join(f"`{each}`" for each in row["enum"])
    if parts := row.get("anyOf") or row.get("oneOf") or row.get("allOf"):
        return " or ".join(dict.fromkeys(_holds(each) for each in parts if each.get("type") != "null"))
    if row.get("type") == "array":
        return f"a list: {_holds(row['items'])}" if "items" in row else "a list"
    return "a day" if row.get("format") == "date" else WORDS.get(str(row.get("type")), "a value")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
