from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.measures import Waiting
from ehcp_flow.reports.page import report_page
from ehcp_flow.reports.showing import Showing
from ehcp_flow.reports.suppression import HIDDEN, hidden_cells

TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=1, max_size=5)


def test_a_small_number_is_hidden_and_the_smallest_other_with_it():
    cells = {"total": 30, "a": 2, "b": 8, "c": 20}
    assert hidden_cells(cells, [("total", ("a", "b", "c"))], 5) == {"a", "b"}


def test_nothing_is_hidden_where_nothing_is_small_and_nothing_itself_never_is():
    cells = {"total": 25, "a": 0, "b": 5, "c": 20}
    assert hidden_cells(cells, [("total", ("a", "b", "c"))], 5) == frozenset()


def test_where_only_the_total_is_left_to_hide_it_is_hidden():
    assert hidden_cells({"total": 3, "a": 0, "b": 3}, [("total", ("a", "b"))], 5) == {"total", "b"}


@given(TABLES, st.integers(2, 10))
def test_no_hidden_number_follows_from_the_sums_that_show(table, least):
    rows = [{"name": str(at), "a": row[0], "b": row[1], "c": row[2], "all": sum(row)} for at, row in enumerate(table)]
    shown = Showing(least).table(rows, ("a", "b", "c"), total="all")
    for before, after in zip(rows, shown, strict=True):
        for name in ("a", "b", "c", "all"):
            assert after[name] in (before[name], HIDDEN)
            assert not (0 < before[name] < least and after[name] != HIDDEN), "a small number shows"
        hidden = [name for name in ("a", "b", "c", "all") if after[name] == HIDDEN]
        assert len(hidden) != 1, "the row gives it away"
    for name in ("a", "b", "c"):
        hidden_rows = [before[name] for before, after in zip(rows, shown, strict=True) if after[name] == HIDDEN]
        total = sum(row[name] for row in rows)
        assert len(hidden_rows) != 1 or total > 0, "a column gives it away"


def test_a_share_is_hidden_with_its_count_and_where_the_rest_is_small():
    showing = Showing(5)
    assert not showing.share_may_show(3, 100)
    assert not showing.share_may_show(97, 100)
    assert not showing.share_may_show(2, 4)
    assert showing.share_may_show(0, 100)
    assert showing.share_may_show(5, 10)
    rows = [{"name": "x", "a": 3, "b": 50, "all": 53, "pc": 5.7}]
    (row,) = showing.table(rows, ("a", "b"), total="all", shares={"pc": "a"})
    assert row["pc"] == HIDDEN


def test_steps_that_are_parts_of_one_another_hide_a_small_loss():
    rows: list[dict[str, Any]] = [
        {"n": 100, "lost": 0, "pc": "x"},
        {"n": 97, "lost": 3, "pc": 97.0},
        {"n": 50, "lost": 47, "pc": 51.5},
    ]
    shown = Showing(5).table(rows, ("n",), shares={"lost": "n", "pc": "n"}, chained=True)
    assert HIDDEN in (shown[0]["n"], shown[1]["n"]), "100 less 97 would give 3"
    assert shown[1]["lost"] == HIDDEN
    assert shown[1]["pc"] == HIDDEN


def test_the_summary_hides_few_and_always_the_longest_wait():
    summary = {**Waiting().summary(), "open": 40, "open_over_20_weeks": 12, "open_over_52_weeks": 2}
    shown = Showing(5).summary(summary)
    assert shown["open_over_52_weeks"] == HIDDEN
    assert shown["longest_wait_weeks"] == HIDDEN
    assert Showing().summary(summary) == summary


def test_without_a_threshold_everything_shows():
    rows = [{"a": 1, "all": 1}]
    assert Showing().table(rows, ("a",), total="all") == rows
    assert Showing().all


def test_the_public_page_holds_no_case_and_no_worker(seen, public_file, caseload):
    page = public_file.read_text("utf-8")
    assert not [case_id for case_id in caseload if case_id in page]
    assert "Officer" not in page
    assert "<script" not in page
    assert "counts from 1 to 4 are hidden" in page


def test_a_threshold_below_nothing_is_refused(seen):
    with pytest.raises(ValueError, match="-1"):
        report_page(seen, suppress=-1)
