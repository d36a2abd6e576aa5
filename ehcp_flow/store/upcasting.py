"""Facts that were written by an older version of the library, read as facts of today.

A stored fact is never rewritten: its row says which schema it was written in, and each reading carries it forward,
one step per version. A step takes and returns the fact's columns, as a dictionary of JSON values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ehcp_flow.store.errors import SchemaTooNew

__all__ = ["CURRENT", "Upcaster", "Upcasters"]

Upcaster: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Upcasters:
    """The schema that facts are written in now, and the step out of each earlier one.

    Raises ValueError if a step is missing: every fact ever written must stay readable.
    """

    current: int = 1
    steps: Mapping[int, Upcaster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = [version for version in range(1, self.current) if version not in self.steps]
        if missing:
            raise ValueError(f"no upcaster out of fact schema {missing[0]}; facts written in it could not be read")

    def upcast(self, columns: dict[str, Any], version: int) -> dict[str, Any]:
        """Return the columns as the current schema has them. Raises SchemaTooNew if `version` is not known here."""
        if version > self.current:
            raise SchemaTooNew(f"of facts {version}", f"of facts {self.current}")
        for step in range(version, self.current):
            columns = self.steps[step](columns)
        return columns


CURRENT: Final = Upcasters()
"""The library's own: facts are written in schema 1, and none was ever written in another."""
