"""Pages of one case: where it stands and what happened, and how a deadline of it comes about; as known on any day."""

import datetime as dt
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from ehcp_flow import dates
from ehcp_flow.answers import Answer, answer
from ehcp_flow.case import Case
from ehcp_flow.deadlines import Deadline, deadlines_of
from ehcp_flow.facts import Fact, title_of
from ehcp_flow.law.loader import law_given
from ehcp_flow.measures.figures import are_of
from ehcp_flow.reports.plain_words import capital, how_long, whom
from ehcp_flow.reports.stages import track_of
from ehcp_flow.service.page_answers import Moment, moment_of, page
from ehcp_flow.service.service_users import ServiceUser, Serving

__all__ = ["add_case_pages", "told_of"]

_About = Annotated[Moment, Depends(moment_of)]
_CaseId = Annotated[str, Query(alias="case", min_length=1, max_length=400)]
_AHEAD: Final = ("open", "overdue", "undated", "unrecorded")


def add_case_pages(router: APIRouter, serving: Serving) -> None:
    """Add the pages of a case."""
    User = Annotated[ServiceUser, Depends(serving.user_for)]  # noqa: N806 - a type

    def case_page(user: User, moment: _About, case_id: _CaseId, recorded: int = 0) -> Response:
        store = serving.store_for(user)
        whole = store.case(case_id)
        found = whole if moment.known_on is None else store.case(case_id, known_at=moment.known_at)
        said = answer(found.case, moment.as_of, **serving.law)
        done = whole.case.recorded[recorded - 1] if 0 < recorded <= whole.version else None
        return page("case", user, moment, recorded=done and told_of(done), **_told(said), **_known(whole.case, moment))

    def explanation(
        user: User, moment: _About, case_id: _CaseId, limit: Annotated[str, Query(max_length=100)]
    ) -> Response:
        found = serving.store_for(user).case(case_id, known_at=moment.known_at).case
        wanted = law_given(serving.rulebook).limit(limit)
        listed = [one for one in deadlines_of(found, moment.as_of, **serving.law) if one.limit == wanted.id]
        return page("explanation", user, moment, case_id=case_id, title=wanted.title, deadlines=[
            (_line(one), one.explanation) for one in listed
        ])  # fmt: skip

    router.add_api_route("/case", case_page, methods=["GET"], response_model=None)
    router.add_api_route("/explanation", explanation, methods=["GET"], response_model=None)


def _told(said: Answer) -> dict[str, Any]:
    """Return what a page shows of a case on a day."""
    stands = said.case_state
    limits = [one for one in said.deadlines if one.due_on is not None or one.derivation.protected is not None]
    limits.sort(key=lambda one: one.due_on or dt.date.max)
    ahead = [one for one in limits if one.status in _AHEAD]
    return {
        "case_id": said.case_id,
        "state": capital(stands.pathway.meaning),
        "since": dates.say(stands.since) if stands.since else "",
        "track": track_of(said) if are_of(said.book.rulebook) else None,
        "beside": [*map(str, stands.waiting), *map(str, stands.disputes)],
        "ahead": [_line(one) for one in ahead],
        "rest": [_line(one) for one in limits if one not in ahead],
        "timeline": [(told_of(fact), fact) for fact in said.case.facts],
        "corrected": [
            (told_of(each.corrected), "" if each.by.event == "fact_voided" else told_of(each.by), each.reason or "")
            for each in said.case.corrections
        ],
        "findings": [*map(str, said.findings)],
    }


def _line(one: Deadline) -> dict[str, Any]:
    """Return a deadline as a row: what, of whom, by when, how it stands, and whether the law was not kept."""
    status = one.status if one.due_on is None else f"{one.status}{_over(one)}"
    return {
        "limit": one.limit, "title": one.title, "party": whom(one.party), "actor": one.actor, "kind": one.kind,
        "due": dates.say(one.due_on) if one.due_on else "", "done": dates.say(one.done_on) if one.done_on else "",
        "status": status.replace("_", " "), "breach": one.breach, "citation": one.citation,
        "excused": ", ".join(one.excused_by).replace("_", " "),
    }  # fmt: skip


def _over(one: Deadline) -> str:
    return f", {how_long(one.days_over)}" if one.days_over else ""


def told_of(fact: Fact) -> str:
    """Return a fact in a line: its day, what it is called, and whom it is about."""
    party = f" ({whom(fact.party)})" if fact.party else ""
    return f"{dates.say(fact.on)}: {title_of(fact.event, fact.outcome)}{party}"


def _known(case: Case, moment: Moment) -> dict[str, Any]:
    """Return the days on which something was recorded, as steps to go back and forth by: the one before, the next."""
    london = dates.london()
    days = sorted({fact.recorded_at.astimezone(london).date() for fact in case.recorded if fact.recorded_at})
    here = moment.known_on or dates.today()
    before = [day for day in days if day < here]
    if moment.known_on is None and before and before[-1] == days[-1]:
        before.pop()  # as known then and as known now are the same
    return {
        "earlier": before[-1] if before else None,
        "later": next((day for day in days if day > here), None) if moment.known_on else None,
        "first": days[0] if days else None,
    }
