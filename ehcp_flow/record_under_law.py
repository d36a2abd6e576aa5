"""What a record breaks of `record_table`, by the law at hand.

The table is read whatever the law, and some of it is England's: the order of its acts, the closures that it allows as
exceptions. A case under another procedure is told of what that reads, and of no ground that it does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ehcp_flow import dates
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.facts import Fact
from ehcp_flow.findings import Finding
from ehcp_flow.record_table import ANSWERED, CLOSURE, ORDERED

__all__ = ["findings_by_law", "not_available"]

_OF_ORDER: Final = frozenset(row.finding for row in (*ORDERED, *ANSWERED))


def findings_by_law(judged: JudgedCase) -> Sequence[Finding]:
    """Return what the facts of a case break of the table, as the law by which it was judged says it.

    Of England, and of a draft of a change to its law, that is everything that the table says.
    """
    of_england = judged.book.is_of_england
    found = judged.case.findings_on(judged.as_of, of_england=of_england)
    return found if of_england else [*_of_another(found, judged)]


def _of_another(found: Sequence[Finding], judged: JudgedCase) -> Iterator[Finding]:
    """Yield what can be said by another law: what of the order of acts it reads, and closures that can excuse there.

    An event that it does not read is told as that (`fact_not_read`), and a ground that it does not have as that.
    """
    grounds = judged.book.rulebook.grounds.values()
    for finding in found:
        fact = finding.fact
        if finding.code == CLOSURE.finding and fact is not None:
            has_it = any(ground.outcome == fact.__dict__["outcome"] for ground in grounds)
            yield finding if has_it else not_available(fact)
        elif finding.code not in _OF_ORDER or fact is None or fact.event in judged.book.reads:
            yield finding


def not_available(fact: Fact) -> Finding:
    """Return the finding that the law has no such exception as a fact says, for the limit that it names or for any."""
    limit, outcome = fact.__dict__["limit"], fact.__dict__["outcome"]
    message = (
        f"exception {outcome} on {dates.written(fact.on)}: the law allows no such exception to {limit or 'any limit'}"
    )
    return Finding("exception_not_available", fact.case_id, fact.on, message, "see the rulebook's exceptions", fact)
