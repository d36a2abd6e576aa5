"""The names that a source gives its facts are the source's keys: one name, one fact, whichever case it is of.

A row that comes again under its name and says the same is there twice, and counts once. Where rows of one name say
different things, if only that they are different cases', each of them is refused with its line: which of them is right,
only the source can say, and no order of rows. In a store what was acknowledged first stands, and the newcomer is
refused. A source that corrects by name is imported into a store with that declared (`import --same-id corrects`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from ehcp_flow.errors import RowRefused
from ehcp_flow.facts import Fact

__all__ = ["FactNames", "taken_already", "told_otherwise"]


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


def told_otherwise(entries: Iterable[tuple[int, Fact | RowRefused]]) -> frozenset[str]:
    """Return the names under which several rows say different things: which of them is right, no order tells."""
    met: dict[str, int] = {}
    otherwise: set[str] = set()
    for _, entry in entries:
        if isinstance(entry, Fact) and entry.fact_id is not None:
            said = hash(entry.content)
            if met.setdefault(entry.fact_id, said) != said:
                otherwise.add(entry.fact_id)
    return frozenset(otherwise)


class FactNames:
    """The names met while a source is read, and the rows that are refused because of them.

    `shown` says how the source writes the columns of the row at hand.
    """

    def __init__(self, source: str, shown: Callable[[], Mapping[str, str]]) -> None:
        self._source = source
        self._shown = shown
        self._met: dict[str, Fact] = {}
        self._held: dict[str, list[tuple[int, Fact]]] = {}

    def kept(
        self, entries: Iterable[tuple[int, Fact | RowRefused]], otherwise: Collection[str]
    ) -> Iterator[tuple[int, Fact | RowRefused]]:
        """Yield what was read but for the facts under names that are `told_otherwise`: each of them is refused."""
        for line, entry in entries:
            if isinstance(entry, Fact) and entry.fact_id in otherwise:
                self._held.setdefault(str(entry.fact_id), []).append((line, entry))
            else:
                yield line, entry

    def refusals(self) -> list[RowRefused]:
        """Return the rows refused for their names, in the order of their lines, and forget them."""
        held, self._held = self._held, {}
        refused = [
            self._refusal(line, fact, next(other for _, other in rows if other.content != fact.content))
            for rows in held.values()
            for line, fact in rows
        ]
        return sorted(refused, key=lambda row: row.line)

    def of_one_case(self, line: int, fact: Fact) -> Fact | RowRefused:
        """Return a fact, or its refusal where another case has its name; what else it says is not compared."""
        if fact.fact_id is None:
            return fact
        first = self._met.setdefault(fact.fact_id, fact)
        return fact if first.case_id == fact.case_id else self._refusal(line, fact, first)

    def tell(self, refused: list[RowRefused]) -> None:
        """Put the rows refused for their names among the others, in the order of their lines."""
        own = self.refusals()
        if own:
            refused.extend(own)
            refused.sort(key=lambda row: row.line)

    def _refusal(self, line: int, fact: Fact, first: Fact) -> RowRefused:
        column = self._shown().get("fact_id", "fact_id")
        return RowRefused(self._source, line, column, fact.fact_id, taken_already(fact, first), fact.case_id)
