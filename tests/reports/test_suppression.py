import pytest

from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.page import report_page
from ehcp_flow.reports.showing import Showing


def twice(least, read):
    """Go through figures twice, as the page does."""
    showing = Showing(least)
    read(showing)
    showing.settle()
    return read(showing)


def test_a_count_that_stands_in_two_places_is_hidden_in_both():
    def read(showing):
        showing.adds_up(("all",), [("a",), ("b",)])
        return [
            showing.count(("all",), 30),
            showing.count(("a",), 2),
            showing.count(("b",), 28),
            showing.count(("a",), 2),
        ]

    assert twice(5, read) == [30, HIDDEN, HIDDEN, HIDDEN]
    assert twice(0, read) == [30, 2, 28, 2]


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(3, 100, False), (97, 100, False), (2, 4, False), (0, 100, True), (5, 10, True)]
)
def test_a_share_is_hidden_with_its_part_its_rest_and_its_whole(part, whole, shown):
    assert twice(5, lambda showing: showing.share(("part",), part, ("whole",), whole)) is shown


def test_what_is_dear_is_hidden_last():
    def read(showing):
        showing.adds_up(("all",), [("a",), ("b",), ("c",)])
        return [
            showing.count((name,), value, dear=dear) for name, value, dear in (("a", 2, 0), ("b", 8, 1), ("c", 9, 0))
        ]

    def whole(showing):
        return [showing.count(("all",), 19, dear=2), *read(showing)]

    assert twice(5, whole) == [19, HIDDEN, 8, HIDDEN]


def test_the_public_page_holds_no_case_and_no_worker(seen, public_file, caseload):
    page = public_file.read_text("utf-8")
    assert not [case_id for case_id in caseload if case_id in page]
    assert "Officer" not in page
    assert "<script" not in page
    assert 'id="packed"' not in page
    assert "counts from 1 to 4 are hidden" in page


def test_the_longest_wait_is_one_childs_and_never_public(seen, public_file):
    weeks = str(seen.waiting.summary()["longest_wait_weeks"]).removesuffix(".0")
    tile = public_file.read_text("utf-8").split("Longest wait")[1][:60]
    assert weeks not in tile
    assert f"<dd>{HIDDEN}</dd>" in tile


def test_the_same_figures_are_hidden_every_time(seen, public_file):
    assert report_page(seen, suppress=5) == public_file.read_text("utf-8")


def test_a_threshold_below_nothing_is_refused(seen):
    with pytest.raises(ValueError, match="-1"):
        report_page(seen, suppress=-1)
