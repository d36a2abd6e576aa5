"""How often an authority records exceptions, against the country."""

from __future__ import annotations

from typing import Any, Final

from ehcp_flow.errors import RangeError
from ehcp_flow.measures.arithmetic import UNAVAILABLE, percent

__all__ = ["exception_rate"]

_SIGMAS: Final = 3


def exception_rate(plans: int, excepted: int, *, country_plans: int, country_excepted: int) -> dict[str, Any]:
    """Return the share of new plans with an exception beside the country's, and whether it stands out.

    It stands out `above` or `below` where it lies more than three standard deviations from what as many plans would
    show at the country's rate: the usual limits of a control chart of shares. Raises RangeError where the country's
    counts cannot be.
    """
    possible = country_plans > 0 and 0 <= country_excepted <= country_plans
    RangeError.unless(possible, "country_excepted", country_excepted, f"it is a part of {country_plans} plans")
    row = {
        "plans": plans,
        "with_exception": excepted,
        "pc_with_exception": percent(excepted, plans),
        "pc_country": percent(country_excepted, country_plans),
    }
    if plans == 0:
        return {**row, "stands_out": UNAVAILABLE}
    # (k/n - p)^2 > 9 p(1-p)/n with p = c/N, in integers: nothing hangs on a binary fraction.
    difference = excepted * country_plans - plans * country_excepted
    spread = _SIGMAS**2 * plans * country_excepted * (country_plans - country_excepted)
    if difference**2 <= spread:
        return {**row, "stands_out": "no"}
    return {**row, "stands_out": "above" if difference > 0 else "below"}
