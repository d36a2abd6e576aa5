"""A form for one fact of a case: it offers what is lawful, and says of the rest why it is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.columns import SCHEMA
from ehcp_flow.contrib.django import stores
from ehcp_flow.errors import FactError, MoveRefused
from ehcp_flow.facts import FACT_TYPES, Fact, make_fact, outcomes_of
from ehcp_flow.states import MoveVerdict, allowed
from ehcp_flow.states import record as checked
from ehcp_flow.store import Recorded

__all__ = ["FactForm", "label_of", "move_key"]

_NOT_ASKED: Final = {"case_id", "event", "on", "outcome", "fact_id", "corrects", "recorded_at", "recorded_by"}
_BESIDE: Final = {"fact_voided", "records_declared"}
"""Events that no form of one fact records: corrections, and what a source declares."""


def move_key(event: str, outcome: str | None) -> str:
    """Return an event with its outcome as one value of a form: `review_decision_sent:amend`."""
    return event if outcome is None else f"{event}:{outcome}"


def label_of(event: str, outcome: str | None) -> str:
    """Return an event with its outcome as a person reads it."""
    return event.replace("_", " ") + (f": {outcome.replace('_', ' ')}" if outcome else "")


class _MoveField(forms.ChoiceField):
    """Shows what is lawful today, and takes whatever there is: the day of the fact says what is lawful."""

    def valid_value(self, value: str) -> bool:
        event, _, outcome = value.partition(":")
        return event in FACT_TYPES and event not in _BESIDE and (outcome or None) in (None, *outcomes_of(event))


class FactForm(forms.Form):
    """One fact of `case`, of which version `seen` was looked at; `as_of` is today if not given.

    `lawful` are the verdicts on the moves that are offered, `refused` those on the rest, each with its reasons. A fact
    that is valid is lawful on its day; `save` has the store ask once more, for what was recorded meanwhile.
    """

    move = _MoveField(label="What happened")
    on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, case: Case, seen: int, as_of: dt.date | None = None, **more: Any
    ) -> None:
        more["initial"] = {"seen": seen, **(more.get("initial") or {})}
        super().__init__(data, **more)
        self.case = case
        self.fact: Fact | None = None
        verdicts = allowed(case, dates.today() if as_of is None else as_of)
        self.lawful: list[MoveVerdict] = [verdict for verdict in verdicts if verdict.allowed]
        self.refused: list[MoveVerdict] = [verdict for verdict in verdicts if not verdict.allowed]
        moving = {verdict.event for verdict in verdicts}
        others = [event for event in FACT_TYPES if event not in moving and event not in _BESIDE]
        self.fields["move"].choices = [
            ("", "---------"),
            ("lawful today", [_choice(verdict.event, verdict.outcome) for verdict in self.lawful]),
            ("moves nothing", [_choice(event, each) for event in others for each in outcomes_of(event)]),
        ]
        for column in SCHEMA:
            if column.name not in _NOT_ASKED:
                kind = forms.DateField if column.holds == "day" else forms.CharField
                self.fields[column.name] = kind(required=False, help_text=column.means)

    def clean(self) -> dict[str, Any]:
        """Make the fact of what was filled in, and ask whether it is lawful on its day."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return given
        event, _, outcome = given["move"].partition(":")
        fields = {name: value for name, value in given.items() if name not in {"move", "seen"} and value}
        try:
            self.fact = make_fact(event, case_id=self.case.case_id, outcome=outcome or None, **fields)
            checked(self.case, self.fact)
        except FactError as error:
            self.add_error(error.field if error.field in self.fields else "move", error.expected)
        except MoveRefused as error:
            self.add_error("move", list(_reasons(error)))
        return given

    def save(self, *, recorded_by: str | None = None, alias: str | None = None) -> Recorded:
        """Record the fact. Raises VersionConflict or MoveRefused for what was recorded since the form was shown."""
        if self.fact is None:
            raise ValueError("the form is not valid: ask is_valid() first")
        return stores.record(self.fact, seen=self.cleaned_data["seen"], recorded_by=recorded_by, alias=alias)


def _choice(event: str, outcome: str | None) -> tuple[str, str]:
    return move_key(event, outcome), label_of(event, outcome)


def _reasons(error: MoveRefused) -> Iterator[str]:
    for each in error.verdict.refusals:
        yield f"{each.reason} ({each.citation})" + (f"; {each.remedy}" if each.remedy else "")
