"""Small caseloads for the tests of measures: one line a case."""

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.facts import make_fact


def told(case_id, *lines, authority="885"):
    """Make a case of lines such as `2024-01-02 request_received parent` or `... outcome=amend`."""
    facts = []
    for line in lines:
        on, event, *rest = line.split(" ", 2)
        fields = {}
        for word in rest[0].split(";") if rest else ():
            name, _, value = word.strip().partition("=")
            fields[name if value else "party"] = value or name
        facts.append(make_fact(event, case_id=case_id, on=on, authority=authority, **fields))
    return Case.of(facts)


def answered(*cases, as_of="2025-06-30"):
    return [answer(case, as_of) for case in cases]


def plan(case_id, received, issued, *more, authority="885"):
    """Make a case with a request and a plan, and nothing that is out of place."""
    return told(case_id, f"{received} request_received parent", *more, f"{issued} final_plan_sent", authority=authority)
