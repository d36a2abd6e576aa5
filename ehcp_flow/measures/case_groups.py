"""What cases, or their acts, are grouped by: authority, requester, age, school year, adviser, and further columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.measures.counted_case import CountedCase
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.periods import GRAINS
from ehcp_flow.particulars import school_year_of

__all__ = [
    "CHANGING", "GROUPS", "NOT_RECORDED", "Extra", "Grouped", "age_band", "changes_by_day", "group_keys", "group_of",
    "is_asked",
]  # fmt: skip

Extra: TypeAlias = Mapping[str, Mapping[str, str]]
"""The values of further columns, by case id; `DatedValues` where they hold for a time."""

GROUPS: Final = ("authority", "requester", "age", "school_year", "adviser")
"""What cases, or their acts, can be grouped by without a further column of the file."""
CHANGING: Final = frozenset({"age", "adviser", "school_year"})
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
    case: CountedCase | Grouped, by: Sequence[str], extra: DatedValues, party: str, on: dt.date
) -> tuple[str, ...]:
    """Return the group in which something counts: of a case, and the act of a party, on the day of it."""
    return tuple(_value(case, name, extra, party, on) for name in by)


def _value(case: CountedCase | Grouped, name: str, extra: DatedValues, party: str, on: dt.date) -> str:
    value: str | None = extra.value(case.case_id, name, on)
    if value is None and name == "authority":
        value = case.authority
    elif value is None and name == "requester":
        value = case.requester
    elif value is None and name == "age" and case.born is not None:
        value = age_band(case.born, on)
    elif value is None and name == "school_year" and case.born is not None:
        value = school_year_of(case.born, on)
    elif value is None and name == "adviser":
        value = party
    return value or NOT_RECORDED


def is_asked(group: Sequence[str], wanted: Mapping[str, str]) -> bool:
    """Whether a group, that of the columns of `wanted`, has their values, whatever their case; an empty one is none."""
    told = ("" if value == NOT_RECORDED else value for value in group)
    return all(value.casefold() == text.casefold() for value, text in zip(told, wanted.values(), strict=True))


def changes_by_day(by: Sequence[str], extra: DatedValues) -> bool:
    """Whether a case can be in several groups: what it is grouped by follows from what is counted, or from its day."""
    return not CHANGING.isdisjoint(by) or not extra.spans.keys().isdisjoint(by)


def age_band(born: dt.date, day: dt.date) -> str:
    """Return the band of the age reached on `day`: the Department's bands, and "over 25" for whoever is past them."""
    years_old = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((band for below, band in _AGES if years_old < below), _OLDER)


def group_keys(by: Sequence[str], extra: Extra | None = None) -> tuple[str, ...]:
    """Return what is grouped by besides the periods. Raises UnknownNameError for a column that no case has."""
    keys = tuple(name for name in by if name not in GRAINS)
    further = DatedValues.of(extra).names
    for name in keys:
        if name not in further and name not in GROUPS:
            raise UnknownNameError("column", name, dict.fromkeys((*GROUPS, *GRAINS, *sorted(further))))
    return keys
