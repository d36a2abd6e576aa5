"""The tables of the store, made by its own migrations in Django's transaction, and the cache of deadlines."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

from ehcp_flow.contrib.django.migrating import store_upgrade


class Migration(migrations.Migration):
    """Taken back it drops the cache alone: facts are never dropped by a migration."""

    initial = True
    dependencies: ClassVar[Any] = []
    operations: ClassVar[Any] = [
        store_upgrade(),
        migrations.CreateModel(
            name="CachedDeadline",
            fields=[
                ("key", models.CharField(max_length=1000, primary_key=True, serialize=False)),
                ("case_id", models.CharField(db_index=True, max_length=200)),
                ("authority", models.CharField(max_length=3, null=True)),
                ("limit", models.CharField(max_length=100)),
                ("title", models.CharField(max_length=300)),
                ("party", models.CharField(max_length=100, null=True)),
                ("due_on", models.DateField(db_index=True, null=True)),
                ("done_on", models.DateField(null=True)),
                ("status", models.CharField(max_length=20)),
                ("breach", models.BooleanField()),
                ("as_of", models.DateField()),
            ],
            options={"verbose_name": "deadline", "db_table": "ehcp_deadline_cache", "ordering": ["due_on", "key"]},
        ),
    ]
