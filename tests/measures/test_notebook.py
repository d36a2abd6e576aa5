"""The notebooks of the examples, run from their first cell to their last."""

import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run_through(name: str) -> dict[str, Any]:
    """Run the cells of a notebook, and return the names that they leave; that of the last value is `_`."""
    notebook = json.loads((EXAMPLES / name).read_text("utf-8"))
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), name, "exec"), names)  # noqa: S102 - the project's own notebook
    return names


def test_the_notebook_of_measures_runs():
    names = run_through("measures.ipynb")
    assert list(names["frame"]["year"]) == ["2021", "2022", "2023", "2024", "2025", "2026"]
    assert names["curves"][-1]["cohort"] == "2026"
    assert "case_id" in names["due"].columns


def test_a_sheet_becomes_a_chart_in_thirty_lines(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(EXAMPLES)
    names = run_through("sheet_to_chart.ipynb")
    assert len(names["cases"]) == 7
    assert "its month would be 14" in str(names["cases"].refused[0])
    assert names["counts"].to_dict() == {"overdue": 2, "met": 1, "lapsed": 1, "open": 1}
    assert names["Chart"](names["bar_chart"]("a", "b", names["bars"])).startswith("<svg")
    cells = json.loads((EXAMPLES / "sheet_to_chart.ipynb").read_text("utf-8"))["cells"]
    code = [line for cell in cells if cell["cell_type"] == "code" for line in cell["source"] if line.strip()]
    assert len(code) <= 30


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ipynb")), ids=lambda path: path.name)
def test_the_notebook_holds_no_outputs(path: Path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") for cell in cells)
