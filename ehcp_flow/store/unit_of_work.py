"""A unit of work: facts gathered, each looked at as it comes, then recorded together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from ehcp_flow.errors import FactError
from ehcp_flow.facts import Fact
from ehcp_flow.identifiers import identifier_fault
from ehcp_flow.store.fact_rows import plain
from ehcp_flow.store.planning import Command, Recorded
from ehcp_flow.store.results import StoredCase

__all__ = ["Work"]


class Work:
    """A unit of work: facts gathered, then recorded together by `commit`, or not at all.

    Leaving the block without `commit` records nothing.
    """

    def __init__(
        self,
        load: Callable[[str], StoredCase],
        append: Callable[[Sequence[Command], str | None], list[Recorded]],
        recorded_by: str | None,
    ) -> None:
        self._load = load
        self._append = append
        self._recorded_by = recorded_by
        self._commands: list[Command] = []

    def case(self, case_id: str) -> StoredCase:
        """Return the case as it stands now, without what this work has gathered. Raises UnknownNameError."""
        return self._load(case_id)

    def record(self, case_id: str, fact: Fact, *, seen: int, key: str | None = None, strict: bool = False) -> None:
        """Gather one fact. `seen` is the version of the case the decision rests on (0: there was no such case).

        Several facts of one case may all name the version that was loaded. `key` makes a repetition harmless.
        `strict` lets `commit` refuse what the law does not allow. Raises FactError if the fact is of another case,
        or says by itself when or by whom it was recorded: the store fills that.
        """
        if fact.case_id != case_id:
            raise FactError(fact.event, "case_id", fact.case_id, f"it is recorded on case {case_id}")
        for column in ("recorded_at", "recorded_by"):
            if getattr(fact, column) is not None:
                raise FactError(fact.event, column, getattr(fact, column), "leave it empty: the store fills it")
        for column in ("party", "limit", "fact_id"):  # of a fact that was copied with other values, unchecked
            told = getattr(fact, column, None)
            if told and (why := identifier_fault(column, told, case_id)):
                raise FactError(fact.event, column, told, why)
        if seen < 0:
            raise FactError(fact.event, "seen", seen, "name the version you loaded, or 0 for a new case")
        if key == "":
            raise FactError(fact.event, "key", key, "an idempotency key is not empty")
        for column, text in (("case_id", case_id), ("recorded_by", self._recorded_by), ("key", key)):
            plain(fact.event, column, text)
        self._commands.append(Command(case_id, fact, seen, key, strict))

    def commit(self) -> list[Recorded]:
        """Record everything gathered, all or nothing, and return what became of each, in order.

        Raises VersionConflict, KeyReused, WrongAuthority, MoveRefused (strict), FactError or StoreUnavailable; then
        nothing was recorded, unless it is OutcomeUnknown. A store that is open for one authority raises
        UnknownNameError for a case that is not there and for another authority's alike, and gives each fact that names
        no authority its own. Inside a host's transaction, the host's commit decides.
        """
        commands, self._commands = self._commands, []
        return self._append(commands, self._recorded_by) if commands else []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._commands.clear()
