"""A caseload as a star: flat tables that Power BI, Excel and SQL join by `case_id`, for whole caseloads.

What every query of such a tool would have to work out anew stands here once, by the same questions as everywhere else:
where each case is, what is due, what is odd, and DfE's measures with their numerators and denominators.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Final, TypeAlias, Unpack

import polars as pl

from ehcp_flow.bulk.case_states import FINDINGS, case_states_of, findings_chunk, states_chunk
from ehcp_flow.bulk.chunks import Chunk, Question, asked_rows, known_rows, standing_facts
from ehcp_flow.bulk.held_columns import HELD, HeldValues
from ehcp_flow.bulk.kept_rows import RowSource
from ehcp_flow.bulk.measuring import Measuring
from ehcp_flow.bulk.row_sources import Source
from ehcp_flow.bulk.source_pass import Frames, Options, Refused
from ehcp_flow.dates import parse_day, written
from ehcp_flow.facts import COLUMNS, DATES
from ehcp_flow.measures.arithmetic import UNAVAILABLE
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.figures import are_of
from ehcp_flow.measures.measure_table import MeasureTable
from ehcp_flow.measures.period_names import begun, label_of

__all__ = ["KEYS", "STAR", "tables"]

Star: TypeAlias = dict[str, pl.DataFrame]

_IN_STATES: Final = ("case_id", "state", "since")
_FACTS: Final[dict[str, Any]] = {
    **{name: pl.Date if name in DATES and name != "on" else pl.String for name in COLUMNS},
    "day": pl.Date,
}
_MEASURES: Final[dict[str, Any]] = {
    "authority": pl.String, "period": pl.String, "column": pl.String, "value": pl.Float64, "numerator": pl.Int64,
    "denominator": pl.Int64, "definition": pl.String,
}  # fmt: skip
_CALENDAR: Final[dict[str, Any]] = {
    "day": pl.Date, "year": pl.Int32, "academic_year": pl.String, "financial_year": pl.String, "quarter": pl.String,
    "month": pl.String,
}  # fmt: skip
STAR: Final = ("cases", "facts", "deadlines", "findings", "particulars", "measures", "calendar")
"""The tables, in their order."""
KEYS: Final[Mapping[str, str]] = {"cases": "case_id", "deadlines": "key", "calendar": "day"}
"""The column by which each row of a table is known, where there is one."""


def tables(
    source: Source,
    as_of: dt.date | str | None = None,
    *,
    refused: Refused = "raise",
    report: Callable[[Frames], object] | None = None,
    **options: Unpack[Options],
) -> Star:
    """Return the tables of a caseload by name, as Polars frames: those of `STAR`.

    Lists are texts joined by `; `, what cannot be given is null, and `day` of a fact is its day, or the last of its
    month where only that is known. `report` is called with the `Frames` of the facts once all is read. Source and
    options are those of `iter_frames`, `refused` is that of `deadlines_frame`. A source is gone through several times;
    a small one is read once.
    """
    with ExitStack() as stack:
        rows = Frames(source, as_of, **options).opened(stack)
        return _tables_of(rows, as_of, refused, report, options)


def _tables_of(
    source: RowSource,
    as_of: dt.date | str | None,
    refused: Refused,
    report: Callable[[Frames], object] | None,
    options: Options,
) -> Star:
    read = Frames(source, as_of, work=_facts_chunk, **options)
    facts = _whole(read, _FACTS)
    deadlines = _whole(Frames(source, as_of, **options))
    judged = Frames(source, as_of, work=findings_chunk, **options)
    findings = _whole(judged, FINDINGS)
    read.failed = judged.failed
    if report is not None:
        report(read)
    read.settle(refused)
    whose = Frames(source, as_of, work=_cases_chunk, **options)
    cases = _whole(whose, case_states_of(whose.rulebook) | {"authority": pl.String})
    held = _whole(Frames(source, as_of, work=_held_chunk, **options), HELD)
    measures = pl.DataFrame(schema=_MEASURES)
    if are_of(read.rulebook):
        measures = _measures(Measuring(source, as_of, by=("authority", "year"), **options).table())
    plain = deadlines.with_columns(
        pl.col(pl.Enum).cast(pl.String), pl.col(pl.List(pl.String)).list.join("; ").replace("", None)
    )
    return {
        "cases": _with_held(
            cases.select("case_id", "authority", pl.col("state").cast(pl.String), "since"), held, read.as_of
        ),
        "facts": facts,
        "deadlines": plain,
        "findings": findings.rename({"code": "finding"}).select(
            "case_id", "on", "finding", "message", "remedy", "event", "limit"
        ),
        "particulars": held,
        "measures": measures,
        "calendar": _calendar([facts["day"], *(plain[name] for name in ("starts_on", "due_on", "done_on"))]),
    }


def _whole(frames: Frames, schema: Mapping[str, Any] | None = None) -> pl.DataFrame:
    parts = list(frames)
    return pl.concat(parts) if parts else pl.DataFrame(schema=frames.schema if schema is None else schema)


def _facts_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return everything that was recorded of the cases of a chunk, in the order in which it was."""
    encoded, rows, refused, count = asked_rows(rows, question)
    keep = known_rows(encoded, rows, question)
    if keep is not None:
        rows = rows.filter(pl.Series(keep, dtype=pl.Boolean))
    told = []
    for name, kind in _FACTS.items():
        of = "on" if name == "day" else name
        texts = rows[of].cast(pl.String) if of in rows.columns else pl.Series([None] * rows.height, dtype=pl.String)
        days = {text: parse_day(text) for text in texts.unique().drop_nulls().to_list()} if of in DATES else {}
        if kind == pl.Date:
            told.append(texts.replace_strict(days, default=None, return_dtype=pl.Date).alias(name))
        elif days:
            told.append(texts.replace({text: written(day) for text, day in days.items()}).alias(name))
        else:
            told.append(texts.alias(name))
    return Chunk(pl.DataFrame(told), refused, [], len(encoded.case_ids), count)


def _held_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return what holds of the cases of a chunk, from which day to which."""
    encoded, rows, refused, count = asked_rows(rows, question)
    held = HeldValues(rows, encoded, question, DatedValues({}))
    return Chunk(held.frame(), refused, [], len(encoded.case_ids), count)


def _with_held(cases: pl.DataFrame, held: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return cases with a column for each particular, as it is on the day."""
    now = held.filter((pl.col("on") <= as_of) & (pl.col("until").is_null() | (pl.col("until") >= as_of)))
    for name in held["particular"].unique().sort().to_list():
        column = f"particular_{name}" if name in cases.columns else name
        of_name = now.filter(pl.col("particular") == name).select("case_id", pl.col("value").alias(column))
        cases = cases.join(of_name, on="case_id", how="left", maintain_order="left")
    return cases


def _cases_chunk(rows: pl.DataFrame, question: Question) -> Chunk:
    """Return where each case of a chunk stands, and whose it is on the day."""
    found = states_chunk(rows, question)
    encoded, rows, _, _ = asked_rows(rows, question)
    facts, _ = standing_facts(encoded, rows, question, whole=True)
    texts = pl.Series([None, *encoded.authority.texts], dtype=pl.String)
    whose = pl.DataFrame(
        {
            "case_id": encoded.case_ids.cast(pl.String),
            "authority": texts.gather(pl.Series((facts.authority + 1).astype("uint32"))),
        }
    )
    found.frame = found.frame.select(_IN_STATES).join(whose, on="case_id", how="left", maintain_order="left")
    return found


def _measures(table: MeasureTable) -> pl.DataFrame:
    """Return every figure of a table as a row of its own."""
    told = []
    for place, row in enumerate(table):
        counts = table.counts(place)
        for name, column in zip(table.names, table.catalogue.columns.values(), strict=True):
            value = None if row[name] == UNAVAILABLE else float(row[name])
            below = sum(counts[each] for each in column.over) if column.over else None
            definition = table.catalogue.home[column.name].definition
            told.append(
                (row["authority"], row["year"], name, value, counts[column.base or column.name], below, definition)
            )
    return pl.DataFrame(told, schema=_MEASURES, orient="row")


def _calendar(days: list[pl.Series]) -> pl.DataFrame:
    """Return every day from the first to the last that a table names, with the years, quarter and month it lies in."""
    met = pl.concat([each.alias("day") for each in days]).drop_nulls()
    first, last = met.min(), met.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return pl.DataFrame(schema=_CALENDAR)
    every = [first + dt.timedelta(days=at) for at in range((last - first).days + 1)]
    return pl.DataFrame(
        [
            (
                day,
                day.year,
                label_of("academic_year", day),
                _financial_year(day),
                label_of("quarter", day),
                f"{day:%Y-%m}",
            )
            for day in every
        ],
        schema=_CALENDAR,
        orient="row",
    )


def _financial_year(day: dt.date) -> str:
    """Return the financial year as a calendar of Power BI has it: `2025-26`."""
    first = begun("financial_year", day).year
    return f"{first}-{(first + 1) % 100:02}"
