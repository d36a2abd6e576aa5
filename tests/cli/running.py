"""How the tests run the command line: in this process, as a process of its own, and as a line for the shell."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ehcp_flow.cli import source_door
from ehcp_flow.cli.app import app

ROOT = Path(__file__).parent.parent.parent
CHRONOLOGIES = ROOT / "examples" / "chronologies.csv"
_COLUMNS = ("case_id", "event", "on", "party", "outcome", "until", "limit", "reason", "authority", "recorded_at")


def invoke(*args, stdin=None, door=None, **env):
    """Run a command in this process, as if its output went into a pipe; `door` is by which its cases are answered."""
    with by(door):
        return CliRunner(env={"COLUMNS": "100", **env}).invoke(app, [str(arg) for arg in args], input=stdin)


@contextmanager
def by(door: str | None) -> Iterator[None]:
    """Answer every source case by case (`one`), or over columns (`many`), whatever its size."""
    with pytest.MonkeyPatch.context() as patch:
        if door is not None:
            patch.setattr(source_door, "by_columns", lambda _: door == "many")
        yield


def program(door: str | None = None) -> list[str]:
    """Return what runs the command line as a process, through one of the doors."""
    if door is None:
        return [sys.executable, "-m", "ehcp_flow"]
    forced = f"source_door.by_columns = lambda _: {door == 'many'}"
    return [sys.executable, "-c", f"from ehcp_flow.cli import main, source_door; {forced}; main()"]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(ROOT), **more}


def run(
    *args, cwd=None, stdin: str | None = None, door: str | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own; `door` is by which its cases are answered."""
    return subprocess.run(
        [*program(door), *map(str, args)],
        cwd=cwd, input=stdin, check=False, capture_output=True, text=True, encoding="utf-8", env=environment(**env),
    )  # fmt: skip


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a person types it, in which `ehcp-flow` is this checkout's; both outputs are in `stdout`."""
    program = cwd / ".bin" / "ehcp-flow"
    if not program.exists():
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ehcp_flow "$@"\n')
        program.chmod(0o755)
    return subprocess.run(
        ["sh", "-c", line], cwd=cwd, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", env=environment(PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}"),
    )  # fmt: skip


def rows_of(text: str, form: str) -> list[dict[str, Any]]:
    """Read back what was printed as csv, json or jsonl."""
    if form == "csv":
        return list(csv.DictReader(io.StringIO(text)))
    if form == "json":
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines()]


def table_of(*facts: str) -> str:
    """Return a CSV file of facts, each told as `case event on` and `column=value`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    for fact in facts:
        case_id, event, on, *columns = fact.split(" ")
        row = dict(column.split("=", 1) for column in columns)
        writer.writerow({"case_id": case_id, "event": event, "on": on, **row})
    return out.getvalue()
