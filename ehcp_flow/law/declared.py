"""Facts that a rulebook declares: events beyond the library's own, and further outcomes of events.

What is declared is known in the whole process from when the rulebook is loaded, and stays so: readers, columns, stores
and cases take such facts as they take the library's. Where two rulebooks declare an event of one name, what is known is
both together; what a rulebook says of it is checked against what that rulebook itself declares.
"""

from __future__ import annotations

from collections.abc import Iterable
from keyword import iskeyword
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, cast

from pydantic import AfterValidator, Field, StrictBool, create_model, model_validator

from ehcp_flow.columns import COLUMNS, Day, Fact
from ehcp_flow.columns import Name as Party
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, choices_in, outcomes_of
from ehcp_flow.law.parts import Model, Name
from ehcp_flow.law.patterns import NONE
from ehcp_flow.vocabulary import LIBRARY, growing, take_in

__all__ = ["Declared", "DeclaredEvent", "FurtherOutcomes", "Inner", "declare", "known_outcomes"]

OwnColumn: TypeAlias = Literal["until", "aware_on", "made_on", "reviewed_on"]
"""The columns that an event of a rulebook can have besides those of every fact."""
NeededColumn: TypeAlias = Literal["party", "served_on", "until", "aware_on", "made_on", "reviewed_on"]
"""Those of which it can say that none may be empty."""


def _each_once(words: tuple[str, ...]) -> tuple[str, ...]:
    for place, word in enumerate(words):
        if word in words[:place]:
            raise ValueError(f"{word!r} stands there twice")
    return words


Words: TypeAlias = Annotated[tuple[Name, ...], AfterValidator(_each_once)]

OF_A_MODEL: Final = ("state", "case", "trigger", "get_graph", "after_move")
"""What an object has that is moved as a case is, besides a method for each event."""
_BEGINNINGS: Final = ("on_enter_", "on_exit_", "may_")


def _event_name(name: str) -> str:
    if name in OF_A_MODEL or name.startswith(_BEGINNINGS) or iskeyword(name):
        raise ValueError(
            f"no event can be called {name!r}: an event is a method of what is moved, and that is a word of Python or "
            "something else there; give it another name"
        )
    return name


def _inner(name: str) -> str:
    if name in FACT_TYPES:
        raise ValueError(f"{name} is a fact: choose a name that no event has")
    return _event_name(name)


Inner: TypeAlias = Annotated[Name, AfterValidator(_inner)]
"""The name of an event that is no fact of its own."""


class DeclaredEvent(Model):
    """An event that the rulebook declares: what its `on` is, its outcomes, and its columns besides those of every fact.

    `title` is what people call it, where that is not its id in words. `on` is a sentence that says which day it is:
    "The day the panel met." Every such fact has one of the `outcomes`, if there are any, unless it `may_lack_outcome`.
    `parties` are the words of its `party`, any if none are given; of the columns in `needs` none may be empty. `ahead`
    says that its day may lie in the future when it is recorded: it moves nothing. `served_earlier` says that it may
    have been served before its day. Facts of one day stand in the order in which their events are declared, behind all
    that the library has.
    """

    id: Annotated[Name, AfterValidator(_event_name)]
    title: str = ""
    on: Annotated[str, Field(pattern=r"^The .*\.$")]
    outcomes: Words = ()
    may_lack_outcome: StrictBool = False
    parties: Words = ()
    columns: Annotated[tuple[OwnColumn, ...], AfterValidator(_each_once)] = ()
    needs: Annotated[tuple[NeededColumn, ...], AfterValidator(_each_once)] = ()
    ahead: StrictBool = False
    served_earlier: StrictBool = False
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if NONE in self.outcomes:
            raise ValueError(f"no outcome is called {NONE!r}; write may_lack_outcome = true for facts without one")
        if self.may_lack_outcome and not self.outcomes:
            raise ValueError("may_lack_outcome needs outcomes")
        for name in self.needs:
            if name not in ("party", "served_on", *self.columns):
                raise ValueError(f"needs {name}, which stands in no column: add it to columns")
        return self

    def differs(self, other: DeclaredEvent) -> str:
        """Return the key in which two declarations of one event cannot both be so, empty if they can."""
        keys = ("may_lack_outcome", "ahead", "served_earlier")
        if bool(self.outcomes) != bool(other.outcomes):
            return "outcomes"
        return next((key for key in keys if getattr(self, key) != getattr(other, key)), "")

    def with_all_of(self, other: DeclaredEvent) -> DeclaredEvent:
        """Return what is known of the event where another rulebook declares it too."""
        columns = {*self.columns, *other.columns}
        return self.model_copy(
            update={
                "outcomes": tuple(dict.fromkeys((*other.outcomes, *self.outcomes))),
                "parties": tuple(dict.fromkeys((*other.parties, *self.parties)))
                if self.parties and other.parties
                else (),
                "columns": tuple(name for name in COLUMNS if name in columns),
                "needs": tuple(name for name in other.needs if name in self.needs),
            }
        )

    def fact_type(self) -> type[Fact]:
        """Return the class of such facts."""
        kinds: dict[str, Any] = {"event": Literal[self.id], "served_on": Day}
        kinds |= dict.fromkeys(self.columns, Day)
        kinds["party"] = Literal[self.parties] if self.parties else Party
        fields: dict[str, Any] = {"event": (kinds["event"], self.id)}
        if self.outcomes:
            word: Any = Literal[self.outcomes]
            fields["outcome"] = (word | None, None) if self.may_lack_outcome else (word, ...)
        for name in (*self.columns, "party", "served_on"):
            if name in self.needs:
                fields[name] = (kinds[name], ...)
            elif name in self.columns or (name == "party" and self.parties):
                fields[name] = (kinds[name] | None, None)
        base = [name for name in Fact.model_fields if name in fields]
        own = sorted((name for name in fields if name not in base), key=COLUMNS.index)
        made: type[Fact] = create_model(
            _class_name(self.id),
            __base__=Fact,
            __module__=__name__,
            **{name: fields[name] for name in (*base, *own)},
        )
        said = f"{self.on}\n\n{self.note}".strip()
        ahead, later = self.ahead, not self.served_earlier
        return _ready(made, self, __doc__=said, prospective=ahead, served_later=later, titled=self.title)


class FurtherOutcomes(Model):
    """Outcomes that an event of the library can have in this rulebook besides its own."""

    of: Name
    words: Words = Field(min_length=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.of not in LIBRARY:
            raise ValueError(f"the library has no event called {self.of!r}; one of your own says its outcomes itself")
        if self.of not in OUTCOMES:
            raise ValueError(f"{self.of} has no outcomes that moves and limits could tell apart")
        if NONE in self.words:
            raise ValueError(f"no outcome is called {NONE!r}")
        if known := sorted({*self.words} & {*choices_in(LIBRARY[self.of], "outcome")}):
            raise ValueError(f"{self.of} has the outcome {known[0]!r} in the library already: leave it out")
        return self

    @property
    def id(self) -> str:
        """The event."""
        return self.of

    def fact_type(self) -> type[Fact]:
        """Return the class of such facts, which is one of the class that there was."""
        words = tuple(dict.fromkeys((*OUTCOMES[self.of], *self.words)))
        before = LIBRARY[self.of]
        known = before.model_fields["outcome"]
        word: Any = Literal[words]
        outcome = (word, ...) if known.is_required() else (word if known.default else word | None, known.default)
        wider = create_model(before.__name__, __base__=before, __module__=__name__, outcome=outcome)
        return _ready(cast("type[Fact]", wider), self, __doc__=before.__doc__)


Declared: TypeAlias = DeclaredEvent | FurtherOutcomes
_DECLARED_AS: Final = "declared_as"


def declare(declared: Iterable[Declared]) -> None:
    """Make events, and further outcomes of events, known in this process. Raises ValueError for what cannot be."""
    with growing():
        for each in declared:
            _declare(each)


def _declare(declared: Declared) -> None:
    event = declared.id
    if isinstance(declared, FurtherOutcomes):
        if not {*declared.words} <= {*OUTCOMES[event]}:
            take_in(event, declared.fact_type())
        return
    if event in LIBRARY:
        raise ValueError(f"the library has an event {event!r} itself: use that, or give yours another name")
    known: DeclaredEvent | None = getattr(FACT_TYPES.get(event), _DECLARED_AS, None)
    if known is not None:
        if key := declared.differs(known):
            raise ValueError(
                f"{event!r} is known in this process from another rulebook, which says otherwise at {key}: give one of "
                "them another name, or, if it is this one before it was changed, start the process anew"
            )
        declared = declared.with_all_of(known)
    if declared != known:
        take_in(event, declared.fact_type())


def known_outcomes(event: str, declared: Iterable[Declared]) -> tuple[str | None, ...]:
    """Return the outcomes of an event that the library has and that one rulebook declares, not those of others."""
    own = {word for each in declared if each.id == event for word in _words(each)}
    if event in LIBRARY:
        own.update(choices_in(LIBRARY[event], "outcome"))
    return tuple(outcome for outcome in outcomes_of(event) if outcome is None or outcome in own)


def _words(declared: Declared) -> Words:
    return declared.words if isinstance(declared, FurtherOutcomes) else declared.outcomes


def _ready(made: type[Fact], declared: Declared, **said: Any) -> type[Fact]:
    """Return a class with what is said of it besides its columns, whose facts can go to another process."""

    def again(fact: Fact) -> Any:
        return _blank, (declared,), fact.__getstate__()

    for name, value in {**said, _DECLARED_AS: declared, "__reduce__": again}.items():
        setattr(made, name, value)
    return made


def _blank(declared: Declared) -> Fact:
    """Return a fact that is still to be filled, of an event that may not be known here."""
    declare((declared,))
    cls = FACT_TYPES[declared.id]
    return cls.__new__(cls)


def _class_name(event: str) -> str:
    return "".join(part.capitalize() for part in event.split("_"))
