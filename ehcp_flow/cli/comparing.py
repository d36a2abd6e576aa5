"""Two rulebooks side by side, for `ehcp-flow rules --diff`: what would change, and which deadlines would move."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ehcp_flow.cli.effects import EFFECT_COLUMNS, effect_row, effects_table
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.output import flat
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    from ehcp_flow.cli.opened_source import OpenedSource
    from ehcp_flow.cli.print_options import PrintOptions
    from ehcp_flow.cli.query import CaseQuery
    from ehcp_flow.law import Change, Rulebook
    from ehcp_flow.law.changes_in_words import InWords

__all__ = ["print_changes", "print_moved"]

_PART: Final = re.compile(r"(\w+)(?:\[([^\]]*)\])?")
_KEYS: Final = {
    "in_force_from": "first day",
    "in_force_to": "last day",
    "counting": "how it is counted",
    "done_by": "done by",
}
"""How a key is read, where that is not its name with spaces."""
_SHOWN: Final = 60
"""So many differences are shown key by key as well, beside the sentences: more nobody reads on a terminal."""
_COLUMNS: Final = ("kind", "section", "id", "key", "old", "new")


def print_changes(old: Rulebook, new: Rulebook, printed: PrintOptions) -> None:
    """Print every difference between two rulebooks: for people in sentences first, and key by key if not too many."""
    from ehcp_flow.law import compare_rulebooks
    from ehcp_flow.law.changes_in_words import changes_in_words
    from ehcp_flow.law.comparison import left_behind

    changes = compare_rulebooks(old, new)
    if printed.as_table:
        _print_in_words(changes_in_words(old, new))
    if printed.as_table and len(changes) > _SHOWN:
        note("key by key: with --format csv")
    elif printed.as_table:
        _table(changes, {limit.id: limit.title for limit in (*old.limits.values(), *new.limits.values())})
    else:
        printed.write(_COLUMNS, (change._asdict() for change in changes))
    note(count(len(changes), "change"))
    for changed, other in left_behind(changes, new):
        note(f"{changed} changes, and its counterpart {other} does not: see whether that is meant")


def _print_in_words(told: Sequence[InWords]) -> None:
    """Print what changes in sentences, under the days from which it does."""
    from ehcp_flow.cli.printed_table import heading, paragraph
    from ehcp_flow.dates import say

    for since, sentences in groupby(told, key=attrgetter("since")):
        sys.stdout.write(heading("Whatever the day" if since is None else f"From {say(since)}", "-") + "\n")
        for each in sentences:
            sys.stdout.write(paragraph(each.says[0].upper() + each.says[1:], first="- ", then="  ") + "\n")
        sys.stdout.write("\n")


def _table(changes: list[Change], titles: Mapping[str, str]) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("what", "what", least=16, most=40),
        ShownColumn("kind", "change"),
        ShownColumn("old", "stands now", least=16, drop=1),
        ShownColumn("new", "would stand", least=16),
    )
    rows = [
        {
            "what": _what(change, titles),
            "kind": change.kind, "old": flat(change.old), "new": flat(change.new),
        }
        for change in changes
    ]  # fmt: skip
    print_table(columns, rows, title=count(len(changes), "change"))


def _what(change: Change, titles: Mapping[str, str]) -> str:
    """Return what changes, in words: a limit with its title, a key and the part in which it stands as they are read."""
    title = titles.get(change.id) if change.section == "limits" else None
    named = f"{change.section} {change.id}" + (f" ({title})" if title and change.kind == "changed" else "")
    return ", ".join((named, *(_part_in_words(*part) for part in _PART.findall(change.key))))


def _part_in_words(key: str, name: str) -> str:
    if not name:
        return _KEYS.get(key, key.replace("_", " "))
    if key in ("version", "name"):
        return f"since {name}"
    return name.replace("_", " ") if key == "rule" else f"{key.replace('_', ' ')}: {name}"


def print_moved(query: CaseQuery, new: Rulebook, printed: PrintOptions) -> OpenedSource:
    """Print the deadlines of a caseload that would be different, and return what was opened, for the exit code."""
    from ehcp_flow.errors import EhcpFlowError
    from ehcp_flow.whatif import compare_deadlines

    found = 0
    with open_source(query) as source:
        cases = source.cases(quiet=printed.on_terminal)

        def rows() -> Iterator[dict[str, Any]]:
            nonlocal found
            for case in cases:
                try:
                    effects = compare_deadlines(query.law, new, [case], query.on)
                except EhcpFlowError as error:
                    source.cannot(case.case_id, error)
                    continue
                for effect in effects:
                    found += 1
                    yield effect_row(effect)

        if printed.as_table:
            shown = list(rows())
            effects_table(shown, title=f"{count(found, 'deadline')} would be different")
        else:
            printed.write(EFFECT_COLUMNS, rows())
    note(f"{count(source.seen, 'case')}, {count(found, 'deadline')} would be different")
    return source
