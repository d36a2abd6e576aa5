"""`ehcp-flow follow`: what is recorded in a store, as it comes."""

from __future__ import annotations

import json
import math
import sys
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import Authority, StoreUrl, option
from ehcp_flow.cli.source_kinds import open_store

if TYPE_CHECKING:
    from ehcp_flow.store import Entry

__all__ = ["FOLLOW"]


def _follow(
    *,
    store: StoreUrl,
    after: Annotated[
        int | None,
        option(
            "--after POSITION",
            "Begin after this position, which a line of this command gave; without it, at the beginning.",
            min=0,
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Print what there is, and leave.")] = False,
    every: Annotated[
        float,
        typer.Option("--every", metavar="SECONDS", min=0.05, max=86_400, help="How long to wait before looking again."),
    ] = 1.0,
    bookmark: Annotated[
        str | None,
        option(
            "--bookmark FILE",
            "Begin after the position in this file, and keep it there; after a crash some facts may come again.",
        ),
        Writes("ehcp_flow.store.outbox:POSITION"),
    ] = None,
    authority: Authority = None,
) -> None:
    """What is recorded, a JSON object a line, in an order that never changes; without --once it waits for more.

    Each fact has one position for ever, and comes once to a reader that begins after the last position it dealt with.
    """
    from ehcp_flow.store.outbox import Bookmark, follow

    if after is not None and bookmark is not None:
        raise typer.BadParameter("give --after or --bookmark, not both", param_hint="--after")
    if math.isnan(every):  # it lies within no bounds, and older releases of Click let it through
        raise typer.BadParameter("nan is no number of seconds", param_hint="--every")
    kept = None if bookmark is None else Bookmark(bookmark)
    position = (0 if kept is None else kept.read()) if after is None else after
    written = position

    def keep() -> None:
        nonlocal written
        sys.stdout.flush()
        if kept is not None and position != written:
            kept.write(position)
            written = position

    def wait(seconds: float) -> None:
        keep()
        time.sleep(seconds)

    with open_store(store, authority=authority) as opened:
        for entry in follow(opened, position, poll_seconds=None if once else every, sleep=wait):
            sys.stdout.write(_line(entry))
            position = entry.position
    keep()


def _line(entry: Entry) -> str:
    said = {
        "position": entry.position,
        "case_id": entry.case_id,
        "version": entry.version,
        "stored_at": entry.stored_at.isoformat(),
        "fact": entry.fact.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(said, ensure_ascii=False) + "\n"


FOLLOW: Final = CliCommand(
    _follow,
    (
        "ehcp-flow follow --store sqlite:///cases.db --once",
        "ehcp-flow follow --store sqlite:///cases.db --once --after 10",
        "ehcp-flow follow --store sqlite:///cases.db --once --bookmark letters.position",
    ),
    facts=True,
)
