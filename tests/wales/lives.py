"""Lives under the law of Wales, written from its text, and how the tests of them speak: a fact a line."""

import datetime as dt
import io
from functools import cache
from pathlib import Path

from ehcp_flow import Case, deadlines_of, make_fact
from ehcp_flow.calendars import england, read_institutions
from ehcp_flow.law import load_rulebook

FOLDER = Path(__file__).parents[2] / "ehcp_flow" / "law" / "wales"

# A school and a college, as far as their year is told: closed in the holidays, open on every other working day.
TERMS = """institution,closed_from,reopens_on,what
school-1,2025-12-20,2026-01-05,Christmas
school-1,2026-02-14,2026-02-23,Half-term
school-1,2026-03-28,2026-04-13,Easter
school-1,2026-05-23,2026-06-01,Half-term
school-1,2026-07-21,2026-09-02,Summer
school-1,2026-10-24,2026-11-02,Half-term
school-1,2026-12-19,2027-01-04,Christmas
college-1,2025-12-20,2026-01-05,Christmas
college-1,2026-02-14,2026-02-23,Half-term
college-1,2026-07-04,2026-09-02,Summer
college-1,2026-10-24,2026-11-02,Half-term
college-1,2026-12-19,2027-01-04,Christmas
"""

LIVES = {
    "school's plan, reviewed": """
        aln_raised:school 2026-01-12 party=school-1
        idp_given:school 2026-03-09 party=school-1
        review_asked:school 2026-09-07 party=school-1
        review_decided:revised 2026-10-12
    """,
    "school finds none, the authority does": """
        aln_raised:school 2026-01-12 party=school-1
        no_aln_notified:school 2026-03-10 party=school-1
        reconsideration_asked:decision 2026-03-20
        decision_reconsidered:aln 2026-05-08
        idp_given:authority 2026-06-10
        plan_passed:school 2026-06-15 party=school-1
    """,
    "none by both, and an appeal that is won": """
        aln_raised:school 2026-01-12 party=school-1
        no_aln_notified:school 2026-03-02 party=school-1
        reconsideration_asked:decision 2026-03-20
        decision_reconsidered:no_aln 2026-05-11
        appeal_registered 2026-07-06
        appeal_decided:prepare 2026-10-01
        idp_given:authority 2026-10-20
    """,
    "school's plan, which the authority leaves as it is": """
        aln_raised:school 2026-01-12 party=school-1
        idp_given:school 2026-02-27 party=school-1
        reconsideration_asked:plan 2026-03-05
        plan_reconsidered:not_revise 2026-04-23
        resolution_referred 2026-05-20
        appeal_registered 2026-08-13
    """,
    "school's plan, which the authority takes over": """
        plan_passed:school 2026-02-02 party=school-1 reviewed_on=2025-06-10
        takeover_asked 2026-03-02
        takeover_decided:taken 2026-04-21
        review_asked:authority 2026-05-05
        review_unnecessary 2026-06-23
    """,
    "school ceases, and has to go on": """
        plan_passed:school 2026-01-12 party=school-1 made_on=2025-09-15
        cease_proposed 2026-02-10
        cease_decided:school 2026-03-06
        reconsideration_asked:ceasing 2026-04-07
        ceasing_reconsidered:keep 2026-05-27
    """,
    "school ceases, and nobody asks": """
        plan_passed:school 2026-01-12 party=school-1 made_on=2025-09-15
        cease_proposed 2026-02-10
        cease_decided:school 2026-03-06
        plan_ended 2026-04-08
    """,
    "college refers the case, and an NHS body is asked": """
        aln_raised:college 2026-01-12 party=college-1
        case_referred 2026-01-20 served_on=2026-01-22
        nhs_referred 2026-02-18 served_on=2026-02-20 party=board-1
        nhs_answered 2026-04-07 party=board-1
        idp_given:authority 2026-04-16
        college_asked 2026-04-20 party=college-1
        ministers_asked 2026-05-20
        plan_passed:college 2026-06-22 party=college-1
        review_asked:college 2026-09-07 party=college-1
    """,
    "college finds none": """
        aln_raised:college 2026-01-12 party=college-1
        no_aln_notified:college 2026-03-09 party=college-1
    """,
    "no plan is necessary": """
        aln_raised:authority 2026-01-05
        consent_given 2026-01-10
        plan_unnecessary 2026-04-07
    """,
    "young person does not consent": """
        aln_raised:authority 2026-01-05
        consent_refused 2026-01-19
    """,
    "too late, for what nobody could help": """
        aln_raised:authority 2026-01-05
        exception_recorded:beyond_control 2026-03-02 until=2026-04-10 limit=authority_decision
        idp_given:authority 2026-04-14
    """,
    "moves to another authority": """
        aln_raised:authority 2025-01-06
        idp_given:authority 2025-03-31
        cease_proposed 2025-09-01
        plan_passed:other_authority 2025-11-03
    """,
    "authority ceases": """
        plan_passed:authority 2025-09-01 made_on=2025-09-01
        cease_proposed 2026-01-12
        cease_decided:authority 2026-02-02
        duty_ended 2026-07-20
    """,
    "authority ceases, and the Tribunal has the plan maintained": """
        aln_raised:authority 2026-02-02
        idp_given:authority 2026-03-02
        cease_decided:authority 2026-04-13
        appeal_registered 2026-05-12
        appeal_decided:maintain 2026-08-12
    """,
    "authority finds none, and is told nothing new": """
        aln_raised:authority 2026-02-02
        no_aln_notified:authority 2026-03-02
        aln_raised:authority 2026-05-04
        no_duty_to_decide:authority 2026-05-18
    """,
    "dies": """
        aln_raised:authority 2026-01-05
        died 2026-02-02
    """,
}


@cache
def wales():
    """Return the rulebook, which makes its events known in the process: read once for each test (`conftest`)."""
    return load_rulebook(FOLDER)


@cache
def calendars():
    """Return the term dates of the school and of the college."""
    return england().with_institutions(read_institutions(io.StringIO(TERMS)))


def life(told, case_id="W-1"):
    """Return a case of facts that are told a line each: event, outcome, day and columns."""
    wales()
    facts = []
    for line in filter(None, map(str.strip, told.splitlines())):
        what, on, *more = line.split()
        event, _, outcome = what.partition(":")
        columns = dict(each.split("=") for each in more) | ({"outcome": outcome} if outcome else {})
        facts.append(make_fact(event, case_id=case_id, on=on, **columns))
    return Case.of(facts)


def lives():
    """Return every life, as a case of its own name."""
    return [life(told, f"W-{number:02}") for number, told in enumerate(LIVES.values(), 1)]


def judged(case, as_of, limit=None):
    """Return the deadlines of a case in order, of one limit where it is named."""
    found = deadlines_of(case, as_of, rulebook=wales(), calendars=calendars())
    return [each for each in found if limit in (None, each.limit)]


def the(case, as_of, limit):
    """Return the one deadline of a limit."""
    (found,) = judged(case, as_of, limit)
    return found


def day(text):
    """Return a day."""
    return dt.date.fromisoformat(text)
