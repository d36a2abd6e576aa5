"""The figures that ask what holds of a case: rows of data over what other figures count.

A row says: in this column stands each of those that stand in certain others (the new plans of a period, the plans of
the day of stock, each case on that day) of which, on the day that counts, particulars have one of these values.
`ehcp_flow.measures.held_entries` reads it for one case, `ehcp_flow.bulk.held_columns` for many.
`docs/measures/adding-a-measure.md` says how to add one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ehcp_flow.particular_table import known_names

__all__ = ["ASKED_FOR", "EACH_CASE", "NONE", "PARTICULAR_FIGURES", "ParticularFigure", "ValueAsked"]

EACH_CASE: Final = "each case"
"""Not what other figures count, but a case on the day of stock, whether or not a plan is held."""
NONE: Final = ""
"""The value where nothing is recorded."""
_ANOTHER: Final = ("another authority",)


class ValueAsked(NamedTuple):
    """That a particular has one of some values: so many days after the day that counts, or before it.

    `name` is that by which cases are grouped: `placement` is the kind, `placement_value` the place.
    """

    name: str
    values: tuple[str, ...]
    days: int = 0

    @property
    def by_authority(self) -> bool:
        """Whether the answer rests on whose case it is."""
        return self.values is _ANOTHER

    def holds(self, value: str, authority: str | None) -> bool:
        """Return whether a value is one of those asked for, in a case of an authority."""
        if self.values is _ANOTHER:
            return bool(value and authority and value != authority)
        return value in self.values


class ParticularFigure(NamedTuple):
    """A column, and what stands in it: of the entries of other columns those of which all of `when` hold.

    And none of `unless`.
    """

    column: str
    of: tuple[str, ...]
    when: tuple[ValueAsked, ...]
    unless: tuple[ValueAsked, ...] = ()


_NEW: Final = ("plans_issued_den", "plans_issued_other_clock")
_STOCK: Final = ("total_ehc_plans",)
_MOVED: Final = ("transfers_to_school",)
_BEFORE: Final = -62
"""So long before a transfer, which is of September, its child is in the term of the place that it leaves."""
_AFTER: Final = 30
"""So long after it, where the child then is has been written down."""
_UNIT: Final = (ValueAsked("sen_unit", ("yes",)), ValueAsked("resourced_provision", ("yes",)))
_PLAIN: Final = ValueAsked("placement", ("mainstream", NONE))
_KINDS: Final = ("special", "independent", "early_years", "post16", "other")
_MAINSTREAM: Final = ("mainstream", "resourced")


def _by_kind(prefix: str, of: tuple[str, ...]) -> Iterator[ParticularFigure]:
    """Yield a figure for each kind of placement: a unit of a mainstream school is told by its kind, or by its flag."""
    unit, resourced = _UNIT
    yield ParticularFigure(f"{prefix}_mainstream", of, (ValueAsked("placement", ("mainstream",)),), _UNIT)
    yield ParticularFigure(f"{prefix}_resourced", of, (ValueAsked("placement", ("resourced",)),))
    yield ParticularFigure(f"{prefix}_resourced", of, (_PLAIN, unit))
    yield ParticularFigure(f"{prefix}_resourced", of, (_PLAIN, resourced), (unit,))
    for kind in _KINDS:
        yield ParticularFigure(f"{prefix}_{kind}", of, (ValueAsked("placement", (kind,)),))
    yield ParticularFigure(f"{prefix}_unplaced", of, (ValueAsked("placement", (NONE,)),), _UNIT)


def _by_need(prefix: str, of: tuple[str, ...]) -> Iterator[ParticularFigure]:
    for code in known_names()["need"].codes:
        yield ParticularFigure(f"{prefix}_{code.lower()}", of, (ValueAsked("need", (code,)),))
    yield ParticularFigure(f"{prefix}_not_recorded", of, (ValueAsked("need", (NONE,)),))


_WAS_MAINSTREAM: Final = ValueAsked("placement", _MAINSTREAM, _BEFORE)
_WAS_EARLY: Final = ValueAsked("placement", ("early_years",), _BEFORE)
_IS_MAINSTREAM: Final = ValueAsked("placement", _MAINSTREAM, _AFTER)

PARTICULAR_FIGURES: Final = (
    ParticularFigure("new_plans", _NEW, ()),
    *_by_kind("new_plans", _NEW),
    *_by_kind("plans_held", _STOCK),
    *_by_need("plans_need", _STOCK),
    ParticularFigure("transfers_from_mainstream", _MOVED, (_WAS_MAINSTREAM,)),
    ParticularFigure("transfers_kept_in_mainstream", _MOVED, (_WAS_MAINSTREAM, _IS_MAINSTREAM)),
    ParticularFigure("transfers_from_early_years", _MOVED, (_WAS_EARLY,)),
    ParticularFigure("transfers_into_mainstream_reception", _MOVED, (_WAS_EARLY, _IS_MAINSTREAM)),
    ParticularFigure("plans_out_of_area", _STOCK, (ValueAsked("placed_in", _ANOTHER),)),
    ParticularFigure("plans_area_not_recorded", _STOCK, (ValueAsked("placed_in", (NONE,)),)),
    ParticularFigure("plans_awaiting_place", _STOCK, (ValueAsked("awaiting_place", ("yes",)),)),
    ParticularFigure("plans_not_in_education", _STOCK, (ValueAsked("placement_value", ("NEET", "NIEC", "NIEO")),)),
    ParticularFigure("plans_supported_internship", _STOCK, (ValueAsked("work_based", ("S",)),)),
    ParticularFigure("housed_here", (EACH_CASE,), (), (ValueAsked("housed_by", (NONE,)),)),
)  # fmt: skip

ASKED_FOR: Final[Sequence[ValueAsked]] = tuple(
    dict.fromkeys(each for figure in PARTICULAR_FIGURES for each in (*figure.when, *figure.unless))
)
"""Everything that the figures ask, each once."""
