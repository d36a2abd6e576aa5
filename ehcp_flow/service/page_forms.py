"""Forms of the work place: what was sent, and that it was sent from a page that this service gave to this very user.

Each form has a token: a keyed hash of a value that only this browser holds (a cookie that no script reads and no other
site sends) and of who is signed in. A browser that says from where a form was sent is believed too.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import HTTPException, Request, Response

from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.service.answering_rules import body_of
from ehcp_flow.service.page_answers import Moment, page
from ehcp_flow.service.service_users import Limits, ServiceUser

__all__ = ["FormNotOurs", "PageForms", "set_cookie"]

_COOKIE: Final = "ehcp_flow_form"
_HELD: Final = re.compile(r"[\w-]{20,64}", re.ASCII)
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 100


class FormNotOurs(EhcpFlowError):
    """The form was not sent from a page of this service."""

    http_status = 403

    def __init__(self) -> None:
        super().__init__("open the page here once more, fill it in, and send it from there")


class PageForms:
    """Gives the forms of pages their tokens and reads what is sent; `secret` is the same in every process."""

    def __init__(self, secret: bytes, limits: Limits) -> None:
        self._secret = secret
        self._limits = limits

    def page(
        self, request: Request, name: str, user: ServiceUser | None, moment: Moment | None = None, **values: Any
    ) -> Response:
        """Return a page that has a form."""
        held = request.cookies.get(_COOKIE, "")
        is_new = _HELD.fullmatch(held) is None
        if is_new:
            held = token_urlsafe(24)
        answer = page(name, user, moment, token=self._token(held, user), **values)
        if is_new:
            set_cookie(answer, request, _COOKIE, held)
        return answer

    async def sent(self, request: Request, user: ServiceUser | None) -> Mapping[str, str]:
        """Return the fields of a form. Raises FormNotOurs, HTTPException for what is no form."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise HTTPException(415, f"send a form, as {_FORM}")
        body = await body_of(request, self._limits)
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
        except ValueError:
            raise HTTPException(422, "the form is not in UTF-8, or has too many fields") from None
        fields = dict(pairs)
        held = request.cookies.get(_COOKIE, "")
        given, ours = fields.pop("token", "").encode(), self._token(held, user).encode()
        if not (_from_here(request) and _HELD.fullmatch(held) and hmac.compare_digest(given, ours)):
            raise FormNotOurs
        return fields

    def _token(self, held: str, user: ServiceUser | None) -> str:
        whose = ("", "") if user is None else (user.authority, user.name)
        return hmac.new(self._secret, "\x1f".join(("form", held, *whose)).encode(), sha256).hexdigest()


def _from_here(request: Request) -> bool:
    """Whether the browser sent it from a page of this address, as far as it says from where."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def set_cookie(answer: Response, request: Request, name: str, value: str, *, seconds: int | None = None) -> None:
    """Have the browser keep a value that no script reads and no other site sends.

    Where the service is reached from elsewhere, it is sent only over TLS.
    """
    answer.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, samesite="strict", secure=not _is_this_machine(request)
    )


def _is_this_machine(request: Request) -> bool:
    host = request.url.hostname or ""
    if request.url.scheme == "https":
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "testserver")
