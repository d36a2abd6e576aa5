"""The machine: the table says what it does, its traps are shut, and a wrong declaration is refused at once."""

import pickle
import subprocess
import sys

import pytest
from transitions import MachineError

from ehcp_flow.bulk import states_frame
from ehcp_flow.case import group_cases
from ehcp_flow.errors import RulebookError
from ehcp_flow.law import load_rulebook
from ehcp_flow.moves.facts_before import outcome_of
from ehcp_flow.moves.guards import Verdict
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.machine import Cursor, fire, machine, table, trigger_name
from ehcp_flow.moves.region_tables import is_held_back
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.moves.replay import replay
from ehcp_flow.states import MoveRefused, State, allowed, appealable, check_move, record, state
from ehcp_flow.synth import synth
from tests.moves.telling import DISPUTES, ISSUED, PATHWAY, START, WAYS, after, fact, history, told

WAITS = (
    "release_goes_elsewhere", "ceasing_under_appeal", "reassessment_runs", "review_waits", "amendment_waits",
    "request_waits", "notice_waits",
)  # fmt: skip
INNER = ((ISSUED, None), (ISSUED, "detained"), (ISSUED, "release_notified"), *((name, None) for name in WAITS))
KEYS = (*PATHWAY.keys, *INNER)


HOLDS = Verdict(holds=True, short="CFA 70", says="it is so")
HOLDS_NOT = Verdict(holds=False, short="CFA 70", says="it is not so")


@pytest.mark.parametrize("region", [PATHWAY, DISPUTES], ids=lambda region: region.name)
@pytest.mark.parametrize("strict", [True, False], ids=["strict", "imported"])
@pytest.mark.parametrize("verdict", [HOLDS, HOLDS_NOT], ids=["holds", "does_not_hold"])
def test_the_table_agrees_with_the_machine_on_every_state_event_and_verdict(region, strict, verdict):
    asked = 0
    for at in region.states:
        for key in dict.fromkeys(move.key for move in region.moves):
            edge = table(region).get((at, *key))
            verdicts = () if edge is None or edge.refusal is not None else (verdict,)
            passes = edge is not None and (edge.refusal or verdict).holds
            if edge is not None and (passes or not strict):
                assert fire(region, at, key[0], key[1], verdicts, strict=strict) is edge.to
            else:
                with pytest.raises(MachineError):
                    fire(region, at, key[0], key[1], verdicts, strict=strict)
            asked += 1
    assert asked == len(region.states) * len({move.key for move in region.moves})


def test_a_life_run_by_the_machine_goes_through_the_same_states_as_one_that_is_read():
    lives = group_cases(synth(80, 5, authority="885", faults=0.3)).values()
    steps = [step for case in lives for step in replay(PATHWAY, case.facts, at_hand())]
    assert sum(step.refusal is not None for step in steps) > 5
    held = 0
    for before, step in zip([None, *steps], steps, strict=False):
        event, outcome = (step.fact.event, outcome_of(step.fact))
        if before is not None and before.fact is step.fact:
            ways = {key: table(PATHWAY).get((step.from_, *key)) for key in INNER}
            event, outcome = next(key for key, edge in ways.items() if edge is not None and edge.to is step.to)
        verdicts = () if step.refusal is None else (step.refusal,)
        led = fire(PATHWAY, step.from_, event, outcome, verdicts, strict=step.refusal is None)
        facts = next(case.facts for case in lives if any(fact is step.fact for fact in case.facts))
        earlier = facts[: [fact is step.fact for fact in facts].index(True)]
        if is_held_back(PATHWAY, step.from_, (event, outcome), earlier, step.on):
            assert step.to is step.from_ is not led
            held += 1
        else:
            assert led is step.to
    assert held


def test_the_table_answers_for_every_state_and_moving_event():
    waiting = set(State) - {State.FINAL_ISSUED}
    assert {at for at in table(PATHWAY) if at[1:] not in INNER} == {
        (at, *key) for at in waiting for key in PATHWAY.keys
    }


def test_an_event_that_the_machine_does_not_know_is_refused():
    with pytest.raises(MachineError, match="pathway has no move 'advice_received'"):
        fire(PATHWAY, State.ASSESSING, "advice_received", None)


# The traps of `transitions` (each was seen to bite with 0.9.3).


def test_no_state_can_be_reached_past_the_moves():
    assert not [name for name in machine(PATHWAY).events if name.startswith("to_")]
    assert set(machine(PATHWAY).events) == {trigger_name(*key) for key in KEYS}
    cursor = Cursor(State.REQUESTED)
    assert not hasattr(cursor, "to_CEASED")


def test_equal_cases_do_not_share_or_lose_their_moves():
    first, second = told("REQUESTED"), told("REQUESTED")
    assert first == second
    moved = record(first, fact("assessment_agreed", after(first)))
    assert state(moved, "2030-01-01").pathway is State.ASSESSING
    assert state(second, "2030-01-01").pathway is State.REQUESTED
    assert check_move(second, "assessment_refused", None, after(second)).allowed
    assert machine(PATHWAY).models == []


def test_a_case_that_is_taken_up_again_is_not_set_back_to_the_beginning():
    machine(PATHWAY)
    case = told("CEASE_NOTIFIED")
    assert state(case, "2030-01-01").pathway is State.CEASE_NOTIFIED
    assert fire(PATHWAY, State.CEASE_NOTIFIED, "plan_ceased", None) is State.CEASED


def test_an_error_inside_the_machine_leaves_the_case_as_it_was(monkeypatch):
    case = told("REQUESTED")
    agreed = fact("assessment_agreed", after(case))

    def fail(event):
        raise RuntimeError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(machine(PATHWAY), "after_state_change", [fail])
        with pytest.raises(RuntimeError, match="disk full"):
            record(case, agreed)
    assert state(case, "2030-01-01").pathway is State.REQUESTED
    assert case == told("REQUESTED")
    assert state(record(case, agreed), "2030-01-01").pathway is State.ASSESSING


def test_asking_runs_nothing_and_gives_a_reason(monkeypatch):
    ran: list[object] = []
    monkeypatch.setattr(machine(PATHWAY), "prepare_event", [ran.append])
    case = told("DRAFT_ISSUED")
    first = allowed(case, case.facts[-1].on)
    assert ran == []
    assert allowed(case, case.facts[-1].on) == first
    assert case == told("DRAFT_ISSUED")
    assert all(verdict.refusals[0].reason for verdict in first if not verdict.allowed)
    record(case, fact("final_plan_sent", after(case)))
    assert len(ran) == 1


def test_a_refused_move_raises_and_never_answers_true():
    case = told("DRAFT_ISSUED")
    assert not machine(PATHWAY).has_queue
    with pytest.raises(MoveRefused):
        record(case, fact("final_plan_sent", case.facts[-1].on))
    with pytest.raises(MachineError):
        fire(PATHWAY, State.REQUESTED, "final_plan_sent", None)


def test_a_citation_that_no_rulebook_gave_is_englands():
    assert HOLDS.citation.address == "https://www.legislation.gov.uk/ukpga/2014/6/section/70"


def test_every_condition_of_the_machine_can_be_called():
    found = [item for event in machine(PATHWAY).events.values() for ways in event.transitions.values() for item in ways]
    assert all(callable(condition.func) for item in found for condition in item.conditions)
    assert all(item.conditions for item in found)
    assert not [item for item in found if item.prepare or item.before or item.after]


def test_the_machine_is_built_once_and_only_when_it_is_needed():
    assert machine(PATHWAY) is machine(PATHWAY)
    code = "import sys, ehcp_flow.states; sys.exit('transitions' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Declarations.

LIGHT = """
title = "Lights"
[[instrument]]
id = "ACT"
title = "The Lights Act"
unit = "s"
address = "https://example.org/{number}"
"""
GOOD = """
region = "pathway"
[[machine]]
initial = "RED"
[[state]]
id = "RED"
meaning = "stop"
[[state]]
id = "GREEN"
meaning = "go"
[[move]]
on = ["detained"]
from = ["RED"]
to = "GREEN"
authority = ["ACT 1"]
[[move]]
on = ["released"]
from = ["GREEN"]
to = "RED"
authority = ["ACT 2"]
[[misplaced]]
events = ["detained"]
at = ["GREEN"]
finding = "odd"
reason = "it is odd"
remedy = "void it"
citation = "ACT 1"
[[misplaced]]
events = ["released"]
at = ["RED"]
finding = "odd"
reason = "it is odd"
remedy = "void it"
citation = "ACT 1"
"""
APPEAL = """
[[appeal]]
citation = "ACT 1"
against = ["plan_refused"]
certificate = "yes"
overtaken_by = ["plan_agreed"]
answered_by = ["tribunal_order_made:assess"]
"""
MORE = """
[[move]]
on = ["{0}"]
from = ["RED"]
authority = ["ACT 1"]
"""
GUARD = """
[[guard]]
id = "free"
kind = "{0}"
citation = "ACT 3"
{1}
"""
STILL = """
[[machine.still_inside]]
events = ["died"]
begins = ["detained"]
ends = ["released"]
"""
TOO_OLD = """
[[machine.barred]]
from_age = 25
events = ["died"]
at = ["RED"]
finding = "odd"
reason = "x {0}"
remedy = "x"
citation = "ACT 1"
"""
KEPT_TO = 'or_after = { facts = ["plan_kept"], date = "until" }\n'
WINDOW = """
limit = "draft_window"
latest = ["draft_plan_sent"]
what = "it"
act = "it"
missing = "none"
remedy = "do it"
finding = "odd"
early = "soon"
"""


def lights(folder, text):
    (folder / "moves").mkdir(exist_ok=True)
    (folder / "lights.toml").write_text(LIGHT, "utf-8")
    (folder / "moves" / "lights.toml").write_text(text, "utf-8")
    return regions_of(load_rulebook(folder)).pathway


def test_a_small_region_runs_by_itself(tmp_path):
    region = lights(tmp_path, GOOD)
    red, green = region.states
    assert fire(region, red, "detained", None) is green
    assert region.keys == (("detained", None), ("released", None))
    edge = table(region)[green, "detained", None]
    assert edge.to is green
    assert edge.refusal is not None
    assert edge.refusal.citation.address == "https://example.org/1"
    with pytest.raises(MachineError, match="pathway refuses 'detained' in GREEN"):
        fire(region, green, "detained", None)
    assert fire(region, green, "detained", None, strict=False) is green
    assert pickle.loads(pickle.dumps((green, edge.refusal))) == (green, edge.refusal)
    assert (green.meaning, green.maintained, green.region) == ("go", False, "pathway")


def test_a_rulebook_without_disputes_has_none(tmp_path):
    lights(tmp_path, GOOD)
    book = load_rulebook(tmp_path)
    case = history("2026-03-02 detained", "2026-04-02 appeal_registered")
    found = state(case, "2026-06-01", rulebook=book)
    assert (str(found), found.disputes, found.findings) == ("GREEN: go, since Monday 2 March 2026", (), ())
    assert check_move(case, "appeal_registered", None, "2026-06-01", rulebook=book).allowed
    assert appealable("plan_refused", rulebook=book) is None
    assert states_frame(case.facts, "2026-06-01", rulebook=book)["state"].to_list() == ["GREEN"]
    assert record(case, fact("released", "2026-06-01"), rulebook=book).facts[-1].event == "released"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", MORE.format("detaned"), "there is no event called 'detaned'"),
        ("", MORE.format("phase_transfer_due:school"), "it lies in the future|lies in the future"),
        ("", MORE.format("detained:long"), "detained: write detained"),
        (
            "",
            MORE.format("review_decision_sent"),
            "write review_decision_sent:maintain or review_decision_sent:amend or",
        ),
        (
            "",
            MORE.format("review_decision_sent:amended"),
            "write review_decision_sent:maintain or review_decision_sent:amend or",
        ),
        (
            "",
            MORE.format("review_decision_sent:amend"),
            r"no move is on review_decision_sent:maintain: write a \[\[move",
        ),
        ('from = ["RED"]', 'from = ["BLACK"]', "no state and no group is called 'BLACK'"),
        ('from = ["RED"]', 'from = ["RED", "not RED"]', "it leaves no state"),
        ('from = ["RED"]', "from = []", "write one at least"),
        ('to = "RED"', 'to = "BLACK"', "no state is called 'BLACK'"),
        ('to = "RED"', 'to = "RED"\nforces = "BLACK"', "no state is called 'BLACK'"),
        ('initial = "RED"', 'initial = "BLACK"', "no state is called 'BLACK'"),
        ('initial = "RED"', 'initial = "RED"\nends = ["BLACK"]', "no state is called 'BLACK'"),
        (
            'initial = "RED"',
            'initial = "RED"\nends = ["GREEN"]',
            r"line 5, machine\.0\.ends: GREEN has a way out in m.*, line 17",
        ),
        ('initial = "RED"', 'initial = "RED"\nfinal = "RED"', "there is no such key"),
        ('authority = ["ACT 1"]', "authority = []", "write one at least"),
        ('authority = ["ACT 1"]', 'authority = ["LAW 1"]', "'LAW' is no instrument; known are ACT"),
        (
            'authority = ["ACT 1"]',
            'authority = ["ACT 1"]\nguards = ["fre"]',
            "no guard is called 'fre'; there are none",
        ),
        ("", MORE.format("detained"), "detained is declared twice from RED"),
        ('to = "GREEN"', "", "RED has no way out"),
        ('to = "RED"', "", "GREEN has no way out; name it in ends if that is meant"),
        ('events = ["detained"]', 'events = ["died"]', "died moves nothing here, so it is never out of place"),
        ('id = "GREEN"', 'id = "BLUE"\nmeaning = "x"\n[[state]]\nid = "GREEN"', "BLUE cannot be reached"),
        ('events = ["released"]', 'events = ["*"]', ""),
        ('at = ["GREEN"]', 'at = ["GREEN", "all"]', ""),
        (
            'at = ["GREEN"]',
            'at = ["GREEN", "RED"]',
            r"at: a \[\[move\]\] from RED on detained answers there already: le",
        ),
        (
            'events = ["detained"]',
            'events = ["detained", "released"]',
            r"events: a .* from GREEN on released answers there",
        ),
        ('id = "GREEN"', 'id = "RED"', "'RED' is declared already"),
        ('id = "GREEN"', 'id = "Green"', "write a name of capital letters"),
        ('region = "pathway"', "", 'say to which region its rows belong: region = "pathway"'),
        ('region = "pathway"', 'region = "disputes"', "a rulebook with moves has a region called 'pathway'"),
        ("[[machine]]", "[[mashine]]", r"mashine: unknown section; did you mean machine\?"),
        (
            "",
            '[[machine]]\ninitial = "RED"\n',
            r"machine\.1: the .* of region 'pathway' is declared already in moves/lights",
        ),
        ('[[machine]]\ninitial = "RED"\n', "", r"region 'pathway' has no \[\[machine\]\]: write one, with initial"),
        ("", '[[group]]\nid = "a"\nstates = ["a"]\n', "a group that is made of itself"),
        ('initial = "RED"', 'initial = "RED"\nundone_by = ["died"]', "undone_by: no move is on died: leave it out, or"),
        (
            'initial = "RED"\n',
            f'initial = "RED"\n{STILL}',
            "line 7, machine.0.still_inside.0.events: no move is on died",
        ),
        ('initial = "RED"\n', f'initial = "RED"\n{STILL}'.replace("died", "detained"), ""),
        ('initial = "RED"\n', f'initial = "RED"\n{TOO_OLD}', "barred.0.events: no move is on died"),
        (
            'initial = "RED"\n',
            f'initial = "RED"\n{TOO_OLD}begins = ["detained"]\n',
            "write both begins and ends, or neither",
        ),
        ('initial = "RED"\n', f'initial = "RED"\n{TOO_OLD}by_party = ["x"]\n', "by_party needs begins and ends"),
        (
            'initial = "RED"\n',
            f'initial = "RED"\n{TOO_OLD}'.replace("from_age = 25\n", ""),
            "say from when: from_age, or",
        ),
        (
            'initial = "RED"\n',
            f'initial = "RED"\n{TOO_OLD}{KEPT_TO}'.replace(
                "from_age = 25\n", 'begins = ["detained"]\nends = ["released"]\n'
            ),
            "or_after needs from_age",
        ),
        (
            'initial = "RED"\n',
            f'initial = "RED"\n{TOO_OLD}begins = ["detained"]\nends = ["detained"]\n',
            "detained begins it as well: name what ends it",
        ),
        (
            "",
            '[[obeyed]]\noutcome = "x"\nby = ["died"]\n',
            r"no settlement is called 'x'; no \[\[appeal\]\] is answered",
        ),
        ("", '[[group]]\nid = "all"\nstates = ["RED"]\n', "'all' is what the states are called"),
        ("", GUARD.format("nods", ""), "there is no kind of guard called 'nods'; write one of needs, protects"),
        ("", GUARD.format("judgement", ""), "this key is missing"),
        ("", GUARD.format("judgement", 'says = "x"') * 2, "'free' is declared already"),
        ("", GUARD.format("protects", WINDOW), "no limit is called 'draft_window'"),
        ("", APPEAL, r"say what it is to be without a decision: \[machine.without\]"),
        ("", APPEAL.replace("plan_agreed", "plan_agred"), "there is no event called 'plan_agred'"),
        ("", APPEAL.replace("plan_refused", "plan_refused by x"), "its event and outcome alone; write plan_refused"),
        ("", "[guard]\n", r"write \[\[guard"),
    ],
)
def test_a_declaration_that_cannot_be_run_is_refused_at_once_with_its_line(tmp_path, old, new, message):
    text = GOOD.replace(old, new, 1) if old else GOOD + new
    if not message:
        lights(tmp_path, text)
        return
    with pytest.raises(RulebookError, match=message) as refused:
        lights(tmp_path, text)
    assert "lights.toml, line " in str(refused.value)


def test_a_guard_can_be_told_otherwise_where_a_move_names_it(tmp_path):
    text = GOOD.replace(
        'authority = ["ACT 2"]', 'authority = ["ACT 2"]\nguards = ["free", { guard = "free", says = "b" }]'
    )
    region = lights(tmp_path, text + GUARD.format("judgement", 'says = "a"'))
    found = [guard((), START, at_hand()) for guard in table(region)[region.states("GREEN"), "released", None].guards]
    assert [(verdict.says, verdict.short) for verdict in found] == [("a", "ACT 3"), ("b", "ACT 3")]


def test_a_state_that_is_only_passed_through_needs_no_reasons(tmp_path):
    through = (
        'initial = "RED"\npassed_through = { state = "GREEN", by = "on", inside = "detained", until = "released" }'
    )
    text = GOOD.replace('initial = "RED"', through).replace('"released"]\nfrom', '"on", "on:detained"]\nfrom')
    region = lights(tmp_path, text.partition("[[misplaced]]")[0])
    assert region.keys == (("detained", None),)
    assert fire(region, region.states("GREEN"), "on", None) is region.states("RED")


@pytest.mark.parametrize("at", WAYS)
def test_every_provision_that_is_named_can_be_cited(at):
    for (source, _event, _outcome), edge in table(PATHWAY).items():
        if source is at:
            case = told(at)
            steps = state(case, after(case)).history
            assert all(citation.address for step in steps for citation in step.citations)
            assert edge.authority or edge.refusal
            if edge.refusal:
                assert edge.refusal.citation.address.startswith("https://")
