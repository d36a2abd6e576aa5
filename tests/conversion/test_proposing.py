"""A proposal says what was understood of a sheet, and asks what it cannot know; until then nothing is converted."""

import io
import tomllib

import pytest

from ehcp_flow.conversion import convert, propose, read_convert_file, read_raw_sheet
from ehcp_flow.conversion.headings import known_headings
from ehcp_flow.errors import SourceError
from ehcp_flow.facts import FACT_TYPES, OUTCOMES

HEADER = (
    "UPN,Surname,Case Officer,Date request received,Agreed to assess Y/N,Date decision to assess,"
    "EP advice requested,Final EHCP issued,Last AR date,Panel ref,Notes"
)
ROW = "A1,Smith,A. Khan,13/01/2026,Yes,28-Jan-26,29/01/2026,09/05/26,n/a,P7,rang mum"


def proposed(*rows, header=HEADER):
    return propose(read_raw_sheet(io.BytesIO("\n".join([header, *rows]).encode()), name="tracker.csv"))


def test_headings_that_councils_use_become_facts_and_what_is_not_understood_a_comment():
    found = proposed(ROW)
    file = tomllib.loads(found.text)
    assert file["case_id"] == "UPN"
    assert file["dates"] == "day first"
    assert file["empty"] == ["n/a"]
    assert file["carry"] == {"caseworker": "Case Officer"}
    assert [fact["on"] for fact in file["fact"]] == [
        "Date request received", "Date decision to assess", "EP advice requested", "Final EHCP issued", "Last AR date",
    ]  # fmt: skip
    assert file["fact"][1]["event"] == {"column": "Agreed to assess Y/N", "values": {"Yes": "assessment_agreed"}}
    assert file["fact"][2]["party"] == "psychological"
    assert list(found.left_out) == ["Surname", "Panel ref", "Notes"]
    assert "# left out: Panel ref (not understood)" in found.text
    assert list(found.asked) == ["Last AR date"]


def test_a_proposal_converts_once_its_questions_are_answered():
    found = proposed(ROW)
    file = tomllib.loads(found.text)
    for question in file["question"]:
        question["answer"] = question["choices"][0]
    cases = convert(io.BytesIO(f"{HEADER}\n{ROW}".encode()), file)
    assert not cases.refused
    assert [(fact.event, str(fact.on)) for fact in cases["A1"].recorded] == [
        ("request_received", "2026-01-13"), ("assessment_agreed", "2026-01-28"), ("advice_requested", "2026-01-29"),
        ("final_plan_sent", "2026-05-09"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "declared", "asks"),
    [
        (["13/01/2026", "02/03/2026"], "day first", False),
        (["01/13/2026", "02/03/2026"], "month first", False),
        (["02/03/2026", "04/05/2026"], None, True),
        (["2026-03-02", "2 March 2026"], "day first", False),
        (["13/01/2026", "01/13/2026"], "day first", False),
    ],
)
def test_the_order_of_day_and_month_is_declared_where_the_cells_prove_it_and_asked_where_they_do_not(
    days, declared, asks
):
    found = proposed(*(f"A{at},{day}" for at, day in enumerate(days)), header="UPN,Request received")
    assert tomllib.loads(found.text).get("dates") == declared
    assert ("dates" in found.asked) is asks
    if asks:
        file = tomllib.loads(found.text)
        file["question"][0]["answer"] = "month first"
        assert (
            str(convert(io.BytesIO(b"UPN,Request received\nA1,02/03/2026\n"), file)["A1"].recorded[0].on)
            == "2026-02-03"
        )


def test_a_sheet_that_does_not_say_whose_its_rows_are_is_asked_about():
    found = proposed("x1,02/03/2026", "x2,13/03/2026", header="Child,Request received")
    file = tomllib.loads(found.text)
    (question,) = file["question"]
    assert question["about"] == "case_id"
    assert question["choices"] == ["Child", "Request received"]
    question["answer"] = "Child"
    assert list(convert(io.BytesIO(b"Child,Request received\nx1,02/03/2026\n"), file)) == ["x1"]


def test_a_decision_without_its_answer_is_asked_and_words_that_mean_nothing_known_are_named():
    found = proposed("A1,13/03/2026", header="UPN,Date decision to assess")
    assert list(found.asked) == ["Date decision to assess"]
    found = proposed(
        "A1,Yes,13/03/2026", "A2,Deferred,14/03/2026", header="UPN,Agreed to assess,Date decision to assess"
    )
    assert "not understood in Agreed to assess: Deferred" in found.text
    assert tomllib.loads(found.text)["fact"][0]["event"]["values"] == {"Yes": "assessment_agreed"}


def test_a_column_that_should_hold_days_and_does_not_is_left_out_with_the_reason():
    found = proposed("A1,yes", "A2,no", header="UPN,Request received")
    assert found.left_out == {"Request received": "it should hold days, and does not"}


def test_an_empty_sheet_is_refused():
    with pytest.raises(SourceError, match="empty"):
        propose(read_raw_sheet(io.BytesIO(b"\n")))


def test_every_heading_means_something_that_the_engine_knows():
    assert len(known_headings()) > 150
    for says, means in known_headings().items():
        kinds = (means.event, means.decides, means.date_of, means.outcome_of, means.ask, means.role, means.carry)
        assert sum(map(bool, kinds)) == 1, says
        for event in filter(None, (means.event, means.date_of, means.outcome_of, *means.decides)):
            assert event in FACT_TYPES, says
        assert set(means.outcomes) <= set(OUTCOMES.get(means.outcome_of, ())), says
        for choice in means.choices:
            event, _, outcome = choice.partition(":")
            assert choice == "leave out" or (event in FACT_TYPES and (not outcome or outcome in OUTCOMES[event])), says


def test_what_is_proposed_for_every_heading_is_a_convert_file_that_is_right():
    for says in known_headings():
        file = tomllib.loads(proposed("A1,13/03/2026", header=f"Person ID,{says}").text)
        if "fact" in file:
            read_convert_file(file)


def test_reviews_side_by_side_are_reviews_each_with_the_outcome_of_its_decision():
    header = (
        "UPN,Final EHCP issued,Annual review meeting date,AR decision date,Outcome,Annual review meeting date,"
        "AR decision date,Outcome,Notes 2"
    )
    found = proposed(
        "A1,02/03/2023,01/02/2024,20/02/2024,Maintain,05/02/2025,25/02/2025,amended,x",
        "A2,13/06/2023,10/05/2024,,,,,tbd,",
        header=header,
    )
    assert not found.asked
    assert found.left_out == {"Notes 2": "not understood"}
    assert "# not understood in Outcome (2): tbd" in found.text
    file = tomllib.loads(found.text)
    text = f"{header}\nA1,02/03/2023,01/02/2024,20/02/2024,Maintain,05/02/2025,25/02/2025,amended,x\n"
    (case,) = convert(io.BytesIO(text.encode()), file).values()
    assert [(fact.event, str(fact.on), dict(fact).get("outcome"), fact.fact_id) for fact in case.facts] == [
        ("final_plan_sent", "2023-03-02", None, "A1/final_plan_sent"),
        ("review_meeting_held", "2024-02-01", None, "A1/review_meeting_held"),
        ("review_decision_sent", "2024-02-20", "maintain", "A1/review_decision_sent"),
        ("review_meeting_held", "2025-02-05", None, "A1/review_meeting_held-2"),
        ("review_decision_sent", "2025-02-25", "amend", "A1/review_decision_sent-2"),
    ]


def test_an_outcome_that_stands_beside_no_decision_is_left_out():
    found = proposed("A1,13/03/2026,maintain,yes", header="UPN,Request received,Outcome,AR outcome")
    assert set(found.left_out) == {"Outcome", "AR outcome"}


def test_what_the_sheet_seems_to_record_stands_there_to_be_declared():
    text = proposed("A1,13/03/2026,14/04/2026", header="UPN,Request received,Final plan").text
    line = next(line for line in text.splitlines() if line.startswith("# records = "))
    assert tomllib.loads(line.removeprefix("# "))["records"] == ["request_received", "final_plan_sent"]


def test_what_a_formula_left_behind_is_nothing_and_its_column_is_read_all_the_same():
    found = proposed(
        "A1,01/09/2025,00/01/1900,#N/A", "A2,02/09/2025,n/k,20/01/2026", header="UPN,Received,Draft sent,EHCP finalised"
    )
    file = tomllib.loads(found.text)
    assert [fact["event"] for fact in file["fact"]] == ["request_received", "draft_plan_sent", "final_plan_sent"]
    assert {*file["empty"]} == {"#n/a", "n/k", "00/01/1900"}


def test_a_heading_is_read_with_the_merged_cells_above_it_and_asked_about_where_they_say_of_what_it_may_be():
    groups = "Child,,Educational psychologist,,Health,,Panel"
    header = "UPN,Received,Requested,Received,Requested,Received,Received"
    row = "A1,13/02/2026,14/03/2026,15/04/2026,16/03/2026,17/04/2026,18/05/2026"
    found = proposed(header, row, header=groups)
    file = tomllib.loads(found.text)
    assert [(fact.get("event"), fact.get("party"), fact["on"]) for fact in file["fact"]] == [
        ("request_received", None, "Received"),
        ("advice_requested", "psychological", "Requested"),
        ("advice_received", "psychological", "Received (2)"),
        ("advice_requested", "health", "Requested (2)"),
        ("advice_received", "health", "Received (3)"),
        (None, None, "Received (4)"),
    ]
    assert found.asked == {"Received (4)": "of what is that the day? It stands under Panel"}


def test_a_sheet_of_facts_is_known_as_one_and_its_days_are_declared_as_its_cells_prove():
    found = proposed("a,885,request_received,03/16/2026", header="case_id,authority,event,on")
    file = tomllib.loads(found.text)
    assert (file["dates"], file["fact"]) == ("month first", [{"event": {"column": "event"}, "on": "on"}])
    assert not found.left_out


@pytest.mark.parametrize(
    ("heading", "event"),
    [("EP req'd", "advice_requested"), ("EP rec'd", "advice_received"), ("Draft 1", "draft_plan_sent"),
     ("Draft EHCP sent", "draft_plan_sent"), ("Final", "final_plan_sent"), ("Ceased", "plan_ceased"),
     ("Date request rec'd", "request_received")],
)  # fmt: skip
def test_what_trackers_call_it_for_short_is_known(heading, event):
    file = tomllib.loads(proposed("A1,13/03/2026", header=f"Pupil No,{heading}").text)
    assert (file["case_id"], file["fact"][0]["event"]) == ("Pupil No", event)
