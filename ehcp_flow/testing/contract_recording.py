# ruff: noqa: S101, D102, PLR2004, PT017 - these are tests, which people run under pytest
"""What recording promises: what comes back, and that of several writers of one case one wins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import pytest

from ehcp_flow.case import Case
from ehcp_flow.errors import FactError, MoveRefused, UnknownNameError
from ehcp_flow.facts import Fact
from ehcp_flow.store import Store
from ehcp_flow.store.errors import (
    KeyReused,
    VersionConflict,
)
from ehcp_flow.testing.sample import HOSTILE, Opener, SetClock, a_case, a_fact

__all__ = ["RecordingContract"]

_WHILE: Final = 0.3
"""Seconds that a store which keeps the second writer out is held up for: a busy machine makes it no failure."""


def _refuse(case: Case, fact: Fact) -> object:
    raise MoveRefused(f"{fact.event} on a case of {len(case)}")


@contextmanager
def _all_open(barrier: threading.Barrier, opener: Opener) -> Iterator[Store]:
    """Give the store of one of several writers once each has his: one whose store does not open leaves none waiting."""
    try:
        store = opener()
    except BaseException:
        barrier.abort()
        raise
    with store:
        barrier.wait()
        yield store


class RecordingContract:
    """A part of the contract of a store: `ehcp_flow.testing.contract` puts the parts together."""

    def test_what_is_recorded_comes_back_with_who_and_when(self, store: Store, clock: SetClock) -> None:
        fact = a_fact(authority="885", party="parent", reason="by post")
        done = store.record("a-1", fact, seen=0, recorded_by="j.smith")
        assert (done.version, done.position, done.repeated) == (1, 1, False)
        assert done.fact == fact.model_copy(update={"recorded_at": clock.now, "recorded_by": "j.smith"})
        assert store.case("a-1").case.recorded == (done.fact,)

    def test_every_kind_of_value_survives(self, store: Store) -> None:
        facts = [
            *a_case("a-1", "885"),
            a_fact(event="plan_transferred_in", made_on="2024-02-29", reviewed_on="2025-02-28", fact_id="x-1"),
            a_fact(event="exception_recorded", outcome="school_closed", until="2026-04-01", limit="advice", party="9"),
            a_fact(event="moved_away", aware_on="2026-03-09", served_on="2026-03-10"),
            a_fact(event="fact_voided", corrects="x-1", reason="wrong child"),
        ]
        with store.work(recorded_by="import") as work:
            for fact in facts:
                work.record("a-1", fact, seen=0)
            work.commit()
        back = [fact.model_copy(update={"recorded_at": None, "recorded_by": None}) for fact in store.facts()]
        assert back == facts

    def test_a_case_of_facts_equals_the_case_they_tell(self, store: Store) -> None:
        for version, fact in enumerate(a_case()):
            store.record("a-1", fact, seen=version)
        assert [fact.content for fact in store.case("a-1").case] == [fact.content for fact in Case.of(a_case())]
        assert store.case("a-1").version == 12

    def test_nothing_is_recorded_without_commit(self, store: Store) -> None:
        with store.work() as work:
            work.record("a-1", a_fact(), seen=0)
        with pytest.raises(UnknownNameError):
            store.case("a-1")
        assert work.commit() == []

    def test_all_of_a_work_or_nothing(self, store: Store) -> None:
        store.record("a-1", a_fact(), seen=0)
        with store.work() as work:
            work.record("b-1", a_fact("b-1"), seen=0)
            work.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=0)
            with pytest.raises(VersionConflict):
                work.commit()
        with pytest.raises(UnknownNameError):
            store.case("b-1")
        assert store.verify().ok
        assert store.stats().facts == 1

    def test_a_work_gives_positions_in_its_order(self, store: Store) -> None:
        with store.work() as work:
            for case_id in ("b", "a", "c", "a"):
                work.record(case_id, a_fact(case_id), seen=0)
            done = work.commit()
        assert [(each.case_id, each.version, each.position) for each in done] == [
            ("b", 1, 1), ("a", 1, 2), ("c", 1, 3), ("a", 2, 4),
        ]  # fmt: skip

    def test_a_fact_of_another_case_is_refused(self, store: Store) -> None:
        with pytest.raises(FactError, match="it is recorded on case b-1"):
            store.record("b-1", a_fact("a-1"), seen=0)

    @pytest.mark.parametrize("column", ["recorded_at", "recorded_by"])
    def test_nobody_but_the_store_says_when_it_recorded(self, store: Store, column: str) -> None:
        fact = a_fact().model_copy(update={column: SetClock().now if column == "recorded_at" else "me"})
        with pytest.raises(FactError, match="the store fills it"):
            store.record("a-1", fact, seen=0)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_strings_are_only_text(self, store: Store, text: str) -> None:
        kept = text.strip()
        done = store.record(
            kept, a_fact(kept, event="advice_requested", party="9", reason=text, fact_id=f"{kept}/#1"), seen=0,
            key=text, recorded_by=text,
        )  # fmt: skip
        fact = store.case(kept).case.recorded[0]
        assert (fact.case_id, fact.reason, fact.fact_id) == (kept, kept, f"{kept}/#1")
        assert fact.recorded_by == text
        assert store.follow(0)[0].fact == done.fact
        assert [found.case.case_id for found in store.cases([kept])] == [kept]
        assert store.verify().ok

    @pytest.mark.parametrize("column", ["case_id", "reason", "recorded_by", "key"])
    def test_a_nul_is_refused_by_name(self, store: Store, column: str) -> None:
        bad = "a\x00b"
        case_id = bad if column == "case_id" else "a-1"
        fact = a_fact(case_id, reason=bad if column == "reason" else None)
        with pytest.raises(FactError, match="NUL"):
            store.record(
                case_id, fact, seen=0, key=bad if column == "key" else None,
                recorded_by=bad if column == "recorded_by" else None,
            )  # fmt: skip
        assert store.stats().facts == 0

    def test_ten_megabytes_of_free_text(self, store: Store) -> None:
        text = "é" * 5_000_000
        store.record("a-1", a_fact(reason=text), seen=0)
        assert store.case("a-1").case.recorded[0].reason == text
        assert store.verify().ok

    def test_a_stale_version_loses_and_is_told_what_changed(self, store: Store) -> None:
        store.record("a-1", a_fact(), seen=0)
        new = store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1, recorded_by="jo")
        with pytest.raises(VersionConflict, match="assessment_agreed on 2026-03-20 by jo") as caught:
            store.record("a-1", a_fact(event="assessment_refused", on="2026-03-20"), seen=1)
        assert (caught.value.case_id, caught.value.seen, caught.value.actual) == ("a-1", 1, 2)
        assert caught.value.changed == (new.fact,)

    def test_a_version_that_never_was_is_a_conflict(self, store: Store) -> None:
        with pytest.raises(VersionConflict, match="never had") as caught:
            store.record("a-1", a_fact(), seen=3)
        assert (caught.value.seen, caught.value.actual, caught.value.changed) == (3, 0, ())

    @pytest.mark.parametrize("writers", [2, 16])
    def test_many_writers_on_one_case_have_one_winner(self, opener: Opener, writers: int) -> None:
        with opener() as first:
            first.record("a-1", a_fact(), seen=0)
        barrier = threading.Barrier(writers)

        def write(number: int) -> str:
            with _all_open(barrier, opener) as store:
                fact = a_fact(event="assessment_agreed", on="2026-03-20", party=str(number))
                try:
                    store.record("a-1", fact, seen=1)
                except VersionConflict as lost:
                    assert lost.actual == 2
                    assert [changed.event for changed in lost.changed] == ["assessment_agreed"]
                    return "lost"
                return "won"

        with ThreadPoolExecutor(writers) as pool:
            ends = sorted(pool.map(write, range(writers)))
        assert ends == ["lost"] * (writers - 1) + ["won"]
        with opener() as store:
            assert store.case("a-1").version == 2
            assert store.verify().ok

    def test_many_writers_who_make_one_case_have_one_winner(self, opener: Opener) -> None:
        barrier = threading.Barrier(8)

        def write(number: int) -> str:
            with _all_open(barrier, opener) as store:
                try:
                    store.record("new", a_fact("new", party=("parent", "school")[number % 2]), seen=0)
                except VersionConflict:
                    return "lost"
                return "won"

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(write, range(8))) == ["lost"] * 7 + ["won"]
        with opener() as store:
            assert store.verify().ok

    def test_of_two_writers_who_have_decided_by_the_same_version_one_wins(self, opener: Opener) -> None:
        # The check of a strict command stands between what the store read and what it writes: there the first waits
        # for the second. A store that keeps the second out lets the first go on alone; one that does not meets both.
        deciding, met = threading.Event(), threading.Event()

        def check(_: Case, fact: Fact) -> None:
            if fact.party != "first":
                met.set()
                return
            deciding.set()
            met.wait(_WHILE)

        def write(party: str) -> str:
            try:
                with opener(check=check) as store:
                    store.case("a-1")  # so that what it takes to begin is done before the other decides
                    if party != "first":
                        deciding.wait()
                    fact = a_fact(event="assessment_agreed", on="2026-03-20", party=party)
                    store.record("a-1", fact, seen=1, strict=True)
            except VersionConflict:
                return "lost"
            finally:  # a first writer who failed leaves nobody waiting
                deciding.set()
            return "won"

        with opener() as begun:
            begun.record("a-1", a_fact(), seen=0)
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(write, ("first", "second"))) == ["lost", "won"]
        with opener() as store:
            assert store.case("a-1").version == 2
            assert store.verify().ok

    def test_sixteen_writers_on_many_cases_all_win_and_a_reader_meets_each_fact_once(self, opener: Opener) -> None:
        writers, each = 16, 6
        over = threading.Event()

        def write(number: int) -> None:
            with opener() as store:
                for version in range(each):
                    case_id = f"case-{number}"
                    store.record(case_id, a_fact(case_id, on=f"2026-03-{version + 1:02}"), seen=version)

        def read() -> list[tuple[int, str, int]]:
            met: list[tuple[int, str, int]] = []
            with opener() as store:
                last = 0
                while True:
                    ended = over.is_set()
                    for entry in store.follow(last, limit=7):
                        met.append((entry.position, entry.case_id, entry.version))
                        last = entry.position
                    if ended and last == writers * each:
                        return met
                    if ended and not store.follow(last, limit=1):
                        return met

        with ThreadPoolExecutor(writers + 1) as pool:
            reader = pool.submit(read)
            jobs = [pool.submit(write, number) for number in range(writers)]
            try:
                for job in jobs:
                    job.result()
            finally:  # a writer that failed is told at once, and the reader does not wait for what never comes
                over.set()
            met = reader.result()
        assert [position for position, _, _ in met] == list(range(1, writers * each + 1))
        assert {(case_id, version) for _, case_id, version in met} == {
            (f"case-{number}", version) for number in range(writers) for version in range(1, each + 1)
        }

    def test_the_same_command_twice_is_one_fact(self, store: Store) -> None:
        fact = a_fact(reason="once")
        first = store.record("a-1", fact, seen=0, key="k-1", recorded_by="jo")
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
        again = store.record("a-1", fact, seen=0, key="k-1", recorded_by="jo")
        assert again.repeated
        assert (again.version, again.position, again.fact) == (1, 1, first.fact)
        assert store.stats().facts == 2

    def test_the_same_command_twice_in_one_work_is_one_fact(self, store: Store) -> None:
        with store.work() as work:
            work.record("a-1", a_fact(), seen=0, key="k-1")
            work.record("a-1", a_fact(), seen=0, key="k-1")
            done = work.commit()
        assert [(each.version, each.position, each.repeated) for each in done] == [(1, 1, False), (1, 1, True)]
        assert store.stats().facts == 1

    def test_the_same_command_from_many_at_once_is_one_fact(self, opener: Opener) -> None:
        def write(_: int) -> bool:
            with opener() as store:
                return store.record("a-1", a_fact(), seen=0, key="k-1").repeated

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(write, range(8))) == [False] + [True] * 7
        with opener() as store:
            assert store.stats().facts == 1

    @pytest.mark.parametrize("other", [{"on": "2026-03-03"}, {"reason": "twice"}, {"reason": None}])
    def test_a_key_that_comes_back_with_another_fact_is_refused(self, store: Store, other: dict[str, Any]) -> None:
        store.record("a-1", a_fact(reason="once"), seen=0, key="k-1")
        with pytest.raises(KeyReused) as caught:
            store.record("a-1", a_fact(**{"reason": "once", **other}), seen=1, key="k-1")
        assert caught.value.recorded.reason == "once"
        assert store.stats().facts == 1

    def test_one_key_for_two_facts_of_one_work_is_refused(self, store: Store) -> None:
        with store.work() as work:
            work.record("a-1", a_fact(), seen=0, key="k")
            work.record("a-1", a_fact(on="2026-03-03"), seen=0, key="k")
            with pytest.raises(KeyReused):
                work.commit()
        assert store.stats().facts == 0

    def test_a_version_or_a_key_that_cannot_be_is_refused(self, store: Store) -> None:
        for wrong in ({"seen": -1}, {"seen": 0, "key": ""}, {"seen": 0, "key": "half \ud800"}):
            with pytest.raises(FactError):
                store.record("a-1", a_fact(), **wrong)
        assert store.stats().facts == 0

    def test_strict_moves_are_checked_with_what_the_store_holds_then(self, opener: Opener) -> None:
        seen: list[tuple[int, str]] = []

        def check(case: Case, fact: Fact) -> None:
            seen.append((len(case.recorded), fact.event))

        with opener(check=check) as store:
            store.record("a-1", a_fact(), seen=0, strict=True)
            with store.work() as work:
                work.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
                work.record("a-1", a_fact(event="plan_agreed", on="2026-05-20"), seen=1, strict=True)
                work.commit()
        assert seen == [(0, "request_received"), (2, "plan_agreed")]

    def test_a_refused_strict_move_writes_nothing(self, opener: Opener) -> None:
        with opener(check=_refuse) as store:
            with store.work() as work:
                work.record("b-1", a_fact("b-1"), seen=0)
                work.record("a-1", a_fact(), seen=0, strict=True)
                with pytest.raises(MoveRefused):
                    work.commit()
            assert store.stats().facts == 0
