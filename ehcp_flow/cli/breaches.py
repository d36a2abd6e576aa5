"""`ehcp-flow breaches`: the breach register, the exception register, and what is odd about the records."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import breaches_in_words, count, note
from ehcp_flow.cli.opened_source import CheckTally, ShownDeadlines
from ehcp_flow.cli.options import FailOnBreach
from ehcp_flow.cli.output import flat
from ehcp_flow.cli.period_options import PeriodOptions
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.dates import parse_day

if TYPE_CHECKING:
    from ehcp_flow.answers import Answer
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.facts import Fact

__all__ = ["BREACHES", "exceptions_of"]


class _Register(StrEnum):
    BREACHES = "breaches"
    EXCEPTIONS = "exceptions"
    FINDINGS = "findings"


_EXCEPTION_COLUMNS: Final = (
    "case_id", "authority", "limit", "party", "due_on", "status", "ground", "on", "until", "claimed_for", "reason",
    "holds", "excuses", "says", "citation", "address",
)  # fmt: skip
_FINDING_COLUMNS: Final = ("case_id", "on", "finding", "message", "remedy", "event", "limit")


@options(
    "source as_of time case register known_at known_by authority convert_file contested fail_on_breach all_errors form "
    "raw output institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _breaches(
    *,
    query: CaseQuery,
    time: PeriodOptions,
    register: Annotated[
        _Register | None,
        typer.Option(
            "--register",
            help="Which register to print; without it all of them as tables, and the breaches in other formats.",
            show_default=False,
        ),
    ] = None,
    fail_on_breach: FailOnBreach = False,
    printed: PrintOptions,
) -> None:
    """What is in breach, what an exception excuses, exceptions claimed whose facts do not hold, and findings.

    An exception never moves a date and never pauses a clock: it excuses a limit that was missed, if its facts hold.
    With --year, what is new in a period: limits that were broken, exceptions that began, what is odd about its days.
    """
    only = ShownDeadlines(breaches=True, contested=query.contested, new_in=time.asked)
    with open_source(query) as source:
        if not printed.as_table and register in (None, _Register.BREACHES):
            found = source.write_deadlines(printed.shown, only, findings=False)
        else:
            found = CheckTally()
            judged = source.answers(quiet=printed.on_terminal)

            def answers() -> Iterator[Answer]:
                for answered in judged:
                    for deadline in only.of(answered.deadlines):
                        found.add(deadline)
                    yield answered

            if printed.as_table:
                _print(answers(), register, only)
            else:
                columns, rows_of = _registers(only)[register or _Register.BREACHES]
                with printed.sheet(columns) as rows:
                    for answered in answers():
                        for row in rows_of(answered):
                            rows.write(row)
    note(f"{count(source.seen, 'case')}, {breaches_in_words(found.breaches, found.denied)}")
    source.leave(breach=fail_on_breach and found.breaches > 0)


def _registers(
    only: ShownDeadlines,
) -> dict[_Register, tuple[tuple[str, ...], Callable[[Answer], Iterator[dict[str, Any]]]]]:
    from ehcp_flow.deadlines import FIELDS

    return {
        _Register.BREACHES: (FIELDS, lambda answered: (one.as_dict() for one in only.of(answered.deadlines))),
        _Register.EXCEPTIONS: (_EXCEPTION_COLUMNS, lambda answered: _new(exceptions_of(answered), only)),
        _Register.FINDINGS: (_FINDING_COLUMNS, lambda answered: _new(_findings_of(answered), only)),
    }


def _new(rows: Iterator[dict[str, Any]], only: ShownDeadlines) -> Iterator[dict[str, Any]]:
    """Yield the rows that are new in the period asked about, by their day."""
    for row in rows:
        if only.new_in is None or (row["on"] and only.new_in.holds(parse_day(row["on"]))):
            yield row


def _findings_of(answered: Answer) -> Iterator[dict[str, Any]]:
    return (finding.as_dict() for finding in answered.findings)


def exceptions_of(answered: Answer) -> Iterator[dict[str, Any]]:
    """Yield a row for each exception recorded and each deadline it was considered for, and one if there is none.

    `holds` says whether its facts make out the ground, `excuses` whether it excuses a limit that was missed.
    """
    if all(fact.event != "exception_recorded" for fact in answered.case.facts):
        return
    considered: set[int] = set()
    for deadline in answered.deadlines:
        for checked in deadline.derivation.grounds:
            if checked.fact is None:
                continue
            considered.add(id(checked.fact))
            yield {
                **_claim(checked.fact),
                **_of_deadline(deadline),
                "holds": checked.holds,
                "excuses": checked.holds and deadline.missed,
                "says": checked.says,
                "citation": checked.use.citation.text,
                "address": checked.use.citation.address,
            }
    for finding in answered.findings:
        fact = finding.fact
        if fact is not None and fact.event == "exception_recorded" and id(fact) not in considered:
            considered.add(id(fact))
            nothing = dict.fromkeys(("limit", "party", "due_on", "status", "citation", "address"))
            yield {
                **_claim(fact), **nothing, "authority": answered.authority, "holds": False, "excuses": False,
                "says": finding.message,
            }  # fmt: skip


def _claim(fact: Fact) -> dict[str, Any]:
    said = fact.model_dump(mode="json")
    return {
        "case_id": fact.case_id,
        "ground": said["outcome"],
        "on": said["on"],
        "until": said["until"],
        "claimed_for": said["limit"],
        "reason": said["reason"],
    }


def _of_deadline(deadline: Deadline) -> dict[str, Any]:
    row = deadline.as_dict()
    return {name: row[name] for name in ("authority", "limit", "party", "due_on", "status")}


def _print(answers: Iterator[Answer], register: _Register | None, only: ShownDeadlines) -> None:
    from ehcp_flow.cli.deadline_rows import CHECK_COLUMNS, abbreviations, for_people
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    missed: list[Deadline] = []
    exceptions: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    for answered in answers:
        missed.extend(only.of(answered.deadlines))
        exceptions.extend(_new(exceptions_of(answered), only))
        findings.extend(_new(_findings_of(answered), only))
    case = ShownColumn("case_id", "case", most=24, least=16, need=8)
    limit = ShownColumn("limit", "limit", need=12)
    claimed = (
        case, limit, ShownColumn("due_on", "due", drop=5), ShownColumn("status", "status", drop=4),
        ShownColumn("ground", "ground", drop=3), ShownColumn("on", "from"), ShownColumn("until", "until"),
        ShownColumn("reason", "reason", drop=7, least=10, most=30),
        ShownColumn("says", "checked facts", drop=2, least=24), ShownColumn("citation", "citation", drop=8, least=16),
    )  # fmt: skip
    found = (
        case, ShownColumn("on", "on", drop=2), ShownColumn("finding", "finding", drop=3),
        ShownColumn("message", "what", least=36, need=20),
        ShownColumn("remedy", "what would put it right", drop=1, least=28),
    )  # fmt: skip
    if register in (None, _Register.BREACHES):
        columns = [column for column in CHECK_COLUMNS if column.name != "breach"]
        title = count(len(missed), "breach", "breaches")
        print_table(columns, [for_people(one) for one in missed], title=title, caption=abbreviations(missed))
    if register in (None, _Register.EXCEPTIONS):
        for holds, what in ((True, "whose facts hold"), (False, "whose facts do not hold")):
            rows = [_flat(row) for row in exceptions if row["holds"] is holds]
            sys.stdout.write("\n" if register is None or not holds else "")
            print_table(claimed, rows, title=f"{count(len(rows), 'exception')} {what}")
    if register in (None, _Register.FINDINGS):
        sys.stdout.write("\n" if register is None else "")
        print_table(found, [_flat(row) for row in findings], title=count(len(findings), "finding"))


def _flat(row: dict[str, Any]) -> dict[str, str]:
    return {name: flat(value) for name, value in row.items()}


BREACHES: Final = CliCommand(
    _breaches,
    (
        "ehcp-flow breaches cases.csv --as-of 2026-06-30",
        "ehcp-flow breaches cases.csv --as-of 2026-06-30 --format csv > breaches.csv",
        "ehcp-flow breaches cases.csv --as-of 2026-06-30 --year 2026-06",
        "ehcp-flow breaches cases.csv --as-of 2026-06-30 --register exceptions --format json",
        "ehcp-flow breaches cases.csv --as-of 2026-06-30 --register findings",
    ),
)
