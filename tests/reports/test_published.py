import datetime as dt

import pytest

from ehcp_flow.errors import SourceError, UnknownNameError
from ehcp_flow.measures import catalogue, percent
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import report_page
from ehcp_flow.reports.page_figures import figures
from ehcp_flow.reports.published_page import COUNTRY, YEARS, name_of, places, published, published_figures, region_of
from ehcp_flow.reports.showing import Showing
from ehcp_flow.reports.verdict import headlines
from tests.cli.running import invoke
from tests.measures.answers_made_up import plan


def test_an_authority_has_its_name_its_region_and_its_figures():
    row = published("885", 2024)
    assert row is not None
    assert (row.name, row.region, row.level) == ("Worcestershire", "West Midlands", "authority")
    assert (row.count("plans_issued_den"), row.percent("pc_plans_issued_20_weeks_ex")) == (1389, 37.4)
    assert (name_of("885"), region_of("885")) == ("Worcestershire", "West Midlands")
    assert name_of("801") == "Bristol, City of"


def test_what_was_not_published_is_none():
    row = published(COUNTRY, 2019)
    assert row is not None
    assert (row.count("plans_issued_gt_1_year"), row.percent("pc_decsion_4weeks"), row.count("nothing")) == (None,) * 3
    assert published("999", 2024) is None
    assert (name_of("999"), region_of("999")) == ("999", None)


def test_every_year_has_the_country_and_nine_regions():
    for year in YEARS:
        levels = [row.level for place in places(year) if (row := published(place, year)) is not None]
        assert (levels.count("country"), levels.count("region")) == (1, 9)
        assert levels.count("authority") >= 150


def test_a_year_without_tables_is_refused():
    with pytest.raises(UnknownNameError, match="2030"):
        places(2030)


HEAD = (
    "time_period,time_identifier,geographic_level,country_name,region_name,old_la_code,la_name,breakdown_topic,"
    "breakdown,"
)
WEST = "2025,Calendar year,Local authority,England,West Midlands,885,Worcestershire,All EHC plans,All EHC plans"
OWN = f"""{HEAD}plans_issued_den,plans_issued_den_ex,pc_plans_issued_within_20_weeks,pc_plans_issued_20_weeks_ex
2025,Calendar year,National,England,,,,All EHC plans,All EHC plans,102203,95411,45.5,46.1
2025,Calendar year,National,England,,,,Sex,Female,1,1,99.9,99.9
2025,Calendar year,Regional,England,West Midlands,,,All EHC plans,All EHC plans,x,x,x,x
{WEST},1565,1548,66.1,66.1
"""
"""Rows of the release of 2026, in the form in which the Department gives its files for download."""


@pytest.mark.parametrize(
    ("as_of", "year"),
    [("2020-06-29", None), ("2020-06-30", 2019), ("2023-06-29", 2021), ("2023-06-30", 2022), ("2024-06-30", 2023),
     ("2025-06-30", 2024), ("2030-01-01", 2024)],
)  # fmt: skip
def test_what_stands_beside_is_what_was_out_by_the_day_and_the_newest(as_of, year):
    seen = overview([plan("a", "2019-01-02", "2019-05-02")], as_of)
    assert seen.published.last_year(dt.date.fromisoformat(as_of)) == year
    line = headlines(seen)[0]
    row = None if year is None else published(COUNTRY, year)
    assert line.country.now == ("" if row is None else f"{row.percent(line.column)}%")
    page = report_page(seen)
    said = f"As published for {year}" if year else "Nothing was published that could stand beside it by this day"
    assert said in page
    trend = figures(seen, Showing())[0]
    shown = [int(row[0].removesuffix(" so far")) for row in trend.rows if row[3] != "–"]
    assert trend.columns[3] == COUNTRY
    assert shown == [each for each in range(int(as_of[:4]) - 5, int(as_of[:4]) + 1) if YEARS[0] <= each <= (year or 0)]


def test_a_file_of_the_departments_own_goes_before_and_only_from_its_day(tmp_path):
    path = tmp_path / "timeliness_20_week.csv"
    path.write_text(OWN, encoding="utf-8-sig")
    loaded = published_figures().with_files([path])
    row, country, region = (loaded.of(place, 2025) for place in ("885", COUNTRY, "West Midlands"))
    assert row is not None
    assert country is not None
    assert region is not None
    assert (row.count("plans_issued_den"), row.percent("pc_plans_issued_20_weeks_ex"), row.name) == (
        1565, 66.1, "Worcestershire",
    )  # fmt: skip
    assert country.percent("pc_plans_issued_20_weeks_ex") == 46.1, "and no breakdown"
    assert region.count("plans_issued_den") is None
    assert loaded.of("885", 2024) == published("885", 2024)
    case = plan("a", "2025-01-02", "2025-05-02")
    for as_of, now, before in (("2026-06-29", "37.4%", "27.7%"), ("2026-06-30", "66.1%", "37.4%")):
        line = headlines(overview([case], as_of, published_files=[path]))[0]
        assert (line.own.now, line.own.before) == (now, before)


WORCESTERSHIRE = "Local authority,England,West Midlands,885,Worcestershire"
ENGLAND = "National,England,,,"
IN_2025 = {
    ("annual_reviews", ENGLAND): (
        "total_ehc_plans 718838 review_expected_2025 596987 review_completed_2025 339027 "
        "review_completed_prior_2025 100079 review_not_completed 157881 outcome_amended 199980 outcome_ceased 3300 "
        "outcome_maintained 120460 no_outcome_recorded 15287 decision_4_weeks 161396 decision_over_4_weeks 177631"
    ),
    ("annual_reviews", WORCESTERSHIRE): (
        "total_ehc_plans 8276 review_expected_2025 6526 review_completed_2025 4727 review_completed_prior_2025 965 "
        "review_not_completed 834 decision_4_weeks 3894 decision_over_4_weeks 833"
    ),
    ("assessments", ENGLAND): (
        "assess_in_year 118821 assess_issued 111243 assess_not_issued 7161 outcome_decision_within_time 2673 "
        "outcome_decision_over_time 4478 outcome_decision_within_time_pc 37.4 number_assess_mediation 2444 "
        "number_assess_tribunal 1712 number_asssess_mediation_tribunal 522 number_other_mediation 2094 "
        "number_other_tribunal 3722 number_other_mediation_tribunal 599"
    ),
    ("requests", WORCESTERSHIRE): (
        "requests_received_in_year 1973 requests_decided_to_assess 1548 requests_decided_not_to_assess 297 "
        "requests_decision_not_made 119 requests_withdrawn 9 request_outcome_six_weeks 1912 "
        "request_outcome_over_6_weeks 27 request_outcome_six_weeks_pc 98.6 mediation_related_request 57 "
        "tribunal_related_request 14 tribunal_after_mediation_request 9"
    ),
}  # fmt: skip
"""Rows of the release of 2026, of the calendar year 2025: what all columns are together."""
SUMS = {
    "review_expected": ("review_completed", "review_completed_prior", "review_not_completed"),
    "review_completed": ("decision_4_weeks", "decision_over_4_weeks"),
    "requests_received_in_year": ("requests_decided_to_assess", "requests_decided_not_to_assess",
                                  "requests_decision_not_made", "requests_withdrawn"),
}  # fmt: skip
"""What adds up in every published row, and so in ours (tests/measures/test_columns.py)."""


@pytest.mark.parametrize(("table", "place"), IN_2025)
def test_the_rows_of_2025_are_read_and_add_up_as_the_catalogue_says(table, place, tmp_path):
    told = IN_2025[table, place].split()
    printed = dict(zip(told[::2], told[1::2], strict=True))
    path = tmp_path / f"{table}.csv"
    path.write_text(
        f"{HEAD}{','.join(printed)}\n2025,Calendar year,{place},All,All {table},{','.join(printed.values())}\n"
    )
    row = published_figures().with_files([path]).of("885" if "885" in place else COUNTRY, 2025)
    assert row is not None
    assert sorted(row.figures.values()) == sorted(printed.values()), "each under a name of the catalogue"
    assert {catalogue().columns[name].name_in(2025, 2026) for name in row.figures} == set(printed)
    for name in row.figures:
        column = catalogue().columns[name]
        counts = [row.count(part) for part in SUMS.get(name, ())]
        assert not counts or row.count(name) == sum(each for each in counts if each is not None)
        if column.kind == "percent":
            part, *whole = (row.count(each) for each in (column.base, *column.over))
            assert part is not None
            assert row.percent(name) == percent(part, sum(each for each in whole if each is not None))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case_id,event,on\na,request_received,2025-01-01\n", "it has no column time_period"),
        (OWN.replace("2025,Calendar year,National", "202425,Academic year,National"), "'202425' is no calendar year"),
    ],
)
def test_a_file_that_is_none_of_the_departments_is_refused(tmp_path, text, said):
    path = tmp_path / "file.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        published_figures().with_files([path])


def test_a_file_can_be_given_at_the_command_line(tmp_path):
    source, path = tmp_path / "cases.csv", tmp_path / "timeliness.csv"
    source.write_text(
        "case_id,event,on,authority\na,request_received,2025-09-01,885\na,final_plan_sent,2026-01-05,885\n"
    )
    path.write_text(OWN)
    args = ("report", source, "--html", tmp_path / "page.html", "--as-of", "2026-09-30")
    assert invoke(*args, "--published-file", path).exit_code == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "As published for 2025" in page
    assert "66.1%" in page
    assert invoke(*args, "--published-file", source).exit_code == 4
    assert invoke(*args, "--published-file", tmp_path / "none.csv").exit_code == 2


@pytest.mark.parametrize(("as_of", "quoted"), [("2023-06-30", False), ("2025-06-29", False), ("2025-06-30", True)])
def test_the_definitions_of_a_page_quote_what_was_published_by_its_day(as_of, quoted):
    page = report_page(overview([plan("a", "2022-01-03", "2022-05-02")], as_of))
    assert ("139,934 requests" in page) is quoted
    assert "The base is not the requests received in the period." in page
    assert ("In 2024" in page) is quoted
