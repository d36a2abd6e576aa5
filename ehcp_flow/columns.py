"""The columns of a fact, each told once: what it means, what it holds, on which side of `on` it may lie.

From `SCHEMA` come the columns of files and of frames, the days of the kernel, the options of the command line, the
JSON Schema and `docs/facts.md`. `Fact` is the model of what every fact has; `events` has the rest, a class for each
event. A field without a row here is refused when its class is made.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, NamedTuple, Self, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError, core_schema

from ehcp_flow.dates import parse_date, parse_day, parse_instant, written
from ehcp_flow.docstrings import docstring_of
from ehcp_flow.errors import DateError
from ehcp_flow.identifiers import LONGEST, LONGEST_ID, identifier_fault
from ehcp_flow.particular_table import name_of, settled, value_fault

__all__ = [
    "COLUMNS", "COLUMN_OF", "CONTENT", "DATES", "OWN", "PART_3_FROM", "REQUIRED", "SCHEMA", "SHARED", "Authority",
    "Column", "Day", "Fact", "Identifier", "Name", "ParticularText", "ParticularValue", "PlainDay", "Side", "Text",
]  # fmt: skip


class Side(StrEnum):
    """On which side of `on` another day of the fact may lie; on the wrong one it is not counted from."""

    EITHER = "either"
    NOT_BEFORE = "not before"
    NOT_AFTER = "not after"


class Column(NamedTuple):
    """A column: what it means, what it holds, where it may lie, and the help of the option that fills it, if any.

    `not_before` is another column that holds days: one that lies before it is not counted from. `within` is how many
    days it lies from `on` at most, `since` the day before which it cannot lie: beyond, most likely no day was known,
    or its year was mistyped, and it is not believed. `ahead` is how many days after the day asked about it may lie, and
    be known by then. `only_of` are the events that alone have it: in a row of any other a column of that name is the
    file's own, and is passed over.
    """

    name: str
    means: str
    holds: Literal["text", "day", "instant"] = "text"
    side: Side = Side.EITHER
    option: str = ""
    not_before: str = ""
    only_of: tuple[str, ...] = ()
    within: int | None = None
    since: dt.date | None = None
    ahead: int = 0

    def wrong(self, day: dt.date, on: dt.date) -> bool:
        """Whether a day in this column lies on the wrong side of `on`."""
        return (self.side is Side.NOT_BEFORE and day < on) or (self.side is Side.NOT_AFTER and day > on)

    def far(self, day: dt.date, on: dt.date) -> bool:
        """Whether a day on the right side of `on` lies too far away to be believed."""
        if self.wrong(day, on):
            return False
        beyond = self.within is not None and abs((day - on).days) > self.within
        return beyond or (self.since is not None and day < self.since)


PART_3_FROM: Final = dt.date(2014, 9, 1)
"""The day on which Part 3 of the Children and Families Act 2014 came into force (SI 2014/889)."""
_HALF_A_YEAR: Final = 183
"""In days: no letter travels longer."""
_IN_THE_POST: Final = 7
"""In days: what was sent may be on its way still."""
_TWO_YEARS: Final = 731
"""In days: no ground of exception that anybody dates lasts longer, and no authority is unaware of a move for longer."""
_HOLDS: Final = ("particular_recorded",)
SCHEMA: Final = (
    Column("case_id", "which case; any text of at most 200 characters, best a number of your system and no name"),
    Column("authority", "the local authority's three-digit number; needed once a case"),
    Column("event", "what happened, by its name in the list of events"),
    Column("on", "the day that counts in law: which, says each event; `2026-03` where only its month is known", "day"),
    Column("party", "who: the requester, the body asked for advice, or the institution, as a word or an id of at most "
           "64 letters, digits and `_ - . /`, without blanks; no person's name",
           option="Who: requester, adviser or institution."),
    Column("outcome", "the decision, ground or order, from the event's own list",
           option="The decision, ground or order."),
    Column("until", "the end of a period: an exception's last day; for a closure, the day of re-opening", "day",
           option="The end of a period.", within=_TWO_YEARS, ahead=_TWO_YEARS),
    Column("served_on", "the day it reached the other side, where that is another day than `on`", "day",
           Side.NOT_BEFORE, "The day it reached the other side.", within=_HALF_A_YEAR, ahead=_IN_THE_POST),
    Column("aware_on", "the day the authority became aware, where the law counts from that", "day",
           option="The day the authority became aware.", within=_TWO_YEARS),
    Column("made_on", "for a plan from another authority, the day it was first made", "day",
           Side.NOT_AFTER, "The day a transferred plan was made.", since=PART_3_FROM),
    Column("reviewed_on", "for a plan from another authority, the day it was last reviewed", "day",
           Side.NOT_AFTER, "The day it was last reviewed.", not_before="made_on", since=PART_3_FROM),
    Column("body", "of a request for advice, whose body was asked, where it is not the usual one of its party: the six "
           "weeks bind by law the bodies of CFA s 31(1) alone",
           option="Whose body was asked for advice."),
    Column("limit", "the limit that an exception is claimed for (empty means every limit it can apply to), or "
           "that a day was fixed for"),
    Column("reason", "free text: why; for an exception, the recorded judgement"),
    Column("fact_id", "the fact's own name, where its source has one, and that of no other fact there, of whichever "
           "case: at most 400 characters, without blanks but those of its `case_id`"),
    Column("corrects", "the `fact_id` of the fact that this one replaces or voids"),
    Column("particular", "of `particular_recorded`, what began to hold, such as placement, need or caseworker",
           only_of=_HOLDS),
    Column("value", "of `particular_recorded`, what it is from `on` to `until`, such as special; of "
           "`records_declared`, the events that the source records at all, with blanks between them",
           only_of=(*_HOLDS, "records_declared")),
    Column("rank", "of `particular_recorded`, 1 for the first of those that hold side by side, 2 for the second",
           only_of=_HOLDS),
    Column("kind", "of `particular_recorded`, the kind of a placement that a number names", only_of=_HOLDS),
    Column("recorded_at", "the instant it was written down, with its offset from UTC", "instant"),
    Column("recorded_by", "who wrote it down"),
)  # fmt: skip
"""Every column, in the order of a file that this library writes."""
COLUMN_OF: Final[Mapping[str, Column]] = {column.name: column for column in SCHEMA}
COLUMNS: Final = tuple(COLUMN_OF)
REQUIRED: Final = ("case_id", "event", "on")
"""The columns without which a table holds no facts."""
OWN: Final = ("particular", "value", "rank", "kind")
"""The columns that say what holds of a case."""
DATES: Final = tuple(column.name for column in SCHEMA if column.holds == "day")
"""The columns that hold days, `on` first and `until` second: their places are their numbers in the kernel."""
SHARED: Final[Mapping[str, tuple[str, ...]]] = {column.name: column.only_of for column in SCHEMA if column.only_of}
"""The columns that only some events have, so that a file may use the name for something else in other rows."""


def _date(value: object) -> dt.date:
    try:
        return parse_date(value)
    except DateError as error:
        raise PydanticCustomError("date", "{why}", {"why": f"{error.why}; write {error.write}"}) from None


def _on(value: object) -> dt.date:
    try:
        return parse_day(value)
    except DateError as error:
        why = f"{error.why}; write {error.write}, or 2026-03 where only the month is known"
        raise PydanticCustomError("date", "{why}", {"why": why}) from None


def _instant(value: object) -> dt.datetime:
    try:
        return parse_instant(value)
    except DateError as error:
        raise PydanticCustomError("instant", "{why}", {"why": f"{error.why}; write {error.write}"}) from None


def _identifier(value: str, info: ValidationInfo) -> str:
    why = identifier_fault(info.field_name or "", value, info.data.get("case_id", ""))
    if why is not None:
        raise PydanticCustomError("identifier", "{why}", {"why": why})
    return value


def _particular(text: str) -> str:
    name = name_of(text)
    if name is None:
        why = "write a name of letters, digits and _, such as placement, need, caseworker or one of your own"
        raise PydanticCustomError("identifier", "{why}", {"why": why})
    return name


def _value(text: str, info: ValidationInfo) -> str:
    name = info.data.get("particular", "")
    why = value_fault(name, text)
    if why is not None:
        raise PydanticCustomError("identifier", "{why}", {"why": why})
    return settled(name, text) or text


class _Built(NamedTuple):
    """What pydantic takes a type for, without asking: under freezegun its older releases do not know `dt.date`."""

    make: Callable[[], core_schema.CoreSchema]

    def __get_pydantic_core_schema__(self, _type: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return self.make()


_A_DAY: Final = _Built(core_schema.date_schema)
PlainDay: TypeAlias = Annotated[dt.date, _A_DAY]
"""A day as pydantic reads it, for models of anything but facts."""
Day: TypeAlias = Annotated[PlainDay, BeforeValidator(_date)]
On: TypeAlias = Annotated[
    dt.date, _A_DAY, BeforeValidator(_on), PlainSerializer(written, return_type=str, when_used="json")
]
"""The day of a fact, or its month."""
Instant: TypeAlias = Annotated[dt.datetime, _Built(core_schema.datetime_schema), BeforeValidator(_instant)]
Authority: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
CaseId: TypeAlias = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
Recorder: TypeAlias = Annotated[str, Field(max_length=LONGEST_ID)]
Identifier: TypeAlias = Annotated[str, AfterValidator(_identifier)]
Name: TypeAlias = Annotated[Text, AfterValidator(_identifier)]
ParticularText: TypeAlias = Annotated[Text, AfterValidator(_particular)]
ParticularValue: TypeAlias = Annotated[Text, AfterValidator(_value)]


def _described(schema: dict[str, Any], fact: type[Fact]) -> None:
    """Say in a JSON Schema what each column means, and that the event is needed: the union is told apart by it."""
    for name, described in schema["properties"].items():
        described["description"] = fact.means() if name == "on" else COLUMN_OF[name].means
        for text in described.get("anyOf", ()):
            if text["type"] == "string" and name in LONGEST:
                text["maxLength"] = LONGEST[name]
    on = schema["properties"]["on"]
    schema["properties"]["on"] = {name: said for name, said in on.items() if name not in {"type", "format"}} | {
        "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
        ]
    }
    schema["properties"]["event"].pop("default", None)
    schema["description"] = docstring_of(fact)
    schema["required"] = list(dict.fromkeys(["event", *schema["required"]]))


def _tells_a_day(annotation: Any) -> bool:
    """Whether a type is a day or an instant, or may be one."""
    if isinstance(annotation, type):
        return issubclass(annotation, dt.date)
    return any(_tells_a_day(part) for part in get_args(annotation))


class Fact(BaseModel):
    """What every fact has: the case, the day, and who wrote it down when.

    `on` is the legally operative day, a `MonthOnly` where only its month is known. `served_on` is the day it reached
    the other side, where that is another day.
    `fact_id` is the fact's own name, where its source gives one; `corrects` names the fact that this one replaces
    (or voids). `recorded_at` is an instant in UTC. Only `reason` holds free text: `identifiers` says what the other
    columns may hold.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True, json_schema_extra=_described
    )

    event: str
    case_id: CaseId
    on: On
    party: Identifier | None = None
    reason: str | None = None
    authority: Authority | None = None
    served_on: Day | None = None
    fact_id: Name | None = None
    corrects: Name | None = None
    recorded_at: Instant | None = None
    recorded_by: Recorder | None = None

    prospective: ClassVar[bool] = False
    """Whether `on` may lie in the future of the day the fact is known: a transfer that is to come."""

    reason_counts: ClassVar[bool] = False
    """Whether `reason` is part of what the fact says: the judgement on an exception, the source of a direction."""

    served_later: ClassVar[bool] = True
    """Whether `served_on` cannot lie before `on`."""

    further_days: ClassVar[tuple[str, ...]] = ()
    """The columns besides `on` in which a day can stand."""

    told_by_outcome: ClassVar[bool] = False
    """Whether every such fact has an outcome, so that moves tell them apart by it."""

    titled: ClassVar[str] = ""
    """What people call such a fact, where that is not its event in words."""

    if TYPE_CHECKING:

        @property
        def outcome(self) -> str | None:
            """The decision, ground or order, from the event's own list; None for an event that has no outcomes."""
    else:

        def __getattr__(self, name: str) -> Any:
            # No attribute of the class: pydantic would say that the outcome of an event shadows it.
            return None if name == "outcome" else super().__getattr__(name)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        own = [name for name in cls.model_fields if name not in Fact.model_fields]
        for name, field in cls.model_fields.items():
            if name not in COLUMN_OF:
                raise TypeError(f"{cls.__name__}: {name} is no column of a fact; give it a row in columns.SCHEMA")
            if _tells_a_day(field.annotation) is (COLUMN_OF[name].holds == "text"):
                raise TypeError(f"{cls.__name__}: {name} does not hold what its row in columns.SCHEMA says")
        if own != sorted(own, key=COLUMNS.index):
            raise TypeError(f"{cls.__name__}: its columns stand in another order than in columns.SCHEMA")
        cls.further_days = tuple(name for name in DATES[1:] if name in cls.model_fields)
        outcome = cls.model_fields.get("outcome")
        cls.told_by_outcome = outcome is not None and (outcome.is_required() or outcome.default is not None)

    @classmethod
    def means(cls) -> str:
        """Return which day `on` is, as the docstring says: `the day the authority received a request ...`."""
        said = " ".join(docstring_of(cls).partition("\n\n")[0].split()).removesuffix(".")
        return f"{said[:1].lower()}{said[1:]}"

    def day(self, field: str) -> dt.date | None:
        """Return a date of the fact; None where it is not filled, lies on the wrong side of `on`, or too far away.

        Nothing is served before it is sent, and no plan is made or reviewed after it has changed hands, or reviewed
        before it is made. What is not believed of one date says nothing of another.
        """
        day: dt.date | None = self.__dict__.get(field)
        if day is None:
            return None
        column = COLUMN_OF[field]
        if column.wrong(day, self.on) or column.far(day, self.on):
            return None
        floor = self.day(column.not_before) if column.not_before else None
        return None if floor is not None and day < floor else day

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with the fields of `update`, unchecked; `content` and `id` are worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("content", "id"):
            copied.__dict__.pop(name, None)
        return copied

    @cached_property
    def content(self) -> str:
        """What the fact says, without who recorded it when: two facts with the same content are one fact."""
        return self.model_dump_json(exclude={"recorded_at", "recorded_by", "fact_id"}, exclude_none=True)

    @cached_property
    def id(self) -> str:
        """The fact's name: its `fact_id`, or else a digest of its content."""
        return self.fact_id or hashlib.sha256(self.content.encode()).hexdigest()[:16]


CONTENT: Final = (*Fact.model_fields, *(name for name in COLUMNS if name not in Fact.model_fields))
"""The columns in the order in which a fact's content, and a store, hold them."""
