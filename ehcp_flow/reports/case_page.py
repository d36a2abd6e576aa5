"""One case as a page: what happened, what is due, what was late, and by what law, in words that a family can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ehcp_flow.answers import Answer
from ehcp_flow.closed import complete
from ehcp_flow.dates import say
from ehcp_flow.deadlines import STATUSES, Deadline
from ehcp_flow.facts import Fact
from ehcp_flow.measures.deadline_filter import STANDING, WORK, Chosen
from ehcp_flow.measures.figures import are_of
from ehcp_flow.outputs import Kind
from ehcp_flow.record_table import DECLARED
from ehcp_flow.reports.page import generated_by, render
from ehcp_flow.reports.plain_words import capital, day_of, happened, how_long, must, number_in_words, who, whom
from ehcp_flow.reports.stages import track_of
from ehcp_flow.states import State, Waits

__all__ = ["CASE_PAGE", "case_page"]

CASE_PAGE: Final = Kind("a page of one case that ehcp_flow wrote", "case.html", partial(generated_by, "case page"))
"""A page as `case_page` gives it."""

_TASKS: Final = Chosen(status=STANDING, kinds=WORK, tasks=True)
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
_PROTECTED: Final = {
    **dict.fromkeys(STATUSES, "This time ran to {due}."),
    "open": "This time is protected up to {due}.",
    "met": "This time was protected up to {due}, and was kept.",
    "premature": "This time is protected up to {due}. It was not kept: the act came too early, on {done}.",
    "lapsed": "This time is no longer protected.",
    "undated": "This time ran to {due}. Whether it was protected the record does not show.",
}
_OF_OTHERS: Final = frozenset({"agreed_otherwise", "directed_otherwise"})
"""Grounds that are another's act: nobody judges by them whether the time could be kept."""


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
    """Return the page of one case for its family, as HTML: one file that needs nothing else.

    Where the case stands, what is late and who must act, what the family can do; the law behind it opens below. What
    people wrote as a reason is not on it, but for the explanation of an exception. Raises LibraryMissing without
    Jinja2.
    """
    limits = [one for one in answer.deadlines if one.due_on is not None or one.derivation.protected is not None]
    ahead = [one for one in limits if one.status == "open" and (one.due_on is None or one.due_on >= answer.as_of)]
    late = [one for one in limits if one.missed and (one.breach or one.excused_by)]
    rest = [one for one in limits if one not in ahead and one not in late]
    unrecorded = sum(
        one.status == "unrecorded" and one.kind in WORK and one.derivation.limit.side != "family" for one in rest
    )
    state = answer.case_state
    return render(
        "case.html.j2",
        case_id=answer.case.case_id,
        as_of=say(answer.as_of),
        state=_sentence(state.pathway.meaning),
        since=say(state.since) if state.since else "",
        track=track_of(answer) if are_of(answer.judged.book.rulebook) else None,
        stands=[*_stands(late, unrecorded), *_open_beside(answer.case_state.waiting)],
        follows=list(dict.fromkeys(_follows(answer))),
        rights=list(_rights(answer, late)),
        ahead=[_item(deadline) for deadline in ahead],
        late=[_item(deadline) for deadline in late],
        rest=[_item(deadline) for deadline in rest],
        happened=[
            _happening(fact)
            for fact in answer.case.facts
            if fact.event != DECLARED and (fact.on <= answer.as_of or fact.prospective)
        ],
        findings=[str(finding) for finding in answer.findings],
    )


_COMPLAIN: Final = (
    "You may complain to the council. If its answer does not help, you can go to the Ombudsman. It is free."
)
_MOST: Final = 4
"""How much of what follows a family is told at once; the rest stands below."""


def _stands(late: Sequence[Deadline], unrecorded: int) -> Iterator[str]:
    """Yield where things stand, thing by thing: what is late, by whom, and whether the law allows it.

    `unrecorded` is of how many things the records do not say whether they were done.
    """
    undone = [one for one in late if one.status == "overdue" and one.derivation.limit.side != "family"]
    for one in undone[:_MOST]:
        had = "had to" if one.kind in ("statutory", "derived") else "was to"
        allowed = f" {_excused(one)}" if one.excused_by else ""
        yield (
            f"{capital(who(one))} {had} {_task(one)} by {day_of(one.due_on)}. It has not done so. It is "
            f"{how_long(one.days_over)} late.{allowed}"
        )
    if len(undone) > _MOST:
        yield f"{capital(number_in_words(len(undone) - _MOST))} more things are late: see below."
    unexcused = sum(one.breach for one in undone)
    if unexcused:
        delays = "these delays" if unexcused > 1 else "this delay"
        yield f"No reason for {delays} that the law accepts is on record."
    if not undone:
        yield "Nothing that is on record is late now." if unrecorded else "Nothing is late now."
    if unrecorded:
        things = "one thing was" if unrecorded == 1 else f"{number_in_words(unrecorded)} things were"
        yield f"Whether {things} done, the records here do not say: see below."
    done_late = [one for one in late if one.status == "late" and one.breach]
    if done_late:
        many = len(done_late)
        yield f"{capital(number_in_words(many))} thing{'' if many == 1 else 's'} came late before: see below."
    never = sum(one.status == "overtaken" and one.breach for one in late)
    if never:
        were, have = ("thing was", "has") if never == 1 else ("things were", "have")
        yield f"{capital(number_in_words(never))} {were} not done in time, and no longer {have} to be: see below."


def _open_beside(waiting: Iterable[Waits[State]]) -> Iterator[str]:
    """Yield what was begun beside what the case is at, and is open still: each once, wherever it leads from."""
    for fact in {id(waits.fact): waits.fact for waits in waiting}.values():
        told = _happening(fact)
        yield f"Still open beside this: {told.text}, {told.day}. It goes on when what is under way now is over."


def _follows(answer: Answer) -> Iterator[str]:
    """Yield what happens next: what is overdue, at once; then what is due, by its day."""
    tasks = [one for one in _TASKS.of(answer) if one.derivation.limit.side != "family"]
    for one in [one for one in tasks if one.status == "overdue"][:_MOST]:
        yield f"{capital(who(one))} {must(one)} {_task(one)} as soon as it can."
    ahead = [one for one in tasks if one.status == "open" and one.due_on is not None and one.due_on >= answer.as_of]
    for one in ahead[:_MOST]:
        if one.derivation.rule.other_answer:
            yield f"If {who(one)} decides against it, it {must(one)} say so by {day_of(one.due_on)}."
        else:
            yield f"{capital(who(one))} {must(one)} {_task(one)} by {day_of(one.due_on)}."


def _rights(answer: Answer, late: Sequence[Deadline]) -> Iterator[str]:
    """Yield what the family can do: its own rights with their last days, and what helps where something is late."""
    for one in answer.deadlines:
        is_open = one.status == "open" and one.due_on is not None and one.due_on >= answer.as_of
        if is_open and one.derivation.limit.side == "family":
            yield f"You can {_task(one)}. The last day is {day_of(one.due_on)}."
        elif is_open and one.earliest_on is not None:
            yield f"Time is kept for you up to {day_of(one.due_on)}: {who(one)} must {_task(one)}."
    if any(one.status == "overdue" and one.breach for one in late):
        yield "Ask the council when it will do what is late."
        if are_of(answer.judged.book.rulebook):
            yield _COMPLAIN
    yield "If you think a date is wrong, or something is missing, tell the council."


def _task(deadline: Deadline) -> str:
    return f"{deadline.title[:1].lower()}{deadline.title[1:]}"


def _item(deadline: Deadline) -> _Item:
    party = f" ({whom(deadline.party)})" if deadline.party and deadline.derivation.clock.per == "party" else ""
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
    window = deadline.derivation.version.is_window
    if deadline.derivation.limit.side == "family" and not window:
        still = {"open": f"You can still do this, up to {due}.", "lapsed": "The time for this is over."}
        return still.get(deadline.status, f"The time for this ran to {due}.")
    told = (_PROTECTED if window else _TOLD)[deadline.status]
    if deadline.status == "open" and deadline.due_on is not None and deadline.as_of > deadline.due_on:
        told = "The last day for this was {due}, if it had to be done at all: the record does not show that it had."
    due = due or "a day that nobody can name yet"
    over, actor = how_long(deadline.days_over), capital(who(deadline))
    told = told.format(who=actor, must=must(deadline), due=due, done=done, ended=ended, over=over)
    if deadline.missed and deadline.excused_by:
        told = f"{told} {_excused(deadline)}"
    if deadline.breach:
        told = f"{told} The law has not been kept."
    if deadline.contested_by:
        kept = "kept" if deadline.breach else "not kept"
        told = f"{told} The law can be read in another way here, by which it was {kept}: see how this was worked out."
    return told


def _excused(deadline: Deadline) -> str:
    """Say on what grounds there is no breach; what a person judged is told as that."""
    grounds = ", ".join(deadline.excused_by).replace("_", " ")
    told = f"A reason that the law accepts for a delay is on record: {grounds}."
    if not set(deadline.excused_by) <= _OF_OTHERS:
        told += " Whether the delay had to be is a judgement, which can be questioned."
    return told


def _happening(fact: Fact) -> _Happening:
    words, party = capital(happened(fact)), whom(fact.party)
    more = [party] if party and party not in words else []
    if fact.outcome:
        more.append(fact.outcome.replace("_", " "))
    return _Happening(say(fact.on), f"{words}: {', '.join(more)}" if more else words)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
