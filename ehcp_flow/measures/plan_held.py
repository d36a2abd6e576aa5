"""What a plan asks for and no case has: a particular, a value or a party that would give a figure of nothing.

`0.0%` of a name that was mistyped looks like a figure. A known word that nothing has is one all the same: there may be
nothing of that kind yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from typing import Final, get_args

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.events import Adviser, Requester
from ehcp_flow.measures.dated_values import DatedValues
from ehcp_flow.measures.plan_file import EventShare, LimitShare, ParticularShare, PlanFile
from ehcp_flow.particular_table import KINDS, known_names, settled

__all__ = ["refuse_party", "refuse_values"]

_MOST: Final = 20
"""How many values a message names."""
_LISTS: Final = (get_args(Adviser), get_args(Requester))
"""The closed lists of parties; which one is meant, say the parties that there are: the list that has most of them."""
_OF_ADVICE: Final = frozenset({"advice_requested", "advice_received", "advice_returned", "advice_request_withdrawn"})
"""Events whose party is an adviser, or a body of any name."""


def refuse_values(plan: PlanFile, held: DatedValues) -> None:
    """Refuse a particular of a plan that there is not, and a value that no case has and that it cannot have.

    Raises PlanFileError.
    """
    for at, measure in enumerate(plan.measure):
        if not isinstance(measure.figure, ParticularShare):
            continue
        for key, name, value in _asked(measure.figure):
            figure, where = ("measure", at, "figure"), ("measure", at, "figure", key)
            if name not in held.names and name not in known_names():
                known = sorted({*held.names, *known_names()} if held.names else known_names())
                named = (*figure, "particular" if key == "value" else key)
                plan.file.refuse(named, str(UnknownNameError("particular", name, known)))
            has = held.every(name)
            if value.casefold() not in map(str.casefold, has) and not _is_word(name, value):
                plan.file.refuse(where, f"nothing has {name}={value}{_there_are(value, has or _words(name))}")


def _asked(figure: ParticularShare) -> Iterator[tuple[str, str, str]]:
    """Yield the key of each thing that a share asks of a plan, with the particular and the value."""
    for value in figure.value:
        yield "value", figure.particular, value
    if not isinstance(figure.of, str):
        for name, value in figure.of.items():
            yield "of", name, value


def _words(name: str) -> Collection[str]:
    """Return the closed list of a particular as cases are grouped by it: of a placement the kinds; else nothing."""
    known = known_names().get(name)
    if known is None:
        return ()
    return KINDS if known.type == "placement" else ("yes", "no") if known.type == "flag" else tuple(known.codes)


def _is_word(name: str, value: str) -> bool:
    """Whether a particular that is known can have a value, as cases are grouped by it."""
    if name == "placement":
        return value.casefold() in KINDS
    known = known_names().get(name)
    kept = None if known is None or known.type == "text" else settled(name, value)
    return kept is not None and kept.casefold() == value.casefold()


def refuse_party(plan: PlanFile, of: str, name: str, parties: Iterable[str]) -> None:
    """Refuse a party that a plan names for the limit or event of this name, and that none of them has or can have.

    `of` is `limit` or `event`, `parties` those that there are, an empty text for none. Raises PlanFileError.
    """
    found = {*parties}
    has = found - {""}
    events = plan.begun_by(name) if of == "limit" else {name}
    most = max(len(has & {*each}) for each in _LISTS)
    lists = [each for each in _LISTS if not found or (most and len(has & {*each}) == most)]
    words = {*get_args(Adviser)} if found and _OF_ADVICE & events else {word for each in lists for word in each}
    for at, measure in enumerate(plan.measure):
        figure = measure.figure
        if not isinstance(figure, LimitShare | EventShare) or getattr(figure, of, None) != name or figure.party is None:
            continue
        # Advice may be asked of a body of any name, and of one that is asked nothing yet the figure is blank.
        is_own = (
            of == "limit" and has and _OF_ADVICE & events
            and not any(figure.party in each for each in _LISTS) and not get_close_matches(figure.party, has | words)
        )  # fmt: skip
        if figure.party in has | words or is_own:
            continue
        there_are = _there_are(figure.party, has if found else words)
        plan.file.refuse(("measure", at, "figure", "party"), f"no {name} has the party {figure.party}{there_are}")


def _there_are(value: str, known: Collection[str]) -> str:
    """Return which there are, the nearest first; of a thing that has none, that it has none."""
    if not known:
        return "; there is none"
    named = list(dict.fromkeys((*get_close_matches(value, sorted(known), n=_MOST), *sorted(known))))
    more = f" and {len(named) - _MOST:,} more" if len(named) > _MOST else ""
    return f"; there are {', '.join(named[:_MOST])}{more}"
