"""Small faults put into a module on purpose: which there are, and the module with one of them."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["ROOT", "Mutant", "changed", "mutants_of"]

ROOT: Final = Path(__file__).parent.parent.parent

_COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COUNTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_CALLED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_TYPES: Final = ("annotation", "returns", "type_params")
"""What says of which type something is: nothing runs by it."""


class Mutant(NamedTuple):
    """One fault: where, by what the place is known, what stood there and what stands there now.

    `key` stays the same as long as its function does, whatever else of the file changes.
    """

    path: str
    number: int
    line: int
    function: str
    before: str
    after: str
    key: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function}: {self.before}  ->  {self.after}"


def mutants_of(path: str) -> list[Mutant]:
    """Return the faults that can be put into a file, by its path from the root of the project."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found: list[Mutant] = []
    times: Counter[tuple[str, str, str]] = Counter()
    for number, (function, node, other) in enumerate(_faults(tree, "")):
        before, after = ast.unparse(node), ast.unparse(other)
        times[function, before, after] += 1
        said = f"{path}\n{function}\n{before}\n{after}\n{times[function, before, after]}\n{_text_of(tree, function)}"
        key = hashlib.sha256(said.encode()).hexdigest()[:16]
        found.append(Mutant(path, number, node.lineno, function or "the module", before, after, key))
    return found


def changed(path: str, number: int) -> ast.Module:
    """Return the syntax tree of a file with the fault of this number."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    _, node, other = next(fault for at, fault in enumerate(_faults(tree, "")) if at == number)
    _Swap(node, other).visit(tree)
    return ast.fix_missing_locations(tree)


class _Swap(ast.NodeTransformer):
    def __init__(self, node: ast.expr, other: ast.expr) -> None:
        self._node, self._other = node, other

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the other node in the place of the one, everything else as it was."""
        if node is self._node:
            return ast.copy_location(self._other, self._node)
        return super().generic_visit(node)


def _faults(node: ast.AST, function: str) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Yield each fault of a tree: the function that it is in, the expression, and what it becomes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}".lstrip(".")
    if isinstance(node, ast.keyword) and node.arg == "slots":
        return  # it saves memory, and says nothing
    if isinstance(node, ast.expr):
        for other in _others(node):
            yield function, node, other
    for name, value in ast.iter_fields(node):
        if name in _TYPES or (isinstance(node, ast.JoinedStr) and name == "values" and _is_told(node)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.Raise):
                yield from _faults(child, function)


def _is_told(node: ast.JoinedStr) -> bool:
    """Whether a text is only said to people: what stands in it is looked at as a whole."""
    return not any(isinstance(value, ast.FormattedValue) for value in node.values)


def _others(node: ast.expr) -> Iterator[ast.expr]:
    """Yield what a slip of the pen would make of an expression."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in _COMPARED:
                other = copy.copy(node)
                other.ops = [*node.ops[:place], _COMPARED[type(operator)](), *node.ops[place + 1 :]]
                yield other
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _COUNTED and not isinstance(node.left, ast.Constant):
        yield ast.BinOp(node.left, _COUNTED[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield ast.Call(ast.Name(_CALLED[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield ast.JoinedStr([each for each in node.values if each is not value])


def _text_of(tree: ast.Module, function: str) -> str:
    """Return the text of a function, by its name with those that it stands in; of the module none."""
    body: ast.AST = tree
    for name in function.split(".") if function else ():
        body = next(
            each
            for each in ast.walk(body)
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and each.name == name
        )
    return ast.unparse(body) if function else ""
