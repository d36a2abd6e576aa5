"""How a test waits: for what happens, and never for a time that a slow machine could outlast."""

import time
from collections.abc import Callable

HANG = 1800.0
"""Seconds after which what a test waits for will not come: a guard against hanging, never a measure of speed."""


def until(happened: Callable[[], object], what: str = "") -> None:
    """Look until it has happened. Fails after HANG."""
    end = time.monotonic() + HANG
    while not happened():
        assert time.monotonic() < end, f"still waiting for {what or happened}"
        time.sleep(0.01)
