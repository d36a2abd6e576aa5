import re

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.facts import as_stored
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.testing.sample import a_case
from tests.measures.answers_made_up import told
from tests.reports.test_page_in_a_browser import violations


def page_of(case, as_of="2026-06-30"):
    return case_page(answer(case, as_of))


def section(page, name):
    return page.split(f'<h2 id="{name}">')[1].split("</section>")[0]


def test_what_is_due_what_was_late_and_what_happened_in_plain_words():
    page = page_of(Case.of(a_case("a-1", "885")))
    assert "The council must do this by Monday 10 May 2027." in section(page, "ahead")
    assert "Nothing is late." in section(page, "late"), "the six weeks bind no psychologist of the council's own"
    assert section(page, "happened").count("<li>") == 12


def test_what_came_late_says_by_how_much_and_by_what_law():
    begun = ("2025-01-02 request_received parent", "2025-02-11 assessment_agreed")
    case = told("a", *begun, "2025-02-11 advice_requested medical", "2025-03-28 advice_received medical")
    late = section(page_of(case, "2025-04-01"), "late")
    assert "Give the advice asked for (health services)" in late
    assert "This was done on Friday 28 March 2025, 3 days late." in late
    assert "The law has not been kept." in late
    assert "SEND Regulations 2014" in late


def test_a_right_of_the_family_is_no_duty():
    page = page_of(Case.of(a_case("a-1")))
    assert "You can still do this, up to Monday 13 July 2026." in page
    assert "young person must" not in page


def test_an_excused_delay_says_so_and_an_overdue_one_how_long_it_is():
    excused = told(
        "a",
        "2025-01-02 request_received parent",
        "2025-02-01 exception_recorded outcome=exceptional_circumstances;until=2025-02-20;reason=Jo was ill",
    )
    page = page_of(excused, "2025-06-30")
    assert "The law allows the delay here: exceptional circumstances." in page
    overdue = page_of(told("a", "2025-01-02 request_received parent"), "2025-06-30")
    assert "It is 5 weeks and 4 days late today." in section(overdue, "late")


def test_a_protected_time_and_guidance_have_words_of_their_own():
    case = told("a", "2025-06-01 request_received parent", "2025-06-20 draft_plan_sent")
    page = page_of(case, "2025-06-25")
    assert "This time is protected up to Friday 4 July 2025." in page
    page = page_of(told("a", "2025-06-01 request_received parent"), "2025-06-25")
    assert "The council is expected to do this by" in page


def test_an_empty_case_says_that_there_is_nothing():
    page = page_of(Case("nobody"))
    assert "Nothing has to be done now." in page
    assert "Nothing is late." in page


def test_what_the_record_says_cannot_become_markup():
    # An older store may hold such a party; today it is refused.
    record = {"event": "advice_requested", "case_id": "<b>x</b>", "on": "2025-06-01"}
    case = Case.of([as_stored({**record, "party": "<script>alert(1)</script>"})])
    page = page_of(case, "2025-06-25")
    assert "<script" not in page
    assert "<b>x</b>" not in page


@pytest.mark.parametrize("width", [1280, 320])
def test_it_opens_without_a_word_and_axe_finds_nothing(watched, axe, tmp_path, width):
    file = tmp_path / "case.html"
    file.write_text(page_of(Case.of(a_case("a-1"))), encoding="utf-8")
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = watched.open(file)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
    assert watched.said == []
    assert watched.asked == [file.as_uri()]


def test_the_working_is_the_engines():
    case = Case.of(a_case("a-1"))
    page = page_of(case)
    told_steps = answer(case, "2026-06-30").deadlines[0].explanation
    text = re.sub(r"&#34;", '"', re.sub(r"&#39;", "'", page))
    assert all(str(step) in text for step in told_steps)
