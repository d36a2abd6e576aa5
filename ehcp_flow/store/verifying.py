"""What verify looks for in one case: whether its rows are what the chain, the trail and the head say they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any, Final

from ehcp_flow.dates import parse_day, written
from ehcp_flow.errors import DateError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.store.chain import hash_text, link_of, seal_of, seal_tombstone, trail_of_fact, trail_of_redaction
from ehcp_flow.store.fact_rows import FactRow, Head, Text, Tombstone

__all__ = ["Break", "Examined", "examine", "examine_tombstone", "unknown_of"]

_SAID: Final = (str,)
_MAYBE: Final = (str, type(None))
_ROW: Final = (_SAID, (int,), (int,), *[_SAID] * 4, _MAYBE, _MAYBE, _SAID, _MAYBE, _SAID, (int,))
_TEXT: Final = (_SAID, (int,), *[_MAYBE] * 5, (int, type(None)))
_HEAD: Final = (_SAID, _SAID, (int,), _SAID, _SAID, (int,), _SAID, _SAID)
_ROWS, _TEXTS, _HEADS = (frozenset(product(*kinds)) for kinds in (_ROW, _TEXT, _HEAD))
"""Every way in which the types of a row can be right."""
_PLAIN: Final = re.compile(
    r'\{"event":"([a-z0-9_]+)","on":"([0-9-]+)"(?:,"(?!event"|on")[a-z0-9_]+":"[^"\\\x00-\x1f]*")*\}'
)
"""A body as the store writes nearly all: an object of texts without escapes, the event and the day first, each once."""
_DAYS: Final = 1 << 14
"""So many days are kept as they are written: those of forty years."""


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that is wrong with the record: `code` for programs, `message` for people.

    Codes of a fact: `gap`, `edited`, `column`, `order`, `position`, `damaged`. Of a free text: `text_missing`,
    `text_edited`, `text_astray`, `text_left`, `redaction`. Of a head: `head_missing`, `head_version`, `head_hash`,
    `head_stored`, `facts_missing`, `trail`, `seal`. Of a case that was erased: `tombstone`. Of the store:
    `positions`, `import`, `protection`. Beside an
    anchor: `anchor`, `anchor_lost`.
    """

    code: str
    case_id: str
    version: int
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(slots=True)
class Examined:
    """What is wrong with one case, and where its trail stood after each act."""

    case_id: str
    breaks: list[Break] = field(default_factory=list)
    trails: list[str] = field(default_factory=list)

    def add(self, code: str, version: int, says: str) -> None:
        """Note one thing that is wrong with a version of the case (0: with the whole of it)."""
        where = f"case {self.case_id}, version {version}" if version else f"case {self.case_id}"
        self.breaks.append(Break(code, self.case_id, version, f"{where}: {says}"))


def examine(head: Head | None, case_id: str, rows: Sequence[FactRow], texts: Mapping[int, Text]) -> Examined:
    """Return everything that is wrong with one case: its head, its rows in order of version, its free texts."""
    found = Examined(case_id)
    if _damaged(found, head, rows, texts):
        return found
    previous, expected, stored, position = "", 1, "", 0
    for row in rows:
        _, version, _, event, on, _, at, _, _, body, text_hash, said, place = row
        if version != expected:
            found.add("gap", expected, f"it is missing; the next that is there is {version}")
        elif link_of(previous, row) != said:
            says = "the row does not fit its hash and the hash before it; it, or the one before, was edited, exchanged"
            found.add("edited", version, f"{says} or put in")
        if at < stored:
            found.add("order", version, "stored before its forerunner")
        if place <= position:
            found.add("position", version, f"it has position {place}, its forerunner {position}")
        if not _repeats(body, event, on):
            found.add("column", version, "the columns event and on do not repeat the body")
        if text_hash is not None:
            _text(found, row, texts.get(version))
        previous, expected, stored, position = said, version + 1, at, place
    if texts:
        for version in sorted(set(texts) - {row.version for row in rows if row.text_hash is not None}):
            found.add("text_astray", version, "a free text that no fact names")
    _lead(found, rows, texts)
    _head(found, head, rows)
    return found


def unknown_of(events: Iterable[str]) -> tuple[str, ...]:
    """Return which events nobody here knows, in order: what else they are, a break of their rows says."""
    return tuple(sorted(str(event) for event in events if event not in FACT_TYPES))


def examine_tombstone(left: Tombstone) -> Iterator[Break]:
    """Yield what is wrong with what is left of a case that was erased."""
    try:
        whole = seal_tombstone(left) == left.seal and len(left.places) == left.version
    except (ValueError, AttributeError):
        whole = False
    if not whole:
        says = f"case {left.case_id}: what is left of it since it was erased was edited"
        yield Break("tombstone", str(left.case_id), 0, says)


def _damaged(found: Examined, head: Head | None, rows: Sequence[FactRow], texts: Mapping[int, Text]) -> bool:
    """Note each row that holds something of another type than its column; such a case is not looked at further."""
    if (
        (head is None or _kinds(head) in _HEADS)
        and _ROWS.issuperset(map(_kinds, rows))
        and _TEXTS.issuperset(map(_kinds, texts.values()))
    ):
        return False
    kept: list[tuple[str, Any, Sequence[tuple[type, ...]], object]] = []
    if head is not None:
        kept.append(("the head", head, _HEAD, 0))
    kept += [("the row", row, _ROW, row.version) for row in rows]
    kept += [("the free text", text, _TEXT, text.version) for text in texts.values()]
    for what, row, kinds, version in kept:
        wrong = [name for name, value, kind in zip(row._fields, row, kinds, strict=True) if not isinstance(value, kind)]
        if wrong:
            at = version if isinstance(version, int) else 0
            found.add("damaged", at, f"{what} holds something that does not belong there, as {', '.join(wrong)}")
    return bool(found.breaks)


def _kinds(row: Sequence[Any]) -> tuple[type, ...]:
    return tuple(map(type, row))


def _repeats(body: str, event: str, on: str) -> bool:
    """Whether the columns repeat what the body says of its event and its day."""
    try:
        if plain := _PLAIN.fullmatch(body):
            return plain[1] == event and _last_day(plain[2]) == on
        said = json.loads(body)
        return bool(said["event"] == event and _last_day(said["on"]) == on)
    except (DateError, ValueError, LookupError, TypeError, RecursionError):
        return False


@lru_cache(maxsize=_DAYS)
def _last_day(said: str) -> str | None:
    """Return the day of a fact as its column holds it, None for what is written otherwise than the store writes it.

    Of a fact that is known to its month alone, the column holds the last day of the month. Raises DateError.
    """
    day = parse_day(said)
    return day.isoformat() if written(day) == said else None


def _text(found: Examined, row: FactRow, text: Text | None) -> None:
    if text is None:
        found.add("text_missing", row.version, "its free text is gone without a redaction")
    elif text.redacted_at is not None:
        if text.text is not None or text.salt is not None:
            found.add(
                "text_left", row.version, "it is marked as redacted, but its free text (or the salt) is still there"
            )
        if text.act is None:
            found.add("redaction", row.version, "it is marked as redacted, but not by this store")
    else:
        if text.text is None or text.salt is None:
            found.add("text_missing", row.version, "its free text is empty without a redaction")
        elif hash_text(text.salt, text.text) != row.text_hash:
            found.add("text_edited", row.version, "its free text was edited")
        if text[5:] != (None, None, None):
            found.add("redaction", row.version, "it is not redacted, but says by whom or why")


def _lead(found: Examined, rows: Sequence[FactRow], texts: Mapping[int, Text]) -> None:
    """Lead the trail through the facts and the redactions, each at its place among the acts."""
    redactions = {text.act: text for text in texts.values() if text.act is not None}
    trail, act, trails = "", 0, found.trails
    for row in rows:
        while redactions and (act + 1) in redactions:
            act += 1
            trail = trail_of_redaction(trail, redactions.pop(act))
            trails.append(trail)
        act += 1
        trail = trail_of_fact(trail, row.hash, row.position)
        trails.append(trail)
    while (act + 1) in redactions:
        act += 1
        trail = trail_of_redaction(trail, redactions.pop(act))
        trails.append(trail)
    for text in redactions.values():
        found.add("redaction", text.version, "the place that its redaction has among what was done is not there")


def _head(found: Examined, head: Head | None, rows: Sequence[FactRow]) -> None:
    last = rows[-1] if rows else None
    if head is None:
        found.add("head_missing", 0, "there are facts or free texts, but no head row")
        return
    if last is None:
        found.add("facts_missing", 0, f"the head says {head.version} facts, and there is none")
        return
    if head.version != last.version:
        says = f"the head says {head.version} facts, the last that is there is {last.version}"
        found.add("head_version", last.version, says)
        return
    if head.hash != last.hash:
        found.add("head_hash", last.version, "the head's hash is not the hash of the last fact")
    if head.stored_at != last.stored_at:
        says = f"the head says that the last fact was stored at {head.stored_at}, the fact says {last.stored_at}"
        found.add("head_stored", last.version, says)
    if head.trail != found.trails[-1]:
        found.add(
            "trail", 0,
            "its trail does not lead to where the head says: the position of a fact, a redaction (who, when, why) or "
            "the trail itself was edited",
        )  # fmt: skip
    if seal_of(head) != head.seal:
        says = f"the seal does not fit the head: it was edited (it says authority {head.authority or 'not recorded'})"
        found.add("seal", 0, says)
