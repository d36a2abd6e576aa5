"""A store's facts as columns, for whoever judges many cases at once: no object is made of a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias

from ehcp_flow.store.fact_rows import FactRow, fact_of, whole_body, with_value
from ehcp_flow.store.upcasting import Upcasters

__all__ = ["OF_ROW", "Block", "Raw", "RawFact", "blocks_of"]

Raw: TypeAlias = tuple[Any, ...]
"""A row of the columns of `RawFact`, in their order."""


class RawFact(NamedTuple):
    """What a store holds of one fact, as far as it tells what the fact says; `text` is kept beside it."""

    case_id: str
    version: int
    schema: int
    body: str
    recorded_at: str
    recorded_by: str | None
    text_hash: str | None
    position: int
    text: str | None
    redacted: str | bool | None

    @property
    def is_redacted(self) -> bool:
        """Whether its free text has been redacted: `redacted` is when, or that it was."""
        return self.redacted not in (None, False)

    @property
    def row(self) -> FactRow:
        """The row, without what says nothing of the fact."""
        return FactRow(
            self.case_id, self.version, self.schema, "", "", self.recorded_at, "", self.recorded_by, None, self.body,
            self.text_hash, "", self.position,
        )  # fmt: skip


OF_ROW: Final = RawFact._fields[:-2]
"""The columns of it that stand in the table of facts."""


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
        columns: Any = RawFact._make(list(column) for column in zip(*some, strict=True))
        bodies = columns.body
        if set(columns.schema) != {upcasters.current}:
            bodies = [_body(RawFact._make(each), upcasters) for each in some]
        reasons: list[str | None] = [None] * len(some)
        for at, held in enumerate(columns.text_hash):
            if held is not None:
                bodies[at], reasons[at] = _told(RawFact._make(some[at]), upcasters)
        yield Block(columns.case_id, bodies, reasons, columns.recorded_at, columns.recorded_by)


def _body(raw: RawFact, upcasters: Upcasters) -> str:
    if raw.schema == upcasters.current:
        return raw.body
    return whole_body(fact_of(raw.row, raw.text, raw.is_redacted, upcasters))


def _told(raw: RawFact, upcasters: Upcasters) -> tuple[str, str | None]:
    """Return the body and the reason of a row that has a text beside it."""
    if raw.schema != upcasters.current or (raw.text is None and not raw.is_redacted):
        fact = fact_of(raw.row, raw.text, raw.is_redacted, upcasters)
        return whole_body(fact), fact.reason
    try:
        return with_value(raw.body, None if raw.is_redacted else raw.text)
    except (ValueError, LookupError, TypeError):
        fact_of(raw.row, raw.text, raw.is_redacted, upcasters)
        raise
