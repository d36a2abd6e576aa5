"""What particulars cost: every command on 8,000 cases with them, beside the same cases without.

    python benchmarks/particulars.py [--only NAME] [--rounds 5] [--cases N]

The file with particulars is what `ehcp-flow synth --particulars` writes; the other is the same file without its rows
of `particular_recorded` and without their columns, so that the births are in both. Each command runs as a whole
process, with and without in turn, and of each the smallest CPU time (user and system) of all rounds counts: a busy
machine adds time, and takes none away. No command may take more than a fifth more. `--only` takes the beginning of a
line; without it the results go to particulars.json beside this file, with the machine's name.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
from pathlib import Path
from typing import Any

from caseloads import AS_OF, DATA
from council import LINES, Line, measured

from ehcp_flow.facts import OWN
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file
from ehcp_flow.synth import write_synth

MAY = 1.2
"""With particulars a command may take so many times what it takes without."""

COMMANDS = (
    *LINES,
    Line("breaches", "breaches {source} --format csv {day}", 2),
    Line("registers findings", "breaches {source} --register findings --format csv {day}", 2),
    Line("registers all", "registers {source} --format csv {day}", 2),
    Line("measures by age", "measures {source} --by age --year 2025 --format csv {day}", 2),
    Line("calendar", "report {source} --ics {out}/due.ics {day}", 2),
    Line("tables", "tables {source} --output {out}/star --format csv {day}", 2),
    Line("explain", "explain {source} --case C0000007 {day}", 2),
    Line("import", "import {source} --store sqlite:///{out}/new.db", 2),
    Line("store: check", "check sqlite:///{source}.db --format csv {day}", 2),
    Line("store: state", "state sqlite:///{source}.db --format csv {day}", 2),
    Line("store: measures", "measures sqlite:///{source}.db --format csv {day}", 2),
    Line("store: desk", "desk sqlite:///{source}.db --format csv {day}", 2),
    Line("store: registers due", "registers sqlite:///{source}.db due --format csv {day}", 2),
    Line("store: page", "report sqlite:///{source}.db --html {out}/page.html {day}", 2),
    Line("store: export", "export --store sqlite:///{source}.db", 2),
    Line("store: db verify", "db verify --store sqlite:///{source}.db", 2),
)
"""Every command that reads a whole caseload, and one that reads it for one case."""


def with_and_without(cases: int) -> tuple[Path, Path]:
    """Return two CSV files of so many cases of one council, made once: one with particulars, one without."""
    full, bare = (DATA / f"{name}-particulars-{cases}.csv" for name in ("with", "without"))
    if not (full.exists() and bare.exists()):
        DATA.mkdir(exist_ok=True)
        made = full.with_name(f"{full.name}.part")
        write_synth(made, cases, 1, as_of=AS_OF, authority="885", particulars=True)
        with made.open(newline="") as told, bare.open("w", newline="") as kept:
            rows = csv.DictReader(told)
            names = [name for name in rows.fieldnames or () if name not in OWN]
            writer = csv.DictWriter(kept, names, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in rows if row["event"] != "particular_recorded")
        made.rename(full)
    return full, bare


def stored(source: Path) -> None:
    """Make the store of a file beside it, once."""
    path = source.with_name(f"{source.name}.db")
    if not path.exists():
        made = path.with_name(f"{path.name}.part")
        made.unlink(missing_ok=True)
        with Store.open(f"sqlite:///{made}", create=True) as store:
            import_file(store, source)
        made.rename(path)


def compared(line: Line, full: Path, bare: Path, rounds: int) -> dict[str, Any]:
    """Return the smallest CPU time of a command with particulars and without, each run so many times, in turn."""
    times: dict[Path, list[float]] = {full: [], bare: []}
    for _ in range(rounds):
        for source, taken in times.items():
            taken.append(measured(line, source)["cpu"])
    with_them, without = min(times[full]), min(times[bare])
    return {"what": line.name, "without": without, "with": with_them, "ratio": with_them / without}


def main() -> None:
    """Compare each command, print it, and write them all beside this file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    full, bare = with_and_without(asked.cases)
    rows = [sum(1 for _ in path.open("rb")) - 1 for path in (full, bare)]
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    each = "{:.1f} rows a case with particulars, {:.1f} without".format(*(count / asked.cases for count in rows))
    print(f"{machine}, load {os.getloadavg()[0]:.1f}; {each}")
    told = []
    for line in COMMANDS:
        if not line.name.startswith(asked.only):
            continue
        if "store: " in line.name:
            stored(full)
            stored(bare)
        told.append(row := compared(line, full, bare, asked.rounds))
        sign, more = "  " if row["ratio"] <= MAY else "! ", f"{row['ratio'] - 1:+6.0%}"
        print(f"{sign}{row['what']:28} {row['without']:6.2f} s  {row['with']:6.2f} s  {more}", flush=True)
    if asked.only:
        return
    result = {"machine": machine, "load": os.getloadavg()[0], "cases": asked.cases, "rows": rows, "commands": told}
    Path(__file__).with_name("particulars.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
