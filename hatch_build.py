"""Compiles the kernel while a wheel is built, where that can be done; elsewhere the same source runs interpreted.

`ehcp_flow/engine/kernel.py` and what goes with it (`PARTS`), with the types that stand in a .pxd beside each, become
the library `ehcp_flow/engine/_kernel`: under another name, so that it never hides a source, and with a digest of the
files, so that a stale one is not taken
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
ENOUGH: Final = 900
"""Seconds after which a compiler is not waited for."""

PARTS: Final = ("kernel", "walk", "contributions")
"""The modules of the kernel, each knowing those before it: one library has them all."""

# What Python calls: doors into the source's own functions, through which other threads run meanwhile.
HEAD: Final = """

import cython

SOURCE = "{source}"
"""
DOOR: Final = """

def {name}_and_let_others_run({arguments}, case: cython.int, cases: cython.int) -> cython.int:
    with cython.nogil:
        case = {name}({names}, case, cases)
    return case


globals()["{name}"] = {name}_and_let_others_run
"""
DOORS: Final = {
    "judge": ("Law", "Days", "Facts", "Found"),
    "walk": ("Moves", "Facts", "History"),
    "contribute": ("Figures", "Periods", "Facts", "Rows", "History", "Entries"),
}

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
    package = folder / ENGINE
    package.mkdir(parents=True)
    for each in (package.parent, package):
        each.joinpath("__init__.py").touch()
    source, types = laid_together(engine)
    package.joinpath("_kernel.py").write_bytes(source)
    package.joinpath("_kernel.pxd").write_bytes(telling_of_errors(types) if checked else types)
    directives = {"infer_types": True, **(CHECKED if checked else QUICK)}
    options = [f"--directive={name}={value}" for name, value in directives.items()]
    run([sys.executable, "-m", "Cython.Build.Cythonize", "-3", "--inplace", *options, f"{ENGINE}/_kernel.py"], folder)
    return package / LIBRARY


def laid_together(engine: Path) -> tuple[bytes, bytes]:
    """Return the source of the library, and its types: the parts one after another, and what Python calls."""
    sources, types = ([engine.joinpath(f"{part}{end}").read_bytes() for part in PARTS] for end in (".py", ".pxd"))
    digest = sha256(b"".join(sources + types)).hexdigest()[:16]
    # What a part imports from another stands before it here.
    alone = [re.sub(rb"(?m)^from ehcp_flow\.engine\.\w+ import \([^)]*\).*\n", b"", source) for source in sources]
    return b"\n\n".join([*alone, doors(digest).encode()]), b"\n\n".join(types)


def doors(digest: str) -> str:
    """Return what the library has besides the sources."""
    told = HEAD.format(source=digest)
    for name, tables in DOORS.items():
        arguments = ", ".join(f"{table.lower()}: {table}" for table in tables)
        told += DOOR.format(name=name, arguments=arguments, names=", ".join(map(str.lower, tables)))
    return told


def telling_of_errors(types: bytes) -> bytes:
    """Return the types with functions that hand an error on: the quick ones cannot have any."""
    types = re.sub(rb"(?m)^(cdef void [^)]*\)) noexcept nogil$", rb"\1 except * nogil", types)
    return types.replace(b") noexcept nogil", b") except? -2000000000 nogil")


def settings() -> dict[str, str]:
    """Return the environment in which the compiler runs."""
    told = dict(os.environ)
    if os.name == "posix":
        # Nobody debugs the generated C: without what that takes, the library is a fifth as large.
        strip = "-Wl,-x" if sys.platform == "darwin" else "-Wl,-s"
        # Newer versions of setuptools take CFLAGS for all that there is to say, and compile without optimising.
        told["CFLAGS"] = f"{get_config_var('CFLAGS') or ''} {told.get('CFLAGS', '')} -g0"
        told["LDFLAGS"] = f"{told.get('LDFLAGS', '')} {strip}"
    return told


def run(command: list[str], folder: Path) -> None:
    """Run Cython and the compiler. Raises NotCompiledError with the last of what they said."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=settings(), check=False, capture_output=True, text=True, timeout=ENOUGH
        )
    except subprocess.TimeoutExpired:
        raise NotCompiledError(f"the compiler took more than {ENOUGH} seconds") from None
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip().splitlines() or [f"exit code {done.returncode}"]
        of_cython = [line for line in said if re.match(r"\S*_kernel\.p\w+:\d", line)]
        raise NotCompiledError((of_cython or said)[-1])
