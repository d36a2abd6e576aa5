"""What a write comes to, worked out before anything is written; the same for every database and for memory.

The caller has locked the heads of the cases concerned and passes what is in the store; the plan says which rows to
add. Nothing here touches a database or reads a clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from ehcp_flow.case import Case
from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store.chain import hash_text, link, new_salt, seal_tombstone, sealed, trail_of_fact, trail_of_redaction
from ehcp_flow.store.errors import CaseErased, KeyReused, VersionConflict, WrongAuthority
from ehcp_flow.store.fact_rows import (
    FactRow,
    Head,
    Text,
    Tombstone,
    body_of,
    instant_text,
    is_redacted,
    kept_of,
    parse_instant_text,
    plain,
    text_of,
)
from ehcp_flow.store.restated import InDoubt, OfCase, is_plain_value, said_again
from ehcp_flow.store.source_names import NamesElsewhere, SameId, SourceNames
from ehcp_flow.store.upcasting import Upcasters
from ehcp_flow.store.whose_case import (
    Scope,
    corrects_as_recorded,
    owner_of,
    refuse_erased,
    refuse_others,
    stamped,
)

__all__ = [
    "Check",
    "Command",
    "Plan",
    "Recorded",
    "Stored",
    "plan_commands",
    "plan_erasure",
    "plan_import",
    "plan_redaction",
]

Named = Callable[[Collection[str]], Iterable[tuple[Fact, str]]]
"""Gives the facts that the store holds under some names, each with the authority of its case."""
Check = Callable[[Case, Fact], object]
"""A strict check: raises (MoveRefused) if the law does not allow `fact` on `case` now."""


NONE_ERASED: Final[Mapping[str, Tombstone]] = MappingProxyType({})


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

    row: FactRow
    text: str | None
    redacted: bool
    fact: Fact


@dataclass
class Plan:
    """What to write: rows without their positions (0), free texts, and the heads of new and of grown cases.

    Of an import, `duplicates` are not taken, `corrections` are those of the rows that stand in the place of others, and
    `in_doubt` what can only be told from the whole file; it is among the duplicates. `written` is the instant at which
    its file was written down.

    A head's trail rests on positions: until `settle` is told them, each head has the trail from before.
    """

    rows: list[FactRow] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    new_heads: dict[str, Head] = field(default_factory=dict)
    grown_heads: dict[str, Head] = field(default_factory=dict)
    results: list[Recorded] = field(default_factory=list)
    duplicates: int = 0
    corrections: int = 0
    in_doubt: list[InDoubt] = field(default_factory=list)
    written: str = ""

    def head(self, case_id: str, heads: Mapping[str, Head]) -> Head | None:
        """Return the head of a case as this plan leaves it."""
        return self.new_heads.get(case_id) or self.grown_heads.get(case_id) or heads.get(case_id)

    def settle(self, last: int) -> list[FactRow]:
        """Return the rows with their positions, the last of which is `last`, and lead the trails of the heads there."""
        trails: dict[str, str] = {}
        heads = {**self.grown_heads, **self.new_heads}
        rows = []
        for position, row in enumerate(self.rows, start=last - len(self.rows) + 1):
            case_id = row.case_id
            trail = trails[case_id] if case_id in trails else heads[case_id].trail
            trails[case_id] = trail_of_fact(trail, row.hash, position)
            rows.append(FactRow(*row[:-1], position))
        for held in (self.new_heads, self.grown_heads):
            for case_id, head in held.items():
                held[case_id] = sealed(head, trails[case_id])
        return rows

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
        recorded_by: str | None, key: str | None, schema: int, kept: tuple[str, str | None] | None = None,
    ) -> FactRow:  # fmt: skip
        """Append one fact to its case and move the head; `at` is the store's instant, `recorded_at` the fact's own.

        `kept` is what `kept_of` returns of the fact, where that is known already.
        """
        case_id = fact.case_id
        if head is None:
            plain(fact.event, "case_id", case_id)
            previous, version, stored, owner, heads = "", 1, at, authority, self.new_heads
            adopted, trail = 0, ""
        else:
            adopted, trail = head.adopted, head.trail
            previous, version, owner = head.hash, head.version + 1, head.authority or authority
            stored = max(at, head.stored_at)
            heads = self.new_heads if case_id in self.new_heads else self.grown_heads
        plain(fact.event, "recorded_by", recorded_by)
        text_hash = None
        body, text = kept or kept_of(fact)
        if text is not None:
            plain(fact.event, "reason", text)
            salt = new_salt()
            text_hash = hash_text(salt, text)
            self.texts.append(Text(case_id, version, salt, text))
        recorded = recorded_at or stored
        digest = link(previous, case_id, version, schema, recorded, stored, recorded_by, key, body, text_hash)
        row = FactRow(
            case_id, version, schema, fact.event, fact.on.isoformat(), recorded, stored, recorded_by, key, body,
            text_hash, digest, 0,
        )  # fmt: skip
        self.rows.append(row)
        heads[case_id] = Head(case_id, owner, version, digest, stored, adopted, trail)
        return row


def plan_commands(  # noqa: PLR0913 - everything it decides on is passed in
    commands: Sequence[Command], *, recorded_by: str | None, now: dt.datetime, scope: Scope | None,
    heads: Mapping[str, Head], keyed: Mapping[tuple[str, str], Stored], load: Callable[[str], Sequence[Stored]],
    others: Named, check: Check, upcasters: Upcasters, erased: Mapping[str, Tombstone] = NONE_ERASED,
) -> Plan:  # fmt: skip
    """Return what the commands of one unit of work come to.

    Raises VersionConflict, KeyReused, WrongAuthority, CaseErased for one of `erased`, FactError, UnknownNameError for a
    case outside `scope`, or what `check` raises for a strict command.
    """
    plan = Plan()
    at = instant_text(now)
    new_keys: dict[tuple[str, str], int] = {}
    elsewhere = NamesElsewhere(others(_names(each.fact for each in commands)))
    for command in commands:
        case_id = command.case_id
        head = plan.head(case_id, heads)
        refuse_others(head, command.fact, scope)
        refuse_erased(erased.get(case_id), scope)
        fact = stamped(command.fact, head, scope)
        if fact.corrects is not None and scope is not None:
            fact = corrects_as_recorded(
                fact, [*(each.fact for each in load(case_id)), *_planned(plan, case_id)] if head else ()
            )
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
        owner = owner_of(head, fact)
        elsewhere.refuse(fact, owner)
        if fact.fact_id is not None and head is not None:
            held = [*(each.fact for each in load(case_id)), *_planned(plan, case_id)]
            SourceNames(((each, is_redacted(each)) for each in held), head.authority).taken(fact, "refuse")
        before = heads.get(case_id)
        base = 0 if before is None else before.version
        own = (0 if head is None else head.version) - base
        if command.seen != base and command.seen != base + own:
            if before is None and scope is not None:
                raise UnknownNameError("case", case_id, ())
            changed = [stored.fact for stored in load(case_id) if stored.row.version > command.seen]
            raise VersionConflict(case_id, command.seen, base, changed if command.seen < base else ())
        if command.strict:
            known = [stored.fact for stored in load(case_id)] if base else []
            known += _planned(plan, case_id)
            check(Case(case_id, tuple(known)), fact)
        row = plan.add(
            head, fact, authority=fact.authority or "", at=at, recorded_at=None, recorded_by=recorded_by,
            key=command.key, schema=upcasters.current,
        )  # fmt: skip
        elsewhere.add(fact, owner)
        written = fact.model_copy(
            update={"recorded_at": parse_instant_text(row.recorded_at), "recorded_by": recorded_by}
        )
        plan.results.append(Recorded(case_id, row.version, 0, written))
    return plan


def plan_import(  # noqa: PLR0912, PLR0913, PLR0915 - everything it decides on is passed in
    facts: Sequence[Fact], *, recorded_by: str | None, now: dt.datetime, scope: Scope | None,
    heads: Mapping[str, Head], known: Mapping[str, Sequence[Stored]], others: Named, upcasters: Upcasters,
    refuse: Callable[[int, Fact, Exception], None], same_id: SameId, erased: Mapping[str, Tombstone] = NONE_ERASED,
    said: Collection[int] | None = None, written: str | None = None,
) -> Plan:  # fmt: skip
    """Return what one batch of a file comes to: facts that the store holds already are counted, not added.

    A plain value that something else holds in the place of is in doubt until the whole file is known: `said` is then
    the `hash` of what each of its plain values says, and `facts` are those that were in doubt. `written` is the instant
    of the file's first batch, None in that one.

    A fact under the name of another is refused, or corrects it, as `same_id` says. A fact that cannot be taken goes to
    `refuse`, with its place in the batch; the others are taken. That a fact names the authority of its case, or leaves
    it out, makes it no other fact.
    """
    plan = Plan()
    at = instant_text(now)
    plan.written = written or at
    schema = upcasters.current
    seen: dict[str, dict[str, list[tuple[str | None, bool]]]] = {}
    held: dict[str, OfCase] = {}
    named: dict[str, SourceNames] = {}
    # What a case holds under its name already is no matter of other cases.
    there = {(case_id, stored.fact.fact_id) for case_id, each in known.items() for stored in each}
    elsewhere = NamesElsewhere(others(_names(each for each in facts if (each.case_id, each.fact_id) not in there)))
    for place, given in enumerate(facts):
        case_id = given.case_id
        head = plan.head(case_id, heads)
        try:
            fact = given
            if scope is not None:
                refuse_others(head, given, scope)
                fact = stamped(given, head, scope)
            if erased:
                refuse_erased(erased.get(case_id), scope)
            of_case = held.get(case_id)
            if of_case is None:
                of_case = held[case_id] = OfCase(stored.fact for stored in known.get(case_id, ()))
            if fact.corrects is not None and scope is not None:
                fact = corrects_as_recorded(fact, of_case.facts)
            owner = fact.authority if head is None else head.authority
            if fact.fact_id is not None:
                elsewhere.refuse(fact, owner_of(head, fact))
                if case_id not in named:
                    there_now = ((stored.fact, stored.redacted) for stored in known.get(case_id, ()))
                    named[case_id] = SourceNames(there_now, owner)
                given_again = named[case_id].taken(fact, same_id)
                if given_again is None:
                    plan.duplicates += 1
                    continue
                fact = given_again
            kept = kept_of(fact)
            bodies = seen.get(case_id)
            if bodies is None:
                bodies = seen[case_id] = {}
                for stored in known.get(case_id, ()):
                    bodies.setdefault(_unowned(stored.row.body, owner), []).append((stored.text, stored.redacted))
            said_now = _unowned(kept[0], owner)
            same = bodies.get(said_now)
            known_already = same is not None and any(redacted or text == kept[1] for text, redacted in same)
            restated: Sequence[Fact] = ()
            if is_plain_value(fact) and head is not None:
                doubt, restated = said_again(fact, of_case, said, now, known=known_already, same_id=same_id)
                if doubt is not None:
                    plan.in_doubt.append(doubt)
                    plan.duplicates += 1
                    continue
                known_already = known_already or of_case.is_restated(fact)
            if known_already and not restated:
                plan.duplicates += 1
                continue
            plan.corrections += bool(restated) or (fact.corrects is not None and given.corrects is None)
            for each in restated or [fact]:
                if restated:
                    head, kept = plan.head(case_id, heads), kept_of(each)
                    said_now = _unowned(kept[0], owner)
                plan.add(
                    head, each, authority=fact.authority or "", at=at,
                    recorded_at=written if fact.recorded_at is None else instant_text(fact.recorded_at),
                    recorded_by=fact.recorded_by or recorded_by, key=None, schema=schema, kept=kept,
                )  # fmt: skip
                bodies.setdefault(said_now, []).append((kept[1], False))
                of_case.add(each)
            if fact.fact_id is not None:
                named[case_id].add(fact)
                elsewhere.add(fact, owner_of(head, fact))
        except (FactError, WrongAuthority, CaseErased, UnknownNameError) as error:
            refuse(place, given, error)
    return plan


def plan_redaction(head: Head, texts: Iterable[Text], redaction: Text) -> tuple[Text, Head]:
    """Return a redaction with its place among everything that was done to the case, and the head after it.

    `texts` are the free texts of the case, `head` its head; both must be locked.
    """
    before = sum(text.act is not None for text in texts)
    act = redaction._replace(act=head.version + before + 1)
    return act, sealed(head, trail_of_redaction(head.trail, act))


def plan_erasure(head: Head, positions: Iterable[int], at: str, by: str, reason: str) -> Tombstone:
    """Return what is left of a case; its head must be locked, and `positions` are those of its facts."""
    where = ",".join(map(str, positions))
    left = Tombstone(head.case_id, head.authority, head.version, head.hash, head.trail, where, at, by, reason)
    return left._replace(seal=seal_tombstone(left))


def _names(facts: Iterable[Fact]) -> set[str]:
    return {fact.fact_id for fact in facts if fact.fact_id is not None}


def _planned(plan: Plan, case_id: str) -> list[Fact]:
    return [result.fact for result in plan.results if result.case_id == case_id and not result.repeated]


def _unowned(body: str, owner: str | None) -> str:
    """Return a body without the authority of its case: no text in it looks like that, since its quotes are escaped."""
    return body.replace(f',"authority":"{owner}"', "", 1) if owner else body


def _same(earlier: Stored, fact: Fact, recorded_by: str | None) -> bool:
    """Whether a repeated command says what it said the first time; a redacted text counts as the same."""
    owner = fact.authority or earlier.fact.authority
    if _unowned(earlier.row.body, owner) != _unowned(body_of(fact), owner) or earlier.row.recorded_by != recorded_by:
        return False
    return earlier.redacted or earlier.text == text_of(fact)
