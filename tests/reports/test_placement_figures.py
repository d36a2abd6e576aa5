"""The chart of where children with a plan are: from particulars alone, and no small number in it for publication."""

import pytest

from ehcp_flow.measures.suppression import HIDDEN
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import report_page
from ehcp_flow.reports.placement_figures import placements
from ehcp_flow.reports.showing import Showing
from tests.cli.running import invoke
from tests.measures.answers_made_up import told

KINDS = {"mainstream": 30, "special": 3, "independent": 9, "post16": 20}


def children(kinds):
    for kind, many in kinds.items():
        for number in range(many):
            placed = f"2023-09-04 particular_recorded particular=placement;value={kind}"
            yield told(f"{kind}{number}", "2022-03-01 request_received parent", placed, "2022-07-01 final_plan_sent")


@pytest.fixture(scope="module")
def placed():
    return overview(children(KINDS), "2025-06-30", only={"team": "North", "caseworker": ""})


def shown(seen, least):
    """Return the figures of 2024, by their heads, as the page goes through them: once before it is settled."""
    showing = Showing(least)
    placements(seen, showing)
    showing.settle()
    figure = placements(seen, showing)
    assert figure is not None
    return next(dict(zip(figure.columns, row, strict=True)) for row in figure.rows if row[0] == "2024")


def test_the_shares_are_those_of_the_plans_of_each_year(placed):
    row = shown(placed, 0)
    told_of = [row[name] for name in ("mainstream", "special", "independent", "post-16", "elsewhere")]
    assert told_of == ["48.4%", "4.8%", "14.5%", "32.3%", "0.0%"]
    assert row["kept in mainstream"] == "–", "there was no transfer"


def test_a_small_share_is_hidden(placed):
    row = shown(placed, 5)
    assert row["special"] == HIDDEN
    # How many have no placement on record is not printed: what is hidden has more than one value left.
    assert (row["mainstream"], row["independent"]) == ("48.4%", "14.5%")
    page = report_page(placed, suppress=5)
    assert "Where children with a plan are" in page
    assert "4.8%" not in page.partition("Where children with a plan are")[2].partition("</figure>")[0]


def test_the_page_has_the_chart_where_placements_are_recorded_and_says_what_it_was_chosen_by(placed):
    page = report_page(placed)
    assert "Where children with a plan are, by year" in page
    assert "from 62 cases, only those with team North and caseworker not recorded." in page
    bare = report_page(overview([told("a", "2022-03-01 request_received parent")], "2025-06-30"))
    assert "Where children with a plan are" not in bare
    assert "only those with" not in bare


@pytest.mark.parametrize("door", ["one", "many"])
def test_a_report_of_some_cases_has_them_on_the_page_and_in_the_workbook(tmp_path, door):
    html = tmp_path / "r.html"
    args = ("report", "examples/placements.csv", "--as-of", "2026-06-30", "--html", html)
    assert invoke(*args, "--only", "placement=Special", door=door).exit_code == 0
    page = html.read_text("utf-8")
    assert "from 3 cases, only those with placement Special" in page
    wrong = invoke(*args, "--only", "placement=boarding", door=door)
    assert (wrong.exit_code, "there are" in wrong.stderr) == (2, True)
