"""The cases of requests and assessments of a published caseload: as many of each kind as were planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from ehcp_flow.synth.chance import Chance, Urn
from ehcp_flow.synth.exact_disputes import about_no_plan, about_refusal
from ehcp_flow.synth.exact_plan import BANDS, Planned
from ehcp_flow.synth.life import Life

__all__ = ["Builder", "detained_lives"]


class Builder:
    """Makes the cases of requests and assessments. Each draws, from one urn, whether its decision was in time."""

    def __init__(self, planned: Planned, chance: Chance, census: dt.date) -> None:
        self._planned = planned
        self._kinds = planned.kinds
        self._chance = chance
        self._number = 0
        self._census = census.toordinal()
        self._first = dt.date(planned.year, 1, 1).toordinal()
        self._last = dt.date(planned.year, 12, 31).toordinal()
        self._decisions = Urn(
            chance,
            on_time=planned.counts["request_outcome_six_weeks"],
            late=planned.counts["request_outcome_over_6_weeks"],
        )
        ready = max(self._kinds["yes"] - self._kinds["after_year"], 0)
        self._this_year = ready
        self._carried = self._kinds["carried"]
        reviews = planned.reviews
        self._leavers = reviews.leavers if reviews else 0

    def new(self) -> Life:
        """Return an empty case with the next number."""
        self._number += 1
        authority = self._planned.authority
        return Life(f"{authority}-{self._planned.year}-{self._number:06d}", authority)

    def lives(self) -> Iterator[Life]:
        """Return every case but those that are there for their reviews."""
        kinds: list[tuple[Callable[[str], Life], tuple[str, ...]]] = [
            (self._planned_plan, tuple(name for band in BANDS for name in (band, f"{band}_ex"))),
            (self._undated_plan, ("undated", "undated_ex")),
            (self._ordered_plan, ("ordered",)),
            (self._no_plan, ("no_plan", "no_plan_late", "no_plan_undated")),
            (self._dropped, ("dropped",)),
            (self._disputed_no_plan, ("no_plan_mediated", "no_plan_appealed")),
        ]
        for make, names in kinds:
            for name in names:
                for _ in range(self._kinds[name]):
                    yield make(name)
        yield from self._requests()

    def _lag(self, kind: str) -> int:
        return self._chance.between(43, 75) if kind == "late" else self._chance.between(7, 42)

    def _dates(self, least: int, most: int) -> tuple[int, int, int]:
        """Return request, decision to assess and end of an assessment that ends in the year, so many days after.

        Some requests are of the year, some were decided in it, and the others were decided before it, as far as the
        published decisions go round.
        """
        chance = self._chance
        length = chance.between(least, most)
        where = chance.random()
        if where < 0.5 and self._this_year and most < 365 and len(self._decisions):
            self._this_year -= 1
            lag = min(self._lag(self._decisions.draw()), length - 20)
            start = chance.between(self._first, self._last - length)
            return start, start + lag, start + length
        if where < 0.7 and self._carried and most < 365 and len(self._decisions):
            self._carried -= 1
            lag = min(self._lag(self._decisions.draw()), length - 20)
            start = chance.between(self._first - lag, self._first - 1)
            return start, start + lag, start + length
        lag = chance.between(10, 42)
        # No plan is made on 1 January: its first review would fall due on 31 December.
        start = chance.between(self._first + 1 - length, min(self._first - 1 - lag, self._last - length))
        return start, start + lag, start + length

    def _assessment(self, life: Life, start: int, agreed: int, end: int) -> None:
        life.add("request_received", start, "school" if self._chance.yes(0.6) else "parent")
        life.add("assessment_agreed", agreed)
        for party in ("educational", "psychological"):
            life.add("advice_requested", agreed, party)
            life.add("advice_received", min(agreed + self._chance.between(14, 60), end), party)

    def _planned_plan(self, kind: str) -> Life:
        life = self.new()
        band = kind.removesuffix("_ex")
        # A margin at a year, which is 52 weeks to one reader and 365 days to another; none at 20 weeks.
        least, most = {"within": (100, 140), "year": (141, 357), "over": (372, 700)}[band]
        start, agreed, end = self._dates(least, most)
        draft = end - self._chance.between(15, 20)
        self._assessment(life, start, agreed, max(draft - 1, agreed))
        if band != kind:
            self._except(life, start)
        life.add("plan_agreed", draft)
        life.add("draft_plan_sent", draft)
        life.add("final_plan_sent", end)
        return self._left(life, end)

    def _except(self, life: Life, start: int) -> None:
        more = (("until", start + 90), ("limit", "final_plan"), ("reason", "serious illness in the family"))
        life.add("exception_recorded", start + 50, "", "exceptional_circumstances", more)

    def _left(self, life: Life, made: int) -> Life:
        """Move a child away where more plans were made in the year than are held at its end."""
        if self._leavers:
            self._leavers -= 1
            moved = min(made + self._chance.between(1, 60), self._last)
            life.add("moved_away", moved)
            life.add("plan_transferred_out", moved)
        return life

    def _undated_plan(self, kind: str) -> Life:
        """Make a plan without a request: it is issued, and nobody can say in how many weeks."""
        life = self.new()
        end = self._chance.between(self._first + 1, self._last)
        if kind == "undated_ex":
            self._except(life, end - 120)
        life.add("final_plan_sent", end)
        return self._left(life, end)

    def _ordered_plan(self, _kind: str) -> Life:
        """Make a plan that came of a refusal: its clock is the agreement's or the order's, not the 20 weeks."""
        life = self.new()
        ordered = self._first - self._chance.between(16, 80)
        end = self._chance.between(self._first + 1, ordered + 98)
        refused = ordered - self._chance.between(90, 200)
        life.add("request_received", refused - self._chance.between(10, 42), "parent")
        life.add("assessment_refused", refused)
        if self._chance.yes(0.7):
            life.add("mediation_contacted", refused + 10)
            life.add("mediation_requested", refused + 12)
            life.add("mediation_held", ordered)
            life.add("mediation_agreed", ordered, "", "assess")
        else:
            life.add("mediation_contacted", refused + 20)
            life.add("mediation_declined", refused + 20)
            life.add("mediation_certificate_issued", refused + 22)
            life.add("appeal_registered", refused + 30)
            life.add("appeal_response_sent", refused + 60)
            life.add("tribunal_order_made", ordered, "", "assess")
        agreed = life.add("assessment_agreed", min(ordered + 14, end - 16))
        life.add("advice_requested", agreed, "psychological")
        life.add("plan_agreed", end - 15)
        life.add("draft_plan_sent", end - 15)
        life.add("final_plan_sent", end)
        return self._left(life, end)

    def _no_plan(self, kind: str) -> Life:
        life = self.new()
        if kind == "no_plan_undated":
            life.add("plan_refused", self._chance.between(self._first, self._last))
            return life
        least, most = (98, 112) if kind == "no_plan" else (113, 250)
        start, agreed, end = self._dates(least, most)
        self._assessment(life, start, agreed, end)
        life.add("plan_refused", end)
        return life

    def _dropped(self, _kind: str) -> Life:
        life = self.new()
        agreed = self._first - self._chance.between(1, 60)
        life.add("request_received", agreed - self._chance.between(5, 42), "parent")
        life.add("assessment_agreed", agreed)
        life.add("request_withdrawn", self._chance.between(self._first, self._first + 60))
        return life

    def _disputed_no_plan(self, kind: str) -> Life:
        """Make a plan that was refused before the year, or early in it, and was disputed in it: in no other count."""
        on = self._chance.between(self._first, self._first + 11)
        return about_no_plan(self.new(), self._chance, kind.removeprefix("no_plan_"), on)

    def _requests(self) -> Iterator[Life]:
        """Return what is left of the year's requests, and of the decisions on last year's."""
        chance, kinds = self._chance, self._kinds
        disputes = Urn(chance, mediated=kinds["mediated"], appealed=kinds["appealed"], both=kinds["both"])
        disputes.left["none"] = max(kinds["no"] - len(disputes), 0)
        after = kinds["after_year"]
        last_yes = min(after, kinds["yes"])
        for _ in range(self._this_year):
            yield self._decided("assessment_agreed", self._first)
        for index in range(kinds["no"]):
            event, late = "assessment_refused", index < after - last_yes
            life = self._after_year(event) if late else self._decided(event, self._first)
            yield about_refusal(life, chance, disputes.draw(), self._census)
        for _ in range(last_yes):
            yield self._after_year("assessment_agreed")
        while self._carried:
            self._carried -= 1
            yield self._decided("assessment_agreed" if chance.yes(0.7) else "assessment_refused", 0)
        for _ in range(kinds["open"]):
            life = self.new()
            life.add("request_received", self._last - chance.between(0, 60), "school")
            yield life
        for _ in range(kinds["withdrawn"]):
            life = self.new()
            start = chance.between(self._first, self._last - 20)
            life.add("request_received", start, "parent")
            life.add("request_withdrawn", start + chance.between(2, 20))
            yield life

    def _decided(self, event: str, first: int) -> Life:
        """Make a request with a decision in the year; received from `first` on, or (0) in the year before."""
        life = self.new()
        lag = self._lag(self._decisions.draw())
        start = (
            self._chance.between(first, self._last - lag)
            if first
            else self._chance.between(self._first - lag, self._first - 1)
        )
        life.add("request_received", start, "school" if self._chance.yes(0.6) else "parent")
        life.add(event, start + lag)
        return life

    def _after_year(self, event: str) -> Life:
        """Make a request of the year that was decided after its end and before the census."""
        life = self.new()
        life.add("request_received", self._last - self._chance.between(5, 28), "school")
        life.add(event, self._last + self._chance.between(2, 14))
        return life


def detained_lives(lives: Iterable[Life], planned: Planned) -> Iterator[Life]:
    """Return the cases, with as many of the year's requests as planned made for somebody who was detained that day.

    An excepted plan is left as it is: its exception is claimed for the limit that runs at liberty.
    """
    left = planned.kinds["detained"]
    for life in lives:
        asked = next((row.on for row in life.rows if row.event == "request_received"), 0)
        excepted = any(row.event == "exception_recorded" for row in life.rows)
        if left and not excepted and asked and dt.date.fromordinal(asked).year == planned.year:
            left -= 1
            life.add("detained", asked - 30)
            life.add("released", asked + 1)
        yield life
