"""`ehcp-flow forecast`: what is coming, and how far to trust it."""

from __future__ import annotations

from typing import Final

from ehcp_flow.cli.command import CommandGroup
from ehcp_flow.cli.forecast_certain import CERTAIN

__all__ = ["FORECAST"]

FORECAST: Final = CommandGroup(
    "What is coming, and how far to trust it: what the law already fixes.",
    {"certain": CERTAIN},
)
