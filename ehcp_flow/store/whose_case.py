"""Whose case a fact is of: what a store that is open for some authorities takes, and how a fact is stamped with one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from typing import Final, Self

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store.errors import CaseErased, WrongAuthority
from ehcp_flow.store.fact_rows import Head, Tombstone

__all__ = [
    "OfAuthority",
    "Scope",
    "authority_number",
    "corrects_as_recorded",
    "owner_of",
    "refuse_erased",
    "refuse_others",
    "stamped",
]

Scope = frozenset[str]
"""The authorities whose cases a store may touch; None in its place: all of them."""
_NUMBER: Final = re.compile(r"[0-9]{3}")


def authority_number(authority: str) -> str:
    """Return the number of an authority. Raises FactError for what is none."""
    if not _NUMBER.fullmatch(authority):
        raise FactError("", "authority", authority, "write the local authority's three-digit number, such as 885")
    return authority


class OfAuthority:
    """What a store knows of whose cases it may touch."""

    authority: str | None

    @property
    def scope(self) -> Scope | None:
        """The authorities whose cases this store records; None: all."""
        return None if self.authority is None else frozenset((self.authority,))

    def scoped(self, authority: str) -> Self:
        """Return the same store, on the same connections, open for one authority: for a service that several use.

        Whoever closes one of them closes all. Raises FactError for what is no authority's number, and for another than
        the one that this store is open for.
        """
        if self.authority not in (None, authority):
            raise FactError("", "authority", authority, f"the store is open for {self.authority} alone")
        shown = copy(self)
        shown.authority = authority_number(authority)
        return shown


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
