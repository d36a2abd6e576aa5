"""The door to SOURCE, a file, standard input or a store: every command asks it, for few cases and for many."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from ehcp_flow.cli.messages import ProgressBar
from ehcp_flow.cli.one_by_one import OfFile, OfStore, SourceOneByOne
from ehcp_flow.cli.opened_source import OpenedSource
from ehcp_flow.cli.options import Axis
from ehcp_flow.cli.over_columns import SourceOverColumns, kept_file
from ehcp_flow.cli.source_kinds import by_columns, instant_by, is_parquet, needs_columns, only_of_stores, open_store

__all__ = ["open_source"]


@contextmanager
def open_source(
    source: str,
    ids: Sequence[str] | None = None,
    *,
    known_at: dt.datetime | str | None = None,
    known_by: Axis | None = None,
    authority: str | None = None,
    all_errors: bool,
    used: Collection[str] = (),
) -> Iterator[OpenedSource]:
    """Open SOURCE: a URL (anything with `://`) is a store's, `-` is standard input, the rest is a file's path.

    `ids` are the cases that are asked about, all if there are none; columns that are `used` are not told as ignored.
    Raises SourceError for a file that cannot be read, and the store's errors for a store that cannot.
    """
    then = instant_by(known_at, known_by)
    many = by_columns(source)
    with ExitStack() as stack:
        if "://" in source:
            store = stack.enter_context(stack.enter_context(open_store(source, authority=authority)).snapshot())
            if many and not ids:
                yield SourceOverColumns(store, source, then, known_by, None, all_errors=all_errors, used=used)
            else:
                yield SourceOneByOne(OfStore(store, then, known_by), ids, all_errors=all_errors, used=used)
            return
        only_of_stores(known_by)
        if many and not ids:
            file, name = kept_file(source, stack)
            yield SourceOverColumns(file, name, then, None, authority, all_errors=all_errors, used=used)
            return
        yield SourceOneByOne(_read(source, then, authority, ids, many=many), ids, all_errors=all_errors, used=used)


def _read(
    source: str, known_at: dt.datetime | None, authority: str | None, ids: Sequence[str] | None, *, many: bool
) -> OfFile:
    """Return the cases of a file; of a large one those alone that are asked about."""
    stream = {"source": sys.stdin.buffer, "name": "standard input"} if source == "-" else {"source": source}
    with ProgressBar("reading") as bar:
        if many or is_parquet(source):
            needs_columns(source)
            from ehcp_flow.bulk import read_cases

            caseload = read_cases(**stream, case_ids=ids or None, on_progress=bar)
            return OfFile(caseload, known_at, authority, caseload.known)
        from ehcp_flow.readers import read_cases as read

        return OfFile(read(**stream, on_progress=bar), known_at, authority)
