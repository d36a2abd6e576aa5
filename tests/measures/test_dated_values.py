"""A figure is grouped by what held on the day of the act, or of the stock: from any order of rows, a store, columns."""

import datetime as dt
import itertools
from typing import Any

import pytest

from ehcp_flow import bulk
from ehcp_flow.case import Case
from ehcp_flow.cli.further import stored_values
from ehcp_flow.facts import make_fact
from ehcp_flow.measures import measure, read_extra
from ehcp_flow.measures.dated_values import DatedValues, particular_values
from ehcp_flow.readers import read_cases, read_facts
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_facts

HEADER = "case_id,authority,event,on,party,outcome,placement"
ROWS = (
    "a,885,request_received,2022-09-05,school,,early_years",
    "a,885,assessment_agreed,2022-10-10,,,early_years",
    "a,885,final_plan_sent,2023-01-20,,,mainstream",
    "a,885,review_meeting_held,2023-05-20,,,mainstream",
    "a,885,review_decision_sent,2023-06-01,,amend,",
    "a,885,amended_plan_sent,2023-06-20,,,special",
)
ORDERS = [ROWS, ROWS[::-1], *itertools.islice(itertools.permutations(ROWS), 100, 700, 150)]
HELD = {
    "2022-09-04": None, "2022-09-05": "early_years", "2023-01-19": "early_years", "2023-01-20": "mainstream",
    "2023-06-19": "mainstream", "2023-06-20": "special", "2030-01-01": "special",
}  # fmt: skip
ASKED: dict[str, Any] = {"year": (2022, 2023), "by": ("placement", "year"), "as_of": "2024-01-31"}


def counted(table):
    columns = ("requests_received_in_year", "plans_issued_den")
    return {(row["placement"], row["year"]): tuple(row[name] for name in columns) for row in table.rows}


RIGHT = {
    ("early_years", "2022"): (1, 0), ("early_years", "2023"): (0, 0), ("mainstream", "2022"): (0, 0),
    ("mainstream", "2023"): (0, 1), ("special", "2022"): (0, 0), ("special", "2023"): (0, 0),
}  # fmt: skip


@pytest.mark.parametrize("rows", ORDERS, ids=range(len(ORDERS)))
def test_the_day_of_the_act_decides_in_any_order_of_rows_from_file_store_and_columns(tmp_path, rows):
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    cases, extra = read_cases(path), read_extra(path)
    for on, kind in HELD.items():
        day = dt.date.fromisoformat(on)
        assert cases["a"].particular("placement", day) == kind
        assert extra.value("a", "placement", day) == kind
    assert counted(measure(cases, **ASKED)) == RIGHT
    assert counted(measure(cases, extra=extra, **ASKED)) == RIGHT
    assert counted(bulk.measure(path, extra=extra, **ASKED)) == RIGHT
    with Store.open("memory:") as store:
        assert import_facts(store, read_facts(path).entries()).taken == len(ROWS) + 3
        stored = store.case("a").case
        assert [stored.particular("placement", dt.date.fromisoformat(on)) for on in HELD] == list(HELD.values())
        assert counted(bulk.measure(store, extra=stored_values(store.blocks()), **ASKED)) == RIGHT


def test_only_leaves_what_had_the_value_on_its_day_in_both_doors(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([HEADER, *ROWS, ""]), "utf-8")
    asked: dict[str, Any] = {**ASKED, "by": ("year",), "extra": read_extra(path), "only": {"placement": "Mainstream"}}
    for table in (measure(read_cases(path), **asked), bulk.measure(path, **asked)):
        told = [(row["year"], row["requests_received_in_year"], row["plans_issued_den"]) for row in table.rows]
        assert told == [("2022", 0, 0), ("2023", 0, 1)]


def test_a_school_year_goes_by_the_day_of_the_act():
    case = Case(
        "a",
        (
            make_fact("date_of_birth", case_id="a", on="2015-03-01"),
            make_fact("request_received", case_id="a", on="2025-08-31"),
            make_fact("request_received", case_id="a", on="2025-10-01"),
        ),
    )
    for table in (
        measure([case], year=2025, by=("school_year",), as_of="2026-06-30"),
        bulk.measure([case], "2026-06-30", year=2025, by=("school_year",)),
    ):
        assert "5" in {row["school_year"] for row in table.rows}


@pytest.mark.parametrize("birthday", [(2014, 6, 1), (2012, 2, 29), (2014, 1, 1), (2014, 12, 31)])
@pytest.mark.parametrize("by", ["age", "school_year"])
def test_an_age_goes_by_the_day_of_the_act_in_both_doors(birthday, by):
    born = dt.date(*birthday)
    days = [dt.date(2025, month, day) for month in (1, 2, 3, 5, 6, 8, 9, 12) for day in (1, 28)]
    told = [make_fact("request_received", case_id="a", on=day) for day in (*days, dt.date(2025, 5, 31))]
    case = Case("a", (make_fact("date_of_birth", case_id="a", on=born), *told))
    one = measure([case], year=2025, by=(by,), as_of="2026-06-30")
    many = bulk.measure([case], "2026-06-30", year=2025, by=(by,))
    assert [dict(row) for row in many] == [dict(row) for row in one]
    if birthday == (2014, 6, 1) and by == "age":
        assert {row["age"] for row in one} == {"5 to 10", "11 to 15"}


def test_an_end_leaves_nothing_and_a_label_holds_throughout():
    told = make_fact(
        "particular_recorded", case_id="a", on="2024-01-01", until="2024-01-31", particular="team", value="North"
    )
    values = particular_values([Case("a", (told,))])
    days = [dt.date(2023, 12, 31), dt.date(2024, 1, 31), dt.date(2024, 2, 1)]
    assert [values.value("a", "team", day) for day in days] == [None, "North", None]
    assert [values.on(day) for day in days] == [{"a": {}}, {"a": {"team": "North"}}, {"a": {}}]
    labels = DatedValues({"a": {"area": "1"}})
    assert labels.value("a", "area", days[0]) == "1"
    assert labels.value("b", "area", days[0]) is None


def test_a_label_is_that_of_the_latest_day_and_a_cell_that_is_no_such_particular_stays_one(tmp_path):
    path = tmp_path / "cases.csv"
    lines = [
        "case_id,event,on,area,need",
        "a,plan_agreed,2024-03-01,South,Autism",
        "a,request_received,2024-01-01,North,ASD",
    ]
    path.write_text("\n".join([*lines, ""]), "utf-8")
    extra = read_extra(path)
    assert extra.labels["a"] == {"area": "South", "need": "Autism"}
    assert extra.value("a", "need", dt.date(2024, 2, 1)) == "ASD"
    assert [said.partition(":")[0] for said in extra.warnings] == ["need", "area"]
    assert read_cases(path).warnings == (
        f"{path}: ignored unknown columns: area (did you mean reason?)",
        f"{path}: need: 1 cell holds what is none, such as 'Autism'; kept as labels without a day",
    )
