"""What may stand in the columns of a fact that can never be redacted: identifiers, and no free text.

Free text belongs in `reason`, which is kept apart and can be taken away. These columns are part of the chain for ever,
so what goes into them is checked when it comes in: by the facts themselves, and in the same words by whoever reads rows
as columns. What a store took before these rules is still read (`facts.as_stored`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["BLANKS", "CHECKED", "LONGEST", "LONGEST_ID", "LONGEST_NAME", "identifier_fault"]

LONGEST_ID: Final = 200
"""The most characters of a case's id, and of who recorded a fact: PostgreSQL's index takes no entry of any length."""
LONGEST_NAME: Final = 2 * LONGEST_ID
"""The most characters of a fact's own name, which a source may begin with the id of its case."""
BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")

_TEXT_GOES: Final = "free text belongs in reason, where it can be redacted"
_WHOM: Final = (
    "write parent, school, medical, psychological or the like, or the id of an institution or a body: letters, digits "
    "and _ - . / without blanks, at most 64; no person's name, because this column can never be redacted"
)
_WHICH: Final = f"write the id of a time limit, such as final_plan (`ehcp-flow rules` lists them); {_TEXT_GOES}"
_NAMED: Final = (
    "write the name that the fact has in its source, such as f-123, without blanks but those of its case_id; "
    f"{_TEXT_GOES}"
)
LONGEST: Final[Mapping[str, int]] = {
    "party": 64,
    "limit": 100,
    "case_id": LONGEST_ID,
    "fact_id": LONGEST_NAME,
    "corrects": LONGEST_NAME,
    "recorded_by": LONGEST_ID,
    "redacted_by": LONGEST_ID,
    "key": LONGEST_ID,
}
_PARTY: Final = re.compile(rf"[\w./-]{{0,{LONGEST['party']}}}")
_LIMIT: Final = re.compile(rf"[a-z0-9_]{{0,{LONGEST['limit']}}}")
CHECKED: Final = ("party", "limit", "case_id", "fact_id", "corrects", "recorded_by")
"""The columns of a fact that are checked."""


def identifier_fault(column: str, text: str, case_id: str = "") -> str | None:
    """Return what would be right where a text cannot stand in a column, else None; `case_id` is that of its fact."""
    if column == "party":
        return None if _PARTY.fullmatch(text) else _WHOM
    if column == "limit":
        return None if _LIMIT.fullmatch(text) else _WHICH
    longest = LONGEST.get(column)
    if longest is not None and len(text) > longest:
        return f"write at most {longest} characters; this has {len(text):,}"
    if column in ("fact_id", "corrects") and BLANKS.search(text) and BLANKS.search(text.removeprefix(case_id)):
        return _NAMED
    return None
