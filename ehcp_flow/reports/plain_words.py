"""A case in plain words: what happened, who must act, how late something is. Families and advisers read them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from ehcp_flow.deadlines import Deadline
from ehcp_flow.facts import Fact
from ehcp_flow.nouns import count

__all__ = ["capital", "day_of", "happened", "how_long", "must", "number_in_words", "who", "whom"]

_WEEK: Final = 7
_WHO: Final = {
    "local authority": "the council",
    "home authority": "the council",
    "old local authority": "the council",
    "new local authority": "the new council",
    "local authority or commissioning body": "the council or the health body",
    "body asked for advice": "the service that was asked for advice",
    "organiser of the meeting": "whoever arranges the meeting",
    "head, principal or local authority": "the school, college or council",
    "institution consulted": "the school or college that was asked",
}
_PARTY: Final = {
    "educational": "a school or college", "medical": "health services", "psychological": "an educational psychologist",
    "social_care": "social care", "early_years": "an early years provider", "parent": "the parent",
    "young_person": "the young person",
}  # fmt: skip
_DAY: Final = re.compile(r"the day (?:on which )?(?!of |in )(?P<said>[^;:(]+)")
_OF_THE_AUTHORITY: Final = re.compile(r"\bthe (?:local )?authority\b")
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                   "twelve")  # fmt: skip


def happened(fact: Fact) -> str:
    """Return what happened, as a clause without its day: `the council received a request for an assessment`.

    It is what the event's own definition says; where that cannot be turned, the words of its name.
    """
    match = _DAY.match(type(fact).means())
    party = whom(fact.party) or "the other side"
    if match is None:
        return f"this is on record: {fact.event.replace('_', ' ')}"
    said = match["said"].partition(", which")[0].strip().replace("`party`", party)
    return _OF_THE_AUTHORITY.sub("the council", said)


def whom(party: str | None) -> str:
    """Return a party in words; an institution is called by its id."""
    return "" if party is None else _PARTY.get(party, party.replace("_", " "))


def who(deadline: Deadline) -> str:
    """Return who must act, in words."""
    return _WHO.get(deadline.actor, f"the {deadline.actor}")


def must(deadline: Deadline) -> str:
    """Return how firm it is: `must` of a duty in law, `is expected to` of guidance."""
    return "must" if deadline.kind in ("statutory", "derived") else "is expected to"


def number_in_words(number: int) -> str:
    """Return a number up to twelve as a word."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def how_long(days: int | None) -> str:
    """Return days as people say them: `9 days`, `6 weeks`, `5 weeks and 4 days`."""
    days = days or 0
    weeks, rest = divmod(days, _WEEK)
    if weeks < 2:  # noqa: PLR2004 - a week and two days are nine days
        return count(days, "day")
    return f"{weeks:,} weeks" + (f" and {count(rest, 'day')}" if rest else "")


def day_of(day: dt.date | None) -> str:
    """Return a day without its weekday: `4 May 2026`; an empty text for none."""
    return "" if day is None else f"{day.day} {day:%B} {day.year}"


def capital(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
