"""Writes `ehcp_flow/moves/state_names.pyi`: the states of England for type checkers and editors."""

from pathlib import Path

from ehcp_flow.law import england
from ehcp_flow.law.state_machine import LegalStateRow

STUB = Path(__file__).parents[1] / "ehcp_flow" / "moves" / "state_names.pyi"
_HEAD = """\
# Written by docs/make_state_names.py from ehcp_flow/law/england/moves/: change the states there, then run it.

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from ehcp_flow.law.state_machine import LegalStateRow

__all__ = [
    "DISPUTE_MEANING",
    "MAINTAINED_STATES",
    "MEANING",
    "DisputeState",
    "LegalState",
    "State",
    "states_of",
]

class _Told:
    @property
    def meaning(self) -> str: ...
    @property
    def maintained(self) -> bool: ...
    @property
    def settled(self) -> bool: ...
    @property
    def region(self) -> str: ...

class LegalState(_Told, StrEnum): ...  # type: ignore[misc]  # its members are those of its subclasses

def states_of(region: str, rows: tuple[LegalStateRow, ...]) -> type[Any]: ...
"""
_TAIL = """
MEANING: Final[Mapping[State, str]]
DISPUTE_MEANING: Final[Mapping[DisputeState, str]]
MAINTAINED_STATES: Final[frozenset[State]]
"""


def generated() -> str:
    """Return the stub as today's rulebook has it."""
    regions = england().regions
    classes = (_class("State", regions["pathway"].states), _class("DisputeState", regions["disputes"].states))
    return "\n".join((_HEAD, *classes)) + _TAIL


def _class(name: str, rows: tuple[LegalStateRow, ...]) -> str:
    members = "".join(f'    {row.id} = "{row.id}"\n' for row in rows)
    return f"class {name}(LegalState):\n{members}"


if __name__ == "__main__":
    STUB.write_text(generated(), "utf-8")
