"""What a file says of a particular again, against what holds now.

A plain value of a row has no name of its own. Said again after another has taken its place, it is a new fact, and
corrects that one; said again while it holds, or while the one in its place is in the same file, it is a duplicate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple, TypeGuard

from ehcp_flow.case import Case
from ehcp_flow.facts import Fact, FactVoided, ParticularRecorded
from ehcp_flow.particulars import FIRST, REDACTED, in_force, is_particular
from ehcp_flow.store.source_names import SameId

__all__ = ["InDoubt", "OfCase", "is_plain_value", "said_again", "said_of"]

_EVER: Final = dt.date.max


class InDoubt(NamedTuple):
    """A plain value of a row, and what holds in its place, as long as the rest of the file is not known.

    `known` is whether the store has it already, from before the other took its place.
    """

    fact: ParticularRecorded
    held: ParticularRecorded
    known: bool


class OfCase:
    """The facts of a case in the order in which they were recorded, and its particulars by name and rank."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts: list[Fact] = []
        self._particulars: dict[tuple[str, str], list[ParticularRecorded]] = {}
        self._latest: dict[tuple[str, str], dt.date] = {}
        self._restated: set[tuple[object, ...]] = set()
        for fact in facts:
            self.add(fact)

    def add(self, fact: Fact) -> None:
        """Take one more fact in."""
        self.facts.append(fact)
        if isinstance(fact, ParticularRecorded):
            of = _of(fact)
            self._particulars.setdefault(of, []).append(fact)
            self._latest[of] = max(fact.on, self._latest.get(of, fact.on))
            if fact.corrects is not None and fact.fact_id is None:
                self._restated.add(said_of(fact))

    def is_later(self, fact: ParticularRecorded) -> bool:
        """Whether `fact` begins after every other of its name and rank: then nothing holds in its place."""
        latest = self._latest.get(_of(fact))
        return latest is None or latest < fact.on

    def is_restated(self, fact: ParticularRecorded) -> bool:
        """Whether it has a plain value already as one that was said again in the place of another."""
        return bool(self._restated) and said_of(fact) in self._restated

    def alike(self, fact: ParticularRecorded) -> Sequence[ParticularRecorded]:
        """Return the particulars of the name and rank of `fact`."""
        return self._particulars.get(_of(fact), ())


def is_plain_value(fact: Fact) -> TypeGuard[ParticularRecorded]:
    """Whether a fact is a particular without a name, and without a word on when it was written down."""
    if not isinstance(fact, ParticularRecorded):
        return False
    return fact.fact_id is None and fact.corrects is None and fact.recorded_at is None


def said_of(fact: ParticularRecorded) -> tuple[object, ...]:
    """Return what a particular says, whoever says it and whatever it corrects."""
    return fact.case_id, fact.particular, fact.rank or FIRST, fact.on, fact.value, fact.kind, fact.until


def _in_its_place(fact: ParticularRecorded, held_by: OfCase, now: dt.datetime) -> ParticularRecorded | None:
    """Return the particular that holds in the place of what `fact` says; None where it holds, or nothing does.

    What has not been written down yet is written down `now`.

    That is another one from its day on; or one from a later day, on which nothing of the case stands any longer: the
    row that it came with was corrected. What was taken back is not said again by a file that still has it.
    """
    if held_by.is_later(fact):
        return None
    said = said_of(fact)
    if all(said_of(each) == said for each in held_by.alike(fact)):
        return None
    written = (each.model_copy(update={"recorded_at": now}) if is_plain_value(each) else each for each in held_by.facts)
    case = Case(fact.case_id, tuple(written))
    voided = (each.corrected for each in case.corrections if isinstance(each.by, FactVoided))
    if any(isinstance(each, ParticularRecorded) and said_of(each) == said for each in voided):
        return None
    held = in_force(case.particulars, fact.particular, _EVER, fact.rank or FIRST)
    if held is None or held.on <= fact.on or not _lost_its_row(held, case):
        held = in_force(case.particulars, fact.particular, fact.on, fact.rank or FIRST)
    if held is None or held.on < fact.on or held.value == REDACTED or said_of(held) == said:
        return None
    return held


def _of(fact: ParticularRecorded) -> tuple[str, str]:
    return fact.particular, fact.rank or FIRST


def _lost_its_row(held: ParticularRecorded, case: Case) -> bool:
    """Whether a plain value holds from a day of which the case had an act, and has none any longer."""
    if held.fact_id is not None or any(fact.on == held.on for fact in case.facts):
        return False
    return any(fact.on == held.on for fact in case.recorded if not is_particular(fact))


def said_again(
    fact: ParticularRecorded, held_by: OfCase, said: Collection[int] | None, now: dt.datetime,
    *, known: bool, same_id: SameId,
) -> tuple[InDoubt | None, list[Fact]]:  # fmt: skip
    """Return whether a plain value is in doubt, and as which facts it is taken in the place of what holds.

    `said` are the hashes of what the whole file says, None as long as that is not known; `known` is whether the store
    has the value already. A changed value corrects the one before it only where the source is declared to correct.
    """
    held = _in_its_place(fact, held_by, now)
    again: list[Fact] = []
    if said is None:
        doubted = held is not None and (
            known or held_by.is_restated(fact) or held.on > fact.on or same_id == "corrects"
        )
        return (InDoubt(fact, held, known) if held is not None and doubted else None), again
    while held is not None and hash(said_of(held)) not in said:
        again.append(fact.model_copy(update={"corrects": held.id, "recorded_at": now}))
        held = _in_its_place(fact, OfCase([*held_by.facts, *again]), now)
    return None, again
