"""Guards and disputes of a rulebook that could never be asked as they stand are refused with their line."""

import pytest

from ehcp_flow.errors import RulebookError
from ehcp_flow.law import england, load_rulebook
from tests.moves.test_machine import APPEAL, GOOD, GUARD, LIGHT

LIMITS = """
[[clock]]
id = "draft"
title = "a draft was sent"
starts_on = ["draft_plan_sent"]
"""
LIMIT = """
[[limit]]
id = "{0}"
title = "x"
group = "x"
actor = "x"
kind = "statutory"
[[limit.rule]]
rows = ["{0}"]
clock = "draft"
act = "x"
done_by = ["final_plan_sent"]
version = [{{ in_force_from = 2020-01-01, counting = "{1}", citation = ["ACT 1"], evidence = "own" }}]
"""
LAW = (
    LIGHT + LIMITS + LIMIT.format("window", "at least 15 days beginning with") + LIMIT.format("time", "2 months after")
)
PROTECTS = """
limit = "window"
latest = ["draft_plan_sent", "amendment_notice_sent"]
what = "it"
act = "it"
missing = "none"
remedy = "do it"
finding = "odd"
early = "soon"
"""
BARS = """
latest = ["request_received"]
by_party = ["parent"]
says = "x"
remedy = "x"
finding = "odd"
passes = { citation = "ACT 1", says = "x" }
"""
APPEALS = """
limit = "window"
notice = ["draft_plan_sent"]
appeal = ["appeal_registered"]
what = "x"
during = "odd"
early = "soon"
"""
IN_TIME = """
limit = "time"
first = ["mediation_contacted"]
by = "x"
was_on = "x"
late = "x"
remedy = "x"
finding = "odd"
"""
ASKED = 'authority = ["ACT 2"]\nguards = ["free"]\n'
RIGHT = {"protects": PROTECTS, "bars": BARS, "time_for_appeal": APPEALS, "in_time_for": IN_TIME}

REFUSED = {
    "a limit that protects no time": (
        "protects", '"window"', '"time"',
        "guard.0.limit: limit 'time' protects no time: name one that is counted as a window is, 'at least 15",
    ),
    "a window of another fact": (
        "protects", '["draft_plan_sent", "amendment_notice_sent"]', '["amendment_notice_sent"]',
        "guard.0.latest: none of it begins the time of limit 'window': that begins with draft_plan_sent",
    ),
    "an appeal in the time of another fact": (
        "time_for_appeal", 'notice = ["draft_plan_sent"]', 'notice = ["cease_notice_sent"]',
        "guard.0.notice: none of it begins the time of limit 'window'",
    ),
    "a time that is protected": ("in_time_for", '"time"', '"window"', "limit 'window' protects time, in which nothing"),
    "a limit": ("in_time_for", '"time"', '"tim"', r"guard.0.limit: no limit is called 'tim'; did you mean time\?"),
    "a ground": ("in_time_for", 'by = "x"', 'by = "x"\nexcused_by = "flood"', "excused_by: no ground is called"),
    "a party": ("bars", '["parent"]', '["parnt"]', "by_party: request_received: no party is called 'parnt'; did"),
    "an outcome": (
        "bars", 'latest = ["request_received"]\nby_party = ["parent"]',
        'latest = ["review_decision_sent"]\noutcomes = ["amended"]',
        "outcomes: review_decision_sent: no outcome is called 'amended'; did you mean amend",
    ),
    "an outcome that says nothing": (
        "bars", 'latest = ["request_received"]\nby_party = ["parent"]',
        'latest = ["review_decision_sent"]\nunknown = { outcomes = ["maintian"], says = "x" }',
        "unknown.outcomes: review_decision_sent: no outcome is called 'maintian'; did you mean maintain",
    ),
    "what a move changes": (
        "protects", "", ASKED.replace('"free"', '{ guard = "free", limit = "time" }'),
        "move.1.guards.limit: limit 'time' protects no time",
    ),
}  # fmt: skip


def load(tmp_path, moves, law=LAW):
    (tmp_path / "moves").mkdir()
    (tmp_path / "law.toml").write_text(law)
    for name, text in moves.items():
        (tmp_path / "moves" / f"{name}.toml").write_text(text)
    return load_rulebook(tmp_path)


@pytest.mark.parametrize("kind", ["protects", "bars", "time_for_appeal"])
def test_such_a_guard_is_taken_where_it_is_right(tmp_path, kind):
    text = GOOD.replace('authority = ["ACT 2"]\n', ASKED) + GUARD.format(kind, RIGHT[kind])
    (guard,) = load(tmp_path, {"lights": text}).regions["pathway"].moves[1].guards
    assert guard.kind == kind


def test_one_about_a_decision_in_dispute_is_wrong_on_a_move_of_a_case_alone(tmp_path):
    """What England's disputes ask in the same words is right there: nothing else about these is refused."""
    text = GOOD.replace('authority = ["ACT 2"]\n', ASKED) + GUARD.format("in_time_for", IN_TIME)
    with pytest.raises(RulebookError, match=r"move\.1\.guards\.0: guard 'free' is of kind 'in_time_for', which asks"):
        load(tmp_path, {"lights": text})
    asked = {guard.kind for move in england().regions["disputes"].moves for guard in move.guards}
    assert {"in_time_for", "stands", "certified", "answers"} <= asked


@pytest.mark.parametrize("name", REFUSED)
def test_a_guard_that_could_never_bar_or_pass_is_refused(tmp_path, name):
    kind, old, new, why = REFUSED[name]
    asked, rows = (ASKED, RIGHT[kind].replace(old, new)) if old else (new, RIGHT[kind])
    text = GOOD.replace('authority = ["ACT 2"]\n', asked) + GUARD.format(kind, rows)
    with pytest.raises(RulebookError, match=why) as refused:
        load(tmp_path, {"lights": text})
    assert "moves/lights.toml, line " in str(refused.value)


WITHOUT = '[machine.without]\nfinding = "odd"\nreason = "x"\nremedy = "x"\ncitation = "ACT 1"\n'
DISPUTES = GOOD.replace('"pathway"', '"disputes"').replace('initial = "RED"\n', f'initial = "RED"\n{WITHOUT}') + APPEAL
PASSED = 'passed_through = { state = "GREEN", by = "on", inside = "died", until = "released" }\n'
OBEYED = '[[obeyed]]\noutcome = "{}"\nby = ["plan_agreed"]\n'


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("", OBEYED.format("asess"), r"obeyed.0.outcome: no settlement is called 'asess'; did you mean assess"),
        (WITHOUT, f'{WITHOUT}[machine.custody]\nbegins = "detaned"\nends = "released"\n', "no event called 'detaned'"),
        (
            WITHOUT, f"{PASSED}{WITHOUT}",
            "passed_through: no dispute goes on by itself: passed_through is of region pathway",
        ),
    ],
    ids=["a settlement", "a spell", "a way on"],
)  # fmt: skip
def test_a_dispute_that_could_never_go_so_is_refused(tmp_path, old, new, why):
    text = DISPUTES.replace(old, new) if old else DISPUTES + new
    text = text.replace('on = ["released"]', 'on = ["released", "on", "on:died"]') if PASSED in new else text
    with pytest.raises(RulebookError, match=why) as refused:
        load(tmp_path, {"lights": GOOD, "disputes": text})
    assert "moves/disputes.toml, line " in str(refused.value)


def test_such_a_dispute_is_taken_where_it_is_right(tmp_path):
    assert len(load(tmp_path, {"lights": GOOD, "disputes": DISPUTES + OBEYED.format("assess")}).regions) == 2


def test_a_second_machine_is_told_in_its_own_file_and_how_englands_is_replaced(tmp_path):
    own = 'region = "pathway"\n[[machine]]\ninitial = "NO_CASE"\n'
    with pytest.raises(
        RulebookError, match=r"^moves/own\.toml, line 2, .* already in england/moves/pathway\.toml, line"
    ):
        load(tmp_path, {"own": own}, 'based_on = "england"\n')
