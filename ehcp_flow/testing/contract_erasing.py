# ruff: noqa: S101, D102, PLR2004 - these are tests, which people run under pytest
"""What erasing promises: nothing of the case is left, all else stands as it stood, and who did it is kept."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ehcp_flow.errors import FactError, RowRefused, UnknownNameError
from ehcp_flow.store import Erasure, Store
from ehcp_flow.store.errors import CaseErased
from ehcp_flow.store.exports import export_file
from ehcp_flow.store.imports import import_facts, import_file
from ehcp_flow.testing.sample import Opener, SetClock, a_case, a_fact

__all__ = ["ErasingContract"]

WORD = "Zanzibar"


def exported(store: Store) -> str:
    """Everything that an export holds."""
    file = io.BytesIO()
    export_file(store, file)
    return file.getvalue().decode()


class ErasingContract:
    """A part of the contract of a store: `ehcp_flow.testing.contract` puts the parts together."""

    def test_nothing_is_left_of_a_case_that_was_erased(self, store: Store, clock: SetClock) -> None:
        import_facts(store, [*a_case("a-1", "885"), *a_case("b-1", "885")])
        named = a_fact(event="meeting_held", on="2026-06-01", reason=WORD, fact_id=f"a-1/{WORD}")
        store.record("a-1", named, seen=12, key=f"{WORD}-key", recorded_by=WORD)
        before = store.case("b-1")
        clock.move(days=1)
        done = store.erase("a-1", "the end of retention", "records officer")
        assert done == Erasure("a-1", "885", 13, clock(), "records officer", "the end of retention")
        assert store.erased() == [done]
        with pytest.raises(UnknownNameError):
            store.case("a-1")
        with pytest.raises(UnknownNameError):
            store.export_person("a-1")
        assert list(store.case_ids()) == ["b-1"]
        assert WORD not in exported(store)
        assert {entry.case_id for entry in store.follow(0)} == {"b-1"}
        assert [fact.case_id for fact in store.facts()] == ["b-1"] * 12
        assert store.case("b-1") == before
        stats = store.stats()
        assert (stats.cases, stats.facts, stats.texts, stats.authorities) == (1, 12, 0, {"885": 1})

    def test_the_store_still_verifies_and_positions_go_on(self, store: Store) -> None:
        for case_id in ("a-1", "b-1", "c-1"):
            store.record(case_id, a_fact(case_id), seen=0)
        kept = list(store.heads())
        store.erase("b-1", "asked for", "dpo")
        store.erase("c-1", "asked for", "dpo")
        found = store.verify(anchor=kept)
        assert (found.ok, found.cases, found.facts, found.erased) == (True, 1, 1, 2)
        assert found.anchor is not None
        assert (found.anchor.same, found.anchor.erased, found.anchor.lost) == (1, 2, 0)
        assert store.record("d-1", a_fact("d-1"), seen=0).position == 4
        assert [entry.position for entry in store.follow(1)] == [4]
        assert store.verify().ok

    def test_a_head_of_the_case_that_was_kept_elsewhere_is_still_held_against_what_is_left(self, store: Store) -> None:
        store.record("a-1", a_fact(), seen=0)
        (first,) = store.heads()
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-04-01"), seen=1)
        (last,) = store.heads()
        store.record("b-1", a_fact("b-1"), seen=0)
        store.erase("a-1", "asked for", "dpo")
        for kept, codes in (
            (first, []), (last, []), (last._replace(hash="0" * 64), ["anchor"]), (last._replace(version=9), ["anchor"]),
        ):  # fmt: skip
            assert [each.code for each in store.verify(anchor=[kept]).breaks] == codes

    def test_a_case_that_was_erased_is_not_begun_again(self, store: Store) -> None:
        store.record("a-1", a_fact(), seen=0)
        store.erase("a-1", "asked for", "dpo")
        with pytest.raises(CaseErased, match=r"case a-1 was erased on 2026-03-02, and is not begun again"):
            store.record("a-1", a_fact(), seen=0)
        result = import_facts(store, [a_fact(), a_fact("b-1")])
        assert (result.taken, result.refused) == (1, 1)
        assert list(store.case_ids()) == ["b-1"]

    def test_a_file_that_is_imported_again_does_not_bring_it_back(self, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "facts.jsonl"
        import_facts(store, [*a_case("a-1", "885"), *a_case("b-1", "885")])
        export_file(store, file)
        assert import_file(store, file).duplicates == 24
        store.erase("a-1", "asked for", "dpo")
        assert import_file(store, file).already
        with file.open("a") as more:
            more.write("\n")
        refusals: list[RowRefused] = []
        result = import_file(store, file, refused=refusals.append)
        assert (result.taken, result.duplicates, result.refused) == (0, 12, 12)
        assert len(refusals) == 12
        assert all("case a-1 was erased on 2026-03-02" in str(each) for each in refusals)
        assert list(store.case_ids()) == ["b-1"]

    def test_a_case_that_another_authority_erased_is_one_that_does_not_exist(self, opener: Opener) -> None:
        with opener() as every, opener(authority="885") as mine:
            every.record("b-1", a_fact("b-1", authority="301"), seen=0)
            every.erase("b-1", "asked for", "dpo", sweep=False)
            with pytest.raises(UnknownNameError):
                mine.record("b-1", a_fact("b-1"), seen=0)
            refusals: list[RowRefused] = []
            result = import_facts(mine, [a_fact("b-1"), a_fact("c-1")], refused=refusals.append)
            assert (result.taken, result.refused) == (1, 1)
            assert "erased" not in str(refusals[0])

    def test_what_was_redacted_goes_too_and_later_cases_are_known_as_they_were(
        self, store: Store, clock: SetClock
    ) -> None:
        for case_id in ("a-1", "b-1"):
            store.record(case_id, a_fact(case_id, reason=WORD), seen=0)
            store.redact(case_id, 1, reason="asked for", redacted_by="dpo")
        then = clock()
        clock.move(days=1)
        store.record("b-1", a_fact("b-1", event="assessment_agreed", on="2026-04-01"), seen=1)
        kept = list(store.heads())
        store.erase("a-1", "asked for", "dpo")
        assert store.verify(anchor=kept).ok
        assert [(each.case.case_id, each.version) for each in store.cases(known_at=then)] == [("b-1", 1)]
        assert store.export_person("b-1")["facts"][0]["redaction"]["by"] == "dpo"

    def test_only_a_case_that_is_there_is_erased_and_with_a_reason(self, store: Store) -> None:
        for case_id in ("nobody", "\x00"):
            with pytest.raises(UnknownNameError):
                store.erase(case_id, "asked for", "dpo")
        store.record("a-1", a_fact(), seen=0)
        for reason, by in ((" ", "dpo"), ("asked for", "")):
            with pytest.raises(FactError, match="say why it is erased, and by whom"):
                store.erase("a-1", reason, by)
        store.erase("a-1", "asked for", "dpo")
        with pytest.raises(UnknownNameError):
            store.erase("a-1", "asked for", "dpo")

    def test_a_store_of_one_authority_erases_and_sees_its_own_alone(self, opener: Opener) -> None:
        with opener() as every, opener(authority="885") as mine:
            every.record("a-1", a_fact(authority="885"), seen=0)
            every.record("b-1", a_fact("b-1", authority="301"), seen=0)
            with pytest.raises(UnknownNameError):
                mine.erase("b-1", "asked for", "dpo")
            mine.erase("a-1", "asked for", "dpo")
            every.erase("b-1", "asked for", "dpo", sweep=False)
            assert [each.case_id for each in mine.erased()] == ["a-1"]
            assert [each.case_id for each in every.erased()] == ["a-1", "b-1"]
            assert mine.verify().ok
            assert every.verify().ok

    def test_of_many_who_erase_a_case_one_does(self, opener: Opener) -> None:
        with opener() as store:
            store.record("a-1", a_fact(), seen=0)

            def erase(number: int) -> bool:
                try:
                    store.erase("a-1", "asked for", f"clerk {number}", sweep=False)
                except UnknownNameError:
                    return False
                return True

            with ThreadPoolExecutor(4) as pool:
                assert sum(pool.map(erase, range(4))) == 1
            assert store.verify().ok
