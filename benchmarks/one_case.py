"""One case of 12 facts under the whole rulebook, against a plain transitions machine and six dateutil sums.

    python benchmarks/one_case.py

Prints a table of times and ratios, both sides measured in this run on this machine. The plain side is what a script
would write by hand: a machine for the case, its twelve triggers fired in order, and six sums of a date and a
relativedelta. It explains nothing, knows no exceptions, and gives six dates; the engine gives every deadline with its
status, breach and working at hand. `EHCP_FLOW_KERNEL=interpreted` measures the kernel without its compiled copy.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dateutil.relativedelta import relativedelta
from transitions import Machine

from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.engine.choice import kernel_in_use
from ehcp_flow.facts import make_fact
from ehcp_flow.states import state

AS_OF = dt.date(2026, 6, 30)
LIFE = (
    ("request_received", "2025-03-03", {"party": "parent"}),
    ("assessment_agreed", "2025-04-10", {}),
    ("advice_requested", "2025-04-11", {"party": "educational"}),
    ("advice_requested", "2025-04-11", {"party": "medical"}),
    ("advice_received", "2025-05-11", {"party": "educational"}),
    ("advice_received", "2025-05-21", {"party": "medical"}),
    ("plan_agreed", "2025-06-11", {}),
    ("draft_plan_sent", "2025-06-20", {}),
    ("final_plan_sent", "2025-07-18", {}),
    ("review_meeting_held", "2026-05-18", {}),
    ("review_decision_sent", "2026-06-10", {"outcome": "amend"}),
    ("amendment_notice_sent", "2026-06-10", {}),
)
FACTS = tuple(make_fact(event, case_id="a", on=on, **fields) for event, on, fields in LIFE)
STATES = (
    "none", "requested", "refused", "assessing", "no_plan", "drafting", "draft_issued", "final_issued", "maintained",
    "review_open", "amending", "ceased",
)  # fmt: skip
EDGES = (
    ("request_received", "none", "requested"),
    ("assessment_agreed", "requested", "assessing"),
    ("assessment_refused", "requested", "refused"),
    ("advice_requested", "assessing", "="),
    ("advice_received", "assessing", "="),
    ("plan_agreed", "assessing", "drafting"),
    ("plan_refused", "assessing", "no_plan"),
    ("draft_plan_sent", "drafting", "draft_issued"),
    ("final_plan_sent", "draft_issued", "maintained"),
    ("review_meeting_held", "maintained", "review_open"),
    ("review_decision_sent", "review_open", "amending"),
    ("amendment_notice_sent", "amending", "="),
)
SUMS = (
    (0, relativedelta(weeks=6)),
    (0, relativedelta(weeks=16)),
    (0, relativedelta(weeks=20)),
    (2, relativedelta(weeks=6)),
    (8, relativedelta(months=12)),
    (9, relativedelta(weeks=4)),
)


class PlainCase:
    """What a script would keep: a state, and a guard that always says yes."""

    state = "none"

    def may(self) -> bool:
        return True


def plain() -> list[dt.date]:
    """One case by hand: its own machine, twelve triggers, six sums."""
    case = PlainCase()
    machine = Machine(case, states=list(STATES), initial="none", auto_transitions=False)
    for trigger, source, dest in EDGES:
        machine.add_transition(trigger, source, dest, conditions="may")
    for event, _, _ in LIFE:
        case.trigger(event)  # type: ignore[attr-defined]
    assert case.state == "amending"
    return [FACTS[place].on + period for place, period in SUMS]


def engine() -> int:
    """One case under the whole rulebook: limit, last day, status, breach and excuses of every deadline, read."""
    return len([(d.limit, d.due_on, d.status, d.breach, d.excused_by) for d in deadlines_of(Case.of(FACTS), AS_OF)])


def engine_and_state() -> int:
    """The same, and the legal state as well."""
    case = Case.of(FACTS)
    return len(deadlines_of(case, AS_OF)) + len(state(case, AS_OF).history)


def explained() -> int:
    """The same deadlines, and every one of them explained in words."""
    return sum(len(deadline.explanation) for deadline in deadlines_of(Case.of(FACTS), AS_OF))


def per_call(call: Callable[[], object], *, rounds: int = 15, calls: int = 200) -> float:
    """Return the processor time of one call in the best of the rounds, in microseconds: what a quiet machine takes."""
    call()
    times = []
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(calls):
            call()
        times.append((time.process_time() - started) / calls * 1e6)
    return min(times)


def process(*args: str, rounds: int = 9) -> float:
    """Return the median wall time of a whole process, in milliseconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run([sys.executable, *args], check=True, capture_output=True)  # noqa: S603 - our own arguments
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


def main() -> None:
    """Measure, print, and write the figures beside this file."""
    base = per_call(plain)
    figures = {
        "plain machine and six sums (us)": base,
        "deadlines of one case (us)": per_call(engine),
        "deadlines and state (us)": per_call(engine_and_state),
        "deadlines, each explained (us)": per_call(explained),
        "import pydantic (ms)": process("-c", "import pydantic"),
        "import ehcp_flow (ms)": process("-c", "import ehcp_flow"),
        "python alone (ms)": process("-c", "pass"),
        "ehcp-flow due, whole process (ms)": process("-m", "ehcp_flow", "due", "--received", "2026-03-02"),
    }
    ratios = {
        "deadlines / plain": figures["deadlines of one case (us)"] / base,
        "deadlines and state / plain": figures["deadlines and state (us)"] / base,
        "import ehcp_flow / import pydantic": figures["import ehcp_flow (ms)"] / figures["import pydantic (ms)"],
    }
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {engine()} deadlines")
    for name, figure in figures.items():
        print(f"{name:40} {figure:10.1f}")
    for name, ratio in ratios.items():
        print(f"{name:40} {ratio:10.2f}")
    print(f"the kernel is {kernel_in_use().name}")
    report = {
        "kernel": kernel_in_use().name, "machine": platform.platform(), "python": platform.python_version(), **figures,
        "ratios": ratios,
    }  # fmt: skip
    Path(__file__).with_name("one_case.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
