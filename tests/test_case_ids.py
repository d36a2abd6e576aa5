"""Ids of cases: what was done to them on their way, and which are nearly the same."""

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.bulk.record_columns import nearly_the_same_of
from ehcp_flow.case_ids import DAMAGED, damage_to, nearly_the_same

IDS = st.text(
    st.sampled_from("0019aAbB.,-/ eE+\u00a0\u200b\u2011\u2013\ufb01\uff11\u00df\u0130\u03a3"), min_size=1, max_size=8
)


@pytest.mark.parametrize(
    ("one", "other"),
    [("00042", "42"), ("AB12", "ab12"), ("A B", "AB"), ("AB\u200b", "AB"), ("A\u2011B", "A-B"), ("7.0", "7"),
     ("\uff17", "7"), ("000", "0"), ("\u041001", "A01"), ("a\u0445", "AX"), ("\u0397\u039f1", "ho1")],
)  # fmt: skip
def test_ids_that_a_reader_or_a_sheet_takes_for_one_another_are_alike(one, other):
    assert nearly_the_same([one, "x", other]) == [tuple(sorted((one, other)))]


@pytest.mark.parametrize(
    ("one", "other"), [("AB-12", "AB12"), ("0a1", "a1"), ("7.5", "7"), ("1-23", "12-3"), ("10", "1")]
)
def test_ids_that_say_different_things_are_not(one, other):
    assert nearly_the_same([one, other, one]) == []


@given(st.lists(IDS, max_size=12), st.randoms(use_true_random=False))
def test_many_ids_and_a_few_are_told_alike_in_whatever_order(ids, chance):
    shuffled = chance.sample(ids, len(ids))
    halves = (pl.Series(shuffled[:5], dtype=pl.String), pl.Series(shuffled[5:], dtype=pl.String))
    assert nearly_the_same_of(halves) == nearly_the_same(ids) == nearly_the_same(shuffled)


def test_of_no_ids_none_are_alike():
    assert nearly_the_same_of([]) == nearly_the_same([]) == []


@given(IDS | st.from_regex(DAMAGED, fullmatch=True))
def test_what_columns_look_for_is_what_is_told(case_id):
    found = pl.Series([case_id]).str.contains(DAMAGED).to_list() == [True]
    assert found == (damage_to(case_id) is not None) == (re.search(DAMAGED.replace("$", r"\Z"), case_id) is not None)
