"""The caseloads that are measured: made once, of lives that are all different, and kept in the temporary directory.

`caseload` is so many lives as `ehcp_flow.synth` makes them, with the whole of their history. `england` is what the
Department for Education would hold: the 720,000 plans that are maintained on the day, and as many further cases as it
takes for 163,000 of all to have had a request in the year before it. A register of that size is not kept for ever: of
each plan it holds what happened since 2023, its latest reviews, and, of an older plan, the last time that it was issued
or amended before that, so that its next review can be counted. That is about twelve million facts.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from ehcp_flow.bulk import states_frame
from ehcp_flow.facts import DATES
from ehcp_flow.synth import write_synth

__all__ = ["AS_OF", "DATA", "PLANS", "REQUESTS", "caseload", "england"]

AS_OF = "2026-06-30"
DATA = Path(tempfile.gettempdir()) / "ehcp_flow_benchmark"
PLANS, REQUESTS = 720_000, 163_000
SINCE, YEAR_BEGAN = dt.date(2023, 1, 1), dt.date(2025, 7, 1)
ISSUED = ("final_plan_sent", "amended_plan_sent", "plan_transferred_in")
_LIVES = 50_000


def _made(path: Path) -> Path:
    """Return the name that a file has while it is being made."""
    return path.with_name(path.name + ".part")


def lives(seed: int) -> Path:
    """Return a Parquet file of so many lives, in a process of its own, so that none of its memory is measured."""
    path = DATA / f"lives-{seed:02}.parquet"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        subprocess.run([sys.executable, __file__, "lives", str(seed), str(_made(path))], check=True)  # noqa: S603
        _made(path).rename(path)
    return path


def make_lives(seed: int, path: Path) -> None:
    """Write the lives of one seed; their names say which."""
    text = path.with_suffix(".csv")
    write_synth(text, _LIVES, seed, as_of=AS_OF)
    facts = pl.read_csv(text, infer_schema=False).with_columns(
        pl.format("{}-{}", pl.lit(f"{seed:02}"), "case_id").alias("case_id"), pl.col(DATES).str.to_date()
    )
    facts.write_parquet(path)
    text.unlink()


def caseload(cases: int, form: str) -> Path:
    """Return a Parquet or CSV file of so many cases, with their whole lives."""
    path = DATA / f"{cases}-cases.{form}"
    if not path.exists():
        parts = []
        for at in range(0, cases, _LIVES):
            part = pl.read_parquet(lives(at // _LIVES + 1))
            parts.append(part.filter(part["case_id"].rle_id() < cases - at))
        _write(iter(parts), path)
    return path


def england(form: str) -> Path:
    """Return a Parquet or CSV file of England's plans and the requests of a year."""
    path = DATA / f"england.{form}"
    if not path.exists():
        subprocess.run([sys.executable, __file__, "england", "0", str(path)], check=True)  # noqa: S603
    return path


def _registers() -> Iterator[pl.DataFrame]:
    """Yield the facts that the register holds, of the lives of one seed after another."""
    plans = planned = requests = seed = 0
    while plans < PLANS or planned + requests < REQUESTS:
        seed += 1
        facts = pl.read_parquet(lives(seed))
        kept = states_frame(facts, AS_OF).select("case_id", "maintained")
        cases = (
            facts.group_by("case_id", maintain_order=True)
            .agg(((pl.col("event") == "request_received") & (pl.col("on") >= YEAR_BEGAN)).any().alias("requested"))
            .join(kept, on="case_id", how="left", maintain_order="left")
        )
        of_plans = cases.filter("maintained").head(PLANS - plans)
        plans += of_plans.height
        planned += int(of_plans["requested"].sum())
        # Of the plans that are still to come some were requested in the year as well: leave room for as many.
        to_come = (PLANS - plans) * planned // plans
        others = cases.filter(~pl.col("maintained") & pl.col("requested"))
        others = others.head(max(REQUESTS - planned - to_come - requests, 0))
        requests += others.height
        held = facts.filter(pl.col("case_id").is_in([*of_plans["case_id"], *others["case_id"]]))
        before = (pl.col("on") < SINCE) & pl.col("event").is_in(ISSUED)
        issued = pl.col("on").filter(before).max().over("case_id")
        yield held.filter((pl.col("on") >= SINCE) | (before & (pl.col("on") == issued)))


def _write(parts: Iterator[pl.DataFrame], path: Path) -> None:
    """Write frames into one file, one after another."""
    pieces = path.with_name(path.stem + "-pieces")
    pieces.mkdir(parents=True, exist_ok=True)
    names = []
    for number, part in enumerate(parts):
        names.append(pieces / f"{number:03}.parquet")
        part.write_parquet(names[-1])
    whole = pl.scan_parquet(names)
    if path.suffix == ".parquet":
        whole.sink_parquet(_made(path))
    else:
        whole.sink_csv(_made(path))
    _made(path).rename(path)
    shutil.rmtree(pieces)


if __name__ == "__main__":
    what, seed_, path_ = sys.argv[1:]
    if what == "lives":
        make_lives(int(seed_), Path(path_))
    else:
        _write(_registers(), Path(path_))
