"""What is asked: every answer is the library's own, in pages, and not sent again to who has it."""

import datetime as dt

import pytest
from pydantic import BaseModel

import ehcp_flow as ef
from ehcp_flow import schemas
from ehcp_flow.measures import DESK_COLUMNS, desk, measure
from ehcp_flow.service import answer_schemas
from ehcp_flow.states import moves
from tests.service.conftest import bearing

DAY = "2026-06-01"
ON = {"as_of": DAY}


def items(client, path, **asked):
    """All items of a list, page by page; a page holds two of them in these tests."""
    found, cursor = [], None
    while True:
        page = client.get(path, params={**ON, **asked} | ({} if cursor is None else {"cursor": cursor})).json()
        assert len(page["items"]) <= 3
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.fixture
def case(store):
    return store.case("a").case


def test_each_answer_about_a_case_is_what_the_library_says(mine, case):
    deadlines = ef.deadlines_of(case, DAY)
    assert items(mine, "/v1/cases/a/deadlines") == [each.as_dict() for each in deadlines]
    explained = [each.as_dict(explanation=True) for each in deadlines]
    assert items(mine, "/v1/cases/a/explanation") == explained
    one = items(mine, "/v1/cases/a/explanation", limit="final_plan")
    assert one == [each for each in explained if each["limit"] == "final_plan"]
    assert mine.get("/v1/cases/a/state", params=ON).json() == ef.state(case, DAY).as_dict()
    assert mine.get("/v1/cases/a", params=ON).json() == {**ef.answer(case, DAY).as_dict(), "version": 2}
    following = ef.next_change(case, DAY)
    assert following is not None
    assert mine.get("/v1/cases/a/next-change", params=ON).json()["on"] == following.isoformat()
    for word, informing in (("without", False), ("only", True)):
        expected = [each.as_dict() for each in moves(case, DAY, informing=informing)]
        assert items(mine, "/v1/cases/a/moves", informing=word) == expected


def test_what_is_answered_is_as_it_is_described(mine):
    answers: dict[str, type[BaseModel]] = {
        "": answer_schemas.CaseSchema, "/facts": answer_schemas.FactList, "/deadlines": answer_schemas.DeadlineList,
        "/state": schemas.StateSchema, "/moves": answer_schemas.MoveList,
        "/explanation": answer_schemas.DeadlineList, "/next-change": answer_schemas.NextChange,
    }  # fmt: skip
    for below, model in answers.items():
        answer = mine.get(f"/v1/cases/a{below}", params=ON)
        assert model.model_validate_json(answer.content).model_dump(mode="json", exclude_unset=True) == answer.json()
    listed: dict[str, type[BaseModel]] = {
        "cases": answer_schemas.CaseList,
        "desk": answer_schemas.DeskList,
        "changes": answer_schemas.ChangeList,
    }
    for name, model in listed.items():
        answer = mine.get(f"/v1/{name}")
        told = model.model_validate_json(answer.content).model_dump(mode="json", exclude_unset=True)
        assert told["items"][0].keys() == answer.json()["items"][0].keys()


def test_the_facts_are_told_as_they_were_recorded_with_what_a_correction_needs(mine, store):
    wrong = store.case("a").case.recorded[1]
    body = {"event": "assessment_agreed", "on": "2026-04-03", "corrects": wrong.id, "reason": "the letter's date"}
    assert mine.post("/v1/cases/a/facts", json=body, headers={"If-Match": "*"}).status_code == 201
    told = items(mine, "/v1/cases/a/facts")
    assert [(each["version"], each["event"], each["stands"]) for each in told] == [
        (1, "request_received", True), (2, "assessment_agreed", False), (3, "assessment_agreed", True),
    ]  # fmt: skip
    assert [(told[2]["corrects"], told[2]["recorded_by"])] == [(wrong.id, "cw1")]


def test_an_id_may_hold_a_slash(mine):
    for path in ("/v1/cases/c/1/state", "/v1/cases/c%2F1/state"):
        assert mine.get(path, params=ON).json()["case_id"] == "c/1"


def test_who_has_the_answer_is_not_sent_it_again_until_something_changes(mine, store):
    path = "/v1/cases/a/facts"
    first = mine.get(path, params=ON)
    having = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    again = mine.get(path, params=ON, headers=having)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert mine.get(path, params=ON, headers={"If-None-Match": "*"}).status_code == 304
    assert mine.get(path, params={"as_of": "2026-06-02"}, headers=having).status_code == 200
    assert mine.get(path, params={**ON, "known_at": "2100-01-01T00:00:00Z"}, headers=having).status_code == 200
    store.redact("a", 2, reason="asked for", redacted_by="cw1")
    assert mine.get(path, params=ON, headers=having).json()["items"][1]["reason"] == "[redacted]"


def test_what_was_known_then_is_answered(mine, store):
    first, second = store.case("a").case.recorded
    between = first.recorded_at + (second.recorded_at - first.recorded_at) / 2
    for by in ("recorded", "stored"):
        asked = {**ON, "known_at": between.isoformat(), "known_by": by}
        assert mine.get("/v1/cases/a/state", params=asked).json()["state"] == "REQUESTED"
    before = (first.recorded_at - dt.timedelta(days=1)).isoformat()
    assert mine.get("/v1/cases/a", params={"known_at": before}).status_code == 404


def test_what_a_fact_would_change_is_told_and_nothing_is_recorded(mine):
    said = mine.post("/v1/cases/a/what-if", params=ON, json={"event": "request_withdrawn", "on": "2026-05-01"}).json()
    assert answer_schemas.WhatIfList.model_validate(said).model_dump(mode="json", exclude_unset=True) == said
    assert said["fact"] == {"event": "request_withdrawn", "on": "2026-05-01", "outcome": "ends"}
    assert said["move"]["allowed"]
    became = {each["limit"]: each["after"] and each["after"]["status"] for each in said["items"]}
    assert became["final_plan"] == "lapsed"
    begun = mine.post("/v1/cases/b/what-if", params=ON, json={"event": "assessment_agreed", "on": "2026-04-02"}).json()
    assert [each["before"]["status"] for each in begun["items"] if each["limit"] == "decide_assess"] == ["overdue"]
    assert mine.get("/v1/cases/a").json()["version"] == 2


def test_the_lists_of_a_caseload_are_the_librarys(mine, store):
    cases = [found.case for found in store.scoped("885").cases()]
    assert [each["case_id"] for each in items(mine, "/v1/cases")] == ["a", "b", "c/1"]
    assert items(mine, "/v1/cases")[0] == {
        "case_id": "a", "authority": "885", "state": "ASSESSING", "since": "2026-04-02", "version": 2,
    }  # fmt: skip
    listed = items(mine, "/v1/desk", days=60)
    assert listed == desk(cases, DAY, days=60)
    assert {name for row in listed for name in row} == {*DESK_COLUMNS}
    late = items(mine, "/v1/desk", days=60, only=["list=overdue", "limit=decide_assess"])
    assert [row["case_id"] for row in late] == ["b", "c/1"]
    figures = items(mine, "/v1/measures", year="2026")
    assert figures == [*measure(cases, year=2026, as_of=DAY).rows]
    older = items(mine, "/v1/measures", year="2026", release=2025, by=["requester"])
    assert [row["requester"] for row in older] == ["parent"]
    assert figures[0].keys() - older[0].keys() > {"authority"}


def test_the_desk_knows_whose_a_case_is(mine):
    body = {"event": "particular_recorded", "on": "2026-03-03", "particular": "caseworker", "value": "cw7"}
    assert mine.post("/v1/cases/b/facts", json=body, headers={"If-Match": "*"}).status_code == 201
    assert {row["case_id"] for row in items(mine, "/v1/desk", only="owner=cw7")} == {"b"}


def test_a_plan_is_held_against_the_cases(mine, store):
    plan = {
        "measure": [{
            "id": "asked", "figure": "requests_received_in_year", "better": "lower",
            "baseline": {"on": "2026-01-31", "value": 9}, "targets": [{"by": "2026-12-31", "value": 2}],
        }]
    }  # fmt: skip
    cases = [found.case for found in store.scoped("885").cases()]
    expected = [row.as_dict() for row in ef.scorecard(cases, plan, as_of="2026-03-31").rows]
    said = mine.post("/v1/scorecard", params={"as_of": "2026-03-31"}, json=plan)
    assert (said.json(), expected[0]["value"]) == ({"items": expected, "next": None}, 3)
    wrong = mine.post("/v1/scorecard", json={"measure": [{"id": "asked", "figure": "no_such_figure"}]})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:ehcp-flow:problem:plan-file-error")


def test_a_follower_gets_each_fact_once(mine, store):
    after, met = 0, []
    while True:
        page = mine.get("/v1/changes", params={"after": after}).json()
        met += [(each["position"], each["case_id"], each["fact"]["event"]) for each in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert met == [(entry.position, entry.case_id, entry.fact.event) for entry in store.scoped("885").follow()]
    assert mine.get("/v1/changes", params={"after": met[-1][0]}).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/cases", {"limit": "0"}),
        ("/v1/cases", {"limit": "4"}),
        ("/v1/cases", {"cursor": "%%%"}),
        ("/v1/cases/a/facts", {"cursor": "YQ"}),
        ("/v1/desk", {"as_of": "1e5"}),
        ("/v1/desk", {"as_of": "1899-12-31"}),
        ("/v1/desk", {"as_of": "2026-02-30"}),
        ("/v1/desk", {"days": "-1"}),
        ("/v1/desk", {"only": "owner"}),
        ("/v1/desk", {"only": "colour=red"}),
        ("/v1/desk", {"known_at": "yesterday"}),
        ("/v1/desk", {"known_by": "hearsay"}),
        ("/v1/measures", {"year": "MMXXVI"}),
        ("/v1/changes", {"after": "-1"}),
        ("/v1/changes", {"after": "99999999999999999999"}),
        ("/v1/cases/a/moves", {"informing": "maybe"}),
        ("/v1/cases/a/deadlines", {"as_off": "2026-06-01"}),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(mine, path, asked):
    refused = mine.get(path, params=asked)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    (name,) = asked
    assert name in refused.json()["detail"] or name in ("known_at", "year")


def test_what_is_not_there_is_not_found(mine):
    assert "final_plan" in mine.get("/v1/cases/a/explanation", params={"limit": "final_plans"}).json()["matches"]
    assert mine.get("/v1/measures", params={"release": 2001}).status_code == 404
    assert mine.get("/v2").status_code == 404
    for method, path in (("GET", "/v1/cases/a/what-if"), ("PUT", "/v1/cases/a/facts"), ("POST", "/v1/desk")):
        refused = mine.request(method, path)
        assert (refused.status_code, refused.headers["content-type"]) == (405, "application/problem+json")


def test_health_and_counts_need_no_key_and_name_no_case(mine, app):
    mine.get("/v1/cases/a/facts")
    mine.get("/v1/cases/nobody", headers=bearing("forged"))
    asked = {"headers": {"Authorization": ""}}
    assert mine.get("/health", **asked).json() == {"status": "ok"}
    told = mine.get("/metrics", **asked).text
    assert 'ehcp_flow_requests_total{method="GET",path="/v1/cases/{case_id}/facts",status="200"} 1' in told
    assert 'ehcp_flow_request_seconds_count{path="/v1/cases/{case_id}"} 1' in told
    assert "ehcp_flow_requests_under_way 1" in told
    assert "nobody" not in told
