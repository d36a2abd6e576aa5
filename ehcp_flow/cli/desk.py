"""`ehcp-flow desk`: what there is to do, and what first."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import Only, check_columns, check_values, matching, pairs, values_on_day
from ehcp_flow.cli.messages import count, note, told_once
from ehcp_flow.cli.options import column_names, day, option
from ehcp_flow.cli.output import DeskFormat
from ehcp_flow.cli.print_options import DeskOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.cli.source_kinds import is_pipe

if TYPE_CHECKING:
    from ehcp_flow.law import Rulebook
    from ehcp_flow.measures import Desk
    from ehcp_flow.measures.case_groups import Extra

__all__ = ["DESK"]


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """Which rows of the desk are listed, and in which order."""

    days: Annotated[
        int,
        option("--days N", "How many days ahead it looks, beside what is overdue; without it, 14.", min=0, max=36_400),
    ] = 14
    begins: Annotated[str | None, option("--from DATE", "Only what has its last lawful day on this day or later.")] = (
        None
    )
    ends: Annotated[
        str | None,
        option("--to DATE", "Only what has its last lawful day on this day or before; it looks ahead as far as that."),
    ] = None
    only: Only = None
    show: Annotated[
        list[str] | None,
        option("--show COLUMN", "Put this column of the file into each row, given again or as a list."),
    ] = None
    sort: Annotated[
        str | None,
        option(
            "--sort COLUMN",
            "Order each list by this column, such as owner or days_left; without it by the last lawful day.",
        ),
    ] = None
    since: Annotated[
        str | None,
        option("--since DATE", "Only what changed since this day: what is new, what is newly late, what is done."),
    ] = None
    most: Annotated[
        int,
        option("--most N", "How many rows of each list a table shows, 0 for all; without it, the first 10.", min=0),
    ] = 10

    def on_days(self, on: dt.date) -> tuple[int, Callable[[Mapping[str, Any]], bool]]:
        """Return how many days ahead it looks, and whether a row has its last lawful day on the days asked for.

        Raises BadParameter for days in the wrong order.
        """
        if self.begins is None and self.ends is None:
            return self.days, lambda _: True
        begins = dt.date.min if self.begins is None else day(self.begins, "--from")
        ends = dt.date.max if self.ends is None else day(self.ends, "--to")
        if begins > ends:
            raise typer.BadParameter(f"it is after {ends.isoformat()}, the day of --to", param_hint="--from")
        ahead = self.days if self.ends is None else max((ends - on).days, 0)
        return ahead, lambda row: bool(row["due_on"]) and begins.isoformat() <= row["due_on"] <= ends.isoformat()

    def then(self, on: dt.date) -> dt.date | None:
        """Return the day since which something changed. Raises BadParameter for one after the day asked about."""
        then = None if self.since is None else day(self.since, "--since")
        if then is not None and then > on:
            raise typer.BadParameter(f"it is after {on.isoformat()}, the day that is asked about", param_hint="--since")
        return then


@options(
    "source as_of days begins ends only show sort since most case contested known_at known_by authority convert_file "
    "all_errors desk_form raw output institutions institution closed_if office_closures bank_holidays profile rulebook"
)
@told_once()
def _desk(*, query: CaseQuery, listed: _Listed, printed: DeskOptions) -> None:
    """What there is to do today, and what first: court and orders, what is overdue, what falls due, what is stuck.

    Each row says in plain words what to do, by when and by what law. What nobody can still do is not on it.

    With --handover: the hand-over sheet instead, every case that is alive by its owner.
    """
    from ehcp_flow.cli.desk_text import DeskText
    from ehcp_flow.measures import DESK_COLUMNS, DESK_LISTS, Desk

    on, shown, wanted, sort = query.on, printed.shown, pairs(listed.only), listed.sort
    then = listed.then(on)
    days, meant = listed.on_days(on)
    if then is not None and is_pipe(query.source):
        raise typer.BadParameter("it reads SOURCE for each of two days, and a pipe can be read only once; give a file",
                                 param_hint="--since")  # fmt: skip
    extra = values_on_day(query)
    here = {held for values in extra.values() for held in values}
    columns = column_names(listed.show, ())
    check_columns(columns, extra, *DESK_COLUMNS)
    beside = tuple(dict.fromkeys((*columns, *((sort,) if sort else ()))))
    columns = tuple(name for name in columns if name not in DESK_COLUMNS)
    every = (*DESK_COLUMNS, *columns, *(() if then is None else ("change",)))
    check_columns([name for name in (*wanted, *((sort,) if sort else ())) if name not in every], extra)
    of_cases = {column: value for column, value in wanted.items() if column in here}
    check_values(of_cases, extra)
    before = _rows_on(then, query, days, columns) if then is not None else []
    collected = Desk(days=days, extra=extra, columns=columns, contested=query.contested, before=before)
    mine = _owned_by(of_cases, extra)
    with open_source(query, used={*here, *columns, *wanted}) as source:
        for answered in source.answers():
            if mine is None or mine(answered.case_id):
                collected.add(answered)
            else:
                collected.learn(answered)
        rows: Sequence[Mapping[str, Any]] = collected.rows() if then is None else collected.changes()
        rows = [row for row in rows if meant(row) and (mine is None or mine(row["case_id"]))]
        of_rows = {column: value for column, value in wanted.items() if column not in here}
        words = {"list": tuple(DESK_LISTS), "limit": tuple(query.law.limits), "status": ("open", "overdue", "undated")}
        rows = matching(rows, of_rows, words)
        if sort is not None:
            rows = sorted(rows, key=lambda row: _sorted_by(row, sort, every))
        title = ", ".join(f"{column} {value}" for column, value in of_cases.items() if value)
        if shown == DeskFormat.TABLE:
            text = DeskText(collected, on, title=title, source=_as_typed(query), most=listed.most, beside=beside)
            lines = text.lines(rows, days=days) if then is None else text.changes(rows, then)
            sys.stdout.writelines(f"{line}\n" for line in lines)
        elif shown == DeskFormat.ICS:
            _calendar(collected, rows, query.law, f"desk of {title}" if title else "desk")
        elif shown == DeskFormat.HTML:
            from ehcp_flow.reports.desk_page import desk_page

            sys.stdout.write(desk_page(collected, rows, on, of=title, days=days, columns=columns, since=then))
        else:
            printed.write(every, rows)
    note(f"{count(source.seen, 'case')}, as known on {on.isoformat()}")
    source.leave()


def _as_typed(query: CaseQuery) -> str:
    """Return SOURCE as the next command would name it, with the day that was asked about."""
    options = {"columns": query.convert_file, "as-of": query.as_of}
    given = (f" --{name} {shlex.quote(str(value))}" for name, value in options.items() if value is not None)
    return shlex.quote(query.source) + "".join(given)


def _owned_by(of_cases: Mapping[str, str], extra: Extra) -> Callable[[str], bool] | None:
    """Return whether a case has these values, by its id, or None where nothing is asked for."""
    from ehcp_flow.measures import has_values

    return (lambda case_id: has_values(extra.get(case_id, {}), of_cases)) if of_cases else None


def _rows_on(then: dt.date, query: CaseQuery, days: int, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the desk of an earlier day, by what had happened then."""
    from ehcp_flow.measures import Desk

    with closing(replace(query, as_of=then.isoformat())) as earlier, open_source(earlier) as source:
        collected = Desk(days=days, extra=values_on_day(earlier), columns=columns, contested=query.contested)
        for answered in source.answers(quiet=True):
            collected.add(answered)
    return collected.rows()


def _sorted_by(row: Mapping[str, Any], column: str, every: Sequence[str]) -> tuple[Any, ...]:
    from ehcp_flow.measures import DESK_LISTS

    value = row.get(column) if column in every else None
    text = value is not None and not isinstance(value, int | float)
    return tuple(DESK_LISTS).index(row["list"]), value is None, str(value) if text else value or 0


def _calendar(collected: Desk, rows: Iterable[Mapping[str, Any]], law: Rulebook, of: str) -> None:
    from ehcp_flow.reports.calendar_feed import calendar_feed, feed_name

    deadlines = (collected.deadline_of(row) for row in rows)
    sys.stdout.write(
        calendar_feed([one for one in deadlines if one is not None], name=feed_name(law, of, between=": "))
    )


DESK: Final = CliCommand(
    _desk,
    (
        "ehcp-flow desk cases.csv --as-of 2025-10-21",
        "ehcp-flow desk cases.csv --as-of 2025-10-21 --since 2025-10-14",
        "ehcp-flow desk cases.csv --as-of 2025-10-21 --only list=overdue --sort owner --most 0",
        "ehcp-flow desk cases.csv --as-of 2025-10-21 --from 2025-11-03 --to 2025-11-14 --format xlsx > desk.xlsx",
        "ehcp-flow desk cases.csv --as-of 2025-10-21 --format ics > desk.ics",
        "ehcp-flow desk cases.csv --as-of 2025-10-21 --output desk.html",
    ),
)
