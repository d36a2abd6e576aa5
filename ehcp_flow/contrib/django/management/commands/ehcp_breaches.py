"""`manage.py ehcp_breaches`: every breach of the law in the store, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ehcp_flow.case import Case
from ehcp_flow.contrib.django.management.rows_command import RowsCommand
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.deadlines import deadlines_of

__all__ = ["Command"]


class Command(RowsCommand):
    """The breaches, case by case."""

    help = "Print every statutory limit that was missed and that nothing excuses, as CSV."
    columns = ("case_id", "limit", "party", "title", "due_on", "done_on", "status", "days_over", "citation")

    def rows(self, cases: Iterable[Case], as_of: dt.date, options: dict[str, Any]) -> Iterable[Mapping[str, Any]]:
        """Return a row for each."""
        rulebook = rulebook_in_use()
        for case in cases:
            yield from (each.as_dict() for each in deadlines_of(case, as_of, rulebook=rulebook) if each.breach)
