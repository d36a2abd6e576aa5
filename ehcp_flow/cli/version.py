"""`ehcp-flow version`: what is installed, which law it knows, how far its calendar goes, and what judges."""

from __future__ import annotations

import sys
from typing import Final

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.options import TableFormat
from ehcp_flow.cli.output import Format, sheet
from ehcp_flow.cli.query import LawQuery

__all__ = ["VERSION"]


@options("form rulebook")
def _version(
    *,
    query: LawQuery,
    form: TableFormat = None,
) -> None:
    """The versions of the program and of Python, the rulebook, the last day of published bank holidays, the kernel.

    The kernel is what judges time limits: compiled where that could be done, else interpreted, with the same answers.
    EHCP_FLOW_KERNEL=interpreted asks for one of them.
    """
    from importlib.metadata import version

    from ehcp_flow import __version__
    from ehcp_flow.calendars import england
    from ehcp_flow.engine.choice import kernel_in_use, why_not_compiled

    law = query.law
    row = {
        "version": __version__,
        "python": sys.version.split()[0],
        "rulebook": law.title,
        "limits": len(law.limits),
        "bank_holidays_to": england().working.published_to.isoformat(),
        "bank_holidays_from": f"holidays {version('holidays')}",
        "kernel": kernel_in_use().name,
    }
    if form in (None, Format.TABLE):
        sys.stdout.write(f"ehcp-flow {row['version']} on Python {row['python']}\n")
        sys.stdout.write(f"{row['rulebook']}: {row['limits']} time limits\n")
        sys.stdout.write(f"Bank holidays are published up to {row['bank_holidays_to']}, and taken from ")
        sys.stdout.write(f"the package {row['bank_holidays_from']}\n")
        sys.stdout.write("; ".join(filter(None, (f"The kernel is {row['kernel']}", why_not_compiled()))) + "\n")
        return
    with sheet(form or Format.CSV, tuple(row)) as rows:
        rows.write(row)


VERSION: Final = CliCommand(_version, ("ehcp-flow version", "ehcp-flow version --format json"))
