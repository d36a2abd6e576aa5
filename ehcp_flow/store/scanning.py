# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""Going through a whole store: its tables side by side, case by case, what lies beside them, and how large it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from ehcp_flow.store.chain import seal_import
from ehcp_flow.store.database import Database
from ehcp_flow.store.errors import StoreCorrupt
from ehcp_flow.store.fact_rows import FactRow, Head, ImportRow, Text, instant_text
from ehcp_flow.store.results import Stats
from ehcp_flow.store.statements import Statements
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.transaction import Transaction
from ehcp_flow.store.verifying import Break

__all__ = ["beside", "import_breaks", "in_step", "places_of", "position_breaks", "stats_of"]


def in_step(streams: Sequence[Iterator[Any]]) -> Iterator[tuple[Head | None, list[FactRow], dict[int, Text]]]:
    """Yield the head, the rows and the free texts of each case, from three streams that are in order of case."""
    groups = [groupby(stream, key=itemgetter(0)) for stream in streams]
    fronts = [_next(group) for group in groups]
    while any(front is not None for front in fronts):
        case_id = min(front[0] for front in fronts if front is not None)
        found: list[list[Any]] = []
        for index, front in enumerate(fronts):
            if front is not None and front[0] == case_id:
                found.append(front[1])
                fronts[index] = _next(groups[index])
            else:
                found.append([])
        heads, rows, texts = found
        yield (
            Head(*heads[0]) if heads else None,
            [*map(FactRow._make, rows)],
            {row[1]: Text._make(row) for row in texts},
        )


def beside(transaction: Transaction, names: Names, sql: Statements, scope: frozenset[str] | None) -> Iterator[Break]:
    """Yield what is wrong with positions and imports, as far as they are of the authorities in `scope` (None: of all).

    Positions are 1 to the counter without a gap, which only those who see all of them can say.
    """
    if scope is None:
        erased = places_of(row[0] for row in transaction.rows(f"SELECT positions FROM {names.erased}"))
        counted, highest, total, last = transaction.rows(
            "SELECT COUNT(*), COALESCE(MAX(position), 0), COALESCE(SUM(position), 0), "
            f"(SELECT last FROM {names.counter}) FROM {names.facts}"
        )[0]
        yield from position_breaks(counted, highest, int(total), last, erased)
    yield from import_breaks(map(ImportRow._make, transaction.rows(f"{sql.imports} ORDER BY source")), scope)


def position_breaks(counted: int, highest: int, total: int, last: int | None, erased: Sequence[int]) -> Iterator[Break]:
    """Yield what is wrong with positions: how many facts, the highest, their sum, the counter, the erased."""
    counted, highest, total = counted + len(erased), max([highest, *erased]), total + sum(erased)
    if not counted == highest == last or total != last * (last + 1) // 2:
        says = f"there are {counted} facts, the highest position is {highest}, and {last} positions were given out"
        yield Break("positions", "", 0, f"{says}: facts were taken away, or put in beside the counter")


def import_breaks(rows: Iterable[ImportRow], scope: frozenset[str] | None) -> Iterator[Break]:
    """Yield what is wrong with what is remembered of imports, as far as they are of the authorities in `scope`."""
    for row in rows:
        whose = set(str(row.source).rpartition(":")[2].split(","))
        if (scope is None or whose <= scope) and seal_import(row) != row.seal:
            says = f"the import of {row.name or row.source}: what is remembered of it was edited"
            yield Break("import", "", 0, says)


def places_of(positions: Iterable[Any]) -> list[int]:
    """Return the positions of the facts that were erased, as far as they can be read."""
    return [int(place) for each in positions for place in str(each).split(",") if place.isdecimal()]


def stats_of(database: Database, names: Names, authority: str | None) -> Stats:
    """Return how large a store is, or the part of it that belongs to one authority."""
    p = "%s" if database.dialect == "postgresql" else "?"
    heads, facts, texts = names.heads, names.facts, names.texts
    mine: tuple[Any, ...] = () if authority is None else (authority,)
    owned = f" WHERE authority = {p}" if mine else ""
    within = f" WHERE case_id IN (SELECT case_id FROM {heads}{owned})" if mine else ""
    owners = f"SELECT authority, COUNT(*) FROM {heads}{owned} GROUP BY authority ORDER BY 1"
    counted = f"SELECT COUNT(*), COALESCE(MAX(position), 0), MIN(stored_at), MAX(stored_at) FROM {facts}{within}"
    written = f"SELECT COUNT(*), COUNT(redacted_at) FROM {texts}{within}"
    with database.read() as transaction:
        found = transaction.settle(lambda: [transaction.rows(each, mine) for each in (owners, counted, written)])
        authorities = dict(found[0])
        count, last, first_at, last_at = found[1][0]
        said, redacted = found[2][0]
        size = _size(transaction, names) if authority is None else _own_size(transaction, names, within, mine)
        revision = transaction.rows(f"SELECT version_num FROM {names.schema_version}")[0][0]
    return Stats(
        cases=sum(authorities.values()),
        facts=count,
        last_position=last,
        texts=said,
        redacted=redacted,
        first_stored_at=_shown(first_at),
        last_stored_at=_shown(last_at),
        size_bytes=size,
        authorities=authorities,
        schema=revision,
        backend=database.dialect,
    )


def _size(transaction: Transaction, names: Names) -> int:
    if transaction.dialect == "postgresql":
        tables = ", ".join(f"('{name}')" for name in (names.facts, names.heads, names.texts))
        sized = f"SELECT SUM(pg_total_relation_size(name::regclass)) FROM (VALUES {tables}) AS t(name)"
        return int(transaction.rows(sized)[0][0])
    file = transaction.rows("PRAGMA database_list")[0][2]
    return sum(path.stat().st_size for path in (Path(file), Path(f"{file}-wal")) if path.exists())


def _own_size(transaction: Transaction, names: Names, within: str, mine: tuple[Any, ...]) -> int:
    """Return how many characters one authority's facts and texts hold: the size of the whole tells of the others."""
    held = [
        transaction.rows(f"SELECT COALESCE(SUM(LENGTH({column})), 0) FROM {table}{within}", mine)[0][0]
        for table, column in ((names.facts, "body"), (names.texts, "text"))
    ]
    return int(sum(held))


def _next(groups: Iterator[tuple[Any, Iterator[Any]]]) -> tuple[str, list[Any]] | None:
    for key, group in groups:
        if not isinstance(key, str):
            raise StoreCorrupt("a row of the store", f"its case is {key!r}, which is no text")
        return key, list(group)
    return None


def _shown(instant: Any) -> str | None:
    return instant if instant is None or isinstance(instant, str) else instant_text(instant)
