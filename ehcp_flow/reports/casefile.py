"""The file of each case for the page: its facts and deadlines, packed small, without any free text.

A caseload of 8,000 cases has some 160,000 facts and as many deadlines. They are packed as numbers into tables, squeezed
with gzip, and opened in the browser only when somebody asks for a case.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from typing import Any, Final

from ehcp_flow.answers import Answer
from ehcp_flow.deadlines import STATUSES, Deadline
from ehcp_flow.engine import kernel
from ehcp_flow.engine.judging import JudgedCase
from ehcp_flow.engine.numbers import as_day
from ehcp_flow.engine.rulebook import CompiledRulebook
from ehcp_flow.states import MEANING

__all__ = ["CaseFile"]

_EPOCH: Final = dt.date(2000, 1, 1)
_EPOCH_DAY: Final = as_day(_EPOCH)
_QUIET: Final = frozenset({kernel.OPEN, kernel.MET, kernel.LAPSED, kernel.UNDATED})
"""How a deadline stands that is not over and no breach, so that it need not be asked."""


class _Names:
    """Texts that come again and again, each kept once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        return self._places.setdefault(text, len(self._places))

    @property
    def texts(self) -> list[str]:
        return list(self._places)


class CaseFile:
    """Collects what the page shows of each case. `reason` and `recorded_by` never enter it."""

    def __init__(self) -> None:
        self._names = _Names()
        self._rules: dict[tuple[CompiledRulebook, int], int] = {}
        self._rule_rows: list[list[str]] = []
        self._cases: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._cases)

    def add(self, answer: Answer) -> None:
        """Take one case into account."""
        place = self._names.place
        facts = [
            [_day(fact.on), place(fact.event), place(fact.party or ""), place(fact.outcome or "")]
            for fact in answer.case.facts
        ]
        self._cases[answer.case.case_id] = [
            answer.case.authority or "",
            place(MEANING[answer.standing.pathway]),
            _day(answer.standing.since),
            facts,
            [self._deadline(Deadline(answer.judged, row), answer.judged, row) for row in answer.judged.rows],
        ]

    def _deadline(self, deadline: Deadline, judged: JudgedCase, row: int) -> list[Any]:
        place, facts, value = self._names.place, judged.facts, judged.value
        start, done = facts[value(kernel.STARTED, row)], judged.fact(kernel.DONE_AT, row)
        last, status = value(kernel.LAST, row), value(kernel.STATUS, row)
        quiet = status in _QUIET
        return [
            self._rule(deadline, judged, value(kernel.VERSION, row)),
            place(facts[value(kernel.WHOM, row)].party or ""),
            place(start.event),
            value(kernel.BASE, row) - _EPOCH_DAY,
            None if last == kernel.NO_DAY else last - _EPOCH_DAY,
            None if done is None else _day(done.on),
            place(STATUSES[status]),
            None if quiet else deadline.days_over,
            place(", ".join(judged.excused_by(row))),
            0 if quiet else int(deadline.breach),
        ]

    def _rule(self, deadline: Deadline, judged: JudgedCase, number: int) -> int:
        key = judged.book, number
        if key not in self._rules:
            version, rule = deadline.working.version, deadline.working.rule
            counted = "; or, if later, ".join(str(count.convention) for count in version.counts)
            self._rules[key] = len(self._rule_rows)
            self._rule_rows.append(
                [deadline.limit, deadline.title, deadline.actor, deadline.kind, rule.act, counted, version.words,
                 version.cited]
            )  # fmt: skip
        return self._rules[key]

    def packed(self) -> str:
        """Return everything as gzip in base64: the same cases give the same text."""
        data = {"names": self._names.texts, "rules": self._rule_rows, "cases": self._cases}
        raw = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.b64encode(gzip.compress(raw, 6, mtime=0)).decode()


def _day(day: dt.date | None) -> int | None:
    """Return a day as its number from 1 January 2000."""
    return None if day is None else (day - _EPOCH).days
