"""Why a file cannot be read: what the operating system says, in words that every reader uses."""

from __future__ import annotations

import errno
from typing import Final

__all__ = ["why_unreadable"]

_OF_NAMES: Final = (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)


def why_unreadable(error: OSError | ValueError) -> tuple[bool, str]:
    """Return whether the file is out of reach (mend the command) or there and no file (mend the file), and a sentence.

    A ValueError is what Python says of a name that no file can have: with a NUL, or half a surrogate pair.
    """
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return True, "there is no such file"
        case PermissionError():
            return True, "you have no permission to read it"
        case IsADirectoryError():
            return False, "this is a directory; name a file in it"
        case OSError():
            return error.errno in _OF_NAMES, f"it cannot be read: {error.strerror or error}"
    return True, "no file can have such a name"
