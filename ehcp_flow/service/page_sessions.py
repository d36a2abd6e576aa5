"""Signing in to the work place with a key of the service: a cookie says who it was, signed, for a working day.

Nothing is kept of it on this side, so that every process of the service knows it. The secret that signs is made when
the service starts: a key that was taken away before opens nothing behind that.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

from fastapi import APIRouter, Request, Response

from ehcp_flow.service.api_keys import ApiKeys
from ehcp_flow.service.page_answers import page_route, went
from ehcp_flow.service.page_forms import PageForms, set_cookie
from ehcp_flow.service.service_users import Limits, NotLetIn, ServiceUser, SignedIn

__all__ = ["SIGN_IN", "PageSessions"]

SIGN_IN: Final = "sign-in"
_COOKIE: Final = "ehcp_flow_session"
_SECONDS: Final = 10 * 60 * 60
_UNAUTHORIZED: Final = 401


class PageSessions:
    """Who is signed in; `user_for` lets them in, as `create_pages` wants it, and `router` has the page to sign in."""

    def __init__(self, keys: ApiKeys, secret: bytes, limits: Limits) -> None:
        self._keys = keys
        self._secret = secret
        self._forms = PageForms(secret, limits)
        self.router = APIRouter(route_class=page_route(SIGN_IN), include_in_schema=False)
        self.router.add_api_route("/sign-in", self._asked, methods=["GET"], response_model=None)
        self.router.add_api_route("/sign-in", self._signed_in, methods=["POST"], response_model=None)
        self.router.add_api_route("/sign-out", self._leaving, methods=["GET"], response_model=None)
        self.router.add_api_route("/sign-out", self._signed_out, methods=["POST"], response_model=None)

    async def user_for(self, request: Request) -> ServiceUser:
        """Return who is signed in. Raises NotLetIn."""
        told, _, seal = request.cookies.get(_COOKIE, "").partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(told).encode()):
            raise NotLetIn
        authority, name, until = json.loads(urlsafe_b64decode(told))
        user = SignedIn(authority, name, "sign-out")
        if until < time.time() or not self._keys.knows(user):
            raise NotLetIn
        return user

    async def _asked(self, request: Request) -> Response:
        return self._forms.page(request, "sign_in", None, wrong=False)

    async def _signed_in(self, request: Request) -> Response:
        fields = await self._forms.sent(request, None)
        user = self._keys.user_of(fields.get("key", "").strip())
        if user is None:
            return self._forms.page(request, "sign_in", None, wrong=True, status=_UNAUTHORIZED)
        until = int(time.time()) + _SECONDS
        told = urlsafe_b64encode(json.dumps([user.authority, user.name, until]).encode()).decode()
        answer = went("desk")
        set_cookie(answer, request, _COOKIE, f"{told}.{self._seal(told)}", seconds=_SECONDS)
        return answer

    async def _leaving(self, request: Request) -> Response:
        return self._forms.page(request, "sign_out", await self.user_for(request))

    async def _signed_out(self, request: Request) -> Response:
        await self._forms.sent(request, await self.user_for(request))
        answer = went(SIGN_IN)
        set_cookie(answer, request, _COOKIE, "", seconds=0)
        return answer

    def _seal(self, told: str) -> str:
        return hmac.new(self._secret, f"session\x1f{told}".encode(), sha256).hexdigest()
