"""What is asked of a whole caseload: its cases, the desk, the figures, a plan's scorecard, and what was recorded since.

One question of this kind is worked on at a time for each authority: who asks for a great deal waits for themselves.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated, Any, Final, NamedTuple

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.errors import RangeError
from ehcp_flow.measures import DESK_COLUMNS, desk, measure
from ehcp_flow.measures.dated_values import particular_values
from ehcp_flow.measures.period_names import stretch_named
from ehcp_flow.measures.scorecard import scorecard
from ehcp_flow.service.answer_schemas import CaseList, ChangeList, DeskList, RowList
from ehcp_flow.service.answering_rules import AsOf, Cursor, KnownAt, KnownBy, body_of, in_json, instant, problems
from ehcp_flow.service.fact_bodies import object_of
from ehcp_flow.service.pages_of_lists import page_after, page_of, place_of
from ehcp_flow.service.service_users import ServiceUser, Serving
from ehcp_flow.states import state
from ehcp_flow.store import Store

__all__ = ["add_caseload_paths"]

_LAST: Final = 2**63 - 1
_MOST_DAYS: Final = 36_525
_PLAN: Final = {
    "required": True,
    "content": {"application/json": {"schema": {"type": "object", "description": "A plan: the keys of a plan file."}}},
}


class _When(NamedTuple):
    """Which day is asked about, and what was known of it when."""

    as_of: dt.date
    known_at: str | None
    known_by: str


async def _when(as_of: AsOf = None, known_at: KnownAt = None, known_by: KnownBy = "recorded") -> _When:
    return _When(as_of or dates.today(), known_at, known_by)


_Moment = Annotated[_When, Depends(_when)]


def add_caseload_paths(router: APIRouter, serving: Serving) -> None:
    """Add what can be asked of all cases of the authority that asks."""
    limits = serving.limits
    working: defaultdict[str, anyio.CapacityLimiter] = defaultdict(lambda: anyio.CapacityLimiter(1))
    User = Annotated[ServiceUser, Depends(serving.user_for)]  # noqa: N806 - a type
    items = Query(description="How many items of a page at most.", ge=1, le=limits.largest_page)
    PageSize = Annotated[int, items]  # noqa: N806 - as above

    async def made(user: ServiceUser, make: Callable[[Store], Any]) -> Response:
        def answered() -> Response:
            return in_json(make(serving.store_for(user)))

        return await run_sync(answered, limiter=working[user.authority])

    def add(path: str, model: Any, endpoint: Callable[..., Any], summary: str, *more: int) -> None:
        router.add_api_route(
            path, endpoint, methods=["GET"], summary=summary, operation_id=endpoint.__name__, response_model=None,
            responses={200: {"model": model}, **problems(401, 422, *more)},
        )  # fmt: skip

    async def list_cases(
        user: User,
        as_of: AsOf = None,
        cursor: Cursor = None,
        limit: PageSize = limits.page,
    ) -> Response:
        def cases(store: Store) -> Any:
            after = "" if cursor is None else place_of(cursor)
            ids, following = page_after(((each, each) for each in store.case_ids(after=after)), limit)
            on = as_of or dates.today()
            rows = []
            for found in store.cases(ids):
                stands = state(found.case, on, **serving.law)
                since = None if stands.since is None else stands.since.isoformat()
                rows.append(
                    {
                        "case_id": found.case.case_id, "authority": user.authority, "state": stands.pathway.value,
                        "since": since, "version": found.version,
                    }
                )  # fmt: skip
            return {"items": rows, "next": following}

        return await made(user, cases)

    async def work_list(
        user: User,
        moment: _Moment,
        days: Annotated[int, Query(description="How many days it looks ahead.", ge=0, le=_MOST_DAYS)] = 14,
        only: Annotated[
            list[str] | None,
            Query(description="Only rows with this value: `owner=cw1`, `list=overdue`; may be given again."),
        ] = None,
        cursor: Cursor = None,
        limit: PageSize = limits.page,
    ) -> Response:
        def rows(store: Store) -> Any:
            on, wanted = moment.as_of, _pairs(only)
            cases = list(_cases(store, moment))
            listed = desk(cases, on, days=days, extra=particular_values(cases).on(on), **serving.law)
            return page_of([row for row in listed if _fits(row, wanted)], cursor, limit)

        return await made(user, rows)

    async def figures(
        user: User,
        moment: _Moment,
        year: Annotated[
            str | None,
            Query(
                description="A period by its name: 2025, 2020-2024, 2025/26, FY2025, 2026-Q1, 2026-06.", max_length=20
            ),
        ] = None,
        by: Annotated[
            list[str] | None, Query(description="What to group by; without it, `authority`.", max_length=5)
        ] = None,
        release: Annotated[
            int | None, Query(description="The Department's release whose names the columns have.", ge=2000, le=2100)
        ] = None,
        cursor: Cursor = None,
        limit: PageSize = limits.page,
    ) -> Response:
        def rows(store: Store) -> Any:
            period = None if year is None else stretch_named(year)
            table = measure(
                list(_cases(store, moment)), year=period, by=tuple(by or ("authority",)),
                as_of=moment.as_of, **serving.law,
            )  # fmt: skip
            named = table if release is None else table.named(release)
            return page_of([*named.rows], cursor, limit)

        return await made(user, rows)

    async def plan_scorecard(
        user: User,
        moment: _Moment,
        request: Request,
    ) -> Response:
        plan = object_of(await body_of(request, limits))

        def rows(store: Store) -> Any:
            card = scorecard(list(_cases(store, moment)), plan, as_of=moment.as_of, **serving.law)
            return {"items": [row.as_dict() for row in card.rows], "next": None}

        return await made(user, rows)

    async def changes(
        user: User,
        after: Annotated[int, Query(description="The last position that you dealt with.", ge=0, le=_LAST)] = 0,
        limit: PageSize = limits.page,
    ) -> Response:
        def entries(store: Store) -> Any:
            found = store.follow(after, limit=limit + 1)
            items = [
                {
                    "position": each.position, "case_id": each.case_id, "version": each.version,
                    "stored_at": each.stored_at.isoformat(),
                    "fact": {**each.fact.model_dump(mode="json", exclude_none=True), "fact_id": each.fact.id},
                }
                for each in islice(found, limit)
            ]  # fmt: skip
            return {"items": items, "next": str(items[-1]["position"]) if len(found) > limit else None}

        return await made(user, entries)

    add("/v1/cases", CaseList, list_cases, "The cases, by their ids")
    add("/v1/desk", DeskList, work_list, "What there is to do, and what first")
    add("/v1/measures", RowList, figures, "The Department's measures, and what they hide", 404)
    add("/v1/changes", ChangeList, changes, "What was recorded since; the next page begins `after` the `next` of this")
    router.add_api_route(
        "/v1/scorecard", plan_scorecard, methods=["POST"], summary="The figures of a plan against its line",
        operation_id="plan_scorecard", response_model=None, openapi_extra={"requestBody": _PLAN},
        responses={200: {"model": RowList}, **problems(400, 401, 408, 413, 422)},
    )  # fmt: skip


def _cases(store: Store, moment: _When) -> Iterator[Case]:
    for found in store.cases(known_at=instant(moment.known_at), axis=moment.known_by):  # type: ignore[arg-type]
        yield found.case


def _pairs(only: list[str] | None) -> dict[str, str]:
    pairs = {}
    for each in only or ():
        column, between, value = each.partition("=")
        fits = bool(between) and column in DESK_COLUMNS
        RangeError.unless(fits, "only", each, f"write COLUMN=VALUE, the column one of {', '.join(DESK_COLUMNS)}")
        pairs[column] = value
    return pairs


def _fits(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(_text(row[column]) == value for column, value in wanted.items())


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
