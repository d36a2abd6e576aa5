"""Docstrings that are shown to people: help and the meaning of facts. Under `python -OO` the source still has them."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

__all__ = ["docstring_of", "docstrings_in_source"]


def docstring_of(what: type | Callable[..., Any]) -> str:
    """Return the docstring of a class or a function of a module; empty where there is none, or no source of it."""
    return inspect.cleandoc(what.__doc__ or docstrings_in_source(what.__module__).get(what.__qualname__, ""))


@cache
def docstrings_in_source(module: str) -> Mapping[str, str]:
    """Return the docstrings of a module's own classes and functions, by name."""
    try:
        parsed = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError):
        return {}
    named = [node for node in parsed.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    return {node.name: ast.get_docstring(node) or "" for node in named}
