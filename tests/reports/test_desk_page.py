"""The desk as a page: every row of the desk, read by axe, on a screen of any width, and nothing loaded."""

import datetime as dt
import html
import re

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.measures import Desk
from ehcp_flow.reports.desk_page import DESK_PAGE, desk_page
from tests.cli.running import invoke, rows_of
from tests.measures.answers_made_up import told
from tests.reports.test_page_in_a_browser import HIDDEN_ASIDE, violations, walked

ON = "2026-06-30"
CASES = (
    told("C-0871", "2025-12-15 request_received parent", "2026-01-20 assessment_agreed", "2026-06-05 draft_plan_sent"),
    told("C-1377", "2026-05-25 request_received parent"),
    told("<b>", "2026-05-25 request_received parent"),
)

HEADINGS = ["Overdue, and still owed", "Due by 14 July 2026"]


def page_of(*cases, **options):
    desk = Desk(extra={"C-0871": {"caseworker": "Ann", "team": "North"}}, columns=("team",))
    for case in cases:
        desk.add(answer(case, ON))
    return desk_page(desk, desk.rows(), answer(cases[0], ON).as_of, columns=("team",), **options)


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])).split())


def test_a_row_says_what_to_do_why_by_when_whose_it_is_and_by_what_law():
    text = text_of(page_of(*CASES, of="caseworker Ann"))
    assert "Desk of caseworker Ann Tuesday 30 June 2026, 3 cases. 3 things to do, 1 of them overdue." in text
    assert "C-0871 Send the final plan The council received a request for an assessment, 15 December 2025." in text
    assert (
        "15 December 2025. SEND Regulations 2014 (SI 2014/1530), reg 13(2), reg 14 4 May 2026 57 days over Ann" in text
    )
    assert "Due by 14 July 2026" in text
    assert "6 July 2026 in 6 days" in text


def test_what_a_case_is_called_cannot_become_markup():
    assert "<b>" not in page_of(*CASES)


def test_nothing_to_do_is_said_on_the_page():
    desk = Desk()
    desk.add(answer(told("a", "2026-06-29 request_received parent"), ON))
    assert "1 case. Nothing is to be done." in text_of(desk_page(desk, desk.rows(), dt.date(2026, 6, 30)))


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = tmp_path_factory.mktemp("council") / "cases.csv"
    made.write_text(invoke("synth", "--cases", 150, "--seed", 6, "--particulars").stdout)
    return made


def test_the_command_writes_every_row_and_its_own_page_again_and_nobody_elses(council, tmp_path):
    out = tmp_path / "desk.html"
    for _ in range(2):
        assert invoke("desk", council, "--as-of", ON, "--output", out).exit_code == 0
    rows = rows_of(invoke("desk", council, "--as-of", ON, "--format", "json").stdout, "json")
    assert out.read_text("utf-8").count('<th scope="row">') == len(rows) > 50
    with out.open("rb") as file:
        assert DESK_PAGE.ours(file)
    out.write_text("<!DOCTYPE html>\n<title>mine</title>\n")
    refused = invoke("desk", council, "--as-of", ON, "--output", out)
    assert (refused.exit_code, out.read_text()) == (2, "<!DOCTYPE html>\n<title>mine</title>\n")


def test_what_changed_is_a_page_too(council):
    done = invoke("desk", council, "--as-of", ON, "--since", "2026-06-01", "--format", "html")
    assert "things changed since Monday 1 June 2026" in done.stdout


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_the_page_fits_its_screen(watched, axe, council, tmp_path, width):
    out = tmp_path / "desk.html"
    assert invoke("desk", council, "--as-of", ON, "--output", out).exit_code == 0
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = watched.open(out)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(HIDDEN_ASIDE) == []
    assert violations(page, axe) == []
    assert watched.said == []
    assert watched.asked == [out.as_uri()]


def test_on_a_telephone_each_row_says_by_when_and_whose_it_is_and_its_further_columns_by_name(watched, tmp_path):
    out = tmp_path / "desk.html"
    out.write_text(page_of(*CASES), encoding="utf-8")
    watched.page.set_viewport_size({"width": 390, "height": 844})
    row = watched.open(out).locator("tr", has_text="C-0871")
    told = [
        (cell.evaluate("one => getComputedStyle(one, '::before').content.slice(1, -1)"), cell.inner_text().split())
        for cell in row.locator("[data-head]").all()
        if cell.is_visible()
    ]
    assert told == [
        ("Last lawful day", ["4", "May", "2026", "57", "days", "over"]),
        ("Owner", ["Ann"]),
        ("Team", ["North"]),
    ]


def test_the_desk_is_walked_by_the_keyboard_list_by_list(watched, tmp_path):
    out = tmp_path / "desk.html"
    out.write_text(page_of(*CASES), encoding="utf-8")
    page = watched.open(out)
    stops = walked(page)
    assert [stop for stop, _ in stops] == ["Skip to the desk", *page.locator("nav a").all_inner_texts(), *HEADINGS]
    assert {outline for _, outline in stops} == {"solid"}
    page.locator("nav a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#overdue")


def test_in_forced_colours_what_is_late_is_said_and_stands_out_and_links_are_underlined(watched, axe, tmp_path):
    out = tmp_path / "desk.html"
    out.write_text(page_of(*CASES), encoding="utf-8")
    page = watched.open(out)
    page.emulate_media(forced_colors="active")
    late = page.locator("tr", has_text="C-0871").locator(".worse")
    assert late.inner_text() == "57 days over"
    assert late.evaluate("one => getComputedStyle(one).fontWeight") == "600"
    assert page.locator("nav a").first.evaluate("one => getComputedStyle(one).textDecorationLine") == "underline"
    assert violations(page, axe) == []
