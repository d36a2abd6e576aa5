"""Each time limit of Wales on its last lawful day, the day before and the day after, and what it hangs on."""

import datetime as dt

import pytest

from ehcp_flow import deadlines_of
from ehcp_flow.answers import answer
from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.explanation import explain
from ehcp_flow.states import state
from tests.wales.lives import LIVES, day, judged, life, lives, the, wales

SCHOOL = "aln_raised:school 2026-01-12 party=school-1"
COLLEGE = "aln_raised:college 2026-01-12 party=college-1"
AUTHORITY = "aln_raised:authority 2026-01-12"
PLAN = "plan_passed:school 2026-01-12 party=school-1 made_on=2026-01-12"
COLLEGE_PLAN = "plan_passed:college 2026-01-09 party=college-1 made_on=2026-01-12"
AUTHORITY_PLAN = "plan_passed:authority 2026-01-12 made_on=2026-01-12"
SCHOOL_CEASES = "cease_decided:school 2026-03-02\nreconsideration_asked:ceasing 2026-03-09"

OPEN = {"open", "undated"}

# The limit, what came before, the act that keeps it, and the last lawful day: counted by hand on a calendar.
LAST_DAYS = [
    # 35 days of the school from Tuesday 13 January: 24 to half-term, from Saturday 14 February on, and 11 after it.
    ("school_decision", SCHOOL, "no_aln_notified:school", "2026-03-09"),
    ("school_decision", SCHOOL, "idp_given:school", "2026-03-09"),
    ("college_decision", COLLEGE, "no_aln_notified:college", "2026-03-09"),
    # Twelve weeks end on the same day of the week, be it Easter Monday.
    ("authority_decision", AUTHORITY, "no_aln_notified:authority", "2026-04-06"),
    ("authority_decision", AUTHORITY, "idp_given:authority", "2026-04-06"),
    ("authority_decision", f"{SCHOOL}\ncase_referred 2026-02-02", "idp_given:school", "2026-04-27"),
    ("authority_decision", f"{SCHOOL}\ncase_referred 2026-02-02 served_on=2026-02-04", "idp_given:school",
     "2026-04-29"),
    # Section 23(2): the day on which the plan was given is the first of the twelve months.
    ("review", f"{AUTHORITY}\nidp_given:authority 2026-03-02", "review_decided:revised", "2027-03-01"),
    ("review", PLAN, "plan_reconsidered:revise", "2027-01-11"),
    ("review", f"{AUTHORITY_PLAN}\nappeal_registered 2026-02-02", "appeal_decided:revise", "2027-01-11"),
    ("review_on_request", f"{PLAN}\nreview_asked:school 2026-04-13 party=school-1", "review_unnecessary", "2026-06-09"),
    ("review_on_request", f"{COLLEGE_PLAN}\nreview_asked:college 2026-01-12 party=college-1", "review_decided:revised",
     "2026-03-09"),
    ("authority_review_on_request", f"{AUTHORITY_PLAN}\nreview_asked:authority 2026-05-05",
     "review_decided:not_revised", "2026-06-23"),
    ("reconsider_decision", f"{SCHOOL}\nno_aln_notified:school 2026-03-02\nreconsideration_asked:decision 2026-03-20",
     "decision_reconsidered:aln", "2026-05-08"),
    ("reconsider_plan", f"{PLAN}\nreconsideration_asked:plan 2026-03-05", "plan_reconsidered:not_revise", "2026-04-23"),
    ("takeover", f"{PLAN}\ntakeover_asked 2026-03-02", "takeover_decided:left", "2026-04-20"),
    ("reconsider_ceasing", f"{PLAN}\ncease_decided:school 2026-03-06\nreconsideration_asked:ceasing 2026-04-07",
     "ceasing_reconsidered:cease", "2026-05-26"),
    # Regulation 11(2): six weeks end on Good Friday, and the first working day after Easter is Tuesday.
    ("nhs_answer", "nhs_referred 2026-02-20 party=board-1", "nhs_answered", "2026-04-07"),
    ("nhs_answer", "nhs_referred 2026-02-18 served_on=2026-02-23 party=board-1", "nhs_answered", "2026-04-07"),
    ("nhs_answer", "nhs_referred 2026-02-25 party=board-1", "nhs_answered", "2026-04-08"),
]  # fmt: skip

RIGHTS = [
    # Regulation 12(1): four weeks end on Good Friday.
    ("ask_reconsideration", f"{PLAN}\ncease_decided:school 2026-03-06", "reconsideration_asked:ceasing", "2026-04-07"),
    ("ask_reconsideration", f"{PLAN}\ncease_decided:school 2026-03-11", "reconsideration_asked:ceasing", "2026-04-08"),
    # Regulation 10 of the Tribunal's: eight weeks from Monday 9 March end on Sunday; the next day is May Day.
    ("appeal", f"{COLLEGE}\nno_aln_notified:college 2026-03-09", "appeal_registered", "2026-05-05"),
    ("appeal", f"{AUTHORITY}\nno_aln_notified:authority 2026-03-10", "appeal_registered", "2026-05-05"),
    ("appeal", f"{AUTHORITY}\nidp_given:authority 2026-03-10 served_on=2026-03-12", "appeal_registered", "2026-05-07"),
]  # fmt: skip


# What is owed only if that is the answer: a day that passes without one is no breach.
IF_SO = [
    # Regulation 10(3): Saturday 4 April is in Easter, and the first working day is Tuesday the 7th.
    ("unnecessary_decision", f"{AUTHORITY}\nconsent_given 2026-01-10", "plan_unnecessary", "2026-04-07"),
    ("unnecessary_decision", f"{AUTHORITY}\nconsent_given 2026-01-12", "plan_unnecessary", "2026-04-07"),
    ("unnecessary_decision", f"{AUTHORITY}\nconsent_given 2026-01-14", "plan_unnecessary", "2026-04-08"),
]


def told(before, act, on):
    party = "".join(f" {word}" for word in before.splitlines()[-1].split() if word.startswith("party="))
    return life(f"{before}\n{act} {on}{party if act == 'nhs_answered' else ''}")


@pytest.mark.parametrize(("limit", "before", "act", "last"), LAST_DAYS)
def test_a_duty_is_met_to_its_last_lawful_day_and_missed_from_the_next(limit, before, act, last):
    on = day(last)
    found = the(life(before), on, limit)
    assert (found.due_on, found.status, found.breach) == (on, "open", False)
    next_day = the(life(before), on + dt.timedelta(1), limit)
    assert (next_day.status, next_day.days_over, next_day.breach) == ("overdue", 1, True)
    for days, status in ((-1, "met"), (0, "met"), (1, "late")):
        done = on + dt.timedelta(days)
        (judged_, *_) = judged(told(before, act, done), done, limit)
        assert (judged_.done_on, judged_.status, judged_.breach) == (done, status, status == "late")


@pytest.mark.parametrize(("limit", "before", "act", "last"), IF_SO)
def test_an_answer_of_one_kind_is_late_after_its_last_lawful_day_and_no_breach_without_it(limit, before, act, last):
    on = day(last)
    for as_of in (on, on + dt.timedelta(1)):
        found = the(life(before), as_of, limit)
        assert (found.due_on, found.status, found.breach) == (on, "open", False)
    for days, status in ((-1, "met"), (0, "met"), (1, "late")):
        done = on + dt.timedelta(days)
        found = the(told(before, act, done), done, limit)
        assert (found.status, found.breach) == (status, status == "late")


@pytest.mark.parametrize(("limit", "before", "act", "last"), RIGHTS)
def test_a_right_is_used_to_its_last_day_and_lapses_with_no_breach(limit, before, act, last):
    on = day(last)
    assert (the(life(before), on, limit).due_on, the(life(before), on, limit).status) == (on, "open")
    unused = the(life(before), on + dt.timedelta(1), limit)
    assert (unused.status, unused.breach) == ("lapsed", False)
    for days, status in ((-1, "met"), (0, "met"), (1, "late")):
        done = on + dt.timedelta(days)
        found = the(told(before, act, done), done, limit)
        assert (found.status, found.breach) == (status, False)


def test_every_limit_has_its_last_lawful_day_in_a_test():
    assert {row[0] for row in (*LAST_DAYS, *IF_SO, *RIGHTS)} | {"college_answer"} == {*wales().limits}


@pytest.mark.parametrize(("asked", "status"), [("2026-05-19", "premature"), ("2026-05-20", "met")])
def test_the_ministers_are_asked_once_the_college_has_had_its_twenty_days(asked, status):
    # 20 days of the college from Tuesday 21 April, without May Day: the last of them is Tuesday 19 May.
    before = f"{AUTHORITY_PLAN}\ncollege_asked 2026-04-20 party=college-1"
    window = the(life(before), "2026-05-01", "college_answer")
    assert (str(window.due_on), str(window.earliest_on)) == ("2026-05-19", "2026-05-20")
    assert the(life(f"{before}\nministers_asked {asked}"), "2026-06-01", "college_answer").status == status


def test_without_term_dates_a_school_has_no_last_day_and_no_breach():
    for party in ("", " party=school-2"):
        found = the(life(f"aln_raised:school 2026-01-12{party}"), "2026-11-30", "school_decision")
        assert (found.due_on, found.status, found.breach) == (None, "undated", False)


def test_a_school_that_refers_the_case_leaves_its_time_and_the_authority_has_its_own():
    case = life(f"{SCHOOL}\ncase_referred 2026-03-02")
    school, authority = (the(case, "2026-05-25", limit) for limit in ("school_decision", "authority_decision"))
    assert (school.status, school.breach) == ("lapsed", False)
    assert (str(authority.due_on), authority.status, authority.breach) == ("2026-05-25", "open", False)


@pytest.mark.parametrize(
    ("before", "again", "running"),
    [
        (SCHOOL, "aln_raised:authority", ["school_decision"]),
        (SCHOOL, "aln_raised:school", ["school_decision"]),
        (COLLEGE, "aln_raised:authority", ["college_decision"]),
        (AUTHORITY, "aln_raised:school", ["authority_decision"]),
        (AUTHORITY, "aln_raised:college", ["authority_decision"]),
        (PLAN, "aln_raised:authority", []),
        (COLLEGE_PLAN, "aln_raised:college", []),
        (AUTHORITY_PLAN, "aln_raised:school", []),
        (f"{PLAN}\ncease_decided:school 2026-02-02", "aln_raised:school", []),
        (f"{PLAN}\ncease_decided:school 2026-02-02\nplan_ended 2026-02-09", "aln_raised:school", ["school_decision"]),
        (f"{AUTHORITY_PLAN}\ncease_decided:authority 2026-02-02", "aln_raised:authority", ["authority_decision"]),
        (f"{AUTHORITY}\nno_aln_notified:authority 2026-02-02", "aln_raised:school", ["school_decision"]),
        (f"{SCHOOL}\nno_aln_notified:school 2026-02-02", "aln_raised:authority", ["authority_decision"]),
    ],
)
def test_what_is_decided_already_or_has_a_plan_is_not_decided_beside(before, again, running):
    case = life(f"{before}\n{again} 2026-02-16 party=school-1")
    decisions = {"school_decision", "college_decision", "authority_decision"}
    found = [each.limit for each in judged(case, "2026-02-16") if each.limit in decisions and each.status in OPEN]
    assert found == running


def test_who_does_not_consent_is_owed_nothing_more():
    case = life(f"{AUTHORITY}\nconsent_refused 2026-04-06")
    assert [(each.limit, each.status) for each in judged(case, "2026-12-01")] == [("authority_decision", "lapsed")]


@pytest.mark.parametrize(
    ("who", "limit"),
    [("school", "school_decision"), ("college", "college_decision"), ("authority", "authority_decision")],
)
def test_a_body_that_has_decided_and_is_told_nothing_new_owes_no_decision(who, limit):
    party = {"school": " party=school-1", "college": " party=college-1"}.get(who, "")
    raised = f"aln_raised:{who} 2026-01-12{party}\nno_aln_notified:{who} 2026-02-02\naln_raised:{who} 2026-03-02{party}"
    assert judged(life(raised), "2026-12-01", limit)[-1].breach
    # Said in time, and after the last lawful day: the decision was never owed.
    for on in ("2026-03-16", "2026-09-14"):
        case = life(f"{raised}\nno_duty_to_decide:{who} {on}")
        assert [(each.status, each.breach) for each in judged(case, "2026-12-01", limit)] == [
            ("met", False), ("lapsed", False),
        ]  # fmt: skip
        # It takes no plan away, starts no time to appeal, and with news it can be raised once more.
        assert len(judged(case, "2026-12-01", "appeal")) == (0 if who == "school" else 1)
        anew = life(f"{raised}\nno_duty_to_decide:{who} {on}\naln_raised:{who} 2026-11-09{party}")
        assert judged(anew, "2026-12-01", limit)[-1].status in OPEN


def test_that_no_plan_is_necessary_has_its_own_time_and_is_no_late_decision():
    case = life(f"{AUTHORITY}\nconsent_given 2026-02-02\nplan_unnecessary 2026-04-27")
    found = {each.limit: (each.status, each.breach) for each in judged(case, "2026-04-27")}
    assert found == {
        "authority_decision": ("lapsed", False), "unnecessary_decision": ("met", False), "appeal": ("open", False),
    }  # fmt: skip
    other = life(f"{AUTHORITY}\nconsent_given 2026-02-02\nno_aln_notified:authority 2026-03-02")
    assert the(other, "2026-12-01", "unnecessary_decision").status == "lapsed"


def test_an_exception_to_a_limit_without_a_last_day_is_neither_denied_nor_told_to_be_void():
    case = life("aln_raised:school 2026-01-12\nexception_recorded:beyond_control 2026-01-20")
    (found,) = [each for each in deadlines_of(case, "2026-05-11", rulebook=wales()) if each.limit == "school_decision"]
    assert (found.due_on, found.status) == (None, "undated")
    (said,) = [step.text for step in explain(found) if step.part == "exception"]
    assert said.startswith("Exceptions the law allows here: beyond_control (ALNA 4(6)). None can be weighed while")
    assert [each.code for each in answer(case, "2026-05-11", rulebook=wales()).findings] == [
        "institution_dates_unknown"
    ]
    other = life("aln_raised:school 2026-01-12\nexception_recorded:beyond_control 2026-01-20 limit=authority_decision")
    codes = [each.code for each in answer(other, "2026-05-11", rulebook=wales()).findings]
    assert "exception_without_limit" in codes


def test_circumstances_beyond_control_excuse_what_the_law_says_they_do():
    for limit, started in (("authority_decision", "aln_raised:authority 2026-01-05"),
                           ("nhs_answer", "nhs_referred 2026-01-05 party=board-1")):  # fmt: skip
        case = life(f"{started}\nexception_recorded:beyond_control 2026-02-02 until=2026-04-10 limit={limit}")
        found = the(case, "2026-06-01", limit)
        assert (found.status, found.excused_by, found.breach) == ("overdue", ("beyond_control",), False)
    review = life(f"{PLAN}\nexception_recorded:beyond_control 2027-01-04 until=2027-02-01 limit=review")
    assert the(review, "2027-01-12", "review").breach


def test_a_review_period_begins_with_what_was_given_in_the_one_before():
    case = life(f"{PLAN}\nreview_decided:not_revised 2026-10-05")
    assert [str(each.due_on) for each in judged(case, "2026-12-01", "review")] == ["2027-01-11", "2027-10-04"]
    reconsidered = life(f"{PLAN}\nplan_reconsidered:not_revise 2026-10-05")
    assert [str(each.due_on) for each in judged(reconsidered, "2026-12-01", "review")] == ["2027-01-11", "2027-10-04"]
    elsewhere = "plan_passed:school 2026-01-12 party=school-1"
    for columns, due_on in ((" made_on=2025-06-10", "2026-06-09"), ("", "2027-01-11"),
                            (" made_on=2024-06-10 reviewed_on=2025-05-12", "2026-05-11")):  # fmt: skip
        assert str(the(life(elsewhere + columns), "2026-02-02", "review").due_on) == due_on


def test_a_plan_that_ends_is_reviewed_no_more():
    ended = ("cease_decided:authority 2026-06-01", "duty_ended 2026-06-01", "plan_passed:other_authority 2026-06-01")
    for act in (*ended, "consent_refused 2026-06-01"):
        found = the(life(f"{AUTHORITY_PLAN}\n{act}"), "2027-06-01", "review")
        assert (found.status, found.breach) == ("lapsed", False)
    # A school's decision can be reconsidered: until the plan has ended, it is still to be reviewed.
    kept = f"{PLAN}\ncease_decided:school 2026-06-01"
    assert the(life(kept), "2027-01-12", "review").breach
    assert not the(life(f"{kept}\nplan_ended 2026-07-01"), "2027-01-12", "review").breach


@pytest.mark.parametrize(
    ("plan", "ceased", "by"),
    [
        (AUTHORITY_PLAN, "cease_decided:authority 2026-04-13", "AUTHORITY_PLAN"),
        ("plan_passed:college 2026-01-12", "cease_decided:college 2026-04-13", "COLLEGE_PLAN"),
        (PLAN, f"{SCHOOL_CEASES}\nceasing_reconsidered:cease 2026-04-13", "SCHOOL_PLAN"),
    ],
)
def test_a_plan_that_the_tribunal_orders_to_be_maintained_is_whose_it_was_and_reviewed_as_before(plan, ceased, by):
    ordered = f"{plan}\n{ceased}\nappeal_registered 2026-05-12\nappeal_decided:maintain 2026-08-12"
    assert state(life(ordered), "2026-12-01", rulebook=wales()).pathway == by
    found = the(life(ordered), "2026-12-01", "review")
    assert (str(found.due_on), found.status) == ("2027-01-11", "open")
    late = life(f"{ordered}\nreview_decided:revised 2027-02-12")
    assert (judged(late, "2027-03-01", "review")[0].status, judged(late, "2027-03-01", "review")[0].days_over) == (
        "late", 32,
    )  # fmt: skip
    # A school's own decision on it can be appealed no more than before.
    assert len(judged(late, "2027-03-01", "appeal")) == (1 if by == "SCHOOL_PLAN" else 2)
    again = judged(life(f"{ordered}\naln_raised:authority 2026-10-05"), "2026-12-01")
    assert "authority_decision" not in {each.limit for each in again}
    # What had ended before the order is not maintained again by it: who does is recorded.
    ended = f"{plan}\n{ceased}\nplan_ended 2026-06-01\nappeal_decided:maintain 2026-08-12"
    assert state(life(ended), "2026-12-01", rulebook=wales()).pathway == "ENDED"
    assert the(life(ended), "2027-03-01", "review").status == "lapsed"


def test_against_a_school_no_appeal_lies():
    schools = (
        f"{SCHOOL}\nno_aln_notified:school 2026-03-02", f"{SCHOOL}\nidp_given:school 2026-03-02",
        f"{PLAN}\nreview_decided:revised 2026-03-02", f"{PLAN}\ncease_decided:school 2026-03-02",
    )  # fmt: skip
    assert not [each for told_ in schools for each in judged(life(told_), "2026-04-01", "appeal")]
    asked = "cease_decided:school 2026-02-02\nreconsideration_asked:ceasing 2026-02-09"
    others = (
        f"{COLLEGE}\nidp_given:college 2026-03-02", f"{AUTHORITY_PLAN}\nreview_decided:revised 2026-03-02",
        f"{COLLEGE_PLAN}\ncease_decided:college 2026-03-02", f"{PLAN}\nplan_reconsidered:not_revise 2026-03-02",
        f"{PLAN}\ntakeover_decided:left 2026-03-02", f"{AUTHORITY_PLAN}\ncease_decided:authority 2026-03-02",
        f"{PLAN}\n{asked}\nceasing_reconsidered:cease 2026-03-02",
    )  # fmt: skip
    assert {str(the(life(told_), "2026-04-01", "appeal").due_on) for told_ in others} == {"2026-04-27"}


@pytest.mark.parametrize(
    ("referred", "due_on", "status"),
    [("2026-05-05", "2026-06-29", "met"), ("2026-05-06", "2026-05-05", "late")],
)
def test_a_dispute_that_is_referred_in_time_gives_eight_weeks_more(referred, due_on, status):
    # Sixteen weeks from Monday 9 March end on the Monday of 29 June; the first eight on May Day, so on 5 May.
    case = life(f"{AUTHORITY}\nno_aln_notified:authority 2026-03-09\nresolution_referred {referred}\n"
                "appeal_registered 2026-06-29")  # fmt: skip
    found = [
        (str(each.due_on), each.status) for each in judged(case, "2026-07-01", "appeal") if each.status != "lapsed"
    ]
    assert found == [(due_on, status)]


@pytest.mark.parametrize(
    ("notice", "last", "extended"),
    [
        # Served two days after the decision: the eight weeks end on Wednesday 8 July.
        ("2026-05-11 served_on=2026-05-13", "2026-07-08", "2026-09-02"),
        # Eight weeks from Monday 30 March end on the bank holiday of 25 May; sixteen on Monday 20 July.
        ("2026-03-30", "2026-05-26", "2026-07-20"),
    ],
)
def test_a_dispute_is_referred_in_time_to_the_last_lawful_day_of_the_appeal(notice, last, extended):
    refused = f"{AUTHORITY}\nno_aln_notified:authority {notice}"
    assert str(the(life(refused), "2026-05-20", "appeal").due_on) == last
    for days, in_time in ((0, True), (1, False)):
        case = life(f"{refused}\nresolution_referred {day(last) + dt.timedelta(days)}\nappeal_registered {extended}")
        found = [(str(each.due_on), each.status) for each in judged(case, "2026-10-01", "appeal")]
        wanted = (extended, "met") if in_time else (last, "late")
        assert [each for each in found if each[1] != "lapsed"] == [wanted]
        frame = deadlines_frame(list(case.recorded), "2026-10-01", rulebook=wales())
        rows = frame.filter(frame["limit"] == "appeal").select("due_on", "status").rows()
        assert [(str(due), status) for due, status in rows] == found


def test_a_death_ends_everything():
    case = life(f"{AUTHORITY}\nnhs_referred 2026-02-02 party=board-1\ndied 2026-02-09")
    assert {each.status for each in judged(case, "2027-01-01")} == {"lapsed"}


def test_columns_say_what_each_case_says():
    facts = [fact for case in lives() for fact in case.recorded]
    frame = deadlines_frame(facts, "2026-11-30", rulebook=wales())
    one_by_one = [found for case in lives() for found in judged_without_terms(case)]
    assert frame.select("key", "due_on", "status", "breach").rows() == one_by_one
    assert len({row[0].split("|")[0] for row in one_by_one}) == len(LIVES)


def judged_without_terms(case):
    found = deadlines_of(case, "2026-11-30", rulebook=wales())
    return [(each.key, each.due_on, each.status, each.breach) for each in found]
