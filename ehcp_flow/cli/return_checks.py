"""`ehcp-flow sen2 validate`: a return checked by the rules."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypeAlias

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import RefusedRows, count, note
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.sheet_source import conversion_extra, read_from
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from ehcp_flow.conversion import ReturnRecords
    from ehcp_flow.sen2 import ReturnFinding, ReturnYear

__all__ = ["RETURN", "VALIDATE", "ReturnFile", "check_year", "return_extra", "return_read"]

RETURN: Final = "the SEN2 return"
"""What is England's alone: the command refuses the rulebook of another procedure."""

_SHOWN: Final = 20
"""How many cases of a rule a table shows."""

ReturnFile: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A return: XML, the Department's template, a Blade folder, or another of the sector's own files.",
        show_default=False,
    ),
]


class _FindingsFormat(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"
    HTML = "html"


@dataclass(frozen=True, kw_only=True)
class _FindingsOptions(PrintOptions):
    """In which form findings are printed, as a page too, and where."""

    forms: ClassVar[type[StrEnum]] = _FindingsFormat

    findings_form: Annotated[
        _FindingsFormat | None,
        typer.Option(
            "--format",
            help="Without it, a table on a terminal and csv into a file or a pipe; html is a page for the data "
            "officer: errors by rule, each with its cases, and what to enter where.",
            show_default=False,
        ),
    ] = None

    def _asked(self) -> str | None:
        return self.findings_form


def return_extra() -> Any:
    """Return the package of the return. Raises BadParameter, which says what to install, where something is missing."""
    conversion_extra(RETURN)
    from ehcp_flow.errors import LibraryMissing

    try:
        from ehcp_flow import sen2
    except LibraryMissing as error:
        raise typer.BadParameter(f"{RETURN}: {error}") from None
    return sen2


def return_read(file: str, *, checked: bool = False) -> ReturnRecords:
    """Return what a return says, and say what of it was not read; where it is `checked`, findings say some of that."""
    from ehcp_flow.conversion import ReturnColumns, read_return

    given, name = read_from(file)
    records: ReturnRecords = read_return(given, ReturnColumns(), name=name)
    for said in records.notes if checked and records.form == "xml" else records.told():
        note(f"{records.name}: {said}")
    for said in () if checked else records.out_of_place():
        note(f"{records.name}: {said}")
    told = RefusedRows(everything=False)
    for row in records.refused:
        told.add(row)
    told.tell()
    return records


def check_year(records: ReturnRecords, year: int | None) -> None:
    """Raise BadParameter where the option says another year than the return."""
    if year is not None and records.year not in (None, year):
        raise typer.BadParameter(f"{records.name} says that it is of {records.year}; leave it out", param_hint="--year")


@options("file year rules_file findings_form raw output")
def _validate(
    *,
    file: ReturnFile,
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            metavar="YEAR",
            help="The collection by whose specification it is checked; without it, the one that the return says.",
            show_default=False,
        ),
    ] = None,
    rules_file: Annotated[
        str | None,
        typer.Option(
            "--rules",
            metavar="FILE",
            help="A table with the columns rule and dfe: the Department's numbers of the rules here.",
            show_default=False,
        ),
    ] = None,
    printed: _FindingsOptions,
) -> None:
    """A return checked, ours or anybody's: structure, codes, numbers, and what one item asks of another.

    An error is to be put right before the return can be sent (exit code 1); a query asks for a look or a note.
    """
    sen2 = return_extra()
    numbers = {} if rules_file is None else sen2.read_numbers(rules_file)
    records = return_read(file, checked=True)
    if year is None and records.year is None:
        raise typer.BadParameter(
            "the return does not say of which collection it is: give the year", param_hint="--year"
        )
    asked = sen2.ReturnYear.of(year or records.year)
    found = list(sen2.check_return(records, asked.year, numbers))
    _print_findings(sen2, found, records, asked, printed)
    errors = sum(each.severity == "error" for each in found)
    note(
        f"{records.name}, checked as of {asked.year}: {count(errors, 'error')}, "
        f"{count(len(found) - errors, 'query', 'queries')} in {count(len(records.requests), 'request')}"
        + (f". {asked.told}" if asked.told else "")
    )
    if errors or records.refused:
        raise typer.Exit(ExitCode.REFUSED)


def _print_findings(
    sen2: Any, found: Sequence[ReturnFinding], records: ReturnRecords, asked: ReturnYear, printed: _FindingsOptions
) -> None:
    """Print findings: as rows, as a table of rules with their cases, or as a page."""
    if printed.shown == _FindingsFormat.HTML:
        from ehcp_flow.reports.return_page import return_page

        told = {rule: [each._asdict() for each in rows] for rule, rows in sen2.by_rule(found).items()}
        sys.stdout.write(return_page(told, records, asked.year))
        return
    if not printed.as_table:
        printed.write(sen2.FIELDS_OF_FINDING, (each._asdict() for each in found))
        return
    from ehcp_flow.cli.printed_table import ShownColumn, paragraph, print_table

    columns = (
        ShownColumn("case_id", "case"),
        ShownColumn("person", "person", drop=2),
        ShownColumn("element", "element"),
        ShownColumn("line", "line", right=True),
        *([ShownColumn("file", "file", drop=3)] if records.files else ()),
        ShownColumn("value", "value", drop=1, least=10, most=30),
    )
    for rule, each in sen2.by_rule(found).items():
        title = f"{each[0].severity} {rule}{f' ({each[0].dfe})' if each[0].dfe else ''}: {count(len(each), 'time')}"
        rights = dict.fromkeys((row.element, row.right) for row in each)
        right = [f"{item}: {told}" if len(rights) > 1 else told for item, told in rights]
        sys.stdout.write(
            "\n".join([title, paragraph(each[0].says), *(paragraph(one, first="-> ") for one in right), ""])
        )
        shown = [{name: str(value) for name, value in row._asdict().items()} for row in each[:_SHOWN]]
        more = f"and {len(each) - _SHOWN:,} more" if len(each) > _SHOWN else ""
        print_table(columns, shown, caption=more)
        sys.stdout.write("\n")


VALIDATE: Final = CliCommand(
    _validate,
    (
        "ehcp-flow sen2 validate sen2.xml",
        "ehcp-flow sen2 validate sen2.xml --format html > return.html",
        "ehcp-flow sen2 validate sen2.xml --rules numbers.csv --format json",
    ),
    england=RETURN,
)
