"""Files that are written: the one place through which every command and every call writes one.

A file is looked at before anything is computed, and again before it is put in place. It is a regular file, or there is
none of its name yet; it is none of those that the same call reads or writes (compared by what they are, not by what
they are called: links are followed); and what stands there already is of the kind that is written, since anything else
is somebody's. It is written beside its place, put there when it is whole and on the disk, and keeps the permissions of
the file that it replaces. Where anything goes wrong, what stood there stands as it was, and nothing is left beside it.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, BinaryIO, Final, NamedTuple, NoReturn, TypeAlias

from ehcp_flow.errors import OutputError

__all__ = ["Kind", "Output", "Reading", "apart", "header_of", "same_file"]

Reading: TypeAlias = tuple[str, str | os.PathLike[str] | int]
"""Something that is read: what it is called, and its path, or the number of an open file."""

_HEADER: Final = 1 << 16
_TYPES: Final = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_OUT_OF_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class Kind(NamedTuple):
    """What is written: in words, as a name for an example, and how a file of this kind is known again.

    `forms` are the ends of names in whose forms it can be written, where there are others than the example's.
    """

    says: str
    example: str
    ours: Callable[[BinaryIO], bool]
    forms: tuple[str, ...] = ()


class _Place(NamedTuple):
    """What a path leads to: the file itself, if there is one, and the place of its name."""

    file: tuple[int, int] | None
    name: tuple[object, str]


class Output:
    """A file that is to be written: `path` as it was given, `target` where it leads.

    A link is followed: its target is replaced, if all of this holds for it, and the link stays.
    """

    def __init__(self, path: str | os.PathLike[str], kind: Kind, *, reads: Iterable[Reading] = ()) -> None:
        """Look at the path. Raises OutputError, which says why, where it must not be written."""
        self.path = os.fspath(path)
        self.kind = kind
        self._reads = tuple(reads)
        self.target, _ = self._look()

    def _look(self) -> tuple[Path, os.stat_result | None]:
        found = self._found()
        for says, path in self._reads:
            if same_file(self.path, path):
                self._refuse(f"it is {says}: it would be lost; give another name, such as {self.kind.example}")
        target = Path(os.path.realpath(self.path))
        if not target.parent.is_dir():
            self._refuse(f"there is no directory {target.parent}; make it first")
        if not os.access(target.parent, os.W_OK | os.X_OK):
            self._refuse(f"nothing can be written in the directory {target.parent}; give a place where you may write")
        if found is not None:
            self._refuse_others(found)
        return target, found

    def _found(self) -> os.stat_result | None:
        if not self.path:
            self._refuse(f"no file is named; give a name, such as {self.kind.example}")
        if self.path == "-":
            self._refuse(f"- is no file; name one, such as {self.kind.example}")
        if os.path.basename(self.path) in ("", os.curdir, os.pardir):  # noqa: PTH119 - a Path drops what ends so
            self._refuse(f"it is a directory; name a file in it, such as {self.kind.example}")
        try:
            return Path(self.path).stat()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise OutputError(self.path, f"{why}; give another name, such as {self.kind.example}") from error

    def _refuse_others(self, found: os.stat_result) -> None:
        """Refuse to replace anything but a regular file of this kind, or an empty one."""
        for is_of, what in _TYPES:
            if is_of(found.st_mode):
                self._refuse(f"it is {what}, and no file; name one, such as {self.kind.example}")
        if not found.st_mode & 0o222 or not os.access(self.path, os.W_OK):
            self._refuse(f"it is there, and may not be written; give another name, such as {self.kind.example}")
        if not found.st_size:
            return
        try:
            with Path(self.path).open("rb") as file:
                ours = self.kind.ours(file)
        except OSError as error:
            raise OutputError(self.path, f"it is there, and cannot be read ({error.strerror})") from error
        if not ours:
            self._refuse(
                f"it is there, and is not {self.kind.says}, so it is left as it is; give another name, such as "
                f"{self.kind.example}, or take it away first"
            )

    def _refuse(self, why: str) -> NoReturn:
        raise OutputError(self.path, why)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give a file to write to; at the end of the block it is put in place, unless the block was left by an error.

        Raises OutputError where there is no room, or the path must not be written any more.
        """
        beside = self.target.with_name(f".ehcp-flow-{token_hex(8)}.new")
        try:
            opener = _private if self.target.exists() else None
            with open(beside, "xb", opener=opener) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            target, replaced = self._look()
            if replaced is not None:
                _keep(beside, replaced)
            beside.replace(target)
            _sync(target.parent)
        except BaseException as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            if isinstance(error, OSError) and (error.errno in _OUT_OF_ROOM or error.filename == str(beside)):
                raise OutputError(self.path, f"{error.strerror}; nothing was written") from error
            raise

    def write(self, content: bytes) -> None:
        """Write the whole file. Raises OutputError as `open` does."""
        with self.open() as file:
            file.write(content)


def apart(outputs: Sequence[tuple[str, Output]]) -> None:
    """Raise OutputError where two outputs of one call, told with their names, are one file."""
    for place, (_, output) in enumerate(outputs):
        for name, other in outputs[:place]:
            if same_file(output.path, other.path):
                example = output.kind.example
                raise OutputError(output.path, f"{name} writes it too; give each a name of its own, such as {example}")


def same_file(one: str | os.PathLike[str] | int, other: str | os.PathLike[str] | int) -> bool:
    """Whether two paths (or open files) are one file, or would be: links are followed.

    Of files that are not there yet, names are compared without case: some file systems do not tell them apart.
    """
    first, second = _place(one), _place(other)
    if first.file and second.file:
        return first.file == second.file
    return first.name == second.name


def header_of(file: IO[bytes]) -> list[str]:
    """Return the names in the first line of a CSV file, to know it again by."""
    line = file.readline(_HEADER).decode("utf-8-sig", "replace")
    return line.rstrip("\r\n").split(",")


def _place(path: str | os.PathLike[str] | int) -> _Place:
    if isinstance(path, int):
        # A terminal or a pipe that is read from and printed to is none the worse for it.
        return _Place(_file(path) if stat.S_ISREG(os.fstat(path).st_mode) else None, (path, ""))
    try:
        real = os.path.realpath(path)
    except ValueError:
        return _Place(None, (os.fspath(path), ""))
    parent, name = os.path.split(real)
    return _Place(_file(real), (_file(parent) or parent, unicodedata.normalize("NFC", name).casefold()))


def _file(path: str | int) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - of an open file too
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _private(path: str, flags: int) -> int:
    """Open a file that nobody else can read before it has the permissions of the one that it replaces."""
    return os.open(path, flags, 0o600)


def _keep(beside: Path, replaced: os.stat_result) -> None:
    """Give a file the owner, where that is allowed, and the permissions of the one that it is to replace."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(beside, replaced.st_uid, replaced.st_gid)
    beside.chmod(stat.S_IMODE(replaced.st_mode))


def _sync(directory: Path) -> None:
    """Have the directory on the disk too, where the system can do that."""
    with suppress(OSError):
        number = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
