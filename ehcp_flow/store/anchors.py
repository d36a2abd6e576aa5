"""Heads that were kept elsewhere, and what has become of each since.

Whoever can write to every table of a store can compute its hashes anew, and then nothing in the store shows it. Heads
on another machine do: a case must still hold what its head said on that day, whatever was added since.

The file that they are kept in is JSON Lines: a head each, and at the end how many there are, with the SHA-256 of the
lines before, so that a file that was cut short does not pass for a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

from ehcp_flow.errors import SourceError, SourceMissing
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.outputs import Kind, Output
from ehcp_flow.store.fact_rows import FactRow, Head, Tombstone
from ehcp_flow.store.verifying import Break, Examined

__all__ = ["ANCHOR", "Anchor", "AnchorError", "Compared", "read_heads", "write_heads"]

_TYPES: Final = dict(zip(Head._fields, (str, str, int, str, str, int, str, str), strict=True))
_FIRST: Final = frozenset(Head._fields[:5])
"""What a head of the first schemas said; such a file has no last line."""
_END: Final = frozenset({"heads", "sha256"})
_LONGEST: Final = 1 << 20
"""No head is longer, in bytes: a file without lines is not read into memory."""


class AnchorError(SourceError):
    """Heads that cannot be compared with this store: none, of another store, cut short, or no heads at all."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What has become of the heads of an anchor.

    `heads` were compared: `same` as they were, `grown` since (facts or redactions were added), `rewritten` (the case
    does not hold any more what the head says), or of a case that was `erased` since. `lost` cases are gone from the
    store. `left_out` are heads of authorities that the store was not opened for, and of which nothing can be said.
    `new` cases of the store have no head in the anchor.
    """

    heads: int
    same: int
    grown: int
    rewritten: int
    lost: int
    left_out: int
    new: int
    erased: int = 0


class Anchor:
    """Heads kept elsewhere, met by the cases of a store one after the other."""

    def __init__(self, heads: Iterable[Head]) -> None:
        """Take the heads. Raises AnchorError if there are none, or two of one case."""
        self._kept: dict[str, Head] = {}
        for head in heads:
            if head.case_id in self._kept:
                raise AnchorError("the anchor", f"it holds two heads of case {head.case_id}")
            self._kept[head.case_id] = head
        if not self._kept:
            raise AnchorError("the anchor", "it holds no heads, so that there is nothing to compare with")
        self._heads = len(self._kept)
        self._same = self._grown = self._rewritten = self._new = self._erased = 0

    def meet(self, head: Head | None, rows: Sequence[FactRow], found: Examined) -> None:
        """Compare a case with its head in the anchor, and note in `found` if it was rewritten."""
        kept = self._kept.pop(found.case_id, None)
        if kept is None:
            self._new += 1
        elif why := _off(kept, head, rows, found):
            self._rewritten += 1
            found.add("anchor", kept.version, f"{why}; the case was rewritten or cut off since")
        elif head is not None and (kept.version, kept.trail or head.trail) == (head.version, head.trail):
            self._same += 1
        else:
            self._grown += 1

    def meet_tombstone(self, left: Tombstone) -> Iterator[Break]:
        """Compare what is left of a case that was erased with its head in the anchor."""
        kept = self._kept.pop(left.case_id, None)
        if kept is None:
            return
        self._erased += 1
        at_its_end = (kept.version, kept.trail or left.trail) == (left.version, left.trail)
        if kept.version > left.version or (at_its_end and kept.hash != left.hash):
            says = f"case {left.case_id}: what is left of it is not what was kept elsewhere before it was erased"
            yield Break("anchor", left.case_id, kept.version, says)

    def end(self, scope: frozenset[str] | None) -> tuple[Compared, Iterator[Break]]:
        """Return what was compared, and a break for each case that the store has lost.

        `scope` are the authorities whose cases the store shows (None: all). Raises AnchorError if nothing could be
        compared: then the anchor is another store's.
        """
        lost = [head for head in self._kept.values() if scope is None or head.authority in scope]
        compared = self._heads - len(self._kept)
        if scope is not None and not compared and not lost:
            told = f"none of its heads is of {', '.join(sorted(scope)) or 'an authority that you may see'}"
            raise AnchorError("the anchor", f"{told}; give an anchor that holds some")
        if not compared and self._new:
            raise AnchorError("the anchor", "none of its heads is of a case of this store; give an anchor of this one")
        told_of = Compared(
            compared,
            self._same,
            self._grown,
            self._rewritten,
            len(lost),
            len(self._kept) - len(lost),
            self._new,
            self._erased,
        )
        return told_of, (_lost(head) for head in lost)


def _off(kept: Head, head: Head | None, rows: Sequence[FactRow], found: Examined) -> str:
    """Return in what a case is not what its kept head says; nothing if it is."""
    if not any(row.version == kept.version and row.hash == kept.hash for row in rows):
        return "it does not have the hash that was kept elsewhere"
    if kept.trail and kept.trail not in found.trails:
        return "the positions of its facts, or its redactions, are not those that were kept elsewhere"
    if kept.authority and (head is None or head.authority != kept.authority):
        return f"it was of authority {kept.authority} when its head was kept elsewhere"
    return ""


def _lost(kept: Head) -> Break:
    says = f"case {kept.case_id}: its head was kept elsewhere, and the store holds no such case any more"
    return Break("anchor_lost", kept.case_id, kept.version, says)


def write_heads(heads: Iterable[Head], path: str | os.PathLike[str]) -> int:
    """Write heads to a file, and return how many; earlier heads there are replaced when the new ones are whole.

    Keep it where nobody who can write to the store can write. Raises AnchorError for no heads at all, OutputError where
    anything else is there.
    """
    with Output(path, ANCHOR).open() as file:
        count = _write(heads, file)
        if not count:
            raise AnchorError(str(path), "there is no case whose head could be kept; nothing was written")
    return count


def _begins_with_a_head(file: BinaryIO) -> bool:
    try:
        told = json.loads(file.readline(_LONGEST))
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.keys() in (_TYPES.keys(), _FIRST)


ANCHOR: Final = Kind("a file of heads that ehcp_flow wrote", "heads.jsonl", _begins_with_a_head)
"""Heads as `write_heads` writes them."""


def _write(heads: Iterable[Head], file: IO[bytes]) -> int:
    count, digest = 0, hashlib.sha256()
    for head in heads:
        line = json.dumps(head._asdict()).encode() + b"\n"
        digest.update(line)
        file.write(line)
        count += 1
    file.write(json.dumps({"heads": count, "sha256": digest.hexdigest()}).encode() + b"\n")
    return count


def read_heads(path: str | os.PathLike[str]) -> Iterator[Head]:
    """Yield the heads that `write_heads` wrote, for `Store.verify(anchor=...)`.

    Raises SourceError for a file that cannot be read, AnchorError for one that is empty, cut short or holds no heads.
    """
    name = str(path)
    count, digest, wanted = 0, hashlib.sha256(), False
    try:
        with Path(path).open("rb") as file:
            while line := file.readline(_LONGEST):
                told = _object(name, count + 1, line)
                if told.keys() == _END:
                    if (told["heads"], told["sha256"]) != (count, digest.hexdigest()) or file.read(1):
                        raise AnchorError(name, "its last line does not fit the lines before: it was edited or cut")
                    wanted = False
                    break
                yield _head(name, count + 1, told)
                wanted = wanted or told.keys() != _FIRST
                count += 1
                digest.update(line)
    except OSError as error:
        missing, why = why_unreadable(error)
        raise (SourceMissing if missing else SourceError)(name, why) from None
    if wanted:
        raise AnchorError(name, "its last line is missing: it was cut short")
    if not count:
        raise AnchorError(name, "it holds no heads, so that there is nothing to compare with")


def _object(name: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise AnchorError(name, f"line {number} is no head that a store wrote; give a file that --write-anchor made")
    return told


def _head(name: str, number: int, told: dict[str, Any]) -> Head:
    if told.keys() not in (_TYPES.keys(), _FIRST) or any(type(told[each]) is not _TYPES[each] for each in told):
        raise AnchorError(name, f"line {number} is no head that a store wrote; give a file that --write-anchor made")
    return Head(**told)
