"""What the app's migrations do to the store: a migration for each schema of it, so that `migrate` upgrades it.

The store's tables are made and upgraded by its own migrations, on Django's connection and in Django's transaction.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

from ehcp_flow.contrib.django.lent_connection import lent_connection
from ehcp_flow.contrib.django.stores import alias_in_use
from ehcp_flow.store import schema
from ehcp_flow.store.table_names import Names

__all__ = ["store_upgrade"]


def _upgrade(_apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    if alias == alias_in_use():
        with lent_connection(alias) as connection:
            schema.upgrade(connection, Names())


def store_upgrade() -> migrations.RunPython:
    """Return the operation that brings the store to the newest schema where the facts are kept; elsewhere, nothing.

    Taken back it does nothing: no fact is dropped by a migration.
    """
    return migrations.RunPython(_upgrade, migrations.RunPython.noop, elidable=False)
