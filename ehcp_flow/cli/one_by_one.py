"""The cases of a source one at a time: the way for a few."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import typer

from ehcp_flow.case_ids import nearly_the_same
from ehcp_flow.cli.messages import count
from ehcp_flow.cli.opened_source import CannotJudge, CheckTally, OpenedSource, RecordsMet, ShownDeadlines, SourceFigures
from ehcp_flow.cli.options import Axis, axis_of
from ehcp_flow.cli.output import sheet
from ehcp_flow.cli.source_kinds import no_case
from ehcp_flow.errors import EhcpFlowError, UnknownNameError

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.answers import Answer
    from ehcp_flow.bulk.source_pass import Pass
    from ehcp_flow.bulk.told_cases import ToldCase
    from ehcp_flow.case import Case
    from ehcp_flow.cli.query import CaseQuery
    from ehcp_flow.measures import MeasureTable
    from ehcp_flow.measures.periods import Period, Span
    from ehcp_flow.readers import Caseload
    from ehcp_flow.states import StateWithMoves
    from ehcp_flow.store import Store

__all__ = ["OfFile", "OfStore", "SourceOneByOne"]

_NEAR: Final = 3


class _Source(Protocol):
    """Cases, wherever they are kept."""

    @property
    def total(self) -> int | None:
        """How many cases there are, if that is known."""

    @property
    def refused(self) -> Sequence[Any]:
        """The rows that were not taken."""

    def warnings_but(self, used: Collection[str]) -> Sequence[str]:
        """Return what else somebody should be told, a sentence each; these columns are used, and not ignored."""

    def cases(self, ids: Iterable[str] = ()) -> Iterator[Case]:
        """Return these cases, or all of them, one at a time. Raises at once for an id that does not exist."""


class OfFile:
    """The cases of a file, read whole; `ids` are those that the file has, where not all were read."""

    def __init__(
        self,
        caseload: Caseload,
        known_at: dt.datetime | None,
        authority: str | None,
        on: dt.date,
        ids: Sequence[str] | None = None,
    ) -> None:
        self._name = caseload.report.name
        self._ids = tuple(caseload) if ids is None else ids
        self._caseload = caseload
        self._cases: Mapping[str, Case] = caseload
        if authority is not None:
            self._cases = {case_id: case for case_id, case in caseload.items() if case.authority_on(on) == authority}
        self._known_at = known_at
        self._authority = authority
        self._on = on
        self._asked = tuple(self._cases)
        if known_at is not None:
            then = ((case_id, case.known_at(known_at)) for case_id, case in self._cases.items())
            self._cases = {case_id: case for case_id, case in then if case.recorded}
        self.total: int | None = len(self._cases)
        self.refused: Sequence[Any] = caseload.refused

    def warnings_but(self, used: Collection[str]) -> Sequence[str]:
        """Return what else somebody should be told, that there is no case among it; these columns are used."""
        said = list(self._caseload.report.warnings_but(used))
        if not self._cases and not self.refused:
            owners = (case.authority_on(self._on) for case in self._caseload.values())
            met = {owner for owner in owners if owner}
            said.append(no_case(self._name, self._authority, met, self._known_at, cases=bool(self._caseload)))
        return said

    def cases(self, ids: Iterable[str] = ()) -> Iterator[Case]:
        """Return cases in the order of their ids, or of `ids`."""
        wanted = tuple(dict.fromkeys(name.strip() for name in ids))
        for case_id in wanted:
            if case_id not in self._cases:
                raise typer.BadParameter(self._why_not(case_id), param_hint="--case")
        return iter([self._cases[case_id] for case_id in wanted]) if wanted else iter(self._cases.values())

    def _why_not(self, case_id: str) -> str:
        """Return why a case is not there, with ids that are like it or hold it."""
        elsewhere = self._caseload.get(case_id)
        if elsewhere is not None and case_id not in self._asked:
            owner = elsewhere.authority_on(self._on)
            of = f"it is of {owner}" if owner else "its record names none"
            return f"{self._name}: case {case_id} is not of authority {self._authority}; {of}"
        if elsewhere is not None and self._known_at is not None:
            return f"{self._name}: nothing of case {case_id} had been recorded by {self._known_at.isoformat()}"
        if case_id in self._caseload.incomplete:
            return f"{self._name}: every row of case {case_id} was refused"
        like = UnknownNameError("case", case_id, self._ids)
        near = like.matches or tuple(name for name in like.known if case_id.casefold() in name.casefold())[:_NEAR]
        hint = f"; did you mean {' or '.join(near)}?" if near else f"; the source has {count(len(like.known), 'case')}"
        return f"there is no case called {case_id!r}{hint}"


class OfStore:
    """The cases of a store, one at a time in memory; of one authority on the day, where one is given."""

    total: int | None = None
    refused: Sequence[Any] = ()

    def __init__(
        self, store: Store, known_at: dt.datetime | None, known_by: Axis | None, authority: str | None, on: dt.date
    ) -> None:
        self._store = store
        self._authority = authority
        self._on = on
        self._known_at = known_at
        self._axis = axis_of(known_by)

    def warnings_but(self, used: Collection[str]) -> Sequence[str]:
        """Return nothing: a store holds no other columns."""
        return ()

    def cases(self, ids: Iterable[str] = ()) -> Iterator[Case]:
        """Return cases in the order of their ids, or of `ids`."""
        wanted = tuple(dict.fromkeys(ids))
        if wanted:
            return iter([self._case(case_id) for case_id in wanted])
        cases = (stored.case for stored in self._store.cases(known_at=self._known_at, axis=self._axis))
        return (case for case in cases if self._is_asked(case))

    def _case(self, case_id: str) -> Case:
        case = self._store.case(case_id, known_at=self._known_at, axis=self._axis).case
        if not self._is_asked(case):
            # As one that does not exist: it gives nothing away.
            raise UnknownNameError("case", case_id, ())
        return case

    def _is_asked(self, case: Case) -> bool:
        return self._authority is None or case.authority_on(self._on) == self._authority


class SourceOneByOne(OpenedSource):
    """Cases that are answered one after another."""

    def __init__(
        self, query: CaseQuery, source: _Source, ids: Sequence[str] | None, *, used: Collection[str] = ()
    ) -> None:
        super().__init__(query, used=used)
        self._source = source
        self._total = len(ids) if ids else source.total
        self._ids = tuple(ids or ())
        self._ids_met: list[str] = []
        self._ahead = 0
        self._first: Iterator[Case] | None = source.cases(self._ids)
        self._told(source.warnings_but(used), source.refused)

    def cases(self, *, quiet: bool = False) -> Iterator[Case]:
        """Yield the cases."""
        return self._through(self._cases(), self._total, quiet=quiet)

    def _cases(self) -> Iterator[Case]:
        cases, self._first = self._first or self._source.cases(self._ids), None
        self._ids_met.clear()
        self._ahead = 0
        return (self._noted(case) for case in cases)

    def _noted(self, case: Case) -> Case:
        self._ids_met.append(case.case_id)
        day, facts = self.query.on, case.facts
        if facts and facts[-1].on > day:
            self._ahead += any(fact.on > day and not fact.prospective for fact in facts)
        return case

    def met(self) -> RecordsMet:
        """Return what was met in the records of the cases last gone through."""
        return RecordsMet(self._ahead, nearly_the_same(self._ids_met))

    def answers(self, *, quiet: bool = False) -> Iterator[Answer]:
        """Yield the answer for each case that can be judged."""
        return self._answered(self._cases(), quiet=quiet)

    def _answered(self, cases: Iterable[Case], *, quiet: bool) -> Iterator[Answer]:
        from ehcp_flow.answers import answer

        query = self.query

        def found() -> Iterator[Answer | CannotJudge]:
            for case in cases:
                try:
                    answered = answer(case, query.on, rulebook=query.law, calendars=query.calendars)
                except EhcpFlowError as error:
                    yield CannotJudge(case.case_id, error)
                else:
                    yield answered

        return self._through(found(), self._total, quiet=quiet)

    def case_states(self, *, quiet: bool = False) -> Iterator[StateWithMoves]:
        """Yield where each case stands, and what would be lawful."""
        from ehcp_flow.moves.law_at_hand import at_hand
        from ehcp_flow.states import state_with_moves

        law = at_hand(self.query.law, self.query.calendars)
        return (state_with_moves(case, self.query.on, law) for case in self.cases(quiet=quiet))

    def write_deadlines(self, form: str, chosen: ShownDeadlines, *, findings: bool) -> CheckTally:
        """Print deadlines, each as soon as it is known."""
        from ehcp_flow.deadlines import FIELDS

        found = CheckTally()
        quiet = sys.stdout.isatty()
        with sheet(form, FIELDS) as rows:
            for answered in self.answers(quiet=quiet):
                found.findings += len(answered.findings) if findings else 0
                for deadline in chosen.of(answered.deadlines):
                    found.add(deadline)
                    rows.write(deadline.as_dict())
        return found

    def star(self) -> Mapping[str, Any]:
        """Return the tables of the cases, over columns."""
        from ehcp_flow.bulk import tables

        def report(read: Pass) -> None:
            for case_id, error in read.failed:
                self.cannot(case_id, error)

        query = self.query
        return tables(
            list(self.cases()), query.on, rulebook=query.law, calendars=query.calendars, report=report, refused=[]
        )

    def told(
        self,
        sets: Sequence[Sequence[Period]],
        events: frozenset[str],
        particulars: frozenset[str],
        *,
        whole: bool = False,
    ) -> Iterator[ToldCase]:
        """Yield the cases told plainly, over columns."""
        from ehcp_flow.bulk.told_cases import ToldCases

        query = self.query
        read = ToldCases(
            list(self.cases()),
            sets,
            as_of=query.on,
            events=events,
            particulars=particulars,
            whole=whole,
            rulebook=query.law,
            calendars=query.calendars,
        )
        yield from read
        for case_id, error in read.failed:
            self.cannot(case_id, error)

    def measured(self, figures: SourceFigures) -> tuple[MeasureTable, Span | None]:
        """Count the cases; without a year their answers are held, since the first day is not known before."""
        from ehcp_flow.measures.catalogue import catalogue_of
        from ehcp_flow.measures.counted_case import days_on_record
        from ehcp_flow.measures.measure_table import Tally
        from ehcp_flow.measures.periods import Span, periods_asked, whole_time

        as_of = self.query.on
        span: Span | None = None

        def seen() -> Iterator[Case]:
            nonlocal span
            for case in self._cases():
                span = Span.over((span, Span.of(days_on_record(case))))
                yield case

        answers: Iterable[Answer] = self._answered(seen(), quiet=False)
        if whole_time(figures.year):
            answers = list(answers)
        periods = periods_asked(figures.year, figures.by, as_of, lambda: span.first if span else as_of)
        tally = Tally(
            periods, figures.keys, figures.extra, contested=self.query.contested, only=figures.only,
            known=catalogue_of(self.query.law),
        )  # fmt: skip
        for answer in answers:
            tally.add(answer)
        return tally.table(figures.by, as_of), span
