"""Writes `ehcp_flow/law/schema/`: the JSON Schema of a rulebook's files, for editors."""

import json
from pathlib import Path

from ehcp_flow.law.toml_schema import SCHEMAS

FOLDER = Path(__file__).parents[1] / "ehcp_flow" / "law" / "schema"


def generated() -> dict[str, str]:
    """Return the files by their names, as the loader's tables have them today."""
    return {name: json.dumps(schema(), indent=1, ensure_ascii=False) + "\n" for name, schema in SCHEMAS.items()}


def main() -> None:
    """Write the files."""
    for name, text in generated().items():
        (FOLDER / name).write_text(text, "utf-8")
        print("wrote", name)


if __name__ == "__main__":
    main()
