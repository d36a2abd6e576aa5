"""An authority's own earlier targets, kept apart from the statute: never a breach, and never able to change a limit.

A profile is a TOML file with a `title` and `[[target]]` tables. Each target hangs on a clock of the rulebook:

    title = "Our own targets"

    [[target]]
    id = "advice_in_five_weeks"
    title = "Have the advice after five weeks"
    clock = "advice"
    counting = "5 weeks after"
    act = "give the advice"
    done_by = ["advice_received"]

An authority can record events of its own (`[[event]]`), which the law knows nothing of: they can discharge a target,
and start one that names them in `starts_on` instead of a clock.

    [[event]]
    id = "ep_advice_chased"
    title = "EP advice chased"
    on = "The day the psychologist was asked again."

    [[target]]
    id = "chased_advice_in_two_weeks"
    title = "Have advice two weeks after it was chased"
    starts_on = ["ep_advice_chased"]
    counting = "2 weeks after"
    act = "give the advice"
    done_by = ["advice_received"]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from ehcp_flow.counting import Convention, Window, parse_convention
from ehcp_flow.law.citation import Citation
from ehcp_flow.law.clock import Clock
from ehcp_flow.law.declared import DeclaredEvent, declare
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Limit, Rule, Rulebook
from ehcp_flow.law.named_words import check_patterns, starts_clock
from ehcp_flow.law.parts import LimitName, Name, Title, unknown
from ehcp_flow.law.patterns import Patterns
from ehcp_flow.law.toml_files import Placed, SourceFile, each, read_toml
from ehcp_flow.law.version import Version
from ehcp_flow.vocabulary import growing

__all__ = ["Target", "targets_of", "with_targets"]

_ALWAYS: Final = dt.date(1900, 1, 1)
_GROUP: Final = "local"


class Target(BaseModel):
    """One of an authority's own targets: an earlier day for something that happens anyway."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: LimitName
    title: Title
    clock: Name = ""
    starts_on: Patterns = ()
    counting: Annotated[Any, BeforeValidator(parse_convention)]
    act: str
    done_by: Patterns
    only_from: Patterns = ()
    implied_by: Patterns = ()
    other_answer: Patterns = ()
    lapses_on: Patterns = ()
    actor: str = "local authority"
    note: str = ""

    @model_validator(mode="after")
    def _begins(self) -> Self:
        if bool(self.clock) == bool(self.starts_on):
            raise ValueError("a target needs a clock of the law, or starts_on: events of your own that start it")
        if self.starts_on and self.only_from:
            raise ValueError("only_from is for the starts of a clock; leave out of starts_on what is not meant")
        return self

    @property
    def own_clock(self) -> Clock | None:
        """The clock that it has for itself, each start beside any that runs; None for one on a clock of the law."""
        if not self.starts_on:
            return None
        return Clock(id=self.id, title=self.title, starts_on=self.starts_on, separate=True)

    def as_limit(self, source: str) -> Limit:
        """Return the target as a limit of kind `local`."""
        convention: Convention = self.counting
        version = Version(
            in_force_from=_ALWAYS,
            counting=convention,
            citation=(Citation(short=source, text=source, address=""),),
            evidence="own",
        )
        rule = Rule(
            rows=(self.id,),
            clock=self.clock or self.id,
            only_from=self.only_from,
            act=self.act,
            done_by=self.done_by,
            implied_by=self.implied_by,
            other_answer=self.other_answer,
            lapses_on=self.lapses_on,
            version=(version,),
            note=self.note,
        )
        return Limit(id=self.id, title=self.title, group=_GROUP, actor=self.actor, kind="local", rule=(rule,))


def with_targets(rulebook: Rulebook, profile: str | Path) -> Rulebook:
    """Return the rulebook with the events and the targets of a profile beside its own; it is itself unchanged.

    The events are known in the whole process from then on, as those of a rulebook are. Raises RulebookError, naming
    file, key and line, if the profile is wrong: an event that the law has, a target with the id of a limit or of
    another target, a key that a target does not have (a target has no exceptions and no kind), a clock that the
    rulebook does not have, one of its own that an event of the law would start, a window.
    """
    rulebook = law_given(rulebook)
    file = read_toml(Path(profile))
    unknown = sorted(set(file.data) - {"title", "event", "target"})
    if unknown:
        file.refuse((unknown[0],), "a profile holds title, event and target only; it cannot change the law")
    with growing():
        events = _events(file, rulebook)
        limits, clocks = dict(rulebook.limits), dict(rulebook.clocks)
        for placed in each((file,), "target", Target, {}):
            target: Target = placed.item
            _check(placed, rulebook, limits, events)
            limits[target.id] = target.as_limit(str(file.data.get("title", file.name)))
            if (clock := target.own_clock) is not None:
                clocks[clock.id] = clock
    added = {"events": {**rulebook.events, **events}, "clocks": clocks, "limits": limits}
    return rulebook.model_copy(update=added)


def targets_of(rulebook: Rulebook) -> tuple[Limit, ...]:
    """Return the targets that a profile put beside the limits of a rulebook."""
    return tuple(limit for limit in rulebook.limits.values() if limit.group == _GROUP)


def _events(file: SourceFile, rulebook: Rulebook) -> dict[str, DeclaredEvent]:
    """Make the events of a profile known, and return them."""
    events: dict[str, DeclaredEvent] = {}
    for placed in each((file,), "event", DeclaredEvent, {}):
        event: DeclaredEvent = placed.item
        if event.id in events or event.id in rulebook.events:
            file.refuse((*placed.path, "id"), f"{event.id!r} is declared already")
        try:
            declare((event,))
        except ValueError as error:
            file.refuse((*placed.path, "id"), str(error))
        events[event.id] = event
    return events


def _check(
    placed: Placed, rulebook: Rulebook, limits: Mapping[str, Limit], events: Mapping[str, DeclaredEvent]
) -> None:
    target: Target = placed.item
    rows = {row for limit in rulebook.limits.values() for rule in limit.rule for row in rule.rows}
    if target.id in rulebook.limits or target.id in rows:
        placed.file.refuse((*placed.path, "id"), f"{target.id!r} is a limit of the law, which a target cannot change")
    if target.id in limits:
        placed.file.refuse((*placed.path, "id"), f"{target.id!r} is declared already")
    if isinstance(target.counting, Window):
        placed.file.refuse((*placed.path, "counting"), "a target cannot protect time; only the law can")
    check_patterns(placed, placed.path, target, rulebook.spells)
    if target.starts_on:
        _check_starts(placed, rulebook, events)
        return
    if target.clock not in rulebook.clocks:
        placed.file.refuse((*placed.path, "clock"), unknown("clock", target.clock, rulebook.clocks))
    clock = rulebook.clocks[target.clock]
    for pattern in target.only_from:
        if not starts_clock(clock, pattern):
            placed.file.refuse((*placed.path, "only_from"), f"clock {clock.id!r} does not start on {pattern}")


def _check_starts(placed: Placed, rulebook: Rulebook, events: Mapping[str, DeclaredEvent]) -> None:
    """Refuse a clock of one's own that has the name of one of the law, or that events of the law start."""
    target: Target = placed.item
    if target.id in rulebook.clocks:
        placed.file.refuse((*placed.path, "id"), f"{target.id!r} is a clock of the law: give the target another name")
    for pattern in target.starts_on:
        if pattern.event not in events:
            why = f"{pattern.event!r} is no event of this profile: name the clock of the law that it starts instead"
            placed.file.refuse((*placed.path, "starts_on"), why)
