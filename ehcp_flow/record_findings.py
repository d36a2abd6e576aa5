"""What a record breaks of `record_table`, in words: what `record_checks` found of one case, and what only this says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ehcp_flow.case_ids import damage_to
from ehcp_flow.dates import first_possible, london
from ehcp_flow.facts import COLUMN_OF, Fact
from ehcp_flow.findings import Finding
from ehcp_flow.nouns import count
from ehcp_flow.record_checks import Broken, Checked
from ehcp_flow.record_table import (
    AUTHORITY,
    COUNTED_AHEAD,
    DAMAGED_ID,
    DAYS_AHEAD,
    NAMES,
    RECORDED,
    ROWS,
    AnswerAfter,
    ClosureShort,
    DatesOfOne,
    DayBelieved,
    InItsTime,
    OfOneAsked,
    OnceOnly,
    Row,
    SameThroughout,
)  # fmt: skip

__all__ = ["findings_in"]

_NAMED: Final = 3
"""How many facts after the day are named."""
_PLACE_OF: Final[Mapping[Row, int]] = {row: number for number, row in enumerate(ROWS)}


def findings_in(found: Checked, every: Iterable[Fact], as_of: dt.date, *, of_england: bool = True) -> Iterator[Finding]:
    """Yield what a record breaks of the table, in legal order; `every` are its facts, whenever they are.

    Where the law is not `of_england`, none of its words are England's.
    """
    facts = found.facts
    yield from _damaged(facts)
    broken = [*found.broken, *_recorded_early(facts), *_of_two_authorities(facts), *_of_one_name(facts)]
    for place, row, other in sorted(broken, key=_by_place):
        yield _finding(row if of_england else _elsewhere(row), facts[place], None if other is None else facts[other])
    ahead = [fact for fact in every if fact.on > as_of and not fact.prospective]
    days = [*_days_ahead(facts, as_of)]
    if ahead or days:
        yield _ahead(ahead, days, as_of)


def _damaged(facts: Sequence[Fact]) -> Iterator[Finding]:
    case_id = facts[0].case_id if facts else ""
    what = damage_to(case_id)
    if what is not None:
        says = DAMAGED_ID.says.format(value=ascii(case_id), what=what)
        yield Finding(DAMAGED_ID.finding, case_id, facts[0].on, says, DAMAGED_ID.remedy, facts[0])


def _recorded_early(facts: Sequence[Fact]) -> Iterator[Broken]:
    for place, fact in enumerate(facts):
        if (
            fact.recorded_at is not None
            and not fact.prospective
            and _written_on(fact.recorded_at) < first_possible(fact.on)
        ):
            yield Broken(place, RECORDED)


def _written_on(instant: dt.datetime) -> dt.date:
    return instant.astimezone(london()).date()


def _of_two_authorities(facts: Sequence[Fact]) -> Iterator[Broken]:
    told: int | None = None
    for place, fact in enumerate(facts):
        if fact.authority is None:
            continue
        if told is not None and fact.authority != facts[told].authority and fact.event not in AUTHORITY.changed_by:
            yield Broken(place, AUTHORITY, told)
        told = place


def _of_one_name(facts: Sequence[Fact]) -> Iterator[Broken]:
    named: dict[str, int] = {}
    for place, fact in enumerate(facts):
        name = fact.fact_id
        if name is not None:
            if name in named:
                yield Broken(place, NAMES, named[name])
            named.setdefault(name, place)


def _elsewhere(row: Row) -> Row:
    """Return a row of the table as another law than England's says it."""
    if isinstance(row, InItsTime):
        return row._replace(says=row.elsewhere or row.says)
    if isinstance(row, ClosureShort | SameThroughout):
        return row._replace(remedy=row.elsewhere)
    return row


def _finding(row: Row, fact: Fact, other: Fact | None) -> Finding:
    said: dict[str, object] = {"event": fact.event, "on": fact.on.isoformat()}
    if other is not None:
        # An answer is told before its question, whichever of the two facts is spoken of.
        first, then = sorted((fact, other), key=lambda each: each.on) if isinstance(row, AnswerAfter) else (fact, other)
        said = {"event": first.event, "on": first.on.isoformat(), "other": then.event, "other_on": then.on.isoformat()}
    if isinstance(row, OnceOnly):
        said["means"] = row.means
    elif isinstance(row, DatesOfOne):
        said |= {"value": getattr(fact, row.field), "other_value": getattr(fact, row.not_before)}
    elif isinstance(row, ClosureShort):
        said["value"] = getattr(fact, row.field)
    elif isinstance(row, DayBelieved):
        said |= {"field": row.field, "value": getattr(fact, row.field), "means": row.means}
    elif isinstance(row, OfOneAsked):
        said |= {"value": fact.party, "other": row.question}
    elif row.finding == RECORDED.finding and fact.recorded_at is not None:
        said["value"] = _written_on(fact.recorded_at)
    elif row is NAMES:
        said["value"] = fact.fact_id
    elif isinstance(row, SameThroughout) and other is not None:
        said |= {"value": fact.authority, "other_value": other.authority}
    return Finding(row.finding, fact.case_id, fact.on, row.says.format(**said), row.remedy, fact)


def _days_ahead(facts: Iterable[Fact], as_of: dt.date) -> Iterator[tuple[Fact, str]]:
    """Yield the further days of facts that count which come after the day asked about: each fact, with its column."""
    for fact in facts:
        for field in fact.further_days:
            day = None if fact.prospective else fact.__dict__.get(field)
            if day is not None and (day - as_of).days > COLUMN_OF[field].ahead and fact.day(field) is not None:
                yield fact, field


def _ahead(facts: Sequence[Fact], days: Sequence[tuple[Fact, str]], as_of: dt.date) -> Finding:
    first = min([*facts, *(fact for fact, _ in days)], key=lambda fact: (fact.on, fact.event))
    told = [
        row.says.format(many=_lie(len(named), what), value=as_of.isoformat(), which=", ".join(_some(named)))
        for row, what, named in (
            (COUNTED_AHEAD, "fact", [f"{fact.event} on {fact.on.isoformat()}" for fact in facts]),
            (DAYS_AHEAD, "day", [
                f"{field} {fact.__dict__[field].isoformat()} of {fact.event} on {fact.on.isoformat()}"
                for fact, field in days
            ]),
        ) if named
    ]  # fmt: skip
    remedy = (COUNTED_AHEAD if facts else DAYS_AHEAD).remedy
    return Finding(COUNTED_AHEAD.finding, first.case_id, first.on, "; ".join(told), remedy, first)


def _some(named: Sequence[str]) -> list[str]:
    return [*named[:_NAMED], *([f"and {len(named) - _NAMED} more"] if len(named) > _NAMED else [])]


def _lie(many: int, what: str) -> str:
    return f"{count(many, what)} {'lies' if many == 1 else 'lie'}"


def _by_place(broken: Broken) -> tuple[int, int, int]:
    return broken.place, _PLACE_OF[broken.row], -1 if broken.other is None else broken.other
