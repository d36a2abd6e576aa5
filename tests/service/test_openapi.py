"""The description of the service: kept, and true to what checks a fact."""

import json

import jsonschema  # type: ignore[import-untyped]
import pytest

from docs import make_openapi
from ehcp_flow.columns import COLUMN_OF
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.service.fact_bodies import fact_of

KEPT = json.loads(make_openapi.PAGE.read_text("utf-8"))
POSTED = {each["title"]: each for each in KEPT["components"]["schemas"]["PostedFact"]["oneOf"]}
SAMPLES = {
    "particular": "team", "value": "north", "on": "2026-03-02", "until": "2026-04-02", "corrects": "f1",
    "limit": "final_plan", "reason": "why", "party": "other",
}  # fmt: skip


def test_the_kept_description_is_that_of_the_service():
    assert make_openapi.PAGE.read_text("utf-8") == make_openapi.page(), "run python docs/refresh.py"


def test_every_event_can_be_posted_but_the_one_that_names_another_authority():
    assert {*FACT_TYPES} - {*POSTED} == {"authority_replaced"}


def sample(event, name):
    said = POSTED[event]["properties"][name]
    if "enum" in said:
        return said["enum"][0]
    if event == "records_declared" and name == "value":
        return "request_received"
    return said.get("const") or SAMPLES[name]


@pytest.mark.parametrize("event", POSTED)
def test_what_a_fact_needs_is_required_and_nothing_else(event):
    needed = {name: sample(event, name) for name in POSTED[event]["required"]}
    jsonschema.validate(needed, POSTED[event])
    assert fact_of(json.dumps(needed).encode(), "a").event == event
    for name in needed:
        less = {column: value for column, value in needed.items() if column != name}
        assert not jsonschema.Draft202012Validator(POSTED[event]).is_valid(less)
        with pytest.raises(EhcpFlowError):
            fact_of(json.dumps(less).encode(), "a")


def test_the_description_says_of_every_column_what_the_docs_say():
    for event, said in POSTED.items():
        for name, column in said["properties"].items():
            if name != "on":
                assert column["description"] == COLUMN_OF[name].means, (event, name)
