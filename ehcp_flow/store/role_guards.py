# ruff: noqa: S608 - the names in the statements are checked identifiers, the values are parameters
"""What keeps a database role of some authorities to them, on PostgreSQL: policies to read by, functions to write by.

Such a role may SELECT, and what it sees the policies decide. It has no right to change any table: it writes by calling
functions that run with the rights of the tables' owner and do no more than a write needs. Each of them finds out for
itself which role called it, looks nothing up by a search path that the caller could bend, and leaves the counter of
positions exactly as far on as there are facts. `access` gives roles their rights to all this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final

from sqlalchemy import Connection, text

from ehcp_flow.store.statements import FACT_TYPES, HEAD_TYPES, TEXT_TYPES, Given, unburied, writing
from ehcp_flow.store.table_names import Names

__all__ = ["WAIT", "Guards", "apply", "guards", "untold"]

WAIT: Final = "10s"
"""How long such a function waits for somebody else's lock."""

_TABLES: Final = ("facts", "texts", "heads", "erased", "imports", "scopes", "counter", "schema_version")
_UNSAMPLED: Final = {
    "facts": ("schema", "event", '"on"', "recorded_by", "key", "body", "text_hash", "hash"),
    "texts": ("salt", "text", "redacted_by", "redaction"),
    "heads": ("authority", "version", "hash", "stored_at"),
    "erased": ("authority", "version", "hash", "trail", "positions", "erased_at", "erased_by", "reason", "seal"),
    "imports": ("source", "name", "rows_read", "taken", "duplicates", "refused", "finished", "changed_at"),
}
"""Columns of which the planner keeps no samples: its estimates would tell of others' rows, and of redacted texts."""

_MINE: Final = "(SELECT s.authority FROM {scopes} s WHERE s.role = current_user)"
_VISIBLE: Final = "EXISTS (SELECT 1 FROM {heads} h WHERE h.case_id = {table}.case_id)"
_POLICIES: Final = {
    "heads": f"('*' IN {_MINE} OR authority IN {_MINE})",
    "erased": f"('*' IN {_MINE} OR authority IN {_MINE})",
    "facts": _VISIBLE,
    "texts": _VISIBLE,
    "imports": f"('*' IN {_MINE} OR string_to_array(split_part(source, ':', -1), ',') <@ ARRAY{_MINE})",
    "scopes": "(role = current_user)",
    "counter": f"('*' IN {_MINE})",
}
"""What a role sees of each table; there is no policy by which it could change one."""


@dataclass(frozen=True)
class Guards:
    """The guards of one store: `tables` and the functions to write by, `writing`, by their full names."""

    tables: dict[str, str]
    writing: tuple[str, ...]
    statements: tuple[str, ...]
    mark: str

    @property
    def marked(self) -> str:
        """The function whose comment says which guards are in place."""
        return self.writing[0]

    def in_place(self, connection: Connection) -> bool:
        """Return whether the database has these very guards."""
        sql = text("SELECT obj_description(to_regprocedure(:name), 'pg_proc')")
        return connection.execute(sql, {"name": self.marked}).scalar() == self.mark


def guards(connection: Connection, names: Names) -> Guards:
    """Return the guards that this library gives a store; the store must be there."""
    home = connection.execute(
        text(
            "SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.oid = to_regclass(:facts)"
        ),
        {"facts": names.facts},
    ).scalar_one()
    return _Writer(home, names.prefix).guards()


def apply(connection: Connection, wanted: Guards) -> None:
    """Put guards in place, instead of any that are there; the caller commits."""
    for statement in wanted.statements:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON FUNCTION {wanted.marked} IS '{wanted.mark}'")


class _Writer:
    """The statements, written out for one schema and prefix."""

    def __init__(self, home: str, prefix: str) -> None:
        self.home = home
        self.prefix = prefix
        self.tables = {table: self._at(table) for table in _TABLES}
        self.given = writing(SimpleNamespace(**self.tables))

    def guards(self) -> Guards:
        made = [
            self._mine(), self._lock_heads(), self._last_position(), self._write(), self._quick(),
            self._wrap("redact", self.given["redact"], self._of_mine("p_case_id")),
            self._wrap("move_heads", self.given["update_head"], self._heads_of_mine()),
            self._wrap("remember", self.given["remember"], self._import_of_mine()), self._unblock(),
        ]  # fmt: skip
        names = [name for name, _ in made]
        statements = [
            self._drop(names), self._scopes(), *(body for _, body in made),
            *(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC" for name in names),
            *(self._owner(name) for name in names), *self._policies(), *self._unsampled(),
        ]  # fmt: skip
        mark = hashlib.sha256("\n".join(statements).encode()).hexdigest()[:16]
        return Guards(self.tables, tuple(names[1:]), tuple(statements), f"guards of ehcp_flow, {mark}")

    def _at(self, name: str) -> str:
        return f"{self.home}.{self.prefix}{name}"

    def _function(
        self, name: str, given: Sequence[tuple[str, str]], returns: str, body: str, how: str = "VOLATILE"
    ) -> tuple[str, str]:
        """Return the full name of a function, and the statement that makes it."""
        said = ", ".join(f"p_{_bare(column)} {kind}" for column, kind in given)
        full = f"{self._at(name)}({', '.join(kind for _, kind in given)})"
        return full, (
            f"CREATE FUNCTION {self._at(name)}({said}) RETURNS {returns} LANGUAGE plpgsql {how} SECURITY DEFINER "
            f"SET search_path = pg_catalog, pg_temp SET lock_timeout = '{WAIT}' AS $body$\n"
            f"#variable_conflict use_column\n{body}\n$body$"
        )

    def _wrap(self, name: str, given: Given, unless: str) -> tuple[str, str]:
        """Return the function that sends one of the store's own statements, and says how many rows it changed."""
        return self._function(
            name, given.types, "bigint",
            f"""DECLARE mine text[] := {self._at("mine")}(true); changed bigint;
            BEGIN
            IF ({unless}) IS NOT TRUE THEN {_refuse("it is not this role's")} END IF;
            {given.numbered()};
            GET DIAGNOSTICS changed = ROW_COUNT;
            RETURN changed;
            END""",
        )  # fmt: skip

    def _mine(self) -> tuple[str, str]:
        # In such a function current_user is its owner: who called it is the role that was set, or that logged in.
        return self._function(
            "mine", [("writing", "boolean")], "text[]",
            f"""DECLARE caller text := coalesce(nullif(current_setting('role'), 'none'), session_user);
            BEGIN
            RETURN ARRAY(SELECT authority FROM {self.tables["scopes"]}
                WHERE role = caller AND (may_write OR NOT p_writing));
            END""",
            "STABLE",
        )  # fmt: skip

    def _owned(self, authority: str) -> str:
        return f"('*' = ANY (mine) OR coalesce({authority} = ANY (mine), false))"

    def _of_mine(self, case_id: str) -> str:
        return (
            f"EXISTS (SELECT FROM {self.tables['heads']} h WHERE h.case_id = {case_id} "
            f"AND {self._owned('h.authority')})"
        )

    def _heads_of_mine(self) -> str:
        return (
            "(SELECT bool_and(coalesce(h.authority = n.authority, false) AND "
            f"{self._owned('h.authority')}) FROM unnest(p_case_id, p_authority) AS n(case_id, authority) "
            f"LEFT JOIN {self.tables['heads']} h ON h.case_id = n.case_id)"
        )

    def _import_of_mine(self) -> str:
        return "('*' = ANY (mine) OR string_to_array(split_part(p_source, ':', -1), ',') <@ mine)"

    def _lock_heads(self) -> tuple[str, str]:
        return self._function(
            "lock_heads", [("wanted", "text[]")], f"SETOF {self.tables['heads']}",
            f"""DECLARE mine text[] := {self._at("mine")}(true);
            BEGIN
            RETURN QUERY SELECT h.* FROM {self.tables["heads"]} h WHERE h.case_id = ANY (p_wanted)
                AND {self._owned("h.authority")} ORDER BY h.case_id FOR UPDATE;
            END""",
        )  # fmt: skip

    def _last_position(self) -> tuple[str, str]:
        return self._function(
            "last_position", [], "bigint",
            f"""DECLARE reached bigint;
            BEGIN
            IF {self._at("mine")}(true) = '{{}}' THEN {_refuse("this role may not write")} END IF;
            SELECT last FROM {self.tables["counter"]} WHERE one = 1 FOR UPDATE INTO reached;
            RETURN reached;
            END""",
        )  # fmt: skip

    def _write(self) -> tuple[str, str]:
        letters = {"h": {**HEAD_TYPES, "before": "int"}, "t": TEXT_TYPES, "f": FACT_TYPES}
        given = [
            (f"{letter}_{_bare(column)}", f"{kind}[]")
            for letter, types in letters.items()
            for column, kind in types.items()
        ]

        def rows(letter: str, columns: Iterable[str] | None = None) -> str:
            named = list(letters[letter] if columns is None else columns)
            return f"unnest({', '.join(f'p_{letter}_{_bare(column)}' for column in named)}) AS n({', '.join(named)})"

        contradicted = untold("n.event", 'n."on"', "n.body")
        heads, facts, texts = ", ".join(HEAD_TYPES), ", ".join(FACT_TYPES), ", ".join(TEXT_TYPES)
        changes = ", ".join(f"{column} = n.{column}" for column in HEAD_TYPES if column != "case_id")
        return self._function(
            "write", given, "text[]",
            # It returns the cases that were begun, moved on or erased by others meanwhile; then the caller rolls back.
            f"""DECLARE
                mine text[] := {self._at("mine")}(true);
                facts int := cardinality(p_f_case_id);
                done text[];
                moved text[];
                top bigint;
            BEGIN
            IF facts = 0 OR EXISTS (SELECT FROM {rows("h", ["authority"])} WHERE NOT {self._owned("n.authority")})
                THEN {_refuse("the authority is not this role's")} END IF;
            IF EXISTS (SELECT unnest(p_f_case_id || p_t_case_id) EXCEPT SELECT unnest(p_h_case_id))
                THEN {_refuse("a fact belongs to a case")} END IF;
            IF EXISTS (SELECT FROM {rows("f", ["event", '"on"', "body"])} WHERE {contradicted})
                THEN {_refuse("a body says what its columns say")} END IF;
            WITH made AS (INSERT INTO {self.tables["heads"]} ({heads}) SELECT {heads} FROM {rows("h")}
                    WHERE n.before = 0 AND {unburied(self.tables["erased"])}
                    ORDER BY n.case_id ON CONFLICT DO NOTHING RETURNING case_id)
                SELECT array_agg(case_id) FROM made INTO done;
            WITH moved AS (UPDATE {self.tables["heads"]} h SET {changes} FROM {rows("h")} WHERE n.before > 0
                    AND h.case_id = n.case_id AND h.version = n.before AND {self._owned("h.authority")}
                    RETURNING h.case_id)
                SELECT array_agg(case_id) FROM moved INTO moved;
            done := ARRAY(SELECT unnest(p_h_case_id) EXCEPT SELECT unnest(done || moved));
            IF done <> '{{}}' THEN RETURN done; END IF;
            INSERT INTO {self.tables["texts"]} ({texts}) SELECT * FROM {rows("t")};
            UPDATE {self.tables["counter"]} SET last = last + facts WHERE one = 1 RETURNING last INTO top;
            IF NOT (SELECT count(DISTINCT n.position) = facts AND min(n.position) = top - facts + 1
                AND max(n.position) = top FROM {rows("f", ["position"])})
                THEN {_refuse("positions are taken in turn")} END IF;
            INSERT INTO {self.tables["facts"]} ({facts}) SELECT * FROM {rows("f")};
            RETURN done;
            END""",
        )  # fmt: skip

    def _quick(self) -> tuple[str, str]:
        given = self.given["quick"]
        return self._function(
            "quick", given.types, "bigint",
            f"""DECLARE mine text[] := {self._at("mine")}(true); taken bigint;
            BEGIN
            IF p_moved IS DISTINCT FROM p_seen OR p_f_case_id IS DISTINCT FROM p_seen
                OR {untold("p_f_event", "p_f_on", "p_f_body")}
                THEN {_refuse("it is one fact on one case")} END IF;
            IF NOT {self._of_mine("p_seen")} THEN RETURN NULL; END IF;
            {given.numbered()} INTO taken;
            RETURN taken;
            END""",
        )  # fmt: skip

    def _unblock(self) -> tuple[str, str]:
        # Whoever has touched the counter and waits for nobody holds it.
        counter = self.tables["counter"]
        holding = (
            f"FROM pg_locks l WHERE l.locktype = 'relation' AND l.relation = '{counter}'::regclass AND l.granted "
            "AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) "
            "AND l.mode IN ('RowShareLock', 'RowExclusiveLock') AND l.pid <> pg_backend_pid() "
            "AND NOT EXISTS (SELECT FROM pg_locks w WHERE w.pid = l.pid AND NOT w.granted)"
        )
        return self._function(
            "unblock", [], "boolean",
            # It waits as long as any writer would: whoever held the counter all that time is shown the door.
            f"""DECLARE holders text[]; pids int[];
            BEGIN
            holders := ARRAY(SELECT l.virtualtransaction {holding});
            BEGIN
                PERFORM FROM {counter} WHERE one = 1 FOR UPDATE;
                RETURN true;
            EXCEPTION WHEN lock_not_available THEN NULL;
            END;
            pids := ARRAY(SELECT DISTINCT a.pid FROM (SELECT l.pid {holding} AND l.virtualtransaction = ANY (holders)) h
                JOIN pg_stat_activity a ON a.pid = h.pid JOIN pg_roles r ON r.oid = a.usesysid
                WHERE NOT r.rolsuper AND NOT pg_has_role(r.oid, current_user, 'MEMBER') AND NOT EXISTS (
                    SELECT FROM {self.tables["scopes"]} s WHERE s.role = r.rolname AND s.authority = '*'));
            RETURN coalesce((SELECT bool_or(pg_terminate_backend(pid, 1000)) FROM unnest(pids) AS n(pid)), false);
            EXCEPTION WHEN insufficient_privilege THEN RETURN false;
            END""",
        )  # fmt: skip

    def _drop(self, names: Sequence[str]) -> str:
        """Return what drops every earlier form of the functions; the rights to them go too, and are given anew."""
        bare = ", ".join("'" + name.partition("(")[0].partition(".")[2] + "'" for name in names)
        return f"""DO $body$ DECLARE old regprocedure; BEGIN
            FOR old IN SELECT oid FROM pg_proc WHERE pronamespace = to_regnamespace('{self.home}')
                AND proname IN ({bare}) LOOP EXECUTE 'DROP FUNCTION ' || old; END LOOP; END $body$"""

    def _owner(self, name: str) -> str:
        owner = (
            "(SELECT quote_ident(r.rolname) FROM pg_roles r JOIN pg_class c ON c.relowner = r.oid "
            f"WHERE c.oid = '{self.tables['facts']}'::regclass)"
        )
        return f"DO $body$ BEGIN EXECUTE 'ALTER FUNCTION {name} OWNER TO ' || {owner}; END $body$"

    def _scopes(self) -> str:
        scopes, facts = self.tables["scopes"], self.tables["facts"]
        return f"""DO $body$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_attribute
                WHERE attrelid = '{scopes}'::regclass AND attname = 'may_write') THEN
                ALTER TABLE {scopes} ADD COLUMN may_write boolean NOT NULL DEFAULT false;
                UPDATE {scopes} s SET may_write = has_table_privilege(r.oid, '{facts}', 'INSERT')
                    FROM pg_roles r WHERE r.rolname = s.role;
            END IF; END $body$"""

    def _policies(self) -> list[str]:
        made = []
        for table, seen in _POLICIES.items():
            full = self.tables[table]
            shown = seen.format(scopes=self.tables["scopes"], heads=self.tables["heads"], table=full)
            made += [
                f"DROP POLICY IF EXISTS {self.prefix}scope ON {full}",
                f"CREATE POLICY {self.prefix}scope ON {full} FOR SELECT USING ({shown})",
                f"ALTER TABLE {full} ENABLE ROW LEVEL SECURITY",
            ]
        return made

    def _unsampled(self) -> list[str]:
        """Return what keeps the planner from sampling, and what takes back the samples that are there already."""
        made = []
        for table, columns in _UNSAMPLED.items():
            full = self.tables[table]
            changes = ", ".join(f"ALTER COLUMN {column} SET STATISTICS 0" for column in columns)
            made.append(f"ALTER TABLE {full} {changes}")
            named = ", ".join(f"'{_bare(column)}'" for column in columns)
            made.append(f"""DO $body$ BEGIN
                IF current_setting('server_version_num')::int >= 180000 THEN
                    PERFORM pg_clear_attribute_stats('{self.home}', '{self.prefix}{table}', column_name, false)
                        FROM unnest(ARRAY[{named}]) AS n(column_name);
                ELSE
                    DELETE FROM pg_statistic s USING pg_attribute a WHERE s.starelid = '{full}'::regclass
                        AND a.attrelid = s.starelid AND a.attnum = s.staattnum AND a.attname IN ({named});
                END IF;
                EXCEPTION WHEN insufficient_privilege THEN NULL; END $body$""")
        return made


def _bare(column: str) -> str:
    return column.replace('"', "")


def _refuse(why: str) -> str:
    return f"RAISE EXCEPTION 'separation: {why.replace(chr(39), chr(39) * 2)}' USING ERRCODE = 'EF002';"


def untold(event: str, on: str, body: str) -> str:
    """Return the condition that a body does not say what the columns beside it say; beside a month, its last day."""
    said = f"{body}::jsonb ->> 'on'"
    return (
        f"({body}::jsonb ->> 'event' IS DISTINCT FROM {event} "
        f"OR {said} IS DISTINCT FROM CASE WHEN length({said}) = 7 AND extract(day FROM {on} + 1) = 1 "
        f"THEN to_char({on}, 'YYYY-MM') ELSE to_char({on}, 'YYYY-MM-DD') END)"
    )
