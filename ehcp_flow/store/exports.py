"""The store's facts as a file that the readers, and another store, take back."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from ehcp_flow.facts import Fact
from ehcp_flow.store.base import Axis, Store

__all__ = ["ExportResult", "export_file"]

_SUFFIXES: Final = {".jsonl": "jsonl", ".ndjson": "jsonl"}
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

    A path is written beside itself and put in place when it is whole and on the disk; an earlier export is replaced
    there, and nothing else is (`OutputError`). `record=False` leaves out when and by whom facts were recorded: then a
    file that did not say so comes back as it was. `progress` gets the count after every 2,000 facts. Raises
    UnknownNameError for another format.
    """
    from ehcp_flow.outputs import Output
    from ehcp_flow.readers.fact_writer import FACTS, write_facts

    chosen = format or (
        _SUFFIXES.get(Path(file).suffix.lower(), "csv") if isinstance(file, (str, os.PathLike)) else "csv"
    )
    facts = _counted(_facts(store, known_at, axis, record=record), progress)
    if not isinstance(file, (str, os.PathLike)):
        return ExportResult(write_facts(facts, file, format=chosen), chosen)
    reads = [("a file of the store", path) for path in store.files]
    with Output(file, FACTS, reads=reads).open() as opened:
        count = write_facts(facts, opened, format=chosen)
    return ExportResult(count, chosen)


def _facts(store: Store, known_at: dt.datetime | str | None, axis: Axis, *, record: bool) -> Iterator[Fact]:
    for fact in store.facts(known_at=known_at, axis=axis):
        yield fact if record else fact.model_copy(update={"recorded_at": None, "recorded_by": None})


def _counted(facts: Iterator[Fact], progress: Callable[[int], object] | None) -> Iterator[Fact]:
    for count, fact in enumerate(facts, start=1):
        yield fact
        if progress is not None and count % _STEP == 0:
            progress(count)
