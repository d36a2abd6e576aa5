"""One case as a page: what happened, what is due, what was late, and by what law, in words that a family can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ehcp_flow.answers import Answer
from ehcp_flow.closed import complete
from ehcp_flow.dates import say
from ehcp_flow.deadlines import STATUSES, Deadline
from ehcp_flow.facts import Fact
from ehcp_flow.outputs import Kind
from ehcp_flow.reports.page import generated_by, render

__all__ = ["CASE_PAGE", "case_page"]

CASE_PAGE: Final = Kind("a page of one case that ehcp_flow wrote", "case.html", partial(generated_by, "case page"))
"""A page as `case_page` gives it."""

_WEEK: Final = 7
_WHO: Final = {
    "local authority": "The council",
    "home authority": "The council",
    "body asked for advice": "The service that was asked for advice",
    "organiser of the meeting": "Whoever arranges the meeting",
    "head, principal or local authority": "The school or college, or the council",
    "institution consulted": "The school or college that was asked",
}
_PARTY: Final = {
    "educational": "a school or college", "medical": "health services", "psychological": "an educational psychologist",
    "social_care": "social care", "early_years": "an early years provider", "parent": "the parent",
    "young_person": "the young person",
}  # fmt: skip


_TOLD: Final = {
    "open": "{who} {must} do this by {due}.",
    "met": "This was done on {done}, in time. The last day was {due}.",
    "late": "This was done on {done}, {over} late. The last day was {due}.",
    "overdue": "This should have been done by {due}. It is {over} late today.",
    "premature": "This was done on {done}, before the protected time was over.",
    "overtaken": (
        "This should have been done by {due}. It was {over} late when it no longer had to be done, on {ended}."
    ),
    "lapsed": "This no longer has to be done.",
    "unrecorded": "The records here do not say whether this was done. The last day was {due}.",
    "undated": "This was done, but nobody wrote down when. The last day was {due}.",
}
complete(_TOLD, STATUSES, "a status in words for a family")


@dataclass(frozen=True, slots=True)
class _Item:
    """One time limit in plain words: a heading, what became of it, the law, and the explanation."""

    heading: str
    plain: str
    bad: bool
    citation: str
    working: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Happening:
    day: str
    text: str


def case_page(answer: Answer) -> str:
    """Return the page of one case as HTML: one file that needs nothing else.

    What people wrote as a reason is not on it, but for the explanation of an exception. Raises LibraryMissing without
    Jinja2.
    """
    limits = [deadline for deadline in answer.deadlines if deadline.due_on is not None]
    ahead = [one for one in limits if one.status == "open" and one.due_on and one.due_on >= answer.as_of]
    late = [one for one in limits if one.missed and (one.breach or one.excused_by)]
    rest = [one for one in limits if one not in ahead and one not in late]
    state = answer.case_state
    return render(
        "case.html.j2",
        case_id=answer.case.case_id,
        as_of=say(answer.as_of),
        state=_sentence(state.pathway.meaning),
        since=say(state.since) if state.since else "",
        ahead=[_item(deadline) for deadline in ahead],
        late=[_item(deadline) for deadline in late],
        rest=[_item(deadline) for deadline in rest],
        happened=[_happening(fact) for fact in answer.case.facts if fact.on <= answer.as_of or fact.prospective],
        findings=[str(finding) for finding in answer.findings],
    )


def _item(deadline: Deadline) -> _Item:
    party = f" ({_PARTY.get(deadline.party, deadline.party.replace('_', ' '))})" if deadline.party else ""
    plain = _plain(deadline)
    if deadline.due_on_earliest is not None:
        earliest = say(deadline.due_on_earliest)
        plain += f" Of something that counts here only the month is on record: the day may be as early as {earliest}."
    return _Item(
        f"{deadline.title}{party}",
        plain,
        deadline.breach,
        deadline.citation,
        [str(step) for step in deadline.explanation],
    )


def _plain(deadline: Deadline) -> str:
    """Return what a limit means for the family, in a sentence or two."""
    due = say(deadline.due_on) if deadline.due_on else ""
    done = say(deadline.done_on) if deadline.done_on else ""
    ended = say(deadline.ended_on) if deadline.ended_on else ""
    who = _WHO.get(deadline.actor, _sentence(deadline.actor).rstrip("."))
    must = "must" if deadline.kind in ("statutory", "derived") else "is expected to"
    if deadline.earliest_on is not None:
        kept = {"met": "It was kept.", "premature": "It was not kept: the act came too early."}
        return f"This time is protected up to {due}. {kept.get(deadline.status, '')}".strip()
    if deadline.derivation.limit.side == "family":
        still = {"open": f"You can still do this, up to {due}.", "lapsed": "The time for this is over."}
        return still.get(deadline.status, f"The time for this ran to {due}.")
    over = _long(deadline.days_over)
    told = _TOLD[deadline.status].format(who=who, must=must, due=due, done=done, ended=ended, over=over)
    if deadline.missed and deadline.excused_by:
        return f"{told} The law allows the delay here: {', '.join(deadline.excused_by).replace('_', ' ')}."
    if deadline.breach:
        told = f"{told} The law has not been kept."
    if deadline.contested_by:
        otherwise = "it has been" if deadline.breach else "it has not"
        told = f"{told} The law can be read in another way here, and then {otherwise}: see how this was worked out."
    return told


def _long(days: int | None) -> str:
    weeks, rest = divmod(days or 0, _WEEK)
    parts = []
    if weeks:
        parts.append(f"{weeks} week" + ("s" if weeks > 1 else ""))
    if rest or not weeks:
        parts.append(f"{rest} day" + ("" if rest == 1 else "s"))
    return " and ".join(parts)


def _happening(fact: Fact) -> _Happening:
    words = _sentence(fact.event.replace("_", " ")).rstrip(".")
    more = [_PARTY.get(fact.party, fact.party.replace("_", " "))] if fact.party else []
    if fact.outcome:
        more.append(fact.outcome.replace("_", " "))
    return _Happening(say(fact.on), f"{words}: {', '.join(more)}" if more else words)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
