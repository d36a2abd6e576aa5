"""`ehcp-flow registers`: the lists that people work from, and what the headline hides, each by its name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import (
    Only,
    check_columns,
    check_value,
    check_values,
    matching,
    pairs,
    plain,
    values_on_day,
)
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import Contested, column_names, option
from ehcp_flow.cli.output import DeskFormat, sheet
from ehcp_flow.cli.period_options import PeriodOptions
from ehcp_flow.cli.print_options import DeskOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.dates import MOST_WEEKS

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.answers import Answer
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.law import Rulebook

__all__ = ["REGISTERS_COMMAND"]

_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "breaches": ("case_id", "title", "party", "due_on", "done_on", "days_over", "status"),
    "due": ("case_id", "title", "party", "due_on", "days_left"),
    "exceptions": ("case_id", "ground", "on", "until", "verdict", "reason", "approved_by", "excuses"),
    "advice": ("case_id", "adviser", "asked_on", "due_on", "status", "days_over", "returned_on", "excused_by"),
    "reviews": ("case_id", "never_reviewed", "last_meeting", "review_due_on", "status", "days_over", "waiting_for"),
    "transfers": ("case_id", "phase", "due_on", "status", "days_over", "review_meeting_by", "last_review_meeting"),
    "disputes": ("case_id", "about", "state", "since", "next", "due_on", "status", "days_over"),
    "placements": ("case_id", "placement", "placement_value", "need", "awaiting_place"),
    "proposals": ("case_id", "on", "outcome", "reason"),
    "findings": ("case_id", "on", "message", "remedy"),
    "handover": ("owner", "case_id", "days_over", "longest_overdue", "next", "next_due_on"),
    "school-reviews": ("school", "case_id", "review_due_on", "invite_by", "meet_by", "report_by", "decide_by"),
    "limits-kept": ("title", "due", "pc_in_time", "overdue_now", "oldest_due_on", "contested"),
}
"""What a terminal has room for; the other formats have every column."""
_SHEETS: Final = {"handover": "owner", "school-reviews": "school"}
"""By which column a page of a list has a sheet of paper for each of whom it is."""
_TITLES: Final = {"handover": "Hand-over sheet", "school-reviews": "Reviews by school"}


@options(
    "source name as_of time only show weeks case contested known_at known_by authority convert_file all_errors "
    "desk_form raw output institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _registers(
    *,
    query: CaseQuery,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Which one: breaches, due, exceptions, advice, reviews, transfers, disputes, placements, proposals "
            "(phase transfers that follow from a school year, as CSV to import), findings; or a table of "
            "counts, such as open-by-age. Without it, all their names, and how long each list is.",
            show_default=False,
        ),
    ] = None,
    time: PeriodOptions,
    only: Only = None,
    show: Annotated[
        list[str] | None,
        option(
            "--show COLUMN",
            "Put this column of the file into each row, given again or as a list; without it caseworker, officer, "
            "team and area, where the file has them.",
        ),
    ] = None,
    weeks: Annotated[
        int,
        typer.Option(
            "--weeks", metavar="N", min=1, max=MOST_WEEKS, help="How many weeks ahead `due` and `workload` look."
        ),
    ] = 4,
    printed: DeskOptions,
) -> None:
    """The lists that people work from, and what the headline hides: what falls due, advice to chase, reviews, disputes.

    A list is worked out from the whole source, and --only chooses among its rows; so does --year, by the day on which
    each is new: when a limit was broken or falls due, an exception or a dispute began.
    """
    from ehcp_flow.errors import UnknownNameError
    from ehcp_flow.measures import (
        DESKS,
        REGISTER_COLUMNS,
        REGISTER_DAYS,
        REGISTER_FACTS,
        REGISTER_LIMITS,
        REGISTERS,
        TABLES,
        has_values,
    )

    if name is not None and name not in {*REGISTERS, *TABLES}:
        raise UnknownNameError("register", name, (*REGISTERS, *TABLES))
    if name is not None and query.rulebook is not None:
        _of_this_law(name, query)
    on, shown, wanted, asked = query.on, printed.shown, pairs(only), time.asked
    if asked is not None:
        _check_asked(name, shown)
    if shown == DeskFormat.ICS and name != "due" and name not in REGISTER_LIMITS:
        can = ", ".join(("due", *REGISTER_LIMITS))
        raise typer.BadParameter(f"{name or 'this'} is no calendar; these are: {can}", param_hint="--format")
    extra = values_on_day(query)
    here = {held for values in extra.values() for held in values}
    columns = column_names(
        show, () if name in (*REGISTER_FACTS, *_SHEETS) else tuple(desk for desk in DESKS if desk in here)
    )
    check_columns(columns, extra)
    if name == "workload" and not columns:
        known = f"; this one has {', '.join(sorted(here))}" if here else "; this one has none"
        raise typer.BadParameter(f"workload needs a column of the file, such as caseworker{known}",
                                 param_hint="--show")  # fmt: skip
    with open_source(query, used={*columns, *wanted}) as source:
        of_cases = {column: value for column, value in wanted.items() if column in here}
        check_values(of_cases, extra)
        of_rows = {column: value for column, value in wanted.items() if column not in here}

        def is_mine(case_id: str) -> bool:
            return has_values(extra.get(case_id, {}), of_cases)

        answers = source.answers()
        if shown == DeskFormat.ICS:
            _calendar(name or "", query.law, answers, is_mine, of_rows, on, weeks)
        elif name is None:
            check_columns(of_rows, extra)
            chosen_ones = (one for one in answers if is_mine(one.case_id))
            _print(_contents(chosen_ones, weeks, query), shown, (), ("name", "rows", "what"), name, on)
        else:
            # A list is worked out from every case, a table of counts from those that it is to count.
            listed = answers if name in REGISTERS else (one for one in answers if is_mine(one.case_id))
            rows = _rows(name, listed, on, weeks, extra, columns, query.contested)
            every = ("case_id", *columns, *REGISTER_COLUMNS[name]) if name in REGISTERS else ()
            check_columns(of_rows, extra, *(every or (rows[0] if rows else of_rows)))
            chosen_rows = matching(rows, of_rows, _words(name, query))
            if name in REGISTERS:
                chosen_rows = [row for row in chosen_rows if is_mine(row["case_id"])]
            if asked is not None:
                chosen_rows = [row for row in chosen_rows if asked.holds(REGISTER_DAYS[name](row))]
            _print(chosen_rows, shown, every, (*columns, *_SHOWN.get(name, ())), name, on)
    note(f"{count(source.seen, 'case')}, as known on {on.isoformat()}")
    source.leave()


def _check_asked(name: str | None, shown: str) -> None:
    """Raise BadParameter for a period where no row is new by its day, or for a calendar, which holds what is ahead."""
    from ehcp_flow.measures import REGISTER_DAYS

    if name not in REGISTER_DAYS:
        can = ", ".join(REGISTER_DAYS)
        raise typer.BadParameter(f"nothing says when a row of {name or 'this'} is new; it is said of {can}",
                                 param_hint="--year")  # fmt: skip
    if shown == DeskFormat.ICS:
        raise typer.BadParameter("a calendar is not of a period; it holds what is ahead", param_hint="--year")


def _of_this_law(name: str, query: CaseQuery) -> None:
    """Raise EnglandOnly for a list of limits and states of England's, asked by the law of another procedure."""
    from ehcp_flow.measures.figures import england_alone
    from ehcp_flow.measures.hidden_tables import TABLES_OF_ANY_LAW
    from ehcp_flow.measures.registers import OF_ANY_LAW

    if name not in (*OF_ANY_LAW, *TABLES_OF_ANY_LAW):
        england_alone(f"the rows of {name}", query.law)


def _rows(
    name: str,
    answers: Iterator[Answer],
    on: dt.date,
    weeks: int,
    extra: Mapping[str, Mapping[str, str]],
    columns: Sequence[str],
    contested: Contested,
) -> Sequence[Mapping[str, Any]]:
    from ehcp_flow.measures import REGISTERS, Registers, table_rows

    if name not in REGISTERS:
        rows = table_rows(name, answers, on, extra=extra, desks=columns, weeks=weeks)
        if name not in _SHEETS:
            return rows
        carried = (extra.get(row["case_id"], {}) for row in rows)
        return [
            {**{column: values.get(column, "") for column in columns}, **row}
            for row, values in zip(rows, carried, strict=True)
        ]
    collected = Registers((name,), weeks=weeks, extra=extra, columns=columns, contested=contested)
    for answered in answers:
        collected.add(answered)
    return collected.rows(name)


def _contents(answers: Iterator[Answer], weeks: int, query: CaseQuery) -> list[dict[str, Any]]:
    """Return every register with its length, and every table; of another law than England's, what it can have."""
    from ehcp_flow.measures import REGISTERS, TABLES
    from ehcp_flow.measures.figures import are_of
    from ehcp_flow.measures.hidden_tables import TABLES_OF_ANY_LAW
    from ehcp_flow.measures.registers import OF_ANY_LAW, RegisterLengths

    collected = RegisterLengths(weeks=weeks, contested=query.contested)
    for answered in answers:
        collected.add(answered)
    lists = [{"name": name, "rows": collected.lengths[name], "what": what} for name, what in REGISTERS.items()]
    lists += [{"name": name, "rows": None, "what": what} for name, what in TABLES.items()]
    return lists if are_of(query.law) else [row for row in lists if row["name"] in (*OF_ANY_LAW, *TABLES_OF_ANY_LAW)]


def _words(name: str, query: CaseQuery) -> Mapping[str, Sequence[str]]:
    """Return what can stand in the columns of a register that hold words of a closed set."""
    from ehcp_flow.measures import REGISTER_WORDS

    return {"limit": tuple(query.law.limits), **REGISTER_WORDS.get(name, {})}


def _print(
    rows: Sequence[Mapping[str, Any]],
    form: str,
    every: Sequence[str],
    columns: Sequence[str],
    name: str | None,
    on: dt.date,
) -> None:
    if form == DeskFormat.TABLE:
        from ehcp_flow.cli.printed_table import print_rows
        from ehcp_flow.measures import REGISTERS, TABLES

        title = "" if name is None else f"{ {**REGISTERS, **TABLES}[name] }: {count(len(rows), 'row')}"
        print_rows(rows, columns if name in (None, *_SHOWN) else (), title)
        return
    names = tuple(every) or tuple(dict.fromkeys(column for row in rows for column in row)) or tuple(columns)
    if form == DeskFormat.HTML:
        _page(rows, names, name, on)
        return
    with sheet(form, names) as out:
        for row in rows:
            out.write({column: plain(value) for column, value in row.items()})


def _page(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], name: str | None, on: dt.date) -> None:
    from ehcp_flow.measures import REGISTERS, TABLES
    from ehcp_flow.reports.list_page import list_page

    says = "Every list, and how long it is" if name is None else {**REGISTERS, **TABLES}[name]
    title = "Lists" if name is None else _TITLES.get(name) or name.replace("-", " ").capitalize()
    sys.stdout.write(list_page(rows, columns, on, title=title, says=says, by=_SHEETS.get(name or "", "")))


def _calendar(
    name: str,
    law: Rulebook,
    answers: Iterator[Answer],
    is_mine: Callable[[str], bool],
    wanted: Mapping[str, str],
    on: dt.date,
    weeks: int,
) -> None:
    """Print the limits of a register as a calendar, those that were done lately too, so that it updates the last."""
    import datetime as dt

    from ehcp_flow.measures import REGISTER_LIMITS
    from ehcp_flow.measures.deadline_filter import WORK
    from ehcp_flow.reports.calendar_feed import calendar_feed, feed_name, work_of

    for column in wanted:
        if column not in ("adviser", "party"):
            raise typer.BadParameter(
                f"a calendar can be for a column of the file, for adviser or for party, not for {column!r}",
                param_hint="--only",
            )
    until = on + dt.timedelta(weeks=weeks)

    def belongs(deadline: Deadline) -> bool:
        if name != "due":
            return deadline.derivation.limit.root in REGISTER_LIMITS[name]
        soon = deadline.due_on is not None and deadline.due_on <= until
        return soon and deadline.kind in WORK and deadline.derivation.limit.side != "family"

    listed = [deadline for answered in answers for deadline in work_of(answered) if belongs(deadline)]
    for column, value in wanted.items():
        check_value(column, value, (deadline.party or "" for deadline in listed))
    of_party = [
        deadline
        for deadline in listed
        if is_mine(deadline.case_id)
        and all((deadline.party or "").casefold() == value.casefold() for value in wanted.values())
    ]
    sys.stdout.write(calendar_feed(of_party, name=feed_name(law, name, between=": ")))


REGISTERS_COMMAND: Final = CliCommand(
    _registers,
    (
        "ehcp-flow registers cases.csv --as-of 2025-10-21",
        "ehcp-flow registers cases.csv due --weeks 6 --as-of 2025-10-21",
        "ehcp-flow registers cases.csv breaches --year 2025-10 --as-of 2025-10-21",
        "ehcp-flow registers cases.csv advice --only adviser=psychological --as-of 2025-10-21",
        "ehcp-flow registers cases.csv reviews --only status=open --as-of 2025-10-21 --format xlsx > reviews.xlsx",
        "ehcp-flow registers cases.csv transfers --as-of 2025-10-21 --format ics > transfers.ics",
        "ehcp-flow registers cases.csv handover --as-of 2025-10-21 --format html > handover.html",
        "ehcp-flow registers cases.csv open-by-age --as-of 2025-10-21 --format json",
    ),
)
