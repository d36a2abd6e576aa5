"""The fifth schema of the store, for a host that has an earlier one: a case can be erased whole."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from ehcp_flow.contrib.django.migrating import store_upgrade


class Migration(migrations.Migration):
    """The next schema of the store has a migration like this one, named after it."""

    dependencies: ClassVar[Any] = [("ehcp_flow", "0001_initial")]
    operations: ClassVar[Any] = [store_upgrade()]
