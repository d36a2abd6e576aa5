"""What goes wrong in real records, done on purpose: on facts, and on the cells of a file."""

from __future__ import annotations

import datetime as dt
from typing import Final

from ehcp_flow.facts import LEGAL_ORDER
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import MadeUpFact

__all__ = ["CELL_FAULTS", "FAULTS", "blot", "spoil"]

FAULTS: Final = (
    "missing_request", "missing_decision", "duplicate", "second_date", "swapped_dates", "future_date",
    "final_before_draft", "wrong_year",
)  # fmt: skip
"""Ways in which a record of facts is spoilt. Each leaves facts that can be read."""
CELL_FAULTS: Final = ("no_such_day", "no_date", "two_digit_year", "unknown_event", "unknown_outcome", "authority_name")
"""Ways in which a cell of a file is spoilt, so that its row is refused."""
_DECISIONS: Final = frozenset({"assessment_agreed", "review_decision_sent", "draft_plan_sent"})


def spoil(rows: list[MadeUpFact], chance: Chance, as_of: int) -> list[MadeUpFact]:
    """Return the rows of a case with one fault that they can bear."""
    kind = chance.one_of(FAULTS)
    index = chance.between(0, len(rows) - 1)
    row = rows[index]
    if kind == "missing_request" and len(rows) > 1 and rows[0].event == "request_received":
        spoilt = rows[1:]
    elif kind == "missing_decision" and len(rows) > 1 and any(row.event in _DECISIONS for row in rows):
        gone = next(row for row in rows if row.event in _DECISIONS)
        spoilt = [row for row in rows if row is not gone]
    elif kind == "second_date" and row.event != "phase_transfer_due":
        spoilt = [*rows, row._replace(on=min(row.on + chance.between(1, 20), as_of))]
    elif kind == "swapped_dates" and len(rows) > 1:
        spoilt = _swap(rows, index - 1 if index else 0, index or 1)
    elif kind == "future_date":
        spoilt = [*rows[:index], row._replace(on=as_of + chance.between(30, 800)), *rows[index + 1 :]]
    elif kind == "final_before_draft" and (pair := _draft_and_final(rows)):
        spoilt = _swap(rows, *pair)
    elif kind == "wrong_year":
        spoilt = [*rows[:index], row._replace(on=_ten_years_before(row.on)), *rows[index + 1 :]]
    else:
        spoilt = [*rows, row]
    spoilt.sort()
    return spoilt


def _ten_years_before(on: int) -> int:
    day = dt.date.fromordinal(on)
    return dt.date(day.year - 10, day.month, min(day.day, 28)).toordinal()


def _swap(rows: list[MadeUpFact], one: int, other: int) -> list[MadeUpFact]:
    swapped = list(rows)
    swapped[one] = rows[one]._replace(on=rows[other].on)
    swapped[other] = rows[other]._replace(on=rows[one].on)
    return swapped


def _draft_and_final(rows: list[MadeUpFact]) -> tuple[int, int] | None:
    """Return where the last draft before the first final plan stands, and that plan."""
    final = next((index for index, row in enumerate(rows) if row.event == "final_plan_sent"), None)
    if final is None:
        return None
    draft = next(
        (index for index in range(final - 1, -1, -1) if rows[index].rank == LEGAL_ORDER["draft_plan_sent"]), None
    )
    return None if draft is None else (draft, final)


def blot(cells: dict[str, str], chance: Chance) -> dict[str, str]:
    """Return a row's cells with one that no reader takes."""
    kind = chance.one_of(CELL_FAULTS)
    spoilt = dict(cells)
    if kind == "no_such_day":
        spoilt["on"] = f"31/02/{cells['on'][:4]}"
    elif kind == "no_date":
        spoilt["on"] = "not known"
    elif kind == "two_digit_year":
        spoilt["on"] = f"{cells['on'][8:]}/{cells['on'][5:7]}/{cells['on'][2:4]}"
    elif kind == "unknown_event":
        spoilt["event"] = cells["event"].replace("e", "", 1)
    elif kind == "unknown_outcome" and "outcome" in cells:
        spoilt["outcome"] = "tbc"
    else:
        spoilt["authority"] = "Borsetshire"
    return spoilt
