"""The work place in the browser, for an application with users of its own; `serve` has it under `/workplace`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Response

from ehcp_flow.calendars import Calendars
from ehcp_flow.law.model import Rulebook
from ehcp_flow.measures.plan_file import read_plan
from ehcp_flow.measures.plan_proposal import plan_to_begin_with
from ehcp_flow.reports.page import stylesheet
from ehcp_flow.service.case_pages import add_case_pages
from ehcp_flow.service.caseload_pages import add_caseload_pages
from ehcp_flow.service.page_answers import page_route, went
from ehcp_flow.service.page_forms import PageForms
from ehcp_flow.service.recording_pages import add_recording_pages
from ehcp_flow.service.service_users import Limits, Serving, StoreFor

__all__ = ["create_pages"]


def create_pages(  # noqa: PLR0913 - one parameter for each setting
    *, store_for: StoreFor, user_for: Callable[..., Any], secret: bytes, sign_in: str = "",
    limits: Limits | None = None, plan: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    rulebook: Rulebook | None = None, calendars: Calendars | None = None,
) -> APIRouter:  # fmt: skip
    """Return the pages of the work place: `app.include_router(create_pages(...), prefix="/workplace")`.

    `store_for`, `user_for`, `limits`, `rulebook` and `calendars` are those of `create_router`, and mean the same.
    `secret` makes the tokens of forms: long, random, and the same in every process that serves. `sign_in` is where who
    is not let in is sent, if `user_for` raises `NotLetIn`. `plan` is the plan file of the scorecard; without it, the
    figures that boards ask for. Pages link to each other by their last part: nothing else may be served below the
    prefix. Raises PlanFileError for a plan that is wrong, LibraryMissing without Jinja2.
    """
    serving = Serving(store_for, user_for, limits or Limits(), rulebook, calendars, "")
    read = plan_to_begin_with() if plan is None else read_plan(plan, rulebook=rulebook)
    router = APIRouter(route_class=page_route(sign_in), include_in_schema=False)
    style = stylesheet("work.css")

    async def first() -> Response:
        return went("desk")

    async def styled() -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    router.add_api_route("/", first, methods=["GET"], response_model=None)
    router.add_api_route("/style.css", styled, methods=["GET"], response_model=None)
    add_caseload_pages(router, serving, read)
    add_case_pages(router, serving)
    add_recording_pages(router, serving, PageForms(secret, serving.limits))
    return router
