"""A plugin of pytest that puts one fault into one module as it is imported; no file is touched.

`EHCP_FLOW_MUTANT` says which: the path of the module and the number of the fault, `ehcp_flow/counting.py:12`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, ModuleType
from typing import Final

from tests.mutants.changes import ROOT, changed

__all__ = ["NAMED_BY"]

NAMED_BY: Final = "EHCP_FLOW_MUTANT"


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, number: int) -> None:
        super().__init__(name, str(ROOT / path))
        self._place = path, number

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of the module with its fault; nothing is read from, or written to, a cache."""
        return compile(changed(*self._place), self.path, "exec", dont_inherit=True)


class _Finder(MetaPathFinder):
    def __init__(self, path: str, number: int) -> None:
        self._path, self._number = path, number
        self._name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module with its fault, where it is that one."""
        if fullname != self._name:
            return None
        loader = _Loader(fullname, self._path, self._number)
        package = [str((ROOT / self._path).parent)] if self._path.endswith("__init__.py") else None
        return spec_from_file_location(fullname, ROOT / self._path, loader=loader, submodule_search_locations=package)


def _install(named: str) -> None:
    path, _, number = named.rpartition(":")
    finder = _Finder(path, int(number))
    loaded = path.removesuffix(".py").replace("/", ".")
    assert loaded not in sys.modules, f"{loaded} is imported already"
    sys.meta_path.insert(0, finder)


if NAMED_BY in os.environ:
    _install(os.environ[NAMED_BY])
