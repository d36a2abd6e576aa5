"""What changes from one rulebook to another, in sentences that name who must do what by when, and from which day."""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from ehcp_flow.law import compare_rulebooks, england, load_rulebook
from ehcp_flow.law.changes_in_words import changes_in_words
from ehcp_flow.law.cohort import Cohort
from tests.cli.running import invoke
from tests.law.test_declared import folder
from tests.moves.test_law_at_hand import book_with

EXAMPLES = Path(__file__).parents[2] / "examples"
REFORM, MADE_UP = EXAMPLES / "reform-2029", EXAMPLES / "rulebook_made_up"
OLD = "within 12 months beginning with the day on which the plan was first made, or last reviewed"


def told(old, new):
    return [(str(each.since or ""), each.says) for each in changes_in_words(old, new)]


def test_nothing_is_told_of_one_rulebook_and_itself():
    assert changes_in_words(england(), england()) == []


def test_a_reform_is_told_by_the_day_from_which_it_holds():
    said = told(england(), load_rulebook(REFORM))
    review = "review the plan, and send the decision that completes the review"
    assert (
        "2029-09-01",
        (
            f"“Complete the yearly review” ends: the local authority must {review} {OLD}, and only where that day was "
            "Friday 31 August 2029 or before."
        ),
    ) in said
    assert (
        "2029-09-01",
        (
            f"New, “Complete the yearly review in the early years”: the local authority must {review} {OLD}, where the "
            "child is under 5 on the day counted from."
        ),
    ) in said
    assert ("", "`tribunal_order_made` can have another outcome: reconsider_placement.") in said
    assert (
        "2029-09-01",
        (
            "`tribunal_order_made:reconsider_placement` about a dispute becomes lawful in the states APPEALED and "
            "CONCEDED, and leads to DETERMINED."
        ),
    ) in said
    assert ("", "Of what these rest on, new: 4 spells of a case's life and 2 clocks.") in said
    assert [since for since, _ in said] == sorted(since for since, _ in said)
    assert {since for since, _ in said} == {"", "2029-09-01"}


def test_the_way_back_tells_what_is_no_longer():
    said = [says for _, says in told(load_rulebook(REFORM), england())]
    assert "The time limit “Decide the placement anew, as ordered” falls away." in said
    assert any(
        says.startswith("No longer, “Complete the yearly review in the early years”: the local") for says in said
    )
    dispute = "`tribunal_order_made:reconsider_placement` about a dispute is lawful no longer in the states"
    assert f"{dispute} APPEALED, CONCEDED and DETERMINED." in said


def test_another_procedure_is_told_as_one_and_not_row_by_row():
    made_up = load_rulebook(MADE_UP)
    said = told(england(), made_up)
    assert len(said) < 25
    assert said[0][1].startswith(
        f"No time limit of “{england().title}” is left: this is another procedure, “{made_up.title}”"
    )
    assert (
        "",
        (
            "New, “Answer the complaint in writing”: the local authority must send its written answer within 10 "
            "working days after the day on which a complaint was registered."
        ),
    ) in said
    assert {since for since, _ in said} == {""}
    back = [says for _, says in told(made_up, england())]
    assert "The fact `panel_met` is spoken of no longer." in back
    assert "The time limit “Let a panel decide” falls away." in back
    assert any(says.startswith("19 duties without a number are new") for says in back)


def test_every_new_limit_is_told_and_the_condition_with_which_a_rule_holds():
    """Whoever changes over to a procedure of many limits is told each, and of two times for an act the condition."""
    wales = load_rulebook("wales")
    said = [says for _, says in told(england(), wales)]
    new = [limit for name, limit in wales.limits.items() if name not in england().limits]
    assert len(new) > 12
    for limit in new:
        for rule in limit.rule:
            assert any(says.startswith(f"New, “{rule.title or limit.title}”: ") for says in said), limit.id
    times = [says for says in said if says.startswith("New, “Appeal") and "the Tribunal the appeal application" in says]
    assert [
        says for says in times if "within 8 weeks" in says and "unless meanwhile there is “resolution referred”" in says
    ]
    assert [
        says
        for says in times
        if "within 16 weeks" in says and "only if meanwhile there is “resolution referred”" in says
    ]
    assert any(
        "received in time by the later of 2 months after the day on which written notice of a decision that can be "
        "appealed was sent and 1 month after the day of “mediation certificate issued”, or by the Tribunal's next"
        in says
        for says in said
    )
    assert not any("within by" in says for says in said)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("04_plan.toml", '"20 weeks after"', '"21 weeks after"', ("", "and no longer 20 weeks after.")),
        (
            "01_request.toml", 'kind = "statutory"', 'kind = "guidance"',
            ("", "“Decide whether to assess, and say so” changes in its force: guidance, and no longer statutory."),
        ),
        (
            "01_request.toml", 'actor = "local authority"', 'actor = "the panel"',
            ("", "changes in by whom: the panel, and no longer local authority."),
        ),
        (
            "01_request.toml", 'title = "Decide whether to assess, and say so"', 'title = "Decide"',
            ("", "“Decide” keeps its time; what changes is in its details."),
        ),
    ],
)  # fmt: skip
def test_what_changes_in_a_limit_is_told(tmp_path, file, old, new, says):
    book = load_rulebook(book_with(tmp_path / "book", (file, old, new)))
    since, sentence = says
    assert any(when == since and said.endswith(sentence) for when, said in told(england(), book)), told(england(), book)


CHANGED = """
[[limit]]
id = "answer"
title = "Answer the complaint in writing"
group = "complaint"
actor = "local authority"
kind = "statutory"
[[limit.rule]]
rows = ["answer"]
clock = "complaint"
act = "send its written answer"
done_by = ["appeal_response_sent"]
"""
VERSION = '[[limit.rule.version]]\nin_force_from = {0}\n{1}counting = "{2}"\ncitation = ["JR 3(1)"]\nevidence = "own"\n'


def changed(tmp_path, *versions, more=""):
    folder = tmp_path / "law"
    shutil.copytree(MADE_UP, folder)
    file = folder / "complaints.toml"
    (
        head,
        _,
        _,
    ) = file.read_text().partition("[[limit]]")
    _, _, panel = file.read_text().rpartition("[[limit]]")
    told = "".join(VERSION.format(*version) for version in versions)
    file.write_text(f"{head}{CHANGED}{more}{told}\n[[limit]]{panel}")
    return load_rulebook(folder)


def test_a_version_that_begins_is_told_with_what_was_before(tmp_path):
    longer = changed(
        tmp_path,
        ("2020-01-01", "in_force_to = 2026-08-31\n", "10 working days after"),
        ("2026-09-01", "", "3 weeks after"),
    )
    assert told(load_rulebook(MADE_UP), longer) == [
        (
            "2026-09-01",
            (
                "the local authority must send its written answer within 3 weeks after the day on which a complaint "
                "was registered, and no longer 10 working days after."
            ),
        )
    ]
    (since, _), *_ = [(each.since, each.says) for each in changes_in_words(load_rulebook(MADE_UP), longer)]
    assert since == dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    ("more", "counting", "says"),
    [
        ("right = true\n", "10 working days after", "may send its written answer within 10 working days after"),
        (
            'kind = "guidance"\n',
            "3 weeks after",
            "should send its written answer (guidance, and no breach) within 3 weeks",
        ),
        ("", "at least 15 days beginning with", "must send its written answer at least 15 days beginning with the day"),
        ("", "by 31 July", "must send its written answer by 31 July"),
    ],
)
def test_force_and_counting_are_told_as_people_say_them(tmp_path, more, counting, says):
    book = changed(tmp_path, ("2020-01-01", "", counting), more=more)
    said = [each.says for each in changes_in_words(load_rulebook(MADE_UP), book)]
    back = [each.says for each in changes_in_words(book, load_rulebook(MADE_UP))]
    assert any(says in each for each in said) or more, said
    assert said
    assert back


def test_the_command_tells_sentences_first_and_the_keys_where_they_are_few():
    reform = invoke("rules", "--diff", REFORM, "--format", "table").stdout
    assert reform.index("From Saturday 1 September 2029") < reform.index("31 changes")
    assert max(map(len, reform.splitlines())) <= 100
    made_up = invoke("rules", "--diff", MADE_UP, "--format", "table")
    assert "this is another procedure" in " ".join(made_up.stdout.split())
    assert "stands now" not in made_up.stdout
    assert "key by key: with --format csv" in made_up.stderr
    assert len(made_up.stdout.splitlines()) < 60


def test_an_exception_that_is_taken_away_or_given_is_told_of_its_limit(tmp_path):
    book = england()
    rule = next(rule for rule in book.limits["decide_assess"].rule if rule.exceptions)
    ground = rule.exceptions[0].ground
    bare = [each.model_copy(update={"exceptions": ()}) for each in book.limits["decide_assess"].rule]
    limit = book.limits["decide_assess"].model_copy(update={"rule": tuple(bare)})
    without = book.model_copy(update={"limits": {**book.limits, "decide_assess": limit}})
    title, of = book.grounds[ground].title, rule.title or limit.title
    assert ("", f"“{title}” no longer excuses a breach of “{of}”.") in told(book, without)
    assert ("", f"“{title}” excuses a breach of “{of}”.") in told(without, book)


def test_an_outcome_that_is_gone_is_no_new_one():
    said = [says for _, says in told(load_rulebook(REFORM), england())]
    assert not any("can have another outcome" in says for says in said)


def test_outcomes_that_are_new_or_gone_are_named_in_sentences_and_key_by_key(tmp_path):
    """Of an event of the library, and of one that both rulebooks declare."""
    words = '[[outcomes]]\nof = "exception_recorded"\nwords = ["flood"]\n'
    bare, more = load_rulebook(folder(tmp_path, "", "bare")), load_rulebook(folder(tmp_path, words, "more"))
    wider = load_rulebook(folder(tmp_path, words.replace('"]', '", "storm"]'), "wider"))
    split = folder(tmp_path, "", "own", old='"upheld", "turned_down"', new='"upheld", "turned_down", "split"')
    moves = split / "moves" / "complaints.toml"
    moves.write_text(moves.read_text().replace('"panel_met:upheld",', '"panel_met:upheld", "panel_met:split",'))
    own = load_rulebook(split)
    keys = {
        (str(change), says)
        for old, new in ((bare, more), (more, wider), (more, bare), (wider, more), (bare, own), (own, bare))
        for change in compare_rulebooks(old, new)
        for _, says in told(old, new)
        if str(change).startswith(("outcomes", "events")) and "outcome" in says  # the moves on them are told beside
    }
    assert keys == {
        ("outcomes exception_recorded: added: flood", "`exception_recorded` can have another outcome: flood."),
        (
            "outcomes exception_recorded, words: flood -> flood, storm",
            "`exception_recorded` can have another outcome: storm.",
        ),
        ("outcomes exception_recorded: removed: flood", "`exception_recorded` can no longer have the outcome: flood."),
        (
            "outcomes exception_recorded, words: flood, storm -> flood",
            "`exception_recorded` can no longer have the outcome: storm.",
        ),
        (
            "events panel_met, outcomes: upheld, turned_down -> upheld, turned_down, split",
            "`panel_met` can have another outcome: split.",
        ),
        (
            "events panel_met, outcomes: upheld, turned_down, split -> upheld, turned_down",
            "`panel_met` can no longer have the outcome: split.",
        ),
    }


def test_an_event_that_is_gone_is_told_without_its_outcomes():
    said = [says for _, says in told(load_rulebook(MADE_UP), england())]
    assert not any("`panel_met`" in says and "outcome" in says for says in said)
    assert told(load_rulebook(REFORM), load_rulebook(REFORM)) == []


def test_moves_that_are_told_otherwise_are_counted(tmp_path):
    row = 'to = "REQUESTED"\nauthority = ["CFA 36(1)", "CFA 36(3)"]'
    changed = book_with(tmp_path / "book", ("pathway_moves.toml", row, 'to = "REQUESTED"\nauthority = ["CFA 36(1)"]'))
    said = [says for _, says in told(england(), load_rulebook(changed))]
    assert any(
        re.fullmatch(r"[0-9]+ keys? of moves from state to state (is|are) told otherwise\.", says) for says in said
    )


STAYS, ROLLS = (
    ("2020-01-01", "", "10 working days after"),
    ("2020-01-01", 'roll = "working"\n', "10 working days after"),
)
ANSWERS = (
    "the local authority must send its written answer within 10 working days after the day on which a complaint was "
)
NEXT = "registered, or by the next working day where the last day is none"


def test_where_a_last_day_goes_is_told_however_it_changes(tmp_path):
    """A limit whose last day alone moves to a working day was told to keep its time."""
    old, new = changed(tmp_path / "a", STAYS), changed(tmp_path / "b", ROLLS)
    stays = "and no longer on the last day itself, whatever day that is."
    assert told(old, new) == [("", f"{ANSWERS}{NEXT}, {stays}")]
    assert told(new, old) == [("", f"{ANSWERS}registered, and no longer by the next working day.")]
    later = changed(
        tmp_path / "c",
        ("2020-01-01", "in_force_to = 2026-08-31\n", "10 working days after"),
        ("2026-09-01", 'roll = "working"\n', "10 working days after"),
    )
    assert told(old, later) == [("2026-09-01", f"{ANSWERS}{NEXT}, {stays}")]
    wales = load_rulebook("wales")
    rolled = {rule.title or limit.title for limit in wales.limits.values() for rule in limit.rule
              for version in rule.version if version.rolls_to}  # fmt: skip
    said = [says for _, says in told(england(), wales)]
    assert rolled
    for title in rolled:
        assert [says for says in said if says.startswith(f"New, “{title}”") and "the next working day" in says], title


def test_a_limit_for_those_of_a_later_day_is_told_under_that_day():
    said = told(england(), load_rulebook(REFORM))
    (transfer,) = [each for each in said if "before secondary school" in each[1]]
    assert transfer[0] == "2029-09-01"
    assert transfer[1].endswith(
        "where the child is under 11 on the day counted from and the child turns 11 on or after Saturday 1 September "
        "2029."
    )


def test_a_limit_of_the_very_day_says_of_which_day(tmp_path):
    book = changed(tmp_path, ("2020-01-01", "", "on the day"))
    ((_, says),) = told(load_rulebook(MADE_UP), book)
    assert says == (
        "the local authority must send its written answer on the day on which a complaint was registered, and no "
        "longer 10 working days after."
    )


def test_facts_of_many_new_kinds_are_listed_and_facts_stand_in_words_of_limits():
    said = [says for _, says in told(england(), load_rulebook("wales"))]
    kinds = [says for says in said if "new kind" in says]
    assert len(kinds) == 1
    assert kinds[0].startswith(
        "28 facts of new kinds can be recorded: additional learning needs raised; case referred;"
    )
    assert not [says for says in said if says.startswith("New, ") and "`" in says]


def test_a_cohort_is_told_by_its_days_and_its_ages():
    both = Cohort(on_or_after=dt.date(2029, 9, 1), before=dt.date(2030, 9, 1), from_age=5, under_age=11)
    assert both.told == (
        "the day counted from is on or after Saturday 1 September 2029 and before Sunday 1 September 2030 and the "
        "child is 5 or older and under 11 on the day counted from"
    )


def test_two_rulebooks_behind_diff_are_told_how_to_be_compared():
    told = invoke("rules", "--diff", "england", "wales")
    assert told.exit_code == 2
    assert "--diff takes one rulebook, and the one beside it is --rulebook: --diff wales --rulebook england" in (
        " ".join(told.stderr.split())
    )
    assert invoke("rules", "--diff", "wales", "--rulebook", "england").exit_code == 0
