"""Which kernel judges: the compiled copy, where one was built from this very source, or else the source itself.

The environment variable `EHCP_FLOW_KERNEL` asks for one: `interpreted`, or `compiled`, which is an error where there is
none. Answers do not depend on it.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from hashlib import sha256
from importlib import import_module, resources
from types import ModuleType
from typing import Any, Final, NamedTuple

from ehcp_flow.engine import contributions, kernel, walk
from ehcp_flow.errors import KernelError

__all__ = ["Kernel", "compiled_kernel", "interpreted_kernel", "kernel_in_use", "why_not_compiled"]

VARIABLE: Final = "EHCP_FLOW_KERNEL"
PARTS: Final = ("kernel", "walk", "contributions")
"""The modules that are compiled together, in this order."""
MARKED: Final = ("mark_bits", "key_opens", "key_shuts")
"""The tables whose numbers have 64 bits: one for each spell that a pattern of the rulebook names."""


_BUFFER: Final = partial(array, "i")


class Kernel(NamedTuple):
    """A kernel: `name` is `compiled` or `interpreted`; its numbers lie in buffers or in lists.

    `module` is `ehcp_flow.engine.kernel`, or what was compiled of it and of the modules that go with it.
    """

    name: str
    module: ModuleType

    @property
    def is_compiled(self) -> bool:
        """Whether it is machine code."""
        return self.name == "compiled"

    @property
    def walk(self) -> ModuleType:
        """What is in `ehcp_flow.engine.walk`."""
        return self.module if self.is_compiled else walk

    @property
    def contributions(self) -> ModuleType:
        """What is in `ehcp_flow.engine.contributions`."""
        return self.module if self.is_compiled else contributions

    @property
    def numbers(self) -> Callable[[Sequence[int]], Any]:
        """What returns whole numbers as this kernel takes them."""
        return _BUFFER if self.is_compiled else list

    def filled(self, value: int, count: int) -> Any:
        """Return so many of one number, as this kernel takes them."""
        return array("i", (value,)) * count if self.is_compiled else [value] * count

    def tables(self, tables: Mapping[str, Any]) -> dict[str, Any]:
        """Return tables of whole numbers as this kernel takes them; single numbers stay."""
        return {
            name: table if isinstance(table, int) else self._marks(table) if name in MARKED else self.numbers(table)
            for name, table in tables.items()
        }

    def _marks(self, values: Sequence[int]) -> Any:
        return array("q", values) if self.is_compiled else list(values)


@cache
def interpreted_kernel() -> Kernel:
    """Return the kernel that runs everywhere."""
    return Kernel("interpreted", kernel)


@cache
def compiled_kernel() -> Kernel | None:
    """Return the kernel that was compiled from this very source, or None where there is none."""
    try:
        module = import_module("ehcp_flow.engine._kernel")
    except ImportError:
        return None
    made_from: str = module.SOURCE
    return Kernel("compiled", module) if made_from == source() else None


def source() -> str:
    """Return a digest of the kernel's source, and of what says how it is compiled."""
    here = resources.files("ehcp_flow.engine")
    names = (f"{part}{end}" for end in (".py", ".pxd") for part in PARTS)
    return sha256(b"".join(here.joinpath(name).read_bytes() for name in names)).hexdigest()[:16]


@cache
def kernel_in_use() -> Kernel:
    """Return the kernel that judges. Raises KernelError for one that is asked for and not there."""
    wanted = os.environ.get(VARIABLE, "")
    if wanted not in ("", "compiled", "interpreted"):
        raise KernelError(wanted, f"{VARIABLE} is {wanted!r}; write compiled or interpreted, or leave it unset")
    if wanted == "interpreted":
        return interpreted_kernel()
    found = compiled_kernel()
    if found is None and wanted:
        raise KernelError(
            wanted, f"{VARIABLE} asks for the compiled kernel, and none was built from this source; see docs/kernel.md"
        )
    return found or interpreted_kernel()


def why_not_compiled() -> str:
    """Return why the kernel in use is not the compiled one, empty where it is. Raises KernelError as kernel_in_use."""
    if kernel_in_use().is_compiled:
        return ""
    return f"{VARIABLE} asks for that" if compiled_kernel() else "none is compiled from this source"
