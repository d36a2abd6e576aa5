"""The rulebook laid out for evaluation: what part each kind of fact plays."""

from ehcp_flow.law import england
from ehcp_flow.law.compiled import END, FINAL, RESUME, START, compiled


def test_the_part_of_a_fact_is_worked_out_once():
    law = compiled(england())
    request = next(clock for clock in law.clocks if clock.clock.id == "request")
    for _ in range(2):
        assert request.roles["request_received", None] == START
        assert request.roles["tribunal_order_made", "assess"] == END | FINAL
        assert request.roles["tribunal_order_made", "amend"] == 0
        assert request.roles["refusal_reversed", None] == RESUME
    assert compiled(england()) is law


def test_how_far_an_act_may_come_before_its_clock():
    assert str(england().limits["review_invitation"].rule[0].looks_back_over) == "6 months"
    assert england().limits["final_plan"].rule[0].looks_back_over is None
