"""A command that prints rows about all cases of the store, as CSV."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.contrib.django.stores import open_store, rebuild
from ehcp_flow.dates import parse_date
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.formulas import disarmed

__all__ = ["RowsCommand"]


class RowsCommand(BaseCommand):
    """A subclass gives `columns`, and `rows` of the cases on a day."""

    columns: Sequence[str] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options that each such command has."""
        parser.add_argument("--as-of", metavar="DAY", help="the day on which the cases are judged (today)")
        parser.add_argument("--authority", metavar="NUMBER", help="the cases of one authority alone")
        parser.add_argument(
            "--database", choices=[*connections], help="where the facts are (EHCP_FLOW_DATABASE, or default)"
        )
        parser.add_argument(
            "--rebuild", action="store_true", help="rebuild the cache of deadlines too: each night, say"
        )

    def handle(self, **options: Any) -> None:
        """Print the rows, the names of their columns first."""
        alias = options["database"]
        try:
            day = dates.today() if options["as_of"] is None else parse_date(options["as_of"])
            with open_store(alias, authority=options["authority"]) as store:
                rows = list(self.rows((held.case for held in store.cases()), day, options))
            if options["rebuild"]:
                rebuild(as_of=day, alias=alias)
        except EhcpFlowError as error:
            raise CommandError(str(error)) from error
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(
            [disarmed("" if row[name] is None else str(row[name])) for name in self.columns] for row in rows
        )

    def rows(self, cases: Iterable[Case], as_of: dt.date, options: dict[str, Any]) -> Iterable[Mapping[str, Any]]:
        """Return the rows."""
        raise NotImplementedError
