"""`ehcp-flow redact`: the free text of one fact, removed for good."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.options import Authority, CaseId, StoreUrl
from ehcp_flow.cli.source_kinds import open_store

__all__ = ["REDACT"]


def _redact(
    *,
    store: StoreUrl,
    case: CaseId,
    version: Annotated[
        int,
        typer.Option("--version", metavar="N", min=1, help="Which fact of the case; `ehcp-flow person` numbers them."),
    ],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why it is removed; this is kept.")],
    redacted_by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who removes it; this is kept.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: without this, nothing is removed.")] = False,
    authority: Authority = None,
) -> None:
    """Remove the free text (`reason`) of one fact for good. The fact stays, and the store still verifies.

    Backups and files that were exported before are not reached by it.
    """
    if not yes:
        raise typer.BadParameter(
            f"the free text of version {version} of case {case} would be gone for good; say --yes to do it",
            param_hint="--yes",
        )
    with open_store(store, authority=authority) as opened:
        opened.redact(case, version, reason=why, redacted_by=redacted_by)
    sys.stdout.write(f"The free text of version {version} of case {case} is removed\n")


REDACT: Final = CliCommand(
    _redact,
    ("ehcp-flow redact --store sqlite:///cases.db --case told --version 2 --why 'names a sibling' --by j.smith --yes",),
    facts=True,
)
