"""The headings that people use, and what each means: `headings.toml` as the code has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from ehcp_flow.conversion.sheet import heading_key

__all__ = ["KnownHeading", "known_headings"]


class KnownHeading(BaseModel):
    """A row of `headings.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: tuple[str, ...]
    event: str = ""
    party: str = ""
    needs: str = ""
    decides: Mapping[str, tuple[str, ...]] = {}
    date_of: str = ""
    outcome_of: str = ""
    outcomes: Mapping[str, tuple[str, ...]] = {}
    beside: tuple[str, ...] = ()
    ask: str = ""
    choices: tuple[str, ...] = ()
    role: str = ""
    carry: str = ""


@cache
def known_headings() -> Mapping[str, KnownHeading]:
    """Return what each heading that people use means, by `heading_key`."""
    text = (files("ehcp_flow.conversion") / "headings.toml").read_text("utf-8")
    rows = [KnownHeading.model_validate(row) for row in tomllib.loads(text)["heading"]]
    return {heading_key(says): row for row in rows for says in (*row.says, *row.beside)}
