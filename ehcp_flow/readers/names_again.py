"""What a file says again under one name, for whoever takes its rows one after another and cannot take any back.

Rows of one `fact_id` that say different things are each refused, as where a file is read whole; of those that say the
same the one that was written down first counts, wherever it stands. So no order of rows decides what a store holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from ehcp_flow.errors import RowRefused
from ehcp_flow.fact_names import taken_already
from ehcp_flow.facts import Fact
from ehcp_flow.readers.case_reader import Entry, open_file, read_facts
from ehcp_flow.readers.row_tables import CsvTable, table_of

__all__ = ["one_name_each"]


def one_name_each(
    path: str | os.PathLike[str], entries: Iterable[Entry], name: str, *, corrects: bool = False
) -> Iterator[Entry]:
    """Yield the entries of a file, as many as there are, each name being that of one fact.

    Of a source that `corrects` by name, of one case: there the order of rows is what it says. The file is read before,
    and a second time only if a name comes again. `name` is what refusals call it.
    """
    told = _told_under(path, _names_again(path))
    for line, entry in entries:
        alike = told.get(entry.fact_id or "") if isinstance(entry, Fact) else None
        if not isinstance(entry, Fact) or alike is None:
            yield line, entry
            continue
        same = entry.case_id if corrects else entry.content
        other = next((fact for fact in alike if (fact.case_id if corrects else fact.content) != same), None)
        if other is None:
            yield line, entry if corrects else min(alike, key=_written_down)
        else:
            yield line, RowRefused(name, line, "fact_id", entry.fact_id, taken_already(entry, other), entry.case_id)


def _names_again(path: str | os.PathLike[str]) -> frozenset[str]:
    """Return the names under which a file has several rows, as far as their cells tell."""
    met: set[str] = set()
    again: set[str] = set()
    with open_file(path, os.fspath(path)) as file:
        table = table_of(file, os.fspath(path))
        for _, row in table:
            if isinstance(table, CsvTable) and "fact_id" not in table.shown:
                break
            fact_id = row.get("fact_id") if isinstance(row, dict) else None
            if fact_id:
                (again if fact_id in met else met).add(fact_id)
    return frozenset(again)


def _told_under(path: str | os.PathLike[str], names: frozenset[str]) -> Mapping[str, list[Fact]]:
    """Return what a file says under some names."""
    told: dict[str, list[Fact]] = {}
    for fact in read_facts(path) if names else ():
        if fact.fact_id in names:
            told.setdefault(fact.fact_id, []).append(fact)
    return told


def _written_down(fact: Fact) -> tuple[str, str]:
    """Return what tells which of two rows was written down first, as `Case` has it."""
    return str(fact.recorded_at or ""), fact.recorded_by or ""
