"""The files of a rulebook's folder: which are read, and which were surely meant to be and are not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, TypeAlias

from ehcp_flow.errors import RulebookError, RulebookMissing
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.law.toml_files import SourceFile, no_section, read_toml

__all__ = ["BASE", "ENGLAND", "Folder", "files_of", "moves_of", "shipped"]

ENGLAND: Final = "england"
"""The rulebook on which another can be based."""
BASE: Final = "based_on"
MOVES: Final = "moves"
"""The folder of a rulebook that holds its states and moves."""
_TITLE: Final = "title"
_TOML: Final = ".toml"
_NEAR_FOLDER: Final = 0.75
_NEAR_ENDING: Final = 0.85
"""How near a name is to `moves`, or an ending to `.toml`, where that was meant: `.html` is further off."""

Folder: TypeAlias = Path | Traversable


def shipped(name: str) -> Traversable:
    """Return the folder of a rulebook that the package ships."""
    return resources.files("ehcp_flow.law") / name


def files_of(root: Folder, sections: Collection[str]) -> list[SourceFile]:
    """Return the files of a rulebook but for its moves, those of its base first."""
    with _as_far_as_readable(str(root)):
        if not root.is_dir():
            why = "this is a file; name the directory that holds it" if root.is_file() else "there is no such directory"
            raise RulebookMissing(str(root), "(directory)", 0, why)
        files = list(_files(root))
    if not files:
        raise RulebookError(str(root), "(directory)", 0, "it holds no .toml file")
    known = (*sections, _TITLE, BASE)
    titled: SourceFile | None = None
    for file in files:
        for name in sorted({*file.data} - {*known}):
            file.refuse((name,), no_section(name, known) if name not in _of_moves() else _ELSEWHERE)
        title = file.data.get(_TITLE, "a rulebook")
        if not isinstance(title, str) or not title:
            file.refuse((_TITLE,), "write a text, in quotes: what the rulebook is of")
        if _TITLE in file.data and titled is not None:
            file.refuse((_TITLE,), f"{titled.name} says already what the rulebook is of: leave one of them")
        titled = file if _TITLE in file.data else titled
        if file.data.get(BASE, ENGLAND) != ENGLAND:
            file.refuse((BASE,), f'a rulebook is based on England\'s or on none: write {BASE} = "{ENGLAND}"')
    base = _base_of(files)
    return files if base is None else [*_of_base(base, files), *files]


def moves_of(root: Folder, files: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the files of its moves, those of its base first; none where it has no folder of that name."""
    folder, within = root / MOVES, f"{MOVES}/"
    with _as_far_as_readable(MOVES):
        if not folder.is_dir():
            return []
        own = list(_files(folder, within))
    if not own:
        why = "it holds no .toml file: write the states and moves there, or leave it out to have those of England"
        raise RulebookError(MOVES, "(directory)", 0, why)
    base = _base_of(files)
    return own if base is None else [*_of_base(base / MOVES, own, within), *own]


@contextmanager
def _as_far_as_readable(name: str) -> Iterator[None]:
    """Raise RulebookMissing for a folder into which nobody can look: its name is too long, or it may not be read."""
    try:
        yield
    except OSError as error:
        raise RulebookMissing(name, "(directory)", 0, why_unreadable(error)[1]) from None


_ELSEWHERE: Final = f"unknown section here: it belongs in a file of the folder {MOVES}"


def _of_moves() -> Collection[str]:
    from ehcp_flow.law.machine_loader import MOVE_SECTIONS

    return ("region", *MOVE_SECTIONS)


def _base_of(files: Iterable[SourceFile]) -> Traversable | None:
    """Return the folder of the rulebook that these files change."""
    return shipped(ENGLAND) if any(BASE in file.data for file in files) else None


def _of_base(base: Traversable, own: Collection[SourceFile], within: str = "") -> Iterator[SourceFile]:
    """Yield the files of a rulebook that another is based on, but for those in whose place it has one of its own."""
    names = {file.name for file in own}
    for file in _files(base, within):
        if file.name not in names:
            yield file._replace(name=f"{ENGLAND}/{file.name}", of_base=True)


def _files(folder: Folder, within: str = "") -> Iterator[SourceFile]:
    """Yield the files of a folder, named as they stand `within` the rulebook: an error names one and no other."""
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(_TOML):
            yield read_toml(path, within=within)
        elif why := _astray(path, within):
            raise RulebookError(f"{within}{path.name}", "(directory)" if path.is_dir() else "(file)", 0, why)


def _astray(path: Traversable, within: str) -> str:
    """Return why it cannot be meant that a file or a folder is not read, empty where it can."""
    name = path.name
    if name.startswith((".", "__")) or name.endswith("~"):
        return ""
    if path.is_dir():
        if name == MOVES and not within:
            return ""
        near = not within and get_close_matches(name.casefold(), (MOVES,), cutoff=_NEAR_FOLDER)
        why = f"nothing in it is read: states and moves stand in the folder {MOVES}"
        if near:
            return f"{why}; did you mean {MOVES}?"
        holds = any(each.name.endswith(_TOML) for each in path.iterdir())
        return f"{why}, all else in no folder: move its .toml files there, or out of the rulebook" if holds else ""
    if name == MOVES and not within:
        return f"it is not read: {MOVES} is a folder, in which the files of states and moves stand"
    stem, _, ending = name.removesuffix(".txt").rpartition(".")
    near = get_close_matches(f".{ending}".casefold(), (_TOML,), cutoff=_NEAR_ENDING)
    return f"it is not read: a file of a rulebook ends in {_TOML}; did you mean {stem}{_TOML}?" if near else ""
