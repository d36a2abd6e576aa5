"""What is asked of one case: each answer a question of the library, on a day, as known at an instant."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from ehcp_flow import dates
from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.changes import next_change
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.law.loader import law_given
from ehcp_flow.schemas import StateSchema
from ehcp_flow.service.answer_schemas import (
    CaseSchema,
    DeadlineList,
    FactList,
    MoveList,
    NextChange,
    WhatIfList,
)
from ehcp_flow.service.answering_rules import (
    AsOf,
    Cursor,
    IfNoneMatch,
    KnownAt,
    KnownBy,
    body_of,
    in_json,
    instant,
    problem_answer,
    problems,
)
from ehcp_flow.service.entity_tags import answer_tag, has_tag
from ehcp_flow.service.fact_bodies import FACT_BODY, fact_of, posted
from ehcp_flow.service.pages_of_lists import page_of
from ehcp_flow.service.service_users import ServiceUser, Serving
from ehcp_flow.states import check_move, moves, state
from ehcp_flow.store import StoredCase
from ehcp_flow.whatif import what_if

__all__ = ["CASE", "CaseId", "add_case_paths"]

CASE: Final = "/v1/cases/{case_id:path}"
CaseId = Annotated[str, Path(description="The case, by its id; a `/` in it is sent as it is, or as `%2F`.")]
_READ: Final = (401, 404, 422)
_OTHERS: Final = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


class _AskedOfCase:
    """What every question about a case takes."""

    def __init__(self, as_of: dt.date, known_at: str | None, known_by: str, tag: str | None) -> None:
        self.as_of = as_of
        self.known_at = known_at
        self.known_by = known_by
        self.tag = tag


async def _asked(
    as_of: AsOf = None, known_at: KnownAt = None, known_by: KnownBy = "recorded", if_none_match: IfNoneMatch = None
) -> _AskedOfCase:
    return _AskedOfCase(as_of or dates.today(), known_at, known_by, if_none_match)


_AboutCase = Annotated[_AskedOfCase, Depends(_asked)]


def add_case_paths(router: APIRouter, serving: Serving) -> None:
    """Add what can be asked of a case; the case itself comes last, whose id may look like any of the others."""
    size = serving.limits.page
    User = Annotated[ServiceUser, Depends(serving.user_for)]  # noqa: N806 - a type

    def answered(
        user: ServiceUser, case_id: str, asked: _AskedOfCase, make: Callable[[StoredCase], Any], *by: Any
    ) -> Response:
        store = serving.store_for(user)
        found = store.case(case_id, known_at=instant(asked.known_at), axis=asked.known_by)  # type: ignore[arg-type]
        tag = answer_tag(found, asked.as_of, asked.known_at, asked.known_by, serving.law_tag, *by)
        if has_tag(asked.tag, tag):
            return Response(None, 304, {"ETag": tag, "Cache-Control": "private, no-cache"})
        return in_json(make(found), tag=tag)

    def add(suffix: str, model: Any, endpoint: Callable[..., Response], summary: str) -> None:
        router.add_api_route(
            f"{CASE}{suffix}", endpoint, methods=["GET"], summary=summary, response_class=Response,
            operation_id=endpoint.__name__, response_model=None,
            responses={
                200: {"model": model, "headers": _TAGGED},
                304: {"description": "You have it already."},
                **problems(*_READ),
            },
        )  # fmt: skip

    def facts(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
        cursor: Cursor = None,
    ) -> Response:
        return answered(user, case_id, asked, lambda found: page_of(_facts(found.case), cursor, size), "facts", cursor)

    def deadlines(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
        cursor: Cursor = None,
    ) -> Response:
        def made(found: StoredCase) -> Any:
            listed = [each.as_dict() for each in deadlines_of(found.case, asked.as_of, **serving.law)]
            return page_of(listed, cursor, size)

        return answered(user, case_id, asked, made, "deadlines", cursor)

    def case_state(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
    ) -> Response:
        def made(found: StoredCase) -> Any:
            return state(found.case, asked.as_of, **serving.law).as_dict()

        return answered(user, case_id, asked, made, "state")

    def case_moves(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
        informing: Annotated[
            str,
            Query(
                description="What moves neither the case nor a dispute, and can be recorded at any time: `without` it, "
                "`with` it, `only` it.",
                pattern="^(without|with|only)$",
            ),
        ] = "without",
        cursor: Cursor = None,
    ) -> Response:
        def made(found: StoredCase) -> Any:
            which = {"without": False, "with": None, "only": True}[informing]
            listed = moves(found.case, asked.as_of, informing=which, **serving.law)
            return page_of([each.as_dict() for each in listed], cursor, size)

        return answered(user, case_id, asked, made, "moves", informing, cursor)

    def explanation(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
        limit: Annotated[str | None, Query(description="Only this time limit, by its id.", max_length=100)] = None,
        cursor: Cursor = None,
    ) -> Response:
        def made(found: StoredCase) -> Any:
            wanted = None if limit is None else law_given(serving.rulebook).limit(limit).id
            listed = deadlines_of(found.case, asked.as_of, **serving.law)
            shown = [each.as_dict(explanation=True) for each in listed if wanted in (None, each.limit)]
            return page_of(shown, cursor, size)

        return answered(user, case_id, asked, made, "explanation", limit, cursor)

    def case_next_change(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
    ) -> Response:
        def made(found: StoredCase) -> Any:
            on = next_change(found.case, asked.as_of, **serving.law)
            said = None if on is None else on.isoformat()
            return {"case_id": case_id, "as_of": asked.as_of.isoformat(), "on": said}

        return answered(user, case_id, asked, made, "next-change")

    def one_case(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
    ) -> Response:
        def made(found: StoredCase) -> Any:
            return {**answer(found.case, asked.as_of, **serving.law).as_dict(), "version": found.version}

        return answered(user, case_id, asked, made, "case")

    async def supposed(
        user: User,
        asked: _AboutCase,
        case_id: CaseId,
        request: Request,
    ) -> Response:
        body = await body_of(request, serving.limits)

        def made() -> Any:
            store = serving.store_for(user)
            case = store.case(case_id, known_at=instant(asked.known_at), axis=asked.known_by).case  # type: ignore[arg-type]
            return _what_if(case, body, asked.as_of, serving)

        return in_json(await run_in_threadpool(made))

    async def posted_alone() -> Response:
        return problem_answer(405, "a fact is posted here", {"Allow": "POST"})

    add("/facts", FactList, facts, "What was recorded of a case")
    add("/deadlines", DeadlineList, deadlines, "Every deadline of a case")
    add("/state", StateSchema, case_state, "Where a case stands, and how it came there")
    add("/moves", MoveList, case_moves, "What the law allows now, and why not the rest")
    add("/explanation", DeadlineList, explanation, "How each deadline comes about, step by step")
    add("/next-change", NextChange, case_next_change, "When what is said of a case is another")
    router.add_api_route(
        f"{CASE}/what-if", supposed, methods=["POST"], summary="What a fact would change; nothing is recorded",
        operation_id="what_if", response_model=None, openapi_extra={"requestBody": FACT_BODY},
        responses={200: {"model": WhatIfList}, **problems(*_READ, 400, 408, 413)},
    )  # fmt: skip
    # Else the path of the case itself would answer, of a case that is called so.
    router.add_api_route(f"{CASE}/what-if", posted_alone, methods=_OTHERS, include_in_schema=False)
    add("", CaseSchema, one_case, "All that is said of a case")


_TAGGED: Final = {"ETag": {"description": "What to send as If-None-Match or If-Match.", "schema": {"type": "string"}}}


def _facts(case: Case) -> list[dict[str, Any]]:
    standing = {fact.id for fact in case.facts}
    return [
        {
            **fact.model_dump(mode="json", exclude_none=True),
            "fact_id": fact.id, "version": version, "stands": fact.id in standing,
        }
        for version, fact in enumerate(case.recorded, start=1)
    ]  # fmt: skip


def _what_if(case: Case, body: bytes, as_of: dt.date, serving: Serving) -> dict[str, Any]:
    fact = fact_of(body, case.case_id)
    effects = what_if(case, fact, as_of, **serving.law)
    return {
        "fact": posted(fact),
        "move": check_move(case, fact.event, fact.outcome, fact.on, **serving.law).as_dict(),
        "items": [
            {
                "limit": effect.limit,
                "before": None if effect.before is None else effect.before.as_dict(),
                "after": None if effect.after is None else effect.after.as_dict(),
            }
            for effect in effects
        ],
        "next": None,
    }
