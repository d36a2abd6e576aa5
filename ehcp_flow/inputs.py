"""Files that are read: how one of a workbook begins, and why one cannot be read, in words that every reader uses."""

from __future__ import annotations

import errno
from typing import Final

__all__ = ["WORKBOOKS", "why_unreadable"]

WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the file of a workbook begins: XLSX and ODS are archives, XLS is a compound document."""

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
