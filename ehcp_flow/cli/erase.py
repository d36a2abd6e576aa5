"""`ehcp-flow erase`: a case taken out of a store for good, at the end of its retention."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.options import Authority, StoreUrl
from ehcp_flow.cli.source_kinds import open_store
from ehcp_flow.errors import UnknownNameError

__all__ = ["ERASE"]


def _erase(
    *,
    store: StoreUrl,
    case: Annotated[
        list[str], typer.Option("--case", metavar="ID", help="The case that is erased; may be given again.")
    ],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why it is erased; this is kept.")],
    erased_by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who erases it; this is kept.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it: without this, nothing is erased.")] = False,
    authority: Authority = None,
) -> None:
    """Take cases out of a store for good: every fact, its free texts, and what the database has freed of them.

    What stays is the id, how many facts it had, and who erased it when and why (`ehcp-flow db erased`), so that the
    store still verifies; the id is never begun again. Backups and files that were exported before are not reached.
    If it was stopped halfway, give the same command again: it goes on with the cases that are still there.
    """
    cases = list(dict.fromkeys(case))
    if not yes:
        raise typer.BadParameter(
            f"{count(len(cases), 'case')} would be gone for good ({', '.join(cases)}); say --yes to do it",
            param_hint="--yes",
        )
    with open_store(store, authority=authority) as opened:
        before = {each.case_id: each for each in opened.erased()}
        for missing in sorted({*cases} - {*opened.case_ids()} - before.keys()):
            raise UnknownNameError("case", missing, ())  # all of them are there, or none goes
        for each in cases:
            if (erasure := before.get(each)) is not None:
                day = erasure.erased_at.date().isoformat()
                note(f"case {each} was erased on {day} by {erasure.erased_by} already")
                continue
            erasure = opened.erase(each, why, erased_by, sweep=False)
            sys.stdout.write(f"Case {each} is erased: {count(erasure.facts, 'fact')}\n")
        left = opened.sweep()
    for sentence in left:
        note(f"warning: {sentence}")


ERASE: Final = CliCommand(
    _erase,
    (
        "ehcp-flow erase --store sqlite:///cases.db --case told --why 'end of retention' --by j.smith --yes",
        "ehcp-flow erase --store sqlite:///cases.db --case w-hertfordshire --case told --why 'by age' --by dpo --yes",
    ),
    facts=True,
)
