"""What of a made-up life can stand: its pieces are made up each by itself, and one may overtake another.

A decision that would come after the plan has ceased is never sent; a plan that is amended once is not amended again by
the same notice. What goes wrong on purpose (a plan made final too early, or ceased in the time for appeal) stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ehcp_flow.synth.life import MadeUpFact

__all__ = ["ENDS", "standing"]

ENDS: Final = frozenset({"plan_ceased", "plan_transferred_out", "died"})
"""With one of these a life has ended: nothing of the plan follows."""
_TOGETHER: Final = 84
"""Days within which a second meeting or notice is taken for one with the first: the twelve weeks of a review."""
_REPRESENTATIONS: Final = 15
"""Days from a notice of amendments to the first on which the plan may be sent."""
_CEASING: Final = frozenset({"cease_consulted", "cease_notice_sent", "plan_ceased"})
_REASSESSING: Final = frozenset(
    {"reassessment_requested", "reassessment_agreed", "reassessment_refused", "reassessment_started"}
)
_ANSWERS: Final = frozenset({"reassessment_agreed", "reassessment_refused"})
_PLAN: Final = frozenset({"draft_plan_sent", "final_plan_sent"})
_AMENDED: Final = frozenset({"amended_plan_sent", "amendment_declined"})
_APPEALABLE: Final = frozenset({"final_plan_sent", "review_decision_sent", "reassessment_refused", *_AMENDED})
_SETTLING: Final = frozenset({"tribunal_order_made", "appeal_conceded", "appeal_withdrawn"})
_ABOUT_CEASING: Final = frozenset({"continue", "dismiss_cease"})
_DISPUTING: Final = ("mediation_", "appeal_", "tribunal_")
_REVIEWING: Final = ("review_", "amendment_", "amended_")


def standing(rows: Sequence[MadeUpFact]) -> list[MadeUpFact]:
    """Return the rows of a life, which stand in the order of the law, without those that were overtaken."""
    came = next((place for place, row in enumerate(rows) if row.event == "plan_transferred_in"), 0)
    return [*_Standing().of(rows[came:])]


class _Standing:
    """How far a life has come: whether a plan is held, and what is open about it."""

    __slots__ = (
        "_apart", "_appealed", "_asked", "_away", "_ceasing", "_contacted", "_decided", "_held", "_met", "_noticed",
        "_notified", "_open", "_owed", "_reassessing", "_reported",
    )  # fmt: skip

    def __init__(self) -> None:
        self._held = self._away = self._asked = self._reassessing = False
        self._ceasing = self._notified = False
        self._decided = self._contacted = self._appealed = False
        """Whether something can be disputed, and is, by mediation or by an appeal."""
        self._apart = False
        """Whether an appeal about the plan was open when ceasing began."""
        self._reported = True
        """Whether no meeting waits for its report."""
        self._open = False
        """Whether the plan can be amended by the last notice."""
        self._owed = False
        """Whether an order or a concession has an amended plan follow."""
        self._met = self._noticed = 0
        """The days of a meeting without a decision and of a notice without a plan, 0 where there is none."""

    def of(self, rows: Sequence[MadeUpFact]) -> Iterator[MadeUpFact]:
        """Yield what stands, up to the end."""
        for row in rows:
            if self._held and not self._stands(row):
                continue
            self._took(row)
            yield row
            if row.event in ENDS:
                return

    def _stands(self, row: MadeUpFact) -> bool:
        """Return whether a row about a plan that is held has what it follows."""
        event = row.event
        if event.startswith(_DISPUTING):
            return self._disputes(row)
        if self._away and (event in _REASSESSING or event.startswith(_REVIEWING)):
            return False
        if event in _CEASING:
            # A plan does not cease while an appeal against that is open.
            is_held_up = event == "plan_ceased" and self._appealed and not self._apart
            return self._ceasing is not (event == "cease_consulted") and not is_held_up
        if event in _REASSESSING:
            stands = not self._reassessing and self._asked is (event in _ANSWERS)
        elif event in _PLAN:
            stands = self._reassessing
        elif event.startswith(_REVIEWING):
            stands = not self._reassessing and self._reviews(row)
        else:
            return True
        return stands and not self._ceasing

    def _disputes(self, row: MadeUpFact) -> bool:
        """Return whether an act of a dispute is about a decision, and goes on with what was begun."""
        event = row.event
        if not self._decided or (self._ceasing and (self._apart or not self._notified)):
            return False
        if event == "appeal_registered":
            return not self._appealed and (self._contacted or not self._ceasing)
        if event.startswith("mediation_"):
            return self._contacted or event == "mediation_contacted"
        return self._appealed and (not self._ceasing or event not in _SETTLING or row.outcome in _ABOUT_CEASING)

    def _reviews(self, row: MadeUpFact) -> bool:
        """Return whether an act of a review, or of amending, has something to follow, and follows it in time."""
        event, soon = row.event, bool(self._noticed) and row.on <= self._noticed + _TOGETHER
        if event == "review_meeting_held":
            return not self._met or row.on > self._met + _TOGETHER
        if event == "review_report_sent":
            return not self._reported
        if event == "review_decision_sent":
            return bool(self._met) and not (soon and row.outcome == "amend")
        if event == "amendment_notice_sent":
            return not soon
        if event in _AMENDED:
            return self._owed or (self._open and row.on >= self._noticed + _REPRESENTATIONS)
        return True

    def _took(self, row: MadeUpFact) -> None:
        """Go on by a row that stands."""
        event = row.event
        if event in {"final_plan_sent", "plan_transferred_in"}:
            self._held, self._reported, self._met, self._noticed = True, True, 0, 0
            self._open = self._owed = self._asked = self._reassessing = False
        elif event == "review_meeting_held":
            self._met, self._reported = row.on, False
        elif event == "review_report_sent":
            self._reported = True
        elif event == "review_decision_sent":
            self._met, self._open = 0, False
        elif event == "amendment_notice_sent":
            self._noticed, self._open = row.on, True
        elif event in _AMENDED:
            self._noticed, self._open, self._owed = 0, False, False
        elif event == "reassessment_requested":
            self._asked = True
        elif event in _REASSESSING:
            self._asked, self._reassessing = False, event != "reassessment_refused"
        elif event in _CEASING:
            self._ceases(event)
        elif event in {"detained", "released"}:
            self._away = event == "detained"
        else:
            self._goes_to_dispute(row)
        self._decided = self._decided or event in _APPEALABLE or event == "cease_notice_sent"

    def _ceases(self, event: str) -> None:
        if event == "cease_consulted":
            self._ceasing, self._apart, self._contacted = True, self._appealed, False
        self._notified = self._notified or event == "cease_notice_sent"

    def _goes_to_dispute(self, row: MadeUpFact) -> None:
        if row.event == "appeal_registered":
            self._appealed = True
        elif row.event == "mediation_contacted":
            self._contacted = True
        elif row.event in _SETTLING:
            self._appealed = False
            self._owed = self._owed or row.outcome.startswith("amend")
