"""`ehcp-flow export`: the facts of a store as a file."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import IO, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.endings import form_by_name
from ehcp_flow.cli.messages import ProgressBar, count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import Authority, KnownAt, KnownBy, StoreUrl, axis_of, instant, option
from ehcp_flow.cli.source_kinds import open_store

__all__ = ["EXPORT"]


class _ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    OCEL = "ocel"
    XES = "xes"


_LOGS: Final = (_ExportFormat.OCEL, _ExportFormat.XES)


def _export(
    *,
    store: StoreUrl,
    output: Annotated[
        str | None,
        option("--output FILE", "Write here, not to standard output; the file is put in place when it is whole."),
        Writes("ehcp_flow.readers.fact_writer:FACTS"),
    ] = None,
    form: Annotated[
        _ExportFormat | None,
        typer.Option(
            "--format",
            help="csv or jsonl; or an event log for process mining, ocel (2.0, JSON) or xes, of the facts that stand, "
            "without free text or names; without it, as the name of --output ends.",
            show_default=False,
        ),
    ] = None,
    known_at: KnownAt = None,
    known_by: KnownBy = None,
    authority: Authority = None,
    as_imported: Annotated[
        bool,
        typer.Option(
            "--as-imported", help="Leave out when and by whom each fact was recorded: the file as it was before."
        ),
    ] = False,
) -> None:
    """Every fact of a store, corrections too, in the order in which it took them, as a file that can be read back."""
    from ehcp_flow.store.exports import export_file

    if known_by is not None and known_at is None:
        raise typer.BadParameter("it says what --known-at goes by; give that too", param_hint="--known-by")
    shown = form_by_name(output, [*_ExportFormat], form)
    if as_imported and shown in _LOGS:
        raise typer.BadParameter(
            "an event log never says by whom a fact was recorded; leave it out", param_hint="--as-imported"
        )
    to: str | IO[str] = sys.stdout if output is None else output
    with open_store(store, authority=authority) as opened, ProgressBar("exporting", shown=output is not None) as bar:
        done = export_file(
            opened,
            to,
            format=shown,
            known_at=None if known_at is None else instant(known_at),
            axis=axis_of(known_by),
            record=not as_imported,
            progress=lambda facts: bar(facts, None),
        )
    note(f"{count(done.facts, 'fact')} as {done.format}")


EXPORT: Final = CliCommand(
    _export,
    (
        "ehcp-flow export --store sqlite:///cases.db --output facts.csv",
        "ehcp-flow export --store sqlite:///cases.db --as-imported > facts.csv",
        "ehcp-flow export --store sqlite:///cases.db --authority 873 --format jsonl",
        "ehcp-flow export --store sqlite:///cases.db --output log.xes",
    ),
    facts=True,
)
