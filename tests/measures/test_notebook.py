"""The notebook of the examples, run from its first cell to its last."""

import json
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).parents[2] / "examples" / "measures.ipynb"


def test_the_notebook_runs():
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 5
    names: dict[str, Any] = {}
    for cell in cells:
        exec(compile("".join(cell["source"]), NOTEBOOK.name, "exec"), names)  # noqa: S102 - the project's own notebook
    assert list(names["frame"]["year"]) == ["2021", "2022", "2023", "2024", "2025", "2026"]
    assert names["curves"][-1]["cohort"] == "2026"
    assert "case_id" in names["due"].columns


def test_the_notebook_holds_no_outputs():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells)
