"""The names that a source gives its facts are the source's keys: one name, one fact, whichever case it is of.

A row that comes again under its name and says the same is there twice, and counts once. One that says something else,
if only that it is another case's, is refused with its line: which of the two is right, only the source can say. A
source that corrects by name is imported into a store with that declared (`import --same-id corrects`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import Fact

__all__ = ["FactNames", "taken_already"]


def taken_already(fact: Fact, first: Fact) -> str:
    """Return what would be right for a fact whose name is another fact's already."""
    goes = f"{first.event} on {first.on.isoformat()}"
    if first.case_id == fact.case_id:
        return (
            f"a name that no other fact of case {fact.case_id} has: {goes} goes by it, and says something else; if the "
            "source corrects by name, import it into a store with --same-id corrects"
        )
    return (
        f"a name that no fact of another case has: {goes} of case {first.case_id} goes by it; if the fact is that "
        "case's, void it there or leave it out here; a source that counts the facts of each case anew puts the case's "
        f"id before the number ({fact.case_id}/{fact.fact_id})"
    )


class FactNames:
    """The names met while a source is read, and the rows that are refused because of them.

    `shown` says how the source writes the columns of the row at hand.
    """

    def __init__(self, source: str, shown: Callable[[], Mapping[str, str]]) -> None:
        self._source = source
        self._shown = shown
        self._met: dict[str, Fact] = {}
        self._refused: list[RowRefused] = []

    def checked(self, line: int, entry: Fact | RowRefused) -> Fact | RowRefused:
        """Return what was read in a line, or the refusal of a fact whose name is another's."""
        if not isinstance(entry, Fact) or entry.fact_id is None:
            return entry
        first = self._met.setdefault(entry.fact_id, entry)
        if first is entry or first.content == entry.content:
            return entry
        refusal = self._refusal(line, entry, first)
        self._refused.append(refusal)
        return refusal

    def of_one_case(self, line: int, fact: Fact) -> Fact | RowRefused:
        """Return a fact, or its refusal where another case has its name; what else it says is not compared."""
        if fact.fact_id is None:
            return fact
        first = self._met.setdefault(fact.fact_id, fact)
        return fact if first.case_id == fact.case_id else self._refusal(line, fact, first)

    def tell(self, refused: list[RowRefused]) -> None:
        """Put the rows refused for their names among the others, in the order of their lines."""
        if self._refused:
            refused.extend(self._refused)
            refused.sort(key=lambda row: row.line)
            self._refused = []

    def _refusal(self, line: int, fact: Fact, first: Fact) -> RowRefused:
        column = self._shown().get("fact_id", "fact_id")
        return RowRefused(self._source, line, column, fact.fact_id, taken_already(fact, first), fact.case_id)
