"""The rulebook laid out for evaluation: for each clock and rule, what part each kind of fact plays in it.

Both evaluators, of one case and of a whole caseload, read the law from here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from ehcp_flow.facts import FACT_TYPES, OUTCOMES
from ehcp_flow.law.clock import Clock, Stretch
from ehcp_flow.law.model import Limit, Rule, Rulebook
from ehcp_flow.law.patterns import Pattern, matches

__all__ = [
    "CODES",
    "DONE",
    "END",
    "FINAL",
    "IMPLIED",
    "KEYS",
    "LAPSE",
    "NEEDED",
    "OTHER",
    "RESTART",
    "RESUME",
    "RESUME_INSIDE",
    "START",
    "UNDONE",
    "Key",
    "RunningLaw",
    "compiled",
]

Key: TypeAlias = tuple[str, str | None]
"""A fact's event and outcome."""

START: Final = 1
RESTART: Final = 2
END: Final = 4
RESUME: Final = 8

DONE: Final = 16
UNDONE: Final = 32
IMPLIED: Final = 64
OTHER: Final = 128
LAPSE: Final = 256
NEEDED: Final = 512
RESUME_INSIDE: Final = 1024
FINAL: Final = 2048


KEYS: Final[tuple[Key, ...]] = tuple(
    (event, outcome) for event in FACT_TYPES for outcome in OUTCOMES.get(event, (None,))
)
CODES: Final[Mapping[Key, int]] = {key: code for code, key in enumerate(KEYS)}
"""A small number for each event and outcome that a fact can have."""

_CODES_OF: Final[Mapping[str, tuple[int, ...]]] = {
    event: tuple(CODES[event, outcome] for outcome in OUTCOMES.get(event, (None,))) for event in FACT_TYPES
}


class Roles(dict[Key, int]):
    """The part that a fact plays, as a sum of the marks above: by event and outcome, or by their code in `by_code`.

    Of a stretch, `unless` is the one inside which it does not begin.
    """

    __slots__ = ("begins", "by_code", "parts", "unless")

    def __init__(self, parts: Iterable[tuple[int, tuple[Pattern, ...]]]) -> None:
        super().__init__()
        self.parts = tuple(parts)
        self.unless: Roles | None = None
        self.begins = frozenset(pattern.event for mark, some in self.parts for pattern in some if mark == START)
        self.by_code = [0] * len(KEYS)
        for mark, patterns in self.parts:
            for event, outcome in patterns:
                for code in _CODES_OF[event] if outcome is None else (CODES[event, outcome],):
                    self.by_code[code] |= mark

    def __missing__(self, key: Key) -> int:
        event, outcome = key
        role = 0
        for mark, patterns in self.parts:
            if matches(patterns, event, outcome):
                role |= mark
        self[key] = role
        return role


class RunningRule:
    """A rule of a limit on its clock. `order` is its place in the rulebook.

    `narrowed` says whether the rule asks something of the starting fact beyond its event and outcome; `newest` is the
    version in force from `newest_from` on, and `newest_days` how far its last lawful day lies from the day counted
    from, or None where that depends on the day. `conditional` says whether the rule may not be there for what only its
    last lawful day shows; `unproven` whether the record may not show that it bites; `needs` whether it waits for a
    fact of `only_with`; `done_for_good` and `ends_for_good` whether no later fact can take back that it was done, or
    that its clock ended.
    """

    __slots__ = (
        "clock",
        "conditional",
        "done_for_good",
        "ends_for_good",
        "from_fields",
        "from_on",
        "in_time",
        "limit",
        "limit_id",
        "looks_back",
        "narrowed",
        "needs",
        "newest",
        "newest_days",
        "newest_from",
        "not_during",
        "only_from",
        "order",
        "per_party",
        "resumes_inside",
        "roles",
        "rule",
        "statutory",
        "unproven",
    )  # fmt: skip

    def __init__(self, order: int, limit: Limit, rule: Rule, clock: Clock, stretches: Mapping[str, Roles]) -> None:
        self.order = order
        self.limit = limit
        self.rule = rule
        self.clock = clock
        self.limit_id = limit.id
        self.statutory = limit.kind == "statutory" and not rule.right and rule.shown_by_act
        self.per_party = clock.per == "party"
        self.newest = rule.version[-1]
        self.newest_from = self.newest.in_force_from if self.newest.in_force_to is None else dt.date.max
        self.newest_days = self.newest.fixed_days
        self.conditional = rule.under_age is not None or bool(rule.there_by)
        self.needs = bool(rule.only_with)
        self.unproven = bool(rule.bites_only_if)
        self.done_for_good = not rule.undone_by
        self.ends_for_good = not clock.resumes_on
        self.looks_back = rule.looks_back
        self.narrowed = any(
            (rule.where, rule.where_not, rule.where_in_time, rule.by_party, rule.not_by_party, rule.not_during)
        )
        self.not_during = tuple(stretches[name] for name in rule.not_during)
        self.in_time = clock.resumes_in_time
        self.from_fields = rule.counts_from or clock.counts_from
        self.from_on = self.from_fields == ("on",)
        self.only_from = Roles([(START, rule.only_from)]) if rule.only_from else None
        ends = tuple(pattern for pattern in clock.ends_on if not self._answers(pattern))
        inside = clock.resumes_inside
        self.resumes_inside = None if inside is None else stretches[inside.during]
        self.roles = Roles(
            (
                (DONE, rule.done_by),
                (UNDONE, rule.undone_by),
                (IMPLIED, rule.implied_by),
                (OTHER, rule.other_answer),
                (LAPSE, (*ends, *rule.lapses_on, *rule.never_owed_by)),
                (RESUME, clock.resumes_on),
                (RESUME_INSIDE, () if inside is None else inside.facts),
                (FINAL, (*clock.ends_for_good_on, *(rule.lapses_on if clock.resumes_from else ()))),
                (NEEDED, rule.only_with),
            )
        )

    def _answers(self, pattern: Pattern) -> bool:
        """Whether a fact that ends the clock discharges, implies or answers this rule rather than making it lapse."""
        rule = self.rule
        return matches((*rule.done_by, *rule.implied_by, *rule.other_answer), pattern.event, pattern.outcome)


class RunningClock:
    """A clock, what starts, ends and resumes it, and the rules that hang on it."""

    __slots__ = (
        "by_party", "clock", "during", "of_stretch", "order", "own_acts", "resumes_inside", "roles", "rules",
        "separate", "unless_during",
    )  # fmt: skip

    def __init__(self, order: int, clock: Clock, stretches: Mapping[str, Roles]) -> None:
        self.order = order
        self.clock = clock
        self.separate = clock.separate
        self.own_acts = clock.own_acts
        self.by_party = clock.per == "party"
        self.of_stretch = clock.party_from == "stretch"
        self.rules: list[RunningRule] = []
        inside = clock.resumes_inside
        self.roles = Roles(
            (
                (START, clock.starts_on),
                (RESTART, clock.restarts_on),
                (END, clock.ends_on),
                (RESUME, clock.resumes_on),
                (RESUME_INSIDE, () if inside is None else inside.facts),
                (FINAL, clock.ends_for_good_on),
            )
        )
        self.resumes_inside = None if inside is None else stretches[inside.during]
        self.during = stretches[clock.during] if clock.during else None
        self.unless_during = tuple(stretches[name] for name in clock.unless_during)


class RunningLaw:
    """A rulebook laid out: its clocks by the event that can start them."""

    __slots__ = ("by_event", "clocks", "rulebook", "rules")

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        stretches = _stretches(rulebook.stretches)
        clocks = {
            clock.id: RunningClock(order, clock, stretches) for order, clock in enumerate(rulebook.clocks.values())
        }
        self.rules: list[RunningRule] = []
        for limit in rulebook.limits.values():
            for rule in limit.rule:
                running = RunningRule(len(self.rules), limit, rule, rulebook.clocks[rule.clock], stretches)
                self.rules.append(running)
                clocks[rule.clock].rules.append(running)
        self.clocks = tuple(clocks.values())
        by_event: dict[str, list[RunningClock]] = {}
        for clock in self.clocks:
            for event in {pattern.event for pattern in (*clock.clock.starts_on, *clock.clock.restarts_on)}:
                by_event.setdefault(event, []).append(clock)
        self.by_event: Mapping[str, tuple[RunningClock, ...]] = {event: tuple(c) for event, c in by_event.items()}


@lru_cache(maxsize=16)
def compiled(rulebook: Rulebook) -> RunningLaw:
    """Return the rulebook laid out for evaluation. The same rulebook gives the same object."""
    return RunningLaw(rulebook)


def _stretches(stretches: Mapping[str, Stretch]) -> dict[str, Roles]:
    laid_out = {
        name: Roles(((START, stretch.begins_on), (END, stretch.ends_on))) for name, stretch in stretches.items()
    }
    for name, stretch in stretches.items():
        if stretch.unless_during is not None:
            laid_out[name].unless = laid_out[stretch.unless_during]
    return laid_out
