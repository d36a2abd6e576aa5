"""What becomes of a name that goes out of use: it works for a while, and warns in one sentence, the same everywhere.

docs/versions.md says how long. A name of a module is kept by `renamed_here`; whatever has no module (an argument, an
option, a key of a file) calls `warn_renamed` where it meets the old name.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

__all__ = ["Renamed", "renamed_here", "warn_renamed"]

_release: Final = re.compile(r"(\d+)\.(\d+)").fullmatch


@dataclass(frozen=True)
class Renamed:
    """What is written instead of an old name, and between which releases both can be written."""

    to: str
    """The new name; of another module, with it: `ehcp_flow.law.england`."""
    since: str
    """The release that brought the new name: `0.3`."""
    until: str
    """The release that no longer has the old one; at least one minor release lies between."""

    def __post_init__(self) -> None:
        """Refuse a name that would warn for less than one minor release, or whose releases are none."""
        began, ends = (
            tuple(map(int, each.groups())) if each else None for each in map(_release, (self.since, self.until))
        )
        if began is None or ends is None or ends <= began:
            raise ValueError(
                f"{self.to}: since {self.since} until {self.until}; write two releases as 0.3, the second later by one "
                "minor release at least"
            )


def warn_renamed(old: str, now: Renamed, *, stacklevel: int = 2) -> None:
    """Warn whoever wrote an old name: what to write instead, since when, and until when this works."""
    warnings.warn(
        f"{old} is called {now.to} since ehcp-flow {now.since}; write that: {old} is gone in {now.until}",
        DeprecationWarning,
        stacklevel=stacklevel + 1,
    )


def renamed_here(module: str, names: Mapping[str, Renamed]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module some of whose names have become others.

    Written as `__getattr__ = renamed_here(__name__, {"old": Renamed("new", since="0.3", until="0.5")})`. An old name
    gives what the new one is, with a warning to whoever asked for it; any other is an AttributeError, as ever.
    """

    def old_name(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        now = names[name]
        warn_renamed(f"{module}.{name}", now)
        home, _, called = now.to.rpartition(".")
        return getattr(import_module(home or module), called)

    return old_name
