"""A store's facts as columns, for whoever judges many cases at once: no object is made of a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from ehcp_flow.store.fact_rows import REDACTED, FactRow, body_of, fact_of
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
        told, texts, redacted = zip(*some, strict=True)
        for row, text, gone in some:
            if row.text_hash is not None and text is None and not gone:
                fact_of(row, text, gone, upcasters)
        columns: Any = FactRow._make(list(column) for column in zip(*told, strict=True))
        is_old = set(columns.schema) != {upcasters.current}
        said = zip(columns.text_hash, texts, redacted, strict=True)
        yield Block(
            columns.case_id,
            [_body(each, upcasters) for each in some] if is_old else columns.body,
            [_reason(each, upcasters) for each in some]
            if is_old
            else [None if held is None else REDACTED if gone else text for held, text, gone in said],
            columns.recorded_at,
            columns.recorded_by,
        )


def _body(raw: Raw, upcasters: Upcasters) -> str:
    row, text, redacted = raw
    return row.body if row.schema == upcasters.current else body_of(fact_of(row, text, redacted, upcasters))


def _reason(raw: Raw, upcasters: Upcasters) -> str | None:
    row, text, redacted = raw
    if row.schema != upcasters.current:
        return fact_of(row, text, redacted, upcasters).reason
    if row.text_hash is None:
        return None
    return REDACTED if redacted else text
