"""Pages on which a fact is recorded: what is lawful on its day is offered, and of the rest is said why it is not.

The store checks once more when it is sent, as it does for whoever posts it; what is refused comes back with each
reason, its law, what would help, and everything that was typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from ehcp_flow import dates
from ehcp_flow.columns import SCHEMA
from ehcp_flow.errors import EhcpFlowError, FactError, MoveRefused, RangeError
from ehcp_flow.facts import FACT_TYPES, Fact, choices_of, make_fact, outcomes_of, title_of, told_apart
from ehcp_flow.reports.plain_words import capital
from ehcp_flow.service.case_pages import told_of
from ehcp_flow.service.page_answers import Moment, went
from ehcp_flow.service.page_forms import PageForms
from ehcp_flow.service.service_users import ServiceUser, Serving
from ehcp_flow.states import MoveVerdict, moves
from ehcp_flow.store.errors import VersionConflict

__all__ = ["add_recording_pages"]

_NOT_ASKED: Final = frozenset({"case_id", "authority", "event", "fact_id", "corrects", "recorded_at", "recorded_by"})
_NOT_OFFERED: Final = frozenset({"records_declared", "authority_replaced", "fact_voided"})
"""What a source declares of itself or the store records, and what takes another fact back."""
_NEVER: Final = 2**31 - 1
"""A version that no case has: of a form that does not say what was seen."""
_MOST_DIGITS: Final = 9
_LONG: Final = ("reason",)
_CARRIED: Final = ("case", "move", "on", "seen", "key")
"""The fields that every form of a fact has."""


@dataclass(frozen=True)
class _FormField:
    """A field of a form: what it is called, what it means, what it takes, what stands in it, and what is wrong."""

    name: str
    label: str
    help: str
    kind: str
    choices: tuple[str, ...]
    needed: bool
    value: str
    wrong: str


def add_recording_pages(router: APIRouter, serving: Serving, forms: PageForms) -> None:
    """Add the pages that record a fact."""
    User = Annotated[ServiceUser, Depends(serving.user_for)]  # noqa: N806 - a type

    def offered(
        user: User, request: Request,
        case_id: Annotated[str, Query(alias="case", min_length=1, max_length=400)],
        on: Annotated[str, Query(max_length=40)] = "", move: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:  # fmt: skip
        day = dates.parse_date(on) if on.strip() else dates.today()
        found = serving.store_for(user).case_or_new(case_id)
        if move:
            key = token_urlsafe(18)
            typed = {"case": case_id, "move": move, "on": day.isoformat(), "seen": str(found.version), "key": key}
            return shown(request, user, typed)
        verdicts = moves(found.case, day, informing=None, **serving.law)
        return forms.page(
            request, "moves", user, case_id=case_id, is_new=not found.version, day=day,
            lawful=[(_key_of(each), each.title) for each in verdicts if each.moves and each.allowed],
            beside=[(_key_of(each), each.title) for each in verdicts if not each.moves and _is_offered(each)],
            refused=[(each.title, each.refusals) for each in verdicts if each.moves and not each.allowed],
        )  # fmt: skip

    async def recorded(user: User, request: Request) -> Response:
        typed = dict.fromkeys(_CARRIED, "") | dict(await forms.sent(request, user))
        return await run_in_threadpool(_recorded, user, request, typed)

    def _recorded(user: ServiceUser, request: Request, typed: dict[str, str]) -> Response:
        store, case_id = serving.store_for(user), typed.get("case", "")
        try:
            fact = _fact(typed)
            seen = typed.get("seen", "")
            version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= _MOST_DIGITS else _NEVER
            done = store.record(
                case_id, fact, seen=version, key=typed.get("key") or None, strict=True, recorded_by=user.name
            )
        except (FactError, MoveRefused, VersionConflict) as error:
            if isinstance(error, VersionConflict):
                typed["seen"] = str(error.actual)
            return shown(request, user, typed, error)
        return went(Moment().to("case", case=case_id, recorded=done.version))

    def shown(
        request: Request, user: ServiceUser, typed: Mapping[str, str], error: EhcpFlowError | None = None
    ) -> Response:
        event, outcome = _event_of(typed)
        status = 200 if error is None else error.http_status
        fields = [*_fields(event, typed, error)]
        at_a_field = any(each.wrong for each in fields)
        return forms.page(
            request, "fact", user, status=status, typed=typed, case_id=typed["case"], title=title_of(event, outcome),
            means=FACT_TYPES[event].means().replace("`", ""), fields=fields,
            refusals=error.verdict.refusals if isinstance(error, MoveRefused) else (),
            changed=[*map(told_of, error.changed)] if isinstance(error, VersionConflict) else None,
            wrong="" if error is None or at_a_field or not isinstance(error, FactError) else str(error),
        )  # fmt: skip

    router.add_api_route("/fact", offered, methods=["GET"], response_model=None)
    router.add_api_route("/fact", recorded, methods=["POST"], response_model=None)


def _key_of(verdict: MoveVerdict) -> str:
    return verdict.event if verdict.outcome is None else f"{verdict.event}:{verdict.outcome}"


def _is_offered(verdict: MoveVerdict) -> bool:
    return verdict.event not in _NOT_OFFERED


def _event_of(typed: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the event and the outcome that a form is for. Raises RangeError for what is none."""
    event, _, outcome = typed.get("move", "").partition(":")
    fits = event in FACT_TYPES and event not in _NOT_OFFERED and (outcome or None) in outcomes_of(event)
    RangeError.unless(fits, "move", typed.get("move", ""), "choose one that the page of the case offers")
    return event, outcome or None


def _asked_of(event: str) -> Iterator[str]:
    """Yield the columns that a form for an event asks for; an outcome that tells moves apart was chosen before."""
    chosen = told_apart(event) != (None,)
    for column in SCHEMA:
        is_field = column.name in FACT_TYPES[event].model_fields and column.name not in _NOT_ASKED
        if is_field and not (chosen and column.name == "outcome"):
            yield column.name


def _fact(typed: Mapping[str, str]) -> Fact:
    """Return the fact that was filled in. Raises FactError, also for a day that is still to come."""
    event, outcome = _event_of(typed)
    given = {name: typed[name].strip() for name in _asked_of(event) if typed.get(name, "").strip()}
    if outcome is not None:
        given["outcome"] = outcome
    fact = make_fact(event, case_id=typed.get("case", ""), **given)
    today = dates.today()
    if fact.on > today and not fact.prospective:
        raise FactError(
            event, "on", fact.on, f"write the day on which it happened, {dates.written(today)} at the latest"
        )
    return fact


def _fields(event: str, typed: Mapping[str, str], error: EhcpFlowError | None) -> Iterator[_FormField]:
    """Yield the fields of a form, filled in as they were."""
    asked, model = {*_asked_of(event)}, FACT_TYPES[event].model_fields
    for column in SCHEMA:
        if column.name not in asked:
            continue
        wrong = error.expected if isinstance(error, FactError) and error.field == column.name else ""
        choices = choices_of(event, column.name)
        kind = "date" if column.holds == "day" else "choice" if choices else "long" if column.name in _LONG else "text"
        yield _FormField(
            column.name, capital(column.name.replace("_", " ")), capital(column.means.replace("`", "")),
            kind, choices, model[column.name].is_required(), typed.get(column.name, ""), wrong,
        )  # fmt: skip
