"""`--records` and `--unrecorded`: what a source records at all, said on the command line."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from ehcp_flow.cli.options import complete_events, option

__all__ = ["Records", "Unrecorded", "events_recorded"]

Records: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--records EVENT",
        "FILE records this event and those named like it, and no others: a limit that only others could discharge is "
        "unrecorded, and no breach; may be given again, or name several, with commas.",
        autocompletion=complete_events,
    ),
]
Unrecorded: TypeAlias = Annotated[
    list[str] | None,
    option(
        "--unrecorded EVENT",
        "FILE does not record this event: the same, the other way round.",
        autocompletion=complete_events,
    ),
]


def events_recorded(records: list[str] | None, unrecorded: list[str] | None) -> tuple[str, ...]:
    """Return the events that a source is said to record, none where nothing is said.

    Raises UnknownNameError for what is no event, BadParameter where both are given.
    """
    from ehcp_flow.readers.declarations import recorded_events

    try:
        return recorded_events(_names(records), _names(unrecorded))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--records / --unrecorded") from None


def _names(given: list[str] | None) -> list[str]:
    return [name for text in given or () for part in text.split(",") if (name := part.strip())]
