"""`ehcp-flow rules`: the rulebook, as a list or one time limit in full."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.for_whom import counting_for_whom
from ehcp_flow.cli.messages import note, under_the_law_asked
from ehcp_flow.cli.options import complete_limits, day, option
from ehcp_flow.cli.output import Format, is_flat
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.query import CaseQuery, LawQuery, rulebook_at
from ehcp_flow.cli.rules_instead import Instead

if TYPE_CHECKING:
    from ehcp_flow.law import Limit, Rule, Rulebook, Version
    from ehcp_flow.law.citation import Citation
    from ehcp_flow.law.patterns import Pattern

__all__ = ["RULES"]

_COLUMNS: Final = (
    "limit", "title", "group", "actor", "kind", "rows", "counting", "in_force_from", "in_force_to", "citation",
    "evidence",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """With which other rulebook, and for which caseload."""

    diff: Annotated[
        str | None,
        option(
            "--diff NAME|DIR",
            "Compare with another rulebook, by its name or in this directory, such as a draft of a changed law: what "
            "would change.",
        ),
    ] = None
    source: Annotated[
        str | None,
        option(
            "--source SOURCE", "With --diff, a caseload (file, - or store's URL): which of its deadlines would move."
        ),
    ] = None


@options("name group instead comparison on as_of form raw output rulebook")
def _rules(
    *,
    query: LawQuery,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="A time limit, to see it in full.",
            autocompletion=complete_limits,
            show_default=False,
        ),
    ] = None,
    group: Annotated[str | None, option("--group GROUP", "Only the limits of this group.")] = None,
    instead: Instead,
    comparison: _Comparison,
    on: Annotated[
        str | None,
        option("--on DATE", "The law of this day, past or to come, instead of today's: for a clock that starts then."),
    ] = None,
    printed: PrintOptions,
) -> None:
    """The law as the program knows it: every time limit, or one in full with its versions, exceptions and readings."""
    _refuse_together(instead, comparison, as_of=query.as_of, limits={"--on": on, "[ID]": name, "--group": group})
    if comparison.diff is not None:
        _compare(query, rulebook_at(comparison.diff), comparison.source, printed)
        return
    if instead.asked:
        instead.print(query, printed)
        return
    law = query.law
    that_day = day(on, "--on")
    if name is not None:
        limits: list[Limit] = _asked([_limit(law, name)], None if on is None else that_day)
        if limits and printed.stated in (None, Format.TABLE):
            sys.stdout.write("\n".join(_paragraphs(limits[0], law)) + "\n")
            return
    else:
        limits = [limit for limit in law.limits.values() if group in (None, limit.group)]
        if not limits:
            from ehcp_flow.errors import UnknownNameError

            raise UnknownNameError("group", group or "", dict.fromkeys(limit.group for limit in law.limits.values()))
        limits = _asked(limits, None if on is None else that_day)
    if printed.as_table:
        _table(limits, that_day)
        return
    with printed.sheet(_COLUMNS) as rows:
        for limit in limits:
            row = _row(limit, law, that_day)
            rows.write({**row, **_current(limit, that_day)} if is_flat(printed.shown) else row)


def _refuse_together(
    instead: Instead, comparison: _Comparison, *, as_of: str | None, limits: Mapping[str, str | None]
) -> None:
    """Refuse options of which one belongs to another list than the other."""
    for flag, value, of_reading in (("--source", comparison.source, False), ("--as-of", as_of, instead.read)):
        if value is not None and comparison.diff is None and not of_reading:
            raise typer.BadParameter("it belongs to --diff DIR; give that too", param_hint=flag)
    if instead.months is not None and not instead.read:
        raise typer.BadParameter("it belongs to --read; give that too", param_hint="--months")
    others = [*instead.asked, *(["--diff"] if comparison.diff is not None else [])]
    if len(others) > 1:
        raise typer.BadParameter(f"{' and '.join(others)}: give one of them", param_hint=others[-1])
    for flag, value in limits.items():
        if flag == "[ID]" and value is not None and others == ["--diff"]:
            raise typer.BadParameter(
                f"--diff takes one rulebook, and the one beside it is --rulebook: --diff {value} --rulebook "
                f"{comparison.diff}",
                param_hint=flag,
            )
        if value is not None and others:
            raise typer.BadParameter(f"it belongs to the list of limits, not to {others[0]}", param_hint=flag)


def _compare(query: LawQuery, new: Rulebook, source: str | None, printed: PrintOptions) -> None:
    from ehcp_flow.cli.comparing import print_changes, print_moved

    if source is None or printed.as_table:
        print_changes(query.law, new, printed)
    if source is not None:
        print_moved(CaseQuery(source=source, as_of=query.as_of, rulebook=query.rulebook), new, printed).leave()


def _limit(law: Rulebook, name: str) -> Limit:
    """Return the limit with this id, or the one that has this row of the law."""
    if name not in law.limits:
        for limit in law.limits.values():
            if any(name in rule.rows for rule in limit.rule):
                return limit
    return law.limit(name)


def _table(limits: list[Limit], on: dt.date) -> None:
    from ehcp_flow.cli.printed_table import ShownColumn, print_table

    columns = (
        ShownColumn("limit", "limit"),
        ShownColumn("title", "title", drop=4, least=24),
        ShownColumn("group", "group", drop=6),
        ShownColumn("actor", "actor", drop=5, least=10),
        ShownColumn("kind", "kind", drop=2),
        ShownColumn("counting", "counting", drop=1, least=16),
        ShownColumn("law", "citation", drop=3, least=14),
    )
    rows = []
    for limit in limits:
        counting = " or ".join(_current(limit, on)["counting"])
        law = ", ".join(
            dict.fromkeys(citation.short for version in _in_force(limit, on) for citation in version.citation)
        )
        said = {name: str(getattr(limit, name)) for name in ("title", "group", "actor", "kind")}
        rows.append({"limit": limit.id, **said, "counting": counting, "law": law})
    one, notes = (under_the_law_asked(f"ehcp-flow rules {each}") for each in ("ID", "--notes"))
    print_table(columns, rows, caption=f"One in full: {one}. Duties without a number: {notes}")


def _in_force(limit: Limit, on: dt.date) -> list[Version]:
    """Return the versions of its rules that are law on a day, or those nearest to it where none is."""
    return [rule.nearest(on) for rule in _rules_in_force(limit, on)]


def _rules_in_force(limit: Limit, on: dt.date) -> Sequence[Rule]:
    """Return the rules of a limit that are law on a day, or all where none is."""
    return [rule for rule in limit.rule if rule.in_force(on) is not None] or limit.rule


def _asked(limits: list[Limit], on: dt.date | None) -> list[Limit]:
    """Return the limits with what was law on a day alone, and say which were not; without a day, all of them."""
    from ehcp_flow.dates import say

    if on is None:
        return limits
    found = {}
    for limit in limits:
        rules = tuple(
            rule.model_copy(update={"version": rule.standing(on)[::-1]})
            for rule in limit.rule
            if rule.in_force(on) is not None
        )
        if rules:
            found[limit.id] = limit.model_copy(update={"rule": rules})
    missing = [limit.id for limit in limits if limit.id not in found]
    if missing:
        note(f"no law on {say(on)}: {', '.join(missing)}")
    return list(found.values())


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _current(limit: Limit, on: dt.date) -> dict[str, list[str]]:
    """Return what a list shows of the versions that stand."""
    versions = _in_force(limit, on)
    return {
        "counting": _once(counting_for_whom(rule, on, _counting) for rule in _rules_in_force(limit, on)),
        "in_force_from": _once(version.in_force_from.isoformat() for version in versions),
        "in_force_to": _once(version.in_force_to.isoformat() for version in versions if version.in_force_to),
    }


def _counting(version: Version) -> str:
    counts = ", or ".join(str(count.convention) for count in version.counts)
    text = f"the later of {counts}" if len(version.counts) > 1 else counts
    return f"{text}, rolled to {version.rolls_to}" if version.rolls_to else text


def _row(limit: Limit, law: Rulebook, on: dt.date) -> dict[str, Any]:
    versions = _in_force(limit, on)
    return {
        "limit": limit.id,
        "title": limit.title,
        "group": limit.group,
        "actor": limit.actor,
        "kind": limit.kind,
        "rows": [*dict.fromkeys(row for rule in limit.rule for row in rule.rows)],
        "citation": "; ".join(_once(version.cited for version in versions)),
        "evidence": "; ".join(_once(version.evidence for version in versions)),
        "versions": [
            {"rows": list(rule.rows), **_version_row(version)} for rule in limit.rule for version in rule.version
        ],
        "rules": [_rule_row(limit, rule, law) for rule in limit.rule],
        "note": limit.note,
    }


def _version_row(version: Version) -> dict[str, Any]:
    return {
        "in_force_from": version.in_force_from.isoformat(),
        "in_force_to": version.in_force_to.isoformat() if version.in_force_to else None,
        "applies_to": [cohort.said for cohort in version.applies_to],
        "counting": _counting(version),
        "words": version.words,
        "citations": [_cited(citation) for citation in version.citation],
        "evidence": version.evidence,
        "evidence_note": version.evidence_note,
        "note": version.note,
    }


def _cited(citation: Citation) -> dict[str, str]:
    return {"short": citation.short, "text": citation.text, "address": citation.address}


def _rule_row(limit: Limit, rule: Rule, law: Rulebook) -> dict[str, Any]:
    clock = law.clocks[rule.clock]
    return {
        "rows": list(rule.rows),
        "kind": rule.kind or limit.kind,
        "by_body": list(rule.by_body),
        "not_by_body": list(rule.not_by_body),
        "cohorts": [cohort.said for cohort in rule.cohorts],
        "clock": clock.title,
        "starts_on": _facts(rule.only_from or (*clock.starts_on, *clock.restarts_on)),
        "act": rule.act,
        "otherwise": rule.otherwise,
        "done_by": _facts((*rule.done_by, *rule.done_after_first_by)),
        "exceptions": [
            {
                "ground": law.grounds[use.ground].outcome,
                "title": law.grounds[use.ground].title,
                "citation": use.citation.text,
                "address": use.citation.address,
            }
            for use in rule.exceptions
        ],
        "readings": [
            {"name": reading.name, "counting": reading.differs, "says": reading.says} for reading in rule.readings
        ],
        "note": rule.note,
    }


def _facts(patterns: Iterable[Pattern]) -> list[str]:
    return list(dict.fromkeys(pattern.fact for pattern in patterns))


def _paragraphs(limit: Limit, law: Rulebook) -> Iterator[str]:
    from ehcp_flow.cli.printed_table import heading, lines, paragraph

    yield heading(f"{limit.title} [{limit.id}]", "=")
    yield lines([("group", limit.group), ("who must act", limit.actor), ("kind", _kind(limit.kind, limit.rule))])
    for rule in limit.rule:
        yield ""
        yield heading(f"Rule {', '.join(rule.rows)}", "-")
        yield from _rule_paragraphs(limit, rule, law)
    if limit.note:
        yield from ("", paragraph(f"Note: {limit.note}"))


def _kind(kind: str, rules: Sequence[Rule]) -> str:
    """Return the force of rules in words: what gives a right is nobody's duty, and no breach where it is not used."""
    if all(rule.right for rule in rules):
        return f"{kind}: a right, and not using it is never a breach"
    return f"{kind}: missing it is {'a breach' if kind == 'statutory' else 'never a breach'}"


def _rule_paragraphs(limit: Limit, rule: Rule, law: Rulebook) -> Iterator[str]:
    from ehcp_flow.cli.printed_table import lines, paragraph
    from ehcp_flow.dates import say
    from ehcp_flow.law.parts import EVIDENCE

    clock = law.clocks[rule.clock]
    starts = rule.only_from or (*clock.starts_on, *clock.restarts_on)
    said = [
        ("kind", _kind(rule.kind or limit.kind, [rule]) if rule.kind or rule.right else ""),
        ("the clock", clock.title),
        ("started by", " or ".join(map(str, starts))),
        ("asked of", " or ".join(rule.by_body)),
        ("asked of any but", " or ".join(rule.not_by_body)),
        ("only where", " and ".join(cohort.said for cohort in rule.cohorts)),
        ("what must be done", f"{rule.act}{', ' + rule.otherwise if rule.otherwise else ''}"),
        ("done by", " or ".join(map(str, rule.done_by))),
        ("after " + " or ".join(map(str, rule.first)), " or ".join(map(str, rule.done_after_first_by))),
        ("shown to be done by", " or ".join(map(str, rule.implied_by))),
        ("answered otherwise by", " or ".join(map(str, rule.other_answer))),
        (
            "falls away on",
            " or ".join(map(str, (*rule.lapses_on, *rule.taken_back_by, *rule.never_owed_by, *clock.ends_on))),
        ),
        ("goes on in another rule on", " or ".join(map(str, rule.carried_on_by))),
    ]
    yield lines([pair for pair in said if pair[1]])
    for version in rule.version:
        force = f"since {say(version.in_force_from)}"
        if version.in_force_to is not None:
            force = f"from {say(version.in_force_from)} to {say(version.in_force_to)}"
        words = f', by the words "{version.words}"' if version.words else ""
        yield from ("", paragraph(f"In force {force}: {_counting(version)}{words}.", first="  ", then="    "))
        yield from (f"    - {citation.text}: {citation.address}" for citation in version.citation)
        evidence = EVIDENCE[version.evidence] + (f"; {version.evidence_note}" if version.evidence_note else "")
        yield paragraph(f"Evidence {version.evidence}: {evidence}.", first="    ", then="    ")
        if version.applies_to:
            cohorts = " and ".join(cohort.said for cohort in version.applies_to)
            yield paragraph(f"It applies where {cohorts}.", first="    ", then="    ")
        if version.note:
            yield paragraph(version.note, first="    ", then="    ")
    yield ""
    if rule.exceptions:
        yield "  Exceptions that can excuse it (the date stays, and nothing pauses):"
        for use in rule.exceptions:
            ground = law.grounds[use.ground]
            force = f", in force to {say(ground.in_force_to)}" if ground.in_force_to else ""
            yield paragraph(f"{ground.outcome}: {ground.title}{force}", first="    - ", then="      ")
            yield f"      {use.citation.text}: {use.citation.address}"
    else:
        yield "  The law allows no exception to it."
    for reading in rule.readings:
        force = f", from {say(reading.in_force_from)}" if reading.in_force_from else ""
        force += f", to {say(reading.in_force_to)}" if reading.in_force_to else ""
        counted = f"{reading.differs}{force}"
        text = f"Another reading, {reading.name} ({counted}): {reading.says}. It does not move the date."
        yield paragraph(text, first="  ", then="    ")
    if rule.note:
        yield paragraph(f"Note: {rule.note}", first="  ", then="    ")


RULES: Final = CliCommand(
    _rules,
    (
        "ehcp-flow rules",
        "ehcp-flow rules final_plan",
        "ehcp-flow rules --group review --format csv",
        "ehcp-flow rules concede_amend --on 2015-03-01",
        "ehcp-flow rules annual_review --format json",
        "ehcp-flow rules --installed",
        "ehcp-flow rules --provisions --format csv",
        "ehcp-flow rules --read --as-of 2026-11-30",
        "ehcp-flow rules --unread",
        "ehcp-flow rules --diff draft-law",
        "ehcp-flow rules --diff draft-law --source cases.csv --as-of 2025-10-21",
    ),
)
