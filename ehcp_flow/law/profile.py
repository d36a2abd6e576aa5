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
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ehcp_flow.counting import Convention, Window, parse_convention
from ehcp_flow.law.citation import Citation
from ehcp_flow.law.loader import starts_clock
from ehcp_flow.law.model import Limit, Rule, Rulebook
from ehcp_flow.law.parts import Name
from ehcp_flow.law.patterns import Patterns
from ehcp_flow.law.toml_files import Placed, each, read_toml
from ehcp_flow.law.version import Version

__all__ = ["Target", "targets_of", "with_targets"]

_ALWAYS: Final = dt.date(1900, 1, 1)
_GROUP: Final = "local"


class Target(BaseModel):
    """One of an authority's own targets: an earlier day for something that happens anyway."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: Name
    title: str
    clock: Name
    counting: Annotated[Any, BeforeValidator(parse_convention)]
    act: str
    done_by: Patterns
    only_from: Patterns = ()
    implied_by: Patterns = ()
    other_answer: Patterns = ()
    lapses_on: Patterns = ()
    actor: str = "local authority"
    note: str = ""

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
            clock=self.clock,
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
    """Return the rulebook with the targets of a profile beside its limits; the rulebook itself is unchanged.

    Raises RulebookError, naming file, key and line, if the profile is wrong: a target with the id of a limit or of
    another target, a key that a target does not have (a target has no exceptions and no kind), a clock that the
    rulebook does not have, a window.
    """
    file = read_toml(Path(profile))
    unknown = sorted(set(file.data) - {"title", "target"})
    if unknown:
        file.refuse((unknown[0],), "a profile holds title and target only; it cannot change the law")
    limits = dict(rulebook.limits)
    for placed in each((file,), "target", Target, {}):
        _check(placed, rulebook, limits)
        limit = placed.item.as_limit(str(file.data.get("title", file.name)))
        limits[limit.id] = limit
    return rulebook.model_copy(update={"limits": limits})


def targets_of(rulebook: Rulebook) -> tuple[Limit, ...]:
    """Return the targets that a profile put beside the limits of a rulebook."""
    return tuple(limit for limit in rulebook.limits.values() if limit.group == _GROUP)


def _check(placed: Placed, rulebook: Rulebook, limits: dict[str, Limit]) -> None:
    target: Target = placed.item
    rows = {row for limit in rulebook.limits.values() for rule in limit.rule for row in rule.rows}
    if target.id in rulebook.limits or target.id in rows:
        placed.file.refuse((*placed.path, "id"), f"{target.id!r} is a limit of the law, which a target cannot change")
    if target.id in limits:
        placed.file.refuse((*placed.path, "id"), f"{target.id!r} is declared already")
    if target.clock not in rulebook.clocks:
        placed.file.refuse((*placed.path, "clock"), f"no clock is called {target.clock!r}")
    if isinstance(target.counting, Window):
        placed.file.refuse((*placed.path, "counting"), "a target cannot protect time; only the law can")
    clock = rulebook.clocks[target.clock]
    for pattern in target.only_from:
        if not starts_clock(clock, pattern):
            placed.file.refuse((*placed.path, "only_from"), f"clock {clock.id!r} does not start on {pattern}")
