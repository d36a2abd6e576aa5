"""For a host's tests: a store that is emptied, which no fact outside a test may ever be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.creation import TEST_DATABASE_PREFIX

from ehcp_flow.contrib.django.models import CachedDeadline
from ehcp_flow.contrib.django.stores import alias_in_use
from ehcp_flow.store.table_names import Names

__all__ = ["empty_store"]


def empty_store(alias: str | None = None) -> None:
    """Delete all facts and the cache; Django's flush, after a TransactionTestCase, does not know the store's tables.

    Raises RuntimeError for a database that Django's test runner did not make.
    """
    using = alias or alias_in_use()
    connection, names = connections[using], Names("ehcp_", None)
    if not _is_of_a_test(connection):
        raise RuntimeError(f"{connection.settings_dict['NAME']} is no test database: its facts are not deleted")
    tables = [names.facts, names.texts, names.heads, names.imports, names.erased]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        CachedDeadline.objects.using(using).all().delete()
        if connection.vendor == "postgresql":
            for table in (*tables, names.counter):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            cursor.execute(f"UPDATE {names.counter} SET last = 0")  # noqa: S608 - a name of ours
            for table in (*tables, names.counter):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ehcp\\_%' ESCAPE '\\'"
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - as above
        cursor.execute(f"UPDATE {names.counter} SET last = 0")  # noqa: S608 - as above
        for _, statement in triggers:
            cursor.execute(statement)


def _is_of_a_test(connection: Any) -> bool:
    """Whether Django's test runner made the database: its name says so, or it is in memory."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        return True
    begins = str(connection.settings_dict["TEST"]["NAME"] or TEST_DATABASE_PREFIX)
    if connection.vendor == "sqlite":  # of `x.sqlite3`, tests that run in parallel have `x_1.sqlite3`
        begins = begins.removesuffix(Path(begins).suffix)
    return str(connection.settings_dict["NAME"]).startswith(begins)
