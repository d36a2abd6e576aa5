"""`python -m tests.snapshots` writes the computed dates and answers anew, and says how many lines moved."""

import difflib

from tests.snapshots import DATES, computed, written
from tests.snapshots.answers import ANSWERS, answered

for path, after in ((DATES, written(computed())), (ANSWERS, "".join(f"{each}\n" for each in answered()))):
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(after, "utf-8")
    moved = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:1] in "+-"]
    print("\n".join(moved))  # noqa: T201 - a command that is run by hand
    print(f"{path.name}: {len(after.splitlines())} lines, {len(moved)} moved")  # noqa: T201 - as above
