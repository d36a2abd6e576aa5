"""Puts the figures of bulk.json into docs/performance.md: `python benchmarks/bulk_page.py`."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def table() -> str:
    """Return the figures as a table."""
    result = json.loads(HERE.joinpath("bulk.json").read_text("utf-8"))
    lines = [
        f"On {result['machine']}.\n",
        "| what | seconds | CPU seconds | MiB | deadlines | |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for row in result["rows"]:
        cpu = f"{row['cpu']:.1f}" if "cpu" in row else ""
        peak = f"{row['peak']:,.0f}" if "peak" in row else ""
        made = f"{row['result']:,}" if row.get("result") else ""
        lines.append(f"| {row['what']} | {row['seconds']:.2f} | {cpu} | {peak} | {made} | {row['note']} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page anew."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
