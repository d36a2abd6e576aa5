# ruff: noqa: SLF001 - importing is the store's own work, in a module of its own
"""Taking a file into the store: in batches, each whole or not at all, and from where it stopped when run again.

The store itself remembers how far a file has come, in the same transaction as the batch, under the digest of the
file's bytes: a process that is killed loses nothing that it had reported, and the next run goes on behind it.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from ehcp_flow.case_ids import nearly_the_same
from ehcp_flow.errors import FactError, RowRefused, SourceError, UnknownNameError
from ehcp_flow.fact_names import FactNames
from ehcp_flow.facts import Fact
from ehcp_flow.outputs import Output
from ehcp_flow.store.base import Store
from ehcp_flow.store.planning import Plan
from ehcp_flow.store.restated import InDoubt, is_plain_value, said_of
from ehcp_flow.store.results import ImportResult, ImportState
from ehcp_flow.store.source_names import SameId, name_in_source
from ehcp_flow.vocabulary import declared_words

__all__ = ["ImportResult", "Item", "declared_digest", "import_facts", "import_file"]

Item: TypeAlias = tuple[int, Fact | RowRefused] | Fact | RowRefused
"""One row of a file: a fact or a refusal, with its line where the reader knows it."""


def import_facts(  # noqa: PLR0913 - one parameter for each setting
    store: Store,
    rows: Iterable[Item],
    *,
    source: str | None = None,
    name: str = "",
    recorded_by: str | None = None,
    batch: int = 2_000,
    dry_run: bool = False,
    same_id: SameId = "refuse",
    silent: Mapping[str, Collection[str]] | None = None,
    refused: Callable[[RowRefused], object] | None = None,
    progress: Callable[[ImportState], object] | None = None,
) -> ImportResult:
    """Take facts into the store, `batch` rows to a transaction, and return the counts.

    `source` is what the store remembers the progress under (None: it does not, and duplicates are still recognised).
    A fact that says when or by whom it was recorded keeps that; else the store's clock and `recorded_by` fill it.
    A fact that comes under the `fact_id` of another, and says something else, is refused; with `same_id="corrects"` it
    corrects that one. `silent` are names of facts of each case that the source could tell, and does not: those that the
    store holds are `emptied`. `refused` is called with each row that is not taken, `progress` after each batch. A dry
    run writes nothing. Raises StoreUnavailable and the like; what earlier batches took stays, and running it again goes
    on from there.
    """
    began = time.monotonic()
    scope = store.scope
    whose = "*" if scope is None else ",".join(sorted(scope))
    remembered = None if source is None or dry_run else f"{source}:{whose}"
    if remembered is not None and same_id == "corrects":
        # The same file says more where it is declared to correct.
        remembered += ":corrects"
    state = ImportState() if remembered is None else store._import_state(remembered)
    before = state
    if state.finished and same_id == "corrects":
        # What was corrected since from another file is corrected again by this one.
        state = ImportState()
    resumed_at, already = state.rows_read, before.finished
    taking = _Taking(store, name, recorded_by, refused or _nowhere, remembered, same_id, dry_run=dry_run)
    items = iter(rows)
    if resumed_at:
        taking.skip(items, resumed_at, batch, again=refused is not None)
    if not state.finished:
        for chunk in _chunks(items, batch):
            state = taking.take(chunk, state)
            if progress is not None:
                progress(state)
    state = taking.finish(state, batch, before)
    return ImportResult(
        state.rows_read, state.taken, state.duplicates, state.refused,
        before.rows_read if state == before else resumed_at, already, dry_run,
        time.monotonic() - began, taking.alike(), taking.corrections, tuple(_emptied(store, silent or {})),
        tuple(taking.misread.sentences()),
    )  # fmt: skip


def _emptied(store: Store, silent: Mapping[str, Collection[str]]) -> Iterator[Fact]:
    """Yield the facts that stand in the store under names of which their source tells nothing any more."""
    for stored in store.cases(silent) if silent else ():
        names = set(silent[stored.case.case_id])
        yield from (fact for fact in stored.case.facts if name_in_source(fact) in names)


class _Taking:
    """One run of an import."""

    def __init__(
        self, store: Store, name: str, recorded_by: str | None, refused: Callable[[RowRefused], object],
        source: str | None, same_id: SameId, *, dry_run: bool,
    ) -> None:  # fmt: skip
        from ehcp_flow.readers.column_evidence import MisreadColumns

        self.store, self.name, self.recorded_by = store, name, recorded_by
        self.refused = refused
        self.source = source
        self.same_id = same_id
        self.dry_run = dry_run
        self.seen: set[int] = set()
        self.elsewhere: dict[str, str] = {}
        self.ids: set[str] = set()
        self.names = FactNames(name or "input", dict)
        self.said: set[int] = set()
        self.in_doubt: list[InDoubt] = []
        self.taken = self.corrections = 0
        self.written: str | None = None
        self.misread = MisreadColumns()

    def take(self, chunk: list[Item], state: ImportState, *, again: bool = False) -> ImportState:
        """Deal with one batch and return the new state; `again` only names the refusals of one dealt with before."""
        facts: list[Fact] = []
        lines: list[int] = []
        refusals: list[RowRefused] = []
        twice = 0
        self._look_ahead(chunk)
        for item in chunk:
            line, row = item if isinstance(item, tuple) else (0, item)
            if isinstance(row, RowRefused):
                refusals.append(row)
            elif elsewhere := self._elsewhere(row):
                refusals.append(RowRefused(self.name or "input", line, "authority", *elsewhere, row.case_id))
            elif isinstance(named := self.names.of_one_case(line, row), RowRefused):
                refusals.append(named)
            elif self.dry_run and self._twice(row):
                twice += 1
            else:
                facts.append(row)
                lines.append(line)
        found = state

        def refuse(place: int, fact: Fact, error: Exception) -> None:
            column, value, expected = _why(fact, error)
            refusals.append(RowRefused(self.name or "input", lines[place], column, value, expected, fact.case_id))

        def after(plan: Plan) -> ImportState:
            nonlocal found
            found = replace(
                state,
                rows_read=state.rows_read + len(chunk),
                taken=state.taken + len(plan.rows),
                duplicates=state.duplicates + plan.duplicates + twice,
                refused=state.refused + len(refusals),
            )
            self._name(refusals)
            return found

        self._note_said(facts)
        dry = self.dry_run or again
        taken = self.recorded_by, refuse, self.source, self.name, after, dry, self.same_id, None, self.written
        plan = self.store._import(facts, *taken)
        self.written = plan.written  # at once, in however many batches a file is taken
        if dry or self.source is None:
            after(plan)
        self.in_doubt += plan.in_doubt
        if not again:
            self._count(plan)
        return found

    def skip(self, items: Iterator[Item], count: int, batch: int, *, again: bool) -> None:
        """Pass over what an earlier run dealt with; `again` tells its refusals once more."""
        left = count
        while left > 0 and (chunk := _chunk(items, min(batch, left))):
            left -= len(chunk)
            if again:
                self.take(chunk, ImportState(), again=True)
            else:
                self._look_ahead(chunk)
                plain: list[Fact] = []
                for item in chunk:
                    line, row = item if isinstance(item, tuple) else (0, item)
                    if isinstance(row, Fact) and not self._elsewhere(row):
                        self.names.of_one_case(line, row)
                        if is_plain_value(row):
                            plain.append(row)
                self._note_said(plain)
                if plain:
                    self.in_doubt += self._planned(plain).in_doubt

    def finish(self, state: ImportState, batch: int, before: ImportState) -> ImportState:
        """Take what could only be told from the whole file, and remember that it is done.

        `before` is how far the file had come when this run began: one that was done then, and of which nothing was
        taken now, is remembered as it was.
        """
        # What holds last is compared first: where that is said again, nothing before it is in doubt.
        left = sorted(self.in_doubt, key=lambda each: (each.fact.case_id, -each.fact.on.toordinal()))
        if self.dry_run:
            corrects = [hash(said_of(each.held)) not in self.said for each in left]
            more = sum(one or not each.known for one, each in zip(corrects, left, strict=True))
            self.corrections += sum(corrects)
            return replace(state, finished=True, taken=state.taken + more, duplicates=state.duplicates - more)
        for at in range(0, len(left), batch):
            state = self._settle([each.fact for each in left[at : at + batch]], state)
        done = before if before.finished and not self.taken else replace(state, finished=True)
        if self.source is not None and done != state:
            self.store._import([], None, _nowhere, self.source, self.name, lambda _: done, False, self.same_id)  # noqa: FBT003 - the adapter protocol is positional
        return done

    def _settle(self, facts: list[Fact], state: ImportState) -> ImportState:
        """Take what was in doubt, and return the state in which that is no duplicate."""

        def after(plan: Plan) -> ImportState:
            more = len(facts) - plan.duplicates
            # A run that had finished the file counted each of its rows for what it was then.
            counted = 0 if state.finished else more
            return replace(state, taken=state.taken + more, duplicates=state.duplicates - counted)

        plan = self.store._import(
            facts, self.recorded_by, _nowhere, self.source, self.name, after, False, self.same_id, self.said,  # noqa: FBT003 - the adapter protocol is positional
        )  # fmt: skip
        self._count(plan)
        return after(plan)

    def _count(self, plan: Plan) -> None:
        self.taken += len(plan.rows)
        self.corrections += plan.corrections

    def _planned(self, facts: Sequence[Fact]) -> Plan:
        """Return what facts would come to, and write nothing."""
        return self.store._import(facts, None, _nowhere, None, self.name, lambda _: ImportState(), True, self.same_id)  # noqa: FBT003 - the adapter protocol is positional

    def _note_said(self, facts: Iterable[Fact]) -> None:
        self.said.update(hash(said_of(fact)) for fact in facts if is_plain_value(fact))

    def alike(self) -> tuple[tuple[str, ...], ...]:
        """Return the ids of the file that are nearly those of other cases, of the file or of the store."""
        if not self.ids:
            return ()
        groups = nearly_the_same(chain(self.ids, self.store.case_ids()))
        return tuple(group for group in groups if not self.ids.isdisjoint(group))

    def _look_ahead(self, chunk: list[Item]) -> None:
        """Note the cases of the file, and which of them it gives to another authority than the store is open for.

        Most files name the authority in one row of a case alone: the others are no less the other authority's.
        """
        scope = self.store.scope
        for item in chunk:
            row = item[1] if isinstance(item, tuple) else item
            if not isinstance(row, Fact):
                continue
            self.ids.add(row.case_id)
            if scope is not None and row.authority is not None and row.authority not in scope:
                self.elsewhere[row.case_id] = row.authority

    def _elsewhere(self, fact: Fact) -> tuple[str, str] | None:
        """Return the authority that the file gives a case to, and what would be right, if that is another."""
        given = self.elsewhere.get(fact.case_id)
        if given is None:
            return None
        scope = " or ".join(sorted(self.store.scope or ()))
        return given, f"the file gives this case to {given}, and the store is open for {scope}"

    def _twice(self, fact: Fact) -> bool:
        key = hash((fact.content, fact.fact_id))
        if key in self.seen:
            return True
        self.seen.add(key)
        return False

    def _name(self, refusals: list[RowRefused]) -> None:
        for row in sorted(refusals, key=lambda row: row.line):
            self.misread.add(row)
            self.refused(row)


def import_file(  # noqa: PLR0913 - one parameter for each setting
    store: Store,
    path: str | os.PathLike[str],
    *,
    recorded_by: str | None = None,
    batch: int = 2_000,
    dry_run: bool = False,
    same_id: SameId = "refuse",
    records: Sequence[str] = (),
    unrecorded: Sequence[str] = (),
    refused_to: str | os.PathLike[str] | None = None,
    refused: Callable[[RowRefused], object] | None = None,
    progress: Callable[[ImportState, int], object] | None = None,
) -> ImportResult:
    """Take a CSV or JSON Lines file into the store; run again after an interruption, it goes on where it stopped.

    `same_id` as for `import_facts`; `records` and `unrecorded` as for `read_cases`. `refused_to` is a CSV file for the
    rows that are not taken, as they stand in the file, with `row` and `faults` behind: put right, it is a file to
    import. `progress` gets the counts so far and the size of the file in bytes. Raises SourceError if the file cannot
    be read, OutputError, before anything is done, if `refused_to` must not be written.
    """
    from ehcp_flow.readers import read_facts
    from ehcp_flow.readers.declarations import declared_entries, recorded_events
    from ehcp_flow.readers.names_again import one_name_each
    from ehcp_flow.readers.refused_rows import REFUSED_ROWS, refused_table

    events = recorded_events(records, unrecorded)
    reads = [("the file that is imported", path), *(("a file of the store", each) for each in store.files)]
    output = None if refused_to is None else Output(refused_to, REFUSED_ROWS, reads=reads)
    path = Path(path)
    digest, size = _digest(path)

    def report(state: ImportState) -> None:
        if progress is not None:
            progress(state, size)

    told: list[RowRefused] = []

    def refuse(row: RowRefused) -> None:
        if output is not None:
            told.append(row)
        if refused is not None:
            refused(row)

    # The same file with another word on what it records is another import.
    digest = declared_digest(digest, events)
    rows = one_name_each(path, read_facts(path).entries(), path.name, corrects=same_id == "corrects")
    if events:
        rows = declared_entries(rows, events)
    result = import_facts(
        store, rows, source=digest, name=path.name, recorded_by=recorded_by, batch=batch,
        dry_run=dry_run, same_id=same_id,
        refused=refuse if refused_to is not None or refused is not None else None, progress=report,
    )  # fmt: skip
    if output is not None:
        refused_table(path, told).write(output)
    return result


def declared_digest(digest: str, events: Sequence[str]) -> str:
    """Return what progress is kept under for a file of which it is said that it records these events, if any are.

    Where rulebooks have declared facts, the same file is another import: it may have been refused for want of them.
    """
    more = (*events, *declared_words())
    return hashlib.sha256(" ".join((digest, *more)).encode()).hexdigest() if more else digest


def _nowhere(*_: object) -> None:
    """Take what nobody asked for."""


def _why(fact: Fact, error: Exception) -> tuple[str, object, str]:
    if isinstance(error, FactError):
        return error.field, error.value, error.expected
    if isinstance(error, UnknownNameError):
        return "case_id", fact.case_id, f"an id of this authority's cases; {error}"
    return "authority", fact.authority, str(error)


def _digest(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
            return digest.hexdigest(), file.tell()
    except OSError as error:
        raise SourceError(str(path), error.strerror or str(error)) from error


def _chunks(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while chunk := _chunk(items, size):
        yield chunk


def _chunk(items: Iterator[Item], size: int) -> list[Item]:
    return list(islice(items, size))
