"""What must hold between the facts of many cases: `record_table` read for columns, with the result of `record_checks`.

Which facts are left out is worked out here. What is broken is put into words by the function that does so for one case,
for the cases alone that break something.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from ehcp_flow.bulk.codes import KEYS, NO_DAY, Array, as_day, event_of, events, prospective, words_of_outcomes
from ehcp_flow.bulk.encoding import Encoded
from ehcp_flow.bulk.fact_columns import far, misplaced
from ehcp_flow.case_ids import DAMAGED, LOOK_ALIKE, TWINS, UNSEEN, nearly_the_same
from ehcp_flow.facts import COLUMN_OF, LEGAL_ORDER, WHITE
from ehcp_flow.record_table import (
    AMONG,
    ANSWERED,
    AUTHORITY,
    BIRTH_FIRST,
    BORN_FROM,
    CLOSURE,
    DATED,
    DECLARED,
    ORDERED,
    PART_3_FROM,
    AnswerAfter,
    ClosureShort,
    DatesOfOne,
    OfOneAsked,
    OnceOnly,
    Per,
)
from ehcp_flow.vocabulary import per_vocabulary

__all__ = ["NAME", "CheckedColumns", "checked_columns", "days_ahead", "nearly_the_same_of", "of_one_name"]

NAME: Final = pl.col("fact_id").cast(pl.String).str.strip_chars(WHITE)
"""The name of each row's fact, where its source has one."""

_DAY: Final = 86_400_000_000


def _mask(of: Iterable[str]) -> Array:
    wanted = np.zeros(len(events()), dtype=bool)
    wanted[[LEGAL_ORDER[event] for event in of]] = True
    return wanted.take(event_of())


class _Looked(NamedTuple):
    """A row of the table as columns read it: the keys that it looks at, and those that must come before the others."""

    row: OnceOnly | AnswerAfter
    at: Array
    asks: Array

    def may_break(self, present: Array) -> bool:
        """Return whether facts of these keys can break it."""
        answered = isinstance(self.row, OnceOnly) or (present & self.at & ~self.asks).any()
        return bool(answered and (present & self.asks).any())


def _looked(row: OnceOnly | AnswerAfter) -> _Looked:
    return _Looked(row, _mask(row.events), _mask([row.event] if isinstance(row, OnceOnly) else row.questions))


class _Keys(NamedTuple):
    """The table by the keys of facts."""

    looked: tuple[_Looked, ...]
    answered: tuple[tuple[OfOneAsked, Array, Array], ...]
    birth: Array
    changes: Array
    at_any_time: Array
    to_come: Array
    beside_to_come: Array
    shuts: Array


@per_vocabulary
def _by_keys() -> _Keys:
    birth = _mask([BIRTH_FIRST.event])
    return _Keys(
        tuple(_looked(row) for row in ORDERED),
        tuple((row, _mask([row.answer]), _mask([row.question])) for row in ANSWERED),
        birth,
        _mask(AUTHORITY.changed_by),
        birth | _mask([DECLARED]),
        _mask([AMONG.event]),
        _mask(AMONG.beside),
        np.array([event == "exception_recorded" and outcome in CLOSURE.outcomes for event, outcome in KEYS]),
    )


_PART_3_FROM: Final = as_day(PART_3_FROM)
_BORN_FROM: Final = as_day(BORN_FROM)


class CheckedColumns(NamedTuple):
    """Which facts are left out, which of these are copies, and in which cases something is broken."""

    gone: Array
    copies: Array
    broken: Array


def checked_columns(rows: Encoded, order: Array, on: Array) -> CheckedColumns:
    """Return what does not hold between facts that count: `order` are their rows, in legal order, `on` their days."""
    facts = _Facts(rows, order, on)
    gone, copies = np.zeros(len(order), dtype=bool), np.zeros(len(order), dtype=bool)
    told: list[Array] = []
    for dated in DATED:
        if isinstance(dated, DatesOfOne):
            wrong = facts.dated_before(dated.field, dated.not_before)
        elif isinstance(dated, ClosureShort):
            wrong = facts.shut_for_long(dated)
        else:
            wrong = np.flatnonzero(facts.far(dated.field))
        told.append(wrong)
        if dated.leaves_out == "fact":
            gone[wrong] = True
    apart = facts.years_apart()
    gone[apart] = True
    told.append(apart)
    behind = facts.births_that_cannot_be(gone)
    gone[behind] = True
    told.append(behind)
    stand = np.flatnonzero(~gone) if gone.any() else np.arange(len(order))
    present = np.bincount(facts.key, minlength=len(KEYS)) > 0
    # Most rows of the table look at what hardly a case has.
    for looked in _by_keys().looked:
        if looked.may_break(present):
            told.append(_found(looked, facts, stand, gone))
            if isinstance(looked.row, OnceOnly) and looked.row.moves_nothing:
                copies[told[-1]] = True
    for answered, answers, questions in _by_keys().answered:
        if (present & answers).any():
            told.append(_of_none_asked(answered, answers, questions, facts, stand))
    told += [facts.before_part_3(), facts.written_early(), facts.of_two_authorities()]
    broken = np.zeros(len(rows.case_ids), dtype=bool)
    broken[facts.case.take(np.concatenate(told))] = True
    broken |= rows.case_ids.cast(pl.String).str.contains(DAMAGED).to_numpy()
    return CheckedColumns(gone, copies, broken)


class _Facts:
    """The facts that count, in legal order."""

    def __init__(self, rows: Encoded, order: Array, on: Array) -> None:
        self._rows, self._order = rows, order
        self.case, self.on, self.key = rows.case.take(order), on, rows.key.take(order)

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return len(self._rows.case_ids)

    def days(self, field: str) -> Array | None:
        """Return a column of days, None where no row has one."""
        if field == "on":
            return self.on
        days = self._rows.dates.get(field)
        return None if days is None else days.take(self._order)

    def dated_before(self, field: str, not_before: str) -> Array:
        """Return the places of the facts of which one date lies before another."""
        days, floor = self.days(field), self.days(not_before)
        if days is None or floor is None:
            return _NONE
        before: Array = (days < floor) & (days != NO_DAY) & (floor != NO_DAY) & ~self.far(field)
        if not_before != "on" and before.any():
            before &= ~misplaced(not_before, floor, self.on) & ~far(not_before, floor, self.on)
        return np.flatnonzero(before)

    def far(self, field: str) -> Array:
        """Return which facts have a date that lies too far away to be believed."""
        days = self.days(field)
        return np.zeros(0, dtype=bool) if days is None else far(field, days, self.on)

    def births_that_cannot_be(self, gone: Array) -> Array:
        """Return the places of the births not before all else, and of those before there was anybody to plan for."""
        births = np.flatnonzero(_by_keys().birth.take(self.key))
        if not len(births):
            return births
        others = np.flatnonzero(~_by_keys().at_any_time.take(self.key) & ~gone & (self.on >= _PART_3_FROM))[::-1]
        first = np.full(len(self._rows.case_ids), np.iinfo(np.int32).max, dtype=np.int32)
        first[self.case[others]] = self.on[others]
        on = self.on[births]
        wrong: Array = births[(on >= first.take(self.case[births])) | (on < _BORN_FROM)]
        return wrong

    def shut_for_long(self, row: ClosureShort) -> Array:
        """Return the places of the closures that are too long to be believed."""
        until = self.days(row.field)
        if until is None:
            return _NONE
        at = np.flatnonzero(_by_keys().shuts.take(self.key))
        at = at[(until[at] > self.on[at]) & ~self.far(row.field)[at]]
        weekdays = np.busday_count(self.on[at].astype("datetime64[D]"), until[at].astype("datetime64[D]"))
        found: Array = at[weekdays >= row.weekdays]
        return found

    def years_apart(self) -> Array:
        """Return the places of what is to come and lies years away from all that happened."""
        at = np.flatnonzero(_by_keys().to_come.take(self.key))
        if not len(at):
            return at
        other = ~(_by_keys().beside_to_come | prospective()).take(self.key) & (self.on >= _PART_3_FROM)
        places = np.flatnonzero(other)
        first = np.full(self.cases, np.iinfo(np.int32).max, dtype=np.int64)
        last = np.full(self.cases, np.iinfo(np.int32).min, dtype=np.int64)
        np.minimum.at(first, self.case[places], self.on[places])
        np.maximum.at(last, self.case[places], self.on[places])
        case, on = self.case[at], self.on[at].astype(np.int64)
        known = first.take(case) <= last.take(case)
        away = (first.take(case) - on > AMONG.before) | (on - last.take(case) > AMONG.after)
        apart: Array = at[known & away]
        return apart

    def before_part_3(self) -> Array:
        """Return the places of the facts from before there was this law."""
        return np.flatnonzero((self.on < _PART_3_FROM) & ~_by_keys().at_any_time.take(self.key))

    def written_early(self) -> Array:
        """Return the places of the facts that may have been written down before their day."""
        written = self._rows.written
        if written is None:
            return _NONE
        at = written.take(self._order)
        early = (at // _DAY < self.on) & (at != np.iinfo(np.int64).min)
        return np.flatnonzero(early & ~prospective().take(self.key))

    def of_two_authorities(self) -> Array:
        """Return the places of the facts of which the authority is another than before."""
        codes = self._rows.authority.codes.take(self._order)
        told = np.flatnonzero(codes >= 0)
        case, codes = self.case[told], codes[told]
        other = (case[1:] == case[:-1]) & (codes[1:] != codes[:-1]) & ~_by_keys().changes.take(self.key[told[1:]])
        changed: Array = told[1:][other]
        return changed

    def has_party(self, places: Array) -> Array:
        """Return whether each of some facts has a party."""
        named: Array = self._rows.texts["party"].codes.take(self._order[places]) >= 0
        return named

    def group(self, places: Array, per: Sequence[Per]) -> Array:
        """Return numbers that tell apart the facts of different cases, and of what else a row tells apart."""
        group = self.case[places].astype(np.int64)
        for each in per:
            if each in ("party", "body", "limit"):
                told = self._rows.texts[each].codes.take(self._order[places]) + 1
            elif each == "outcome":
                told = words_of_outcomes().take(self.key[places]) + 1
            else:
                told = self.on[places].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 100
            group = group * (int(told.max(initial=0)) + 1) + told
        return group


_NONE: Final = np.zeros(0, dtype=np.int64)


def _found(looked: _Looked, facts: _Facts, stand: Array, gone: Array) -> Array:
    """Return the places of the facts that break a row, and note in `gone` those that it leaves out."""
    row = looked.row
    if isinstance(row, OnceOnly) and not row.per and not _may_be_again(looked, row, facts, stand):
        return _NONE
    places = stand[looked.at.take(facts.key[stand])]
    group = facts.group(places, row.per)
    if row.per:
        sort = np.argsort(group, kind="stable")
        places, group = places[sort], group[sort]
    asks, on = looked.asks.take(facts.key[places]), facts.on[places]
    if len(places) < 2:  # noqa: PLR2004 - there is no pair
        return _NONE
    near = group[1:] == group[:-1]
    same = near.copy()
    if row.within is not None:
        within = on[1:] - on[:-1] <= row.within
        if isinstance(row, AnswerAfter) and not row.may_rest:
            within |= np.append(True, ~same[:-1])  # nothing of the kind lies before
        near &= within
    if isinstance(row, OnceOnly):
        near &= asks[1:] & asks[:-1]
        if row.alike:
            told = facts.group(places, row.alike)
            near &= told[1:] == told[:-1]
        if row.unlike:
            told = facts.group(places, row.unlike)
            near &= told[1:] != told[:-1]
        if row.counts != "both":
            gone[(places[:-1] if row.counts == "last" else places[1:])[near]] = True
    else:
        # An answer to nothing, then a question on a later day, at most so many days on, and no answer to that.
        near &= ~asks[:-1] & asks[1:] & (on[1:] > on[:-1])
        near[1:] &= ~(same[:-1] & asks[:-2])
        near[:-1] &= ~(same[1:] & ~asks[2:])
    found: Array = places[1:][near]
    return found


def _of_none_asked(row: OfOneAsked, answers: Array, questions: Array, facts: _Facts, stand: Array) -> Array:
    """Return the places of the answers of a party that was never asked."""
    places = stand[(answers | questions).take(facts.key[stand])]
    group, asks, case = facts.group(places, ("party",)), questions.take(facts.key[places]), facts.case[places]
    of_none = ~asks & ~np.isin(group, group[asks]) & ~np.isin(case, case[~facts.has_party(places)])
    if not row.always:
        waits = asks & ~np.isin(group, group[~asks])
        first = np.full(facts.cases, len(facts.on), dtype=np.int64)
        np.minimum.at(first, case[waits], places[waits])
        of_none &= first.take(case) < places
    found: Array = places[of_none]
    return found


def _may_be_again(looked: _Looked, row: OnceOnly, facts: _Facts, stand: Array) -> bool:
    """Return whether a case has two of these acts near enough, whatever lies between them."""
    places = stand[looked.asks.take(facts.key[stand])]
    near = facts.case[places[1:]] == facts.case[places[:-1]]
    if row.within is not None:
        near &= facts.on[places[1:]] - facts.on[places[:-1]] <= row.within
    return bool(near.any())


def days_ahead(rows: Encoded, order: Array, on: Array, day: int) -> Array:
    """Return in which cases a further day of a fact that counts comes after the day asked about."""
    ahead = np.zeros(len(rows.case_ids), dtype=bool)
    for name, days in rows.dates.items():
        last = day + COLUMN_OF[name].ahead
        if not (days > last).any():
            continue
        told = days.take(order)
        later = (told > last) & ~misplaced(name, told, on) & ~far(name, told, on)
        ahead[rows.case.take(order)[later & ~prospective().take(rows.key.take(order))]] = True
    return ahead


def of_one_name(encoded: Encoded, rows: pl.DataFrame) -> Array:
    """Return the rows that share their `fact_id` with another of their case."""
    if "fact_id" not in rows.columns or rows["fact_id"].null_count() == rows.height:
        return np.zeros(0, dtype=np.int64)
    names = pl.DataFrame([pl.Series("case", encoded.case), rows.select(NAME).to_series()])
    twice: Array = (names.is_duplicated() & names["fact_id"].fill_null("").ne("")).arg_true().to_numpy()
    return twice


def nearly_the_same_of(case_ids: Sequence[pl.Series]) -> list[tuple[str, ...]]:
    """Return the groups of ids that are nearly the same, of the ids of some chunks."""
    if not case_ids:
        return []
    ids = pl.concat([each.cast(pl.String) for each in case_ids]).unique()
    # The form that they have in common is worked out for all, and looked at by the one that decides for a few.
    form = ids.str.replace_all(UNSEEN, "").str.normalize("NFKC").str.replace_all(" ", "", literal=True)
    form = (
        form.str.replace_many(list(TWINS), list(TWINS.values()))
        .str.to_lowercase()
        .str.replace_all(LOOK_ALIKE, "-")
        .str.replace(r"^([0-9]+)\.0+$", "$1")
    )
    return nearly_the_same(ids.filter(form.str.replace("^0+([0-9]+)$", "$1").is_duplicated()))
