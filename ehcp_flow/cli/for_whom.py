"""How a limit counts, and for whom: what the lists of the law say of a rule or a version that is not for every case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_flow.law import Rule, Version
    from ehcp_flow.law.cohort import Cohorts

__all__ = ["counting_for_whom", "whom"]


def counting_for_whom(rule: Rule, on: dt.date, counting: Callable[[Version], str]) -> str:
    """Return how a rule counts on a day, by `counting` of each version that stands then, and for whom each is."""
    told = [f"{counting(version)}{whom(version.applies_to)}" for version in rule.standing(on)]
    each = ", each only" if len(told) > 1 and rule.cohorts else ""
    return f"{', otherwise '.join(told)}{each}{whom(rule.cohorts)}"


def whom(cohorts: Cohorts) -> str:
    """Return for whom something is, to stand behind what it is; nothing for every case."""
    return f", where {' and '.join(cohort.said for cohort in cohorts)}" if cohorts else ""
