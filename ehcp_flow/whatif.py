"""Questions about what has not happened: what a fact would change, what a new law would move, when to begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from ehcp_flow import dates
from ehcp_flow.calendars import Calendars
from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.case import Case
from ehcp_flow.counting import ONE_DAY, SchoolDays, Terms, period_of
from ehcp_flow.deadlines import FIELDS, Deadline, deadlines_of, suppose
from ehcp_flow.errors import DateError, EnglandOnly
from ehcp_flow.facts import Fact
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook

__all__ = ["TO_AMEND", "Effect", "compare_deadlines", "latest_meeting_for", "latest_start", "what_if"]

TO_AMEND: Final = ("amendment_notice", "amended_plan")
"""The chain of limits from a review meeting to the amended plan."""
_FURTHEST: Final = 1500

_OF_THE_RULE: Final = frozenset({"citation", "starts_on", "key"})
"""What another rule changes of a deadline that is due on the same day, and stands in the same way."""

_Key: TypeAlias = tuple[str, tuple[str, ...], str, str]


class Effect(NamedTuple):
    """One deadline that would be different: as it is (None if it is not there), and as it would be."""

    before: Deadline | None
    after: Deadline | None

    @property
    def limit(self) -> str:
        """The limit's id."""
        return self._either.limit

    @property
    def case_id(self) -> str:
        """The case."""
        return self._either.case_id

    @property
    def _either(self) -> Deadline:
        either = self.after or self.before
        assert either is not None  # noqa: S101 - one of the two is always there
        return either

    def __str__(self) -> str:
        return f"{self.case_id} {self.limit}: {_in_short(self.before)} -> {_in_short(self.after)}"


def what_if(
    case: Case,
    fact: Fact,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> list[Effect]:
    """Return the deadlines of `case` that `fact` would change, as they would stand on `as_of` (today if not given).

    The fact may lie in the future, and nothing is recorded. Raises FactError if it belongs to another case, and
    DateError if `as_of` is no date.
    """
    day = dates.today() if as_of is None else dates.parse_date(as_of)
    before = deadlines_of(case, day, rulebook=rulebook, calendars=calendars)
    after = suppose(case, fact, day, rulebook=rulebook, calendars=calendars)
    return _compare(before, after)


def compare_deadlines(
    old: Rulebook, new: Rulebook, cases: Iterable[Case], as_of: dt.date | str, *, calendars: Calendars | None = None
) -> list[Effect]:
    """Return the deadlines of a caseload that would be different under another rulebook, case by case.

    One of the same limit, party and last lawful day is the same under another rule: it is left out where it stands as
    it did, whatever is cited for it.
    """
    return [
        effect
        for case in cases
        for effect in _under_another(
            deadlines_of(case, as_of, rulebook=old, calendars=calendars),
            deadlines_of(case, as_of, rulebook=new, calendars=calendars),
        )
    ]


def latest_start(
    by: dt.date | str,
    limits: Sequence[str],
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> dt.date:
    """Return the last day to begin a chain of `limits`, each taken to its last day, so that it ends by `by`.

    The first rule of each limit is taken, in the version in force on the day. Raises UnknownNameError for an unknown
    limit, and DateError if the chain cannot be counted to that day.
    """
    end = dates.parse_date(by)
    book, known = law_given(rulebook), calendars or english_calendars()
    for name in reversed(limits):
        rule = book.limit(name).rule[0]
        counted = rule.nearest(end).counts[0].convention
        if isinstance(period_of(counted), SchoolDays | Terms):
            raise DateError(
                by, f"{name} counts {counted}, which the term dates of a school alone decide, and here is none",
                what="a day to count back from", write="a chain of limits that count otherwise",
            )  # fmt: skip
        day = end
        while True:
            version = rule.in_force(day)
            last = None if version is None else version.counts[0].convention.last_day(day, known)
            if last is not None and last <= end:
                break
            day -= ONE_DAY
            if (end - day).days > _FURTHEST:
                raise DateError(by, f"no day is found from which {name} ends by then")
        end = day
    return end


def latest_meeting_for(
    by: dt.date | str, *, rulebook: Rulebook | None = None, calendars: Calendars | None = None
) -> dt.date:
    """Return the last day for a review meeting from which the amended plan, each limit used in full, goes by `by`.

    Four weeks to the notice and eight from it: 22 November 2018 for 14 February 2019, the last lawful day of a transfer
    between phases. `by` is the day of the plan itself: "before 15 February" is not by it. Raises EnglandOnly for a
    rulebook without these limits, and DateError as `latest_start` does.
    """
    book = law_given(rulebook)
    if not {*TO_AMEND} <= book.limits.keys():
        raise EnglandOnly("the steps from a review meeting to the amended plan (latest_start takes yours)", book.title)
    return latest_start(by, TO_AMEND, rulebook=book, calendars=calendars)


def _compare(before: Iterable[Deadline], after: Iterable[Deadline]) -> list[Effect]:
    return _effects(_keyed(before), _keyed(after))


def _under_another(before: Iterable[Deadline], after: Iterable[Deadline]) -> list[Effect]:
    old = _keyed(before)
    return _effects(old, _under(old, _keyed(after)))


def _effects(old: Mapping[_Key, Deadline], new: Mapping[_Key, Deadline]) -> list[Effect]:
    return [
        Effect(old.get(key), new.get(key))
        for key in dict.fromkeys((*old, *new))
        if key not in old or key not in new or old[key] != new[key]
    ]


def _under(old: Mapping[_Key, Deadline], new: dict[_Key, Deadline]) -> dict[_Key, Deadline]:
    """Return the deadlines of another rulebook, each that is one of the first under another rule by the key of that."""
    gone: dict[object, list[_Key]] = {}
    for key, deadline in old.items():
        if key not in new:
            gone.setdefault(_on_its_day(deadline), []).append(key)
    under = {}
    for key, deadline in new.items():
        same = gone.get(_on_its_day(deadline)) if key not in old else None
        was = same.pop(0) if same else key
        under[was] = old[was] if was != key and _alike(old[was], deadline) else deadline
    return under


def _on_its_day(deadline: Deadline) -> tuple[str, str | None, dt.date | None]:
    return deadline.limit, deadline.party, deadline.due_on


def _alike(one: Deadline, other: Deadline) -> bool:
    """Whether two deadlines of one day differ in nothing but the rule by which they are counted."""
    left, right = one.as_dict(), other.as_dict()
    return all(left[name] == right[name] for name in FIELDS if name not in _OF_THE_RULE)


def _keyed(found: Iterable[Deadline]) -> dict[_Key, Deadline]:
    """Return deadlines by what makes them the same one: the limit, its row, its clock, and the fact that started it."""
    keyed = {}
    for deadline in found:
        derivation = deadline.derivation
        keyed[deadline.limit, derivation.rule.rows, _which(deadline), derivation.start.id] = deadline
    return keyed


def _which(deadline: Deadline) -> str:
    """Tell apart the rules of one row: by their clock, and by what they ask for."""
    rule = deadline.derivation.rule
    return f"{rule.clock}: {rule.act}"


def _in_short(deadline: Deadline | None) -> str:
    return "nothing" if deadline is None else f"due {dates.iso(deadline.due_on)}, {deadline.status}"
