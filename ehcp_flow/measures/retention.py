"""Which cases have come to the end of their retention: so many years from birth, unless something still holds them.

The rule is the authority's own, in its retention schedule; 31 years from the date of birth is what the schedules of
English authorities mostly say of a child with a plan (IRMS toolkit). An appeal or a mediation that is under way holds
a case, whatever its age. Nothing is erased here: `Store.erase` does that, of what a person decided on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.dates import ordinary
from ehcp_flow.errors import RangeError
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.figures import england_alone
from ehcp_flow.moves.replay import as_of_day
from ehcp_flow.states import disputes

__all__ = ["YEARS", "Retained", "retention"]

YEARS: Final = 31
"""How many years from birth a case of England's law is kept, where nothing else is said."""
_MOST: Final = 150


@dataclass(frozen=True, slots=True)
class Retained:
    """How long a case is kept: `born`, up to which day (`keep_until`), and what holds it still (`held_by`).

    Both days are None where no date of birth is on record: of such a case a person has to say. Of two dates of birth
    the later one counts.
    """

    case_id: str
    authority: str | None
    born: dt.date | None
    keep_until: dt.date | None
    held_by: tuple[str, ...]
    as_of: dt.date

    @property
    def ended(self) -> bool:
        """Whether the time for which it is kept has passed."""
        return self.keep_until is not None and self.keep_until < self.as_of

    @property
    def may_go(self) -> bool:
        """Whether it has, and nothing holds it."""
        return self.ended and not self.held_by

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "case_id": self.case_id,
            "authority": self.authority,
            "born": None if self.born is None else self.born.isoformat(),
            "keep_until": None if self.keep_until is None else self.keep_until.isoformat(),
            "held_by": list(self.held_by),
            "may_go": self.may_go,
        }


def retention(
    cases: Iterable[Case],
    as_of: dt.date | str | None = None,
    *,
    years: int | None = None,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Iterator[Retained]:
    """Yield of each case how long it is kept, as it stands on `as_of` (today if not given).

    A case is kept up to the birthday on which somebody is `years` old; who was born on 29 February has that on 1 March.
    Without `years` it is 31 by England's law, and EnglandOnly for another procedure. Raises RangeError but for a number
    of years from 1 to 150, DateError if `as_of` is no date.
    """
    if years is None:
        england_alone(
            f"the {YEARS} years for which a case is kept (give your own: years, or --years of the command)",
            law_given(rulebook),
        )
        years = YEARS
    RangeError.unless(1 <= years <= _MOST, "years", years, f"write a number of years from 1 to {_MOST}")
    day = as_of_day(as_of)
    for case in cases:
        births = [ordinary(fact.on) for fact in case.facts if fact.event == "date_of_birth"]
        born = max(births, default=None)
        keep_until = None if born is None else _birthday(born, years)
        open_still = disputes(case, day, rulebook=rulebook, calendars=calendars) if keep_until else ()
        held_by = tuple(
            f"{each.state}: {each.decision.event} of {each.decision.on.isoformat()}"
            for each in open_still
            if each.under_way
        )
        yield Retained(case.case_id, case.authority_on(day), born, keep_until, held_by, day)


def _birthday(born: dt.date, years: int) -> dt.date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return dt.date(born.year + years, 3, 1)
