"""The rulebook: the law's time limits as dated, cited data, its model, and its loader.

The law itself is the TOML below `england/`: to change a limit, a version, a spell or an exception, change that, and no
Python (`docs/change-a-limit.md`). The modules here are what may be written in it, and how it is refused when wrong.
"""

from ehcp_flow.law.checklist import Notice
from ehcp_flow.law.citation import Citation, Instrument, cite
from ehcp_flow.law.clock import Clock
from ehcp_flow.law.comparison import Change, compare_rulebooks
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
    "compare_rulebooks",
    "england",
    "load_rulebook",
    "notices",
    "with_targets",
]
