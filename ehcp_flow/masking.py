"""No password in anything that is shown: one function, for every message, log, repr and traceback."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["masked"]

_SECRETS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # An address as it should be, or nearly: from the user's colon to the last @.
        r"(?P<before>[a-z][\w+.-]*:/{1,3}[^\s:/@]*:)\S+(?=@)",
        # An address whose beginning is mistyped: `postgresql//user:word@host`, `user:word@host`.
        r"(?P<before>(?<![^\W_])[^\s:/@'\"]+:)(?!/)\S+(?=@)",
        # An address whose @ is missing: what stands for a port and is no number.
        r"(?P<before>[a-z][\w+.-]*:/{1,2}[^\s:/@]+:)(?!/|\S*@|\d{1,5}(?:[/?\s'\";,)]|$))[^\s/]+",
        r"(?P<before>\b(?:\w*password|passwd|pwd|passphrase)\s*=\s*)[^\s&;,'\"]+",
    )
)


def masked(text: str, *, address: bool = False) -> str:
    """Return the text with `***` for whatever stands where an address has a password, however it is mistyped.

    The whole of an `address` is one, so that a password may hold blanks too.
    """
    if ":" not in text and "=" not in text:
        return text
    if address and "@" in text:
        text = text.replace(" ", "%20")
    for secret in _SECRETS:
        text = secret.sub(r"\g<before>***", text)
    return text
