"""`manage.py ehcp_desk`: what there is to do, and what first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser

from ehcp_flow.case import Case
from ehcp_flow.contrib.django.management.rows_command import RowsCommand
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.measures.desk import desk

__all__ = ["Command"]


class Command(RowsCommand):
    """The rows of the desk, as `ehcp_flow.measures.desk` has them."""

    help = "Print what is overdue or falls due in the days ahead, as CSV."
    columns = ("list", "case_id", "what", "due_on", "days_left", "status", "since", "citation")

    def add_arguments(self, parser: CommandParser) -> None:
        """Add how far ahead to look."""
        super().add_arguments(parser)
        parser.add_argument("--days", type=int, default=14, help="how many days ahead to look (14)")

    def rows(self, cases: Iterable[Case], as_of: dt.date, options: dict[str, Any]) -> Iterable[Mapping[str, Any]]:
        """Return the desk's rows."""
        return desk(cases, as_of, days=options["days"], rulebook=rulebook_in_use())
