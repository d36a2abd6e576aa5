"""A list as a page: every row, a sheet of paper for each owner, read by axe on screens of any width, nothing loaded."""

import datetime as dt
import html
import re
from typing import Any

import pytest

from ehcp_flow.reports.list_page import list_page
from tests.cli.running import invoke
from tests.reports.test_page_in_a_browser import HIDDEN_ASIDE, violations, walked

ON = dt.date(2026, 6, 30)
PAPER: Any = {"width": 688, "height": 1017}
ACROSS: Any = {"width": 1046, "height": 718}
"""What the margins leave of A4 at 96 dots an inch, upright and across."""
ROWS: list[dict[str, Any]] = [
    {"owner": "Ann", "case_id": "<b>", "next_due_on": dt.date(2026, 7, 6), "overdue": 1},
    {"owner": "Ann", "case_id": "C-2", "next_due_on": None, "overdue": 0},
    {"owner": "Bob", "case_id": "C-3", "next_due_on": None, "overdue": 1_200},
]


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])).split())


def page_of(rows, by="owner"):
    return list_page(rows, tuple(ROWS[0]), ON, title="Hand-over sheet", says="Every case", by=by)


def test_each_owner_has_a_table_of_their_own_and_no_row_is_left_out():
    text = text_of(page_of(ROWS))
    assert "Hand-over sheet Tuesday 30 June 2026, 3 rows. Every case. " in text
    assert "Ann 2 Case Next due on Overdue <b> 6 Jul 2026 1 C-2 0 Bob 1 Case" in text
    assert page_of(ROWS).count('<section class="sheet"') == 2
    assert "<b>" not in page_of(ROWS)


def test_a_list_of_nobody_in_particular_is_one_table_and_an_empty_one_says_so():
    assert page_of(ROWS, by="").count("<section") == 1
    assert "Nothing is on this list." in text_of(page_of([]))


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = tmp_path_factory.mktemp("council") / "cases.csv"
    made.write_text(invoke("synth", "--cases", 60, "--seed", 4, "--particulars", "--with-caseworker").stdout)
    return made


@pytest.mark.parametrize(
    ("words", "width"),
    [
        (("handover", "council"), 1280),
        (("desk", "council", "--handover"), 390),
        (("registers", "council", "school-reviews"), 390),
        (("registers", "council", "breaches"), 1280),
        (("registers", "council"), 1280),
    ],
)
def test_any_list_can_be_a_page_that_everybody_can_read(watched, axe, council, tmp_path, words, width):
    out = tmp_path / "list.html"
    args = [council if word == "council" else word for word in words]
    for _ in range(2):
        assert invoke(*args, "--as-of", ON.isoformat(), "--output", out).exit_code == 0
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = watched.open(out)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width < 640:  # on a desktop, a list of many columns may be moved to the side
        assert page.evaluate(HIDDEN_ASIDE) == []
    assert violations(page, axe) == []
    page.emulate_media(media="print")
    page.set_viewport_size(ACROSS if page.locator(".across").count() else PAPER)
    assert page.evaluate(HIDDEN_ASIDE) == [], "paper cannot be moved to the side"
    assert (watched.said, watched.asked) == ([], [out.as_uri()])


def test_on_a_telephone_each_value_of_a_list_stands_beside_the_heading_of_its_column(watched, tmp_path):
    out = tmp_path / "list.html"
    out.write_text(page_of(ROWS), encoding="utf-8")
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open(out)
    heads = page.locator("section").first.locator("thead th").all_text_contents()
    cells = page.locator("section").first.locator("tbody tr").first.locator("td").all()
    assert [cell.get_attribute("data-head") for cell in cells] == heads[1:]
    assert [cell.evaluate("one => getComputedStyle(one, '::before').content.slice(1, -1)") for cell in cells] == heads[
        1:
    ]


def test_a_list_is_walked_by_the_keyboard_owner_by_owner_and_says_all_in_forced_colours(watched, axe, tmp_path):
    out = tmp_path / "list.html"
    out.write_text(page_of(ROWS), encoding="utf-8")
    page = watched.open(out)
    stops = walked(page)
    assert [stop for stop, _ in stops] == ["Skip to the list", *page.locator("nav a").all_inner_texts(), "Ann", "Bob"]
    assert {outline for _, outline in stops} == {"solid"}
    page.emulate_media(forced_colors="active")
    assert page.locator("nav a").first.evaluate("one => getComputedStyle(one).textDecorationLine") == "underline"
    assert violations(page, axe) == []
