"""Citations for moves and guards: a short such as `SR 13(1)` becomes the provision and its address."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ehcp_flow.law.citation import Citation, Instrument

__all__ = ["_cite"]


@cache
def _instruments() -> dict[str, Instrument]:
    import tomllib

    from ehcp_flow.law.citation import Instrument

    text = resources.files("ehcp_flow.law").joinpath("england", "instruments.toml").read_text("utf-8")
    found = (Instrument.model_validate(entry) for entry in tomllib.loads(text)["instrument"])
    return {instrument.id: instrument for instrument in found}


@cache
def _cite(short: str) -> Citation:
    """Return the citation that `short` abbreviates. Raises ValueError if the instrument is unknown."""
    from ehcp_flow.law.citation import cite

    return cite(short, _instruments())
