"""What stands beside the limits: notices, an authority's own targets, and the comparison of rulebooks."""

import datetime as dt
import shutil
from importlib import resources
from pathlib import Path

import pytest

import ehcp_flow.law
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import DateError, FactError, RulebookError, UnknownNameError
from ehcp_flow.law import compare_rulebooks, england, load_rulebook, notices, with_targets
from ehcp_flow.law.comparison import left_behind
from ehcp_flow.whatif import compare_deadlines, latest_meeting_for, latest_start, what_if
from tests.cli.running import invoke
from tests.telling import fact, tell, text_of

DECIDE = "limits decide_assess, rule[decide_assess, notify_determination_no_ehc on request]"
APPEALABLE = (
    "assessment_refused", "plan_refused", "final_plan_sent", "amended_plan_sent", "reassessment_refused",
    "amendment_declined", "cease_notice_sent",
)  # fmt: skip


@pytest.mark.parametrize("event", APPEALABLE)
def test_a_decision_that_can_be_appealed_must_say_so(event):
    (notice,) = notices(event)
    assert any("right of appeal" in item.says for item in notice.contains)
    assert notice.tell
    assert set(notice.limits) <= set(england().limits)


def test_notices_by_outcome_and_by_day():
    assert [notice.id for notice in notices("review_decision_sent", "amend")] == ["review_amend"]
    assert [notice.id for notice in notices("review_decision_sent")] == ["review_keep", "review_amend", "review_cease"]
    assert notices("advice_requested") == ()
    (old,) = notices("plan_refused", on=dt.date(2018, 4, 2))
    (new,) = notices("plan_refused", on=dt.date(2018, 4, 3))
    assert len(new.contains) == len(old.contains) + 1
    with pytest.raises(ValueError, match="there is no event called"):
        notices("plan_refussed")


PROFILE = """
title = "Our own targets"

[[target]]
id = "decide_in_four_weeks"
title = "Decide in four weeks"
clock = "request"
counting = "4 weeks after"
act = "decide"
done_by = ["assessment_agreed", "assessment_refused"]
"""


def profile(path, text=PROFILE):
    (path / "ours.toml").write_text(text)
    return path / "ours.toml"


def test_a_target_of_ones_own_is_judged_beside_the_law_and_is_never_a_breach(tmp_path):
    book = with_targets(england(), profile(tmp_path))
    case = tell("2026-03-02 request_received")
    found = {deadline.limit: deadline for deadline in deadlines_of(case, "2026-04-01", rulebook=book)}
    ours = found["decide_in_four_weeks"]
    assert (ours.kind, str(ours.due_on), ours.status, ours.breach) == ("local", "2026-03-30", "overdue", False)
    assert ours.citation == "Our own targets"
    assert "the authority's own target, not law" in text_of(ours, "rule")
    assert str(found["decide_assess"].due_on) == "2026-04-13"
    assert "decide_in_four_weeks" not in england().limits


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"decide_in_four_weeks"', '"decide_assess"', "is a limit of the law"),
        ('"decide_in_four_weeks"', '"ar_report"', "is a limit of the law"),
        ('clock = "request"', 'clock = "requests"', "no clock is called"),
        ('"4 weeks after"', '"at least 4 weeks after"', "a target cannot protect time"),
        ('act = "decide"', 'act = "decide"\nkind = "statutory"', "there is no such key"),
        ('act = "decide"', 'act = "decide"\nexceptions = []', "there is no such key"),
        ('act = "decide"', 'act = "decide"\nonly_from = ["final_plan_sent"]', "does not start on"),
        ('title = "Our own targets"', "[[limit]]", "it cannot change the law"),
        (PROFILE, PROFILE + PROFILE.split("\n\n")[1], "is declared already"),
    ],
)
def test_a_target_cannot_touch_the_law(tmp_path, old, new, says):
    with pytest.raises(RulebookError, match=r"ours\.toml, line \d+") as caught:
        with_targets(england(), profile(tmp_path, PROFILE.replace(old, new, 1)))
    assert says in caught.value.why


def test_a_target_may_narrow_the_starts_of_its_clock(tmp_path):
    text = PROFILE.replace('act = "decide"', 'act = "decide"\nonly_from = ["request_received"]')
    book = with_targets(england(), profile(tmp_path, text))
    case = tell("2026-03-02 became_responsible")
    assert "decide_in_four_weeks" not in {d.limit for d in deadlines_of(case, "2026-04-01", rulebook=book)}


def test_a_profile_that_is_not_there(tmp_path):
    with pytest.raises(RulebookError, match="there is no such file"):
        with_targets(england(), tmp_path / "none.toml")


@pytest.fixture
def draft(tmp_path):
    """England's law with 7 weeks to decide, one limit less, one note less and one more, and a window lengthened."""
    for path in (resources.files("ehcp_flow.law") / "england").iterdir():
        if path.name.endswith(".toml"):
            (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    request = tmp_path / "01_request.toml"
    text = (
        request.read_text()
        .replace('"6 weeks after"', '"7 weeks after"')
        .replace('row = "consult_on_request"', 'row = "consult"')
    )
    request.write_text(text.replace('title = "Consult before determining"', 'title = "Consult first"'))
    (tmp_path / "14_payments.toml").unlink()
    return load_rulebook(tmp_path)


def test_a_draft_of_the_law_beside_todays(draft):
    changes = compare_rulebooks(england(), draft)
    told = [str(change) for change in changes]
    assert f"{DECIDE}.version[2014-09-01].counting: 6 weeks after -> 7 weeks after" in told
    review = "Review the direct payments for the first time, local authority, 3 months beginning with, from 2014-09-01"
    assert {
        f"limits direct_payment_review: removed: {review}",
        "clocks direct_payments: removed: direct payments began to be made",
        "notes consult: added: Consult first",
    } <= set(told)


def test_a_key_that_is_new_or_gone_is_shown_against_nothing(tmp_path, draft):
    text = (tmp_path / "01_request.toml").read_text()
    (tmp_path / "01_request.toml").write_text(text.replace('otherwise = "as soon as practicable"\n', "", 1))
    told = [
        str(change) for change in compare_rulebooks(england(), load_rulebook(tmp_path)) if "otherwise" in change.key
    ]
    assert told == [f"{DECIDE}.otherwise: as soon as practicable -> nothing"]


def test_which_deadlines_a_draft_would_move(draft):
    cases = [tell("2026-03-02 request_received"), tell("2026-03-02 draft_plan_sent", "b")]
    effects = compare_deadlines(england(), draft, cases, "2026-04-14")
    assert [str(effect) for effect in effects] == ["a decide_assess: due 2026-04-13, overdue -> due 2026-04-20, open"]


def test_what_a_fact_would_change():
    case = tell("2026-03-02 request_received")
    effects = what_if(case, fact("2026-04-20 assessment_refused"), "2026-03-10")
    assert [(effect.limit, effect.case_id) for effect in effects[:1]] == [("decide_assess", "a")]
    told = {effect.limit: str(effect) for effect in effects}
    assert told["decide_assess"] == "a decide_assess: due 2026-04-13, open -> due 2026-04-13, late"
    assert told["appeal"] == "a appeal: nothing -> due 2026-06-22, open"
    assert len(case) == 1
    with pytest.raises(FactError):
        what_if(case, fact("2026-04-20 assessment_refused", "b"))


def test_what_a_fact_would_take_away():
    case = tell("2026-03-02 request_received; 2026-06-01 moved_away")
    effects = what_if(case, fact("2026-05-01 detained"), "2026-06-02")
    assert any(effect.after is None or effect.before is None for effect in effects)


@pytest.mark.parametrize(
    ("by", "meeting"),
    [
        ("2019-02-15", "2018-11-23"),
        ("2019-02-14", "2018-11-22"),
        ("2019-03-31", "2019-01-06"),
        (dt.date(2026, 2, 14), "2025-11-22"),
    ],
)
def test_the_latest_meeting_from_which_a_plan_goes_in_time(by, meeting):
    assert str(latest_meeting_for(by)) == meeting


def test_counting_back_over_working_days_and_what_cannot_be_counted_back():
    assert str(latest_start("2026-04-08", ["mediation_certificate"])) == "2026-04-01"
    with pytest.raises(UnknownNameError):
        latest_start("2026-04-08", ["no_such_limit"])
    with pytest.raises(DateError, match="no day is found"):
        latest_start("2010-04-08", ["final_plan"])
    with pytest.raises(DateError):
        latest_meeting_for("soon")


def test_a_changed_limit_whose_counterpart_stays_is_told(tmp_path):
    directory = tmp_path / "draft"
    shutil.copytree(Path(ehcp_flow.law.__file__).parent / "england", directory)
    file = directory / "01_request.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"6 weeks after"', '"8 weeks after"'), encoding="utf-8")
    draft = load_rulebook(directory)
    changes = compare_rulebooks(england(), draft)
    assert left_behind(changes, draft) == [("decide_assess", "detained_decide_assess")]
    done = invoke("rules", "--diff", directory, "--format", "csv")
    assert "decide_assess changes, and its counterpart detained_decide_assess does not" in done.stderr
    assert left_behind(compare_rulebooks(draft, draft), draft) == []


def test_a_reading_or_whoever_is_told_that_is_put_first_changes_no_other(tmp_path):
    """Each is known by its name, and not by its place."""
    directory = shutil.copytree(Path(ehcp_flow.law.__file__).parent / "england", tmp_path / "draft")
    reading = 'readings = [\n  { name = "a stricter one", counting = "4 weeks after", says = "x" },'
    told = 'tell = [\n  { who = "the neighbours", citation = "SR 5(1)" },'
    for name, old, new in (("01_request.toml", "readings = [", reading), ("notices.toml", "tell = [", told)):
        file = directory / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")
    found = compare_rulebooks(england(), load_rulebook(directory))
    assert [(each.kind, each.section, each.key.rpartition("].")[2] or each.key, each.new) for each in found] == [
        ("added", "limits", "readings[a stricter one]", "4 weeks after"),
        ("added", "notices", "tell[the neighbours]", "the neighbours"),
    ]


def test_what_is_new_says_who_must_do_what_in_what_time_for_whom_and_since_when(tmp_path):
    text = (
        'based_on = "england"\n[[limit]]\nid = "look"\ntitle = "Look again"\ngroup = "plan"\n'
        'actor = "local authority"\nkind = "local"\n'
    )
    for age, weeks in ((5, 2), (11, 3)):
        text += (
            f'[[limit.rule]]\nrows = ["look_{age}"]\nclock = "request"\nact = "look"\ndone_by = ["assessment_agreed"]\n'
            f"cohorts = [{{ under_age = {age} }}]\nversion = [{{ in_force_from = 2029-09-01, "
            f'counting = "{weeks} weeks after", '
            'citation = ["SR 5(1)"], evidence = "own" }]\n'
        )
    (tmp_path / "draft.toml").write_text(text, "utf-8")
    (change,) = compare_rulebooks(england(), load_rulebook(tmp_path))
    assert change.new == (
        "Look again, local authority, "
        "2 weeks after, where the day counted from is one on which the child is under 5, from 2029-09-01; "
        "3 weeks after, where the day counted from is one on which the child is under 11, from 2029-09-01"
    )
    (back,) = compare_rulebooks(load_rulebook(tmp_path), england())
    assert (back.kind, back.old, back.new) == ("removed", change.new, None)


def test_a_person_reads_in_words_where_a_change_stands(tmp_path):
    (tmp_path / "draft.toml").write_text('based_on = "england"\n', "utf-8")
    text = (Path(ehcp_flow.law.__file__).parent / "england" / "01_request.toml").read_text("utf-8")
    changed = text.replace('counting = "6 weeks after"\nwords', 'counting = "8 weeks after"\nwords', 1)
    (tmp_path / "01_request.toml").write_text(changed, "utf-8")
    done = invoke("rules", "--diff", tmp_path, "--format", "table")
    assert "limits decide_assess (Decide whether to" in done.stdout
    assert "since 2014-09-01, how it is counted" in " ".join(done.stdout.split())
