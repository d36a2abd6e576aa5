"""Both evaluators on the same cases: what the one gives, the other must give, field by field and in the same order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from ehcp_flow.bulk import iter_rows
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.facts import FACT_TYPES, Fact, FactVoided
from ehcp_flow.testing.strategies import cases as lives_and_mixtures
from ehcp_flow.testing.strategies import facts

# Days near enough to each other that facts share days and limits run out between them.
CROWDED = st.one_of(
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 6)),
    st.dates(dt.date(2020, 3, 1), dt.date(2020, 10, 31)),
    st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)),
)
AS_OF = st.one_of(
    st.dates(dt.date(2014, 9, 1), dt.date(2031, 12, 31)), st.sampled_from([dt.date(2024, 1, 4), dt.date(2026, 6, 30)])
)
LAWFUL = tuple(event for event in FACT_TYPES if event != "fact_voided")


def case_by_case(cases: Iterable[Case], as_of: dt.date | str, **options: Any) -> list[dict[str, Any]]:
    return [deadline.as_dict() for case in cases for deadline in deadlines_of(case, as_of, **options)]


def in_bulk(cases: Sequence[Case], as_of: dt.date | str, **options: Any) -> list[dict[str, Any]]:
    return list(iter_rows(cases, as_of, refused=[], **options))


def agree(cases: Sequence[Case], as_of: dt.date | str, **options: Any) -> int:
    """Assert that both say the same, and return how many deadlines that was."""
    expected = case_by_case(cases, as_of, **options)
    assert in_bulk(cases, as_of, **options) == expected
    return len(expected)


def renamed(case: Case, case_id: str) -> Case:
    return Case(case_id, tuple(fact.model_copy(update={"case_id": case_id}) for fact in case.recorded))


@st.composite
def crowds(draw: st.DrawFn, *, max_size: int = 25) -> Case:
    """Cases of any facts on few days, with repeats, and with corrections of what they hold."""
    told: list[Fact] = draw(st.lists(facts(LAWFUL, on=CROWDED), min_size=1, max_size=max_size))
    for fact in draw(st.lists(st.sampled_from(told), max_size=3)):
        what = draw(st.sampled_from(["repeat", "void", "replace", "authority", "served"]))
        other = draw(st.sampled_from(told))
        if what == "repeat":
            told.append(fact)
        elif what == "void":
            told.append(FactVoided(case_id="a", on=fact.on, corrects=fact.id, reason="entered in error"))
        elif what == "replace":
            told.append(fact.model_copy(update={"corrects": other.id}))
        elif what == "authority":
            told.append(fact.model_copy(update={"authority": draw(st.sampled_from(["885", "301"]))}))
        else:
            told.append(fact.model_copy(update={"served_on": draw(CROWDED)}))
    return Case("a", tuple(draw(st.permutations(told))))


@st.composite
def caseloads(draw: st.DrawFn) -> list[Case]:
    """Several cases of every kind, so that no case reaches into the next."""
    drawn = draw(st.lists(st.one_of(lives_and_mixtures(), crowds()), min_size=1, max_size=4))
    return [renamed(case, f"case {number}") for number, case in enumerate(drawn)]
