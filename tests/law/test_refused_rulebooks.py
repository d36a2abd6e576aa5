"""What a rulebook of one's own gets wrong is refused when it is loaded, in its writer's words, and where it stands."""

import contextlib
import datetime as dt

import pytest
from pydantic import TypeAdapter, ValidationError

from ehcp_flow import Case, deadlines_of, make_fact
from ehcp_flow.errors import RulebookError
from ehcp_flow.law import load_rulebook
from ehcp_flow.law.cohort import Cohorts
from ehcp_flow.law.guard import KINDS
from ehcp_flow.law.key_words import models_of
from ehcp_flow.law.loader import SECTIONS
from ehcp_flow.law.machine_loader import MOVE_SECTIONS
from ehcp_flow.law.profile import Target
from tests.law.test_declared import folder

RULE = 'done_by = ["panel_met"]\n'
PANEL = '{ in_force_from = 2020-01-01, counting = "8 weeks after"'
MOVE = '{ on = ["appeal_withdrawn"]'
EVENTS = 'events = ["appeal_registered"]'
OUTCOMES = 'outcomes = ["upheld", "turned_down"]'
PARTIES = f'{OUTCOMES}\nparties = ["parent", "school"]'
STARTS = 'starts_on = ["appeal_registered"]'
GUARDED = '{ on = ["appeal_withdrawn"], guards ='
TITLE = "A made-up procedure: complaints about a journey to school"
REGION = 'region = "pathway"'
GUARD = '\n[[guard]]\nid = "idle"\nkind = "judgement"\nsays = "who knows"\ncitation = "JR 2"\n'
MORE = '\n[[outcomes]]\nof = "mediation_agreed"\nwords = ["{}"]\n'
SPELL = '[[spell]]\nid = "x"\ntitle = "x"\nbegins_on = ["panel_met"]\n'
FEW = '[[spell]]\nid = "few"\ntitle = "x"\nbegins_on = ["meeting_held"]\nlasts = "3 months"\n'
PATTERN = "no length is asked of a spell here, and 'few' ends by its lasts: write it as a pattern: "
RESUMES = 'resumes_on = ["panel_met"]\nresumes_inside = { facts = ["panel_met"], during = "few" }'
DAY = "write a day without quotes: 2026-09-01"
NUMBER = "write a whole number, without quotes"
NOBODY = "nobody can be of it: no case is "


def with_cohorts(*cohorts):
    return f"{RULE}cohorts = [{', '.join(cohorts)}]\n"


REFUSED = {
    "ages that exclude each other": (RULE, with_cohorts("{under_age = 11, from_age = 16}"), f"{NOBODY}16 or older and"),
    "one age": (RULE, with_cohorts("{under_age = 11, from_age = 11}"), f"{NOBODY}11 or older and under 11"),
    "two cohorts": (RULE, with_cohorts("{under_age = 11}", "{from_age = 11}"), f"{NOBODY}11 or older and under 11"),
    "days": (
        RULE, with_cohorts("{on_or_after = 2026-04-01, before = 2026-01-01}"),
        f"{NOBODY}on or after 2026-04-01 and before 2026-01-01",
    ),
    "days in two": (
        RULE, with_cohorts("{on_or_after = 2026-04-01}", "{before = 2026-04-01}"),
        f"{NOBODY}on or after 2026-04-01 and before 2026-04-01",
    ),
    "a long title": (
        '"Let a panel decide"', f'"Let {"a panel " * 40}decide"', "330 characters, and lists and tables have room for",
    ),
    "a long title of a rule": (
        RULE, f'{RULE}title = "Let {"a panel " * 40}decide"\n', "must be done, and the rest in note",
    ),
    "a long id": ('id = "panel"', f'id = "{"panel_" * 17}"', "102 characters, and tables have room for 100: write a"),
    "a misspelt event that is out of place": (EVENTS, 'events = ["apeal_registered"]', "mean appeal_registered?"),
    "an outcome that is out of place": (
        'events = ["appeal_withdrawn", "appeal_response_sent", "panel_met"]',
        'events = ["appeal_withdrawn", "appeal_response_sent", "panel_met:upheld"]', "write panel_met: a reason is",
    ),
    "an event that moves nothing": (EVENTS, 'events = ["appeal_registered", "meeting_held"]', "meeting_held moves"),
    "a party that there is not": (
        f"{OUTCOMES}\n", f'{PARTIES}\n[[clock]]\nid = "met"\ntitle = "it met"\nstarts_on = ["panel_met by martian"]\n',
        "panel_met has no party 'martian'; its parties are parent, school",
    ),
    "a guard that nobody asks": (EVENTS, f"{EVENTS}\n", "no move asks guard 'idle'"),
    "an outcome twice": (OUTCOMES, 'outcomes = ["upheld", "upheld"]', "'upheld' stands there twice"),
    "an outcome of the library": ("[[clock]]", f"{MORE.format('assess')}\n[[clock]]", "has the outcome 'assess' in"),
    "a first version for some": (PANEL, f"{PANEL}, applies_to = [{{ under_age = 5 }}]", "applies_to is for a version"),
    "an empty actor": ('actor = "local authority"', 'actor = ""', "write one letter at least"),
    "a misspelt actor": (
        'actor = "local authority"', 'actor = "local authorty"',
        r"^complaints\.toml, line 27, limit\.0\.actor: who must act is called 'local authority': write that, or call",
    ),
    "an actor with a capital": ('actor = "local authority"', 'actor = "The Local  Authority"', "'local authority'"),
    "a family by a near name": (
        'actor = "local authority"', 'actor = "parents or young person"', "is called 'parent or young person': write",
    ),
    "an empty meaning": ('meaning = "no complaint is open"', 'meaning = ""', "write one letter at least"),
    "a yes": ('meaning = "no complaint is open"', 'meaning = "x", maintained = "yes"', "write true or false"),
    "a text for a list": (OUTCOMES, 'outcomes = "upheld"', r"write a list, in square brackets \(found 'upheld'\)"),
    "an empty list": ('citation = ["JR 4(2)"]', "citation = []", "citation: write one at least$"),
    "no sentence": ('on = "The day the panel met about the complaint (rule 4)."', 'on = "when"', "write a sentence"),
    "a list for one": ('citation = "JR 2"', 'citation = ["JR 2"]', "citation: write one citation, in quotes"),
    "braces of another": ("rules/{number}", "rules/{rule}", r"https://, with no braces but \{number\}"),
    "a number for one": ('citation = "JR 2"', "citation = 2", "citation: write one citation, in quotes"),
    "a number for a list": ('citation = ["JR 4(2)"]', "citation = 4", "citation: write a list, in square brackets"),
    "one for a list": ('citation = ["JR 4(2)"]', 'citation = "JR 4(2)"', "citation: write a list of citations, in"),
    "one provision": ('authority = ["JR 2(4)"]', 'authority = "JR 2(4)"', "authority: write a list of citations, in"),
    "a number for a count": ('"8 weeks after"', "8", "counting: 8 is no text; write '6 weeks after'"),
    "a list for a count": ('"8 weeks after"', '["8 weeks after"]', "is no text; write '6 weeks after'"),
    "a number for a period": (RULE, f"{RULE}looks_back = 5\n", "looks_back: 5 is no text: write a period"),
    "a number for a title": (f'title = "{TITLE}"', "title = 5", "title: write a text, in quotes: what the rulebook is"),
    "no title": (f'title = "{TITLE}"', 'title = ""', "title: write a text, in quotes: what the rulebook is"),
    "one bracket": ("[[clock]]", "[clock]", r"clock: write \[\[clock\]\]"),
    "one bracket of several": (
        '[[limit]]\nid = "answer"', '[limit]\nid = "answer"', "that key stands there already: a table that stands",
    ),
    "no TOML": (REGION, f"{REGION}\n[[[", r"^moves/complaints\.toml, line 3, \(file\): it is not TOML"),
    "a row that is no table": (REGION, f'{REGION}\nguard = ["idle"]', "guard.0: write a table"),
    "kinds": (REGION, f'{REGION}\nguard = [{{ kind = ["bars"] }}]', r"no kind of guard called \['bars'\]; write one"),
    "no kind": (REGION, f'{REGION}\nguard = [{{ id = "idle" }}]', "kind: this key is missing; write one of needs"),
    "one guard for a list": (MOVE, f'{GUARDED} "idle"', "guards: write a list of guards, in square brackets"),
    "a list for a guard": (MOVE, f'{GUARDED} [["idle"]]', "guards: name a guard: write its id, or a table with"),
    "a table without a guard": (MOVE, f"{GUARDED} [{{}}]", "guards: name a guard: write its id, or a table with"),
    "a guard by a near name": (MOVE, f'{GUARDED} ["idel"]', "no guard is called 'idel'; did you mean idle"),
    "a key of a guard": (
        MOVE, f'{GUARDED} [{{ guard = "idle", say = "x" }}]', "no key of guard 'idle' is called 'say'; did you mean",
    ),
    "an event without an answer": (
        ', "panel_met"]', "]", r"panel_met:upheld in NO_CASE has no answer: write a \[\[move\]\] from NO_CASE on",
    ),
    "two reasons": (
        f'{EVENTS}\nat = ["OPEN"]', 'events = ["appeal_registered", "panel_met"]\nat = ["OPEN", "NO_CASE"]',
        r"misplaced\.1: panel_met:upheld in NO_CASE has another reason .*, finding complaint_while_one_is_open: leave",
    ),
    "a day in quotes": ("in_force_from = 2020-01-01", 'in_force_from = "2020"', "write a day without quotes"),
    "a last day in quotes": (PANEL, PANEL.replace("2020-01-01", '2020-01-01, in_force_to = "2026-01-01"'), DAY),
    "an instant": ("in_force_from = 2020-01-01", "in_force_from = 2020-01-01T00:00:00", DAY),
    "a day of a cohort in quotes": (RULE, with_cohorts('{before = "2026-04-01"}'), f"before: {DAY}"),
    "true for a number": (RULE, with_cohorts("{turns = true, before = 2026-04-01}"), f"turns: {NUMBER}"),
    "an age in quotes": (RULE, f'{RULE}under_age = "25"\n', rf"^complaints\.toml, line \d+, .*under_age: {NUMBER}"),
    "true for a time that lasts": (
        "[[clock]]", f"{SPELL}lasts = true\n[[clock]]", "lasts: write a number of days from 1 on, without quotes",
    ),
    "a clock outside what lasts": (
        STARTS, f'{STARTS}\nunless_during = ["few"]',
        rf"^complaints\.toml, line 21, .*unless_during: {PATTERN}starts_on = \[\"appeal_registered outside few\"\]",
    ),
    "a clock inside what lasts": (
        STARTS, f'{STARTS}\nduring = "few"', rf"\.during: {PATTERN}starts_on = \[\"appeal_registered inside few\"\]",
    ),
    "a clock that resumes inside what lasts": (
        STARTS, f"{STARTS}\n{RESUMES}",
        rf"resumes_inside\.during: {PATTERN}resumes_on = \[\"panel_met inside few\"\]",
    ),
    "a spell outside what lasts": (
        "[[clock]]", f'{SPELL}unless_during = "few"\n[[clock]]',
        rf"unless_during: {PATTERN}begins_on = \[\"panel_met outside few\"\]",
    ),
    "a rule outside what lasts": (
        RULE, f'{RULE}not_during = ["few"]\n',
        rf"not_during: {PATTERN}only_from = \[\"appeal_registered outside few\"\]",
    ),
    "a limit that gives way to what lasts": (
        RULE, f'{RULE}yields_to = {{ spell = "few", finding = "f", says = "s", remedy = "r" }}\n',
        r"yields_to\.spell: .*'few' ends by its lasts: leave that out, and name in ends_on what ends it",
    ),
    "an end of everything that lasts": (
        "[[clock]]", f"{SPELL}lasts = 84\nends_everything = true\n[[clock]]",
        "no length is asked of what ends everything: leave lasts out",
    ),
    "words for a finding that nobody has": (
        f"[[misplaced]]\n{EVENTS}", f'[[past]]\nfinding = "no_complaint_opne"\nremedy = "x"\n[[misplaced]]\n{EVENTS}',
        r"^moves/complaints\.toml, line 17, past\.0\.finding: no finding is called .* did you mean no_complaint_open",
    ),
    "an outcome left out": (
        'on = ["panel_met:upheld", "panel_met:turned_down"]', 'on = ["panel_met"]',
        "write panel_met:upheld or panel_met:turned_down",
    ),
    "a clock by a near name": ('clock = "complaint"', 'clock = "complant"', "did you mean complaint"),
    "a key by a near name": ('act = "send', 'acts = "send', r"^complaints\.toml, line 32, .*acts: .*; it is act that"),
    "a key of an inline table": ("counting = ", "counts = ", r"counts: .* did you mean counting"),
    "a state by a near name": ('to = "OPEN"', 'to = "OPN"', r"^moves/complaints\.toml, line 10, .*did you mean OPEN"),
    "an event of a move by a near name": (MOVE, '{ on = ["apeal_withdrawn"]', "did you mean appeal_withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_its_writers_words(tmp_path, name):
    old, new, why = REFUSED[name]
    path = folder(tmp_path, FEW, old=old, new=new)
    if "guard" in name:
        with (path / "moves" / "complaints.toml").open("a") as file:
            file.write(GUARD)
    with pytest.raises(RulebookError, match=why):
        load_rulebook(path)


OF_DISPUTES = {
    "stands": 'remedy = "r"',
    "answers": "",
    "certified": (
        'remedy = "r"\nlatest = ["meeting_held"]\nsays = "{0}"\nmissing = "m"\n'
        'not_needed = { citation = "JR 2", says = "n" }\nunknown = { citation = "JR 2", says = "u" }'
    ),
    "in_time_for": 'remedy = "r"\nlimit = "panel"\nfirst = ["meeting_held"]\nby = "b"\nwas_on = "w"\nlate = "l"',
}  # fmt: skip


@pytest.mark.parametrize("kind", OF_DISPUTES)
def test_a_guard_about_the_decision_in_dispute_is_refused_on_a_move_of_a_case(tmp_path, kind):
    """It loaded, and every question about the case ended in a KeyError."""
    path = folder(tmp_path, "", old=MOVE, new=f'{GUARDED} ["asked"]')
    with (path / "moves" / "complaints.toml").open("a") as file:
        file.write(f'[[guard]]\nid = "asked"\nkind = "{kind}"\ncitation = "JR 2"\nfinding = "f"\n{OF_DISPUTES[kind]}\n')
    with pytest.raises(RulebookError) as refused:
        load_rulebook(path)
    assert str(refused.value) == (
        f"moves/complaints.toml, line 11, move.1.guards.0: guard 'asked' is of kind '{kind}', which asks about the "
        "decision that a dispute is about, and is for moves of region disputes alone: here write one of needs, "
        "protects, judgement, bars, time_for_appeal"
    )


def test_what_is_said_instead_of_a_spell_that_lasts_is_right(tmp_path):
    """Written as a pattern, the end of a spell by its length is asked: the day after it time runs."""
    told = {
        "clock": (STARTS, 'starts_on = ["appeal_registered outside few"]'),
        "rule": (RULE, f'{RULE}only_from = ["appeal_registered outside few"]\n'),
    }
    for name, (old, new) in told.items():
        book = load_rulebook(folder(tmp_path, FEW, name, old=old, new=new))
        for day, due in (("2026-06-02", []), ("2026-06-03", ["2026-07-29"])):
            met = [make_fact(event, case_id="a", on=on) for event, on in
                   (("meeting_held", "2026-03-02"), ("appeal_registered", day))]  # fmt: skip
            found = deadlines_of(Case.of(met), "2026-06-30", rulebook=book)
            assert [str(each.due_on) for each in found if each.limit == "panel"] == due, (name, day)


def test_a_file_that_an_editor_of_windows_wrote_is_read(tmp_path):
    path = folder(tmp_path, "")
    for file in path.rglob("*.toml"):
        file.write_text(file.read_text(), encoding="utf-8-sig")
    assert load_rulebook(path).title.startswith("A made-up procedure")


def test_cohorts_of_different_days_exclude_nobody():
    told = [
        {"under_age": 11}, {"turns": 11, "on_or_after": dt.date(2026, 4, 1)},
        {"turns": 14, "before": dt.date(2026, 1, 1)},
    ]  # fmt: skip
    assert [str(each.turns) for each in TypeAdapter(Cohorts).validate_python(told)] == ["None", "11", "14"]


TABLES = models_of([*SECTIONS.values(), *filter(None, MOVE_SECTIONS.values()), *KINDS.values(), Target])
WRITTEN = ("2026-09-01", "7", "true", 0, 1, 7, 7.0, True, dt.date(2026, 9, 1), dt.datetime(2026, 9, 1))  # noqa: DTZ001 - as TOML has it


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_no_value_of_a_file_is_taken_for_one_of_another_type(table):
    """What a key takes, it takes as TOML has it: a text is no day, `true` no number, an instant no day."""
    plain = {str, int, float, bool, dt.date, dt.datetime}
    for name, field in table.model_fields.items():
        takes = TypeAdapter(field.rebuild_annotation()).validate_python
        for value in WRITTEN:
            for given in (value, [value]):
                with contextlib.suppress(ValidationError):
                    read = takes(given)
                    told = read[0] if isinstance(given, list) else read
                    assert type(told) not in plain or type(told) is type(value), (name, value, told)
