"""Pages of a whole caseload: the desk, the measures, the scorecard; one at a time for each authority, as its paths."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Annotated, Any

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response

from ehcp_flow.case import Case
from ehcp_flow.dates import days_ahead
from ehcp_flow.errors import RangeError
from ehcp_flow.measures import DESK_LISTS, Desk, MeasureTable, measure
from ehcp_flow.measures.counted_case import answered
from ehcp_flow.measures.dated_values import particular_values
from ehcp_flow.measures.period_names import stretch_named
from ehcp_flow.measures.plan_file import PlanFile
from ehcp_flow.measures.scorecard import scorecard
from ehcp_flow.reports.desk_lines import desk_line
from ehcp_flow.reports.plain_words import capital, day_of
from ehcp_flow.reports.scorecard_page import scorecard_values
from ehcp_flow.service.page_answers import Moment, moment_of, page
from ehcp_flow.service.pages_of_lists import page_of
from ehcp_flow.service.service_users import ServiceUser, Serving
from ehcp_flow.store import Store

__all__ = ["add_caseload_pages"]

_About = Annotated[Moment, Depends(moment_of)]
_AHEAD = "14"


def add_caseload_pages(router: APIRouter, serving: Serving, plan: PlanFile) -> None:
    """Add the pages of all cases of the authority that asks."""
    working: defaultdict[str, anyio.CapacityLimiter] = defaultdict(lambda: anyio.CapacityLimiter(1))
    User = Annotated[ServiceUser, Depends(serving.user_for)]  # noqa: N806 - a type

    async def made(
        user: ServiceUser, moment: Moment, name: str, make: Callable[[list[Case]], dict[str, Any]]
    ) -> Response:
        def answer() -> Response:
            return page(name, user, moment, **make([*_cases(serving.store_for(user), moment)]))

        return await run_sync(answer, limiter=working[user.authority])

    async def desk(user: User, moment: _About, request: Request) -> Response:
        asked = {name: request.query_params.get(name, "").strip() for name in ("days", "list", "owner", "cursor")}
        return await made(user, moment, "desk", lambda cases: _desk(cases, moment, asked, serving))

    async def measures(user: User, moment: _About, request: Request) -> Response:
        year = request.query_params.get("year", "").strip()
        return await made(user, moment, "measures", lambda cases: _measures(cases, moment, year, user, serving))

    async def card(user: User, moment: _About) -> Response:
        def values(cases: list[Case]) -> dict[str, Any]:
            return scorecard_values(scorecard(cases, plan, as_of=moment.as_of, **serving.law))

        return await made(user, moment, "scorecard", values)

    router.add_api_route("/desk", desk, methods=["GET"], response_model=None)
    router.add_api_route("/measures", measures, methods=["GET"], response_model=None)
    router.add_api_route("/scorecard", card, methods=["GET"], response_model=None)


def _cases(store: Store, moment: Moment) -> Iterator[Case]:
    for found in store.cases(known_at=moment.known_at):
        yield found.case


def _desk(cases: list[Case], moment: Moment, asked: dict[str, str], serving: Serving) -> dict[str, Any]:
    """Return what the desk shows: the rows that are asked for, in the lists that they stand on."""
    days, on = asked["days"] or _AHEAD, moment.as_of
    RangeError.unless(days.isascii() and days.isdigit() and len(days) < 6, "days", days, "write a whole number of days")  # noqa: PLR2004 - `days_ahead` says how many
    ahead = days_ahead(int(days))
    RangeError.unless(asked["list"] in ("", *DESK_LISTS), "list", asked["list"], f"choose {', '.join(DESK_LISTS)}")
    collected = Desk(days=int(days), extra=particular_values(cases).on(on))
    for each in answered(cases, on, **serving.law):
        collected.add(each)
    rows = collected.rows()
    owners = sorted({row["owner"] for row in rows if row["owner"]})
    wanted = {name: asked[name] for name in ("list", "owner") if asked[name]}
    rows = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    shown = page_of(rows, asked["cursor"] or None, serving.limits.page)
    heads = {**DESK_LISTS, "due": f"Due by {day_of(_after(on, ahead))}"}
    lists = [
        (name, heads[name], [desk_line(row, collected.deadline_of(row)) for row in part])
        for name, part in groupby(shown["items"], key=lambda row: row["list"])
    ]
    return {
        "cases": collected.cases, "things": len(rows), "late": sum(row["status"] == "overdue" for row in rows),
        "lists": lists, "names": DESK_LISTS, "owners": owners, "owned": collected.owner_column is not None,
        "asked": {**asked, "days": days}, "next": shown["next"],
    }  # fmt: skip


def _after(on: dt.date, ahead: dt.timedelta) -> dt.date:
    return min(on, dt.date.max - ahead) + ahead


def _measures(cases: list[Case], moment: Moment, year: str, user: ServiceUser, serving: Serving) -> dict[str, Any]:
    period = stretch_named(year) if year else None
    table = measure(cases, year=period, as_of=moment.as_of, **serving.law)
    place = next((at for at, row in enumerate(table.rows) if row["authority"] == user.authority), None)
    groups = [] if place is None else [*_groups(table, place)]
    return {"groups": groups, "year": year, "period": "" if place is None else table.rows[place].get("period", "")}


def _groups(table: MeasureTable, place: int) -> Iterator[tuple[str, list[tuple[str, str, list[tuple[str, Any, str]]]]]]:
    """Yield the measures, by their groups: what each counts, and its figures, each of how many."""
    for group, measures in groupby(table.catalogue.measures.values(), key=lambda each: each.group):
        told = [
            (each.title, each.definition, [_figure(table, place, column.name) for column in each.columns])
            for each in measures
        ]
        yield capital(group.replace("_", " ")), told


def _figure(table: MeasureTable, place: int, name: str) -> tuple[str, Any, str]:
    found = table.explain(place, name)
    kind = table.column(name).kind
    if kind == "percent":
        unit, of = "%", f"{len(found.numerator):,} of {len(found.denominator):,}"
    elif kind == "count":
        unit, of = "", ""
    else:
        unit, of = " weeks", f"{len(found.numerator):,} counted"
    value = f"{found.value:,}{unit}" if isinstance(found.value, int | float) else found.value
    return capital(found.says), value, of
