"""A value that a file says again after another has taken its place is a new fact; the same file again is none."""

from pathlib import Path

import pytest

from ehcp_flow.facts import make_fact
from ehcp_flow.store import Store
from ehcp_flow.store.imports import ImportResult, import_facts, import_file

ON = "2026-12-31"


def rows(*told: str, request: str = "2026-03-02") -> str:
    """Return a file of facts in which the request has a name, and each row says who has the case."""
    return "case_id,authority,event,on,fact_id,caseworker\n" + "".join(
        f"A1,885,request_received,{request},A1/r,{who}\n" if not at else f"A1,885,meeting_held,{request},,{who}\n"
        for at, who in enumerate(told)
    )


def took(store: Store, path: Path, text: str, batch: int = 2_000) -> ImportResult:
    path.write_text(text)
    return import_file(store, path, same_id="corrects", batch=batch)


def held(store: Store) -> str | None:
    return store.case("A1").case.particular("caseworker", ON)


@pytest.mark.parametrize("batch", [1, 2_000])
def test_a_value_changed_back_holds_again_and_the_same_file_takes_nothing(store: Store, tmp_path: Path, batch: int):
    path = tmp_path / "week.csv"
    for who, taken in [
        ("Smith", 2),
        ("Smith", 0),
        ("Jones", 1),
        ("Smith", 1),
        ("Smith", 0),
        ("Jones", 1),
        ("Smith", 1),
    ]:
        dry = path.write_text(rows(who)) and import_file(store, path, same_id="corrects", dry_run=True)
        before = store.case("A1").version if "A1" in [*store.case_ids()] else 0
        result = took(store, path, rows(who), batch)
        after = store.case("A1").version
        assert (after - before, held(store)) == (taken, who)
        assert dry
        assert dry.taken == taken
        assert result.rows == result.taken + result.duplicates
    assert not [each for each in store.case("A1").case.findings if each.code == "particular_twice"]
    assert store.verify().ok


def test_a_value_that_came_with_a_day_which_was_put_right_does_not_outlive_it(store: Store, tmp_path: Path):
    for number, (who, request) in enumerate(
        [("Smith", "2026-03-02"), ("Jones", "2026-03-03"), ("Smith", "2026-03-02"), ("Brown", "2026-03-01")]
    ):
        took(store, tmp_path / f"{number}.csv", rows(who, request=request))
        assert held(store) == who
        before = store.case("A1").version
        took(store, tmp_path / f"{number}-again.csv", rows(who, request=request) + "\n")
        assert store.case("A1").version == before


@pytest.mark.parametrize("batch", [1, 2_000])
def test_a_file_that_says_two_values_of_a_day_takes_nothing_when_it_comes_again(
    store: Store, tmp_path: Path, batch: int
):
    took(store, tmp_path / "a.csv", rows("Smith", "Jones"), batch)
    version, who = store.case("A1").version, held(store)
    took(store, tmp_path / "b.csv", rows("Smith", "Jones") + "\n", batch)
    assert (store.case("A1").version, held(store)) == (version, who)


def test_the_very_file_that_another_came_after_says_its_values_again(store: Store, tmp_path: Path):
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    one.write_text(rows("Smith"))
    two.write_text(rows("Jones"))
    results = [import_file(store, path) for path in (one, one, two, one, one)]
    assert [result.corrections for result in results] == [0, 0, 0, 1, 0]
    assert [result.already for result in results] == [False, True, False, True, True]
    assert (held(store), results[-1].taken, results[-1].duplicates) == ("Smith", 3, 0)


def test_what_holds_from_a_later_day_and_what_was_taken_back_stay_as_they_are(store: Store):
    def said(who: str, on: str = "2026-03-02", **more: str):
        return make_fact("particular_recorded", case_id="A1", on=on, particular="caseworker", value=who, **more)

    smith, jones = said("Smith"), said("Jones", "2026-05-01")
    import_facts(store, [make_fact("request_received", case_id="A1", on="2026-03-02"), smith, jones])
    assert import_facts(store, [smith]).taken == 0
    assert held(store) == "Jones"
    import_facts(
        store, [make_fact("fact_voided", case_id="A1", on="2026-05-02", corrects=smith.id, reason="typed wrong")]
    )
    assert import_facts(store, [smith, jones]).taken == 0
    old = said("Smith", "2026-05-01", recorded_at="2026-05-01T10:00:00Z")
    import_facts(store, [old])
    assert import_facts(store, [old]).taken == 0


def test_an_import_that_was_stopped_says_the_value_again_when_it_goes_on(store: Store, tmp_path: Path):
    took(store, tmp_path / "1.csv", rows("Smith"))
    took(store, tmp_path / "2.csv", rows("Jones"))
    path = tmp_path / "3.csv"
    path.write_text(rows("Smith") + "A2,885,request_received,2026-03-02,A2/r,Smith\n")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(store, path, same_id="corrects", batch=4, progress=stop)
    result = import_file(store, path, same_id="corrects", batch=4)
    assert (held(store), result.rows) == ("Smith", result.taken + result.duplicates)
