"""What each key of a rulebook's files means, for editors and for the page that lists them.

A model's docstring says it of the keys that it names; what stands in many tables, or needs only a line, is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Final, get_args

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from ehcp_flow.docstrings import docstring_of
from ehcp_flow.law.actors import sides_told

__all__ = ["SAID", "fields_of", "key_words", "keys_at", "models_in", "models_of", "tables_at"]

SAID: Final[Mapping[str, str]] = {
    "act": "What is to be done, as it follows `must`: `issue the final plan`.",
    "at": "The states it is about, by name or by group; `all`, and `not NAME` to leave one out.",
    "citation": "The provisions that say so, each an instrument and a provision: `SR 5(1)`.",
    "counting": "How the time is counted: `6 weeks after`, `15 working days before`.",
    "date": "A column of a fact that holds a day.",
    "during": "The name of a spell.",
    "events": "Events, each with its outcome where it has several: `review_decision_sent:amend`.",
    "evidence": "How far the text was checked: one of the codes that `docs/rulebook.md` explains.",
    "evidence_note": "What is to be said about the evidence.",
    "facts": "The facts: events, each with an outcome where only that one is meant.",
    "finding": "The name of the finding.",
    "from_age": "Years: the birthday from which it holds.",
    "id": "Its name, by which other rows and every output speak of it.",
    "in_force_from": "The first day on which it holds.",
    "in_force_to": "The last day on which it holds; left out while it stands.",
    "kind": "Which of the closed set of questions it is.",
    "limit": "The id of a limit.",
    "missing": "What is said where the record has no such fact.",
    "name": "What it is called.",
    "note": "What whoever reads the rule should know besides.",
    "outcome": "An outcome of the event.",
    "reason": "Why, in a sentence that is shown to whoever recorded the fact.",
    "remedy": "What would be right, in a sentence.",
    "says": "What is said of it, in words for whoever asks why.",
    "title": "What people call it.",
    "unknown": "What is said where the record does not show it.",
    "until": "Facts after which it holds no longer.",
    "what": "What it is about, as a sentence speaks of it.",
    "AgeQuestion.answered_by": "Facts that answer it, once age has ended the clock.",
    "AgeQuestion.remedy_over": "What would be right once age has ended the clock.",
    "AgeQuestion.says_over": "What is said once age has ended the clock.",
    "AgeQuestion.unless": "Facts, one of which keeps it from being asked while the clock runs.",
    "Asked.usual_for": "The parties for which it is usual.",
    "Awaited.at": "The states from which a case goes on at once while it is open.",
    "Awaited.by": "The inner event by which the case goes on: a `[[move]]` on it says where to, and by what law.",
    "AwaitedFact.counting": "In which time that fact comes, from the day that the clock counts from: `2 months after`.",
    "Bars.until": "Facts after which the one before bars nothing.",
    "Certified.not_needed": "Why none is needed, where the ground of the appeal asks for none.",
    "Clock.resumes_in_time": "Whether the clock is set going again only before its last lawful day is over.",
    "Clock.resumes_inside": "Facts of `resumes_on` that do so only inside a spell of the case's life.",
    "Content.since": "Since when a notice must contain it, where that was not always so.",
    "Count.counting": "How the period is counted: `15 days after`.",
    "DeclaredEvent.columns": "The columns that it has besides those of every fact.",
    "DeclaredEvent.title": "What people call it, where that is not its id in words.",
    "Doubt.words": "The words, looked for as whole words whatever their case.",
    "ExceptionUse.ground": "The id of the ground.",
    "Foreseen.at_least_before": "How long before: `15 working days`.",
    "FurtherOutcomes.of": "The event of the library.",
    "FurtherOutcomes.words": "Its further outcomes.",
    "GivesWay.spell": "The name of the spell.",
    "Ground.adviser": "The party whose advice it is about; empty for any.",
    "Ground.outcome": "The outcome of `exception_recorded` by which it is recorded.",
    "InTimeFor.excused": "What is said while the ground of exception was law.",
    "InTimeFor.was_on": "What is said of the day of the fact, where no last day is known.",
    "Instrument.address": "Where its provisions are found: `https://example.org/rules/{number}`, in which `{number}` "
    "becomes the number of the provision that is cited.",
    "Instrument.full_title": "Its title in full, where `title` is a short one.",
    "Instrument.id": "Its short name in a citation: the `SR` of `SR 5(1)`.",
    "Instrument.title": "Its title.",
    "Lead.before": "How long before the last lawful day: `4 weeks`.",
    "LegalCheck.of": "The provisions that were read: `SR 10`, `CFA 71-74`.",
    "LegalCheck.on": "The day on which they were read.",
    "LegalCheck.says": "What is to be said of it.",
    "LegalCheck.text": "Which text was read: whose, and in which form.",
    "LegalMove.authority": "The provisions by which the move is lawful.",
    "LegalMove.forces": "Where an imported case goes if the fact comes out of order, if that is not where the first "
    "move of that event and outcome leads.",
    "LegalMove.from": "The states it leaves, by name or by group; `all`, and `not NAME` to leave one out.",
    "LegalMove.guards": "What else must hold: the ids of guards, or tables that name one and its parameters.",
    "LegalMove.on": "The facts that make it: events, each with its outcome where it has several.",
    "LegalMove.to": "The state it leads to; without it the fact is lawful and leaves the state as it is.",
    "LegalStateRow.maintained": "Whether a plan is maintained in it.",
    "LegalStateRow.meaning": "What it means, in a sentence.",
    "LegalStateRow.settled": "Whether it settles a dispute.",
    "Limit.actor": f"Who must act. {sides_told()}",
    "Limit.group": "The heading under which lists and pages show it.",
    "Limit.rule": "Its rows, each with its clock and its dated versions.",
    "Machine.barred": "Acts that are not lawful from a birthday on, or inside a spell.",
    "Machine.custody": "The spell in which fewer decisions can be disputed.",
    "Machine.ends": "The states that are meant to have no way out.",
    "Machine.initial": "The state in which a case begins.",
    "Machine.passed_through": "The state that is left as soon as it is entered.",
    "Machine.still_inside": "Facts that move nothing inside a spell.",
    "Machine.still_outside": "Facts that move nothing outside a spell.",
    "Machine.waiting": "What may be open beside the state, and where the case goes on to while it is.",
    "Machine.without": "What is said of a fact about a dispute where there is no decision to dispute.",
    "Needs.grounds": "The facts, one of which must be on record.",
    "Note.row": "Its name.",
    "Notice.contains": "What it must contain.",
    "Notice.tell": "Who must be told.",
    "Obeyed.by": "The acts, one of which obeys it.",
    "Obeyed.outcome": "How the dispute was settled.",
    "PassedThrough.state": "The state.",
    "PassedThrough.until": "Facts by which what `inside` began is over.",
    "Protects.again_within": "How long after the first another is served again (`12 weeks`); without it, always.",
    "Protects.act": 'What must wait for the end of the window, as it follows "send": the final plan.',
    "Protects.until": "Facts after which what was served before opens no window.",
    "Reading.name": "What the reading is called in every output.",
    "Rule.by_body": "Only requests of these bodies (`asked`).",
    "Rule.by_party": "Only starts whose party is one of these.",
    "Rule.clock": "The id of the clock that it hangs on.",
    "Rule.cohorts": "Only starts that are of each of these cohorts.",
    "Rule.counts_from": "The date fields of the starting fact that it counts from, where they are not the clock's.",
    "Rule.exceptions": "The grounds that can excuse it, each with where the law says so.",
    "Rule.leads": "What must come first, and how long before.",
    "Rule.not_by_body": "No request of one of these bodies, nor of nobody knows whom.",
    "Rule.not_by_party": "No start whose party is one of these.",
    "Rule.not_during": "No start inside one of these spells of the case's life.",
    "Rule.only_from": "Only starts by one of these facts.",
    "Rule.otherwise": "What happens where the act is not done.",
    "Rule.readings": "Other lawful readings of it.",
    "Rule.rows": "The rows of the law's own table that it stands for: names for tests and documents.",
    "Rule.version": "How it stood from one day to another.",
    "Rule.where": "Only starts that were foreseen for so long.",
    "Rule.where_in_time": "Only starts that something else came in time for.",
    "Rule.where_not": "No start that was foreseen for so long.",
    "Spell.begins_on": "Facts, one of which begins it, unless the case then is inside the spell `unless_during`.",
    "Spell.counts_from": "A period that it lasts is counted from the first of these days of the fact that began it "
    "that is filled, and from `on` where none is.",
    "Spell.ends_on": "Facts, one of which ends it; with `looks_ahead` it is known by one of them.",
    "Spell.roll": "Where the last day of a period that it lasts goes, if that is no working day: `working`, to the "
    "next; `none`, nowhere.",
    "StateGroup.states": "The states, by name or by group.",
    "TimeForAppeal.during": "The finding of an act while an appeal is under way.",
    "TimeForAppeal.early": "The finding of an act before the time for an appeal is over.",
    "Told.who": "Who that is.",
    "Version.later_of": "Several periods, of which the latest gives the last lawful day.",
    "Version.roll": "Where a last day that is no working day goes: `tribunal`, to the next of the Tribunal's (no day "
    "of August is one); `working`, to the next; `none`, nowhere.",
}
"""By key, or by model and key where it means something of its own there."""

_SENTENCE: Final = re.compile(r"(?<=[.;])\s+(?![^(]*\))")


def key_words(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield each key of a table with what it means; empty where nothing says it."""
    for key, field in fields_of(model):
        yield key, SAID.get(f"{model.__name__}.{key}") or field.description or _told(model, key) or SAID.get(key, "")


def models_of(models: Iterable[type[BaseModel]]) -> tuple[type[BaseModel], ...]:
    """Return the tables that stand in a file, and those that stand in them, each once."""
    found: dict[type[BaseModel], None] = {}
    ahead = [*models][::-1]
    while ahead:
        model = ahead.pop()
        if model not in found:
            found[model] = None
            ahead += [each for field in model.model_fields.values() for each in _in(field.annotation)][::-1]
    return tuple(found)


def keys_at(model: type[BaseModel], path: Iterable[str | int]) -> tuple[str, ...]:
    """Return the keys that a table can have which stands at a path within another."""
    return tuple(dict.fromkeys(key for table in tables_at(model, path) for key, _ in fields_of(table)))


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the keys of a table as a file has them."""
    return ((field.alias or name, field) for name, field in model.model_fields.items())


def tables_at(model: type[BaseModel], path: Iterable[str | int]) -> list[type[BaseModel]]:
    """Return the tables that can stand at a path within another, which is one where nothing is of several kinds."""
    tables = [model]
    for part in path:
        inner = [
            each
            for table in tables
            for name, field in table.model_fields.items()
            if part in (name, field.alias)
            for each in _in(field.annotation)
        ]
        # A number is a place in a list, and what pydantic calls a kind of value is no key.
        tables = inner or tables
    return tables


def models_in(field: FieldInfo) -> tuple[type[BaseModel], ...]:
    """Return the tables of which a key is made; what is written as a text has none."""
    as_text = any(isinstance(each, WithJsonSchema) for each in field.metadata)
    return () if as_text else tuple(_in(field.annotation))


def _in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _in(each)


def _told(model: type[BaseModel], key: str) -> str:
    """Return what the docstring of a model, or of one that it is made of, says of a key."""
    named = re.compile(rf"`{re.escape(key)}(?: = [^`]*)?`")
    for base in takewhile(lambda base: base is not BaseModel, model.__mro__):
        summary, _, more = docstring_of(base).partition("\n\n")
        said = [
            [each for each in _SENTENCE.split(" ".join(text.split())) if named.search(each)] for text in (more, summary)
        ]
        if text := " ".join(said[0] or said[1]):
            return f"{text[0].upper()}{text[1:]}".removesuffix(";")
    return ""
