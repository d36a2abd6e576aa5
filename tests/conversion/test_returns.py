"""The sector's own files: one made-up caseload in each form comes back with what its facts allow, and no more."""

import csv
import datetime as dt
import io
import json
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.case import group_cases
from ehcp_flow.conversion import convert, convert_source, meant_by
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import EhcpFlowError, SourceError
from ehcp_flow.store import Store
from ehcp_flow.synth import synth
from tests.cli.running import invoke as run
from tests.conversion.return_writer import (
    WIDE_FILE,
    as_blade,
    as_d2i,
    as_sheet,
    as_ssd,
    as_template,
    as_xml,
    told_by_a_return,
)

YEAR = 2026
AS_OF = "2025-12-31"
DISPUTES = (
    "tribunal",
    "appeal",
    "mediation",
    "reassess",
    "exception",
    "reversed",
    "withdrawn",
    "transferred",
    "detained",
)
RETURN = """<?xml version="1.0" encoding="utf-8"?>
<Message>
<Header><CollectionDetails><Collection>SEN2</Collection><Year>{year}</Year></CollectionDetails>
<Source><LEA>885</LEA></Source></Header>
<Persons>
<Person><Surname>Made</Surname><Forename>Up</Forename><PersonBirthDate>2015-02-03</PersonBirthDate><UPN>B801200005001</UPN>
{requests}
</Person>
</Persons>
</Message>
"""


@pytest.fixture(scope="module")
def told():
    facts = synth(160, seed=28, authority="885", as_of=AS_OF, particulars=True)
    return told_by_a_return(group_cases(facts).values(), YEAR)


def returned(*requests: str, year: int = YEAR):
    whole = "\n".join(f"<Requests>{each}</Requests>" for each in requests)
    return convert(io.BytesIO(RETURN.format(year=year, requests=whole).encode()), "sen2", name="return.xml")


def contents(cases):
    return {case_id: sorted(repr(fact) for fact in case.recorded) for case_id, case in cases.items()}


def happened(case):
    return [(fact.event, str(fact.on), fact.outcome) for fact in case if fact.event != "records_declared"]


def held(case, *names: str):
    found = [fact for fact in case.recorded if fact.event == "particular_recorded" and fact.particular in names]
    return [(fact.particular, fact.value, fact.rank, str(fact.on), fact.until and str(fact.until)) for fact in found]


def test_one_caseload_as_xml_as_blade_folder_and_in_the_template_is_the_same_facts(told, tmp_path: Path):
    as_of_xml = convert(io.BytesIO(as_xml(told, YEAR)), "sen2")
    blade = convert(as_blade(told, YEAR, tmp_path / "blade"), "blade")
    template = convert(as_template(told, YEAR, tmp_path / "return.xlsx"), "sen2")
    assert len(as_of_xml) == len(told) > 100
    assert contents(as_of_xml) == contents(blade) == contents(template)
    assert not as_of_xml.refused + blade.refused + template.refused


def test_the_forms_that_have_less_tell_what_they_have(told, tmp_path: Path):
    whole = convert(io.BytesIO(as_xml(told, YEAR)), "sen2")
    for cases in (
        convert(as_d2i(told, tmp_path / "d2i"), "d2i"),
        convert(as_ssd(told, tmp_path / "ssd"), "ssd"),
    ):
        assert set(cases) == set(whole)
        for case_id, case in cases.items():
            assert set(happened(case)) <= set(happened(whole[case_id]))
        assert any("without their outcome" in note for note in cases.notes)
        days = [each for case in cases.values() for each in deadlines_of(case, AS_OF) if each.limit == "final_plan"]
        assert {each.status for each in days} >= {"met", "late", "unrecorded"}


def carried_by_notice(case):
    """Return whether a notice of ceasing, which no return has, carried the decision of a review before its letter."""
    events = [fact.event for fact in case if fact.event in ("review_meeting_held", "cease_notice_sent")]
    return ("review_meeting_held", "cease_notice_sent") in pairwise(events)


def test_it_comes_back_with_the_deadlines_that_its_facts_allow_and_the_rest_is_unrecorded(told):
    cases = convert(io.BytesIO(as_xml(told, YEAR)), "sen2")
    agreed = unrecorded = 0
    for each in told:
        original = each["Case"]
        if any(part in fact.event for fact in original for part in DISPUTES):
            continue
        if carried_by_notice(original):
            continue
        there = {(found.limit, found.starts_on): found for found in deadlines_of(original, AS_OF)}
        for found in deadlines_of(cases[each["UPN"]], AS_OF):
            if found.status == "unrecorded":
                unrecorded += 1
                assert not found.breach
                continue
            same = there[found.limit, found.starts_on]
            assert (found.due_on, found.status, found.done_on) == (same.due_on, same.status, same.done_on), each["UPN"]
            agreed += 1
    assert agreed > 200
    assert unrecorded > 200


def test_a_plan_of_long_ago_and_its_last_review_are_no_breach_of_the_years_between(told):
    cases = convert(io.BytesIO(as_xml(told, YEAR)), "sen2")
    reviews = [each for case in cases.values() for each in deadlines_of(case, AS_OF) if each.limit == "annual_review"]
    assert {each.status for each in reviews} >= {"met", "unrecorded"}
    assert not any(each.breach for each in reviews)
    assert any(each.status == "unrecorded" and each.done_on is not None for each in reviews)


def test_a_sheet_of_the_same_caseload_says_the_same_of_requests_and_plans(told):
    cases = convert(io.BytesIO(as_xml(told, YEAR)), "sen2")
    sheet = convert(io.BytesIO(as_sheet(told)), WIDE_FILE)
    assert set(sheet) == set(cases)
    events = {"request_received", "assessment_agreed", "assessment_refused", "final_plan_sent"}
    for case_id, case in sheet.items():
        assert happened(case) == [each for each in happened(cases[case_id]) if each[0] in events]


def test_every_door_says_the_same_of_a_return(told, tmp_path: Path):
    path, facts, url = tmp_path / "return.xml", tmp_path / "facts.csv", f"sqlite:///{tmp_path}/s.db"
    path.write_bytes(as_xml(told[:40], YEAR))
    assert run("convert", str(path), "--columns", "sen2", "--output", str(facts)).exit_code == 0
    assert run("import", str(path), "--columns", "sen2", "--store", url).exit_code == 0
    again = json.loads(run("import", str(path), "--columns", "sen2", "--store", url, "--format", "json").stdout)
    assert (again[0] if isinstance(again, list) else again)["taken"] == 0
    expected = {
        (each.case_id, each.limit, str(each.starts_on), each.status)
        for case in convert(path, "sen2").values()
        for each in deadlines_of(case, AS_OF)
    }
    rows = convert_source(path, meant_by("sen2"))
    frame = deadlines_frame(rows, AS_OF)
    assert {
        (row["case_id"], row["limit"], str(row["starts_on"]), row["status"]) for row in frame.rows(named=True)
    } == expected
    for source in ([str(path), "--columns", "sen2"], [str(path)], [str(facts)], [url]):
        printed = run("check", *source, "--as-of", AS_OF, "--format", "json")
        assert printed.exit_code == 0, printed.stderr
        found = json.loads(printed.stdout)
        assert {(row["case_id"], row["limit"], row["starts_on"], row["status"]) for row in found} == expected
    with Store.open(url) as store:
        assert contents(convert(path, "sen2")).keys() == set(store.case_ids())


def test_what_no_return_has_is_no_finding_and_the_columns_count_as_the_cases_do(told, tmp_path: Path):
    path, facts = tmp_path / "return.xml", tmp_path / "facts.csv"
    path.write_bytes(as_xml(told, YEAR))
    run("convert", str(path), "--columns", "sen2", "--output", str(facts))
    counted = []
    for source in ([str(path), "--columns", "sen2"], [str(facts)]):
        listed = json.loads(
            run("breaches", *source, "--as-of", AS_OF, "--register", "findings", "--format", "json").stdout
        )
        counted.append(sorted((row["case_id"], row["finding"]) for row in listed))
        assert not {"final_plan_before_draft", "ceased_without_notice"} & {row["finding"] for row in listed}
        assert f" {len(listed)} finding" in run("check", *source, "--as-of", AS_OF, "--format", "csv").stderr
    assert counted[0] == counted[1]


def test_a_folder_is_a_source_of_its_own(told, tmp_path: Path):
    folder = as_blade(told[:5], YEAR, tmp_path / "blade")
    found = run("check", str(folder), "--as-of", AS_OF)
    assert found.exit_code == 0, found.stderr
    assert "requests, assessments and plans up to 2025-12-31" in found.stderr
    wrong = run("check", str(folder), "--columns", "d2i", "--as-of", AS_OF)
    assert (wrong.exit_code, "give --columns blade" in wrong.stderr) == (4, True)


@pytest.mark.parametrize("written", ["1", "true", "TRUE", "1.0", "Yes"])
def test_a_flag_is_read_however_it_is_written(written: str):
    case = returned(
        f"<ReceivedDate>2025-03-03</ReceivedDate><RYA>{written}</RYA><RequestOutcome>H</RequestOutcome><Assessment>"
        f"<AssessmentOutcome>Y</AssessmentOutcome><Week20>{written}</Week20><NamedPlan><StartDate>2025-12-01</StartDate>"
        f"<PB>{written}</PB></NamedPlan></Assessment>"
    )["B801200005001"]
    assert ("exception_recorded", "2025-03-03", "not_stated") in happened(case)
    assert held(case, "rya", "personal_budget") == [
        ("rya", "yes", None, "2025-03-03", None),
        ("personal_budget", "yes", None, "2025-12-01", None),
    ]


def test_an_exception_without_a_ground_excuses_nothing_and_is_a_finding():
    cases = returned(
        "<ReceivedDate>2025-03-03</ReceivedDate><RequestOutcome>H</RequestOutcome><Assessment><AssessmentOutcome>Y"
        "</AssessmentOutcome><AssessmentOutcomeDate>2025-12-01</AssessmentOutcomeDate><Week20>1</Week20></Assessment>"
    )
    (plan,) = [each for each in deadlines_of(cases["B801200005001"], AS_OF) if each.limit == "final_plan"]
    assert (plan.status, plan.breach, plan.excused_by) == ("late", True, ())


def test_the_day_of_issue_is_that_of_the_final_plan_and_never_of_a_decision_to_make_one():
    for plan, on in (("<NamedPlan><StartDate>2025-07-18</StartDate></NamedPlan>", "2025-07-18"), ("", "2025-06-20")):
        cases = returned(
            "<ReceivedDate>2025-03-03</ReceivedDate><RequestOutcomeDate>2025-04-10</RequestOutcomeDate><RequestOutcome>Y"
            "</RequestOutcome><Assessment><AssessmentOutcome>Y</AssessmentOutcome><AssessmentOutcomeDate>2025-06-20"
            f"</AssessmentOutcomeDate>{plan}</Assessment>"
        )
        events = happened(cases["B801200005001"])
        assert ("final_plan_sent", on, None) in events
        assert not any(event == "plan_agreed" for event, _, _ in events)
        assert any("on another by 4.1" in note for note in cases.notes) is bool(plan)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("<RequestOutcome>A</RequestOutcome>", "overdue"),
        ("<RequestOutcome>H</RequestOutcome>", "unrecorded"),
        ("<RequestOutcome>W</RequestOutcome>", "unrecorded"),
        ("<RequestOutcome>A</RequestOutcome><Exported>884</Exported>", "unrecorded"),
        ("<RequestOutcome>Y</RequestOutcome><RequestOutcomeDate>2025-04-11</RequestOutcomeDate>", "met"),
    ],
)
def test_what_a_return_does_not_say_is_not_taken_for_undone(request_: str, status: str):
    cases = returned(f"<ReceivedDate>2025-03-03</ReceivedDate>{request_}")
    found = {each.limit: each for each in deadlines_of(cases["B801200005001"], AS_OF)}
    assert found["decide_assess"].status == status
    assert found["decide_assess"].breach is (status == "overdue")


def test_an_assessment_that_is_agreed_and_not_issued_owes_the_plan_and_nothing_says_when_it_was_agreed():
    cases = returned(
        "<ReceivedDate>2025-03-03</ReceivedDate><RequestOutcome>Y</RequestOutcome><RequestOutcomeDate>2025-04-11"
        "</RequestOutcomeDate><Assessment><AssessmentOutcome>Y</AssessmentOutcome></Assessment>"
    )
    found = {each.limit: each.status for each in deadlines_of(cases["B801200005001"], AS_OF)}
    assert (found["final_plan"], found["decide_issue"]) == ("overdue", "unrecorded")


def test_a_plan_from_another_authority_came_on_the_day_that_its_request_has():
    plan = (
        "<Assessment><AssessmentOutcome>H</AssessmentOutcome><NamedPlan><StartDate>2019-02-02</StartDate></NamedPlan>"
    )
    plan += "</Assessment><ActivePlans><TransferLA>{}</TransferLA><LastReview>2025-01-10</LastReview>"
    plan += "<ReviewOutcome>M</ReviewOutcome></ActivePlans>"
    known = returned("<ReceivedDate>2025-05-05</ReceivedDate><RequestOutcome>H</RequestOutcome>" + plan.format("884"))
    (fact,) = [fact for fact in known["B801200005001"] if fact.event != "records_declared"]
    assert (fact.event, str(fact.on), str(fact.made_on), str(fact.reviewed_on)) == (
        "plan_transferred_in", "2025-05-05", "2019-02-02", "2025-01-10",
    )  # fmt: skip
    unknown = returned("<RequestOutcome>H</RequestOutcome>" + plan.format("884"))
    first = next(fact for fact in unknown["B801200005001"] if fact.event == "final_plan_sent")
    assert (str(first.on), first.authority) == ("2019-02-02", "884")
    assert any("came from another authority" in note for note in unknown.notes)
    nobody = returned("<RequestOutcome>H</RequestOutcome>" + plan.format("XXX"))
    assert next(fact for fact in nobody["B801200005001"] if fact.event == "final_plan_sent").authority is None
    assert held(nobody["B801200005001"], "came_from") == [("came_from", "XXX", None, "2025-01-01", "2025-12-31")]


def test_particulars_are_dated_and_ranked_and_a_plan_that_names_a_type_alone_is_kept():
    cases = returned(
        "<ReceivedDate>2024-03-03</ReceivedDate><RequestOutcome>H</RequestOutcome><Assessment><AssessmentOutcome>H"
        "</AssessmentOutcome><NamedPlan><StartDate>2024-08-01</StartDate><PlanDetail><SENSetting>OTH</SENSetting>"
        "<SENSettingOther>a special school</SENSettingOther><PlacementRank>1</PlacementRank></PlanDetail><DP>i</DP>"
        "</NamedPlan></Assessment><ActivePlans><PlacementDetail><URN>124324</URN><UKPRN>10012345</UKPRN>"
        "<PlacementRank>1</PlacementRank><EntryDate>2024-09-02</EntryDate><LeavingDate>2025-07-20</LeavingDate>"
        "<SENunitIndicator>0</SENunitIndicator></PlacementDetail><PlacementDetail><SENsetting>neet</SENsetting>"
        "<PlacementRank>2</PlacementRank><EntryDate>2025-07-21</EntryDate><Res>B</Res></PlacementDetail><SENneed>"
        "<SENtype>ASD</SENtype><SENtypeRank>1</SENtypeRank></SENneed><SENneed><SENtype>DS</SENtype><SENtypeRank>2"
        "</SENtypeRank></SENneed></ActivePlans>"
    )
    case = cases["B801200005001"]
    assert held(case, "named_placement", "named_setting_other") == [
        ("named_placement", "OTH", "1", "2024-08-01", None),
        ("named_setting_other", "a special school", "1", "2024-08-01", None),
    ]
    assert held(case, "placement", "sen_unit", "residence", "direct_payments") == [
        ("direct_payments", "I", None, "2024-08-01", None),
        ("placement", "124324", "1", "2024-09-02", "2025-07-20"),
        ("sen_unit", "no", "1", "2024-09-02", "2025-07-20"),
        ("placement", "NEET", "2", "2025-07-21", None),
        ("residence", "B", "2", "2025-07-21", None),
    ]
    assert held(case, "need") == [("need", "ASD", "1", "2024-03-03", None), ("need", "DS", "2", "2024-03-03", None)]
    assert case.particular("need", dt.date(2025, 12, 31)) == "ASD"
    assert any("UKPRN" in note for note in cases.notes)
    assert not cases.refused


@pytest.mark.parametrize(
    ("reason", "events"),
    [("5", ["plan_transferred_out"]), ("8", ["plan_ceased", "died"]), ("2", ["plan_ceased"])],
)
def test_how_a_plan_ended_goes_by_its_reason(reason: str, events: list[str]):
    cases = returned(
        "<RequestOutcome>H</RequestOutcome><Assessment><AssessmentOutcome>H</AssessmentOutcome><NamedPlan><StartDate>"
        f"2020-01-06</StartDate><CeaseDate>2025-07-31</CeaseDate><CeaseReason>{reason}</CeaseReason></NamedPlan></Assessment>"
    )
    case = cases["B801200005001"]
    assert [event for event, on, _ in happened(case) if on == "2025-07-31"] == events
    assert held(case, "cease_reason") == [("cease_reason", reason, None, "2025-07-31", None)]


@pytest.mark.parametrize(
    ("due", "expected", "last"),
    [
        ("2026-02-15", [("school", "2026-09-30")], ["2026-02-14"]),
        ("2026-02-14", [("school", "2026-09-30")], ["2026-02-14"]),
        ("2026-03-31", [("post16", "2026-09-30")], ["2026-03-30"]),
        ("2026-01-10", [], []),
    ],
)
def test_a_phase_transfer_is_known_by_its_last_day_and_else_left_out_by_name(
    due: str, expected: list[tuple[str, str]], last: list[str]
):
    cases = returned(
        "<RequestOutcome>H</RequestOutcome><Assessment><AssessmentOutcome>H</AssessmentOutcome><NamedPlan><StartDate>"
        "2020-01-06</StartDate></NamedPlan></Assessment><ActivePlans><ReviewMeeting>2025-10-01</ReviewMeeting>"
        f"<PhaseTransferDueDate>{due}</PhaseTransferDueDate></ActivePlans>"
    )
    found = [(outcome, on) for event, on, outcome in happened(cases["B801200005001"]) if event == "phase_transfer_due"]
    assert found == expected
    transfers = [each for each in deadlines_of(cases["B801200005001"], AS_OF) if each.limit == "phase_transfer"]
    assert [str(each.due_on) for each in transfers] == last
    assert any("PhaseTransferDueDate" in note for note in cases.notes) is not bool(expected)


def test_several_requests_of_a_person_are_cases_of_their_own():
    cases = returned(
        "<ReceivedDate>2025-01-06</ReceivedDate><RequestOutcome>N</RequestOutcome><RequestOutcomeDate>2025-02-03"
        "</RequestOutcomeDate>",
        "<ReceivedDate>2025-10-06</ReceivedDate><RequestOutcome>A</RequestOutcome>",
    )
    assert list(cases) == ["B801200005001", "B801200005001-2"]


def test_nothing_of_a_person_is_among_the_facts():
    cases = returned("<ReceivedDate>2025-10-06</ReceivedDate><RequestOutcome>A</RequestOutcome>")
    text = repr([fact for case in cases.values() for fact in case.recorded])
    assert not any(word in text for word in ("Made", "2015-02-03"))


def test_what_is_wrong_is_told_by_kind_with_file_line_item_case_and_remedy(tmp_path: Path):
    wrong = (
        "<ReceivedDate>2025-13-06</ReceivedDate><RequestOutcomeDate>2025-04-11</RequestOutcomeDate><RequestOutcome>X"
    )
    wrong += "</RequestOutcome><RYA>perhaps</RYA>"
    path, refused = tmp_path / "r.xml", tmp_path / "refused.csv"
    body = "\n".join(f"<Requests>{wrong}</Requests>" for _ in range(40))
    path.write_text(RETURN.format(year=YEAR, requests=body))
    found = run("convert", str(path), "--columns", "sen2", "--refused", str(refused))
    assert found.exit_code == 1
    lines = [line for line in found.stderr.splitlines() if "refused:" in line]
    assert len(lines) <= 5
    assert any("40 rows" in line and "the calendar has no such" in line for line in lines)
    whole = run("convert", str(path), "--columns", "sen2", "--all-errors").stderr
    assert (
        "r.xml, line 7, column RequestOutcome, case B801200005001: 'X': it is no code of this item; write one of Y, N"
        in whole
    )
    assert "write 1 for yes or 0 for no" in whole
    rows = list(csv.DictReader(io.StringIO(refused.read_text())))
    told = next(row for row in rows if row["item"] == "RYA")
    assert (told["file"], told["case_id"], told["value"], told["row"]) == (str(path), "B801200005001", "perhaps", "7")


def test_a_request_of_which_no_day_is_known_is_refused_and_not_lost():
    cases = returned("<RequestOutcome>H</RequestOutcome>")
    assert not cases
    assert "there is no fact to make of it" in str(cases.refused[0])


def test_what_a_return_of_these_years_does_not_have_is_named():
    cases = returned(
        "<ReceivedDate>2025-10-06</ReceivedDate><RequestOutcome>A</RequestOutcome><Shoe>7</Shoe>", year=2031
    )
    assert any("Shoe (1)" in note for note in cases.notes)
    assert any("it is of 2031" in note for note in cases.notes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<!DOCTYPE lolz [<!ENTITY a 'b'>]><Message><Persons/></Message>", "DOCTYPE"),
        ("<Message><Persons><Person></Message>", "line 1, column"),
        ("<Other><Person/></Other>", "its outermost element is Other"),
        ("<Message><Persons/></Message>", "it has no Person"),
        ("<?xml version='1.0' encoding='klingon'?><Message/>", "encoding"),
        ("<Message>" * 100, "nested too deep"),
    ],
)
def test_what_is_no_return_is_refused_with_its_reason(text: str, says: str):
    with pytest.raises(SourceError, match=says) as refused:
        convert(io.BytesIO(text.encode()), "sen2")
    assert ("encoding" in str(refused.value)) == ("encoding" in text)


BEGINS = b"<?xml version='1.0' encoding='UTF-8'?>\n<Message><Persons><Person>\n"


@pytest.mark.parametrize(
    ("data", "where", "right"),
    [
        (b"", "", "it is empty: fetch or export it again"),
        (BEGINS + b"<Surname>Ash", "line 3, column 13", "it was cut off; fetch or export the whole of it again"),
        (BEGINS + b"<Surname>Ash</Sur", "line 3, column 13", "it was cut off; fetch or export the whole of it again"),
        (BEGINS + b"<Surname>A & B</Surname>", "line 3, column 13", "write &amp; for &, &lt; for < and &gt; for >"),
        (BEGINS + b"<Surname>A < B</Surname>", "line 3, column 13", "write &amp; for &, &lt; for < and &gt; for >"),
        (BEGINS + b"<Surname>&eacute;</Surname>", "line 3, column 10", "write the letter itself"),
        (BEGINS + b"<Surname>\xe9</Surname>", "line 3, column 10", 'let its first line say encoding="UTF-8"'),
        (b"<Message>" + b"<a>b</a>" * 20_000 + b"\xe9 </Message>", "line 1, column 160010", "save the file as UTF-8"),
        (BEGINS + b"<Surname>\x02</Surname>", "line 3, column 10", "a control character, such as the one here"),
        (BEGINS + b"<Surname>&#2;</Surname>", "line 3, column 10", "a control character, such as the one here"),
        (BEGINS + b"</Persons>", "line 3, column 3", "each element is closed by its own name"),
        (BEGINS + b"</Person></Persons></Message>\n<Message/>", "line 4, column 1", "nothing stands behind </Message>"),
        (b"\n" + BEGINS, "line 2, column 1", "nothing stands before <?xml"),
        (BEGINS + b"<Surname a='1' a='2'/>", "line 3, column 16", "an attribute stands once"),
        (BEGINS + b"<Surname a='1'b='2'/>", "line 3, column 15", "within a value write &amp; for &"),
        (BEGINS + b"<a:Surname xmlns:a=''><?xml version='1.0'?>", "line 3", "nothing stands before <?xml"),
        (BEGINS.replace(b"UTF-8", b"UTF-16"), "line 1, column 31", "save the file as UTF-8"),
        (BEGINS.replace(b"UTF-8", b"klingon"), "its encoding cannot be read", "save the file as UTF-8"),
        (b"<?xml version='1.0' more?><Message/>", "line 1, column 2", "export it again"),
    ],
)  # fmt: skip
def test_of_a_file_that_is_no_xml_it_is_said_where_and_what_would_be_right(data: bytes, where: str, right: str):
    with pytest.raises(SourceError) as refused:
        convert(io.BytesIO(data), "sen2")
    said = str(refused.value)
    assert where in said
    assert right in said


def test_a_second_plan_of_a_request_and_one_of_nobody_are_refused():
    plan = "<NamedPlan><StartDate>2025-06-02</StartDate></NamedPlan>"
    cases = returned(
        f"<ReceivedDate>2025-03-03</ReceivedDate><Assessment><AssessmentOutcome>Y</AssessmentOutcome>{plan}{plan}"
        "</Assessment>"
    )
    assert "there is a NamedPlan of this request already" in str(cases.refused[0])
    text = RETURN.format(
        year=YEAR, requests="<Assessment/><Requests><ReceivedDate>2025-03-03</ReceivedDate></Requests>"
    )
    lone = convert(io.BytesIO(text.encode()), "sen2")
    assert "nobody knows whose it is" in str(lone.refused[0])
    assert list(lone) == ["B801200005001"]


@given(st.binary(min_size=0, max_size=6), st.integers(0, 600), st.integers(0, 40))
def test_a_damaged_return_is_read_or_refused_and_never_anything_else(noise: bytes, at: int, cut: int):
    body = "<Requests><ReceivedDate>2025-03-03</ReceivedDate><RequestOutcome>A</RequestOutcome></Requests>"
    whole = RETURN.format(year=YEAR, requests=body).encode()
    with suppress(EhcpFlowError):
        convert(io.BytesIO(whole[:at] + noise + whole[at + cut :]), "sen2")


def test_one_file_of_a_blade_export_is_read_by_itself(tmp_path: Path):
    path = tmp_path / "Blade-Export_requests.csv"
    path.write_text(
        "requeststableid,NativeId,receiveddate,rquestsource,rya,requestoutcomedate,requestoutcome,requestsorderseqcolumn,"
        "sourceid,persontableid\n17,885,2025-Mar-03 00:00:00,2,False,2025-Apr-11 00:00:00,Y,1,1,4\n"
    )
    cases = convert(path, "blade")
    assert happened(cases["885-4"]) == [
        ("request_received", "2025-03-03", None), ("assessment_agreed", "2025-04-11", None),
    ]  # fmt: skip
    assert next(fact for fact in cases["885-4"] if fact.event == "request_received").party == "school"
    statuses = {each.limit: each.status for each in deadlines_of(cases["885-4"], AS_OF)}
    assert (statuses["decide_assess"], statuses["final_plan"]) == ("met", "unrecorded")


def test_one_file_of_the_send_tool_is_read_by_itself_day_first_and_its_own_column_is_named(tmp_path: Path):
    path = tmp_path / "m2.csv"
    path.write_text(
        "Person ID,Requests Record ID,Date Request Was Received,Initial Request Whilst In RYA,Request Outcome Date,"
        "Request Outcome,Request Mediation,Request Tribunal,Exported - Child Or Young Person Moves Out Of LA Before "
        "Assessment Is Completed,New start date\n7,1,03/03/2025,0,11/04/2025,N,1,0,,04/03/2025\n"
    )
    cases = convert(path, "d2i")
    assert happened(cases["7"]) == [
        ("request_received", "2025-03-03", None),
        ("assessment_refused", "2025-04-11", None),
    ]
    assert any("New start date (1)" in note for note in cases.notes)
    assert any("went to mediation" in note for note in cases.notes)


def test_rows_whose_row_above_is_not_there_are_refused_by_name(told, tmp_path: Path):
    folder = as_blade(told[:30], YEAR, tmp_path / "blade")
    (gone,) = folder.glob("*_assessment.csv")
    gone.unlink()
    cases = convert(folder, "blade")
    assert cases.refused
    assert all(
        "a table of assessments is not there at all" in str(row) or "named_plans" in str(row) for row in cases.refused
    )
    assert len(cases) == 30


def test_two_exports_in_one_folder_and_a_folder_of_anything_are_refused(told, tmp_path: Path):
    folder = as_blade(told[:3], YEAR, tmp_path / "blade")
    (first,) = folder.glob("*_requests.csv")
    (folder / "again.csv").write_bytes(first.read_bytes())
    with pytest.raises(SourceError, match="both hold requests"):
        convert(folder, "blade")
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(SourceError, match="no CSV file"):
        convert(other, "blade")
    (other / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="none of its files"):
        convert(other, "blade")
    (other / "m2.csv").write_text("Person ID,Requests Record ID,Request Outcome,Request Mediation\n1,1,A,0\n")
    assert any("left out" in note and "x.csv" in note for note in convert(other, "d2i").notes)


ANNEX = (
    "List 1\nUnique ID,UPN,Date of birth,Date initial EHC plan issued,Date updated EHC plan issued,Date EHC plan last "
    "reviewed,SEN primary need,Main education establishment \N{EN DASH} URN\nC1,B801200005001,01/02/2012,03/04/2019,"
    "10/06/2025,01/05/2025,k) ASD,124324\nC2,,01/02/2015,03/04/2025,,,SLCN,\n"
)


def test_list_1_of_annex_a_is_a_convert_file_that_the_package_has():
    cases = convert(io.BytesIO(ANNEX.encode()), "annex-a")
    assert [event for event, _, _ in happened(cases["C1"])] == [
        "final_plan_sent",
        "review_meeting_held",
        "amended_plan_sent",
    ]
    assert held(cases["C1"], "need", "placement") == [
        ("need", "ASD", None, "2019-04-03", None), ("placement", "124324", None, "2019-04-03", None),
    ]  # fmt: skip
    assert held(cases["C2"], "need", "placement") == [("need", "SLCN", None, "2025-04-03", None)]
    assert not cases.refused
    assert not any(each.breach for case in cases.values() for each in deadlines_of(case, "2026-06-30"))


def test_list_2_of_annex_a_has_no_day_and_is_refused_by_the_columns_that_it_lacks():
    with pytest.raises(SourceError, match="no column Date initial EHC plan issued"):
        convert(io.BytesIO(b"Unique ID,UPN,SEN primary need\nC1,,k) ASD\n"), "annex-a")


def test_what_a_source_records_can_be_said_for_a_return_too():
    text = RETURN.format(year=YEAR, requests="<Requests><ReceivedDate>2025-03-03</ReceivedDate></Requests>")
    cases = convert(io.BytesIO(text.encode()), "sen2", records=["assessment_agreed"])
    found = {each.limit: each.status for each in deadlines_of(cases["B801200005001"], AS_OF)}
    assert found["decide_assess"] == "overdue"


def test_whose_cases_they_are_can_be_said_of_files_that_do_not_say_it(tmp_path: Path):
    d2i, annex, sheet = (tmp_path / name for name in ("d2i.csv", "annex.csv", "sheet.csv"))
    d2i.write_text(
        "Person ID,Requests Record ID,Date Request Was Received,Request Outcome Date,Request Outcome\n"
        "1,10,03/03/2025,10/04/2025,Y\n"
    )
    headings = [
        "Unique ID", "Date initial EHC plan issued", "Date updated EHC plan issued", "Date EHC plan last reviewed",
        "SEN primary need", "Main education establishment – URN",
    ]  # fmt: skip
    annex.write_text(",".join(headings) + "\n7,03/03/2025,,,,\n", "utf-8")
    sheet.write_text("UPN,Received\nA1,2025-03-03\n", "utf-8")
    own = {"case_id": "UPN", "fact": [{"event": "request_received", "on": "Received"}]}
    for path, columns in ((d2i, "d2i"), (annex, "annex-a"), (sheet, own)):
        (case,) = convert(path, columns).values()
        assert case.authority is None
        (named,) = convert(path, columns, authority=885).values()
        assert named.authority == "885"
        assert named.case_id == case.case_id
    # What says it itself is not talked over.
    (case,) = convert(sheet, own | {"authority": 916}, authority=885).values()
    assert case.authority == "916"
    facts = run("convert", str(d2i), "--columns", "d2i", "--authority", "885")
    assert ",885," in facts.stdout
    shown = run("check", str(d2i), "--columns", "d2i", "--authority", "885", "--as-of", "2025-12-31", "--format", "csv")
    assert {row["authority"] for row in csv.DictReader(io.StringIO(shown.stdout))} == {"885"}
    store = f"sqlite:///{tmp_path}/s.db"
    assert run("import", str(d2i), "--columns", "d2i", "--authority", "885", "--store", store).exit_code == 0
    assert '"authority": "885"' in run("check", store, "--as-of", "2025-12-31", "--format", "json").stdout
