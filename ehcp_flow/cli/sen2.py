"""`ehcp-flow sen2`: the SEN2 return out of facts and back, its checks, and what changed since the last one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final

import typer

from ehcp_flow.cli.command import CliCommand, CommandGroup, options
from ehcp_flow.cli.convert import FactsOutputs, print_facts, tell_converted
from ehcp_flow.cli.endings import form_by_name
from ehcp_flow.cli.messages import RefusedRows, count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import AllErrors, option
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.return_changes import COMPARE
from ehcp_flow.cli.return_checks import RETURN, VALIDATE, ReturnFile, check_year, return_extra
from ehcp_flow.cli.return_figures import FIGURES
from ehcp_flow.cli.sheet_source import read_from
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.cli.source_kinds import some_of
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from ehcp_flow.conversion import ReturnRecords
    from ehcp_flow.errors import RowRefused
    from ehcp_flow.sen2 import Persons, ReturnMade, ReturnYear

__all__ = ["SEN2"]

_NAMED: Final = 5


class _ReturnFormat(StrEnum):
    XML = "xml"
    XLSX = "xlsx"


class _Officer(StrEnum):
    Y = "Y"
    N = "N"
    R = "R"


def _officer(which: str, help_text: str) -> typer.models.OptionInfo:
    made: typer.models.OptionInfo = typer.Option(f"--{which}", help=help_text, show_default=False)
    return made


@dataclass(frozen=True, kw_only=True)
class _WhichReturn:
    """Which return is to be made, of whom, and what stands in its header."""

    year: Annotated[
        int,
        typer.Option(
            "--year",
            metavar="YEAR",
            help="The collection: that of 2026 tells the work of 2025 and the plans on survey day in January 2026.",
            show_default=False,
        ),
    ]
    persons: Annotated[
        str | None,
        option("--persons FILE", "Whose case each is: names, birth dates and numbers, as CSV or a workbook."),
    ] = None
    dmo: Annotated[
        _Officer | None, _officer("dmo", "Whether there is a designated medical officer: Y, N, or R for recruiting.")
    ] = None
    dco: Annotated[_Officer | None, _officer("dco", "The same of a designated clinical officer.")] = None
    dsco: Annotated[
        _Officer | None, _officer("dsco", "The same of a designated social care officer; asked from 2026 on.")
    ] = None
    serial: Annotated[
        int, typer.Option("--serial", metavar="N", min=1, max=999, help="The number of this sending.")
    ] = 1


@options(
    "source year persons authority dmo dco dsco serial form output known_at known_by convert_file all_errors "
    "institutions institution closed_if"
)
def _export(
    *,
    query: CaseQuery,
    which: _WhichReturn,
    form: Annotated[
        _ReturnFormat | None,
        typer.Option(
            "--format",
            help="xml for COLLECT, or xlsx in the form of the Department's template; without it, as the name of "
            "--output ends, else xml.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        option("--output FILE", "Write here, not to standard output; the file is put in place when it is whole."),
        Writes("ehcp_flow.sen2:RETURN_FILE"),
    ] = None,
) -> None:
    """The SEN2 return of a year, out of facts and particulars, with a persons file for whose they are.

    Nothing is made up: what is not on record is left out, and `sen2 validate` says what a return still needs.
    """
    sen2 = return_extra()
    shown = form_by_name(output, [*_ReturnFormat], form)
    if which.persons is None:
        why = (
            "say with --persons FILE whose cases they are: names, birth dates and numbers are no facts, and none is "
            f"ever made up for a return; its columns are {', '.join(_person_columns())}"
        )
        raise typer.BadParameter(why, param_hint="--persons")
    year = sen2.ReturnYear.of(which.year)
    persons = sen2.read_persons(which.persons)
    for said in persons.notes:
        note(said)
    _tell_refused(persons.refused, everything=query.all_errors)
    if not persons.by_case:
        rows = (
            f"every row of {persons.name} was refused" if persons.refused else f"{persons.name} has no row of a child"
        )
        note(f"{rows}, so nobody knows whose the cases are, and nothing is written")
        raise typer.Exit(ExitCode.REFUSED)
    header = _header(sen2, which, persons, year, query.authority or "")
    with open_source(replace(query, as_of=year.survey)) as source:
        # Of the figures a return has one alone, that of the published year: whether an exception takes a plan out.
        told = source.told(year.periods()[:1], sen2.EVENTS_TOLD, sen2.PARTICULARS_TOLD)
        made = sen2.make_return(told, persons, year)
        if query.authority is not None and not source.seen:
            why = f"there is no case of {query.authority}, so no return of it is written"
            raise typer.BadParameter(why, param_hint="--authority")
        _tell_refused(made.refused, everything=query.all_errors)
        _tell_left_out(made, persons)
        if not made.records.requests:
            none = "no case is in the scope of" if not made.nobody else "no case is left for"
            note(f"{none} the return of {year.year}, so nothing is written")
            raise typer.Exit(ExitCode.REFUSED)
        header["LEA"] = _whose(made, query.authority)
        with _opened(output, sen2.RETURN_FILE) as file:
            people = _write(sen2, file, made, header, year, shown)
        _tell_export(made, year, people)
        if made.nobody or persons.refused:
            raise typer.Exit(ExitCode.REFUSED)
        source.leave()


def _person_columns() -> tuple[str, ...]:
    from ehcp_flow.readers.persons_file import PERSON_COLUMNS

    return PERSON_COLUMNS[:10]


def _header(sen2: Any, which: _WhichReturn, persons: Persons, year: ReturnYear, authority: str) -> dict[str, str]:
    """Return the header; an officer that an option names goes before the persons file."""
    import datetime as dt

    from ehcp_flow import __version__, dates

    given = {"DMO": which.dmo, "DCO": which.dco, "DSCO": which.dsco}
    officers = persons.officers | {item: answer.value for item, answer in given.items() if answer is not None}
    now = dt.datetime.now(dates.london()).replace(tzinfo=None, microsecond=0).isoformat()
    header: dict[str, str] = sen2.header_of_return(
        year, authority, officers, release=__version__, serial=f"{which.serial:03d}", written=now
    )
    return header


def _whose(made: ReturnMade, authority: str | None) -> str:
    """Return whose return it is: a return is of one authority."""
    if authority is not None:
        return authority
    known = {name: many for name, many in made.authorities.items() if name}
    if len(known) == 1:
        return next(iter(known))
    most = sorted(known.items(), key=lambda each: (-each[1], each[0]))
    told = some_of([f"{name} ({count(many, 'case')})" for name, many in most])
    why = f"the cases are of {told}; a return is of one" if known else "no case names its authority"
    raise typer.BadParameter(f"{why}: give its three-digit number", param_hint="--authority")


@contextmanager
def _opened(output: str | None, kind: Any) -> Iterator[BinaryIO]:
    from ehcp_flow.outputs import Output

    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
    else:
        with Output(output, kind).open() as file:
            yield file


def _write(
    sen2: Any, file: BinaryIO, made: ReturnMade, header: dict[str, str], year: ReturnYear, form: str | None
) -> int:
    if form != _ReturnFormat.XLSX:
        people: int = sen2.write_xml(file, header, made.persons(), year.specification)
        return people
    from ehcp_flow.reports.return_workbook import write_return_workbook

    write_return_workbook(file, made.records, header, year.specification, as_of=year.survey_date)
    return sum(1 for _ in made.persons())


def _tell_refused(refused: Iterable[RowRefused], *, everything: bool) -> None:
    """Say which rows of the persons file were refused."""
    told = RefusedRows(everything=everything)
    for row in refused:
        told.add(row)
    told.tell()


def _tell_left_out(made: ReturnMade, persons: Persons) -> None:
    """Say which cases are left out of the return, for nobody knows whose they are."""
    refused = {row.case_id for row in (*persons.refused, *made.refused)}
    for why, is_so in ((f"whose row in {persons.name} was refused", True), (f"without a row in {persons.name}", False)):
        cases = [case_id for case_id in made.nobody if (case_id in refused) is is_so]
        if cases:
            some = ", ".join(cases[:_NAMED]) + (", ..." if len(cases) > _NAMED else "")
            note(f"refused: {count(len(cases), 'case')} in the return's scope {why}, so left out: {some}")


def _tell_export(made: ReturnMade, year: ReturnYear, people: int) -> None:
    """Say what was written, and of which days."""
    requests = len(made.records.requests)
    note(
        f"the return of {year.year}: {count(people, 'person', 'persons')}, {count(requests, 'request')}; requests, "
        f"assessments and plans up to {year.last}, reviews and placements up to {year.survey}"
    )
    for said in (year.told, *made.notes):
        if said:
            note(said)


@options("file output persons year authority form refused all_errors")
def _import(
    *,
    file: ReturnFile,
    to: FactsOutputs,
    persons: Annotated[
        str,
        option("--persons FILE", "Write whose the cases are here: names, birth dates and numbers are never facts."),
        Writes("ehcp_flow.readers.persons_file:PERSONS_FILE"),
    ],
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            metavar="YEAR",
            help="The collection, where the return does not say it (Year in its header).",
            show_default=False,
        ),
    ] = None,
    authority: Annotated[
        str | None,
        option("--authority NUMBER", "Whose return it is, where it does not say so (LEA in its header)."),
    ] = None,
    all_errors: AllErrors = False,
) -> None:
    """A return into facts and particulars, and into a persons file: what it cannot say is marked as unrecorded.

    An item that cannot be read is refused, and the others are still taken (exit code 1).
    """
    _ = to.shown  # looked at before anything is read
    sen2 = return_extra()
    from ehcp_flow.conversion import ReturnColumns, cases_of, read_return, rows_of_return
    from ehcp_flow.outputs import Output
    from ehcp_flow.readers.persons_file import PERSONS_FILE, persons_file

    given, name = read_from(file)
    columns = ReturnColumns(authority=authority, year=year)
    records = read_return(given, columns, name=name)
    check_year(records, year)
    if records.year is not None:
        sen2.ReturnYear.of(records.year)
    else:
        note(f"{records.name}: it does not say of which collection it is (Year); give --year YEAR here")
    _check_authority(records, authority)
    _check_persons(records)
    rows = rows_of_return(records, columns)
    for said in rows.notes:
        note(f"{rows.name}: {said}")
    found = cases_of(rows)
    print_facts(found, to)
    Output(persons, PERSONS_FILE).write(persons_file(sen2.persons_of(records)).encode())
    tell_converted(rows, found, to.refused, all_errors=all_errors)
    if found.refused:
        raise typer.Exit(ExitCode.REFUSED)


def _check_authority(records: ReturnRecords, authority: str | None) -> None:
    """Say that nobody knows whose a return is. Raises BadParameter where the option says another than the return."""
    if authority is None and records.authority is None:
        note(
            f"{records.name}: it does not say whose it is (LEA), so the facts do not either, and `sen2 export` of them "
            "takes no --authority; give --authority NUMBER here"
        )
    elif authority is not None and records.authority not in (None, authority):
        why = f"{records.name} says that it is of {records.authority}; leave it out"
        raise typer.BadParameter(why, param_hint="--authority")


def _check_persons(records: ReturnRecords) -> None:
    """Raise SourceError where a return has no table of persons at all: whose the cases are would be lost."""
    from ehcp_flow.conversion.returns import forms
    from ehcp_flow.errors import SourceError

    if "persons" not in records.has:
        why = (
            f"it has no table of persons, and {forms()[records.form].says} has one: nobody would know whose the cases "
            "are, so nothing is read; put it beside the others (`ehcp-flow convert` makes facts of one table alone)"
        )
        raise SourceError(records.name, why)


def _schema(
    *,
    year: Annotated[int, typer.Option("--year", metavar="YEAR", help="The collection.", show_default=False)],
) -> None:
    """An XML Schema of the return of a year, made of the facts of its specification; ours, not the Department's."""
    sen2 = return_extra()
    said = sen2.ReturnYear.of(year).told
    if said:
        note(said)
    sys.stdout.write(sen2.schema_of(year))


SEN2: Final = CommandGroup(
    "The SEN2 return: make it, check it, read it back, compare it with the last one.",
    {
        "export": CliCommand(
            _export,
            (
                "ehcp-flow sen2 export council.csv --year 2026 --persons persons.csv --output sen2.xml",
                "ehcp-flow sen2 export council.csv --year 2025 --persons persons.csv --dco R --format xlsx > sen2.xlsx",
            ),
            england=RETURN,
        ),
        "import": CliCommand(
            _import,
            ("ehcp-flow sen2 import sen2.xml --output facts.csv --persons whose.csv",),
            england=RETURN,
        ),
        "validate": VALIDATE,
        "compare": COMPARE,
        "figures": FIGURES,
        "schema": CliCommand(_schema, ("ehcp-flow sen2 schema --year 2026 > sen2-2026.xsd",), england=RETURN),
    },
)
