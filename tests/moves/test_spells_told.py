"""States and moves that speak of the spells of the rulebook mean the same facts as its limits do."""

import datetime as dt

import pytest

from ehcp_flow.calendars import england as calendars
from ehcp_flow.engine import walk
from ehcp_flow.engine.judged_case import judge_case
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.errors import RulebookError
from ehcp_flow.law import machine_spells
from ehcp_flow.law.loader import england, load_rulebook
from ehcp_flow.law.patterns import parse_pattern
from ehcp_flow.moves.facts_before import word_of
from ehcp_flow.moves.law_at_hand import at_hand
from ehcp_flow.moves.region_tables import history_space
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.moves.replay import replay
from ehcp_flow.moves.spells_told import lies_in
from tests.doors.test_outputs_agree import crowded
from tests.moves.test_machine import GOOD, LIGHT, STILL, lights
from tests.moves.test_waiting import facts_of

SHARED = (
    "amended_plan_sent inside amendment_out",
    "amended_plan_sent outside amendment_ordered outside amendment_out",
    "amended_plan_sent inside amendment_decided outside amendment_out",
    "amendment_declined inside amendment_out",
    "review_decision_sent:maintain inside undecided_review",
    "onward_appeal_ended:set_aside outside order_followed outside later_order",
)
"""What rows of the pathway say of facts, and limits say of them too."""


@pytest.mark.parametrize("text", SHARED)
def test_a_fact_lies_in_the_same_spells_for_the_limits_and_where_the_case_moves(text):
    legal, book, pattern = regions_of(england()).pathway.legal, compiled(england()), parse_pattern(text)
    meant = book.turned.plain((pattern,))
    seen = set()
    for seed in range(250):
        judged = judge_case(crowded(seed), dt.date(2029, 12, 31), book, calendars())
        for place, fact in enumerate(judged.facts):
            if fact.event == pattern.event and word_of(fact) in pattern.outcomes:
                told = lies_in(legal, pattern, judged.facts[:place], fact)
                assert told is (judged.taken[place] in meant), (seed, fact)
                seen.add(told)
    assert seen == {True, False}


def spelled(folder, machine, spells):
    (folder / "spells.toml").write_text(spells, "utf-8")
    return lights(folder, GOOD.replace('initial = "RED"\n', f'initial = "RED"\n{machine}'))


SPELL = """
[[spell]]
id = "asked"
title = "it was asked"
begins_on = ["request_received"]
ends_on = ["plan_ceased"]
lasts = 3
"""
INSIDE = """
[[machine.still_inside]]
events = ["detained inside asked"]
"""


def test_a_fact_moves_nothing_inside_a_spell_of_the_rulebook_as_long_as_that_lasts(tmp_path):
    region = spelled(tmp_path, INSIDE, SPELL)
    red, green = region.states
    for told, to in (
        ("detained", green),
        ("request_received detained", red),
        ("request_received plan_ceased detained", green),
        ("request_received date_of_birth date_of_birth detained", red),
        ("request_received date_of_birth date_of_birth date_of_birth detained", green),
    ):
        steps = replay(region, facts_of(told), at_hand())
        assert (steps[-1].to if steps else red) is to, told


NAMES = 'events = ["detained inside {}"]'


@pytest.mark.parametrize(
    ("machine", "spells", "why"),
    [
        (INSIDE, "", r"machine\.0.*detained inside asked: no spell is called 'asked'"),
        (INSIDE, SPELL.replace("lasts = 3", "looks_ahead = true"), "spell 'asked' is known only by what comes later"),
        (INSIDE, SPELL.replace("lasts = 3", 'lasts = "3 months"'), "'asked' lasts for a period, and not for a number"),
        (
            INSIDE,
            SPELL.replace("lasts = 3", 'looks_ahead = true\nlasts = "3 months"'),
            "with looks_ahead say how many days it lasts",
        ),
        (INSIDE, '[[spell]]\nid = "asked"\ntitle = "old"\nfrom_age = 25\n', "spell 'asked' begins with an age"),
        (
            INSIDE.replace("inside asked", "by other_custody"),
            SPELL,
            "nothing is known of the party of detained by other",
        ),
        (
            INSIDE,
            SPELL.replace('["request_received"]', '["request_received inside before"]')
            + SPELL.replace("asked", "before").replace("lasts = 3", "looks_ahead = true"),
            "detained inside asked: spell 'before' is known only by what comes later",
        ),
        (STILL.replace("died", "detained").replace('ends = ["released"]\n', ""), "", "write both begins and ends, or"),
        ('[[machine.still_inside]]\nevents = ["detained"]\n', "", "write begins and ends, or say of each of events"),
        (
            f"""[[machine.still_inside]]\nevents = [{", ".join(f'"detained inside s{n}"' for n in range(31))}]\n""",
            "".join(SPELL.replace("asked", f"s{n}", 1) for n in range(31)),
            "its rows speak of 31 spells, and may speak of 30",
        ),
    ],
)
def test_a_spell_of_which_nothing_can_be_known_where_a_case_moves_is_refused(tmp_path, machine, spells, why):
    with pytest.raises(RulebookError, match=why) as refused:
        spelled(tmp_path, machine, spells)
    assert ".toml, line " in str(refused.value)


DEEMED = """
[[deemed]]
id = "release_asks"
facts = ["released inside {0}"]
is_also = ["request_received"]
says = "x"
"""


def test_what_is_deemed_so_begins_a_spell_there_too_but_for_what_is_known_only_later(tmp_path):
    others = SPELL.replace("asked", "kept").replace("request_received", "plan_kept")
    ahead = others.replace("lasts = 3", "looks_ahead = true")
    for spell, to in ((others, 0), (ahead, 1)):
        region = spelled(tmp_path, INSIDE, SPELL + spell + DEEMED.format("kept"))
        steps = replay(region, facts_of("detained plan_kept released detained plan_ceased"), at_hand())
        assert steps[-1].to is tuple(region.states)[to]


def test_a_dispute_knows_no_spell_of_the_case(tmp_path):
    (tmp_path / "moves").mkdir()
    (tmp_path / "lights.toml").write_text(LIGHT + SPELL, "utf-8")
    (tmp_path / "moves" / "lights.toml").write_text(GOOD, "utf-8")
    other = GOOD.replace('"pathway"', '"disputes"').replace('initial = "RED"\n', f'initial = "RED"\n{INSIDE}')
    (tmp_path / "moves" / "others.toml").write_text(other, "utf-8")
    with pytest.raises(
        RulebookError, match=r"a dispute has facts of its own, which lie in no spell .*; write detained"
    ):
        regions_of(load_rulebook(tmp_path))


def test_as_many_spells_can_be_named_as_the_walk_has_bits_for():
    assert machine_spells.MOST == walk.MOST_BITS


def test_when_a_spell_began_that_nobody_dates_is_not_left_to_what_lay_in_the_memory():
    space = history_space(3, lambda count: [-(1 << 31)] * count)
    assert space["since"] == [0] * walk.MOST_BITS
