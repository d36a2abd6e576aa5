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


class Budget:
    """How long a run that never ends by itself may go on; None: not at all."""

    def __init__(self, seconds: float | None) -> None:
        self._end = time.monotonic() + (seconds or 0)

    def lasts(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self._end
