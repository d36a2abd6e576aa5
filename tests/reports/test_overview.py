"""The overview and the page at the edges: nothing at all, several authorities, a library that is missing."""

import io
import sys

import pytest

from ehcp_flow.errors import LibraryMissing
from ehcp_flow.measures.change import clear_change
from ehcp_flow.reports.calendar_feed import work_calendar
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.reports.charts import Bar, Line, bar_chart, line_chart
from ehcp_flow.reports.first_screen import law_kept
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import report_page
from ehcp_flow.reports.verdict import Elsewhere, headlines, in_words
from ehcp_flow.reports.workbook import write_workbook
from tests.measures.answers_made_up import answered, plan, told

HELD = ("2020-01-06 request_received parent", "2020-05-04 final_plan_sent")


def test_a_caseload_of_nothing_still_makes_a_page_and_a_workbook(watched, tmp_path):
    nothing = overview([], "2025-06-30")
    assert in_words(headlines(nothing)) == "Of 8 measures, 8 are too small to say."
    file = tmp_path / "nothing.html"
    file.write_text(report_page(nothing), encoding="utf-8")
    page = watched.open(file)
    page.locator("#list-breaches summary").click()
    assert page.locator("#list-breaches tbody").inner_text().strip() == "None."
    assert page.locator("#kept .verdict").inner_text() == "Yes: no time limit is past and not met today."
    assert page.locator("#now p").inner_text() == "Nothing is to be done."
    assert watched.said == []
    write_workbook(nothing, io.BytesIO())
    assert report_page(nothing, suppress=5)


def test_what_the_source_is_declared_not_to_record_is_no_breach_of_the_page_and_no_assurance_either():
    last_review = ("2022-03-10 final_plan_sent", "2025-01-11 review_meeting_held")
    declared = "2022-03-10 records_declared value=final_plan_sent review_meeting_held"
    without, declares = (
        law_kept(overview(answered(told("a", *facts), as_of="2026-06-30"), "2026-06-30"))
        for facts in (last_review, (*last_review, declared))
    )
    assert without.answer.startswith("No: 3 time limits are past")
    assert "declared" not in without.more
    assert declares.answer == "As far as is recorded: no time limit is past and not met today."
    assert declares.more == (
        "Of 6 time limits that are past, in 1 case, the source is declared not to record what became of them: they "
        "are counted nowhere here."
    )


def test_several_authorities_are_counted_and_stand_beside_no_region():
    seen = overview([plan("a", "2025-01-02", "2025-05-02"), plan("b", "2025-01-02", "2025-05-02", authority="301")])
    assert seen.authority is None
    assert "2 authorities" in report_page(seen)
    assert {line.region.now for line in headlines(seen)} == {""}


def test_a_record_that_names_no_authority_says_so():
    seen = overview([plan("a", "2025-01-02", "2025-05-02", authority=None)], "2025-06-30")
    assert "An authority that the record does not name" in report_page(seen)


def test_the_same_cases_give_the_same_page(caseload):
    some = dict(list(caseload.items())[:60])
    assert report_page(overview(some, "2026-06-30")) == report_page(overview(some, "2026-06-30"))


def test_transfers_that_lie_ahead_say_how_many_a_week_are_still_needed():
    due = "2025-09-01 phase_transfer_due outcome=school"
    done = ("2024-12-02 review_meeting_held", "2025-01-20 amended_plan_sent")
    cases = [told(f"t{n}", *HELD, due, *(done if n < 4 else ())) for n in range(10)]
    assert "3 a week are still needed." in report_page(overview(cases, "2025-01-27"))


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        ((60, 100), (40, 100), "better"),
        ((40, 100), (60, 100), "worse"),
        ((52, 100), (48, 100), "no clear change"),
        ((9, 9), (0, 100), "cannot be said"),
        ((100, 100), (100, 100), "no clear change"),
    ],
)
def test_a_change_is_clear_only_where_chance_does_not_explain_it(now, before, change):
    assert clear_change(now, before, more_is_better=True) == change
    turned = {"better": "worse", "worse": "better"}.get(change, change)
    assert clear_change(now, before, more_is_better=False) == turned


WRITERS = {
    "page": ("jinja2", report_page),
    "case": ("jinja2", lambda seen: seen and case_page(answered(told("a", *HELD))[0])),
    "workbook": ("xlsxwriter", lambda seen: write_workbook(seen, io.BytesIO())),
    "calendar": ("icalendar", lambda seen: seen and work_calendar([])),
}


@pytest.mark.parametrize(("library", "write"), WRITERS.values(), ids=WRITERS)
def test_without_the_extra_the_error_says_what_to_install(monkeypatch, seen, library, write):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(LibraryMissing, match=r"ehcp-flow\[reports\]"):
        write(seen)


def test_a_broken_line_is_drawn_in_pieces_and_a_lone_point_as_a_mark():
    svg = line_chart("T", "S", ["a", "b", "c"], [Line("<one>", [1.0, None, 3.0]), Line("none", [None] * 3)])
    assert svg.count("<polyline") == 2
    assert "&lt;one&gt;" in svg
    assert 'aria-label="T. S"' in svg
    assert "<circle" in line_chart("T", "S", ["a"], [Line("one", [0.0])])


def test_bars_have_their_figures_and_none_is_longer_than_the_longest():
    svg = bar_chart("T", "S", [Bar("a", 10, "10"), Bar("b", 5, "5", marked=True), Bar("c", 0, "0")])
    assert svg.count('fill="url(#hatch)"') == 1
    assert all(f">{text}</text>" in svg for text in ("10", "5", "0"))


EXCEPTION = "2025-02-03 exception_recorded outcome=exceptional_circumstances;until=2025-02-20;reason=a death"


def excepted(share, plans=200):
    """Return so many new plans, of which so many have an exception that holds."""
    return [plan(f"{at}", "2025-01-02", "2025-05-02", *([EXCEPTION] if at < share else [])) for at in range(plans)]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (60, "Warning: exceptions.</strong> Far more exceptions than the country records: 30.0% of the new plans"),
        (0, "Exceptions.</strong> Far fewer exceptions than the country records: 0.0% of the new plans"),
    ],
)
def test_exceptions_that_stand_out_from_the_country_are_said_in_words(share, said):
    page = report_page(overview(answered(*excepted(share)), "2025-06-30"))
    assert said in page
    assert "England&#39;s 6.1%" in page


def test_exceptions_like_the_countrys_are_a_line_and_no_warning():
    seen = overview(answered(*excepted(12)), "2025-06-30")
    assert "exceptions than the country records" not in report_page(seen)
    line = headlines(seen)[2]
    assert (line.now, line.country.now, line.region.now, line.own.now) == (6.0, "6.1%", "6.8%", "0.9%")


def test_few_exceptions_are_neither_shown_nor_said_on_a_public_page():
    seen = overview(answered(*excepted(3)), "2025-06-30")
    public = report_page(seen, suppress=5)
    assert "exceptions than the country records" not in public
    assert ">c<" in public


def test_each_headline_that_is_published_stands_beside_the_country_the_region_and_the_year_before():
    lines = {line.column: line for line in headlines(overview([plan("a", "2025-01-02", "2025-05-02")], "2025-06-30"))}
    unpublished = {name for name, line in lines.items() if not line.country.now}
    assert unpublished == {"pc_phase_transfer_in_time", "pc_advice_within_6_weeks"}, "the tables do not have them"
    for line in lines.values():
        if line.column not in unpublished:
            assert all(there.now for there in (line.own, line.country, line.region))
    since_2023 = {name for name, line in lines.items() if line.country.before}
    assert lines.keys() - since_2023 - unpublished == {"pc_decsion_4weeks", "pc_no_review_meeting"}, (
        "2024 was the first"
    )
    assert lines["pc_plans_issued_20_weeks_ex"].country == Elsewhere("46.4%", "50.3%")
    assert lines["pc_plans_issued_20_weeks_ex"].own == Elsewhere("37.4%", "27.7%")
