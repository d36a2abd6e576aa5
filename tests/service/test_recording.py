"""A fact is posted: once, by whoever saw the case as it is, and only if it is lawful."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from ehcp_flow.service import create_app
from ehcp_flow.store import Store
from tests.service.conftest import KEYS, NEW, REQUEST, bearing

ADVICE = {"event": "advice_requested", "on": "2026-04-07", "party": "psychological"}


def tag(client, case_id="a", below=""):
    return client.get(f"/v1/cases/{case_id}{below}").headers["etag"]


def post(client, fact, case_id="a", **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/v1/cases/{case_id}/facts", json=fact, headers=sent)


def test_a_new_case_is_begun_and_a_fact_added_on_what_was_seen(mine, store):
    begun = mine.post("/v1/cases/new/facts", json=REQUEST, headers=NEW)
    assert (begun.status_code, begun.json()["version"]) == (201, 1)
    fact = store.case("new").case.recorded[0]
    assert (fact.authority, fact.recorded_by, fact.id) == ("885", "cw1", begun.json()["fact_id"])
    agreed = {"event": "assessment_agreed", "on": "2026-04-02", "fact_id": "f/2"}
    added = post(mine, agreed, "new", If_Match=begun.headers["etag"])
    assert (added.status_code, added.json()) == (201, {"version": 2, "fact_id": "f/2"})
    assert tag(mine, "new").startswith(added.headers["etag"][:-1])


@pytest.mark.parametrize("below", ["", "/facts", "/deadlines", "/state", "/moves", "/explanation", "/next-change"])
def test_the_tag_of_every_answer_about_a_case_is_one_to_rest_on(mine, below):
    assert post(mine, ADVICE, If_Match=tag(mine, below=below)).status_code == 201


def test_whoever_saw_an_older_case_is_told_what_came_between(mine):
    seen = tag(mine)
    assert post(mine, ADVICE, If_Match=seen).status_code == 201
    refused = post(mine, {**ADVICE, "party": "medical"}, If_Match=seen)
    assert (refused.status_code, refused.headers["content-type"]) == (412, "application/problem+json")
    assert [fact["event"] for fact in refused.json()["changed"]] == ["advice_requested"]
    assert mine.get("/v1/cases/a").json()["version"] == 3


@pytest.mark.parametrize("wrong", ['"9-0123456789abcdef"', '"2-0123456789abcdef"', '"nonsense"', "W/{}", "2"])
def test_a_tag_that_the_case_never_had_is_no_tag_of_it(mine, wrong):
    assert post(mine, ADVICE, If_Match=wrong.format(tag(mine))).status_code == 412


def test_a_star_rests_on_whatever_is_there(mine):
    assert post(mine, ADVICE, If_Match="*").status_code == 201


def test_what_a_fact_rests_on_has_to_be_said_once(mine):
    assert post(mine, ADVICE).status_code == 428
    assert post(mine, ADVICE, If_Match=tag(mine), If_None_Match="*").status_code == 422
    assert post(mine, ADVICE, If_None_Match=tag(mine)).status_code == 422
    assert post(mine, REQUEST, If_None_Match="*").status_code == 412


def test_an_unlawful_fact_is_refused_with_reason_remedy_and_law_and_nothing_is_recorded(mine):
    refused = post(mine, {"event": "final_plan_sent", "on": "2026-06-01"}, If_Match=tag(mine))
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:ehcp-flow:problem:move-refused"
    said = refused.json()["verdict"]["reasons"][0]
    assert (said["reason"], said["remedy"]) == (
        "no draft plan is on record",
        "send a draft, then allow 15 days from its service",
    )
    assert said["address"] == "https://www.legislation.gov.uk/uksi/2014/1530/regulation/13"
    assert mine.get("/v1/cases/a").json()["version"] == 2


def test_a_command_that_is_repeated_is_carried_out_once_whatever_happened_meanwhile(mine):
    seen = tag(mine)
    first = post(mine, ADVICE, If_Match=seen, Idempotency_Key="k-1")
    other = post(mine, {**ADVICE, "party": "medical"}, If_Match=first.headers["etag"])
    again = post(mine, ADVICE, If_Match=seen, Idempotency_Key="k-1")
    assert (first.status_code, other.status_code, again.status_code) == (201, 201, 200)
    assert (again.json(), again.headers["etag"]) == (first.json(), first.headers["etag"])
    assert mine.get("/v1/cases/a").json()["version"] == 4


def test_a_key_that_comes_back_with_another_fact_or_from_somebody_else_is_refused(mine):
    seen = tag(mine)
    assert post(mine, ADVICE, If_Match=seen, Idempotency_Key="k-1").status_code == 201
    assert post(mine, {**ADVICE, "on": "2026-04-08"}, If_Match=seen, Idempotency_Key="k-1").status_code == 422
    assert post(mine, ADVICE, If_Match=seen, Idempotency_Key="k-1", **bearing("also mine")).status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", "body"),
        ("{", "body"),
        ("[1]", "body"),
        ("[" * 1900, "body"),
        ('{"event": NaN}', "body"),
        (b'{"event": "\xff"}', "body"),
        ('{"event": "request_received", "event": "request_withdrawn", "on": "2026-03-02"}', "body"),
        ("{}", "event"),
        ('{"event": 1}', "event"),
        ('{"event": "Request received", "on": "2026-03-02"}', "event"),
        ('{"event": "request_received"}', "on"),
        ('{"event": "request_received", "on": 20260302}', "on"),
        ('{"event": "request_received", "on": "2026-02-30"}', "on"),
        ('{"event": "request_received", "on": "2026-03-02", "reason": null}', "reason"),
        ('{"event": "request_received", "on": "2026-03-02", "reason": " "}', "reason"),
        ('{"event": "request_received", "on": "2026-03-02", "reason": "\\ud800"}', "reason"),
        ('{"event": "request_received", "on": "2026-03-02", "party": "Jane Doe"}', "party"),
        ('{"event": "request_received", "on": "2026-03-02", "case_id": "b"}', "case_id"),
        ('{"event": "request_received", "on": "2026-03-02", "authority": "301"}', "authority"),
        ('{"event": "request_received", "on": "2026-03-02", "recorded_by": "me"}', "recorded_by"),
        ('{"event": "request_received", "on": "2026-03-02", "recorded_at": "2026-03-02T00:00:00Z"}', "recorded_at"),
        ('{"event": "request_received", "on": "2026-03-02", "colour": "red"}', "colour"),
    ],
)
def test_a_body_that_is_no_fact_is_refused_at_its_field(mine, body, field):
    refused = mine.post("/v1/cases/new/facts", content=body, headers=NEW)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert refused.json()["expected"]
    assert mine.get("/v1/cases/new").status_code == 404


def test_of_eight_writers_who_saw_the_same_case_one_wins_each_time(tmp_path):
    url = f"sqlite:///{tmp_path}/cases.db"
    with TestClient(create_app(Store.open(url, create=True), KEYS), headers=bearing("mine")) as client:
        seen = client.post("/v1/cases/a/facts", json=REQUEST, headers=NEW).headers["etag"]
        for round_number in range(5):
            facts = [
                {"event": "advice_requested", "on": "2026-04-07", "party": f"b{round_number}-{n}"} for n in range(8)
            ]
            with ThreadPoolExecutor(8) as pool:
                found = list(pool.map(lambda fact, seen=seen: post(client, fact, If_Match=seen), facts))
            assert sorted(each.status_code for each in found) == [201, *[412] * 7]
            seen = next(each.headers["etag"] for each in found if each.status_code == 201)
        assert client.get("/v1/cases/a").json()["version"] == 6
