# ruff: noqa: S608 - the statements are the tests' own
"""A stored fact that is damaged is named, with its case and its place, at every door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.bulk import deadlines_frame, findings_frame, iter_answers, iter_rows, measure, states_frame
from ehcp_flow.store import Store
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.errors import StoreCorrupt
from ehcp_flow.store.exports import export_file
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.testing import a_case, a_fact
from tests.cli.running import invoke
from tests.store.tampering import tamper, unhindered

AS_OF = "2026-06-30"
WHERE = r"case b-1, version 3, position 15 is damaged"
START = '{"event":"advice_requested","on":"2025-02-11"'
DAMAGES = {
    START + ',"party":5}': "its party is 5, which is no text",
    START + ',"party":null}': "its party is null, which is no text",
    START + ',"party":["educational"]}': "which is no text",
    START + ',"party":{"a":"b"}}': "which is no text",
    START + ',"party":true}': "its party is true",
    START + ',"party":"educational","colour":"red"}': "colour: Extra inputs",
    START + ',"party":"educational"': "delimiter",
    START + ',"party":"a\\q"}': "escape",
    START.replace('"2025-02-11"', "86400") + ',"party":"educational"}': "its on is 86400",
    START.replace("2025-02-11", "2025-02-30") + ',"party":"educational"}': "on: ",
    START.replace("advice_requested", "advice_wanted") + ',"party":"educational"}': "advice_wanted",
    '{"event":"advice_requested","party":"educational"}': "on: Field required",
    '{"on":"2025-02-11","party":"educational"}': "event",
    START + ',"party":"educational","outcome":"amend"}': "outcome",
    "{}": "event", "null": "no object", "[]": "no object", "5": "no object", '"text"': "no object",
    "": "Expecting value", "not JSON": "Expecting value", "[" * 100_000: "recursion",
}  # fmt: skip


@pytest.fixture
def filled(store_url: str) -> str:
    with Store.open(store_url) as store:
        import_facts(store, [*a_case("a-1", "885"), *a_case("b-1", "885"), *a_case("c-1", "301")])
    return store_url


def doors(url: str, tmp_path: Path) -> dict[str, Callable[[], object]]:
    """Every way in which the library reads what a store holds."""

    def opened(read: Callable[[Store], object]) -> Callable[[], object]:
        def ask() -> object:
            with Store.open(url) as store:
                return read(store)

        return ask

    return {
        "case": opened(lambda store: store.case("b-1")),
        "case as known": opened(lambda store: store.case("b-1", known_at="2099-01-01T00:00:00Z")),
        "cases": opened(lambda store: list(store.cases())),
        "these cases": opened(lambda store: list(store.cases(["a-1", "b-1"]))),
        "facts": opened(lambda store: list(store.facts())),
        "follow": opened(lambda store: store.follow()),
        "person": opened(lambda store: store.export_person("b-1")),
        "late entries": opened(lambda store: list(late_entries(store))),
        "export": opened(lambda store: export_file(store, tmp_path / "out.csv")),
        "import": opened(lambda store: import_facts(store, a_case("b-1", "885"))),
        "redact": opened(lambda store: store.redact("b-1", 3, reason="r", redacted_by="b")),
        "strict": opened(
            lambda store: store.record("b-1", a_fact("b-1", event="plan_ceased", on="2026-06-01"), seen=12, strict=True)
        ),
        "deadlines": lambda: deadlines_frame(url, AS_OF),
        "deadlines of one authority": opened(lambda store: deadlines_frame(store, AS_OF)),
        "rows": lambda: list(iter_rows(url, AS_OF)),
        "answers": lambda: list(iter_answers(url, AS_OF)),
        "states": lambda: states_frame(url, AS_OF),
        "findings": lambda: findings_frame(url, AS_OF),
        "measures": lambda: measure(url, AS_OF, year=2025),
    }


@pytest.mark.parametrize("body", DAMAGES, ids=range(len(DAMAGES)))
def test_a_damaged_body_is_named_with_its_place_at_every_door(filled: str, tmp_path: Path, body: str) -> None:
    engine = own_engine(filled)
    with engine.begin() as connection, unhindered(connection):
        connection.execute(
            sa.text("UPDATE ehcp_facts SET body = :body WHERE case_id = 'b-1' AND version = 3"), {"body": body}
        )
    engine.dispose()
    told: dict[str, str] = {}
    for door, ask in doors(filled, tmp_path).items():
        with pytest.raises(StoreCorrupt, match=WHERE) as caught:
            pytest.fail(f"{door} answers {ask()!r}")
        told[door] = str(caught.value)
    assert len(set(told.values())) == 1, told
    assert DAMAGES[body] in told["case"]
    assert not (tmp_path / "out.csv").exists()
    with Store.open(filled) as store:
        assert store.case("a-1").version == 12
        assert "edited" in {found.code for found in store.verify().breaks}


@pytest.mark.parametrize("door", ["one", "many"])
def test_the_command_line_says_so_and_leaves_with_4(filled: str, tmp_path: Path, door: str) -> None:
    tamper(
        filled,
        "UPDATE ehcp_facts SET body = replace(body, '\"educational\"', '5') WHERE case_id = 'b-1' AND version = 3",
    )
    commands: list[tuple[Any, ...]] = [
        ("check", filled, "--as-of", AS_OF),
        ("breaches", filled, "--as-of", AS_OF),
        ("measures", filled, "--year", "2025", "--as-of", AS_OF),
        ("registers", filled, "due", "--as-of", AS_OF),
        ("report", filled, "--as-of", AS_OF, "--html", tmp_path / "page.html"),
        ("state", filled, "--as-of", AS_OF),
        ("explain", filled, "--case", "b-1", "--limit", "final_plan", "--as-of", AS_OF),
        ("export", "--store", filled),
        ("person", "--store", filled, "--case", "b-1"),
        ("late", "--store", filled),
        ("follow", "--store", filled, "--once"),
        ("redact", "--store", filled, "--case", "b-1", "--version", "3", "--why", "r", "--by", "b", "--yes"),
    ]
    for command in commands:
        done = invoke(*command, door=door)
        assert "case b-1, version 3, position 15 is damaged: its party is 5" in " ".join(done.stderr.split()), (
            command,
            done.output,
        )
        assert done.exit_code == 4, command


def test_a_free_text_that_is_gone_without_a_redaction_is_damage(filled: str, tmp_path: Path) -> None:
    with Store.open(filled) as store:
        store.record("b-1", a_fact("b-1", event="plan_ceased", on="2026-06-01", reason="left"), seen=12)
    tamper(filled, "DELETE FROM ehcp_texts")
    for door, ask in doors(filled, tmp_path).items():
        with pytest.raises(StoreCorrupt, match="case b-1, version 13, position 37 is damaged: its free text is gone"):
            pytest.fail(f"{door} answers {ask()!r}")


def test_what_is_written_otherwise_and_tells_the_same_is_read_alike(filled: str) -> None:
    """Blanks and another order of keys are no damage to what the fact says; the chain still shows them."""
    with Store.open(filled) as store:
        case, frame = store.case("b-1").case, deadlines_frame(store, AS_OF)
    engine = own_engine(filled)
    with engine.begin() as connection, unhindered(connection):
        connection.execute(
            sa.text("UPDATE ehcp_facts SET body = :body WHERE case_id = 'b-1' AND version = 3"),
            {"body": '{"party": "educational", "on": "2025-02-11", "event": "advice_requested"}'},
        )
    engine.dispose()
    with Store.open(filled) as store:
        assert store.case("b-1").case == case
        assert deadlines_frame(store, AS_OF).equals(frame)
        assert [found.code for found in store.verify().breaks] == ["edited"]


def test_text_that_is_no_text_is_damage(sqlite_url: str) -> None:
    with Store.open(sqlite_url, create=True) as store:
        import_facts(store, a_case("b-1"))
    for broken in ("CAST(x'7bff7d' AS TEXT)", "x'7b7d'"):
        tamper(sqlite_url, f"UPDATE ehcp_facts SET body = {broken} WHERE version = 3")
        with pytest.raises(StoreCorrupt):
            deadlines_frame(sqlite_url, AS_OF)
        with Store.open(sqlite_url) as store, pytest.raises(StoreCorrupt):
            store.case("b-1")
