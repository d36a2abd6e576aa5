"""The rulebook laid out for the kernel: what part each kind of fact plays."""

import pytest

from ehcp_flow.engine.kernel import END, FINAL, RESUME, START
from ehcp_flow.engine.numbers import KEY_OF
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.errors import RulebookError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.law import england
from ehcp_flow.law.patterns import Pattern


def test_the_part_of_a_fact_stands_in_a_table_over_keys():
    book = compiled(england())

    def role(event: str, outcome: str | None = None) -> int:
        return int(book.tables["clock_roles"][book.clocks["request"] * book.turned.count + KEY_OF[event, outcome]])

    assert role("request_received") == START
    assert role("tribunal_order_made", "assess") == END | FINAL
    assert role("tribunal_order_made", "amend") == 0
    assert role("refusal_reversed") == RESUME
    assert compiled(england()) is book


def test_how_far_an_act_may_come_before_its_clock():
    assert str(england().limits["review_invitation"].rule[0].looks_back_over) == "6 months"
    assert england().limits["final_plan"].rule[0].looks_back_over is None


def test_more_spells_than_can_be_told_apart_are_refused_rather_than_run_into_each_other():
    book = england()
    more = {f"s{number}": book.spells["custody"] for number in range(40)}
    starts = tuple(Pattern(event, None, frozenset({name})) for event, name in zip(FACT_TYPES, more, strict=False))
    clock = book.clocks["request"].model_copy(update={"starts_on": starts})
    book = book.model_copy(update={"spells": book.spells | more, "clocks": book.clocks | {"request": clock}})
    with pytest.raises(RulebookError, match=r"its patterns name \d+ spells, and at most 63 can be told apart"):
        compiled(book)
