"""One story through every door of the command line: a file case by case, over columns, and a store, both ways.

The tests of this folder ask one thing at every door of the package: which day is today, above all, and whether one
output contradicts another. What one command and one function must say alike is asked with these helpers in other
folders.
"""

import csv
import json
import re
from pathlib import Path
from typing import Any

from ehcp_flow.bulk.encoding import cells_of
from ehcp_flow.facts import COLUMNS
from tests.cli.running import invoke
from tests.telling import facts


def write_story(path: Path, chronology: str) -> Path:
    """Write a story (as `tests.telling` tells it) as a CSV file of facts, and return the path."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        for fact in facts(chronology):
            writer.writerow(cells_of(fact))
    return path


def at_every_door(tmp_path: Path, chronology: str, command: str, *args: object) -> list[dict[str, Any]]:
    """Return the rows that a command gives of a story, which must be the same by every door."""
    path = write_story(tmp_path / "story.csv", chronology)
    url = f"sqlite:///{tmp_path / 'chronology.db'}"
    (tmp_path / "chronology.db").unlink(missing_ok=True)
    assert invoke("import", path, "--store", url).exit_code == 0
    found = []
    for source in (path, url):
        for door in ("one", "many"):
            done = invoke(command, source, *args, "--format", "json", door=door)
            assert done.exit_code == 0, done.output
            # A store writes down when it took a fact, and an explanation says so.
            found.append(json.loads(re.sub(r"; recorded \d{4}-\d\d-\d\d \d\d:\d\d UTC", "", done.stdout)))
    for each in found:
        assert each == found[0]
    return list(found[0])
