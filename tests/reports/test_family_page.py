"""What a family reads first: where the case stands, what is late and by whom, what it can do. No code, and short."""

import html
import re

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.reports.stages import track_of
from ehcp_flow.synth import synth
from tests.measures.answers_made_up import told
from tests.reports.test_page_in_a_browser import violations, walked

ON = "2026-06-30"
LATE = told(
    "C-0871", "2025-12-15 request_received parent", "2026-01-20 assessment_agreed",
    "2026-01-22 advice_requested medical",
    "2026-01-22 advice_requested psychological", "2026-02-18 advice_received medical",
    "2026-05-18 advice_received psychological", "2026-06-05 draft_plan_sent",
)  # fmt: skip
REVIEWED = told(
    "C-0310", "2023-09-01 request_received parent", "2024-01-10 final_plan_sent", "2025-02-01 review_meeting_held",
    "2025-02-20 review_decision_sent outcome=maintain", "2026-05-15 review_meeting_held",
)  # fmt: skip


def first_part(case, as_of=ON):
    """The text that is there before the law is opened."""
    page = case_page(answer(case, as_of)).split('<main id="main"')[1].split('<details class="law"')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition(">")[2])).split())


def stages_of(case, as_of=ON):
    track = track_of(answer(case, as_of))
    return None if track is None else [(one.title, one.day, one.said, one.standing) for one in track.stages]


def test_a_late_plan_is_told_with_who_must_act_and_what_can_be_done():
    told_first = first_part(LATE).partition("Where things stand ")[2]
    stands, follows, rights = re.split(r" What happens next | What you can do ", told_first)
    assert stands == (
        "The council had to send the final plan by 4 May 2026. It has not done so. It is 8 weeks and 1 day late. "
        "No reason for this delay that the law accepts is on record."
    )
    assert follows == "The council must send the final plan as soon as it can."
    assert rights == (
        "Ask the council when it will do what is late. You may complain to the council. If its answer does not help, "
        "you can go to the Ombudsman. It is free. If you think a date is wrong, or something is missing, tell the "
        "council."
    )


def test_what_has_to_be_done_twice_is_told_once_of_what_happens_next():
    twice = told(
        "a", "2023-09-01 request_received parent", "2024-01-10 final_plan_sent", "2024-12-02 review_meeting_held",
        "2024-12-20 review_decision_sent outcome=amend", "2025-11-20 review_meeting_held",
        "2025-12-10 review_decision_sent outcome=amend",
    )  # fmt: skip
    follows = first_part(twice).partition("What happens next ")[2]
    assert follows.count("must send the proposed amendments") == 1


def test_what_was_late_when_it_no_longer_had_to_be_done_is_told():
    gone = told("a", "2026-02-02 request_received parent", "2026-06-01 request_withdrawn outcome=ends")
    never = "One thing was not done in time, and no longer has to be: see below."
    assert never in first_part(gone)
    assert never not in first_part(gone, "2026-05-31")


def test_the_stages_say_what_is_done_what_is_late_and_what_is_next():
    assert stages_of(LATE) == [
        ("Asked", "15 December 2025", "done", "done"),
        ("Decision to assess", "20 January 2026", "in time", "done"),
        ("Advice", "18 May 2026", "10 weeks and 4 days late", "late"),
        ("Draft plan", "5 June 2026", "done", "done"),
        ("Final plan", "not yet", "8 weeks and 1 day late", "late"),
    ]
    assert stages_of(REVIEWED) == [
        ("Plan made, kept or changed", "20 February 2025", "done", "done"),
        ("Review meeting", "15 May 2026", "done", "done"),
        ("Decision", "not yet", "2 weeks and 4 days late", "late"),
        ("Changes proposed", "not yet", "", "next"),
        ("Changed plan", "not yet", "", "next"),
    ]


@pytest.mark.parametrize(
    ("as_of", "decision"),
    [("2026-01-26", ("not yet", "due by 26 January 2026", "now")), ("2026-01-27", ("not yet", "1 day late", "late"))],
)
def test_what_is_due_today_is_not_late(as_of, decision):
    asked = told("a", "2025-12-15 request_received parent")
    assert stages_of(asked, as_of)[1] == ("Decision to assess", *decision)


def test_a_stage_without_a_date_is_not_said_to_be_still_to_come_where_a_later_one_is_over():
    drafted = told("C-1", "2025-12-15 request_received parent", "2026-01-20 assessment_agreed",
                   "2026-06-05 draft_plan_sent")  # fmt: skip
    assert [(title, day, standing) for title, day, _, standing in stages_of(drafted)] == [
        ("Asked", "15 December 2025", "done"),
        ("Decision to assess", "20 January 2026", "done"),
        ("Advice", "no date on record", "done"),
        ("Draft plan", "5 June 2026", "done"),
        ("Final plan", "not yet", "late"),
    ]
    asked = told("C-1", "2025-12-15 request_received parent", "2026-01-20 assessment_agreed",
                 "2026-01-22 advice_requested medical", "2026-06-05 draft_plan_sent")  # fmt: skip
    assert stages_of(asked)[2] == ("Advice", "not yet", "16 weeks and 5 days late", "late"), "it has not come"


def test_some_advice_that_is_missing_keeps_the_stage_open():
    asked = told("a", "2026-05-01 request_received parent", "2026-05-20 assessment_agreed",
                 "2026-05-25 advice_requested medical", "2026-05-25 advice_requested social_care",
                 "2026-06-20 advice_received medical")  # fmt: skip
    assert stages_of(asked)[2] == ("Advice", "not yet", "due by 6 July 2026", "now")


def test_where_nothing_is_asked_and_no_plan_is_held_there_are_no_stages():
    assert stages_of(told("a", "2026-03-01 request_received parent", "2026-04-10 assessment_refused")) is None


def test_a_right_has_its_last_day_and_a_time_that_is_kept_for_the_family_is_said():
    refused = told("a", "2026-05-01 request_received parent", "2026-06-10 assessment_refused")
    assert "You can contact a mediation adviser. The last day is 10 August 2026." in first_part(refused)
    draft = told(
        "a", "2026-03-02 request_received parent", "2026-04-01 assessment_agreed", "2026-06-25 draft_plan_sent"
    )
    assert "Time is kept for you up to" in first_part(draft)


def test_if_the_answer_is_no_it_must_be_said_by_a_day_and_nobody_must_refuse():
    text = first_part(told("a", "2026-03-30 request_received parent", "2026-05-01 assessment_agreed"))
    assert "If the council decides against it, it must say so by 20 July 2026." in text
    assert "refuse" not in text


def test_an_allowed_delay_is_said_to_be_one():
    ill = "2025-02-01 exception_recorded outcome=exceptional_circumstances;until=2025-02-20;reason=Jo was ill"
    text = first_part(told("a", "2025-01-02 request_received parent", ill), "2025-03-01")
    assert "A reason that the law accepts for a delay is on record: exceptional circumstances. Whether" in text
    assert "Jo" not in text


PARTS = [first_part(case) for case in group_cases(synth(200, 11, as_of=ON, faults=0.2)).values()]


def test_no_code_of_the_library_is_in_what_a_family_reads_first():
    assert [part for part in PARTS if "_" in part] == []


def test_it_reads_at_the_age_of_twelve():
    """Words a sentence, and the grade of Flesch and Kincaid: 7 is the school year of twelve-year-olds in the States."""
    sentences = [sentence for part in PARTS for sentence in re.split(r"[.:] ", part.partition("Where things stand")[2])]
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z']+|[0-9]+", sentence)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    mean = len(words) / len(sentences)
    assert mean <= 12
    assert 0.39 * mean + 11.8 * syllables / len(words) - 15.59 <= 7.5
    assert max(len(sentence.split()) for sentence in sentences) <= 32


@pytest.mark.parametrize("case", [LATE, REVIEWED], ids=["request", "review"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_on_any_screen_without_a_fault_and_prints_on_one_sheet(watched, axe, tmp_path, case, width):
    file = tmp_path / "case.html"
    file.write_text(case_page(answer(case, ON)), encoding="utf-8")
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = watched.open(file)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    summary = page.locator("details.law > summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#happened", state="visible")
    assert watched.said == []


def test_the_familys_page_is_walked_by_the_keyboard_and_its_working_opens_by_it(watched, tmp_path):
    file = tmp_path / "case.html"
    file.write_text(case_page(answer(LATE, ON)), encoding="utf-8")
    page = watched.open(file)
    stops = walked(page)
    assert [stop for stop, _ in stops] == ["Skip to the case", "How we know these dates: the law, step by step"]
    page.locator("details.law > summary").focus()
    page.keyboard.press("Enter")
    inside = page.locator("details.law details > summary").all_inner_texts()
    page.reload()
    page.locator("details.law").evaluate("one => { one.open = true }")
    opened = walked(page)
    assert [stop for stop, _ in opened] == [*(stop for stop, _ in stops), *inside]
    assert len(inside) > 3
    assert {outline for _, outline in (*stops, *opened)} == {"solid"}


def test_in_forced_colours_a_stage_that_is_late_is_told_by_its_line_and_its_words(watched, axe, tmp_path):
    file = tmp_path / "case.html"
    file.write_text(case_page(answer(LATE, ON)), encoding="utf-8")
    page = watched.open(file)
    page.emulate_media(forced_colors="active")
    late, done = (page.locator(f".track .{standing}").first for standing in ("late", "done"))
    assert "late" in late.locator(".how").inner_text()
    line = "one => getComputedStyle(one).borderTopStyle"
    assert (late.evaluate(line), done.evaluate(line)) == ("double", "solid")
    assert violations(page, axe) == []
