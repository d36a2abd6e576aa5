"""The compiled rulebook as tables over keys: what part each kind of fact plays, read from `law.compiled` alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ehcp_flow.bulk.codes import Array, role_table
from ehcp_flow.law.compiled import (
    DONE,
    END,
    FINAL,
    IMPLIED,
    LAPSE,
    NEEDED,
    OTHER,
    RESTART,
    RESUME,
    RESUME_INSIDE,
    START,
    UNDONE,
    Roles,
    RunningClock,
    RunningLaw,
    RunningRule,
    compiled,
)
from ehcp_flow.law.model import Rulebook
from ehcp_flow.law.patterns import Patterns

__all__ = ["ClockTables", "LawTables", "RuleTables", "StretchTables", "mask_of", "tables_of"]


@lru_cache(maxsize=1024)
def mask_of(patterns: Patterns) -> Array:
    """Return the keys that the patterns speak of, as a mask."""
    return role_table(Roles(((START, patterns),))) > 0


@dataclass(frozen=True)
class StretchTables:
    """What begins a stretch, and what ends it; a fact that does both ends it. It does not begin inside `unless`."""

    begins: Array
    ends: Array
    unless: StretchTables | None
    begins_or_ends: Array

    @classmethod
    def of(cls, stretch: Roles) -> StretchTables:
        """Return the tables of a stretch."""
        roles = role_table(stretch)
        ends = (roles & END) > 0
        unless = None if stretch.unless is None else cls.of(stretch.unless)
        begins = ((roles & START) > 0) & ~ends
        return cls(begins, ends, unless, begins | ends)


class RuleTables:
    """What each key does to a rule. The sets are disjoint, but for `resumes` and `needed`."""

    def __init__(self, running: RunningRule) -> None:
        roles = role_table(running.roles)
        self.running = running
        self.lapse = (roles & LAPSE) > 0
        rest = ~self.lapse
        self.resume = ((roles & RESUME) > 0) & rest
        self.done = ((roles & DONE) > 0) & rest
        rest = rest & ~self.done
        self.undone = ((roles & UNDONE) > 0) & rest
        rest = rest & ~self.undone
        self.other = ((roles & OTHER) > 0) & rest
        rest = rest & ~self.other
        self.implied = ((roles & IMPLIED) > 0) & rest
        self.needed = (roles & NEEDED) > 0
        inside = running.resumes_inside
        self.inside = (roles & RESUME_INSIDE) > 0
        self.final = (roles & FINAL) > 0
        self.resumes_inside = None if inside is None else StretchTables.of(inside)
        self.acts = self.done | self.other | self.implied
        self.acts_or_lapse = self.acts | self.lapse
        self.done_or_undone = self.done | self.undone
        self.not_during = tuple(map(StretchTables.of, running.not_during))
        self.undoes = bool(self.undone.any())
        self.resumes = bool(self.resume.any() or self.inside.any())
        only = running.only_from
        self.only_from = None if only is None else role_table(only) > 0


class ClockTables:
    """What each key does to a clock."""

    def __init__(self, running: RunningClock) -> None:
        roles = role_table(running.roles)
        self.running = running
        self.starts = (roles & (START | RESTART)) > 0
        self.restarts = (roles & RESTART) > 0
        rest = ~self.starts
        self.ends = ((roles & END) > 0) & rest
        self.resumes = ((roles & RESUME) > 0) & rest & ~self.ends
        inside = running.resumes_inside
        self.inside = (roles & RESUME_INSIDE) > 0
        self.final = ((roles & FINAL) > 0) & self.ends
        self.resumes_inside = None if inside is None else StretchTables.of(inside)
        self.during = None if running.during is None else StretchTables.of(running.during)
        self.unless = tuple(map(StretchTables.of, running.unless_during))
        self.rules = tuple(map(RuleTables, running.rules))


class LawTables:
    """A rulebook as tables over keys, and the words of its rules and versions in one list."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.law: RunningLaw = compiled(rulebook)
        self.rulebook = rulebook
        self.clocks = tuple(map(ClockTables, self.law.clocks))
        rows = [(running, version) for running in self.law.rules for version in running.rule.version]
        self.rows = rows
        self.row_of = {(running.order, at): row for row, (running, at) in enumerate(self._places())}
        self.limit = [running.limit.id for running, _ in rows]
        self.title = [running.rule.title or running.limit.title for running, _ in rows]
        self.actor = [running.limit.actor for running, _ in rows]
        self.kind = [running.limit.kind for running, _ in rows]
        self.citation = [version.cited for _, version in rows]
        self.order = np.array([running.order for running, _ in rows], dtype=np.int64)
        self.is_window = np.array([version.is_window for _, version in rows], dtype=bool)
        self.is_owed = np.array([running.statutory for running, _ in rows], dtype=bool)

    def _places(self) -> list[tuple[RunningRule, int]]:
        return [(running, at) for running in self.law.rules for at in range(len(running.rule.version))]


@lru_cache(maxsize=16)
def tables_of(rulebook: Rulebook) -> LawTables:
    """Return the tables of a rulebook. The same rulebook gives the same object."""
    return LawTables(rulebook)
