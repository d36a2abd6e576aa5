"""Which rulebooks have a name, and whose they are, for `ehcp-flow rules --installed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ehcp_flow.cli.messages import count, note

if TYPE_CHECKING:
    from ehcp_flow.cli.print_options import PrintOptions
    from ehcp_flow.law.installed import Declared

__all__ = ["print_installed"]

_COLUMNS: Final = ("name", "title", "package", "version", "folder", "fault")


def print_installed(printed: PrintOptions) -> None:
    """Print every rulebook that has a name. One that cannot be read is told with what is wrong, and stops no other.

    None is loaded: what a rulebook declares would be known in this process, and what is wrong within a file is told
    where the rulebook is asked for.
    """
    from ehcp_flow.law.installed import declared

    rows = [_row(each) for each in declared()]
    if printed.as_table:
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        columns = (
            ShownColumn("name", "name"),
            ShownColumn("title", "of", least=24),
            ShownColumn("package", "package"),
            ShownColumn("version", "version"),
        )
        print_table(columns, rows)
    else:
        printed.write(_COLUMNS, rows)
    for row in rows:
        if row["fault"]:
            note(f"{row['package']} {row['version']}: its rulebook {row['name']!r} cannot be used: {row['fault']}")
    note(count(len(rows), "rulebook"))


def _row(found: Declared) -> dict[str, str]:
    from importlib.metadata import version

    from ehcp_flow.errors import RulebookError
    from ehcp_flow.law.folder import files_of, title_of
    from ehcp_flow.law.loader import SECTIONS

    title, fault = "", found.fault
    if found.folder is not None:
        try:
            title = title_of(files_of(found.folder, SECTIONS))
        except RulebookError as error:
            fault = fault or str(error)
    return {
        "name": found.name, "title": title, "package": found.package,
        "version": found.version or version(found.package), "folder": str(found.folder or ""), "fault": fault,
    }  # fmt: skip
