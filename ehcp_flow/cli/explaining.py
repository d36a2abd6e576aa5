"""The explanation of deadlines as text: numbered steps, each with the provisions it rests on and where to read them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ehcp_flow.cli.messages import count
from ehcp_flow.cli.printed_table import heading, paragraph
from ehcp_flow.dates import say

if TYPE_CHECKING:
    from ehcp_flow.deadlines import Deadline

__all__ = ["explanation_text", "print_explanations", "verdict"]


def print_explanations(deadlines: Iterable[Deadline]) -> None:
    """Print the explanation of each deadline, with its case."""
    for deadline in deadlines:
        sys.stdout.write(f"\n{heading(f'Case {deadline.case_id}: {deadline.title} [{deadline.limit}]', '-')}\n")
        sys.stdout.write(f"{explanation_text(deadline)}\n")


def explanation_text(deadline: Deadline, *, indent: str = "") -> str:
    """Return the verdict on a deadline and its numbered steps."""
    lines = [paragraph(verdict(deadline), first=indent, then=indent), ""]
    for number, step in enumerate(deadline.explanation, start=1):
        mark = f"{indent}{number:>2}. "
        lines.append(paragraph(step.text, first=mark, then=" " * len(mark)))
        lines.extend(f"{' ' * len(mark)}- {citation.text}: {citation.address}" for citation in step.citations)
    return "\n".join(lines)


def verdict(deadline: Deadline) -> str:
    """Return in a line when the act was due, how it stands, and whether that is a breach."""
    if deadline.due_on is None:
        return "No date can be given."
    window = deadline.earliest_on is not None
    said = f"{'Last protected day' if window else 'Last lawful day'}: {say(deadline.due_on)}. Status: {deadline.status}"
    if deadline.days_over:
        said += f", {count(deadline.days_over, 'day')} over"
    if deadline.breach:
        return f"{said}. BREACH{_contested(deadline)}."
    if deadline.missed:
        return f"{said}. No breach: {_why_none(deadline)}."
    return f"{said}{_contested(deadline)}."


def _why_none(deadline: Deadline) -> str:
    """Return why what was missed is no breach."""
    if deadline.excused_by:
        return f"excused by {', '.join(deadline.excused_by)}"
    if deadline.derivation.rule.right:
        return "this is a right, and nobody's duty"
    return f"this is {deadline.kind}, not law"


def _contested(deadline: Deadline) -> str:
    if not deadline.contested_by:
        return ""
    otherwise = "" if deadline.breach else " (a breach by that reading)"
    return f", contested by another reading: {', '.join(deadline.contested_by)}{otherwise}"
