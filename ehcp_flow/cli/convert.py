"""`ehcp-flow convert`: a sheet of one row a child into facts, by a convert file, or a proposal of such a file."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, law_named, options
from ehcp_flow.cli.endings import form_by_name
from ehcp_flow.cli.messages import count, note, under_the_law_asked
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import AllErrors, option
from ehcp_flow.cli.recorded import Records, Unrecorded, events_recorded
from ehcp_flow.cli.refused_file import RefusedTo, Retry, given_or_retried, write_refused
from ehcp_flow.cli.sheet_source import is_return, raw_sheet, sheet_rows
from ehcp_flow.cli.source_kinds import tell_read
from ehcp_flow.errors import ExitCode
from ehcp_flow.record_table import DECLARED

if TYPE_CHECKING:
    from ehcp_flow.conversion import ConvertedCases, ConvertedRows, Proposal

__all__ = ["CONVERT", "FactsOutputs", "print_facts", "tell_converted"]

_LINES: Final = 10
"""How many lines say what was understood of a sheet."""


class _FactsFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


class _TemplateFormat(StrEnum):
    XLSX = "xlsx"


@dataclass(frozen=True, kw_only=True)
class _SheetToRead:
    """The sheet, and by which convert file it is read, or into which one is proposed."""

    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A CSV file or a workbook with one row for each child, or a return: XML, a folder of its tables.",
            show_default=False,
        ),
    ] = None
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="FILE|NAME",
            help="The convert file that says which columns are which facts, or what FILE is: sen2, blade, ssd, d2i or "
            "annex-a.",
            show_default=False,
        ),
    ] = None
    propose: Annotated[
        str | None,
        typer.Option(
            "--propose",
            metavar="FILE",
            help="Write a convert file for this sheet here: what was understood, what is asked, what is left out.",
            show_default=False,
        ),
        Writes("ehcp_flow.conversion.proposing:CONVERT_FILE"),
    ] = None
    template: Annotated[
        _TemplateFormat | None,
        typer.Option(
            "--template",
            help="Write a workbook to begin with, in the place of all that: the columns of facts, lists to choose "
            "from, an example. It takes no FILE.",
            show_default=False,
        ),
    ] = None
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook to look at.", show_default=False),
    ] = None
    retry: Retry = None
    authority: Annotated[
        str | None,
        option("--authority NUMBER", "Whose cases they are, where neither FILE nor the convert file says so."),
    ] = None
    records: Records = None
    unrecorded: Unrecorded = None


@dataclass(frozen=True, kw_only=True)
class FactsOutputs:
    """Where the facts go, and what is refused."""

    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write the facts here, not to standard output; the file is put in place when it is whole.",
            show_default=False,
        ),
        Writes("ehcp_flow.readers.fact_writer:FACTS"),
    ] = None
    form: Annotated[
        _FactsFormat | None,
        typer.Option(
            "--format", help="csv or jsonl; without it, as the name of --output ends, else csv.", show_default=False
        ),
    ] = None
    refused: RefusedTo = None

    @property
    def shown(self) -> str:
        """The form in which facts are written. Raises BadParameter where the file's name says another."""
        return form_by_name(self.output, [*_FactsFormat], self.form) or _FactsFormat.CSV


@options("file columns propose template sheet output form refused retry authority records unrecorded all_errors")
def _convert(*, given: _SheetToRead, to: FactsOutputs, all_errors: AllErrors = False) -> None:
    """Facts out of a sheet that has one row for each child, by a convert file that says what its columns mean.

    Begin with --propose, read what it wrote, answer its questions, then give it as --columns. A cell that cannot be
    read is refused, and the others are still taken (exit code 1).
    """
    if given.template is not None:
        _write_template(given, to.output)
        return
    _ = to.shown  # looked at before anything is read
    source = given_or_retried(given.file, given.retry, "FILE")
    if (given.columns is None) is (given.propose is None):
        raise typer.BadParameter(
            "give one of them: --propose FILE writes a convert file for this sheet, --columns FILE converts by it",
            param_hint="--columns / --propose",
        )
    if given.propose is not None:
        _propose(source, given.sheet, given.propose)
        return
    events = events_recorded(given.records, given.unrecorded)
    rows = sheet_rows(source, given.columns, given.sheet, records=events, authority=given.authority)
    assert rows is not None  # noqa: S101 - it is None without a convert file alone
    from ehcp_flow.conversion import cases_of

    found = cases_of(rows)
    print_facts(found, to)
    tell_converted(rows, found, to.refused, all_errors=all_errors)
    if found.refused:
        raise typer.Exit(ExitCode.REFUSED)


def _write_template(given: _SheetToRead, output: str | None) -> None:
    """Write the workbook to begin with."""
    if output is None or any((given.file, given.retry, given.columns, given.propose)):
        why = "it takes no FILE and no convert file; say with --output FILE where the workbook goes"
        raise typer.BadParameter(why, param_hint="--template")
    from ehcp_flow import dates
    from ehcp_flow.reports.template_workbook import write_template

    write_template(output, as_of=dates.today(), rulebook=law_named())
    check = under_the_law_asked(f"ehcp-flow check {shlex.quote(output)}")
    note(f"fill the sheet Facts, then: {check}")


def _propose(source: str, sheet: str | None, to: str) -> None:
    """Write a convert file for a sheet, and tell what was made of it."""
    if is_return(source):
        why = f"{source} is a return and needs no convert file: ehcp-flow convert {shlex.quote(source)} --columns sen2"
        raise typer.BadParameter(f"{why} (or blade, d2i, ssd)", param_hint="--propose")
    raw = raw_sheet(source, sheet)
    from ehcp_flow.conversion import propose, shipped_name

    if shipped := shipped_name(raw):
        note(f"{source}: its headings are known: it needs no convert file, but --columns {shipped}")
    for said in raw.notes:
        note(f"{raw.name}: {said}")
    proposal = propose(raw)
    _write(to, "ehcp_flow.conversion.proposing:CONVERT_FILE", proposal.text)
    _tell_proposal(proposal, source, to)


def _write(path: str, kind: str, text: str) -> None:
    from ehcp_flow.outputs import Output

    Output(path, Writes(kind).load()).write(text.encode())


def print_facts(found: ConvertedCases, to: FactsOutputs) -> None:
    """Write the facts of what was converted where they are to go."""
    from ehcp_flow.readers import write_facts

    facts = (fact for case in found.values() for fact in case.recorded)
    into: Any = sys.stdout if to.output is None else to.output
    write_facts(facts, into, format=to.shown, carried=found.carried)


def tell_converted(rows: ConvertedRows, found: ConvertedCases, refused: str | None, *, all_errors: bool) -> None:
    """Say what was made of the sheet, and what was refused."""
    tell_read((), found.refused, found.incomplete, all_errors=all_errors, declared=True)
    facts = sum(fact.event != DECLARED for case in found.values() for fact in case.recorded)
    said = f"{count(rows.height, 'row')}: {count(facts, 'fact')} of {count(len(found), 'case')}"
    cells = count(len(found.refused), "cell")
    note(said + (f"; {cells} refused" if found.refused else ""))
    write_refused(refused, found.refused, rows, rows.name, rows.name)


def _tell_proposal(proposal: Proposal, source: str, path: str) -> None:
    """Say in ten lines what was understood, what is asked and what is left out, and what to do next."""
    lines = [
        *(f"{heading}: {means}" for heading, means in proposal.understood.items()),
        *(f"? {about}: {asks}" for about, asks in proposal.asked.items()),
    ]
    left = f"left out: {', '.join(proposal.left_out)}" if proposal.left_out else ""
    room = _LINES - bool(left) - len(proposal.asked)
    if len(lines) - len(proposal.asked) > room:
        known = lines[: max(room - 1, 1)]
        lines = [*known, f"... and {len(proposal.understood) - len(known)} more", *lines[len(proposal.understood) :]]
    for line in (*lines, *filter(None, [left])):
        note(line)
    if not proposal.facts:
        note(
            f"no column was understood as the day of an event, so nothing can be converted yet: write a [[fact]] with "
            f'event = ".." and on = "Column" into {path} for each (`ehcp-flow facts` lists the events)'
        )
        return
    asks = f"answer {count(len(proposal.asked), 'question')} in {path}, then: " if proposal.asked else ""
    convert = f"ehcp-flow convert {shlex.quote(source)} --columns {shlex.quote(path)} --output facts.csv"
    note(f"{asks}{under_the_law_asked(convert)}")


CONVERT: Final = CliCommand(
    _convert,
    (
        "ehcp-flow convert tracker.csv --propose columns.toml",
        "ehcp-flow convert tracker.csv --columns columns.toml --output facts.csv --refused refused.csv",
        "ehcp-flow convert return.xml --columns sen2 --output facts.csv",
        "ehcp-flow convert --template xlsx --output facts.xlsx",
    ),
    facts=True,
)
