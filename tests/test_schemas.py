"""The answers as plain values, and the models of them: neither has what the other has not."""

import json

import pytest
from hypothesis import given, settings

import ehcp_flow as ef
from ehcp_flow import schemas
from ehcp_flow.deadlines import FIELDS
from ehcp_flow.states import moves
from ehcp_flow.testing.strategies import cases, days
from tests.telling import tell

DISPUTED = tell("""
    2026-03-02 request_received
    2026-04-13 assessment_refused
    2026-04-20 mediation_contacted
    2026-04-27 mediation_certificate_issued
    2026-05-11 appeal_registered
    2026-05-20 final_plan_sent
""")


def same(model, said):
    """That a model takes what is said, and says the same again in JSON."""
    assert json.loads(model(**said).model_dump_json(exclude_unset=True)) == said


@given(cases(), days())
@settings(max_examples=40)
def test_every_answer_fits_its_model(case, day):
    same(schemas.AnswerSchema, ef.answer(case, day).as_dict(explanation=True))
    for move in moves(case, day, informing=None):
        same(schemas.MoveSchema, move.as_dict())


def test_what_is_disputed_and_out_of_order_is_there_too():
    said = ef.state(DISPUTED, "2026-06-01").as_dict()
    same(schemas.StateSchema, said)
    assert [(each["decision"], each["state"]) for each in said["disputes"]] == [("assessment_refused", "APPEALED")]
    assert [each["finding"] and each["finding"]["finding"] for each in said["history"]] == [
        None,
        None,
        "final_plan_before_draft",
        None,
    ]
    assert said["history"][1]["title"] == "Assessment refused"
    assert [each["event"] for each in said["findings"]] == ["final_plan_sent"]
    about = {each.as_dict()["dispute"]["decision"] for each in ef.allowed(DISPUTED, "2026-06-01") if each.dispute}
    assert "assessment_refused" in about


def test_a_deadline_has_its_public_fields_in_their_order():
    assert [name for name in schemas.DeadlineSchema.model_fields if name != "explanation"] == list(FIELDS)


@pytest.mark.parametrize("name", schemas.__all__)
def test_each_model_describes_itself_to_openapi(name):
    described = getattr(schemas, name).model_json_schema()
    assert described["title"] == name
    assert described["description"]
