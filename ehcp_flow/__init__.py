"""ehcp_flow: statutory deadlines, states and breaches of an Education, Health and Care plan, computed from dated facts.

    import ehcp_flow as ef

    ef.due("request_received", "2026-03-02")            # what is due, when, and by what law
    case = ef.read_case("cases.csv", "a-123")
    ef.deadlines_of(case, as_of="2026-06-30")              # every deadline of one case
    ef.state(case)                                      # where it stands, as of today
    ef.check_move(case, "final_plan_sent")                 # why a move is refused, and what would make it lawful

Names are loaded when they are first used (but for `dates`), so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ehcp_flow.answers import Answer, answer
    from ehcp_flow.calendars import (
        Calendars,
        Closure,
        Institution,
        TribunalDays,
        WorkingDays,
        read_institutions,
        read_office_closures,
    )
    from ehcp_flow.case import Case, Correction, group_cases
    from ehcp_flow.changes import next_change
    from ehcp_flow.conversion import convert
    from ehcp_flow.dates import MonthOnly, parse_date
    from ehcp_flow.deadlines import Deadline, Judgement, deadlines_of, due, judge
    from ehcp_flow.errors import (
        CalendarError,
        CorrectionError,
        DateError,
        EhcpFlowError,
        FactError,
        InputError,
        KnownAtError,
        MoveRefused,
        RowRefused,
        RulebookError,
        SourceError,
        UnknownNameError,
    )
    from ehcp_flow.explanation_outcome import ExplanationStep
    from ehcp_flow.facts import Fact, load_fact, make_fact
    from ehcp_flow.findings import Finding
    from ehcp_flow.law import Rulebook, england, load_rulebook
    from ehcp_flow.law.comparison import compare_rulebooks
    from ehcp_flow.law.notices import notices
    from ehcp_flow.law.profile import with_targets
    from ehcp_flow.measures import measure
    from ehcp_flow.measures.scorecard import scorecard
    from ehcp_flow.problems import problem
    from ehcp_flow.readers import Caseload, read_case, read_cases, read_facts, write_facts
    from ehcp_flow.states import (
        CaseState,
        Dispute,
        DisputeState,
        MoveVerdict,
        State,
        StateStep,
        Verdict,
        allowed,
        appealable,
        check_move,
        disputes,
        mermaid,
        record,
        state,
        state_table,
    )
    from ehcp_flow.whatif import compare_deadlines, latest_meeting_for, latest_start, what_if

_HOMES: Final = {
    "answers": ("Answer", "answer"),
    "calendars": (
        "Calendars", "Closure", "Institution", "TribunalDays", "WorkingDays", "read_institutions",
        "read_office_closures",
    ),
    "changes": ("next_change",),
    "conversion": ("convert",),
    "case": ("Case", "Correction", "group_cases"),
    "dates": ("MonthOnly", "parse_date"),
    "deadlines": ("Deadline", "Judgement", "deadlines_of", "due", "judge"),
    "errors": (
        "CalendarError", "CorrectionError", "DateError", "EhcpFlowError", "FactError", "InputError", "KnownAtError",
        "MoveRefused", "RowRefused", "RulebookError", "SourceError", "UnknownNameError",
    ),
    "facts": ("Fact", "load_fact", "make_fact"),
    "findings": ("Finding",),
    "law": ("Rulebook", "england", "load_rulebook"),
    "law.comparison": ("compare_rulebooks",),
    "law.notices": ("notices",),
    "law.profile": ("with_targets",),
    "measures": ("measure",),
    "measures.scorecard": ("scorecard",),
    "problems": ("problem",),
    "readers": ("Caseload", "read_case", "read_cases", "read_facts", "write_facts"),
    "states": (
        "Dispute", "DisputeState", "MoveVerdict", "CaseState", "State", "StateStep", "Verdict", "allowed", "appealable",
        "disputes", "mermaid", "record", "state", "state_table", "check_move",
    ),
    "whatif": ("latest_meeting_for", "latest_start", "compare_deadlines", "what_if"),
    "explanation": ("ExplanationStep",),
}  # fmt: skip
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

# Before any freezegun: a class that is made of the `dt.date` of a frozen clock outlives the thaw.
import_module(f"{__name__}.dates")

__all__ = [
    "Answer",
    "CalendarError",
    "Calendars",
    "Case",
    "CaseState",
    "Caseload",
    "Closure",
    "Correction",
    "CorrectionError",
    "DateError",
    "Deadline",
    "Dispute",
    "DisputeState",
    "EhcpFlowError",
    "ExplanationStep",
    "Fact",
    "FactError",
    "Finding",
    "InputError",
    "Institution",
    "Judgement",
    "KnownAtError",
    "MonthOnly",
    "MoveRefused",
    "MoveVerdict",
    "RowRefused",
    "Rulebook",
    "RulebookError",
    "SourceError",
    "State",
    "StateStep",
    "TribunalDays",
    "UnknownNameError",
    "Verdict",
    "WorkingDays",
    "allowed",
    "answer",
    "appealable",
    "check_move",
    "compare_deadlines",
    "compare_rulebooks",
    "convert",
    "deadlines_of",
    "disputes",
    "due",
    "england",
    "group_cases",
    "judge",
    "latest_meeting_for",
    "latest_start",
    "load_fact",
    "load_rulebook",
    "make_fact",
    "measure",
    "mermaid",
    "next_change",
    "notices",
    "parse_date",
    "problem",
    "read_case",
    "read_cases",
    "read_facts",
    "read_institutions",
    "read_office_closures",
    "record",
    "scorecard",
    "state",
    "state_table",
    "what_if",
    "with_targets",
    "write_facts",
]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(import_module(f"ehcp_flow.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    if name == "__version__":
        from importlib.metadata import version

        return version("ehcp-flow")
    raise AttributeError(f"module 'ehcp_flow' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
