"""Compiles the kernel while a wheel is built, where that can be done; elsewhere the same source runs interpreted.

`ehcp_flow/engine/kernel.py` and `walk.py` with the types of their `.pxd` become the library `ehcp_flow/engine/_kernel`:
under another name, so that it never hides the source, and with a digest of all files, so that a stale one is not taken
(`ehcp_flow.engine.choice`). The environment variable `EHCP_FLOW_BUILD_KERNEL` says what is wanted: `must` (an install
without a compiled kernel fails), `no` (a pure wheel), or `try`, which is meant when it is not set.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import copy
from sysconfig import get_config_var
from tempfile import TemporaryDirectory
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VARIABLE: Final = "EHCP_FLOW_BUILD_KERNEL"
ENGINE: Final = "ehcp_flow/engine"
LIBRARY: Final = f"_kernel{get_config_var('EXT_SUFFIX')}"
PARTS: Final = ("kernel", "walk")
"""The modules that are compiled together, in this order: `ehcp_flow.engine.choice` has the same."""
ENOUGH: Final = 900
"""Seconds after which a compiler is not waited for."""

# What Python calls: the doors into the source's own `judge` and `walk`, through which other threads run meanwhile.
DOOR: Final = """

import cython

SOURCE = "{source}"


def judge_and_let_others_run(
    law: Law, days: Days, facts: Facts, found: Found, case: cython.int, cases: cython.int
) -> cython.int:
    with cython.nogil:
        case = judge(law, days, facts, found, case, cases)
    return case


def walk_and_let_others_run(
    moves: Moves, facts: Facts, trail: Trail, case: cython.int, cases: cython.int
) -> cython.int:
    with cython.nogil:
        case = walk(moves, facts, trail, case, cases)
    return case


globals().update(judge=judge_and_let_others_run, walk=walk_and_let_others_run)
"""

QUICK: Final = {"boundscheck": False, "wraparound": False, "initializedcheck": False, "cdivision": True}
CHECKED: Final = {"boundscheck": True, "wraparound": False, "initializedcheck": True, "cdivision": False}


class NotCompiledError(Exception):
    """The kernel cannot be compiled here; says why."""


class CompileKernel(BuildHookInterface[Any]):
    """The hook by which hatchling puts the compiled kernel into a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the kernel, and tag the wheel for this platform if that was done.

        Raises NotCompiledError where it must be compiled and cannot be, ValueError for a wish that is none.
        """
        wish = os.environ.get(VARIABLE) or "try"
        if wish not in ("try", "must", "no"):
            raise ValueError(f"{VARIABLE} is {wish!r}; write must, no or try, or leave it unset")
        engine = Path(self.root, ENGINE)
        if version == "editable":
            engine.joinpath(LIBRARY).unlink(missing_ok=True)
        if wish == "no":
            return
        self.folder = TemporaryDirectory()
        try:
            built = compile_kernel(engine, Path(self.folder.name))
            if version == "editable":
                copy(built, engine)
        except (NotCompiledError, OSError) as error:
            self.folder.cleanup()
            if wish == "must":
                raise
            self.app.display_warning(f"the kernel stays interpreted: {error}")
            return
        build_data.update(pure_python=False, infer_tag=True)
        if version != "editable":
            build_data["force_include"][str(built)] = f"{ENGINE}/{LIBRARY}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        if hasattr(self, "folder"):
            self.folder.cleanup()


def compile_kernel(engine: Path, folder: Path, *, checked: bool = False) -> Path:
    """Compile the kernel of a directory into a folder, and return the library.

    A checked one raises IndexError where a table is read or written outside its bounds; it is for tests alone. Raises
    NotCompiledError where there is no compiler, or where it refuses.
    """
    if sys.implementation.name != "cpython":
        raise NotCompiledError(f"{sys.implementation.name} is not CPython")
    source, types = joined(engine, ".py"), joined(engine, ".pxd")
    read = b"".join(engine.joinpath(f"{part}{end}").read_bytes() for part in PARTS for end in (".py", ".pxd"))
    digest = sha256(read).hexdigest()[:16]
    package = folder / ENGINE
    package.mkdir(parents=True)
    for each in (package.parent, package):
        each.joinpath("__init__.py").touch()
    package.joinpath("_kernel.py").write_bytes(source + DOOR.format(source=digest).encode())
    package.joinpath("_kernel.pxd").write_bytes(telling_of_errors(types) if checked else types)
    directives = {"infer_types": True, **(CHECKED if checked else QUICK)}
    options = [f"--directive={name}={value}" for name, value in directives.items()]
    run([sys.executable, "-m", "Cython.Build.Cythonize", "-3", "--inplace", *options, f"{ENGINE}/_kernel.py"], folder)
    return package / LIBRARY


def joined(engine: Path, end: str) -> bytes:
    """Return the parts one behind the other: their source, or their types."""
    return b"\n\n".join(engine.joinpath(f"{part}{end}").read_bytes() for part in PARTS)


def telling_of_errors(types: bytes) -> bytes:
    """Return the types with functions that hand an error on: the quick ones cannot have any."""
    types = re.sub(rb"(?m)^(cdef void [^)]*\)) noexcept nogil$", rb"\1 except * nogil", types)
    return types.replace(b") noexcept nogil", b") except? -2000000000 nogil")


def run(command: list[str], folder: Path) -> None:
    """Run Cython and the compiler. Raises NotCompiledError with the last of what they said."""
    settings = dict(os.environ)
    if os.name == "posix":
        # Nobody debugs the generated C: without what that takes, the library is a fifth as large.
        strip = "-Wl,-x" if sys.platform == "darwin" else "-Wl,-s"
        settings["CFLAGS"] = f"{settings.get('CFLAGS', '')} -g0"
        settings["LDFLAGS"] = f"{settings.get('LDFLAGS', '')} {strip}"
    try:
        done = subprocess.run(
            command, cwd=folder, env=settings, check=False, capture_output=True, text=True, timeout=ENOUGH
        )
    except subprocess.TimeoutExpired:
        raise NotCompiledError(f"the compiler took more than {ENOUGH} seconds") from None
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip().splitlines() or [f"exit code {done.returncode}"]
        of_cython = [line for line in said if re.match(r"\S*_kernel\.p\w+:\d", line)]
        raise NotCompiledError((of_cython or said)[-1])
