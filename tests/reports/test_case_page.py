import re

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.facts import as_stored
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.testing.sample import a_case
from tests.measures.answers_made_up import told
from tests.reports.test_page_in_a_browser import violations
from tests.telling import tell


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
    assert "A reason that the law accepts for a delay is on record: exceptional circumstances." in page
    assert "Whether the delay had to be is a judgement, which can be questioned." in page
    overdue = page_of(told("a", "2025-01-02 request_received parent"), "2025-06-30")
    assert "It is 5 weeks and 4 days late today." in section(overdue, "late")


def test_a_gap_that_is_declared_is_told_once_and_is_neither_late_nor_no_delay():
    last_review = ("2022-03-10 final_plan_sent", "2025-01-11 review_meeting_held")
    declared = "2022-03-10 records_declared value=final_plan_sent review_meeting_held"
    page = page_of(told("a", *last_review, declared))
    assert "Nothing that is on record is late now." in page
    assert page.count("Whether six things were done, the records here do not say: see below.") == 1
    assert "The law has not been kept." not in page
    assert section(page, "happened").count("<li>") == 2, "what the source records is nothing that happened"
    assert "on record is late" not in page_of(told("a", *last_review))


def test_a_protected_time_and_guidance_have_words_of_their_own():
    case = told("a", "2025-06-01 request_received parent", "2025-06-20 draft_plan_sent")
    page = page_of(case, "2025-06-25")
    assert "This time is protected up to Friday 4 July 2025." in page
    page = page_of(told("a", "2025-06-01 request_received parent"), "2025-06-25")
    assert "The council is expected to do this by" in page


FAMILY = """
2026-03-02 request_received
decide_not_issue 2026-06-20
The council must do this by Monday 22 June 2026.

2026-03-02 request_received
decide_not_issue 2026-07-13
The last day for this was Monday 22 June 2026, if it had to be done at all: the record does not show that it had.
The law can be read in another way here, by which it was not kept: see how this was worked out.

2025-08-04 final_plan_sent; 2026-03-02 review_meeting_held
amendment_notice 2026-06-30
The last day for this was Monday 30 March 2026, if it had to be done at all: the record does not show that it had.

2026-02-28 direct_payments_started; 2026-05-28 direct_payment_reviewed
direct_payment_review 2026-06-30
This was done on Thursday 28 May 2026, 1 day late. The last day was Wednesday 27 May 2026. The law has not been kept.
The law can be read in another way here, by which it was kept: see how this was worked out.

2026-03-02 request_received; 2026-04-20 assessment_refused; 2026-03-20 exception_recorded
outcome=exceptional_circumstances until=2026-04-20 reason=ill
decide_assess 2026-06-30
This was done on Monday 20 April 2026, 7 days late. The last day was Monday 13 April 2026.
A reason that the law accepts for a delay is on record: exceptional circumstances.
Whether the delay had to be is a judgement, which can be questioned.
The law can be read in another way here, by which it was not kept: see how this was worked out.

2026-03-02 mediation_agreed outcome=assess; 2026-03-20 assessment_agreed; 2026-03-09 exception_recorded
outcome=agreed_otherwise limit=mediation_comply reason=agreed
mediation_comply 2026-03-20
This was done on Friday 20 March 2026, 4 days late. The last day was Monday 16 March 2026.
A reason that the law accepts for a delay is on record: agreed otherwise.

2023-02-20 final_plan_sent; 2025-10-06 cease_notice_sent; 2025-11-17 appeal_registered
cease_standstill 2026-01-05
This time is protected up to a day that nobody can name yet.

2023-02-20 final_plan_sent; 2025-10-06 cease_notice_sent; 2025-11-17 appeal_registered; 2025-12-01 plan_ceased
cease_standstill 2026-01-05
This time is protected up to a day that nobody can name yet. It was not kept: the act came too early, on
Monday 1 December 2025. The law has not been kept.

2023-02-20 final_plan_sent; 2025-10-06 cease_notice_sent; 2025-12-01 cease_notice_withdrawn
cease_standstill 2026-01-05
This time is no longer protected.

2026-03-02 draft_plan_sent; 2026-03-12 draft_plan_sent; 2026-03-22 final_plan_sent
draft_representations 2026-06-30
This time was protected up to Monday 16 March 2026, and was kept.

2026-03-02 draft_plan_sent; 2026-03-12 draft_plan_sent; 2026-03-22 final_plan_sent
draft_representations 2026-06-30
This time ran to Thursday 26 March 2026. Whether it was protected the record does not show.

2026-01-12 request_received; 2026-02-10 assessment_agreed; 2026-06-02 request_withdrawn
final_plan 2026-06-30
This should have been done by Monday 1 June 2026. It was 1 day late when it no longer had to be done, on
Tuesday 2 June 2026. The law has not been kept.
"""


@pytest.mark.parametrize("life", FAMILY.strip().split("\n\n"))
def test_what_a_family_reads_of_it(life):
    chronology, limit, as_of, says = re.split(r"\n([a-z_]+) ([0-9-]{10})\n", life)
    told = answer(tell(chronology.replace("\n", " ")), as_of)
    assert f"<p>{' '.join(says.split())}</p>" in case_page(told)
    assert limit in {one.limit for one in told.deadlines}


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
