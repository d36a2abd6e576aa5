"""A workbook to begin with: the columns of facts, lists to choose from, an example, and what every event means.

It is read as it is, without a convert file: a row is a fact. The example stands on a sheet of its own, so that nothing
made up is among what somebody enters.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from ehcp_flow.facts import COLUMN_OF, DATES, FACT_TYPES, choices_of
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.figures import are_of
from ehcp_flow.reports.workbook import fill_sheet, opened_book

__all__ = ["write_template"]

COLUMNS: Final = ("case_id", "authority", "event", "on", "party", "outcome", "until", "served_on", "reason")
"""The columns that are there to begin with; every other column of a fact may be added."""
_ROWS: Final = 5_000
"""How far down the lists to choose from go."""
_WORDS: Final = "Words"
_FIRST_OUTCOME: Final = 3
_DAY_ZERO: Final = dt.date(2014, 9, 1)
_BEGINS: Final = dt.date(2026, 1, 12)
_WIDTHS: Final = {"case_id": 16, "event": 28, "party": 18, "outcome": 26, "reason": 40}
_EXAMPLE: Final[Sequence[Mapping[str, Any]]] = (
    {"case_id": "C-1001", "authority": 885, "event": "request_received", "on": dt.date(2026, 1, 12), "party": "school"},
    {"case_id": "C-1001", "event": "assessment_agreed", "on": dt.date(2026, 2, 19)},
    {"case_id": "C-1001", "event": "advice_requested", "on": dt.date(2026, 2, 20), "party": "psychological"},
    {"case_id": "C-1001", "event": "advice_received", "on": dt.date(2026, 4, 2), "party": "psychological"},
    {"case_id": "C-1001", "event": "final_plan_sent", "on": dt.date(2026, 5, 29)},
    {"case_id": "C-1002", "authority": 885, "event": "final_plan_sent", "on": dt.date(2025, 3, 3)},
    {"case_id": "C-1002", "event": "review_meeting_held", "on": dt.date(2026, 2, 3)},
    {"case_id": "C-1002", "event": "review_decision_sent", "on": dt.date(2026, 2, 27), "outcome": "maintain"},
)


def write_template(file: str | Path | IO[bytes], *, as_of: dt.date, rulebook: Rulebook | None = None) -> None:
    """Write the workbook to a path, or a binary stream; raises what `write_sheets` raises. `as_of` is its day.

    The example is of England's procedure, or of that of a `rulebook` that is another.
    """
    told = _EXAMPLE if rulebook is None or not rulebook.regions or are_of(rulebook) else list(_life_of(rulebook))
    with opened_book(file, as_of=as_of) as (book, looks):
        facts = book.add_worksheet("Facts")
        for at, name in enumerate(COLUMNS):
            facts.write_string(0, at, name, looks["head"])
            facts.write_comment(0, at, COLUMN_OF[name].means)
            facts.set_column(at, at, _WIDTHS.get(name, 12), looks["date"] if name in DATES else looks["text"])
        facts.freeze_panes(1, 1)
        _offer(facts)
        example = [{name: row.get(name) for name in COLUMNS} for row in told]
        fill_sheet(book.add_worksheet("Example"), "Example", example, looks)
        fill_sheet(book.add_worksheet(_WORDS), _WORDS, _words(), looks)


def _life_of(rulebook: Rulebook) -> Iterator[dict[str, Any]]:
    """Yield the facts of a life by the rulebook's moves: one that leads to another state, as long as there is one."""
    region = rulebook.regions["pathway"]
    state, on = region.machine.initial, _BEGINS
    left: set[str] = set()
    while True:
        left.add(state)
        ways = [
            (move.to, key) for move in region.moves if move.to is not None and move.to not in left
            and state in region.chosen(move.sources) for key in move.keys if key[0] in FACT_TYPES
        ]  # fmt: skip
        if not ways:
            return
        state, (event, outcome) = ways[0]
        needed = {name for name, field in FACT_TYPES[event].model_fields.items() if field.is_required()}
        parties = choices_of(event, "party") or ("P-1",)
        yield {
            "case_id": "C-1001", "authority": 885, "event": event, "on": on, "outcome": outcome,
            "party": parties[0] if "party" in needed else None,
            **{name: on for name in ("until", "served_on") if name in needed},
        }  # fmt: skip
        on += dt.timedelta(weeks=1)


def _words() -> list[dict[str, Any]]:
    """Return a row for each event: what its day means, who its party can be, and its outcomes, a column each."""
    return [
        {
            "event": event,
            "on is": cls.means().replace("`", ""),
            "party": choices_of(event, "party"),
            **{f"outcome {at}": word for at, word in enumerate(choices_of(event, "outcome"), 1)},
        }
        for event, cls in FACT_TYPES.items()
    ]


def _offer(facts: Any) -> None:
    """Let each column choose from its words: of an outcome, those of the event in its row."""

    def column(name: str) -> tuple[int, int, int, int]:
        return 1, COLUMNS.index(name), _ROWS, COLUMNS.index(name)

    last = len(FACT_TYPES) + 1
    events = f"={_WORDS}!$A$2:$A${last}"
    facts.data_validation(*column("event"), {
        "validate": "list", "source": events,
        "error_title": "No event", "error_message": f"Choose from the list; the sheet {_WORDS} says what each means.",
    })  # fmt: skip
    event = f"${chr(ord('A') + COLUMNS.index('event'))}2"
    row = f"OFFSET({_WORDS}!$A$1,MATCH({event},{_WORDS}!$A$1:$A${last},0)-1,{_FIRST_OUTCOME},1,1)"
    wide = f"MAX(1,COUNTA(OFFSET({row},0,0,1,20)))"
    facts.data_validation(*column("outcome"), {
        "validate": "list", "source": f"=OFFSET({row},0,0,1,{wide})", "error_type": "warning",
        "error_title": "No outcome of this event", "error_message": f"The sheet {_WORDS} has each event's outcomes.",
    })  # fmt: skip
    for name in COLUMNS:
        if name in DATES:
            facts.data_validation(*column(name), {
                "validate": "date", "criteria": ">=", "value": _DAY_ZERO, "error_type": "warning",
                "error_title": "Is this the day?", "error_message": "Part 3 of the Act began on 1 September 2014.",
            })  # fmt: skip
