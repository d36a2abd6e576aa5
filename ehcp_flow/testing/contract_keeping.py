# ruff: noqa: S101, D102, PLR2004 - these are tests, which people run under pytest
"""What keeping promises: the chain, redaction, anchors, a person's record, and files that are taken whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import Fact, FactVoided
from ehcp_flow.store import REDACTED, Store
from ehcp_flow.store.anchors import AnchorError, Compared
from ehcp_flow.store.errors import (
    NothingToRedact,
)
from ehcp_flow.store.imports import import_facts
from ehcp_flow.testing.sample import Opener, SetClock, a_case, a_fact

__all__ = ["KeepingContract"]


class KeepingContract:
    """A part of the contract of a store: `ehcp_flow.testing.contract` puts the parts together."""

    def test_redaction_removes_the_text_and_the_chain_still_verifies(self, store: Store, clock: SetClock) -> None:
        store.record("a-1", a_fact(reason="names a third person"), seen=0)
        kept = list(store.heads())
        clock.move(days=1)
        store.redact("a-1", 1, reason="third party", redacted_by="dpo")
        assert store.case("a-1").case.recorded[0].reason == REDACTED
        assert store.verify(anchor=kept).ok
        assert "third person" not in str(store.export_person("a-1"))
        assert store.export_person("a-1")["facts"][0]["redaction"] == {
            "at": "2026-03-03T09:00:00.000000Z", "by": "dpo", "why": "third party",
        }  # fmt: skip
        with pytest.raises(NothingToRedact, match="before"):
            store.redact("a-1", 1, reason="again", redacted_by="dpo")
        stats = store.stats()
        assert (stats.texts, stats.redacted) == (1, 1)

    def test_a_redacted_void_still_voids(self, store: Store) -> None:
        first = store.record("a-1", a_fact(), seen=0)
        store.record("a-1", FactVoided(case_id="a-1", on=first.fact.on, corrects=first.fact.id, reason="x"), seen=1)
        store.redact("a-1", 2, reason="r", redacted_by="b")
        assert store.case("a-1").case.facts == ()

    def test_there_is_nothing_to_redact(self, store: Store) -> None:
        store.record("a-1", a_fact(), seen=0)
        for case_id, version, why in (("a-1", 1, "no free text"), ("a-1", 2, "no such"), ("b", 1, "no such")):
            with pytest.raises(NothingToRedact, match=why):
                store.redact(case_id, version, reason="r", redacted_by="b")

    def test_a_command_repeated_after_redaction_is_still_the_same(self, store: Store) -> None:
        store.record("a-1", a_fact(reason="private"), seen=0, key="k")
        store.redact("a-1", 1, reason="r", redacted_by="b")
        assert store.record("a-1", a_fact(reason="private"), seen=0, key="k").repeated

    def test_heads_kept_elsewhere_show_a_store_that_was_cut_off(self, opener: Opener) -> None:
        with opener() as store:
            store.record("a-1", a_fact(), seen=0)
            (head,) = store.heads()
            assert store.verify(anchor=[head]).anchor == Compared(1, 1, 0, 0, 0, 0, 0)
            ahead = head._replace(version=2)
            assert [found.code for found in store.verify(anchor=[ahead]).breaks] == ["anchor"]
            gone = store.verify(anchor=[head, head._replace(case_id="gone")])
            assert [(found.code, found.case_id) for found in gone.breaks] == [("anchor_lost", "gone")]

    def test_an_anchor_tells_what_has_become_of_each_head(self, opener: Opener) -> None:
        with opener() as store:
            for case_id in ("same", "grown", "redacted"):
                store.record(case_id, a_fact(case_id, reason="text"), seen=0)
            kept = list(store.heads())
            store.record("grown", a_fact("grown", event="assessment_agreed", on="2026-03-20"), seen=1)
            store.redact("redacted", 1, reason="asked for", redacted_by="dpo")
            store.record("new", a_fact("new"), seen=0)
            found = store.verify(anchor=[*kept, kept[0]._replace(case_id="gone")])
            assert found.anchor == Compared(heads=3, same=1, grown=2, rewritten=0, lost=1, left_out=0, new=1)
            other = next(head for head in kept if head.case_id == "same")._replace(hash="0" * 64)
            assert store.verify(anchor=[other]).anchor == Compared(1, 0, 0, 1, 0, 0, 3)

    def test_an_anchor_that_can_show_nothing_is_an_error(self, opener: Opener) -> None:
        with opener() as store:
            store.record("a-1", a_fact(), seen=0)
            (head,) = store.heads()
            foreign = head._replace(case_id="elsewhere")
            for anchor, why in (([], "no heads"), ([foreign], "of this store"), ([head, head], "two heads")):
                with pytest.raises(AnchorError, match=why):
                    store.verify(anchor=anchor)

    def test_an_anchor_is_compared_for_the_authority_that_the_store_is_opened_for(self, opener: Opener) -> None:
        with opener() as store:
            store.record("mine", a_fact("mine", authority="885"), seen=0)
            store.record("theirs", a_fact("theirs", authority="301"), seen=0)
            kept = list(store.heads())
        with opener(authority="885") as mine:
            found = mine.verify(anchor=kept)
            assert (found.ok, found.anchor) == (True, Compared(1, 1, 0, 0, 0, 1, 0))
            gone = mine.verify(anchor=[*kept, kept[0]._replace(case_id="gone")])
            assert [(broken.code, broken.case_id) for broken in gone.breaks] == [("anchor_lost", "gone")]
            with pytest.raises(AnchorError, match="of 885"):
                mine.verify(anchor=kept[1:])

    def test_one_persons_record_is_whole(self, store: Store) -> None:
        store.record("a-1", a_fact(reason="text"), seen=0, key="k", recorded_by="jo")
        (fact,) = store.export_person("a-1")["facts"]
        assert fact["fact"]["reason"] == "text"
        assert (fact["version"], fact["position"], fact["idempotency_key"], fact["redaction"]) == (1, 1, "k", None)
        with pytest.raises(UnknownNameError):
            store.export_person("nobody")

    def test_an_import_recognises_what_is_there(self, store: Store) -> None:
        facts = [*a_case("a-1"), *a_case("b-1"), a_fact("a-1", reason="x")]
        first = import_facts(store, facts, batch=5)
        assert (first.rows, first.taken, first.duplicates, first.refused) == (25, 25, 0, 0)
        again = import_facts(store, [*facts, a_fact("a-1", reason="y")], batch=5)
        assert (again.taken, again.duplicates) == (1, 25)
        store.redact("a-1", 13, reason="r", redacted_by="b")
        assert import_facts(store, facts).taken == 0
        assert store.verify().ok

    def test_a_row_that_is_there_twice_is_taken_once(self, store: Store) -> None:
        told = import_facts(store, [a_fact(), a_fact(), a_fact(fact_id="other")], batch=10)
        assert (told.taken, told.duplicates) == (2, 1)

    def test_a_dry_run_counts_the_same_and_writes_nothing(self, store: Store) -> None:
        import_facts(store, a_case("b-1"))
        facts = [*a_case("a-1"), a_fact("a\x00"), *a_case("b-1"), *a_case("a-1")]
        dry = import_facts(store, facts, source="s", batch=4, dry_run=True)
        assert store.stats().facts == 12
        real = import_facts(store, facts, source="s", batch=4)
        assert (dry.rows, dry.taken, dry.duplicates, dry.refused) == (37, 12, 24, 1)
        assert (real.rows, real.taken, real.duplicates, real.refused) == (37, 12, 24, 1)

    def test_an_import_that_was_cut_off_goes_on(self, store: Store) -> None:
        facts = [*a_case("a-1"), *a_case("b-1")]

        def cut() -> Iterator[Fact]:
            yield from facts[:10]
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            import_facts(store, cut(), source="s", batch=4)
        assert store.stats().facts == 8
        states: list[int] = []
        told = import_facts(
            store, iter(facts), source="s", batch=4, progress=lambda state: states.append(state.rows_read)
        )
        assert (told.resumed_at, told.rows, told.taken, told.duplicates) == (8, 24, 24, 0)
        assert states == [12, 16, 20, 24]
        over = import_facts(store, iter(facts), source="s", batch=4)
        assert (over.already, over.rows, over.taken) == (True, 24, 24)
        assert [fact.model_copy(update={"recorded_at": None}) for fact in store.facts()] == facts
