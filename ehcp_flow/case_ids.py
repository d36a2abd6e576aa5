"""What an id of a case says of the way that it came by: damage done to it, and ids that are nearly the same.

A spreadsheet takes the zeros off an id, or rounds it; a copy brings along what nobody sees. Then children stand under
one id, or one child under two. Nothing is guessed, joined or parted here: it is told, and a person looks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

__all__ = ["DAMAGED", "LOOK_ALIKE", "TWINS", "UNSEEN", "damage_to", "near_form", "nearly_the_same"]

UNSEEN: Final = (
    "[\u0009-\u000d\u0085\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f"
    "\u3000\ufeff]"
)
"""What is not seen in an id: blanks but the plain one, and characters without a width. A pattern, for re and Polars."""
LOOK_ALIKE: Final = "[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
"""What looks like a hyphen and is another character. A pattern, for re and Polars."""
NO_ID: Final = (
    r"#N/A|#REF!|#VALUE!|#NAME\?|#NUM!|#DIV/0!|#NULL!|#SPILL!|#CALC!|[Nn]/?[Aa]|N\.A\.|[Nn][Uu][Ll][Ll]|"
    r"[Nn][Oo][Nn][Ee]|"
    r"[Nn][Aa][Nn]|[Nn][Ii][Ll]|[Uu][Nn][Kk][Nn][Oo][Ww][Nn]|[Nn][Oo][Tt] [Kk][Nn][Oo][Ww][Nn]|"
    r"[Tt][Bb][Cc]|[Tt][Bb][Aa]|"
    r"-+|0+|\?+"
)
"""What stands for no id: an error of a spreadsheet, or a word for nothing. A pattern, for re and Polars."""
DAMAGED: Final = rf"^[0-9](\.[0-9]+)?[Ee]\+[0-9]{{1,3}}$|^[0-9]+\.0+$|^({NO_ID})$|{UNSEEN}|{LOOK_ALIKE}"
"""What `damage_to` finds. A pattern, for re and Polars."""
TWINS: Final = dict(
    zip(
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456"
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf",
        "ABEKMHOPCTYXaeopcyxiABEZHIKMNOPTYXo",
        strict=True,
    )
)
"""Letters of other alphabets (Cyrillic, Greek) that look like one of ours, and that one."""
_NO_ID: Final = re.compile(NO_ID)
_TWINS: Final = str.maketrans(TWINS)
_ROUNDED: Final = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_FRACTION: Final = re.compile(r"[0-9]+\.0+")
_UNSEEN: Final = re.compile(UNSEEN)
_LOOKS_PLAIN: Final = re.compile(LOOK_ALIKE)
_LEADING: Final = re.compile(r"0+(?=[0-9])")


def damage_to(case_id: str) -> str | None:
    """Return what was done to an id on its way, in words; None where nothing is to be seen."""
    if _ROUNDED.fullmatch(case_id):
        return "is a number that a spreadsheet rounded: other ids may have become the same"
    if _FRACTION.fullmatch(case_id):
        return "is a whole number that was kept as a fraction"
    if _NO_ID.fullmatch(case_id):
        return "stands for no id: children of whom none was known are one child under it"
    if _UNSEEN.search(case_id):
        return "holds a character that is not seen"
    if _LOOKS_PLAIN.search(case_id):
        return "holds a character that looks like a hyphen and is none"
    return None


def near_form(case_id: str) -> str:
    """Return what ids have in common that a reader, or a spreadsheet, would take for one another."""
    seen = unicodedata.normalize("NFKC", _UNSEEN.sub("", case_id)).replace(" ", "").translate(_TWINS).lower()
    seen = _LOOKS_PLAIN.sub("-", seen)
    whole = seen.partition(".")[0] if _FRACTION.fullmatch(seen) else seen
    return _LEADING.sub("", whole, count=1) if whole.isascii() and whole.isdigit() else whole


def nearly_the_same(case_ids: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the ids that only a letter's case or alphabet, a blank, a zero in front or something unseen tells apart.

    Each group in order, and the groups in order, whatever order they came in.
    """
    alike: dict[str, set[str]] = {}
    for case_id in case_ids:
        alike.setdefault(near_form(case_id), set()).add(case_id)
    return sorted(tuple(sorted(group)) for group in alike.values() if len(group) > 1)
