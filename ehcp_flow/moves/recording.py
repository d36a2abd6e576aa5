"""One move of a case: asked about, and made."""

from __future__ import annotations

import datetime as dt

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.errors import MoveRefused
from ehcp_flow.facts import Fact
from ehcp_flow.law.model import Rulebook
from ehcp_flow.moves.appeals import named
from ehcp_flow.moves.facts_before import outcome_of
from ehcp_flow.moves.law_at_hand import LawAtHand, at_hand
from ehcp_flow.moves.lawfulness import (
    MoveVerdict,
    confirm_by_machine,
    judge_recorded,
    judge_supposed,
    read_case_by,
    read_facts_of,
    with_consequences,
)
from ehcp_flow.moves.regions import Regions
from ehcp_flow.moves.replay import as_of_day
from ehcp_flow.record_checks import without_copies

__all__ = ["check_fact", "check_move", "record"]


def check_move(
    case: Case,
    event: str,
    outcome: str | None = None,
    as_of: dt.date | str | None = None,
    *,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> MoveVerdict:
    """Return whether one event (with its outcome, where it has outcomes) would be lawful on `as_of`, with reasons.

    An event that moves nothing is always lawful, and the verdict says that it changes nothing. Without an outcome, the
    one that the fact has by default is meant. `rulebook` and `calendars` as for `allowed`. Raises UnknownNameError for
    an event or an outcome that does not exist, DateError if `as_of` is no date.
    """
    outcome = named(event, outcome)
    day = as_of_day(as_of)
    return judge_supposed(case, read_case_by(case, day, at_hand(rulebook, calendars)), event, outcome, day)


def record(
    case: Case,
    fact: Fact,
    *,
    strict: bool = True,
    rulebook: Rulebook | None = None,
    calendars: Calendars | None = None,
) -> Case:
    """Return the case with one more fact.

    A strict case refuses a fact that the law does not allow where it stands in legal order, and one that takes the
    ground from under a later fact that was lawful; what was already out of order before is not held against it. With
    `strict=False` every fact is taken, and `state` reports what is out of order. `rulebook` and `calendars` as for
    `allowed`.

    Raises MoveRefused, with the MoveVerdict; FactError if the fact belongs to another case.
    """
    after = case.record(fact)
    if not strict:
        return after
    verdict, regions = _judged(case, after, fact, at_hand(rulebook, calendars))
    if not verdict.allowed:
        raise MoveRefused(verdict)
    if regions is not None:
        confirm_by_machine(verdict, regions)
    return after


def check_fact(case: Case, fact: Fact, law: LawAtHand) -> MoveVerdict:
    """Return the verdict by which `record` takes a fact or refuses it."""
    verdict, _ = _judged(case, case.record(fact), fact, law)
    return verdict


def _judged(case: Case, after: Case, fact: Fact, law: LawAtHand) -> tuple[MoveVerdict, Regions | None]:
    """Return the verdict on a fact of a case, and the regions whose machine is to make the move, where it stands."""
    stands_at = after.place_of(fact)
    stands = None if stands_at is None else after.facts[stands_at]
    old = read_facts_of(without_copies(case.facts), law)
    new = read_facts_of(without_copies(after.facts, keep=stands), law)
    if stands is None:
        # The fact itself does not stand: it voids another, or says what one that stands already says.
        now = new.last_state
        verdict = MoveVerdict(fact.event, outcome_of(fact), fact.on, now, now, ())
    else:
        verdict = judge_recorded(new, next(at for at, each in enumerate(new.facts) if each is stands))
    return with_consequences(verdict, old, new, fact), None if stands is None else new.regions
