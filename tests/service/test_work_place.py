"""The work place, asked in this process: who sees what, what a page may do, and how a fact is recorded and refused."""

import datetime as dt
import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from ehcp_flow.facts import make_fact
from ehcp_flow.service import Limits, ServiceUser, create_app, create_pages
from ehcp_flow.service.page_answers import POLICY
from tests.service.conftest import KEYS

PAGES = ("desk", "case?case=a", "explanation?case=a&limit=decide_assess", "fact?case=a", "measures", "scorecard",
         "fact?case=a&move=advice_requested&on=2026-04-07", "sign-in", "sign-out", "case?case=nobody",
         "desk?days=x")  # fmt: skip


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def hidden(answer):
    """Return the fields of a page's form that nobody sees."""
    return {
        name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    }


def signed_in(app, key, **options):
    client = TestClient(app, **options)
    form = hidden(client.get("/workplace/sign-in"))
    answer = client.post("/workplace/sign-in", data={**form, "key": key})
    assert answer.url.path == "/workplace/desk"
    return client


@pytest.fixture
def officer(app):
    return signed_in(app, "mine")


def form_of(client, move, on, case="a"):
    return hidden(client.get("/workplace/fact", params={"case": case, "move": move, "on": on})) | {"on": on}


def send(client, fields):
    return client.post("/workplace/fact", data=fields, follow_redirects=False)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_no_script_and_is_styled_by_this_service_alone(officer, page):
    answer = officer.get(f"/workplace/{page}")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=|javascript:", answer.text)
    assert 'rel="stylesheet" href="style.css"' in answer.text


def test_who_has_not_signed_in_is_shown_where_to(app):
    client = TestClient(app)
    assert client.get("/").url.path == "/workplace/sign-in"
    assert client.get("/workplace/").url.path == "/workplace/sign-in"
    for page in PAGES[:6]:
        answer = client.get(f"/workplace/{page}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "sign-in")
    refused = client.post("/workplace/fact", data={"case": "a"})
    assert refused.status_code == 401
    assert "what you typed is still there" in text_of(refused)


def test_a_key_that_opens_nothing_opens_no_page(app):
    client = TestClient(app)
    answer = client.post("/workplace/sign-in", data={**hidden(client.get("/workplace/sign-in")), "key": "guessed"})
    assert answer.status_code == 401
    assert "This key is not in use here" in text_of(answer)
    assert client.get("/workplace/desk").url.path == "/workplace/sign-in"


def test_a_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(app):
    client = TestClient(app, base_url="http://ehcp.example")
    form = hidden(client.get("/workplace/sign-in"))
    held = client.get("/workplace/sign-in").headers.get("set-cookie", "")
    assert "Secure" in held, "elsewhere than on this machine only over TLS, where the client keeps none"
    local = TestClient(app)
    form = hidden(local.get("/workplace/sign-in"))
    cookie = local.post("/workplace/sign-in", data={**form, "key": "mine"}, follow_redirects=False).headers[
        "set-cookie"
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "mine" not in cookie


def test_a_forged_and_an_expired_session_open_nothing(app, officer, monkeypatch):
    name = "ehcp_flow_session"
    told, _, seal = officer.cookies[name].partition(".")
    for forged in (f"{told[:-4]}AAAA.{seal}", f"{told}.{'0' * 64}", told, ".", "é"):
        headers = {b"Cookie": f"{name}={forged}".encode()}
        answer = TestClient(app).get("/workplace/desk", headers=headers, follow_redirects=False)
        assert answer.status_code == 303, forged
    assert officer.get("/workplace/desk").url.path == "/workplace/desk"
    monkeypatch.setattr("ehcp_flow.service.page_sessions.time.time", lambda: 4_000_000_000)
    assert officer.get("/workplace/desk").url.path == "/workplace/sign-in"


def test_a_session_of_another_start_of_the_service_opens_nothing(store, officer):
    other = TestClient(create_app(store, KEYS), cookies=dict(officer.cookies))
    assert other.get("/workplace/desk").url.path == "/workplace/sign-in"


def test_who_signs_out_is_out(officer):
    answer = officer.post("/workplace/sign-out", data=hidden(officer.get("/workplace/sign-out")))
    assert answer.url.path == "/workplace/sign-in"
    assert officer.get("/workplace/desk").url.path == "/workplace/sign-in"


def test_another_authoritys_case_is_as_one_that_is_not_there(officer):
    theirs, nobodys = (officer.get("/workplace/case", params={"case": case}) for case in ("z", "y"))
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert text_of(theirs).replace("'z'", "'y'") == text_of(nobodys)
    assert officer.get("/workplace/explanation", params={"case": "z", "limit": "decide_assess"}).status_code == 404
    assert "case=z" not in officer.get("/workplace/desk", params={"as_of": "2026-06-30"}).text
    assert "1 case." in text_of(signed_in(officer.app, "theirs").get("/workplace/desk"))


def test_another_authoritys_case_takes_no_fact(officer, store):
    answer = send(officer, form_of(officer, "request_received", "2026-03-02", case="z"))
    assert answer.status_code == 404
    assert len(store.case("z").case.facts) == 1


@pytest.mark.parametrize("wrong", ["no token", "another token", "another user's", "no cookie", "another site"])
def test_a_form_from_elsewhere_records_nothing(app, officer, store, wrong):
    fields, headers = form_of(officer, "advice_requested", "2026-04-07") | {"party": "medical"}, {}
    if wrong == "no token":
        del fields["token"]
    elif wrong == "another token":
        fields["token"] = "0" * 64
    elif wrong == "another user's":
        colleague = signed_in(app, "also mine")
        colleague.cookies.set("ehcp_flow_form", officer.cookies["ehcp_flow_form"])
        fields["token"] = form_of(colleague, "advice_requested", "2026-04-07")["token"]
    elif wrong == "no cookie":
        del officer.cookies["ehcp_flow_form"]
    else:
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert (
            officer.post("/workplace/fact", data=fields, headers={"Origin": "https://evil.example"}).status_code == 403
        )
    assert officer.post("/workplace/fact", data=fields, headers=headers).status_code == 403
    assert store.case("a").version == 2


def test_a_form_is_a_form_and_no_larger_than_the_limit(officer):
    assert officer.post("/workplace/fact", json={"case": "a"}).status_code == 415
    assert officer.post("/workplace/fact", data={"case": "a" * 3000}).status_code == 413
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert officer.post("/workplace/fact", content=b"case=%ff", headers=headers).status_code == 422
    assert officer.post("/workplace/fact", content=b"a=1&" * 101, headers=headers).status_code == 422


def test_a_lawful_fact_is_recorded_once_by_who_is_signed_in(officer, store):
    fields = form_of(officer, "advice_requested", "2026-04-07") | {"party": "medical"}
    answer = send(officer, fields)
    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "case")
    assert send(officer, fields).status_code == 303, "sent twice, as browsers do"
    found = store.case("a").case
    assert (len(found.facts), found.facts[-1].recorded_by) == (3, "cw1")
    shown = officer.get(f"/workplace/{answer.headers['location']}")
    assert "Recorded: Tuesday 7 April 2026: Advice requested (health services)." in text_of(shown)


def test_only_what_is_lawful_on_the_day_is_offered_and_the_rest_says_why_not(officer):
    answer = officer.get("/workplace/fact", params={"case": "b", "on": "2026-03-10"})
    offered = re.findall(r"move=(\w+)", answer.text.partition('id="refused"')[0])
    assert "assessment_agreed" in offered
    assert "final_plan_sent" not in offered
    assert "Final plan sent no draft plan is on record" in text_of(answer)
    assert "send a draft, then allow 15 days" in text_of(answer)


def test_what_is_unlawful_is_refused_with_its_reason_and_law_and_what_was_typed_is_kept(officer, store):
    fields = form_of(officer, "final_plan_sent", "2026-04-20") | {"party": "oak-park", "reason": "as <agreed>"}
    answer = send(officer, fields)
    assert answer.status_code == 409
    told = text_of(answer)
    assert "Not recorded" in told
    assert "no draft plan is on record ( SEND Regulations 2014 (SI 2014/1530), reg 13(1) )" in told
    assert "send a draft, then allow 15 days" in told
    for kept in ('value="2026-04-20"', "as &lt;agreed&gt;"):
        assert kept in answer.text, kept
    assert store.case("a").version == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"on": "2026-02-30"}, "the calendar has no such day"),
        ({"on": ""}, "Error"),
        ({"on": "2199-01-01"}, "write the day on which it happened"),
        ({"party": "Jo Smith"}, "Party"),
    ],
)
def test_what_is_no_fact_is_refused_at_its_field(officer, store, changed, says):
    answer = send(officer, form_of(officer, "advice_requested", "2026-04-07") | {"party": "medical"} | changed)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert 'aria-invalid="true"' in answer.text
    assert store.case("a").version == 2


def test_what_no_page_offers_is_refused(officer):
    for move in ("no_such_event", "fact_voided", "review_decision_sent", "review_decision_sent:no"):
        assert officer.get("/workplace/fact", params={"case": "a", "move": move}).status_code == 422, move
    fields = form_of(officer, "advice_requested", "2026-04-07")
    assert send(officer, fields | {"move": ""}).status_code == 422


@pytest.mark.parametrize("lost", ["case", "move", "on", "seen"])
def test_a_form_that_lost_a_field_records_nothing_and_is_no_fault_of_the_service(officer, store, lost):
    before = store.stats().facts
    fields = form_of(officer, "advice_requested", "2026-04-07") | {"party": "medical"}
    del fields[lost]
    answer = officer.post("/workplace/fact", data=fields)
    assert 400 <= answer.status_code < 500
    assert store.stats().facts == before


def test_who_looked_before_somebody_else_recorded_is_shown_what(officer, store):
    fields = form_of(officer, "advice_requested", "2026-04-07") | {"party": "medical"}
    asked = make_fact("advice_requested", case_id="a", on="2026-04-03", party="educational")
    store.record("a", asked, seen=2, recorded_by="cw2")
    answer = send(officer, fields)
    assert answer.status_code == 412
    assert "Friday 3 April 2026: Advice requested (a school or college)" in text_of(answer)
    assert send(officer, fields | hidden(answer)).status_code == 303
    assert store.case("a").version == 4
    assert (
        send(officer, {**form_of(officer, "advice_requested", "2026-04-07"), "seen": "", "party": "other"}).status_code
        == 412
    )


def test_a_new_case_is_begun(officer, store):
    assert "Begin case new/1" in text_of(officer.get("/workplace/fact", params={"case": "new/1"}))
    fields = form_of(officer, "request_received", "2026-03-02", case="new/1") | {"party": "parent"}
    assert send(officer, fields).status_code == 303
    found = store.case("new/1").case
    assert found.authority == "885"
    assert officer.get("/workplace/case", params={"case": "new/1"}).status_code == 200


def test_the_desk_comes_in_pages_and_by_its_filters(officer):
    first = officer.get("/workplace/desk", params={"as_of": "2026-06-30"})
    rows, pages = [], 0
    while True:
        pages += 1
        rows += re.findall(r'<th scope="row"><a href="case\?as_of=2026-06-30&amp;case=([^"]+)">', first.text)
        onward = re.search(r'href="([^"]+)">Next page', first.text)
        if onward is None:
            break
        first = officer.get(f"/workplace/{unescape(onward[1])}")
    assert pages > 1
    assert {"a", "b", "c%2F1"} == set(rows)
    assert f"{len(rows)} things to do" in text_of(first)
    none = officer.get("/workplace/desk", params={"as_of": "2026-06-30", "list": "court"})
    assert "Nothing is to be done" in text_of(none)
    for wrong in ({"list": "x"}, {"days": "-1"}, {"days": "99999"}, {"cursor": "x"}, {"as_of": "soon"}):
        assert officer.get("/workplace/desk", params=wrong).status_code == 422, wrong


def test_a_case_is_shown_as_it_was_known_on_a_day(officer, store, monkeypatch):
    day = dt.date(2199, 1, 4)
    monkeypatch.setattr("ehcp_flow.dates.today", lambda: day)
    store.clock = lambda: dt.datetime.combine(day, dt.time(12), dt.UTC)
    send(officer, form_of(officer, "advice_requested", "2026-04-07") | {"party": "medical"})
    now = officer.get("/workplace/case", params={"case": "a", "as_of": "2026-06-30"})
    assert "Advice requested" in text_of(now)
    (earlier,) = re.findall(r'href="([^"]+)">Earlier', now.text)
    then = officer.get(f"/workplace/{unescape(earlier)}")
    assert "Advice requested" not in text_of(then)
    assert "This is what had been recorded by the end of" in text_of(then)
    assert 'id="record"' not in then.text, "nothing is recorded from a page of the past"
    assert officer.get("/workplace/case", params={"case": "a", "known_on": "2020-01-01"}).status_code == 404


def test_a_deadline_is_explained_with_its_law(officer):
    answer = officer.get(
        "/workplace/explanation", params={"case": "b", "limit": "decide_assess", "as_of": "2026-03-10"}
    )
    assert "6 weeks after Monday 2 March 2026" in text_of(answer)
    assert 'href="https://www.legislation.gov.uk/' in answer.text
    assert officer.get("/workplace/explanation", params={"case": "b", "limit": "nothing"}).status_code == 404


def test_a_figure_stands_with_what_it_is_of(officer):
    told = text_of(officer.get("/workplace/measures", params={"year": "2026", "as_of": "2026-06-30"}))
    assert re.search(r"\d+\.\d% \d+ of \d+", told)
    assert officer.get("/workplace/measures", params={"year": "soon"}).status_code == 422
    assert "Figures against the plan" in text_of(officer.get("/workplace/scorecard", params={"as_of": "2026-06-30"}))


def test_the_pages_stand_in_an_application_with_users_of_its_own(store):
    def user(who: str = "") -> ServiceUser:
        if not who:
            raise HTTPException(401, "sign in at the council")
        return ServiceUser("885", who)

    app = FastAPI()
    pages = create_pages(
        store_for=lambda user: store.scoped(user.authority), user_for=user, secret=b"s" * 32, limits=Limits(page=5)
    )
    app.include_router(pages, prefix="/ehcp/work")
    client = TestClient(app)
    assert client.get("/ehcp/work/desk", params={"who": "jo"}).status_code == 200
    assert "Sign out" not in text_of(client.get("/ehcp/work/desk", params={"who": "jo"}))
    refused = client.get("/ehcp/work/desk")
    assert refused.status_code == 401
    assert "sign in at the council" in text_of(refused)
