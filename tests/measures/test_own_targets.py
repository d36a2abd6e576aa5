"""An authority's own targets among the measures: of what fell due by them, the share done in time, by every door."""

import datetime as dt

import pytest

from ehcp_flow import bulk
from ehcp_flow.answers import answer
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.law import england, with_targets
from ehcp_flow.measures import measure
from ehcp_flow.measures.catalogue import catalogue, catalogue_of, target_columns
from ehcp_flow.measures.plan_file import read_plan
from ehcp_flow.measures.scorecard import Scorecard, scorecard
from ehcp_flow.readers import write_facts
from ehcp_flow.synth import synth
from tests.cli.running import invoke, rows_of
from tests.measures.answers_made_up import told

D = dt.date
PROFILE = """
title = "Our own targets"

[[target]]
id = "advice_in_five_weeks"
title = "Have the advice after five weeks"
clock = "advice"
counting = "5 weeks after"
act = "give the advice"
done_by = ["advice_received"]

[[target]]
id = "draft_in_week_14"
title = "Send the draft in week 14"
clock = "request"
counting = "14 weeks after"
act = "send the draft"
done_by = ["draft_plan_sent"]
lapses_on = ["plan_refused"]
"""
DUE, IN_TIME, SHARE = target_columns("draft_in_week_14")


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    path = tmp_path_factory.mktemp("targets") / "ours.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ours(profile):
    return with_targets(england(), profile)


@pytest.fixture(scope="module")
def caseload(tmp_path_factory):
    path = tmp_path_factory.mktemp("council") / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_facts(synth(120, 8, authority="885", as_of=D(2026, 6, 30)), file)
    return path


REQUEST = "2026-02-02 request_received parent"  # week 14 ends on 11 May


@pytest.mark.parametrize(
    ("further", "as_of", "counts"),
    [
        (["2026-05-10 draft_plan_sent"], D(2026, 6, 30), (1, 1, 100.0)),
        (["2026-05-11 draft_plan_sent"], D(2026, 6, 30), (1, 1, 100.0)),
        (["2026-05-12 draft_plan_sent"], D(2026, 6, 30), (1, 0, 0.0)),
        ([], D(2026, 5, 12), (1, 0, 0.0)),
        ([], D(2026, 5, 11), (0, 0, "x")),
        # Done before its day is come: it has not fallen due.
        (["2026-05-04 draft_plan_sent"], D(2026, 5, 10), (0, 0, "x")),
        (["2026-05-04 draft_plan_sent"], D(2026, 5, 11), (1, 1, 100.0)),
        # It fell away, before its day and after it.
        (["2026-05-11 request_withdrawn"], D(2026, 6, 30), (0, 0, "x")),
        (["2026-05-12 request_withdrawn"], D(2026, 6, 30), (1, 0, 0.0)),
        (["2026-05-01 plan_refused"], D(2026, 6, 30), (0, 0, "x")),
    ],
)  # fmt: skip
def test_what_fell_due_by_a_target_is_in_time_or_not(ours, further, as_of, counts):
    case = told("a", REQUEST, "2026-03-02 assessment_agreed", *further)
    (row,) = measure([case], year="2026-05", by=(), as_of=as_of, rulebook=ours)
    assert tuple(row[name] for name in (DUE, IN_TIME, SHARE)) == counts
    (over_columns,) = bulk.measure([case], as_of, year="2026-05", by=(), rulebook=ours)
    assert over_columns == row
    figures = ({"limit": "draft_in_week_14", "share": "in_time"}, SHARE, SHARE.upper())
    plan = read_plan({"measure": [{"id": f"m{at}", "figure": each} for at, each in enumerate(figures)]}, rulebook=ours)
    card, columns = Scorecard(plan, as_of), Scorecard(plan, as_of)
    card.add(answer(case, as_of, rulebook=ours))
    for each in bulk.Answers([case], as_of=as_of, rulebook=ours):
        columns.add(each)
    for board in (*card.rows, *columns.rows):
        may = next(each for each in board.series if each["period"] == "2026-05")
        assert (may["denominator"], may["numerator"], may["value"]) == (
            counts[0], counts[1], None if counts[2] == "x" else counts[2],
        )  # fmt: skip
    assert card.rows[1].title == "Share in time of the own target: send the draft in week 14"


def test_a_red_target_of_ones_own_opens_its_cases(ours):
    case = told("a", REQUEST, "2026-03-02 assessment_agreed", "2026-05-12 draft_plan_sent")
    plan = {"measure": [{"id": "a", "figure": SHARE, "targets": [{"by": D(2026, 5, 31), "value": 90}]}]}
    (red,) = scorecard([case], plan, as_of="2026-05-31", rulebook=ours).reds
    assert (red.failing, [lost.case_id for lost in red.cases]) == (1, ["a"])


def test_every_share_of_a_caseload_is_that_of_the_scorecard_by_every_door(ours, profile, caseload):
    on = ("--as-of", "2026-06-30")
    asked = ("--profile", profile, "--year", "2025", "--measure", "advice_in_five_weeks", "--measure", SHARE)
    doors = [
        rows_of(invoke("measures", caseload, *asked, *on, "--format", "csv", door=door).stdout, "csv")
        for door in ("one", "many")
    ]
    assert doors[0] == doors[1]
    plan = {
        "period": "year",
        "measure": [
            {"id": target, "figure": {"limit": target, "share": "in_time"}}
            for target in ("advice_in_five_weeks", "draft_in_week_14")
        ],
    }
    from ehcp_flow.readers import read_cases

    card = scorecard(read_cases(caseload), plan, as_of="2026-06-30", rulebook=ours)
    shares = [next(each for each in row.series if each["period"] == "2025") for row in card.rows]
    (row,) = doors[0]
    assert [row[target_columns(each.measure.id)[2]] for each in card.rows] == [str(each["value"]) for each in shares]
    assert int(row["advice_in_five_weeks_target_due"]) == shares[0]["denominator"] > 50


def test_a_target_of_advice_goes_by_adviser_and_no_other_does(ours, caseload):
    table = bulk.measure(caseload, "2026-06-30", year=2025, by=("adviser",), rulebook=ours)
    row = next(each for each in table if each["adviser"] == "psychological")
    assert row["advice_in_five_weeks_target_due"] > 0
    assert row[SHARE] == "x"


def test_few_are_hidden_with_the_share_that_would_tell_them(ours):
    case = told("a", REQUEST, "2026-03-02 assessment_agreed", "2026-05-12 draft_plan_sent")
    table = measure([case], year="2026-05", by=(), as_of="2026-06-30", rulebook=ours)
    (row,) = table.suppressed(5, [DUE, IN_TIME, SHARE])
    assert [row[name] for name in (DUE, IN_TIME, SHARE)] == ["c", "c", "c"]


def test_without_a_profile_there_is_no_such_figure(ours, profile, caseload):
    assert catalogue_of(england()) is catalogue_of(None) is catalogue()
    assert not [name for name in catalogue().columns if "_target_" in name]
    with pytest.raises(UnknownNameError):
        catalogue().column(SHARE)
    assert catalogue_of(ours).column("draft_in_week_14").name == SHARE
    refused = invoke("measures", caseload, "--measure", SHARE, "--as-of", "2026-06-30")
    assert refused.exit_code == 2
    listed = rows_of(invoke("measures", caseload, "--catalogue", "--profile", profile, "--format", "csv").stdout, "csv")
    assert [row["measure"] for row in listed[-2:]] == ["advice_in_five_weeks", "draft_in_week_14"]


def test_a_star_has_the_figures_of_a_profile_too(ours, caseload):
    told_of = bulk.tables(caseload, "2026-06-30", rulebook=ours, refused=[])["measures"]
    assert {DUE, IN_TIME, SHARE} <= set(told_of["column"].to_list())
