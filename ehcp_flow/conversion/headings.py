"""The headings that people use, and what each means: `headings.toml` as the code has it, and what rulebooks declare."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from ehcp_flow.conversion.sheet import heading_key
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, REQUIRED, title_of
from ehcp_flow.vocabulary import LIBRARY, per_vocabulary

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


@per_vocabulary
def known_headings() -> Mapping[str, KnownHeading]:
    """Return what each heading that people use means, by `heading_key`.

    An event that a rulebook declares is known by its id and by its title.
    """
    text = (files("ehcp_flow.conversion") / "headings.toml").read_text("utf-8")
    rows = [KnownHeading.model_validate(row) for row in tomllib.loads(text)["heading"]]
    declared = {key: row for event in FACT_TYPES if event not in LIBRARY for key, row in _of_declared(event)}
    return declared | {heading_key(says): row for row in rows for says in (*row.says, *row.beside)}


def _of_declared(event: str) -> Iterator[tuple[str, KnownHeading]]:
    """Yield the headings of an event's day and of its outcome."""
    fields = FACT_TYPES[event].model_fields
    needs = next((name for name in fields if fields[name].is_required() and name not in REQUIRED), "")
    words = {word: (word, word.replace("_", " ")) for word in OUTCOMES.get(event, ())}
    for says in (event, title_of(event)):
        yield heading_key(says), KnownHeading(says=(says,), event=event, needs=needs)
        if needs == "outcome":
            of_it = f"{says} outcome"
            yield heading_key(of_it), KnownHeading(says=(of_it,), outcome_of=event, outcomes=words)
