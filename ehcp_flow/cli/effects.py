"""Deadlines that would be different, as rows and as a table: by a fact that has not happened, by another law."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from ehcp_flow.cli.output import flat

if TYPE_CHECKING:
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.whatif import Effect

__all__ = ["EFFECT_COLUMNS", "effect_row", "effects_table"]

_SIDES: Final = ("due_on", "done_on", "status", "days_over", "breach")

EFFECT_COLUMNS: Final = (
    "case_id", "authority", "limit", "title", "party", "kind", "citation", "change",
    *(f"{name}_{side}" for name in _SIDES for side in ("before", "after")),
)  # fmt: skip


def effect_row(effect: Effect) -> dict[str, Any]:
    """Return one deadline as it is and as it would be; `change` says whether it is new, gone or different."""
    before, after = effect.before, effect.after
    either = next(deadline for deadline in (after, before) if deadline is not None).as_dict()
    row = {name: either[name] for name in ("case_id", "authority", "limit", "title", "party", "kind", "citation")}
    row["change"] = "new" if before is None else "gone" if after is None else "different"
    for side, deadline in (("before", before), ("after", after)):
        row.update({f"{name}_{side}": value for name, value in _side(deadline).items()})
    return {name: row[name] for name in EFFECT_COLUMNS}


def _side(deadline: Deadline | None) -> dict[str, Any]:
    if deadline is None:
        return dict.fromkeys(_SIDES)
    said = deadline.as_dict()
    return {name: said[name] for name in _SIDES}


def effects_table(rows: Iterable[dict[str, Any]], *, title: str = "") -> None:
    """Print such rows as a table."""
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("case_id", "case", most=24, least=12, need=8),
        ShownColumn("limit", "limit", need=12),
        ShownColumn("party", "party", drop=4, least=8, most=14),
        ShownColumn("title", "title", drop=5, least=20),
        ShownColumn("due_on_before", "due now"),
        ShownColumn("due_on_after", "would be"),
        ShownColumn("status_before", "status now", drop=2),
        ShownColumn("status_after", "would be", drop=1),
        ShownColumn("breach", "breach", drop=3),
    )
    shown = []
    for row in rows:
        cells = {name: flat(value) for name, value in row.items()}
        was, would = row["breach_before"], row["breach_after"]
        cells["breach"] = "" if bool(was) == bool(would) else "BREACH" if would else "no longer"
        for side in ("before", "after"):
            cells[f"due_on_{side}"] = cells[f"due_on_{side}"] or "-"
        shown.append(cells)
    print_table(columns, shown, title=title)
