"""A case service in one file: how an application records facts, refuses unlawful ones, corrects, and answers as JSON.

    python examples/embedding_app.py

The "database" is a dictionary. Everything else is what a real service would do: facts go in by one door, a refusal is
data for the screen, nothing is overwritten, and any past answer can be given again.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import ehcp_flow as ef

LONDON = ZoneInfo("Europe/London")


@dataclass
class CaseService:
    """Cases by id. `now` is handed in, so that tests and replays say what time it is."""

    now: dt.datetime
    _cases: dict[str, ef.Case] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def today(self) -> dt.date:
        """The date in England, whatever the server's clock is set to."""
        return self.now.astimezone(LONDON).date()

    def record(self, who: str, **fields: Any) -> dict[str, Any]:
        """Record one fact as it came from a form. Answers what the screen needs: recorded, or refused and why."""
        try:
            fact = ef.load_fact({**fields, "recorded_at": self.now, "recorded_by": who})
        except (ef.InputError, ef.UnknownNameError) as error:
            return {"status": 422, "error": str(error)}
        # Two people may work on one case: read, judge and write under one lock.
        with self._lock:
            case = self._cases.get(fact.case_id) or ef.Case(fact.case_id)
            try:
                self._cases[fact.case_id] = ef.record(case, fact)
            except ef.MoveRefused as refused:
                return {"status": 409, "refused": _reasons(refused.verdict)}
        return {"status": 201, "fact": fact.id, "state": str(ef.state(self._cases[fact.case_id], self.today).pathway)}

    def correct(self, who: str, case_id: str, fact_id: str, why: str, **fields: Any) -> dict[str, Any]:
        """Put a right fact in the place of a wrong one. Both are kept."""
        with self._lock:
            case = self._cases[case_id]
            wrong = case.find(fact_id)
            right = ef.make_fact(
                wrong.event,
                **{"case_id": case_id, "on": wrong.on, "party": wrong.party, **fields},
                recorded_at=self.now,
                recorded_by=who,
            )
            self._cases[case_id] = case.replace(wrong, right, why)
        return {"status": 200, "fact": right.id}

    def deadlines(self, case_id: str, known_at: dt.datetime | None = None) -> list[dict[str, Any]]:
        """Answer the deadlines as JSON: as of today, or as they looked at an earlier instant."""
        case, day = self._cases[case_id], self.today
        if known_at is not None:
            case, day = case.known_at(known_at), known_at.astimezone(LONDON).date()
        return [deadline.as_dict() for deadline in ef.deadlines_of(case, day)]

    def buttons(self, case_id: str) -> dict[str, str | None]:
        """Answer, for the moves of one screen, None where a button is live, or why it is not."""
        shown = ("assessment_agreed", "assessment_refused", "plan_agreed", "draft_plan_sent", "final_plan_sent")
        case = self._cases[case_id]
        verdicts = (ef.check_move(case, event, as_of=self.today) for event in shown)
        return {verdict.event: _why(verdict) for verdict in verdicts}


def _reasons(verdict: ef.MoveVerdict) -> list[dict[str, str]]:
    return [{"why": each.reason, "law": each.citation.address, "remedy": each.remedy} for each in verdict.refusals]


def _why(verdict: ef.MoveVerdict) -> str | None:
    return None if verdict.allowed else "; ".join(refusal.remedy for refusal in verdict.refusals)


def show(title: str, value: object) -> None:
    """Print a heading and a value as JSON."""
    print(f"# {title}")
    print(json.dumps(value, indent=2))


def main() -> None:
    """Run through one case, from the request to a correction."""
    service = CaseService(now=dt.datetime(2026, 3, 3, 9, 0, tzinfo=dt.UTC))
    request = {
        "case_id": "a-123",
        "event": "request_received",
        "on": "02/03/2026",
        "party": "parent",
        "authority": "885",
    }
    show("A request is recorded", service.record("AB", **request))
    show("A date that cannot be", service.record("AB", case_id="a-123", event="assessment_agreed", on="31/04/2026"))
    show("A move that is not lawful", service.record("AB", case_id="a-123", event="final_plan_sent", on="2026-03-03"))

    service.now = dt.datetime(2026, 4, 20, 15, 30, tzinfo=dt.UTC)
    agreed = service.record("CD", case_id="a-123", event="assessment_agreed", on="2026-04-20")
    show("The assessment is agreed, late", agreed)
    show("What the screen offers next", service.buttons("a-123"))
    show("The first deadline", _brief(service.deadlines("a-123")[0]))

    service.now = dt.datetime(2026, 5, 5, 10, 0, tzinfo=dt.UTC)
    service.correct("EF", "a-123", agreed["fact"], "the letter is dated 10 April", on="2026-04-10")
    show("The same deadline after a correction", _brief(service.deadlines("a-123")[0]))
    then = dt.datetime(2026, 4, 21, 9, 0, tzinfo=dt.UTC)
    show("And as it looked on 21 April", _brief(service.deadlines("a-123", known_at=then)[0]))


def _brief(deadline: dict[str, Any]) -> dict[str, Any]:
    return {name: deadline[name] for name in ("limit", "due_on", "done_on", "status", "days_over", "breach")}


if __name__ == "__main__":
    main()
