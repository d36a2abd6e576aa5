"""Facts: something that happened on a date. What a case can hold, and how it is made and refused.

Each fact is a frozen model with a fixed `event`; together they are one discriminated union, `AnyFact`. What a column
means stands in `columns`, the events in `events`, both in `docs/facts.md`. A fact says what happened and when, never
what follows from it: deadlines, states and breaches are computed from facts each time they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, get_args

from pydantic import Field, ValidationError

from ehcp_flow.columns import COLUMN_OF, COLUMNS, CONTENT, DATES, OWN, REQUIRED, SCHEMA, SHARED, Column, Fact, Side
from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.events import Adviser, ExceptionOutcome, ExceptionRecorded, FactVoided, ParticularRecorded, Requester
from ehcp_flow.identifiers import CHECKED, identifier_fault

__all__ = [
    "COLUMNS", "COLUMN_OF", "CONTENT", "DATES", "FACT_TYPES", "LEGAL_ORDER", "OUTCOMES", "OWN", "REQUIRED", "SCHEMA",
    "SHARED", "WHITE", "AnyFact", "Column", "ExceptionOutcome", "ExceptionRecorded", "Fact", "FactVoided",
    "ParticularRecorded", "Requester", "Side", "as_stored", "choices_in", "choices_of", "in_known_words", "known_word",
    "load_fact", "make_fact", "outcomes_of", "told_apart", "unchecked",
]  # fmt: skip

WHITE: Final = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What pydantic strips from text: `str.strip()` would also take U+001C to U+001F, and change a text on its way."""

if TYPE_CHECKING:
    AnyFact: TypeAlias = Fact
else:
    AnyFact = Annotated[reduce(or_, Fact.__subclasses__()), Field(discriminator="event")]
    """The discriminated union of all facts, for models that hold facts."""

FACT_TYPES: Final[Mapping[str, type[Fact]]] = {
    get_args(cls.model_fields["event"].annotation)[0]: cls for cls in Fact.__subclasses__()
}
LEGAL_ORDER: Final[Mapping[str, int]] = {event: rank for rank, event in enumerate(FACT_TYPES)}


def choices_of(event: str, column: str) -> tuple[str, ...]:
    """Return the closed list of a column of an event, nothing where it takes any text, or has no such column."""
    return choices_in(FACT_TYPES[event], column)


def choices_in(cls: type[Fact], column: str) -> tuple[str, ...]:
    """Return the closed list of a column of a class of facts, as `choices_of` does."""
    field = cls.model_fields.get(column)
    annotation = None if field is None else field.annotation
    choices = (choice for arg in (annotation, *get_args(annotation)) for choice in get_args(arg))
    return tuple(choice for choice in choices if isinstance(choice, str))


OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    event: choices_of(event, "outcome") for event, cls in FACT_TYPES.items() if "outcome" in cls.model_fields
}
"""The closed list of each event that has outcomes."""


def outcomes_of(event: str) -> tuple[str | None, ...]:
    """Return what the outcome of such a fact can be: the words of its list, after None where it may have none."""
    if event not in OUTCOMES:
        return (None,)
    return OUTCOMES[event] if FACT_TYPES[event].told_by_outcome else (None, *OUTCOMES[event])


def told_apart(event: str) -> tuple[str | None, ...]:
    """Return the outcomes by which moves tell facts of an event apart: none where a fact need not have one."""
    return outcomes_of(event) if FACT_TYPES[event].told_by_outcome else (None,)


def title_of(event: str, outcome: str | None = None) -> str:
    """Return what people call such a fact: `Final plan sent`, `Review decision sent: amend`.

    Raises UnknownNameError for an event that does not exist.
    """
    if event not in FACT_TYPES:
        raise UnknownNameError("event", event, FACT_TYPES)
    words = event.replace("_", " ")
    title = FACT_TYPES[event].titled or f"{words[0].upper()}{words[1:]}"
    return title if outcome is None else f"{title}: {outcome.replace('_', ' ')}"


_PARTIES: Final = frozenset((*get_args(Requester), *get_args(Adviser)))
_WORDED: Final = ("event", "outcome", "party")
"""The columns whose words are taken however they are written; `event` first, which says what an outcome can be."""
_BETWEEN: Final = re.compile(r"[\s_-]+")


@lru_cache(maxsize=8_192)
def _folded(text: str) -> str:
    return _BETWEEN.sub("_", text.strip(WHITE)).casefold()


def known_word(column: str, text: str, event: str = "") -> str:
    """Return a known word of `event`, `outcome` or `party` as it is written here, and any other text as it is.

    A file may write it in any case, with blanks or hyphens for underscores: `Request received`, `Early years`. A party
    is known of the event, or without one of any.
    """
    words = FACT_TYPES if column == "event" else OUTCOMES.get(event, ()) if column == "outcome" else _PARTIES
    if text in words:
        return text
    folded = _folded(text)
    return folded if folded in words or (column == "party" and folded in _parties_declared(event)) else text


def _parties_declared(event: str) -> tuple[str, ...]:
    """Return the parties of an event that a rulebook declares; without an event, those of all."""
    classes = (FACT_TYPES[event],) if event in FACT_TYPES else () if event else FACT_TYPES.values()
    declared = (getattr(getattr(cls, "declared_as", None), "parties", ()) for cls in classes)
    return tuple(party for parties in declared for party in parties)


def in_known_words(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record with its known words as they are written here; see `known_word`."""
    found: dict[str, str] = {}
    for column in _WORDED:
        text = record.get(column)
        if isinstance(text, str) and text:
            event = found.get("event") or record.get("event")
            word = known_word(column, text, event if isinstance(event, str) else "")
            if word != text:
                found[column] = word
    return {**record, **found} if found else record


def make_fact(event: str, /, **fields: Any) -> Fact:
    """Return the fact that `event` names: `make_fact("request_received", case_id="a", on="2026-03-02")`.

    Empty strings and None count as not given. Dates may be dates or text (ISO or UK). Raises UnknownNameError for an
    event that does not exist, and FactError, naming the field and what would be right, for anything else.
    """
    cls = FACT_TYPES.get(event)
    if cls is None:
        raise UnknownNameError("event", event, FACT_TYPES)
    given = {name: value for name, value in fields.items() if not _is_blank(value)}
    try:
        return cls(**given)
    except ValidationError as error:
        raise _explained(event, error) from None


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip(WHITE))


def load_fact(record: Mapping[str, Any]) -> Fact:
    """Return the fact that a mapping of column names to values states, as `make_fact` does for keywords.

    Known words of `event`, `outcome` and `party` may be written as files write them: see `known_word`.
    """
    fields = dict(in_known_words(record))
    event = fields.pop("event", None)
    if not event:
        raise FactError("", "event", event, f"one of {', '.join(FACT_TYPES)}")
    return make_fact(str(event), **{str(name): value for name, value in fields.items()})


def unchecked(cls: type[Fact], values: dict[str, Any], given: set[str]) -> Fact:
    """Return a fact of all the values of its fields, which were checked before; `given` are those that were told.

    It does what `model_construct` does, at a third of its time. Nothing changes what was given of a fact that is made.
    """
    set_of = object.__setattr__
    fact = object.__new__(cls)
    set_of(fact, "__dict__", values)
    set_of(fact, "__pydantic_fields_set__", given)
    set_of(fact, "__pydantic_extra__", None)
    set_of(fact, "__pydantic_private__", None)
    return fact


def as_stored(record: Mapping[str, Any]) -> Fact:
    """Return the fact of a record that a store took, whatever it holds where today only an identifier may stand.

    Nothing that was recorded becomes unreadable because what may be recorded is narrower now. Raises UnknownNameError
    for an event that is not known, and pydantic's ValidationError for what was never a fact.
    """
    cls = FACT_TYPES.get(record["event"])
    if cls is None:
        raise UnknownNameError("event", record["event"], FACT_TYPES)
    try:
        return cls.model_validate(record)
    except ValidationError:
        held = {
            name: text
            for name in CHECKED
            if isinstance(text := record.get(name), str) and text and identifier_fault(name, text, record["case_id"])
        }
        if cls is ParticularRecorded:
            # What a name may hold is data, and can have been another when this was taken; or it was redacted.
            held |= {name: record[name] for name in OWN if isinstance(record.get(name), str)}
        if not held:
            raise
        stand_in = {name: None if name in ("rank", "kind") else "x" for name in held}
        return cls.model_validate({**record, **stand_in}).model_copy(update=held)


_OF_THEIR_OWN: Final = frozenset({"date", "instant", "identifier", "kind", "rank"})
"""The faults that say themselves what would be right."""


def _explained(event: str, error: ValidationError) -> FactError:
    """Return the first thing that is wrong, in words that say what would be right."""
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    value = None if first["type"] == "missing" else first["input"]
    if first["type"] == "extra_forbidden":
        owners = sorted(name for name, cls in FACT_TYPES.items() if field in cls.model_fields)
        some = ", ".join(owners[:4]) + (f" and {len(owners) - 4} others" if len(owners) > 4 else "")  # noqa: PLR2004 - enough to see what kind it is
        belongs = f"belongs to {some}" if owners else "is no column of a fact"
        return FactError(event, field, value, f"leave it empty: {field} {belongs}")
    if field == "authority":
        return FactError(event, field, value, "write the local authority's three-digit number, such as 885")
    if first["type"] == "literal_error" or (field == "outcome" and event in OUTCOMES):
        return FactError(event, field, value, f"write one of {', '.join(choices_of(event, field))}")
    if first["type"] in _OF_THEIR_OWN:
        # What does not go together is told at the column that would have to go.
        at = field or first["type"]
        return FactError(event, at, value if field else first["input"].get(at), first["msg"])
    if first["type"] in ("missing", "string_too_short"):
        return FactError(event, field, None, f"{event} needs {'an' if field[0] in 'aeiou' else 'a'} {field}")
    text = f'write text: "{value}"' if first["type"] == "string_type" else identifier_fault(field, str(value))
    return FactError(event, field, value, text or first["msg"])
