"""The rulebook laid out for the kernel: what each kind of fact does to each clock, spell and rule, as flat tables.

A table over keys has one entry for each event and outcome: that of rule 3 begins at 3 * keys. A table whose name ends
in `_at` says where the entries of each thing begin in another, and has one more at its end. Ways of counting are
numbered; `ehcp_flow.engine.counted_days` has what they give for each day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias, get_args

from ehcp_flow.calendars import Calendars
from ehcp_flow.closed import complete
from ehcp_flow.counting import Convention, Period, SchoolDays, Terms, birthday, fixed_days, period_of, school_year_of
from ehcp_flow.engine import kernel
from ehcp_flow.engine.choice import Kernel
from ehcp_flow.engine.duty_keys import duties_of
from ehcp_flow.engine.events_read import events_read, is_of_england
from ehcp_flow.engine.numbers import KEY_OF, KEYS, as_day
from ehcp_flow.engine.turned import TurnedKeys
from ehcp_flow.errors import RulebookError
from ehcp_flow.facts import DATES, choices_of
from ehcp_flow.law.clock import Clock, Sign, Spell
from ehcp_flow.law.cohort import Cohort
from ehcp_flow.law.ground import Ground, GroundTest
from ehcp_flow.law.model import Foreseen, InTime, Limit, Rule, Rulebook
from ehcp_flow.law.parts import Kind
from ehcp_flow.law.patterns import BY, Pattern, Patterns, patterns_in
from ehcp_flow.law.version import Count, Reading, Version
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["CompiledRule", "CompiledRulebook", "Counting", "WayOfCounting", "compiled", "earliest_age", "number_of"]

_EVER: Final = as_day(dt.date.max)
_MOST_MARKS: Final = 63
"""How many spells the patterns of a rulebook can name: a bit for each in a number of 64."""
_BIRTH: Final = (Pattern("date_of_birth"),)
_SAMPLES: Final = (dt.date(2020, 1, 31), dt.date(2023, 8, 1))
GROUND_TESTS: Final[Mapping[str, int]] = {
    "closure": kernel.CLOSURE,
    "within_period": kernel.WITHIN_PERIOD,
    "absence": kernel.ABSENCE,
    "due_within_force": kernel.DUE_WITHIN_FORCE,
    "named": kernel.NAMED,
}
BODIES: Final = choices_of("advice_requested", "body")
"""The bodies that can be asked for advice; in the kernel they are numbered from 1, since 0 is nobody known."""
complete(GROUND_TESTS, get_args(GroundTest), "tests of a ground in the kernel")
_KINDS: Final[Mapping[str, int]] = {
    "exception_recorded": kernel.EXCEPTION,
    "date_of_birth": kernel.BIRTH,
    "advice_requested": kernel.ADVICE_ASKED,
}

Counting: TypeAlias = Callable[[dt.date, Calendars, str | None], dt.date | None]
Parts: TypeAlias = Iterable[tuple[int, Patterns]]


class WayOfCounting(NamedTuple):
    """A function from days to days: by how many days it shifts each (None where that depends on the day)."""

    shift: int | None
    by_institution: bool
    counted: Counting


class CompiledRule(NamedTuple):
    """A rule, with the limit it is a row of and the clock it hangs on. `order` is its place in the rulebook."""

    order: int
    limit: Limit
    rule: Rule
    clock: Clock

    @property
    def kind(self) -> Kind:
        """Of what kind the limit is by this rule."""
        return self.rule.kind or self.limit.kind


class CompiledRulebook:
    """A rulebook as tables: `tables` by name, and what their numbers stand for.

    `rules` are by the number of a rule, `versions` by that of a version (its rule, and the version itself), both in the
    order of the rulebook; `ways` by that of a way of counting, `parties` those that the law names. `alike` has the
    limits that are listed and counted under one name, by that name: that of the first, which its counterparts repeat.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        limits = rulebook.limits.values()
        self.rules = tuple(
            CompiledRule(order, limit, rule, rulebook.clocks[rule.clock])
            for order, (limit, rule) in enumerate((limit, rule) for limit in limits for rule in limit.rule)
        )
        self.limit_of = tuple(rule.limit.id for rule in self.rules)
        self.duties = duties_of(limits)
        self.versions = tuple((rule, version) for rule in self.rules for version in rule.rule.version)
        self.turned = TurnedKeys(patterns_in(rulebook), rulebook.spells, rulebook.deemed.values())
        self.signs: dict[int, list[Sign]] = {}
        for sign in rulebook.signs.values():
            for key in self.turned.plain(sign.facts):
                self.signs.setdefault(key, []).append(sign)
        self.readings = tuple(_readings(rulebook, rule, version) for rule, version in self.versions)
        self.breachable = tuple(bool(_rule_flags(rule) & kernel.BREACHABLE) for rule in self.rules)
        self.clocks = {clock_id: number for number, clock_id in enumerate(rulebook.clocks)}
        self.limits = {limit_id: number for number, limit_id in enumerate(rulebook.limits)}
        self.alike: dict[str, tuple[str, ...]] = {}
        for limit in limits:
            self.alike[limit.root] = (*self.alike.get(limit.root, ()), limit.id)
        self._as_named = {rule.limit.id for rule in self.rules if rule.rule.done_as_named}
        laid_out = _LaidOut(self)
        self.ways = tuple(laid_out.ways)
        self.field_lists = laid_out.field_lists
        self.parties = tuple(laid_out.parties)
        self.tables = laid_out.tables
        self.party_numbers: Mapping[str, int] = {party: number for number, party in enumerate(self.parties)}
        rows = self.tables["key_rows"]
        # What a fact may be taken as can start more clocks than the fact by itself.
        self.key_rows: Sequence[int] = [max(rows[each] for each in self.turned.of(key)) for key in range(len(KEYS))]
        usual: dict[str | None, int] = {
            party: number_of(asked.id) for asked in rulebook.asked.values() for party in asked.usual_for
        }
        self.usual_bodies: Mapping[str | None, int] = usual
        self._unrecorded: dict[frozenset[str], list[int]] = {}
        self._laws: dict[Kernel, Any] = {}
        self._outcomes: dict[tuple[int, int], tuple[str, ...]] = {}
        self._contesting: dict[tuple[int, int], tuple[str, ...]] = {}

    @cached_property
    def reads(self) -> frozenset[str]:
        """The events of which it reads the facts."""
        return events_read(self.rulebook)

    @cached_property
    def is_of_england(self) -> bool:
        """Whether it is England's law, or a draft of a change to it."""
        return is_of_england(self.rulebook)

    def body(self, party: str | None, body: str | None) -> int:
        """Return the number of the body that was asked for advice: the one recorded, else the party's usual one."""
        return self.usual_bodies.get(party, 0) if body is None else number_of(body)

    @cached_property
    def _done(self) -> list[tuple[list[tuple[frozenset[str], ...]], bool]]:
        """In which ways each rule, and then each limit, is discharged, and whether that is done again."""
        rules = [*((rule.rule,) for rule in self.rules), *(limit.rule for limit in self.rulebook.limits.values())]
        return [(self._ways_done_of(each), self._is_done_again(each)) for each in rules]

    def _ways_done_of(self, rules: Iterable[Rule]) -> list[tuple[frozenset[str], ...]]:
        """Return in which ways rules are discharged: each by one of some events, or by one of each of two sets.

        What makes a limit owed at all says nothing of whether a source records what discharges it afterwards.
        """
        ways: list[tuple[frozenset[str], ...]] = []
        for rule in rules:
            by_date = () if rule.first_by_date is None else rule.first_by_date.facts
            owed = self._events(rule.owed_if_by_due)
            done, first = (self._events((*patterns, *by_date)) - owed for patterns in (rule.done_by, rule.first))
            ways += [(done,), (first, self._events(rule.done_after_first_by))]
        return ways

    def _events(self, patterns: Patterns) -> frozenset[str]:
        """Return the events of which a fact is what patterns speak of, or stands for it; not what only shows it."""
        return frozenset(KEYS[self.turned.base(key)][0] for key in self.turned.of_patterns(patterns, acts=True))

    def _is_done_again(self, rules: Iterable[Rule]) -> bool:
        """Return whether what discharges one of some rules is done again: it starts a time anew, as a review does.

        It is the rule's own time; of an act that is looked for before its time began, any.
        """
        every = self.rulebook.clocks
        own = ((every[rule.clock], rule) for rule in rules)
        return any(
            self._events(rule.done_by)
            & (self._events((*clock.starts_on, *clock.restarts_on)) | (self._anew if rule.looks_back else frozenset()))
            for clock, rule in own
        )

    @cached_property
    def _anew(self) -> frozenset[str]:
        """The events that start any time anew."""
        clocks = self.rulebook.clocks.values()
        return self._events(tuple(pattern for clock in clocks for pattern in clock.restarts_on))

    def unrecorded(self, recorded: frozenset[str]) -> list[int]:
        """Return 1 for each rule, and then each limit, that none of these events discharges, 0 for the others.

        It is `AGAIN` where what discharges it starts its time anew: an act on record may not have been the first. What
        is done where nothing discharges it (a day that was fixed: what it names does) goes by the limit.
        """
        known = self._unrecorded.get(recorded)
        if known is None:
            known = [
                0 if any(all(each & recorded for each in way) for way in ways) else kernel.AGAIN if again else 1
                for ways, again in self._done
            ]
            self._unrecorded[recorded] = known
        return known

    def is_directable(self, limit: str) -> bool:
        """Return whether a day can be fixed for what is called so: a limit, and not that of such days itself."""
        return limit in self.limits and limit not in self._as_named

    def acts(self, rule: int, named: str | None) -> frozenset[str]:
        """Return the events that discharge a rule: its own, or those of the limit that the starting fact names."""
        of, limits = self.rules[rule].rule, self.rulebook.limits
        rules = limits[named].rule if of.done_as_named and named in limits else (of,)
        return frozenset(act.event for each in rules for act in each.done_by)

    def law(self, chosen: Kernel) -> Any:
        """Return the tables as a kernel takes them."""
        if chosen not in self._laws:
            self._laws[chosen] = chosen.module.Law(chosen.tables(self.tables))
        return self._laws[chosen]

    def had_another_rule(self, rule: int, day: dt.date) -> bool:
        """Return whether a limit had, on a day, a rule of other words on the same clock, in the place of this one."""
        this = self.rules[rule]
        return any(other.clock == this.rule.clock and other.in_force(day) for other in this.limit.rule)

    def outcomes(self, rule: int, held: int) -> tuple[str, ...]:
        """Return the outcomes of the grounds that excuse a deadline, from the bits that the kernel gives for them."""
        known = self._outcomes.get((rule, held))
        if known is None:
            uses = self.rules[rule].rule.exceptions
            grounds = (self.rulebook.grounds[use.ground] for bit, use in enumerate(uses) if held >> bit & 1)
            known = self._outcomes[rule, held] = tuple(dict.fromkeys(ground.outcome for ground in grounds))
        return known

    def contesting(self, version: int, contested: int) -> tuple[str, ...]:
        """Return the names of the readings that contest a deadline, from the bits that the kernel gives for them."""
        known = self._contesting.get((version, contested))
        if known is None:
            readings = enumerate(self.readings[version])
            known = self._contesting[version, contested] = tuple(
                reading.name for bit, reading in readings if contested >> bit & 1
            )
        return known


def _readings(rulebook: Rulebook, rule: CompiledRule, version: Version) -> tuple[Reading, ...]:
    """Return the other readings of a version: of its rule, of the grounds that can excuse it, and of what age ends."""
    own = (reading for reading in rule.rule.readings if reading.is_of(version))
    grounds = (rulebook.grounds[use.ground] for use in rule.rule.exceptions)
    excusing = dict.fromkeys(ground.reading for ground in grounds if ground.reading is not None)
    return (*own, *excusing, *_readings_of_age(rulebook, rule))


def earliest_age(spell: Spell) -> tuple[int, bool]:
    """Return by what spells that begin with an age are put in order: a school year begins before its birthdays."""
    return spell.from_age or 0, not spell.of_school_year


def _readings_of_age(rulebook: Rulebook, rule: CompiledRule) -> Iterator[Reading]:
    """Yield the reading of each age by which a limit ends that can be breached, unless its clock ends by then."""
    if not _rule_flags(rule) & kernel.BREACHABLE:
        return
    own = [rulebook.spells[name].from_age for name in rule.clock.unless_during if not rule.clock.ages_for]
    for spell in rulebook.spells.values():
        told, age = spell.reading, spell.from_age
        if told is not None and age is not None and not any(each is not None and each <= age for each in own):
            yield Reading(name=told.name, from_age=age, unless=told.unless, says=told.says)


@per_vocabulary
def compiled(rulebook: Rulebook) -> CompiledRulebook:
    """Return the rulebook laid out for the kernel: the same object for the same rulebook, until events are declared."""
    return CompiledRulebook(rulebook)


class _LaidOut:
    """The tables of a rulebook while they are made."""

    def __init__(self, book: CompiledRulebook) -> None:
        self.rulebook = book.rulebook
        self.book = book
        self.turned = book.turned
        self.keys = book.turned.count
        self.ways: list[WayOfCounting] = []
        self._ways: dict[tuple[str, object], int] = {}
        self._fields: dict[tuple[str, ...], int] = {("on",): 0}
        self._masks: dict[frozenset[int], int] = {frozenset(): 0}
        self._party_sets: dict[tuple[str, ...], int] = {}
        self._spells = {name: number for number, name in enumerate(self.rulebook.spells)}
        self._ending = [each for each in self.rulebook.spells.values() if each.ends_everything]
        self._ages = [each for each in self.rulebook.spells.values() if each.from_age is not None]
        self._last = tuple(pattern for each in self._ending for pattern in each.begins_on)
        self._naming = tuple(
            pattern for rule in book.rules if rule.rule.done_as_named for pattern in rule.clock.starts_on
        )
        self.spells: list[int] = []
        self.parties: dict[str, int] = {}
        for rule in book.rules:
            for party in (*rule.rule.by_party, *rule.rule.not_by_party):
                self.parties.setdefault(party, len(self.parties))
        for mark in book.turned.marked:
            if mark.startswith(BY):
                self.parties.setdefault(mark.removeprefix(BY), len(self.parties))
        for ground in self.rulebook.grounds.values():
            if ground.adviser:
                self.parties.setdefault(ground.adviser, len(self.parties))
        self.tables: dict[str, Any] = {"keys": self.keys, "parties": len(self.parties)}
        self._spell_tables()
        self._grounds = {name: number for number, name in enumerate(self.rulebook.grounds)}
        self._ground_tables(list(self.rulebook.grounds.values()))
        self._conditions: dict[str, list[tuple[int, ...]]] = {"foreseen": [], "in_time": []}
        self._clock_tables(list(self.rulebook.clocks.values()))
        self._rule_tables()
        self._version_tables()
        self._pair_tables()
        self._key_tables()
        self._turn_tables()
        self._shared_tables()

    def _put(self, name: str, values: Any) -> None:
        self.tables[name] = values

    def _ranges(self, name: str, at: str, groups: Iterable[Sequence[int]]) -> None:
        """Put groups one behind the other, and where each begins."""
        flat: list[int] = self.spells if name == "spells" else []
        begins = [len(flat)]
        for group in groups:
            flat.extend(group)
            begins.append(len(flat))
        self._put(at, begins)
        if name != "spells":
            self._put(name, flat)

    # What is numbered as it is met.

    def _way(self, how: str, what: object, counted: Counting) -> int:
        number = self._ways.get((how, what))
        if number is None:
            number = self._ways[how, what] = len(self.ways)
            self.ways.append(WayOfCounting(None, by_institution=False, counted=counted))
        return number

    def _last_day(self, convention: Convention) -> int:
        number = self._way("last day", convention, convention.last_day)
        days = fixed_days(convention)
        shift = None if days is None else days.days
        self.ways[number] = WayOfCounting(
            shift, isinstance(period_of(convention), SchoolDays | Terms), convention.last_day
        )
        return number

    def _roll(self, version: Version) -> int:
        if version.roll == "none":
            return -1
        return self._way("roll", version.roll, lambda day, calendars, _: version.rolled(day, calendars))

    def _before(self, period: Period | None) -> int:
        return -1 if period is None else self._way("before", period, period.before)

    def _after(self, period: Period | None) -> int:
        return -1 if period is None else self._way("after", period, period.after)

    def _lasts_to(self, spell: Spell) -> int:
        """Return the way that gives the last day of a spell that lasts for a period, -1 where it does not."""
        period = spell.lasts_for
        if period is None or spell.roll == "none":
            return self._after(period)

        def to_a_working_day(day: dt.date, calendars: Calendars, party: str | None) -> dt.date | None:
            last = period.after(day, calendars, party)
            return None if last is None else calendars.working.roll_forward(last)

        return self._way("after to a working day", period, to_a_working_day)

    def _turning(self, years: int | None, *, of_school_year: bool = False) -> int:
        if years is None:
            return -1
        if of_school_year:
            return self._way(
                "school year of turning", years, lambda day, _calendars, _party: school_year_of(birthday(day, years))
            )
        return self._way("turning", years, lambda day, _calendars, _party: birthday(day, years))

    def _begins(self, spell: Spell | None) -> int:
        """Return the way that gives the day on which an age begins a spell, -1 where none does."""
        return -1 if spell is None else self._turning(spell.from_age, of_school_year=spell.of_school_year)

    def _field_list(self, fields: Sequence[str]) -> int:
        return self._fields.setdefault(tuple(fields), len(self._fields))

    def _mask(self, patterns: Patterns) -> int:
        return self._masks.setdefault(frozenset(self.turned.of_patterns(patterns)), len(self._masks))

    def _mask_or_none(self, patterns: Patterns) -> int:
        return self._mask(patterns) if patterns else -1

    def _of_parties(self, parties: tuple[str, ...]) -> int:
        return self._party_sets.setdefault(parties, len(self._party_sets)) if parties else -1

    def _spell(self, name: str) -> int:
        return self._spells[name] if name else -1

    # The tables.

    def _spell_tables(self) -> None:
        spells = self.rulebook.spells.values()
        self._put(
            "spell_roles",
            _flat(self._roles(((kernel.START, each.begins_on), (kernel.END, each.ends_on))) for each in spells),
        )
        self._put("spell_ahead", [int(each.looks_ahead) for each in spells])
        self._put("spell_unless", [self._spell(each.unless_during or "") for each in spells])

    def _ground_tables(self, grounds: list[Ground]) -> None:
        self._put("ground_test", [GROUND_TESTS[ground.test] for ground in grounds])
        self._put("ground_key", [KEY_OF["exception_recorded", ground.outcome] for ground in grounds])
        self._put("ground_least", [self._after(ground.least) for ground in grounds])
        self._put("ground_margin", [self._before(ground.margin) for ground in grounds])
        self._put("ground_adviser", [self.parties.get(ground.adviser, kernel.ANYBODY) for ground in grounds])
        self._put("ground_one_day", [int(ground.one_day) for ground in grounds])
        self._put("ground_lasts", [int(ground.lasts) for ground in grounds])
        self._put("ground_from", [as_day(ground.in_force_from) for ground in grounds])
        self._put("ground_doubted", [int(ground.reading is not None) for ground in grounds])
        self._put("ground_to", [_until(ground.in_force_to) for ground in grounds])

    def _clock_tables(self, clocks: list[Clock]) -> None:
        last = ((kernel.END | kernel.FINAL, self._last),)
        over = [self._spells[each.id] for each in self._ending if each.from_age is None]
        ages = {each.id for each in self._ages}
        self._put("clocks", len(clocks))
        self._put("clock_roles", _flat(self._roles((*_of_clock(clock), *last)) for clock in clocks))
        self._put("clock_flags", [_clock_flags(clock) for clock in clocks])
        self._put("clock_during", [self._spell(clock.during) for clock in clocks])
        self._put("clock_inside", [self._inside(clock) for clock in clocks])
        self._ranges(
            "spells",
            "clock_unless_at",
            [[*over, *(self._spells[name] for name in c.unless_during if name not in ages)] for c in clocks],
        )
        self._put("clock_aged", [self._mask_or_none(clock.ages_for) for clock in clocks])
        for name, own in (("", lambda clock: clock.unless_during), ("_others", lambda _: ())):
            outgrown = [[each for each in self._ages if each.ends_everything or each.id in own(c)] for c in clocks]
            first = [min(spells, key=earliest_age, default=None) for spells in outgrown]
            self._put(f"clock_turns{name}", [self._begins(spell) for spell in first])
            kept = [any(each.or_after is not None for each in spells) for spells in outgrown]
            self._put(f"clock_kept{name}", [int(each) for each in kept])
        self._ranges(
            "clock_rules",
            "clock_rules_at",
            [[rule.order for rule in self.book.rules if rule.rule.clock == clock.id] for clock in clocks],
        )

    def _inside(self, clock: Clock) -> int:
        return -1 if clock.resumes_inside is None else self._spells[clock.resumes_inside.during]

    def _rule_tables(self) -> None:
        rules = self.book.rules
        limits = self.rulebook.limits.values()
        self._put("rule_roles", _flat((*map(self._rule_roles, rules), *map(self._named_roles, limits))))
        self._put("named_roles", len(rules))
        self._put("limits", len(limits))
        by_party = [any(self.rulebook.clocks[rule.clock].per == "party" for rule in each.rule) for each in limits]
        self._put("limit_by_party", [int(each) for each in by_party])
        self._put("rule_flags", [_rule_flags(rule) for rule in rules])
        self._put("rule_limit", [self.book.limits[rule.limit.id] for rule in rules])
        self._put("rule_only", [self._mask_or_none(rule.rule.only_from) for rule in rules])
        self._put("rule_fields", [self._field_list(_fields_of(rule)) for rule in rules])
        self._put("rule_looks_back", [self._before(rule.rule.looks_back_over) for rule in rules])
        self._put("rule_where", [self._foreseen(rule.rule.where) for rule in rules])
        self._put("rule_where_not", [self._foreseen(rule.rule.where_not) for rule in rules])
        self._put("rule_in_time", [self._in_time(rule.rule.where_in_time) for rule in rules])
        self._put("rule_by_party", [self._of_parties(rule.rule.by_party) for rule in rules])
        self._put("rule_not_by_party", [self._of_parties(rule.rule.not_by_party) for rule in rules])
        self._put("rule_by_body", [_bodies(rule.rule) for rule in rules])
        self._put("rule_under_age", [self._turning(rule.rule.under_age) for rule in rules])
        self._put("rule_owed_if_by_due", [self._mask_or_none(rule.rule.owed_if_by_due) for rule in rules])
        self._put("rule_needs_from", [self._mask_or_none(rule.rule.only_with_from) for rule in rules])
        asked = [rule.rule.age_question for rule in rules]
        self._put("rule_asks_turns", [self._turning(None if each is None else each.from_age) for each in asked])
        self._put("rule_asks_unless", [self._mask(() if each is None else each.unless) for each in asked])
        self._put("rule_asks_before", [int(each is not None and bool(each.says)) for each in asked])
        self._put("rule_asks_answered", [self._mask(() if each is None else each.answered_by) for each in asked])
        self._put(
            "rule_yields", [self._spell(rule.rule.yields_to.spell if rule.rule.yields_to else "") for rule in rules]
        )
        self._put("rule_part_fields", [self._part_fields(rule.rule) for rule in rules])
        self._put("rule_inside", [self._inside(rule.clock) for rule in rules])
        self._ranges(
            "spells", "rule_not_during_at", [[self._spells[name] for name in r.rule.not_during] for r in rules]
        )
        self._ranges("uses", "rule_uses_at", [[self._grounds[use.ground] for use in r.rule.exceptions] for r in rules])
        self._ranges("cohorts", "rule_cohorts_at", [[0] * len(rule.rule.cohorts) for rule in rules])
        self._ranges("rule_versions", "rule_versions_at", [[0] * len(rule.rule.version) for rule in rules])
        del self.tables["rule_versions"], self.tables["cohorts"]
        self._put("foreseen_table", [table for table, _ in self._conditions["foreseen"]])
        self._put("foreseen_fields", [fields for _, fields in self._conditions["foreseen"]])
        self._put("in_time_after", [after for after, _, _ in self._conditions["in_time"]])
        self._put("in_time_first", [first for _, first, _ in self._conditions["in_time"]])
        self._put("in_time_table", [table for _, _, table in self._conditions["in_time"]])

    def _foreseen(self, condition: Foreseen | None) -> int:
        if condition is None:
            return -1
        self._conditions["foreseen"].append((self._before(condition.period), self._field_list((condition.date,))))
        return len(self._conditions["foreseen"]) - 1

    def _part_fields(self, rule: Rule) -> int:
        return 0 if rule.first_by_date is None else self._field_list((rule.first_by_date.date,))

    def _in_time(self, condition: InTime | None) -> int:
        if condition is None:
            return -1
        row = (self._mask(condition.after), self._mask(condition.first), self._last_day(condition.convention))
        self._conditions["in_time"].append(row)
        return len(self._conditions["in_time"]) - 1

    def _version_tables(self) -> None:
        versions = self.book.versions
        self._put("version_from", [as_day(version.in_force_from) for _, version in versions])
        self._put("version_to", [_until(version.in_force_to) for _, version in versions])
        self._put("version_flags", [_version_flags(version) for _, version in versions])
        self._put("version_roll", [self._roll(version) for _, version in versions])
        self._put("version_first", [_first_day(version.counts[0].convention) for _, version in versions])
        kept = [version.protected_until for _, version in versions]
        self._put("version_kept_open", [-1 if each is None else self._mask(each.begins_on) for each in kept])
        self._put("version_kept_to", [-1 if each is None else self._mask(each.ends_on) for each in kept])
        self._put("version_kept_again", [0 if each is None else self._mask(each.begins_again_on) for each in kept])
        self._ranges(
            "count_table",
            "version_counts_at",
            [[self._last_day(count.convention) for count in version.counts] for _, version in versions],
        )
        self._ranges("reading_flags", "version_readings_at", [_reading_flags(each) for each in self.book.readings])
        readings = [reading for each in self.book.readings for reading in each]
        self._put("reading_table", [self._counted(reading) for reading in readings])
        self._put("reading_from", [self._mask_or_none(reading.counts_from_fact) for reading in readings])
        self._put("reading_within", [self._after(reading.within_period) for reading in readings])
        self._put("reading_done", [self._mask_or_none(reading.only_done_by) for reading in readings])
        self._put("reading_beside", [self._mask_or_none(reading.beside) for reading in readings])
        self._put("reading_kept", [self._mask_or_none(reading.kept_by) for reading in readings])
        self._put("reading_shown", [self._mask_or_none(reading.shown_by) for reading in readings])
        self._put("reading_not_done", [self._mask_or_none(reading.not_done_by) for reading in readings])
        self._put("reading_open_by", [self._mask_or_none(reading.kept_open_by) for reading in readings])
        self._put("reading_open_to", [self._mask_or_none(reading.kept_open_to) for reading in readings])
        self._put("reading_turns", [self._turning(reading.from_age) for reading in readings])
        self._put("reading_unless", [self._mask(reading.unless) for reading in readings])
        self._ranges(
            "reading_grounds",
            "reading_grounds_at",
            [[self._grounds[name] for name in reading.with_exceptions] for reading in readings],
        )
        self._cohort_tables()
        counts = [(rule, count) for rule, version in versions for count in version.counts]
        self._put("count_flags", [_count_flags(count) for _, count in counts])
        self._put("count_fields", [self._field_list(_fields_counted(rule, count)) for rule, count in counts])
        self._put("count_awaited", [-1 if c.awaited is None else self._mask(c.awaited.after) for _, c in counts])
        self._put(
            "count_awaited_by",
            [-1 if c.awaited is None else self._last_day(c.awaited.convention) for _, c in counts],
        )
        self._put(
            "count_mask",
            [
                self._mask(_BIRTH if count.from_birth else count.counts_from_fact or count.or_from_fact)
                for _, count in counts
            ],
        )

    def _cohort_tables(self) -> None:
        """Lay out the cohorts of rules, and behind them those of versions."""
        of_rules = [cohort for rule in self.book.rules for cohort in rule.rule.cohorts]
        begins = [len(of_rules)]
        cohorts: list[Cohort] = of_rules
        for _, version in self.book.versions:
            cohorts.extend(version.applies_to)
            begins.append(len(cohorts))
        self._put("version_cohorts_at", begins)
        self._put("cohort_begun", [self._mask_or_none(each.begun_by) for each in cohorts])
        self._put("cohort_followed", [self._mask_or_none(each.followed_by) for each in cohorts])
        self._put("cohort_turns", [self._turning(each.turns) for each in cohorts])
        self._put("cohort_from", [as_day(each.on_or_after or dt.date.min) for each in cohorts])
        self._put("cohort_before", [_until(each.before) for each in cohorts])
        self._put("cohort_from_age", [self._turning(each.from_age) for each in cohorts])
        self._put("cohort_under_age", [self._turning(each.under_age) for each in cohorts])

    def _counted(self, reading: Reading) -> int:
        return -1 if reading.counting is None else self._last_day(reading.convention)

    def _pair_tables(self) -> None:
        """Say of each clock that is kept by party which facts open a duty, discharge one, and end all."""
        roles: list[int] = []
        for clock in self.rulebook.clocks.values():
            acts = tuple(act for rule in self.book.rules if rule.clock is clock for act in rule.rule.done_by)
            parts = ((kernel.START, clock.starts_on), (kernel.DONE, acts), (kernel.END, clock.ends_on))
            roles.extend(self._roles(parts if clock.per == "party" else ()))
        self._put("pair_roles", roles)
        opens_or_acts = kernel.START | kernel.DONE
        clocks = [at for at, clock in enumerate(self.rulebook.clocks.values()) if clock.per == "party"]
        self._put(
            "key_pairs",
            [int(any(roles[at * self.keys + key] & opens_or_acts for at in clocks)) for key in range(self.keys)],
        )

    def _key_tables(self) -> None:
        starts = [
            self.turned.of_patterns((*clock.starts_on, *clock.restarts_on)) for clock in self.rulebook.clocks.values()
        ]
        rules_at = self.tables["clock_rules_at"]
        hung = [rules_at[number + 1] - rules_at[number] for number in range(len(starts))]
        by_key = [
            [clock for clock, keys in enumerate(starts) if key in keys and hung[clock]] for key in range(self.keys)
        ]
        self._ranges("key_clocks", "key_clocks_at", by_key)
        self._put("key_rows", [sum(hung[clock] for clock in clocks) for clocks in by_key])
        plain = [*range(len(KEYS)), *(each.key for each in self.turned.turned)]
        kept = [each.or_after for each in self._ages if each.or_after is not None]
        until = self.turned.of_patterns(tuple(pattern for each in kept for pattern in each.facts))
        self._put("kept_fields", self._field_list(tuple(dict.fromkeys(each.date for each in kept)) or ("on",)))
        gone = self.turned.of_patterns(self._last)
        kinds = dict.fromkeys(until, kernel.KEPT_UNTIL) | dict.fromkeys(gone, kernel.ENDS_ALL)
        self._put("key_kind", [_KINDS.get(KEYS[base][0], kinds.get(key, 0)) for key, base in enumerate(plain)])
        roles, keys = self.tables["spell_roles"], self.keys
        few = range(min(len(self._spells), kernel.MANY_SPELLS))
        begins = [kernel.END if each.looks_ahead else kernel.START for each in self.rulebook.spells.values()]
        self._put(
            "key_begins",
            [sum(1 << n for n in few if roles[n * keys + key] & begins[n]) for key in range(keys)],
        )

    def _turn_tables(self) -> None:
        """Say what each fact is taken as inside which spells, and which of those it begins and ends."""
        marks = {name: number for number, name in enumerate(self.turned.marked)}
        if len(marks) > _MOST_MARKS:
            raise RulebookError(
                "the rulebook",
                "spell",
                0,
                f"its patterns name {len(marks)} spells, and at most {_MOST_MARKS} can be told apart",
            )
        none = Spell(id="of_a_party", title="the facts of a party")
        by_name = {name: self.rulebook.spells.get(name, none) for name in marks}
        spells, told = [*by_name.values()], self.turned.by_spells(by_name)
        self._put("marks", len(marks))
        self._put("mark_bits", [1 << mark for mark in marks.values()])
        self._put("mark_ahead", [int(each.looks_ahead) for each in spells])
        self._put("lasts", [each.lasts if isinstance(each.lasts, int) else _EVER for each in spells])
        self._put("lasts_to", [self._lasts_to(each) for each in spells])
        self._put("since_fields", [self._field_list(each.counts_from or ("on",)) for each in spells])
        self._put(
            "mark_party", [self.parties.get(name.removeprefix(BY), -1) if name.startswith(BY) else -1 for name in marks]
        )
        ages = [(mark, each) for mark, each in enumerate(spells) if each.from_age is not None]
        self._put("ages", len(ages))
        self._put("age_mark", [mark for mark, _ in ages])
        self._put("age_turns", [self._begins(each) for _, each in ages])
        self._put("age_kept", [int(each.or_after is not None) for _, each in ages])
        self._put("key_opens", told.begins)
        self._put("key_shuts", told.ends)
        self._put("key_turns", told.turns)
        self._ranges("asks", "asks_at", told.asked)
        self._ranges("turned", "turned_at", told.ways)
        self._ranges("timed", "timed_at", told.timed)

    def _roles(self, parts: Parts) -> list[int]:
        """Return, for each key, what a fact of it does, as a sum of marks."""
        roles = [0] * self.keys
        for mark, patterns in parts:
            for key in self.turned.of_patterns(patterns):
                roles[key] |= mark
        return roles

    def _rule_roles(self, compiled_rule: CompiledRule) -> list[int]:
        rule, clock = compiled_rule.rule, compiled_rule.clock
        roles = self._roles(_of_rule(compiled_rule))
        # What names the next place asks for nothing, and discharges for good.
        for each in rule.questions:
            asked = each.done_by or (() if each.later else rule.done_by)
            for key in self.turned.of_patterns(asked):
                roles[key] |= kernel.ASKS
        for key in self.turned.of_patterns(rule.shown_otherwise_by):
            roles[key] &= ~(kernel.ASKS | kernel.FOR_NOW)
        for key in self.turned.of_patterns(rule.done_by):
            roles[key] &= ~kernel.AFTER_FIRST
        # What only shows an act implies it; the act itself is on no day that anybody knows.
        for key in self.turned.shown_by(rule.done_by):
            roles[key] = roles[key] & ~kernel.DONE | kernel.IMPLIED
        # A fact that ends the clock may discharge, imply or answer this rule rather than make it lapse.
        done = (*rule.done_by, *rule.done_after_first_by)
        answers = self.turned.of_patterns((*done, *rule.implied_by, *rule.other_answer))
        ends = self.turned.of_patterns(
            (*rule.lapses_on, *rule.taken_back_by, *rule.never_owed_by, *rule.carried_on_by, *self._last)
        )
        for key in ends | (self.turned.of_patterns(clock.ends_on) - answers):
            roles[key] |= kernel.LAPSE
        for key in self.turned.of_patterns((*rule.taken_back_by, *self._last)):
            roles[key] |= kernel.FINAL
        return roles

    def _named_roles(self, limit: Limit) -> list[int]:
        """Return, for each key, what a fact does to a day that was fixed for a limit."""
        clocks = [self.rulebook.clocks[rule.clock] for rule in limit.rule]
        done = tuple(act for rule in limit.rule for act in (*rule.done_by, *rule.done_after_first_by))
        ends = (
            *(end for clock in clocks for end in clock.ends_on),
            *(
                end
                for rule in limit.rule
                for end in (
                    *rule.lapses_on,
                    *rule.taken_back_by,
                    *rule.never_owed_by,
                    *rule.carried_on_by,
                    *rule.other_answer,
                )
            ),
        )
        roles = [0] * self.keys
        for key in self.turned.of_patterns(ends):
            roles[key] = kernel.LAPSE
        for key in self.turned.of_patterns(tuple(act for rule in limit.rule for act in rule.implied_by)):
            roles[key] = kernel.IMPLIED
        for key in self.turned.of_patterns(done):
            roles[key] = kernel.DONE
        for key in self.turned.shown_by(done):
            roles[key] = kernel.IMPLIED
        for key in self.turned.of_patterns(self._naming):
            roles[key] = kernel.LAPSE | kernel.NAMED_AGAIN
        for key in self.turned.of_patterns(self._last):
            roles[key] = kernel.LAPSE | kernel.FINAL
        return roles

    @property
    def field_lists(self) -> tuple[tuple[str, ...], ...]:
        """The lists of date fields, by number."""
        return tuple(self._fields)

    def _shared_tables(self) -> None:
        self._put("spells", self.spells)
        self._ranges("fields", "fields_at", [[DATES.index(field) for field in fields] for fields in self._fields])
        self._put("masks", [int(key in keys) for keys in self._masks for key in range(self.keys)])
        self._put("sets", len(self._masks))
        self._put("many_spells", len(self._spells))
        self._put("party_sets", [int(party in chosen) for chosen in self._party_sets for party in self.parties])


def _of_clock(clock: Clock) -> Parts:
    inside = clock.resumes_inside
    return (
        (kernel.START, clock.starts_on),
        (kernel.RESTART, clock.restarts_on),
        (kernel.END, clock.ends_on),
        (kernel.RESUME, clock.resumes_on),
        (kernel.RESUME_INSIDE, () if inside is None else inside.facts),
        (kernel.FINAL, clock.ends_for_good_on),
    )


def _clock_flags(clock: Clock) -> int:
    return _sum(
        (kernel.SEPARATE, clock.separate),
        (kernel.OWN_ACTS, clock.own_acts),
        (kernel.BY_PARTY, clock.per == "party"),
        (kernel.PARTY_OF_SPELL, clock.party_from == "spell" and bool(clock.during)),
        (kernel.FORETOLD, clock.ahead),
    )


def _of_rule(compiled_rule: CompiledRule) -> Parts:
    rule, clock = compiled_rule.rule, compiled_rule.clock
    inside = clock.resumes_inside
    return (
        (kernel.DONE, rule.done_by),
        (kernel.UNDONE, rule.undone_by),
        (kernel.IMPLIED, rule.implied_by),
        (kernel.OTHER, rule.other_answer),
        (kernel.RESUME, clock.resumes_on),
        (kernel.RESUME_INSIDE, () if inside is None else inside.facts),
        (kernel.FINAL, (*clock.ends_for_good_on, *(rule.lapses_on if clock.resumes_from else ()))),
        (kernel.TAKEN_BACK, rule.taken_back_by),
        (kernel.NEEDED, rule.only_with),
        (kernel.NEVER_OWED, (*rule.never_owed_by, *rule.carried_on_by)),
        (kernel.OWED, rule.owed_by),
        (kernel.SHOWS_OWED, rule.shown_owed_by),
        (kernel.AFTER_ALL, rule.owed_after_all_by),
        (kernel.FIRST, rule.first),
        (kernel.FIRST_BY_DATE, () if rule.first_by_date is None else rule.first_by_date.facts),
        (kernel.DONE | kernel.AFTER_FIRST, rule.done_after_first_by),
        (kernel.FOR_NOW, rule.done_for_now_by),
        (kernel.SHOWS_MORE, rule.shown_otherwise_by),
        (kernel.MAY_SHOW_MORE, tuple(pattern for each in rule.questions for pattern in each.later)),
    )


def number_of(body: str) -> int:
    """Return the number of a body that can be asked for advice."""
    return BODIES.index(body) + 1


def _bodies(rule: Rule) -> int:
    """Return a bit for each body, by its number, that a rule is about: 0 where it is about any."""
    every = (1 << len(BODIES) + 1) - 1
    of = sum(1 << number_of(body) for body in rule.by_body)
    without = sum(1 << number_of(body) for body in rule.not_by_body)
    return (of or every) & ~without if of or without else 0


def _rule_flags(compiled_rule: CompiledRule) -> int:
    rule, clock = compiled_rule.rule, compiled_rule.clock
    statutory = compiled_rule.kind == "statutory"
    narrowed = (
        rule.where, rule.where_not, rule.where_in_time, rule.by_party, rule.not_by_party, rule.by_body,
        rule.not_by_body, rule.not_during, rule.done_as_named,
    )  # fmt: skip
    return _sum(
        (kernel.PER_PARTY, clock.per == "party"),
        (kernel.NEEDS, bool(rule.only_with)),
        (kernel.IN_TIME, clock.resumes_in_time),
        (kernel.OTHER_ANSWER, bool(rule.other_answer)),
        (kernel.RIGHT, rule.right),
        (kernel.DONE_FOR_GOOD, not rule.undone_by),
        (kernel.ENDS_FOR_GOOD, not clock.resumes_on and not rule.owed_after_all_by),
        (kernel.UNPROVEN, bool(rule.owed_only_if)),
        (kernel.NARROWED, any(narrowed)),
        (kernel.CONDITIONAL, rule.under_age is not None or bool(rule.owed_if_by_due)),
        (kernel.BREACHABLE, statutory and not rule.right and rule.shown_by_act),
        (kernel.DOUBTFUL, bool(rule.questions)),
        (kernel.ASKS_WHERE_MISSED, any(each.where_missed for each in rule.questions)),
        (kernel.NOT_SHOWN, not rule.shown_by_act),
        (kernel.AS_NAMED, rule.done_as_named),
        (kernel.TAKES_BACK, bool(rule.taken_back_by)),
        (kernel.SELECTIVE, bool(rule.cohorts) or any(version.applies_to for version in rule.version)),
    )


def _version_flags(version: Version) -> int:
    return _sum(
        (kernel.WINDOW, version.is_window),
        (kernel.ROLLED, version.roll != "none"),
        (kernel.LATER_OF, version.counting is None or version.counts[0].from_birth),
    )


def _reading_flags(readings: Iterable[Reading]) -> list[int]:
    return [
        _sum(
            (kernel.EITHER_ANSWER, reading.either_answer),
            (kernel.UNEXCUSED, reading.without_exceptions),
            (kernel.UNEXCUSED_BY_PAST, reading.without_past_exceptions),
            (kernel.ONLY_EARLIER, reading.only_if_earlier),
            (kernel.NEVER_YIELDS, reading.yields_to_nothing),
            (kernel.LIMITS_NOTHING, reading.limits_nothing),
            (kernel.BINDS, reading.binds),
            (kernel.BY_CLOCK, reading.counts_from_start),
            (kernel.ONLY_TOLD, not reading.contests),
            (
                kernel.FINDS,
                reading.counting is not None
                or bool(reading.not_done_by or reading.kept_open_by)
                or reading.either_answer,
            ),
        )
        for reading in readings
    ]


def _count_flags(count: Count) -> int:
    return _sum(
        (kernel.FROM_FACT, bool(count.counts_from_fact)),
        (kernel.FROM_FIELDS, bool(count.counts_from) and not count.counts_from_fact),
        (kernel.NEEDED_COUNT, count.needed),
        (kernel.FROM_BIRTH, count.from_birth),
    )


def _fields_of(compiled_rule: CompiledRule) -> Sequence[str]:
    return compiled_rule.rule.counts_from or compiled_rule.clock.counts_from


def _fields_counted(compiled_rule: CompiledRule, count: Count) -> Sequence[str]:
    if count.counts_from:
        return count.counts_from
    return ("on",) if count.counts_from_fact or count.from_birth else _fields_of(compiled_rule)


def _first_day(convention: Convention) -> int:
    """Return how far the first day that is counted lies from the day counted from."""
    (days,) = {(convention.first_day(day) - day).days for day in _SAMPLES}
    return days


def _until(day: dt.date | None) -> int:
    return _EVER if day is None else as_day(day)


def _flat(groups: Iterable[Iterable[int]]) -> list[int]:
    return list(chain.from_iterable(groups))


def _sum(*flags: tuple[int, bool]) -> int:
    return sum(flag for flag, is_set in flags if is_set)
