"""What holds of the cases of a source, read over columns, is what the readers say of it one case at a time."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_flow.bulk.source_values import source_values
from ehcp_flow.measures import read_extra
from ehcp_flow.measures.dated_values import DatedValues, particular_values
from ehcp_flow.readers import read_facts
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_facts
from tests.measures.test_placement_figures import told_lives

NAMES = ("placement", "placement_value", "need", "sen_unit", "housed_by", "placed_in", "work_based", "awaiting_place")
DAYS = [dt.date(year, month, 1) for year in range(2021, 2028) for month in (1, 5, 9)]
HEADER = "case_id,event,on,placement,area,recorded_at,particular,value,until,fact_id,corrects,reason"
ROWS = (
    "a,request_received,2022-09-05,,North,2022-09-06,,,,1,,",
    "a,particular_recorded,2022-09-05,,,2022-09-06,placement,early_years,,2,,",
    "b,particular_recorded,2023-01-01,,,2023-01-02,need,ASD,2023-06-30,3,,",
    "a,particular_recorded,2023-01-20,,,2023-01-21,placement,mainstream,,4,,",
    "a,particular_recorded,2023-01-20,,,2023-01-22,placement,special,,5,,",
    "a,fact_voided,2023-09-01,,,2023-09-01,,,,6,5,a slip",
    "b,particular_recorded,2024-01-01,,,2024-01-02,need,no need,,7,,",
)


def held(values, cases="ab"):
    return {(case, name, day): values.value(case, name, day) for case in cases for name in NAMES for day in DAYS}


@settings(max_examples=40)
@given(st.lists(told_lives(), min_size=1, max_size=2).map(lambda each: each[0]))
def test_any_particulars_hold_on_the_same_days(cases):
    over = DatedValues({}, source_values(cases).spans)
    assert held(over, "abc") == held(particular_values(cases), "abc")
    for day in DAYS[::4]:
        on = source_values(cases, on=day)
        assert on.spans == {}
        assert on.held == {case_id: values for case_id, values in over.on(day).items() if values}


def forms(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    parquet = tmp_path / "a.parquet"
    pl.read_csv(path, infer_schema=False).write_parquet(parquet)
    return path, parquet


@pytest.mark.parametrize("turned", [1, -1])
@pytest.mark.parametrize("known_at", [None, "2023-01-21T12:00:00Z", "2023-02-01T00:00:00Z"])
def test_a_file_says_the_same_over_columns_and_row_by_row(tmp_path, turned, known_at):
    then = None if known_at is None else dt.datetime.fromisoformat(known_at)
    for source in forms(tmp_path, "\n".join([HEADER, *ROWS[::turned], ""])):
        over = source_values(source, known_at=then)
        assert over.has_labels
        assert held(DatedValues({}, over.spans)) == held(read_extra(tmp_path / "a.csv", known_at=then))
        assert set(over.spans) <= {"placement", "placement_value", "need"}


def test_a_store_says_the_same_and_labels_are_only_of_files(tmp_path):
    path, _ = forms(tmp_path, "\n".join([HEADER, *ROWS[:-1], ""]))
    with Store.open("memory:") as store:
        import_facts(store, read_facts(path).entries())
        over = source_values(store)
        assert not over.has_labels
        assert held(DatedValues({}, over.spans)) == held(read_extra(path))


def test_of_a_source_in_which_nothing_holds_there_is_nothing(tmp_path):
    text = "case_id,event,on\na,request_received,2024-01-02\n"
    for source in forms(tmp_path, text):
        assert (source_values(source).spans, source_values(source).has_labels) == ({}, False)
    for source in forms(tmp_path, text.replace(",on\n", ",on,area\n").replace("01-02\n", "01-02,North\n")):
        assert (source_values(source).spans, source_values(source).has_labels) == ({}, True)
