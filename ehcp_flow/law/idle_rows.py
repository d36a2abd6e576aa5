"""What a rulebook of one's own says and cannot mean: words that are empty or unreadable, and rows that do nothing.

A clock on which no limit hangs is most likely a limit that was forgotten, or a name that was mistyped. Of a rulebook on
which another is based nothing is asked here: it was asked of that one itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from ehcp_flow.findings import OWN_FINDINGS
from ehcp_flow.law.clock import Clock, Spell
from ehcp_flow.law.toml_files import Placed, SourceFile

__all__ = ["check_texts", "check_used"]

Path = tuple[str | int, ...]

_PROSE: Final = frozenset(
    {
        "act", "actor", "evidence_note", "full_title", "group", "id", "meaning", "missing", "note", "otherwise",
        "reason", "remedy", "remedy_over", "says", "says_over", "test", "text", "title", "unit", "why", "words",
    }
)  # fmt: skip
"""The keys at which words for people stand, or the row's own name: there nothing is spoken of by its name."""
_TELLS: Final = ("event", "instrument", "note", "checked")
"""The sections in which nothing is spoken of: what they declare does something elsewhere."""
_ONE_LINE: Final = frozenset({"act", "actor", "full_title", "group", "meaning", "otherwise", "title", "unit"})
_MAY_BE_EMPTY: Final = frozenset({"unit"})
_IDLE: Final[tuple[tuple[str, Collection[str], str], ...]] = (
    ("clock", ("clock",), "no limit hangs on clock {name!r}: name it in clock of a [[limit.rule]]"),
    (
        "spell", (),
        "nothing speaks of spell {name!r}: write a fact inside or outside it, or name it in during of a clock",
    ),
    (
        "ground", ("ground", "with_exceptions", "excused_by"),
        "no limit can be excused by ground {name!r}: name it in exceptions of a [[limit.rule]]",
    ),
    ("instrument", (), "nothing is cited of instrument {name!r}: cite it in a citation or an authority"),
)  # fmt: skip
"""The sections of which each row is to do something: in which keys alone it is named, if in some alone, and what is
said of one that does nothing."""


def check_texts(files: Iterable[SourceFile]) -> None:
    """Refuse a text without words, one with characters that nobody sees, and a finding that is the library's own."""
    for file in files:
        for path, text in _texts(file.data):
            key = next((part for part in reversed(path) if isinstance(part, str)), "")
            hidden = next((each for each in text if each not in "\n\t" and unicodedata.category(each) == "Cc"), None)
            if hidden is not None:
                file.refuse(path, f"it holds a character that nobody sees (U+{ord(hidden):04X}): leave that out")
            if key in _ONE_LINE and "\n" in text:
                file.refuse(path, "it is told in one line: leave the line break out")
            if not text.strip() and key not in _MAY_BE_EMPTY:
                file.refuse(path, "it says nothing: write a word at least, or leave the key out")
            if key == "finding" and text in OWN_FINDINGS:
                file.refuse(path, f"{text} is a finding of the library's own: give yours another name")


def check_used(
    files: Iterable[SourceFile], rows: Mapping[str, Mapping[str, Placed]], cited: Iterable[str],
    known: Collection[str],
) -> None:  # fmt: skip
    """Refuse a clock, a spell, a ground and an instrument of which nothing in a rulebook speaks.

    And a clock that ends on the very fact that starts it. `rows` are those of each section by name, and `cited` is what
    is cited, in short; of the spells that are `known` moves of another rulebook speak. An event can be there to be
    recorded alone.
    """
    spoken: dict[str, set[str]] = {}
    for file in files:
        for path, text in _texts({section: each for section, each in file.data.items() if section not in _TELLS}):
            key = next((part for part in reversed(path) if isinstance(part, str)), "")
            spoken.setdefault(key, set()).update(text.replace(":", " ").split())
    anywhere = {*known} | {word for key, words in spoken.items() if key not in _PROSE for word in words}
    instruments = {short.partition(" ")[0] for short in cited}
    for section, keys, why in _IDLE:
        words = {word for key in keys for word in spoken.get(key, ())} if keys else anywhere
        words = instruments if section == "instrument" else words
        for name, placed in rows[section].items():
            if placed.file.of_base or name in words or (isinstance(placed.item, Spell) and _acts(placed.item)):
                continue
            placed.file.refuse((*placed.path, "id"), f"{why.format(name=name)}, or leave it out")
    for placed in rows["clock"].values():
        clock: Clock = placed.item
        for end in clock.ends_on:
            if end in (*clock.starts_on, *clock.restarts_on):
                why = f"{end} starts the clock as well: write it in restarts_on, or in one of them alone"
                placed.file.refuse((*placed.path, "ends_on"), why)


def _acts(spell: Spell) -> bool:
    """Whether a spell does something by itself."""
    return spell.ends_everything or spell.reading is not None


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every text in the data of a file, with where it stands."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))
