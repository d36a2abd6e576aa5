"""Writes docs/provisions.md from the rulebook's data and the golden cases: `python docs/make_provisions.py`."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ehcp_flow.law import Rulebook, england
from ehcp_flow.law.parts import EVIDENCE
from ehcp_flow.law.provisions import Provision, Use, provisions, unread

PAGE = Path(__file__).with_name("provisions.md")
GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
INTRODUCTION = """
# The law, provision by provision

<!-- Generated from the data by `python docs/make_provisions.py`. Do not edit: change the data, then run it again. -->

For a lawyer who checks this against the statute: each provision in the order of its instrument, what was made of it,
how far it was read, and which cases of others try it. What a limit says in full stands on [the
rulebook](rulebook.md); why one reading was taken and not another, in [the law's notes](law-notes.md).

This page is not legal advice. `ehcp-flow rules --provisions`, `--read` and `--unread` print the same from the data
that is installed, with `--rulebook` of another; `--read` exits with 1 once a provision was last read twelve months or
more before the day (`--as-of`, `--months`).

Who read what and when is `ehcp_flow/law/england/checked.toml`: whoever reads a provision again adds a row there, and
where its words were read whole on [legislation.gov.uk](https://www.legislation.gov.uk/) marks the rows that rest on
it `P`.

**Cases** are those that others decided or told, and lives that were written from the text before the engine was asked
(`tests/golden/`): how many ask about each limit, and in which files. Besides, every rule is walked through every day
of two years against plain arithmetic from the words (`tests/law/test_every_day.py`, `tests/law/oracle.py`).
""".strip()
WORDS: Mapping[str, str] = {
    "exception": "Exceptions",
    "reading": "Other readings",
    "move": "Moves on",
    "guard": "Bars of moves on",
    "misplaced": "Why out of place",
    "note": "Duties without a number",
    "notice": "Notices",
    "spell": "Spells",
    "clock": "Clocks",
    "taken as": "Acts taken as others",
    "body": "Bodies",
    "states": "The states as a whole",
    "appeal": "What can be appealed",
    "order": "Orders",
}
"""How what was made of a provision is headed, the limits apart."""


def page(rulebook: Rulebook | None = None) -> str:
    """Return the page for a rulebook, England's if none is given."""
    return "\n".join(_lines(rulebook or england())).rstrip("\n") + "\n"


def golden() -> dict[str, Counter[str]]:
    """Return for each limit the files of golden cases that ask about it, with how many of their cases do."""
    found: dict[str, Counter[str]] = {}
    for path in sorted(GOLDEN.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                _count(found, path, {row["limit"]})
    for path in sorted(GOLDEN.rglob("*.toml")):
        for life in tomllib.loads(path.read_text(encoding="utf-8"))["life"]:
            _count(found, path, {row["limit"] for row in life.get("deadlines", ())})
    return found


def _count(found: dict[str, Counter[str]], path: Path, limits: Iterable[str]) -> None:
    for limit in limits:
        found.setdefault(limit, Counter())[path.relative_to(GOLDEN).as_posix()] += 1


def _lines(book: Rulebook) -> Iterator[str]:
    cases = golden()
    every = provisions(book)
    yield INTRODUCTION
    yield ""
    yield from _read_to(every, book)
    yield "## What is not yet read"
    yield ""
    rows = unread(book)
    yield f"{len(rows)} rows rest on less than the primary text, read whole. A test lets the number fall, never rise."
    yield "A row is among them by its mark, or because it cites a provision of which no reading is recorded, or one in"
    yield "part: the mark is of the row, and was earned by the rest of what it cites."
    yield ""
    yield "| row | since | mark of the row | rests on | no reading recorded, or one in part |"
    yield "|---|---|---|---|---|"
    for row in rows:
        told = ", ".join(f"[{each.short}]({each.address})" for each in row.citation)
        note = f" ({row.evidence_note})" if row.evidence_note else ""
        never = ", ".join(row.not_read)
        yield f"| {row.what} `{row.name}` | {row.since or ''} | {EVIDENCE[row.evidence]}{note} | {told} | {never} |"
    yield ""
    for instrument in book.instruments.values():
        of_it = [each for each in every if each.instrument == instrument.id]
        if of_it:
            yield f"## {instrument.full_title or instrument.title}"
            yield ""
        for provision in of_it:
            yield from _provision(provision, cases, book)


def _read_to(every: Iterable[Provision], book: Rulebook) -> Iterator[str]:
    yield "## To which day the law was read"
    yield ""
    yield "| instrument | provisions used | of them read | read | the law of | read in part | no reading recorded |"
    yield "|---|---|---|---|---|---|---|"
    for instrument in book.instruments.values():
        used = [each for each in every if each.instrument == instrument.id and each.uses]
        read = [each.read for each in used if each.read is not None]
        days = sorted({each.on for each in read})
        laws = sorted({each.as_at for each in read if each.as_at is not None})
        never, part = (
            ", ".join(each.short.partition(" ")[2] for each in used if each.far == far) for far in ("", "in part")
        )
        yield (
            f"| {instrument.title} | {len(used)} | {len(read)} | {_span(days)} | "
            f"{_span(laws) or 'not said by the text'} | {part} | {never} |"
        )
    yield ""


def _span(days: Sequence[dt.date]) -> str:
    return "" if not days else str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _provision(provision: Provision, cases: Mapping[str, Counter[str]], book: Rulebook) -> Iterator[str]:
    yield f"### [{provision.short}]({provision.address})"
    yield ""
    if not provision.uses:
        yield "- The rulebook makes nothing of it."
    of_limits: dict[str, list[Use]] = {}
    for use in provision.uses:
        if use.what == "limit":
            of_limits.setdefault(use.name, []).append(use)
    for name, uses in of_limits.items():
        yield f"- [`{name}`](rulebook.md#{name}), {book.limits[name].title} ({book.limits[name].kind})"
        for use in dict.fromkeys(uses):
            # A mark is its row's: where this provision did not earn it, there is none to print.
            mark = EVIDENCE[use.evidence] if use.evidence else "no reading of this is recorded"
            yield f"  - {use.cited}: {use.says}; {mark}."
        asked = cases.get(name)
        files = ", ".join(f"{file} ({number})" for file, number in (asked or {}).items())
        yield f"  - Cases: {files or 'none'}."
    for what, heading in WORDS.items():
        yield from _others(heading, [use for use in provision.uses if use.what == what])
    for each in provision.checked:
        law = f", which gives the law of {each.as_at}" if each.as_at else ""
        result = {"agrees": "agrees", "differs": "differed", "in_part": "read in part", "not_found": "not found"}
        says = f" {each.says}" if each.says else ""
        parts = provision.read_of(each)
        of = f"Of it {' and '.join(parts)} read" if parts else "Read"
        yield f"- {of} {each.on} by the {each.by} in {each.text}{law}: {result[each.result]}.{says}"
    if provision.read is None:
        yield "- No reading of it is recorded."
    yield ""


def _others(heading: str, uses: list[Use]) -> Iterator[str]:
    """Yield one line for what else was made of a provision: names, each once, with the limit it belongs to."""
    if not uses:
        return
    if uses[0].what == "exception":
        told = dict.fromkeys(f"`{use.name}` of `{use.limit}`" for use in uses)
    elif uses[0].what == "reading":
        told = dict.fromkeys(f"{use.says} (`{use.limit}`)" for use in uses)
    elif uses[0].what in {"states", "appeal", "order", "misplaced"}:
        told = dict.fromkeys(use.says or use.name for use in uses)
    else:
        told = dict.fromkeys(f"`{use.name}`" for use in uses)
    yield f"- {heading}: {'; '.join(told)}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"wrote {PAGE.name}")
