"""The rulebook: the law's time limits as dated, cited data, its model, and its loader."""

from ehcp_flow.law.citation import Citation, Instrument, cite
from ehcp_flow.law.diff import Change, diff
from ehcp_flow.law.loader import england, load_rulebook
from ehcp_flow.law.model import Clock, Ground, Limit, Notice, Rule, Rulebook, Version
from ehcp_flow.law.notices import notices
from ehcp_flow.law.profile import Target, with_targets

__all__ = [
    "Change",
    "Citation",
    "Clock",
    "Ground",
    "Instrument",
    "Limit",
    "Notice",
    "Rule",
    "Rulebook",
    "Target",
    "Version",
    "cite",
    "diff",
    "england",
    "load_rulebook",
    "notices",
    "with_targets",
]
