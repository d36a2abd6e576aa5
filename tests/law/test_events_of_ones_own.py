"""Events that an authority declares in its profile: they start and end its own targets, and nothing of the law."""

import pytest

import ehcp_flow as ef
from ehcp_flow.errors import RulebookError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.law import england
from ehcp_flow.law.profile import with_targets
from ehcp_flow.states import moves, state
from tests.cli.running import invoke, rows_of
from tests.telling import tell

PROFILE = """
title = "Our own targets"

[[event]]
id = "ep_advice_chased"
title = "EP advice chased"
on = "The day the psychologist was asked again."

[[target]]
id = "chased_advice_in_two_weeks"
title = "Have advice two weeks after it was chased"
starts_on = ["ep_advice_chased"]
counting = "2 weeks after"
act = "give the advice"
done_by = ["advice_received"]

[[target]]
id = "chase_in_four_weeks"
title = "Chase advice after four weeks"
clock = "advice"
counting = "4 weeks after"
act = "chase"
done_by = ["ep_advice_chased"]
other_answer = ["advice_received"]
"""
STORY = """
    2026-03-02 request_received
    2026-04-01 assessment_agreed
    2026-04-02 advice_requested party=psychological
"""


@pytest.fixture
def profile(tmp_path):
    (tmp_path / "ours.toml").write_text(PROFILE)
    return tmp_path / "ours.toml"


def targets(case, law, as_of="2026-06-30"):
    found = [each for each in ef.deadlines_of(case, as_of, rulebook=law) if each.kind == "local"]
    return {(each.limit, str(each.starts_on)): (str(each.due_on), each.status, each.breach) for each in found}


def test_an_event_of_ones_own_starts_and_ends_targets_alone(profile):
    law = with_targets(england(), profile)
    received = "2026-05-16 advice_received party=psychological"
    case = tell(f"{STORY}; 2026-05-01 ep_advice_chased; 2026-05-04 ep_advice_chased; {received}")
    assert targets(case, law) == {
        ("chase_in_four_weeks", "2026-04-02"): ("2026-04-30", "late", False),
        ("chased_advice_in_two_weeks", "2026-05-01"): ("2026-05-15", "late", False),
        ("chased_advice_in_two_weeks", "2026-05-04"): ("2026-05-18", "met", False),
    }
    plain = tell(f"{STORY}; {received}")
    by_law = [each.as_dict() for each in ef.deadlines_of(case, "2026-06-30")]
    assert by_law == [each.as_dict() for each in ef.deadlines_of(plain, "2026-06-30")]
    assert state(case, "2026-06-30", rulebook=law).pathway == state(plain, "2026-06-30").pathway
    assert "chased_advice_in_two_weeks" not in england().clocks


def test_it_is_told_by_its_title_and_always_lawful(profile):
    law = with_targets(england(), profile)
    told = {each.event: each for each in moves(tell(STORY), "2026-06-30", informing=True, rulebook=law)}
    assert told["ep_advice_chased"].title == "EP advice chased"
    assert told["ep_advice_chased"].allowed
    assert "ep_advice_chased" not in {each.event for each in moves(tell(STORY), "2026-06-30", informing=True)}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "ep_advice_chased"', 'id = "advice_received"', "the library has an event"),
        ('starts_on = ["ep_advice_chased"]', 'starts_on = ["request_received"]', "is no event of this profile"),
        ('starts_on = ["ep_advice_chased"]', "", "needs a clock of the law, or starts_on"),
        ('clock = "advice"', 'clock = "advice"\nstarts_on = ["ep_advice_chased"]', "needs a clock of the law, or"),
        ('starts_on = ["ep_', 'only_from = ["ep_advice_chased"]\nstarts_on = ["ep_', "for the starts of a clock"),
        ('id = "chased_advice_in_two_weeks"', 'id = "request"', "is a clock of the law"),
        ('["advice_received"]', '["advice_received inside prison"]', "no spell is called 'prison'"),
        ('on = "The day', 'on = "a day', "write a sentence that says which day it is"),
        ('title = "EP advice chased"', 'moves = "DRAFTING"', "there is no such key"),
        (PROFILE, PROFILE + PROFILE.split("\n\n")[1], "is declared already"),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_its_line(tmp_path, old, new, says):
    assert old in PROFILE
    (tmp_path / "ours.toml").write_text(PROFILE.replace(old, new, 1))
    with pytest.raises(RulebookError, match=r"ours\.toml, line \d+") as caught:
        with_targets(england(), tmp_path / "ours.toml")
    assert says in caught.value.why


def test_a_profile_that_is_refused_makes_nothing_known(tmp_path):
    text = PROFILE.replace("ep_advice_chased", "never_known").replace('act = "chase"', 'act = "chase"\nkind = "x"')
    (tmp_path / "ours.toml").write_text(text)
    with pytest.raises(RulebookError):
        with_targets(england(), tmp_path / "ours.toml")
    assert "never_known" not in FACT_TYPES


def test_it_goes_through_every_door(profile, tmp_path):
    facts, url = tmp_path / "facts.csv", f"sqlite:///{tmp_path / 'cases.db'}"
    facts.write_text(
        "case_id,event,on,party\na,request_received,2026-03-02,\na,advice_requested,2026-04-02,psychological\n"
        "a,ep_advice_chased,2026-05-01,\n"
    )
    told = ("--profile", profile)
    assert invoke("import", facts, "--store", url, *told).exit_code == 0
    done = invoke("record", "a", "ep_advice_chased", "2026-05-11", "--store", url, *told)
    assert done.exit_code == 0, done.output
    for source in (facts, url):
        for name in ("check", "desk", "breaches", "measures", "registers", "state"):
            day = ("--as-of", "2026-05-12")
            assert invoke(name, source, *day, *told).exit_code == 0, name
        rows = rows_of(invoke("check", source, "--as-of", "2026-05-12", "--format", "json", *told).stdout, "json")
        assert {row["due_on"] for row in rows if row["limit"] == "chased_advice_in_two_weeks"} >= {"2026-05-15"}
