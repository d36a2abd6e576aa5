"""What a file says of its cases in columns that no fact has is the same over columns as row by row."""

from contextlib import ExitStack

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.bulk.label_columns import labels_of
from ehcp_flow.bulk.row_sources import open_rows
from ehcp_flow.dates import parse_instant
from ehcp_flow.measures import read_extra

HEADER = "case_id,event,on,area,Case Worker,need,placement,recorded_at"
CELLS = st.tuples(
    st.sampled_from(["a", "a ", "b", "c", ""]),
    st.sampled_from(["request_received", "assessment_agreed", "particular_recorded", "nonsense", ""]),
    st.sampled_from(["2024-01-02", "2024-02-02", "2024-02", "2/2/24", "soon", ""]),
    st.sampled_from(
        ["North", " North", "South", '"South, and more"', '"a ""quarter"""', 'a "wrong" mark', "x" * 201, ""]
    ),
    st.sampled_from(["Ann", "Bob", "\x85", "=Ann", ""]),
    st.sampled_from(["ASD", "asd", "autism", "speech", ""]),
    st.sampled_from(["mainstream", "Oak Park", ""]),
    st.sampled_from(["2024-03-01T09:00:00Z", "2024-05-01T09:00:00Z", "then", ""]),
)
ROWS = st.one_of(CELLS.map(",".join), st.sampled_from(["a,request_received", "b,,,North,,,,,more", "", "  "]))


def over_columns(path, known_at=None):
    with ExitStack() as stack:
        return labels_of(open_rows(path, stack), str(path), known_at=known_at)


def same(path, known_at=None):
    columns, rows = over_columns(path, known_at), read_extra(path, known_at=known_at, with_facts=False)
    return (
        list(columns.labels.items()) == list(rows.labels.items())
        and list(columns.warnings) == list(rows.warnings)
    )  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("labels") / "a.csv"


@given(st.lists(ROWS, max_size=9), st.sampled_from([None, parse_instant("2024-04-01T00:00:00Z")]))
def test_any_rows_say_the_same(path, rows, known_at):
    path.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    assert same(path, known_at)


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "latin-1"])
def test_whatever_the_file_is_written_in(path, written):
    path.write_text(f"{HEADER}\na,request_received,2024-01-02,Süd,Zoë\n b ,,,Nord,,,,\n".replace(",", ";"), written)
    assert same(path)


def test_of_two_columns_of_one_name_the_last_counts_and_rows_that_are_refused_count_too(path):
    path.write_text("case_id,event,on,area,note,area\na,request_received,2024-01-02,x,y,North\nb,?,?,x,y\n", "utf-8")
    expected = {"a": {"area": "North", "note": "y"}, "b": {"note": "y"}}
    assert over_columns(path).labels == read_extra(path).labels == expected


def test_parquet_and_json_lines_say_the_same_as_csv(path, tmp_path):
    text = f"{HEADER}\na,request_received,2024-01-02,North,Ann,ASD,,\na,assessment_agreed,2024-02-02,South,,odd,,\n"
    path.write_text(text, "utf-8")
    frame = pl.read_csv(path, infer_schema=False)
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ndjson(tmp_path / "a.jsonl")
    expected = {"a": {"area": "South", "case_worker": "Ann", "need": "odd"}}
    for one in (path, tmp_path / "a.parquet", tmp_path / "a.jsonl"):
        assert over_columns(one).labels == expected
        assert list(over_columns(one).warnings) == list(read_extra(path, with_facts=False).warnings)
