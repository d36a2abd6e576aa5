"""`ehcp-flow notices`: whom a decision must be told to, what the notice must contain, and by when."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.for_whom import counting_for_whom
from ehcp_flow.cli.options import complete_events, day, option
from ehcp_flow.cli.output import Format, flat, is_flat
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import LawQuery

if TYPE_CHECKING:
    from ehcp_flow.law import Notice, Rule, Rulebook, Version

__all__ = ["NOTICES"]

_COLUMNS: Final = ("notice", "title", "on", "part", "says", "since", "citation", "address")


@options("decision on form raw output rulebook")
def _notices(
    *,
    query: LawQuery,
    decision: Annotated[
        str | None,
        typer.Argument(
            metavar="[EVENT[:OUTCOME]]",
            help="The decision, such as plan_refused or review_decision_sent:cease; without it, all are listed.",
            autocompletion=complete_events,
            show_default=False,
        ),
    ] = None,
    on: Annotated[
        str | None,
        option(
            "--on DATE",
            "The day of the decision: what a notice did not have to contain by then is left out, and the time to "
            "send it is that of the law of the day, or of one before it under which it can have begun.",
        ),
    ] = None,
    printed: PrintOptions,
) -> None:
    """The checklist of each notice that a decision must carry: whom to tell, what to say, by when, and by what law."""
    law = query.law
    decided = day(on, "--on")
    if decision is None:
        found = law.notices
    else:
        found = _of(decision, None if on is None else decided, law)
        if printed.stated in (None, Format.TABLE):
            said = "\n\n".join("\n".join(_paragraphs(notice, query, decided)) for notice in found)
            sys.stdout.write(f"{said or f'No notice is prescribed for {decision}.'}\n")
            return
    if printed.as_table:
        _table(found)
        return
    with printed.sheet(_COLUMNS) as out:
        for notice in found:
            for row in _items(notice, query, decided) if is_flat(printed.shown) else (_row(notice, query, decided),):
                out.write(row)


def _of(decision: str, on: dt.date | None, law: Rulebook) -> tuple[Notice, ...]:
    from ehcp_flow.errors import UnknownNameError
    from ehcp_flow.facts import FACT_TYPES, OUTCOMES
    from ehcp_flow.law import notices

    event, _, outcome = decision.partition(":")
    if event not in FACT_TYPES:
        raise UnknownNameError("event", event, FACT_TYPES)
    if outcome and outcome not in OUTCOMES.get(event, ()):
        raise UnknownNameError(f"outcome of {event}", outcome, OUTCOMES.get(event, ()))
    return notices(event, outcome or None, on, rulebook=law)


def _by_when(notice: Notice, query: LawQuery, on: dt.date) -> list[dict[str, str]]:
    """Return the limits that a notice has to keep, as they stood on a day, and as they did when it may have begun."""
    found = []
    for name in notice.limits:
        limit = query.law.limit(name)
        rules = [rule for rule in limit.rule if rule.in_force(on) is not None] or limit.rule
        told = dict.fromkeys(counting_for_whom(rule, on, _counting) for rule in rules)
        before = {
            f"{counting}, counted from a day up to {last.isoformat()}": None
            for rule in limit.rule
            for counting, last in _still_counting(rule, query, on)
            if counting not in told
        }
        counting = " or ".join((*told, *before))
        cited = rules[0].nearest(on).cited
        found.append({"limit": name, "title": limit.title, "counting": counting, "citation": cited})
    return found


def _counting(version: Version) -> str:
    return str(version.counts[0].convention)


def _still_counting(rule: Rule, query: LawQuery, on: dt.date) -> Iterator[tuple[str, dt.date]]:
    """Yield how each version counts that is law no more on a day, and by which time can still run, and its last day."""
    standing = rule.standing(on) if rule.in_force(on) is not None else ()
    for version in rule.version:
        last, counts = version.in_force_to, version.counts[0].convention
        if version in standing:
            continue
        if last is not None and last < on and (counts.last_day(last, query.calendars) or last) >= on:
            yield str(counts), last


def _row(notice: Notice, query: LawQuery, on: dt.date) -> dict[str, Any]:
    return {
        "notice": notice.id,
        "title": notice.title,
        "on": [str(pattern) for pattern in notice.on],
        "tell": [
            {"who": told.who, "citation": told.citation.text, "address": told.citation.address} for told in notice.tell
        ],
        "contains": [
            {
                "says": item.says,
                "since": item.since.isoformat() if item.since else None,
                "citation": item.citation.text,
                "address": item.citation.address,
            }
            for item in notice.contains
        ],
        "by": _by_when(notice, query, on),
        "evidence": notice.evidence,
        "note": notice.note,
    }


def _items(notice: Notice, query: LawQuery, on: dt.date) -> Iterator[dict[str, Any]]:
    """Yield a row for everybody who must be told, everything that must be said, and every limit to keep."""
    said = _row(notice, query, on)
    same = {name: said[name] for name in ("notice", "title", "on")}
    for told in said["tell"]:
        yield {**same, "part": "tell", **told, "says": told["who"]}
    for item in said["contains"]:
        yield {**same, "part": "contains", **item}
    for limit in said["by"]:
        yield {**same, "part": "by", "says": f"{limit['limit']}: {limit['counting']}", "citation": limit["citation"]}


def _paragraphs(notice: Notice, query: LawQuery, on: dt.date) -> Iterator[str]:
    from ehcp_flow.cli.printed_table import heading, paragraph
    from ehcp_flow.dates import say

    yield heading(f"{notice.title} [{notice.id}]", "=")
    yield f"On: {', '.join(map(str, notice.on))}"
    yield from ("", "Tell")
    for told in notice.tell:
        yield paragraph(f"[ ] {told.who} ({told.citation.text})", first="  ", then="      ")
    yield from ("", "It must contain")
    for item in notice.contains:
        since = f"; since {say(item.since)}" if item.since else ""
        yield paragraph(f"[ ] {item.says} ({item.citation.text}{since})", first="  ", then="      ")
    by_when = _by_when(notice, query, on)
    if by_when:
        yield from ("", "By when")
        for limit in by_when:
            said = f"{limit['title']} [{limit['limit']}]: {limit['counting']} ({limit['citation']})"
            yield paragraph(said, first="  ", then="      ")
    if notice.note:
        yield from ("", paragraph(f"Note: {notice.note}"))


def _table(found: tuple[Notice, ...]) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("on", "decision", least=24, most=50),
        ShownColumn("title", "notice", least=24),
        ShownColumn("limits", "by the limits", drop=1, least=26),
    )
    rows = [
        {"on": flat([str(each) for each in notice.on]), "title": notice.title, "limits": flat(notice.limits)}
        for notice in found
    ]
    print_table(columns, rows, caption="One in full: ehcp-flow notices EVENT[:OUTCOME]")


NOTICES: Final = CliCommand(
    _notices,
    (
        "ehcp-flow notices",
        "ehcp-flow notices plan_refused",
        "ehcp-flow notices review_decision_sent:cease --on 2026-03-02 --format json",
    ),
)
