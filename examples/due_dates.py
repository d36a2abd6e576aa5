"""Due dates for a list of children: one row in, the dates that follow out.

    python examples/due_dates.py examples/requests.csv                     # prints a table
    python examples/due_dates.py examples/requests.csv due_dates.csv       # writes a file for a spreadsheet

The list needs the columns `child` and `received`; dates may be 2026-03-02 or 02/03/2026. A row with a date that cannot
be read is named on standard error and left out, and the exit code is 1.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import ehcp_flow as ef

LIMITS = ("decide_assess", "decide_not_issue", "final_plan")
COLUMNS = ("child", "received", *LIMITS)


def due_dates(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, Any] | ef.DateError]:
    """Yield, for each row, its due dates by the name of their limit, or what is wrong with its date."""
    for row in rows:
        try:
            received = ef.parse_date(row["received"])
        except ef.DateError as error:
            yield error
            continue
        dates = {deadline.limit: deadline.due_on for deadline in ef.due("request_received", received)}
        yield {"child": row["child"], "received": received, **{limit: dates[limit] for limit in LIMITS}}


def write(rows: Iterable[dict[str, str]], out: TextIO) -> int:
    """Write the due dates as CSV and return how many rows could not be read."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    refused = 0
    # The first row stands under the header, in line 2.
    for line, found in enumerate(due_dates(rows), start=2):
        if isinstance(found, ef.DateError):
            print(f"row {line}: {found}", file=sys.stderr)
            refused += 1
        else:
            writer.writerow(found)
    return refused


def main(arguments: list[str]) -> int:
    """Read the list that the first argument names, and write to the second, or to the screen."""
    with Path(arguments[0]).open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    if len(arguments) == 1:
        return min(write(rows, sys.stdout), 1)
    with Path(arguments[1]).open("w", encoding="utf-8", newline="") as out:
        return min(write(rows, out), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
