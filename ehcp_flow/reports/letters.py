"""A letter's paragraph about one time limit: for the family, for an adviser, or for the Ombudsman.

Three to six sentences with their days, to be pasted. No code of ours is in them, and no free text of the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, get_args

from ehcp_flow.answers import Answer
from ehcp_flow.closed import complete
from ehcp_flow.deadlines import STATUSES, Deadline
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.law.parts import Kind
from ehcp_flow.measures.deadline_filter import STANDING, WORK, Chosen
from ehcp_flow.measures.figures import are_of, england_alone
from ehcp_flow.reports.plain_words import capital, day_of, happened, how_long, who, whom

__all__ = ["READERS", "letter"]

_TASKS: Final = Chosen(status=STANDING, kinds=WORK, tasks=True)
_LATE: Final = Chosen(status=("late", "overtaken"), kinds=WORK, tasks=True)


def letter(answer: Answer, reader: str, limit: str | None = None) -> str:
    """Return a paragraph about a case for one of `READERS`.

    It is about the limit that is named, its latest deadline; without one, about what presses most: what is overdue the
    longest, else what is due next, else what was late last. To an adviser it is about advice that was asked for. Raises
    UnknownNameError for another reader, and for a limit that the case has not; EnglandOnly for a letter to England's
    Ombudsman about the law of another procedure.
    """
    if reader not in _WRITERS:
        raise UnknownNameError("reader", reader, READERS)
    if reader == "ombudsman":
        england_alone("a letter to the Ombudsman", answer.book.rulebook)
    deadline = _named(answer, limit) if limit is not None else _pressing(answer, reader)
    if deadline is None and reader == "adviser":
        return f"No advice is waited for in case {answer.case_id} on {day_of(answer.as_of)}, and none came late."
    if deadline is None:
        return (
            f"Nothing is due from the council in case {answer.case_id} on {day_of(answer.as_of)}, and nothing is late."
        )
    return " ".join(capital(sentence) for sentence in _WRITERS[reader](answer, deadline))


def _named(answer: Answer, limit: str) -> Deadline:
    known = [one for one in answer.deadlines if one.due_on is not None]
    found = [one for one in known if one.limit == answer.book.rulebook.limit(limit).id]
    if not found:
        raise UnknownNameError("deadline", limit, dict.fromkeys(one.limit for one in known))
    return found[-1]


def _pressing(answer: Answer, reader: str) -> Deadline | None:
    side = "adviser" if reader == "adviser" else "authority"
    mine = [one for one in _TASKS.of(answer) if one.derivation.limit.side == side and one.due_on is not None]
    ahead = [one for one in mine if one.status == "overdue" or (one.due_on and one.due_on >= answer.as_of)]
    # What the law sets goes before guidance; both are in the order of their days.
    for one in sorted(ahead, key=lambda one: (one.status != "overdue", one.kind != "statutory")):
        return one
    late = [one for one in _LATE.of(answer) if one.derivation.limit.side == side]
    return late[-1] if late else None


def _to_the_family(answer: Answer, deadline: Deadline) -> Iterator[str]:
    yield _began(deadline)
    yield f"{_source(deadline)} {who(deadline)} {_had_until(deadline)} to {_task(deadline)}."
    yield _became(deadline, answer)
    if deadline.missed:
        yield _excused(deadline)
    if deadline.status == "overdue":
        yield "A time limit that has passed does not end the duty: it must still be done, as soon as possible."
    if deadline.breach and are_of(answer.book.rulebook):
        yield (
            "You may complain to the council, and if its answer does not help, to the Local Government and Social Care "
            "Ombudsman."
        )


def _to_an_adviser(answer: Answer, deadline: Deadline) -> Iterator[str]:
    asked = deadline.derivation.start
    to = f" ({whom(asked.party)})" if asked.party else ""
    yield f"On {day_of(asked.on)} we asked you{to} for advice on case {answer.case_id}."
    firm = "The law gives" if deadline.kind == "statutory" else "The statutory guidance gives"
    yield (
        f"{firm} {deadline.derivation.version.counts[0].convention} the day on which you received our request: to "
        f"{day_of(deadline.due_on)} ({deadline.derivation.version.cited})."
    )
    yield _became(deadline, answer, it="your advice")
    if deadline.done_on is not None or deadline.ended_on is not None:
        return
    # What it is for was begun before it was asked for: of several the last that was.
    waits = [
        (one.starts_on, -one.due_on.toordinal(), one)
        for one in _TASKS.of(answer)
        if one.derivation.limit.side == "authority" and one.kind == "statutory" and one.due_on is not None
        and (one.status == "overdue" or one.due_on >= answer.as_of) and not one.derivation.rule.other_answer
        and one.starts_on <= asked.on
    ]  # fmt: skip
    if waits:
        following = max(waits, key=lambda each: each[:2])[2]
        due = "was due" if following.status == "overdue" else "is due"
        yield f"We need it to {_task(following)}, which {due} on {day_of(following.due_on)}."
    yield "Please send what you have, or tell us within a week what stands in the way."


def _to_the_ombudsman(answer: Answer, deadline: Deadline) -> Iterator[str]:
    yield _began(deadline)
    yield f"{_source(deadline)} {who(deadline)} {_had_until(deadline)} to {_task(deadline)} ({deadline.citation})."
    yield _counted(deadline)
    yield _became(deadline, answer)
    yield _excused(deadline)
    if deadline.contested_by:
        yield f"On another reading of the law ({'; '.join(deadline.contested_by)}) this would be otherwise."
    yield f"This is what the record showed on {day_of(answer.as_of)}."


def _counted(deadline: Deadline) -> str:
    """Return how a limit is counted in one sentence, of two days and the later of them too; nothing of a set day."""
    steps = [step.text for step in deadline.explanation if step.part == "count"]
    if not steps:
        return ""
    first, *more = (step.removeprefix("How it is counted: ").rstrip(".") for step in steps)
    return "; ".join((first, *(f"{text[:1].lower()}{text[1:]}" for text in more))) + "."


_WRITERS: Final[Mapping[str, Callable[[Answer, Deadline], Iterator[str]]]] = {
    "family": _to_the_family,
    "adviser": _to_an_adviser,
    "ombudsman": _to_the_ombudsman,
}
READERS: Final = tuple(_WRITERS)
"""For whom a paragraph can be written."""


def _began(deadline: Deadline) -> str:
    start = deadline.derivation.start
    return f"On {day_of(start.on)} {happened(start)}."


_SOURCE: Final = {
    "statutory": "By law",
    "derived": "By law",
    "guidance": "By the statutory guidance",
    "local": "By the council's own target",
}
complete(_SOURCE, get_args(Kind), "the source of a kind of limit in a letter")


def _source(deadline: Deadline) -> str:
    return _SOURCE[deadline.kind]


def _had_until(deadline: Deadline) -> str:
    return f"{'has' if deadline.status == 'open' else 'had'} until {day_of(deadline.due_on)}"


def _task(deadline: Deadline) -> str:
    return f"{deadline.title[:1].lower()}{deadline.title[1:]}"


_BECAME: Final = {
    "overdue": "On {today} {it} {has_not}: it is {over} late.",
    "late": "{it} {was} on {done}, {over} late.",
    "overtaken": "When it no longer had to be done, on {ended}, it was {over} late.",
    "met": "{it} {was} on {done}, in time.",
    "premature": "{it} {was} on {done}, too early.",
    "open": "That is {left} from {today}.",
    "lapsed": "It no longer has to be done.",
    "undated": "The record does not say on which day {it} {was}.",
    "unrecorded": "The record does not say whether {it} {was}.",
}
complete(_BECAME, STATUSES, "a status in a letter")


def _became(deadline: Deadline, answer: Answer, it: str = "") -> str:
    """Return what became of it, in a sentence; `it` is what has to come, where it is not the deed that is meant."""
    left = None if deadline.due_on is None else max((deadline.due_on - answer.as_of).days, 0)
    return _BECAME[deadline.status].format(
        it=it or "this",
        has_not="has not come" if it else "has not been done",
        was="came" if it else "was done",
        today=day_of(answer.as_of),
        done=day_of(deadline.done_on),
        ended=day_of(deadline.ended_on),
        over=how_long(deadline.days_over),
        left=how_long(left),
    )


def _excused(deadline: Deadline) -> str:
    if not deadline.excused_by:
        return "No reason that the law accepts is on record."
    titles = (checked.ground.title for checked in deadline.derivation.grounds if checked.holds)
    return f"A reason that the law accepts is on record: {'; '.join(dict.fromkeys(titles))}."
