"""`ehcp-flow report`: the page, the workbook and the calendar of a caseload."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import Only, check_columns, check_values, pairs, values_on_day
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import option
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.dates import MOST_WEEKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ehcp_flow.answers import Answer
    from ehcp_flow.reports.overview import Overview

__all__ = ["REPORT"]


@dataclass(frozen=True, kw_only=True)
class _Calendar:
    """What of a caseload goes into the calendar."""

    adviser: Annotated[
        str | None,
        option("--adviser PARTY", "In the calendar, only requests for advice to this party."),
    ] = None
    setting: Annotated[
        str | None,
        option("--setting ID", "In the calendar, only what is asked of this institution."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """What the page shows of a caseload."""

    only: Only = None
    suppress: Annotated[
        int,
        typer.Option(
            "--suppress",
            metavar="N",
            min=0,
            help="For publication: hide counts below N on the page, with those that would give them away, and every "
            "single case.",
        ),
    ] = 0
    weeks: Annotated[
        int,
        typer.Option(
            "--weeks", metavar="N", min=1, max=MOST_WEEKS, help="How many weeks ahead what falls due is listed."
        ),
    ] = 4
    published_file: Annotated[
        list[str] | None,
        option(
            "--published-file FILE",
            'A CSV file of "Education, health and care plans" as the Department gives it for download, to stand '
            "beside the figures; may be given again. What is shipped goes up to 2024.",
        ),
    ] = None


@options(
    "source html xlsx ics as_of shown calendar case known_at known_by authority convert_file all_errors "
    "institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _report(
    *,
    query: CaseQuery,
    html: Annotated[
        str | None,
        option("--html FILE", "Write the page here: one file that needs nothing else."),
        Writes("ehcp_flow.reports.page:PAGE"),
    ] = None,
    xlsx: Annotated[
        str | None,
        option("--xlsx FILE", "Write the measures and every register here, as one workbook."),
        Writes("ehcp_flow.reports.workbook:WORKBOOK"),
    ] = None,
    ics: Annotated[
        str | None,
        option("--ics FILE", "Write what is due here, as a calendar to subscribe to."),
        Writes("ehcp_flow.reports.calendar_feed:CALENDAR"),
    ] = None,
    shown: _Shown,
    calendar: _Calendar,
) -> None:
    """The report on a caseload, for managers, inspectors and a scrutiny panel: a page, a workbook, a calendar.

    The page tells in one screen whether the service is getting better, and opens each case's working.
    """
    if html is None and xlsx is None and ics is None:
        raise typer.BadParameter("say what to write: --html FILE, --xlsx FILE or --ics FILE", param_hint="--html")
    if shown.published_file and html is None:
        raise typer.BadParameter("it stands on the page; give --html FILE too", param_hint="--published-file")
    for name, value in asdict(calendar).items():
        if value and ics is None:
            raise typer.BadParameter("it chooses what is in the calendar; give --ics FILE too", param_hint=f"--{name}")
    wanted = pairs(shown.only)
    from ehcp_flow.measures import DESKS, has_values

    extra = values_on_day(query)
    check_columns(wanted, extra)
    check_values(wanted, extra)

    def asked(answers: Iterator[Answer]) -> Iterator[Answer]:
        return (one for one in answers if has_values(extra.get(one.case_id, {}), wanted)) if wanted else answers

    with open_source(query, used={*DESKS, *wanted}) as source:
        if html is not None or xlsx is not None:
            from ehcp_flow.measures.without_day import told_without_day
            from ehcp_flow.reports.overview import overview

            published = shown.published_file or ()
            seen = overview(
                asked(source.answers()), query.on, extra=extra, weeks=shown.weeks, published_files=published,
                only=wanted, for_page=xlsx is None,
            )  # fmt: skip
            _tell_unpublished(seen)
            _write(seen, html, xlsx, shown.suppress)
            if undated := told_without_day(seen.desk.undated):
                note(undated)
        if ics is not None:
            from ehcp_flow.outputs import Output
            from ehcp_flow.reports.calendar_feed import CALENDAR, feed_name, work_calendar

            feed = work_calendar(
                source.answers(), only=wanted, adviser=calendar.adviser, setting=calendar.setting, extra=extra,
                name=feed_name(query.law),
            )  # fmt: skip
            Output(ics, CALENDAR).write(feed.encode())
    if shown.suppress:
        for path in (path for path in (xlsx, ics) if path is not None):
            note(f"warning: --suppress is for the page alone; {path} holds single cases, and is not to be published")
    note(f"{count(source.seen, 'case')}: {', '.join(path for path in (html, xlsx, ics) if path is not None)}")
    source.leave()


def _tell_unpublished(seen: Overview) -> None:
    """Say where the page has nothing of England's figures, or nothing published to stand beside them."""
    from ehcp_flow.reports.published_page import YEARS, region_of

    if seen.other_law:
        note(f"the Department's measures are of England's law and are left out: this is {seen.other_law}")
    elif not seen.authorities and seen.cases:
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
