"""Files that are read.

How one of a workbook begins, why one cannot be read, in words that every reader uses, and what comes through a pipe
as a file that can be read again.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

__all__ = ["WORKBOOKS", "is_folder", "is_xml", "spooled", "why_unreadable"]

WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the file of a workbook begins: XLSX and ODS are archives, XLS is a compound document."""
_XML: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
"""How XML begins, in the encodings that it comes in."""

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


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder; what can be no path is none."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def is_xml(begins: bytes) -> bool:
    """Whether a file that begins so is XML."""
    return begins.lstrip().startswith(_XML)


def spooled(stream: Any, stack: ExitStack) -> Path:
    """Return a file that holds what a stream holds, for as long as the stack is open."""
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ehcp_flow_")))
    path = directory / "rows"
    with path.open("wb") as file:
        while read := stream.read(1 << 20):
            file.write(read if isinstance(read, bytes) else read.encode("utf-8", "surrogateescape"))
    return path
