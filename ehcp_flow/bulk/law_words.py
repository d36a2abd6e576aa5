"""The words of a rulebook's rules, one for each version of each: the columns of a frame gather them."""

from __future__ import annotations

from ehcp_flow.engine.rulebook import CompiledRulebook, compiled
from ehcp_flow.law.model import Rulebook
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["LawWords", "words_of"]


class LawWords:
    """A compiled rulebook, and what its rules are called: each list has an entry for each version."""

    def __init__(self, book: CompiledRulebook) -> None:
        self.book = book
        self.rulebook = book.rulebook
        rows = book.versions
        self.limit = [rule.limit.id for rule, _ in rows]
        self.duty = [book.duties[rule.order] for rule, _ in rows]
        self.title = [rule.rule.title or rule.limit.title for rule, _ in rows]
        self.actor = [rule.limit.actor for rule, _ in rows]
        self.kind = [rule.kind for rule, _ in rows]
        self.citation = [version.cited for _, version in rows]
        self.cited_by_reason = [rule.rule.cited_by_reason for rule, _ in rows]


@per_vocabulary
def words_of(rulebook: Rulebook) -> LawWords:
    """Return the words of a rulebook. The same rulebook gives the same object."""
    return LawWords(compiled(rulebook))
