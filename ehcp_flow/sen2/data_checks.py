"""The rules of a return that are data whole (`rules.toml`): their four kinds, each checked in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from ehcp_flow.conversion.returns import ReturnRow
from ehcp_flow.sen2.return_rules import ReturnFinding, ReturnRule, rules
from ehcp_flow.sen2.return_year import ReturnYear
from ehcp_flow.sen2.seen_request import Say, SeenRequest, as_date, holds, line_of, table_of

__all__ = ["check_by_data"]

_ANY: Final = "*"
_ROWS: Final = ("plan_details", "placements", "needs")
"""The tables of which a request may have several rows."""


def check_by_data(seen: SeenRequest, days: ReturnYear, say: Say) -> Iterator[ReturnFinding]:
    """Yield what the rules find that are data whole: what is missing, given, out of order, or out of the year."""
    year = days.specification
    values = seen.values
    for rule in _rules_of("missing", year):
        yield from _missing(rule, seen, say)
    for rule in _rules_of("given", year):
        value = values.get(rule.element, "")
        if value and (not rule.values or value in rule.values) and holds(rule.when, values):
            if rule.unless and any(values.get(item, "") in wanted for item, wanted in rule.unless.items()):
                continue
            table = table_of(rule.element)
            row = seen.row_of(rule.element) or next(iter(seen.rows.get(table, ())), None)
            value = "" if value == _ANY else value
            yield say(rule.id, rule.element, line=line_of(row, rule.element), value=value, table=table)
    for rule in _rules_of("order", year):
        for row in seen.rows[rule.table] if rule.table else (None,):
            yield from _order(rule, seen, row, say)
    for rule in _rules_of("within", year):
        for row in seen.rows[rule.table]:
            day = row.values.get(rule.element, "")
            if day and as_date(day) is not None and _is_out(day, rule.side, days) and holds(rule.when, values):
                yield say(rule.id, rule.element, line=line_of(row, rule.element), value=day)


def _missing(rule: ReturnRule, seen: SeenRequest, say: Say) -> Iterator[ReturnFinding]:
    if rule.element in seen.values and rule.table not in _ROWS:
        return
    for row in seen.rows[rule.table]:
        if rule.element not in row.values and holds(rule.when, seen.values):
            yield say(rule.id, rule.element, line=row.line)


def _order(rule: ReturnRule, seen: SeenRequest, row: ReturnRow | None, say: Say) -> Iterator[ReturnFinding]:
    values = seen.values if row is None else row.values
    first, then = (values.get(name) or seen.values.get(name, "") for name in (rule.first, rule.then))
    if not first or not then or first <= then or as_date(first) is None or as_date(then) is None:
        return
    if not holds(rule.when, seen.values) or (rule.unless and holds(rule.unless, seen.values)):
        return
    at = row or seen.row_of(rule.element)
    value, other = (first, then) if rule.element == rule.first else (then, first)
    yield say(rule.id, rule.element, line=line_of(at, rule.element), value=value, other=other)


def _is_out(day: str, side: str, days: ReturnYear) -> bool:
    before, after = day < days.first, day > days.last
    return before if side == "before" else after if side == "after" else before or after


@cache
def _rules_of(kind: str, year: int) -> Sequence[ReturnRule]:
    return tuple(rule for rule in rules().values() if rule.kind == kind and rule.is_in(year))
