"""The names that a source gives to its facts: one name, one fact, whichever case it is of.

A row that comes again under its name and says the same is a duplicate. One that says something else is refused, unless
the source is declared to correct by name: then it stands in the place of what was last told under that name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

from ehcp_flow.errors import FactError
from ehcp_flow.fact_names import taken_already
from ehcp_flow.facts import Fact
from ehcp_flow.store.fact_rows import text_of

__all__ = ["NamesElsewhere", "SameId", "SourceNames", "name_in_source"]

SameId: TypeAlias = Literal["refuse", "corrects"]
"""What a row means that comes again under the name of another: nothing that is right, or a correction."""
_AGAIN: Final = "#again-"
"""What stands between the name that a source gives and the number of a correction by that name."""


def name_in_source(fact: Fact) -> str:
    """Return the name that its source gives to a fact, be it told again since or not; empty for none."""
    return (fact.fact_id or "").partition(_AGAIN)[0]


class _Told(NamedTuple):
    fact: Fact
    redacted: bool = False


class SourceNames:
    """The facts of one case by the names that their source gave them, the last one told under each behind the others.

    `owner` is the authority of the case: whether a fact names it or leaves it out makes it no other fact.
    """

    def __init__(self, known: Iterable[tuple[Fact, bool]], owner: str | None) -> None:
        self._owner = owner
        self._told: dict[str, list[_Told]] = {}
        for fact, redacted in known:
            self.add(fact, redacted=redacted)

    def add(self, fact: Fact, *, redacted: bool = False) -> None:
        """Note a fact that the case holds."""
        if fact.fact_id is not None:
            self._told.setdefault(name_in_source(fact), []).append(_Told(fact, redacted))

    def taken(self, fact: Fact, same_id: SameId) -> Fact | None:
        """Return the fact as it is to be taken, None if it is there already.

        Raises FactError where the case holds another fact of that name, and the source is not declared to correct so.
        """
        told = self._told.get(fact.fact_id or "")
        if not told:
            return fact
        last = told[-1]
        if self._says(last.fact) == self._says(fact) and (last.redacted or text_of(last.fact) == text_of(fact)):
            return None
        if same_id == "refuse":
            raise FactError(fact.event, "fact_id", fact.fact_id, taken_already(fact, last.fact))
        name = f"{fact.fact_id}{_AGAIN}{len(told)}"
        return fact.model_copy(update={"fact_id": name, "corrects": last.fact.id})

    def _says(self, fact: Fact) -> str:
        """Return what a fact says, but for its text, for its authority, and for what it corrects only by its name."""
        by_name = fact.fact_id is not None and _AGAIN in fact.fact_id
        plain = {
            "reason": None,
            "authority": None if fact.authority == self._owner else fact.authority,
            "corrects": None if by_name else fact.corrects,
        }
        if text_of(fact) != fact.reason:
            plain["value"] = None
        return fact.model_copy(update=plain).content


class NamesElsewhere:
    """The facts of other cases under the names at hand, each with the authority of its case.

    Names are compared among the cases of one authority, and with cases of which nobody has said whose they are: another
    authority's source may well number its facts in the same way.
    """

    def __init__(self, held: Iterable[tuple[Fact, str]]) -> None:
        self._held: dict[str, list[tuple[Fact, str]]] = {}
        for fact, owner in held:
            self.add(fact, owner)

    def add(self, fact: Fact, owner: str | None) -> None:
        """Note a fact that a case holds."""
        if fact.fact_id is not None:
            self._held.setdefault(fact.fact_id, []).append((fact, owner or ""))

    def refuse(self, fact: Fact, owner: str | None) -> None:
        """Raise FactError where a fact of another case has the name of this one."""
        for first, of in self._held.get(fact.fact_id or "", ()):
            if first.case_id != fact.case_id and (not of or not owner or of == owner):
                raise FactError(fact.event, "fact_id", fact.fact_id, taken_already(fact, first))
