"""`ehcp-flow forecast`: what is coming, and how far to trust it."""

from __future__ import annotations

from typing import Final

from ehcp_flow.cli.command import CommandGroup
from ehcp_flow.cli.forecast_certain import CERTAIN
from ehcp_flow.cli.forecast_demand import DEMAND
from ehcp_flow.cli.forecast_flow import FLOW

__all__ = ["FORECAST"]

FORECAST: Final = CommandGroup(
    "What is coming, and how far to trust it: the flow of a caseload, what the law already fixes, requests of a year. "
    "`forecast SOURCE` is `forecast flow SOURCE`.",
    {"flow": FLOW, "certain": CERTAIN, "demand": DEMAND},
)
