"""The example of a host with its own sign-in: who has a good token sees their authority's cases, nobody else any."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient

from ehcp_flow.store import Store
from examples import oidc_host
from tests.service.conftest import NEW, REQUEST, bearing

ISSUER, AUDIENCE = "https://login.council.example", "ehcp"
OURS, ANOTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def token(key=OURS, algorithm="RS256", without=(), **said):
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "j.smith", "authority": "885", "exp": time.time() + 3600, **said}
    left = {name: value for name, value in claims.items() if name not in without}
    return jwt.encode(left, key, algorithm, {"kid": "1"})


@pytest.fixture
def host(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/cases.db"
    Store.open(url, create=True).close()
    public = jwt.PyJWK({**jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key(), as_dict=True), "alg": "RS256"})
    monkeypatch.setattr(jwt.PyJWKClient, "get_signing_key_from_jwt", lambda _, token: known(token, public))
    for name, value in (("OIDC_ISSUER", ISSUER), ("OIDC_AUDIENCE", AUDIENCE), ("EHCP_FLOW_STORE", url)):
        monkeypatch.setenv(name, value)
    return TestClient(oidc_host.application(), raise_server_exceptions=False)


def known(sent, public):
    """The provider's key, of a token that names it, as the client looks it up."""
    if jwt.get_unverified_header(sent).get("kid") != "1":
        raise jwt.PyJWKClientError("no such key")
    return public


def test_who_is_signed_in_records_and_asks_in_their_authority(host):
    mine, theirs = bearing(token()), bearing(token(authority="301", sub="clerk"))
    begun = host.post("/ehcp/v1/cases/a/facts", json=REQUEST, headers={**NEW, **mine})
    assert (begun.status_code, begun.json()["version"]) == (201, 1)
    facts = host.get("/ehcp/v1/cases/a/facts", headers=mine).json()["items"]
    assert [(fact["authority"], fact["recorded_by"]) for fact in facts] == [("885", "j.smith")]
    assert host.get("/ehcp/v1/cases/a", headers=theirs).status_code == 404
    refused = host.post("/ehcp/v1/cases/a/facts", json={"event": "plan_ceased", "on": "2026-03-03"},
                        headers={**mine, "If-Match": begun.headers["etag"]})  # fmt: skip
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")


def changed():
    return token()[:-6] + "AAAAAA"


FORGED: dict[str, Callable[[], str]] = {
    "none": str,
    "no token": partial(str, "a.b.c"),
    "expired": partial(token, exp=time.time() - 60),
    "for another application": partial(token, aud="payroll"),
    "of another issuer": partial(token, iss="https://evil.example"),
    "signed by somebody else": partial(token, ANOTHER),
    "not signed": partial(token, "", "none"),
    "signed with a secret": partial(token, "s" * 64, "HS256"),
    "changed on its way": changed,
    **{f"without {name}": partial(token, without=[name]) for name in ("exp", "aud", "iss", "sub", "authority")},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_token_that_is_forged_expired_or_for_something_else_opens_nothing(host, forged):
    refused = host.get("/ehcp/v1/cases", headers=bearing(forged()))
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_it_is_as_short_as_the_page_says():
    assert len(Path(oidc_host.__file__).read_text("utf-8").splitlines()) <= 40
