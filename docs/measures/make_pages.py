"""Writes a page for each measure, from the catalogue: `python docs/measures/make_pages.py`."""

from __future__ import annotations

from pathlib import Path

from ehcp_flow.measures import Measure, catalogue

HERE = Path(__file__).parent


def page(measure: Measure) -> str:
    """Return the page of one measure."""
    lines = [f"# {measure.title}", "", f"`{measure.id}`. {measure.definition}", ""]
    lines += [f"A case falls into a period by {measure.year_by}.", "", f"Source: {measure.source}.", ""]
    lines += ["| column | what it is | numerator | denominator | DfE's name |", "|---|---|---|---|---|"]
    for column in measure.columns:
        over = " + ".join(f"`{name}`" for name in column.over)
        base = f"`{column.base}`" if column.base else ""
        if column.kind in ("mean", "median"):
            base = f"{column.kind} of the weeks of {base}"
        dfe = f"`{column.dfe_name}`" if column.dfe_name else ("yes" if column.dfe else "")
        lines.append(f"| `{column.name}` | {column.says} | {base} | {over} | {dfe} |")
    if measure.traps:
        lines += ["", "## Traps", "", *(f"- {trap}" for trap in measure.traps)]
    return "\n".join([*lines, ""])


def pages() -> dict[str, str]:
    """Return every page by its file name."""
    return {f"{measure.id}.md": page(measure) for measure in catalogue().measures.values()}


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()
