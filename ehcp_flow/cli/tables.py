"""`ehcp-flow tables`: a caseload as flat tables for Power BI, Excel and SQL."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source
from ehcp_flow.cli.source_kinds import needs_columns

__all__ = ["TABLES"]


class _TablesFormat(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"
    SQLITE = "sqlite"


@options(
    "source as_of to form raw case known_at known_by authority convert_file all_errors institutions institution "
    "closed_if office_closures bank_holidays profile rulebook"
)
def _tables(
    *,
    query: CaseQuery,
    to: Annotated[
        str,
        typer.Option("--output", metavar="DIR", help="Write into this directory; it is made if there is none."),
        Writes("ehcp_flow.bulk.star_files:NAMES", directory=True),
    ],
    form: Annotated[
        _TablesFormat, typer.Option("--format", help="parquet or csv, a file for each table; or sqlite, one file.")
    ] = _TablesFormat.PARQUET,
    raw: Annotated[
        bool, typer.Option("--raw", help="In CSV, leave texts that a spreadsheet would calculate as they are.")
    ] = False,
) -> None:
    """A caseload as tables that join: cases, facts, deadlines, findings, measures and a calendar of days.

    Cases are known by case_id, deadlines by key. Open the directory in Power BI or Excel, or the database in any tool.
    """
    needs_columns(query.source)
    from ehcp_flow.bulk.star_files import write_tables
    from ehcp_flow.measures.figures import are_of

    directory = Path(to)
    if directory.exists() and not directory.is_dir():
        raise typer.BadParameter(f"{to} is a file; name a directory", param_hint="--output")
    with open_source(query) as source:
        made = source.star()
    if not are_of(query.law):
        note(f"the Department's measures are of England's law and are left out: this is {query.law.title}")
    files = write_tables(made, directory, form.value, raw=raw)
    told = ", ".join(f"{name} {frame.height:,}" for name, frame in made.items())
    note(f"{count(len(files), 'file')} in {to}: {told} rows")
    source.leave()


TABLES: Final = CliCommand(
    _tables,
    (
        "ehcp-flow tables cases.csv --as-of 2026-06-30 --output star",
        "ehcp-flow tables sqlite:///cases.db --as-of 2026-06-30 --output star --format sqlite",
    ),
)
