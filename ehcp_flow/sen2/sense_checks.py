"""What does not fit across the items of one request: its places, its needs, its reviews, its days."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Final

from ehcp_flow.conversion.returns import ReturnRow, authorities, tables
from ehcp_flow.dates import school_year_begun
from ehcp_flow.sen2.return_rules import ReturnFinding, rules
from ehcp_flow.sen2.return_year import ReturnYear
from ehcp_flow.sen2.seen_request import BELOW_PERSON, PLACES, Say, SeenRequest, age_on, as_date, line_of

__all__ = ["IN_WORDS", "check_days", "check_places", "check_sense", "check_twice"]

IN_WORDS: Final = ("OTH", "NIEO")
"""The settings that are said in words."""
_SECOND: Final = "2"
_OPEN: Final = "9999"
_CHILD, _ADULT, _NEET_TO = 5, 16, 25
_AHEAD: Final = ("PhaseTransferDueDate", "PersonBirthDate")


def check_places(seen: SeenRequest, days: ReturnYear, say: Say) -> Iterator[ReturnFinding]:
    """Yield what does not fit of the places that a plan names and of those where the child was."""
    for table in ("plan_details", "placements"):
        for row in seen.rows[table]:
            given = [name for name in PLACES if name in row.values]
            if not given:
                yield say("no_place", line=row.line, table=table)
            elif len(given) > 1:
                yield say(
                    "several_places", given[1], line=line_of(row, given[1]), value=row.values[given[1]], table=table
                )
            if row.values.get("SENSetting") in IN_WORDS and "SENSettingOther" not in row.values:
                yield say("other_not_in_words", line=row.line, value=row.values["SENSetting"], table=table)
            if "PlacementRank" not in row.values:
                yield say("rank_missing", line=row.line, table=table)
    ranks = [row.values.get("PlacementRank", "") for row in seen.rows["plan_details"]]
    if len(ranks) == tables()["plan_details"].most and ranks[0] and ranks[0] == ranks[1]:
        yield say(
            "ranks_of_plan",
            line=line_of(seen.rows["plan_details"][1], "PlacementRank"),
            value=ranks[1],
            table="plan_details",
        )
    if ranks and all(rank == _SECOND for rank in ranks):
        row = seen.rows["plan_details"][0]
        yield say("first_place_missing", line=line_of(row, "PlacementRank"), value=_SECOND, table="plan_details")
    now = [row for row in seen.rows["placements"] if "LeavingDate" not in row.values]
    for at, row in enumerate(now):
        rank = row.values.get("PlacementRank", "")
        if rank and rank in {other.values.get("PlacementRank", "") for other in now[:at]}:
            yield say("two_places_at_once", line=line_of(row, "PlacementRank"), value=rank, table="placements")
    yield from _overlaps(seen, say)
    yield from _by_age(seen, days, say)


def _overlaps(seen: SeenRequest, say: Say) -> Iterator[ReturnFinding]:
    """Yield the placements that were left after another of their rank had begun, and second ones without a first."""
    placed = seen.rows["placements"]
    if placed and all(row.values.get("PlacementRank") == _SECOND for row in placed):
        line = line_of(placed[0], "PlacementRank")
        yield say("first_placement_missing", line=line, value=_SECOND, table="placements")
    if not placed[1:]:
        return
    by_rank: dict[str, list[tuple[str, str, ReturnRow]]] = {}
    for row in placed:
        begun, left = (row.values.get(name, "") for name in ("EntryDate", "LeavingDate"))
        if as_date(begun) is not None and (not left or as_date(left) is not None):
            by_rank.setdefault(row.values.get("PlacementRank", ""), []).append((begun, left, row))
    for rank, rows in by_rank.items():
        rows.sort(key=lambda each: (each[0], each[1] or _OPEN))
        for (_, left, row), (following, *_) in itertools.pairwise(rows) if rank else ():
            if left and left > following:
                yield say(
                    "places_overlap", line=line_of(row, "LeavingDate"), value=left, other=following, table="placements"
                )


def _by_age(seen: SeenRequest, days: ReturnYear, say: Say) -> Iterator[ReturnFinding]:
    born = as_date(seen.values.get("PersonBirthDate", ""))
    if born is None:
        return
    age = age_on(born, days.survey_date)
    asks_attendance = rules()["attendance_missing"].is_in(days.specification)
    for row in seen.rows["placements"]:
        if "LeavingDate" in row.values:
            continue
        if row.values.get("SENSetting") == "NEET" and not _ADULT <= age <= _NEET_TO:
            yield say("neet_by_age", line=line_of(row, "SENSetting"), value="NEET", table="placements")
        if asks_attendance and "AttendancePattern" not in row.values and _is_of_school_age(born, days):
            yield say("attendance_missing", line=row.line, table="placements")


def check_sense(
    seen: SeenRequest, days: ReturnYear, authority: str, say: Say, lacks: Collection[str] = ()
) -> Iterator[ReturnFinding]:
    """Yield what does not fit across the items of a request; `authority` is that whose return it is.

    `lacks` are the items for which its form has no place.
    """
    values = seen.values
    for rule, element in (("exported_to_itself", "Exported"), ("came_from_itself", "TransferLA")):
        given = values.get(element, "")
        if authority and given == authority:
            yield say(rule, line=line_of(seen.row_of(element), element), value=authority)
        elif given.isdecimal() and given not in authorities():
            yield say("authority_not_known", element, line=line_of(seen.row_of(element), element), value=given)
    issued, starts = values.get("AssessmentOutcomeDate", ""), values.get("StartDate", "")
    starts = starts if as_date(starts) is not None else ""
    if values.get("AssessmentOutcome") == "Y" and as_date(issued) is not None and starts and issued != starts:
        yield say("plan_day_differs", line=line_of(seen.row_of("StartDate"), "StartDate"), value=starts, other=issued)
    # One whose assessment was agreed anew may have the plan of before: that is older than the request.
    since = max(days.first, values.get("ReceivedDate", ""))
    if values.get("AssessmentOutcome") == "Y" and not issued and since <= starts <= days.last:
        line = line_of(seen.row_of("AssessmentOutcome"), "AssessmentOutcome")
        yield say("outcome_date_missing", line=line, other=starts)
    placed = seen.rows["placements"]
    if placed and starts and not values.get("CeaseDate") and all("LeavingDate" in row.values for row in placed):
        yield say("no_placement_now", line=placed[-1].line, table="placements")
    yield from _needs(seen, say)
    yield from _reviews(seen, days, say, lacks)


def _reviews(seen: SeenRequest, days: ReturnYear, say: Say, lacks: Collection[str]) -> Iterator[ReturnFinding]:
    """Yield what does not fit of the last review and of a phase transfer."""
    values = seen.values
    met, decided = values.get("ReviewMeeting", ""), values.get("LastReview", "")
    if _is_asked("review_outcome_missing", days) and met and decided >= met and "ReviewOutcome" not in values:
        yield say("review_outcome_missing", line=line_of(seen.row_of("LastReview"), "LastReview"))
    # A review of before the year may be of before meetings were asked for, or the authority's from which the plan came.
    is_of_year = decided >= days.first if decided else "ReviewOutcome" in values
    if is_of_year and not met and "TransferLA" not in values and "ReviewMeeting" not in lacks:
        shows = "LastReview" if decided else "ReviewOutcome"
        if _is_asked("review_meeting_missing", days):
            yield say("review_meeting_missing", line=line_of(seen.row_of(shows), shows))
    due, starts = values.get("PhaseTransferDueDate", ""), values.get("StartDate", "")
    if due and due[:4] < starts[:4] and as_date(due) is not None and as_date(starts) is not None:
        line = line_of(seen.row_of("PhaseTransferDueDate"), "PhaseTransferDueDate")
        yield say("phase_due_before_plan", line=line, value=due, other=starts)
    if due[:4] > str(days.year + 1) and as_date(due) is not None:
        line = line_of(seen.row_of("PhaseTransferDueDate"), "PhaseTransferDueDate")
        yield say("phase_due_far_ahead", line=line, value=due)


def _is_asked(rule: str, days: ReturnYear) -> bool:
    return rules()[rule].is_in(days.specification)


def check_twice(requests: Sequence[SeenRequest], say: Say) -> Iterator[ReturnFinding]:
    """Yield the requests of a person that stand there twice, or came on the day of another."""
    held = [each for each in requests if each.rows["named_plans"] and not each.values.get("CeaseDate")]
    for seen in held[1:]:
        if not any(_said(each) == _said(seen) for each in held if each is not seen):
            line = line_of(seen.row_of("StartDate"), "StartDate")
            yield say("several_plans", line=line, case_id=seen.request.case_id, value=seen.values.get("StartDate", ""))
    for at, seen in enumerate(requests[1:], 1):
        row = seen.request.request
        before = [each for each in requests[:at] if _said(each) == _said(seen)]
        received = row.values.get("ReceivedDate", "")
        if before:
            yield say("request_twice", line=row.line, case_id=seen.request.case_id, value=received)
        elif received and received in {each.request.request.values.get("ReceivedDate") for each in requests[:at]}:
            line = line_of(row, "ReceivedDate")
            yield say("requests_of_one_day", line=line, case_id=seen.request.case_id, value=received)


def _said(seen: SeenRequest) -> Sequence[Sequence[dict[str, str]]]:
    """Return all that a request says."""
    return [[row.values for row in seen.rows[table]] for table in BELOW_PERSON]


def _needs(seen: SeenRequest, say: Say) -> Iterator[ReturnFinding]:
    needs = seen.rows["needs"]
    ranks = [row.values.get("SENtypeRank", "") for row in needs]
    if needs and sorted(ranks) not in (["1"], ["1", "2"]) and all(ranks):
        at = needs[-1]
        yield say("need_ranks", line=line_of(at, "SENtypeRank"), value=" ".join(ranks), table="needs")
    kinds = [row.values.get("SENtype", "") for row in needs]
    if kinds[1:] and kinds[0] and kinds[0] == kinds[1]:
        yield say("need_twice", line=line_of(needs[1], "SENtype"), value=kinds[1], table="needs")


def check_days(seen: SeenRequest, survey: str, say: Say) -> Iterator[ReturnFinding]:
    """Yield the days that lie after survey day."""
    for table in BELOW_PERSON:
        for row in seen.rows[table]:
            for name in _days_of(table):
                day = row.values.get(name, "")
                if day > survey and as_date(day) is not None:
                    rule = "left_after_survey_day" if name == "LeavingDate" else "after_survey_day"
                    yield say(rule, name, line=line_of(row, name), value=day, other=survey, table=table)


def _is_of_school_age(born: dt.date, days: ReturnYear) -> bool:
    """Whether a child is of compulsory school age on survey day: five by the end of the year before, not yet sixteen.

    It begins with the term after the fifth birthday, and ends in June of the school year in which one is sixteen.
    """
    begun = dt.date(school_year_begun(days.survey_date), 8, 31)
    return age_on(born, dt.date.fromisoformat(days.last)) >= _CHILD and age_on(born, begun) < _ADULT


@cache
def _days_of(table: str) -> Sequence[str]:
    return tuple(item.name for item in tables()[table].items if item.type == "day" and item.name not in _AHEAD)
