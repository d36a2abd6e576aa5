"""A small source is read once, however often it is asked; one that is not is read anew, and gives the same."""

from __future__ import annotations

from contextlib import ExitStack

import polars as pl
import pytest

from ehcp_flow.bulk import kept_rows, measure, tables
from ehcp_flow.bulk.csvfile import CsvFile
from ehcp_flow.bulk.jsonfile import JsonFile
from ehcp_flow.bulk.row_sources import open_rows
from ehcp_flow.bulk.stored import StoreRows
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file
from ehcp_flow.synth import write_synth

CASES = 40


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def source(request, tmp_path):
    form = "jsonl" if request.param == "jsonl" else "csv"
    path = tmp_path / f"cases.{form}"
    write_synth(path, CASES, 7, as_of="2026-06-30", particulars=True, format=form)
    if request.param != "parquet":
        return path
    pl.read_csv(path, infer_schema=False).write_parquet(tmp_path / "cases.parquet")
    return tmp_path / "cases.parquet"


def whole(rows):
    return pl.concat(rows.frames(), how="diagonal")


def noted(monkeypatch, kind, way, reads):
    """Note each call of a way to read a kind of source."""
    read = getattr(kind, way)

    def counted(self):
        reads.append(way)
        return read(self)

    monkeypatch.setattr(kind, way, counted)


def test_a_small_file_is_read_once(source):
    with ExitStack() as stack:
        rows = open_rows(source, stack)
        first = whole(rows)
        ids = pl.concat(rows.case_ids())
        source.unlink()
        assert whole(rows).equals(first)
        assert pl.concat(rows.case_ids()).equals(ids)
        assert ids.n_unique() == CASES


def test_rows_that_were_left_in_the_midst_are_read_anew(source, monkeypatch):
    with ExitStack() as stack:
        rows = open_rows(source, stack)
        next(rows.frames())
        assert whole(rows).equals(whole(open_rows(source, stack)))


def test_more_than_a_chunk_holds_is_not_kept(source, monkeypatch):
    with ExitStack() as stack:
        kept = whole(open_rows(source, stack))
        monkeypatch.setattr(kept_rows, "MOST_ROWS", CASES)
        rows = open_rows(source, stack)
        assert whole(rows).equals(kept)
        assert whole(rows).equals(kept)
        assert pl.concat(rows.case_ids()).equals(kept["case_id"])
        source.unlink()
        with pytest.raises(Exception, match="No such file"):
            whole(rows)


@pytest.mark.parametrize("ask", [measure, tables])
def test_what_goes_through_a_source_several_times_reads_it_once(ask, source, monkeypatch):
    reads: list[str] = []
    for kind in (CsvFile, JsonFile):
        for way in ("frames", "case_ids"):
            noted(monkeypatch, kind, way, reads)
    ask(source, "2026-06-30")
    assert len(reads) == (0 if source.suffix == ".parquet" else 1)


def test_a_store_is_read_once_for_a_table_of_its_whole_time(tmp_path, monkeypatch):
    path = tmp_path / "cases.csv"
    write_synth(path, CASES, 7, as_of="2026-06-30", particulars=True)
    reads: list[str] = []
    noted(monkeypatch, StoreRows, "frames", reads)
    with Store.open("memory:") as store:
        import_file(store, path)
        assert measure(store, "2026-06-30").rows == measure(path, "2026-06-30").rows
    assert len(reads) == 1
