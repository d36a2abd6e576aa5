"""The commands of a council of 8,000 cases, as whole processes, and the report of a million facts.

    python benchmarks/council.py [--only NAME] [--million] [--cases N]

Prints the CPU seconds and the peak of memory of each command beside what it must reach, all on one file in one run, and
writes them to council.json beside this file with the machine's name. CPU seconds, because a busy machine would decide
the others. Python may write its bytecode, as it stands beside a package that was installed. `--only` takes the
beginning of a line (`page`, or `registers` for them all), and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from caseloads import AS_OF, DATA

from ehcp_flow.measures import REGISTERS, TABLES
from ehcp_flow.synth import write_synth

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMMAND = [sys.executable, "-c", "from ehcp_flow.cli import main; main()"]
MILLION = 50_000
"""So many cases tell about a million facts."""


PLAN = Path(__file__).parent.parent / "examples" / "worcestershire" / "app-2022.toml"


class Line(NamedTuple):
    """A command, and the CPU seconds and MiB that it may take; `{out}` is a directory of its own, `{day}` the day."""

    name: str
    arguments: str
    seconds: float
    mebibytes: int | None = None


LINES = (
    Line("desk", "desk {source} {day}", 2),
    Line("check", "check {source} {day} --format csv", 2),
    Line("state", "state {source} {day} --format csv", 2),
    Line("measures", "measures {source} {day} --format csv", 2),
    *(Line(f"registers {name}", f"registers {{source}} {name} {{day}} --format csv", 2)
      for name in (*REGISTERS, *TABLES) if name != "workload"),
    Line("scorecard", f"scorecard {{source}} {{day}} --plan {PLAN} --format json", 2),
    Line("scorecard page", f"scorecard {{source}} {{day}} --plan {PLAN} --format html", 4),
    Line("page", "report {source} {day} --html {out}/page.html", 3),
    Line("page and workbook", "report {source} {day} --html {out}/page.html --xlsx {out}/book.xlsx", 6),
)  # fmt: skip
REPORT = Line(
    "report of a million facts", "report {source} {day} --html {out}/page.html --xlsx {out}/book.xlsx", 40, 2_048
)


def council(cases: int) -> Path:
    """Return a CSV file of so many cases of one council, made once."""
    path = DATA / f"council-{cases}.csv"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        made = path.with_name(f"{path.name}.part")
        write_synth(made, cases, 1, as_of=AS_OF, authority="885")
        made.rename(path)
    return path


def measured(line: Line, source: Path) -> dict[str, Any]:
    """Return what a command takes in a process of its own. Raises RuntimeError where it fails."""
    with tempfile.TemporaryDirectory() as out:
        words = line.arguments.format(source=source, out=out, day=f"--as-of {AS_OF}").split()
        arguments = [*COMMAND, *words]
        with Path(out, "printed").open("wb") as printed:
            process = subprocess.Popen(arguments, stdout=printed, stderr=subprocess.STDOUT, env=ENVIRONMENT)  # noqa: S603
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{line.name}: exit {process.returncode}: {Path(out, 'printed').read_text()[-500:]}")
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return {"what": line.name, "cpu": used.ru_utime + used.ru_stime, "peak": peak, "may": line.seconds}


def main() -> None:
    """Measure each line, print it, and write them all beside this file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=8_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--million", action="store_true", help="the report of a million facts as well")
    asked = parser.parse_args()
    chosen = [(line, asked.cases) for line in LINES if line.name.startswith(asked.only)]
    chosen += [(REPORT, MILLION)] if asked.million else []
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}")
    rows = []
    for line, cases in chosen:
        rows.append(row := measured(line, council(cases)))
        sign = "  " if row["cpu"] <= row["may"] else "! "
        print(f"{sign}{row['what']:32} {row['cpu']:6.1f} s of {row['may']:2}   {row['peak']:6,.0f} MiB", flush=True)
    if asked.only:
        return
    result = {"machine": machine, "load": os.getloadavg()[0], "cases": asked.cases, "rows": rows}
    Path(__file__).with_name("council.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
