"""The plans of one authority: each gives figures, and the page says of each row which measure carries it."""

import datetime as dt
import re
from pathlib import Path

import pytest

from ehcp_flow.case import group_cases
from ehcp_flow.measures.catalogue import catalogue
from ehcp_flow.measures.plan_file import read_plan
from ehcp_flow.measures.scorecard import scorecard
from ehcp_flow.readers import read_cases
from ehcp_flow.synth import synth

FOLDER = Path(__file__).parents[2] / "examples" / "worcestershire"
PLANS = {"wsoa-2018": dt.date(2019, 3, 31), "app-2022": dt.date(2023, 3, 31), "scrutiny-2023": dt.date(2023, 8, 31)}
NOT_MADE_UP = {"youth_justice_advice"}
"""What no case has that `synth` makes up: it has a few of its own, in `youth-justice.csv`."""


@pytest.fixture(scope="module")
def caseload():
    return group_cases(synth(250, 885, authority="885", as_of=dt.date(2023, 8, 31), particulars=True))


@pytest.mark.parametrize("name", PLANS)
def test_every_measure_of_a_plan_has_a_figure(caseload, name):
    card = scorecard(caseload, FOLDER / f"{name}.toml", as_of=PLANS[name])
    assert {row.measure.id for row in card.rows if row.figure.value is None} <= NOT_MADE_UP
    assert {action["rag"] for action in card.actions} <= {"green", "amber", "red", "blue"}
    assert all(row.measure.id not in NOT_MADE_UP or row.measure.targets[0].value == 90 for row in card.rows)


def test_the_youth_justice_service_is_held_to_ninety_per_cent():
    card = scorecard(read_cases(FOLDER / "youth-justice.csv"), FOLDER / "wsoa-2018.toml", as_of="2019-03-31")
    (row,) = (row for row in card.rows if row.measure.id in NOT_MADE_UP)
    assert (row.figure.numerator, row.figure.denominator, row.line, row.rag) == (3, 4, 90.0, "red")
    (red,) = (red for red in card.reds if red.row is row)
    assert [(lost.case_id, lost.days) for lost in red.cases] == [("Y-3", 14)]


def test_who_took_part_is_counted_term_by_term():
    card = scorecard(read_cases(FOLDER / "reviews.csv"), FOLDER / "took-part.toml", as_of="2023-06-30")
    assert [(row.figure.numerator, row.figure.denominator) for row in card.rows] == [(2, 5), (3, 5), (2, 5), (2, 4)]
    assert [each["value"] for each in card.rows[0].series] == [100.0, 40.0]


def test_the_page_names_every_figure_of_the_plans_and_none_that_there_is_not():
    page = (FOLDER / "README.md").read_text("utf-8")
    table = page[page.index("| row of the documents |") :]
    named = {name for name in re.findall(r"`([a-z0-9_]+)`", table) if name in catalogue().columns}
    plans = [read_plan(path) for path in sorted(FOLDER.glob("*.toml"))]
    used = {each.figure for plan in plans for each in plan.measure if isinstance(each.figure, str)}
    assert len(plans) == 4
    assert named == used
    assert {path.name for path in FOLDER.glob("*.toml")} <= set(re.findall(r"`([a-z0-9-]+\.toml)`", page))
