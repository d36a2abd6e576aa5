"""Hypothesis strategies that make up facts and whole cases, lawful and unlawful: for property tests of your own.

    from hypothesis import given
    from ehcp_flow.testing.strategies import cases

    @given(cases())
    def test_my_report_takes_any_case(case): ...

Needs the `hypothesis` package. Nothing here reads the clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from ehcp_flow.case import Case
from ehcp_flow.dates import MonthOnly
from ehcp_flow.facts import DATES, FACT_TYPES, OUTCOMES, Fact, choices_of, make_fact, outcomes_of

__all__ = ["FIRST_DAY", "LAST_DAY", "cases", "days", "facts", "in_months", "lives", "mixtures"]

FIRST_DAY: Final = dt.date(2014, 9, 1)
LAST_DAY: Final = dt.date(2030, 12, 31)

PARTIES: Final = ("educational", "medical", "psychological", "early_years", "social_care", "s-1")

_TEXTS: Final = {
    "limit": ("decide_assess", "final_plan", "advice", "annual_review"),
    "reason": ("because it was so",),
    "authority": ("885", "301"),
    "particular": ("caseworker", "team"),
    "value": ("North", "South"),
}

_DECLARED: Final = (
    "review_meeting_held", "request_received final_plan_sent", "assessment_agreed review_decision_sent",
)  # fmt: skip

# Gaps in days: around every number of weeks that the law counts, and anything else.
_GAPS: Final = st.one_of(
    st.sampled_from(
        [0, 1, 13, 14, 15, 27, 28, 29, 41, 42, 43, 55, 56, 57, 111, 112, 113, 139, 140, 141, 364, 365, 366]
    ),
    st.integers(0, 400),
)

_ASSESSED: Final = (
    ("request_received",),
    ("assessment_agreed", "assessment_refused", "refusal_reversed", ""),
    ("advice_requested", ""),
    ("advice_received", "advice_returned", ""),
    ("exception_recorded", "", ""),
    ("plan_agreed", "plan_refused", ""),
    ("school_consulted", ""),
    ("draft_plan_sent", ""),
    ("school_responded", "representations_received", "meeting_requested", "draft_plan_sent", ""),
    ("final_plan_sent", "plan_refused", "request_withdrawn"),
)
_REVIEWED: Final = (
    ("review_invited", ""),
    ("review_papers_sent", ""),
    ("review_meeting_held",),
    ("review_report_sent", "review_meeting_held", ""),
    ("review_decision_sent", ""),
    ("amendment_notice_sent", "phase_transfer_due", ""),
    ("amended_plan_sent", "amendment_declined", ""),
)


def days(first: dt.date = FIRST_DAY, last: dt.date = LAST_DAY) -> st.SearchStrategy[dt.date]:
    """Return a strategy for days from `first` to `last`."""
    return st.dates(first, last)


def facts(
    events: Iterable[str] | None = None,
    *,
    case_id: str = "a",
    on: st.SearchStrategy[dt.date] | None = None,
) -> st.SearchStrategy[Fact]:
    """Return a strategy for facts of these events (all but corrections, if not given), on days that `on` gives."""
    names = sorted(set(FACT_TYPES) - {"fact_voided"}) if events is None else list(events)
    return st.sampled_from(names).flatmap(lambda event: _fact(event, case_id, days() if on is None else on))


def lives(case_id: str = "a") -> st.SearchStrategy[Case]:
    """Return a strategy for cases that run their course: from a request to a plan, and through its reviews.

    Steps may be missing or late, as they are in real records; what happens comes in an order in which it can.
    """
    return st.builds(
        _lived,
        st.just(case_id),
        days(last=dt.date(2027, 1, 1)),
        st.tuples(*(st.sampled_from(step) for step in _ASSESSED)),
        st.lists(st.tuples(*(st.sampled_from(step) for step in _REVIEWED)), max_size=2),
        st.randoms(use_true_random=False),
        st.lists(_GAPS, min_size=24, max_size=24),
    )


def mixtures(case_id: str = "a", *, max_size: int = 12) -> st.SearchStrategy[Case]:
    """Return a strategy for cases of any facts in any order: unlawful, incomplete, or in three places at once."""
    # Few years, so that facts fall near enough to each other to matter.
    near = days(dt.date(2024, 1, 1), dt.date(2027, 12, 31))
    return st.lists(facts(case_id=case_id, on=near), max_size=max_size).map(lambda told: Case(case_id, tuple(told)))


def cases(case_id: str = "a") -> st.SearchStrategy[Case]:
    """Return a strategy for cases of both kinds: `lives` and `mixtures`."""
    return st.one_of(lives(case_id), mixtures(case_id))


def _fact(event: str, case_id: str, on: st.SearchStrategy[dt.date]) -> st.SearchStrategy[Fact]:
    optional: dict[str, st.SearchStrategy[Any]] = {}
    needed: dict[str, st.SearchStrategy[Any]] = {"on": on}
    for name, field in FACT_TYPES[event].model_fields.items():
        values = _values(event, name, on)
        if values is not None:
            (needed if field.is_required() else optional)[name] = values
    return st.fixed_dictionaries(needed, optional=optional).map(
        lambda given: make_fact(event, case_id=case_id, **given)
    )


def _values(event: str, name: str, on: st.SearchStrategy[dt.date]) -> st.SearchStrategy[Any] | None:
    if name == "outcome":
        return st.sampled_from(OUTCOMES[event])
    if name == "party":
        return st.sampled_from(choices_of(event, name) or PARTIES)
    if (event, name) == ("records_declared", "value"):
        return st.sampled_from(_DECLARED)
    if name in _TEXTS and (name != "authority" or FACT_TYPES[event].model_fields[name].is_required()):
        return st.sampled_from(_TEXTS[name])
    if name in DATES[1:]:
        return on
    return None


def _lived(
    case_id: str,
    first: dt.date,
    assessed: Sequence[str],
    reviewed: Sequence[Sequence[str]],
    chance: Any,
    gaps: Sequence[int],
) -> Case:
    told = []
    on = first
    steps = (*assessed, *(event for year in reviewed for event in year))
    for event, gap in zip((event for event in steps if event), gaps, strict=False):
        on += dt.timedelta(days=gap)
        told.append(_made(event, case_id, on, chance))
    return Case(case_id, tuple(told))


def _made(event: str, case_id: str, on: dt.date, chance: Any) -> Fact:
    fields: dict[str, Any] = {}
    if event in OUTCOMES:
        fields["outcome"] = chance.choice(outcomes_of(event))
    if event.startswith(("advice_", "school_")):
        fields["party"] = chance.choice(PARTIES)
    if event == "exception_recorded":
        fields["until"] = on + dt.timedelta(days=chance.randint(0, 60))
        fields["reason"] = chance.choice(["because it was so", None])
    return make_fact(event, case_id=case_id, on=on, **fields)


def in_months(cases: st.SearchStrategy[Case], *, most: int = 3) -> st.SearchStrategy[Case]:
    """Return a strategy for the same cases with up to `most` facts, one at least, of which only the month is known."""
    return cases.filter(lambda case: bool(case.recorded)).flatmap(
        lambda case: st.sets(st.sampled_from(range(len(case.recorded))), min_size=1, max_size=most).map(
            lambda places: _without_days(case, places)
        )
    )


def _without_days(case: Case, places: set[int]) -> Case:
    return Case(
        case.case_id,
        tuple(
            fact.model_copy(update={"on": MonthOnly.of(fact.on.year, fact.on.month)}) if place in places else fact
            for place, fact in enumerate(case.recorded)
        ),
    )
