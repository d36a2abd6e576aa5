"""What was begun beside something else: where the case stands when that is over, and what a rulebook may say of it."""

import datetime as dt

import pytest

from ehcp_flow.bulk import states_frame
from ehcp_flow.case import Case
from ehcp_flow.errors import RulebookError
from ehcp_flow.law import compare_rulebooks, load_rulebook
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.replay import replay, replayed
from ehcp_flow.readers import write_facts
from ehcp_flow.states import State, attach, check_move, machine, state
from tests.cli.running import invoke, rows_of
from tests.doors import write_story
from tests.moves.telling import after, fact, told
from tests.moves.test_machine import GOOD, lights
from tests.telling import tell


class Host:
    """An object that has a case."""

    def __init__(self, case: Case) -> None:
        self.case = case


@pytest.mark.parametrize(
    ("way", "waits"),
    [
        ("MAINTAINED+reassessment_started+cease_consulted+review_decision_sent:maintain", State.REASSESSING),
        ("REASSESS_REQUESTED+review_meeting_held+reassessment_refused", State.REVIEW_OPEN),
        ("REASSESS_REQUESTED+amendment_notice_sent+reassessment_refused", State.AMENDMENT_PROPOSED),
        ("AMENDMENT_PROPOSED+reassessment_started+review_meeting_held+amendment_declined", State.REASSESSING),
        ("REVIEW_OPEN+reassessment_requested+review_decision_sent:maintain", State.REASSESS_REQUESTED),
        ("CEASE_CONSULTING+reassessment_requested+review_decision_sent:maintain", State.REASSESS_REQUESTED),
        ("CEASE_NOTIFIED+reassessment_requested+cease_notice_withdrawn", State.REASSESS_REQUESTED),
        ("AMENDMENT_PROPOSED+reassessment_requested+amended_plan_sent", State.REASSESS_REQUESTED),
        ("TRANSFERRED_IN+review_meeting_held+review_decision_sent:maintain", State.MAINTAINED),
        ("TRANSFERRED_IN+reassessment_requested+reassessment_refused", State.TRANSFERRED_IN),
        ("TRANSFERRED_IN+reassessment_requested+transfer_notice_sent+reassessment_refused", State.MAINTAINED),
        ("REVIEW_OPEN+reassessment_requested+detained+released", State.MAINTAINED),
    ],
)
def test_what_was_begun_beside_something_else_waits_when_that_is_over(way, waits):
    case = told(way)
    *before, last = way.split("+")
    event, _, outcome = last.partition(":")
    asked = told("+".join(before))
    fields = {"outcome": outcome} if outcome else {}
    verdict = check_move(asked, event, outcome or None, after(asked))
    assert verdict.to_state == state(case, "2030-01-01").pathway == waits
    assert states_frame([case], "2030-01-01")["state"].to_list() == [waits]
    assert getattr(attach(machine(), Host(asked)), event)(**fields, on=after(asked)) == waits


AMBER = """
[[state]]
id = "AMBER"
meaning = "wait"
[[move]]
on = ["waits"]
from = ["RED"]
to = "AMBER"
authority = ["ACT 3"]
[[move]]
on = ["review_meeting_held"]
from = ["all"]
authority = ["ACT 3"]
[[move]]
on = ["detained"]
from = ["AMBER"]
to = "RED"
authority = ["ACT 3"]
[[misplaced]]
events = ["released"]
at = ["AMBER"]
finding = "odd"
reason = "it is odd"
remedy = "void it"
citation = "ACT 3"
"""
WAITS = """
[[machine.waiting]]
at = ["RED"]
by = "waits"
begins = ["review_meeting_held"]
ends = ["released"]
"""
WAITING = GOOD.replace('initial = "RED"\n', f'initial = "RED"\n{WAITS}') + AMBER


def facts_of(events):
    return tuple(fact(event, dt.date(2024, 1, day)) for day, event in enumerate(events.split(), start=1))


def test_a_rulebook_of_ones_own_can_say_what_waits(tmp_path):
    region = lights(tmp_path, WAITING)
    red, green, amber = region.states
    steps = replay(region, facts_of("detained review_meeting_held released detained"), at_hand())
    assert [step.to for step in steps] == [green, green, red, green]
    steps = replay(region, facts_of("review_meeting_held detained"), at_hand())
    assert [step.to for step in steps] == [red, amber, red, amber]
    assert {step.authority for step in steps} == {("ACT 3",)}


def test_what_is_open_beside_the_state_is_told_until_the_case_goes_on_to_it(tmp_path):
    region = lights(tmp_path, WAITING)
    red, _, amber = region.states

    def open_beside(events):
        return replayed(region, facts_of(events), at_hand())[1]

    (waits,) = open_beside("detained review_meeting_held")
    assert (waits.fact.event, waits.at, waits.to, waits.authority) == ("review_meeting_held", red, amber, ("ACT 3",))
    told = "Review meeting held, Tuesday 2 January 2024; once the case is RED it goes on to AMBER"
    assert str(waits) == f"{told} (The Lights Act, s 3)"
    assert open_beside("detained review_meeting_held released") == ()
    assert open_beside("review_meeting_held") == open_beside("") == ()


def test_one_case_says_what_is_open_beside_its_state_and_by_what_law_it_goes_on(tmp_path):
    story = "2026-03-02 plan_transferred_in\n2026-04-01 review_meeting_held"
    case = tell(story)
    (waits,) = state(case, "2026-04-10").waiting
    assert state(case, "2026-03-10").waiting == ()
    assert state(case, "2026-04-10").as_dict()["waiting"] == [waits.as_dict()] != []
    assert (waits.as_dict()["at"], waits.as_dict()["to_state"]) == ("MAINTAINED", "TRANSFERRED_IN")
    told = "Open beside it: Plan transferred in, Monday 2 March 2026; once the case is MAINTAINED it goes on to "
    file, store = write_story(tmp_path / "story.csv", story), f"sqlite:///{tmp_path / 'cases.db'}"
    invoke("import", file, "--store", store)
    for source in (file, store):
        for command in (("state", "--format", "table"), ("explain",)):
            text = " ".join(
                invoke(command[0], source, "--case", "a", "--as-of", "2026-04-10", *command[1:]).stdout.split()
            )
            assert f"{told}TRANSFERRED_IN (SEND Regulations 2014 (SI 2014/1530), reg 15(4))." in text


@pytest.mark.parametrize("door", ["one", "many"])
def test_rows_have_what_is_open_beside_the_state_and_the_familys_page_tells_it(tmp_path, door):
    facts = [
        *tell("2026-03-02 plan_transferred_in\n2026-04-01 review_meeting_held", "a").recorded,
        *tell("2026-04-01 review_meeting_held", "b").recorded,
        *tell("2026-03-20 plan_transferred_in", "c").recorded,
    ]
    file, store = tmp_path / "facts.csv", f"sqlite:///{tmp_path / 'cases.db'}"
    write_facts(facts, file)
    invoke("import", file, "--store", store)
    (waits,) = state(Case("a", tuple(facts[:2])), "2026-04-10").waiting
    for source in (file, store):
        for shape, expected in (("csv", [str(waits), "", ""]), ("json", [[str(waits)], [], []])):
            told = invoke("state", source, "--as-of", "2026-04-10", "--format", shape, door=door).stdout
            assert [row["waiting"] for row in rows_of(told, shape)] == expected
        (one,) = rows_of(
            invoke("state", source, "--case", "a", "--as-of", "2026-04-10", "--format", "json").stdout, "json"
        )
        assert one["waiting"] == [str(waits)]
        page = tmp_path / "page.html"
        invoke("explain", source, "--case", "a", "--as-of", "2026-04-10", "--html", page)
        told = (
            "The plan came from another authority, Monday 2 March 2026. It goes on when what is under way now is over."
        )
        assert f"<p>Still open beside this: {told}</p>" in page.read_text("utf-8")
        page.unlink()


def test_an_explanation_says_by_what_law_the_case_went_on(tmp_path):
    story = "2026-01-02 plan_transferred_in\n2026-02-01 reassessment_requested\n2026-03-01 reassessment_refused"
    file = write_story(tmp_path / "story.csv", story)
    text = " ".join(invoke("explain", file, "--case", "a", "--as-of", "2026-06-01").stdout.split())
    on = "reassessment refused; from then on a plan from another authority is maintained here; its notice is still due"
    assert f"{on} (SR 15(4))" in text


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ('at = ["RED"]\nby', 'at = ["BLUE"]\nby', "BLUE"),
        ('["RED"]\nto = "AMBER"', '["GREEN"]\nto = "AMBER"', r'from RED: write a \[\[move\]\] with on = \["waits"\]'),
        ('to = "AMBER"', 'to = "RED"', "no move leads on from RED"),
        (
            'at = ["RED"]\nby',
            'at = ["RED", "AMBER"]\nby',
            "waits leads from RED to AMBER, from which something else leads on",
        ),
        ('"waits"', '"died"', "waiting.0.by: died is a fact: choose a name that no event has"),
        ('"waits"', '"trigger"', "waiting.0.by: no event can be called 'trigger'"),
        (
            'initial = "RED"\n',
            'initial = "RED"\ninner = ["detained"]\n',
            "line 5, machine.0.inner.0: detained is a fact: choose a name",
        ),
        (
            'initial = "RED"\n',
            'initial = "RED"\ninner = ["goes"]\n',
            r"inner.0: goes: no move is on it: write a \[\[move\]\] on it, or leave",
        ),
        (
            WAITS,
            f'inner = ["goes"]{WAITS}[[move]]\non = ["goes"]\nfrom = ["RED"]\nauthority = ["ACT 3"]\n',
            r"inner.0: goes: no case goes on by it: name it in by of a row of \[\[machine.waiting\]\], or leave it out",
        ),
        (
            'from = ["RED"]\nto = "AMBER"',
            'from = ["RED", "GREEN"]\nto = "AMBER"',
            "move.2.from: nothing goes on from GREEN by waits: it leads on from RED alone",
        ),
        (
            'begins = ["review_meeting_held"]',
            'begins = ["plan_kept"]',
            r"line 9, .*begins: no move is on plan_kept, so it is begun beside no state: .*, from RED too",
        ),
        (
            'ends = ["released"]',
            'ends = ["released", "review_meeting_held"]',
            "ends: review_meeting_held begins it as well",
        ),
        (
            'ends = ["released"]',
            'ends = ["released inside custody"]',
            "released inside custody: no spell is called 'custody'",
        ),
        (WAITS, 31 * WAITS, "waiting have 31 rows together, and may have 30"),
    ],
)
def test_what_leads_on_nowhere_is_refused_with_its_line(tmp_path, right, wrong, why):
    assert right in WAITING
    with pytest.raises(RulebookError, match=why) as refused:
        lights(tmp_path, WAITING.replace(right, wrong))
    assert "lights.toml, line " in str(refused.value)


def test_a_comparison_of_rulebooks_tells_what_waits_otherwise(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    lights(tmp_path / "old", WAITING)
    lights(tmp_path / "new", WAITING.replace('ends = ["released"]', 'ends = ["released", "detained"]'))
    changes = compare_rulebooks(load_rulebook(tmp_path / "old"), load_rulebook(tmp_path / "new"))
    assert [str(each) for each in changes] == ["machines pathway, waiting[waits].ends: released -> released, detained"]
