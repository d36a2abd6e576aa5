"""The catalogue, and the pages that are made from it."""

import datetime as dt
import re
from pathlib import Path

import pytest

from docs.measures.make_pages import HERE, main, pages
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FACT_TYPES, OUTCOMES
from ehcp_flow.law.loader import england
from ehcp_flow.measures import catalogue
from ehcp_flow.measures import measure as measured
from ehcp_flow.measures.catalogue import measure_of, was_published
from ehcp_flow.measures.figures import FIGURES, ORDERED
from tests.measures.answers_made_up import told

OUT = dt.date(2025, 6, 30)
ONE_DAY = dt.timedelta(days=1)
HEADS = Path(__file__).parents[2] / "ehcp_flow" / "reports" / "data" / "dfe.csv"


def test_every_published_column_is_in_the_catalogue_under_its_own_name():
    head = next(line for line in HEADS.read_text("utf-8").splitlines() if line.startswith("year,"))
    published = set(head.split(",")[5:])
    ours = {column.name_in(2024, 2025) for column in catalogue().columns.values()}
    assert published - ours == set()
    marked = {column.name_in(2024, 2025) for column in catalogue().columns.values() if column.dfe}
    assert marked - published == OF_2026


OF_2026 = {
    *("avg_weeks_issue_plan", "avg_weeks_issue_plan_exc", "number_plans", "due_24", "due_25", "final_24", "final_25"),
    *("review_completed", "review_completed_prior", "review_not_completed", "decision_4_weeks"),
    *("outcome_amended", "outcome_ceased", "outcome_maintained", "no_outcome_recorded", "decision_over_4_weeks"),
}
"""What the release of 2026 has and that of 2025 has not, in a table of 2024."""


def test_every_measure_says_what_it_counts_by_which_day_and_from_where():
    for measure in catalogue().measures.values():
        assert measure.definition.endswith(".")
        assert measure.year_by
        assert measure.source
        assert measure.traps
        assert measure.columns


FIGURE = re.compile(r"\b(?:in|of|England) (20\d\d)\b|\(.* in (20\d\d)\)|June (20\d\d)")


def test_a_trap_that_quotes_published_figures_says_of_which_year_they_are():
    """The day from which it is told follows from it: a page of 2023 quotes nothing that came out later."""
    for measure in catalogue().measures.values():
        quoted = dict(measure.quoted)
        assert set(quoted) <= set(measure.traps)
        for trap in measure.traps:
            assert trap in quoted or "England" not in trap or not FIGURE.search(trap), trap
    bands = catalogue().measures["twenty_weeks_bands"]
    told = {day: [trap for trap in bands.traps_by(day) if "639" in trap] for day in (OUT - ONE_DAY, OUT)}
    assert [len(traps) for traps in told.values()] == [0, 1]
    assert was_published(2024, OUT)
    assert not was_published(2024, OUT - ONE_DAY)


def test_an_explanation_quotes_what_was_published_by_the_day_asked():
    cases = [told("a", "2022-01-03 request_received parent", "2022-05-02 final_plan_sent")]
    asked = {day: measured(cases, year=2022, by=(), as_of=day) for day in (OUT - ONE_DAY, OUT)}
    said = {day: str(table.explain(0, "exceptions")) for day, table in asked.items()}
    assert ["England 2024" in each for each in said.values()] == [False, True]
    assert all("Beware: An exception" in each for each in said.values()), "the rest is told on any day"


def test_a_source_that_the_catalogue_does_not_have_is_named():
    row = {"id": "plans", "title": "", "group": "", "definition": "", "year_by": "", "source": "SEN3"}
    with pytest.raises(UnknownNameError, match="there is no source called 'SEN3'; did you mean SEN2"):
        measure_of(row, {"SEN2": "the SEN2 return"})


def test_every_figure_counts_something_that_there_is():
    known = {*(limit.root for limit in england().limits.values()), *FACT_TYPES, ORDERED}
    known |= {f"{event} {outcome}" for event, outcomes in OUTCOMES.items() for outcome in outcomes}
    assert {figure.of for figure in FIGURES if isinstance(figure.of, str)} - known == set()


def test_a_name_is_found_in_any_case_and_a_measure_gives_its_percentage():
    assert catalogue().column("PC_plans_issued_20_weeks_ex").name == "pc_plans_issued_20_weeks_ex"
    assert catalogue().column("review_four_weeks").name == "pc_decsion_4weeks"
    assert catalogue().column("plans").name == "total_ehc_plans"
    with pytest.raises(UnknownNameError, match="did you mean"):
        catalogue().column("pc_decision_4weeks")


def test_the_pages_are_those_of_the_catalogue():
    for name, text in pages().items():
        assert (HERE / name).read_text("utf-8") == text, "run: python docs/measures/make_pages.py"
    index = (HERE / "README.md").read_text("utf-8")
    assert all(f"({name})" in index for name in pages())


def test_the_pages_are_written_by_their_command(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("docs.measures.make_pages.HERE", tmp_path)
    main()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(pages())
    assert "six_weeks.md" in capsys.readouterr().out
