"""`ehcp-flow explain`: one case for somebody who has never seen the program."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import LimitIds, option
from ehcp_flow.cli.output import sheet
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery
from ehcp_flow.cli.source_door import open_source

if TYPE_CHECKING:
    from ehcp_flow.answers import Answer
    from ehcp_flow.deadlines import Deadline
    from ehcp_flow.facts import Fact

__all__ = ["EXPLAIN"]


class _Format(StrEnum):
    TEXT = "text"
    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


class _Reader(StrEnum):
    FAMILY = "family"
    ADVISER = "adviser"
    OMBUDSMAN = "ombudsman"


_STEP_COLUMNS: Final = (
    "case_id", "limit", "party", "starts_on", "due_on", "status", "breach", "step", "part", "text", "on", "citations",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _ExplainOptions(PrintOptions):
    """In which form a case is explained, and where."""

    forms: ClassVar[type[StrEnum]] = _Format

    text: Annotated[
        _Format,
        typer.Option(
            "--format",
            help="text reads like a letter (table is the same); json is one object; csv has a row for each step, jsonl "
            "a line for each deadline.",
        ),
    ] = _Format.TEXT

    def _asked(self) -> str | None:
        return None if self.text is _Format.TEXT else self.text


@options(
    "source case_id limit as_of letter known_at known_by authority convert_file html all_errors text raw output "
    "institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _explain(
    *,
    query: CaseQuery,
    case_id: Annotated[
        str | None, option("--case ID", "The case to explain; may be left out where the source has but one.")
    ] = None,
    limit: LimitIds = None,
    letter: Annotated[
        _Reader | None,
        typer.Option(
            "--letter",
            help="Print a paragraph to paste into a letter instead: to the family, to an adviser of whom advice was "
            "asked, or to the Ombudsman; about the limit of --limit, or about what presses most.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        str | None,
        option(
            "--html FILE",
            "Write a page here instead, one file in plain words that a family can read; nothing is printed.",
        ),
        Writes("ehcp_flow.reports.case_page:CASE_PAGE"),
    ] = None,
    printed: _ExplainOptions,
) -> None:
    """One case in full: what is on record, where it stands, and how each deadline was worked out, step by step."""
    from ehcp_flow.answers import answer

    limits = query.limit_ids(limit)
    with open_source(query, None if case_id is None else [case_id]) as source:
        found = list(islice(source.cases(), 2))
        if len(found) != 1:
            has = f"more than one case ({', '.join(one.case_id for one in found)}, ...)" if found else "no case"
            raise typer.BadParameter(f"the source has {has}: say which to explain", param_hint="--case")
        answered = answer(found[0], query.on, rulebook=query.law, calendars=query.calendars)
    if letter is not None:
        if html is not None or printed.stated is not None:
            raise typer.BadParameter("a letter is plain text; leave out --html and --format", param_hint="--letter")
        _letters(answered, letter, limit or [None])
        source.leave()
        return
    if html is not None:
        from ehcp_flow.outputs import Output
        from ehcp_flow.reports.case_page import CASE_PAGE, case_page

        if printed.output is not None:
            raise typer.BadParameter("a page is written, and nothing is printed; leave it out", param_hint="--output")
        if limits:
            raise typer.BadParameter("a page shows every time limit of the case; leave it out", param_hint="--limit")
        Output(html, CASE_PAGE).write(case_page(answered).encode())
        note(f"case {answered.case.case_id}, as it stood on {query.on.isoformat()}: {html}")
        source.leave()
        return
    chosen = [deadline for deadline in answered.deadlines if not limits or deadline.limit in limits]
    if printed.stated == _Format.JSON:
        _json(answered, chosen)
    elif printed.stated == _Format.JSONL:
        _json_lines(chosen)
    elif printed.stated == _Format.CSV:
        _csv(chosen, printed)
    else:
        _text(answered, chosen)
    if limits and not chosen:
        runs = ", ".join(dict.fromkeys(deadline.limit for deadline in answered.deadlines)) or "none"
        note(f"no such deadline follows from the facts of case {answered.case.case_id}; these do: {runs}")
    source.leave()


def _letters(answered: Answer, reader: str, limits: Sequence[str | None]) -> None:
    from ehcp_flow.cli.printed_table import paragraph
    from ehcp_flow.reports.letters import letter

    sys.stdout.write("\n\n".join(paragraph(letter(answered, reader, limit)) for limit in limits) + "\n")


def _text(answered: Answer, found: list[Deadline]) -> None:
    sys.stdout.write("\n".join(_paragraphs(answered, found)) + "\n")


def _paragraphs(answered: Answer, found: list[Deadline]) -> Iterator[str]:
    from ehcp_flow.cli.explaining import explanation_text
    from ehcp_flow.cli.printed_table import heading, lines, paragraph
    from ehcp_flow.dates import say

    case = answered.case
    authority = f", authority {answered.authority}" if answered.authority else ""
    yield heading(f"Case {case.case_id}{authority}, as it stood on {say(answered.as_of)}", "=")
    yield ""
    yield paragraph(f"Where it stands: {answered.case_state}.")
    for open_still in answered.case_state.waiting:
        yield paragraph(f"Open beside it: {open_still}.")
    for dispute in answered.case_state.disputes:
        yield paragraph(f"Dispute: {dispute}.")
    breaches = sum(deadline.breach for deadline in found)
    yield paragraph(
        f"Deadlines: {count(len(found), 'deadline')}, {count(breaches, 'breach', 'breaches')}. A deadline is the law's "
        "time limit applied to the dates on record; the last lawful day is the last on which the act is in time."
    )
    yield ""
    yield heading("What is on record", "-")
    yield lines(list(_timeline(answered)))
    for correction in case.corrections:
        said = f"Corrected: {_in_words(correction.corrected)}, {say(correction.corrected.on)}"
        yield paragraph(f"{said}. Reason: {correction.reason or 'not recorded'}.", first="  ", then="    ")
    for number, deadline in enumerate(found, start=1):
        party = f" ({deadline.party})" if deadline.party and deadline.derivation.clock.per == "party" else ""
        yield ""
        yield heading(f"{number}. {deadline.title}{party} [{deadline.limit}]", "-")
        yield explanation_text(deadline)
    if answered.findings:
        yield ""
        yield heading("What a person should look at in the record", "-")
        for finding in answered.findings:
            yield paragraph(f"{finding}.", first="  - ", then="    ")


def _timeline(answered: Answer) -> Iterator[tuple[str, str]]:
    from ehcp_flow.dates import say
    from ehcp_flow.facts import DATES

    reached: dict[int, str] = {}
    for step in answered.case_state.history:
        if step.from_ is not step.to:
            # Where the case went on at once, by another law than that of the fact itself, this is the law of that.
            further = f" ({'; '.join(step.authority)})" if id(step.fact) in reached else ""
            reached[id(step.fact)] = f"; from then on {step.to.meaning}{further}"
    for fact in answered.case.facts:
        said = _in_words(fact)
        others = [
            f"{name.replace('_', ' ')} {say(value)}" for name in DATES[1:] if (value := getattr(fact, name, None))
        ]
        if others:
            said += f", {', '.join(others)}"
        if fact.reason:
            said += f'; reason: "{fact.reason}"'
        if fact.on > answered.as_of:
            said += " (later than this day: it does not count yet)" if not fact.prospective else " (to come)"
        elif id(fact) in reached:
            said += reached[id(fact)]
        yield say(fact.on), said


def _in_words(fact: Fact) -> str:
    from ehcp_flow.dates import say
    from ehcp_flow.explanation_outcome import describe

    return describe(fact).removesuffix(f", {say(fact.on)}")


def _json(answered: Answer, found: list[Deadline]) -> None:
    import json

    said = {
        "case_id": answered.case.case_id,
        "authority": answered.authority,
        "as_of": answered.as_of.isoformat(),
        "state": str(answered.case_state.pathway),
        "since": answered.case_state.since.isoformat() if answered.case_state.since else None,
        "disputes": [dispute.as_dict() for dispute in answered.case_state.disputes],
        "facts": [_plain(fact) for fact in answered.case.facts],
        "deadlines": [deadline.as_dict(explanation=True) for deadline in found],
        "findings": [finding.as_dict() for finding in answered.findings],
    }
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def _plain(fact: Fact) -> dict[str, Any]:
    return fact.model_dump(mode="json", exclude_none=True)


def _json_lines(found: list[Deadline]) -> None:
    with sheet("jsonl", ()) as rows:
        for deadline in found:
            rows.write(deadline.as_dict(explanation=True))


def _csv(found: list[Deadline], printed: PrintOptions) -> None:
    with printed.sheet(_STEP_COLUMNS) as rows:
        for deadline in found:
            row = deadline.as_dict()
            for number, step in enumerate(deadline.explanation, start=1):
                cited = [f"{citation.text}: {citation.address}" for citation in step.citations]
                rows.write({**row, **step.as_dict(), "step": number, "citations": cited})


EXPLAIN: Final = CliCommand(
    _explain,
    (
        "ehcp-flow explain cases.csv --case jsc-cambridgeshire --as-of 2025-10-21",
        "ehcp-flow explain cases.csv --case jsc-cambridgeshire --limit decide_not_issue --as-of 21/10/2025",
        "ehcp-flow explain cases.csv --case w-hertfordshire --as-of 2023-06-01 --format json",
        "ehcp-flow explain cases.csv --case jsc-cambridgeshire --as-of 2025-10-21 --html case.html",
        "ehcp-flow explain cases.csv --case jsc-cambridgeshire --as-of 2025-10-21 --letter ombudsman",
    ),
)
