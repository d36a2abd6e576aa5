# ruff: noqa: S101, D102, PLR2004, PT017, PERF401 - these are tests, which people run under pytest
"""The contract of a store, as tests. A store that passes them can stand wherever ehcp_flow's own can.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def opener(self):
            shelf = MyDatabase()          # empty for each test
            return lambda **options: MyStore(shelf, **options)

`opener(**options)` is called once or several times in a test, and each call opens the same facts; the options are
those of `Store`: authority, clock, check, upcasters. The class names no marker and skips nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import pytest

from ehcp_flow.case import Case
from ehcp_flow.errors import EhcpFlowError, FactError, MoveRefused, UnknownNameError
from ehcp_flow.facts import Fact, FactVoided, load_fact
from ehcp_flow.store import REDACTED, Store, Upcasters
from ehcp_flow.store.anchors import AnchorError, Compared
from ehcp_flow.store.errors import (
    KeyReused,
    NothingToRedact,
    SchemaTooNew,
    StoreReadOnly,
    VersionConflict,
    WrongAuthority,
)
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.store.outbox import follow
from ehcp_flow.testing.sample import SetClock, a_case, a_fact

__all__ = ["HOSTILE", "Opener", "StoreContract"]

Opener: TypeAlias = Callable[..., Store]

HOSTILE = (
    "'; DROP TABLE ehcp_facts; --",
    '=cmd|" /C calc"!A0',
    "%s %(x)s ? :name {0}",
    "a\tb\r\nc\x1b[31m\x7f",
    "\u202eright to left\u2066",
    "\U0001f9d1\u200d\U0001f3eb e\u0301",
    "\\u0000 \\x00 \\'",
    "null",
)


def _refuse(case: Case, fact: Fact) -> object:
    raise MoveRefused(f"{fact.event} on a case of {len(case)}")


class StoreContract:
    """Everything that holds for every store. Subclass it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        raise NotImplementedError("a subclass gives a function that opens the store under test")

    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def store(self, opener: Opener, clock: SetClock) -> Iterator[Store]:
        with opener(clock=clock) as store:
            yield store

    # Recording

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

    # One winner

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
            with opener() as store:
                barrier.wait()
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
            with opener() as store:
                barrier.wait()
                try:
                    store.record("new", a_fact("new", party=("parent", "school")[number % 2]), seen=0)
                except VersionConflict:
                    return "lost"
                return "won"

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(write, range(8))) == ["lost"] * 7 + ["won"]
        with opener() as store:
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
            for job in jobs:
                job.result()
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

    # Any past day

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

    # Scope

    def test_a_store_for_one_authority_sees_and_writes_only_its_cases(self, opener: Opener) -> None:
        with opener() as all_, opener(authority="885") as mine:
            all_.record("theirs", a_fact("theirs", authority="301", reason="private"), seen=0, key="k")
            all_.record("nobodys", a_fact("nobodys"), seen=0)
            mine.record("mine", a_fact("mine"), seen=0)
            with pytest.raises(UnknownNameError):
                mine.case("theirs")
            assert [found.case.case_id for found in mine.cases()] == ["mine"]
            assert [found.case.case_id for found in mine.cases(["mine", "theirs"])] == ["mine"]
            assert [fact.case_id for fact in mine.facts()] == ["mine"]
            assert [entry.position for entry in mine.follow(0)] == [3]
            assert [head.case_id for head in mine.heads()] == ["mine"]
            assert (mine.stats().cases, mine.stats().facts) == (1, 1)
            assert (mine.verify().cases, mine.verify().ok) == (1, True)
            with pytest.raises(WrongAuthority):
                mine.record("new", a_fact("new", authority="301"), seen=0)
            refused: list[Any] = []
            told = import_facts(
                mine, [a_fact("theirs", on="2026-01-01"), a_fact("mine", on="2026-01-01")], refused=refused.append
            )
            assert (told.taken, told.refused, [row.case_id for row in refused]) == (1, 1, ["theirs"])
            assert all_.case("mine").version == 2
            assert {head.case_id: head.authority for head in all_.heads()} == {
                "mine": "885", "nobodys": "", "theirs": "301",
            }  # fmt: skip

    def test_another_authoritys_case_and_one_that_is_not_there_get_the_same_answer(self, opener: Opener) -> None:
        with opener() as all_:
            for number, reason in enumerate(("private", None)):
                all_.record("theirs", a_fact("theirs", authority="301", on=f"2026-03-0{number + 1}", reason=reason),
                            seen=number, key=f"k-{number}")  # fmt: skip
            all_.record("nobodys", a_fact("nobodys"), seen=0)
            before = (list(all_.heads()), list(all_.facts()), all_.stats().last_position)

        def answers(mine: Store, case_id: str) -> list[str]:
            told = []

            def ask(do: Callable[[], object]) -> None:
                with pytest.raises(EhcpFlowError) as caught:
                    do()
                told.append(f"{type(caught.value).__name__}: {caught.value}".replace(case_id, "CASE"))

            agreed = a_fact(case_id, "assessment_agreed", "2026-03-20")
            void = FactVoided(case_id=case_id, on=agreed.on, corrects="x", reason="r")
            ask(lambda: mine.case(case_id))
            ask(lambda: mine.case(case_id, known_at="2030-01-01T00:00:00Z", axis="stored"))
            ask(lambda: mine.export_person(case_id))
            for seen in (1, 2, 3, 9):
                ask(lambda seen=seen: mine.record(case_id, agreed, seen=seen))  # type: ignore[misc]
                ask(lambda seen=seen: mine.record(case_id, void, seen=seen, key="k-0", strict=True))  # type: ignore[misc]
            for version in (1, 2, 3):
                ask(lambda v=version: mine.redact(case_id, v, reason="r", redacted_by="b"))  # type: ignore[misc]
            ask(lambda: mine.record(case_id, a_fact(case_id, authority="301"), seen=2, key="k-0"))
            assert list(mine.cases([case_id])) == []
            assert list(late_entries(mine, case_ids=[case_id])) == []
            return told

        with opener(authority="885") as mine:
            expected = answers(mine, "nowhere")
            assert answers(mine, "theirs") == answers(mine, "nobodys") == expected
            assert len({line.split(":")[0] for line in expected}) == 3  # unknown, nothing to redact, wrong authority
            for key in ("k-0", None):  # an id is the whole store's: to begin a case under a taken one is refused
                with pytest.raises(UnknownNameError) as caught:
                    mine.record("theirs", a_fact("theirs"), seen=0, key=key, strict=True)
                assert f"UnknownNameError: {caught.value}".replace("theirs", "CASE") == expected[0]
            assert mine.follow(0) == []
        with opener() as all_:
            assert (list(all_.heads()), list(all_.facts()), all_.stats().last_position) == before

    def test_a_store_for_one_authority_gives_its_facts_that_authority(self, opener: Opener, clock: SetClock) -> None:
        with opener(authority="885", clock=clock) as mine:
            done = mine.record("a-1", a_fact(), seen=0, key="k")
            assert (done.fact.authority, done.fact.id) == ("885", a_fact(authority="885").id)
            assert mine.record("a-1", a_fact(), seen=0, key="k").repeated
            with pytest.raises(KeyReused):
                mine.record("a-1", a_fact(on="2026-03-04"), seen=1, key="k")
            with mine.work() as work:
                work.record("b-1", a_fact("b-1"), seen=0)
                work.record("b-1", a_fact("b-1", "assessment_agreed", "2026-03-20"), seen=0)
                work.commit()
            told = import_facts(mine, [*a_case("c-1"), *a_case("c-1")])
            assert (told.taken, told.duplicates) == (12, 12)
            assert {fact.authority for fact in mine.facts()} == {"885"}
            assert {found.case.authority for found in mine.cases()} == {"885"}
            assert {json.loads(body)["authority"] for block in mine.blocks() for body in block.body} == {"885"}
            assert mine.verify().ok
        with opener() as all_:
            assert {head.authority for head in all_.heads()} == {"885"}
            assert import_facts(all_, a_case("c-1")).duplicates == 12
            assert all_.record("a-1", a_fact(), seen=0, key="k").repeated

    def test_what_was_recorded_without_an_authority_is_known_again_with_it(self, opener: Opener) -> None:
        with opener() as all_:
            all_.record("a-1", a_fact(authority="885"), seen=0)
            all_.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1, key="k")
        with opener(authority="885") as mine:
            agreed = a_fact(event="assessment_agreed", on="2026-03-20")
            assert mine.record("a-1", agreed, seen=1, key="k").repeated
            assert import_facts(mine, [a_fact(), agreed]).duplicates == 2

    def test_a_correction_finds_the_fact_that_was_given_its_authority(self, opener: Opener) -> None:
        wrong, right = a_fact(), a_fact(on="2026-03-03", corrects=a_fact().id)
        void = FactVoided(case_id="a-1", on=right.on, corrects=right.id, reason="x")
        with opener(authority="885") as mine:
            mine.record("a-1", wrong, seen=0)
            mine.record("a-1", right, seen=1, key="k")
            assert [fact.on.day for fact in mine.case("a-1").case] == [3]
            assert mine.record("a-1", right, seen=1, key="k").repeated
            mine.record("a-1", void, seen=2)
            assert [fact.on.day for fact in mine.case("a-1").case] == [2]
            moved = [fact.model_copy(update={"case_id": "b-1"}) for fact in (wrong, right)]
            moved[1] = moved[1].model_copy(update={"corrects": moved[0].id})
            import_facts(mine, moved)
            assert [fact.on.day for fact in mine.case("b-1").case] == [3]
            assert not [found for case in mine.cases() for found in case.case.findings]

    @pytest.mark.parametrize("batch", [1, 3, 2_000])
    def test_a_file_that_gives_a_case_to_another_authority_gives_all_its_rows(self, opener: Opener, batch: int) -> None:
        facts = [*a_case("theirs", "301"), *a_case("mine", "885"), *a_case("new")]
        refused: list[Any] = []
        with opener(authority="885") as mine:
            told = import_facts(mine, enumerate(facts, 1), source="s", batch=batch, refused=refused.append)
            assert (told.taken, told.refused) == (24, 12)
            assert [row.line for row in refused] == list(range(1, 13))
            assert "the file gives this case to 301" in str(refused[-1])
            assert [found.case.case_id for found in mine.cases()] == ["mine", "new"]

    def test_an_import_that_goes_on_still_knows_whose_cases_are_elsewhere(self, opener: Opener) -> None:
        def cut() -> Iterator[Fact]:
            yield from a_case("theirs", "301")[:6]
            raise KeyboardInterrupt

        with opener(authority="885") as mine:
            with pytest.raises(KeyboardInterrupt):
                import_facts(mine, cut(), source="s", batch=3)
            told = import_facts(mine, a_case("theirs", "301"), source="s", batch=3)
            assert (told.resumed_at, told.taken, told.refused) == (6, 0, 12)

    def test_a_file_that_one_authority_took_is_new_to_another(self, opener: Opener) -> None:
        with opener(authority="301") as theirs, opener(authority="885") as mine:
            assert import_facts(theirs, a_case("t", "301"), source="s").taken == 12
            told = import_facts(mine, [*a_case("t", "301"), *a_case("m")], source="s")
            assert (told.already, told.resumed_at, told.taken, told.refused) == (False, 0, 12, 12)
            assert mine.stats().facts == theirs.stats().facts == 12

    @pytest.mark.parametrize("authority", ["", "88", "8855", "88x", "٨٨٥"])
    def test_an_authority_is_three_digits(self, opener: Opener, authority: str) -> None:
        with pytest.raises(FactError, match="three-digit"):
            opener(authority=authority)

    # Outbox

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

    # The chain, redaction, and a person's record

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

    # Files

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

    # Facts of an older schema

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

    # One moment, many threads

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

    # Columns

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
