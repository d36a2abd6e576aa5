# ruff: noqa: S608 - the names come from the database's own schema, the values are parameters
"""Every column of every table, edited one at a time past the triggers; every row deleted, copied, exchanged.

What there is to edit is found in the database, not written down here, so that a new column cannot be forgotten. What
`verify` does not find must be listed in docs/guarantees.md, with the reason; what is listed must not be found.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store, schema
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import StoreError
from ehcp_flow.store.imports import import_facts
from ehcp_flow.testing import SetClock, a_fact
from tests.store.tampering import unhindered

Row: TypeAlias = dict[str, Any]

PAGE = (Path(__file__).parents[2] / "docs" / "guarantees.md").read_text("utf-8")
UNSEEN = PAGE.partition("## What verify does not see")[2].partition("\n## ")[0]
LISTED = {
    (found["table"], kind)
    for found in re.finditer(r"^\| `(?P<table>\w+)` \| (?P<kinds>[\w, ]+) \| \S.+ \|$", UNSEEN, re.MULTILINE)
    for kind in found["kinds"].split(", ")
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A store with a row of each kind in each of its tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('every')}/cases.db"
    else:
        url = request.getfixturevalue("server").database()
    clock = SetClock()
    with Store.open(url, create=True, clock=clock) as store:
        store.record("a-1", a_fact(reason="text", authority="885"), seen=0, recorded_by="jo", key="k")
        store.record("b-1", a_fact("b-1", reason="private"), seen=0)
        clock.move(days=1)
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20", reason="private"), seen=1, key="l")
        store.record("b-1", a_fact("b-1", event="assessment_agreed", on="2026-03-20"), seen=1)
        clock.move(days=1)
        store.redact("a-1", 2, reason="asked for", redacted_by="dpo")
        store.redact("b-1", 1, reason="a mistake", redacted_by="head")
        import_facts(store, [a_fact("c-1", authority="301")], source="digest", name="c.csv")
        import_facts(
            store, [a_fact("d-1"), a_fact("d-1", event="plan_agreed", on="2026-05-01")], source="other", name="d.csv"
        )
        for case_id in ("e-1", "f-1"):
            store.record(case_id, a_fact(case_id, authority="885"), seen=0)
        store.erase("e-1", "the end of retention", "records officer")
        clock.move(days=1)
        store.erase("f-1", "asked for", "dpo")
    engine = own_engine(url)
    if request.param == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO ehcp_scopes VALUES ('clerk', '885'), ('reader', '301')")
    with Store.on(engine) as store:
        assert store.verify().ok
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        request.getfixturevalue("server").drop(url)


class Tables:
    """The tables of a store as the database has them, and what can be done to their rows."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        looked = sa.inspect(connection)
        self.names = sorted(looked.get_table_names())
        # What the database works out by itself can be edited by nobody: it follows what it is worked out from.
        self.columns = {
            table: [column for column in looked.get_columns(table) if "computed" not in column] for table in self.names
        }
        self.keys: dict[str, list[list[str]]] = {}
        for table in self.names:
            unique = [looked.get_pk_constraint(table)["constrained_columns"]]
            unique += [index["column_names"] for index in looked.get_indexes(table) if index["unique"]]  # type: ignore[misc]
            unique += [each["column_names"] for each in looked.get_unique_constraints(table)]
            self.keys[table] = [key for key in unique if key]
        self.rows: dict[str, list[Row]] = {}
        for table, columns in self.columns.items():
            told = ", ".join(f'"{column["name"]}"' for column in columns)
            rows = connection.execute(sa.text(f"SELECT {told} FROM {table}")).mappings()
            self.rows[table] = [dict(row) for row in rows]

    def is_found(self, *statements: tuple[str, Row]) -> bool | None:
        """Return whether verify finds what the statements do, which is undone; None if the database refuses them."""
        with self.connection.begin_nested() as undone:
            try:
                with unhindered(self.connection):
                    for statement, values in statements:
                        self.connection.execute(sa.text(statement), values)
            except (sa.exc.IntegrityError, sa.exc.DataError):
                undone.rollback()
                return None
            schema.forget(self.connection.engine)  # as a process does that has just begun: the schema is looked at once
            try:
                found = not Store.on(self.connection).verify().ok
            except StoreError:
                found = True
            undone.rollback()
        return found

    def which(self, table: str, row: Row) -> tuple[str, Row]:
        """Return the condition that a row alone fulfils, with its values."""
        key = self.keys[table][0] if self.keys[table] else list(row)
        return " AND ".join(f'"{column}" = :old_{column}' for column in key), {f"old_{name}": row[name] for name in key}

    def delete(self, table: str, row: Row) -> tuple[str, Row]:
        where, values = self.which(table, row)
        return f"DELETE FROM {table} WHERE {where}", values

    def insert(self, table: str, row: Row) -> tuple[str, Row]:
        columns = ", ".join(f'"{column}"' for column in row)
        return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{column}' for column in row)})", row

    def update(self, table: str, row: Row, column: str, value: object) -> tuple[str, Row]:
        where, values = self.which(table, row)
        return f'UPDATE {table} SET "{column}" = :new WHERE {where}', {**values, "new": value}


def others(tables: Tables, table: str, row: Row, column: str) -> Iterator[object]:
    """Yield values that a column does not hold in this row: what others hold, and what is next to it or far from it."""
    value = row[column]
    likely: list[object] = [other[column] for other in tables.rows[table]]
    kind = next((type(other) for other in (value, *likely) if other is not None), str)
    likely.append(None)
    if kind is int:
        likely += [0, -1, 1, 2, (value or 0) + 1, 99]
    elif kind is dt.datetime:
        likely += [dt.datetime(9998, 1, 1, tzinfo=dt.UTC), dt.datetime(1900, 1, 1, tzinfo=dt.UTC)]
        likely += [] if value is None else [value + dt.timedelta(microseconds=1)]
    elif kind is dt.date:
        likely += [dt.date(2026, 3, 3), dt.date(9998, 1, 1)]
    else:
        likely += ["", "x", f"{value}x", f"{value} ", "9999-12-31T23:59:59.999999Z", "{}", "null", "301", "4"]
        if tables.connection.dialect.name == "sqlite":
            likely += [b"\xff", 7]
    told = []
    for other in likely:
        if other != value and other not in told:
            told.append(other)
            yield other


def test_every_edit_of_a_column_is_found_or_listed(engine: sa.Engine) -> None:
    unseen: dict[tuple[str, str], list[str]] = {}
    tried = set()
    with engine.connect() as connection:
        tables = Tables(connection)
        for table in tables.names:
            for row in tables.rows[table]:
                for column in row:
                    for value in others(tables, table, row, column):
                        found = tables.is_found(tables.update(table, row, column, value))
                        if found is not None:
                            tried.add((table, column))
                        if found is False:
                            unseen.setdefault((short(table), "edit"), []).append(
                                f"{column}: {row[column]!r} -> {value!r}"
                            )
        connection.rollback()
    assert unseen.keys() == {entry for entry in of(engine, tables) if entry[1] == "edit"}, unseen
    every = {(table, column) for table in tables.names for column in tables.rows[table][0]}
    assert every - tried == {("ehcp_counter", "one")}, "the database refuses any other value, by a check"


def test_every_row_that_is_deleted_is_found_or_listed(engine: sa.Engine) -> None:
    unseen = set()
    with engine.connect() as connection:
        tables = Tables(connection)
        for table, row in every_row(tables):
            if not tables.is_found(tables.delete(table, row)):
                unseen.add((short(table), "delete"))
        connection.rollback()
    assert unseen == {entry for entry in of(engine, tables) if entry[1] == "delete"}


def test_every_copy_of_a_row_is_found_or_listed(engine: sa.Engine) -> None:
    """A copy under other keys, since the database takes none under the same."""
    unseen = set()
    taken = set()
    with engine.connect() as connection:
        tables = Tables(connection)
        for table, row in every_row(tables):
            for changed in parts(sorted(set(chain.from_iterable(tables.keys[table])))):
                copy = {**row, **{column: elsewhere(tables, table, row[column], column) for column in changed}}
                found = tables.is_found(tables.insert(table, copy))
                if found is not None:
                    taken.add(table)
                if found is False:
                    unseen.add((short(table), "copy"))
        connection.rollback()
    assert unseen == {entry for entry in of(engine, tables) if entry[1] == "copy"}
    assert set(tables.names) - taken == {"ehcp_counter"}, "the database refuses any other row, by a check"


def test_every_two_rows_that_are_exchanged_are_found_or_listed(engine: sa.Engine) -> None:
    """Each key keeps its place, and what belongs to it is exchanged: all of it, and each column alone."""
    unseen = set()
    taken = set()
    with engine.connect() as connection:
        tables = Tables(connection)
        for table in tables.names:
            for one, other in combinations(tables.rows[table], 2):
                for key in tables.keys[table]:
                    rest = [column for column in one if column not in key]
                    for columns in (rest, *([column] for column in rest)):
                        first = {**one, **{column: other[column] for column in columns}}
                        second = {**other, **{column: one[column] for column in columns}}
                        if first in (one, other):
                            continue
                        out = (tables.delete(table, one), tables.delete(table, other))
                        found = tables.is_found(*out, tables.insert(table, first), tables.insert(table, second))
                        if found is not None:
                            taken.add(table)
                        if found is False:
                            unseen.add((short(table), "exchange"))
        connection.rollback()
    assert unseen == {entry for entry in of(engine, tables) if entry[1] == "exchange"}
    assert {table for table in tables.names if len(tables.rows[table]) > 1} - taken <= {"ehcp_scopes"}


def every_row(tables: Tables) -> Iterator[tuple[str, Row]]:
    for table in tables.names:
        for row in tables.rows[table]:
            yield table, row


def elsewhere(tables: Tables, table: str, value: Any, column: str) -> Any:
    """Return a value of the same kind that no row has."""
    if isinstance(value, int):
        return max(row[column] for row in tables.rows[table]) + 1
    return None if value is None else f"{value}x"


def parts(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(columns) + 1):
        yield from combinations(columns, size)


def short(table: str) -> str:
    return table.removeprefix("ehcp_")


def of(engine: sa.Engine, tables: Tables) -> set[tuple[str, str]]:
    """Return what the page lists of the tables that this database has."""
    return {entry for entry in LISTED if f"ehcp_{entry[0]}" in tables.names}


def test_the_page_lists_only_what_there_is() -> None:
    assert {kind for _, kind in LISTED} <= {"edit", "delete", "copy", "exchange"}
    assert len(LISTED) == len(re.findall(r"\b(?:edit|delete|copy|exchange)\b(?=[\w, ]* \|)", UNSEEN))
