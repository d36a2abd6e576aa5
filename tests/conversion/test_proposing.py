"""A proposal says what was understood of a sheet, and asks what it cannot know; until then nothing is converted."""

import io
import tomllib

import pytest

from ehcp_flow.conversion import convert, propose, read_convert_file, read_raw_sheet
from ehcp_flow.conversion.headings import known_headings
from ehcp_flow.errors import ConvertFileError, SourceError
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
        kinds = (
            means.event, means.decides, means.date_of, means.outcome_of, means.party_of, means.role, means.carry,
            means.ask and not means.decides,
        )  # fmt: skip
        assert sum(map(bool, kinds)) == 1, says
        answers = [choice for choice in means.choices if choice != "leave out"] if means.ask else [""]
        decided = [event.replace("{answer}", answer) for event in means.decides for answer in answers]
        named = (means.event, means.date_of, means.outcome_of, means.party_of, means.day_of, means.reviewed, *decided)
        for event in filter(None, named):
            assert event in FACT_TYPES, says
        assert set(means.parties) <= {
            "parent",
            "young_person",
            "school",
            "post16",
            "health",
            "social_care",
            "authority",
            "other",
        }, says
        if means.decides:
            continue
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


def test_a_decision_of_which_no_heading_says_what_was_decided_is_asked_about_and_its_answer_says_it():
    header = "UPN,Request received,Outcome,Officer,Outcome date"
    row = "A1,13/02/2026,Agreed,Khan,20/03/2026"
    found = proposed(row, "A2,13/02/2026,refused,Khan,21/03/2026", header=header)
    assert found.asked == {
        "Outcome date": "of what is that the decision: whether to assess, to issue a plan, or to re-assess?"
    }
    file = tomllib.loads(found.text)
    assert read_convert_file(file).open_questions
    file["question"][0]["answer"] = "plan"
    (case,) = convert(io.BytesIO(f"{header}\n{row}".encode()), file).values()
    assert [fact.event for fact in case.recorded] == ["request_received", "plan_agreed"]
    file["question"][0]["answer"] = "leave out"
    (case,) = convert(io.BytesIO(f"{header}\n{row}".encode()), file).values()
    assert [fact.event for fact in case.recorded] == ["request_received"]
    del file["question"]
    with pytest.raises(ConvertFileError, match="answer}_agreed"):
        read_convert_file(file)


@pytest.mark.parametrize(
    ("header", "event"),
    [
        ("UPN,Decision,Date", {"{answer}_agreed", "{answer}_refused"}),
        ("UPN,Panel,Date,Decision", {"{answer}_agreed", "{answer}_refused"}),
        ("UPN,Agreed to assess Y/N,Date", {"assessment_agreed", "assessment_refused"}),
        ("UPN,Agreed to issue,Decision date", {"plan_agreed", "plan_refused"}),
    ],
)
def test_a_bare_date_is_that_of_the_decision_beside_it(header, event):
    cells = {"UPN": "A{}", "Panel": "x", "Date": "1{}/03/2026", "Decision date": "1{}/03/2026"}
    rows = [
        ",".join(cells.get(name, word).format(at) for name in header.split(","))
        for at, word in ((3, "agreed"), (4, "refused"))
    ]
    (fact,) = tomllib.loads(proposed(*rows, header=header).text)["fact"]
    assert set(fact["event"]["values"].values()) == event
    assert fact["on"] in {"Date", "Decision date"}


def test_a_bare_date_beside_nothing_that_was_decided_is_not_understood():
    assert proposed("A1,13/03/2026,x", header="UPN,Date,Panel").left_out["Date"] == "not understood; it holds days"
    found = proposed("A1,13/03/2026", header="UPN,Outcome date")
    assert list(found.asked) == ["Outcome date"]
    assert "no column with the day" in proposed("A1,agreed", header="UPN,Outcome").left_out["Outcome"]


def test_words_of_a_review_are_those_of_a_review_whatever_their_heading():
    header = "UPN,Outcome,Outcome date"
    found = proposed("A1,Maintain,13/03/2026", "A2,cease,14/03/2026", header=header)
    assert not found.asked
    (fact,) = tomllib.loads(found.text)["fact"]
    assert (fact["event"], fact["outcome"]["values"]) == (
        "review_decision_sent",
        {"Maintain": "maintain", "cease": "cease"},
    )


def test_who_asked_is_the_party_of_the_request_where_the_words_are_known():
    header = "UPN,Requested by,Date request received"
    rows = [
        "A1,Mum,13/03/2026",
        "A2,School,14/03/2026",
        "A3,YP,15/03/2026",
        "A4,ring back,16/03/2026",
        "A5,,17/03/2026",
    ]
    found = proposed(*rows, header=header)
    assert "# not understood in Requested by: ring back; " in found.text
    assert not found.left_out
    cases = convert(io.BytesIO("\n".join([header, *rows]).encode()), tomllib.loads(found.text))
    assert {case_id: case.recorded[0].party for case_id, case in cases.items()} == {
        "A1": "parent", "A2": "school", "A3": "young_person", "A5": None,
    }  # fmt: skip
    assert [row.line for row in cases.refused] == [5]
    names = proposed("A1,J. Smith,13/03/2026", "A2,B. Jones,14/03/2026", header=header)
    assert names.left_out == {"Requested by": "not understood"}
    assert "Jones" not in names.text


def test_an_exception_without_a_ground_is_asked_about_and_kept_as_not_stated():
    header = "UPN,Date request received,Exception Y/N,Final plan"
    rows = ["A1,13/03/2025,Y,14/09/2025", "A2,14/03/2025,N,14/06/2025", "A3,14/03/2025,,"]
    found = proposed(*rows, header=header)
    assert list(found.asked) == ["Exception Y/N"]
    file = tomllib.loads(found.text)
    file["question"][0]["answer"] = "not_stated"
    cases = convert(io.BytesIO("\n".join([header, *rows]).encode()), file)
    assert not cases.refused
    assert [(fact.event, dict(fact).get("outcome")) for fact in cases["A1"].recorded][1:] == [
        ("exception_recorded", "not_stated"), ("final_plan_sent", None)
    ]  # fmt: skip
    assert [fact.event for fact in cases["A2"].recorded] == ["request_received", "final_plan_sent"]
    file["question"][0]["answer"] = "leave out"
    cases = convert(io.BytesIO("\n".join([header, *rows]).encode()), file)
    assert [fact.event for fact in cases["A1"].recorded] == ["request_received", "final_plan_sent"]
    assert "no column has the day" in proposed("A1,Y", header="UPN,Exception Y/N").left_out["Exception Y/N"]
    words = proposed("A1,13/03/2025,see notes", header="UPN,Request received,Exception")
    assert words.left_out == {"Exception": "not understood"}


def test_words_of_a_decision_that_are_not_understood_are_named_and_the_day_is_asked_about_alone():
    found = proposed("A1,see notes,13/03/2026", header="UPN,Decision,Date")
    assert found.left_out == {"Decision": "its words are not understood: see notes"}
    assert found.asked == {"Date": "which decision was it? No column says so"}


def test_whether_a_plan_that_was_issued_was_a_draft_is_asked():
    assert list(proposed("A1,13/03/2026", header="UPN,Date issued").asked) == ["Date issued"]


def test_a_column_for_the_reviews_of_each_year_is_asked_about_and_its_facts_are_named_by_the_year():
    header = "UPN,AR 2025,AR 2024,Annual Review 2022/23"
    found = proposed("A1,13/03/2025,14/03/2024,15/03/2023", header=header)
    assert list(found.asked) == ["AR 2025", "AR 2024", "Annual Review 2022/23"]
    assert [fact["id"] for fact in tomllib.loads(found.text)["fact"]] == ["ar-2025", "ar-2024", "annual-review-2022-23"]


def test_headings_merged_over_two_rows_stand_beside_groups_that_are_merged_over_columns():
    groups = "UPN,School,Request,,EP,,Case officer"
    header = ",,Received,Withdrawn,Requested,Received,"
    found = proposed(header, "A1,Abbey,13/02/2026,,14/03/2026,15/04/2026,Khan", header=groups)
    file = tomllib.loads(found.text)
    assert (file["case_id"], file["header"]) == ("UPN", 2)
    assert file["carry"] == {"school": "School", "caseworker": "Case officer"}
    assert [(fact["event"], fact.get("party")) for fact in file["fact"]] == [
        ("request_received", None), ("request_withdrawn", None), ("advice_requested", "psychological"),
        ("advice_received", "psychological"),
    ]  # fmt: skip
    text = f"{groups}\n{header}\nA1,Abbey,13/02/2026,,14/03/2026,15/04/2026,Khan"
    assert len(convert(io.BytesIO(text.encode()), file)["A1"].recorded) == 3
    by_place = file | {"case_id": "column 1", "carry": {}}
    assert len(convert(io.BytesIO(text.encode()), by_place)["A1"].recorded) == 3


def test_words_past_the_first_few_have_their_meaning_too():
    words = [f"perhaps {at}" for at in range(20)]
    rows = [f"A{at},{word},13/03/2026" for at, word in enumerate([*words, "Yes"])]
    found = proposed(*rows, header="UPN,Agreed to assess,Date decision to assess")
    assert tomllib.loads(found.text)["fact"][0]["event"]["values"] == {"Yes": "assessment_agreed"}
    assert " and 8 more; give each a meaning" in found.text


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
