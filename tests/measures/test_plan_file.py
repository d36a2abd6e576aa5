"""A plan file: what is wrong with it is told with file, line and key, before a case is read."""

import datetime as dt
import pickle

import pytest

from ehcp_flow.errors import PlanFileError, PlanFileMissing
from ehcp_flow.measures.plan_file import EventShare, LimitShare, ParticularShare, as_written, read_plan

WHOLE = """
title = "Accelerated Progress Plan"
period = "month"

[[measure]]
id = "twenty_weeks"
figure = "PC_plans_issued_20_weeks_ex"
better = "higher"
baseline = {on = 2025-03-31, value = 37.4}
targets = [{by = 2026-03-31, value = 60}, {by = 2027-03-31, value = 90}]
amber = 5
owner = "Head of SEND casework"
over = 3
comment = [{on = 2026-06-30, says = "two posts filled"}]

[[measure]]
id = "health"
figure = {limit = "advice", share = "in_time", party = "medical"}

[[measure]]
id = "mainstream"
figure = {particular = "placement", value = "mainstream", of = "recorded"}

[[measure]]
id = "health_at_reviews"
figure = {event = "review_attended", of = "review_meeting_held", party = "health"}

[[measure]]
id = "audits_good"

[[action]]
id = "A1"
title = "Recruit"
serves = ["twenty_weeks"]
steps = [{on = 2026-03-01, rag = "amber", says = "advert out"}]

[[observation]]
measure = "audits_good"
on = 2026-06-30
numerator = 41
denominator = 50
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "plan.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_plan_is_read_from_a_path_and_out_of_a_dict(written):
    import tomllib

    plan = read_plan(written(WHOLE))
    assert plan == read_plan(tomllib.loads(WHOLE)) == read_plan(plan)
    assert [type(each.figure) for each in plan.measure] == [str, LimitShare, ParticularShare, EventShare, type(None)]
    assert plan.measure[0].baseline
    assert plan.measure[0].baseline.on == dt.date(2025, 3, 31)
    assert (plan.measure[1].amber, plan.measure[1].over, plan.measure[1].better) == (5.0, 1, "higher")
    assert plan.limits == {"advice"}
    assert plan.particulars == {"placement"}
    assert plan.events == {"review_attended", "review_meeting_held"}


@pytest.mark.parametrize(
    ("was", "is_now", "line", "said"),
    [
        ('better = "higher"', 'better = "up"', 8, "measure.0.better: it should be 'higher' or 'lower'"),
        ("over = 3", "over = 0", 13, "measure.0.over"),
        ("amber = 5", "amber = -1", 11, "measure.0.amber"),
        ("amber = 5", "ambre = 5", 11, "there is no such key; did you mean amber"),
        ('figure = "PC_plans_issued_20_weeks_ex"', 'figure = "pc_plans_20_weeks"', 7, "there is no measure called"),
        ("value = 37.4", 'value = "37.4"', 9, "valid number"),
        ("value = 37.4", "value = true", 9, "valid number"),
        ("on = 2025-03-31", "on = 0025-03-31", 9, "the year 25 cannot be meant"),
        ("on = 2025-03-31", "on = 2026-03-31", 5, "each after the baseline"),
        ("by = 2027-03-31", "by = 2026-03-31", 5, "each after the baseline"),
        ('limit = "advice"', 'limit = "advise"', 18, "there is no limit called 'advise'; did you mean"),
        ('share = "in_time"', 'share = "early"', 18, "measure.1.figure.share: it should be 'in_time', 'late' or"),
        (', share = "in_time"', "", 18, "measure.1.figure.share: this key is missing"),
        (
            'limit = "advice", ',
            "",
            18,
            "give a column of the measures, or a table with one of limit, particular, event",
        ),
        ('of = "recorded"', 'off = "recorded"', 22, "measure.2.figure.off: there is no such key"),
        ('event = "review_attended"', 'event = "review_attends"', 26, "there is no event called"),
        ('id = "health"', 'id = "twenty_weeks"', 17, "there are two called 'twenty_weeks'"),
        (
            'id = "health"',
            'id = "health advice"',
            17,
            "measure.1.id: write a name of letters, digits, _ . and -, that begins with a letter or digit",
        ),
        (
            'limit = "advice"',
            'event = "meeting_held", limit = "advice"',
            18,
            "measure.1.figure: give a column of the measures, or a table with one of limit, particular, event",
        ),
        ('of = "recorded"', 'of = "record"', 22, "measure.2.figure.of: it should be 'plans' or 'recorded'"),
        ('value = "mainstream"', "value = []", 22, "measure.2.figure.value: write one at least"),
        ('serves = ["twenty_weeks"]', 'serves = ["twenty_week"]', 34, "did you mean twenty_weeks"),
        ('rag = "amber"', 'rag = "yellow"', 35, "'green', 'amber', 'red' or 'blue'"),
        ('measure = "audits_good"', 'measure = "health"', 38, "health has a figure of its own"),
        ('measure = "audits_good"', 'measure = "audits"', 38, "did you mean audits_good"),
        ("denominator = 50", "", 37, "give numerator and denominator, or value"),
        ("denominator = 50", "denominator = 0", 41, "greater than 0"),
        ("numerator = 41", "numerator = 51", 37, "51 of 50: a part is at most the whole"),
        ("numerator = 41", "numerator = true", 40, "write a whole number, without quotes"),
        ("over = 3", "over = true", 13, "measure.0.over: write a whole number"),
        ("amber = 5", "amber = true", 11, "measure.0.amber: it should be a valid number"),
        ("on = 2025-03-31", "on = 0001-01-01", 9, "the year 1 cannot be meant; write 2026-03-02 or 02/03/2026"),
        ("on = 2025-03-31", "on = 1999-12-31", 9, "give a day from 2000-01-01 on (found 1999-12-31)"),
        ("on = 2026-06-30\nnum", "on = 20260630\nnum", 39, "it is not text; write 2026-03-02"),
        (
            "value = 37.4",
            "value = 374",
            9,
            "baseline.value: the figure is a share: give a number from 0 to 100 (found 374)",
        ),
        (
            "value = 90",
            "value = -1",
            10,
            "targets.1.value: the figure is a share: give a number from 0 to 100 (found -1)",
        ),
        (
            "targets = [{by = 2026-03-31, value = 60}, {by = 2027-03-31, value = 90}]",
            "targets = {by = 2026-03-31, value = 60}",
            10,
            "measure.0.targets: write a list: [{by = .., value = ..}]",
        ),
        (
            'serves = ["twenty_weeks"]',
            'serves = "twenty_weeks"',
            34,
            "action.0.serves: write a list, in square brackets",
        ),
        ('party = "health"}', 'party = "health", between = [0, -42]}', 26, "the smaller first: [-42, 0]"),
        (
            "comment = [",
            'comment = [{on = 2026-06-30, says = "none filled"}, ',
            14,
            "two of twenty_weeks on 2026-06-30",
        ),
        (
            "denominator = 50",
            'denominator = 50\n[[observation]]\nmeasure = "audits_good"\non = 2026-06-30\nvalue = 70',
            44,
            "observation.1.on: there are two of audits_good on 2026-06-30, and one can count: keep one",
        ),
        ("numerator = 41", "numerator = 41\nvalue = 82", 37, "give numerator and denominator, or value"),
        ('period = "month"', 'period = "week"', 3, "period"),
        ('period = "month"', 'period = "term"', 3, "say when the terms are"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(written, was, is_now, line, said):
    assert was in WHOLE
    with pytest.raises(PlanFileError) as wrong:
        read_plan(written(WHOLE.replace(was, is_now, 1)))
    assert said in str(wrong.value)
    assert (wrong.value.file, wrong.value.line) == ("plan.toml", line), str(wrong.value)


TERM = '[[term]]\nname = "{}"\nfrom = {}\nto = {}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "measure: this key is missing"),
        ("measure = []", "measure"),
        ('title = "x"\n[[measures]]\nid = "a"', "line 2, measures: there is no such key; it is measure that is mis"),
        ('[[measure]]\nid = "x"\nfigure = {limt = "advice", share = "in_time"}', "a table with one of limit"),
        (
            '[[measure]]\nid = "x"\nfigure = {limit = "advice", shares = "in_time"}',
            "line 3, measure.0.figure.shares: there is no such key; it is share that is missing",
        ),
        ('[measure]\nid = "x"', "measure: write [[measure]]"),
        ('[[measure]]\nid = "x"\nfigure = 5', "give a column of the measures, or a table with one of limit"),
        (
            '[[measure]]\nid = "x"\nfigure = "total_ehc_plans"\nbaseline = {on = 2026-01-01, value = -1}',
            "0 or more (found -1)",
        ),
        ('[[measure]]\ntitle = "x"', "measure.0.id: this key is missing"),
        ('[[measure]]\nid = "a"\n' + TERM.format("a", "2026-01-05", "2026-04-02"), 'for period = "term" alone'),
        (
            'period = "term"\n[[measure]]\nid = "a"\n'
            + TERM.format("a", "2026-01-05", "2026-04-02") + TERM.format("b", "2026-04-02", "2026-07-01"),
            "do not overlap",
        ),
        (
            'period = "term"\n[[measure]]\nid = "a"\n' + TERM.format("a", "2026-04-02", "2026-01-05"),
            "its last day is before its first",
        ),
        ("title = ", "it is not TOML"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_is_told(written, text, said):
    with pytest.raises(PlanFileError) as wrong:
        read_plan(written(text))
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    "figure",
    [
        "pc_plans_issued_20_weeks_ex",
        {"limit": "advice", "share": "in_time"},
        {"limit": "advice", "share": "late", "party": "medical"},
        {"particular": "placement", "value": "mainstream"},
        {"particular": "placement", "value": ["mainstream", "special"], "of": {"need": "ASD"}},
        {"event": "meeting_held", "of": "draft_plan_sent", "between": [0, 15]},
    ],
)
def test_a_figure_is_given_again_as_it_was_written(figure):
    plan = read_plan({"measure": [{"id": "a", "figure": figure}, {"id": "b"}]})
    assert [as_written(measure.figure) for measure in plan.measure] == [figure, None]


def test_a_plan_that_is_not_there_is_told_and_its_error_travels(tmp_path):
    with pytest.raises(PlanFileMissing, match=r"none\.toml") as missing:
        read_plan(tmp_path / "none.toml")
    assert missing.value.exit_code == 2
    with pytest.raises(PlanFileError, match=r"^\.: this is a directory"):
        read_plan(".")
    assert str(pickle.loads(pickle.dumps(missing.value))) == str(missing.value)


def test_a_local_target_is_a_limit_where_its_rulebook_has_it(tmp_path):
    from ehcp_flow.law import england, with_targets

    profile = tmp_path / "own.toml"
    profile.write_text(
        'title = "Our own targets"\n[[target]]\nid = "advice_in_five_weeks"\ntitle = "Have the advice"\n'
        'clock = "advice"\ncounting = "5 weeks after"\nact = "give the advice"\ndone_by = ["advice_received"]\n'
    )
    plan = {"measure": [{"id": "a", "figure": {"limit": "advice_in_five_weeks", "share": "in_time"}}]}
    with pytest.raises(PlanFileError, match="advice_in_five_weeks"):
        read_plan(plan)
    ours = with_targets(england(), profile)
    assert read_plan(plan, rulebook=ours).limits == {"advice_in_five_weeks"}
    column = {"measure": [{"id": "a", "figure": "pc_advice_in_five_weeks_target_in_time"}]}
    with pytest.raises(PlanFileError, match="there is no measure called 'pc_advice_in_five_weeks_target_in_time'"):
        read_plan(column)
    named = read_plan(column, rulebook=ours).measure[0].column
    assert named is not None
    assert named.base == "advice_in_five_weeks_target_in_time"
