"""The rulebook: the law's time limits as dated, cited data, its model, and its loader."""

from ehcp_flow.law.citation import Citation, Instrument, cite
from ehcp_flow.law.loader import england, load_rulebook
from ehcp_flow.law.model import Clock, Ground, Limit, Rule, Rulebook, Version

__all__ = [
    "Citation",
    "Clock",
    "Ground",
    "Instrument",
    "Limit",
    "Rule",
    "Rulebook",
    "Version",
    "cite",
    "england",
    "load_rulebook",
]
