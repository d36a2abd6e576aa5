"""Small counters of DfE's measures, straight from facts: written apart from the library's own measures.

What each counts is in `docs/synthetic-caseloads.md`. They are slow and plain on purpose.
"""

import datetime as dt
from collections import Counter, defaultdict

ORDERS = {"tribunal_order_made", "appeal_conceded", "mediation_agreed"}

NO_GROUNDS = {"on holiday", "school holidays", "waiting for a psychologist"}
"""What the made-up exceptions say whose facts do not hold: such a plan stays on both sides."""


def by_case(facts):
    cases = defaultdict(list)
    for fact in facts:
        cases[fact.case_id].append(fact)
    return cases.values()


def first(case, *events):
    return next((fact for fact in case if fact.event in events), None)


def census_day(year):
    """The third Thursday of January after the year."""
    start = dt.date(year + 1, 1, 15)
    return start + dt.timedelta(days=(3 - start.weekday()) % 7)


def count(facts, year):
    found: Counter[str] = Counter()
    for case in by_case(facts):
        count_case(case, year, found)
    return found


def count_case(case, year, found):
    asked = first(case, "request_received", "became_responsible")
    decision = first(case, "assessment_agreed", "assessment_refused")
    withdrawn = first(case, "request_withdrawn")
    if asked and asked.on.year == year:
        found["requests_received_in_year"] += 1
        held, freed = first(case, "detained"), first(case, "released")
        found["requests_rya"] += bool(held and held.on <= asked.on and not (freed and freed.on <= asked.on))
        if decision and decision.event == "assessment_agreed":
            found["requests_decided_to_assess"] += 1
        elif decision:
            found["requests_decided_not_to_assess"] += 1
            mediated, appealed = (
                bool(first(case, "mediation_held")),
                bool(first(case, "appeal_registered")),
            )
            found["mediation_related_request"] += mediated
            found["tribunal_related_request"] += appealed
            found["tribunal_after_mediation_request"] += mediated and appealed
        elif withdrawn:
            found["requests_withdrawn"] += 1
        else:
            found["requests_decision_not_made"] += 1
    if asked and decision and decision.on.year == year:
        late = (decision.on - asked.on).days > 42
        found["request_outcome_over_6_weeks" if late else "request_outcome_six_weeks"] += 1
    count_assessment(case, year, found)
    count_review(case, year, found)


def count_assessment(case, year, found):
    asked = first(case, "request_received", "became_responsible")
    decision = first(case, "assessment_agreed", "assessment_refused")
    withdrawn = first(case, "request_withdrawn")
    plan = first(case, "final_plan_sent")
    no_plan = first(case, "plan_refused")
    ordered = any(fact.event in ORDERS and fact.outcome in {"assess", "make_plan"} for fact in case) or first(
        case, "refusal_reversed"
    )
    if plan and plan.on.year == year:
        found["assess_issued"] += 1
        if not ordered:
            count_plan(case, asked, plan, found)
    for event, column in (("mediation_held", "mediation"), ("appeal_registered", "tribunal")):
        dispute = first(case, event)
        found[f"number_assess_{column}"] += bool(no_plan and dispute and dispute.on.year == year)
    if no_plan and no_plan.on.year == year:
        found["assess_not_issued"] += 1
        if asked:
            late = (no_plan.on - asked.on).days > 112
            found["outcome_decision_over_time" if late else "outcome_decision_within_time"] += 1
    if withdrawn and withdrawn.on.year == year and decision:
        found["assess_withdrawn"] += 1


def count_plan(case, asked, plan, found):
    excused = any(fact.event == "exception_recorded" and fact.reason not in NO_GROUNDS for fact in case)
    found["plans_issued_den"] += 1
    found["plans_issued_den_ex"] += not excused
    if not asked:
        return
    days = (plan.on - asked.on).days
    if days <= 140:
        name = "plans_issued_within_20_weeks", "plans_issued_20_weeks_ex"
    elif days <= 364:
        name = "plans_issued_gt20weeks_ltYear", "plans_issued_gt20weeks_ltYear_ex"
    else:
        name = "plans_issued_gt_1_year", "plans_issued_gt_1_year_ex"
    found[name[0]] += 1
    found[name[1]] += not excused


def count_review(case, year, found):
    """Plans in force on the census day; those made before the year are expected to have been reviewed."""
    census = census_day(year)
    known = [fact for fact in case if fact.on <= census]
    made = first(known, "final_plan_sent", "plan_transferred_in")
    if not made or first(known, "plan_ceased", "plan_transferred_out"):
        return
    found["total_ehc_plans"] += 1
    if made.event == "plan_transferred_in" or made.on.year >= year:
        found["review_not_expected"] += 1
        return
    found["review_expected"] += 1
    meetings = [fact for fact in known if fact.event == "review_meeting_held"]
    if not meetings:
        found["no_review_meeting"] += 1
        return
    found["total_review_meeting"] += 1
    meeting = meetings[-1]
    found[_by_year("review_meeting_", "_", meeting.on, year)] += 1
    decision = first([fact for fact in known if fact.on >= meeting.on], "review_decision_sent")
    if not decision:
        found["no_outcome"] += 1
        found["review_decision_outstanding"] += (census - meeting.on).days > 28
        return
    found[_by_year("review_decision", "", decision.on, year)] += 1
    found[{"amend": "outcome_amend", "maintain": "outcome_maintan", "cease": "outcome_cease"}[decision.outcome]] += 1
    late = (decision.on - meeting.on).days > 28
    found["number_decision_gt_4weeks" if late else "number_decsion_4weeks"] += 1


def _by_year(name, gap, on, year):
    if on.year > year:
        return f"{name}{(year + 1) % 100}"
    if on.year == year:
        return f"{name}{year % 100}"
    return f"{name.removesuffix(gap) if gap else name}_prior_{year % 100}" if gap else f"{name}_prior{year % 100}"
