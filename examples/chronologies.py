"""Published cases, told in dates: what each shows, where it was published, and whether the engine agrees.

    python examples/chronologies.py

`chronologies.csv` holds only dates that judgments, Ombudsman decisions and guidance print. Where a source counts
otherwise than the statute's words, the difference is named and not hidden.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import NamedTuple

import ehcp_flow as ef

AS_OF = "2026-06-30"
FILE = Path(__file__).with_name("chronologies.csv")


class Published(NamedTuple):
    """A published case: what it is called, where it is found, which limits it is about, and what it shows."""

    title: str
    source: str
    limits: tuple[str, ...]
    shows: str


PUBLISHED = {
    "jsc-cambridgeshire": Published(
        "R (JSC) v Cambridgeshire CC [2026] EWHC 68 (Admin), High Court",
        "https://www.solicitorsjournal.com/sjarticle/r-jsc-v-cambridgeshire-county-council-high-court-grants-declaration-for-systemic-send-failures",
        ("decide_not_issue", "final_plan"),
        "The court counted 12 weeks and 6 days: 90 days. A shortage of psychologists was no answer. The 20 weeks would "
        "have ended on 20 August 2025.",
    ),
    "w-hertfordshire": Published(
        "R (W) v Hertfordshire CC [2023] EWHC 3138 (Admin), High Court",
        "https://caselaw.nationalarchives.gov.uk/ewhc/admin/2023/3138",
        ("decide_assess",),
        "The request was refused in time. What came later made the case: an authority that gives way with no order and "
        "no notice under regulation 45 is still bound by the 20 weeks from the request.",
    ),
    "lgsco-23-013-824": Published(
        "Local Government and Social Care Ombudsman, 23 013 824",
        "https://www.accountabilityindex.uk/sources/lgo/decisions/lgo-23-013-824-essex-county-council/",
        ("decide_not_issue",),
        "The Ombudsman put the last day at 6 September 2023, counting the day of receipt as day 1. The general rule "
        "leaves that day out and gives 7 September: the explanation names both.",
    ),
    "lgsco-25-007-473": Published(
        "Local Government and Social Care Ombudsman, 25 007 473",
        "https://www.lgo.org.uk/decisions/education/special-educational-needs/25-007-473",
        ("final_plan",),
        "The authority reversed its own refusal, and the Ombudsman counted 14 weeks from that day, to 30 May 2025. In "
        "law the first clock goes on, and ended on 5 May 2025.",
    ),
    "ipsea-phase-transfer": Published(
        "IPSEA, worked example of a review before a phase transfer",
        "https://www.ipsea.org.uk/FAQs/my-child-is-in-year-5-the-deadline-for-the-next-annual-review-of-my-childs-ehc-plan-is-15-april",
        ("review_decision", "annual_review"),
        "The charity's 29 November for the decision agrees. For the next review it gives the anniversary, 25 November; "
        "twelve months that start with the day end on the 24th.",
    ),
    "lgsco-25-005-755": Published(
        "Local Government and Social Care Ombudsman, 25 005 755",
        "https://www.lgo.org.uk/decisions/education/special-educational-needs/25-005-755",
        ("decide_assess", "final_plan"),
        "A request, and no later date is printed. What is not recorded is overdue, and nothing is invented.",
    ),
}


def main() -> None:
    """Print every published case with the deadlines that it is about."""
    for case_id, case in ef.read_cases(FILE).items():
        published = PUBLISHED[case_id]
        print(published.title)
        print(published.source)
        for deadline in ef.deadlines_of(case, AS_OF):
            if deadline.limit in published.limits:
                over = "" if deadline.days_over is None else f", {deadline.days_over} days over"
                print(f"  {deadline.limit}: due {deadline.due_on}, {deadline.status}{over}")
        print(fill(published.shows, width=100, initial_indent="  ", subsequent_indent="  "))
        print()


if __name__ == "__main__":
    main()
