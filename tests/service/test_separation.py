"""Under attack: nothing of one authority is seen, changed or told by what another, or nobody, sends."""

import asyncio
import json
import logging

import pytest
from fastapi.testclient import TestClient

from ehcp_flow.errors import ExitCode, SourceError, SourceMissing
from ehcp_flow.service import case_paths, read_keys
from ehcp_flow.store.errors import StoreLocked
from tests.service.conftest import NEW, REQUEST, bearing, hashed

AGREED = {"event": "assessment_agreed", "on": "2026-04-02"}
ABOUT = ("", "/facts", "/deadlines", "/state", "/moves", "/explanation", "/next-change")
EVERY = [
    *(("GET", f"/v1/cases/a{below}") for below in ABOUT),
    ("POST", "/v1/cases/a/facts"), ("POST", "/v1/cases/a/what-if"), ("POST", "/v1/scorecard"),
    ("GET", "/v1/cases"), ("GET", "/v1/desk"), ("GET", "/v1/measures"), ("GET", "/v1/changes"),
]  # fmt: skip
FORGED = [
    {}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, bearing("forged"),
    bearing("Mine"), bearing("mine mine"), bearing("mine\xe9"), {"Authorization": "Basic bWluZTptaW5l"},
    {"Authorization": "mine"}, {"X-Api-Key": "mine"}, bearing(hashed("mine")), bearing("885"), bearing("x" * 5000),
]  # fmt: skip


@pytest.fixture
def nobody(app):
    return TestClient(app, raise_server_exceptions=False)


def test_every_path_is_tried(app):
    described = {(method.upper(), path) for path, each in app.openapi()["paths"].items() for method in each}
    tried = {(method, path.replace("/a", "/{case_id}", 1)) for method, path in EVERY if "/cases/" in path}
    tried |= {(method, path) for method, path in EVERY if "/cases/" not in path}
    assert described - tried == {("GET", "/health"), ("GET", "/metrics")}


@pytest.mark.parametrize("forged", FORGED, ids=lambda headers: str(headers)[:40])
def test_without_a_key_that_is_in_use_nothing_is_answered(nobody, forged):
    for method, path in EVERY:
        sent = {name: value.encode("latin-1") for name, value in {**forged, **NEW}.items()}
        refused = nobody.request(method, path, headers=sent, json=None if method == "GET" else REQUEST)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.json()["type"] == "urn:ehcp-flow:problem:not-let-in"


def test_another_authoritys_case_is_answered_as_one_that_is_not_there(mine, theirs, store):
    seen = mine.get("/v1/cases/a").headers["etag"]
    before = store.case("a")
    for method, path in EVERY:
        if "/cases/" not in path:
            continue
        for headers in ({"If-Match": seen}, {"If-Match": "*"}, {"If-Match": '"1-0123456789abcdef"'}):
            body = None if method == "GET" else AGREED
            refused = theirs.request(method, path, headers={**headers, "Idempotency-Key": "k"}, json=body)
            no_such = theirs.request(method, path.replace("/a", "/nobody"), headers=headers, json=body)
            assert refused.status_code == no_such.status_code == 404
            assert refused.text == no_such.text.replace("nobody", "a")
            assert {*refused.headers.items()} - {("content-length", refused.headers["content-length"])} == {
                *no_such.headers.items()
            } - {("content-length", no_such.headers["content-length"])}
    assert store.case("a") == before


def test_no_list_holds_another_authoritys_case(mine, theirs):
    for client, own in ((mine, {"a", "b", "c/1"}), (theirs, {"z"})):
        for path in ("/v1/cases", "/v1/desk", "/v1/changes"):
            page = client.get(path, params={"limit": 3} | ({} if "changes" in path else {"as_of": "2026-06-01"})).json()
            found = {each["case_id"] for each in page["items"]}
            assert found
            assert found <= own
        measured = client.get("/v1/measures", params={"year": "2026", "as_of": "2026-06-01"}).json()["items"]
        assert [row["requests_received_in_year"] for row in measured] == [len(own)]


def test_a_cursor_of_one_authority_shows_another_nothing_of_it(mine, theirs):
    cursor = mine.get("/v1/cases", params={"limit": 1}).json()["next"]
    assert [each["case_id"] for each in theirs.get("/v1/cases", params={"cursor": cursor}).json()["items"]] == ["z"]


def test_a_fact_cannot_be_slipped_into_another_authority_nor_taken_from_it(mine, theirs, store):
    for body in ({**REQUEST, "authority": "885"}, {**REQUEST, "case_id": "a"}):
        assert theirs.post("/v1/cases/new/facts", json=body, headers=NEW).status_code == 422
    replaced = {"event": "authority_replaced", "on": "2026-04-01", "authority": "885"}
    assert theirs.post("/v1/cases/z/facts", json=replaced, headers={"If-Match": "*"}).status_code == 422
    assert theirs.post("/v1/cases/new/facts", json=REQUEST, headers=NEW).status_code == 201
    assert mine.get("/v1/cases/new").status_code == 404
    assert store.case("new").case.recorded[0].authority == "301"


def test_an_idempotency_key_of_one_authority_is_nothing_to_another(mine, theirs):
    keyed = {**NEW, "Idempotency-Key": "k-1"}
    first = mine.post("/v1/cases/m/facts", json=REQUEST, headers=keyed)
    replayed = theirs.post("/v1/cases/m/facts", json=REQUEST, headers=keyed)
    assert (first.status_code, replayed.status_code) == (201, 404)
    assert theirs.post("/v1/cases/t/facts", json=REQUEST, headers=keyed).status_code == 201


def test_an_oversized_body_is_refused_before_it_is_read(mine):
    for path in ("/v1/cases/a/facts", "/v1/cases/a/what-if", "/v1/scorecard"):
        large = json.dumps({**REQUEST, "reason": "x" * 2000})
        assert mine.post(path, content=large, headers=NEW).status_code == 413
        # Whoever does not say how much there is is stopped when it is too much.
        assert mine.post(path, content=iter([large.encode()] * 3), headers=NEW).status_code == 413
    assert mine.get("/v1/cases/a").json()["version"] == 2


@pytest.mark.parametrize(("ends", "status"), [("never", 408), ("cut", 400)])
def test_a_body_that_does_not_come_is_not_waited_for(app, ends, status):
    headers = [(b"authorization", b"Bearer mine"), (b"if-none-match", b"*")]
    path = "/v1/cases/new/facts"
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers, "http_version": "1.1", "scheme": "http", "client": ("1.2.3.4", 5), "server": ("x", 80),
        "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip
    sent = []

    async def ask():
        parts = [{"type": "http.request", "body": b'{"event"', "more_body": True}]

        async def receive():
            if parts:
                return parts.pop()
            if ends == "cut":
                return {"type": "http.disconnect"}
            return await asyncio.get_running_loop().create_future()

        async def send(message):
            sent.append(message)

        await app(scope, receive, send)

    asyncio.run(ask())
    assert sent[0]["status"] == status


def test_what_goes_wrong_inside_is_told_to_the_log_without_what_it_was_about(mine, monkeypatch, caplog):
    def fails(*_, **__):
        raise RuntimeError("Jane Doe of Oak Street")

    caplog.set_level(logging.INFO, "ehcp_flow.service")
    monkeypatch.setattr(case_paths, "answer", fails)
    refused = mine.get("/v1/cases/a", params={"as_of": "2026-06-01"})
    assert (refused.status_code, refused.headers["content-type"]) == (500, "application/problem+json")
    told = json.loads(caplog.messages[-1])
    assert (told["fault"], told["path"], told["status"]) == ("RuntimeError", "/v1/cases/{case_id}", 500)
    assert any(place.startswith("fails:") for place in told["where"])
    mine.get("/v1/cases/Jane", headers=bearing("forged"))
    assert json.loads(caplog.messages[-1])["refused_by"] == "NotLetIn"
    assert "Jane" not in refused.text + "".join(caplog.messages)


def test_a_store_that_cannot_be_used_is_tried_again_later(mine, store, monkeypatch):
    def locked(*_, **__):
        raise StoreLocked("held by process 7 of clerk_885")

    monkeypatch.setattr(type(store), "case", locked)
    monkeypatch.setattr(type(store), "case_ids", locked)
    for path in ("/v1/cases/a", "/health"):
        refused = mine.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "clerk" not in refused.text


def test_the_file_of_keys_says_who_may_ask(tmp_path):
    file = tmp_path / "keys.csv"
    file.write_text(f"{hashed('k')},885,cw1\n\n{hashed('l').upper()}, 301 ,clerk\n", "utf-8")
    keys = read_keys(str(file))
    assert [keys.user_of(key) for key in ("m", hashed("k"))] == [None, None]
    assert [(user.authority, user.name) for user in map(keys.user_of, ("k", "l")) if user] == [
        ("885", "cw1"), ("301", "clerk"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it holds no key"),
        ("secret,885,cw1\n", "line 1: the first cell is no SHA-256"),
        (f"{'0' * 64},885\n", "line 1: there are 2 cells"),
        (f"{'0' * 64},885,a\n{'0' * 64},301,b\n", "line 2: the same key was there before"),
        (f"{'0' * 64},Barking,cw1\n", "line 1: the second cell is no three-digit number"),
        (f"{'0' * 64},885, \n", "line 1: the third cell is no name"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_of_keys_that_is_wrong_is_refused_and_no_key_is_shown(tmp_path, text, why):
    file = tmp_path / "keys.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SourceError, match=why) as refused:
        read_keys(str(file))
    assert "secret" not in str(refused.value)


def test_a_file_of_keys_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(SourceMissing) as refused:
        read_keys(str(tmp_path / "keys.csv"))
    assert refused.value.exit_code == ExitCode.USAGE
