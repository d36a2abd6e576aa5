"""Writes docs/rulebook.md from the rulebook's data: `python docs/make_rulebook.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.law import Citation, Clock, Ground, Limit, Rule, Rulebook, Version, england
from ehcp_flow.law.body import Body, BodyName
from ehcp_flow.law.clock import Between, Deemed, OtherEnd, ShownByDate, Sign, Spell
from ehcp_flow.law.model import ActInQuestion, AgeQuestion, Asked, Foreseen, GivesWay, Note
from ehcp_flow.law.parts import EVIDENCE
from ehcp_flow.law.patterns import Pattern
from ehcp_flow.law.version import Count, Reading

PAGE = Path(__file__).with_name("rulebook.md")

INTRODUCTION = """
# The rulebook

<!-- Generated from the data by `python docs/make_rulebook.py`. Do not edit: change the data, then run it again. -->

Every time limit that the engine knows, printed from the same data that it counts with. To change one, see
[changing a limit](change-a-limit.md). To follow the counting, see [counting](counting.md).

This page is not legal advice. Each limit says how far its source was checked; where it says anything but "the primary
text was read", check it against [legislation.gov.uk](https://www.legislation.gov.uk/) before you rely on it.

## How to read it

**Kind.** `statutory`: a rule of law, and the only kind that can be breached. `guidance`: the Code of Practice or the
Ombudsman's practice. `derived`: follows from other limits and has no force of its own. `local`: an authority's target.

**Counting.** The words are the rulebook's own closed set:

| written | means |
|---|---|
| `6 weeks after` | the day itself is not counted; the last lawful day is the same weekday six weeks later |
| `12 months beginning with` | the day itself is day 1; the last lawful day is the day before the anniversary |
| `at least 15 days beginning with` | a window: fifteen days are protected, and the act is lawful from the sixteenth |
| `at least 2 weeks before` | counted back from the day, which is not counted |
| `before 15 February` | on 14 February at the latest, in the calendar year of the day |
| `on the day` | that day itself |

`days` are calendar days. `working days`, `Tribunal days` and `school days` say so.

**Exceptions.** An exception disapplies a limit. It never pauses a clock and never moves a date:
see [exceptions](exceptions.md).

**Rows** are the names of the separate provisions that one limit brings together.
""".strip()

NOT_MODELLED = """
## What is not modelled

- **Scotland and Northern Ireland**, and the law before September 2014. Wales has [a rulebook of its own](wales.md).
- **What a person must judge**: whether compliance was impractical, whether circumstances were exceptional, whether a
  plan is right. The engine records the judgement and never makes it.
- **The date that somebody else set**: a direction of the Tribunal, or a time that the parties agreed where the law lets
  them. Either can be recorded against the limit that it displaces; the other date is not computed.
- **What a document says**: the engine sees that an amended plan was sent, not which school it names.
- **Deemed service.** The regulations have no table of it. `served_on` is the day that the record gives; without it the
  day of sending is used.
""".strip()

TESTS = {
    "closure": "the length of the closing, and whether advice was asked inside the period",
    "absence": "whether so long an unbroken absence lies inside the limit's period",
    "within_period": "whether a recorded day of it lies inside the limit's period",
    "due_within_force": "whether the act fell due while the ground was law, and a reason is recorded",
    "named": "whether the record names the limit, and says what was agreed or directed",
}
SAID = {
    Limit: "id counterpart title group actor kind note rule",
    Rule: "rows clock title kind only_from where where_not where_in_time by_party not_by_party "
    "by_body not_by_body not_during cohorts yields_to only_with only_with_from "
    "owed_if_by_due right owed_only_if shown_owed_by shown_by_act counts_from act otherwise done_by done_as_named "
    "cited_by_reason first "
    "first_by_date done_after_first_by done_for_now_by shown_otherwise_by questions age_question undone_by "
    "implied_by other_answer lapses_on taken_back_by never_owed_by carried_on_by owed_by owed_after_all_by looks_back "
    "under_age exceptions leads readings version note",
    Version: "in_force_from in_force_to counting later_of protected_until applies_to roll words citation evidence "
    "evidence_note note",
    Count: "counting counts_from or_from_fact counts_from_fact needed awaited",
    Reading: "name counting counts_from_fact counts_from_start within only_if_earlier only_done_by beside "
    "either_answer without_exceptions without_past_exceptions with_exceptions yields_to_nothing kept_by shown_by "
    "limits_nothing binds not_done_by from_age unless kept_open_by kept_open_to contests says "
    "in_force_from in_force_to",
    Clock: "id title starts_on restarts_on separate per counts_from ends_on resumes_on resumes_from resumes_inside "
    "resumes_in_time resumption during unless_during ages_for party_from own_acts ahead",
    Spell: "id title begins_on ends_on unless_during looks_ahead lasts ends_everything from_age of_school_year "
    "or_after reading citation counts_from roll",
    OtherEnd: "name unless says",
    GivesWay: "spell finding says remedy",
    ShownByDate: "facts date",
    Deemed: "id facts is_also shows is_nothing says citation",
    Sign: "id finding facts once_past answered_by unless says remedy",
    Asked: "id title usual_for",
    ActInQuestion: "finding done_by later where_missed says remedy",
    AgeQuestion: "finding from_age unless answered_by says remedy says_over remedy_over",
    Ground: "id outcome title test least margin adviser one_day not_checked doubt reading in_force_from in_force_to "
    "note",
    Note: "row title says citation evidence",
    Body: "id title spoken_of name note",
    BodyName: "in_force_from in_force_to name citation evidence evidence_note",
}
"""Every key of the data that this page has words for: a test compares it with the models, so that none is left out."""
EVENT_ROLES = (
    ("done_by", "Done by"),
    ("done_for_now_by", "Done, as far as nothing later shows that more was due, by"),
    ("shown_otherwise_by", "That more was due is shown by"),
    ("undone_by", "Undone by"),
    ("implied_by", "Shown to be done, without a date, by"),
    ("other_answer", "Falls away on the other answer:"),
    ("lapses_on", "Falls away on"),
    ("taken_back_by", "Falls away, for that party alone, on"),
    ("never_owed_by", "Falls away, as never owed, on"),
    ("carried_on_by", "Goes on in another rule, in which the same time runs, on"),
    ("owed_by", "Shown to be owed by"),
    ("owed_after_all_by", "Owed after all, where it had fallen away as never owed, on"),
)


def page(rulebook: Rulebook | None = None) -> str:
    """Return the page for a rulebook, England's if none is given."""
    book = rulebook or england()
    return "\n".join(_lines(book)).rstrip("\n") + "\n"


def _lines(book: Rulebook) -> Iterator[str]:
    yield INTRODUCTION
    yield ""
    yield "**Evidence** says how far the words were checked:"
    yield ""
    yield from _table(("code", "means"), ((code, meaning) for code, meaning in EVIDENCE.items()))
    groups: dict[str, list[Limit]] = {}
    for limit in book.limits.values():
        groups.setdefault(limit.group, []).append(limit)
    yield "## The limits at a glance"
    yield ""
    yield from _table(
        ("limit", "what", "who", "counting", "kind"),
        (
            (f"[`{limit.id}`](#{limit.id})", limit.title, limit.actor, _all_counts(limit), limit.kind)
            for limits in groups.values()
            for limit in limits
        ),
    )
    for group, limits in groups.items():
        yield f"## {_capital(group.replace('_', ' '))}"
        yield ""
        for limit in limits:
            yield from _limit(limit, book)
    yield "## What an act is taken as"
    yield ""
    yield (
        "The same act is taken for the same thing in every limit. `inside` and `outside` speak of the spells of a "
        "case's life that stand below."
    )
    yield ""
    for deemed in book.deemed.values():
        yield from _deemed(deemed)
    for sign in book.signs.values():
        yield f"- A finding, `{sign.finding}`, for {_events(sign.facts)}{_asked_while(sign)}: {_text(sign.says)}."
    yield ""
    yield from _table(("spell", "in substance"), ((f"`{each.id}`", _spell(each)) for each in _fallen_into(book)))
    yield "## Duties without a number"
    yield ""
    yield "Shown for completeness. None of these is a deadline: there is nothing to count."
    yield ""
    for note in book.notes:
        yield from _note(note)
    yield "## Grounds of exception"
    yield ""
    yield "The limits above say which ground can disapply them. What each column checks is all that is checked."
    yield ""
    yield from _table(
        ("ground", "recorded as", "in substance", "what is checked", "in force"),
        (_ground(ground) for ground in book.grounds.values()),
    )
    yield from _asked(book)
    yield "## Bodies by their names at the time"
    yield ""
    yield "Who held an office that the law names, and when. An explanation names the holder on the day the act was due."
    yield ""
    for body in book.bodies.values():
        yield from _body(body)
    yield "## Clocks"
    yield ""
    yield "A clock is what makes time run for one or more limits."
    yield ""
    yield from _ends(book)
    for clock in book.clocks.values():
        yield from _clock(clock, book)
    yield NOT_MODELLED
    yield ""
    yield "## Sources"
    yield ""
    yield from _table(
        ("cited as", "source"),
        (
            (f"`{source.id}`", f"[{source.full_title or source.title}]({_front(source.address)})")
            for source in book.instruments.values()
        ),
    )


def _ends(book: Rulebook) -> Iterator[str]:
    for spell in book.spells.values():
        if spell.ends_everything:
            yield f"Every clock ends for good, and none starts, once {_spell(spell)}."
            yield ""


def _asked(book: Rulebook) -> Iterator[str]:
    yield "## Who is asked for advice"
    yield ""
    yield "What `body` of `advice_requested` can be, and whose it is taken to be where nothing is recorded."
    yield ""
    yield from _table(
        ("body", "in substance", "usual for"),
        ((f"`{each.id}`", each.title, _codes(each.usual_for, ", ")) for each in book.asked.values()),
    )


def _deemed(deemed: Deemed) -> Iterator[str]:
    what = "nothing" if deemed.is_nothing else _events((*deemed.is_also, *deemed.shows))
    verb = "shows" if deemed.shows else "is"
    cited = f" {_links(deemed.citation)}." if deemed.citation else ""
    yield f"- {_events(deemed.facts)} {verb} {what}. {_sentence(deemed.says)}{cited}"


def _fallen_into(book: Rulebook) -> Iterator[Spell]:
    """Yield every spell that some pattern of the rulebook speaks of."""
    names = compiled(book).turned.marked
    yield from (book.spells[name] for name in names if name in book.spells)


def _limit(limit: Limit, book: Rulebook) -> Iterator[str]:
    yield f'### <a id="{limit.id}"></a>`{limit.id}`: {limit.title}'
    yield ""
    mirrors = (
        f" Repeats [`{limit.counterpart}`](#{limit.counterpart}) for those in custody." if limit.counterpart else ""
    )
    yield f"{_capital(limit.actor)}; {limit.kind}.{mirrors}"
    yield ""
    if limit.note:
        yield _text(limit.note)
        yield ""
    for rule in limit.rule:
        yield from _rule(limit, rule, book)


def _rule(limit: Limit, rule: Rule, book: Rulebook) -> Iterator[str]:
    clock = book.clocks[rule.clock]
    if len(limit.rule) > 1:
        title = f": {rule.title}" if rule.title else ""
        kind = f" ({rule.kind})" if rule.kind else ""
        yield f"**{_codes(rule.rows, ', ')}**{title}{kind}"
        yield ""
    otherwise = f", {rule.otherwise} and in any event in the time below" if rule.otherwise else ""
    what = "What may be done" if rule.right else "What must be done"
    yield f"- {what}: {_text(rule.act)}{otherwise}."
    yield from _start(rule, clock, book)
    if rule.done_as_named:
        yield "- Done, and ended, by what does so to the limit that the starting fact names (`limit`)."
    if rule.cited_by_reason:
        yield "- Its citation is the `reason` of the starting fact, where it has one."
    for name, label in EVENT_ROLES:
        if patterns := getattr(rule, name):
            yield f"- {label} {_events(patterns)}."
    yield from _parts(rule)
    yield from _terms(rule)
    for version in rule.version:
        yield from _version(version)
    yield from _exceptions(limit, rule, book)
    for lead in rule.leads:
        yield f"- {_capital(_text(lead.says))} {lead.before} before the last day."
    for reading in rule.readings:
        yield f"- {_reading(reading)}"
    if rule.note:
        yield f"- Note: {_sentence(rule.note)}"
    if len(limit.rule) == 1 and rule.rows != (limit.id,):
        yield f"- Rows: {_codes(rule.rows, ', ')}."
    yield ""


def _reading(reading: Reading) -> str:
    force = f", from {_day(reading.in_force_from)}" if reading.in_force_from else ""
    force += f", to {_day(reading.in_force_to)}" if reading.in_force_to else ""
    practice = "" if reading.contests else " It is told, and contests nothing."
    return f"Another reading, {reading.name} (`{reading.differs}`{force}): {_sentence(reading.says)}{practice}"


def _start(rule: Rule, clock: Clock, book: Rulebook) -> Iterator[str]:
    yield f"- Starts when {_text(clock.title)} ([`{clock.id}`](#clock-{clock.id}))."
    if rule.only_from:
        yield f"  Only from {_events(rule.only_from)}."
    if rule.where is not None:
        yield f"  Only where {_foreseen(rule.where, 'is')}."
    if rule.where_not is not None:
        yield f"  Only where {_foreseen(rule.where_not, 'is not')}."
    if rule.by_party:
        yield f"  Only where its party is {_codes(rule.by_party, ' or ')}."
    if rule.not_by_party:
        yield f"  Not where its party is {_codes(rule.not_by_party, ' or ')}."
    if rule.by_body:
        yield f"  Only where the body that was asked is {_codes(rule.by_body, ' or ')}."
    if rule.not_by_body:
        yield f"  Not where the body that was asked is {_codes(rule.not_by_body, ' or ')}."
    for name in rule.not_during:
        yield f"  Not while {_spell(book.spells[name])}."
    yield from (f"  Only where {cohort.said}." for cohort in rule.cohorts)
    if rule.yields_to:
        spell = _spell(book.spells[rule.yields_to.spell])
        yield f"  Missed, it falls away where its last day lies while {spell}; a finding, `{rule.yields_to.finding}`:"
        yield f"  {_text(rule.yields_to.says)}."
    if rule.where_in_time is not None:
        yield (
            f"  Only where {_events(rule.where_in_time.first)} came in time: {rule.where_in_time.convention} "
            f"the latest {_events(rule.where_in_time.after)}, if any is recorded."
        )
    if rule.only_with:
        of = f" Asked of {_events(rule.only_with_from)}." if rule.only_with_from else ""
        yield f"  Only if {_events(rule.only_with)} comes while the clock runs, before it is done.{of}"
    fields = rule.counts_from or clock.counts_from
    if fields != ("on",):
        yield f"- Counted from {_codes(fields, ', or if that is not given ')}."


def _parts(rule: Rule) -> Iterator[str]:
    if rule.first:
        yield f"- Done, after {_events(rule.first)}, by {_events(rule.done_after_first_by)}."
    if rule.first_by_date is not None:
        yield f"  The first part is shown by `{rule.first_by_date.date}` of {_events(rule.first_by_date.facts)}, too."
    for question in rule.questions:
        acts = [f"where it is done by {_events(question.done_by)}"] if question.done_by else []
        acts += [f"where {_events(question.later)} comes after the last lawful day"] if question.later else []
        acts += ["where it came amiss"] if question.where_missed else []
        yield f"- A finding, `{question.finding}`, {', or '.join(acts)}: {_text(question.says)}."
    if rule.age_question is not None:
        asked = rule.age_question
        yield f"- A finding, `{asked.finding}`, from {asked.from_age} on, without {_events(asked.unless)}:"
        yield f"  {_text(asked.says)}."
        yield f"  Once age has ended it: {_text(asked.says_over)}."


def _terms(rule: Rule) -> Iterator[str]:
    if rule.right:
        yield "- A right, not a duty: unused in its time it falls away, and using it late is no breach."
    if rule.owed_only_if:
        yield f"- Depends on what the record does not show: {_text(rule.owed_only_if)}. Undone, it stays open."
        if rule.shown_owed_by:
            yield f"  Shown by {_events(rule.shown_owed_by)}."
        if not rule.shown_by_act:
            yield "  Done late it is no breach either, since the act does not show it."
    if rule.looks_back_over is not None:
        yield f"- The act may come up to {rule.looks_back_over} before the day that starts the clock."
    if rule.owed_if_by_due:
        yield f"- Not there if the first {_events(rule.owed_if_by_due)} came after the last lawful day."
    if rule.under_age is not None:
        yield f"- Only for a child under {rule.under_age} on the last day; needs `date_of_birth`."


def _version(version: Version) -> Iterator[str]:
    rolls = f"; a last day that is no working day is moved to {version.rolls_to}" if version.rolls_to else ""
    if version.roll == "tribunal":
        rolls = "; an end that the Tribunal's rules move is moved to its next working day"
    yield f"- **{_counts(version)}**{rolls}, in force {_force(version)}. {_links(version.citation)}."
    if version.words:
        yield f"  The words: “{_text(version.words)}”."
    more = f"; {version.evidence_note}" if version.evidence_note else ""
    yield f"  Evidence {version.evidence}: {EVIDENCE[version.evidence]}{_text(more)}."
    if version.protected_until is not None:
        begun, over = _events(version.protected_until.begins_on), _events(version.protected_until.ends_on)
        again = _events(version.protected_until.begins_again_on)
        more = f"; {again} before the act begins that again" if again else ""
        yield f"  Where {begun} comes by the last day, the time is protected instead until the day before {over}{more}."
    if version.applies_to:
        cohorts = " and ".join(cohort.said for cohort in version.applies_to)
        yield f"  It applies where {cohorts}, whenever the clock started, and to nobody else."
    for count in version.counts:
        if count.needed:
            day = _count(count)
            yield f"  Where nothing gives the day for {day}, nothing after the other date is held to be a breach."
        if count.awaited is not None:
            by = f"{_events(count.awaited.after)} has come, `{count.awaited.convention}` the start,"
            yield f"  Where {by} and {_events(count.counts_from_fact)} is not on record, the last day is not known."
    if version.note:
        yield f"  {_sentence(version.note)}"


def _exceptions(limit: Limit, rule: Rule, book: Rulebook) -> Iterator[str]:
    if rule.exceptions:
        uses = (
            f"`{book.grounds[use.ground].outcome}` ([{use.citation.short}]({use.citation.address}))"
            for use in rule.exceptions
        )
        yield f"- Exceptions: {', '.join(uses)}."
    elif limit.kind == "statutory":
        yield "- Exceptions: none. The law allows no exception to this limit."


def _note(note: Note) -> Iterator[str]:
    cited = f" {_links(note.citation)}." if note.citation else ""
    yield f"- **{note.title}** (`{note.row}`). {_sentence(note.says)}{cited} Evidence {note.evidence}."
    yield ""


def _body(body: Body) -> Iterator[str]:
    spoken = ", ".join(f"“{phrase}”" for phrase in body.spoken_of)
    note = f" {_sentence(body.note)}" if body.note else ""
    yield f"- **{_capital(body.title)}** (`{body.id}`), where a limit speaks of {spoken}.{note}"
    for name in body.name:
        more = f"; {name.evidence_note}" if name.evidence_note else ""
        yield f"  - The {name.name}, {_force(name)}. {_links(name.citation)}."
        yield f"    Evidence {name.evidence}: {EVIDENCE[name.evidence]}{_text(more)}."
    yield ""


def _force(dated: Version | BodyName) -> str:
    if dated.in_force_to is None:
        return f"since {_day(dated.in_force_from)}"
    return f"from {_day(dated.in_force_from)} to {_day(dated.in_force_to)}"


def _ground(ground: Ground) -> tuple[str, ...]:
    least = f"; at least {ground.least}" if ground.least else ""
    margin = f"; margin {ground.margin}" if ground.margin else ""
    asked = f"; advice asked of the institution, or of `{ground.adviser}`" if ground.adviser else ""
    force = f"since {_day(ground.in_force_from)}"
    if ground.in_force_to is not None:
        force = f"{_day(ground.in_force_from)} to {_day(ground.in_force_to)}"
    note = f" {_sentence(ground.note)}" if ground.note else ""
    says = f"{_sentence(ground.title)}{note}"
    if ground.not_checked:
        says += f" Not checked: {ground.not_checked}."
    if ground.reading is not None:
        says += f" {_reading(ground.reading)}"
    if ground.doubt:
        says += f" A finding where the recorded reason has one of the words {', '.join(ground.doubt.words)}: "
        says += f"{ground.doubt.says}; {ground.doubt.remedy}."
    return f"`{ground.id}`", f"`{ground.outcome}`", says, f"{TESTS[ground.test]}{least}{margin}{asked}", force


_OWN_ACTS = "- Only what comes before its next start counts for it."
_AHEAD = "- Its start tells of a day to come: what ends it before that day ends what ran towards it."


def _clock(clock: Clock, book: Rulebook) -> Iterator[str]:
    yield f'### <a id="clock-{clock.id}"></a>`{clock.id}`'
    yield ""
    yield f"{_capital(_text(clock.title))}."
    yield ""
    if clock.starts_on:
        each = "each starts a clock of its own" if clock.separate else "if it is not running already"
        yield f"- Starts on {_events(clock.starts_on)}; {each}."
    if clock.restarts_on:
        yield f"- Starts anew, even while it runs, on {_events(clock.restarts_on)}."
    if clock.per == "party":
        yield "- One clock for each `party`."
    if clock.counts_from != ("on",):
        yield f"- Counted from {_codes(clock.counts_from, ', or if that is not given ')}."
    if clock.ends_on:
        yield f"- Ends on {_events(clock.ends_on)}; what was due later has fallen away."
    if clock.resumes_on:
        by = ", if that comes by the last lawful day" if clock.resumes_in_time else ""
        after = f", where nothing but {_events(clock.resumes_from)} had ended it" if clock.resumes_from else ""
        yield f"- Runs on, as if it had never ended, on {_events(clock.resumes_on)}{by}{after}."
    if clock.resumes_inside is not None:
        spell = _spell(book.spells[clock.resumes_inside.during])
        yield f"  So too on {_events(clock.resumes_inside.facts)}, while {spell}."
    if clock.resumption is not None:
        yield f"  {_sentence(clock.resumption.says)} {_links(clock.resumption.citation)}."
    if clock.during:
        yield f"- Starts only while {_spell(book.spells[clock.during])}."
    for name in clock.unless_during:
        ends = ", and ends with the day before" if book.spells[name].from_age is not None else ""
        only = f"; so it is on {_events(clock.ages_for)} alone" if ends and clock.ages_for else ""
        yield f"- Does not start while {_spell(book.spells[name])}{ends}{only}."
    if clock.party_from == "spell":
        yield "- Concerns the party of the fact that began that spell."
    for said in (_OWN_ACTS if clock.own_acts else "", _AHEAD if clock.ahead else ""):
        yield from [said] if said else []
    yield ""


def _spell(spell: Spell) -> str:
    unless = f"; not inside `{spell.unless_during}`" if spell.unless_during else ""
    if spell.from_age is not None:
        until = spell.or_after
        kept = "" if until is None else f", or the day after `{until.date}` of {_events(until.facts)}"
        cited = f"; {_links(spell.citation)}" if spell.citation else ""
        other = f"; another reading, {spell.reading.name}: {_text(spell.reading.says)}" if spell.reading else ""
        begins = "the school year of that birthday" if spell.of_school_year else "that birthday"
        return f"{_text(spell.title)} (from {begins}{kept}{cited}{other})"
    lasts = f", for {spell.lasts}{' days' if isinstance(spell.lasts, int) else ''} at most" if spell.lasts else ""
    lasts += f", from {' or '.join(f'`{name}`' for name in spell.counts_from)}" if spell.counts_from else ""
    lasts += ", to a working day" if spell.roll != "none" else ""
    if spell.looks_ahead:
        return f"{_text(spell.title)} (before {_events(spell.ends_on)}, back to {_events(spell.begins_on)})"
    return f"{_text(spell.title)} ({_between(spell)}{lasts}{unless})"


def _asked_while(sign: Sign) -> str:
    """Say as of when a sign is asked about, and what answers it."""
    said = f", once `{sign.once_past}` of it is past" if sign.once_past else ""
    said += f", as long as none of {_events(sign.answered_by)} comes after it" if sign.answered_by else ""
    return said + (f", unless {_events(sign.unless)} is on record" if sign.unless else "")


def _between(between: Between) -> str:
    ends = f" to {_events(between.ends_on)}" if between.ends_on else " on"
    return f"from {_events(between.begins_on)}{ends}"


def _foreseen(foreseen: Foreseen, verb: str) -> str:
    return f"`{foreseen.date}` {verb} at least {foreseen.period} before `on`"


def _all_counts(limit: Limit) -> str:
    """Return how a limit counts: each way once, and from when, where it has not always counted so."""
    return "; ".join(
        dict.fromkeys(
            _counts(version) + (f" from {_day(version.in_force_from)}" if earlier else "")
            for rule in limit.rule
            for earlier, version in enumerate(rule.version)
        )
    )


def _counts(version: Version) -> str:
    counted = [_count(count) for count in version.counts]
    return counted[0] if len(counted) == 1 else f"the later of {' and '.join(counted)}"


def _count(count: Count) -> str:
    text = f"`{count.convention}`"
    if count.counts_from_fact:
        text += f" {_events(count.counts_from_fact)}"
    if count.counts_from:
        earlier = f", or the latest {_events(count.or_from_fact)} before it" if count.or_from_fact else ""
        text += f" (from {_codes(count.counts_from, ', or ')}{earlier})"
    return text


def _links(citations: Iterable[Citation]) -> str:
    return "; ".join(f"[{citation.text}]({citation.address})" for citation in citations)


def _events(patterns: Iterable[Pattern]) -> str:
    return " or ".join(f"`{pattern}`" for pattern in patterns)


def _codes(names: Iterable[str], between: str) -> str:
    return between.join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_text(cell) for cell in row)} |"
    yield ""


def _front(address: str) -> str:
    """Return where an instrument as a whole is found: its address up to the provision."""
    return address.partition("{number}")[0].removesuffix("/section/").removesuffix("/regulation/").removesuffix("/")


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _text(text: str) -> str:
    return " ".join(text.split())


def _sentence(text: str) -> str:
    return f"{_capital(_text(text)).removesuffix('.')}."


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
