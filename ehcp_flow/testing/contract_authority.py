# ruff: noqa: S101, D102, PLR2004 - these are tests, which people run under pytest
"""What a store for one authority promises: its own cases alone, and the same answer for another's as for none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ehcp_flow.errors import EhcpFlowError, FactError, UnknownNameError
from ehcp_flow.facts import Fact, FactVoided
from ehcp_flow.store import Store
from ehcp_flow.store.errors import (
    KeyReused,
    WrongAuthority,
)
from ehcp_flow.store.imports import import_facts
from ehcp_flow.store.late_entries import late_entries
from ehcp_flow.testing.sample import Opener, SetClock, a_case, a_fact

__all__ = ["AuthorityContract"]


class AuthorityContract:
    """A part of the contract of a store: `ehcp_flow.testing.contract` puts the parts together."""

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
            assert list(mine.case_ids()) == ["mine"]
            assert list(all_.case_ids()) == ["mine", "nobodys", "theirs"]
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

    def test_a_store_for_all_is_scoped_to_one_authority_on_the_same_connections(self, opener: Opener) -> None:
        with opener() as all_:
            for case_id, authority in (("a", "301"), ("b", "885"), ("c", "885"), ("d", "301"), ("e", "885")):
                all_.record(case_id, a_fact(case_id, authority=authority), seen=0)
            mine, theirs = all_.scoped("885"), all_.scoped("301")
            assert (all_.authority, mine.authority, theirs.authority) == (None, "885", "301")
            assert [*mine.case_ids()] == ["b", "c", "e"]
            assert [*mine.case_ids(after="b")] == [*mine.case_ids(after="bb")] == ["c", "e"]
            assert [*all_.case_ids(after="b")] == ["c", "d", "e"]
            assert [*all_.case_ids(after="e")] == [*mine.case_ids(after="\ud800")] == []
            with pytest.raises(UnknownNameError):
                theirs.record("b", a_fact("b", event="assessment_agreed", on="2026-03-20"), seen=1)
            assert theirs.record("f", a_fact("f"), seen=0).fact.authority == "301"
            assert mine.record("b", a_fact("b", event="assessment_agreed", on="2026-03-20"), seen=1).version == 2
            assert mine.scoped("885").authority == "885"
            with pytest.raises(FactError, match="the store is open for 885 alone"):
                mine.scoped("301")
            with pytest.raises(FactError, match="three-digit number"):
                all_.scoped("88")

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
