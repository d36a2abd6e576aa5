"""What may be shown: everything, or, for publication, only what small numbers cannot be worked out from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from ehcp_flow.measures.arithmetic import UNAVAILABLE
from ehcp_flow.reports.suppression import HIDDEN, Relation, hidden_cells
from ehcp_flow.reports.verdict import Headline

__all__ = ["Showing"]

_TOTAL: Final = "total"


class Showing:
    """Hides small counts where `least` is more than 1; else everything passes as it is."""

    def __init__(self, least: int = 0) -> None:
        self.least = least

    @property
    def all(self) -> bool:
        """Whether nothing is hidden."""
        return self.least <= 1

    def count(self, value: int) -> int | str:
        """Return a count that stands alone."""
        return HIDDEN if 0 < value < self.least else value

    def share_may_show(self, numerator: int, denominator: int) -> bool:
        """Whether a percentage may be shown: neither the part, the rest nor the whole is a small number."""
        return not any(0 < value < self.least for value in (numerator, denominator - numerator, denominator))

    def headline(self, line: Headline) -> Headline:
        """Return a line of the first screen with its small shares hidden."""
        if not self.share_may_show(*line.now_of):
            line = replace(line, now=HIDDEN, now_of=(0, 0), change="cannot be said")
        if not self.share_may_show(*line.before_of):
            line = replace(line, before=HIDDEN, before_of=(0, 0), change="cannot be said")
        if not self.all:
            # The counts of two lines that differ by their exceptions would give the exceptions away.
            line = replace(line, now_of=(0, 0), before_of=(0, 0))
        return line

    def summary(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """Return the summary of the open cases: its weeks too are hidden where few are open."""
        shown = dict(summary)
        if self.all:
            return shown
        counts = ("open", "open_over_20_weeks", "open_over_52_weeks")
        cells = {name: summary[name] for name in counts}
        cells["within 20"] = cells["open"] - cells["open_over_20_weeks"]
        cells["20 to 52"] = cells["open_over_20_weeks"] - cells["open_over_52_weeks"]
        hidden = hidden_cells(
            cells,
            [
                ("open", ("open_over_20_weeks", "within 20")),
                ("open_over_20_weeks", ("open_over_52_weeks", "20 to 52")),
            ],
            self.least,
        )
        shown.update({name: HIDDEN for name in counts if name in hidden})
        for weeks, base in (
            ("mean_weeks_open", "open"),
            ("median_weeks_open", "open"),
            ("mean_weeks_open_over_20", "open_over_20_weeks"),
            ("longest_wait_weeks", "open"),
        ):
            if base in hidden:
                shown[weeks] = HIDDEN
        # The longest wait is one child's.
        shown["longest_wait_weeks"] = HIDDEN
        return shown

    def never(self, never: Mapping[str, Any]) -> dict[str, Any]:
        """Return how many were never reviewed, unless that is few."""
        if self.share_may_show(never["never_reviewed"], never["plans_due_a_review_once"]):
            return dict(never)
        return dict.fromkeys(never, HIDDEN)

    def table(
        self,
        rows: Sequence[Mapping[str, Any]],
        parts: Sequence[str],
        *,
        total: str | None = None,
        shares: Mapping[str, str] | None = None,
        chained: bool = False,
    ) -> list[dict[str, Any]]:
        """Return a table with its small counts hidden, and others with them.

        `parts` are the columns of counts; with `total` they add up to that column in each row, and each column adds up
        over the rows to what the page shows elsewhere. `shares` are further columns by the count that they hang on.
        `chained` says that each row is a part of the row before.
        """
        if self.all:
            return [dict(row) for row in rows]
        names = (*parts, *((total,) if total else ()))
        cells: dict[tuple[str, str], int] = {
            (str(at), name): row[name] for at, row in enumerate(rows) for name in names
        }
        relations: list[Relation[tuple[str, str]]] = []
        places = [str(at) for at in range(len(rows))]
        if total:
            relations += [((at, total), [(at, name) for name in parts]) for at in places]
            for name in names:
                cells[_TOTAL, name] = sum(cells[at, name] for at in places)
                relations.append(((_TOTAL, name), [(at, name) for at in places]))
        if chained:
            for name in parts:
                for earlier, later in pairwise(places):
                    cells[f"{later} lost", name] = cells[earlier, name] - cells[later, name]
                    relations.append(((earlier, name), [(later, name), (f"{later} lost", name)]))
        hidden = hidden_cells(cells, relations, self.least)
        shown = []
        for at, row in enumerate(rows):
            values = dict(row)
            for name in names:
                if (str(at), name) in hidden:
                    values[name] = HIDDEN
            for share, base in (shares or {}).items():
                before = (str(at - 1), base)
                lost = (f"{at} lost", base) in hidden
                if (str(at), base) in hidden or lost or (chained and before in hidden):
                    values[share] = UNAVAILABLE if values[share] == UNAVAILABLE else HIDDEN
            shown.append(values)
        return shown
