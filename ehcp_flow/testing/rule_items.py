"""The tests that pytest makes of an authority's rules: three of each rule at its edge, and one of each case."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, Final

import pytest

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date, say
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.readers import Caseload, read_cases
from ehcp_flow.testing.compliance import ComplianceRule, EdgeDay

__all__ = ["CaseItem", "EdgeItem", "RowsItem", "items_of", "read_caseload", "write_summary"]

_KEPT: Final = "kept"
_READ: Final = pytest.StashKey[tuple[Caseload, dt.date]]()


class _RuleItem(pytest.Item):
    """A test whose failure is told in its own words, without lines of Python."""

    def reportinfo(self) -> tuple[Any, None, str]:
        """Return the heading under which a failure is told."""
        return self.path, None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the sentence of an assertion alone; of anything else, what pytest says."""
        if isinstance(excinfo.value, AssertionError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class EdgeItem(_RuleItem):
    """A rule on one of the days at its edge."""

    def __init__(self, *, rule: ComplianceRule, edge: EdgeDay, **more: Any) -> None:
        super().__init__(**more)
        self.rule, self.edge = rule, edge

    def runtest(self) -> None:
        """Try it."""
        self.rule.try_edge(self.edge)


class CaseItem(_RuleItem):
    """All rules of a module on one case of the caseload."""

    def __init__(self, *, rules: dict[str, ComplianceRule], case: Case, as_of: dt.date, **more: Any) -> None:
        super().__init__(**more)
        self.rules, self.case, self.as_of = rules, case, as_of

    def runtest(self) -> None:
        """Try each rule, and note of each in the report whether it is kept. Raises AssertionError if one is not."""
        broken = {}
        for rule in self.rules.values():
            found = rule(self.case, self.as_of)
            self.user_properties.append((rule.title, "; ".join(found) or _KEPT))
            if found:
                broken[rule.title] = found
        if broken:
            lines = [f"{title}: {'; '.join(found)}" for title, found in broken.items()]
            many = f"{len(broken)} of {len(self.rules)} rules {'is' if len(broken) == 1 else 'are'} not kept"
            raise AssertionError("\n".join([f"case {self.case.case_id}, {say(self.as_of)}: {many}", *lines]))


class RowsItem(_RuleItem):
    """That every row of the caseload could be read."""

    def __init__(self, *, caseload: Caseload, **more: Any) -> None:
        super().__init__(**more)
        self.caseload = caseload

    def runtest(self) -> None:
        """Raise AssertionError with what is wrong in each row that could not be read."""
        if refused := self.caseload.refused:
            raise AssertionError("\n".join([f"rows that could not be read: {len(refused)}", *map(str, refused)]))


def items_of(collector: Any, name: str) -> list[pytest.Item]:
    """Return the tests of the rule `name` of a module, and with the module's first rule those of its cases."""
    rules = {
        each: found
        for each, found in vars(collector.obj).items()
        if isinstance(found, ComplianceRule) and not each.startswith("_")
    }
    if name not in rules:
        return []
    items: list[pytest.Item] = [
        EdgeItem.from_parent(collector, name=f"{name}[{edge.name}]", rule=rules[name], edge=edge)
        for edge in rules[name].edges()
    ]
    read = collector.config.stash.get(_READ, None)
    if read is not None and name == next(iter(rules)):
        caseload, as_of = read
        items.append(RowsItem.from_parent(collector, name="the rows of the caseload", caseload=caseload))
        items.extend(
            CaseItem.from_parent(collector, name=f"case {case.case_id}", rules=rules, case=case, as_of=as_of)
            for case in caseload.values()
        )
    return items


def read_caseload(config: pytest.Config) -> None:
    """Read the cases and the day that the command line names. Raises UsageError where it cannot."""
    day = config.getoption("ehcp_as_of")
    try:
        cases = read_cases(config.invocation_params.dir / config.getoption("ehcp_caseload"))
        config.stash[_READ] = cases, dates.today() if day is None else parse_date(day)
    except EhcpFlowError as error:
        raise pytest.UsageError(str(error)) from error


def write_summary(terminal: Any) -> None:
    """Write of each rule how many cases keep it and how many do not, the most broken first."""
    kept: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminal.getreports(outcome):
            for title, said in report.user_properties if report.nodeid.rpartition("::")[2].startswith("case ") else ():
                (kept if said == _KEPT else broken)[title] += 1
    if kept or broken:
        terminal.section("rules over the caseload")
        terminal.write_line(f"{'kept':>6} {'not':>6}  rule")
        for title in sorted({*kept, *broken}, key=lambda each: (-broken[each], each)):
            terminal.write_line(f"{kept[title]:6} {broken[title]:6}  {title}")
