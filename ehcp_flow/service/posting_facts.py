"""A fact is recorded: by whoever saw the case as it is, once however often it is sent, and only if it is lawful."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool

from ehcp_flow.service.answer_schemas import RecordedSchema
from ehcp_flow.service.answering_rules import body_of, in_json, problem_answer, problems
from ehcp_flow.service.case_paths import CASE, CaseId
from ehcp_flow.service.entity_tags import seen_by, tag_behind
from ehcp_flow.service.fact_bodies import FACT_BODY, fact_of
from ehcp_flow.service.service_users import ServiceUser, Serving

__all__ = ["add_recording"]

IfMatch = Annotated[
    str | None, Header(description="The ETag of the case that the decision rests on, as any answer about it gave it.")
]
IfNew = Annotated[str | None, Header(description="`*`, to begin a case that is not there yet.")]
Key = Annotated[
    str | None,
    Header(
        description="A name of your own for this command: sent again with it, the fact is recorded once.",
        min_length=1,
        max_length=200,
    ),
]


def add_recording(router: APIRouter, serving: Serving) -> None:
    """Add what records a fact."""
    User = Annotated[ServiceUser, Depends(serving.user_for)]  # noqa: N806 - a type

    async def record_fact(
        user: User,
        case_id: CaseId,
        request: Request,
        if_match: IfMatch = None,
        if_none_match: IfNew = None,
        idempotency_key: Key = None,
    ) -> Response:
        if if_match is None and if_none_match is None:
            return problem_answer(428, "send If-Match with the ETag that you saw, or If-None-Match: * for a new case")
        body = await body_of(request, serving.limits)
        return await run_in_threadpool(
            _recorded, serving, user, case_id, body, (if_match, if_none_match), idempotency_key
        )

    router.add_api_route(
        f"{CASE}/facts", record_fact, methods=["POST"], summary="Record a fact of a case", operation_id="record_fact",
        response_model=None, openapi_extra={"requestBody": FACT_BODY}, status_code=201,
        responses={
            200: {"model": RecordedSchema, "description": "It was recorded before under this key: the first answer."},
            201: {"model": RecordedSchema},
            **problems(400, 401, 404, 408, 409, 410, 412, 413, 422, 428, 503, 507),
        },
    )  # fmt: skip


def _recorded(
    serving: Serving, user: ServiceUser, case_id: str, body: bytes, rests_on: tuple[str | None, str | None],
    key: str | None,
) -> Response:  # fmt: skip
    """Return what became of a fact. The store looks at the key before the version, in the transaction that records."""
    fact = fact_of(body, case_id)
    store = serving.store_for(user)
    seen = seen_by(*rests_on, store, case_id)
    done = store.record(case_id, fact, seen=seen, key=key, strict=True, recorded_by=user.name)
    said = {"version": done.version, "fact_id": done.fact.id}
    return in_json(said, status=200 if done.repeated else 201, tag=tag_behind(done.version, done.fact))
