"""A case told in weeks and days from its request, as an authority's handbook tells it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date
from ehcp_flow.facts import make_fact

__all__ = ["CaseBuilder", "case_builder"]


@dataclass(frozen=True)
class CaseBuilder(Case):
    """A case, which `week`, `day` and `on` give another fact: each returns the longer case and leaves this one alone.

    `received` is the day from which weeks and days are counted.
    """

    received: dt.date = dt.date.min

    def week(self, number: int, event: str, **fields: Any) -> CaseBuilder:
        """Return the case with an event so many weeks after the request, to the day: week 6 ends 6 weeks after it."""
        return self.on(self.received + dt.timedelta(weeks=number), event, **fields)

    def day(self, number: int, event: str, **fields: Any) -> CaseBuilder:
        """Return the case with an event so many days after the request."""
        return self.on(self.received + dt.timedelta(days=number), event, **fields)

    def on(self, day: dt.date | str, event: str, **fields: Any) -> CaseBuilder:
        """Return the case with an event on a day; `fields` are its columns, such as `party`.

        Raises UnknownNameError for an unknown event, FactError for a field that cannot be.
        """
        fact = make_fact(event, case_id=self.case_id, on=day, **fields)
        return CaseBuilder(self.case_id, (*self.recorded, fact), self.received)


def case_builder(received: dt.date | str, *, case_id: str = "a-1", **fields: Any) -> CaseBuilder:
    """Return the case that a request begins: `fields` are columns of `request_received`, such as `party`."""
    day = parse_date(received)
    return CaseBuilder(case_id, (), day).on(day, "request_received", **fields)
