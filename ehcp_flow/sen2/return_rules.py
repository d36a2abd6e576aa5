"""The rules of a return as data (`rules.toml`), what a check finds by them, and the Department's numbers for them."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from ehcp_flow.conversion import read_raw_sheet
from ehcp_flow.conversion.returns import FIRST_YEAR
from ehcp_flow.errors import SourceError, UnknownNameError
from ehcp_flow.readers.row_tables import column_of

__all__ = ["FIELDS_OF_FINDING", "ReturnFinding", "ReturnRule", "by_rule", "read_numbers", "rules"]

Condition = Mapping[str, tuple[str, ...]]


def _renamed(given: Any) -> Any:
    return {("first_year" if key == "from" else "last_year" if key == "until" else key): value
            for key, value in given.items()}  # fmt: skip


class ReturnRule(BaseModel):
    """A rule: its id, its severity, what it looks at, what is wrong, and what would be right; see `rules.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    severity: Literal["error", "query"]
    kind: Literal[
        "unknown", "misplaced", "miscased", "foreign", "astray", "repeated", "stray", "structure", "value", "missing",
        "given", "order", "within", "person", "request", "place", "day", "header", "across",
    ]  # fmt: skip
    says: str
    right: str
    table: str = ""
    element: str = ""
    values: tuple[str, ...] = ()
    when: Condition = {}
    unless: Condition = {}
    first: str = ""
    then: str = ""
    side: Literal["", "before", "after", "outside"] = ""
    first_year: int = FIRST_YEAR
    last_year: int = 9999

    def is_in(self, year: int) -> bool:
        """Return whether the rule holds in the collection of a year."""
        return self.first_year <= year <= self.last_year


_Rules = Annotated[tuple[ReturnRule, ...], BeforeValidator(lambda rows: [_renamed(row) for row in rows])]


class _RuleFile(BaseModel):
    rule: _Rules


@cache
def rules() -> Mapping[str, ReturnRule]:
    """Return the rules by their ids, in the order of the table.

    >>> rules()["plan_before_request"].severity
    'query'
    """
    text = files(__package__ or "").joinpath("rules.toml").read_text(encoding="utf-8")
    found = _RuleFile.model_validate(tomllib.loads(text)).rule
    return {rule.id: rule for rule in found}


def read_numbers(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the Department's numbers by the ids of rules here, out of a table with the columns `rule` and `dfe`.

    Raises SourceError for a table without them, for a rule that does not exist, and for one with two numbers.
    """
    wanted = ("rule", "dfe")
    sheet = read_raw_sheet(os.fspath(path), wanted=wanted).under(None, wanted)
    columns = {column_of(heading): cells.to_list() for heading, cells in sheet.columns.items()}
    if missing := [name for name in ("rule", "dfe") if name not in columns]:
        raise SourceError(sheet.name, f"it has no column {', '.join(missing)}: give each rule here its number there")
    found: dict[str, str] = {}
    rows = zip(columns["rule"], columns["dfe"], strict=True)
    for line, (name, number) in enumerate(((rule.strip(), each.strip()) for rule, each in rows), sheet.first):
        if name and name not in rules():
            raise SourceError(sheet.name, f"line {line}: {UnknownNameError('rule', name, rules())}")
        if name and number and found.setdefault(name, number) != number:
            raise SourceError(
                sheet.name, f"line {line}: the rule {name} has the number {found[name]} already; keep one of them"
            )
    return found


FIELDS_OF_FINDING: Final = (
    "rule", "severity", "case_id", "person", "element", "line", "value", "says", "right", "dfe", "file",
)  # fmt: skip
"""The public fields of a finding, in their order."""


class ReturnFinding(NamedTuple):
    """One finding. `line` is that of `file`, 0 where it has none; `dfe` is the Department's number, if given."""

    rule: str
    severity: str
    case_id: str
    person: str
    element: str
    line: int
    value: str
    says: str
    right: str
    dfe: str = ""
    file: str = ""


def by_rule(findings: Iterable[ReturnFinding]) -> Mapping[str, Sequence[ReturnFinding]]:
    """Return findings by rule, the worst first: errors before queries, and what is found most often before the rest."""
    found: dict[str, list[ReturnFinding]] = {}
    for each in findings:
        found.setdefault(each.rule, []).append(each)
    often = Counter({rule: len(each) for rule, each in found.items()})
    order = {rule: at for at, rule in enumerate(rules())}
    return {
        rule: found[rule]
        for rule in sorted(found, key=lambda rule: (rules()[rule].severity != "error", -often[rule], order[rule]))
    }
