"""Deadlines as CSV, byte for byte as `ehcp-flow check --format csv` writes them case by case."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterator
from typing import IO, Any

import polars as pl

from ehcp_flow.deadlines import FIELDS, MISSED
from ehcp_flow.formulas import BEGINS, INSIDE, is_formula
from ehcp_flow.measures.period_names import Stretch

__all__ = ["narrowed", "of_cases", "plain_rows", "tally", "write_csv"]


def write_csv(frame: pl.DataFrame, file: IO[bytes], *, header: bool = True, raw: bool = False) -> None:
    """Write a frame of deadlines to a binary file: lists joined with `; `, truth as true and false, nothing as nothing.

    Text that a spreadsheet would take for a formula gets an apostrophe before it, unless it is to be `raw`. Without
    `header` the names of the columns are left out, so that one frame can follow another.
    """
    if header:
        file.write((",".join(FIELDS) + "\n").encode())
    if not frame.height:
        return
    text = frame.select(FIELDS).with_columns(pl.col(pl.List(pl.String)).list.join("; ").replace("", None))
    if not raw:
        text = text.with_columns(disarmed_column(pl.col(name)) for name in text.columns if _holds_formulas(text[name]))
    returns = text.select(pl.col("case_id", "party").str.contains("\r", literal=True).any())
    if any(returns.row(0)):
        # Whether Python's csv module quotes a lone carriage return depends on its version: so it decides itself.
        out = io.StringIO()
        cells = text.select(pl.all().cast(pl.String).fill_null(""))
        csv.writer(out, lineterminator="\n").writerows(cells.iter_rows())
        file.write(out.getvalue().encode())
    else:
        text.write_csv(file, include_header=False, line_terminator="\n", null_value="", quote_style="necessary")


def _holds_formulas(column: pl.Series) -> bool:
    """Whether `formulas.disarmed` would change a text of the column."""
    if isinstance(column.dtype, pl.Enum):
        return any(map(is_formula, column.dtype.categories))
    return column.dtype == pl.String and bool(column.str.contains(f"{BEGINS}|{INSIDE}").any())


def disarmed_column(column: pl.Expr) -> pl.Expr:
    """Return texts as `formulas.disarmed` gives them."""
    text = column.cast(pl.String).str.replace_all(INSIDE, "${1}'${2}")
    return pl.when(text.str.contains(BEGINS)).then("'" + text).otherwise(text).alias(column.meta.output_name())


def of_cases(frame: pl.DataFrame, is_mine: Callable[[str], bool]) -> pl.DataFrame:
    """Return the deadlines of the cases of which that holds, each asked once."""
    ids = [case_id for case_id in frame["case_id"].unique().to_list() if is_mine(case_id)]
    return frame.filter(pl.col("case_id").is_in(ids))


def narrowed(
    frame: pl.DataFrame,
    limits: Collection[str],
    statuses: Collection[str],
    *,
    breaches: bool = False,
    contested: str = "with",
    new_in: Stretch | None = None,
) -> pl.DataFrame:
    """Return the deadlines of these limits and statuses, of all of them where none are named; or breaches alone.

    `contested` is `with`, `without` or `only`: whether those are there that another reading contests. `new_in` are the
    days in which a limit was broken for the first time (`ehcp_flow.measures.broken_on`).
    """
    if breaches:
        frame = frame.filter(frame["breach"])
    if contested != "with":
        frame = frame.filter((pl.col("contested_by").list.len() > 0) == (contested == "only"))
    if new_in is not None:
        early = pl.col("status").cast(pl.String) == "premature"
        broken = pl.when(early).then(pl.col("done_on")).otherwise(pl.col("due_on") + pl.duration(days=1))
        frame = frame.filter(broken.is_between(new_in.first, new_in.last))
    for name, wanted in (("limit", limits), ("status", statuses)):
        if wanted:
            frame = frame.filter(pl.col(name).cast(pl.String).is_in([str(each) for each in wanted]))
    return frame


def tally(frame: pl.DataFrame) -> tuple[int, int, int, int, int, int, int]:
    """Return how many deadlines there are, how many breaches, and how many that were missed and are excused.

    Then how many of the breaches another reading denies, of how many more deadlines one makes breaches, how many the
    source is declared not to record, and how many are not done and have no last day that can be told.
    """
    status = pl.col("status").cast(pl.String)
    missed = status.is_in(MISSED)
    excused = frame.filter(missed & (pl.col("excused_by").list.len() > 0)).height
    contested = frame.filter(pl.col("contested_by").list.len() > 0)["breach"]
    denied = int(contested.sum())
    unrecorded = frame.filter(status == "unrecorded").height
    dated = pl.any_horizontal(pl.col("due_on", "done_on").is_not_null())
    undated = frame.filter((status == "undated") & ~dated).height
    return frame.height, int(frame["breach"].sum()), excused, denied, len(contested) - denied, unrecorded, undated


def plain_rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield deadlines as `Deadline.as_dict` gives them, dates as ISO text."""
    yield from frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).iter_rows(named=True)
