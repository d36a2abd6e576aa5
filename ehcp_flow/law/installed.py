"""Rulebooks by their names: the folders that the library ships, and those that installed packages bring.

A package declares one by an entry point of the group `ehcp_flow.rulebooks`: a name, and the package or the folder in
one that holds the TOML (`journeys = "our_rules.journeys"`). It is found on the disk and never imported: a rulebook is
data, and asking what the law is runs nobody's code. Packages are looked through only for a name that is not shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from ehcp_flow.errors import RulebookError, RulebookMissing, UnknownNameError

__all__ = [
    "ENGLAND",
    "GROUP",
    "Declared",
    "Folder",
    "by_name",
    "declared",
    "folder_of",
    "hint",
    "is_name",
    "meant",
    "shipped_names",
]

ENGLAND: Final = "england"
"""The rulebook by which is answered where none is given."""
GROUP: Final = "ehcp_flow.rulebooks"
"""The group of entry points by which a package declares its rulebooks."""
OURS: Final = "ehcp-flow"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_PLACE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")

Folder: TypeAlias = Path | Traversable


class Declared(NamedTuple):
    """A rulebook that has a name: of which `package` in which `version`, and its `folder`, or what is wrong with it.

    The version of the library itself is looked up only when it is told.
    """

    name: str
    package: str
    version: str
    folder: Folder | None
    fault: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether the library ships it."""
        return self.package == OURS

    @property
    def whose(self) -> str:
        """The package and its version."""
        return f"{self.package} {self.version or metadata.version(self.package)}"

    def there(self) -> Folder:
        """Return its folder. Raises RulebookError, naming the package, where that cannot be found."""
        if self.folder is None:
            raise RulebookError(self.whose, "", 0, f"its rulebook {self.name!r} cannot be read: {self.fault}")
        return self.folder


def is_name(given: str) -> bool:
    """Return whether a text can be the name of a rulebook and no path: at most a hundred letters, digits, _ and -."""
    return _NAME.fullmatch(given) is not None


def shipped_names() -> tuple[str, ...]:
    """Return the names of the rulebooks that the library ships: each folder beside this module that holds TOML."""
    return tuple(sorted(each.name for each in resources.files("ehcp_flow.law").iterdir() if _is_rulebook(each)))


def declared() -> list[Declared]:
    """Return every rulebook that has a name, what is wrong with one too: those of the library first."""
    ours = [_of_ours(name) for name in shipped_names()]
    theirs = sorted(_of_packages(), key=lambda each: (each.name, each.package))
    for at, each in enumerate(theirs):
        others = [other.whose for other in (*ours, *theirs) if other.name == each.name and other is not each]
        if others and not each.fault:
            theirs[at] = each._replace(fault=f"{' and '.join(others)} has a rulebook of that name too")
    return [*ours, *theirs]


def by_name(name: str) -> Declared | None:
    """Return the rulebook of a name, None where no package has one.

    What the library ships nobody else can take the place of. Raises RulebookError, naming both, where two packages
    declare one name.
    """
    if is_name(name) and _is_rulebook(resources.files("ehcp_flow.law") / name):
        return _of_ours(name)
    found = [each for each in _of_packages() if each.name == name]
    if len(found) > 1:
        both = " and ".join(each.whose for each in found)
        why = f"{both} each declare a rulebook of that name: remove one of them, or give the folder of the one meant"
        raise RulebookError(name, "", 0, why)
    return found[0] if found else None


def meant(given: str) -> Folder | Declared:
    """Return which rulebook a text means: the one of that name, or the folder at that path.

    What cannot be a name is a path. A name that is both is refused, unless both are one folder: neither a folder that
    happens to lie here nor a package that was installed since may change by which law is answered, and nobody told. An
    empty text means neither: a script whose variable is not set asked for none.
    """
    if not given.strip():
        why = "it is empty: name a rulebook or a folder of one (. for the folder in which you are)" + hint(given)
        raise RulebookMissing(f'"{given}"', "", 0, why)
    here = Path(given)
    if not is_name(given):
        return here
    found = by_name(given)
    if found is None:
        if here.exists():
            return here
        raise RulebookMissing(
            given, "", 0, f"no folder of that name is here, and no rulebook is called so{hint(given)}"
        )
    if _is_rulebook(here) and not _same(here, found.folder):
        why = (
            f"it is a rulebook of {found.whose} and a folder here: write ./{given} for the folder, or ask from another "
            "folder for that of the package"
        )
        raise RulebookMissing(given, "", 0, why)
    return found


def hint(name: str) -> str:
    """Return which names are near to one that no rulebook has, or which there are."""
    known = dict.fromkeys((*shipped_names(), *(each.name for each in _of_packages())))
    return UnknownNameError("rulebook", name, known).hint


def _of_ours(name: str) -> Declared:
    return Declared(name, OURS, "", resources.files("ehcp_flow.law") / name)


def _of_packages() -> Iterator[Declared]:
    """Yield what packages declare. One whose metadata cannot be read is told with that, and stops nobody else's."""
    seen = set()
    for found in metadata.distributions():
        try:
            text = found.read_text("entry_points.txt")
        except (OSError, ValueError):
            continue  # whose it is nobody can say, nor that it is about rulebooks
        if text is None or GROUP not in text:
            continue
        package = str(found.metadata["Name"])
        if package in seen or metadata.distribution(package).read_text("entry_points.txt") != text:
            continue  # an older copy, further down the path: the first is the one that is installed
        seen.add(package)
        yield from _of_package(found, package)


def _of_package(found: metadata.Distribution, package: str) -> Iterator[Declared]:
    try:
        points = [(each.name, each.value) for each in found.entry_points if each.group == GROUP]
    except (TypeError, ValueError):
        why = f'its entry_points.txt cannot be read; write a line for each: name = "{package.replace("-", "_")}.folder"'
        yield Declared("", package, found.version, None, why)
        return
    for name, value in points:
        if not is_name(name):
            why = f"{name!r} is no name for a rulebook: write letters, digits, _ and -, a letter first"
            yield Declared(name, package, found.version, None, why)
            continue
        where = folder_of(value)
        folder, fault = (None, where) if isinstance(where, str) else (where, "")
        yield Declared(name, package, found.version, folder, fault)


def folder_of(value: str) -> Path | str:
    """Return the folder that an entry point names, or why there is none. Nothing of the package is imported."""
    if not _PLACE.fullmatch(value):
        return (
            f"{value!r} names no folder: write the package that holds the TOML, and no function, 'our_rules.journeys'"
        )
    top, *rest = value.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return f"there is no package {top!r}"
    places = [Path(each) for each in spec.submodule_search_locations or ()]
    if not places:
        return f"{top!r} is a module and no package: its folder is looked for there"
    for place in places:
        if (folder := place.joinpath(*rest)).is_dir():
            return folder
    if any(part.is_file() for place in places for part in (place, *place.parents)):
        return f"{value!r} lies in a zip file, and the files of a rulebook are read from a folder: install it unpacked"
    return f"{top!r} has no folder {'/'.join(rest)!r}: see that the package brings its .toml files along"


def _is_rulebook(folder: Traversable) -> bool:
    return folder.is_dir() and any(each.name.endswith(".toml") for each in folder.iterdir())


def _same(here: Path, folder: Folder | None) -> bool:
    return isinstance(folder, Path) and here.samefile(folder)
