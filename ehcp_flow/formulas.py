"""Text that a spreadsheet would take for a formula, and how it is kept a text in CSV.

A cell whose text begins with `=`, `+`, `-` or `@`, a tab or a line break, after any blanks, is calculated by a
spreadsheet that opens the file, and may send what the sheet holds elsewhere. An apostrophe before it keeps it a text.
The same within a text, after what a spreadsheet set up otherwise takes for the end of a cell or of a row: a comma, a
semicolon, a tab, a line break or a quotation mark. Numbers and dates are no texts, and stay as they are, as does a
lone sign.
(OWASP, "CSV Injection"; CWE-1236.)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["BEGINS", "INSIDE", "disarmed", "is_formula", "rearmed"]

_FORMULA: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""What begins a formula, in full width too, as keyboards of East Asia write it."""

BEGINS: Final = rf"\A[ \u00a0\u200b\ufeff]*(?:[{_FORMULA}][\s\S]|[\t\r\n])"
"""A text that begins as a formula does: for Python's `re`, and for any other engine with the same syntax."""
INSIDE: Final = rf'([,;\t\r\n"] *)([{_FORMULA}])'
"""The end of a cell within a text, and the beginning of a formula after it."""

_begins: Final = re.compile(BEGINS).match
_any: Final = re.compile(f"{BEGINS}|{INSIDE}").search
_within: Final = re.compile(INSIDE).sub
_disarmed_within: Final = re.compile(rf"([,;\t\r\n\"] *)'([{_FORMULA}])").sub


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text, or a part of it, for a formula."""
    return _any(text) is not None


@lru_cache(maxsize=4_096)  # most cells of a column hold one of a few words
def disarmed(text: str) -> str:
    """Return the text as a spreadsheet leaves it alone: with an apostrophe before whatever looks like a formula."""
    if _any(text) is None:
        return text
    text = _within(r"\1'\2", text)
    return f"'{text}" if _begins(text) else text


def rearmed(text: str) -> str:
    """Return the text that was disarmed: without the apostrophes before what looks like a formula."""
    if text.startswith("'") and _begins(text[1:]):
        text = text[1:]
    return _disarmed_within(r"\1\2", text)
