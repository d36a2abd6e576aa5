"""Writes the generated parts of the pages in `life/`: run `python docs/make_life.py` after a change to law or moves.

A page of a stage holds a diagram, drawn from the moves; its limits, notices and duties without a number, printed from
the rulebook. What stands around them is written by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ehcp_flow.calendars import england as english_calendars
from ehcp_flow.facts import OUTCOMES
from ehcp_flow.law import Citation, Limit, Notice, Rule, Version, england
from ehcp_flow.law.model import Note
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.moves.region import Region
from ehcp_flow.moves.regions import regions_of

PAGES: Final = Path(__file__).with_name("life")
REGIONS: Final[Mapping[str, Region]] = {
    region.name: region for region in regions_of(england())[:2] if region is not None
}

_EXAMPLE: Final = dt.date(2026, 3, 2)
_PREPOSITIONS: Final = ("after", "beginning with", "before")
_KINDS: Final = {"statutory": "", "guidance": " (guidance)", "derived": " (derived)", "local": " (local)"}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One page: what it shows of the law and of the moves. Names are parted by blanks.

    A limit may be narrowed to the rules of one row or clock: `advice:reassess_advice`.
    The diagram holds the moves of `region` by `events` from `sources` (or any of `states`) to `states`; one that leads
    back to where it came from only with `loops`. With `clock` it shows instead what makes that limit run and end. The
    last days in the table are counted from `day`.
    """

    region: str = "pathway"
    events: str = ""
    states: str = ""
    sources: str = ""
    loops: bool = False
    clock: str = ""
    limits: str = ""
    notices: str = ""
    notes: str = ""
    day: dt.date = _EXAMPLE


_SETTLED: Final = "tribunal_order_made appeal_conceded mediation_agreed"

STAGES: Final[Mapping[str, Stage]] = {
    "1-request": Stage(
        events="request_received became_responsible request_withdrawn assessment_refused assessment_agreed moved_away",
        states="NO_CASE REQUESTED REFUSED_ASSESSMENT ASSESSING WITHDRAWN",
        limits="decide_assess",
        notices="determination_to_assess assessment_refused assessment_agreed",
        notes="consult_on_request repeat_request_gate cop_tell_family_exception",
    ),
    "2-advice": Stage(clock="advice", limits="advice advice_again"),
    "3-decision": Stage(
        events="plan_refused plan_agreed refusal_reversed request_received",
        states="REQUESTED ASSESSING REFUSED_PLAN DRAFTING",
        limits="decide_not_issue decide_issue",
        notices="plan_refused",
    ),
    "4-draft-and-plan": Stage(
        events="draft_plan_sent final_plan_sent issued",
        states="DRAFTING DRAFT_ISSUED FINAL_ISSUED MAINTAINED",
        loops=True,
        limits="draft_representations school_response final_plan special_school_stay he_disclosure",
        notices="draft_plan final_plan",
        notes="admit_named_school secure_provision",
    ),
    "5-review-and-amendment": Stage(
        events="review_invited review_papers_sent review_meeting_held review_decision_sent amendment_notice_sent "
        "amended_plan_sent amendment_declined issued",
        states="MAINTAINED REVIEW_OPEN AMENDMENT_PROPOSED FINAL_ISSUED CEASE_CONSULTING",
        limits="annual_review review_invitation review_papers review_report review_decision amendment_notice "
        "amendment_representations amended_plan review_total under_fives_review",
        notices="review_keep review_amend review_cease amendment amended_plan amendment_declined",
        notes="cop_year9 cop_termly_list",
    ),
    "6-phase-transfer": Stage(
        events="review_meeting_held amendment_notice_sent amended_plan_sent issued",
        states="MAINTAINED REVIEW_OPEN AMENDMENT_PROPOSED FINAL_ISSUED",
        limits="phase_transfer amended_plan amendment_representations",
        notices="amendment amended_plan",
        day=dt.date(2026, 9, 1),
    ),
    "7-reassessment": Stage(
        events="reassessment_requested reassessment_refused reassessment_agreed reassessment_started final_plan_sent "
        "amendment_declined issued",
        states="MAINTAINED REASSESS_REQUESTED REASSESSING FINAL_ISSUED",
        limits="reassessment_decision advice:reassess_advice draft_representations:reassess_draft_reps "
        "reassessment_final annual_review:reassess_next_review annual_review:next_review",
        notices="reassessment_refused reassessment_agreed final_plan",
        notes="reassess_gate",
    ),
    "8-moving": Stage(
        events="moved_away plan_transferred_out plan_transferred_in transfer_notice_sent",
        states="NO_CASE REQUESTED ASSESSING MAINTAINED TRANSFERRING_OUT TRANSFERRED_OUT TRANSFERRED_IN",
        sources="NO_CASE REQUESTED ASSESSING MAINTAINED TRANSFERRING_OUT TRANSFERRED_IN",
        limits="transfer_plan transfer_inform transfer_review commissioner_notify commissioner_request",
        notices="transfer",
    ),
    "9-mediation": Stage(
        region="disputes",
        events="mediation_contacted mediation_declined mediation_requested mediation_agreed "
        "mediation_certificate_issued appeal_registered complied",
        states="NONE MEDIATION_CONTACTED MEDIATING AGREED CERTIFIED APPEALED COMPLIED",
        limits="mediation_contact mediation_certificate mediation_health_notice mediation_arrange "
        "mediation_arrange_health mediation_notice_of_date mediation_comply mediation_notify_agreement",
    ),
    "10-appeal-and-orders": Stage(
        region="disputes",
        events="appeal_registered appeal_withdrawn tribunal_order_made appeal_determined complied",
        states="NONE CERTIFIED APPEALED DETERMINED WITHDRAWN COMPLIED",
        limits="appeal appeal_response order_assess_notify order_assess_refuse order_assess_final order_plan_draft "
        "order_plan_final order_reconsider order_amend order_amend_school order_continue order_cease directed "
        "recommendation_response recommendation_copy",
        notices="assessment_agreed plan_refused draft_plan final_plan amended_plan",
        notes="order_continue appeal_permission_ut set_aside",
    ),
    "11-concessions": Stage(
        region="disputes",
        events="appeal_registered appeal_conceded complied",
        states="CERTIFIED APPEALED CONCEDED COMPLIED",
        limits="concede_assess_notify concede_assess_refuse concede_assess_final concede_plan_draft "
        "concede_plan_final concede_amend concede_school concede_continue",
        notices="assessment_agreed plan_refused draft_plan final_plan amended_plan",
    ),
    "12-ceasing": Stage(
        events="cease_consulted cease_notice_sent plan_ceased review_decision_sent:maintain review_decision_sent:cease "
        "request_received tribunal_order_made:dismiss_cease tribunal_order_made:continue appeal_conceded:continue",
        states="MAINTAINED REVIEW_OPEN CEASE_CONSULTING CEASE_NOTIFIED CEASED REQUESTED",
        limits="cease_standstill order_cease",
        notices="cease_consultation cease review_cease",
        notes="cease_consult cease_notice cease_under18_bar cease_18plus_bar age25_extension cop_cease_year_end",
    ),
    "13-custody": Stage(
        events="detained released issued:detained plan_transferred_out plan_transferred_in",
        states="MAINTAINED KEPT_DETAINED TRANSFERRED_OUT TRANSFERRED_IN FINAL_ISSUED",
        sources="MAINTAINED KEPT_DETAINED FINAL_ISSUED",
        limits=" ".join(limit for limit, of in england().limits.items() if of.group == "detained"),
        notices="assessment_refused plan_refused draft_plan final_plan",
    ),
    "14-direct-payments": Stage(
        clock="direct_payment_review",
        limits="direct_payment_review",
        notes="direct_payment_with_plan_review direct_payment_on_request",
    ),
    "reversed-refusals": Stage(
        events=" ".join(
            [
                *(f"{event}:{outcome}" for event in _SETTLED.split() for outcome in ("assess", "make_plan")),
                "refusal_reversed",
            ]
        ),
        states="ASSESSING DRAFTING",
        sources="REFUSED_ASSESSMENT REFUSED_PLAN",
        limits="order_assess_notify order_assess_refuse order_assess_final order_plan_draft order_plan_final "
        "concede_assess_notify concede_assess_refuse concede_assess_final concede_plan_draft concede_plan_final "
        "mediation_comply:agreement_assess mediation_comply:agreement_plan reversal_assess_refuse "
        "reversal_assess_final",
        notices="assessment_agreed plan_refused final_plan",
        day=dt.date(2026, 6, 1),
    ),
}
"""Every page of `life/`, in the order of a case's life."""


def generated(name: str, page: str) -> str:
    """Return the page of a stage with its generated parts made anew."""
    stage = STAGES[name]
    for part, text in (
        ("diagram", _diagram(stage)),
        ("limits", _limits(stage)),
        ("notices", _notices(stage)),
        ("without a number", _notes(stage)),
    ):
        begin, end = f"<!-- generated: {part} -->\n", f"<!-- end of {part} -->\n"
        before, found, rest = page.partition(begin)
        _, also_found, after = rest.partition(end)
        if bool(found and also_found) != bool(text):
            raise ValueError(f"life/{name}.md {'has no place for' if text else 'has nothing to show as'} {part!r}")
        if text:
            page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


def _diagram(stage: Stage) -> str:
    lines = _of_limit(england().limit(stage.clock)) if stage.clock else _of_region(stage)
    return "\n".join(("```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```", ""))


def _of_region(stage: Stage) -> Iterator[str]:
    region = REGIONS[stage.region]
    wanted = [tuple(name.partition(":")[::2]) for name in stage.events.split()]
    states = stage.states.split()
    sources = stage.sources.split() or states
    order = {name: rank for rank, name in enumerate(region.states.__members__)}
    arrows: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for move in region.moves:
        if move.to not in states or not _is_wanted(move.event, move.outcome, wanted):
            continue
        for source in sorted(map(str, move.sources), key=order.__getitem__):
            if source in sources and (stage.loops or source != move.to):
                arrows.setdefault((source, move.to), []).append(move.key)
    for (source, to), keys in arrows.items():
        yield f"{source} --> {to}: {', '.join(_labels(keys))}"


def _is_wanted(event: str, outcome: str | None, wanted: Iterable[tuple[str, ...]]) -> bool:
    return any(event == name and only in ("", outcome) for name, only in wanted)


def _labels(keys: list[tuple[str, str | None]]) -> Iterator[str]:
    """Yield what stands at an arrow; an event whose every outcome leads the same way stands there once."""
    for event in dict.fromkeys(event for event, _ in keys):
        outcomes = [*dict.fromkeys(outcome for name, outcome in keys if name == event)]
        if len(outcomes) > 1 and len(outcomes) == len(OUTCOMES[event]):
            yield event
        else:
            yield from (event if outcome is None else f"{event} ({outcome})" for outcome in outcomes)


def _of_limit(limit: Limit) -> Iterator[str]:
    rule = limit.rule[0]
    clock = england().clocks[rule.clock]
    ways = (
        ("[*]", "RUNNING", (*clock.starts_on, *clock.restarts_on)),
        ("RUNNING", "DONE", rule.done_by),
        ("DONE", "RUNNING", rule.undone_by),
        ("RUNNING", "FALLEN_AWAY", clock.ends_on),
        ("FALLEN_AWAY", "RUNNING", clock.resumes_on),
    )
    for source, to, patterns in ways:
        if patterns:
            yield f"{source} --> {to}: {', '.join(_labels([(p.event, p.outcome) for p in patterns]))}"


def _limits(stage: Stage) -> str:
    named = (name.partition(":")[::2] for name in stage.limits.split())
    rules = [
        (limit, rule)
        for limit, only in ((england().limit(name), only) for name, only in named)
        for rule in limit.rule
        if rule.version[-1].in_force_to is None  # else it was law once: the rulebook page tells it
        if not only or only in (*rule.rows, rule.clock)
    ]
    day = f"{stage.day:%a} {stage.day.day} {stage.day:%b %Y}"
    lines = [
        f"| limit | who | time | from {day} to | gives way to | source |",
        "|---|---|---|---|---|---|",
        *dict.fromkeys(_row(limit, rule, stage.day) for limit, rule in rules),
    ]
    return "\n".join(lines) + "\n"


def _row(limit: Limit, rule: Rule, day: dt.date) -> str:
    version = rule.nearest(day)
    title = f"[{rule.title or limit.title}](../rulebook.md#{limit.id}){_KINDS[limit.kind]}"
    last = _last_day(version, day)
    cells = (
        f"{title}, a right" if rule.right else title,
        limit.actor,
        _time(rule, version),
        "–" if last is None else f"{last:%a} {last.day} {last:%b %Y}",
        _grounds(rule),
        _links(version.citation),
    )
    return f"| {' | '.join(' '.join(cell.split()) for cell in cells)} |"


def _time(rule: Rule, version: Version) -> str:
    """Return how long from what: the way of counting, what starts it, and what narrows that."""
    clock = england().clocks[rule.clock]
    counted = [
        f"`{count.convention}`"
        + (f" {_events(count.counts_from_fact)}" if count.counts_from_fact else "")
        + (f" (its {_either(count.counts_from)})" if count.counts_from not in ((), ("on",)) else "")
        for count in version.counts
    ]
    counts = counted[0] if len(counted) == 1 else f"the later of {' and '.join(counted)}"
    starts = _events(rule.only_from) if rule.only_from else clock.title
    joined = " " if len(counted) == 1 and str(version.counts[0].convention).endswith(_PREPOSITIONS) else ", from: "
    field = (rule.counts_from or clock.counts_from)[0]
    more = "" if field == "on" else f"; counted from its `{field}`, where given"
    if rule.where is not None:
        more += f"; where `{rule.where.date}` lies at least {rule.where.period} before"
    if rule.where_not is not None:
        more += f"; where `{rule.where_not.date}` lies less than {rule.where_not.period} before"
    if rule.only_with:
        more += f"; where {_events(rule.only_with)} comes before it is done"
    if rule.owed_if_by_due:
        more += f"; not where the first {_events(rule.owed_if_by_due)} came after the last day"
    if rule.owed_only_if:
        more += f"; only if {rule.owed_only_if}"
    return f"{counts}{joined}{starts}{more}"


def _last_day(version: Version, day: dt.date) -> dt.date | None:
    """Return the last lawful (or protected) day if `day` starts the clock and nothing else is known."""
    calendars = english_calendars()
    known = [
        count.convention.last_day(day, calendars)
        for count in version.counts
        if not count.counts_from_fact and (not count.counts_from or "on" in count.counts_from)
    ]
    lasts = [last for last in known if last is not None]
    if not lasts:
        return None
    return version.rolled(max(lasts), calendars)


def _grounds(rule: Rule) -> str:
    grounds = (england().grounds[use.ground] for use in rule.exceptions)
    outcomes = dict.fromkeys(f"`{ground.outcome}`" for ground in grounds if ground.in_force_to is None)
    return ", ".join(outcomes) or "nothing"


def _notices(stage: Stage) -> str:
    by_id = {notice.id: notice for notice in england().notices}
    return "\n".join(line for name in stage.notices.split() for line in _notice(by_id[name]))


def _notice(notice: Notice) -> Iterator[str]:
    limits = ", ".join(f"[`{limit}`](../rulebook.md#{limit})" for limit in notice.limits)
    yield f"**{notice.title}** ({_events(notice.on)})" + (f", in the time of {limits}" if limits else "")
    yield ""
    yield f"- tell: {'; '.join(f'{told.who} ({_link(told.citation)})' for told in notice.tell)}"
    for content in notice.contains:
        since = f", since {content.since.day} {content.since:%B %Y}" if content.since else ""
        yield f"- include: {content.says} ({_link(content.citation)}{since})"
    if notice.note:
        yield f"- note: {notice.note}"
    yield ""


def _notes(stage: Stage) -> str:
    by_row = {note.row: note for note in england().notes}
    return "".join(f"{_note(by_row[row])}\n" for row in stage.notes.split())


def _note(note: Note) -> str:
    return f"- **{note.title}**. {note.says} {_links(note.citation)}."


def _events(patterns: Iterable[Pattern]) -> str:
    return _either(map(str, patterns))


def _either(names: Iterable[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _link(citation: Citation) -> str:
    return f"[{citation.short}]({citation.address})"


def _links(citations: Iterable[Citation]) -> str:
    return "; ".join(map(_link, citations))


if __name__ == "__main__":
    for stage_name in STAGES:
        path = PAGES / f"{stage_name}.md"
        path.write_text(generated(stage_name, path.read_text("utf-8")), "utf-8")
