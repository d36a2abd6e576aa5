"""How every path answers: JSON, a tag, and a refusal as a problem (RFC 9457), whichever application it stands in."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any, Final, TypeAlias

import anyio
from fastapi import Header, Query, Request, Response
from fastapi import HTTPException as FastApiError
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BeforeValidator
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ehcp_flow.dates import parse_date, parse_instant
from ehcp_flow.errors import EhcpFlowError, PlanFileError, RangeError
from ehcp_flow.problems import problem
from ehcp_flow.schemas import ProblemSchema
from ehcp_flow.service.service_users import Limits

__all__ = [
    "PROBLEM", "AsOf", "Cursor", "IfNoneMatch", "KnownAt", "KnownBy", "ProblemRoute", "body_of", "in_json", "instant",
    "problem_answer", "problems", "refused", "status_said",
]  # fmt: skip

PROBLEM: Final = "application/problem+json"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TITLES: Final = {
    400: "The request cannot be read.", 401: "The request has no key, or one that opens nothing.",
    404: "There is nothing here.", 405: "This path is not asked so.",
    408: "The body did not come in time.", 409: "The law does not allow it now.",
    410: "The case was erased.",
    412: "Somebody else recorded something since you looked.", 413: "The body is too large.",
    422: "Something in the request is not as it should be.",
    428: "The request does not say what it rests on.", 429: "Too much is asked at once.",
    500: "A fault of this service.", 503: "The store cannot be used now.", 507: "There is no room.",
}  # fmt: skip


def _plain_day(value: object) -> object:
    """Let through what is a day as ISO writes it, of the years that are counted: pydantic would take numbers too."""
    if isinstance(value, str):
        if not _DAY.fullmatch(value):
            raise ValueError("write a day as 2026-03-02")
        return parse_date(value)
    return value


AsOf: TypeAlias = Annotated[
    dt.date | None,
    BeforeValidator(_plain_day),
    Query(
        description="The day for which to answer; without it, today in London.",
        json_schema_extra={"pattern": "^(19|20|21)[0-9]{2}-"},
    ),
]
KnownAt: TypeAlias = Annotated[
    str | None,
    Query(description="Use only what had been recorded by this instant, such as 2026-06-30T12:00:00Z.", max_length=40),
]
KnownBy: TypeAlias = Annotated[
    str,
    Query(
        description="What `known_at` goes by: `recorded`, when somebody wrote the fact down; `stored`, when the store "
        "took it.",
        pattern="^(recorded|stored)$",
    ),
]
Cursor: TypeAlias = Annotated[
    str | None, Query(description="Where to go on: the `next` of the page before.", max_length=1200)
]
IfNoneMatch: TypeAlias = Annotated[str | None, Header(description="The tag of the answer that you have.")]


def instant(known_at: str | None) -> dt.datetime | None:
    """Return the instant that is asked about. Raises DateError."""
    return None if known_at is None else parse_instant(known_at)


def in_json(said: Any, *, status: int = 200, tag: str | None = None, media: str = "application/json") -> Response:
    """Return an answer; what is personal is kept by nobody on the way, and asked for again each time."""
    headers = {"Cache-Control": "private, no-cache"} | ({} if tag is None else {"ETag": tag})
    return Response(json.dumps(said, separators=(",", ":")), status, headers, media)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how these refusals are described: each is a problem."""
    described = {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemSchema"}}}}
    return {status: {"description": _TITLES[status], "model": ProblemSchema} | described for status in sorted(statuses)}


def status_said(status: int) -> str:
    """Return what a status means, for people."""
    return _TITLES.get(status, "The request was refused.")


def problem_answer(status: int, detail: str, headers: dict[str, str] | None = None, **values: Any) -> Response:
    """Return a refusal that is no error of the library's."""
    title = status_said(status)
    said = {"type": "about:blank", "title": title, "status": status, "detail": detail, **values}
    answer = in_json(said, status=status, media=PROBLEM)
    answer.headers.update(headers or {})
    return answer


def refused(error: Exception) -> Response:
    """Return an error as a problem: what went wrong inside is told to the log, and not to who asks."""
    if isinstance(error, RequestValidationError):
        faults = [
            {"in": ".".join(map(str, fault["loc"])), "says": fault["msg"].removeprefix("Value error, ")}
            for fault in error.errors()
        ]
        return problem_answer(422, "; ".join(f"{fault['in']}: {fault['says']}" for fault in faults), faults=faults)
    if isinstance(error, HTTPException):
        return problem_answer(error.status_code, str(error.detail), dict(error.headers or {}))
    if not isinstance(error, EhcpFlowError):
        raise error
    said = problem(error)
    if isinstance(error, PlanFileError):
        said["status"] = 422
    status = said["status"]
    if status >= 500:  # noqa: PLR2004 - what is not the fault of who asks
        answer = problem_answer(status, "what went wrong is in the log of the service", type=said["type"])
        if status == 503:  # noqa: PLR2004 - as its title says
            answer.headers["Retry-After"] = "1"
        return answer
    answer = in_json(said, status=status, media=PROBLEM)
    if status == 401:  # noqa: PLR2004 - RFC 9110 asks for it
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


class ProblemRoute(APIRoute):
    """A path that tells each refusal as a problem, in an application that knows nothing of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers."""
        answering = super().get_route_handler()
        known = {*_asked_by(self.dependant)}

        async def answered(request: Request) -> Response:
            try:
                # Not passed over: whoever misspells `as_of` would be answered for today.
                if unknown := sorted(request.query_params.keys() - known):
                    expected = f"there are {', '.join(sorted(known))}" if known else "this path takes none"
                    raise RangeError("the query", unknown[0], expected)
                return await answering(request)
            except (EhcpFlowError, HTTPException, RequestValidationError) as error:
                request.state.refused_by = type(error).__name__
                return refused(error)

        return answered


def _asked_by(dependant: Any) -> Iterator[str]:
    """Yield what a path, and whatever it depends on, takes from the query; a key that a host looks for there too."""
    yield from (each.alias for each in dependant.query_params)
    scheme: Any = getattr(dependant.call, "model", None)
    if getattr(getattr(scheme, "in_", None), "value", None) == "query":
        yield scheme.name
    for each in dependant.dependencies:
        yield from _asked_by(each)


async def body_of(request: Request, limits: Limits) -> bytes:
    """Return the body of a request. Raises HTTPException for one that is too large, or too slow."""
    body = bytearray()
    too_large = FastApiError(413, f"the body has more than {limits.body_bytes} bytes")
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > limits.body_bytes:
        raise too_large
    try:
        with anyio.fail_after(limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise too_large
    except TimeoutError:
        raise FastApiError(408, f"the body did not come in {limits.body_seconds:g} seconds") from None
    except ClientDisconnect:
        raise FastApiError(400, "the body was never whole") from None
    return bytes(body)
