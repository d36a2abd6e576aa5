"""Commands out of every option that there is: found from the functions that typer calls, so that none is forgotten."""

import inspect
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from typer.models import ArgumentInfo, OptionInfo

from ehcp_flow.cli.app import COMMANDS
from ehcp_flow.cli.command import CommandGroup

FILES = [
    "facts.csv",
    "facts.jsonl",
    "facts.parquet",
    "book.xlsx",
    "closures.csv",
    "closures.ics",
    "office.csv",
    "targets.toml",
    "plan.toml",
    "store.db",
    "empty",
    "folder",
    "none",
    "-",
    "",
    "no/such/file",
    "a\0b",
    "\udcff",
    "x" * 300,
    ".",
]
URLS = [
    "sqlite:///store.db",
    "sqlite:///new.db",
    "sqlite:///none.db",
    "sqlite:///facts.csv",
    "sqlite:///empty",
    "sqlite:///folder",
    "sqlite://",
    "sqlite:///",
    "sqlite:///no/such/s.db",
    "sqlite:///a\0b",
    "sqlite:///\udcff",
    "sqlite:///store.db?mode=ro",
    "sqlite:///store.db?mode=nonsense",
    "sqlite:///store.db?x=y#z",
    "sqlite:///file:store.db?uri=true",
    "memory:",
    "memory",
    "postgresql://u:hunter2@127.0.0.1:9/d",
    "postgresql+psycopg://u:hunter2@127.0.0.1:9/d?sslmode=nonsense",
    "postgresql://u:hunter2@127.0.0.1:port/d",
    "postgresql:/u:hunter2@127.0.0.1/d",
    "postgres//u:hunter2@h",
    "mysql://u:hunter2@h/d",
    "u:hunter2@h/d",
    "://",
    "",
    "x://y",
    "http://127.0.0.1:9/",
    "\udcff://",
    "postgresql://u:hunter2@[::1/d",
    "postgresql://u:hunter2@127.0.0.1:9/d?connect_timeout=x",
    "postgresql://u:hunter2@127.0.0.1:9/d?nonsense=1",
]
DATES = [
    "2026-06-30",
    "30/06/2026",
    "2026-02-30",
    "1900-01-01",
    "2199-12-31",
    "0001-01-01",
    "9999-12-31",
    "today",
    "",
    "2026-06-30T12:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "31/12/2199",
    "\udcff",
    "-1",
]
NUMBERS = [
    "0",
    "1",
    "2",
    "5",
    "-1",
    "9" * 20,
    "-" + "9" * 20,
    "9" * 5000,
    "1.5",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "x",
    "",
    "\u0663",
]
TEXTS = [
    "a",
    "b",
    "885",
    "000",
    "final_plan",
    "advice_requested",
    "request_received",
    "caseworker=x",
    "caseworker=",
    "=",
    "authority",
    "month",
    "2024",
    "2024-2026",
    "2024-",
    "9999",
    "nobody",
    "",
    " ",
    "\udcff",
    "a\0b",
    "x" * 3000,
    "'; DROP TABLE x; --",
    "Jane Doe (mother)",
    "%s",
    "{0}",
    "\u202e",
    "--help",
    "pc_plans_issued_20_weeks_ex",
    "psychological",
    "England",
    "due",
]
ANYTHING = [*FILES, *URLS, *DATES, *NUMBERS, *TEXTS]
_SMALL = {"--cases": ["0", "1", "3", "-1", "x", "nan"], "--every": ["0.05", "nan", "x"], "--workers": ["1", "0", "x"]}
"""Options whose odd values would only take long."""
_ALWAYS = {"follow": ["--once"]}


class Option(NamedTuple):
    """An option, or an argument (`flag` empty), and the values that are tried."""

    flag: str
    values: list[str]
    needed: bool


def commands() -> dict[tuple[str, ...], list[Option]]:
    """Return every command with its options."""
    return {words: list(_options(run)) for words, run in _functions()}


def _functions() -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, place in COMMANDS.items():
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, CommandGroup):
            for under, command in found.commands.items():
                yield (name, under), command.run
        else:
            yield (name,), found.run


def _options(run: Any) -> Iterator[Option]:
    hints = get_type_hints(run, include_extras=True)
    for name, parameter in inspect.signature(run).parameters.items():
        kind, *notes = get_args(hints[name])
        info = next(note for note in notes if isinstance(note, ArgumentInfo | OptionInfo))
        needed = parameter.default is inspect.Parameter.empty
        if isinstance(info, ArgumentInfo):
            yield Option("", _values(kind, info.metavar or name.upper()), needed)
            continue
        flags = [flag for flag in info.param_decls or () if flag.startswith("--")] or [f"--{name.replace('_', '-')}"]
        for flag in (each for flags_ in flags for each in flags_.split("/")):
            yield Option(flag, _SMALL.get(flag, _values(kind, info.metavar or "")), needed)


def _values(kind: Any, metavar: str) -> list[str]:
    kinds = {kind, *get_args(kind)} if get_origin(kind) is not None else {kind}
    if bool in kinds:
        return []
    for each in kinds:
        if isinstance(each, type) and issubclass(each, Enum):
            return [*(member.value for member in each), "nonsense", ""]
    if int in kinds or float in kinds:
        return NUMBERS
    return {
        "SOURCE": [*FILES, *URLS], "FILE": FILES, "DIR": [*FILES, "law"], "URL": URLS, "DATE": DATES, "WHEN": DATES,
    }.get(metavar, TEXTS)  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """Draw the words of a command: some of its options, most with a value of their kind."""
    words, options = draw(st.sampled_from(sorted(commands().items())))
    line = [*words]
    for option in options:
        if not (option.needed and draw(st.integers(0, 15))) and draw(st.integers(0, 4)):
            continue
        if not option.values:
            line.append(option.flag)
            continue
        value = draw(st.sampled_from(option.values) if draw(st.integers(0, 9)) or option.flag in _SMALL
                     else st.sampled_from(ANYTHING))  # fmt: skip
        if not option.flag:
            line.append(value)
        else:
            line += [f"{option.flag}={value}"] if value.startswith("-") else [option.flag, value]
    return [*line, *_ALWAYS.get(words[0], [])]
