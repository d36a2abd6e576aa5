"""Whole caseloads: the columns of `ehcp_flow.bulk` against one case at a time, a plain loop, and Polars' floor.

    python benchmarks/bulk.py [--england] [--growth] [--cases N]

Prints a table with ratios, every side measured in this run on this machine, and writes the figures to bulk.json beside
this file. `--cases` is the caseload of one council (8,000 by default); `--england` adds the country from Parquet and
CSV, `--growth` caseloads from 10,000 to 1,000,000 cases. Each figure of a caseload comes from a process of its own, so
that its peak of memory is its own. `caseloads.py` says what the caseloads are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from caseloads import AS_OF, caseload, england
from dateutil.relativedelta import relativedelta
from transitions import Machine

from ehcp_flow.bulk import Frames, counts, measure
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.readers import read_cases

GROWTH = (10_000, 100_000, 1_000_000)
STATES = (
    "none", "requested", "refused", "assessing", "no_plan", "drafting", "draft_issued", "maintained", "review_open",
    "amending", "ceased",
)  # fmt: skip
EDGES = [
    ["request_received", ["none", "refused", "no_plan", "ceased"], "requested"],
    ["assessment_agreed", ["requested", "refused"], "assessing"],
    ["assessment_refused", "requested", "refused"],
    ["advice_requested", "assessing", "="],
    ["advice_received", "assessing", "="],
    ["plan_agreed", ["assessing", "no_plan"], "drafting"],
    ["plan_refused", "assessing", "no_plan"],
    ["draft_plan_sent", ["assessing", "drafting"], "draft_issued"],
    ["final_plan_sent", ["draft_issued", "maintained"], "maintained"],
    ["plan_transferred_in", "none", "maintained"],
    ["review_meeting_held", ["maintained", "amending"], "review_open"],
    ["review_decision_sent", "review_open", "maintained"],
    ["amendment_notice_sent", ["maintained", "review_open"], "amending"],
    ["amended_plan_sent", "amending", "maintained"],
    ["plan_ceased", ["maintained", "review_open", "amending"], "ceased"],
]
WEEK, MONTH, DAY = ((lambda n, unit=unit: relativedelta(**{unit: n})) for unit in ("weeks", "months", "days"))
APPEAL = (MONTH(2), MONTH(2))  # to appeal, and to ask for mediation
SUMS = {
    "advice_requested": (WEEK(6),),
    "amended_plan_sent": APPEAL,
    "amendment_declined": APPEAL,
    "amendment_notice_sent": (DAY(15), WEEK(8)),
    "appeal_registered": (DAY(30),),
    "assessment_refused": APPEAL,
    "became_responsible": (WEEK(6), WEEK(16), WEEK(16), WEEK(20)),
    "cease_notice_sent": (*APPEAL, MONTH(2)),
    "direct_payments_started": (MONTH(3),),
    "draft_plan_sent": (DAY(15),),
    "final_plan_sent": (*APPEAL, MONTH(12)),
    "mediation_declined": (DAY(3),),
    "mediation_held": (DAY(3), DAY(-5)),
    "mediation_requested": (DAY(3), DAY(30)),
    "moved_away": (DAY(15),),
    "phase_transfer_due": (relativedelta(month=2, day=14),),
    "plan_refused": APPEAL,
    "plan_transferred_in": (WEEK(6), MONTH(3)),
    "reassessment_agreed": (WEEK(14),),
    "reassessment_refused": APPEAL,
    "reassessment_requested": (DAY(15),),
    "refusal_reversed": (WEEK(10), WEEK(14)),
    "request_received": (WEEK(6), WEEK(16), WEEK(16), WEEK(20)),
    "review_decision_sent": (MONTH(12),),
    "review_meeting_held": (WEEK(-2), WEEK(-2), WEEK(2), WEEK(4), WEEK(4), WEEK(12)),
    "school_consulted": (DAY(15),),
}
"""What each event starts whenever it happens, or nearly: as many sums as there are deadlines, or a few less. Outcomes
are not looked at, working days are added as days, and of several counts one is taken: as a script would at its
simplest."""


class PlainCase:
    """What a script would keep of a case: its state."""

    state = "none"


def plain(path: Path, cases: int) -> int:
    """The plain loop: each case its own machine, its facts fired in order, and the sums that its facts start."""
    facts = pl.read_csv(path, infer_schema=False).select("case_id", "event", "on").rows()
    last, done = None, 0
    case = PlainCase()
    dates: list[dt.date] = []
    for case_id, event, on in facts:
        if case_id != last:
            done += 1
            if done > cases:
                break
            case, last = PlainCase(), case_id
            Machine(
                case,
                states=list(STATES),
                transitions=EDGES,
                initial="none",
                auto_transitions=False,
                ignore_invalid_triggers=True,
            )
        trigger = getattr(case, event, None)
        if trigger is not None:
            trigger()
        day = dt.date.fromisoformat(on)
        dates += [day + period for period in SUMS.get(event, ())]
    return len(dates)


def one_by_one(path: Path, cases: int) -> int:
    """The evaluator of one case, a case at a time, reading included."""
    load = list(read_cases(path).values())[:cases]
    return sum(len(deadlines_of(case, AS_OF)) for case in load)


def in_bulk(path: Path, _: int) -> int:
    """Every deadline of every case, as frames, chunk by chunk."""
    return sum(frame.height for frame in Frames(path, AS_OF))


def counted(path: Path, _: int) -> int:
    """Deadlines and counts: by authority, limit and status."""
    return int(counts(path, AS_OF)["deadlines"].sum())


def measured_too(path: Path, _: int) -> int:
    """Deadlines as frames, and the table of all measures of 2025 by authority, in one pass."""
    deadlines = 0

    def count(frame: pl.DataFrame) -> None:
        nonlocal deadlines
        deadlines += frame.height

    table = measure(path, AS_OF, year=2025, on_frame=count)
    if not sum(row["total_ehc_plans"] for row in table):
        raise SystemExit("there is nothing in the table of measures")
    return deadlines


def floor(path: Path, _: int) -> int:
    """Polars reading the same file and pivoting it to one row per case: the first day of each event."""
    scan = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_csv(path, infer_schema=False)
    facts = scan.select("case_id", "event", "on").collect()
    events = facts["event"].unique().to_list()
    wide = (
        facts.lazy()
        .group_by("case_id", maintain_order=True)
        .agg(pl.col("on").filter(pl.col("event") == event).first().alias(event) for event in events)
        .collect()
    )
    return wide.height


WORK: dict[str, Callable[[Path, int], int]] = {
    work.__name__: work for work in (plain, one_by_one, in_bulk, counted, measured_too, floor)
}


def measured(work: str, path: Path, cases: int = 0, *, rounds: int = 1) -> dict[str, float]:
    """Return the seconds, the peak of memory in MiB and the result of some work, in a process of its own."""
    runs = []
    for _ in range(rounds):
        args = [sys.executable, __file__, "--work", work, str(path), str(cases)]
        done = subprocess.run(args, check=True, capture_output=True, text=True)  # noqa: S603 - our own arguments
        runs.append(json.loads(done.stdout))
    runs.sort(key=lambda run: run["seconds"])
    return runs[len(runs) // 2]


def worked(work: str, path: Path, cases: int) -> None:
    """Do some work and print what it took."""
    began = time.perf_counter()
    result = WORK[work](path, cases)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": time.process_time(), "peak": peak, "result": result}))


def whole_process(path: Path, command: str) -> float:
    """Return the wall time of a command on a file as a whole process, the median of three, in seconds."""
    times = []
    for _ in range(3):
        args = [sys.executable, "-m", "ehcp_flow", command, str(path), "--as-of", AS_OF, "--format", "csv"]
        began = time.perf_counter()
        subprocess.run(args, check=True, capture_output=True)  # noqa: S603
        times.append(time.perf_counter() - began)
    return statistics.median(times)


class Report:
    """Rows of a table, printed as they come, and kept."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, what: str, run: dict[str, float], note: str = "") -> None:
        row = {"what": what, **run, "note": note}
        self.rows.append(row)
        said = [
            f"{run['cpu']:.1f} s of CPU" if "cpu" in run else "",
            f"{run['peak']:,.0f} MiB" if "peak" in run else "",
        ]
        said += [f"{run['result']:,} deadlines" if run.get("result") else "", note]
        print(f"{what:62} {run['seconds']:9.2f} s   {', '.join(filter(None, said))}", flush=True)


def looped(report: Report, cases: int, bulk: float) -> None:
    """The plain loop over some of the cases, as long as it would take over all of them."""
    some = min(cases, 1_000)
    run = measured("plain", caseload(some, "csv"), some, rounds=3)
    share = cases / some
    took = {"seconds": run["seconds"] * share, "result": round(run["result"] * share)}
    ratio = took["seconds"] / bulk
    report.add(f"(a) the plain loop, from {some:,} cases", {**took, "ratio": ratio}, f"{ratio:.0f} times bulk")


def council(report: Report, cases: int) -> None:
    """(a) and (e): one council's caseload."""
    path = caseload(cases, "csv")
    some = min(cases, 1_000)
    bulk = measured("in_bulk", path, rounds=3)
    report.add(f"(a) bulk, CSV, {cases:,} cases", bulk)
    took = measured("one_by_one", caseload(some, "csv"), some)["seconds"] * cases / some
    ratio = took / bulk["seconds"]
    report.add(
        f"(a) one case at a time, from {some:,} cases", {"seconds": took, "ratio": ratio}, f"{ratio:.0f} times bulk"
    )
    looped(report, cases, bulk["seconds"])
    for command in ("check", "measures"):
        report.add(f"(e) ehcp-flow {command}", {"seconds": whole_process(path, command)}, "whole process")


def throughput(report: Report) -> None:
    """(a) and (b) without what a process costs to begin: on 100,000 cases."""
    path = caseload(100_000, "parquet")
    bulk = measured("in_bulk", path, rounds=3)
    base = measured("floor", path, rounds=3)
    report.add("(a) bulk, Parquet, 100,000 cases", bulk)
    report.add("(a) bulk, CSV, 100,000 cases", measured("in_bulk", caseload(100_000, "csv"), rounds=3))
    looped(report, 100_000, bulk["seconds"])
    ratio = bulk["seconds"] / base["seconds"]
    floor_run = {"seconds": base["seconds"], "cpu": base["cpu"], "peak": base["peak"], "ratio": ratio}
    report.add("(b) the floor, the same Parquet", floor_run, f"bulk takes {ratio:.1f} times as long")


def country(report: Report) -> None:
    """(c): England."""
    for form in ("parquet", "csv"):
        path = england(form)
        for work, name in (
            ("counted", "deadlines and counts"),
            ("in_bulk", "deadlines as frames"),
            ("measured_too", "deadlines as frames and all measures"),
        ):
            run = measured(work, path)
            report.add(f"(c) England from {path.suffix[1:]}: {name}", run)
    path = england("parquet")
    base = measured("floor", path)
    facts, cases = pl.scan_parquet(path).select(pl.len(), pl.col("case_id").n_unique()).collect().row(0)
    note = f"{facts / 1e6:.1f} million facts of {cases:,} cases"
    report.add("(c) the floor, the same Parquet", {key: base[key] for key in ("seconds", "cpu", "peak")}, note)


def growth(report: Report) -> None:
    """(d): from ten thousand cases to a million."""
    for cases in GROWTH:
        run = measured("in_bulk", caseload(cases, "parquet"))
        report.add(f"(d) bulk, Parquet, {cases:,} cases", run, f"{run['seconds'] / cases * 1e6:.1f} us a case")


def main() -> None:
    """Measure what was asked for, print it, and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=8_000)
    parser.add_argument("--england", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work, path, cases = asked.work
        worked(work, Path(path), int(cases))
        return
    report = Report()
    versions = f"Python {platform.python_version()}, Polars {pl.__version__}"
    machine = f"{platform.platform()}, {versions}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before"
    print(machine)
    council(report, asked.cases)
    throughput(report)
    if asked.england:
        country(report)
    if asked.growth:
        growth(report)
    result = {"machine": machine, "rows": report.rows}
    Path(__file__).with_name("bulk.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
