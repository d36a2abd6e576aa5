"""`check` over columns: which engine answers, and the same output from the faster one."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ehcp_flow.cli.messages import Bar, count, note, tell_refused
from ehcp_flow.cli.options import instant
from ehcp_flow.cli.output import FeedFormat, sheet
from ehcp_flow.cli.sources import BREACH, REFUSED

if TYPE_CHECKING:
    from ehcp_flow.bulk import Frames
    from ehcp_flow.calendars import Calendars
    from ehcp_flow.law import Rulebook

__all__ = ["Engine", "EngineName", "check_in_bulk", "goes_in_bulk"]

LARGE: Final = 500_000
"""From how many bytes on (some thousands of rows) a file is worth loading Polars for."""
_NAMED: Final = 10


class Engine(StrEnum):
    """Which evaluator answers; both give the same rows in the same order."""

    AUTO = "auto"
    CASE = "case"
    BULK = "bulk"


EngineName: TypeAlias = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="case judges one case at a time, bulk all over columns (needs the extra bulk); auto takes bulk for a "
        "large file. The rows are the same.",
    ),
]


def goes_in_bulk(engine: Engine, source: str, form: str, *, narrowed: bool, explain: bool) -> bool:
    """Return whether the question goes to the columns. Raises BadParameter where that was asked for and cannot be."""
    if engine is Engine.CASE:
        return False
    why = ""
    if "://" in source:
        why = "a store is read one case at a time"
    elif form not in (FeedFormat.CSV, FeedFormat.JSON, FeedFormat.JSONL):
        why = f"{form} is printed one case at a time; ask for --format csv, json or jsonl"
    elif narrowed:
        why = "--case, --authority and --known-by are answered one case at a time"
    elif explain:
        why = "--explain is answered one case at a time"
    elif find_spec("polars") is None or find_spec("numpy") is None:
        why = 'it needs the extra bulk: pip install "ehcp-flow[bulk]"'
    if engine is Engine.BULK and why:
        raise typer.BadParameter(why, param_hint="--engine")
    return not why and (engine is Engine.BULK or _is_large(source))


def _is_large(source: str) -> bool:
    try:
        return source != "-" and Path(source).stat().st_size >= LARGE
    except OSError:
        return False


def check_in_bulk(  # noqa: PLR0913 - what `check` was asked
    source: str,
    as_of: dt.date,
    form: str,
    *,
    limits: Collection[str],
    statuses: Collection[str],
    rulebook: Rulebook,
    calendars: Calendars,
    known_at: str | None,
    all_errors: bool,
    fail_on_breach: bool,
) -> None:
    """Print every deadline of every case, chunk by chunk, then what went wrong; leave with the exit code."""
    from ehcp_flow.bulk import iter_frames, write_csv
    from ehcp_flow.bulk.writing import narrowed, plain_rows, tally
    from ehcp_flow.deadlines import FIELDS

    then = None if known_at is None else instant(known_at)
    name = "standard input" if source == "-" else source
    told = {"deadlines": 0, "breaches": 0, "excused": 0}
    with Bar("judging", shown=not sys.stdout.isatty()) as bar:
        frames = iter_frames(
            sys.stdin.buffer if source == "-" else source,
            as_of,
            rulebook=rulebook,
            calendars=calendars,
            known_at=then,
            name=name,
            on_progress=bar,
        )
        sys.stdout.flush()
        out: Any = getattr(sys.stdout, "buffer", None)
        with sheet(form, FIELDS) as rows:
            for frame in frames:
                shown = narrowed(frame, limits, statuses)
                for what, more in zip(told, tally(shown), strict=True):
                    told[what] += more
                if form == FeedFormat.CSV and out is not None:
                    sys.stdout.flush()
                    write_csv(shown, out, header=False)
                    out.flush()
                else:
                    for row in plain_rows(shown):
                        rows.write(row)
    _tell(frames, told, all_errors=all_errors)
    if fail_on_breach and told["breaches"]:
        raise typer.Exit(BREACH)
    if frames.refused or frames.failed:
        raise typer.Exit(REFUSED)


def _tell(frames: Frames, told: dict[str, int], *, all_errors: bool) -> None:
    if frames.unknown_columns:
        from ehcp_flow.readers import Report

        for warning in Report(frames.name, unknown_columns=frames.unknown_columns).warnings:
            note(f"warning: {warning}")
    tell_refused(frames.refused, everything=all_errors)
    incomplete = sorted({row.case_id for row in frames.refused if row.case_id})
    if incomplete:
        names = ", ".join(incomplete[:_NAMED]) + (", ..." if len(incomplete) > _NAMED else "")
        note(
            f"warning: {count(len(incomplete), 'case lacks', 'cases lack')} a refused row, so what is said of "
            f"{'it' if len(incomplete) == 1 else 'them'} may be wrong: {names}"
        )
    for case_id, error in frames.failed:
        note(f"refused: case {case_id}: {error}")
    note(
        f"{count(frames.cases, 'case')}, {count(told['deadlines'], 'deadline')}, "
        f"{count(told['breaches'], 'breach', 'breaches')}, {told['excused']:,} excused "
        "(findings: ehcp-flow breaches SOURCE --register findings)"
    )
