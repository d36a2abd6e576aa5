"""A store of every schema that ever landed, made by the library of that day: upgraded, verified, gone on with."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ehcp_flow.store import REDACTED, Store, schema
from ehcp_flow.store.administration import check_store, upgrade_store
from ehcp_flow.store.errors import SchemaOutOfDate
from ehcp_flow.store.imports import import_file
from ehcp_flow.testing import a_fact
from tests.store.make_old_store import FILE

OLD = Path(__file__).parent / "data" / "old"
STORES = sorted(path.name.removesuffix(".db.gz") for path in OLD.glob("*.db.gz"))


@pytest.fixture(params=STORES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The schema of an old store, and its address."""
    (tmp_path / "old.db").write_bytes(gzip.decompress((OLD / f"{request.param}.db.gz").read_bytes()))
    return request.param.split("_")[1], f"sqlite:///{tmp_path / 'old.db'}"


def test_there_is_one_of_every_schema_that_was_the_newest_of_a_commit() -> None:
    versions = Path(schema.__file__).parent / "migrations" / "versions"
    there = {path.name.partition("_")[0].removeprefix("v") for path in versions.glob("v[0-9]*.py")}
    assert {name.split("_")[1] for name in STORES} == there - {"1"}


def test_an_old_store_is_upgraded_and_says_what_it_said(old: tuple[str, str], tmp_path: Path) -> None:
    made_with, url = old
    assert check_store(url).found == made_with
    if made_with != schema.REVISION:
        with pytest.raises(SchemaOutOfDate, match="db upgrade"):
            Store.open(url)
    assert upgrade_store(url).after == schema.REVISION
    with Store.open(url) as store:
        found = store.verify()
        assert (found.breaks, found.cases, found.facts) == ((), 4, 8)
        told = [(fact.event, fact.reason, fact.recorded_by) for fact in store.case("a-1").case.recorded]
        assert told == [
            ("request_received", None, "jo"),
            ("assessment_agreed", "kept", "jo"),
            ("exception_recorded", REDACTED, "sam"),
        ]
        assert store.export_person("a-1")["facts"][2]["redaction"]["by"] == "dpo"
        assert store.case("b-1").case.facts == ()
        assert store.case("é-1").case.recorded[0].reason == "=1+1 ü"
        assert [entry.position for entry in store.follow()] == list(range(1, 9))
        kept = list(store.heads())
        again = a_fact(on="2026-03-02", authority="885", party="parent", fact_id="f-1")
        assert store.record("a-1", again, seen=0, key="k-1", recorded_by="jo").repeated
        (tmp_path / "facts.csv").write_text(FILE, "utf-8")
        result = import_file(store, tmp_path / "facts.csv")
        assert (result.taken, result.already) == (2, True)
        assert store.record("a-1", a_fact(event="plan_agreed", on="2026-06-01"), seen=3).position == 9
        store.redact("a-1", 2, reason="asked for", redacted_by="dpo")
        store.erase("c-1", "the end of retention", "records officer")
        found = store.verify(anchor=kept)
        assert (found.breaks, found.erased) == ((), 1)
