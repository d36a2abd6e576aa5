# ruff: noqa: S101, D102, PLR2004, PERF401 - these are tests, which people run under pytest
"""What reading promises: any past day, one moment for every read, each fact once to who follows, columns like cases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FactVoided, load_fact
from ehcp_flow.store import REDACTED, Store, Upcasters
from ehcp_flow.store.errors import (
    SchemaTooNew,
    StoreReadOnly,
)
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.store.outbox import follow
from ehcp_flow.testing.sample import HOSTILE, Opener, SetClock, a_case, a_fact

__all__ = ["ReadingContract"]


class ReadingContract:
    """A part of the contract of a store: `ehcp_flow.testing.contract` puts the parts together."""

    def test_a_case_as_it_was_known(self, store: Store, clock: SetClock) -> None:
        store.record("a-1", a_fact(), seen=0)
        clock.set("2026-03-09T09:00:00Z")
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-03"), seen=1)
        clock.set("2026-03-16T09:00:00Z")
        wrong = store.case("a-1").case.recorded[1]
        voided = FactVoided(case_id="a-1", on=wrong.on, corrects=wrong.id, reason="never sent")
        store.record("a-1", voided, seen=2)

        def events(known_at: str) -> list[str]:
            return [fact.event for fact in store.case("a-1", known_at=known_at).case]

        assert events("2026-03-08T09:00:00Z") == ["request_received"]
        assert events("2026-03-09T09:00:00Z") == ["request_received", "assessment_agreed"]
        assert events("2026-03-16T09:00:00+00:00") == ["request_received"]
        with pytest.raises(UnknownNameError):
            store.case("a-1", known_at="2026-03-02T08:59:59.999999Z")

    def test_a_case_that_is_still_to_be_begun_is_written_as_any_other(self, store: Store) -> None:
        new = store.case_or_new("a-1")
        assert (new.case.case_id, new.case.recorded, new.version, new.head) == ("a-1", (), 0, "")
        assert list(store.case_ids()) == []
        store.record("a-1", a_fact(), seen=new.version)
        assert store.case_or_new("a-1") == store.case("a-1")

    def test_a_caseload_as_it_was_known(self, store: Store, clock: SetClock) -> None:
        for day, case_id in enumerate(("b", "a", "Z", "é", "c")):
            clock.set(f"2026-03-{day + 1:02}T09:00:00Z")
            store.record(case_id, a_fact(case_id), seen=0)
        assert [found.case.case_id for found in store.cases()] == ["Z", "a", "b", "c", "é"]
        known = "2026-03-03T09:00:00Z"
        assert [found.case.case_id for found in store.cases(known_at=known)] == ["Z", "a", "b"]
        assert [found.case.case_id for found in store.cases(["c", "nobody", "b", "b"])] == ["b", "c"]
        assert [found.case.case_id for found in store.cases(["c", "b"], known_at=known)] == ["b"]
        assert [fact.case_id for fact in store.facts(known_at=known)] == ["b", "a", "Z"]

    def test_an_import_compares_its_ids_with_those_of_the_store(self, opener: Opener) -> None:
        with opener() as all_, opener(authority="885") as mine:
            for case_id, authority in (("0042", "885"), ("ab12", "301"), ("long", "885"), ("LONG", "885")):
                all_.record(case_id, a_fact(case_id, authority=authority), seen=0)
            rows = [a_fact("42", authority="885"), a_fact("AB12", authority="885"), a_fact("AB 12", authority="885")]
            tried = import_facts(mine, rows, dry_run=True)
            taken = import_facts(mine, rows, batch=1)
            assert tried.alike == taken.alike == (("0042", "42"), ("AB 12", "AB12"))
            assert import_facts(all_, rows[1:2], source="again").alike == (("AB 12", "AB12", "ab12"),)
            assert import_facts(all_, rows[1:2], source="again").alike == (("AB 12", "AB12", "ab12"),)
            assert import_facts(mine, []).alike == ()
            assert list(mine.case_ids()) == ["0042", "42", "AB 12", "AB12", "LONG", "long"]

    def test_a_clock_that_goes_back_never_reorders_a_case(self, store: Store, clock: SetClock) -> None:
        store.record("a-1", a_fact(), seen=0)
        before = clock.now
        clock.move(days=-1)
        done = store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
        assert done.fact.recorded_at == before
        assert store.case("a-1", known_at=before).version == 2
        assert store.verify().ok

    def test_imported_facts_keep_when_they_were_recorded_and_the_store_when_it_took_them(
        self, store: Store, clock: SetClock
    ) -> None:
        told = a_fact(recorded_at="2024-01-05T10:00:00Z", recorded_by="old system")
        import_facts(store, [told, a_fact(event="assessment_agreed", on="2026-03-20")], recorded_by="loader")
        first, second = store.case("a-1").case.recorded
        assert (first.recorded_at, first.recorded_by) == (told.recorded_at, "old system")
        assert (second.recorded_at, second.recorded_by) == (clock.now, "loader")
        assert store.case("a-1", known_at="2024-02-01T00:00:00Z").version == 1
        with pytest.raises(UnknownNameError):
            store.case("a-1", known_at="2024-02-01T00:00:00Z", axis="stored")

    def test_late_back_dated_and_corrected(self, store: Store, clock: SetClock) -> None:
        store.record("a-1", a_fact(), seen=0)
        start = clock.now
        clock.set("2026-03-20T23:30:00Z")
        ahead = a_fact(event="phase_transfer_due", on="2027-09-01", outcome="school")
        store.record("a-1", ahead, seen=1)
        store.record("a-1", a_fact(event="advice_requested", on="2026-03-18", party="educational"), seen=2)
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-10"), seen=3)
        wrong = store.case("a-1").case.recorded[3]
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-09", corrects=wrong.id), seen=4)
        found = list(late_entries(store, since=start, days=5))
        assert [(late.version, late.kinds, late.days) for late in found] == [
            (4, ("late", "back_dated"), 10), (5, ("late", "correction"), 11),
        ]  # fmt: skip
        assert found[1].corrected == wrong

    def test_following_in_pieces_meets_each_fact_once_in_order(self, store: Store) -> None:
        for number in range(7):
            store.record(f"c-{number}", a_fact(f"c-{number}"), seen=0)
        assert [entry.position for entry in store.follow(0, limit=3)] == [1, 2, 3]
        assert [entry.position for entry in store.follow(5)] == [6, 7]
        assert store.follow(7) == []
        assert [entry.position for entry in follow(store, 2, batch=2)] == [3, 4, 5, 6, 7]

    def test_following_waits_for_more(self, store: Store) -> None:
        store.record("a-1", a_fact(), seen=0)

        def later(_: float) -> None:
            store.record("b-1", a_fact("b-1"), seen=0)

        met: list[str] = []
        for entry in follow(store, poll_seconds=1, stop=lambda: len(met) == 2, sleep=later):
            met.append(entry.case_id)
        assert met == ["a-1", "b-1"]

    def test_facts_of_an_older_schema_are_read_through_upcasters(self, opener: Opener) -> None:
        with opener() as old:
            old.record("a-1", a_fact(party="parent"), seen=0)

        def step(columns: dict[str, Any]) -> dict[str, Any]:
            return {**columns, "party": {"parent": "young_person"}[columns["party"]]}

        newer = Upcasters(current=2, steps={1: step})
        with opener(upcasters=newer) as new:
            assert new.case("a-1").case.recorded[0].party == "young_person"
            new.record("a-1", a_fact(event="plan_agreed", on="2026-05-01"), seen=1)
            assert [fact.event for fact in new.facts()] == ["request_received", "plan_agreed"]
            (block,) = new.blocks()
            assert [json.loads(body).get("party") for body in block.body] == ["young_person", None]
            assert new.verify().ok
        with opener() as old, pytest.raises(SchemaTooNew):
            old.case("a-1")
        with opener() as old, pytest.raises(SchemaTooNew):
            list(old.blocks())

    def test_a_snapshot_shows_one_moment_to_every_read_and_takes_nothing(self, opener: Opener) -> None:
        with opener() as store:
            for number in range(3):
                store.record(f"c-{number}", a_fact(f"c-{number}", reason="said"), seen=0)
            with store.snapshot() as shown:
                expected = [found.case for found in store.cases()]
                store.record("c-9", a_fact("c-9"), seen=0)
                store.record("c-0", a_fact("c-0", event="assessment_agreed", on="2026-03-20"), seen=1)
                store.redact("c-1", 1, reason="asked for", redacted_by="dpo")
                for _ in range(2):
                    assert [found.case for found in shown.cases()] == expected
                assert [found.case for found in shown.cases(["c-0", "c-9"])] == expected[:1]
                assert shown.case("c-0").version == 1
                assert len(shown.follow(0)) == len(list(shown.facts())) == shown.stats().facts == 3
                assert [head.version for head in shown.heads()] == [1, 1, 1]
                assert shown.verify(anchor=list(shown.heads())).ok
                assert shown.export_person("c-1")["facts"][0]["redaction"] is None
                assert import_facts(shown, [a_fact("c-9")], dry_run=True).taken == 1
                with pytest.raises(UnknownNameError):
                    shown.case("c-9")
                with pytest.raises(StoreReadOnly, match="it is a snapshot"):
                    shown.record("c-0", a_fact("c-0", event="plan_ceased"), seen=1)
                with pytest.raises(StoreReadOnly):
                    shown.redact("c-2", 1, reason="asked for", redacted_by="dpo")
                with pytest.raises(StoreReadOnly):
                    import_facts(shown, [a_fact("d-1")])
                with shown.snapshot() as again:
                    assert [found.case for found in again.cases()] == expected
            assert store.stats().facts == 5
            assert store.verify().ok

    def test_one_store_is_used_by_many_threads(self, opener: Opener) -> None:
        threads, each = 40, 4
        with opener() as store:

            def use(number: int) -> list[int]:
                case_id = f"c-{number:02}"
                done = [store.record(case_id, a_fact(case_id, reason="x"), seen=seen).position for seen in range(each)]
                assert store.case(case_id).version == each
                assert [found.version for found in store.cases([case_id])] == [each]
                assert store.stats().facts >= each
                return done

            with ThreadPoolExecutor(threads) as pool:
                done = [position for positions in pool.map(use, range(threads)) for position in positions]
            assert sorted(done) == list(range(1, threads * each + 1))
            assert store.verify().ok
            scans = [store.cases() for _ in range(8)]
            with ThreadPoolExecutor(len(scans)) as pool:
                assert list(pool.map(lambda scan: sum(1 for _ in scan), scans)) == [threads] * len(scans)

    def test_a_scan_may_be_handed_to_another_thread(self, opener: Opener) -> None:
        with opener() as store:
            for number in range(3):
                store.record(f"c-{number}", a_fact(f"c-{number}"), seen=0)
            going = store.cases()
            next(going)
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(lambda: [found.case.case_id for found in going]).result() == ["c-1", "c-2"]
            store.record("c-3", a_fact("c-3"), seen=0)

    @pytest.mark.parametrize("size", [1, 7, 50_000])
    def test_blocks_hold_what_cases_hold(self, opener: Opener, size: int) -> None:
        with opener(clock=SetClock()) as store:
            told = [*a_case("b"), *a_case("a"), a_fact(case_id="c", recorded_by="ann", reason=HOSTILE[1])]
            import_facts(store, enumerate(told, 1))
            first = store.record("c", a_fact(event="plan_agreed", case_id="c", on="2026-05-01"), seen=1)
            store.redact("c", 1, reason="asked for", redacted_by="dpo")
            half = first.fact.recorded_at
            rows: list[tuple[Any, ...]] = []
            for known in ({}, {"known_at": half}, {"known_at": half, "axis": "stored"}):
                expected = [fact for stored in store.cases(**known) for fact in stored.case.recorded]
                blocks = list(store.blocks(size=size, **known))
                assert all(len(column) <= size for block in blocks for column in block)
                rows = [row for block in blocks for row in zip(*block, strict=True)]
                made = [
                    load_fact(
                        {**json.loads(body), "case_id": case, "reason": why, "recorded_at": at, "recorded_by": who}
                    )
                    for case, body, why, at, who in rows
                ]
                assert made == expected
            assert REDACTED in [why for _, _, why, _, _ in rows]
        with opener(authority="999") as other:
            assert list(other.blocks()) == []
