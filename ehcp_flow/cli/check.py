"""`ehcp-flow check`: every deadline of every case."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import Command
from ehcp_flow.cli.in_bulk import PLAIN, deadlines_in_bulk, goes_in_bulk
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import (
    AllErrors,
    AsOf,
    Authority,
    BankHolidays,
    CaseIds,
    Explain,
    FailOnBreach,
    Feed,
    Institutions,
    KnownAt,
    KnownBy,
    LimitIds,
    OfficeClosures,
    Profile,
    Raw,
    RulebookAt,
    SourceName,
    StatusName,
    calendars_with,
    day,
    limit_ids,
    rulebook_at,
)
from ehcp_flow.cli.output import FeedFormat, chosen, print_rows
from ehcp_flow.cli.sources import Asked, open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ehcp_flow.deadlines import Deadline

__all__ = ["CHECK"]


class _Tally:
    """What is counted on the way, for the last line on standard error."""

    def __init__(self) -> None:
        self.deadlines = self.breaches = self.excused = self.findings = 0

    def add(self, deadline: Deadline) -> None:
        self.deadlines += 1
        self.breaches += deadline.breach
        self.excused += bool(deadline.missed and deadline.excused_by)

    def tell(self, cases: int) -> None:
        said = [
            count(cases, "case"),
            count(self.deadlines, "deadline"),
            count(self.breaches, "breach", "breaches"),
            f"{self.excused:,} excused",
            count(self.findings, "finding"),
        ]
        more = " (see them with: ehcp-flow breaches SOURCE --register findings)" if self.findings else ""
        note(", ".join(said) + more)


def _check(  # noqa: PLR0913 - one parameter for each option
    *,
    source: SourceName,
    as_of: AsOf = None,
    case: CaseIds = None,
    limit: LimitIds = None,
    status: Annotated[
        list[StatusName] | None,
        typer.Option("--status", help="Only deadlines of this status; may be given again.", show_default=False),
    ] = None,
    known_at: KnownAt = None,
    known_by: KnownBy = None,
    authority: Authority = None,
    explain: Explain = False,
    fail_on_breach: FailOnBreach = False,
    all_errors: AllErrors = False,
    form: Feed = None,
    raw: Raw = False,
    institutions: Institutions = None,
    office_closures: OfficeClosures = None,
    bank_holidays: BankHolidays = None,
    profile: Profile = None,
    rulebook: RulebookAt = None,
) -> None:
    """Every deadline of every case: when it was due, when it was done, and whether it is a breach.

    Rows that cannot be read are named on standard error and left out (exit code 1); the others are still judged.
    """
    on = day(as_of)
    law = rulebook_at(rulebook, profile)
    limits = limit_ids(limit, law)
    statuses = frozenset(status or ())
    calendars = calendars_with(institutions, office_closures, bank_holidays)
    shown = chosen(form, raw=raw)
    bulk = goes_in_bulk(source, case=case)
    tally = _Tally()
    if bulk and shown in PLAIN and not explain:
        from ehcp_flow.bulk.writing import narrowed

        frames, found = deadlines_in_bulk(
            source, on, shown, keep=lambda frame: narrowed(frame, limits, statuses), rulebook=law,
            calendars=calendars, known_at=known_at, known_by=known_by, authority=authority, all_errors=all_errors,
            findings=True,
        )  # fmt: skip
        tally.deadlines, tally.breaches, tally.excused = found.deadlines, found.breaches, found.excused
        tally.findings = found.findings
        tally.tell(found.cases)
        found.leave(frames, fail_on_breach=fail_on_breach)
        return
    with open_source(source, known_at=known_at, known_by=known_by, authority=authority, bulk=bulk, ids=case) as opened:
        asked = Asked(opened, case, all_errors=all_errors)

        def deadlines() -> Iterator[Deadline]:
            quiet = _streams_to_terminal(shown)
            for answered in asked.answers(on, rulebook=law, calendars=calendars, quiet=quiet):
                tally.findings += len(answered.findings)
                for deadline in answered.deadlines:
                    if (not limits or deadline.limit in limits) and (not statuses or deadline.status in statuses):
                        tally.add(deadline)
                        yield deadline

        if shown == FeedFormat.TABLE:
            _table(deadlines(), explain=explain)
        elif shown == FeedFormat.ICS:
            from ehcp_flow.reports.calendar_feed import calendar_feed

            sys.stdout.write(calendar_feed(deadlines()))
        else:
            print_rows(deadlines(), shown, explain=explain)
    tally.tell(asked.seen)
    asked.leave(breach=fail_on_breach and tally.breaches > 0)


def _streams_to_terminal(form: str) -> bool:
    return form not in (FeedFormat.TABLE, FeedFormat.ICS) and sys.stdout.isatty()


def _table(deadlines: Iterator[Deadline], *, explain: bool) -> None:
    from ehcp_flow.cli.rows import CHECK_COLUMNS, abbreviations, for_people
    from ehcp_flow.cli.table import print_table

    found = list(deadlines)
    print_table(CHECK_COLUMNS, [for_people(deadline) for deadline in found], caption=abbreviations(found))
    if explain:
        from ehcp_flow.cli.explaining import print_working

        print_working(found)


CHECK: Final = Command(
    _check,
    (
        "ehcp-flow check cases.csv --as-of 2026-06-30",
        "ehcp-flow check cases.csv --as-of 30/06/2026 --status overdue --status open --format csv > due.csv",
        "ehcp-flow check cases.csv --as-of 2025-10-21 --case jsc-cambridgeshire --limit decide_not_issue --explain",
        "ehcp-flow check - --as-of 2026-06-30 --format jsonl < cases.csv",
        "ehcp-flow check cases.csv --as-of 2024-12-01 --format ics > deadlines.ics",
    ),
)
