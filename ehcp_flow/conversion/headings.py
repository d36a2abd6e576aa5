"""The headings that people use, and what each means: `headings.toml` as the code has it, and what rulebooks declare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from ehcp_flow.conversion.heading_rows import heading_key
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, REQUIRED, title_of
from ehcp_flow.vocabulary import LIBRARY, per_vocabulary

__all__ = ["KnownHeading", "known_heading", "known_headings", "of_a_year", "outcome_words"]

_YEAR: Final = re.compile(r"\b20[0-9]{2}( (20)?[0-9]{2})?\b")
"""A year, or a school year, in a heading: a sheet has its reviews side by side, a column for each."""


class KnownHeading(BaseModel):
    """A row of `headings.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: tuple[str, ...]
    event: str = ""
    party: str = ""
    needs: str = ""
    decides: Mapping[str, tuple[str, ...]] = {}
    date_of: str = ""
    day_of: str = ""
    given: Mapping[str, str] = {}
    outcome_of: str = ""
    outcomes: Mapping[str, tuple[str, ...]] = {}
    party_of: str = ""
    parties: Mapping[str, tuple[str, ...]] = {}
    decision: Literal["", "words", "day"] = ""
    reviewed: str = ""
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


def known_heading(heading: str) -> KnownHeading | None:
    """Return what a heading means, with a year in it or without; None where it is not known."""
    key = heading_key(heading)
    return known_headings().get(key) or known_headings().get(" ".join(_YEAR.sub("", key).split()))


def of_a_year(heading: str) -> bool:
    """Whether a heading names the year that its column is of."""
    return _YEAR.search(heading_key(heading)) is not None


def outcome_words(event: str) -> Mapping[str, tuple[str, ...]]:
    """Return the words for each outcome of a decision."""
    return next((row.outcomes for row in known_headings().values() if row.outcome_of == event), {})
