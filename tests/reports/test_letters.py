"""A paragraph of a letter: three to six sentences, the days and the law in them, no code and no free text."""

import re

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.reports.letters import READERS, letter
from ehcp_flow.synth import synth
from tests.cli.running import invoke
from tests.doors import write_story
from tests.measures.answers_made_up import told

BEGUN = ("2025-12-15 request_received parent", "2026-01-20 assessment_agreed")
LATE = told("C-0871", *BEGUN, "2026-03-02 advice_requested medical", "2026-06-05 draft_plan_sent")


def about(case, reader, as_of="2026-06-30", limit=None):
    return letter(answer(case, as_of), reader, limit)


def test_to_a_family_it_says_since_when_by_when_how_late_why_not_and_what_can_be_done():
    assert about(LATE, "family") == (
        "On 15 December 2025 the council received a request for an assessment. By law the council had until 4 May "
        "2026 to send the final plan. On 30 June 2026 this has not been done: it is 8 weeks and 1 day late. No "
        "reason that the law accepts is on record. A time limit that has passed does not end the duty: it must "
        "still be done, as soon as possible. You may complain to the council, and if its answer does not help, to "
        "the Local Government and Social Care Ombudsman."
    )


def test_to_an_adviser_it_says_what_was_asked_when_what_waits_for_it_and_what_to_do():
    assert about(LATE, "adviser") == (
        "On 2 March 2026 we asked you (health services) for advice on case C-0871. The law gives 6 weeks after the day "
        "on which you received our request: to 13 April 2026 (SEND Regulations 2014 (SI 2014/1530), reg 8(1); Children "
        "and Families Act 2014, s 31). On 30 June 2026 your advice has not come: it is 11 weeks and 1 day late. We "
        "need it to send the final plan, which was due on 4 May 2026. Please send what you have, or tell us "
        "within a week what stands in the way."
    )


@pytest.mark.parametrize(
    ("came", "ends"),
    [
        ("2026-04-20 advice_received psychological", "Your advice came on 20 April 2026, 7 days late."),
        ("2026-05-11 advice_request_withdrawn psychological", "on 11 May 2026, it was 4 weeks late."),
    ],
)
def test_to_an_adviser_who_has_nothing_more_to_send_it_asks_for_nothing(came, ends):
    asked = told("C-1", *BEGUN, "2026-03-02 advice_requested psychological", came)
    text = about(asked, "adviser")
    assert text.startswith("On 2 March 2026 we asked you (an educational psychologist) for advice on case C-1.")
    assert text.endswith(ends)


def test_to_an_adviser_it_says_what_the_advice_is_for_and_not_what_was_begun_since():
    moved = told("C-1", *BEGUN, "2026-03-02 advice_requested psychological", "2026-05-11 plan_transferred_in")
    assert "We need it" not in about(moved, "adviser")
    again = told(
        "C-1", "2024-06-03 final_plan_sent", "2026-03-02 reassessment_agreed", "2026-03-02 advice_requested medical"
    )
    assert "We need it to send the final plan after the re-assessment" in about(again, "adviser")


def test_guidance_is_not_called_law():
    asked = told("C-1", *BEGUN, "2026-03-02 advice_requested psychological")
    text = about(asked, "adviser")
    assert "The statutory guidance gives 6 weeks after" in text
    assert "The law gives" not in text


def test_to_the_ombudsman_it_says_how_the_day_was_counted_and_by_what_law():
    text = about(LATE, "ombudsman")
    assert (
        "By law the council had until 4 May 2026 to send the final plan (SEND Regulations 2014 (SI 2014/1530), reg"
        in text
    )
    assert "20 weeks after Monday 15 December 2025, that day not counted" in text
    assert text.endswith("This is what the record showed on 30 June 2026.")


def test_an_exception_that_holds_is_named_and_its_free_text_is_not():
    ill = "2025-02-01 exception_recorded outcome=exceptional_circumstances;until=2025-02-20;reason=Jo was ill"
    text = about(told("a", "2025-01-02 request_received parent", ill), "family")
    assert "A reason that the law accepts is on record: exceptional personal circumstances" in text
    assert "Jo" not in text


@pytest.mark.parametrize(
    ("limit", "as_of", "says"),
    [
        ("decide_assess", "2026-06-30", "This was done on 20 January 2026, in time."),
        ("final_plan", "2026-04-27", "That is 7 days from 27 April 2026."),
        ("final_plan", "2026-04-27", "the council has until 4 May 2026 to send the final plan"),
    ],
)
def test_it_is_about_the_limit_that_is_named(limit, as_of, says):
    assert says in about(LATE, "family", as_of, limit)


def test_what_is_due_next_is_told_where_nothing_is_overdue_and_that_nothing_is_where_nothing_is():
    soon = told("a", "2026-06-01 request_received parent")
    assert "has until 13 July 2026 to decide whether to assess, and say so." in about(soon, "family")
    assert about(soon, "adviser") == "No advice is waited for in case a on 30 June 2026, and none came late."
    gone = told("a", "2026-06-01 request_received parent", "2026-06-02 request_withdrawn outcome=ends")
    assert about(gone, "family") == "Nothing is due from the council in case a on 30 June 2026, and nothing is late."


def test_names_that_are_not_known_are_refused():
    with pytest.raises(UnknownNameError, match="reader"):
        about(LATE, "mother")
    with pytest.raises(UnknownNameError, match="limit"):
        about(LATE, "family", limit="final_plam")
    with pytest.raises(UnknownNameError, match="deadline"):
        about(LATE, "family", limit="order_amend")


ANSWERS = [answer(case, "2026-06-30") for case in group_cases(synth(150, 3, as_of="2026-06-30", faults=0.2)).values()]
LIMITS = sorted({one.limit for each in ANSWERS for one in each.deadlines})


@pytest.mark.parametrize("reader", READERS)
def test_of_every_deadline_a_letter_has_few_sentences_and_no_code(reader):
    seen = 0
    for each in ANSWERS:
        for limit in dict.fromkeys(one.limit for one in each.deadlines if one.due_on is not None):
            text = letter(each, reader, limit)
            law = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "", text)
            assert "_" not in law.replace(each.case_id, ""), text
            assert 2 <= len(re.findall(r"[.](?: |$)", law)) <= 8, text
            seen += 1
    assert seen > 1_000


def test_the_command_prints_it(tmp_path):
    story = write_story(tmp_path / "story.csv", "2025-12-15 request_received party=parent")
    done = invoke("explain", story, "--case", "a", "--as-of", "2026-06-30", "--letter", "family")
    assert " ".join(done.stdout.split()).startswith(
        "On 15 December 2025 the council received a request for an assessment."
    )
    assert invoke("letter", story, "a", "--as-of", "2026-06-30").stdout == done.stdout
    refused = invoke("explain", story, "--case", "a", "--letter", "family", "--html", tmp_path / "a.html")
    assert (refused.exit_code, "a letter is plain text" in refused.stderr) == (2, True)
