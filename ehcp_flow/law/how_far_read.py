"""How far a citation was read: what is recorded as read, `ALNA 31(1)-(3)`, beside what is cited, `ALNA 31(8)-(9)`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from ehcp_flow.law.citation import LegalCheck

__all__ = ["Read", "how_far_read", "provisions_of"]

_RANGE: Final = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]+)")
_PARTS: Final = re.compile(r"(?P<above>(?:\([^()]+\))*)\((?P<first>[^()]+)\)(?:-\((?P<last>[^()]+)\))?")
_PART: Final = re.compile(r"\(([^()]+)\)")


class Read(NamedTuple):
    """How far a citation was read (`far`: whole, in part, or empty where no reading is recorded), and on which day."""

    far: Literal["whole", "in part", ""]
    on: dt.date | None


class _Span(NamedTuple):
    """The parts of a provision that are meant: `first` to `last`, each with those `above` it; without them, all of it.

    `10(4)(a)-(c)` is a to c above which 4 stands.
    """

    above: tuple[str, ...] = ()
    first: str = ""
    last: str = ""


def provisions_of(short: str) -> Iterator[str]:
    """Yield the provisions that a citation is of: `SR 10` of `SR 10(4)(a)`, four of `CFA 71-74`."""
    instrument, _, provision = short.partition(" ")
    if (several := _RANGE.fullmatch(provision)) is not None:
        yield from (f"{instrument} {number}" for number in range(int(several["first"]), int(several["last"]) + 1))
    else:
        yield f"{instrument} {provision.partition('(')[0].rstrip() if provision[0].isdigit() else provision}"


def how_far_read(cited: str, checked: Iterable[LegalCheck]) -> Read:
    """Return how far a citation was read by those who `checked` its provision, and the day by which all of that was.

    What was sought and not found is no reading; what was read in part is no reading of the whole.
    """
    provisions = set(provisions_of(cited))
    read = [
        (_span(each.short), check)
        for check in checked
        if check.result != "not_found"
        for each in check.of
        if not provisions.isdisjoint(provisions_of(each.short))
    ]
    wanted = _span(cited)
    days = []
    for part in _each(wanted):
        whole = [check.on for span, check in read if _has(span, part) and check.result != "in_part"]
        if not whole:
            some = [check.on for span, check in read if _meets(span, wanted)]
            return Read("in part", max(some)) if some else Read("", None)
        days.append(max(whole))
    return Read("whole", min(days))


def _span(short: str) -> _Span:
    match = _PARTS.fullmatch(short, short.index("(")) if "(" in short and short.partition(" ")[2][0].isdigit() else None
    if match is None:
        return _Span()
    return _Span(tuple(_PART.findall(match["above"])), match["first"], match["last"] or match["first"])


def _each(span: _Span) -> Iterator[_Span]:
    """Yield the parts that are meant one by one, where they are numbered: several can have read them."""
    if span.first.isdigit() and span.last.isdigit():
        for number in range(int(span.first), int(span.last) + 1):
            yield _Span(span.above, str(number), str(number))
    else:
        yield span


def _has(read: _Span, cited: _Span) -> bool:
    """Return whether all that is cited is within what was read."""
    if not read.first:
        return True
    depth = len(read.above)
    if not cited.first or len(cited.above) < depth or cited.above[:depth] != read.above:
        return False
    first, last = _ends(cited, depth)
    return _order(read.first) <= _order(first) and _order(last) <= _order(read.last)


def _meets(read: _Span, cited: _Span) -> bool:
    """Return whether anything of what is cited is within what was read."""
    if not read.first or not cited.first:
        return True
    depth = min(len(read.above), len(cited.above))
    if read.above[:depth] != cited.above[:depth]:
        return False
    (one, other), (first, last) = _ends(read, depth), _ends(cited, depth)
    return _order(one) <= _order(last) and _order(first) <= _order(other)


def _ends(span: _Span, depth: int) -> tuple[str, str]:
    """Return the first and last part of a span at a depth: those above it are one part each."""
    return (span.above[depth],) * 2 if len(span.above) > depth else (span.first, span.last)


def _order(part: str) -> tuple[int, str]:
    """Return by what a part stands among others: 9 before 10, 2 before 2A, a before b."""
    digits = re.match(r"[0-9]*", part)
    number = digits.group() if digits else ""
    return int(number or 0), part[len(number) :]
