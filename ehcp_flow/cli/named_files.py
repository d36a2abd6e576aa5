"""The files that a command reads and writes, looked at together before it begins.

An option that names a file to be written says so: `Annotated[str | None, typer.Option(...), Writes("module:KIND")]`.
All other options and arguments that name a file or a store are read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_type_hints

import typer

from ehcp_flow.cli.endings import refuse_other_ending

if TYPE_CHECKING:
    from ehcp_flow.outputs import Output, Reading

__all__ = ["READ", "Writes", "guarded", "writes"]

READ: Final = ("FILE", "FILE|DAY", "SOURCE", "URL", "OLD", "NEW")
"""What an option that names something to be read calls it."""


@dataclass(frozen=True)
class Writes:
    """Marks an option that names a file to be written; `kind` is where its `Kind` is found, `module:NAME`.

    Into one that is `printed` goes what would be printed to standard output. Where it names a directory, `kind` is
    where the names of the files that may be written into it are found.
    """

    kind: str
    printed: bool = False
    directory: bool = False

    def load(self) -> Any:
        """Return the kind, or the names of files; the module is imported only where something is named."""
        module, _, name = self.kind.partition(":")
        return getattr(import_module(module), name)


def guarded(run: Callable[..., None]) -> Callable[..., None]:
    """Return a command that refuses, before it does anything, an output that must not be written."""

    @wraps(run)
    def looked_at(**values: Any) -> None:
        to = _look(run, values)
        if to is None:
            run(**values)
            return
        from ehcp_flow.cli.printed_file import printed_to

        with printed_to(to):
            run(**values)

    return looked_at


def writes(run: Callable[..., None]) -> dict[str, Writes]:
    """Return the parameters of a command that name a file to be written."""
    marks = {name: _first(Writes, metadata) for name, metadata in _metadata(run)}
    return {name: mark for name, mark in marks.items() if mark is not None}


def _look(run: Callable[..., None], values: Mapping[str, Any]) -> Output | None:
    """Look at every file that is named, and return the one into which is printed."""
    from ehcp_flow.errors import OutputError
    from ehcp_flow.outputs import Output, apart

    reads: list[Reading] = []
    outputs: list[tuple[str, Output]] = []
    named: list[tuple[str, str, Writes]] = []
    directories: list[tuple[str, str, Writes]] = []
    for name, metadata in _metadata(run):
        option, value = _first(typer.models.ParameterInfo, metadata), values.get(name)
        if option is None or value is None:
            continue
        says = _named(option) or name
        mark = _first(Writes, metadata)
        if mark is not None and mark.directory:
            directories.append((says, value, mark))
        elif mark is not None:
            named.append((says, value, mark))
        elif option.metavar in READ:
            for each in value if isinstance(value, list) else [value]:
                reads.extend(_read(says, each))
    _refuse_printing_over(reads)
    for says, value, mark in directories:
        _refuse_writing_beside(says, Path(value), mark.load(), reads)
    for says, value, mark in named:
        kind = mark.load()
        try:
            outputs.append((says, Output(value, kind, reads=reads)))
            apart(outputs)
        except OutputError as error:
            raise typer.BadParameter(str(error), param_hint=says) from error
        if not mark.printed:
            refuse_other_ending(value, kind.forms or (Path(kind.example).suffix.removeprefix("."),), says)
    return next((output for (*_, mark), (_, output) in zip(named, outputs, strict=True) if mark.printed), None)


def _read(says: str, value: str) -> Iterator[Reading]:
    """Yield the files that lie behind a file's path, a store's address, or `-`."""
    if value == "-":
        with suppress(OSError, ValueError, AttributeError):
            yield f"what {says} reads", sys.stdin.fileno()
    elif "://" not in value:
        yield f"what {says} reads", value
    else:
        from ehcp_flow.store.store_files import files_of

        yield from ((f"a file of the store that {says} names", path) for path in files_of(value))


def _refuse_writing_beside(says: str, directory: Path, names: Iterable[str], reads: list[Reading]) -> None:
    """Refuse a directory in which a file that is read has the name of one that may be written."""
    from ehcp_flow.outputs import same_file

    for name in names:
        for read, path in reads:
            if same_file(directory / name, path):
                told = f"{directory / name}: it is {read}: it would be lost; name another directory"
                raise typer.BadParameter(told, param_hint=says)


def _refuse_printing_over(reads: list[Reading]) -> None:
    """Refuse to print into what is read: `>> cases.csv` makes it longer for as long as it is read."""
    from ehcp_flow.outputs import same_file

    try:
        to = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return
    for says, path in reads:
        if same_file(to, path):
            raise typer.BadParameter(f"standard output goes into {says}; send it to another file, > rows.csv")


def _named(option: typer.models.ParameterInfo) -> str | None:
    """Return the option, or what an argument is called in the help."""
    # Within Annotated, typer takes what is called `default` for the first name.
    names = [option.default, *(option.param_decls or ())]
    return next((name for name in names if isinstance(name, str) and name.startswith("--")), option.metavar)


def _metadata(run: Callable[..., None]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name, hint in get_type_hints(run, include_extras=True).items():
        yield name, getattr(hint, "__metadata__", ())


def _first(kind: type[Any], metadata: tuple[Any, ...]) -> Any:
    return next((each for each in metadata if isinstance(each, kind)), None)
