"""The deadlines of the cases as a table, for lists and joins: a cache, which is rebuilt and never true by itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

__all__ = ["CachedDeadline"]


class CachedDeadline(models.Model):
    """One deadline as it stood on `as_of`; the columns are those of `ehcp_flow.Deadline`."""

    key = models.CharField(max_length=1000, primary_key=True)
    case_id = models.CharField(max_length=200, db_index=True)
    authority = models.CharField(max_length=3, null=True)  # noqa: DJ001 - it is not known, which is not empty
    limit = models.CharField(max_length=100)
    title = models.CharField(max_length=300)
    party = models.CharField(max_length=100, null=True)  # noqa: DJ001 - as authority
    due_on = models.DateField(null=True, db_index=True)
    done_on = models.DateField(null=True)
    status = models.CharField(max_length=20)
    breach = models.BooleanField()
    as_of = models.DateField()

    class Meta:
        db_table = "ehcp_deadline_cache"
        ordering: ClassVar[Any] = ["due_on", "key"]
        verbose_name = "deadline"

    def __str__(self) -> str:
        return f"{self.case_id}: {self.title}, {self.due_on or 'no day'} ({self.status})"
