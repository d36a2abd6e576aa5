"""A request as the rows of a return: what each item of a year is, of the facts and the particulars of a case.

What no fact can say and a return has (the reason a plan ceased, a mediation without its day) is a particular, and goes
before what facts would suggest. Nothing is invented: what is not on record is left out, and the checks say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from ehcp_flow.bulk.told_cases import ToldCase, ToldParticular
from ehcp_flow.conversion.returns import RequestRecords, ReturnRow, party_codes, tables
from ehcp_flow.measures.figures import BORN
from ehcp_flow.particular_table import KINDS, kind_in_words
from ehcp_flow.sen2.episodes import EVENTS, Episode, episodes_of
from ehcp_flow.sen2.held_values import WrittenValues, written
from ehcp_flow.sen2.return_year import ReturnYear, months_before

__all__ = ["EVENTS_TOLD", "PARTICULARS_TOLD", "PHASES", "due_for", "requests_of"]

EVENTS_TOLD: Final = EVENTS | {"records_declared", BORN}
"""The events that a return is made of."""
_NO_LINES: Final[dict[str, int]] = {}
_RANKS: Final = ("1", "2")
_OUTCOMES: Final = {"maintain": "M", "amend": "A", "cease": "C"}
_OTHER: Final = "5"
"""The source of a request by whoever is none of the others."""
PHASES: Final = {"school": "02-15", "post16": "03-31"}
"""The day before which a plan is amended for a transfer in its year (SR 18(1)), as the return's guide has it."""
_OWN_DAY: Final = 5
"""How many months before any other transfer (SR 18(2))."""
_URN, _UKPRN = 6, 8
_OF_PLAN: Final = (("PlanRes", "plan_res"), ("PlanWBP", "plan_work_based"), ("PB", "personal_budget"),
                   ("OA", "organised_arrangements"), ("DP", "direct_payments"))  # fmt: skip
_OF_PLACE: Final = (("AttendancePattern", "attendance"), ("Res", "residence"), ("WBP", "work_based"))
_OF_THE_PLACE_ALONE: Final = (
    ("SENSettingOther", "setting_other"),
    ("SENunitIndicator", "sen_unit"),
    ("ResourcedProvisionIndicator", "resourced_provision"),
)
"""What is of one place, and not of the next one that the child goes to."""
_OF_NAMED: Final = (("SENSettingOther", "named_setting_other"), ("SENunitIndicator", "named_sen_unit"),
                    ("ResourcedProvisionIndicator", "named_resourced_provision"))  # fmt: skip
_DISPUTES: Final = {
    "request": ("RequestMediation", "request_mediation", "RequestTribunal", "request_tribunal"),
    "assessment": ("AssessmentMediation", "assessment_mediation", "AssessmentTribunal", "assessment_tribunal"),
    "plan": ("OtherMediation", "other_mediation", "OtherTribunal", "other_tribunal"),
}
"""The items of mediation and appeal, and the particulars that say the same, by what the dispute is about."""
PARTICULARS_TOLD: Final = frozenset(
    {
        "assessment_outcome", "came_from", "cease_reason", "exported_to", "last_review", "last_review_outcome",
        "named_placement", "need", "phase_transfer_date", "placement", "request_outcome", "residence", "rya",
        "work_based",
        *(name for items in (_OF_PLAN, _OF_PLACE, _OF_THE_PLACE_ALONE, _OF_NAMED) for _, name in items),
        *(name for items in _DISPUTES.values() for name in items[1::2]),
    }
)  # fmt: skip
"""The particulars that a return is made of."""


def requests_of(
    case: ToldCase, year: ReturnYear, left_out: list[str] | None = None, later: list[str] | None = None
) -> Iterator[RequestRecords]:
    """Yield the requests of a case that a collection asks for, without the person.

    To `left_out` comes what stands in none of them, for the collection has no such code, in words, and to `later` the
    case of each plan that was made or came between the year's end and survey day, and is therefore not told.
    """
    for episode in episodes_of(case.facts):
        told = _Request(case, episode, year)
        if later is not None and told.is_later:
            later.append(case.case_id)
        if told.is_asked:
            yield told.records()
            if left_out is not None:
                left_out += told.left_out


class _Request:
    """One request of a case in a collection."""

    def __init__(self, case: ToldCase, episode: Episode, year: ReturnYear) -> None:
        self.case = case
        self.of = episode
        self.year = year
        self.held = WrittenValues(case.held)
        self.left_out: list[str] = []
        self.ends = min(filter(None, (episode.ceased, year.survey)))

    @property
    def has_plan(self) -> bool:
        """Whether there was a plan by the last day of the year."""
        return bool(self.of.issued) and max(self.of.issued, self.of.came) <= self.year.last

    @property
    def is_later(self) -> bool:
        """Whether the plan was made, or came, after the last day of the year, and was held on survey day."""
        of, year = self.of, self.year
        begun = max(of.issued, of.came) if of.issued else ""
        return year.last < begun <= year.survey and not (of.ceased and of.ceased <= year.survey)

    @property
    def is_asked(self) -> bool:
        """Whether the collection asks for it: work of the year, work that goes on, a plan held at any time in it."""
        of, first, last = self.of, self.year.first, self.year.last
        if self.has_plan:
            return not of.ceased or of.ceased >= first
        begun = of.received or of.decided or of.assessing
        return bool(begun) and begun <= last and self._is_work_of_year

    @property
    def _is_work_of_year(self) -> bool:
        """Whether a request without a plan ended in the year, or was open on its last day."""
        of, first, last = self.of, self.year.first, self.year.last
        if of.refused and of.refused <= last:
            return of.refused >= first or of.refused < of.agreed <= last
        if of.withdrawn and of.withdrawn <= last:
            return of.withdrawn >= first
        said = self.held.on("assessment_outcome", last) or self.held.on("request_outcome", last)
        if said is not None and said.value in {"W", "N"}:
            return said.on >= first
        is_refused = of.decision == "N" and of.decided <= last and not (of.assessing and of.assessing <= last)
        return not is_refused or of.decided >= first

    def records(self) -> RequestRecords:
        """Return its rows."""
        found = RequestRecords(None, "", self._row("requests", self._request()))
        assessment = self._assessment()
        if assessment:
            found.assessment = self._row("assessments", assessment)
        if self.has_plan:
            found.named_plan = self._row("named_plans", self._named_plan())
            found.plan_details = [self._row("plan_details", each) for each in self._plan_details()]
            found.active_plan = self._row("active_plans", self._active_plan())
            found.placements = [self._row("placements", each) for each in self._placements()]
            found.needs = [self._row("needs", each) for each in self._needs()]
        return found

    def _row(self, table: str, values: Mapping[str, str]) -> ReturnRow:
        """Return a row with what the collection of the year has of it."""
        there = _items_of(table, self.year.specification)
        return ReturnRow({item: value for item, value in values.items() if value and item in there}, "", 0, _NO_LINES)

    def _request(self) -> dict[str, str]:
        of, year, held = self.of, self.year, self.held
        # A plan that came in an earlier year has no request of this authority's.
        received = (of.came if of.came >= year.first else "") if of.came else of.received
        values = {"ReceivedDate": received}
        if of.party and received:
            values["RequestSource"] = party_codes().get(of.party, _OTHER)
        values["RYA"] = held.value("rya", year.last) or str(int(of.in_custody))
        outcome, on = self.request_outcome
        values["RequestOutcomeDate"] = on
        values["RequestOutcome"] = outcome
        if outcome in {"Y", "N"}:
            values |= self._disputes("request", *_DISPUTES["request"])
        if of.exported or held.on("exported_to", year.last):
            values["Exported"] = held.value("exported_to", year.last) or "XXX"
        return values

    @property
    def request_outcome(self) -> tuple[str, str]:
        """What became of the request by the last day of the year, and the day of an answer in it."""
        of, first, last = self.of, self.year.first, self.year.last
        if of.came:
            return "H", ""
        if of.decided and of.decided <= last:
            return (of.decision, of.decided) if of.decided >= first else ("H", "")
        said = self.held.value("request_outcome", last)
        later = min(filter(None, (of.issued, of.refused, of.assessing)), default="")
        if later and later <= last:
            # Somebody decided, and nobody recorded when: a source that records no such day means one before the year.
            return ("H" if later < first or not self._records("assessment_agreed") else "Y"), ""
        if said:
            return said, ""
        return ("W" if of.withdrawn and of.withdrawn <= last else "A"), ""

    def _records(self, event: str) -> bool:
        """Return whether the source records an event at all, as far as it says so."""
        told = [fact.value.split() for fact in self.case.facts if fact.event == "records_declared"]
        return not told or event in told[-1]

    def _assessment(self) -> dict[str, str]:
        of, year = self.of, self.year
        outcome, on = self.assessment_outcome
        if not outcome:
            return {}
        values = {"AssessmentOutcome": outcome, "AssessmentOutcomeDate": on}
        if outcome in {"Y", "N"}:
            values |= self._disputes("assessment", *_DISPUTES["assessment"])
        if outcome in {"Y", "N", "H"}:
            values |= self._disputes("plan", *_DISPUTES["plan"])
        if outcome == "Y" and on:
            values["Week20"] = str(int("plans_with_exception" in self.case.figures[0] and on == of.issued <= year.last))
        return values

    @property
    def assessment_outcome(self) -> tuple[str, str]:
        """What became of the assessment by the last day of the year, and the day of that in it; none without one."""
        of, first, last = self.of, self.year.first, self.year.last
        if self.has_plan and (of.came or self.held.value("assessment_outcome", last) == "H"):
            return "H", ""  # it came from another authority, on a day that somebody recorded or nobody did
        if of.refused and first <= of.refused <= last:
            return "N", of.refused
        if self.has_plan:
            return ("Y", of.issued) if of.issued >= first else ("H", "")
        return self._outcome_without_a_plan(), ""

    def _outcome_without_a_plan(self) -> str:
        of, last = self.of, self.year.last
        said = self.held.value("assessment_outcome", last)
        begun = bool(of.assessing) and of.assessing <= last
        if not said and not begun and self.request_outcome[0] not in {"Y", "H"}:
            return ""
        is_withdrawn = bool(of.withdrawn) and of.withdrawn <= last
        if of.agreed and of.agreed <= last and not (is_withdrawn and of.withdrawn >= of.agreed):
            return "Y"  # one that ends before the plan is issued is withdrawn, whatever was agreed, as in the measures
        return "W" if is_withdrawn else said or "A"

    def _disputes(
        self, about: str, mediation: str, by_mediation: str, tribunal: str, by_tribunal: str
    ) -> dict[str, str]:
        # What is about the plan is told of the year; the rest is about one decision, whenever it was.
        since, until = (self.year.first, self.year.last) if about == "plan" else ("", self.year.survey)
        values = {}
        for item, name, told in (
            (mediation, by_mediation, self.of.mediated),
            (tribunal, by_tribunal, self.of.appealed),
        ):
            happened = any(stage == about and since <= on <= until for stage, on in told)
            values[item] = "1" if happened else self.held.value(name, self.year.last) or "0"
        return values

    def _named_plan(self) -> dict[str, str]:
        of, held = self.of, self.held
        values = {"StartDate": of.issued}
        for item, name in _OF_PLAN:
            values[item] = held.value(name, self.ends)
        if of.ceased and of.ceased <= self.year.survey:
            values["CeaseDate"] = of.ceased
            values["CeaseReason"] = of.cease_reason or held.value("cease_reason", max(of.ceased, self.year.survey))
        return values

    def _plan_details(self) -> Iterator[dict[str, str]]:
        for rank in _RANKS:
            place = self.held.on("named_placement", self.ends, rank)
            if place is not None and self._has_code_of("plan_details", place, where := _place(place)):
                yield where | {"PlacementRank": rank} | self._beside(_OF_NAMED, rank, self.ends)

    def _has_code_of(self, table: str, place: ToldParticular, where: Mapping[str, str]) -> bool:
        """Return whether the year has the code of a place, if it is one: in 2023 there is none for other places."""
        code, year = where.get("SENSetting"), self.year.specification
        if code is None or code in _codes_of(table, year):
            return True
        number = tables()[table].by_name["SENSetting"].number_in(year)
        self.left_out.append(f"{place.name} {place.value} of case {self.case.case_id} ({number})")
        return False

    def _beside(self, items: Sequence[tuple[str, str]], rank: str, day: str, since: str = "") -> dict[str, str]:
        """Return what holds beside a place on a day; where `since` is given, what began no earlier."""
        found = {}
        for item, name in items:
            told = self.held.on(name, day, rank)
            if told is not None and told.on >= since and (value := written(told)):
                found[item] = value
        return found

    def _active_plan(self) -> dict[str, str]:
        of, year, held = self.of, self.year, self.held
        values = {"TransferLA": self._came_from()}
        values["Res"], values["WBP"] = held.value("residence", self.ends), held.value("work_based", self.ends)
        met = max((on for on in of.meetings if on <= year.survey), default="")
        values["ReviewMeeting"] = met
        decisions = [each for each in of.decisions if each[0] <= year.survey]
        on_meeting = next(((on, outcome) for on, outcome in decisions if met and on >= met), None)
        notices = [on for on in of.notices if on <= year.survey]
        if met and on_meeting is None and (notice := next((on for on in notices if on >= met), "")):
            decisions.append((notice, "amend"))  # the notice of amendments is the decision to amend (SR 20)
            on_meeting = decisions[-1]
        last = max(decisions, default=("", ""))
        if on_meeting is not None or not met:
            values["ReviewOutcome"] = _OUTCOMES.get(last[1], "") or self._decided_elsewhere(last[0])
        values["LastReview"] = last[0] or held.value("last_review", year.survey)
        if values.get("ReviewOutcome", "A") == "A":
            values["ReviewDraft"] = max((on for on in notices if met and on >= met), default="")
        values |= self._phase_transfer()
        return values

    def _decided_elsewhere(self, on: str) -> str:
        """Return what the authority decided that the plan came from, where that is known of its last review."""
        told = self.held.on("last_review_outcome", on) if self.of.came and on else None
        return told.value if told is not None and told.on == on else ""

    def _came_from(self) -> str:
        of, year = self.of, self.year
        if of.came:
            named = self.held.value("came_from", max(of.came, year.last)) or "XXX"
            return named if of.came >= year.first else ""
        return self.held.value("came_from", year.last)

    def _phase_transfer(self) -> dict[str, str]:
        """Return by when a plan is due for a transfer of this year or the next, and the day of the plan for it."""
        of, year = self.of, self.year
        found = [(due_for(on, phase), on) for on, phase in of.transfers]
        found = [each for each in found if year.first <= each[0] <= f"{year.year}-12-31"]
        if not found:
            said = self.held.value("phase_transfer_date", year.survey)
            amended = [on for on, outcome in of.amended if outcome == "names_placement" and on <= year.survey]
            return {"PhaseTransferDueDate": said, "PhaseTransferFinalDate": max(amended, default="")}
        due, on = max(found)
        # Of a transfer that a return told, the month alone is known; its day would say whose year a plan is of.
        since = months_before(f"{on[:7]}-01", 12)
        first = min((day for day in (*of.meetings, *(day for day, _ in of.decisions)) if since <= day), default="")
        plans = [each for each in of.amended if since <= each[0] <= year.survey]
        named = [day for day, outcome in plans if outcome == "names_placement"]
        after = [day for day, _ in plans if first and day >= first]
        return {"PhaseTransferDueDate": due, "PhaseTransferFinalDate": max(named, default="") or min(after, default="")}

    def _placements(self) -> Iterator[dict[str, str]]:
        year = self.year
        for rank in _RANKS:
            for place, ends in self.held.spans("placement", rank, year.survey):
                if ends and ends < year.first:
                    continue
                where = _place(place)
                if not self._has_code_of("placements", place, where):
                    continue
                gone = ends if ends and ends <= year.survey else ""
                row = where | {"PlacementRank": rank, "EntryDate": place.on, "LeavingDate": gone}
                beside = self._beside(_OF_PLACE, rank, gone or year.survey)
                beside |= self._beside(_OF_THE_PLACE_ALONE, rank, gone or year.survey, since=place.on)
                yield row | beside

    def _needs(self) -> Iterator[dict[str, str]]:
        for rank in _RANKS:
            need = self.held.value("need", self.ends, rank)
            if need:
                yield {"SENtype": need, "SENtypeRank": rank}


@cache
def _items_of(table: str, year: int) -> frozenset[str]:
    return frozenset(item.name for item in tables()[table].items_in(year))


@cache
def _codes_of(table: str, year: int) -> frozenset[str]:
    return frozenset(tables()[table].by_name["SENSetting"].codes_in(year))


def _place(place: ToldParticular) -> dict[str, str]:
    """Return the item that a place is: its URN, its UKPRN, its code; of a kind alone the type of setting, in words."""
    value = place.value
    if value.isdecimal():
        return {"URN" if len(value) == _URN else "UKPRN": value}
    if value in KINDS:
        return {"SENSetting": "OTH", "SENSettingOther": kind_in_words(value)}
    return {"SENSetting": value}


def due_for(on: str, phase: str) -> str:
    """Return the day by which a plan is due for a transfer, each as ISO text."""
    due = PHASES.get(phase)
    return months_before(on, _OWN_DAY) if due is None else f"{on[:4]}-{due}"
