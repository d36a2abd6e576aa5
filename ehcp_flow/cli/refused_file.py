"""`--refused` and `--retry`: the rows that were not taken, to put right in a file of their own and to read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import option
from ehcp_flow.cli.source_kinds import is_parquet

if TYPE_CHECKING:
    from pathlib import Path

    from ehcp_flow.conversion import ConvertedRows

__all__ = ["RefusedTo", "Retry", "given_or_retried", "write_refused"]

_REFUSED_ROWS = "ehcp_flow.readers.refused_rows:REFUSED_ROWS"

RefusedTo: TypeAlias = Annotated[
    str | None,
    option(
        "--refused FILE",
        "Write the rows that are not taken here, as CSV: as they stand in what is read, then their row and all their "
        "faults.",
    ),
    Writes(_REFUSED_ROWS),
]
Retry: TypeAlias = Annotated[
    str | None,
    option("--retry FILE", "Read a file of refused rows, its cells put right, in the place of what was read first."),
]


def given_or_retried(given: str | None, retry: str | None, name: str) -> str:
    """Return what is to be read: one of both. Raises BadParameter for none, or for two."""
    if (given is None) is (retry is None):
        raise typer.BadParameter(f"give a {name}, or with --retry one of refused rows", param_hint=name)
    return str(given if retry is None else retry)


def write_refused(
    to: str | None, refused: Sequence[Any], rows: ConvertedRows | None, again: str | Path, name: str
) -> None:
    """Write the refused rows of a source, if that is asked for: of a sheet that was read, or of a file, read again."""
    if to is None:
        return
    from ehcp_flow.outputs import Output

    output = Output(to, Writes(_REFUSED_ROWS).load())
    if rows is not None:
        from ehcp_flow.conversion import refused_of

        refused_of(rows, refused).write(output)
    elif is_parquet(str(again)):
        from ehcp_flow.bulk.refused_frame import refused_of_parquet

        refused_of_parquet(again, refused).write(output)
    elif "://" not in str(again):  # of a store nothing is refused
        from ehcp_flow.readers.refused_rows import refused_table

        refused_table(again, refused, name=name).write(output)
