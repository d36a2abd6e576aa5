"""SOURCE: a file, standard input or a store, opened in one place, and what is said about reading it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import typer

from ehcp_flow.cli.messages import Bar, count, note, tell_refused
from ehcp_flow.cli.options import Axis, axis_of, instant
from ehcp_flow.errors import EhcpFlowError, ExitCode, UnknownNameError

if TYPE_CHECKING:
    from ehcp_flow.answers import Answer
    from ehcp_flow.calendars import Calendars
    from ehcp_flow.case import Case
    from ehcp_flow.law import Rulebook
    from ehcp_flow.readers import Caseload
    from ehcp_flow.store import Store

__all__ = [
    "LARGE",
    "NEEDS_COLUMNS",
    "Answering",
    "Asked",
    "Source",
    "has_columns",
    "instant_by",
    "is_large",
    "is_parquet",
    "is_pipe",
    "needs_columns",
    "of_another",
    "only_of_stores",
    "open_source",
    "open_store",
    "tell_read",
]

LARGE: Final = 500_000
"""From how many bytes on (some thousands of rows) a file is worth loading Polars for."""
NEEDS_COLUMNS: Final = 'it needs the extra bulk: pip install "ehcp-flow[bulk]"'
_PARQUET: Final = b"PAR1"

_NAMED: Final = 10
_NEAR: Final = 3


class Source(Protocol):
    """Cases, wherever they are kept."""

    @property
    def total(self) -> int | None:
        """How many cases there are, if that is known."""

    @property
    def refused(self) -> Sequence[object]:
        """The rows that were not taken."""

    def warnings_but(self, used: Collection[str]) -> Sequence[str]:
        """Return what else somebody should be told, a sentence each; these columns are used, and not ignored."""

    @property
    def incomplete(self) -> frozenset[str]:
        """The ids of the cases of which a row was refused."""

    def cases(self, ids: Iterable[str] = ()) -> Iterator[Case]:
        """Return these cases, or all of them, one at a time. Raises at once for an id that does not exist."""


@runtime_checkable
class Answering(Source, Protocol):
    """A source that answers for its cases itself, faster than they can be answered one at a time."""

    def answers(
        self, as_of: dt.date, *, rulebook: Rulebook, calendars: Calendars
    ) -> Iterator[Answer | tuple[Case, EhcpFlowError]]:
        """Yield the answer for each case, or the case and the error for one that cannot be judged."""


class _File:
    """The cases of a file, read whole."""

    def __init__(
        self,
        caseload: Caseload,
        known_at: dt.datetime | None,
        authority: str | None,
        ids: Sequence[str] | None = None,
    ) -> None:
        self._name = caseload.report.name
        self._ids = tuple(caseload) if ids is None else ids
        self._caseload = caseload
        self._cases: Mapping[str, Case] = caseload
        if authority is not None:
            self._cases = {case_id: case for case_id, case in caseload.items() if case.authority == authority}
        self._known_at = known_at
        self._asked = tuple(self._cases)
        if known_at is not None:
            then = ((case_id, case.known_at(known_at)) for case_id, case in self._cases.items())
            self._cases = {case_id: case for case_id, case in then if case.recorded}
        self.total: int | None = len(self._cases)
        self.refused: Sequence[object] = caseload.refused
        self._report = caseload.report
        self._authorities = {case.authority for case in caseload.values() if case.authority}
        self._authority = authority
        self.incomplete = caseload.incomplete

    def warnings_but(self, used: Collection[str]) -> Sequence[str]:
        """Return what else somebody should be told, that there is no case among it; these columns are used."""
        said = list(self._report.warnings_but(used))
        if self._cases or self.refused:
            return said
        elsewhere = of_another(self._authority, self._authorities, cases=bool(self._caseload))
        if elsewhere:
            return [*said, f"{self._name}: {elsewhere}"]
        if self._asked and self._known_at is not None:
            return [*said, f"{self._name}: nothing had been recorded by {self._known_at.isoformat()}"]
        return [*said, f"{self._name}: there is no case in it"]

    def cases(self, ids: Iterable[str] = ()) -> Iterator[Case]:
        """Return cases in the order of the file, or of `ids`."""
        wanted = tuple(dict.fromkeys(name.strip() for name in ids))
        for case_id in wanted:
            if case_id not in self._cases:
                raise self._missing(case_id)
        return iter([self._cases[case_id] for case_id in wanted]) if wanted else iter(self._cases.values())

    def _missing(self, case_id: str) -> Exception:
        elsewhere = self._caseload.get(case_id)
        if elsewhere is not None and case_id not in self._asked:
            of = f"it is of {elsewhere.authority}" if elsewhere.authority else "its record names none"
            return _of_no_use(f"{self._name}: case {case_id} is not of authority {self._authority}; {of}")
        if elsewhere is not None and self._known_at is not None:
            return _of_no_use(
                f"{self._name}: nothing of case {case_id} had been recorded by {self._known_at.isoformat()}"
            )
        if case_id in self.incomplete:
            return _of_no_use(f"{self._name}: every row of case {case_id} was refused")
        return _unknown(case_id, self._ids)


class _Store:
    """The cases of a store, one at a time in memory."""

    total: int | None = None
    refused: Sequence[object] = ()
    incomplete: frozenset[str] = frozenset()

    def __init__(self, store: Store, known_at: dt.datetime | None, known_by: Axis | None) -> None:
        self._store = store
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
        return (stored.case for stored in self._store.cases(known_at=self._known_at, axis=self._axis))

    def _case(self, case_id: str) -> Case:
        return self._store.case(case_id, known_at=self._known_at, axis=self._axis).case


def of_another(authority: str | None, there: Collection[str], *, cases: bool) -> str:
    """Return the sentence that says that all cases are of other authorities, or of none; else an empty text."""
    if authority is None or authority in there or not cases:
        return ""
    if not there:
        return f"no case of authority {authority}; no case names its authority (column authority, such as 885)"
    return f"no case of authority {authority}; there are cases of {', '.join(sorted(there)[:_NAMED])}"


def is_parquet(source: str) -> bool:
    """Whether SOURCE is in Parquet; nothing is taken out of standard input or a pipe to find out."""
    if source == "-":
        peek = getattr(sys.stdin.buffer, "peek", None)
        return peek is not None and bytes(peek(len(_PARQUET)))[: len(_PARQUET)] == _PARQUET
    try:
        if not Path(source).is_file():
            return False
        with Path(source).open("rb") as file:
            return file.read(len(_PARQUET)) == _PARQUET
    except (OSError, ValueError):
        return False


def is_pipe(source: str) -> bool:
    """Whether SOURCE can be read only once."""
    try:
        return source == "-" or Path(source).is_fifo()
    except (OSError, ValueError):
        return False


def is_large(source: str) -> bool:
    """Whether SOURCE is worth loading Polars for."""
    if "://" in source and not source.startswith("sqlite"):
        return True  # a server is not set up for a handful of cases
    try:
        return source != "-" and Path(source.rpartition(":///")[2].partition("?")[0]).stat().st_size >= LARGE
    except (OSError, ValueError):
        return False


def has_columns() -> bool:
    """Whether the extra `bulk` is installed."""
    return find_spec("polars") is not None and find_spec("numpy") is not None


def needs_columns(source: str) -> None:
    """Raise BadParameter where Parquet cannot be read."""
    if not has_columns():
        raise typer.BadParameter(f"{source} is Parquet: {NEEDS_COLUMNS}", param_hint="SOURCE")


def only_of_stores(known_by: Axis | None) -> None:
    """Raise BadParameter for a question that only a store can answer."""
    if known_by is Axis.STORED:
        raise typer.BadParameter("only a store knows when it took a fact; a file does not", param_hint="--known-by")


def _unknown(case_id: str, known: Iterable[str]) -> typer.BadParameter:
    """Return the refusal of a case that does not exist, with ids that are like it or hold it."""
    like = UnknownNameError("case", case_id, known)
    near = like.matches or tuple(name for name in like.known if case_id.casefold() in name.casefold())[:_NEAR]
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; the source has {count(len(like.known), 'case')}"
    return _of_no_use(f"there is no case called {case_id!r}{hint}")


def _of_no_use(why: str) -> typer.BadParameter:
    return typer.BadParameter(why, param_hint="--case")


@contextmanager
def open_source(
    source: str,
    *,
    known_at: dt.datetime | str | None = None,
    known_by: Axis | None = None,
    authority: str | None = None,
    bulk: bool = False,
    ids: Sequence[str] | None = None,
) -> Iterator[Source]:
    """Open SOURCE: a URL (anything with `://`) is a store's, `-` is standard input, the rest is a file's path.

    `ids` are the cases that will be asked for, so that a large file is not read for all of them. With `bulk` its cases
    are answered over columns (see `in_bulk.goes_in_bulk`, which says whether they can be).
    Raises SourceError for a file that cannot be read, and the store's errors for a store that cannot.
    """
    then = instant_by(known_at, known_by)
    if bulk:
        from ehcp_flow.cli.in_bulk import bulk_source

        with bulk_source(source, then, known_by, authority) as opened:
            yield opened
        return
    if "://" in source:
        with open_store(source, authority=authority) as store, store.snapshot() as shown:
            yield _Store(shown, then, known_by)
        return
    only_of_stores(known_by)
    if is_parquet(source) or (ids and has_columns() and is_large(source)):
        yield _of_columns(source, then, authority, ids)
        return
    from ehcp_flow.readers import read_cases

    with Bar("reading") as bar:
        if source == "-":
            caseload = read_cases(sys.stdin.buffer, name="standard input", on_progress=bar)
        else:
            caseload = read_cases(source, on_progress=bar)
    yield _File(caseload, then, authority)


def _of_columns(source: str, known_at: dt.datetime | None, authority: str | None, ids: Sequence[str] | None) -> _File:
    """Return a file whose cases, or these of them, are read as columns."""
    needs_columns(source)
    from ehcp_flow.bulk import read_cases

    opened = {"source": sys.stdin.buffer, "name": "standard input"} if source == "-" else {"source": source}
    with Bar("reading") as bar:
        caseload = read_cases(**opened, case_ids=ids or None, on_progress=bar)
    return _File(caseload, known_at, authority, caseload.known)


def instant_by(known_at: dt.datetime | str | None, known_by: Axis | None) -> dt.datetime | None:
    """Return the instant of --known-at. Raises BadParameter where --known-by is given without it."""
    if known_by is not None and known_at is None:
        raise typer.BadParameter("it says what --known-at goes by; give that too", param_hint="--known-by")
    return instant(known_at) if isinstance(known_at, str) else known_at


def tell_read(
    warnings: Iterable[str], refused: Sequence[object], incomplete: Iterable[str], *, all_errors: bool
) -> None:
    """Tell what was met while a source was read: its warnings, the rows refused, and the cases that lack one."""
    for warning in warnings:
        note(f"warning: {warning}")
    tell_refused(refused, everything=all_errors)
    lacking = sorted(case_id for case_id in incomplete if case_id)
    if lacking:
        names = ", ".join(lacking[:_NAMED]) + (", ..." if len(lacking) > _NAMED else "")
        note(
            f"warning: {count(len(lacking), 'case lacks', 'cases lack')} a refused row, so what is said of "
            f"{'it' if len(lacking) == 1 else 'them'} may be wrong: {names}"
        )


@contextmanager
def open_store(url: str, *, authority: str | None = None, create: bool = False) -> Iterator[Store]:
    """Open a store, of one authority if that is named; `create` makes its tables where there are none.

    Raises the store's errors, and BadParameter where the database's driver is not installed.
    """
    try:
        from ehcp_flow.store import Store

        store = Store.open(url, authority=authority, create=create)
    except ImportError as error:
        raise typer.BadParameter(f"a store at {url.partition('://')[0]}:// cannot be opened: {error}") from None
    with store:
        yield store


class Asked:
    """One question to a source: goes through its cases, tells what went wrong, and knows the exit code."""

    def __init__(
        self, source: Source, ids: Sequence[str] | None, *, all_errors: bool, used: Collection[str] = ()
    ) -> None:
        self.source = source
        self._total = len(ids) if ids else source.total
        self.failed = 0
        self.seen = 0
        self._ids = tuple(ids or ())
        self._first: Iterator[Case] | None = source.cases(self._ids)
        self._told = False
        self.watch: Callable[[Case], object] | None = None
        """Called with every case that is gone through, before it is judged."""
        tell_read(source.warnings_but(used), source.refused, source.incomplete, all_errors=all_errors)

    def cases(self, *, quiet: bool = False) -> Iterator[Case]:
        """Yield the cases; `quiet` leaves the progress bar out, because rows go to the terminal meanwhile.

        They can be gone through again; what cannot be judged is told the first time.
        """
        cases, self._first = self._first or self.source.cases(self._ids), None
        self._told, self.seen = self.seen > 0, 0
        with Bar("judging", shown=not quiet) as bar:
            for case in cases:
                self.seen += 1
                if self.watch is not None:
                    self.watch(case)
                yield case
                bar(self.seen, self._total)

    def answers(
        self, as_of: dt.date, *, rulebook: Rulebook, calendars: Calendars, quiet: bool = False
    ) -> Iterator[Answer]:
        """Yield the answer for each case that can be judged; tell of each that cannot."""
        if isinstance(self.source, Answering):
            yield from self._answered(self.source, as_of, rulebook, calendars, quiet=quiet)
            return
        from ehcp_flow.answers import answer

        for case in self.cases(quiet=quiet):
            try:
                answered = answer(case, as_of, rulebook=rulebook, calendars=calendars)
            except EhcpFlowError as error:
                self.cannot(case, error)
                continue
            yield answered

    def _answered(
        self, source: Answering, as_of: dt.date, rulebook: Rulebook, calendars: Calendars, *, quiet: bool
    ) -> Iterator[Answer]:
        from ehcp_flow.answers import Answer

        self._told, self.seen = self.seen > 0, 0
        with Bar("judging", shown=not quiet) as bar:
            for found in source.answers(as_of, rulebook=rulebook, calendars=calendars):
                self.seen += 1
                if isinstance(found, Answer):
                    yield found
                else:
                    self.cannot(*found)
                bar(self.seen, self._total)

    def cannot(self, case: Case, error: EhcpFlowError) -> None:
        """Tell that one case cannot be judged; the others still are."""
        if self._told:
            return
        self.failed += 1
        note(f"refused: case {case.case_id}: {error}")

    def leave(self, *, breach: bool = False) -> None:
        """Leave with the exit code: 3 for a breach that was to be reported so, else 1 if anything was refused."""
        if breach:
            raise typer.Exit(ExitCode.BREACH)
        if self.source.refused or self.failed:
            raise typer.Exit(ExitCode.REFUSED)
