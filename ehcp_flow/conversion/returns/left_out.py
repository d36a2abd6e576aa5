"""What a return says and no fact or particular can be made of as it stands: told, with where it is and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ehcp_flow.conversion.returns.mapping import notes
from ehcp_flow.conversion.returns.records import ReturnRow

__all__ = ["OUTCOMES", "LeftOut"]

OUTCOMES: Final = (
    ("requests", "request_outcome", "RequestOutcome", "RequestOutcomeDate"),
    ("assessments", "assessment_outcome", "AssessmentOutcome", "AssessmentOutcomeDate"),
)
"""Which items say what had become of something, and when."""
_PLACE: Final = ("URN", "UKPRN", "SENSetting")
_HANGS_ON: Final = (
    ("plan_details", _PLACE, ("PlacementRank",)),
    ("placements", _PLACE, ("PlacementRank", "EntryDate", "LeavingDate")),
    ("needs", ("SENtype",), ("SENtypeRank",)),
)
"""Of a table what says which it is, and the items that say nothing without one of these."""
_PLACES: Final = 6
"""Of how many values that are left out it is told where they stand."""


class LeftOut:
    """The values of a return that are left out, by key of `notes`; what was refused is told with the refused rows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._found: dict[str, list[str]] = {}

    def look_at(
        self, rows: Mapping[str, Sequence[ReturnRow]], timeless: Iterable[tuple[str, str]], *, has_request: bool
    ) -> None:
        """Find what is left out of a request: of its clean rows by table, of outcomes of no year, with table and item.

        `has_request` says whether the day of the request is one of its facts.
        """
        first = {table: next(iter(each), None) for table, each in rows.items()}
        for table, item in timeless:
            self._add("outcome_of_no_year", first[table], item)
        if not has_request:
            self._add("source_of_no_request", first["requests"], "RequestSource")
        for table, _, item, day in OUTCOMES:
            row = first[table]
            if row is not None and row.values.get(item, "A") == "A":
                self._add("undecided", row, day)
        row = first["active_plans"]
        if row is not None and "LastReview" not in row.values:
            self._add("outcome_of_no_day", row, "ReviewOutcome")
        for table, places, items in _HANGS_ON:
            for each in rows[table]:
                if each.values.keys().isdisjoint(places):
                    for item in items:
                        self._add(f"{table}_of_nothing", each, item)

    def _add(self, key: str, row: ReturnRow | None, item: str) -> None:
        if row is not None and item in row.values:
            file = "" if row.file == self.name else f"{row.file}, "
            self._found.setdefault(key, []).append(f"{file}{item} line {row.lines.get(item, row.line)}")

    def told(self) -> list[str]:
        """Return a sentence for each kind: how many, why, and where the first of them stand."""
        said = []
        for key, where in self._found.items():
            more = f" and {len(where) - _PLACES:,} more" if len(where) > _PLACES else ""
            said.append(f"{len(where):,} {notes()[key]} ({', '.join(where[:_PLACES])}{more})")
        return said
