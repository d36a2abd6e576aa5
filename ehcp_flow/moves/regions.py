"""The regions of a rulebook, ready to be run: the pathway, and the disputes where it has any."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ehcp_flow.law.loader import england
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.guards import Key
from ehcp_flow.moves.region import Region, region_of

__all__ = ["Regions", "regions_of"]


class Regions(NamedTuple):
    """The regions of a rulebook; `moving` is every event and outcome that can move one, in the order of declaration.

    `disputing` are the events of `of_disputes`, of which another rulebook may know more outcomes.
    """

    pathway: Region
    disputes: Region | None
    moving: tuple[Key, ...]
    moving_set: frozenset[Key]
    of_pathway: frozenset[Key]
    of_disputes: frozenset[Key]
    disputing: frozenset[str]

    @property
    def misses(self) -> dict[str, frozenset[str]]:
        """The events of which a record misses one, by the finding that says so."""
        return self.pathway.legal.misses | (self.disputes.legal.misses if self.disputes else {})


@lru_cache(maxsize=32)
def regions_of(rulebook: Rulebook) -> Regions:
    """Return the regions of a rulebook; one without a folder of moves has those of England."""
    legal = rulebook.regions or england().regions
    pathway = region_of(legal["pathway"])
    disputes = region_of(legal["disputes"]) if "disputes" in legal else None
    keys = disputes.keys if disputes else ()
    moving = tuple(dict.fromkeys((*pathway.keys, *keys)))
    return Regions(
        pathway,
        disputes,
        moving,
        frozenset(moving),
        frozenset(pathway.keys),
        frozenset(keys),
        frozenset(event for event, _ in keys),
    )
