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
from ehcp_flow.deadlines import Deadline
from ehcp_flow.states import MEANING

__all__ = ["CaseFile"]

_EPOCH: Final = dt.date(2000, 1, 1)


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
        self._rules: dict[int, int] = {}
        self._versions: list[object] = []
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
            [self._deadline(deadline) for deadline in answer.deadlines],
        ]

    def _deadline(self, deadline: Deadline) -> list[Any]:
        place = self._names.place
        trigger = deadline.working.start
        return [
            self._rule(deadline),
            place(deadline.party or ""),
            place(trigger.event),
            _day(deadline.starts_on),
            _day(deadline.due_on),
            _day(deadline.done_on),
            place(deadline.status),
            deadline.days_over,
            place(", ".join(deadline.excused_by)),
            int(deadline.breach),
        ]

    def _rule(self, deadline: Deadline) -> int:
        version = deadline.working.version
        key = id(version)
        if key not in self._rules:
            rule = deadline.working.rule
            counted = "; or, if later, ".join(str(count.convention) for count in version.counts)
            self._rules[key] = len(self._rule_rows)
            self._versions.append(version)  # so that its id stays its own
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
