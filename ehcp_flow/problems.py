"""An error as a web service tells it: problem details (RFC 9457), with the values that the error keeps."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from ehcp_flow.docstrings import docstring_of
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.facts import Fact

__all__ = ["problem"]

_NEW_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MEMBERS: Final = ("type", "title", "status", "detail")
"""What problem details have of their own: no value of an error takes its place."""


def problem(error: EhcpFlowError) -> dict[str, Any]:
    """Return an error as the body of an `application/problem+json` answer, of plain values.

    `type` names the class of the error, `title` says what such an error is, `status` is the HTTP status, and `detail`
    the sentence of this one. Beside them stand the values that the error keeps: of a refused move the `verdict` with
    each reason and remedy, of a conflict what was recorded since. What a database said is only in the sentence.
    """
    kind = type(error)
    said = {
        "type": f"urn:ehcp-flow:problem:{_NEW_WORD.sub('-', kind.__name__).lower()}",
        "title": " ".join(docstring_of(kind).partition("\n\n")[0].split()),
        "status": error.http_status,
        "detail": str(error),
    }
    return {**said, **{name: _plain(value) for name, value in vars(error).items() if name not in _MEMBERS}}


def _plain(value: object) -> Any:
    """Return a value of an error as JSON has it; one that JSON has not is its text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Fact):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(each) for each in value]
    as_dict = getattr(value, "as_dict", None)
    return str(value) if as_dict is None else as_dict()
