"""One question to a source: what goes through its cases, tells what went wrong, and knows the exit code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import typer

from ehcp_flow.cli.messages import ProgressBar, count, note, note_alike, under_the_law_asked
from ehcp_flow.cli.options import Contested
from ehcp_flow.cli.source_kinds import tell_read
from ehcp_flow.errors import EhcpFlowError, ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from ehcp_flow.answers import Answer
    from ehcp_flow.bulk.told_cases import ToldCase
    from ehcp_flow.case import Case
    from ehcp_flow.cli.query import CaseQuery
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.measures import MeasureTable
    from ehcp_flow.measures.case_groups import Extra
    from ehcp_flow.measures.periods import Period, Span, Stretch, Years
    from ehcp_flow.states import StateWithMoves

__all__ = ["CannotJudge", "CheckTally", "OpenedSource", "RecordsMet", "ShownDeadlines", "SourceFigures"]

T = TypeVar("T")


class CannotJudge(NamedTuple):
    """A case that cannot be judged, and why."""

    case_id: str
    error: EhcpFlowError


class RecordsMet(NamedTuple):
    """How many cases have facts after the day, and which ids are nearly the same."""

    ahead: int
    alike: Sequence[Sequence[str]]


class ShownDeadlines(NamedTuple):
    """Which deadlines are shown: of these limits and statuses, all where none is named; or breaches alone.

    And `with`, `without` or `only` those that another lawful reading contests.
    """

    limits: Collection[str] = ()
    statuses: Collection[str] = ()
    breaches: bool = False
    contested: Contested = Contested.WITH
    is_mine: Callable[[str], bool] | None = None
    """Whether a case is shown, by its id; all are where it is None."""
    new_in: Stretch | None = None
    """The days in which a limit was broken for the first time; all time where it is None."""

    def of(self, deadlines: Iterable[Deadline]) -> Iterator[Deadline]:
        """Yield those of the deadlines that are shown."""
        for deadline in deadlines:
            if (
                (not self.limits or deadline.limit in self.limits)
                and (not self.statuses or deadline.status in self.statuses)
                and (not self.breaches or deadline.breach)
                and self.contested.holds(deadline.contested_by)
                and (self.is_mine is None or self.is_mine(deadline.case_id))
                and self._is_new(deadline)
            ):
                yield deadline

    def _is_new(self, deadline: Deadline) -> bool:
        if self.new_in is None:
            return True
        from ehcp_flow.measures import broken_on

        return self.new_in.holds(broken_on(deadline.due_on, deadline.done_on, deadline.status))


class CheckTally:
    """What is counted of the deadlines that are shown, and of all findings.

    `denied` are breaches that another lawful reading denies, `made` are deadlines that one makes breaches.
    `unrecorded` are those of which the source is declared not to record whether they were met, `undated` those not done
    whose last day cannot be told, for want of something in the record or of term dates.
    """

    def __init__(self) -> None:
        self.deadlines = self.breaches = self.excused = self.denied = self.made = self.unrecorded = self.findings = 0
        self.undated = 0

    def add(self, deadline: Deadline) -> None:
        """Count one deadline."""
        self.deadlines += 1
        self.breaches += deadline.breach
        self.unrecorded += deadline.status == "unrecorded"
        self.undated += deadline.status == "undated" and deadline.due_on is None and deadline.done_on is None
        self.excused += bool(deadline.missed and deadline.excused_by)
        if deadline.contested_by:
            self.denied += deadline.breach
            self.made += not deadline.breach


class SourceFigures(NamedTuple):
    """What a table of measures is to hold; `keys` are the columns of `by` as cases are grouped."""

    year: Years | None
    by: Sequence[str]
    keys: Sequence[str]
    extra: Extra
    only: Mapping[str, str]


class OpenedSource(ABC):
    """The cases of a source, answered for the day and by the law of the query; `seen` is how many there were.

    `again` is where it can be read once more.
    """

    def __init__(self, query: CaseQuery, *, used: Collection[str]) -> None:
        self.seen = 0
        self.again: str | Path = query.source
        self.query = query
        self.refused: Sequence[Any] = ()
        self._failed: dict[str, None] = {}
        self._used = used

    @abstractmethod
    def cases(self, *, quiet: bool = False) -> Iterator[Case]:
        """Yield the cases; `quiet` leaves the progress bar out, because rows go to the terminal meanwhile.

        Whatever is asked can be asked again; what cannot be judged is told the first time.
        """

    @abstractmethod
    def answers(self, *, quiet: bool = False) -> Iterator[Answer]:
        """Yield the answer for each case that can be judged; tell of each that cannot."""

    @abstractmethod
    def case_states(self, *, quiet: bool = False) -> Iterator[StateWithMoves]:
        """Yield where each case stands, and what would be lawful."""

    @abstractmethod
    def write_deadlines(self, form: str, chosen: ShownDeadlines, *, findings: bool) -> CheckTally:
        """Print deadlines in csv, json or jsonl with their public fields, and return what was counted.

        Findings are counted where they are asked for.
        """

    @abstractmethod
    def measured(self, figures: SourceFigures) -> tuple[MeasureTable, Span | None]:
        """Return a table of measures, and from when to when the records go that it is of."""

    @abstractmethod
    def star(self) -> Mapping[str, Any]:
        """Return the tables of `bulk.tables`, by name."""

    @abstractmethod
    def told(
        self,
        sets: Sequence[Sequence[Period]],
        events: frozenset[str],
        particulars: frozenset[str],
        *,
        whole: bool = False,
    ) -> Iterator[ToldCase]:
        """Yield the cases told plainly, each with the figures of these stretches of time in which it counts.

        `events` are those whose facts are told, and `particulars` those that are; with `whole` a case has the
        rest as well, while no further one was read.
        """

    def cannot(self, case_id: str, error: EhcpFlowError) -> None:
        """Tell that one case cannot be judged; the others still are."""
        if case_id not in self._failed:
            self._failed[case_id] = None
            note(f"refused: case {case_id}: {error}")

    @abstractmethod
    def met(self) -> RecordsMet:
        """Return what was met in the records of the cases last gone through."""

    def leave(self, *, breach: bool = False) -> None:
        """Tell what was met in the records, and leave with the exit code.

        It is 3 for a breach that was to be reported so, else 1 if anything was refused.
        """
        ahead, alike = self.met()
        if ahead:
            note(
                f"{count(ahead, 'case has', 'cases have')} facts after {self.query.on.isoformat()}, which do not count "
                f"yet (named by: {under_the_law_asked('ehcp-flow breaches SOURCE --register findings')})"
            )
        note_alike(alike)
        if breach:
            raise typer.Exit(ExitCode.BREACH)
        if self.refused or self._failed:
            raise typer.Exit(ExitCode.REFUSED)

    def _told(self, warnings: Iterable[str], refused: Sequence[Any]) -> None:
        """Tell what was met while the source was read."""
        self.refused = refused
        incomplete, declared = {row.case_id for row in refused}, self.query.convert_file is not None
        tell_read(warnings, refused, incomplete, all_errors=self.query.all_errors, declared=declared)

    def _through(self, found: Iterable[T | CannotJudge], total: int | None, *, quiet: bool) -> Iterator[T]:
        """Yield what was found of each case that can be judged."""
        self.seen = 0
        with ProgressBar("judging", shown=not quiet) as bar:
            for each in found:
                self.seen += 1
                if isinstance(each, CannotJudge):
                    self.cannot(*each)
                else:
                    yield each
                bar(self.seen, total)
