"""Both event logs of a made-up caseload, read back by pm4py, which says how many events and cases it found.

pm4py is under the AGPL, so nothing here needs it: it is installed in an environment of its own, for this run alone.

    python scripts/event_logs.py

Exit code 1 where it reads other events than were written.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

from ehcp_flow.case import group_cases
from ehcp_flow.readers.event_log import EVENT_LOGS, write_event_log
from ehcp_flow.synth import synth

CASES: Final = 200
READ: Final = """
import sys, pm4py
ocel = pm4py.read_ocel2_json(sys.argv[1])
cases = ocel.objects[ocel.objects["ocel:type"] == "case"]
xes = pm4py.read_xes(sys.argv[2])
print("ocel", len(ocel.events), len(cases), sorted(ocel.events["ocel:activity"].unique()))
print("xes", len(xes), xes["case:concept:name"].nunique(), sorted(xes["concept:name"].unique()))
"""


def main() -> int:
    """Write, read, compare."""
    cases = [case for case in group_cases(synth(CASES, 1, particulars=True)).values() if case.facts]
    facts = [fact for case in cases for fact in case.facts]
    events = sorted({fact.event for fact in facts})
    with tempfile.TemporaryDirectory() as folder:
        paths = {form: Path(folder) / name for form, name in zip(EVENT_LOGS, ("log.json", "log.xes"), strict=True)}
        for form, path in paths.items():
            with path.open("wb") as file:
                write_event_log(cases, file, format=form)
        venv.create(Path(folder) / "venv", with_pip=True)
        python = Path(folder) / "venv" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pm4py"], check=True)
        done = subprocess.run(
            [python, "-W", "ignore", "-c", READ, *paths.values()], check=True, capture_output=True, text=True
        )
    read = [line for line in done.stdout.splitlines() if line.startswith(tuple(EVENT_LOGS))]
    for line in read:
        print(line[:100])
    wanted = [f"{form} {len(facts)} {len(cases)} {events}" for form in EVENT_LOGS]
    print("as written" if read == wanted else f"written were: {[line[:40] for line in wanted]}")
    return 0 if read == wanted else 1


if __name__ == "__main__":
    sys.exit(main())
