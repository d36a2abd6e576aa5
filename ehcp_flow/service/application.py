"""The application that `ehcp-flow serve` runs: the router, keys, health, metrics and logs."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from secrets import token_bytes
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from ehcp_flow.calendars import Calendars
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.law.model import Rulebook
from ehcp_flow.service.answering_rules import problems, refused
from ehcp_flow.service.api_keys import ApiKeys
from ehcp_flow.service.page_answers import went
from ehcp_flow.service.page_sessions import SIGN_IN, PageSessions
from ehcp_flow.service.routing import create_router
from ehcp_flow.service.service_users import Limits, ServiceUser
from ehcp_flow.service.telemetry import Metrics, Telemetry
from ehcp_flow.service.work_place import create_pages
from ehcp_flow.store import Store

__all__ = ["create_app"]

_PLACE: Final = "/workplace"

_SAYS: Final = (
    "Dated facts of Education, Health and Care cases in; deadlines, states and lists with their law out. "
    "Every refusal is a problem (RFC 9457)."
)


def create_app(
    store: Store, keys: ApiKeys, *, secret: bytes | None = None, limits: Limits | None = None,
    plan: str | os.PathLike[str] | Mapping[str, Any] | None = None, rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> FastAPI:  # fmt: skip
    """Return the service on a store that is open for all authorities, each of which sees its own by its keys.

    Programs ask below `/v1` with a key, people below `/workplace`, where they sign in with one. `secret` signs who did,
    and is the same in every process that serves; without it, it is made here. `plan` is that of the page of the
    scorecard. The store is closed when the service ends. Whether a fact is lawful says the store's own check.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    def store_for(user: ServiceUser) -> Store:
        return store.scoped(user.authority)

    app = FastAPI(
        title="ehcp_flow", version="1", description=_SAYS, docs_url=None, redoc_url=None, lifespan=living,
        redirect_slashes=False,
    )  # fmt: skip
    app.include_router(
        create_router(
            store_for=store_for, user_for=keys.user_for, limits=limits, rulebook=rulebook, calendars=calendars
        )
    )

    sealing, at_once = secret or token_bytes(32), limits or Limits()
    sessions = PageSessions(keys, sealing, at_once)
    app.include_router(sessions.router, prefix=_PLACE)
    app.include_router(
        create_pages(
            store_for=store_for, user_for=sessions.user_for, secret=sealing, sign_in=SIGN_IN, limits=limits,
            plan=plan, rulebook=rulebook, calendars=calendars,
        ),
        prefix=_PLACE,
    )  # fmt: skip

    async def first() -> Response:
        return went(f"{_PLACE}/desk")

    async def health() -> Response:
        try:
            await run_in_threadpool(lambda: next(store.case_ids(), None))
        except EhcpFlowError as error:
            return refused(error)
        return Response('{"status":"ok"}', media_type="application/json")

    async def counts() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    app.add_api_route("/", first, response_model=None, include_in_schema=False)
    app.add_api_route("/health", health, response_model=None, summary="Whether it can answer", responses=problems(503))
    app.add_api_route(
        "/metrics",
        counts,
        response_model=None,
        response_class=PlainTextResponse,
        summary="Counts, as Prometheus reads them",
    )
    for kind in (HTTPException, RequestValidationError, EhcpFlowError):
        app.add_exception_handler(kind, _as_problem)
    app.add_middleware(Telemetry, metrics=metrics)
    return app


async def _as_problem(_: Request, error: Exception) -> Response:
    """Return what was refused before a path of the router was found, or by one of the application's own."""
    return refused(error)
