"""A case: what was recorded about one child's plan, and which of it stands.

A case is immutable. `recorded` is everything that was ever written down, in the order in which it was written; `facts`
is what stands after corrections, in the order of the law: by day, and within a day in the order in which such things
can lawfully happen. The order of writing never matters to an answer.

A fact is corrected by another fact: `fact_voided` says that it should never have been recorded, and any fact with
`corrects` stands in its place. A correction that is itself voided no longer counts, so what it corrected stands again.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import lt
from typing import Any

from ehcp_flow.dates import MonthOnly, parse_date, parse_instant, written
from ehcp_flow.errors import CorrectionError, FactError, KnownAtError, UnknownNameError
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, OUTCOMES, Fact, FactVoided, ParticularRecorded
from ehcp_flow.findings import Finding
from ehcp_flow.particulars import REDACTED, findings_of_particulars, in_force, in_order, is_particular, lives_apart
from ehcp_flow.possible_days import MANY_FACTS, on_latest_days
from ehcp_flow.record_checks import Checked, authority_on, checked
from ehcp_flow.record_findings import findings_in

__all__ = ["Case", "Correction", "group_cases"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: the fact that no longer stands, the fact that corrected it, and the reason given."""

    corrected: Fact
    by: Fact

    @property
    def reason(self) -> str | None:
        """Why, as it was recorded; None if nobody said."""
        return self.by.reason


@dataclass(frozen=True)
class Case:
    """One case: its id, and everything that was recorded about it.

    Raises FactError if a fact belongs to another case.
    """

    case_id: str
    recorded: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        case_id = self.case_id
        for fact in self.recorded:
            if fact.__dict__["case_id"] != case_id:
                raise FactError(fact.event, "case_id", fact.case_id, f"this is case {self.case_id}")

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Case:
        """Return the case that `facts` tell, in the order given. Raises FactError if there are none, or two cases."""
        recorded = tuple(facts)
        if not recorded:
            raise FactError("", "facts", None, "a case needs at least one fact")
        return cls(recorded[0].case_id, recorded)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that stand, in the order of the law; duplicates count once.

        One that is known to its month alone stands on the latest of its possible days (`possible_days`).
        """
        recorded = self.recorded
        # A fact is read by its fields, which takes half the time of its attributes, and but once.
        told = [fact.__dict__ for fact in recorded]
        odd = [each for each in told if each["corrects"] or each["on"].__class__ is MonthOnly]
        if not odd and ParticularRecorded not in map(type, recorded):
            self.__dict__["has_months"] = False
            self.__dict__["_in_order"] = in_legal_order(recorded, told)
        return self._in_order[0]

    @cached_property
    def has_months(self) -> bool:
        """Whether a fact that stands is known to its month alone."""
        return any(fact.on.__class__ is MonthOnly for fact in self.facts)

    @cached_property
    def _in_order(self) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
        return in_legal_order(self._standing[1])

    @cached_property
    def _standing(self) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
        """What stands, as it was recorded and on the latest of its possible days, in the order of recording."""
        recorded = self._lives[0]
        if any(fact.corrects for fact in recorded):
            recorded = _left_standing(recorded, self._corrected()[0])
        if any(fact.on.__class__ is MonthOnly for fact in recorded):
            return recorded, on_latest_days(recorded)
        return recorded, recorded

    @cached_property
    def _lives(self) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
        """What the law is read on, and the particulars with what takes them back."""
        return lives_apart(self.recorded)

    @cached_property
    def particulars(self) -> tuple[Fact, ...]:
        """The particulars that stand, in the order of their days: no deadline, state or move looks at them."""
        apart = self._lives[1]
        standing = _left_standing(apart, self._corrections_in(apart)[0])
        return tuple(in_order(standing))

    def particular(self, name: str, on: dt.date | str, *, rank: str = "1") -> str | None:
        """Return what a particular is on a day: of a name with ranks the first, unless another is asked for.

        None where nothing holds, or it was redacted. Raises DateError if `on` is no date.
        """
        held = in_force(self.particulars, name, parse_date(on), rank)
        return None if held is None or held.value == REDACTED else held.value

    def place_of(self, fact: Fact) -> int | None:
        """Return where a fact that was recorded stands among `facts`; None where it does not, or repeats another."""
        recorded = self.as_recorded()
        return next((place for place, each in enumerate(self.facts) if recorded.get(id(each), each) is fact), None)

    def as_recorded(self) -> dict[int, Fact]:
        """Return the facts as they were recorded that stand on fewer days than their month has, by `id()` of these."""
        return {id(fact): recorded for recorded, fact in zip(*self._standing, strict=True) if fact is not recorded}

    @cached_property
    def corrections(self) -> tuple[Correction, ...]:
        """Every correction that counts, in the order of recording."""
        return (*self._corrected()[0], *self._corrections_in(self._lives[1])[0])

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is odd about the record itself: duplicates, and corrections that correct nothing."""
        found = [
            Finding(
                "duplicate_fact",
                self.case_id,
                fact.on,
                f"{fact.event} on {written(fact.on)} is recorded more than once; it counts once",
                "void the fact that was entered twice",
                fact,
            )
            for fact in self._in_order[1]
        ]
        if len(self.recorded) > MANY_FACTS:
            found.append(
                Finding(
                    "many_facts_one_id",
                    self.case_id,
                    min(fact.on for fact in self.recorded),
                    f"this case has {len(self.recorded):,} facts: more than one life holds, so that many children may "
                    "stand under one id",
                    "look at the column that case_id was read from",
                    None,
                )
            )
        return (
            *found,
            *self._corrected()[1],
            *self._corrections_in(self._lives[1])[1],
            *findings_of_particulars(self.case_id, self.particulars),
        )

    @cached_property
    def authority(self) -> str | None:
        """The local authority's three-digit number: the last that the facts give, or None; see `authority_on`."""
        return next((fact.authority for fact in reversed(self.facts) if fact.authority), None) or next(
            (fact.authority for fact in reversed(self._particulars_by_day()) if fact.authority), None
        )

    def _particulars_by_day(self) -> list[Fact]:
        """What particulars say of the authority counts where no other fact does, whether or not they stand."""
        return sorted(filter(is_particular, self._lives[1]), key=lambda fact: fact.on)

    def authority_on(self, day: dt.date) -> str | None:
        """Return whose case it is on a day: what the facts had said by then; if they said nothing, what they say first.

        Two authorities without a fact that changes one into the other are the finding `authority_conflict`.
        """
        return authority_on(self.facts, day) or authority_on(self._particulars_by_day(), day)

    def checked_on(self, day: dt.date) -> Checked:
        """Return the facts that count on a day, and what does not hold between them (`record_table`)."""
        known = self.__dict__.get("_checked")
        if known is not None and known[0] == day:
            found: Checked = known[1]
            return found
        facts = self.facts
        if facts and facts[-1].on > day:
            facts = tuple(fact for fact in facts if fact.on <= day or fact.prospective)
        found = checked(facts)
        self.__dict__["_checked"] = (day, found)
        return found

    def taken_as_checked(self, facts: tuple[Fact, ...], day: dt.date) -> None:
        """Take what was worked out of many cases together: the facts in legal order, of which all count on a day.

        Nothing is left out of them, and nothing is broken between them.
        """
        self.__dict__["facts"] = facts
        self.__dict__["_checked"] = (day, Checked(facts, facts, ()))
        self.__dict__["_found_on"] = (day, ())

    def findings_on(self, day: dt.date, *, of_england: bool = True) -> tuple[Finding, ...]:
        """Return what does not hold between the facts that count on a day, and how many lie after it.

        It is said in words of England's law, unless that is not the one at hand.
        """
        known: tuple[dt.date, tuple[Finding, ...]] | None = self.__dict__.get("_found_on")
        if known is not None and known[0] == day:
            return known[1]
        return tuple(findings_in(self.checked_on(day), self.facts, day, of_england=of_england))

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def record(self, *facts: Fact) -> Case:
        """Return the case with more facts. Nothing is checked but that they belong here; see `states.record`."""
        return Case(self.case_id, (*self.recorded, *facts))

    def first(
        self, event: str, *, party: str | None = None, outcome: str | None = None, by: dt.date | str | None = None
    ) -> Fact | None:
        """Return the first fact of an event that stands, in the order of the law; None if there is none.

        `party` and `outcome` are those that it must have, where they are given; `by` is the last day on which it can
        have happened. A particular is asked for with `particular`. Raises UnknownNameError for an event or an outcome
        that does not exist, DateError if `by` is no date.
        """
        return next(self._told(self.facts, event, party, outcome, by), None)

    def last(
        self, event: str, *, party: str | None = None, outcome: str | None = None, by: dt.date | str | None = None
    ) -> Fact | None:
        """Return the last fact of an event that stands, in the order of the law; all else as for `first`."""
        return next(self._told(self.facts[::-1], event, party, outcome, by), None)

    @staticmethod
    def _told(
        facts: Iterable[Fact], event: str, party: str | None, outcome: str | None, by: dt.date | str | None
    ) -> Iterator[Fact]:
        if event not in FACT_TYPES:
            raise UnknownNameError("event", event, FACT_TYPES)
        if outcome is not None and outcome not in OUTCOMES.get(event, ()):
            raise UnknownNameError(f"outcome of {event}", outcome, OUTCOMES.get(event, ()))
        until = dt.date.max if by is None else parse_date(by)
        return (
            fact
            for fact in facts
            if fact.event == event
            and fact.on <= until
            and party in (None, fact.party)
            and outcome in (None, fact.outcome)
        )

    def find(self, fact_id: str) -> Fact:
        """Return the recorded fact with this id. Raises CorrectionError if there is none, or several that differ."""
        found = [fact for fact in self.recorded if fact.id == fact_id]
        if not found:
            raise CorrectionError(fact_id, f"case {self.case_id} has no such fact")
        if len({fact.content for fact in found}) > 1:
            said = ", ".join(f"{fact.event} on {written(fact.on)}" for fact in found)
            raise CorrectionError(fact_id, f"case {self.case_id} has several facts of this name, which differ: {said}")
        return found[0]

    def void(
        self, fact: Fact | str, reason: str, *, recorded_at: dt.datetime | None = None, recorded_by: str | None = None
    ) -> Case:
        """Return the case in which `fact` no longer stands, with the reason; the fact itself is kept.

        Raises CorrectionError if the case never recorded it, or recorded others under its name.
        """
        target = self.find(fact if isinstance(fact, str) else fact.id)
        note = FactVoided(
            case_id=self.case_id,
            on=target.on,
            corrects="x",
            reason=reason,
            recorded_at=recorded_at,
            recorded_by=recorded_by,
        )
        # The name of a fact that stands already, even one that could not be given today.
        return self.record(note.model_copy(update={"corrects": target.id}))

    def replace(self, fact: Fact | str, by: Fact, reason: str) -> Case:
        """Return the case in which `by` stands in the place of `fact`, with the reason; both are kept.

        Raises CorrectionError if the case never recorded `fact`, or recorded others under its name.
        """
        target = self.find(fact if isinstance(fact, str) else fact.id)
        if by.id != target.id and (by.reason or by.reason_counts or is_particular(by) is not is_particular(target)):
            # A reason that counts is what the fact says: that of the correction must not take its place. And neither a
            # particular nor an act can stand in the place of the other.
            return self.void(target, reason).record(by)
        return self.record(by.model_copy(update={"corrects": target.id, "reason": reason}))

    def known_at(self, instant: dt.datetime | str) -> Case:
        """Return the case as it was known at `instant`: only what had been recorded by then.

        Raises KnownAtError if a fact does not say when it was recorded, DateError if `instant` has no offset from UTC.
        """
        then = parse_instant(instant)
        missing = tuple(fact for fact in self.recorded if fact.recorded_at is None)
        if missing:
            raise KnownAtError(self.case_id, missing)
        return Case(
            self.case_id, tuple(fact for fact in self.recorded if fact.recorded_at and fact.recorded_at <= then)
        )

    def _corrected(self) -> tuple[list[Correction], list[Finding]]:
        return self._corrections_in(self._lives[0])

    def _corrections_in(self, recorded: Sequence[Fact]) -> tuple[list[Correction], list[Finding]]:
        """Work out which corrections count: one that is voided does not, one that is replaced still does."""
        if not any(fact.corrects for fact in recorded):
            return [], []
        by_id: dict[str, list[Fact]] = defaultdict(list)
        for fact in recorded:
            by_id[fact.id].append(fact)
        unclear = {
            name for name, facts in by_id.items() if len(facts) > 1 and len({fact.content for fact in facts}) > 1
        }
        correctors: dict[str, list[Fact]] = defaultdict(list)
        correcting: list[Fact] = []
        found: list[Finding] = []
        for fact in recorded:
            if fact.corrects is None:
                continue
            if fact.corrects not in by_id or fact.corrects == fact.id:
                found.append(self._astray(fact, "correction_of_unknown_fact", "which the case does not hold"))
            elif fact.corrects in unclear:
                found.append(self._astray(fact, "ambiguous_correction", "and the case holds several of it that differ"))
            else:
                correctors[fact.corrects].append(fact)
                correcting.append(fact)

        circular = self._circular(correcting, by_id)
        counts = self._still_counting([fact.id for fact in correcting if id(fact) not in circular], correctors)
        corrections: list[Correction] = []
        for fact in correcting:
            if id(fact) in circular:
                found.append(self._astray(fact, "circular_correction", "which leads back to itself"))
            elif counts[fact.id]:
                corrections.extend(Correction(corrected, fact) for corrected in by_id[str(fact.corrects)])
        return corrections, found

    @staticmethod
    def _still_counting(ids: Iterable[str], correctors: Mapping[str, list[Fact]]) -> dict[str, bool]:
        """Return which ids still count: not one that a void which counts takes back. Each is looked at once."""

        def voids(name: str) -> list[str]:
            return [by.id for by in correctors.get(name, ()) if isinstance(by, FactVoided)]

        counts: dict[str, bool] = {}
        for first in ids:
            if first in counts:
                continue
            path = {first: iter(voids(first))}
            while path:
                at = next(reversed(path))
                # One that leads back to itself is on the path already, and counts for nothing there.
                ahead = next((void for void in path[at] if void not in counts and void not in path), None)
                if ahead is not None:
                    path[ahead] = iter(voids(ahead))
                else:
                    del path[at]
                    counts[at] = not any(counts.get(void, False) for void in voids(at))
        return counts

    @staticmethod
    def _circular(correcting: Iterable[Fact], by_id: Mapping[str, list[Fact]]) -> set[int]:
        """Return the facts (by `id()`) whose corrections lead back to themselves, or into a ring."""
        into_ring: dict[str, bool] = {}
        for first in by_id:
            path: dict[str, None] = {}
            at: str | None = first
            while at is not None and at in by_id and at not in into_ring and at not in path:
                path[at] = None
                at = by_id[at][0].corrects
            into_ring.update(dict.fromkeys(path, at is not None and (at in path or into_ring.get(at, False))))
        circular = set()
        for fact in correcting:
            at = str(fact.corrects)
            led = into_ring[at]
            if not led and by_id[fact.id][0] is not fact:
                while at in by_id and at != fact.id:
                    at = by_id[at][0].corrects or ""
                led = at == fact.id
            if led:
                circular.add(id(fact))
        return circular

    def _astray(self, fact: Fact, code: str, why: str) -> Finding:
        message = f"{fact.event} on {written(fact.on)} corrects fact {fact.corrects!r}, {why}; it has no effect"
        return Finding(code, self.case_id, fact.on, message, "name the fact_id of the fact that was wrong", fact)


def _left_standing(recorded: tuple[Fact, ...], corrections: Iterable[Correction]) -> tuple[Fact, ...]:
    """Return what stands when what was corrected is gone."""
    gone = {id(correction.corrected) for correction in corrections}
    return tuple(fact for fact in recorded if id(fact) not in gone and not isinstance(fact, FactVoided))


def in_legal_order(
    facts: Iterable[Fact], told: Sequence[Mapping[str, Any]] | None = None
) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """Return the facts in the order of the law, each once, and those that were left out because they say the same.

    A row that is there again, cell for cell, is no other fact: nobody need look at it. `told` are their fields, where
    they are at hand.
    """
    given = tuple(facts)
    of_event, many = LEGAL_ORDER, len(LEGAL_ORDER)
    if told is None:
        told = [fact.__dict__ for fact in given]
    ranks = [fields["on"].toordinal() * many + of_event[fields["event"]] for fields in told]
    if all(map(lt, ranks, ranks[1:])):
        return given, ()
    places = sorted(range(len(given)), key=ranks.__getitem__)
    kept: list[Fact] = []
    duplicates: list[Fact] = []
    start = 0
    while start < len(places):
        end = start + 1
        while end < len(places) and ranks[places[end]] == ranks[places[start]]:
            end += 1
        if end == start + 1:
            kept.append(given[places[start]])
        else:
            _add_alike([given[place] for place in places[start:end]], kept, duplicates)
        start = end
    return tuple(kept), tuple(duplicates)


def _add_alike(alike: list[Fact], kept: list[Fact], duplicates: list[Fact]) -> None:
    """Add facts of one kind on one day: the law gives them no order, so their content does, whoever recorded first.

    What says the same under one name that its source gave it is one fact, since it was first written down.
    """
    before: tuple[str, ...] = ()
    for said, fact in sorted({_written(fact): fact for fact in alike}.items()):
        if fact.fact_id is None or said[:3] != before[:3]:  # what it says, in full, and its name
            (duplicates if before and said[0] == before[0] else kept).append(fact)
        before = said


def _written(fact: Fact) -> tuple[str, ...]:
    """Return everything of a fact, what it says first."""
    return _said(fact), fact.content, fact.id, str(fact.recorded_at or ""), fact.recorded_by or ""


def _said(fact: Fact) -> str:
    """Return what a fact says of the case: of one that corrects another, without that and without why."""
    if fact.corrects is None or isinstance(fact, FactVoided):
        return fact.content
    return fact.model_copy(update={"corrects": None, "reason": None}).content


def group_cases(facts: Iterable[Fact]) -> dict[str, Case]:
    """Return the cases that `facts` tell, by id, in the order in which each case first appears."""
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.case_id, []).append(fact)
    return {case_id: Case(case_id, tuple(group)) for case_id, group in groups.items()}
