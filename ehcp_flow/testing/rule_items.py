"""The tests that pytest makes of an authority's rules: three of each rule at its edge, and one of each case."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from ehcp_flow import dates
from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date, say
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.readers import Caseload, read_cases
from ehcp_flow.testing import compliance
from ehcp_flow.testing.compliance import ComplianceRule, EdgeDay

__all__ = ["CaseItem", "EdgeItem", "RowsItem", "items_of", "read_caseload", "write_summary"]

_KEPT: Final = "kept"
_KIT: Final = {__file__, compliance.__file__}
_READ: Final = pytest.StashKey[tuple[Caseload, dt.date]]()


class _RuleItem(pytest.Item):
    """A test whose failure is told in its own words, without lines of Python."""

    def reportinfo(self) -> tuple[Any, None, str]:
        """Return the heading under which a failure is told."""
        return self.path, None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what is wrong, in a sentence; where an authority's own function raised, the lines of that alone."""
        raised_in = excinfo.traceback[_ours(excinfo.traceback) :]
        if not raised_in:
            return str(excinfo.value)
        return excinfo.getrepr(style=style or "short", tbfilter=lambda _: raised_in)


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
            try:
                found = rule(self.case, self.as_of)
            except Exception as error:  # noqa: BLE001 - it is told, and the other rules are asked all the same
                found = [_could_not_be_asked(error)]
            self.user_properties.append((rule.title, "; ".join(found) or _KEPT))
            if found:
                broken[rule.title] = found
        if broken:
            lines = [f"{title}: {'; '.join(found)}" for title, found in broken.items()]
            many = f"{len(broken)} of {len(self.rules)} rules {'is' if len(broken) == 1 else 'are'} not kept"
            raise AssertionError("\n".join([f"case {self.case.case_id}, {say(self.as_of)}: {many}", *lines]))


class RowsItem(_RuleItem):
    """That every row of the caseload could be read, and that there is a case to judge."""

    def __init__(self, *, caseload: Caseload, **more: Any) -> None:
        super().__init__(**more)
        self.caseload = caseload

    def runtest(self) -> None:
        """Raise AssertionError with what is wrong in each row that could not be read, or for a file without a case."""
        if refused := self.caseload.refused:
            raise AssertionError("\n".join([f"rows that could not be read: {len(refused)}", *map(str, refused)]))
        if not self.caseload:
            raise AssertionError("the file holds no case, so nothing was judged: was it written to the end?")


def _ours(traceback: Iterable[Any]) -> int:
    """Return where in a traceback the last line of the kit itself is, and what it called begins: the place after."""
    return max((at + 1 for at, entry in enumerate(traceback) if str(entry.path) in _KIT), default=0)


def _could_not_be_asked(error: Exception) -> str:
    """Return what became of a rule that raised, with the line at which it did."""
    traceback = pytest.ExceptionInfo.from_exception(error).traceback
    said = f"it could not be asked: {type(error).__name__}: {error}"
    raised_in = traceback[_ours(traceback) :]
    return f"{said} ({Path(raised_in[0].path).name}, line {raised_in[0].lineno + 1})" if raised_in else said


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
    if not (kept or broken):
        terminal.write_line("No case of --ehcp-caseload was judged: pytest ran no rule over it.", red=True, bold=True)
    else:
        terminal.section("rules over the caseload")
        terminal.write_line(f"{'kept':>6} {'not':>6}  rule")
        for title in sorted({*kept, *broken}, key=lambda each: (-broken[each], each)):
            terminal.write_line(f"{kept[title]:6} {broken[title]:6}  {title}")
