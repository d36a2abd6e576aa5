"""The file of each case for the page: its facts and deadlines, packed small, without any free text.

A caseload of 8,000 cases has some 160,000 facts and as many deadlines. They are packed as numbers into tables, squeezed
with gzip, and opened in the browser only when somebody asks for a case.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
from collections.abc import Iterable
from typing import Any, Final

from pydantic_core import to_json

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import STATUSES, Deadline
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judged_case import JudgedCase
from ehcp_flow.engine.numbers import as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.facts import Fact
from ehcp_flow.reports.case_lists import CaseLists

__all__ = ["CaseFile"]

_EPOCH: Final = as_day(dt.date(2000, 1, 1))
_QUIET: Final = frozenset({kernel.OPEN, kernel.MET, kernel.LAPSED, kernel.UNDATED, kernel.UNRECORDED})
"""How a deadline stands that is not over and no breach, so that it need not be asked."""
_SQUEEZED: Final = 5
"""The level of gzip: one more takes twice the time for a thirtieth of the size."""
_SHOWN: Final = (
    kernel.VERSION, kernel.WHOM, kernel.STARTED, kernel.BASE, kernel.LAST, kernel.DONE_AT, kernel.STATUS,
    kernel.EXCUSES,
)  # fmt: skip


class _Names(dict[str, int]):
    """Texts that come again and again, each kept once, and its number."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class CaseFile:
    """Collects what the page shows of each case. `reason` and `recorded_by` never enter it."""

    def __init__(self) -> None:
        self._names = _Names()
        self._rules: dict[CompiledRulebook, dict[int, int]] = {}
        self._rule_rows: list[list[str]] = []
        self._cases: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._cases)

    def add(self, answer: Answer) -> None:
        """Take one case into account."""
        case, judged, names = answer.case, answer.judged, self._names
        facts = self._told(case.facts)
        meaning = names[answer.pathway.meaning]
        counted = facts if judged.facts is case.facts else self._told(judged.facts)
        rules, out, size = self._rules.setdefault(judged.book, {}), judged.out, judged.size
        rows = list(zip(*(out[at * size : at * size + size] for at in _SHOWN), strict=True))
        deadlines = []
        for row in judged.rows:
            version, whom, started, base, last, done, status, held = rows[row]
            over, breach = None, 0
            if status not in _QUIET:
                deadline = Deadline(judged, row)
                over, breach = deadline.days_over, int(deadline.breach)
            deadlines.append(
                [
                    rules[version] if version in rules else self._rule(rules, version, judged, row),
                    counted[whom][2],
                    counted[started][1],
                    base - _EPOCH,
                    None if last == kernel.NO_DAY else last - _EPOCH,
                    None if done < 0 else counted[done][0],
                    names[STATUSES[status]],
                    over,
                    names[", ".join(judged.excused_by(row)) if held > 0 else ""],
                    breach,
                ]
            )
        self._cases[case.case_id] = [answer.authority or "", meaning, _day(answer.since), facts, deadlines]

    def _told(self, facts: Iterable[Fact]) -> list[list[int]]:
        names = self._names
        return [
            [
                as_day(told["on"]) - _EPOCH,
                names[told["event"]],
                names[told["party"] or ""],
                names[told.get("outcome") or ""],
            ]
            for told in (fact.__dict__ for fact in facts)
        ]

    def _rule(self, rules: dict[int, int], version: int, judged: JudgedCase, row: int) -> int:
        deadline = Deadline(judged, row)
        applied, rule = deadline.derivation.version, deadline.derivation.rule
        counted = "; or, if later, ".join(str(count.convention) for count in applied.counts)
        rules[version] = len(self._rule_rows)
        self._rule_rows.append(
            [deadline.limit, deadline.title, deadline.actor, deadline.kind, rule.act, counted, applied.words,
             applied.cited]
        )  # fmt: skip
        return rules[version]

    def lists(self) -> CaseLists:
        """Return what numbers the lists of these cases."""
        return CaseLists(self._cases)

    def packed(self, lists: CaseLists) -> str:
        """Return everything, and the lists that were numbered, as gzip in base64: the same cases give the same text."""
        data = {
            "names": list(self._names), "rules": self._rule_rows, "ids": list(self._cases),
            "cases": list(self._cases.values()), "lists": lists.lists,
        }  # fmt: skip
        # What json.dumps writes without blanks, in a fifth of its time.
        return base64.b64encode(gzip.compress(to_json(data), _SQUEEZED, mtime=0)).decode()


def _day(day: dt.date | None) -> int | None:
    """Return a day as its number from 1 January 2000."""
    return None if day is None else as_day(day) - _EPOCH
