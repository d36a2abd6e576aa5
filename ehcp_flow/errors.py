"""Every exception that ehcp_flow raises, in one tree.

EhcpFlowError                        2
├── InputError (ValueError)          2  something given to the engine cannot be read
│   ├── DateError                    2  a date that is not in the calendar, or not in a known form
│   ├── FactError                    2  one fact: which field, what stood there, what would be right
│   ├── RangeError                   2  a number or a period that is out of range
│   ├── RowRefused                   4  one row of a file: file, line, column, value, what would be right
│   ├── SourceError                  4  a whole file: binary, damaged, without a header
│   │   └── SourceMissing            2  it is not there, or may not be read
│   ├── OutputError                  2  a file that must not be written, or cannot be
│   └── CorrectionError              4  a void or a replacement that cannot be applied
├── UnknownNameError (LookupError)   2  a limit, an event or a case that does not exist
├── KnownAtError (ValueError)        2  "as known at" asked of facts that do not say when they were recorded
├── CalendarError (ValueError)       4  a closure file or a calendar that cannot be used
│   └── CalendarMissing              2  its file is not there, or may not be read
├── TomlFileError (ValueError)       4  a file of data is wrong: file, key, line
│   ├── RulebookError                4  the law's data, or an authority's own targets
│   │   └── RulebookMissing          2  its file or directory is not there, or may not be read
│   ├── ConvertFileError             4  a convert file
│   │   └── ConvertFileMissing       2  it is not there, may not be read, or still has questions
│   └── PlanFileError                4  a plan file: measures, targets, actions, observations
│       └── PlanFileMissing          2  it is not there, or may not be read
├── EnglandOnly (ValueError)         2  something that is England's alone, asked of another rulebook
├── KernelError (ValueError)         2  a kernel that is asked for and cannot be had
├── LibraryMissing (ImportError)     2  a library that an extra brings is not installed
├── MoveRefused                      1  a move that the law does not allow now, with every reason
└── StoreError                       5  anything that goes wrong in a store: ehcp_flow.store.errors

Each error keeps the values it speaks of as attributes, so that a program need not read the sentence. Each class knows
the code with which the command line leaves when it ends a command (`exit_code`, the number above). Every error can be
pickled, and so comes whole out of another process.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from enum import IntEnum
from typing import Any, ClassVar, Final

from ehcp_flow.masking import masked

__all__ = [
    "CalendarError",
    "CalendarMissing",
    "ConvertFileError",
    "ConvertFileMissing",
    "CorrectionError",
    "DateError",
    "EhcpFlowError",
    "EnglandOnly",
    "ExitCode",
    "FactError",
    "InputError",
    "KernelError",
    "KnownAtError",
    "LibraryMissing",
    "MoveRefused",
    "OutputError",
    "PlanFileError",
    "PlanFileMissing",
    "RangeError",
    "RowRefused",
    "RulebookError",
    "RulebookMissing",
    "SourceError",
    "SourceMissing",
    "TomlFileError",
    "UnknownNameError",
]

_FEW: Final = 20
"""How many names are listed where none is like the one that was asked for."""
_SHOWN: Final = 200
"""How many characters of a value a message shows; the error keeps all of it."""


class ExitCode(IntEnum):
    """What the command line tells the shell. Of several that hold, it is the first of 70, 5, 4, 2, 3, 1."""

    DONE = 0
    REFUSED = 1
    """Some rows were refused, and the rest was printed; or a check of a store or of a return found errors."""
    USAGE = 2
    """The command is wrong: an option, a file or a store that is not there, a value that nothing has."""
    BREACH = 3
    """There is a breach, and --fail-on-breach was given."""
    DAMAGED = 4
    """An input is damaged, or is not what it should be."""
    STORE = 5
    """The store cannot be used: unreachable, locked, read-only, in conflict."""
    BUG = 70
    """A fault of this program."""
    INTERRUPTED = 130
    """128 + SIGINT, as a shell has it."""
    CLOSED_PIPE = 141
    """Nobody reads standard output any more: 128 + SIGPIPE."""


class EhcpFlowError(Exception):
    """The root: catch this to catch everything that ehcp_flow raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE
    """With what the command line leaves when this error ends a command."""
    http_status: ClassVar[int] = 500
    """With what a web service answers when this error ends a request: see `ehcp_flow.problems`."""

    def __reduce__(self) -> tuple[Callable[..., EhcpFlowError], tuple[Any, ...]]:
        """Travel as the sentence and the attributes, whatever the constructor takes.

        A value that cannot be pickled (a host's own object that stood where a text should) travels as its repr.
        """
        return _arrived, (type(self), self.args, {name: _fit_to_travel(value) for name, value in vars(self).items()})


def _arrived(kind: type[EhcpFlowError], args: tuple[Any, ...], values: dict[str, Any]) -> EhcpFlowError:
    """Return an error as it was before it was pickled."""
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(values)
    return error


def _fit_to_travel(value: object) -> object:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - an object may refuse in any way it likes
        return repr(value)
    return value


def _shown(value: object) -> str:
    """Return a value as a message shows it: its beginning is enough to find it by."""
    return repr(_cut(value) if isinstance(value, str) else value)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


class InputError(EhcpFlowError, ValueError):
    """Something given to the engine cannot be read."""

    http_status = 422


class DateError(InputError):
    """A text that is not a date, or not an instant: `value` is the text, `why` what is wrong, `write` what to write."""

    def __init__(
        self, value: object, why: str, *, write: str = "2026-03-02 or 02/03/2026", what: str = "a date"
    ) -> None:
        self.value = value
        self.why = why
        self.write = write
        super().__init__(
            f"{_shown(value) if isinstance(value, str) else str(value)} is not {what}: {why}; write {write}"
        )


class FactError(InputError):
    """A fact that cannot be: `event`, `field`, the `value` that stood there, and what was `expected`."""

    def __init__(self, event: str, field: str, value: object, expected: str) -> None:
        self.event = event
        self.field = field
        self.value = value
        self.expected = expected
        what = f"{event or 'fact'}: {field}" if field else (event or "fact")
        found = "is missing" if value in (None, "") else f"is {_shown(value)}"
        super().__init__(f"{what} {found}; {expected}")


class RangeError(InputError):
    """A number that is out of range: the `name` of what was to be set, its `value`, and what was `expected`."""

    def __init__(self, name: str, value: object, expected: str) -> None:
        self.name = name
        self.value = value
        self.expected = expected
        super().__init__(f"{name} is {_shown(value)}; {expected}")

    @classmethod
    def unless(cls, within: bool, name: str, value: object, expected: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Raise the error unless the value is `within` its range."""
        if not within:
            raise cls(name, value, expected)


class RowRefused(InputError):
    """A row of a file that was not taken; the other rows still count.

    `source`, `line` (1 is the first line of the file), `column`, `value`, `case_id`, and what was `expected`.
    """

    exit_code = ExitCode.DAMAGED

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
            where += f", case {_cut(case_id)}"
        found = "is missing" if value in (None, "") else _shown(value)
        super().__init__(f"{where}: {found}: {expected}")


class SourceError(InputError):
    """A file that cannot be read at all: `source` and `why`."""

    exit_code = ExitCode.DAMAGED

    def __init__(self, source: str, why: str) -> None:
        self.source = masked(source, address=True)
        self.why = why
        super().__init__(f"{self.source}: {why}")


class SourceMissing(SourceError):
    """A file that is not there, or that may not be read."""

    exit_code = ExitCode.USAGE


class OutputError(InputError):
    """A file that must not be written, or cannot be: its `path`, and `why`, with what would be right."""

    http_status = 500

    def __init__(self, path: str, why: str) -> None:
        self.path = masked(path, address="://" in path)
        self.why = why
        super().__init__(f"cannot write {self.path}: {why}" if path else f"cannot write: {why}")


class CorrectionError(InputError):
    """A void or a replacement that cannot be applied: `fact_id` names the fact that was to be corrected."""

    exit_code = ExitCode.DAMAGED

    def __init__(self, fact_id: str, why: str) -> None:
        self.fact_id = fact_id
        self.why = why
        super().__init__(f"cannot correct fact {fact_id!r}: {why}")


class UnknownNameError(EhcpFlowError, LookupError):
    """A name that does not exist: the `kind` of thing, the `name` asked for, and close `matches`."""

    http_status = 404

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
        self.hint = hint
        super().__init__(f"there is no {kind} called {name!r}{hint}")


class EnglandOnly(EhcpFlowError, ValueError):
    """Something that is of England's law alone was asked of another rulebook: `what`, and that one's `title`."""

    http_status = 422

    def __init__(self, what: str, title: str) -> None:
        self.what = what
        self.title = title
        super().__init__(
            f"{what}: this is counted by England's law and its states alone, and the rulebook is another: {title}"
        )


class KnownAtError(EhcpFlowError, ValueError):
    """A case cannot say what was known at an instant: `case_id`, and `missing`, the facts without `recorded_at`."""

    http_status = 409

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

    exit_code = ExitCode.DAMAGED

    def __init__(self, source: str, why: str, line: int = 0) -> None:
        self.source = source
        self.why = why
        self.line = line
        where = f"{source}, line {line}" if line else source
        super().__init__(f"{where}: {why}")


class CalendarMissing(CalendarError):
    """A closure file that is not there, or that may not be read."""

    exit_code = ExitCode.USAGE


class TomlFileError(EhcpFlowError, ValueError):
    """A TOML file that people write is wrong: `file`, `key` (its path in the file), `line` (0 if none), and `why`."""

    exit_code = ExitCode.DAMAGED

    def __init__(self, file: str, key: str, line: int, why: str) -> None:
        self.file = file
        self.key = key
        self.line = line
        self.why = why
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {why}" if key in ("", "(file)") and not line else f"{where}, {key}: {why}")


class RulebookError(TomlFileError):
    """The rulebook's data is wrong, or an authority's own targets are."""


class ConvertFileError(TomlFileError):
    """A convert file is wrong."""


class ConvertFileMissing(ConvertFileError):
    """A convert file that is not there, that may not be read, or that still asks something."""

    exit_code = ExitCode.USAGE


class PlanFileError(TomlFileError):
    """A plan file is wrong."""


class PlanFileMissing(PlanFileError):
    """A plan file that is not there, or that may not be read."""

    exit_code = ExitCode.USAGE


class KernelError(EhcpFlowError, ValueError):
    """A kernel that is asked for and cannot be had: `kernel` is its name, `why` what to do."""

    def __init__(self, kernel: str, why: str) -> None:
        self.kernel = kernel
        self.why = why
        super().__init__(why)


class RulebookMissing(RulebookError):
    """A rulebook, or an authority's own targets, that is not there, or that may not be read."""

    exit_code = ExitCode.USAGE


class LibraryMissing(EhcpFlowError, ImportError):
    """A `library` that is needed for what was asked is not installed; `extra` brings it, if it is one of ours."""

    def __init__(self, library: str, extra: str = "") -> None:
        self.library = library
        self.extra = extra
        wanted = f'"ehcp-flow[{extra}]"' if extra else library
        super().__init__(f"{library} is not installed: pip install {wanted}")


class MoveRefused(EhcpFlowError):
    """The law does not allow this move now.

    `verdict` is the same object that `allowed` gives: the move, each guard's reason, the fact it looked at,
    its citation, and what would make it pass.
    """

    exit_code = ExitCode.REFUSED
    http_status = 409

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))
