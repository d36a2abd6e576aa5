"""`ehcp-flow record`: one fact into a store, lawful or with its refusal and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.case import Case
from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.fact_options import ColumnOptions
from ehcp_flow.cli.messages import complain, note, printable, say_on_stderr
from ehcp_flow.cli.options import StoreUrl, TableFormat, complete_events, day_of_fact, option
from ehcp_flow.cli.output import print_outcome
from ehcp_flow.cli.query import LawQuery
from ehcp_flow.cli.source_kinds import open_store
from ehcp_flow.dates import written
from ehcp_flow.errors import ExitCode, MoveRefused

if TYPE_CHECKING:
    from ehcp_flow.facts import Fact
    from ehcp_flow.store import Store

__all__ = ["RECORD"]

_NEVER: Final = "9999"
"""Behind every day, for what has no last day that can be told."""


@dataclass(frozen=True, kw_only=True)
class _Happened:
    """What happened in which case, on which day; and who records it where."""

    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The case, a new one too.", show_default=False)]
    event: Annotated[
        str,
        typer.Argument(
            metavar="EVENT",
            help="What happened: an event of `ehcp-flow facts`.",
            autocompletion=complete_events,
            show_default=False,
        ),
    ]
    on: Annotated[
        str, typer.Argument(metavar="DATE", help="The day it happened; or its month (2026-03).", show_default=False)
    ]
    store: StoreUrl
    authority: Annotated[
        str | None, option("--authority NUMBER", "The local authority's three-digit number, of a new case.")
    ] = None
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Record it even if the law did not allow it: what happened, happened.")
    ] = False
    recorded_by: Annotated[str | None, option("--by NAME", "Who records it; this is kept.")] = None

    def fact(self, columns: Mapping[str, str]) -> Fact:
        """Return the fact. Raises FactError and UnknownNameError, and BadParameter for the day."""
        from ehcp_flow.facts import load_fact

        said = {"case_id": self.case_id, "on": written(day_of_fact(self.on, "DATE")), **columns}
        if self.authority is not None:
            said["authority"] = self.authority
        return load_fact({"event": self.event, **said})


@options(
    "case_id event on columns store authority anyway recorded_by form institutions institution closed_if "
    "office_closures bank_holidays profile rulebook"
)
def _record(*, happened: _Happened, columns: ColumnOptions, query: LawQuery, form: TableFormat = None) -> None:
    """Record one fact of a case in a store, or say why the law does not allow it, and what would make it lawful.

    A fact that is refused leaves the case as it was (exit code 1).
    """
    from ehcp_flow.states import record

    fact, case_id = happened.fact(columns.given()), happened.case_id
    with open_store(happened.store, check=partial(record, **_law(query))) as opened:
        before, version = _as_it_stands(opened, case_id)
        try:
            recorded = opened.record(
                case_id, fact, seen=version, strict=not happened.anyway, recorded_by=happened.recorded_by
            )
        except MoveRefused as refused:
            _tell(refused)
            raise typer.Exit(ExitCode.REFUSED) from None
        case = opened.case(case_id).case
    if happened.anyway:
        _warn(before or Case(case_id), fact, query)
    _warn_of_not_read(fact, query)
    row = {"case_id": case_id, "version": recorded.version, **_now(case, query)}
    print_outcome(row, _sentence(recorded.fact, recorded.version, row), form)


def _tell(refused: MoveRefused) -> None:
    """Print why the law does not allow a fact, a line for each reason."""
    said, *reasons = str(refused).splitlines()
    complain(said, "ehcp-flow record")
    for reason in reasons:
        say_on_stderr(printable(reason))


def _as_it_stands(store: Store, case_id: str) -> tuple[Case | None, int]:
    """Return the case as the store holds it, and its version; None and 0 for one that is still to be begun."""
    from ehcp_flow.errors import UnknownNameError

    try:
        found = store.case(case_id)
    except UnknownNameError:
        return None, 0
    return found.case, found.version


def _law(query: LawQuery) -> dict[str, Any]:
    """Return the rulebook and the calendars by which the fact is judged, as every call takes them."""
    return {"rulebook": query.law, "calendars": query.calendars}


def _now(case: Case, query: LawQuery) -> dict[str, Any]:
    """Return where the case stands today, and what is to be done next."""
    from ehcp_flow.dates import MOST_WEEKS
    from ehcp_flow.measures import desk
    from ehcp_flow.states import state

    rows = [
        row for row in desk([case], days=MOST_WEEKS * 7, **_law(query)) if row["due_on"] or row["list"] == "undated"
    ]
    first = min(rows, key=lambda row: row["due_on"] or _NEVER, default={})
    stands = state(case, **_law(query)).pathway.value
    return {"state": stands, "next": first.get("what"), "due_on": first.get("due_on")}


def _sentence(fact: Fact, version: int, row: dict[str, Any]) -> str:
    from ehcp_flow.dates import parse_date, say
    from ehcp_flow.explanation_outcome import describe

    told = f"Recorded of case {row['case_id']}: {describe(fact)} (fact {version})."
    if row["next"] is None:
        return f"{told} Nothing is due."
    by = "" if row["due_on"] is None else f", by {say(parse_date(row['due_on']))}"
    return f"{told} Next: {row['next']}{by}."


def _warn(case: Case, fact: Fact, query: LawQuery) -> None:
    """Say why the law did not allow what was recorded all the same."""
    from ehcp_flow.states import check_move

    verdict = check_move(case, fact.event, fact.outcome, fact.on, **_law(query))
    for refusal in verdict.refusals:
        note(f"warning: {refusal}")


def _warn_of_not_read(fact: Fact, query: LawQuery) -> None:
    """Say so where nothing in the rulebook speaks of what was recorded."""
    from ehcp_flow.engine.rulebook import compiled
    from ehcp_flow.law.loader import law_given

    law = law_given(query.law)
    if fact.event not in compiled(law).reads:
        note(
            f"warning: nothing in the rulebook ({law.title}) speaks of {fact.event}: it starts, ends and moves nothing"
        )


RECORD: Final = CliCommand(
    _record,
    (
        "ehcp-flow record C-7 request_received 2026-03-02 --party parent --store sqlite:///cases.db --by j.smith",
        "ehcp-flow record told assessment_refused 2026-03-12 --store sqlite:///cases.db --by j.smith --anyway",
    ),
)
