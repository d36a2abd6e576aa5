"""`python -m tests.snapshots` writes the computed dates anew, and says how many lines moved."""

import difflib

from tests.snapshots import DATES, computed, written

before = DATES.read_text("utf-8") if DATES.exists() else ""
after = written(computed())
DATES.write_text(after, "utf-8")
moved = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:1] in "+-"]
print("\n".join(moved))  # noqa: T201 - a command that is run by hand
print(f"{DATES.name}: {len(after.splitlines()) - 1} dates, {len(moved)} lines moved")  # noqa: T201 - as above
