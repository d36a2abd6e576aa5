"""A store's facts as columns, for whoever judges many cases at once: no object is made of a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from ehcp_flow.store.fact_rows import FactRow, fact_of, whole_body, with_value
from ehcp_flow.store.upcasting import Upcasters

__all__ = ["Block", "Raw", "blocks_of"]

Raw: TypeAlias = tuple[FactRow, str | None, bool]
"""A row, its free text, and whether that has been redacted."""


class Block(NamedTuple):
    """Some facts of a store, a list for each column.

    `body` is what each fact says, as a JSON object of texts, without what stands in the other columns; `recorded_at` is
    an instant in UTC as text.
    """

    case_id: list[str]
    body: list[str]
    reason: list[str | None]
    recorded_at: list[str]
    recorded_by: list[str | None]


def blocks_of(rows: Iterable[Raw], size: int, upcasters: Upcasters) -> Iterator[Block]:
    """Yield rows as columns, `size` of them at a time.

    Raises StoreCorrupt or SchemaTooNew, as `fact_of` does, for a row whose free text is gone, or that another version
    of the library wrote and that cannot be carried forward; what the body of a row of today says is not looked at.
    """
    coming = iter(rows)
    while some := list(islice(coming, size)):
        told = [row for row, _, _ in some]
        for row, text, gone in some:
            if row.text_hash is not None and text is None and not gone:
                fact_of(row, text, gone, upcasters)
        columns: Any = FactRow._make(list(column) for column in zip(*told, strict=True))
        is_old = set(columns.schema) != {upcasters.current}
        bodies = [_body(each, upcasters) for each in some] if is_old else columns.body
        reasons: list[str | None] = [None] * len(some)
        for at, held in enumerate(columns.text_hash):
            if held is not None:
                bodies[at], reasons[at] = _told(some[at], upcasters)
        yield Block(
            columns.case_id,
            bodies,
            reasons,
            columns.recorded_at,
            columns.recorded_by,
        )


def _body(raw: Raw, upcasters: Upcasters) -> str:
    row, text, redacted = raw
    return row.body if row.schema == upcasters.current else whole_body(fact_of(row, text, redacted, upcasters))


def _told(raw: Raw, upcasters: Upcasters) -> tuple[str, str | None]:
    """Return the body and the reason of a row that has a text beside it."""
    row, text, redacted = raw
    if row.schema != upcasters.current:
        fact = fact_of(row, text, redacted, upcasters)
        return whole_body(fact), fact.reason
    try:
        return with_value(row.body, None if redacted else text)
    except (ValueError, LookupError, TypeError):
        fact_of(row, text, redacted, upcasters)
        raise
