"""How every page of the work place answers: HTML that runs and loads nothing, and a refusal as a page of its own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from ehcp_flow import dates
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.reports.page import filled
from ehcp_flow.service.answering_rules import refused, status_said
from ehcp_flow.service.service_users import NotLetIn, ServiceUser

__all__ = ["POLICY", "Moment", "moment_of", "page", "page_route", "went"]

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may do: be styled by this service, and send its forms to it. No script runs, whoever wrote it."""
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_DAY: Final = dt.timedelta(days=1)
_INSTANT: Final = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Moment:
    """Which day is asked about, and, with `known_on`, only what had been recorded by the end of that day in London."""

    as_of: dt.date = field(default_factory=dates.today)
    known_on: dt.date | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def known_at(self) -> dt.datetime | None:
        """The last instant of the day `known_on`."""
        if self.known_on is None:
            return None
        midnight = dt.datetime.combine(self.known_on + _DAY, dt.time(), dates.london())
        return midnight.astimezone(dt.UTC) - _INSTANT

    def to(self, name: str, **more: Any) -> str:
        """Return the address of another page, asked about the same day as known on the same; None leaves one out."""
        asked = {**self.given, **more}
        query = urlencode({key: value for key, value in asked.items() if value not in (None, "")})
        return f"{name}?{query}" if query else name


async def moment_of(request: Request) -> Moment:
    """Return the moment that a page is asked about. Raises DateError for what is no day."""
    given = {name: said for name in ("as_of", "known_on") if (said := request.query_params.get(name, "").strip())}
    days = {name: dates.parse_date(said) for name, said in given.items()}
    return Moment(days.get("as_of") or dates.today(), days.get("known_on"), given)


def page(
    name: str, user: ServiceUser | None, moment: Moment | None = None, *, status: int = 200, **values: Any
) -> Response:
    """Return a page, filled in; `user` is who sees it, None for who has not signed in."""
    told = moment or Moment()
    said = filled(f"work_{name}.html.j2", here=name, user=user, moment=told, to=told.to, say=dates.say, **values)
    return HTMLResponse(said, status, _HEADERS)


def went(address: str) -> Response:
    """Return the answer to a form that did what it was sent for: another page, which may be asked for again."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, _HEADERS)


def page_route(sign_in: str) -> type[APIRoute]:
    """Return the class of paths that tell a refusal as a page, and show who is not let in where to `sign_in`."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answering = super().get_route_handler()

            async def answered(request: Request) -> Response:
                try:
                    return await answering(request)
                except (EhcpFlowError, HTTPException, RequestValidationError) as error:
                    request.state.refused_by = type(error).__name__
                    if sign_in and isinstance(error, NotLetIn) and request.method == "GET":
                        return went(sign_in)
                    return _told(error, sign_in)

            return answered

    return PageRoute


def _told(error: Exception, sign_in: str) -> Response:
    """Return a refusal as a page, in the words in which the paths for programs tell it."""
    answer = refused(error)
    said = json.loads(bytes(answer.body))
    signed_out = sign_in if isinstance(error, NotLetIn) else ""
    shown = page(
        "refused", None, status=answer.status_code, title=status_said(answer.status_code),
        detail=said["detail"], sign_in=signed_out,
    )  # fmt: skip
    shown.headers.update({
        name: value for name, value in answer.headers.items() if name in ("allow", "retry-after", "www-authenticate")
    })  # fmt: skip
    return shown
