"""Erasing a case: every fact of it gone, and a tombstone in its place, by which the store still verifies.

What is erased, and when, is a person's decision (`ehcp_flow.measures.retention` lists what has come to its end).
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable
from operator import attrgetter

from ehcp_flow.errors import FactError
from ehcp_flow.store.errors import StoreCorrupt, StoreUnavailable
from ehcp_flow.store.fact_rows import Tombstone, instant_text, parse_instant_text, plain
from ehcp_flow.store.results import Erasure
from ehcp_flow.store.verifying import examine_tombstone

__all__ = ["Erasing"]


class Erasing(ABC):
    """The part of a store that erases."""

    clock: Callable[[], dt.datetime]

    def erase(self, case_id: str, reason: str, by: str, *, sweep: bool = True) -> Erasure:
        """Take a case out of the store for good, and return what is left of it: who erased it when, and why.

        Every fact of it goes, its free texts and its head, from what is read, followed and exported from then on. What
        stays is a tombstone, by which the store still verifies; the id is never begun again. `sweep` takes it out of
        what the database has freed as well: of many cases, do that once behind the last. Backups, earlier exports and
        what followers have taken are not reached. What the sweep could not do stands in `unswept`. Raises
        UnknownNameError if there is no such case, StoreReadOnly where the database lets this role not.
        """
        plain("erasure", "reason", reason)
        plain("erasure", "by", by)
        if not reason.strip() or not by.strip():
            raise FactError("erasure", "by" if reason.strip() else "reason", "", "say why it is erased, and by whom")
        left = self._erase(case_id, instant_text(self.clock()), by, reason)
        return _erasure(left, self.sweep() if sweep else ())

    def sweep(self) -> tuple[str, ...]:
        """Have the database overwrite or give back what it has freed, and return what it could not do, a sentence each.

        The whole store is written anew, and on PostgreSQL nobody else reads or writes meanwhile. Inside a host's
        transaction nothing is done.
        """
        try:
            return self._sweep()
        except StoreUnavailable as error:  # what was erased is erased, and must not look as if it were not
            return (
                f"what was erased may still lie where the database has freed it ({error.detail}): sweep again later",
            )

    def _sweep(self) -> tuple[str, ...]:
        """Do what `sweep` says."""
        return ()

    def erased(self) -> list[Erasure]:
        """Return the cases that were erased, in the order in which they were.

        Raises StoreCorrupt where what is left of one was edited.
        """
        return sorted(map(_erasure, self._tombstones()), key=attrgetter("erased_at", "case_id"))

    @abstractmethod
    def _erase(self, case_id: str, at: str, by: str, reason: str) -> Tombstone:
        """Delete all that is held of a case and leave what `plan_erasure` says, all or nothing.

        Raises UnknownNameError if there is no such case of this store's to see.
        """

    @abstractmethod
    def _tombstones(self) -> list[Tombstone]:
        """Return what is left of the cases that were erased and are this store's to see."""


def _erasure(left: Tombstone, unswept: tuple[str, ...] = ()) -> Erasure:
    if next(examine_tombstone(left), None):
        raise StoreCorrupt(f"case {left.case_id}", "what is left of it since it was erased was edited")
    at = parse_instant_text(left.erased_at)
    return Erasure(left.case_id, left.authority or None, left.version, at, left.erased_by, left.reason, unswept)
