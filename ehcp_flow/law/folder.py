"""The files of a rulebook's folder: which are read, and which were surely meant to be and are not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from ehcp_flow.errors import RulebookError, RulebookMissing
from ehcp_flow.inputs import why_unreadable
from ehcp_flow.law.installed import ENGLAND, Folder, by_name, hint, is_name
from ehcp_flow.law.toml_files import SourceFile, no_section, read_toml

__all__ = ["BASE", "Folder", "files_of", "moves_of", "shipped", "title_of"]

BASE: Final = "based_on"
MOVES: Final = "moves"
"""The folder of a rulebook that holds its states and moves."""
_TITLE: Final = "title"
_TOML: Final = ".toml"
_NEAR_FOLDER: Final = 0.75
_NEAR_ENDING: Final = 0.85
"""How near a name is to `moves`, or an ending to `.toml`, where that was meant: `.html` is further off."""


class _Base(NamedTuple):
    """A rulebook on which another is based."""

    name: str
    folder: Folder


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
    bases = _bases_of(files)
    return _with_bases(files, (_files(base.folder) for base in bases), bases)


def title_of(files: Iterable[SourceFile]) -> str:
    """Return what a rulebook is of, as its files say."""
    return next((file.data[_TITLE] for file in reversed(list(files)) if _TITLE in file.data), "a rulebook")


def moves_of(root: Folder, files: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the files of its moves, those of its bases first; none where no other than England has some."""
    bases = _bases_of([file for file in files if not file.of_base])
    own = list(_moves_in(root))
    if not own and all(base.name == ENGLAND or not (base.folder / MOVES).is_dir() for base in bases):
        return []
    return _with_bases(own, (_moves_in(base.folder) for base in bases), bases)


def _moves_in(root: Folder) -> Iterator[SourceFile]:
    folder = root / MOVES
    with _as_far_as_readable(MOVES):
        if not folder.is_dir():
            return
        own = list(_files(folder, f"{MOVES}/"))
    if not own:
        why = "it holds no .toml file: write the states and moves there, or leave it out to have those of England"
        raise RulebookError(MOVES, "(directory)", 0, why)
    yield from own


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


def _bases_of(files: Iterable[SourceFile]) -> list[_Base]:
    """Return the rulebooks that these files change: the one that they name, and those on which that one is based."""
    bases: list[_Base] = []
    own = list(files)
    while named := [file for file in own if BASE in file.data]:
        first = named[0]
        for file in named:
            if file.data[BASE] != first.data[BASE]:
                file.refuse((BASE,), f"{first.name} says {first.data[BASE]!r}: a rulebook is based on one other")
        bases.append(_base_named(first, [base.name for base in bases]))
        if bases[-1].name == ENGLAND:  # which is based on none
            break
        own = [file._replace(name=f"{bases[-1].name}/{file.name}") for file in _files(bases[-1].folder)]
    return bases


def _base_named(file: SourceFile, before: Collection[str]) -> _Base:
    name = file.data[BASE]
    right = f'write {BASE} = "{ENGLAND}", or the name of another that is installed'
    if not isinstance(name, str) or not is_name(name):
        file.refuse((BASE,), f"it is no name of a rulebook: {right}")
    found = by_name(name)
    if found is None:
        file.refuse((BASE,), f"no rulebook is called {name!r}{hint(name)}: {right}")
    if name in before:
        file.refuse((BASE,), f"{name} is based on this one itself")
    return _Base(name, found.there())


def _with_bases(
    own: list[SourceFile], of_bases: Iterable[Iterable[SourceFile]], bases: Iterable[_Base]
) -> list[SourceFile]:
    """Return files with those of the bases before them, but for those in whose place there is one of the same name."""
    found, taken = own, {file.name for file in own}
    for base, files in zip(bases, of_bases, strict=True):
        there = list(files)
        left = [file for file in there if file.name not in taken]
        found = [*(file._replace(name=f"{base.name}/{file.name}", of_base=base.name) for file in left), *found]
        taken |= {file.name for file in there}
    return found


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
