"""A convert file: which columns of a sheet say which facts. It is TOML, written by a person or proposed.

    case_id = "UPN"
    authority = 885
    dates = "day first"

    [[fact]]
    event = "request_received"
    on = "Date request received"
    party = {column = "Requested by", values = {Parent = "parent", School = "school"}}

What is wrong with it is refused with file, key and line before a row is read: an event that does not exist, a column of
a fact that its event does not have, an outcome that is not among the event's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ehcp_flow.conversion.cell_dates import DateOrder
from ehcp_flow.errors import ConvertFileError, ConvertFileMissing, UnknownNameError
from ehcp_flow.events import events_fault
from ehcp_flow.facts import COLUMN_OF, COLUMNS, FACT_TYPES, OUTCOMES
from ehcp_flow.law.toml_files import SourceFile, read_toml
from ehcp_flow.readers.row_tables import column_of

__all__ = ["ANSWER", "LEAVE_OUT", "ConvertFile", "ConvertQuestion", "FactRule", "FromSheet", "read_convert_file"]

_IN_ROWS: Final = ("case_id", "authority", "event", "on", "fact_id")
"""What a [[fact]] or the file says in a way of its own."""
TEXT_BY_COLUMN: Final = ("reason",)
"""The texts of which a bare text names the column, as it does of a day: nobody writes the same reason in every row."""
LEAVE_OUT: Final = "leave out"
ANSWER: Final = "{answer}"
"""What stands in a value of a fact for the answer to the question about the column of its day, or of its event."""


def _recorded(given: Sequence[str]) -> tuple[str, ...]:
    fault = events_fault(" ".join(given))
    if fault is not None:
        raise ValueError(fault)
    return tuple(dict.fromkeys(given))


class FromSheet(BaseModel):
    """Where a value comes from: a constant `value`, or the cells of a `column`, as they are or by `values`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str | None = None
    column: str | None = None
    values: Mapping[str, str] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> FromSheet:
        if (self.value is None) is (self.column is None):
            raise ValueError('give either value = "..", the same for every row, or column = ".."')
        if self.values is not None and self.column is None:
            raise ValueError("values say what the cells of a column mean; give the column too")
        return self

    @property
    def says(self) -> tuple[str, ...]:
        """The values that it can be, where the file says them."""
        return (*filter(None, (self.value,)), *(self.values or {}).values())

    def answered(self, answer: str) -> FromSheet:
        """Return the same with an answer for each `{answer}`."""
        value = None if self.value is None else self.value.replace(ANSWER, answer)
        values = (
            None if self.values is None else {word: text.replace(ANSWER, answer) for word, text in self.values.items()}
        )
        return self.model_copy(update={"value": value, "values": values})


def _constant(given: Any) -> Any:
    return {"value": str(given)} if isinstance(given, (str, int)) and not isinstance(given, bool) else given


def _heading(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


Constant: TypeAlias = Annotated[FromSheet, BeforeValidator(_constant)]
"""A value of which a bare text is the value itself."""
Heading: TypeAlias = Annotated[FromSheet, BeforeValidator(_heading)]
"""A value of which a bare text is the heading of its column."""


class FactRule(BaseModel):
    """A `[[fact]]`: one fact of each row whose day is filled.

    `id` is its part of the fact's own name, `fact_id` the column that holds such a name. `given` are the other columns
    of the fact, each a constant, a column, or a column whose cells have a meaning.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Constant | None = None
    on: Heading
    id: Annotated[str, Field(pattern=r"^\S+$")] | None = None
    fact_id: str | None = None
    dates: DateOrder | None = None
    given: Mapping[str, FromSheet] = {}

    @model_validator(mode="before")
    @classmethod
    def _columns_of_the_fact(cls, row: Any) -> Any:
        """Put what a fact's columns are given as into `given`."""
        if not isinstance(row, dict):
            return row
        given = {}
        for name in [name for name in row if name in COLUMN_OF and name not in _IN_ROWS]:
            by_column = COLUMN_OF[name].holds != "text" or name in TEXT_BY_COLUMN
            given[name] = (_heading if by_column else _constant)(row[name])
        return {name: each for name, each in row.items() if name not in given} | {"given": given}

    @property
    def asked_about(self) -> tuple[str, ...]:
        """The columns that a question about this fact can be about: that of its day, and that of its event."""
        columns = (self.on.column, None if self.event is None else self.event.column)
        return tuple(column for column in columns if column is not None)

    @property
    def is_open(self) -> bool:
        """Whether a value of it is written `{answer}`."""
        return any(ANSWER in text for source in sources_of(self).values() for text in source.says)

    def answered(self, answer: str) -> FactRule:
        """Return the same with an answer for each `{answer}`."""
        filled = {name: source.answered(answer) for name, source in self.given.items()}
        event = None if self.event is None else self.event.answered(answer)
        return self.model_copy(update={"event": event, "given": filled})

    @property
    def is_any_event(self) -> bool:
        """Whether the cells of a column are the events themselves, by the words that are known everywhere."""
        return self.event is not None and self.event.column is not None and self.event.values is None

    @property
    def events(self) -> tuple[str, ...]:
        """The events that the rule can make."""
        if self.event is None:
            return ()
        if self.event.value is not None:
            return (self.event.value,)
        if self.is_any_event:
            return tuple(FACT_TYPES)
        return tuple(dict.fromkeys(filter(None, (self.event.values or {}).values())))


class ConvertQuestion(BaseModel):
    """A `[[question]]` of a proposal: about which column, what it asks, what may be answered, and the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    asks: str
    choices: tuple[str, ...]
    answer: str = ""

    @model_validator(mode="after")
    def _answered_as_it_may_be(self) -> ConvertQuestion:
        if self.answer and self.answer not in self.choices:
            raise ValueError(f"answer with one of: {'; '.join(self.choices)}")
        return self


class ConvertFile(BaseModel):
    """What a convert file says; `docs/start-from-your-spreadsheet.md` has each key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
    authority: Constant | None = None
    sheet: str | None = None
    header: Annotated[int, Field(ge=1)] | None = None
    dates: DateOrder | None = None
    empty: tuple[str, ...] = ()
    same_id: Literal["refuse", "corrects"] = "refuse"
    records: Annotated[tuple[str, ...], AfterValidator(_recorded)] = ()
    fact: tuple[FactRule, ...]
    carry: Annotated[
        Mapping[str, str], AfterValidator(lambda given: {column_of(name): given[name] for name in given})
    ] = {}
    question: tuple[ConvertQuestion, ...] = ()

    @property
    def open_questions(self) -> tuple[ConvertQuestion, ...]:
        """The questions that nobody has answered yet."""
        return tuple(each for each in self.question if not each.answer)

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that the file speaks of."""
        sources = [rule_source for rule in self.fact for rule_source in sources_of(rule).values()]
        if self.authority is not None:
            sources.append(self.authority)
        named = [source.column for source in sources if source.column is not None]
        ids = [rule.fact_id for rule in self.fact if rule.fact_id is not None]
        return tuple(dict.fromkeys((*self.case_id, *named, *ids, *self.carry.values())))

    @property
    def answered(self) -> ConvertFile:
        """The file with its answers put to use.

        An answer fills what the facts of the column that it is about leave open: the event, the order of day and month,
        or what is written `{answer}`; `leave out` takes these facts out. One about `case_id` or `dates` fills that key.
        """
        about = {each.about: each.answer for each in self.question}
        rules = []
        for rule in self.fact:
            answers = [each.answer for each in self.question if each.about in rule.asked_about]
            if LEAVE_OUT in answers:
                continue
            filled: dict[str, Any] = {}
            for answer in answers:
                if answer in set(DateOrder):  # about this column alone
                    filled["dates"] = rule.dates or DateOrder(answer)
                elif rule.is_open:
                    rule = rule.answered(answer)  # noqa: PLW2901 - the same rule, once it is answered
                elif rule.event is None:
                    event, _, outcome = answer.partition(":")
                    filled["event"] = FromSheet(value=event)
                    if outcome:
                        filled["given"] = {**rule.given, "outcome": FromSheet(value=outcome)}
            rules.append(rule.model_copy(update=filled))
        whole: dict[str, Any] = {"fact": tuple(rules), "question": ()}
        if not self.case_id and "case_id" in about:
            whole["case_id"] = (about["case_id"],)
        if self.dates is None and "dates" in about:
            whole["dates"] = DateOrder(about["dates"])
        return self.model_copy(update=whole)


def sources_of(rule: FactRule) -> dict[str, FromSheet]:
    """Return where each column of a rule's facts comes from."""
    return {"on": rule.on, **({} if rule.event is None else {"event": rule.event}), **rule.given}


def read_convert_file(
    columns: str | os.PathLike[str] | Mapping[str, Any], *, records: Sequence[str] = ()
) -> ConvertFile:
    """Return a convert file: from a path, or out of a dict of the same keys; `records` take the place of its own.

    Raises ConvertFileError with file, key and line for what is wrong with it, ConvertFileMissing where there is none.
    Questions that it still asks are in `open_questions`; nothing is converted by it before they are answered.
    """
    file = _file(columns)
    if records:
        file = file._replace(data={**file.data, "records": tuple(records)})
    file = _with_dated_carry(file)
    try:
        found = ConvertFile.model_validate(file.data)
    except ValidationError as error:
        file.refuse_first(error, model=ConvertFile)
    for at, rule in enumerate(found.answered.fact if not found.open_questions else found.fact):
        _check(file, rule, found.fact.index(rule) if rule in found.fact else at)
    for name in found.carry:
        if name in COLUMNS:
            file.refuse(("carry", name), "a fact has a column of that name; give it in [[fact]]")
    return found


def _with_dated_carry(file: SourceFile) -> SourceFile:
    """Return a file in which what `[carry]` gives a day of its own, `x = {column, from}`, is a fact of each row."""
    carry, facts = file.data.get("carry"), file.data.get("fact")
    if not isinstance(carry, Mapping) or not isinstance(facts, (list, tuple)):
        return file
    plain, dated = {}, []
    for name, given in carry.items():
        if not isinstance(given, Mapping):
            plain[name] = given
            continue
        if not {"column", "from"} <= set(given) <= {"column", "from", "values"}:
            file.refuse(("carry", name), 'write "Column", or {column = "Column", from = "Date column"}')
        if column_of(name) in COLUMNS:
            file.refuse(("carry", name), "a fact has a column of that name; give it in [[fact]]")
        value = {key: given[key] for key in ("column", "values") if key in given}
        known = {"event": "particular_recorded", "id": column_of(name), "particular": column_of(name)}
        dated.append({**known, "on": given["from"], "value": value})
    return file._replace(data={**file.data, "carry": plain, "fact": [*facts, *dated]}) if dated else file


def _file(columns: str | os.PathLike[str] | Mapping[str, Any]) -> SourceFile:
    if isinstance(columns, Mapping):
        return SourceFile("columns", "", dict(columns), ConvertFileError)
    return read_toml(Path(columns), ConvertFileError, ConvertFileMissing)


def _check(file: SourceFile, rule: FactRule, at: int) -> None:
    """Refuse a rule that can make no fact."""

    def refuse(key: str, why: str) -> None:
        file.refuse(("fact", at, key), why)

    asked = any(each["about"] in rule.asked_about for each in file.data.get("question", ()))
    if rule.event is None and not asked:
        refuse("event", "this key is missing")
    if rule.event is None or (rule.is_open and asked):
        return
    if rule.event.values is not None and not rule.event.values:
        refuse("event", 'say what its cells mean: values = {Yes = "assessment_agreed", No = "assessment_refused"}')
    for event in rule.events:
        if event not in FACT_TYPES:
            refuse("event", f"{UnknownNameError('event', event, FACT_TYPES)} (`ehcp-flow facts` lists them)")
    if rule.on.values is not None:
        refuse("on", "a day is read from its cells; values have no meaning here")
    for name, source in rule.given.items():
        if not any(name in FACT_TYPES[event].model_fields for event in rule.events):
            events = "an event" if rule.is_any_event else " and ".join(rule.events)
            refuse(name, f"{events} has no {name}")
        if name == "outcome" or source.values is not None or source.value is not None:
            _check_words(rule, name, source, refuse)
    for event in () if rule.is_any_event else rule.events:
        for name, field in FACT_TYPES[event].model_fields.items():
            if field.is_required() and name not in (*_IN_ROWS, *rule.given):
                refuse(name, f"{event} needs {name}; this key is missing")


def _check_words(rule: FactRule, name: str, source: FromSheet, refuse: Any) -> None:
    """Refuse an outcome that no event of the rule has."""
    if name != "outcome":
        return
    if source.column is not None and source.values is None:
        return
    known = {outcome for event in rule.events for outcome in OUTCOMES.get(event, ())}
    for word in [source.value] if source.value is not None else (source.values or {}).values():
        if word and word not in known:
            refuse(name, f"{word!r} is no outcome of {' or '.join(rule.events)}; write {', '.join(sorted(known))}")
