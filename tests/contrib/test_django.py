"""The example of a Django project, by its own tests, on SQLite and on PostgreSQL, and its admin in a browser."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from ehcp_flow.contrib.django import migrations as migrations_of
from ehcp_flow.store.schema import REVISION
from ehcp_flow.testing.postgres import Server
from tests.contrib.host import PROJECT, manage


def test_the_councils_tests_pass_on_sqlite_and_in_a_browser(project):
    code, said = manage(project, "test")
    assert code == 0, said
    assert "Ran 41 tests" in said


@pytest.mark.postgres
def test_the_councils_tests_pass_on_postgresql(project):
    with Server.running() as server:
        url = make_url(server.url)
        where = {
            "DATABASE_NAME": "council",
            "DATABASE_HOST": str(url.query["host"]),
            "DATABASE_USER": str(url.username),
        }
        tests = [f"council.tests.test_{name}" for name in ("council", "own_rulebook", "side_by_side")]
        code, said = manage(project, "test", *tests, **where)
    assert code == 0, said
    assert "Ran 39 tests" in said


def test_the_models_and_their_migrations_agree(project):
    code, said = manage(project, "makemigrations", "--check", "--dry-run")
    assert (code, said) == (0, "No changes detected\n")


def test_each_schema_of_the_store_has_its_migration():
    migrations = Path(migrations_of.__file__).parent
    newest = max(path.stem for path in migrations.glob("0*.py"))
    assert newest.endswith(f"_store_schema_{REVISION}"), "a host that has an earlier one runs migrate, and nothing else"


def test_what_the_host_writes_of_its_own_is_little():
    own = [path for path in PROJECT.rglob("*.py") if not {"tests", "migrations"} & {*path.parts}]
    lines = [line for path in own for line in path.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) <= 90
