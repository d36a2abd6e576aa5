"""Between a fact and its row: what the table of facts holds, and how a row becomes a fact again.

A row keeps what the fact says as JSON text (`body`), byte for byte as it was written, because the chain is over those
bytes. The free text (`reason`) is not in it: it lies in a side table, and the row holds only a salted hash of it, so
that it can be redacted while the chain still verifies. Instants are text in UTC with six decimals, which sorts as time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.facts import Fact, ParticularRecorded, as_stored
from ehcp_flow.identifiers import identifier_fault
from ehcp_flow.particular_table import is_personal
from ehcp_flow.particulars import REDACTED
from ehcp_flow.store.alike_bodies import alike_bodies
from ehcp_flow.store.errors import EventUnknown, StoreCorrupt
from ehcp_flow.store.upcasting import Upcasters

__all__ = [
    "REDACTED",
    "FactRow",
    "Head",
    "ImportRow",
    "Text",
    "Tombstone",
    "body_of",
    "fact_of",
    "instant_text",
    "is_redacted",
    "kept_of",
    "parse_instant_text",
    "plain",
    "text_of",
    "whole_body",
    "with_value",
]

_BESIDE_BODY: Final = {"case_id", "reason", "recorded_at", "recorded_by"}
_VALUE_ALONE: Final = re.compile(r'\{"value": "[^"\\\x00-\x1f]*"\}')
"""A text as it is kept of most particulars about a person: a value without escapes, and no reason."""


class FactRow(NamedTuple):
    """One row of the table of facts, in the order of its columns; dates and instants as text."""

    case_id: str
    version: int
    schema: int
    event: str
    on: str
    recorded_at: str
    stored_at: str
    recorded_by: str | None
    key: str | None
    body: str
    text_hash: str | None
    hash: str
    position: int


class Text(NamedTuple):
    """The free text of one fact: `salt` and `text` are None once it has been redacted.

    `act` is then the place of the redaction among everything that was done to the case (facts taken, texts redacted).
    """

    case_id: str
    version: int
    salt: str | None
    text: str | None
    redacted_at: str | None = None
    redacted_by: str | None = None
    redaction: str | None = None
    act: int | None = None


class Head(NamedTuple):
    """Where one case stands: how many facts it has, the hash of the last, and when the store took it.

    `trail` is where the chain over everything that was done to the case has come to, `seal` the hash over the head
    itself, `adopted` how many facts were there before the store kept a trail: an upgrade took them as it found them.
    A head that an older version of the library wrote down has neither (`""`).
    """

    case_id: str
    authority: str
    version: int
    hash: str
    stored_at: str
    adopted: int = 0
    trail: str = ""
    seal: str = ""


class Tombstone(NamedTuple):
    """What is left of a case that was erased, in the order of the columns: nothing of what was said of it.

    How many facts it had (`version`), where its chain and its trail had come to, and the positions of its facts, so
    that the order of all others is still whole; who erased it when, and why. `seal` is over all the others.
    """

    case_id: str
    authority: str
    version: int
    hash: str
    trail: str
    positions: str
    erased_at: str
    erased_by: str
    reason: str
    seal: str = ""

    @property
    def places(self) -> list[int]:
        """The positions as numbers. Raises ValueError if they are none."""
        return [int(position) for position in self.positions.split(",")]


class ImportRow(NamedTuple):
    """What is remembered of the import of one file, in the order of the columns; `seal` is over all the others."""

    source: str
    name: str
    rows_read: int
    taken: int
    duplicates: int
    refused: int
    finished: int
    changed_at: str
    seal: str = ""


def instant_text(instant: dt.datetime) -> str:
    """Return an aware instant as `2026-03-02T09:30:00.000000Z`."""
    if instant.tzinfo is not dt.UTC:
        instant = instant.astimezone(dt.UTC)
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_instant_text(text: str) -> dt.datetime:
    """Return the instant that the store wrote as text, in UTC."""
    return dt.datetime.fromisoformat(text[:-1]).replace(tzinfo=dt.UTC)


_instant: Final = lru_cache(maxsize=1 << 14)(parse_instant_text)


def plain(event: str, field: str, value: str | None) -> str | None:
    """Return `value` if every database can hold it.

    Raises FactError for a NUL character or half a surrogate pair, and for an identifier that is too long for an index.
    """
    if value is not None and field != "reason" and (why := identifier_fault(field, value, value)):
        raise FactError(event, field, value, why)
    if value is None or (value.isascii() and "\x00" not in value):
        return value
    if "\x00" in value:
        raise FactError(event, field, value[:80], "take out the NUL character, which databases cannot hold")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise FactError(event, field, value[:80], "it is not valid Unicode text") from None
    return value


def _tells_of_a_person(fact: Fact) -> bool:
    """Whether it is a particular whose value may have to be redacted."""
    return fact.__class__ is ParticularRecorded and is_personal(fact.particular)


def text_of(fact: Fact) -> str | None:
    """Return the free text that is kept beside a fact: its reason; of a particular about a person its value as well."""
    return _text(fact) if _tells_of_a_person(fact) else fact.reason


def _text(fact: Any) -> str:
    value = encode_basestring(fact.value)
    more = "" if fact.reason is None else f', "reason": {encode_basestring(fact.reason)}'
    return f'{{"value": {value}{more}}}'


def is_redacted(fact: Fact) -> bool:
    """Whether the free text of a fact that was read out of a store is gone."""
    return REDACTED in (fact.reason, getattr(fact, "value", None))


def with_value(body: str, text: str | None) -> tuple[str, str | None]:
    """Return a body and the reason, where the value of a particular is kept with it: `text` is None if redacted."""
    if '"value":' in body or not body.startswith('{"event":"particular_recorded"'):
        return body, REDACTED if text is None else text
    value, reason = (f'"{REDACTED}"', None) if text is None else _value_in(text)
    name = body.find('"particular":"')
    if name < 0:
        return body, reason
    ends = body.index('"', name + len('"particular":"')) + 1
    return f'{body[:ends]},"value":{value}{body[ends:]}', reason


def _value_in(text: str) -> tuple[str, str | None]:
    """Return the value that is kept in a text, as JSON, and the reason."""
    if _VALUE_ALONE.fullmatch(text):
        return text[len('{"value": ') : -1], None
    told = json.loads(text)
    return json.dumps(told["value"], ensure_ascii=False), told.get("reason")


def whole_body(fact: Fact) -> str:
    """Return the same as `body_of`, the value of a particular about a person with it."""
    return fact.__pydantic_serializer__.to_json(fact, exclude=_BESIDE_BODY, exclude_none=True).decode()


def body_of(fact: Fact) -> str:
    """Return what the fact says as JSON, without its case, its free text, and who recorded it when."""
    return kept_of(fact)[0]


def kept_of(fact: Fact) -> tuple[str, str | None]:
    """Return what the fact says as JSON, as `body_of` does, and the free text that is kept beside it."""
    if _tells_of_a_person(fact):
        body = fact.__pydantic_serializer__.to_json(fact, exclude=_BESIDE_BODY | {"value"}, exclude_none=True)
        return body.decode(), _text(fact)
    return whole_body(fact), fact.reason


def fact_of(row: FactRow, text: str | None, redacted: bool, upcasters: Upcasters) -> Fact:  # noqa: FBT001 - as the columns stand
    """Return the fact that a row and its free text tell.

    Raises StoreCorrupt if they tell none, SchemaTooNew if a newer version of the library wrote the row.
    """
    try:
        body, reason = row.body, None
        if row.text_hash is not None:
            if text is None and not redacted:
                raise ValueError("its free text is gone without a redaction")  # noqa: TRY301 - told with its place
            body, reason = with_value(row.body, None if redacted else text)
        recorded_at, alike = _instant(row.recorded_at), alike_bodies()
        is_bare = reason is None and row.schema == upcasters.current
        fact = alike.fact_of(body, row.case_id, recorded_at, row.recorded_by) if is_bare else None
        if fact is not None:
            return fact
        said = _said(body)
        columns = {**said, "case_id": row.case_id, "recorded_at": recorded_at, "recorded_by": row.recorded_by}
        if reason is not None:
            columns["reason"] = reason
        if row.schema != upcasters.current:
            columns = {name: value for name, value in upcasters.upcast(columns, row.schema).items() if value}
        fact = as_stored(columns)
        if is_bare:
            alike.learn(body, said, fact)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        where = f"case {row.case_id}, version {row.version}, position {row.position}"
        if isinstance(error, UnknownNameError):
            raise EventUnknown(where, error.name) from error
        raise StoreCorrupt(where, _why(error)) from error
    return fact


def _said(body: str) -> dict[str, Any]:
    """Return the columns that a body holds: texts, all of them, since nothing else is ever written."""
    columns = json.loads(body)
    if columns.__class__ is not dict:
        raise TypeError("what it says is no object")
    for name, value in columns.items():
        if value.__class__ is not str:
            raise TypeError(f"its {name} is {json.dumps(value)[:80]}, which is no text")
    return columns


def _why(error: Exception) -> str:
    """Return in one line why a row tells no fact."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, each['loc'][-1:]))}: {each['msg']}" for each in error.errors())
    if isinstance(error, LookupError):
        return f"it has no {error}, or names one that is not known"
    return str(error)
