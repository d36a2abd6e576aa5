"""Entity tags: which version of a case somebody saw, and whether an answer is still the one that they have.

A tag is `"VERSION-LAST"`, of a case as it was recorded, or that with a third part, of an answer about it. `If-Match`
takes either: only what was recorded counts for whoever writes.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from ehcp_flow.errors import RangeError
from ehcp_flow.facts import Fact
from ehcp_flow.store import REDACTED, Store, StoredCase

__all__ = ["NEVER", "answer_tag", "case_tag", "has_tag", "seen_by", "tag_behind"]

NEVER: Final = 2**31 - 1
"""A version that no case has: what nobody can have seen."""
_TAG: Final = re.compile(r'"([1-9][0-9]{0,8})-([0-9a-f]{16})(?:-[0-9a-f]{16})?"')
_EACH: Final = re.compile(r'(?:W/)?("[^"]*")')


def tag_behind(version: int, last: Fact) -> str:
    """Return the tag of a case whose last fact, of this version, is `last`."""
    recorded = "" if last.recorded_at is None else last.recorded_at.isoformat()
    return f'"{version}-{_digest(last.id, recorded)}"'


def case_tag(found: StoredCase) -> str:
    """Return the tag of a case as it stands."""
    return tag_behind(found.version, found.case.recorded[-1])


def answer_tag(found: StoredCase, *asked: Any) -> str:
    """Return the tag of an answer about a case: of what was recorded, what was redacted of it, and what was asked."""
    redacted = sum(fact.reason == REDACTED for fact in found.case.recorded)
    return f'{case_tag(found)[:-1]}-{_digest(redacted, *asked)}"'


def has_tag(if_none_match: str | None, tag: str) -> bool:
    """Whether somebody has the answer with this tag already, as RFC 9110 compares for `If-None-Match`."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _EACH.findall(if_none_match)


def seen_by(if_match: str | None, if_none_match: str | None, store: Store, case_id: str) -> int:
    """Return the version of a case that a decision rests on, 0 for one that is to be begun.

    Raises UnknownNameError where somebody saw a case that is not there, RangeError for what names no version.
    """
    if if_none_match is not None:
        RangeError.unless(if_match is None, "If-Match", if_match, "give it, or If-None-Match: *, not both")
        RangeError.unless(if_none_match.strip() == "*", "If-None-Match", if_none_match, "write * to begin a case")
        return 0
    found = store.case(case_id)
    if if_match is not None and if_match.strip() == "*":
        return found.version
    named = _TAG.fullmatch((if_match or "").strip())
    if named is None:
        return NEVER
    version, last = int(named[1]), named[2]
    return NEVER if version == found.version and f'"{version}-{last}"' != case_tag(found) else version


def _digest(*parts: Any) -> str:
    return sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
