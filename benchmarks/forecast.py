"""The forecast of flow against made-up councils whose cause of lateness is known: what it missed by, and its bands.

    python benchmarks/forecast.py [--councils N] [--cases N] [--world NAME] [--speed | --levers]

Three worlds of twenty councils of 2,000 cases each: late by durations (twenty authorities in DfE's rates), by a queue
before the psychologist, and by one whose pace changes. Each council is forecast at the end of twelve months, one to six
months ahead, by what had happened then, and held against what came. Prints, for the plans issued and for the share in
20 weeks: how many lay in the bands of eight in ten, the mean error beside that of the mean of the last three months,
and the council on which it was worst. `--speed` takes 8,000 cases, 12 months and 500 runs as a process instead.
`--levers` asks what a change of capacity would do, and holds that against the same council in which it really came.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from ehcp_flow.bulk import Answers
from ehcp_flow.forecast.flow_figures import figures_of, months_after
from ehcp_flow.forecast.flow_forecast import flow_backtest, flow_forecast
from ehcp_flow.forecast.request_paths import RequestPath, paths_of
from ehcp_flow.forecast.scenario import Scenario
from ehcp_flow.synth import authorities, write_synth

AS_OF = dt.date(2026, 6, 30)
FIGURES = ("plans_issued_den", "pc_plans_issued_20_weeks_ex")
CHANGES = (
    ("psychological=5", "psychological=7@2025-06-02"), ("psychological=6", "psychological=4@2025-01-06"),
    ("psychological=5", "psychological=6@2025-04-07"), ("psychological=6", "psychological=5@2025-09-01"),
)  # fmt: skip
"""Changes with which the share in 20 weeks moves: where it is nought before and after, any band holds it."""
WORLDS = {
    "durations": lambda number: (authorities()[(number * 7 + 3) % len(authorities())], ()),
    "queue": lambda number: (("885", "801", "330", "210", "908")[number % 5], ("psychological=5",)),
    "queue that changes": lambda number: (("885", "801", "330", "210", "908")[number % 5], CHANGES[number % 4]),
}


def paths(world: str, number: int, cases: int) -> list[RequestPath]:
    """Return the ways of the requests of a made-up council."""
    authority, weekly = WORLDS[world](number)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "council.csv")
        write_synth(file, cases, 100 + number, authority=authority, as_of=AS_OF, weekly=weekly)
        return [path for each in Answers(file, as_of=AS_OF).each() for path in paths_of(each)]


def tried(world: str, councils: int, cases: int) -> None:
    """Print what was missed in one world."""
    found: dict[str, list[tuple[int, bool, float, float]]] = defaultdict(list)
    for number in range(councils):
        for row in flow_backtest(paths(world, number, cases), AS_OF, months=6, figures=FIGURES):
            if None not in (row["value"], row["actual"], row["naive"]):
                held = row["low"] <= row["actual"] <= row["high"]
                missed = abs(row["value"] - row["actual"]), abs(row["naive"] - row["actual"])
                found[row["figure"]].append((number, held, *missed))
    for figure, tries in found.items():
        by_council = [[each for each in tries if each[0] == number] for number in range(councils)]
        worst = max((fmean(each[2] for each in mine) for mine in by_council if mine), default=0)
        least = min((fmean(each[1] for each in mine) for mine in by_council if mine), default=0)
        print(
            f"{world:20}{figure:30}{len(tries):6}{100 * fmean(each[1] for each in tries):9.1f}{100 * least:9.1f}"
            f"{fmean(each[2] for each in tries):9.2f}{fmean(each[3] for each in tries):9.2f}{worst:9.2f}",
            flush=True,
        )


def levers(councils: int, cases: int) -> None:
    """Print what a change of capacity was said to do to open requests after six months, and what it did."""
    origin, ahead = dt.date(2025, 12, 31), months_after(dt.date(2025, 12, 31), 6)
    good = 0
    for number in range(councils):
        weekly = (6, 5, 3, 7)[number % 4]
        worlds = []
        for stated in (("psychological=4",), ("psychological=4", f"psychological={weekly}@2026-01-05")):
            WORLDS["lever"] = lambda place, stated=stated: (("885", "801")[place % 2], stated)
            worlds.append(paths("lever", number, cases))
        came = [figures_of(world, ahead)["open_requests"][-1] for world in worlds]
        change = Scenario.model_validate(
            {"title": "changed", "capacity": [
                {"of": "psychological", "weekly": weekly, "from": dt.date(2026, 1, 5)}
            ]}
        )  # fmt: skip
        rows = flow_forecast(worlds[0], origin, months=6, runs=200, figures=["open_requests"], scenarios=[change])
        said = rows[-1]["value"] - rows[5]["value"]
        truth = came[1] - came[0]
        right, near = said * truth > 0, abs(said - truth) <= abs(truth) / 4
        good += near
        way, size = "right" if right else "WRONG", "within" if near else "not within"
        print(f"4 to {weekly} a week: said {said:+.0f}, came {truth:+.0f}, {way} way, {size} a quarter", flush=True)
    print(f"within a quarter: {good} of {councils}")


def speed(cases: int) -> None:
    """Print what a forecast, and the calendar of certain work, take as processes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "council.csv")
        write_synth(file, cases, 3, authority="885", as_of=AS_OF)
        for words in ("forecast flow", "forecast certain"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "ehcp_flow", *words.split(), file, "--as-of", str(AS_OF)]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{words}, {cases:,} cases: {seconds:.1f} CPU seconds, {after.ru_maxrss / 1024:.0f} MiB at most")


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--councils", type=int, default=20)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--world", choices=WORLDS)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--levers", action="store_true")
    asked = parser.parse_args()
    if asked.speed:
        speed(8_000)
        return
    if asked.levers:
        levers(asked.councils, asked.cases)
        return
    print(f"{'world':20}{'figure':30}{'tries':>6}{'in band':>9}{'least':>9}{'missed':>9}{'naive':>9}{'worst':>9}")
    for world in [asked.world] if asked.world else WORLDS:
        tried(world, asked.councils, asked.cases)


if __name__ == "__main__":
    main()
