"""What happened to a rule while its clock ran: the columns of `ehcp_flow.deadlines.Acts`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

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
        return cls(*np.full((4, count), -1, dtype=np.int64))

    @property
    def any(self) -> Array:
        """Whether anything has happened."""
        return (self.done >= 0) | (self.implied >= 0) | (self.ended >= 0) | (self.other >= 0)


def acts_of(facts: Facts, runs: Runs, rule: RuleTables, first: Array, last: Array, *, per_party: bool) -> Acts:
    """Return what happened to a rule in each run, from the place `first` on; `last` are its last lawful days."""
    return _Walk(facts, runs, rule, last, per_party=per_party).walk(first)


class _Walk:
    """The runs of one rule, each walked from one fact that plays a part in the rule to the next.

    What a run waits for depends on what has happened: those that wait for the same take a turn together. Nearly all
    take one turn, so that one look-up settles a rule.
    """

    def __init__(self, facts: Facts, runs: Runs, rule: RuleTables, last: Array, *, per_party: bool) -> None:
        self.facts = facts
        self.runs = runs
        self.rule = rule
        self.last = last
        self.per_party = per_party
        self.acts = Acts.none(len(runs))
        self.first = runs.start
        self.waiting: list[tuple[Callable[[Array, Array], None], Array, Array]] = []

    @cached_property
    def bounds(self) -> tuple[Places, Places]:
        """The facts that end the clock, and those that set it going again, whoever they are about."""
        rule = self.rule
        return ends_and_resumes(self.facts, rule.lapse, rule.resume, rule.inside, rule.resumes_inside)

    @cached_property
    def final(self) -> Places:
        """The facts that end the clock for good."""
        rule = self.rule
        return ends_and_resumes(self.facts, rule.final, rule.resume, rule.inside, rule.resumes_inside)[0]

    def walk(self, first: Array) -> Acts:
        """Return what happened from the place `first` on."""
        self.first = first
        self._open(None, first)
        while self.waiting:
            turn, rows, after = self.waiting.pop()
            turn(rows, after + 1)
        return self.acts

    def _then(self, turn: Callable[[Array, Array], None], rows: Array, after: Array) -> None:
        """Let these runs take a turn from behind these places on."""
        if len(rows):
            self.waiting.append((turn, rows, after))

    def _find(self, mask: Array, rows: Array | None, places: Array) -> Array:
        """Return the first fact of these keys, and of the run's own party, at each place or after it, or one too far.

        The party matters only where clocks are kept by party.
        """
        if not self.per_party:
            return self.facts.places(mask).at_or_after(places)
        party = self.runs.party
        return self.facts.next_of_party(mask, party if rows is None else party[rows], places)

    def _open(self, rows: Array | None, places: Array) -> None:
        """Nothing has happened: wait for the act, for what implies it, for another answer, or for the end."""
        facts, rule, acts, stop = self.facts, self.rule, self.acts, self.runs.stop
        if self.per_party or rule.resumes_inside is not None:
            found = np.minimum(self._find(rule.acts, rows, places), self.bounds[0].at_or_after(places))
        else:
            found = facts.places(rule.acts_or_lapse).at_or_after(places)
        here = np.flatnonzero(found < (stop if rows is None else stop[rows]))
        found = found.take(here)
        rows = here if rows is None else rows.take(here)
        key = facts.key.take(found)
        is_done = rule.done.take(key)
        self._do(rows[is_done], found[is_done])
        is_end = rule.lapse.take(key)
        self._end(rows[is_end], found[is_end])
        rest = np.flatnonzero(~(is_done | is_end))
        if not len(rest):
            return
        rows, found, is_other = rows[rest], found[rest], rule.other.take(key[rest])
        self._answer(rows[is_other], found[is_other])
        # A fact that lies ahead implies nothing yet.
        is_shown = ~is_other & (facts.on.take(found) <= facts.as_of)
        acts.implied[rows[is_shown]] = found[is_shown]
        self._then(self._settled, rows[is_shown], found[is_shown])
        self._then(self._open, rows[~is_shown], found[~is_shown])

    def _answer(self, rows: Array, found: Array) -> None:
        """Only the first other answer counts."""
        new = self.acts.other[rows] < 0
        self.acts.other[rows[new]] = found[new]

    def _do(self, rows: Array, found: Array) -> None:
        self.acts.done[rows] = found
        if self.rule.undoes:
            self._then(self._done, rows, found)

    def _done(self, rows: Array, places: Array) -> None:
        """The act is done: it is undone if that happens before it is repeated, and then all is open again."""
        facts, rule, acts = self.facts, self.rule, self.acts
        found = self._find(rule.done_or_undone, rows, places)
        undone = np.flatnonzero(found < self.runs.stop[rows])
        undone = undone[rule.undone.take(facts.key.take(found[undone]))]
        rows, places, found = rows[undone], places[undone], found[undone]
        if not len(rows):
            return
        acts.done[rows] = -1
        other = self._find(rule.other, rows, places)
        answered = np.flatnonzero(other < found)
        self._answer(rows[answered], other[answered])
        self._then(self._open, rows, found)

    def _end(self, rows: Array, found: Array) -> None:
        self.acts.ended[rows] = found
        if self.rule.resumes:
            self._then(self._ended, rows, found)

    def _ended(self, rows: Array, places: Array) -> None:
        """The clock has ended: it may be set going again, whoever the facts are about, where it asks for it in time."""
        found = self.bounds[1].at_or_after(places)
        resumed = np.flatnonzero(found < self.runs.stop[rows])
        rows, found = rows[resumed], found[resumed]
        taken_back = self.final.before(found) < self.first[rows]
        rows, found = rows[taken_back], found[taken_back]
        if self.rule.running.in_time:
            last = self.last[rows]
            in_time = (last <= NO_DAY) | (self.facts.on[found] <= last)
            rows, found = rows[in_time], found[in_time]
        self.acts.ended[rows] = -1
        settled = self.acts.implied[rows] >= 0
        self._then(self._settled, rows[settled], found[settled])
        self._then(self._open, rows[~settled], found[~settled])

    def _settled(self, rows: Array, places: Array) -> None:
        """The act is implied: only the end can still come."""
        found = self.bounds[0].at_or_after(places)
        ended = np.flatnonzero(found < self.runs.stop[rows])
        self._end(rows[ended], found[ended])
