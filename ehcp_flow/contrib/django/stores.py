"""The store on a database of Django, in its transactions: facts and the host's own rows are kept together or not.

And the cache of deadlines, which is worked out anew from the facts, for some cases or for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connections, transaction

from ehcp_flow import dates
from ehcp_flow.contrib.django.lent_connection import lent_connection
from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.facts import Fact
from ehcp_flow.states import record as checked
from ehcp_flow.store import Recorded, Store, StoredCase
from ehcp_flow.store.errors import SchemaMissing, SchemaOutOfDate

__all__ = ["alias_in_use", "case_or_new", "open_store", "rebuild", "record", "record_all"]

_KEPT: Final = [field.name for field in CachedDeadline._meta.concrete_fields if field.name != "as_of"]  # noqa: SLF001 - Django's public name
_CASES_AT_ONCE: Final = 200
"""So many cases are rebuilt in one transaction: whoever records meanwhile waits for no more."""
_MIGRATE: Final = "python manage.py migrate"


def alias_in_use() -> str:
    """Return the database that holds the facts: the setting EHCP_FLOW_DATABASE, or `default`."""
    return str(getattr(settings, "EHCP_FLOW_DATABASE", "default"))


@contextmanager
def open_store(alias: str | None = None, **options: Any) -> Iterator[Store]:
    """Give the store on a database of Django, inside `atomic()`: what is written is kept when that commits.

    `options` are those of `Store.on`, such as `authority`; a strict command is checked by the rulebook in use. Raises
    SchemaMissing or SchemaOutOfDate before `migrate`, StoreURLError for a database that the store does not speak.
    """
    using = alias or alias_in_use()
    options = {"check": partial(checked, rulebook=rulebook_in_use()), **options}
    with transaction.atomic(using=using), lent_connection(using) as connection:
        yield _bound(connection, using, options)


@contextmanager
def _writing(alias: str | None, **options: Any) -> Iterator[Store]:
    """Give the store to who will write, whose turn it is before anything is read.

    On SQLite a transaction that begins by reading cannot write any more once somebody else has; a write that changes
    nothing waits for them first. In a transaction of the host that has read already it is too late, as the store says.
    """
    using = alias or alias_in_use()
    with transaction.atomic(using=using):
        if connections[using].vendor == "sqlite":
            with suppress(OperationalError), connections[using].cursor() as cursor:
                cursor.execute("UPDATE ehcp_counter SET last = last WHERE 0")
        with open_store(using, **options) as store:
            yield store


def _bound(connection: Any, using: str, options: dict[str, Any]) -> Store:
    migrate = _MIGRATE if using == "default" else f"{_MIGRATE} --database {using}"
    try:
        return Store.on(connection, **options)
    except SchemaMissing as error:
        raise SchemaMissing(error.wanted, by=migrate) from None
    except SchemaOutOfDate as error:
        raise SchemaOutOfDate(str(error.found), error.wanted, by=migrate) from None


def case_or_new(case_id: str, *, alias: str | None = None, authority: str | None = None) -> StoredCase:
    """Return a case and its version: without a fact, and of version 0, where nothing was recorded of it.

    With `authority`, so does a case of another authority.
    """
    with open_store(alias, authority=authority) as store:
        return store.case_or_new(case_id)


def record(
    fact: Fact, *, seen: int, recorded_by: str | None = None, key: str | None = None, strict: bool = True,
    alias: str | None = None, authority: str | None = None,
) -> Recorded:  # fmt: skip
    """Record one fact, and have the deadlines of its case rebuilt when the transaction commits.

    Raises MoveRefused for what is not lawful unless `strict` is false, VersionConflict where the case has another
    version than `seen`, and what else `Store.record` raises.
    """
    with _writing(alias, authority=authority) as store:
        done = store.record(fact.case_id, fact, seen=seen, key=key, strict=strict, recorded_by=recorded_by)
        _rebuild_on_commit(fact.case_id, alias)
    return done


def record_all(
    facts: Sequence[Fact], *, seen: int, recorded_by: str | None = None, strict: bool = True,
    alias: str | None = None, authority: str | None = None,
) -> list[Recorded]:  # fmt: skip
    """Record several facts of one case together or not at all; all else as for `record`."""
    with _writing(alias, authority=authority) as store, store.work(recorded_by=recorded_by) as work:
        for fact in facts:
            work.record(fact.case_id, fact, seen=seen, strict=strict)
            _rebuild_on_commit(fact.case_id, alias)
        return work.commit()


def _rebuild_on_commit(case_id: str, alias: str | None) -> None:
    using = alias or alias_in_use()
    # What was committed stays so whatever becomes of the cache: a failure is logged, and the night puts it right.
    transaction.on_commit(lambda: rebuild([case_id], alias=using), using=using, robust=True)


def rebuild(case_ids: Iterable[str] | None = None, *, as_of: dt.date | None = None, alias: str | None = None) -> int:
    """Put the deadlines of these cases (of all, if not given) as of a day (today) in the place of what is cached.

    Returns how many there are. Run it for all each night, so that what became overdue is shown so.
    """
    using, day = alias or alias_in_use(), dates.today() if as_of is None else as_of
    if case_ids is None:
        with open_store(using) as store:
            # Cases that were erased have no deadlines any more, but may be cached.
            cached = CachedDeadline.objects.using(using).order_by().values_list("case_id", flat=True).distinct()
            case_ids = {*store.case_ids(), *cached}
    named = sorted(case_ids)
    return sum(_rebuilt(named[at : at + _CASES_AT_ONCE], day, using) for at in range(0, len(named), _CASES_AT_ONCE))


def _rebuilt(case_ids: list[str], day: dt.date, using: str) -> int:
    old = CachedDeadline.objects.using(using)
    with _writing(using) as store:
        if connections[using].vendor == "postgresql":
            # Two who rebuild the same case would both find nothing to delete of what the other is about to write.
            with connections[using].cursor() as cursor:
                cursor.execute(f"LOCK TABLE {CachedDeadline._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")  # noqa: SLF001 - as above
        old.filter(case_id__in=case_ids).delete()
        return len(
            old.bulk_create(
                CachedDeadline(as_of=day, **{name: getattr(deadline, name) for name in _KEPT})
                for held in store.cases(case_ids)
                for deadline in deadlines_of(held.case, day, rulebook=rulebook_in_use())
            )
        )
