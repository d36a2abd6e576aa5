"""What was overdue when it fell away, by every door: a breach, on no list of work."""

import icalendar
import pytest

from ehcp_flow.answers import answer
from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.readers import read_cases
from ehcp_flow.reports.case_page import case_page
from ehcp_flow.store import Store
from tests.cli.running import invoke, rows_of

AS_OF = ("--as-of", "2026-12-01")
FACTS = """case_id,event,on,party,outcome,authority
ordered,final_plan_sent,2025-03-10,,,885
ordered,review_decision_sent,2025-11-01,,maintain,
ordered,tribunal_order_made,2025-12-01,,amend,
ordered,plan_ceased,2026-07-31,,,
asked,request_received,2026-01-05,parent,,885
asked,assessment_agreed,2026-02-16,,,
asked,advice_requested,2026-02-17,medical,,
asked,request_withdrawn,2026-05-26,,,
moving,final_plan_sent,2025-03-10,,,885
moving,review_decision_sent,2025-06-01,,maintain,
moving,phase_transfer_due,2026-09-02,,school,
moving,plan_transferred_out,2026-05-31,,,
"""
OVERTAKEN = {
    ("ordered", "order_amend"): ("2026-01-05", 207, "2026-07-31", True),
    ("asked", "final_plan"): ("2026-05-25", 1, "2026-05-26", True),
    ("asked", "advice"): ("2026-03-31", 56, "2026-05-26", True),
    ("asked", "decide_issue"): ("2026-04-27", 29, "2026-05-26", False),
    ("moving", "phase_transfer"): ("2026-02-14", 106, "2026-05-31", True),
}


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text(FACTS, encoding="utf-8")
    return path


def overtaken(rows):
    return {
        (row["case_id"], row["limit"]): (
            str(row["due_on"]),
            int(row["days_over"]),
            str(row["ended_on"]),
            row["breach"] in (True, "true"),
        )
        for row in rows
        if row["status"] == "overtaken"
    }


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_check_and_the_register_of_breaches_keep_it(source, door, form):
    said = rows_of(invoke("check", source, *AS_OF, "--format", form, door=door).stdout, form)
    assert overtaken(said) == OVERTAKEN
    breaches = rows_of(invoke("breaches", source, *AS_OF, "--format", form, door=door).stdout, form)
    assert overtaken(breaches) == {key: value for key, value in OVERTAKEN.items() if value[-1]}
    chosen = invoke("check", source, *AS_OF, "--status", "overtaken", "--format", form, door=door).stdout
    assert overtaken(rows_of(chosen, form)) == OVERTAKEN
    assert len(rows_of(chosen, form)) == len(OVERTAKEN)


def test_a_frame_and_a_store_say_the_same(source, tmp_path):
    assert overtaken(deadlines_frame(source, "2026-12-01").iter_rows(named=True)) == OVERTAKEN
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("import", source, "--store", url).exit_code == 0
    with Store.open(url) as store:
        assert overtaken(deadlines_frame(store, "2026-12-01").iter_rows(named=True)) == OVERTAKEN


def test_it_is_on_no_list_of_work_and_cancelled_in_a_calendar(source):
    for name in ("advice", "due", "transfers"):
        assert rows_of(invoke("registers", source, name, *AS_OF, "--format", "json").stdout, "json") == []
    listed = rows_of(invoke("registers", source, "breaches", *AS_OF, "--format", "json").stdout, "json")
    assert {(row["limit"], row["status"], row["ended_on"]) for row in listed} >= {
        ("order_amend", "overtaken", "2026-07-31"),
        ("phase_transfer", "overtaken", "2026-05-31"),
    }
    feed = icalendar.Calendar.from_ical(invoke("check", source, *AS_OF, "--format", "ics").stdout)
    assert {str(event["status"]) for event in feed.walk("VEVENT") if "Amend the plan" in str(event["summary"])} <= {
        "CANCELLED"
    }


@pytest.mark.parametrize("door", ["one", "many"])
def test_a_measure_of_what_fell_due_counts_it_as_not_in_time(source, door):
    said = invoke("measures", source, "--year", "2026", *AS_OF, "--format", "json", door=door).stdout
    [row] = rows_of(said, "json")
    assert (row["phase_transfer_due"], row["phase_transfer_in_time"]) == (1, 0)


def test_the_page_of_a_case_tells_a_family_what_was_late_and_that_it_is_over(source):
    page = case_page(answer(read_cases(source)["ordered"], "2026-12-01"))
    assert (
        "This should have been done by Monday 5 January 2026. It was 29 weeks and 4 days late when it no longer had to "
        "be done, on Friday 31 July 2026. The law has not been kept." in page
    )
    late, _, rest = page.partition('<h2 id="late">')[2].partition('<h2 id="happened">')
    assert "Amend the plan, as ordered" in late
    assert "<h3>Amend the plan, as ordered" not in rest
