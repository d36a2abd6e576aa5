"""The door to SOURCE, a file, standard input or a store: every command asks it, for few cases and for many."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from ehcp_flow.cli.messages import ProgressBar
from ehcp_flow.cli.one_by_one import OfFile, OfStore, SourceOneByOne
from ehcp_flow.cli.opened_source import OpenedSource
from ehcp_flow.cli.over_columns import SourceOverColumns, kept_file
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_kinds import (
    by_columns,
    instant_by,
    is_parquet,
    is_pipe,
    needs_columns,
    only_of_stores,
    open_store,
)

if TYPE_CHECKING:
    from ehcp_flow.conversion import ConvertedRows

__all__ = ["open_source"]


@contextmanager
def open_source(
    query: CaseQuery, ids: Sequence[str] | None = None, *, used: Collection[str] = ()
) -> Iterator[OpenedSource]:
    """Open SOURCE: a URL (anything with `://`) is a store's, `-` is standard input, the rest is a file's path.

    The day and the law are looked at first. `ids` are the cases that are asked about, without them those of the query;
    columns that are `used` are not told as ignored. Raises what the query raises, SourceError for a file that cannot be
    read, and the store's errors for a store that cannot.
    """
    _ = query.on, query.law, query.calendars, query.rows
    source, ids = query.source, ids or query.case
    then = instant_by(query.known_at, query.known_by)
    many = by_columns(source)
    with ExitStack() as stack:
        if "://" in source:
            # Whose a case is goes by the day, as in any file: a store that is open for one authority has what was begun
            # under it. What a role of PostgreSQL must not see is kept back by the database.
            if many and not ids:
                stack.callback(query.close)
                yield SourceOverColumns(query, query.kept_rows, source, then, used=used)
                return
            store = stack.enter_context(stack.enter_context(open_store(source)).snapshot())
            yield SourceOneByOne(query, OfStore(store, then, query.known_by, query.authority, query.on), ids, used=used)
            return
        only_of_stores(query.known_by)
        if query.rows is not None:
            yield _of_sheet(query, query.rows, then, ids, used={*used, *query.rows.carried})
            return
        if many and not ids:
            path, name = kept_file(source, stack)
            rows = path if is_pipe(source) else query.kept_rows
            opened: OpenedSource = SourceOverColumns(query, rows, name, then, used=used)
        else:
            # What is refused is looked up again, and what comes through a pipe comes once.
            path, name = kept_file(source, stack) if query.looks_again else (source, "")
            opened = SourceOneByOne(query, _read(query, then, ids, path, name, many=many), ids, used=used)
        opened.again = path
        yield opened


def _of_sheet(
    query: CaseQuery, rows: ConvertedRows, then: dt.datetime | None, ids: Sequence[str] | None, *, used: Collection[str]
) -> OpenedSource:
    """Return the cases of a sheet that was converted: of few that are asked about one at a time, as those of a file."""
    if not ids:
        return SourceOverColumns(query, rows, rows.name, then, used=used)
    from ehcp_flow.bulk import read_cases

    caseload = read_cases(rows, case_ids=ids)
    return SourceOneByOne(query, OfFile(caseload, then, query.authority, query.on, caseload.known), ids, used=used)


def _read(
    query: CaseQuery, known_at: dt.datetime | None, ids: Sequence[str] | None, source: Any, name: str, *, many: bool
) -> OfFile:
    """Return the cases of a file; of a large one those alone that are asked about."""
    stream = {"source": source, "name": name or source}
    if source == "-":
        stream = {"source": sys.stdin.buffer, "name": "standard input"}
    with ProgressBar("reading") as bar:
        if many or is_parquet(str(source)):
            needs_columns(source)
            from ehcp_flow.bulk import read_cases

            caseload = read_cases(**stream, case_ids=ids or None, on_progress=bar)
            return OfFile(caseload, known_at, query.authority, query.on, caseload.known)
        from ehcp_flow.readers import read_cases as read

        return OfFile(read(**stream, on_progress=bar), known_at, query.authority, query.on)
