"""What a write comes to, worked out before anything is written; the same for every database and for memory.

The caller has locked the heads of the cases concerned and passes what is in the store; the plan says which rows to
add. Nothing here touches a database or reads a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ehcp_flow.case import Case
from ehcp_flow.errors import FactError
from ehcp_flow.facts import Fact
from ehcp_flow.store.chain import link, new_salt, seal
from ehcp_flow.store.errors import KeyReused, VersionConflict, WrongAuthority
from ehcp_flow.store.rows import Head, Row, Text, body_of, instant_text, parse_instant_text, plain
from ehcp_flow.store.upcasting import Upcasters

__all__ = ["Check", "Command", "Plan", "Recorded", "Stored", "plan_commands", "plan_import"]

Check = Callable[[Case, Fact], object]
"""A strict check: raises (MoveRefused) if the law does not allow `fact` on `case` now."""


@dataclass(frozen=True, slots=True)
class Command:
    """One fact to record: `seen` is the version the caller saw, `key` makes a repetition harmless."""

    case_id: str
    fact: Fact
    seen: int
    key: str | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one command: the fact as it stands in the store, its version in the case, its position.

    `repeated` is true if the idempotency key had recorded it before, and nothing was written now.
    """

    case_id: str
    version: int
    position: int
    fact: Fact
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """One fact as the store keeps it: its row, its free text (None if none, or redacted), and the fact it tells."""

    row: Row
    text: str | None
    redacted: bool
    fact: Fact


@dataclass
class Plan:
    """What to write: rows without their positions (0), free texts, and the heads of new and of grown cases."""

    rows: list[Row] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    new_heads: dict[str, Head] = field(default_factory=dict)
    grown_heads: dict[str, Head] = field(default_factory=dict)
    results: list[Recorded] = field(default_factory=list)
    duplicates: int = 0

    def head(self, case_id: str, heads: Mapping[str, Head]) -> Head | None:
        """Return the head of a case as this plan leaves it."""
        return self.new_heads.get(case_id) or self.grown_heads.get(case_id) or heads.get(case_id)

    def positioned(self, last: int) -> list[Row]:
        """Return the rows with their positions, the last of which is `last`."""
        first = last - len(self.rows) + 1
        return [Row(*row[:-1], first + index) for index, row in enumerate(self.rows)]

    def placed(self, last: int) -> list[Recorded]:
        """Return the results with the positions that the rows were given, the last of which is `last`."""
        first = last - len(self.rows) + 1
        positions = {(row.case_id, row.version): first + index for index, row in enumerate(self.rows)}
        return [
            result if result.position else replace(result, position=positions[result.case_id, result.version])
            for result in self.results
        ]

    def add(  # noqa: PLR0913 - what a row holds
        self, head: Head | None, fact: Fact, *, authority: str, at: str, recorded_at: str | None,
        recorded_by: str | None, key: str | None, schema: int, body: str | None = None,
    ) -> Row:  # fmt: skip
        """Append one fact to its case and move the head; `at` is the store's instant, `recorded_at` the fact's own."""
        case_id = fact.case_id
        if head is None:
            plain(fact.event, "case_id", case_id)
            previous, version, stored, owner, heads = "", 1, at, authority, self.new_heads
        else:
            previous, version, owner = head.hash, head.version + 1, head.authority or authority
            stored = max(at, head.stored_at)
            heads = self.new_heads if case_id in self.new_heads else self.grown_heads
        plain(fact.event, "recorded_by", recorded_by)
        text_hash = None
        if fact.reason is not None:
            plain(fact.event, "reason", fact.reason)
            salt = new_salt()
            text_hash = seal(salt, fact.reason)
            self.texts.append(Text(case_id, version, salt, fact.reason))
        body = body or body_of(fact)
        recorded = recorded_at or stored
        digest = link(previous, case_id, version, schema, recorded, stored, recorded_by, key, body, text_hash)
        row = Row(
            case_id, version, schema, fact.event, fact.on.isoformat(), recorded, stored, recorded_by, key, body,
            text_hash, digest, 0,
        )  # fmt: skip
        self.rows.append(row)
        heads[case_id] = Head(case_id, owner, version, digest, stored)
        return row


def plan_commands(  # noqa: PLR0913 - everything it decides on is passed in
    commands: Sequence[Command], *, recorded_by: str | None, now: dt.datetime, authority: str | None,
    heads: Mapping[str, Head], keyed: Mapping[tuple[str, str], Stored], load: Callable[[str], Sequence[Stored]],
    check: Check, upcasters: Upcasters,
) -> Plan:  # fmt: skip
    """Return what the commands of one unit of work come to.

    Raises VersionConflict, KeyReused, WrongAuthority, FactError, or what `check` raises for a strict command.
    """
    plan = Plan()
    at = instant_text(now)
    new_keys: dict[tuple[str, str], int] = {}
    for command in commands:
        case_id, fact = command.case_id, command.fact
        head = plan.head(case_id, heads)
        _own(head, fact, authority)
        if command.key is not None:
            name = (case_id, command.key)
            if earlier := keyed.get(name):
                if not _same(earlier, fact, recorded_by):
                    raise KeyReused(case_id, command.key, earlier.fact)
                plan.results.append(
                    Recorded(case_id, earlier.row.version, earlier.row.position, earlier.fact, repeated=True)
                )
                continue
            if name in new_keys:
                first = plan.results[new_keys[name]]
                if first.fact.content != fact.content:
                    raise KeyReused(case_id, command.key, first.fact)
                plan.results.append(Recorded(case_id, first.version, 0, first.fact, repeated=True))
                continue
            new_keys[name] = len(plan.results)
        before = heads.get(case_id)
        base = 0 if before is None else before.version
        own = (0 if head is None else head.version) - base
        if command.seen != base and command.seen != base + own:
            changed = [stored.fact for stored in load(case_id) if stored.row.version > command.seen]
            raise VersionConflict(case_id, command.seen, base, changed if command.seen < base else ())
        if command.strict:
            known = [stored.fact for stored in load(case_id)] if base else []
            known += [result.fact for result in plan.results if result.case_id == case_id and not result.repeated]
            check(Case(case_id, tuple(known)), fact)
        row = plan.add(
            head, fact, authority=_owner(fact, authority), at=at, recorded_at=None, recorded_by=recorded_by,
            key=command.key, schema=upcasters.current,
        )  # fmt: skip
        written = fact.model_copy(
            update={"recorded_at": parse_instant_text(row.recorded_at), "recorded_by": recorded_by}
        )
        plan.results.append(Recorded(case_id, row.version, 0, written))
    return plan


def plan_import(  # noqa: PLR0913 - everything it decides on is passed in
    facts: Iterable[Fact], *, recorded_by: str | None, now: dt.datetime, authority: str | None,
    heads: Mapping[str, Head], known: Mapping[str, Sequence[Stored]], upcasters: Upcasters,
    refuse: Callable[[int, Fact, Exception], None],
) -> Plan:  # fmt: skip
    """Return what one batch of a file comes to: facts that the store holds already are counted, not added.

    A fact that cannot be taken goes to `refuse`, with its place in the batch; the others are taken.
    """
    plan = Plan()
    at = instant_text(now)
    schema = upcasters.current
    seen: dict[str, dict[str, list[tuple[str | None, bool]]]] = {}
    for place, fact in enumerate(facts):
        case_id = fact.case_id
        head = plan.head(case_id, heads)
        try:
            _own(head, fact, authority)
            body = body_of(fact)
            bodies = seen.get(case_id)
            if bodies is None:
                bodies = seen[case_id] = {}
                for stored in known.get(case_id, ()):
                    bodies.setdefault(stored.row.body, []).append((stored.text, stored.redacted))
            same = bodies.get(body)
            if same is not None and any(redacted or text == fact.reason for text, redacted in same):
                plan.duplicates += 1
                continue
            plan.add(
                head, fact, authority=_owner(fact, authority), at=at,
                recorded_at=None if fact.recorded_at is None else instant_text(fact.recorded_at),
                recorded_by=fact.recorded_by or recorded_by, key=None, schema=schema, body=body,
            )  # fmt: skip
            bodies.setdefault(body, []).append((fact.reason, False))
        except (FactError, WrongAuthority) as error:
            refuse(place, fact, error)
    return plan


def _owner(fact: Fact, authority: str | None) -> str:
    return authority or fact.authority or ""


def _own(head: Head | None, fact: Fact, authority: str | None) -> None:
    """Refuse a fact of another authority than the store's; a store that is open for all takes any."""
    if authority is None:
        return
    if (head is not None and head.authority != authority) or fact.authority not in (None, authority):
        raise WrongAuthority(fact.case_id, authority)


def _same(earlier: Stored, fact: Fact, recorded_by: str | None) -> bool:
    """Whether a repeated command says what it said the first time; a redacted text counts as the same."""
    if earlier.row.body != body_of(fact) or earlier.row.recorded_by != recorded_by:
        return False
    return earlier.redacted or earlier.text == fact.reason
