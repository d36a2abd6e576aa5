"""States and moves as the rulebook writes them. Everything is frozen.

A region is one set of states of which a case is in exactly one: the pathway, or the dispute about one decision. Where
a fact that moves has no lawful move from the present state, a `misplaced` row says why not. States are named by
themselves or by their group; `not leaving` takes the states of a group away again, and `all` are those in which a case
can stay and go on: neither an end nor one that is only passed through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from ehcp_flow.law.citation import Cited, CitedOnce
from ehcp_flow.law.clock import Deemed, ShownByDate, Spell
from ehcp_flow.law.declared import Inner
from ehcp_flow.law.guard import parse_guard
from ehcp_flow.law.parts import Hashed, Model, Name, PerhapsDated, unknown
from ehcp_flow.law.patterns import BarePatterns, Event, Events
from ehcp_flow.law.ways_on import Awaited, Chosen, PassedThrough, StateName, Still

__all__ = [
    "ALL",
    "NOT_IN_FORCE",
    "BarredActs",
    "Custody",
    "GroundOfAppeal",
    "KeptState",
    "LegalMove",
    "LegalRegion",
    "LegalStateRow",
    "Machine",
    "MisplacedFacts",
    "Obeyed",
    "Past",
    "StateGroup",
]


NOT_IN_FORCE: Final = "move_not_in_force"
"""The finding of a move on a day on which it is not law."""
ALL: Final = "all"
"""The group of the states in which a case can stay and go on."""


def _guards(value: Any, info: ValidationInfo) -> Any:
    """Return the guards that a move names; a table with `guard = "name"` changes what that guard says."""
    known = (info.context or {}).get("guards", {})
    if not isinstance(value, list):
        raise ValueError("write a list of guards, in square brackets")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    found = []
    for item in value:
        name, changes = (item.get("guard"), item) if isinstance(item, dict) else (item, {})
        if not isinstance(name, str):
            raise ValueError('name a guard: write its id, or a table with guard = "its id"')  # noqa: TRY004 - the same
        if name not in known:
            raise ValueError(unknown("guard", name, known) + ("" if known else "; there are none"))
        row, guard = known[name]
        changed = {key: each for key, each in changes.items() if key != "guard"}
        for key in changed:
            if key not in type(guard).model_fields:
                raise ValueError(unknown(f"key of guard {name!r}", key, type(guard).model_fields))
        found.append(parse_guard(row | changed, info.context) if changed else guard)
    return tuple(found)


_GUARDS_WRITTEN: Final = {
    "type": "array",
    "items": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["guard"]}]},
    "description": 'guards by name; a table with guard = "name" changes what that guard says',
}


_MOST_SPELLS: Final = 30
"""A bit of a whole number for each."""


class LegalStateRow(Model):
    """A state: its name, what it means, whether a plan is maintained in it, and whether it settles a dispute."""

    id: StateName
    meaning: str = Field(min_length=1)
    maintained: StrictBool = False
    settled: StrictBool = False


def _no_other(name: str) -> str:
    if name == ALL:
        raise ValueError(
            f"{name!r} is what the states are called in which a case can stay: give the group another name"
        )
    return name


class StateGroup(Model):
    """States that the rulebook treats alike, by name."""

    id: Annotated[Name, AfterValidator(_no_other)]
    states: Chosen


class BarredActs(Model):
    """Acts that are not lawful at some states from a birthday on, or inside a spell: `{0}` in the reason is that day.

    With `from_age` it is the birthday, or the day after that date of the latest fact of `or_after`, if that comes
    first; where neither is on record nobody is barred. With `begins` the latest fact of them must be followed by none
    of `ends`, and be of a party of `by_party` where one is named; without an age its day is told. An import takes them;
    what is found of them says a sign (`law.clock.Sign`).
    """

    from_age: StrictInt | None = Field(default=None, ge=1)
    or_after: ShownByDate | None = None
    begins: BarePatterns = ()
    ends: BarePatterns = ()
    by_party: tuple[Name, ...] = ()
    events: Events = Field(min_length=1)
    at: Chosen
    finding: Name
    reason: str
    remedy: str
    citation: CitedOnce

    @model_validator(mode="after")
    def _when(self) -> BarredActs:
        if bool(self.begins) != bool(self.ends):
            raise ValueError("write both begins and ends, or neither")
        if self.from_age is None and not self.begins:
            raise ValueError("say from when: from_age, or begins and ends")
        if self.or_after is not None and self.from_age is None:
            raise ValueError("or_after needs from_age")
        if self.by_party and not self.begins:
            raise ValueError("by_party needs begins and ends")
        return self


class Custody(Model):
    """A spell of a case's life in which fewer decisions can be disputed: from a fact of `begins` to one of `ends`."""

    begins: Event
    ends: Event


class WithoutDecision(Model):
    """Why a fact about a dispute is out of place where there is no decision that it could be about."""

    finding: Name
    reason: str
    remedy: str
    citation: CitedOnce


class Machine(Model):
    """What holds of a region as a whole: where it begins, and which states are meant to have no way out.

    A fact out of order never sets a case back along `stages`. `inner` are events that are no facts of their own. What
    was settled is settled no more where a fact of `undone_by` leads to another state: nothing waits to be obeyed.
    """

    initial: StateName
    ends: tuple[StateName, ...] = ()
    inner: tuple[Inner, ...] = ()
    undone_by: BarePatterns = ()
    stages: tuple[Chosen, ...] = ()
    passed_through: PassedThrough | None = None
    still_inside: tuple[Still, ...] = ()
    still_outside: tuple[Still, ...] = ()
    waiting: tuple[Awaited, ...] = ()
    barred: tuple[BarredActs, ...] = ()
    custody: Custody | None = None
    without: WithoutDecision | None = None

    @model_validator(mode="after")
    def _few_spells(self) -> Machine:
        spells = len(self.still_inside) + len(self.still_outside) + len(self.waiting)
        if spells > _MOST_SPELLS:
            raise ValueError(
                f"still_inside, still_outside and waiting have {spells} rows together, and may have {_MOST_SPELLS}"
            )
        return self


class KeptState(Model):
    """Where a fact out of order never leads: from a state of `at` to one of `never_to`; with `by`, one of these."""

    at: Chosen
    never_to: Chosen
    by: Events = ()


class LegalMove(PerhapsDated):
    """A lawful move: the facts that make it, where from, where to, by what provisions, and what else must hold.

    Without `to` the fact is lawful and leaves the state as it is. `forces` is where an imported case goes if the fact
    comes out of order; without it, that is the `to` of the first move of that event and outcome. On a day before
    `in_force_from`, or after `in_force_to`, the fact is out of order. Several moves may say the same facts from the
    same states where each is law at another time: a move that changes from a day on.
    """

    model_config = ConfigDict(populate_by_name=True)

    on: tuple[str, ...] = Field(min_length=1)
    sources: Chosen = Field(alias="from")
    to: StateName | None = None
    forces: StateName | None = None
    authority: Cited = Field(min_length=1)
    guards: Annotated[tuple[Any, ...], BeforeValidator(_guards), WithJsonSchema(_GUARDS_WRITTEN)] = ()
    note: str = ""

    @cached_property
    def keys(self) -> tuple[tuple[str, str | None], ...]:
        """The events, each with its outcome."""
        named = (name.partition(":") for name in self.on)
        return tuple((event, outcome or None) for event, _, outcome in named)


class MisplacedFacts(Model):
    """Why facts of these events are out of place in these states: the finding, the reason, and what would be right.

    What is `taken` is somebody else's act, which no provision bars: it is reported, and neither refused nor followed.
    `*` are all events that move the region.
    """

    events: tuple[str, ...] = Field(min_length=1)
    at: Chosen
    finding: Name
    reason: str
    remedy: str
    citation: CitedOnce
    taken: StrictBool = False


class Past(Model):
    """What to do about an act that is past, by its finding: a move that is still to be made is told how to act.

    Without `remedy` it is told the same. `misses` are the events of which none is on record: of a source that records
    none of them it is no finding, and what else such a record would answer is told with it.
    """

    finding: Name
    remedy: str = ""
    misses: Events = ()


class GroundOfAppeal(Model):
    """A ground of appeal: the decisions `against` which it lies, and what is peculiar to a dispute about one of them.

    `certificate` says whether an appeal needs a mediation certificate: `yes`, `no`, or `depends` on what it is about.
    `in_custody` is the ground of a person who was detained. `overtaken_by` are acts that take the decision's place,
    `answered_by` the settlements that answer it, and `taken_anew_by` the acts that obey a reference back. A settlement
    of `gives_way` is about another appeal that it answers, where one is open.
    """

    citation: CitedOnce
    against: BarePatterns = Field(min_length=1)
    in_custody: StrictBool = False
    certificate: Annotated[str, Field(pattern="^(yes|no|depends)$")]
    overtaken_by: Events = Field(min_length=1)
    answered_by: BarePatterns = Field(min_length=1)
    taken_anew_by: Events = ()
    gives_way: BarePatterns = ()


class Obeyed(Model):
    """The acts of which one obeys a settlement with this outcome."""

    outcome: Name
    by: Events = Field(min_length=1)


@dataclass(frozen=True, eq=False, kw_only=True)
class LegalRegion(Hashed):
    """One set of states with its moves, as the rulebook states it.

    `spells` are those of the rulebook that its rows name, and that these name in turn; `deemed` is what facts are taken
    as where they begin or end one, and empty where none is named.
    """

    name: str
    machine: Machine
    states: tuple[LegalStateRow, ...]
    groups: tuple[StateGroup, ...] = ()
    moves: tuple[LegalMove, ...]
    misplaced: tuple[MisplacedFacts, ...]
    kept: tuple[KeptState, ...] = ()
    past: tuple[Past, ...] = ()
    appeals: tuple[GroundOfAppeal, ...] = ()
    obeyed: tuple[Obeyed, ...] = ()
    spells: Mapping[str, Spell] = field(default_factory=dict)
    deemed: tuple[Deemed, ...] = ()

    def chosen(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the states that names of states and groups mean, in the order of the states.

        Raises ValueError, saying what there is, for a name that is neither.
        """
        asked = tuple(names)
        if asked not in self._chosen:
            found: set[str] = set()
            gone: set[str] = set()
            for name in asked:
                kind, bare = (gone, name[4:]) if name.startswith("not ") else (found, name)
                kind.update(self._meant(bare))
            self._chosen[asked] = tuple(state.id for state in self.states if state.id in found - gone)
        return self._chosen[asked]

    @cached_property
    def _chosen(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """What was asked for before."""
        return {}

    def _meant(self, name: str) -> frozenset[str]:
        if name not in self._known:
            group = next((group for group in self.groups if group.id == name), None)
            if group is None:
                known = (*self._known, *(group.id for group in self.groups))
                raise ValueError(unknown("state and no group", name, known))
            self._known[name] = frozenset(self.chosen(group.states))
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        """The states, by their names and by those of the groups that were asked for."""
        passed = self.machine.passed_through
        out = {*self.machine.ends, passed.state if passed else ""}
        every = frozenset(state.id for state in self.states if state.id not in out)
        return {ALL: every} | {state.id: frozenset({state.id}) for state in self.states}

    @cached_property
    def misses(self) -> dict[str, frozenset[str]]:
        """The events of which one is missed, by the finding that says so."""
        without = self.machine.without
        deciding = frozenset(pattern.event for each in self.appeals for pattern in each.against)
        found = {each.finding: frozenset(each.misses) for each in self.past if each.misses}
        return found | ({without.finding: deciding} if without else {})

    @cached_property
    def findings(self) -> frozenset[str]:
        """The findings that are made of a fact out of order here."""
        said = [*self.misplaced, *self.machine.barred, *(guard for move in self.moves for guard in move.guards)]
        said += [self.machine.without] if self.machine.without else []
        keys = ("finding", "early", "during")
        return frozenset({NOT_IN_FORCE, *(name for each in said for key in keys if (name := getattr(each, key, "")))})

    @cached_property
    def inner(self) -> frozenset[str]:
        """The events that are no facts of their own."""
        passed = self.machine.passed_through
        waiting = (each.by for each in self.machine.waiting)
        return frozenset({*self.machine.inner, *({passed.by} if passed else ()), *waiting})

    @cached_property
    def keys(self) -> tuple[tuple[str, str | None], ...]:
        """Every event and outcome that moves the region, in the order of its moves; inner events are not facts."""
        inner = self.inner
        return tuple(dict.fromkeys(key for move in self.moves for key in move.keys if key[0] not in inner))
