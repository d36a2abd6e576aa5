"""The store's facts as a file that the readers, and another store, take back; and as an event log."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact
from ehcp_flow.store.base import Axis, Store

__all__ = ["ExportResult", "export_file"]

_SUFFIXES: Final = {".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonocel": "ocel", ".xes": "xes"}
_STEP: Final = 2_000


@dataclass(frozen=True, slots=True)
class ExportResult:
    """How many facts were written, in which format."""

    facts: int
    format: str


def export_file(
    store: Store,
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    *,
    format: str | None = None,  # noqa: A002 - the word of the command line's --format
    known_at: dt.datetime | str | None = None,
    axis: Axis = "recorded",
    record: bool = True,
    progress: Callable[[int], object] | None = None,
) -> ExportResult:
    """Write every fact, in the order in which the store took them, as `csv` or `jsonl` (by default as the name ends).

    `ocel` and `xes` are event logs of the facts that stand, case by case (`readers.event_log`); nothing reads them back
    here.

    A path is written beside itself and put in place when it is whole and on the disk; an earlier export is replaced
    there, and nothing else is (`OutputError`). `record=False` leaves out when and by whom facts were recorded: then a
    file that did not say so comes back as it was. `progress` gets the count after every 2,000 facts. Raises
    UnknownNameError for another format.
    """
    from ehcp_flow.outputs import Output
    from ehcp_flow.readers.event_log import EVENT_LOGS, write_event_log
    from ehcp_flow.readers.fact_writer import FACTS, write_facts

    named = Path(file).suffix.lower() if isinstance(file, (str, os.PathLike)) else ""
    chosen = format or _SUFFIXES.get(named, "csv")

    def write(to: IO[Any]) -> int:
        if chosen in EVENT_LOGS:
            return write_event_log(_cases(store, known_at, axis, progress), to, format=chosen)
        return write_facts(_counted(_facts(store, known_at, axis, record=record), progress), to, format=chosen)

    if not isinstance(file, (str, os.PathLike)):
        return ExportResult(write(file), chosen)
    reads = [("a file of the store", path) for path in store.files]
    with Output(file, FACTS, reads=reads).open() as opened:
        count = write(opened)
    return ExportResult(count, chosen)


def _cases(
    store: Store, known_at: dt.datetime | str | None, axis: Axis, progress: Callable[[int], object] | None
) -> Iterator[Case]:
    facts = 0
    for stored in store.cases(known_at=known_at, axis=axis):
        yield stored.case
        facts += len(stored.case.recorded)
        if progress is not None:
            progress(facts)


def _facts(store: Store, known_at: dt.datetime | str | None, axis: Axis, *, record: bool) -> Iterator[Fact]:
    for fact in store.facts(known_at=known_at, axis=axis):
        yield fact if record else fact.model_copy(update={"recorded_at": None, "recorded_by": None})


def _counted(facts: Iterator[Fact], progress: Callable[[int], object] | None) -> Iterator[Fact]:
    for count, fact in enumerate(facts, start=1):
        yield fact
        if progress is not None and count % _STEP == 0:
            progress(count)
