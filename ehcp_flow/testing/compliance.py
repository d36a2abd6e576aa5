"""An authority's own rules: plain functions of a case, each with the days at its edge, which pytest makes tests of.

    @compliance_rule(
        "The plan goes out by week 18",
        case=lambda day: case_builder("2026-01-05").on(day, "final_plan_sent"),
        last_day="2026-05-11",
    )
    def plan_by_week_18(case, as_of):
        ...  # return, or yield, what is wrong, in sentences that say what to do

Nothing here needs pytest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Final, TypeAlias

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date, say

__all__ = ["ComplianceRule", "EdgeDay", "Example", "RuleFunction", "compliance_rule"]

RuleFunction: TypeAlias = Callable[[Case, dt.date], Iterable[str] | None]
"""A rule: of a case on a day, what is wrong, in sentences; nothing where it is kept."""
Example: TypeAlias = Case | Callable[[dt.date], Case]
"""A case at the edge of a rule: the same on each day, or the one in which the act was on that day."""

_SHAPE: Final = "a function of two, (case, as_of)"
_AROUND: Final = {-1: "the day before", 0: "the {which} day", 1: "the day after"}


@dataclass(frozen=True)
class EdgeDay:
    """One of the three days on which a rule is tried, and whether the rule has to be kept then."""

    name: str
    day: dt.date
    kept: bool


@dataclass(frozen=True)
class ComplianceRule:
    """A rule with its title and its edge. Called as the function that it is made of, it gives a list of sentences."""

    title: str
    function: RuleFunction
    case: Example
    last_day: dt.date | None = None
    first_day: dt.date | None = None
    __test__: bool = field(default=False, init=False, repr=False)

    def __call__(self, case: Case, as_of: dt.date | str | None = None) -> list[str]:
        """Return what is wrong with a case on a day (today if not given); nothing if the rule is kept.

        Raises TypeError where the function answers with anything but sentences.
        """
        found: Any = self.function(case, dates.today() if as_of is None else parse_date(as_of))
        if found is None:
            return []
        if isinstance(found, Iterable):
            told = [found] if isinstance(found, str) else list(found)
            if all(isinstance(each, str) and each.strip() for each in told):
                return told
            found = told
        raise TypeError(f"{self.title}: it returned {found!r}; a rule returns what is wrong, as a list of sentences")

    def edges(self) -> tuple[EdgeDay, ...]:
        """Return the three days at its edge: the last (or first) good day, the day before and the day after."""
        day = self.last_day or self.first_day
        if day is None:
            raise AssertionError("compliance_rule gives one")
        which = "last" if self.last_day else "first"
        broken = 1 if self.last_day else -1
        return tuple(
            EdgeDay(name.format(which=which), day + dt.timedelta(days=by), by != broken) for by, name in _AROUND.items()
        )

    def try_edge(self, edge: EdgeDay) -> None:
        """Try the rule on its example, as of that day or of the last thing that happens in it, if that is later.

        Raises AssertionError where it does not come out as it has to.
        """
        case = self.case if isinstance(self.case, Case) else self.case(edge.day)
        found = self(case, max(edge.day, *(fact.on for fact in case if not fact.prospective)))
        if edge.kept is not (not found):
            facts = "".join(f"\n  {fact.on} {fact.event}" for fact in case)
            said = "; ".join(found) or "nothing"
            raise AssertionError(
                f"{self.title}: on {edge.name}, {say(edge.day)}, it has to be {'kept' if edge.kept else 'broken'}, "
                f"and it says: {said}\nof this case:{facts}"
            )


def compliance_rule(
    title: str, *, case: Example, last_day: dt.date | str | None = None, first_day: dt.date | str | None = None
) -> Callable[[RuleFunction], ComplianceRule]:
    """Make a rule of a function of a case and a day.

    `title` is the promise, as a manager reads it. `case` is an example, of which `last_day` is the last day on which
    the rule is kept, or `first_day` the first: write the day down from the handbook, do not compute it. Raises
    DateError if it is no date, TypeError unless one of the two is given, and for a function that does not take a case
    and a day.
    """
    if (last_day is None) is (first_day is None):
        raise TypeError(f"{title}: give last_day or first_day, one of them")
    last = None if last_day is None else parse_date(last_day)
    first = None if first_day is None else parse_date(first_day)

    def made(function: RuleFunction) -> ComplianceRule:
        try:
            signature(function).bind("case", "as_of")
        except TypeError:
            name = getattr(function, "__name__", "the rule")
            raise TypeError(f"{title}: {name}{signature(function)} takes no case and day: write {_SHAPE}") from None
        return ComplianceRule(title, function, case, last, first)

    return made
