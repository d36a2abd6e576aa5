# ruff: noqa: S608 - the names in the statements are checked identifiers
"""Whether the database still refuses what it was told to refuse: the triggers that keep the record append-only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from ehcp_flow.store.migrations.versions.v3_trail import sqlite_trigger, trigger_name
from ehcp_flow.store.migrations.versions.v5_erased import postgresql_refusals, sqlite_refusals
from ehcp_flow.store.table_names import Names
from ehcp_flow.store.verifying import Break

__all__ = ["unprotected"]

Ask: TypeAlias = Callable[[str], Sequence[Any]]

_BITS: Final = {"INSERT": 4, "UPDATE": 16, "DELETE": 8, "TRUNCATE": 32, "UPDATE OR DELETE": 24}
_BEFORE: Final = 2
_EACH_ROW: Final = 1
_TOLD: Final = ("facts", "texts", "heads", "erased", "counter")
_SECURED: Final = ("heads", "facts", "texts", "erased")


def unprotected(dialect: str, ask: Ask, n: Names) -> Iterator[Break]:
    """Yield a break for each trigger of the schema that is missing, switched off or another one than was made.

    `ask` gives the rows of a statement. Another database than SQLite and PostgreSQL was not told to refuse anything.
    """
    if dialect not in ("sqlite", "postgresql"):
        return
    for table, what in _postgresql(ask, n) if dialect == "postgresql" else _sqlite(ask, n):
        says = f"table {n.prefix}{table}: {what}, so that the database does not refuse what it should"
        yield Break("protection", "", 0, says)


def _sqlite(ask: Ask, n: Names) -> Iterator[tuple[str, str]]:
    there = dict(ask("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for table, action, when, says, _ in sqlite_refusals(n):
        name = trigger_name(n, table, action)
        if there.get(name) != sqlite_trigger(n, table, action, when, says):
            yield table, f"the trigger {name} is {'another one than was made' if name in there else 'gone'}"


def _postgresql(ask: Ask, n: Names) -> Iterator[tuple[str, str]]:
    tables = ", ".join(f"'{n.qualify(n.prefix + table)}'" for table in _TOLD)
    there = {
        name: (enabled, kind, _bare(when or ""), source)
        for name, enabled, kind, when, source in ask(
            "SELECT t.tgname, t.tgenabled::text, t.tgtype, "
            "substring(pg_get_triggerdef(t.oid) FROM 'WHEN (.*) EXECUTE'), p.prosrc "
            "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            f"WHERE NOT t.tgisinternal AND t.tgrelid = ANY(ARRAY[{tables}]::regclass[])"
        )
    }
    for table, action, when, _, unless_erased in postgresql_refusals():
        name = trigger_name(n, table, action)
        if name not in there:
            yield table, f"the trigger {name} is gone"
            continue
        enabled, kind, condition, source = there[name]
        wanted = _BITS[action] | _BEFORE | (0 if action == "TRUNCATE" else _EACH_ROW)
        if enabled not in ("O", "A"):
            yield table, f"the trigger {name} is switched off"
        elif (kind, condition) != (wanted, _bare(when)) or not _refuses(source, unless_erased=unless_erased):
            yield table, f"the trigger {name} is another one than was made"
    for table in _SECURED:
        full = n.qualify(f"{n.prefix}{table}")
        asked = f"SELECT relrowsecurity FROM pg_class WHERE oid = '{full}'::regclass"
        if not ask(asked)[0][0]:
            yield table, "its row-level security is switched off"


def _refuses(source: str, *, unless_erased: bool) -> bool:
    """Whether a function is the one that refuses: always, or only where no tombstone says otherwise."""
    return "RAISE EXCEPTION 'append-only: %'" in source and ("erased e WHERE e.case_id" in source) is unless_erased


def _bare(condition: str) -> str:
    """Return a condition without what PostgreSQL adds when it shows one: brackets, blanks, types."""
    return re.sub(r"::\w+|[()\s]", "", condition).lower()
