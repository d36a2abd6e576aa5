"""The names that a source gives its facts are the source's keys: one name, one fact of a case.

A row that comes again under its name and says the same is there twice, and counts once. One that says something else
is refused with its line: which of the two is right, only the source can say. A source that corrects by name is imported
into a store with that declared (`import --same-id corrects`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import Fact

__all__ = ["FactNames", "taken_already"]


def taken_already(case_id: str, event: str, on: str) -> str:
    """Return what would be right where a name is another fact's already."""
    return (
        f"a name that no other fact of case {case_id} has: {event} on {on} goes by it, and says something else; if the "
        "source corrects by name, import it into a store with --same-id corrects"
    )


class FactNames:
    """The names met while a source is read, and the rows that are refused because of them.

    `shown` says how the source writes the columns of the row at hand.
    """

    def __init__(self, source: str, shown: Callable[[], Mapping[str, str]]) -> None:
        self._source = source
        self._shown = shown
        self._met: dict[tuple[str, str], Fact] = {}
        self._refused: list[RowRefused] = []

    def checked(self, line: int, entry: Fact | RowRefused) -> Fact | RowRefused:
        """Return what was read in a line, or the refusal of a fact whose name is another's."""
        if not isinstance(entry, Fact) or entry.fact_id is None:
            return entry
        first = self._met.setdefault((entry.case_id, entry.fact_id), entry)
        if first is entry or first.content == entry.content:
            return entry
        column = self._shown().get("fact_id", "fact_id")
        expected = taken_already(entry.case_id, first.event, first.on.isoformat())
        refusal = RowRefused(self._source, line, column, entry.fact_id, expected, entry.case_id)
        self._refused.append(refusal)
        return refusal

    def tell(self, refused: list[RowRefused]) -> None:
        """Put the rows refused for their names among the others, in the order of their lines."""
        if self._refused:
            refused.extend(self._refused)
            refused.sort(key=lambda row: row.line)
            self._refused = []
