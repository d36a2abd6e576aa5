"""The rulebook laid out for the kernel: what part each kind of fact plays."""

from ehcp_flow.engine.kernel import END, FINAL, RESUME, START
from ehcp_flow.engine.numbers import KEY_OF
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.law import england


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
