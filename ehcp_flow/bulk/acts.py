"""What happened to a rule while its clock ran: the columns of `ehcp_flow.deadlines.Acts`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ehcp_flow.bulk.codes import NO_DAY, Array
from ehcp_flow.bulk.facts import Facts, Places
from ehcp_flow.bulk.law import RuleTables
from ehcp_flow.bulk.runs import Runs, ends_and_resumes

__all__ = ["Acts", "acts_of"]


@dataclass
class Acts:
    """The places of the facts that discharged a rule, implied it, ended it, or answered otherwise; -1 for none."""

    done: Array
    implied: Array
    ended: Array
    other: Array

    @classmethod
    def none(cls, count: int) -> Acts:
        """Return acts of which none has happened."""
        return cls(*(np.full(count, -1, dtype=np.int64) for _ in range(4)))

    def where(self, mask: Array) -> Acts:
        """Return the acts for which the mask is true."""
        if mask.all():
            return self
        return Acts(self.done[mask], self.implied[mask], self.ended[mask], self.other[mask])

    @property
    def any(self) -> Array:
        """Whether anything has happened."""
        return (self.done >= 0) | (self.implied >= 0) | (self.ended >= 0) | (self.other >= 0)


class _Search:
    """The next facts of a rule's roles, for the runs of one rule."""

    def __init__(self, facts: Facts, runs: Runs, *, per_party: bool) -> None:
        self.facts = facts
        self.runs = runs
        self.per_party = per_party

    def next(self, mask: Array, rows: Array | None, places: Array) -> Array:
        """Return the first fact of these keys at each place or after it, or the number of facts if none comes in time.

        Where clocks are kept by party, only a fact of the run's own party counts.
        """
        facts, runs = self.facts, self.runs
        if not self.per_party:
            return self.next_of(facts.places(mask), rows, places)
        stop = runs.stop if rows is None else runs.stop[rows]
        found = facts.next_of_party(mask, runs.party if rows is None else runs.party[rows], places)
        return np.where(found < stop, found, facts.count)

    def next_of(self, among: Places, rows: Array | None, places: Array) -> Array:
        """Return the same for whichever party, and for facts that were looked for already."""
        stop = self.runs.stop if rows is None else self.runs.stop[rows]
        found = among.at_or_after(places)
        return np.where(found < stop, found, self.facts.count)

    def nothing(self, places: Array) -> Array:
        """Return what `next` gives where there is no fact."""
        return np.full(len(places), self.facts.count, dtype=np.int64)


def acts_of(facts: Facts, runs: Runs, rule: RuleTables, first: Array, last: Array, *, per_party: bool) -> Acts:
    """Return what happened to a rule in each run, from the place `first` on; `last` are its last lawful days.

    Each turn finds the earliest of the facts that can settle a run; a run that was set going again, or whose act was
    undone, takes another turn from there.
    """
    search = _Search(facts, runs, per_party=per_party)
    ends = ends_and_resumes(facts, rule.lapse, rule.resume, rule.inside, rule.resumes_inside)
    acts = Acts.none(len(runs))
    implied = _in_time(facts, rule.implied)
    rows: Array | None = None
    cursor = first
    settled = np.zeros(len(runs), dtype=bool)
    while True:
        rows, cursor = _turn(search, rule, ends, last, implied, acts, settled, rows, cursor)
        if not len(cursor):
            return acts


def _in_time(facts: Facts, implied: Array) -> Array | None:
    """Return the keys that imply the act, or None if there are none here."""
    return implied if implied.any() and len(facts.places(implied)) else None


def _turn(  # noqa: PLR0913, PLR0917 - the columns that a turn fills
    search: _Search,
    rule: RuleTables,
    ends: tuple[Places, Places],
    last: Array,
    implied: Array | None,
    acts: Acts,
    settled: Array,
    rows: Array | None,
    cursor: Array,
) -> tuple[Array, Array]:
    facts = search.facts
    none = facts.count
    done = search.next(rule.done, rows, cursor)
    lapse = search.next_of(ends[0], rows, cursor)
    shown = search.nothing(cursor) if implied is None else search.next(implied, rows, cursor)
    if implied is not None and facts.on[-1] > facts.as_of:
        shown = _shown_by_now(search, implied, rows, shown)
    before = settled if rows is None else settled[rows]
    if rows is not None:
        done = np.where(before, none, done)
        shown = np.where(before, none, shown)

    is_done = (done < lapse) & (done < shown)
    is_shown = (shown < lapse) & (shown < done)
    is_ended = ~is_done & (lapse < none)
    _set(acts.done, rows, np.where(is_done, done, -1))
    _set(acts.ended, rows, np.where(is_ended, lapse, -1))
    if implied is not None:
        if rows is None:
            acts.implied[:] = np.where(is_shown, shown, -1)
            settled |= is_shown
        else:
            acts.implied[rows[is_shown]] = shown[is_shown]
            settled[rows[is_shown]] = True

    until = np.where(is_done, none, np.minimum(lapse, shown))
    again = search.nothing(cursor)
    if rule.undoes and is_done.any():
        at = np.flatnonzero(is_done)
        within = at if rows is None else rows[at]
        undone = search.next(rule.undone, within, done[at] + 1)
        more = search.next(rule.done, within, done[at] + 1)
        undo = undone < more
        again[at[undo]] = undone[undo]
        until[at[undo]] = undone[undo]
        acts.done[within[undo]] = -1
    if rule.other.any() and len(facts.places(rule.other)):
        other = search.next(rule.other, rows, cursor)
        found = other < until
        if rows is not None:
            found &= ~before & (acts.other[rows] < 0)
        _set_where(acts.other, rows, found, other)
    if rule.resumes and is_ended.any():
        at = np.flatnonzero(is_ended)
        within = at if rows is None else rows[at]
        resumed = search.next_of(ends[1], within, lapse[at] + 1)
        on = resumed < none
        if rule.running.in_time:
            on[on] &= (last[within[on]] <= NO_DAY) | (facts.on[resumed[on]] <= last[within[on]])
        again[at[on]] = resumed[on]
        acts.ended[within[on]] = -1
    more_rows = np.flatnonzero(again < none)
    return (more_rows if rows is None else rows[more_rows]), again[more_rows] + 1


def _shown_by_now(search: _Search, implied: Array, rows: Array | None, shown: Array) -> Array:
    """Pass over facts that lie ahead: they imply nothing yet."""
    facts = search.facts
    while True:
        ahead = np.flatnonzero(shown < facts.count)
        ahead = ahead[facts.on[shown[ahead]] > facts.as_of]
        if not len(ahead):
            return shown
        within = ahead if rows is None else rows[ahead]
        shown[ahead] = search.next(implied, within, shown[ahead] + 1)


def _set(column: Array, rows: Array | None, values: Array) -> None:
    if rows is None:
        column[:] = values
    else:
        column[rows] = values


def _set_where(column: Array, rows: Array | None, mask: Array, values: Array) -> None:
    at = np.flatnonzero(mask)
    column[at if rows is None else rows[at]] = values[at]
