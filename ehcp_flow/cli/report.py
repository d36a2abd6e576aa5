"""`ehcp-flow report`: the page, the workbook and the calendar of a caseload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.further import check_columns, extra_columns, pairs
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import (
    AllErrors,
    AsOf,
    Authority,
    BankHolidays,
    CaseIds,
    Institutions,
    KnownAt,
    KnownBy,
    OfficeClosures,
    RulebookAt,
    SourceName,
    calendars_with,
    day,
    rulebook_at,
)
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.dates import MOST_WEEKS

if TYPE_CHECKING:
    from ehcp_flow.reports.overview import Overview

__all__ = ["REPORT"]


def _file(name: str, help_text: str) -> typer.models.OptionInfo:
    made: typer.models.OptionInfo = typer.Option(name, metavar="FILE", help=help_text, show_default=False)
    return made


def _report(  # noqa: PLR0913 - one parameter for each option
    *,
    source: SourceName,
    html: Annotated[
        str | None,
        _file("--html", "Write the page here: one file that needs nothing else."),
        Writes("ehcp_flow.reports.page:PAGE"),
    ] = None,
    xlsx: Annotated[
        str | None,
        _file("--xlsx", "Write the measures and every register here, as one workbook."),
        Writes("ehcp_flow.reports.workbook:WORKBOOK"),
    ] = None,
    ics: Annotated[
        str | None,
        _file("--ics", "Write what is due here, as a calendar to subscribe to."),
        Writes("ehcp_flow.reports.calendar_feed:CALENDAR"),
    ] = None,
    as_of: AsOf = None,
    suppress: Annotated[
        int,
        typer.Option(
            "--suppress",
            metavar="N",
            min=0,
            help="For publication: hide counts below N on the page, with those that would give them away, and every "
            "single case.",
        ),
    ] = 0,
    weeks: Annotated[
        int,
        typer.Option(
            "--weeks", metavar="N", min=1, max=MOST_WEEKS, help="How many weeks ahead what falls due is listed."
        ),
    ] = 4,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="COLUMN=VALUE",
            help="In the calendar, only cases with this value in a column of the file, such as caseworker=Ann.",
            show_default=False,
        ),
    ] = None,
    adviser: Annotated[
        str | None,
        typer.Option(
            "--adviser",
            metavar="PARTY",
            help="In the calendar, only requests for advice to this party.",
            show_default=False,
        ),
    ] = None,
    setting: Annotated[
        str | None,
        typer.Option(
            "--setting",
            metavar="ID",
            help="In the calendar, only what is asked of this institution.",
            show_default=False,
        ),
    ] = None,
    case: CaseIds = None,
    known_at: KnownAt = None,
    known_by: KnownBy = None,
    authority: Authority = None,
    all_errors: AllErrors = False,
    institutions: Institutions = None,
    office_closures: OfficeClosures = None,
    bank_holidays: BankHolidays = None,
    rulebook: RulebookAt = None,
) -> None:
    """The report on a caseload, for managers, inspectors and a scrutiny panel: a page, a workbook, a calendar.

    The page tells in one screen whether the service is getting better, and opens each case's working.
    """
    if html is None and xlsx is None and ics is None:
        raise typer.BadParameter("say what to write: --html FILE, --xlsx FILE or --ics FILE", param_hint="--html")
    for option, value in {"--only": only, "--adviser": adviser, "--setting": setting}.items():
        if value and ics is None:
            raise typer.BadParameter("it chooses what is in the calendar; give --ics FILE too", param_hint=option)
    wanted = pairs(only)
    from ehcp_flow.measures import DESKS

    on = day(as_of)
    law, calendars = rulebook_at(rulebook), calendars_with(institutions, office_closures, bank_holidays)
    extra = extra_columns(source)
    check_columns(wanted, extra)
    with open_source(
        source, case, known_at=known_at, known_by=known_by, authority=authority, all_errors=all_errors,
        used={*DESKS, *wanted},
    ) as asked:  # fmt: skip
        if html is not None or xlsx is not None:
            from ehcp_flow.reports.overview import overview

            answers = asked.answers(on, rulebook=law, calendars=calendars)
            seen = overview(answers, on, extra=extra, weeks=weeks)
            _tell_unpublished(seen)
            _write(seen, html, xlsx, suppress)
        if ics is not None:
            from ehcp_flow.outputs import Output
            from ehcp_flow.reports.calendar_feed import CALENDAR, work_calendar

            answers = asked.answers(on, rulebook=law, calendars=calendars)
            feed = work_calendar(answers, only=wanted, adviser=adviser, setting=setting, extra=extra)
            Output(ics, CALENDAR).write(feed.encode())
    if suppress:
        for path in (path for path in (xlsx, ics) if path is not None):
            note(f"warning: --suppress is for the page alone; {path} holds single cases, and is not to be published")
    note(f"{count(asked.seen, 'case')}: {', '.join(path for path in (html, xlsx, ics) if path is not None)}")
    asked.leave()


def _tell_unpublished(seen: Overview) -> None:
    """Say where the page has nothing published to stand beside its figures."""
    from ehcp_flow.reports.published_page import YEARS, region_of

    if not seen.authorities and seen.cases:
        note("warning: no case says its authority (column authority, such as 885), so nothing published is beside it")
    elif seen.authority and region_of(seen.authority) is None:
        note(
            f"warning: authority {seen.authority} is not in the Department's tables of {YEARS[0]} to {YEARS[-1]}, so "
            "England's published figures stand beside it, and none of its own or its region's"
        )


def _write(overview: Overview, html: str | None, xlsx: str | None, suppress: int) -> None:
    if html is not None:
        from ehcp_flow.outputs import Output
        from ehcp_flow.reports.page import PAGE, report_page

        Output(html, PAGE).write(report_page(overview, suppress=suppress).encode())
    if xlsx is not None:
        from ehcp_flow.reports.workbook import write_workbook

        write_workbook(overview, xlsx)


REPORT: Final = CliCommand(
    _report,
    (
        "ehcp-flow report cases.csv --as-of 2025-10-21 --html report.html --xlsx registers.xlsx --ics due.ics",
        "ehcp-flow report cases.csv --as-of 2025-10-21 --html public.html --suppress 5",
        "ehcp-flow report cases.csv --as-of 2025-10-21 --ics advisers.ics --adviser psychological",
    ),
)
