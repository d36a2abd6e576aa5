# ruff: noqa: S608, E501 - the statements are the tests' own, and a table of them reads best as it is
"""The databases themselves refuse to change or delete what was recorded, and verify finds what got past them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store
from ehcp_flow.store.anchors import Compared
from ehcp_flow.store.chain import link_of, sealed, trail_of_fact, trail_of_redaction
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import AppendOnly, StoreCorrupt
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.sql import SqlStore
from ehcp_flow.testing import a_case, a_fact
from tests.store.tampering import kept_rows, tamper, unhindered

FORBIDDEN = [
    "UPDATE ehcp_facts SET body = '{}'",
    "UPDATE ehcp_facts SET recorded_by = 'somebody else' WHERE version = 1",
    "DELETE FROM ehcp_facts",
    "DELETE FROM ehcp_facts WHERE version = 2",
    "DELETE FROM ehcp_texts",
    "UPDATE ehcp_texts SET text = 'nicer'",
    "UPDATE ehcp_texts SET text = NULL, salt = NULL",
    "UPDATE ehcp_texts SET text = NULL, redacted_at = '2026-01-01T00:00:00Z'",
    "DELETE FROM ehcp_heads",
    "UPDATE ehcp_heads SET version = version - 1",
    "UPDATE ehcp_heads SET authority = '301', version = version + 1, trail = 'x'",
    "UPDATE ehcp_heads SET version = version + 1",
    "UPDATE ehcp_heads SET version = version - 1, trail = 'x'",
    "UPDATE ehcp_heads SET hash = 'x', trail = 'x'",
    "UPDATE ehcp_heads SET stored_at = '9999-01-01T00:00:00Z', trail = 'x'",
    "UPDATE ehcp_heads SET adopted = 1, trail = 'x'",
    "UPDATE ehcp_heads SET case_id = 'b-1', trail = 'x'",
    "UPDATE ehcp_heads SET seal = 'x'",
    "UPDATE ehcp_texts SET text = NULL, salt = NULL, redacted_at = '2026-01-01T00:00:00Z'",
    "UPDATE ehcp_texts SET text = NULL, redacted_at = '2026-01-01T00:00:00Z', act = 3",
    "UPDATE ehcp_counter SET last = 0",
    "DELETE FROM ehcp_counter",
]


@pytest.fixture
def filled(store: Store) -> SqlStore:
    assert isinstance(store, SqlStore)
    store.record("a-1", a_fact(reason="text", authority="885"), seen=0)
    store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
    return store


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses(filled: SqlStore, statement: str) -> None:
    with pytest.raises(AppendOnly, match="append-only"), filled.database.sqlalchemy() as connection:
        connection.exec_driver_sql(statement)
    assert filled.verify().ok
    assert filled.case("a-1").case.recorded[0].reason == "text"


@pytest.mark.parametrize("table", ["facts", "texts", "heads"])
def test_postgresql_refuses_to_empty_a_table(postgres_store_url: str, table: str) -> None:
    with Store.open(postgres_store_url) as store:
        assert isinstance(store, SqlStore)
        with pytest.raises(AppendOnly, match="never emptied"), store.database.sqlalchemy() as connection:
            connection.exec_driver_sql(f"TRUNCATE ehcp_{table}")


def test_a_redaction_is_final(filled: SqlStore) -> None:
    filled.redact("a-1", 1, reason="r", redacted_by="b")
    for change in ("text = 'back'", "redacted_by = 'nobody'"):
        with pytest.raises(AppendOnly), filled.database.sqlalchemy() as connection:
            connection.exec_driver_sql(f"UPDATE ehcp_texts SET {change}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A store of two cases with a free text and a redacted one each, and a file that was imported."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('told')}/cases.db"
    else:
        url = request.getfixturevalue("server").database()
    with Store.open(url, create=True) as store:
        for case_id in ("a-1", "b-1"):
            for version, fact in enumerate(a_case(case_id, "885")):
                store.record(case_id, fact, seen=version, recorded_by="jo")
            store.record(case_id, a_fact(case_id, event="plan_ceased", on="2026-06-01", reason="left"), seen=12)
            store.record(case_id, a_fact(case_id, on="2026-06-02", reason="private"), seen=13)
            store.redact(case_id, 14, reason="asked for", redacted_by="dpo")
        import_facts(store, [a_fact("c-1")], source="digest", name="c.csv")
    engine = own_engine(url)
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        request.getfixturevalue("server").drop(url)


@pytest.fixture
def tampered(told: sa.Engine) -> Iterator[Callable[..., list[str]]]:
    """Do to the store what somebody with every right could do, and return the codes of what is found; then undo it."""
    with told.connect() as connection:

        def tamper(*statements: str) -> list[str]:
            with unhindered(connection):
                for statement in statements:
                    connection.exec_driver_sql(statement)
            return sorted(found.code for found in Store.on(connection).verify().breaks)

        yield tamper
        connection.rollback()


FIRST = "WHERE case_id = 'a-1' AND version = "
HASHED = "'" + "0" * 64 + "'"


@pytest.mark.parametrize(
    ("statements", "codes"),
    [
        ([], []),
        ([f"UPDATE ehcp_facts SET body = replace(body, '2025-02-10', '2025-02-09') {FIRST} 2"], ["column", "edited"]),
        ([f"UPDATE ehcp_facts SET \"on\" = '2025-02-09' {FIRST} 2"], ["column"]),
        ([f"UPDATE ehcp_facts SET recorded_at = '2025-02-10T00:00:00.000000Z' {FIRST} 2"], ["edited"]),
        ([f"UPDATE ehcp_facts SET stored_at = '2025-02-10T00:00:00.000000Z' {FIRST} 2"], ["edited", "order"]),
        ([f"UPDATE ehcp_facts SET recorded_by = 'you' {FIRST} 13"], ["edited"]),
        ([f"UPDATE ehcp_facts SET key = 'k' {FIRST} 13"], ["edited"]),
        ([f"DELETE FROM ehcp_facts {FIRST} 3"], ["gap", "positions", "redaction", "trail"]),
        ([f"DELETE FROM ehcp_facts {FIRST} 14"], ["head_version", "positions", "redaction", "text_astray"]),
        # the places of facts in the order of all: reversed, exchanged within a case and between cases, taken ahead
        (["UPDATE ehcp_facts SET position = -position", "UPDATE ehcp_facts SET position = 30 + position"],
         ["position"] * 26 + ["trail"] * 3),
        ([f"UPDATE ehcp_facts SET position = 99 {FIRST} 2", f"UPDATE ehcp_facts SET position = 2 {FIRST} 3",
          f"UPDATE ehcp_facts SET position = 3 {FIRST} 2"], ["position", "trail"]),
        (["UPDATE ehcp_facts SET position = 99 WHERE position = 14",
          "UPDATE ehcp_facts SET position = 14 WHERE position = 15",
          "UPDATE ehcp_facts SET position = 15 WHERE position = 99"], ["trail", "trail"]),
        ([f"UPDATE ehcp_facts SET position = 99 {FIRST} 14"], ["positions", "trail"]),
        # heads
        (["DELETE FROM ehcp_heads WHERE case_id = 'a-1'"], ["head_missing"]),
        (["DELETE FROM ehcp_facts WHERE case_id = 'b-1'", "DELETE FROM ehcp_texts WHERE case_id = 'b-1'"],
         ["facts_missing", "positions"]),
        (["INSERT INTO ehcp_heads (case_id, authority, version, hash, stored_at) VALUES ('x', '', 0, '', '2025-02-10')"],
         ["facts_missing"]),
        (["UPDATE ehcp_heads SET hash = 'x' WHERE case_id = 'a-1'"], ["head_hash", "seal"]),
        (["UPDATE ehcp_heads SET authority = '301' WHERE case_id = 'a-1'"], ["seal"]),
        (["UPDATE ehcp_heads SET authority = '' WHERE case_id = 'a-1'"], ["seal"]),
        (["UPDATE ehcp_heads SET stored_at = '9999-02-10T00:00:00.000000Z' WHERE case_id = 'a-1'"],
         ["head_stored", "seal"]),
        # free texts and their redactions
        ([f"UPDATE ehcp_texts SET text = 'right' {FIRST} 13"], ["text_edited"]),
        ([f"DELETE FROM ehcp_texts {FIRST} 13"], ["text_missing"]),
        ([f"UPDATE ehcp_texts SET text = NULL, salt = NULL {FIRST} 13"], ["text_missing"]),
        ([f"UPDATE ehcp_texts SET redacted_at = '2026-01-01T00:00:00Z' {FIRST} 13"], ["redaction", "text_left"]),
        ([f"UPDATE ehcp_texts SET text = NULL, salt = NULL, redacted_at = '2026-01-01T00:00:00Z' {FIRST} 13"],
         ["redaction"]),
        ([f"UPDATE ehcp_texts SET text = NULL, salt = NULL, act = 16, redacted_at = '2026-01-01T00:00:00Z' {FIRST} 13"],
         ["trail"]),
        ([f"UPDATE ehcp_texts SET redacted_by = 'you' {FIRST} 14"], ["trail"]),
        ([f"UPDATE ehcp_texts SET redaction = 'nothing' {FIRST} 14"], ["trail"]),
        ([f"UPDATE ehcp_texts SET redacted_at = '2025-01-01T00:00:00Z' {FIRST} 14"], ["trail"]),
        ([f"UPDATE ehcp_texts SET act = NULL {FIRST} 14"], ["redaction", "trail"]),
        ([f"UPDATE ehcp_texts SET text = 'private', salt = {HASHED} {FIRST} 14"], ["text_left"]),
        ([f"UPDATE ehcp_facts SET version = 99 {FIRST} 2", f"UPDATE ehcp_facts SET version = 2 {FIRST} 3",
          f"UPDATE ehcp_facts SET version = 3 {FIRST} 99"],
         ["edited", "edited", "edited", "order", "position", "trail"]),
        ([f"UPDATE ehcp_facts SET case_id = 'd-1' {FIRST} 14"],
         ["gap", "head_missing", "head_version", "redaction", "text_astray", "text_missing"]),
        # what is remembered of imports
        (["UPDATE ehcp_imports SET finished = 0"], ["import"]),
        (["UPDATE ehcp_imports SET rows_read = 99"], ["import"]),
        (["UPDATE ehcp_counter SET last = 99"], ["positions"]),
        (["DELETE FROM ehcp_counter"], ["positions"]),
    ],
)  # fmt: skip
def test_verify_finds_what_was_done_past_the_triggers(
    tampered: Callable[..., list[str]], statements: list[str], codes: list[str]
) -> None:
    assert tampered(*statements) == codes


def test_a_redaction_that_is_undone_with_its_text_is_found(told: sa.Engine) -> None:
    with told.connect() as connection:
        store = Store.on(connection)
        before = connection.exec_driver_sql(f"SELECT salt, text FROM ehcp_texts {FIRST} 13").one()
        store.redact("a-1", 13, reason="asked for", redacted_by="dpo")
        assert store.verify().ok
        with unhindered(connection):
            connection.exec_driver_sql(
                f"UPDATE ehcp_texts SET salt = '{before.salt}', text = '{before.text}', redacted_at = NULL, "
                f"redacted_by = NULL, redaction = NULL, act = NULL {FIRST} 13"
            )
        assert store.case("a-1").case.recorded[12].reason == "left"
        assert [found.code for found in store.verify().breaks] == ["trail"]
        connection.rollback()


def test_redactions_and_facts_may_follow_one_another_in_any_order(store: Store) -> None:
    for version in range(6):
        store.record("a-1", a_fact(on=f"2026-03-0{version + 1}", reason=f"text {version}"), seen=version)
        if version in (1, 4):
            store.redact("a-1", version, reason="first", redacted_by="dpo")
            store.redact("a-1", version + 1, reason="second", redacted_by="dpo")
    store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=6)
    store.redact("a-1", 6, reason="last", redacted_by="dpo")
    found = store.verify(anchor=list(store.heads()))
    assert (found.breaks, found.adopted) == ((), 0)


def triggers_of(connection: sa.Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        return [
            f"DROP TRIGGER {name}"
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]
    found = connection.exec_driver_sql("SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal").all()
    return [f"DROP TRIGGER {name} ON {table}" for name, table in found]


def test_each_trigger_that_is_dropped_is_named(told: sa.Engine) -> None:
    with told.connect() as connection:
        drops = triggers_of(connection)
        connection.rollback()
    assert len(drops) >= 8
    for drop in drops:
        with told.connect() as connection:
            connection.exec_driver_sql(drop)
            (found,) = Store.on(connection).verify().breaks
            connection.rollback()
        assert found.code == "protection"
        assert f"the trigger {drop.split()[2]} is gone, so that the database does not refuse" in found.message


def test_a_trigger_that_lets_everything_through_is_another_one(told: sa.Engine) -> None:
    with told.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER ehcp_facts_no_delete")
            connection.exec_driver_sql(
                "CREATE TRIGGER ehcp_facts_no_delete BEFORE DELETE ON ehcp_facts WHEN 0 "
                "BEGIN SELECT RAISE(ABORT, 'append-only: a recorded fact is never deleted'); END"
            )
            (found,) = Store.on(connection).verify().breaks
            assert (found.code, "another one than was made" in found.message) == ("protection", True)
        connection.rollback()


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (["ALTER TABLE ehcp_facts DISABLE TRIGGER ehcp_facts_no_update"], ["is switched off"]),
        (["ALTER TABLE ehcp_texts ENABLE REPLICA TRIGGER ehcp_texts_no_update"], ["is switched off"]),
        (["DROP TRIGGER ehcp_heads_no_update ON ehcp_heads",
          ("CREATE TRIGGER ehcp_heads_no_update BEFORE UPDATE ON ehcp_heads FOR EACH ROW "
           "WHEN (NEW.version < OLD.version) EXECUTE FUNCTION ehcp_refuse('x')")], ["another one than was made"]),
        (["DROP TRIGGER ehcp_facts_no_update ON ehcp_facts",
          ("CREATE TRIGGER ehcp_facts_no_update AFTER UPDATE ON ehcp_facts FOR EACH ROW "
           "EXECUTE FUNCTION ehcp_refuse('x')")], ["another one than was made"]),
        (["CREATE OR REPLACE FUNCTION ehcp_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"],
         ["another one than was made"] * 11),
        (["ALTER TABLE ehcp_heads DISABLE ROW LEVEL SECURITY"], ["its row-level security is switched off"]),
    ],
)  # fmt: skip
def test_what_postgresql_does_not_refuse_any_more_is_said(
    postgres_store_url: str, statements: list[str], says: list[str]
) -> None:
    with Store.open(postgres_store_url) as store:
        assert isinstance(store, SqlStore)
        assert store.verify().ok
        with store.database.sqlalchemy() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        found = store.verify().breaks
    assert [broken.code for broken in found] == ["protection"] * len(says)
    assert all(said in broken.message for said, broken in zip(says, found, strict=True))


def test_without_an_anchor_a_whole_new_chain_verifies_and_with_one_it_does_not(sqlite_url: str) -> None:
    with Store.open(sqlite_url, create=True) as store:
        store.record("a-1", a_fact(), seen=0)
        (kept,) = store.heads()
    _, (row,), _ = kept_rows(sqlite_url)
    forged = row._replace(body=row.body.replace("2026-03-02", "2026-02-02"), on="2026-02-02")
    forged = forged._replace(hash=link_of("", forged))
    head = sealed(kept._replace(hash=forged.hash), trail_of_fact("", forged.hash, forged.position))
    tamper(
        sqlite_url,
        f"UPDATE ehcp_facts SET body = '{forged.body}', \"on\" = '{forged.on}', hash = '{forged.hash}'",
        f"UPDATE ehcp_heads SET hash = '{head.hash}', trail = '{head.trail}', seal = '{head.seal}'",
    )
    with Store.open(sqlite_url) as store:
        assert store.verify().ok
        assert [found.code for found in store.verify(anchor=[kept]).breaks] == ["anchor"]


@pytest.mark.parametrize("forge", ["position", "authority", "redaction"])
def test_an_anchor_shows_what_a_whole_new_trail_hides(sqlite_url: str, forge: str) -> None:
    with Store.open(sqlite_url, create=True) as store:
        for case_id in ("a-1", "b-1"):
            store.record(case_id, a_fact(case_id, authority="885", reason="text"), seen=0)
            store.redact(case_id, 1, reason="asked for", redacted_by="dpo")
        kept = list(store.heads())
    statements = []
    for head, row, text in zip(*kept_rows(sqlite_url), strict=True):
        position = 3 - row.position if forge == "position" else row.position
        told = text._replace(redacted_by="somebody") if forge == "redaction" else text
        trail = trail_of_redaction(trail_of_fact("", row.hash, position), told)
        new = sealed(head._replace(authority="301") if forge == "authority" else head, trail)
        statements += [
            f"UPDATE ehcp_facts SET position = {position + 10} WHERE case_id = '{row.case_id}'",
            f"UPDATE ehcp_texts SET redacted_by = '{told.redacted_by}' WHERE case_id = '{row.case_id}'",
            f"UPDATE ehcp_heads SET authority = '{new.authority}', trail = '{new.trail}', seal = '{new.seal}' WHERE case_id = '{row.case_id}'",
        ]
    tamper(sqlite_url, *statements, "UPDATE ehcp_facts SET position = position - 10")
    with Store.open(sqlite_url) as store:
        assert store.verify().ok
        found = store.verify(anchor=kept)
        assert [broken.code for broken in found.breaks] == ["anchor", "anchor"]
        assert found.anchor == Compared(heads=2, same=0, grown=0, rewritten=2, lost=0, left_out=0, new=0)


def test_an_import_whose_memory_was_edited_is_not_gone_on_with(store_url: str) -> None:
    with Store.open(store_url) as store:
        import_facts(store, a_case(), source="digest", name="a.csv", batch=5)
    tamper(store_url, "UPDATE ehcp_imports SET rows_read = 3")
    with Store.open(store_url) as store, pytest.raises(StoreCorrupt, match=r"the import of a\.csv.*edited"):
        import_facts(store, a_case(), source="digest", name="a.csv")


def test_writers_and_redactions_at_once_lead_one_trail(store_url: str) -> None:
    """On PostgreSQL the facts go by the single statement, which leads the trail by itself."""
    each = 12
    with Store.open(store_url) as store:
        for number in range(each):
            store.record("a-1", a_fact(on=f"2026-03-{number + 1:02}", reason="text"), seen=number)

    def write() -> None:
        with Store.open(store_url) as writer:
            for number in range(each):
                seen = writer.case("a-1").version
                writer.record("a-1", a_fact(event="advice_requested", party=f"p{number}"), seen=seen)

    def redact(odd: int) -> None:
        with Store.open(store_url) as other:
            for version in range(1 + odd, each + 1, 2):
                other.redact("a-1", version, reason="asked for", redacted_by="dpo")

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(write), pool.submit(redact, 0), pool.submit(redact, 1)]:
            done.result()
    with Store.open(store_url) as store:
        found = store.verify(anchor=list(store.heads()))
        assert (found.facts, found.breaks) == (2 * each, ())
        assert store.stats().redacted == each
