"""API keys: who may ask, by the SHA-256 of a key that nobody but its holder has.

The file is CSV without a header: `sha256,authority,name`. What leaks with it opens nothing, as long as keys are long
and random: `python -c "import secrets; print(secrets.token_urlsafe(32))"`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ehcp_flow.errors import SourceError, SourceMissing
from ehcp_flow.service.service_users import NotLetIn, ServiceUser

__all__ = ["ApiKeys", "read_keys"]

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_AUTHORITY: Final = re.compile(r"[0-9]{3}")
_LONGEST_NAME: Final = 200
_COLUMNS: Final = 3
_BEARER: Final = HTTPBearer(auto_error=False, description="A key of the file that `serve --keys` names.")


class ApiKeys:
    """The keys that are in use; `user_for` lets their holders in, as `create_router` wants it."""

    def __init__(self, users: Iterable[tuple[str, ServiceUser]]) -> None:
        self._users = [(digest.encode(), user) for digest, user in users]

    def user_of(self, key: str) -> ServiceUser | None:
        """Return whose key it is. How long it takes tells nothing of how near a key came."""
        given, found = sha256(key.encode("utf-8", "surrogatepass")).hexdigest().encode(), None
        for digest, user in self._users:
            if compare_digest(digest, given):
                found = user
        return found

    def knows(self, user: ServiceUser) -> bool:
        """Whether somebody has a key."""
        return any((each.authority, each.name) == (user.authority, user.name) for _, each in self._users)

    async def user_for(self, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> ServiceUser:
        """Return who sent the request. Raises NotLetIn."""
        user = None if sent is None else self.user_of(sent.credentials)
        if user is None:
            raise NotLetIn
        return user


def read_keys(path: str) -> ApiKeys:
    """Return the keys of a file. Raises SourceMissing where there is none, SourceError with the line that is wrong."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise SourceMissing(path, f"it cannot be read: {error.strerror}") from None
    except ValueError:
        raise SourceError(path, "it is not UTF-8 text") from None
    users: dict[str, ServiceUser] = {}
    for number, row in enumerate(csv.reader(text.splitlines()), start=1):
        if not row:
            continue
        cells = [cell.strip() for cell in row]
        if why := _fault(cells, users):
            raise SourceError(path, f"line {number}: {why}; write sha256,authority,name")
        users[cells[0].lower()] = ServiceUser(cells[1], cells[2])
    if not users:
        raise SourceError(path, "it holds no key, so nobody could ask; write sha256,authority,name")
    return ApiKeys(users.items())


def _fault(cells: list[str], users: Iterable[str]) -> str:
    """Return what is wrong with a row. It never says what stood there: that may be a key."""
    if len(cells) != _COLUMNS:
        return f"there are {len(cells)} cells"
    digest, authority, name = cells
    if not _DIGEST.fullmatch(digest.lower()):
        return "the first cell is no SHA-256 in 64 hexadecimal digits"
    if digest.lower() in users:
        return "the same key was there before"
    if not _AUTHORITY.fullmatch(authority):
        return "the second cell is no three-digit number of an authority"
    if not name or len(name) > _LONGEST_NAME:
        return f"the third cell is no name of 1 to {_LONGEST_NAME} characters"
    return ""
