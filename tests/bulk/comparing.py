"""Both engines on a whole caseload, field by field: `python -m tests.bulk --cases 100000`.

Made-up caseloads of different seeds are compared in chunks, as many at a time as there are processes, and before them
the published cases and the shipped chronologies. It prints how much was compared and every difference up to twenty, and
leaves with 1 if there is any.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from ehcp_flow.answers import answer
from ehcp_flow.bulk import findings_frame, iter_rows, states_frame
from ehcp_flow.bulk import measure as in_bulk
from ehcp_flow.case import Case, group_cases
from ehcp_flow.measures import MeasureTable, measure
from ehcp_flow.readers import read_cases
from ehcp_flow.synth import synth

ROOT = Path(__file__).parents[2]
CHUNK = 2_000
SHOWN = 20
DAYS = ("2023-01-31", "2026-06-30")


class Compared(NamedTuple):
    """How much was compared, by kind, and the differences."""

    counted: Counter[str]
    differences: list[str]


def compare(cases: list[Case], as_of: str) -> Compared:
    """Return what both engines say of the same cases, compared field by field and in order."""
    told = [case for case in cases if case.recorded]
    answers = [answer(case, as_of) for case in told]
    counted = Counter(cases=len(told))
    differences: list[str] = []
    one: dict[str, Any]
    other: dict[str, Any]
    for kind, expected, found in (
        ("deadlines", [row.as_dict() for one in answers for row in one.deadlines],
         list(iter_rows(told, as_of, refused=[]))),
        ("states", [_case_state(one) for one in answers], states_frame(told, as_of, refused=[]).rows(named=True)),
        ("measures", _measured(measure(answers, as_of=as_of)), _measured(in_bulk(told, as_of, refused=[]))),
        ("findings", [_finding(each) for one in answers for each in one.findings],
         findings_frame(told, as_of, refused=[]).rows(named=True)),
    ):  # fmt: skip
        counted[kind] += len(expected)
        for one, other in zip_longest(expected, found, fillvalue={}):
            counted["fields"] += len(one)
            differences.extend(
                f"{kind} of case {one.get('case_id')} on {as_of}: {name}: {one.get(name)!r} one at a time, "
                f"{other.get(name)!r} over columns"
                for name in {**one, **other}
                if one.get(name) != other.get(name)
            )
    return Compared(counted, differences)


def counted_in(table: MeasureTable) -> list[tuple[Any, ...]]:
    """Return each figure of a table with its group and the cases behind it."""
    keys = [name for name in table.columns if name not in table.names]
    told: list[tuple[Any, ...]] = []
    for place, row in enumerate(table):
        group = tuple(row[key] for key in keys)
        for name in table.names:
            if row[name] not in (0, "x"):
                said = table.explain(place, name)
                told.append((group, name, row[name], said.numerator, said.denominator))
        told.append((group,))
    return told


def _measured(table: MeasureTable) -> list[dict[str, Any]]:
    return [
        {"case_id": ", ".join(map(str, group)), **dict(zip(("figure", "value", "cases", "of"), said, strict=False))}
        for group, *said in counted_in(table)
    ]


def _case_state(one: Any) -> dict[str, Any]:
    case_state = one.case_state
    disputes = [
        {
            "decision": each.decision.event,
            "decided_on": each.decision.on,
            "ground": each.ground,
            "certificate_needed": each.certificate_needed,
            "state": str(each.state),
            "since": each.since,
            "settlement": each.settlement.event if each.settlement else None,
            "settled_on": each.settlement.on if each.settlement else None,
            "awaits": list(each.awaits),
        }
        for each in case_state.disputes
    ]
    return {
        "case_id": one.case.case_id,
        "state": str(case_state.pathway),
        "since": case_state.since,
        "maintained": case_state.maintained,
        "disputes": disputes,
    }


def _finding(finding: Any) -> dict[str, Any]:
    said = {name: getattr(finding, name) for name in ("case_id", "code", "on", "message", "remedy")}
    return {**said, "event": finding.fact.event if finding.fact else None, "limit": finding.limit}


def of_synth(as_of: str, faults: float, chunk: tuple[int, int]) -> Compared:
    """Compare one made-up caseload: so many cases of one seed."""
    cases, seed = chunk
    return compare(list(group_cases(synth(cases, seed, faults=faults)).values()), as_of)


def of_golden() -> Iterator[Compared]:
    """Compare the published cases, each on its own day, and the shipped chronologies."""
    from tests.golden.test_published import rows
    from tests.telling import tell

    for number, row in enumerate(rows()):
        yield compare([tell(row["chronology"], f"published-{number}")], row["as_of"])
    for name in ("chronologies.csv", "cases.csv"):
        for as_of in ("2015-01-01", *DAYS):
            yield compare(list(read_cases(ROOT / "examples" / name).values()), as_of)


def main(arguments: list[str] | None = None) -> int:
    """Compare, print what was found, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bulk", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000, help="how many made-up cases (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: %(default)s)")
    parser.add_argument("--faults", type=float, default=0.1, help="the share of cases with faults")
    parser.add_argument("--as-of", default=DAYS[-1], help="the day (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 2))
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    counted: Counter[str] = Counter()
    differences: list[str] = []
    sizes = [min(CHUNK, asked.cases - start) for start in range(0, asked.cases, CHUNK)]
    # A process that is forked while Polars' threads run can wait for them for ever.
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        chunks = pool.map(
            partial(of_synth, asked.as_of, asked.faults), [(size, asked.seed + at) for at, size in enumerate(sizes)]
        )
        for compared in (*of_golden(), *chunks):
            counted += compared.counted
            differences.extend(compared.differences)
    for kind in ("cases", "deadlines", "states", "findings", "measures", "fields"):
        print(f"{counted[kind]:>12,} {kind}")  # noqa: T201 - printing is its job
    print(f"{len(differences):>12,} differences, {time.monotonic() - began:.0f} s")  # noqa: T201
    for difference in differences[:SHOWN]:
        print(difference)  # noqa: T201
    return 1 if differences else 0
