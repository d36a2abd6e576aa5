"""What the columns of a sheet are by their headings and cells, before anything is proposed of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from ehcp_flow.conversion.cell_dates import DateOrder, read_cell_date
from ehcp_flow.conversion.convert_file import LEAVE_OUT
from ehcp_flow.conversion.heading_rows import SEVERAL, heading_key
from ehcp_flow.conversion.headings import KnownHeading, known_heading, outcome_words
from ehcp_flow.conversion.sheet import HeadedSheet, RawSheet

__all__ = ["MOSTLY", "NOTHING", "SheetColumn", "columns_of"]

NOTHING: Final = (
    "n/a",
    "na",
    "tbc",
    "tba",
    "-",
    "--",
    "none",
    "nil",
    "unknown",
    "not known",
    "pending",
    "awaiting",
    "?",
    "n/k",
    "nk",
    # What a spreadsheet shows of a formula that came to nothing, and of a day that is zero.
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#div/0!",
    "00/01/1900",
)
"""The words that mean nothing in the sheets of most."""
MOSTLY: Final = 0.6
"""From which share of its cells on a column is one of days, or of words that are known."""
_BARE: Final = ("received", "requested", "date received", "date requested", "received date")
"""Headings that say what was done and not what it was done to: alone they are the request's, under another's not."""
_OF_THE_REQUEST: Final = ("", "child", "pupil", "request", "referral", "assessment", "ehcna", "request for assessment")
_NUMBERED: Final = re.compile(r"(?P<name>.*) \((?P<number>[0-9]+)\)")
"""How a heading is told apart that stands there before."""


class SheetColumn(NamedTuple):
    """A column: its name, what that means, its cells that say something, and the share of them that are days.

    `number` is 2 for the second column of one `heading`: a sheet that has its reviews side by side repeats them.
    """

    name: str
    heading: str
    number: int
    means: KnownHeading | None
    cells: list[str]
    days: float
    orders: frozenset[DateOrder]

    def mostly(self, words: Mapping[str, Collection[str]]) -> bool:
        """Whether most of its cells are among words that are known."""
        known = {word for each in words.values() for word in each}
        return sum(cell.casefold() in known for cell in self.cells) >= MOSTLY * len(self.cells) > 0


def columns_of(raw: RawSheet, sheet: HeadedSheet) -> list[SheetColumn]:
    """Return the columns of a sheet, from left to right."""
    groups = _groups(raw, sheet)
    found: list[SheetColumn] = []
    for name in sheet.columns:
        cells = [cell for cell in sheet.columns[name].to_list() if cell and cell.casefold() not in NOTHING]
        read = [read_cell_date(cell, DateOrder.DAY_FIRST) for cell in cells]
        # One in the other order is a day that was meant.
        days = sum(not each.fault or each.order is not None for each in read)
        orders = frozenset(each.order for each in read if each.order is not None)
        shown = _NUMBERED.fullmatch(name)
        number = int(shown["number"]) if shown is not None and shown["name"] in sheet.columns else 1
        heading = shown["name"] if shown is not None and number > 1 else name
        means = _means(heading, groups.get(name, ""), found[-1].means if found else None, alone=number == 1)
        column = SheetColumn(name, heading, number, means, cells, days / len(cells) if cells else 0, orders)
        found.append(column._replace(means=_by_its_words(column)))
    for at, (column, after) in enumerate(pairwise(found)):
        # "Date" alone before the decision that it is the day of.
        own = known_heading(column.heading)
        if column.means is None and own is not None and own.decision == "day":
            found[at] = column._replace(means=_day_of(after.means, own))
    return found


def _groups(raw: RawSheet, sheet: HeadedSheet) -> Mapping[str, str]:
    """Return under which merged cells each column stands, where the row above the header has several.

    A heading that is merged with the cell above it stands under none, and ends the one before it.
    """
    at = sheet.first - 2
    above = raw.rows[at - 1] if at > 0 else []
    if sum(map(bool, above)) < SEVERAL:
        return {}
    found, group = {}, ""
    for place, name in enumerate(sheet.columns):
        over = above[place] if place < len(above) else ""
        own = raw.rows[at][place] if place < len(raw.rows[at]) else ""
        group = "" if over and not own else over or group
        found[name] = group
    return found


def _means(heading: str, group: str, before: KnownHeading | None, *, alone: bool) -> KnownHeading | None:
    """Return what a heading means after the one before it and under the merged cells above it; or a question."""
    own = known_heading(heading)
    if own is not None and own.decision == "day" and (of := _day_of(before, own)) is not None:
        return of
    if own is not None and own.decision == "words" and before is not None and before.needs == "outcome":
        # "Outcome" alone is that of the day right before it.
        return KnownHeading(says=(), outcome_of=before.event, outcomes=outcome_words(before.event))
    grouped = known_heading(f"{group} {heading}") if group else None
    if grouped is not None:
        return grouped
    if own is not None and heading_key(heading) in own.beside:
        return None
    if heading_key(heading) not in _BARE or (alone and heading_key(group) in _OF_THE_REQUEST):
        return own
    of_what = f"of what is that the day? It stands under {group}" if group else "of what is that the day?"
    return KnownHeading(says=(), ask=of_what, choices=("request_received", LEAVE_OUT))


def _day_of(words: KnownHeading | None, own: KnownHeading) -> KnownHeading | None:
    """Return what a day of a decision means beside the column that says what was decided, None beside any other."""
    if words is None or words.day_of:
        return None
    if words.outcome_of:
        return KnownHeading(says=(), event=words.outcome_of, needs="outcome")
    if words.decision == "words":
        return own
    return KnownHeading(says=(), date_of=next(iter(words.decides))) if words.decides else None


def _by_its_words(column: SheetColumn) -> KnownHeading | None:
    """Return what a column means that says what was decided and not of what, where its words are those of one alone."""
    means = column.means
    if means is None or not means.reviewed or not column.mostly(outcome_words(means.reviewed)):
        return means
    return KnownHeading(says=(), outcome_of=means.reviewed, outcomes=outcome_words(means.reviewed))
