"""The checked-in dates are the computed ones; where they are not, the failure lists every date that moved."""

import csv

from ehcp_flow.law import england
from tests.snapshots import COLUMNS, DATES, TRIGGERS, computed, written


def test_no_computed_date_has_moved():
    before = DATES.read_text("utf-8").splitlines()
    after = written(computed()).splitlines()
    gone, new = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    moved = "\n".join((*(f"- {line}" for line in gone), *(f"+ {line}" for line in new)))
    assert before == after, f"dates moved; if they should have, run `python -m tests.snapshots`:\n{moved}"


def test_the_snapshot_holds_the_ordinary_limits_from_every_day():
    with DATES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    ordinary = {
        name for name, limit in england().limits.items() if limit.group in {"request", "advice", "decision", "review"}
    }
    assert ordinary <= {row["limit"] for row in rows}
    by_limit = {row["on"] for row in rows if row["limit"] == "final_plan"}
    assert by_limit == {on.isoformat() for on in TRIGGERS}
