"""The rulebook: the law's time limits as dated, cited data, its model, and its loader."""

from ehcp_flow.law.checklist import Notice
from ehcp_flow.law.citation import Citation, Instrument, cite
from ehcp_flow.law.clock import Clock
from ehcp_flow.law.diff import Change, diff
from ehcp_flow.law.ground import Ground
from ehcp_flow.law.loader import england, load_rulebook
from ehcp_flow.law.model import Limit, Rule, Rulebook
from ehcp_flow.law.notices import notices
from ehcp_flow.law.profile import Target, with_targets
from ehcp_flow.law.version import Version

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
