"""The cost of a case grows with its facts, not with their square: counted in looks at facts, not in seconds."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from ehcp_flow.calendars import england as calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.engine import case_numbers, judged_case
from ehcp_flow.engine.choice import interpreted_kernel
from ehcp_flow.engine.judged_case import judge_case
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.facts import Fact, make_fact
from ehcp_flow.law import england
from ehcp_flow.possible_days import MANY_FACTS
from ehcp_flow.synth import synth

AS_OF = dt.date(2026, 6, 30)
FIRST = dt.date(2015, 1, 1)


class Counted(list[int]):
    """A list that counts how often it is looked into."""

    looks = 0

    def __getitem__(self, place):
        self.looks += 1
        return super().__getitem__(place)


def of(*events: tuple[str, dict[str, object]]) -> Callable[[int], list[Fact]]:
    """So many of each of these facts, day by day; `{}` in a party stands for the number of the fact."""

    def told(many: int) -> list[Fact]:
        return [
            make_fact(
                event, case_id="a", on=FIRST + dt.timedelta(days=number), reason=str(number),
                **{name: str(value).format(number) for name, value in fields.items()},
            )
            for number in range(many)
            for event, fields in events
        ]  # fmt: skip

    return told


def mixture(many: int) -> list[Fact]:
    """The facts of many children under one id, as a spoilt column gives them.

    Exceptions are left out: each is tried on each deadline that it could excuse.
    """
    told = [fact for fact in synth(many, 3) if fact.event != "exception_recorded"]
    return [fact.model_copy(update={"case_id": "a"}) for fact in told[: 18 * many]]


KINDS = {
    "parties": of(("advice_requested", {"party": "p-{}"})),
    "parties that answer": of(("advice_requested", {"party": "p-{}"}), ("advice_received", {"party": "p-{}"})),
    "requests of one party": of(("advice_requested", {"party": "medical"})),
    "answers of one party": of(("advice_requested", {"party": "medical"}), ("advice_received", {"party": "medical"})),
    "meetings": of(("review_meeting_held", {})),
    "meetings and notices": of(("review_meeting_held", {}), ("amendment_notice_sent", {})),
    "transfers": of(("phase_transfer_due", {"outcome": "school"})),
    "transfers in and out of custody": of(
        ("phase_transfer_due", {"outcome": "school"}), ("detained", {}), ("released", {})
    ),
    "consultations": of(("school_consulted", {"party": "s-{}"})),
    "plans": of(("final_plan_sent", {})),
    "many children": mixture,
}


def looks(facts: list[Fact], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how often the kernel looks at the keys of facts while it judges a case."""
    seen: list[Counted] = []
    numbered = case_numbers.numbered

    def counted(*args: Any) -> Any:
        columns = numbered(*args)
        columns.key = Counted(columns.key)
        seen.append(columns.key)
        return columns

    case = Case("a", tuple(facts))
    book = compiled(england())
    judge_case(case, AS_OF, book, calendars())  # so that every day is counted
    with monkeypatch.context() as patch:
        patch.setattr(judged_case, "numbered", counted)
        assert judge_case(case, AS_OF, book, calendars()).rows
    return sum(each.looks for each in seen)


@pytest.mark.parametrize("kind", KINDS)
def test_twice_the_facts_are_looked_at_twice_as_often(kind, monkeypatch):
    monkeypatch.setattr(judged_case, "kernel_in_use", interpreted_kernel)
    few, many = (looks(KINDS[kind](count), monkeypatch) for count in (200, 400))
    assert many < 2.4 * few


def chain(many: int, *, voids: bool) -> Case:
    told = [make_fact("request_received", case_id="a", on="2026-01-05", fact_id="f0")]
    for number in range(1, many):
        on = dt.date(2026, 1, 5) + dt.timedelta(days=0 if voids else number % 20)
        event = "fact_voided" if voids else "request_received"
        named = {"fact_id": f"f{number}", "corrects": f"f{number - 1}", "reason": "x"}
        told.append(make_fact(event, case_id="a", on=on, **named))
    return Case("a", tuple(told))


def test_a_chain_of_five_thousand_corrections_is_followed_to_its_end():
    replaced = chain(5_000, voids=False)
    assert [fact.id for fact in replaced.facts] == ["f4999"]
    # What voids is voided in turn: the first fact stands if an even number of voids hangs on it.
    assert [len(chain(many, voids=True).facts) for many in (5_000, 5_001)] == [0, 1]
    assert len(replaced.corrections) == 4_999


def test_a_case_of_more_facts_than_a_child_has_is_found_once():
    facts = KINDS["many children"](100)
    assert len(facts) > MANY_FACTS
    (found,) = (finding for finding in Case("a", tuple(facts)).findings if finding.code == "many_facts_one_id")
    assert f"this case has {len(facts):,} facts" in found.message
    assert not any(f.code == "many_facts_one_id" for f in Case("a", tuple(facts[:MANY_FACTS])).findings)
    assert deadlines_of(Case("a", tuple(facts)), AS_OF)
