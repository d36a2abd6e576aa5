"""What the models of the rulebook have in common: frozen, dated, and words for ways of counting and for evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ehcp_flow.closed import complete
from ehcp_flow.counting import Convention, Period, SchoolDays, Terms, parse_convention, parse_period
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import DATES

__all__ = [
    "EVIDENCE",
    "CountingText",
    "DateField",
    "Dated",
    "Evidence",
    "Hashed",
    "Kind",
    "LimitName",
    "Model",
    "Name",
    "PerhapsDated",
    "PeriodText",
    "StrictDate",
    "Title",
    "join",
    "period_of_text",
    "unknown",
]

Kind: TypeAlias = Literal["statutory", "guidance", "derived", "local"]
Evidence: TypeAlias = Literal["P", "P (ct)", "P~", "S", "S-quote", "own", "M"]
_MOST_OF_A_TITLE: Final = 300
_MOST_OF_A_NAME: Final = 100
"""What there is room for, in characters, in the tables in which hosts keep deadlines (`contrib.django`)."""


def _short_title(text: str) -> str:
    if len(text) > _MOST_OF_A_TITLE:
        raise ValueError(
            f"{len(text)} characters, and lists and tables have room for {_MOST_OF_A_TITLE}: say in a few words what "
            "must be done, and the rest in note"
        )
    return text


def _short_name(text: str) -> str:
    if len(text) > _MOST_OF_A_NAME:
        raise ValueError(f"{len(text)} characters, and tables have room for {_MOST_OF_A_NAME}: write a shorter id")
    return text


Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LimitName: TypeAlias = Annotated[Name, AfterValidator(_short_name)]
"""The id of a limit."""
Title: TypeAlias = Annotated[str, AfterValidator(_short_title)]
"""What a limit is called where deadlines are listed."""


def _is_day(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise PydanticCustomError("date_type", "it is no day")
    return value


# `Strict()` cannot be asked of the class that freezegun puts in the place of `date`.
StrictDate: TypeAlias = Annotated[dt.date, BeforeValidator(_is_day)]
"""A day as TOML has one, and no text or instant that could be taken for it."""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return that nothing of a kind has a name, and which is near to it, or which there are."""
    return f"no {what} is called {name!r}{UnknownNameError(what, name, known).hint}"


def _date_field(name: str) -> str:
    if name not in DATES:
        raise ValueError(f"no column of a fact that holds days is called {name!r}; there are {', '.join(DATES)}")
    return name


def period_of_text(value: object) -> object:
    """Return the period that a text states, as it is where it is one. Raises ValueError for what no rule can count."""
    if value is not None and not isinstance(value, str | Period):
        raise ValueError(f"{value!r} is no text: write a period, such as '6 months'")
    period = parse_period(value) if isinstance(value, str) else value
    if isinstance(period, SchoolDays | Terms):
        raise ValueError(f"{period}: the calendar of an institution decides it, which only counting can ask for")  # noqa: TRY004 - pydantic reports a ValueError, with its place
    return period


def _counting(value: object) -> object:
    return value if value is None or isinstance(value, Convention) else parse_convention(value)


DateField: TypeAlias = Annotated[str, AfterValidator(_date_field)]
_AS_TEXT: Final = WithJsonSchema({"type": "string"})
CountingText: TypeAlias = Annotated[Any, BeforeValidator(_counting), _AS_TEXT]
PeriodText: TypeAlias = Annotated[Any, BeforeValidator(period_of_text), _AS_TEXT]

EVIDENCE: Final[Mapping[str, str]] = {
    "P": "the primary text was read",
    "P (ct)": "the primary text was read, for these words in a consolidated copy of legislation.gov.uk's data",
    "P~": "the primary text was read only in part",
    "S": "read in a secondary source only",
    "S-quote": "read in a secondary source that reproduces the provision word for word",
    "own": "the authority's own word",
    "M": "general knowledge only: check it against legislation.gov.uk before relying on it",
}
complete(EVIDENCE, get_args(Evidence), "what a code of evidence means")


class Model(BaseModel):
    """What every model of the rulebook is: frozen, and without a key that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, ignored_types=(cached_property,)
    )


class Hashed:
    """What many questions are cached by: its hash is taken once, and kept with the object it was taken of."""

    def content(self) -> tuple[object, ...]:
        """Return what it holds, in its order."""
        return self._parts(self.__annotations__)

    def hashed(self) -> tuple[object, ...]:
        """Return what it holds that its hash is taken of."""
        return self.content()

    def _parts(self, names: Iterable[str]) -> tuple[object, ...]:
        parts = (getattr(self, name) for name in names)
        return tuple(tuple(part.values()) if isinstance(part, Mapping) else part for part in parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self is other or (hash(self) == hash(other) and self.content() == other.content())

    def __hash__(self) -> int:
        # Kept with the object that it was taken of: a copy with another part, or in another process, takes its own.
        kept: tuple[int, int] | None = self.__dict__.get("_hash")
        if kept is None or kept[0] != id(self):
            self.__dict__["_hash"] = kept = id(self), hash(self.hashed())
        return kept[1]


class Dated(Model):
    """Something that holds from one day to another."""

    in_force_from: StrictDate
    in_force_to: StrictDate | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.in_force_to is not None and self.in_force_to < self.in_force_from:
            raise ValueError("in_force_to lies before in_force_from")
        return self


class PerhapsDated(Model):
    """Something that may hold only from one day on, or only up to another, its last."""

    in_force_from: StrictDate | None = None
    in_force_to: StrictDate | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if (self.in_force_to or dt.date.max) < (self.in_force_from or dt.date.min):
            raise ValueError("in_force_to lies before in_force_from")
        return self

    def overlaps(self, other: PerhapsDated) -> bool:
        """Return whether there is a day on which both hold."""
        first = max(self.in_force_from or dt.date.min, other.in_force_from or dt.date.min)
        return first <= min(self.in_force_to or dt.date.max, other.in_force_to or dt.date.max)

    @property
    def held(self) -> str:
        """When it holds, in words."""
        days = (("from", self.in_force_from), ("to", self.in_force_to))
        return " ".join(f"{word} {day}" for word, day in days if day is not None) or "on every day"


class _WrongAt(ValueError):
    """What is wrong with one of several things that are checked together, and `at` which key below them it stands."""

    def __init__(self, why: str, *at: str | int) -> None:
        self.at = at
        super().__init__(why)


def join(what: str, key: str, dated: Sequence[Dated]) -> None:
    """Refuse dated things, the list of `key`, of which two overlap, or that leave a day between them to none."""
    for place, (earlier, later) in enumerate(pairwise(dated)):
        begins = later.in_force_from
        if earlier.in_force_to is None or earlier.in_force_to >= begins:
            why = f"{what} from {earlier.in_force_from} and {begins} overlap"
            if earlier.in_force_from == begins:
                why = f"two {what} begin on {begins}: leave one out, or let it begin on another day"
                raise _WrongAt(why, key, place + 1, "in_force_from")
            if earlier.in_force_from > begins:
                raise _WrongAt(f"{why}: write the earlier one first", key, place + 1, "in_force_from")
            raise _WrongAt(f"{why}: write in_force_to = {_before(begins)} here", key, place, "in_force_to")
        if _before(begins) != earlier.in_force_to:
            why = f"there is a gap between {earlier.in_force_to} and {begins}"
            begun = earlier.in_force_to + dt.timedelta(days=1)
            raise _WrongAt(
                f"{why}: write in_force_from = {begun} here, or a later in_force_to there",
                key,
                place + 1,
                "in_force_from",
            )


def _before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)
