"""The answers that are checked in: every deadline, state and finding of a fixed caseload, a line for a case and a day.

`python -m tests.snapshots` writes them anew; the diff of `answers.txt` shows every answer that a change moves. The
caseload is made up (`caseload.csv`), with exceptions, disputes, custody, transfers and records with holes in them.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ehcp_flow.answers import Answer, answer
from ehcp_flow.deadlines import Deadline
from ehcp_flow.readers import read_cases

CASELOAD = Path(__file__).with_name("caseload.csv")
ANSWERS = Path(__file__).with_name("answers.txt")
DAYS = ("2020-07-31", "2023-01-31", "2026-06-30")


def answered() -> Iterator[str]:
    """Yield a line for each case and day."""
    for case in read_cases(CASELOAD).values():
        for as_of in DAYS:
            if any(fact.on.isoformat() <= as_of for fact in case.facts):
                yield f"{case.case_id} {as_of} {line(answer(case, as_of))}"


def line(found: Answer) -> str:
    """Return an answer in one line."""
    findings = sorted(Counter(finding.code for finding in found.findings).items())
    return " | ".join(
        (
            f"{found.case_state.pathway} {found.case_state.since}",
            "; ".join(short(deadline) for deadline in found.deadlines),
            ", ".join(f"{many} {code}" for code, many in findings) or "no findings",
        )
    )


def short(deadline: Deadline) -> str:
    """Return a deadline in a few words."""
    over = "" if deadline.days_over is None else f"+{deadline.days_over}"
    words = [deadline.limit, deadline.party or "", f"{deadline.due_on or '-'}", f"{deadline.status}{over}"]
    words += ["BREACH" if deadline.breach else "", ",".join(deadline.excused_by)]
    return " ".join(filter(None, words))
