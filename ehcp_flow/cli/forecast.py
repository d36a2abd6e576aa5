"""`ehcp-flow forecast`: what is coming, and how far to trust it."""

from __future__ import annotations

from typing import Final

from ehcp_flow.cli.command import CommandGroup
from ehcp_flow.cli.forecast_certain import CERTAIN
from ehcp_flow.cli.forecast_demand import DEMAND

__all__ = ["FORECAST"]

FORECAST: Final = CommandGroup(
    "What is coming, and how far to trust it: what the law already fixes, and requests of a year to come.",
    {"certain": CERTAIN, "demand": DEMAND},
)
