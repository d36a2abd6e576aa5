"""`ehcp-flow check`: every deadline of every case."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.further import Only, cases_with, pairs
from ehcp_flow.cli.messages import breaches_in_words, count, note, under_the_law_asked
from ehcp_flow.cli.opened_source import CheckTally, ShownDeadlines
from ehcp_flow.cli.options import Explain, FailOnBreach, LimitIds, StatusName
from ehcp_flow.cli.output import FeedFormat, print_rows
from ehcp_flow.cli.print_options import FeedOptions
from ehcp_flow.cli.query import SOURCE, CaseQuery
from ehcp_flow.cli.refused_file import RefusedTo, Retry, given_or_retried, write_refused
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ehcp_flow.answers import Answer
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.law import Rulebook

__all__ = ["CHECK"]


@dataclass(frozen=True, kw_only=True)
class _CheckQuery(CaseQuery):
    """What is asked, of SOURCE or of a file of its refused rows."""

    source: Annotated[str, SOURCE] = ""
    refused: RefusedTo = None
    retry: Retry = None

    def __post_init__(self) -> None:
        """Put the file of refused rows in the place of SOURCE."""
        object.__setattr__(self, "source", given_or_retried(self.source or None, self.retry, "SOURCE"))

    @property
    def looks_again(self) -> bool:
        """Whether SOURCE is read once more, for the rows that were refused."""
        return self.refused is not None


@options(
    "source as_of case limit status only known_at known_by authority convert_file contested explain fail_on_breach "
    "refused retry all_errors feed raw output institutions institution closed_if office_closures bank_holidays profile "
    "rulebook"
)
def _check(
    *,
    query: _CheckQuery,
    limit: LimitIds = None,
    status: Annotated[
        list[StatusName] | None,
        typer.Option("--status", help="Only deadlines of this status; may be given again.", show_default=False),
    ] = None,
    only: Only = None,
    explain: Explain = False,
    fail_on_breach: FailOnBreach = False,
    printed: FeedOptions,
) -> None:
    """Every deadline of every case: when it was due, when it was done, and whether it is a breach.

    Rows that cannot be read are named on standard error and left out (exit code 1); the others are still judged.
    """
    wanted = pairs(only)
    chosen = ShownDeadlines(
        query.limit_ids(limit), frozenset(status or ()), contested=query.contested, is_mine=cases_with(query, wanted)
    )
    shown = printed.shown
    with open_source(query, used=wanted) as source:
        if shown not in (FeedFormat.TABLE, FeedFormat.ICS) and not explain:
            found = source.write_deadlines(shown, chosen, findings=True)
        else:
            found = CheckTally()
            answers = source.answers(quiet=_streams_to_terminal(shown))
            _show(_deadlines(answers, chosen, found), shown, query.law, explain=explain)
        write_refused(query.refused, source.refused, query.rows, source.again, query.source)
    _tell(source.seen, found)
    source.leave(breach=fail_on_breach and found.breaches > 0)


def _deadlines(answers: Iterator[Answer], only: ShownDeadlines, found: CheckTally) -> Iterator[Deadline]:
    for answered in answers:
        found.findings += len(answered.findings)
        for deadline in only.of(answered.deadlines):
            found.add(deadline)
            yield deadline


def _show(deadlines: Iterator[Deadline], shown: str, law: Rulebook, *, explain: bool) -> None:
    if shown == FeedFormat.TABLE:
        _table(deadlines, explain=explain)
    elif shown == FeedFormat.ICS:
        from ehcp_flow.reports.calendar_feed import calendar_feed, feed_name

        sys.stdout.write(calendar_feed(deadlines, name=feed_name(law)))
    else:
        print_rows(deadlines, shown, explain=explain)


def _tell(cases: int, found: CheckTally) -> None:
    said = [
        count(cases, "case"),
        count(found.deadlines, "deadline"),
        breaches_in_words(found.breaches, found.denied, found.made),
        f"{found.excused:,} excused",
        *([f"{found.unrecorded:,} unrecorded"] if found.unrecorded else []),
        *([f"{found.undated:,} without a last day that can be told"] if found.undated else []),
        count(found.findings, "finding"),
    ]
    see = under_the_law_asked("ehcp-flow breaches SOURCE --register findings")
    more = f" (see them with: {see})" if found.findings else ""
    note(", ".join(said) + more)


def _streams_to_terminal(form: str) -> bool:
    return form not in (FeedFormat.TABLE, FeedFormat.ICS) and sys.stdout.isatty()


def _table(deadlines: Iterator[Deadline], *, explain: bool) -> None:
    from ehcp_flow.cli.deadline_rows import CHECK_COLUMNS, abbreviations, for_people
    from ehcp_flow.cli.printed_table import print_table

    found = list(deadlines)
    print_table(CHECK_COLUMNS, [for_people(deadline) for deadline in found], caption=abbreviations(found))
    if explain:
        from ehcp_flow.cli.explaining import print_explanations

        print_explanations(found)


CHECK: Final = CliCommand(
    _check,
    (
        "ehcp-flow check cases.csv --as-of 2026-06-30",
        "ehcp-flow check cases.csv --as-of 30/06/2026 --status overdue --status open --format csv > due.csv",
        "ehcp-flow check cases.csv --as-of 2025-10-21 --case jsc-cambridgeshire --limit decide_not_issue --explain",
        "ehcp-flow check - --as-of 2026-06-30 --format jsonl < cases.csv",
        "ehcp-flow check cases.csv --as-of 2024-12-01 --format ics > deadlines.ics",
        "ehcp-flow check cases.csv --as-of 2026-06-30 --refused refused.csv",
    ),
)
