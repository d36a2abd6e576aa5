"""A made-up caseload straight into a file, without making facts of its rows first."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any, BinaryIO, Final

from ehcp_flow.errors import RangeError, UnknownNameError
from ehcp_flow.facts import OWN
from ehcp_flow.outputs import Kind, Output, header_of
from ehcp_flow.readers.persons_file import PERSONS_FILE, persons_file
from ehcp_flow.synth.caseload import last_day, synthetic_lives
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.faults import blot
from ehcp_flow.synth.life import WRITTEN, MadeUpFact, as_cells, days
from ehcp_flow.synth.returned import MadeUpPersons

__all__ = ["MADE_UP", "write_lives", "write_synth"]

_FORMATS: Final = ("csv", "jsonl")
_TOGETHER: Final = 500
_CASES_EACH: Final = 180
_MADE_UP_ID: Final = re.compile(r"C[0-9]{7,}|[0-9]{3}-[0-9]{4}-[0-9]{6}")


def _made_here(file: BinaryIO) -> bool:
    if header_of(file) in ([*WRITTEN], [*WRITTEN, "caseworker"], [*WRITTEN, *OWN]):
        return True
    file.seek(0)
    try:
        cells = json.loads(file.readline())
    except ValueError:
        return False
    return isinstance(cells, dict) and _MADE_UP_ID.fullmatch(str(cells.get("case_id"))) is not None


MADE_UP: Final = Kind("a made-up caseload that ehcp_flow wrote", "made-up.csv", _made_here, ("csv", "jsonl"))
"""A caseload as `write_synth` writes it."""


def write_synth(
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    cases: int,
    seed: int,
    *,
    authority: str | None = None,
    year: int | None = None,
    as_of: dt.date | str | None = None,
    faults: float = 0.0,
    csv_faults: float = 0.0,
    with_caseworker: bool = False,
    particulars: bool = False,
    persons: str | os.PathLike[str] | None = None,
    weekly: Sequence[str] = (),
    format: str = "csv",
) -> int:
    """Write the caseload that `synth` gives for the same arguments, and return how many rows there are.

    `file` is a path, where an earlier made-up caseload is replaced and nothing else is (`OutputError`), or a stream,
    which is not closed. Rows stand by case, and within a case by date. `csv_faults` is the share of cases that get one
    row no reader takes; `with_caseworker` adds a column `caseworker`, beside those of facts. `particulars`
    adds a date of birth and what holds of each case, as `synth` does. `persons` is a path, into which a made-up person
    for each case goes, as a SEN2 return asks for them: it implies `particulars`, and more of them. `weekly` is
    as `synth` has it. `format` is `csv` or
    `jsonl`. Raises as `synth` does, and UnknownNameError for another format.
    """
    RangeError.unless(0 <= csv_faults <= 1, "csv_faults", csv_faults, "it is a share from 0 to 1")
    own = particulars or persons is not None
    lives: Iterable[tuple[str, str, list[MadeUpFact]]] = synthetic_lives(
        cases, seed, authority=authority, year=year, faults=faults, as_of=as_of, particulars=own,
        weekly=weekly,
    )  # fmt: skip
    mischief = Chance(seed, 2) if csv_faults else None
    workers = max(cases // _CASES_EACH, 1) if with_caseworker else 0
    if persons is None:
        return write_lives(file, lives, format=format, mischief=mischief, share=csv_faults, workers=workers, own=own)
    told = MadeUpPersons(lives, seed, last_day(as_of, year).toordinal())
    with Output(persons, PERSONS_FILE).open() as opened:
        count = write_lives(file, told, format=format, mischief=mischief, share=csv_faults, workers=workers, own=own)
        opened.write(persons_file(told.rows).encode())
    return count


def write_lives(
    file: str | os.PathLike[str] | IO[bytes] | IO[str],
    lives: Iterable[tuple[str, str, list[MadeUpFact]]],
    *,
    format: str = "csv",
    mischief: Chance | None = None,
    share: float = 0.0,
    workers: int = 0,
    own: bool = False,
) -> int:
    """Write cases that are still rows, and return how many rows there are: see `write_synth`."""
    if format not in _FORMATS:
        raise UnknownNameError("format", format, _FORMATS)
    if isinstance(file, (str, os.PathLike)):
        with Output(file, MADE_UP).open() as opened:
            return write_lives(opened, lives, format=format, mischief=mischief, share=share, workers=workers, own=own)
    write = _writer(file)
    columns = (*WRITTEN, *OWN) if own else WRITTEN
    if format == "csv":
        write(",".join([*WRITTEN, *(OWN if own else ()), *(["caseworker"] if workers else ())]) + "\n")
    count = 0
    lines: list[str] = []
    for number, (case_id, authority, rows) in enumerate(lives):
        worker = f"caseworker-{number % workers + 1:03d}" if workers else ""
        spoilt = mischief.between(0, len(rows) - 1) if mischief and mischief.yes(share) else -1
        if format == "csv":
            end = f",{worker}\n" if worker else "\n"
            if own:
                lines.extend(_csv_cells(as_cells(case_id, authority, row), worker, columns) for row in rows)
            else:
                lines.extend(_csv(case_id, authority, rows, end))
        else:
            lines.extend(_json(as_cells(case_id, authority, row), worker) for row in rows)
        if spoilt >= 0 and mischief:
            cells = blot(as_cells(case_id, authority, rows[spoilt]), mischief)
            at = spoilt - len(rows)
            lines[at] = _csv_cells(cells, worker, columns) if format == "csv" else _json(cells, worker)
        count += len(rows)
        if len(lines) >= _TOGETHER:
            write("".join(lines))
            lines.clear()
    write("".join(lines))
    return count


def _csv(case_id: str, authority: str, rows: list[MadeUpFact], end: str) -> list[str]:
    """Return a case's lines. No value holds a comma or a quotation mark: they are this package's own."""
    iso = days().iso
    start = f"{case_id},{authority},"
    plain = "," * (len(WRITTEN) - 6) + end
    return [
        f"{start}{event},{iso(on)},{party},{outcome}{_more(more) + end if more else plain}"
        for on, _, event, party, outcome, more in rows
    ]


def _more(more: tuple[tuple[str, int | str], ...]) -> str:
    iso = days().iso
    cells = {name: iso(value) if isinstance(value, int) else value for name, value in more}
    return "," + ",".join([cells.get(name, "") for name in WRITTEN[6:]])


def _csv_cells(cells: dict[str, str], worker: str, columns: Sequence[str]) -> str:
    line = ",".join(cells.get(name, "") for name in columns)
    return f"{line},{worker}\n" if worker else f"{line}\n"


def _json(cells: dict[str, str], worker: str) -> str:
    return json.dumps({**cells, "caseworker": worker} if worker else cells) + "\n"


def _writer(file: Any) -> Callable[[str], object]:
    """Return what writes text to a stream, be it of text or of bytes."""
    try:
        file.write("")
    except TypeError:
        return lambda text: file.write(text.encode())
    return file.write  # type: ignore[no-any-return]
