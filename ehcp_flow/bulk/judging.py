"""Deadlines of many cases at once: the columns of what `ehcp_flow.deadlines` gives for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ehcp_flow.bulk.acts import Acts, acts_of
from ehcp_flow.bulk.codes import NO_DAY, Array, as_date, as_day
from ehcp_flow.bulk.daytables import FAILED, DayTables
from ehcp_flow.bulk.excusing import Excuses, excused
from ehcp_flow.bulk.facts import Facts, event_mask
from ehcp_flow.bulk.judged import LAPSED, LATE, MET, OPEN, OVERDUE, PREMATURE, STATUSES, UNDATED, Judged, Part
from ehcp_flow.bulk.law import ClockTables, LawTables, RuleTables, mask_of
from ehcp_flow.bulk.runs import Runs, begun_of, runs_of
from ehcp_flow.law.model import Foreseen, InTime, Rule
from ehcp_flow.law.patterns import Patterns
from ehcp_flow.law.version import Version

__all__ = ["STATUSES", "Judged", "judge_columns"]


@dataclass(frozen=True)
class _Base:
    """What a rule's runs are counted from, and to."""

    runs: Runs
    base: Array
    last: Array
    protected: Array


class _Judge:
    """One chunk of facts, judged clock by clock."""

    def __init__(self, facts: Facts, law: LawTables, days: DayTables) -> None:
        self.facts = facts
        self.law = law
        self.days = days
        self.excuses = Excuses(facts, law, days)
        self.parts: list[Part] = []
        self.no_law: list[tuple[int, Array, Array]] = []

    def judge(self) -> None:
        """Judge every clock that runs."""
        for clock in self.law.clocks:
            if not clock.rules:
                continue
            runs = runs_of(clock, self.facts)
            if runs is not None:
                for rule in clock.rules:
                    self._rule(clock, rule, runs)

    def _rule(self, clock: ClockTables, tables: RuleTables, runs: Runs) -> None:
        facts, rule = self.facts, tables.running.rule
        if tables.only_from is not None:
            runs = runs.where(tables.only_from[facts.key[runs.start]])
        if rule.where is not None:
            runs = runs.where(self._ahead(rule.where, runs))
        if rule.where_not is not None:
            runs = runs.where(~self._ahead(rule.where_not, runs))
        if rule.by_party:
            runs = runs.where(self._of_party(rule.by_party, runs))
        if rule.not_by_party:
            runs = runs.where(~self._of_party(rule.not_by_party, runs))
        for stretch in tables.not_during:
            runs = runs.where(begun_of(stretch, facts, runs.start) < 0)
        if rule.where_in_time is not None:
            runs = runs.where(self._came_in_time(rule.where_in_time, runs))
        if not len(runs):
            return
        base = facts.day_of(runs.start, tables.running.from_fields)
        low, high = int(base.min()), int(base.max())
        left = np.ones(len(runs), dtype=bool)
        for at, version in enumerate(rule.version):
            first = as_day(version.in_force_from)
            last = high if version.in_force_to is None else as_day(version.in_force_to)
            if first <= low and high <= last:
                self._version(clock, tables, at, version, runs, base)
                return
            inside = (first <= base) & (base <= last)
            left &= ~inside
            if inside.any():
                self._version(clock, tables, at, version, runs.where(inside), base[inside])
        if left.any():
            self._without_law(clock, tables, runs.where(left), base[left])

    def _version(
        self, clock: ClockTables, tables: RuleTables, at: int, version: Version, runs: Runs, base: Array
    ) -> None:
        facts, rule = self.facts, tables.running.rule
        if version.counting is not None:
            last = self.days.last_day(version.counting, base, runs.party, facts.names)
        else:
            last, base = self._later_of(tables, version, runs, base)
        failed = last == FAILED
        if version.roll == "tribunal":
            dated = last > NO_DAY
            last = last.copy()
            last[dated] = self.days.roll_end(last[dated])
            failed |= last == FAILED
        if failed.any():
            facts.fail(facts.case[runs.start[failed]])
            runs, base, last = runs.where(~failed), base[~failed], last[~failed]
        if rule.under_age is not None:
            kept = self._under_age(rule.under_age, runs, last)
            runs, base, last = runs.where(kept), base[kept], last[kept]
        if rule.there_by:
            kept = self._there(rule.there_by, runs, last)
            runs, base, last = runs.where(kept), base[kept], last[kept]
        pending = np.zeros(len(runs), dtype=bool)
        if version.protected_until is not None:
            last, pending = self._protected(version, runs, last)
        kept_acts = self._acts(clock, tables, runs, base, last)
        if kept_acts is None:
            return
        rows, acts = kept_acts
        if rows is not None:
            runs, base, last, pending = runs.at(rows), base[rows], last[rows], pending[rows]
        if len(runs):
            self._judged(clock, tables, at, version, _Base(runs, base, last, pending), acts)

    def _judged(
        self, clock: ClockTables, tables: RuleTables, at: int, version: Version, counted: _Base, acts: Acts
    ) -> None:
        facts, rule, runs = self.facts, tables.running.rule, counted.runs
        unproven = None
        if tables.running.unproven:
            unproven = facts.places(mask_of(rule.bites_on)).at_or_after(runs.start + 1) >= runs.stop
        status = _status(facts, rule, version, counted, acts, unproven)
        excuses, claimed = np.zeros(len(runs), dtype=np.int32), np.zeros(len(runs), dtype=bool)
        near = self.excuses.near(runs, counted.last) if rule.exceptions else None
        if near is not None and len(near):
            base = counted.base[near]
            first = self.days.first_day(version.counts[0].convention, base)
            since = base if rule.looks_back is None else self.days.before(rule.looks_back, base)
            excuses[near], claimed[near] = excused(
                self.excuses,
                tables,
                runs.at(near),
                (since, first, counted.last[near]),
                acts.done[near],
                is_advice=clock.running.clock.per == "party",
                wanted=(status[near] != MET) & (status[near] != LAPSED),
            )
        ended = acts.ended
        if tables.other.any():
            other = (acts.done < 0) & (status == LAPSED) & (acts.other >= 0)
            ended = np.where(other, acts.other, ended)
        row = self.law.row_of[tables.running.order, at]
        self.parts.append(
            Part(
                row=row,
                start=runs.start,
                party=runs.party,
                base=counted.base,
                due=counted.last,
                done=acts.done,
                implied=acts.implied,
                ended=ended,
                superseded=runs.end,
                status=status,
                excuses=excuses,
                claimed=claimed,
                protected=counted.protected,
            )
        )

    def _ahead(self, condition: Foreseen, runs: Runs) -> Array:
        latest = self.days.before(condition.period, self.facts.on[runs.start])
        failed = latest == FAILED
        if failed.any():
            self.facts.fail(self.facts.case[runs.start[failed]])
        foreseen: Array = (latest > NO_DAY) & (self.facts.day_of(runs.start, (condition.date,)) <= latest)
        return foreseen

    def _of_party(self, parties: tuple[str, ...], runs: Runs) -> Array:
        of_party: Array = np.isin(self.facts.party[runs.start], [self.facts.number_of(party) for party in parties])
        return of_party

    def _came_in_time(self, condition: InTime, runs: Runs) -> Array:
        facts = self.facts
        after = facts.places(mask_of(condition.after)).before(runs.start)
        came = np.ones(len(runs), dtype=bool)
        known = np.flatnonzero(after >= facts.first(runs.start))
        last = self.days.last_day(condition.convention, facts.on[after[known]], runs.party[known], facts.names)
        failed = last == FAILED
        facts.fail(facts.case[runs.start[known[failed]]])
        first = facts.places(mask_of(condition.first)).at_or_after(after[known] + 1)
        there = first <= runs.start[known]
        came[known] = (last == NO_DAY) | (there & (facts.on[np.where(there, first, 0)] <= last))
        return came

    def _acts(
        self, clock: ClockTables, tables: RuleTables, runs: Runs, base: Array, last: Array
    ) -> tuple[Array | None, Acts] | None:
        """Return which runs the rule is there for (None if for all), and what happened to it in those."""
        facts, rule = self.facts, tables.running.rule
        per_party = clock.running.clock.per == "party"
        first = runs.start + 1
        if rule.looks_back is not None:
            since = self.days.before(rule.looks_back, base)
            case = facts.case[runs.start]
            first = np.minimum(np.maximum(runs.previous + 1, facts.since(case, since)), runs.start)
            failed = since <= NO_DAY
            if failed.any():
                facts.fail(case[failed])
        kept = None
        if rule.only_with:
            needed = facts.places(tables.needed).at_or_after(first)
            there = needed < runs.stop
            if not there.any():
                return None
            kept = np.flatnonzero(there)
            runs, first, last, needed = runs.at(kept), first[kept], last[kept], needed[kept]
            before = acts_of(facts, runs.until(needed), tables, first, last, per_party=per_party).any
            if before.any():
                after = np.flatnonzero(~before)
                kept, runs, first, last = kept[after], runs.at(after), first[after], last[after]
        return kept, acts_of(facts, runs, tables, first, last, per_party=per_party)

    def _later_of(self, tables: RuleTables, version: Version, runs: Runs, base: Array) -> tuple[Array, Array]:
        """Return the later of several last days, and the day it was counted from."""
        facts = self.facts
        last = np.full(len(runs), NO_DAY, dtype=np.int64)
        counted_from = np.full(len(runs), NO_DAY, dtype=np.int64)
        first_basis = np.full(len(runs), NO_DAY, dtype=np.int64)
        failed = np.zeros(len(runs), dtype=bool)
        for count in version.counts:
            fields = count.counts_from or tables.running.from_fields
            place = runs.start
            there = np.ones(len(runs), dtype=bool)
            if count.counts_from_fact:
                place = facts.places(mask_of(count.counts_from_fact)).at_or_after(runs.start + 1)
                there = place < runs.stop
                fields = count.counts_from or ("on",)
            elif count.counts_from:
                there = np.zeros(len(runs), dtype=bool)
                for name in fields:
                    if name == "on":
                        there[:] = True
                    elif name in facts.dates:
                        there |= facts.dates[name][place] != NO_DAY
                if count.needed or count.or_from_fact:
                    facts.fail(facts.case[place[~there]])
            at = np.flatnonzero(there)
            day = facts.day_of(place[at], fields)
            ends = self.days.last_day(count.convention, day, runs.party[at], facts.names)
            failed[at[ends == FAILED]] = True
            first_basis[at] = np.where(first_basis[at] == NO_DAY, day, first_basis[at])
            later = ends > last[at]
            last[at[later]] = ends[later]
            counted_from[at[later]] = day[later]
        counted_from = np.where(counted_from == NO_DAY, first_basis, counted_from)
        last[failed | (counted_from == NO_DAY)] = FAILED
        return last, counted_from

    def _protected(self, version: Version, runs: Runs, last: Array) -> tuple[Array, Array]:
        """Return the last days of windows that a fact may keep open, and which are kept open with or without an end."""
        facts, until = self.facts, version.protected_until
        assert until is not None  # noqa: S101 - the caller has looked
        begun = facts.places(mask_of(until.begins_on)).at_or_after(runs.start + 1)
        there = np.flatnonzero((begun < runs.stop) & (last > NO_DAY))
        there = there[facts.on[begun[there]] <= last[there]]
        pending = np.zeros(len(runs), dtype=bool)
        pending[there] = True
        ended = facts.places(mask_of(until.ends_on)).at_or_after(begun[there] + 1)
        closed = ended < runs.stop[there]
        last = last.copy()
        last[there] = NO_DAY
        last[there[closed]] = facts.on[ended[closed]] - 1
        return last, pending

    def _under_age(self, years: int, runs: Runs, last: Array) -> Array:
        """Return which children are known to be under age on the last lawful day."""
        facts = self.facts
        born = np.full(facts.cases, NO_DAY, dtype=np.int64)
        births = facts.places(event_mask("date_of_birth")).at
        born[facts.case[births]] = facts.on[births]
        of_run = born[facts.case[runs.start]]
        under = np.zeros(len(runs), dtype=bool)
        for at in np.flatnonzero((of_run > NO_DAY) & (last > NO_DAY)):
            birthday, end = as_date(int(of_run[at])), as_date(int(last[at]))
            had = end.year - birthday.year - ((end.month, end.day) < (birthday.month, birthday.day))
            under[at] = had < years
        return under

    def _there(self, patterns: Patterns, runs: Runs, last: Array) -> Array:
        """Return which runs are of a case whose first fact of these did not come after the last lawful day."""
        facts = self.facts
        first = np.full(facts.cases, NO_DAY, dtype=np.int64)
        places = facts.places(mask_of(patterns)).at[::-1]
        first[facts.case[places]] = facts.on[places]
        there: Array = (last <= NO_DAY) | (first[facts.case[runs.start]] <= last)
        return there

    def _without_law(self, clock: ClockTables, tables: RuleTables, runs: Runs, base: Array) -> None:
        kept_acts = self._acts(clock, tables, runs, base, np.full(len(runs), NO_DAY))
        if kept_acts is not None:
            kept = slice(None) if kept_acts[0] is None else kept_acts[0]
            self.no_law.append((tables.running.order, runs.start[kept], base[kept]))


def _status(facts: Facts, rule: Rule, version: Version, counted: _Base, acts: Acts, unproven: Array | None) -> Array:
    """Return the status of each deadline; `unproven` are those of which nothing shows yet that the limit bites."""
    last, end = counted.last, counted.runs.end
    if version.is_window:
        return _status_of_window(facts, counted, acts)
    if rule.other_answer:
        status = np.full(len(last), OPEN, dtype=np.int8)
    else:
        status = np.where(facts.as_of <= last, np.int8(OPEN), np.int8(LAPSED if rule.right else OVERDUE))
        if unproven is not None:
            status[unproven] = OPEN
    status[(acts.ended >= 0) | (acts.other >= 0) | (end >= 0)] = LAPSED
    status[acts.implied >= 0] = UNDATED
    done = np.flatnonzero(acts.done >= 0)
    status[done] = np.where(facts.on.take(acts.done.take(done)) > last.take(done), LATE, MET)
    status[last <= NO_DAY] = UNDATED
    return status


def _status_of_window(facts: Facts, counted: _Base, acts: Acts) -> Array:
    last, as_of = counted.last, facts.as_of
    dated = last > NO_DAY
    status = np.where(dated & (as_of > last), np.int8(MET), np.int8(OPEN))
    for fact in (acts.ended, counted.runs.end):
        status[(fact >= 0) & (~dated | (facts.on[fact] <= last))] = LAPSED
    done = np.flatnonzero(acts.done >= 0)
    status[done] = np.where(dated[done] & (facts.on[acts.done[done]] > last[done]), MET, PREMATURE)
    status[~dated & ~counted.protected] = UNDATED
    return status


def judge_columns(facts: Facts, law: LawTables, days: DayTables) -> tuple[Judged, _Judge]:
    """Return the deadlines of the facts in the public order, without those of cases that failed, and the judge."""
    judge = _Judge(facts, law, days)
    if facts.count:
        judge.judge()
    return Judged(judge.parts, facts, law), judge
