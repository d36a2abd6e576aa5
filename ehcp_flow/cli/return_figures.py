"""`ehcp-flow sen2 figures`: what the Department will publish out of a return, beside the measures of the facts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.return_checks import RETURN, ReturnFile, check_year, return_extra, return_read
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ehcp_flow.bulk.told_cases import ToldCase
    from ehcp_flow.case import Case
    from ehcp_flow.sen2 import FiguresOfFacts, ReturnYear

__all__ = ["FIGURES"]

_NAMED: Final = 5


@options("file facts year form raw output")
def _figures(
    *,
    file: ReturnFile,
    facts: Annotated[
        str | None,
        typer.Option(
            "--facts",
            metavar="SOURCE",
            help="The facts that the return was made of: their measures stand beside it, and why one differs.",
            show_default=False,
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            metavar="YEAR",
            help="The collection, where the return does not say it.",
            show_default=False,
        ),
    ] = None,
    printed: PrintOptions,
) -> None:
    """The figures that the Department publishes, as they follow from a return, under its names for them.

    With --facts the measures stand beside them: the two are equal, or the difference has a reason, case by case.
    """
    sen2 = return_extra()
    records = return_read(file)
    check_year(records, year)
    if year is None and records.year is None:
        raise typer.BadParameter(
            "the return does not say of which collection it is: give the year", param_hint="--year"
        )
    asked = sen2.ReturnYear.of(year or records.year)
    returned = sen2.figures_of_return(records, asked)
    out_of_facts = None if facts is None else _of_facts(sen2, facts, records.authority, asked)
    rows = list(sen2.figure_rows(returned, asked, out_of_facts))
    _print(sen2, rows, printed)
    uncounted = [f"{item} line {row.lines.get(item, row.line)}" for item, row in sen2.uncounted_values(records, asked)]
    if out_of_facts is None:
        note(f"{records.name}, the return of {asked.year}: {count(len(rows), 'figure')} of {asked.year - 1}")
    else:
        _tell_facts(sen2, records.name, asked, rows, facts, returned, out_of_facts)
    if uncounted:
        some = ", ".join(uncounted[:_NAMED]) + (", ..." if len(uncounted) > _NAMED else "")
        many = count(len(uncounted), "value is", "values are")
        note(
            f"{records.name}: {many} not written as a return has them, so the figures are wrong ({some}): `sen2 "
            "validate` says what would be right"
        )
    if records.refused or uncounted:
        raise typer.Exit(ExitCode.REFUSED)


def _tell_facts(
    sen2: Any, name: str, asked: ReturnYear, rows: Sequence[Any], facts: Any, returned: Any, out_of_facts: Any
) -> None:
    """Say how many figures are equal to the measures, and why the others are not."""
    equal = sum(row.of_return == row.of_facts for row in rows)
    note(
        f"{name}, the return of {asked.year}: {count(len(rows), 'figure')} of {asked.year - 1}, "
        f"{equal} of them equal to the measures of {facts}"
    )
    for said in sen2.reasons_told(out_of_facts, returned):
        note(said)
    for figure, cases in out_of_facts.unexplained.items():
        some = ", ".join(cases[:_NAMED]) + (", ..." if len(cases) > _NAMED else "")
        note(f"no reason found for {figure}: {count(len(cases), 'case')}: {some}")


def _of_facts(sen2: Any, facts: str, authority: str | None, year: ReturnYear) -> FiguresOfFacts:
    query = CaseQuery(source=facts, as_of=year.survey, authority=authority)
    with open_source(query) as source:
        told = partial(_told, sen2, query, year)
        whole = source.told(year.periods(), sen2.events_looked_at(), sen2.PARTICULARS_TOLD, whole=True)
        found: FiguresOfFacts = sen2.figures_of_facts(whole, year, told)
        if authority is not None and not source.seen:
            why = f"{facts} has no case of {authority}, whose return it is: give the facts that it was made of"
            raise typer.BadParameter(why, param_hint="--facts")
        if source.refused:
            raise typer.Exit(ExitCode.REFUSED)
    return found


def _told(sen2: Any, query: CaseQuery, year: ReturnYear, cases: Sequence[Case]) -> Iterable[ToldCase]:
    from ehcp_flow.bulk.told_cases import ToldCases

    return ToldCases(
        cases,
        year.periods(),
        as_of=query.on,
        events=sen2.events_looked_at(),
        particulars=sen2.PARTICULARS_TOLD,
        rulebook=query.law,
        calendars=query.calendars,
    )


def _print(sen2: Any, rows: Any, printed: PrintOptions) -> None:
    if not printed.as_table:
        printed.write(sen2.FIELDS_OF_FIGURE, (row.as_dict() for row in rows))
        return
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("figure", "figure"),
        ShownColumn("return", "return", right=True),
        ShownColumn("facts", "measures", right=True),
        ShownColumn("difference", "difference", right=True),
        ShownColumn("why", "why", least=16),
    )
    print_table(columns, [{name: str(value) for name, value in row.as_dict().items()} for row in rows])


FIGURES: Final = CliCommand(
    _figures,
    (
        "ehcp-flow sen2 figures sen2.xml",
        "ehcp-flow sen2 figures sen2.xml --facts council.csv --format xlsx > figures.xlsx",
    ),
    england=RETURN,
)
