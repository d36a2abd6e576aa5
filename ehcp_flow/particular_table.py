"""The names that a particular of a case can have, and what each may hold: `particulars.toml`, and the checks of it.

A name that is known has a type, and a value of another kind is refused. A host's own names are allowed, and hold any
short text. `docs/particulars.md` lists them.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from ehcp_flow.closed import complete

__all__ = [
    "KINDS", "LONGEST_VALUE", "MOST_RANKS", "SCHOOL_YEARS", "ParticularName", "is_personal", "kind_in_words",
    "kind_of_placement", "known_names", "name_of", "settled", "value_fault",
]  # fmt: skip

LONGEST_VALUE: Final = 200
"""The most characters of a value: a longer one is free text, and nothing to group by."""
MOST_RANKS: Final = 2
"""How many of a name with ranks can hold side by side, as in the SEN2 return."""
KINDS: Final = ("mainstream", "special", "independent", "resourced", "early_years", "post16", "other")
"""The kinds of placement."""
SCHOOL_YEARS: Final = ("E1", "E2", "N1", "N2", "R", *map(str, range(1, 15)), "X")
"""The years of the national curriculum as returns write them; X follows no curriculum year."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_YEAR: Final = re.compile(r"(?:year |y ?|nc ?)?(0?[1-9]|1[0-4]|reception|r|n1|n2|e1|e2|x)", re.IGNORECASE)
_FLAGS: Final[Mapping[str, str]] = {
    "yes": "yes", "y": "yes", "true": "yes", "1": "yes", "1.0": "yes",
    "no": "no", "n": "no", "false": "no", "0": "no", "0.0": "no",
}  # fmt: skip
_UPN_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN: Final = re.compile(rf"[{_UPN_LETTERS}][0-9]{{11}}[0-9{_UPN_LETTERS}]")
_ULN: Final = re.compile(r"[1-9][0-9]{9}")
_URN: Final = re.compile(r"[1-9][0-9]{5}")
_UKPRN: Final = re.compile(r"1[0-9]{7}")
_AUTHORITY: Final = re.compile(r"[0-9]{3}")
_NO_AUTHORITY: Final = "XXX"
"""What a return writes for an authority that is not known."""


class ParticularName(NamedTuple):
    """A name that is known: what it holds, how many side by side, and where it stands in the SEN2 return.

    `sen2` gives the item's number by the first collection that has it; `first` the first collection of a code that
    came later than the others. `declared` says that no column of a file is taken for it unless that is declared.
    """

    name: str
    type: str
    says: str
    codes: Mapping[str, str]
    first: Mapping[str, int]
    ranks: int = 1
    personal: bool = False
    declared: bool = False
    sen2: Mapping[int, str] | None = None
    element: str = ""


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("ehcp_flow").joinpath("particulars.toml").read_text(encoding="utf-8"))


@cache
def known_names() -> Mapping[str, ParticularName]:
    """Return the known names, in the order of the table. Raises TypeError or KeyError for a row that is no such name.

    >>> known_names()["need"].codes["SLCN"]
    'speech, language and communication needs'
    """
    table = _table()
    found = {}
    for row in table["particular"]:
        listed = row.get("codes", "")
        by_year = {int(year): item for year, item in row.get("sen2", {}).items()}
        known = ParticularName(
            **row
            | {
                "codes": table["codes"][listed] if listed else {},
                "first": table["first"].get(listed, {}),
                "sen2": by_year or None,
            }
        )
        if known.type not in _SETTLED:
            raise KeyError(f"particulars.toml: {known.name} is of type {known.type}, and there is none")
        found[known.name] = known
    return found


def name_of(text: str) -> str | None:
    """Return a name as it is kept: `School year` is `school_year`; None for what can be no name."""
    name = "_".join(text.replace("-", " ").split()).casefold()
    return name if _NAME.fullmatch(name) else None


def is_personal(name: str) -> bool:
    """Whether what a particular is may tell of a person, and so have to be redacted.

    Of a name that is not known nobody can say.
    """
    known = known_names().get(name)
    return known is None or known.personal


def kind_of_placement(value: str) -> str:
    """Return the kind that a placement says by itself: it is a kind, or a setting code; else nothing."""
    return value if value in KINDS else str(_table()["kind_of"].get(value, ""))


def kind_in_words(kind: str) -> str:
    """Return what a kind of placement is, in words.

    >>> kind_in_words("special")
    'a special school'
    """
    return str(_table()["codes"]["kind"][kind])


def settled(name: str, value: str) -> str | None:
    """Return a value of a name as it is kept, None where the name does not take it.

    >>> settled("need", "asd"), settled("school_year", "Year 6"), settled("need", "autism")
    ('ASD', '6', None)
    """
    if len(value) > LONGEST_VALUE:
        return None
    known = known_names().get(name)
    return value if known is None else _SETTLED[known.type](known, value)


def value_fault(name: str, value: str) -> str | None:
    """Return what would be right where a name does not take a value, else None."""
    if settled(name, value) is not None:
        return None
    if len(value) > LONGEST_VALUE:
        return f"write at most {LONGEST_VALUE} characters; this has {len(value):,}"
    known = known_names()[name]
    return _RIGHT[known.type].format(codes=", ".join(known.codes))


def _code(known: ParticularName, value: str) -> str | None:
    wanted = value.casefold()
    return next((code for code in known.codes if code.casefold() == wanted), None)


def _placement(known: ParticularName, value: str) -> str | None:
    if _URN.fullmatch(value) or _UKPRN.fullmatch(value):
        return value
    kind = "_".join(value.replace("-", " ").split()).casefold()
    return kind if kind in KINDS else _code(known, value)


def _school_year(_: ParticularName, value: str) -> str | None:
    found = _YEAR.fullmatch(value)
    year = "" if found is None else found[1].upper().removeprefix("0")
    return "R" if year == "RECEPTION" else year or None


def _upn(_: ParticularName, value: str) -> str | None:
    """Return a UPN whose letter fits: the sum of its other characters, times 2 to 13, modulo 23."""
    upn = value.replace(" ", "").upper()
    if not _UPN.fullmatch(upn):
        return None
    worth = [_UPN_LETTERS.index(each) if each in _UPN_LETTERS else int(each) for each in upn[1:]]
    return upn if _UPN_LETTERS[sum(at * each for at, each in enumerate(worth, 2)) % 23] == upn[0] else None


def _uln(_: ParticularName, value: str) -> str | None:
    """Return a ULN whose last digit fits: the sum of the digits, times 10 down to 1, leaves 10 modulo 11."""
    if not _ULN.fullmatch(value):
        return None
    return value if sum(int(each) * (10 - at) for at, each in enumerate(value)) % 11 == 10 else None  # noqa: PLR2004 - as the rule has it


def _day(_: ParticularName, value: str) -> str | None:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _authority_or_none(_: ParticularName, value: str) -> str | None:
    """Return an authority's number, or the return's word for one that is not known."""
    return value.upper() if _AUTHORITY.fullmatch(value) or value.upper() == _NO_AUTHORITY else None


def _like(pattern: re.Pattern[str]) -> Callable[[ParticularName, str], str | None]:
    return lambda _, value: value if pattern.fullmatch(value) else None


_SETTLED: Final[Mapping[str, Callable[[ParticularName, str], str | None]]] = {
    "text": lambda _, value: value,
    "day": _day,
    "code": _code,
    "flag": lambda _, value: _FLAGS.get(value.casefold()),
    "authority": _like(_AUTHORITY),
    "authority_or_none": _authority_or_none,
    "school_year": _school_year,
    "placement": _placement,
    "upn": _upn,
    "uln": _uln,
}
"""How a value of each type is kept."""
_RIGHT: Final[Mapping[str, str]] = {
    "text": "write a short text",
    "day": "write the day as 2026-03-02",
    "code": "write one of {codes}",
    "flag": "write yes or no",
    "authority": "write the local authority's three-digit number, such as 885",
    "authority_or_none": "write the local authority's three-digit number, such as 885, or XXX where none is known",
    "school_year": f"write one of {', '.join(SCHOOL_YEARS)}",
    "placement": "write a URN (six digits), a UKPRN (eight digits, the first a 1), a setting code ({codes}), or the "
    f"kind ({', '.join(KINDS)})",
    "upn": "this is no unique pupil number: a letter that fits, and twelve digits, such as B801200005001",
    "uln": "this is no unique learner number: ten digits of which the last fits, such as 9276308686",
}

complete(_RIGHT, _SETTLED, "what is right of each type")
