"""`ehcp-flow import`: a file of facts into a store."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import SHOWN, ProgressBar, RefusedRows, count, note, note_alike
from ehcp_flow.cli.options import AllErrors, StoreUrl, TableFormat, option
from ehcp_flow.cli.output import print_outcome
from ehcp_flow.cli.recorded import Records, Unrecorded, events_recorded
from ehcp_flow.cli.refused_file import RefusedTo, Retry, given_or_retried, write_refused
from ehcp_flow.cli.sheet_source import ConvertFileName, sheet_rows
from ehcp_flow.cli.source_kinds import open_store
from ehcp_flow.dates import written
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from ehcp_flow.conversion import ConvertedRows
    from ehcp_flow.errors import RowRefused
    from ehcp_flow.facts import Fact
    from ehcp_flow.readers.case_reader import Entry, FactReader
    from ehcp_flow.store import Store
    from ehcp_flow.store.imports import ImportResult, Item
    from ehcp_flow.store.source_names import SameId

__all__ = ["IMPORT"]


class _SameId(StrEnum):
    REFUSE = "refuse"
    CORRECTS = "corrects"


@dataclass(frozen=True, kw_only=True)
class _FactsToImport:
    """The file, and what becomes of its rows."""

    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE",
            help="A CSV or JSON Lines file or a workbook of facts, any other sheet with --columns, a SEN2 return in "
            "XML, a Blade folder, or - for standard input.",
            show_default=False,
        ),
    ] = None
    columns: ConvertFileName = None
    refused: RefusedTo = None
    retry: Retry = None
    recorded_by: Annotated[
        str | None,
        option("--recorded-by NAME", "Who records them, where the file does not say so itself."),
    ] = None
    same_id: Annotated[
        _SameId | None,
        typer.Option(
            "--same-id",
            help="What a row means that comes under the fact_id of another and says something else; without it refuse, "
            "or what the convert file says.",
        ),
    ] = None
    records: Records = None
    unrecorded: Unrecorded = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of it, and write nothing.")] = False


@options("file columns store refused retry recorded_by records unrecorded authority same_id dry_run all_errors form")
def _import(
    *,
    facts: _FactsToImport,
    store: StoreUrl,
    authority: Annotated[
        str | None,
        option("--authority NUMBER", "Take cases of this local authority only; facts of any other are refused."),
    ] = None,
    all_errors: AllErrors = False,
    form: TableFormat = None,
) -> None:
    """Take a file of facts into a store, in batches, each whole or not at all; a new store is made if there is none.

    Run it again after an interruption, and it goes on where it stopped. A fact that the store holds already is a
    duplicate, and is not taken twice. Rows that are refused leave the rest as it is (exit code 1).
    """
    told = RefusedRows(everything=all_errors)
    with _opened(store, authority, dry_run=facts.dry_run) as opened, ProgressBar("importing") as bar:
        result, warnings, sheet = _take(opened, facts, bar, told)
    for warning in warnings:
        note(f"warning: {warning}")
    note_alike(result.alike)
    told.tell()
    if result.already and result.corrections:
        note("this very file was imported before; what was changed since from elsewhere was taken again")
    elif result.already:
        note("this very file was imported before; nothing was left to do")
    elif result.resumed_at:
        note(f"went on after {count(result.resumed_at, 'row')}, where an earlier run had stopped")
    if result.emptied:
        _tell_emptied(result.emptied)
    row = {name: getattr(result, name) for name in result.__slots__ if name not in {"seconds", "alike"}}
    row["emptied"] = len(result.emptied)
    print_outcome(row, _sentence(result, sheet), form)
    if result.refused:
        raise typer.Exit(ExitCode.REFUSED)


@contextmanager
def _opened(url: str, authority: str | None, *, dry_run: bool) -> Iterator[Store]:
    """Open the store, making it where there is none; a dry run of a store that is still to come makes nothing."""
    if dry_run:
        from ehcp_flow.store import Store
        from ehcp_flow.store.errors import SchemaMissing

        try:
            with open_store(url, authority=authority) as store:
                yield store
        except SchemaMissing:
            note("there is no store yet: this is what would become of the file in a new one")
            with Store.open("memory:", authority=authority) as store:
                yield store
        return
    with open_store(url, authority=authority, create=True) as store:
        yield store


class _RowsToTake(NamedTuple):
    """The rows to take, what is said once they are read, and the file's name and the digest to know it by again.

    `sheet` is what they were made of, where that is a sheet; `again` a file from which they can be read once more.
    """

    entries: Iterable[Item]
    warnings: Callable[[], Sequence[str]]
    digest: str | None
    name: str
    same_id: SameId
    again: str | Path
    sheet: ConvertedRows | None = None


def _take(
    store: Store, facts: _FactsToImport, bar: ProgressBar, told: RefusedRows
) -> tuple[ImportResult, Sequence[str], ConvertedRows | None]:
    from ehcp_flow.store.imports import import_facts

    refused: list[RowRefused] = []

    def refuse(row: RowRefused) -> None:
        if facts.refused is not None:
            refused.append(row)
        told.add(row)

    with ExitStack() as stack:
        rows = _rows(facts, bar, stack)
        result = import_facts(
            store, rows.entries, source=rows.digest, name=rows.name, recorded_by=facts.recorded_by,
            dry_run=facts.dry_run, same_id=rows.same_id, refused=refuse,
            silent=None if rows.sheet is None else rows.sheet.silent_names(),
        )  # fmt: skip
        write_refused(facts.refused, refused, rows.sheet, rows.again, rows.name)
    return result, rows.warnings(), rows.sheet


def _rows(facts: _FactsToImport, bar: ProgressBar, stack: ExitStack) -> _RowsToTake:
    from ehcp_flow.errors import SourceError
    from ehcp_flow.inputs import spooled, why_unreadable
    from ehcp_flow.readers import read_facts
    from ehcp_flow.readers.case_reader import open_file
    from ehcp_flow.readers.names_again import one_name_each
    from ehcp_flow.store.imports import declared_digest

    file = given_or_retried(facts.file, facts.retry, "FILE")
    given: SameId | None = None if facts.same_id is None else facts.same_id.value
    events = events_recorded(facts.records, facts.unrecorded)
    converted = sheet_rows(file, facts.columns, records=events)
    if converted is not None:
        # The same file by another convert file is another import, so no progress is kept of it.
        name, by = Path(converted.name).name, given or converted.same_id
        of_facts = facts.columns is None and converted.sheet is not None
        entries = _declared(converted.entries(), events if of_facts else ())
        return _RowsToTake(entries, tuple, None, name, by, converted.name, converted)
    if file == "-":
        # What is refused is looked up again, and standard input comes once.
        again = "-" if facts.refused is None else spooled(sys.stdin.buffer, stack)
        stream = sys.stdin.buffer if again == "-" else again
        reader = read_facts(stream, name="standard input", on_progress=bar)
        entries = _declared(reader.entries(), events)
        return _RowsToTake(entries, lambda: _warnings(reader), None, "standard input", given or "refuse", again)
    try:
        with open_file(file, file) as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(file, why_unreadable(error)[1]) from None
    reader = read_facts(file, on_progress=bar)
    digest = declared_digest(digest, events)
    told = one_name_each(file, reader.entries(), Path(file).name, corrects=given == "corrects")
    entries = _declared(told, events)
    return _RowsToTake(entries, lambda: _warnings(reader), digest, Path(file).name, given or "refuse", file)


def _warnings(reader: FactReader) -> tuple[str, ...]:
    """Return what somebody should be told of a file: of what stays a label, that it is in the file alone."""
    more = ("a label is no fact, and the store has none: write what its name takes, and import the file again",)
    return (*reader.warnings, *(more if reader.report.further else ()))


def _declared(entries: Iterable[Entry], events: Sequence[str]) -> Iterable[Entry]:
    """Return rows with what their source records of each case, if that is said of it."""
    if not events:
        return entries
    from ehcp_flow.readers.declarations import declared_entries

    return declared_entries(entries, events)


def _tell_emptied(facts: Sequence[Fact]) -> None:
    """Say which cells of a sheet were emptied since it was imported, and how what never happened is taken back."""
    since = "cell was emptied since it was" if len(facts) == 1 else "cells were emptied since they were"
    named = ", ".join(f"{fact.id} ({written(fact.on)})" for fact in facts[:SHOWN])
    more = f" and {count(len(facts) - SHOWN, 'other')}" if len(facts) > SHOWN else ""
    note(
        f"{len(facts):,} {since} imported, and nothing was voided: {named}{more}; to take back what "
        "never happened, import a fact_voided of that day, with the name in corrects and a reason"
    )


def _sentence(result: ImportResult, sheet: ConvertedRows | None) -> str:
    new = "" if result.resumed_at else f", {result.taken - result.corrections:,} new"
    corrected = f" ({count(result.corrections, 'correction')}{new})"
    said: list[Any] = [
        count(result.taken, "fact")
        + (" would be taken" if result.dry_run else " taken")
        + (corrected if result.corrections else ""),
        count(result.duplicates, "duplicate"),
        f"{result.refused:,} refused",
    ]
    runs = ", over all runs of this file" if result.resumed_at else ""
    # A row of a sheet is a child, and has several facts.
    rows = result.rows if sheet is None else sheet.height
    return f"{count(rows, 'row')}: {', '.join(said)}{runs}"


IMPORT: Final = CliCommand(
    _import,
    (
        "ehcp-flow import cases.csv --store sqlite:///new.db --recorded-by j.smith",
        "ehcp-flow import cases.csv --store sqlite:///new.db --dry-run",
        "ehcp-flow import cases.csv --store sqlite:///new.db --refused refused.csv --format json",
        "ehcp-flow import cases.csv --store sqlite:///new.db --records request_received,final_plan_sent",
    ),
    facts=True,
)
