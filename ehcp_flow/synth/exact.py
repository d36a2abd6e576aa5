"""A caseload whose counts are DfE's published counts, made case by case, so that measures can be proved against them.

`plan_caseload` first settles how many cases of each kind there must be, and names every published count that no
caseload can show; `published_caseload` then makes exactly those. It proves counting and is no picture of a real year:
only the kinds and the numbers of cases are the authority's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from ehcp_flow.facts import Fact
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.dfe_counts import ENGLAND, authorities, counts_of
from ehcp_flow.synth.exact_lives import Builder, detained_lives
from ehcp_flow.synth.exact_plan import Discrepancy, Planned, plan_caseload
from ehcp_flow.synth.exact_reviews import reviewed_lives
from ehcp_flow.synth.life import MadeUpFact, as_facts

__all__ = [
    "Discrepancy", "Planned", "census_day", "plan_caseload", "published_caseload", "published_discrepancies",
    "published_lives",
]  # fmt: skip


def census_day(year: int) -> dt.date:
    """Return the day on which SEN2 asks about `year`: the third Thursday of the January after it."""
    start = dt.date(year + 1, 1, 15)
    return start + dt.timedelta(days=(3 - start.weekday()) % 7)


def published_discrepancies(authority: str, year: int) -> list[Discrepancy]:
    """Return every published count that `published_caseload` does not show, and why.

    For England (`ENG`), these are the counts in which the authorities' caseloads together differ from England's row.
    """
    if authority != ENGLAND:
        return plan_caseload(authority, year).discrepancies
    row = counts_of(ENGLAND, year)
    plans = [plan_caseload(each, year) for each in authorities(year)]
    total = Counter[str]()
    by_column: dict[str, list[Discrepancy]] = {}
    for planned in plans:
        total.update(planned.counts)
        for each in planned.discrepancies:
            by_column.setdefault(each.column, []).append(each)
    found = []
    for column, published in row.items():
        if published is not None and total[column] != published:
            shares = by_column.get(column, [])
            where = ", ".join(each.authority for each in shares) or "none by itself"
            why = f"England's row holds what its authorities' rows do not, or cannot show; authorities: {where}"
            found.append(Discrepancy(ENGLAND, year, column, published, total[column], why))
    return found


def published_caseload(authority: str, year: int) -> Iterator[Fact]:
    """Return the facts of a caseload whose counts are those that DfE published for an authority and a calendar year.

    It is as at the census day after the year (`census_day`). `ENG` gives every authority's caseload in turn. What the
    published counts do not allow is in `published_discrepancies`. Raises UnknownNameError for what is not published.
    """
    return as_facts(published_lives(authority, year))


def published_lives(authority: str, year: int) -> Iterator[tuple[str, str, list[MadeUpFact]]]:
    """Return the cases of `published_caseload` as rows."""
    counts_of(authority, year)
    if authority == ENGLAND:
        return chain.from_iterable(_built(each, year) for each in authorities(year))
    return _built(authority, year)


def _built(authority: str, year: int) -> Iterator[tuple[str, str, list[MadeUpFact]]]:
    planned = plan_caseload(authority, year)
    chance = Chance(int(authority) * 10_000 + year)
    builder = Builder(planned, chance, census_day(year))
    lives = builder.lives()
    if planned.reviews is not None:
        lives = chain(lives, reviewed_lives(planned.reviews, chance, builder.new, year, census_day(year)))
    for life in detained_lives(lives, planned):
        life.rows.sort()
        yield life.case_id, life.authority, life.rows
