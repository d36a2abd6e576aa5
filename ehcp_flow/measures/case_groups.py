"""What cases, or their acts, are grouped by: authority, requester, age, adviser, and further columns of a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.periods import GRAINS, Period

__all__ = ["CHANGING", "GROUPS", "NOT_RECORDED", "Extra", "Grouped", "age_band", "group_keys", "group_of"]

Extra: TypeAlias = Mapping[str, Mapping[str, str]]
"""The values of further columns, by case id."""

GROUPS: Final = ("authority", "requester", "age", "adviser")
"""What cases, or their acts, can be grouped by without a further column of the file."""
CHANGING: Final = frozenset({"age", "adviser"})
"""What a case has several values of, so that its groups follow from what is counted."""
_AGES: Final = ((5, "under 5"), (11, "5 to 10"), (16, "11 to 15"), (20, "16 to 19"), (26, "20 to 25"))
_OLDER: Final = "over 25"
NOT_RECORDED: Final = "not recorded"
"""What stands where a case has no value for a column by which it is grouped."""


class Grouped(NamedTuple):
    """What a case is grouped by, without its story."""

    case_id: str
    as_of: dt.date
    authority: str | None
    requester: str
    born: dt.date | None


def group_of(
    case: CountedCase | Grouped, by: Sequence[str], extra: Extra, period: Period, party: str
) -> tuple[str, ...]:
    """Return the group in which something counts: of a case, in a period, and the act of a party."""
    return tuple(_value(case, name, extra, period, party) for name in by)


def _value(case: CountedCase | Grouped, name: str, extra: Extra, period: Period, party: str) -> str:
    value: str | None = extra.get(case.case_id, {}).get(name)
    if value is None and name == "authority":
        value = case.authority
    elif value is None and name == "requester":
        value = case.requester
    elif value is None and name == "age" and case.born is not None:
        value = age_band(case.born, min(period.end, case.as_of))
    elif value is None and name == "adviser":
        value = party
    return value or NOT_RECORDED


def age_band(born: dt.date, day: dt.date) -> str:
    """Return the band of the age reached on `day`: the Department's bands, and "over 25" for whoever is past them."""
    years_old = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((band for below, band in _AGES if years_old < below), _OLDER)


def group_keys(by: Sequence[str], extra: Extra | None = None) -> tuple[str, ...]:
    """Return what is grouped by besides the periods. Raises UnknownNameError for a column that no case has."""
    keys = tuple(name for name in by if name not in GRAINS)
    further = {name for values in (extra or {}).values() for name in values}
    for name in keys:
        if name not in further and name not in GROUPS:
            raise UnknownNameError("column", name, dict.fromkeys((*GROUPS, *GRAINS, *sorted(further))))
    return keys
