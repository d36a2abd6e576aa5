# ruff: noqa: S608, E501 - the statements are the tests' own, and stand in one piece
"""As the role of one authority, by raw SQL: nothing of another's is read, changed, blocked or learned, nothing spoilt.

Each trial runs a statement as that role and keeps its transaction open, while the other authority's role writes through
the library; afterwards everything that is not the role's own is what it was, and the whole store verifies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import psycopg
import pytest

from ehcp_flow.errors import FactError, UnknownNameError
from ehcp_flow.store import Store, access
from ehcp_flow.store.administration import upgrade_store
from ehcp_flow.store.errors import StoreError, StoreLocked, WrongAuthority
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.store.statements import FACT_TYPES, HEAD_TYPES, TEXT_TYPES
from ehcp_flow.testing import a_case, a_fact
from ehcp_flow.testing.postgres import Server

_NUMBERS: Final = count(1)

DENIED: Final = ("42501",)
"""PostgreSQL: insufficient privilege."""
REFUSED: Final = ("EF002",)
"""The store's own functions: what was asked for is not this role's."""


@dataclass(frozen=True)
class Two:
    """A store with the cases of 885 ("mine") and 301 ("theirs"), each with a role of its own."""

    url: str
    mine: str
    theirs: str

    def as_role(self, role: str) -> str:
        return self.url.replace("postgres:@", f"{role}:@")

    def connect(self, role: str | None = None, **options: Any) -> psycopg.Connection[Any]:
        url = self.url if role is None else self.as_role(role)
        return psycopg.connect(url.replace("+psycopg", ""), **options)

    def others(self) -> list[Any]:
        """Everything that is not the role's own, but for what `write` adds."""
        with self.connect() as owner:
            told = (
                "SELECT * FROM ehcp_heads WHERE case_id = 'other'",
                "SELECT * FROM ehcp_facts WHERE case_id IN ('other', 'theirs', 'nobodys') AND event <> 'advice_requested' ORDER BY position",
                "SELECT * FROM ehcp_texts WHERE case_id <> 'mine' ORDER BY 1, 2",
                "SELECT * FROM ehcp_imports WHERE source NOT LIKE '%:885' ORDER BY 1",
                "SELECT * FROM ehcp_scopes ORDER BY 1, 2",
                "SELECT * FROM ehcp_schema_version",
                "SELECT oid, prosrc, proowner, proacl::text, proconfig FROM pg_proc WHERE proname LIKE 'ehcp%' ORDER BY 1",
                "SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1, 2",
                "SELECT relname, relacl::text, relowner, relrowsecurity FROM pg_class WHERE relname LIKE 'ehcp%' ORDER BY 1",
                "SELECT tgname, tgenabled FROM pg_trigger ORDER BY 1",
                "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles ORDER BY 1",
            )
            return [owner.execute(sql).fetchall() for sql in told]

    def write(self) -> None:
        """Let the other authority write, through the library, in each of the ways that it has."""
        with Store.open(self.as_role(self.theirs), busy_seconds=2) as store:
            version = store.case("theirs").version
            store.record("theirs", a_fact("theirs", event="advice_requested", party=f"p{version}"), seen=version)
            assert store.case("theirs").version == version + 1

    def fresh(self) -> list[Any]:
        with self.connect() as owner:
            return [
                owner.execute("SELECT last FROM ehcp_counter").fetchone(),
                owner.execute("SELECT count(*), max(position) FROM ehcp_facts").fetchone(),
            ]


@pytest.fixture(scope="module")
def two(server: Server) -> Iterator[Two]:
    url = server.database()
    mine, theirs = (f"clerk_{authority}_{os.getpid()}_{next(_NUMBERS)}" for authority in ("885", "301"))
    for role in (mine, theirs):
        server.sql(f"CREATE ROLE {role} LOGIN")
    with Store.open(url, create=True) as owner:
        assert isinstance(owner, SqlStore)
        owner.record("theirs", a_fact("theirs", authority="301", reason="private"), seen=0, key="k", recorded_by="ann")
        owner.record("mine", a_fact("mine", authority="885", reason="ours"), seen=0, key="k")
        owner.record("nobodys", a_fact("nobodys"), seen=0)
        import_facts(owner, a_case("other", "301"), source="whole", name="all.csv")
        access.grant(owner, mine, "885")
        access.grant(owner, theirs, "301")
    for role, authority in ((mine, "885"), (theirs, "301")):
        with Store.open(url.replace("postgres:@", f"{role}:@")) as store:
            case = a_case("own-" + authority)
            assert import_facts(store, case, source="sheet", name=f"{authority}.csv").taken == 12
    server.sql("ANALYZE", url)
    yield Two(url, mine, theirs)
    for role in (mine, theirs):
        server.sql(f"DROP OWNED BY {role}", url)
        server.sql(f"DROP ROLE {role}")
    server.drop(url)


@pytest.fixture
def kept(two: Two) -> Iterator[Two]:
    """The store, held to be untouched at the end but for the role's own and what the other authority wrote."""
    before = two.others()
    yield two
    assert two.others() == before
    with Store.open(two.url) as owner:
        assert owner.verify().breaks == ()
        assert {found.case.authority for found in owner.cases()} == {"885", "301", None}


def given(sql: str, two: Two) -> str:
    return sql.replace("{theirs}", two.theirs).replace("{mine}", two.mine)


TABLES: Final = ("facts", "texts", "heads", "imports", "scopes", "counter", "schema_version")

CHANGES: Final = [
    f"{verb} ehcp_{table}{rest}"
    for table in TABLES
    for verb, rest in (("DELETE FROM", ""), ("TRUNCATE", ""), ("LOCK TABLE", " IN ROW EXCLUSIVE MODE"),
                       ("LOCK TABLE", " IN ACCESS EXCLUSIVE MODE"), ("ALTER TABLE", " DISABLE ROW LEVEL SECURITY"),
                       ("DROP TABLE", ""), ("SELECT FROM", " FOR KEY SHARE"))
]  # fmt: skip

DENIED_STATEMENTS: Final = [
    *CHANGES,
    "INSERT INTO ehcp_facts (case_id, version, body) SELECT case_id, version, body FROM ehcp_facts",
    """INSERT INTO ehcp_facts (case_id, version, schema, event, "on", recorded_at, stored_at, body, hash, position)
        VALUES ('mine', 99, 1, 'plan_ceased', now(), now(), now(), '{}', 'h', 1000000)""",
    "INSERT INTO ehcp_heads (case_id, authority, version, hash, stored_at) VALUES ('theirs', '885', 1, 'h', now())",
    "INSERT INTO ehcp_heads (case_id, authority, version, hash, stored_at) VALUES ('new', '301', 1, 'h', now())",
    "INSERT INTO ehcp_texts (case_id, version) VALUES ('theirs', 1)",
    "INSERT INTO ehcp_imports SELECT * FROM ehcp_imports",
    "INSERT INTO ehcp_scopes (role, authority) VALUES (current_user, '*')",
    "INSERT INTO ehcp_counter VALUES (1, 1)",
    "UPDATE ehcp_facts SET body = body",
    "UPDATE ehcp_texts SET text = NULL, salt = NULL, redacted_at = now() WHERE case_id = 'theirs'",
    "UPDATE ehcp_heads SET authority = '885'",
    "UPDATE ehcp_imports SET finished = 1",
    "UPDATE ehcp_scopes SET authority = '*', may_write = true",
    "UPDATE ehcp_counter SET last = 9223372036854775807",
    "UPDATE ehcp_counter SET last = last + 1",
    "UPDATE ehcp_schema_version SET version_num = '99'",
    "SELECT last FROM ehcp_counter",
    "SELECT * FROM ehcp_heads FOR UPDATE",
    "SELECT * FROM ehcp_facts FOR SHARE",
    "MERGE INTO ehcp_heads h USING (SELECT 1) n ON h.case_id = 'theirs' WHEN MATCHED THEN UPDATE SET authority = '885'",
    "COPY ehcp_heads FROM STDIN",
    "COPY ehcp_heads TO PROGRAM 'cat'",
    "SET row_security = off; SELECT * FROM ehcp_heads",
    "ALTER TABLE ehcp_facts DISABLE TRIGGER ALL",
    "ALTER TABLE ehcp_heads OWNER TO {mine}",
    "CREATE POLICY wider ON ehcp_heads USING (true)",
    "DROP POLICY ehcp_scope ON ehcp_heads",
    "ALTER POLICY ehcp_scope ON ehcp_heads USING (true)",
    "CREATE TRIGGER mine BEFORE INSERT ON ehcp_facts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO ehcp_facts DO INSTEAD NOTHING",
    "CREATE INDEX ON ehcp_facts (body)",
    "CREATE STATISTICS s ON case_id, version FROM ehcp_facts",
    "CREATE TABLE public.ehcp_more (x int)",
    "CREATE VIEW public.ehcp_view AS SELECT * FROM ehcp_heads",
    "CREATE FUNCTION public.ehcp_write(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION ehcp_mine(p_writing boolean) RETURNS text[] LANGUAGE sql AS $$SELECT '{*}'::text[]$$",
    "CREATE FUNCTION pg_catalog.now(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA {mine}",
    "CREATE PUBLICATION p FOR ALL TABLES",
    "CREATE TABLE pg_temp.child () INHERITS (ehcp_heads)",
    "ALTER FUNCTION ehcp_last_position() RESET ALL",
    "DROP FUNCTION ehcp_last_position()",
    "SELECT ehcp_mine(false)",
    "SET ROLE {theirs}",
    "SET SESSION AUTHORIZATION {theirs}",
    "SELECT set_config('role', '{theirs}', false)",
    "SET ROLE postgres",
    "SET session_replication_role = replica",
    "GRANT {theirs} TO {mine}",
    "ALTER ROLE {mine} BYPASSRLS",
    "ALTER ROLE {theirs} NOLOGIN",
    "ALTER ROLE {theirs} SET search_path = pg_temp",
    "DROP ROLE {theirs}",
    "SELECT pg_reload_conf()",
    "SELECT pg_stat_reset()",
    "REASSIGN OWNED BY {theirs} TO {mine}",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT * FROM pg_statistic",
    "SELECT pg_switch_wal()",
    "CHECKPOINT",
    "COMMENT ON TABLE ehcp_heads IS 'x'",
    "SECURITY LABEL ON TABLE ehcp_heads IS 'x'",
]


@pytest.mark.parametrize("sql", DENIED_STATEMENTS)
def test_what_the_role_has_no_right_to(kept: Two, sql: str) -> None:
    with kept.connect(kept.mine) as role:
        with pytest.raises(psycopg.Error) as caught:
            role.execute(given(sql, kept), prepare=False)
        # A COPY that is allowed to begin, or a provider of labels that is not there, would be another answer.
        assert caught.value.sqlstate in (*DENIED, "22023"), caught.value
        kept.write()


NOTHING: Final = [
    "SELECT * FROM ehcp_heads WHERE authority <> '885'",
    "SELECT * FROM ehcp_heads WHERE case_id IN ('theirs', 'other', 'nobodys')",
    "SELECT * FROM ehcp_facts WHERE case_id NOT IN ('mine', 'own-885')",
    "SELECT * FROM ehcp_facts WHERE position = 1",
    "SELECT * FROM ehcp_facts WHERE ctid = '(0,1)'",
    "SELECT * FROM ehcp_facts f LEFT JOIN ehcp_heads h USING (case_id) WHERE h.case_id IS NULL",
    "SELECT * FROM ehcp_texts WHERE text = 'private'",
    "SELECT * FROM ehcp_imports WHERE name <> '885.csv'",
    "SELECT * FROM ehcp_scopes WHERE role <> current_user OR authority <> '885'",
    "SELECT * FROM ehcp_facts TABLESAMPLE SYSTEM (100) WHERE case_id = 'theirs'",
    "SELECT 1 / (CASE WHEN authority = '301' THEN 0 ELSE 1 END) FROM ehcp_heads WHERE case_id = 'theirs'",
    "SELECT body::int FROM ehcp_facts WHERE case_id = 'theirs'",
    "SELECT text::int FROM ehcp_texts WHERE text LIKE 'priv%'",
    "SELECT * FROM pg_stats WHERE tablename LIKE 'ehcp%' AND tablename <> 'ehcp_schema_version'",
    "SELECT * FROM pg_stats_ext WHERE tablename LIKE 'ehcp%'",
    "SELECT * FROM ehcp_lock_heads(ARRAY['theirs', 'other', 'nobodys', 'nowhere'])",
    "SELECT * FROM pg_seclabels",
    "SELECT * FROM pg_prepared_xacts",
    "SELECT query FROM pg_stat_activity WHERE usename = '{theirs}' AND query NOT LIKE '<insufficient privilege>'",
    "SELECT * FROM pg_sequences",
    "WITH r AS (SELECT case_id FROM ehcp_heads UNION SELECT case_id FROM ehcp_facts) SELECT * FROM r WHERE case_id LIKE 'th%'",
]


@pytest.mark.parametrize("sql", NOTHING)
def test_what_shows_the_role_nothing_of_anothers(kept: Two, sql: str) -> None:
    with kept.connect(kept.mine) as role:
        assert role.execute(given(sql, kept), prepare=False).fetchall() == []
        kept.write()


ONLY_MINE: Final = [
    "TABLE ehcp_heads",
    "SELECT * FROM ONLY ehcp_facts",
    "SELECT json_agg(f) FROM ehcp_facts f",
    "SELECT json_agg(t) FROM ehcp_texts t",
    "SELECT string_agg(h::text, '') FROM ehcp_heads h",
    "SELECT json_agg(i) FROM ehcp_imports i",
    "SELECT * FROM ehcp_scopes",
]


@pytest.mark.parametrize("sql", ONLY_MINE)
def test_what_shows_the_role_its_own_alone(kept: Two, sql: str) -> None:
    with kept.connect(kept.mine) as role:
        shown = str(role.execute(sql).fetchall())
        assert "885" in shown or "own" in shown or "ours" in shown
        assert not [
            word for word in ("theirs", "other", "nobodys", "'301'", ",301,", "private", "all.csv") if word in shown
        ]
        kept.write()


def test_a_copy_out_holds_the_roles_own_alone(kept: Two) -> None:
    with kept.connect(kept.mine) as role, role.cursor() as cursor, cursor.copy("COPY ehcp_facts TO STDOUT") as copy:
        assert {bytes(row).split(b"\t")[0] for row in copy} == {b"mine", b"own-885"}
        kept.write()


@pytest.mark.parametrize("definer", ["", "SECURITY DEFINER"])
def test_a_function_that_tells_what_it_is_shown_is_shown_nothing_of_anothers(kept: Two, definer: str) -> None:
    with kept.connect(kept.mine) as role:
        told: list[str] = []
        role.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        role.execute(
            f"CREATE FUNCTION pg_temp.tell(t text) RETURNS boolean LANGUAGE plpgsql {definer} COST 0.0000001 AS "
            "$$BEGIN RAISE NOTICE 'told %', t; RETURN true; END$$"
        )
        for table, column in (
            ("heads", "case_id"),
            ("facts", "body || case_id"),
            ("texts", "text"),
            ("imports", "name"),
        ):
            role.execute(f"SELECT * FROM ehcp_{table} WHERE pg_temp.tell({column})").fetchall()
        role.execute("SELECT * FROM ehcp_scopes WHERE pg_temp.tell(role || authority)").fetchall()
        assert told
        assert not [
            line for line in told if any(word in line for word in ("theirs", "other", "301", "private", "all."))
        ]
        kept.write()


def test_a_view_of_ones_own_shows_no_more(kept: Two) -> None:
    with kept.connect(kept.mine) as role:
        role.execute("CREATE TEMP VIEW v AS SELECT * FROM ehcp_heads")
        assert {row[0] for row in role.execute("SELECT authority FROM v").fetchall()} == {"885"}
        kept.write()


@pytest.mark.parametrize(
    ("asked", "neutral"),
    [
        ("SELECT FROM ehcp_heads WHERE authority = '301'", "SELECT FROM ehcp_heads WHERE authority = '999'"),
        (
            "SELECT FROM ehcp_facts WHERE event = 'advice_requested'",
            "SELECT FROM ehcp_facts WHERE event = 'plan_ceased'",
        ),
        ("SELECT FROM ehcp_facts WHERE recorded_by = 'ann'", "SELECT FROM ehcp_facts WHERE recorded_by = 'bob'"),
        ("SELECT FROM ehcp_facts WHERE key = 'k'", "SELECT FROM ehcp_facts WHERE key = 'zzz'"),
        ("SELECT FROM ehcp_texts WHERE text = 'private'", "SELECT FROM ehcp_texts WHERE text = 'nothing'"),
        ("SELECT FROM ehcp_imports WHERE name = 'all.csv'", "SELECT FROM ehcp_imports WHERE name = 'none.csv'"),
        ("SELECT FROM ehcp_heads WHERE case_id = 'theirs'", "SELECT FROM ehcp_heads WHERE case_id = 'nowhere'"),
    ],
)
def test_the_planners_estimates_do_not_tell(kept: Two, asked: str, neutral: str) -> None:
    with kept.connect(kept.mine) as role:
        told = [
            str(role.execute(f"EXPLAIN {sql}").fetchall()).replace(f"'{sql.split(chr(39))[1]}'", "'VALUE'")
            for sql in (asked, neutral)
        ]
        assert told[0] == told[1]
        kept.write()


# The functions by which the role writes, called as the library would not


def call(function: str, types: list[str]) -> str:
    return f"SELECT {function}({', '.join(f'%s::{kind}' for kind in types)})"


WRITE: Final = call(
    "ehcp_write",
    [f"{kind}[]" for kind in (*HEAD_TYPES.values(), "int", *TEXT_TYPES.values(), *FACT_TYPES.values())],
)
HEAD: Final = {
    "case_id": "made", "authority": "885", "version": 1, "hash": "h", "stored_at": "2026-03-02T09:00:00Z", "adopted": 0,
    "trail": "t", "seal": "s",
}  # fmt: skip
FACT: Final = {
    "case_id": "made", "version": 1, "schema": 1, "event": "plan_ceased", '"on"': "2026-03-02",
    "recorded_at": "2026-03-02T09:00:00Z", "stored_at": "2026-03-02T09:00:00Z", "recorded_by": None, "key": None,
    "body": '{"event":"plan_ceased","on":"2026-03-02"}', "text_hash": None, "hash": "h", "position": 1,
}  # fmt: skip


def written(ahead: int, **changes: Any) -> list[Any]:
    """The parameters of a write of one fact on a new case: `h_`, `t_` and `f_` change heads, texts and facts."""

    def changed(letter: str, columns: dict[str, Any]) -> list[list[Any]]:
        return [[changes.get(f"{letter}_{name.strip(chr(34))}", value)] for name, value in columns.items()]

    texts = [[changes["t_case_id"]], [1], ["s"], ["x"]] if "t_case_id" in changes else [[], [], [], []]
    fact = {**FACT, "position": ahead}
    return [*changed("h", HEAD), [changes.get("before", 0)], *texts, *changed("f", fact)]


@pytest.mark.parametrize(
    "changes",
    [
        {"h_authority": "301"},
        {"h_authority": "*"},
        {"h_authority": ""},
        {"h_authority": None},
        {"f_case_id": "theirs"},
        {"f_case_id": "mine"},
        {"f_case_id": None},
        {"t_case_id": "theirs"},
        {"f_position": 1},
        {"f_position": 1_000_000},
        {"f_position": None},
        {"f_event": "plan_agreed"},
        {"f_on": "2026-03-03"},
        {"f_body": '{"event":"plan_ceased"}'},
        {"f_body": "[]"},
        {"f_body": None},
    ],
    ids=str,
)
def test_a_write_that_is_not_the_roles_own_is_refused(kept: Two, changes: dict[str, Any]) -> None:
    before = kept.fresh()
    with kept.connect(kept.mine) as role:
        ahead = role.execute("SELECT ehcp_last_position() + 1").fetchone()
        assert ahead is not None
        with pytest.raises(psycopg.Error) as caught:
            role.execute(WRITE, written(ahead[0], **changes))
        assert caught.value.sqlstate in REFUSED
        kept.write()
    assert kept.fresh() == [
        (last + 1,) if len(row) == 1 else (row[0] + 1, last + 1) for row in before for last in row[-1:]
    ]


@pytest.mark.parametrize("body", ["no JSON", "", "\\"])
def test_a_body_that_is_no_json_is_refused(kept: Two, body: str) -> None:
    with kept.connect(kept.mine) as role:
        ahead = role.execute("SELECT ehcp_last_position() + 1").fetchone()
        assert ahead is not None
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            role.execute(WRITE, written(ahead[0], f_body=body))
        kept.write()


@pytest.mark.parametrize("changes", [{"before": 0}, {"before": 1}, {"before": 1, "h_version": 2, "f_version": 2}])
@pytest.mark.parametrize("case_id", ["theirs", "other", "nobodys"])
def test_a_write_to_anothers_case_does_nothing(kept: Two, case_id: str, changes: dict[str, Any]) -> None:
    before = kept.fresh()
    with kept.connect(kept.mine) as role:
        ahead = role.execute("SELECT ehcp_last_position() + 1").fetchone()
        assert ahead is not None
        values = written(ahead[0], h_case_id=case_id, f_case_id=case_id, **changes)
        assert role.execute(WRITE, values).fetchone() == ([case_id],)
        assert role.execute("SELECT count(*) FROM ehcp_facts WHERE hash = 'h'").fetchone() == (0,)
    assert kept.fresh() == before
    kept.write()


def test_a_write_of_nothing_takes_no_position(kept: Two) -> None:
    before = kept.fresh()
    with kept.connect(kept.mine) as role, pytest.raises(psycopg.Error) as caught:
        role.execute(WRITE, [[] for _ in range(WRITE.count("%s"))])
    assert caught.value.sqlstate in REFUSED
    assert kept.fresh() == before
    kept.write()


QUICK: Final = [
    "theirs", 1, "h", "885", "h", 2, "h", "2026-03-02T09:00:00Z", "b", "a", "theirs", *list(FACT.values())[:-1],
]  # fmt: skip


@pytest.mark.parametrize(
    ("places", "sqlstate"),
    [
        ({11: "theirs"}, None), ({0: "mine", 11: "theirs"}, "EF002"), ({0: "mine", 10: "mine", 11: "theirs"}, "EF002"),
        ({0: "mine", 11: "mine"}, "EF002"), ({11: "theirs", 15: "2026-03-03"}, "EF002"),
    ],
)  # fmt: skip
def test_the_quick_way_leads_to_no_other_case(kept: Two, places: dict[int, str], sqlstate: str | None) -> None:
    with kept.connect() as owner:
        held = owner.execute("SELECT hash FROM ehcp_heads WHERE case_id = 'theirs'").fetchone()
        assert held is not None
    values = [places.get(place, value) for place, value in enumerate(QUICK)]
    values[2] = held[0]
    sql = f"SELECT ehcp_quick({', '.join(['%s'] * len(values))})"
    before = kept.fresh()
    with kept.connect(kept.mine) as role:
        if sqlstate is None:
            assert role.execute(sql, values).fetchone() == (None,)
        else:
            with pytest.raises(psycopg.Error) as caught:
                role.execute(sql, values)
            assert caught.value.sqlstate == sqlstate
    assert kept.fresh() == before
    kept.write()


MOVE: Final = call("ehcp_move_heads", [f"{kind}[]" for kind in HEAD_TYPES.values()])
HEADS: Final = list(HEAD_TYPES)


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("SELECT ehcp_redact(now(), 'b', 'r', 2, 'theirs', 1)", []),
        ("SELECT ehcp_redact(now(), 'b', 'r', 2, 'nowhere', 1)", []),
        ("SELECT ehcp_redact(now(), 'b', 'r', 2, NULL, 1)", []),
        (MOVE, {"case_id": "theirs", "authority": "885"}),
        (MOVE, {"case_id": "theirs", "authority": "301"}),
        (MOVE, {"case_id": "nobodys", "authority": "885"}),
        (MOVE, {"case_id": "mine", "authority": "301"}),
        (MOVE, {"case_id": "nowhere", "authority": "885"}),
        ("SELECT ehcp_remember('sheet:301', 'x', 1, 1, 1, 1, 1, 'now', 's')", []),
        ("SELECT ehcp_remember('whole:*', 'x', 1, 1, 1, 1, 1, 'now', 's')", []),
        ("SELECT ehcp_remember('sheet:301,885', 'x', 1, 1, 1, 1, 1, 'now', 's')", []),
        ("SELECT ehcp_remember('sheet', 'x', 1, 1, 1, 1, 1, 'now', 's')", []),
        ("SELECT ehcp_remember(NULL, 'x', 1, 1, 1, 1, 1, 'now', 's')", []),
    ],
    ids=str,
)
def test_the_other_functions_are_for_the_roles_own(kept: Two, sql: str, values: Any) -> None:
    if values:
        values = [[values.get(name, {**HEAD, "version": 2}[name])] for name in HEADS]
    with kept.connect(kept.mine) as role:
        with pytest.raises(psycopg.Error) as caught:
            role.execute(sql, values)
        assert caught.value.sqlstate in REFUSED
        kept.write()


@pytest.mark.parametrize(
    "before",
    [
        "CREATE TEMP TABLE ehcp_scopes AS SELECT current_user::text AS role, '*' AS authority, true AS may_write",
        "CREATE TEMP TABLE ehcp_heads AS SELECT 'theirs' AS case_id, '885' AS authority",
        "CREATE TEMP TABLE pg_roles AS SELECT current_user AS rolname",
        "CREATE FUNCTION pg_temp.coalesce_(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE FUNCTION pg_temp.current_setting(text) RETURNS text LANGUAGE sql AS $$SELECT '{theirs}'$$",
        "CREATE FUNCTION pg_temp.cardinality(text[]) RETURNS int LANGUAGE sql AS $$SELECT 0$$",
        "CREATE FUNCTION pg_temp.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR pg_temp.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.same)",
    ],
)
def test_nothing_that_the_role_makes_stands_before_what_the_functions_mean(kept: Two, before: str) -> None:
    with kept.connect(kept.mine) as role:
        role.execute(given(before, kept), prepare=False)
        role.execute("SET search_path = pg_temp, public, pg_catalog")
        assert role.execute("SELECT * FROM public.ehcp_lock_heads(ARRAY['theirs'])").fetchall() == []
        assert role.execute("SELECT case_id FROM public.ehcp_heads WHERE case_id = 'theirs'").fetchall() == []
        with pytest.raises(psycopg.Error) as caught:
            role.execute("SELECT public.ehcp_redact(now(), 'b', 'r', 2, 'theirs', 1)")
        assert caught.value.sqlstate in REFUSED
        kept.write()


# What the role may hold, and whom it keeps waiting


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_advisory_lock(7300447)",
        "SELECT pg_advisory_xact_lock(7300447)",
        "LOCK TABLE ehcp_facts, ehcp_heads, ehcp_texts, ehcp_imports, ehcp_schema_version IN ACCESS SHARE MODE",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM ehcp_facts",
        "SELECT * FROM ehcp_lock_heads(ARRAY['mine', 'theirs'])",
        "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM ehcp_facts",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()",
        "SELECT pg_notify('ehcp', 'x')",
        "LISTEN ehcp",
        "ANALYZE ehcp_facts",
        "GRANT ALL ON ehcp_heads TO PUBLIC",
        "SELECT ehcp_remember('mine:885', 'x', 1, 1, 1, 1, 1, 'now', 's')",
        "SELECT ehcp_redact(now(), 'b', 'r', 2, 'own-885', 1)",
    ],
)
def test_what_the_role_may_do_keeps_nobody_waiting(kept: Two, sql: str) -> None:
    role = kept.connect(kept.mine)
    role.execute(sql, prepare=False)
    kept.write()
    assert not upgrade_store(kept.url).changed
    role.rollback()
    role.close()


@pytest.fixture
def soon(two: Two) -> Iterator[None]:
    """The functions wait for a moment where they would wait for seconds."""
    with two.connect(autocommit=True) as owner:
        names = owner.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'ehcp%' AND prosecdef"
        ).fetchall()
        for (name,) in names:
            owner.execute(f"ALTER FUNCTION {name} SET lock_timeout = '200ms'")
        yield
        for (name,) in names:
            owner.execute(f"ALTER FUNCTION {name} SET lock_timeout = '10s'")


@pytest.mark.parametrize("who", ["theirs", "owner"])
@pytest.mark.parametrize("hold", ["SELECT ehcp_last_position()", "write", "SELECT ehcp_unblock()", "savepoint"])
def test_who_keeps_everybody_from_writing_is_shown_the_door(two: Two, soon: None, hold: str, who: str) -> None:
    role = two.connect(two.mine)
    if hold == "write":
        ahead = role.execute("SELECT ehcp_last_position() + 1").fetchone()
        assert ahead is not None
        assert role.execute(WRITE, written(ahead[0])).fetchone() == ([],)
    elif hold == "savepoint":
        role.execute("SAVEPOINT s; SELECT ehcp_last_position()", prepare=False)
    else:
        role.execute(hold)
    if who == "theirs":
        two.write()
    else:
        with Store.open(two.url, busy_seconds=0.2) as owner:
            version = owner.case("nobodys").version
            owner.record("nobodys", a_fact("nobodys", "advice_requested", party=f"p{version}"), seen=version)
    with pytest.raises(psycopg.OperationalError):
        role.execute("SELECT 1")
    with Store.open(two.url) as owner:
        assert owner.verify().ok
        with pytest.raises(UnknownNameError):
            owner.case("made")


def test_the_owner_and_roles_of_all_are_trusted_to_hold_it(two: Two, soon: None, server: Server) -> None:
    with two.connect() as owner:
        owner.execute("UPDATE ehcp_counter SET last = last + 1")
        with Store.open(two.as_role(two.theirs), busy_seconds=0.2) as store, pytest.raises(StoreLocked):
            store.record("theirs-2", a_fact("theirs-2"), seen=0)
        owner.execute("SELECT 1")
        owner.rollback()


# By the library


def test_a_role_of_one_authority_needs_not_say_which(kept: Two) -> None:
    with Store.open(kept.as_role(kept.mine)) as mine:
        assert mine.authority == "885"
        assert {found.case.case_id for found in mine.cases()} == {"mine", "own-885"}
        version = mine.case("mine").version
        done = mine.record("mine", a_fact("mine", "advice_requested", party=f"p{version}"), seen=version)
        assert done.fact.authority == "885"
        assert mine.verify().ok
        assert mine.verify(anchor=list(mine.heads())).ok
        assert mine.stats().authorities == {"885": 2}
        for seen in (0, 1, 7):
            with pytest.raises(UnknownNameError, match="there is no case called 'theirs'"):
                mine.record("theirs", a_fact("theirs", "plan_ceased"), seen=seen, key="k")
        with pytest.raises(WrongAuthority):
            mine.record("new", a_fact("new", authority="301"), seen=0)
        refused: list[Any] = []
        facts = [a_fact("theirs"), *a_case("own-885"), a_fact("other"), a_fact("nobodys")]
        told = import_facts(mine, facts, source="again", refused=refused.append)
        assert (told.taken, told.duplicates, told.refused) == (0, 12, 3)
        assert [row.case_id for row in refused] == ["theirs", "other", "nobodys"]
    kept.write()


def test_a_role_that_names_another_authority_gets_nothing(kept: Two) -> None:
    with Store.open(kept.as_role(kept.mine), authority="301") as store:
        assert list(store.cases()) == []
        assert store.verify().ok
        with pytest.raises(UnknownNameError):
            store.case("theirs")
        with pytest.raises(UnknownNameError):
            store.record("theirs", a_fact("theirs", "plan_ceased"), seen=1)
        with pytest.raises(WrongAuthority):
            store.record("new", a_fact("new"), seen=0)
        with pytest.raises(WrongAuthority):
            import_facts(store, a_case("new"), source="s")
    kept.write()


@pytest.fixture
def further(two: Two, server: Server) -> Iterator[str]:
    """A further role, which nothing is granted yet."""
    role = f"further_{os.getpid()}_{next(_NUMBERS)}"
    server.sql(f"CREATE ROLE {role} LOGIN")
    yield role
    server.sql(f"DROP OWNED BY {role}", two.url)
    server.sql(f"DROP ROLE {role}")
    server.sql(f"DELETE FROM ehcp_scopes WHERE role = '{role}'", two.url)


def grant(two: Two, role: str, authority: str, **options: Any) -> None:
    with Store.open(two.url) as owner:
        assert isinstance(owner, SqlStore)
        access.grant(owner, role, authority, **options)


def test_a_role_of_two_authorities_says_whose_a_new_case_is(two: Two, further: str) -> None:
    grant(two, further, "885")
    grant(two, further, "301")
    with Store.open(two.as_role(further)) as both:
        assert sorted(both.scope or ()) == ["301", "885"]
        assert {"mine", "theirs", "other"} <= {found.case.case_id for found in both.cases()}
        assert "nobodys" not in {found.case.case_id for found in both.cases()}
        assert both.verify(anchor=list(both.heads())).ok
        with pytest.raises(FactError, match="say whose case it is: 301 or 885"):
            both.record("two", a_fact("two"), seen=0)
        for case_id, authority in (("mine", "885"), ("theirs", "301")):
            version = both.case(case_id).version
            done = both.record(case_id, a_fact(case_id, "advice_requested", party=f"p{version}"), seen=version)
            assert done.fact.authority == authority
        with pytest.raises(UnknownNameError):
            both.record("nobodys", a_fact("nobodys", "plan_ceased", authority="885"), seen=1)
        told = import_facts(both, [a_fact("mine", reason="ours"), a_fact("mine-2")], source="two")
        assert (told.duplicates, told.taken, told.refused) == (1, 0, 1)
        assert import_facts(both, [], source="two").already


def test_a_role_writes_what_it_may_write_and_no_more_of_what_it_may_read(two: Two, further: str) -> None:
    grant(two, further, "885")
    grant(two, further, "301", write=False)
    with Store.open(two.as_role(further)) as store:
        assert {"mine", "theirs", "other"} <= {found.case.case_id for found in store.cases()}
        assert store.record(f"own-{further}", a_fact(f"own-{further}"), seen=0).fact.authority == "885"
        with pytest.raises(WrongAuthority):
            store.record("two", a_fact("two", authority="301"), seen=0)
        with pytest.raises(UnknownNameError):
            store.record("other", a_fact("other", "plan_ceased"), seen=12)
    with two.connect(further) as role:
        assert role.execute("SELECT case_id FROM ehcp_heads WHERE case_id = 'other'").fetchall() == [("other",)]
        assert role.execute("SELECT * FROM ehcp_lock_heads(ARRAY['other'])").fetchall() == []
    grant(two, further, "885", write=False)  # what was granted last holds
    with Store.open(two.as_role(further)) as store, pytest.raises(StoreError, match="permission denied"):
        store.record("mine", a_fact("mine", "plan_ceased", authority="885"), seen=store.case("mine").version)


@pytest.mark.parametrize("function", ["last_position()", "unblock()", "lock_heads(ARRAY['mine'])"])
def test_a_reader_of_one_authority_calls_no_function_that_writes(two: Two, further: str, function: str) -> None:
    grant(two, further, "885", write=False)
    with two.connect(further) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(f"SELECT ehcp_{function}")
