"""`ehcp-flow synth`: made-up caseloads, so that nobody needs real children's data."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.endings import form_by_name
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import day, option

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SYNTH"]

_PUBLISHED: Final = 2024
_ONLY_MADE_UP: Final = "with --published every case is settled by DfE's counts; leave it out"


class _SynthFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def _share(name: str, help_text: str) -> typer.models.OptionInfo:
    made: typer.models.OptionInfo = typer.Option(name, metavar="RATE", min=0, max=1, help=help_text)
    return made


@dataclass(frozen=True, kw_only=True)
class _MadeUp:
    """How many cases of whom, until when, and what is wrong with them."""

    cases: Annotated[int | None, option("--cases N", "How many cases to make up.", min=0)] = None
    seed: Annotated[
        int | None,
        option("--seed S", "Any number: the same number gives the same file on every machine; without it, 1."),
    ] = None
    authority: Annotated[
        str | None,
        option(
            "--authority LA",
            "A local authority's three-digit number; without it all of England's, in proportion to their size.",
        ),
    ] = None
    year: Annotated[
        int | None,
        option(
            "--year YEAR",
            "The caseload is as at 31 December of this year; with --published, the year of the counts (2024).",
        ),
    ] = None
    as_of: Annotated[
        str | None,
        option("--as-of DATE", "The last day on which anything happened; without it and without --year, 30 June 2026."),
    ] = None
    faults: Annotated[float, _share("--faults", "The share of cases whose record is spoilt in one way, 0 to 1.")] = 0.0
    csv_faults: Annotated[
        float, _share("--csv-faults", "The share of cases that get one row which no reader takes, 0 to 1.")
    ] = 0.0
    with_caseworker: Annotated[
        bool, typer.Option("--with-caseworker", help="Add a column caseworker, which is no column of a fact.")
    ] = False
    particulars: Annotated[
        bool,
        typer.Option(
            "--particulars",
            help="Add a date of birth, and placement, need, school year, caseworker and team, in DfE's proportions.",
        ),
    ] = False
    weekly: Annotated[
        list[str] | None,
        option(
            "--weekly PARTY=N[@DATE]",
            "Make lateness by a queue: this adviser finishes N cases a week (psychological=20), or from a day on "
            "(psychological=30@2026-09-01), given again.",
        ),
    ] = None
    persons: Annotated[
        str | None,
        option(
            "--persons FILE",
            "Write a made-up person for each case here, as `sen2 export` takes them; with it --particulars, and more.",
        ),
        Writes("ehcp_flow.readers.persons_file:PERSONS_FILE"),
    ] = None


@options("caseload published form output rulebook")
def _synth(
    *,
    caseload: _MadeUp,
    published: Annotated[
        str | None,
        option(
            "--published LA",
            "Instead, the caseload whose counts are those DfE published for this authority (ENG: for all).",
        ),
    ] = None,
    form: Annotated[
        _SynthFormat | None,
        typer.Option(
            "--format",
            help="csv, or jsonl with an object a line; without it, as the name of --output ends, else csv.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        option("--output FILE", "Write here, not to standard output."),
        Writes("ehcp_flow.synth.caseload_file:MADE_UP"),
    ] = None,
    rulebook: Annotated[
        str | None,
        option(
            "--rulebook NAME|DIR",
            "A rulebook that is installed, or a directory of rulebook files: lives are made up for England's law, and "
            "drafts of it.",
        ),
    ] = None,
) -> None:
    """A made-up caseload: lives of cases in the proportions that DfE publishes, or with exactly its counts.

    Case numbers instead of names, no date of birth unless --particulars or --persons, and nobody's data. The same
    arguments give the same file.
    """
    shown = form_by_name(output, [*_SynthFormat], form) or _SynthFormat.CSV
    if rulebook is not None:
        _of_england(rulebook)
    to: str | IO[str] = sys.stdout if output is None else output
    if published is not None:
        for field in fields(caseload):
            if field.name != "year" and getattr(caseload, field.name) != field.default:
                raise typer.BadParameter(_ONLY_MADE_UP, param_hint=f"--{field.name.replace('_', '-')}")
        rows = _write_published(to, published, _PUBLISHED if caseload.year is None else caseload.year, shown)
    else:
        rows = _write_made_up(to, caseload, shown)
    note(f"{count(rows, 'row')}, all made up")


def _of_england(rulebook: str) -> None:
    """Raise EnglandOnly for the law of another procedure: lives are made up as they are in England."""
    from ehcp_flow.law import load_rulebook
    from ehcp_flow.measures.figures import england_alone

    england_alone("the lives of made-up cases", load_rulebook(rulebook))
    note("the cases are made up as they are by England's law today; judge them by another with check --rulebook")


def _write_made_up(to: str | IO[str], caseload: _MadeUp, form: str) -> int:
    from ehcp_flow.errors import OutputError
    from ehcp_flow.synth import write_synth

    given = asdict(caseload)
    cases, seed, as_of = given.pop("cases"), given.pop("seed"), given.pop("as_of")
    if cases is None:
        raise typer.BadParameter("say how many cases to make up: --cases 100", param_hint="--cases")
    if caseload.year is not None and as_of is not None:
        raise typer.BadParameter("give --year or --as-of, not both", param_hint="--as-of")
    try:
        until = None if as_of is None else day(as_of)
        given["weekly"] = given["weekly"] or ()
        return write_synth(to, cases, 1 if seed is None else seed, as_of=until, format=form, **given)
    except OutputError:
        raise
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--year" if as_of is None else "--as-of") from None


def _write_published(to: str | IO[str], authority: str, year: int, form: str) -> int:
    from ehcp_flow.synth import ATTRIBUTION, census_day, published_discrepancies
    from ehcp_flow.synth.caseload_file import write_lives
    from ehcp_flow.synth.exact import published_lives

    lives = published_lives(authority, year)
    apart: Iterable[object] = published_discrepancies(authority, year)
    rows = write_lives(to, lives, format=form)
    note(f"the counts of authority {authority} for {year}, as at {census_day(year).isoformat()}. {ATTRIBUTION}")
    for each in apart:
        note(f"not shown: {each}")
    return rows


SYNTH: Final = CliCommand(
    _synth,
    (
        "ehcp-flow synth --cases 100 --seed 1",
        "ehcp-flow synth --cases 200 --seed 7 --authority 885 --year 2025 --with-caseworker > worcestershire.csv",
        "ehcp-flow synth --cases 50 --seed 3 --faults 0.1 --csv-faults 0.1 --format jsonl > spoilt.jsonl",
        "ehcp-flow synth --published 885 --year 2024 > published.csv",
        "ehcp-flow synth --cases 500 --seed 2 --weekly psychological=1 --weekly psychological=2@2026-01-05 > queue.csv",
        "ehcp-flow synth --cases 50 --seed 3 --authority 885 --as-of 2026-01-15 --persons persons.csv > council.csv",
    ),
)
