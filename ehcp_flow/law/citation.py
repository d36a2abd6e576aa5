"""Citations: `SR 5(1)` written in the rulebook becomes the regulation's name and its legislation.gov.uk address.

And who read which provisions when: a record, by which nothing counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, model_validator

from ehcp_flow.law.parts import Model, Name, StrictDate

__all__ = ["Citation", "Cited", "CitedOnce", "Instrument", "LegalCheck", "cite"]

_SHORT: Final = re.compile(r"(?P<instrument>[A-Za-z]+) (?P<provision>\S.*)")
_RANGE: Final = re.compile(r"\(?([0-9]+)\)?-\(?([0-9]+)\)?")
"""A range of provisions, or of the numbered parts of one: from which to which."""
_FIRST_NUMBER: Final = re.compile(r"[0-9]+[A-Z]*")


class Instrument(BaseModel):
    """A source of law or guidance: its short `id`, its `title`, and where its provisions are found.

    `address` may hold `{number}`, which becomes the number of the provision cited; without it every citation of the
    instrument has the same address.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z]+$")
    title: str
    full_title: str = ""
    unit: str = Field(description="what a provision is called in a citation: reg, s, para, rule")
    address: str = Field(pattern=r"^https://([^{}]|\{number\})*$")


class Citation(BaseModel):
    """One provision of one instrument. `str()` gives it as a letter would; `address` is where to read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    short: str
    text: str
    address: str

    @property
    def instrument(self) -> str:
        """The id of the instrument that is cited."""
        return self.short.partition(" ")[0]

    def __str__(self) -> str:
        return self.text


def cite(short: str, instruments: Mapping[str, Instrument]) -> Citation:
    """Return the citation that `short` abbreviates, such as `SR 5(1)`, `CFA 36(8)` or `CoP p.154`.

    Raises ValueError, saying what would be right, if the instrument is unknown or the form is wrong.
    """
    match = _SHORT.fullmatch(short)
    right = f"write an instrument and a provision, such as '{next(iter(instruments), 'SR')} 5(1)'"
    if not match:
        raise ValueError(f"{short!r} is no citation; {right}")
    if short.count("(") != short.count(")"):
        raise ValueError(f"{short!r} has a bracket without the other; {right}")
    instrument = instruments.get(match["instrument"])
    if instrument is None:
        raise ValueError(
            f"{match['instrument']!r} is no instrument; known are {', '.join(sorted(instruments)) or 'none'}"
        )
    provision = match["provision"]
    number = _FIRST_NUMBER.search(provision)
    if number is None and "{number}" in instrument.address:
        raise ValueError(f"{short!r} names no numbered provision of {instrument.title}")
    address = instrument.address.replace("{number}", number.group() if number else "")
    if not instrument.unit:
        text = f"{instrument.title} {provision}"
    elif provision[0].isdigit():
        text = f"{instrument.title}, {instrument.unit} {provision}"
    else:
        text = f"{instrument.title}, {provision}"
    return Citation(short=short, text=text, address=address)


def _cited(value: Any, info: ValidationInfo) -> Any:
    """Turn the short form of a data file into a citation, with the instruments of the rulebook that is being read."""
    if isinstance(value, Citation):
        return value
    if not isinstance(value, str):
        raise ValueError("write one citation, in quotes: 'SR 5(1)'")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    context = info.context or {}
    known = context.get("cited", {})
    if value not in known:
        known[value] = cite(value, context.get("instruments", {}))
    return known[value]


def _cited_each(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        raise ValueError("write a list of citations, in square brackets")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    if not isinstance(value, list):
        return value
    cited = tuple(_cited(item, info) for item in value)
    again = next((each.short for place, each in enumerate(cited) if each in cited[:place]), None)
    if again is not None:
        raise ValueError(f"{again!r} stands there twice")
    return cited


Cited: TypeAlias = Annotated[
    tuple[Citation, ...], BeforeValidator(_cited_each), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]
"""Several citations, written as a list of short forms."""

CitedOnce: TypeAlias = Annotated[Citation, BeforeValidator(_cited), WithJsonSchema({"type": "string"})]
"""One citation, written as its short form."""


class LegalCheck(Model):
    """That somebody read provisions `of` the law on a day, in a `text`, and what came of it.

    `by` is a role (`maintainer`, `solicitor`), never a person's name. `as_at` is the day whose law the text gives,
    where it says so. `result` is `agrees`, `differs` (and the rulebook was put right), `in_part` (not all that `of`
    names, or not in its own text) or `not_found`. Where some paragraphs alone were read, `of` names those alone.
    A provision that no row of the rulebook uses can be named too: that it was read, and found to say nothing of time.
    """

    of: Cited = Field(min_length=1)
    by: Name
    on: StrictDate
    text: str = Field(min_length=1)
    as_at: StrictDate | None = None
    result: Literal["agrees", "differs", "in_part", "not_found"]
    says: str = ""

    @model_validator(mode="after")
    def _can_have_been(self) -> LegalCheck:
        if self.as_at is not None and self.as_at > self.on:
            raise ValueError(
                f"as_at {self.as_at} lies after on {self.on}: no text of that day can have given the law of a later one"
            )
        for each in self.of:
            for first, last in _RANGE.findall(each.short.partition(" ")[2]):
                if int(last) <= int(first):
                    raise ValueError(f"{each.short!r} is of nothing: write its first provision before its last")
        return self
