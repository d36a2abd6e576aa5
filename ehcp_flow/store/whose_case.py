"""Whose case a fact is of: what a store that is open for some authorities takes, and how a fact is stamped with one."""

from __future__ import annotations

from collections.abc import Iterable

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store.errors import CaseErased, WrongAuthority
from ehcp_flow.store.fact_rows import Head, Tombstone

__all__ = ["Scope", "corrects_as_recorded", "owner_of", "refuse_erased", "refuse_others", "stamped"]

Scope = frozenset[str]
"""The authorities whose cases a store may touch; None in its place: all of them."""


def refuse_others(head: Head | None, fact: Fact, scope: Scope | None) -> None:
    """Refuse a fact that names an authority outside the scope, and any fact of a case outside it.

    Such a case gets the answer of a case that does not exist, and nothing of it is looked at.
    """
    if scope is None:
        return
    if fact.authority is not None and fact.authority not in scope:
        raise WrongAuthority(fact.case_id, ", ".join(sorted(scope)))
    if head is not None and head.authority not in scope:
        raise UnknownNameError("case", fact.case_id, ())


def stamped(fact: Fact, head: Head | None, scope: Scope | None) -> Fact:
    """Return the fact with the authority that the scope leaves it, where it says none.

    Raises FactError for a new case where the scope leaves several.
    """
    if scope is None or fact.authority is not None:
        return fact
    if head is not None:
        return fact.model_copy(update={"authority": head.authority})
    if len(scope) != 1:
        raise FactError(fact.event, "authority", None, f"say whose case it is: {' or '.join(sorted(scope))}")
    return fact.model_copy(update={"authority": next(iter(scope))})


def corrects_as_recorded(fact: Fact, recorded: Iterable[Fact]) -> Fact:
    """Return the fact with what it corrects named as the case has it.

    Without a `fact_id`, a fact is named by a digest of what it says: who worked that out before the fact was given its
    authority still means the same one.
    """
    now: dict[str | None, str] = {}
    before: dict[str | None, str] = {}
    for each in recorded:
        if each.id == fact.corrects:
            return fact
        for corrected in (each.corrects, before.get(each.corrects, each.corrects)):
            before[each.id] = each.model_copy(update={"authority": None, "corrects": corrected}).id
            now[before[each.id]] = each.id
    return fact.model_copy(update={"corrects": now.get(fact.corrects, fact.corrects)})


def refuse_erased(left: Tombstone | None, scope: Scope | None) -> None:
    """Refuse a fact of a case that was erased; of one outside the scope as of a case that does not exist."""
    if left is None:
        return
    if scope is not None and left.authority not in scope:
        raise UnknownNameError("case", left.case_id, ())
    raise CaseErased(left.case_id, left.erased_at[:10])


def owner_of(head: Head | None, fact: Fact) -> str | None:
    """Return whose case it is, as the store has it or the fact says."""
    return (head.authority if head is not None else None) or fact.authority
