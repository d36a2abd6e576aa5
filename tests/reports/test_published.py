import pytest

from ehcp_flow.errors import UnknownNameError
from ehcp_flow.reports.published_page import COUNTRY, YEARS, name_of, places, published, region_of


def test_an_authority_has_its_name_its_region_and_its_figures():
    row = published("885", 2024)
    assert row is not None
    assert (row.name, row.region, row.level) == ("Worcestershire", "West Midlands", "authority")
    assert (row.count("plans_issued_den"), row.percent("PC_plans_issued_20_weeks_ex")) == (1389, 37.4)
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
