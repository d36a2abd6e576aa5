# ruff: noqa: S608 - the statements are the tests' own
"""A day known to its month alone in a store: kept and given back as such, chained, and corrected by its real day."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count
from typing import Final

import psycopg
import pytest
import sqlalchemy as sa

from ehcp_flow.bulk import iter_rows
from ehcp_flow.dates import MonthOnly
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.readers import read_cases
from ehcp_flow.store import Store, access, role_guards
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.exports import export_file
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.testing import a_fact
from ehcp_flow.testing.postgres import Server
from tests.store.tampering import unhindered

_NUMBERS: Final = count(1)
AS_OF = "2026-12-31"


def test_it_is_kept_given_back_and_exported_as_a_month(store):
    import_facts(store, [a_fact(on="2026-03"), a_fact(event="assessment_agreed", on="2026-03-20")], name="a.csv")
    known = store.case("a-1").case.recorded[0]
    assert isinstance(known.on, MonthOnly)
    assert (known.on.earliest.isoformat(), known.on.isoformat()) == ("2026-03-01", "2026-03-31")
    assert next(iter(store.blocks())).body[0] == '{"event":"request_received","on":"2026-03"}'
    for format_ in ("csv", "jsonl"):
        out = io.StringIO(newline="")
        export_file(store, out, format=format_)
        out.seek(0)
        again = read_cases(out)["a-1"]
        assert [each.content for each in again.recorded] == [each.content for each in store.case("a-1").case.recorded]
    assert store.export_person("a-1")["facts"][0]["fact"]["on"] == "2026-03"
    assert store.verify().ok


def test_both_doors_of_a_store_tell_the_same(store):
    import_facts(store, [a_fact(on="2026-03"), a_fact(event="assessment_agreed", on="2026-03-20")], name="a.csv")
    rows = list(iter_rows(store, AS_OF))
    assert rows == [found.as_dict() for found in deadlines_of(store.case("a-1").case, AS_OF)]
    (plan,) = [row for row in rows if row["limit"] == "final_plan"]
    assert (plan["due_on"], plan["due_on_earliest"]) == ("2026-08-07", "2026-07-19")


def test_the_same_month_again_is_a_duplicate_and_its_real_day_a_correction(store):
    known = a_fact(on="2026-03", fact_id="r-1")
    import_facts(store, [known], name="a.csv")
    assert import_facts(store, [known], source="b", name="b.csv").duplicates == 1
    store.record("a-1", a_fact(on="2026-03-17", corrects="r-1", reason="found in the post book"), seen=1)
    case = store.case("a-1").case
    (plan,) = [found for found in deadlines_of(case, AS_OF) if found.limit == "final_plan"]
    assert (plan.starts_on.isoformat(), plan.due_on_earliest) == ("2026-03-17", None)
    assert len(case.recorded) == 2
    assert store.verify().ok


def test_nothing_is_back_dated_behind_a_month_that_may_have_begun_before_it(store):
    told = ("2026-03", "2026-03-20", "2026-02-28", "2026-02")
    for seen, on in enumerate(told):
        store.record("a-1", a_fact(event="representations_received", on=on), seen=seen)
    kinds = [("back_dated" in entry.kinds) for entry in late_entries(store)]
    assert kinds == [False, False, True, True]


@pytest.mark.parametrize(
    ("body", "on"),
    [("2026-03", "2026-03-30"), ("2026-02", "2026-03-31"), ("2026-03-31", "2026-03-30"), ("31/03/2026", "2026-03-31")],
)
def test_a_column_that_holds_another_day_than_the_last_of_the_month_is_found(store_url, body, on):
    with Store.open(store_url) as store:
        store.record("a-1", a_fact(on="2026-03"), seen=0)
        assert store.verify().ok
    engine = own_engine(store_url)
    day = "CAST(:on AS DATE)" if engine.dialect.name == "postgresql" else ":on"
    with engine.begin() as connection, unhindered(connection):
        connection.execute(
            sa.text(f'UPDATE ehcp_facts SET body = :body, "on" = {day}'),
            {"body": f'{{"event":"request_received","on":"{body}"}}', "on": on},
        )
    engine.dispose()
    with Store.open(store_url) as store:
        assert "column" in {found.code for found in store.verify().breaks}


@pytest.fixture
def role(server: Server, postgres_store_url: str) -> Iterator[str]:
    name = f"months_{next(_NUMBERS)}"
    server.sql(f"CREATE ROLE {name} LOGIN")
    with Store.open(postgres_store_url) as owner:
        access.grant(owner, name, "885")
    yield name
    server.sql(f"DROP OWNED BY {name}", postgres_store_url)
    server.sql(f"DROP ROLE {name}")


def test_a_role_of_one_authority_writes_a_month_and_no_other_day_beside_it(server, postgres_store_url, role):
    with Store.open(postgres_store_url.replace("postgres:@", f"{role}:@")) as mine:
        mine.record("a-1", a_fact(on="2026-03", authority="885"), seen=0)
        mine.record("a-1", a_fact(event="assessment_agreed", on="2026-04"), seen=1)
        assert import_facts(mine, [a_fact("b-1", on="2024-02", authority="885")], name="b.csv").taken == 1
    with Store.open(postgres_store_url) as owner:
        assert owner.verify().ok
        assert [found.case.facts[0].on.isoformat() for found in owner.cases()] == ["2026-03-31", "2024-02-29"]


@pytest.mark.parametrize(
    ("said", "on", "untold"),
    [
        ("2026-03-30", "2026-03-30", False),
        ("2026-03", "2026-03-31", False),
        ("2024-02", "2024-02-29", False),
        ("2026-03", "2026-03-30", True),
        ("2026-02", "2026-03-31", True),
        ("2026-03-30", "2026-03-31", True),
    ],
)
def test_the_database_knows_what_a_body_says_beside_its_columns(server, postgres_store_url, said, on, untold):
    condition = role_guards.untold("'e'", "n.o", "n.b")
    with psycopg.connect(postgres_store_url.replace("+psycopg", "")) as connection:
        sql = f"SELECT {condition} FROM (SELECT %s::text AS b, %s::date AS o) AS n"
        assert connection.execute(sql, (f'{{"event":"e","on":"{said}"}}', on)).fetchone() == (untold,)
