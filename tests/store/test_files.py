"""Files into the store and out again: the same on every store as the file itself says."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from ehcp_flow.errors import OutputError, SourceError, UnknownNameError
from ehcp_flow.readers import read_cases, write_facts
from ehcp_flow.store import ImportState, Store
from ehcp_flow.store.exports import export_file
from ehcp_flow.store.imports import import_file
from ehcp_flow.testing import SetClock, a_case, a_fact


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "facts.csv"
    odd = a_fact("c-1", reason='a "quoted", text\nof two lines; =1+1', fact_id="f-1", served_on="2026-03-05")
    facts = [fact for pair in zip(a_case("a-1", "885"), a_case("b-1", "885"), strict=True) for fact in pair]
    write_facts([*facts, odd, a_fact("c-1", event="fact_voided", corrects="f-1", reason="wrong")], path)
    return path


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_export_gives_back_the_same_file(store: Store, file: Path, tmp_path: Path, suffix: str, batch: int) -> None:
    source = file
    if suffix == "jsonl":
        source = tmp_path / "facts.jsonl"
        write_facts([fact for case in read_cases(file).values() for fact in case.recorded], source, format="jsonl")
    told = import_file(store, source, batch=batch)
    assert (told.taken, told.refused, told.duplicates) == (26, 0, 0)
    back = tmp_path / f"back.{suffix}"
    assert export_file(store, back, record=False).facts == 26
    assert back.read_bytes() == source.read_bytes()


def test_a_full_export_moves_a_record_from_store_to_store(store: Store, file: Path, tmp_path: Path) -> None:
    import_file(store, file, recorded_by="jo")
    whole = tmp_path / "whole.csv"
    export_file(store, whole)
    with Store.open("memory:", clock=SetClock("2030-01-01T00:00:00Z")) as other:
        assert import_file(other, whole).taken == 26
        again = io.BytesIO()
        export_file(other, again)
        assert list(other.facts()) == list(store.facts())
    assert again.getvalue() == whole.read_bytes()


def test_the_store_tells_the_cases_that_the_file_tells(store: Store, file: Path) -> None:
    import_file(store, file)
    told = {case_id: [fact.content for fact in case] for case_id, case in read_cases(file).items()}
    held = {found.case.case_id: [fact.content for fact in found.case] for found in store.cases()}
    assert held == told


def test_refused_rows_go_to_a_file_with_reasons_and_the_others_are_taken(store: Store, tmp_path: Path) -> None:
    path, refused = tmp_path / "facts.csv", tmp_path / "refused.csv"
    path.write_text(
        "case_id,event,on,party\na-1,request_received,2026-03-02,parent\na-1,request_recieved,2026-03-02,\n"
        '=1+1,request_received,31/04/2026,"=cmd()"\nb-1,request_received,2026-03-02,parent\n',
        encoding="utf-8",
    )
    seen: list[tuple[ImportState, int]] = []
    told = import_file(
        store, path, refused_to=refused, batch=2, progress=lambda state, size: seen.append((state, size))
    )
    assert (told.rows, told.taken, told.refused) == (4, 2, 2)
    assert [(state.rows_read, size) for state, size in seen] == [(2, path.stat().st_size), (4, path.stat().st_size)]
    with refused.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [list(row.values())[:-1] for row in rows] == [
        ["a-1", "request_recieved", "2026-03-02", "", "3"], ["'=1+1", "request_received", "31/04/2026", "'=cmd()", "4"],
    ]  # fmt: skip
    assert "did you mean request_received" in rows[0]["faults"]
    assert [part.partition(":")[0] for part in rows[1]["faults"].split("; ") if ":" in part] == ["on", "party"]
    assert import_file(store, path, refused_to=refused).already
    assert len(refused.read_text(encoding="utf-8").splitlines()) == 3


def test_no_refused_rows_no_file(store: Store, file: Path, tmp_path: Path) -> None:
    import_file(store, file, refused_to=tmp_path / "refused.csv")
    assert [path.name for path in tmp_path.glob("*refused*")] == []


def test_no_refused_rows_any_more(store: Store, file: Path, tmp_path: Path) -> None:
    header = file.read_bytes().splitlines()[0] + b",row,faults\r\n"
    refused = tmp_path / "refused.csv"
    refused.write_bytes(b"case_id,event,on,row,faults\r\na-1,request_recieved,2026-03-02,3,event: no such event\r\n")
    import_file(store, file, refused_to=refused)
    assert refused.read_bytes() == header


def test_what_is_not_a_file_of_refused_rows_is_left_as_it_is_and_nothing_is_taken(
    store: Store, file: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "notes.csv"
    theirs.write_text("from last time", encoding="utf-8")
    for path, why in ((theirs, "is not a file of refused rows"), (file, "the file that is imported")):
        before = path.read_bytes()
        with pytest.raises(OutputError, match=why):
            import_file(store, file, refused_to=path)
        assert path.read_bytes() == before
    assert store.stats().facts == 0


def test_a_file_that_changed_is_another_file(store: Store, file: Path) -> None:
    import_file(store, file)
    with file.open("ab") as more:
        write_facts([a_fact("d-1")], extra := io.BytesIO())
        more.write(extra.getvalue().split(b"\r\n", 1)[1])
    told = import_file(store, file)
    assert (told.already, told.taken, told.duplicates) == (False, 1, 26)


def test_a_dry_run_of_a_file(store: Store, file: Path) -> None:
    told = import_file(store, file, dry_run=True)
    assert (told.dry_run, told.taken, store.stats().facts) == (True, 26, 0)


def test_an_export_as_known_at_an_instant(file: Path, tmp_path: Path) -> None:
    clock = SetClock()
    with Store.open("memory:", clock=clock) as store:
        store.record("a-1", a_fact(), seen=0)
        then = clock.now
        clock.move(days=1)
        store.record("a-1", a_fact(event="assessment_agreed", on="2026-03-20"), seen=1)
        out = io.StringIO(newline="")
        counts: list[int] = []
        assert export_file(store, out, known_at=then, progress=counts.append).facts == 1
        assert "2026-03-02T09:00:00Z" in out.getvalue()


def test_an_export_that_fails_leaves_the_old_file(store: Store, file: Path, tmp_path: Path) -> None:
    import_file(store, file)
    old = tmp_path / "old.csv"
    export_file(store, old, record=False)
    before = old.read_bytes()
    with pytest.raises(UnknownNameError):
        export_file(store, old, format="xml")
    assert old.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.endswith(".new")) == []


def test_a_file_that_is_not_there(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        import_file(store, tmp_path / "nothing.csv")
