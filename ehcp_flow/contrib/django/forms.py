"""A form for one fact of a case: it offers what is lawful, and says of the rest why it is not.

With `corrects` it is a form for a correction: another fact in the place of one that stands, or nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django import forms

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.columns import SCHEMA
from ehcp_flow.contrib.django import stores
from ehcp_flow.contrib.django.rulebooks import rulebook_in_use
from ehcp_flow.errors import CorrectionError, FactError, MoveRefused
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact
from ehcp_flow.moves.guards import Verdict
from ehcp_flow.states import MoveVerdict, moves
from ehcp_flow.states import record as checked
from ehcp_flow.store import Recorded

__all__ = ["FactForm", "move_key", "told_reasons"]

_NOT_ASKED: Final = {"case_id", "event", "on", "outcome", "fact_id", "corrects", "recorded_at", "recorded_by"}
_DECLARED: Final = "records_declared"
"""What a source declares of itself, which no officer does."""
_VOID: Final = "fact_voided"


def move_key(event: str, outcome: str | None) -> str:
    """Return an event with its outcome as one value of a form: `review_decision_sent:amend`."""
    return event if outcome is None else f"{event}:{outcome}"


class _DayField(forms.DateField):
    """A day as browsers pick and send one, whatever the language: 03/04 is never guessed at."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **more)


class FactForm(forms.Form):
    """One fact of `case`, of which version `seen` was looked at; `as_of` is today if not given.

    `lawful` are the verdicts on the moves that may be made today, `refused` those on the rest, each with its reasons.
    A fact that is valid is lawful on its day; `save` has the store ask once more, for what was recorded meanwhile.

    `move` is the one move that is asked about (`move_key`), with the columns that it has: all, if not given. `corrects`
    is the id of a fact that stands, in whose place this one is to stand; `fact_voided` then says that there was none.
    Raises CorrectionError if no such fact stands.
    """

    move = forms.ChoiceField(label="What happened")
    on = _DayField(label="On")
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, case: Case, seen: int, as_of: dt.date | None = None,
        move: str | None = None, corrects: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        self.case = case
        self.facts: tuple[Fact, ...] = ()
        self.corrected = None if corrects is None else _standing(case, corrects)
        known = {} if self.corrected is None else _as_initial(self.corrected)
        more["initial"] = {"seen": seen, "move": move, **known, **(more.get("initial") or {})}
        super().__init__(data, **more)
        self.as_of = dates.today() if as_of is None else as_of
        verdicts = moves(case, self.as_of, informing=None, rulebook=rulebook_in_use())
        self.lawful: list[MoveVerdict] = [verdict for verdict in verdicts if verdict.moves and verdict.allowed]
        self.refused: list[MoveVerdict] = [verdict for verdict in verdicts if verdict.moves and not verdict.allowed]
        beside = [verdict for verdict in verdicts if not verdict.moves and verdict.event != _DECLARED]
        choices = [
            ("lawful today", [*map(_choice, self.lawful)]),
            ("moves nothing", [*map(_choice, beside)]),
            ("not lawful today; another day may be", [*map(_choice, self.refused)]),
        ]
        one = [pair for _, pairs in choices for pair in pairs if pair[0] == move]
        if self.corrected is not None:
            choices.insert(0, ("nothing", [(_VOID, "It never happened: take it back")]))
            self.fields["on"].required = False
            self.fields["why"] = forms.CharField(label="Why it is corrected", widget=forms.Textarea(attrs={"rows": 2}))
        self.fields["move"].choices = one or [("", "---------"), *choices]
        columns = FACT_TYPES[one[0][0].partition(":")[0]].model_fields if one else {column.name for column in SCHEMA}
        for column in SCHEMA:
            if column.name in columns and column.name not in _NOT_ASKED:
                kind = _DayField if column.holds == "day" else forms.CharField
                self.fields[column.name] = kind(required=False, help_text=column.means)

    def clean(self) -> dict[str, Any]:
        """Make the fact of what was filled in, and ask whether it is lawful on its day."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        try:
            facts, case = self._told(given), self.case
            for fact in facts:
                case = checked(case, fact, rulebook=rulebook_in_use())
            self.facts = facts
        except FactError as error:
            self.add_error(error.field if error.field in self.fields else "move", error.expected)
        except CorrectionError as error:
            self.add_error(None, str(error))
        except MoveRefused as error:
            self.add_error("move", list(told_reasons(error.verdict.refusals)))
        return given

    def _told(self, given: Mapping[str, Any]) -> tuple[Fact, ...]:
        """Return what is to be recorded.

        Raises FactError, also for a day that is still to come, and CorrectionError for what corrects nothing.
        """
        event, _, outcome = given["move"].partition(":")
        if self.corrected is not None and event == _VOID:
            return self._beyond(self.case.void(self.corrected, given["why"]))
        fields = {name: value for name, value in given.items() if name not in {"move", "seen", "why"} and value}
        fact = make_fact(event, case_id=self.case.case_id, outcome=outcome or None, **fields)
        if fact.on > self.as_of and not fact.prospective:
            ahead = f"write the day on which it happened, {dates.written(self.as_of)} at the latest"
            raise FactError(event, "on", fact.on, ahead)
        if self.corrected is None:
            return (fact,)
        if _says(fact) == _says(self.corrected):
            raise CorrectionError(self.corrected.id, "it says the same already; change what is wrong")
        return self._beyond(self.case.replace(self.corrected, fact, given["why"]))

    def _beyond(self, after: Case) -> tuple[Fact, ...]:
        return after.recorded[len(self.case.recorded) :]

    def save(
        self, *, recorded_by: str | None = None, alias: str | None = None, authority: str | None = None
    ) -> Recorded:
        """Record the fact. Raises VersionConflict or MoveRefused for what was recorded since the form was shown.

        Where a correction takes two facts, one that voids and one that stands, what became of the latter is returned.
        """
        if not self.facts:
            raise ValueError("the form is not valid: ask is_valid() first")
        seen = self.cleaned_data["seen"]
        return stores.record_all(self.facts, seen=seen, recorded_by=recorded_by, alias=alias, authority=authority)[-1]


def _standing(case: Case, fact_id: str) -> Fact:
    """Return a fact that stands. Raises CorrectionError."""
    fact = case.find(fact_id)
    if any(done.corrected.id == fact_id for done in case.corrections) or fact.event == _VOID:
        raise CorrectionError(fact_id, "it does not stand any more, or takes another back; correct the one that stands")
    return fact


def _as_initial(fact: Fact) -> dict[str, Any]:
    """Return what a fact says as the values of a form; a day that is known to its month alone is asked for."""
    asked = {column.name for column in SCHEMA if column.name not in _NOT_ASKED}
    said = {name: getattr(fact, name, None) for name in (*asked, "on")}
    if not fact.reason_counts:
        del said["reason"]
    given = {name: value for name, value in said.items() if not isinstance(value, dates.MonthOnly)}
    return {"move": move_key(fact.event, getattr(fact, "outcome", None)), **given}


def _says(fact: Fact) -> dict[str, Any]:
    beside = {"fact_id", "corrects", "recorded_at", "recorded_by"}
    return fact.model_dump(exclude=beside if fact.reason_counts else {*beside, "reason"})


def _choice(verdict: MoveVerdict) -> tuple[str, str]:
    return move_key(verdict.event, verdict.outcome), verdict.title


def told_reasons(refusals: Iterable[Verdict]) -> Iterator[str]:
    """Yield each reason against a move as it is told: with its law, and what would help."""
    for each in refusals:
        yield f"{each.reason} ({each.citation})" + (f"; {each.remedy}" if each.remedy else "")
