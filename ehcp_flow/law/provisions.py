"""The rulebook in the order of the statute: each provision, what was made of it, and who read it when.

A citation such as `SR 10(4)(a)` belongs to the provision `SR 10`: the regulation, section, rule or paragraph that its
page on legislation.gov.uk shows whole. `71-74` are four of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from ehcp_flow.law.citation import Citation, LegalCheck, cite
from ehcp_flow.law.how_far_read import how_far_read, provisions_of
from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Limit, Rulebook

__all__ = ["Provision", "Unread", "Use", "own_rows", "provisions", "unread"]

_PRIMARY: Final = ("P", "P (ct)")
"""The marks of a row whose primary text was read."""
_PARTS: Final = re.compile(r"[0-9]+|[^0-9]+")


class Use(NamedTuple):
    """What was made of a provision: `what` it is (a limit, an exception, a move), its name, what it says, its mark.

    `cited` is as the rulebook cites it, to the paragraph; `limit` the time limit it belongs to, if to one. A row can
    cite several provisions and has one mark: `evidence` is empty, or says in part, where the mark says that the primary
    text was read and of what is cited here no reading is recorded, or one in part. `read` is how far what is cited was
    read (whole, in part, or empty), `read_on` when.
    """

    what: str
    name: str
    says: str
    cited: str
    evidence: str = ""
    limit: str = ""
    read: str = ""
    read_on: dt.date | None = None


class Provision(NamedTuple):
    """A provision: as it is cited and in full, where to read it, its `uses`, and who `checked` it, newest first."""

    short: str
    text: str
    address: str
    uses: tuple[Use, ...]
    checked: tuple[LegalCheck, ...]

    @property
    def instrument(self) -> str:
        """The id of the instrument that it is of."""
        return self.short.partition(" ")[0]

    @property
    def read(self) -> LegalCheck | None:
        """The last time that it was read, whole or in part; None where no such reading is recorded."""
        return next((each for each in self.checked if each.result != "not_found"), None)

    @property
    def far(self) -> str:
        """How far all of it was read: whole, in part, or empty where no reading is recorded."""
        return how_far_read(self.short, self.checked).far

    def read_of(self, check: LegalCheck) -> tuple[str, ...]:
        """Return the parts of it that a reading is of, as that names them: `31(1)-(3)`; nothing where it is of all."""
        named = [each.short for each in check.of if self.short in provisions_of(each.short)]
        return tuple(name.partition(" ")[2] for name in named if name.startswith(f"{self.short}("))

    @property
    def evidence(self) -> tuple[str, ...]:
        """The marks of the rows that rest on it, as far as they were earned by it."""
        return tuple(dict.fromkeys(use.evidence for use in self.uses if use.evidence))


class Unread(NamedTuple):
    """A row whose primary text was not read, or not whole: what it is, its name, since when, its mark, and its law.

    `not_read` are the citations of its law of which no reading is recorded, or one in part.
    """

    what: str
    name: str
    since: dt.date | None
    evidence: str
    evidence_note: str
    citation: tuple[Citation, ...]
    not_read: tuple[str, ...] = ()


def provisions(book: Rulebook) -> list[Provision]:
    """Return every provision that a rulebook uses or that is recorded as read, in the order of its instruments."""
    uses: dict[str, list[Use]] = {}
    checked: dict[str, list[LegalCheck]] = {}
    for row in dict.fromkeys(_uses(book)):
        use = _as_read(row, book)
        for short in provisions_of(use.cited):
            uses.setdefault(short, []).append(use)
    for each in book.checked:
        for short in dict.fromkeys(short for citation in each.of for short in provisions_of(citation.short)):
            checked.setdefault(short, []).append(each)
    order = {name: at for at, name in enumerate(book.instruments)}
    found = sorted({*uses, *checked}, key=lambda short: (order[short.partition(" ")[0]], _number(short)))
    return [_provision(short, uses.get(short, ()), checked.get(short, ()), book) for short in found]


def unread(book: Rulebook) -> list[Unread]:
    """Return the rows of a rulebook that rest on less than the primary text, read whole: what is still to be read.

    That is by their mark, or because they cite a provision of which no reading is recorded, or only one in part.
    """
    # Several clocks of a limit are of one row of law: what is read for one of them is read for all.
    rows = (
        each._replace(not_read=tuple(cited.short for cited in each.citation if _not_whole(cited.short, book)))
        for each in dict.fromkeys(_marked(book))
        if each.evidence != "own"
    )
    return [each for each in rows if each.evidence not in _PRIMARY or each.not_read]


def own_rows(book: Rulebook) -> int:
    """Return how many rows of a rulebook are somebody's own word, so that no law can be read for them."""
    return sum(each.evidence == "own" for each in dict.fromkeys(_marked(book)))


def _not_whole(cited: str, book: Rulebook) -> bool:
    return how_far_read(cited, book.checked).far != "whole"


def _as_read(use: Use, book: Rulebook) -> Use:
    """Return a use with how far what it cites was read, and with its row's mark only as far as this earned it."""
    far, on = how_far_read(use.cited, book.checked)
    mark = use.evidence
    if mark in _PRIMARY and far != "whole":
        mark = "P~" if far else ""
    return use._replace(evidence=mark, read=far, read_on=on)


def _marked(book: Rulebook) -> Iterator[Unread]:
    """Yield every row that has a mark."""
    for limit in book.limits.values():
        for rule in limit.rule:
            name = limit.id if rule.rows == (limit.id,) else f"{limit.id}: {', '.join(rule.rows)}"
            for at in rule.version:
                yield Unread("limit", name, at.in_force_from, at.evidence, at.evidence_note, at.citation)
    for note in book.notes:
        yield Unread("note", note.row, None, note.evidence, "", note.citation)
    for notice in book.notices:
        told = (each.citation for each in notice.tell)
        cited = dict.fromkeys((*told, *(each.citation for each in notice.contains)))
        yield Unread("notice", notice.id, None, notice.evidence, notice.note, tuple(cited))
    for body in book.bodies.values():
        for held in body.name:
            yield Unread("body", held.name, held.in_force_from, held.evidence, held.evidence_note, held.citation)


def _provision(short: str, uses: Iterable[Use], checked: Iterable[LegalCheck], book: Rulebook) -> Provision:
    cited = cite(short, book.instruments)
    newest = sorted(checked, key=lambda each: each.on, reverse=True)
    return Provision(short, cited.text, cited.address, tuple(uses), tuple(newest))


def _number(short: str) -> tuple[tuple[int, int, str], ...]:
    """Return by what a provision stands among others: 9 before 10, 2 before 2A."""
    provision = short.partition(" ")[2]
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in _PARTS.findall(provision))


def _uses(book: Rulebook) -> Iterator[Use]:
    for limit in book.limits.values():
        yield from _of_limit(limit)
    yield from _of_rows("spell", book.spells)
    yield from _of_rows("taken as", book.deemed)
    yield from _of_rows("clock", book.clocks)
    for note in book.notes:
        yield from (Use("note", note.row, note.title, each.short, note.evidence) for each in note.citation)
    for notice in book.notices:
        for told in notice.tell:
            yield Use("notice", notice.id, f"tell {told.who}", told.citation.short, notice.evidence)
        for content in notice.contains:
            yield Use("notice", notice.id, f"contains {content.says}", content.citation.short, notice.evidence)
    for body in book.bodies.values():
        for name in body.name:
            yield from (Use("body", body.id, name.name, each.short, name.evidence) for each in name.citation)
    for region in (book.regions or england().regions).values():
        for move in region.moves:
            to = f"leads to {move.to}" if move.to else "leaves the state"
            for event in move.on:
                yield from (Use("move", event, to, each.short) for each in move.authority)
            yield from (Use("guard", ", ".join(move.on), says, short) for says, short in _cited(move.guards))
        for row in region.misplaced:
            events = ", ".join(row.events)
            yield from (Use("misplaced", events, row.reason, short) for _, short in _cited(row))
        yield from (Use("states", region.name, says, short) for says, short in _cited(region.machine))
        yield from (Use("appeal", region.name, says, short) for says, short in _cited(region.appeals))
        yield from (Use("order", region.name, says, short) for says, short in _cited(region.obeyed))


def _of_limit(limit: Limit) -> Iterator[Use]:
    for rule in limit.rule:
        title = rule.title or limit.title
        for version in rule.version:
            counting = ", ".join(str(count.convention) for count in version.counts)
            until = f" to {version.in_force_to}" if version.in_force_to else ""
            says = f"{title}: {counting}, from {version.in_force_from}{until}"
            for cited in version.citation:
                yield Use("limit", limit.id, says, cited.short, version.evidence, limit.id)
                for reading in rule.readings:
                    if reading.is_of(version):
                        yield Use("reading", limit.id, reading.name, cited.short, "", limit.id)
        for use in rule.exceptions:
            yield Use("exception", use.ground, title, use.citation.short, "", limit.id)


def _of_rows(what: str, rows: Mapping[str, Any]) -> Iterator[Use]:
    for name, row in rows.items():
        yield from (Use(what, name, getattr(row, "title", "") or says, short) for says, short in _cited(row))


def _cited(item: object, says: str = "") -> Iterator[tuple[str, str]]:
    """Yield every citation in a thing, with what the nearest part of it says that has it."""
    if isinstance(item, Citation):
        yield says, item.short
    elif isinstance(item, BaseModel):
        keys = ("says", "reason", "missing", "what")
        named = next((str(getattr(item, key)) for key in keys if hasattr(item, key)), says)
        for name in type(item).model_fields:
            yield from _cited(getattr(item, name), named)
    elif isinstance(item, tuple | list | frozenset):
        for each in item:
            yield from _cited(each, says)
