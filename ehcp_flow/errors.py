"""Every exception that ehcp_flow raises, in one tree.

EhcpFlowError
├── InputError (ValueError)          something given to the engine cannot be read
│   ├── DateError                    a date that is not in the calendar, or not in a known form
│   ├── FactError                    one fact: which field, what stood there, what would be right
│   ├── RowRefused                   one row of a file: file, line, column, value, what would be right
│   ├── SourceError                  a whole file: missing, binary, without a header
│   └── CorrectionError              a void or a replacement that cannot be applied
├── UnknownNameError (LookupError)   a limit, an event or a case that does not exist
├── KnownAtError (ValueError)        "as known at" asked of facts that do not say when they were recorded
├── CalendarError (ValueError)       a closure file or a calendar that cannot be used
├── RulebookError (ValueError)       the law's data is wrong: file, key, line
├── KernelError (ValueError)         a kernel that is asked for and cannot be had
└── MoveRefused                      a move that the law does not allow now, with every reason

Each error keeps the values it speaks of as attributes, so that a program need not read the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

__all__ = [
    "CalendarError",
    "CorrectionError",
    "DateError",
    "EhcpFlowError",
    "FactError",
    "InputError",
    "KernelError",
    "KnownAtError",
    "MoveRefused",
    "RowRefused",
    "RulebookError",
    "SourceError",
    "UnknownNameError",
]

_FEW: Final = 20
"""How many names are listed where none is like the one that was asked for."""


class EhcpFlowError(Exception):
    """The root: catch this to catch everything that ehcp_flow raises on purpose."""


class InputError(EhcpFlowError, ValueError):
    """Something given to the engine cannot be read."""


class DateError(InputError):
    """A text that is not a date, or not an instant: `value` is the text, `why` what is wrong, `write` what to write."""

    def __init__(
        self, value: object, why: str, *, write: str = "2026-03-02 or 02/03/2026", what: str = "a date"
    ) -> None:
        self.value = value
        self.why = why
        self.write = write
        shown = repr(value) if isinstance(value, str) else str(value)
        super().__init__(f"{shown} is not {what}: {why}; write {write}")


class FactError(InputError):
    """A fact that cannot be: `event`, `field`, the `value` that stood there, and what was `expected`."""

    def __init__(self, event: str, field: str, value: object, expected: str) -> None:
        self.event = event
        self.field = field
        self.value = value
        self.expected = expected
        what = f"{event or 'fact'}: {field}" if field else (event or "fact")
        found = "is missing" if value in (None, "") else f"is {value!r}"
        super().__init__(f"{what} {found}; {expected}")


class RowRefused(InputError):
    """A row of a file that was not taken; the other rows still count.

    `source`, `line` (1 is the first line of the file), `column`, `value`, `case_id`, and what was `expected`.
    """

    def __init__(self, source: str, line: int, column: str, value: object, expected: str, case_id: str = "") -> None:
        self.source = source
        self.line = line
        self.column = column
        self.value = value
        self.expected = expected
        self.case_id = case_id
        where = f"{source}, line {line}"
        if column:
            where += f", column {column}"
        if case_id:
            where += f", case {case_id}"
        found = "is missing" if value in (None, "") else f"{value!r}"
        super().__init__(f"{where}: {found}: {expected}")


class SourceError(InputError):
    """A file that cannot be read at all: `source` and `why`."""

    def __init__(self, source: str, why: str) -> None:
        self.source = source
        self.why = why
        super().__init__(f"{source}: {why}")


class CorrectionError(InputError):
    """A void or a replacement that cannot be applied: `fact_id` names the fact that was to be corrected."""

    def __init__(self, fact_id: str, why: str) -> None:
        self.fact_id = fact_id
        self.why = why
        super().__init__(f"cannot correct fact {fact_id!r}: {why}")


class UnknownNameError(EhcpFlowError, LookupError):
    """A name that does not exist: the `kind` of thing, the `name` asked for, and close `matches`."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        self.matches = tuple(get_close_matches(name, self.known, n=3, cutoff=0.5)) or tuple(
            known for known in self.known if known.casefold() == name.casefold()
        )
        hint = f"; did you mean {' or '.join(self.matches)}?" if self.matches else ""
        if not hint and 0 < len(self.known) <= _FEW and kind != "case":
            hint = f"; there are {', '.join(self.known)}"
        super().__init__(f"there is no {kind} called {name!r}{hint}")


class KnownAtError(EhcpFlowError, ValueError):
    """A case cannot say what was known at an instant: `case_id`, and `missing`, the facts without `recorded_at`."""

    def __init__(self, case_id: str, missing: tuple[Any, ...]) -> None:
        self.case_id = case_id
        self.missing = missing
        first = missing[0]
        super().__init__(
            f"case {case_id}: {len(missing)} fact(s) carry no recorded_at (the first is {first.event} on "
            f"{first.on.isoformat()}), so nobody can say what was known then; "
            "give each fact the instant it was written down, such as 2026-03-02T09:30:00Z"
        )


class CalendarError(EhcpFlowError, ValueError):
    """A calendar or a closure file that cannot be used: `source`, `line` (0 if none) and `why`."""

    def __init__(self, source: str, why: str, line: int = 0) -> None:
        self.source = source
        self.why = why
        self.line = line
        where = f"{source}, line {line}" if line else source
        super().__init__(f"{where}: {why}")


class RulebookError(EhcpFlowError, ValueError):
    """The rulebook's data is wrong: `file`, `key` (its path in the file), `line` (0 if none), and `why`."""

    def __init__(self, file: str, key: str, line: int, why: str) -> None:
        self.file = file
        self.key = key
        self.line = line
        self.why = why
        super().__init__(f"{file}, line {line}, {key}: {why}" if line else f"{file}: {why}")


class KernelError(EhcpFlowError, ValueError):
    """A kernel that is asked for and cannot be had: `kernel` is its name, `why` what to do."""

    def __init__(self, kernel: str, why: str) -> None:
        self.kernel = kernel
        self.why = why
        super().__init__(why)


class MoveRefused(EhcpFlowError):
    """The law does not allow this move now.

    `verdict` is the same object that `allowed` gives: the move, each guard's reason, the fact it looked at,
    its citation, and what would make it pass.
    """

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))
