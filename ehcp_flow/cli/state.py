"""`ehcp-flow state`: where cases stand in law, what may happen next, and why the rest may not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.output import is_flat
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    import datetime as dt

    from ehcp_flow.case import Case
    from ehcp_flow.law import Rulebook
    from ehcp_flow.states import CaseState, Dispute, MoveVerdict, StateWithMoves

__all__ = ["STATE"]

_Judged: TypeAlias = "tuple[Case, CaseState, tuple[MoveVerdict, ...]]"


class _Moves(StrEnum):
    ALL = "all"
    ALLOWED = "allowed"
    REFUSED = "refused"
    NONE = "none"


_CASE_COLUMNS: Final = (
    "case_id",
    "authority",
    "as_of",
    "state",
    "meaning",
    "since",
    "maintained",
    "moves_allowed",
    "disputes",
    "waiting",
)
_MOVE_COLUMNS: Final = (
    "case_id", "authority", "as_of", "state", "since", "event", "outcome", "allowed", "to_state", "citation", "reasons",
)  # fmt: skip

_SECURE_PROVISION: Final = "secure_provision"
"""The row of a rulebook's notes that says what is owed while a plan is maintained."""


@options(
    "source case as_of moves known_at known_by authority convert_file diagram all_errors form raw output profile "
    "rulebook bank_holidays"
)
def _state(
    *,
    query: CaseQuery,
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help="A CSV or JSON Lines file of facts, - for standard input, or a store's URL; not needed for --diagram.",
            show_default=False,
        ),
    ] = None,
    moves: Annotated[
        _Moves | None,
        typer.Option(
            "--moves",
            help="Which moves to give with their reasons: without it all of them for --case, and else none (csv then "
            "has a row for each case, not for each move).",
            show_default=False,
        ),
    ] = None,
    diagram: Annotated[
        bool, typer.Option("--diagram", help="Print all states and moves as a Mermaid diagram, and nothing else.")
    ] = False,
    printed: PrintOptions,
) -> None:
    """Where each case stands in law, what may lawfully happen now, and why the rest may not.

    A missed deadline never changes a state, and nothing is taken to have been decided by silence.
    """
    if diagram:
        from ehcp_flow.states import mermaid

        sys.stdout.write(mermaid(rulebook=query.law))
        return
    if source is None:
        raise typer.BadParameter("name a file, - for standard input, or a store's URL", param_hint="SOURCE")
    wanted = moves or (_Moves.ALL if query.case else _Moves.NONE)
    with open_source(query) as opened:
        quiet = printed.on_terminal
        if wanted is _Moves.NONE:
            case_states = opened.case_states(quiet=quiet)
            if printed.as_table:
                _table([_row(each, query.on, _briefly) for each in case_states])
            else:
                printed.write(_CASE_COLUMNS, (_row(each, query.on) for each in case_states))
        else:
            judged = _judged(opened.cases(quiet=quiet), query)
            if printed.as_table:
                secured = _secured(query.law)
                for number, case_in_words in enumerate(_paragraphs(*each, wanted, secured) for each in judged):
                    sys.stdout.write(("\n" if number else "") + "\n".join(case_in_words) + "\n")
            else:
                _rows(judged, wanted, printed)
    opened.leave()


def _judged(cases: Iterator[Case], query: CaseQuery) -> Iterator[_Judged]:
    from ehcp_flow.states import allowed, state

    law: Any = {"rulebook": query.law, "calendars": query.calendars}
    return ((case, state(case, query.on, **law), allowed(case, query.on, **law)) for case in cases)


def _chosen(verdicts: Sequence[MoveVerdict], moves: _Moves) -> list[MoveVerdict]:
    return [
        verdict
        for verdict in verdicts
        if moves is _Moves.ALL or (moves is not _Moves.NONE and verdict.allowed == (moves is _Moves.ALLOWED))
    ]


def _name(event: str, outcome: str | None) -> str:
    return event if outcome is None else f"{event}:{outcome}"


def _rows(judged: Iterator[_Judged], moves: _Moves, printed: PrintOptions) -> None:
    from ehcp_flow.states import StateWithMoves

    per_move = is_flat(printed.shown)
    with printed.sheet(_MOVE_COLUMNS if per_move else _CASE_COLUMNS) as rows:
        for case, case_state, verdicts in judged:
            lawful = tuple((verdict.event, verdict.outcome) for verdict in verdicts if verdict.allowed)
            stands = StateWithMoves(
                case.case_id,
                case.authority_on(case_state.as_of),
                case_state.pathway,
                case_state.since,
                case_state.disputes,
                lawful,
                case_state.waiting,
            )
            row = _row(stands, case_state.as_of)
            asked = _chosen(verdicts, moves)
            if per_move:
                for verdict in asked:
                    rows.write({**row, **verdict.as_dict(), "reasons": [str(reason) for reason in verdict.verdicts]})
            else:
                rows.write({**row, "moves": [verdict.as_dict() for verdict in asked]})


def _row(stands: StateWithMoves, as_of: dt.date, said: Callable[[Dispute], str] = str) -> dict[str, Any]:

    return {
        "case_id": stands.case_id,
        "authority": stands.authority,
        "as_of": as_of.isoformat(),
        "state": str(stands.state),
        "meaning": stands.state.meaning,
        "since": stands.since.isoformat() if stands.since else None,
        "maintained": stands.state.maintained,
        "moves_allowed": [_name(*key) for key in stands.lawful],
        "disputes": [said(dispute) for dispute in stands.disputes],
        "waiting": [str(waits) for waits in stands.waiting],
    }


def _table(rows: list[dict[str, Any]]) -> None:
    from ehcp_flow.cli.output import flat
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("case_id", "case", most=24, least=16, need=8),
        ShownColumn("state", "state"),
        ShownColumn("since", "since"),
        ShownColumn("disputes", "disputes", drop=1, least=20, most=40),
        ShownColumn("meaning", "meaning", drop=3, least=20, most=40),
        ShownColumn("moves_allowed", "may lawfully happen now", drop=2, least=30),
    )
    print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])


def _briefly(dispute: Dispute) -> str:
    return f"{dispute.state} ({dispute.decision.event} of {dispute.decision.on.isoformat()})"


def _secured(law: Rulebook) -> str:
    """Return what the rulebook says of the provision of a plan that is maintained; empty where it is silent."""
    for note in law.notes:
        if note.row == _SECURE_PROVISION:
            return f"{note.says} ({'; '.join(map(str, note.citation))})"
    return ""


def _paragraphs(
    case: Case, case_state: CaseState, verdicts: Sequence[MoveVerdict], moves: _Moves, secured: str
) -> Iterator[str]:
    from ehcp_flow.cli.printed_table import heading, paragraph
    from ehcp_flow.dates import say

    yield heading(f"Case {case.case_id} on {say(case_state.as_of)}", "=")
    yield paragraph(f"{case_state}.")
    if case_state.maintained:
        yield paragraph(f"A plan is maintained. {secured}".rstrip())
    for open_still in case_state.waiting:
        yield paragraph(f"Open beside it: {open_still}.")
    if case_state.disputes:
        yield from ("", heading("Disputes, beside the pathway", "-"))
        for dispute in case_state.disputes:
            yield paragraph(f"{dispute}.", first="  ", then="      ")
    lawful = [verdict for verdict in verdicts if verdict.allowed]
    if moves is not _Moves.REFUSED:
        yield from ("", heading("May lawfully happen now", "-"))
        for verdict in lawful:
            leads = "" if verdict.to_state in (None, case_state.pathway) else f" -> {verdict.to_state}"
            if verdict.dispute and verdict.dispute.to_state not in (None, verdict.dispute.from_state):
                leads += f", dispute about {verdict.dispute.decision.event} -> {verdict.dispute.to_state}"
            by = f" ({'; '.join(map(str, verdict.citations))})" if verdict.citations else ""
            yield paragraph(f"{_name(verdict.event, verdict.outcome)}{leads}{by}", first="  ", then="      ")
            for reason in verdict.verdicts:
                yield paragraph(str(reason), first="      ", then="      ")
    if moves is not _Moves.ALLOWED:
        yield from ("", heading("May not happen now, and why", "-"))
        for reasons, names in _grouped(verdict for verdict in verdicts if not verdict.allowed).items():
            yield paragraph(", ".join(names), first="  ", then="  ")
            for said in reasons:
                yield paragraph(said, first="      ", then="      ")
    for finding in case_state.findings:
        yield from ("", paragraph(f"Out of order in the record: {finding}."))


def _grouped(refused: Iterator[MoveVerdict]) -> dict[tuple[str, ...], list[str]]:
    """Return the names of the moves that are refused for the same reasons, by those reasons."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for verdict in refused:
        groups.setdefault(tuple(str(reason) for reason in verdict.refusals), []).append(
            _name(verdict.event, verdict.outcome)
        )
    return groups


STATE: Final = CliCommand(
    _state,
    (
        "ehcp-flow state cases.csv --as-of 2025-10-21",
        "ehcp-flow state cases.csv --case jsc-cambridgeshire --as-of 2025-10-21",
        "ehcp-flow state cases.csv --as-of 2025-10-21 --moves refused --format jsonl",
        "ehcp-flow state --diagram > pathway.mmd",
    ),
)
