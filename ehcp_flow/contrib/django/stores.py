"""The store on a database of Django, in its transactions: facts and the host's own rows are kept together or not.

And the cache of deadlines, which is worked out anew from the facts, for some cases or for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.contrib.django.lent_connection import lent_connection
from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store import Recorded, Store

__all__ = ["alias_in_use", "held_case", "open_store", "rebuild", "record"]

_KEPT: Final = [field.name for field in CachedDeadline._meta.concrete_fields if field.name != "as_of"]  # noqa: SLF001 - Django's public name
_BATCH: Final = 1000


def alias_in_use() -> str:
    """Return the database that holds the facts: the setting EHCP_FLOW_DATABASE, or `default`."""
    return str(getattr(settings, "EHCP_FLOW_DATABASE", "default"))


@contextmanager
def open_store(alias: str | None = None, **options: Any) -> Iterator[Store]:
    """Give the store on a database of Django, inside `atomic()`: what is written is kept when that commits.

    `options` are those of `Store.on`, such as `authority`. Raises SchemaMissing before `migrate`, StoreURLError for a
    database that the store does not speak.
    """
    using = alias or alias_in_use()
    with transaction.atomic(using=using), lent_connection(using) as connection:
        yield Store.on(connection, **options)


def held_case(case_id: str, alias: str | None = None, *, known_at: dt.datetime | None = None) -> tuple[Case, int]:
    """Return a case and its version: without a fact, and of version 0, where nothing was recorded of it."""
    with open_store(alias) as store:
        try:
            held = store.case(case_id, known_at=known_at)
        except UnknownNameError:
            return Case(case_id), 0
        return held.case, held.version


def record(
    fact: Fact, *, seen: int, recorded_by: str | None = None, key: str | None = None, strict: bool = True,
    alias: str | None = None,
) -> Recorded:  # fmt: skip
    """Record one fact, and have the deadlines of its case rebuilt when the transaction commits.

    Raises MoveRefused for what is not lawful unless `strict` is false, VersionConflict where the case has another
    version than `seen`, and what else `Store.record` raises.
    """
    using = alias or alias_in_use()
    with open_store(using) as store:
        done = store.record(fact.case_id, fact, seen=seen, key=key, strict=strict, recorded_by=recorded_by)
        transaction.on_commit(lambda: rebuild([fact.case_id], alias=using), using=using)
    return done


def rebuild(case_ids: Iterable[str] | None = None, *, as_of: dt.date | None = None, alias: str | None = None) -> int:
    """Put the deadlines of these cases (of all, if not given) as of a day (today) in the place of what is cached.

    Returns how many there are. Run it for all each night, so that what became overdue is shown so.
    """
    using, day = alias or alias_in_use(), dates.today() if as_of is None else as_of
    named = None if case_ids is None else list(case_ids)
    old = CachedDeadline.objects.using(using)
    many = 0
    with transaction.atomic(using=using), open_store(using) as store:
        (old.all() if named is None else old.filter(case_id__in=named)).delete()
        rows: list[CachedDeadline] = []
        for held in store.cases(named):
            rows.extend(
                CachedDeadline(as_of=day, **{name: getattr(deadline, name) for name in _KEPT})
                for deadline in deadlines_of(held.case, day)
            )
            if len(rows) >= _BATCH:
                many += len(old.bulk_create(rows))
                rows = []
        return many + len(old.bulk_create(rows))
