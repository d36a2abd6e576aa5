"""Columns on their way to PostgreSQL: every text arrives as it is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.store.statements import as_arrays
from ehcp_flow.testing.contract import HOSTILE
from ehcp_flow.testing.postgres import Server

TEXT = st.none() | st.sampled_from(["", "NULL", "null", "{}", '"', "\\", '\\"', ",", " a ", *HOSTILE])
TEXT |= st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@settings(max_examples=40)
@given(st.lists(st.tuples(TEXT, TEXT, st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=20))
def test_every_text_arrives_as_it_is(server: Server, rows: list[tuple[str | None, str | None, int]]) -> None:
    import psycopg

    statement = "SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])"
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        assert connection.execute(statement, as_arrays(rows)).fetchall() == rows
