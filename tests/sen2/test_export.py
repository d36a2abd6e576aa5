"""What a return says of a case: the facts that decide each item, day by day around the year and survey day."""

from __future__ import annotations

import io

import pytest
from lxml import etree

import ehcp_flow as ef
from ehcp_flow.bulk.told_cases import ToldCases
from ehcp_flow.conversion import ReturnColumns, read_return
from ehcp_flow.errors import InputError, RangeError
from ehcp_flow.sen2 import ReturnYear, check_return, header_of_return, make_return, read_persons, schema_of, write_xml
from ehcp_flow.sen2.request_rows import requests_of
from ehcp_flow.sen2.return_reasons import figures_of_facts

YEAR = 2026
SURVEY = "2026-01-15"


def fact(event: str, on: str, **more: str):
    return ef.make_fact(event, case_id="a", authority="885", on=on, **more)


def held(name: str, on: str, value: str, **more: str):
    return fact("particular_recorded", on, particular=name, value=value, **more)


def told(*facts, year: int = YEAR):
    """The rows of a case in the return of a year, a request each, as values by item."""
    days = ReturnYear.of(year)
    found = []
    for case in ToldCases(list(facts), list(days.periods()), as_of=days.survey):
        for request in requests_of(case, days):
            tables = ("assessments", "named_plans", "plan_details", "active_plans", "placements", "needs")
            rows = {table: [row.values for row in request.rows(table)] for table in tables}
            found.append({"requests": request.request.values} | {table: each for table, each in rows.items() if each})
    return found


def one(*facts, year: int = YEAR):
    (request,) = told(*facts, year=year)
    return request


def requested(on: str = "2025-02-03", party: str = "school"):
    return fact("request_received", on, party=party)


def agreed(on: str = "2025-03-10"):
    return fact("assessment_agreed", on)


def issued(on: str = "2025-06-20"):
    return fact("final_plan_sent", on)


@pytest.mark.parametrize(
    ("facts", "outcome", "day"),
    [
        ([requested()], "A", None),
        ([requested(), agreed()], "Y", "2025-03-10"),
        ([requested("2024-11-04"), agreed("2024-12-31")], "H", None),
        ([requested("2024-11-04"), agreed("2025-01-01")], "Y", "2025-01-01"),
        ([requested("2025-11-24"), agreed("2025-12-31")], "Y", "2025-12-31"),
        ([requested("2025-11-24"), agreed("2026-01-01")], "A", None),
        ([requested(), fact("assessment_refused", "2025-03-10")], "N", "2025-03-10"),
        ([requested(), fact("request_withdrawn", "2025-02-20")], "W", None),
        ([requested(), fact("moved_away", "2025-02-20")], "W", None),
        ([requested(), fact("died", "2025-02-20")], "W", None),
        ([requested(), fact("assessment_refused", "2025-03-10"), fact("refusal_reversed", "2025-04-01"),
          agreed("2025-04-02")], "N", "2025-03-10"),
        ([requested("2025-11-24"), fact("request_withdrawn", "2026-01-05")], "A", None),
    ],
)  # fmt: skip
def test_module_2_goes_by_the_first_decision_and_the_year(facts, outcome: str, day: str | None):
    row = one(*facts)["requests"]
    assert (row["RequestOutcome"], row.get("RequestOutcomeDate")) == (outcome, day)


@pytest.mark.parametrize(
    "facts",
    [
        [requested("2026-01-02")],
        [requested("2024-02-03"), fact("assessment_refused", "2024-03-10")],
        [requested("2024-02-03"), fact("request_withdrawn", "2024-12-31")],
        [requested("2024-02-03"), agreed("2024-03-01"), fact("plan_refused", "2024-05-01")],
        [requested("2019-02-03"), agreed("2019-03-01"), issued("2019-06-01"), fact("plan_ceased", "2024-12-31")],
        [fact("plan_transferred_in", "2026-01-05", made_on="2022-01-01")],
    ],
)
def test_what_ended_before_the_year_or_began_after_it_is_no_part_of_the_return(facts):
    assert told(*facts) == []


@pytest.mark.parametrize(
    ("facts", "outcome", "day"),
    [
        ([], "A", None),
        ([issued("2025-06-20")], "Y", "2025-06-20"),
        ([fact("plan_agreed", "2025-06-01")], "Y", None),
        ([fact("plan_agreed", "2025-12-30"), issued("2026-01-05")], "Y", None),
        ([fact("plan_refused", "2025-05-20")], "N", "2025-05-20"),
        ([fact("request_withdrawn", "2025-05-20")], "W", None),
        ([fact("plan_refused", "2025-05-20"), fact("tribunal_order_made", "2025-09-01", outcome="make_plan"),
          issued("2025-11-01")], "N", "2025-05-20"),
    ],
)  # fmt: skip
def test_module_3_follows_the_day_of_issue_and_the_first_refusal(facts, outcome: str, day: str | None):
    (row,) = one(requested(), agreed(), *facts)["assessments"]
    assert (row["AssessmentOutcome"], row.get("AssessmentOutcomeDate")) == (outcome, day)


@pytest.mark.parametrize("end", ["died", "request_withdrawn", "moved_away"])
def test_a_plan_that_was_agreed_and_not_issued_before_the_end_is_withdrawn_in_the_year_of_the_end(end: str):
    facts = [requested("2025-02-03"), agreed("2025-03-10"), fact("plan_agreed", "2025-05-01")]
    for day, year, outcome in (
        ("2025-05-01", 2026, "W"), ("2025-06-01", 2026, "W"), ("2025-12-31", 2026, "W"), ("2026-01-01", 2026, "Y"),
        ("2026-01-01", 2027, "W"), ("2026-06-01", 2027, "W"),
    ):  # fmt: skip
        request = one(*facts, fact(end, day), year=year)
        (row,) = request["assessments"]
        assert (day, row["AssessmentOutcome"], row.get("AssessmentOutcomeDate")) == (day, outcome, None)
        assert ("Exported" in request["requests"]) is (end == "moved_away")
    assert told(*facts, fact(end, "2025-06-01"), year=2027) == []


def test_a_plan_that_was_agreed_after_a_withdrawal_is_agreed():
    facts = requested(), agreed(), fact("request_withdrawn", "2025-04-01"), fact("plan_agreed", "2025-05-01")
    assert one(*facts)["assessments"][0]["AssessmentOutcome"] == "Y"


@pytest.mark.parametrize("end", ["died", "request_withdrawn", "moved_away"])
def test_our_own_return_of_a_plan_that_was_agreed_and_then_withdrawn_is_no_query_and_equals_the_measures(
    tmp_path, end: str
):
    facts = requested(), agreed(), fact("plan_agreed", "2025-05-01"), fact(end, "2025-06-01")
    _, _, text = written(tmp_path, PERSONS, *facts)
    days = ReturnYear.of(YEAR)
    records = read_return(io.BytesIO(text), ReturnColumns(), name="return.xml")
    assert not {each.rule for each in check_return(records)} & {"exported_and_assessed", "outcome_date_missing"}
    cases = ToldCases(list(facts), list(days.periods()), as_of=days.survey)
    counted = figures_of_facts(list(cases), days)
    names = ("assess_in_year", "assess_issued", "assess_withdrawn")
    assert [counted.made[name] for name in names] == [counted.facts[name] for name in names] == [1, 0, 1]


def test_a_plan_agreed_in_an_earlier_year_and_issued_in_this_one_is_of_this_year():
    request = one(
        requested("2024-08-01"), agreed("2024-09-10"), fact("plan_agreed", "2024-12-20"), issued("2025-01-08")
    )
    assert request["requests"]["RequestOutcome"] == "H"
    assert request["requests"]["ReceivedDate"] == "2024-08-01"
    assert request["assessments"][0]["AssessmentOutcomeDate"] == "2025-01-08"


def test_a_plan_of_before_the_year_is_historical_and_keeps_its_own_day():
    request = one(requested("2023-08-01"), agreed("2023-09-10"), issued("2024-01-08"))
    assert request["assessments"] == [{"AssessmentOutcome": "H", "OtherMediation": "0", "OtherTribunal": "0"}]
    assert request["named_plans"] == [{"StartDate": "2024-01-08"}]


def test_a_request_on_record_after_its_plan_is_told_as_it_is_and_asked_about(tmp_path):
    facts = (issued("2024-01-08"), requested("2025-02-03", "parent"))
    row = one(*facts)["requests"]
    assert (row["ReceivedDate"], row["RequestSource"], row["RequestOutcome"]) == ("2025-02-03", "1", "H")
    _, _, text = written(tmp_path, PERSONS, *facts)
    records = read_return(io.BytesIO(text), ReturnColumns(), name="return.xml")
    assert "plan_before_request" in {each.rule for each in check_return(records)}


@pytest.mark.parametrize(
    "facts",
    [
        [requested(), fact("assessment_refused", "2025-03-10"), fact("refusal_reversed", "2025-04-01"),
         agreed("2025-04-02")],
        [requested(), fact("assessment_refused", "2025-03-10"), fact("refusal_reversed", "2025-04-01"),
         agreed("2025-04-02"), fact("plan_agreed", "2025-06-01"), issued("2025-07-01")],
        [requested(), agreed(), fact("plan_refused", "2025-05-20"), fact("refusal_reversed", "2025-06-20"),
         issued("2025-07-01")],
    ],
)  # fmt: skip
def test_a_refusal_that_the_authority_reversed_is_not_asked_about(tmp_path, facts):
    _, _, text = written(tmp_path, PERSONS, *facts)
    found = check_return(read_return(io.BytesIO(text), ReturnColumns(), name="return.xml"))
    assert not {"assessment_without_request", "plan_without_decision"} & {each.rule for each in found}


def test_a_request_on_record_after_a_plan_had_come_is_not_how_that_was_made():
    facts = (fact("plan_transferred_in", "2025-01-07", made_on="2022-01-10"), requested("2025-02-03", "parent"))
    assert one(*facts)["requests"] == {"ReceivedDate": "2025-01-07", "RYA": "0", "RequestOutcome": "H"}


def test_a_refused_request_and_the_next_one_are_two_requests():
    first, second = told(
        requested("2025-01-06"), fact("assessment_refused", "2025-02-10"), requested("2025-09-08", "parent")
    )
    assert (first["requests"]["RequestOutcome"], second["requests"]["RequestOutcome"]) == ("N", "A")
    assert (first["requests"]["RequestSource"], second["requests"]["RequestSource"]) == ("2", "1")


@pytest.mark.parametrize(
    ("party", "code"),
    [("parent", "1"), ("young_person", "1"), ("school", "2"), ("post16", "2"), ("health", "3"), ("social_care", "4"),
     ("authority", "5"), ("other", "5")],
)  # fmt: skip
def test_who_asked_is_written_as_the_return_has_it(party: str, code: str):
    assert one(requested(party=party))["requests"]["RequestSource"] == code


def test_the_source_of_a_request_is_left_out_of_returns_that_do_not_have_it():
    facts = [requested("2023-02-03"), agreed("2023-03-10")]
    assert "RequestSource" not in one(*facts, year=2024)["requests"]
    assert one(*facts, year=2025)["requests"]["RequestSource"] == "2"


def test_week20_is_1_exactly_where_the_measure_takes_the_plan_out_of_the_denominator():
    late = [requested(), agreed(), issued("2025-08-20")]
    holds = fact(
        "exception_recorded", "2025-04-01", until="2025-05-30", outcome="exceptional_circumstances", reason="x"
    )
    fails = fact("exception_recorded", "2025-04-01", until="2025-04-08", outcome="absent_from_area", reason="x")
    for facts in (late, [*late, holds], [*late, fails]):
        (row,) = one(*facts)["assessments"]
        figures = ef.measure([ef.Case.of(facts)], year=2025, as_of=SURVEY)[0]
        assert int(row["Week20"]) == figures["plans_issued_den"] - figures["plans_issued_den_ex"]
    assert one(*late, holds)["assessments"][0]["Week20"] == "1"
    assert one(*late, fails)["assessments"][0]["Week20"] == "0"


def test_mediation_counts_where_a_meeting_took_place_and_by_what_it_was_about():
    refused = [requested(), fact("assessment_refused", "2025-03-10")]
    asked = [*refused, fact("mediation_requested", "2025-04-01")]
    assert one(*asked)["requests"]["RequestMediation"] == "0"
    request = one(*asked, fact("mediation_held", "2025-04-20"), fact("appeal_registered", "2025-05-20"))["requests"]
    assert (request["RequestMediation"], request["RequestTribunal"]) == ("1", "1")
    plan = [
        requested(),
        agreed(),
        issued(),
        fact("mediation_held", "2025-08-01"),
        fact("appeal_registered", "2025-09-01"),
    ]
    (row,) = one(*plan)["assessments"]
    assert (row["AssessmentMediation"], row["OtherMediation"], row["OtherTribunal"]) == ("0", "1", "1")
    no_plan = [requested(), agreed(), fact("plan_refused", "2025-05-20"), fact("mediation_held", "2025-06-20")]
    (row,) = one(*no_plan)["assessments"]
    assert (row["AssessmentMediation"], row["OtherMediation"]) == ("1", "0")


def test_a_dispute_about_a_plan_is_told_in_its_year():
    plan = [
        requested("2023-01-01"),
        agreed("2023-02-01"),
        issued("2023-05-01"),
        fact("appeal_registered", "2024-09-01"),
    ]
    assert one(*plan)["assessments"][0]["OtherTribunal"] == "0"
    assert one(*plan, year=2025)["assessments"][0]["OtherTribunal"] == "1"


def test_reviews_run_to_survey_day_and_the_last_decision_may_be_of_the_review_before():
    plan = [requested("2023-01-01"), agreed("2023-02-01"), issued("2023-05-01")]
    before = [fact("review_meeting_held", "2025-03-01"), fact("review_decision_sent", "2025-03-25", outcome="maintain")]
    (row,) = one(*plan, *before)["active_plans"]
    assert row == {"ReviewMeeting": "2025-03-01", "ReviewOutcome": "M", "LastReview": "2025-03-25"}
    later = fact("review_meeting_held", SURVEY)
    (row,) = one(*plan, *before, later, fact("review_decision_sent", "2026-01-16", outcome="amend"))["active_plans"]
    assert row == {"ReviewMeeting": SURVEY, "LastReview": "2025-03-25"}
    (row,) = one(*plan, *before, later, fact("review_decision_sent", SURVEY, outcome="amend"),
                 fact("amendment_notice_sent", SURVEY))["active_plans"]  # fmt: skip
    assert row == {"ReviewMeeting": SURVEY, "ReviewOutcome": "A", "LastReview": SURVEY, "ReviewDraft": SURVEY}


def test_returns_of_earlier_years_have_what_they_asked_for():
    plan = [requested("2021-01-01"), agreed("2021-02-01"), issued("2021-05-01"), held("residence", "2021-05-01", "B"),
            held("placement", "2021-09-01", "900001"), held("attendance", "2021-09-01", "PT"),
            fact("review_meeting_held", "2022-03-01"), fact("review_decision_sent", "2022-03-25", outcome="amend"),
            fact("amendment_notice_sent", "2022-03-25")]  # fmt: skip
    old, new = one(*plan, year=2023), one(*plan, year=2025)
    assert old["active_plans"] == [{"Res": "B", "LastReview": "2022-03-25"}]
    assert old["placements"] == [
        {"URN": "900001", "PlacementRank": "1", "EntryDate": "2021-09-01", "AttendancePattern": "PT"}
    ]
    assert new["active_plans"][0]["ReviewDraft"] == "2022-03-25"
    assert new["placements"][0]["Res"] == "B"
    assert "AttendancePattern" not in new["placements"][0]


@pytest.mark.parametrize(
    ("on", "phase", "due"),
    [("2026-09-01", "school", "2026-02-15"), ("2026-09", "post16", "2026-03-31"),
     ("2026-09-07", "post16_to_post16", "2026-04-07"), ("2025-09-01", "school", "2025-02-15"),
     ("2024-09-01", "school", None), ("2027-09-01", "school", None)],
)  # fmt: skip
def test_a_phase_transfer_is_due_by_its_own_day_this_year_or_the_next(on: str, phase: str, due: str | None):
    plan = [requested("2023-01-01"), agreed("2023-02-01"), issued("2023-05-01")]
    (row,) = one(*plan, fact("phase_transfer_due", on, outcome=phase), fact("review_meeting_held", "2025-11-01"))[
        "active_plans"
    ]
    assert row.get("PhaseTransferDueDate") == due


def test_the_plan_for_a_phase_transfer_is_the_one_that_names_the_place_or_follows_the_review():
    plan = [requested("2023-01-01"), agreed("2023-02-01"), issued("2023-05-01"),
            fact("phase_transfer_due", "2026-09-01", outcome="school"), fact("amended_plan_sent", "2025-09-20"),
            fact("review_meeting_held", "2025-10-10"), fact("amended_plan_sent", "2026-01-10")]  # fmt: skip
    assert one(*plan)["active_plans"][0]["PhaseTransferFinalDate"] == "2026-01-10"
    named = fact("amended_plan_sent", "2026-01-12", outcome="names_placement")
    assert one(*plan, named)["active_plans"][0]["PhaseTransferFinalDate"] == "2026-01-12"


def test_placements_of_the_year_are_told_with_the_day_on_which_each_was_left():
    plan = [requested("2023-01-01"), agreed("2023-02-01"), issued("2023-05-01"),
            held("placement", "2023-09-01", "900001", kind="mainstream"), held("sen_unit", "2023-09-01", "yes"),
            held("placement", "2025-09-01", "19990001", kind="post16"),
            held("placement", "2025-09-01", "EHE", rank="2", until="2025-11-30"),
            held("placement", "2026-01-16", "900003")]  # fmt: skip
    assert one(*plan)["placements"] == [
        {"URN": "900001", "PlacementRank": "1", "EntryDate": "2023-09-01", "LeavingDate": "2025-08-31",
         "SENunitIndicator": "1"},
        {"UKPRN": "19990001", "PlacementRank": "1", "EntryDate": "2025-09-01"},
        {"SENSetting": "EHE", "PlacementRank": "2", "EntryDate": "2025-09-01", "LeavingDate": "2025-11-30"},
    ]  # fmt: skip


def test_a_kind_of_place_alone_is_told_as_other_in_words_and_in_2023_not_at_all():
    plan = [requested("2021-01-01"), agreed("2021-02-01"), issued("2021-05-01"),
            held("placement", "2021-09-01", "special"), held("named_placement", "2021-05-01", "special")]  # fmt: skip
    other = {"SENSetting": "OTH", "SENSettingOther": "a special school", "PlacementRank": "1"}
    assert one(*plan)["placements"] == [other | {"EntryDate": "2021-09-01"}]
    assert one(*plan)["plan_details"] == [other]
    assert not {"placements", "plan_details"} & one(*plan, year=2023).keys()


def test_the_needs_and_the_money_are_those_of_survey_day_or_of_the_last_day_of_the_plan():
    plan = [requested("2023-01-01"), agreed("2023-02-01"), issued("2023-05-01"), held("need", "2023-01-01", "MLD"),
            held("need", "2025-10-01", "ASD"), held("need", "2023-01-01", "SEMH", rank="2"),
            held("personal_budget", "2023-05-01", "no"), held("personal_budget", "2025-10-01", "yes"),
            held("direct_payments", "2025-10-01", "E")]  # fmt: skip
    needs = one(*plan)["needs"]
    assert needs == [{"SENtype": "ASD", "SENtypeRank": "1"}, {"SENtype": "SEMH", "SENtypeRank": "2"}]
    assert one(*plan)["named_plans"] == [{"StartDate": "2023-05-01", "PB": "1", "DP": "E"}]
    ended = one(*plan, fact("plan_ceased", "2025-06-30"), held("cease_reason", "2025-07-20", "2"))
    assert ended["needs"][0]["SENtype"] == "MLD"
    assert ended["named_plans"] == [
        {"StartDate": "2023-05-01", "PB": "0", "CeaseDate": "2025-06-30", "CeaseReason": "2"}
    ]


@pytest.mark.parametrize(("event", "reason"), [("plan_transferred_out", "5"), ("died", "8"), ("plan_ceased", None)])
def test_how_a_plan_ended_is_said_where_a_fact_or_a_particular_says_it(event: str, reason: str | None):
    plan = [requested("2023-01-01"), agreed("2023-02-01"), issued("2023-05-01"), fact(event, "2025-06-30")]
    (row,) = one(*plan)["named_plans"]
    assert (row["CeaseDate"], row.get("CeaseReason")) == ("2025-06-30", reason)


def test_a_plan_from_another_authority_is_historical_and_says_whence_in_the_year_it_came():
    came = [fact("plan_transferred_in", "2025-04-01", made_on="2020-01-10", reviewed_on="2025-01-20"),
            held("came_from", "2025-04-01", "916")]  # fmt: skip
    request = one(*came)
    assert request["requests"] == {"ReceivedDate": "2025-04-01", "RYA": "0", "RequestOutcome": "H"}
    assert request["assessments"][0]["AssessmentOutcome"] == "H"
    assert request["named_plans"] == [{"StartDate": "2020-01-10"}]
    assert request["active_plans"] == [{"TransferLA": "916", "LastReview": "2025-01-20"}]
    assert one(came[0])["active_plans"][0]["TransferLA"] == "XXX"
    later = one(*came, year=2027)
    assert "ReceivedDate" not in later["requests"]
    assert "TransferLA" not in later["active_plans"][0]


def test_a_request_that_moved_away_says_where_to():
    moved = [requested(), agreed(), fact("moved_away", "2025-05-01")]
    request = one(*moved, held("exported_to", "2025-05-01", "916"))
    assert request["requests"]["Exported"] == "916"
    assert request["assessments"][0]["AssessmentOutcome"] == "W"
    assert one(*moved)["requests"]["Exported"] == "XXX"


def test_custody_when_the_request_came_is_told():
    assert one(fact("detained", "2025-01-10"), requested())["requests"]["RYA"] == "1"
    assert one(fact("detained", "2025-01-10"), fact("released", "2025-01-20"), requested())["requests"]["RYA"] == "0"


def test_a_correction_and_a_void_count_as_everywhere():
    wrong = ef.make_fact("final_plan_sent", case_id="a", on="2025-06-20", fact_id="p", authority="885")
    right = ef.make_fact("final_plan_sent", case_id="a", on="2025-06-27", corrects="p", authority="885")
    assert one(requested(), agreed(), wrong, right)["named_plans"][0]["StartDate"] == "2025-06-27"
    place = ef.make_fact(
        "particular_recorded", case_id="a", on="2025-01-01", fact_id="n", particular="need", value="MLD"
    )
    void = ef.make_fact("fact_voided", case_id="a", on="2025-01-01", corrects="n", reason="another child's")
    assert "needs" not in one(requested(), agreed(), issued(), place, void)


PERSONS = """case_id,surname,forename,birth_date,sex,ethnicity,postcode,upn,uln,upn_unknown
b,Brookmoor,Bel,04/03/2012,F,WBRI,ZZ1 1AA,B801200005001,,
a,Ashlake,Ada,2014-05-01,male,WBRI,ZZ1 1AA,,,UN3
c,Brookmoor,Bel,2012-03-04,F,WBRI,ZZ1 1AA,B801200005001,,
"""


def written(tmp_path, persons: str, *facts, year: int = YEAR):
    (tmp_path / "persons.csv").write_text(persons)
    days = ReturnYear.of(year)
    people = read_persons(tmp_path / "persons.csv")
    made = make_return(ToldCases(list(facts), list(days.periods()), as_of=days.survey), people, days)
    header = header_of_return(
        days, "885", {"DMO": "Y", "DCO": "N", "DSCO": "R"}, release="1", serial="001", written="2026-02-03T10:30:00"
    )
    file = io.BytesIO()
    write_xml(file, header, made.persons(), days.specification)
    return made, people, file.getvalue()


def of_case(case_id: str, *facts):
    return [each.model_copy(update={"case_id": case_id}) for each in facts]


def test_persons_stand_in_the_order_of_their_file_each_once_with_all_of_their_requests(tmp_path):
    facts = [*of_case("a", requested()), *of_case("b", requested(), agreed()), *of_case("c", requested("2025-10-06")),
             *of_case("d", requested())]  # fmt: skip
    made, _, text = written(tmp_path, PERSONS, *facts)
    message = etree.XML(text)
    assert [each.text for each in message.iter("Surname")] == ["Brookmoor", "Ashlake"]
    assert [len(each.findall("Requests")) for each in message.iter("Person")] == [2, 1]
    assert [each.text for each in message.iter("PersonBirthDate")] == ["2012-03-04", "2014-05-01"]
    assert made.nobody == ["d"]
    etree.XMLSchema(etree.XML(schema_of(YEAR).encode())).assertValid(message)


def test_the_sex_is_written_as_the_year_asks_for_it(tmp_path):
    facts = of_case("a", requested("2022-02-03"))
    _, _, text = written(tmp_path, PERSONS, *facts, year=2023)
    assert [each.text for each in etree.XML(text).iter("GenderCurrent", "Sex")] == ["1"]
    _, _, text = written(tmp_path, PERSONS, *facts, year=2024)
    assert [each.text for each in etree.XML(text).iter("GenderCurrent", "Sex")] == ["M"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("a,Ash,Ada,31/02/2014,F,WBRI,,,,", "birth_date"),
        ("a,A\x02sh,Ada,2014-05-01,F,WBRI,,,,", "surname"),
        (",Ash,Ada,2014-05-01,F,WBRI,,,,", "case_id"),
    ],
)
def test_a_row_of_the_persons_file_that_cannot_be_read_is_refused_and_the_others_count(tmp_path, row: str, column: str):
    head, first, *_ = PERSONS.splitlines()
    _, people, _ = written(tmp_path, f"{head}\n{first}\n{row}\n", *of_case("b", requested()))
    assert [each.column for each in people.refused] == [column]
    assert set(people.by_case) == {"b"}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a unit & <more>", "a unit & <more>"),
        ("a line\rand another", "a line\rand another"),
        ("é, 学校, ]]>", "é, 学校, ]]>"),
        ("a \x01unit\ufffe", "a unit"),
    ],
)
def test_whatever_is_said_of_a_setting_is_written_as_xml_can_hold_it(tmp_path, given: str, text: str):
    place = (held("placement", "2025-06-20", "OTH"), held("setting_other", "2025-06-20", given))
    made, _, written_xml = written(tmp_path, PERSONS, requested(), agreed(), issued(), *place)
    message = etree.XML(written_xml)
    assert [each.text for each in message.iter("SENSettingOther")] == [text]
    etree.XMLSchema(etree.XML(schema_of(YEAR).encode())).assertValid(message)
    told = "case a: what is said of a setting holds a character that no XML file can hold, written without it"
    assert (told in made.notes) == (given != text)


def test_a_person_is_written_as_lxml_writes_one(tmp_path):
    place = (held("placement", "2025-06-20", "OTH"), held("setting_other", "2025-06-20", "a unit & <more>\r"))
    facts = (*of_case("a", requested(), agreed(), issued(), *place), *of_case("b", requested("2025-11-03")))
    _, _, text = written(tmp_path, PERSONS.replace("Ashlake", 'O\'Neill & "Söhne"'), *facts)
    (blanks,) = {each.tail for each in etree.XML(text).iter("Person")}
    alone = [
        etree.tostring(person, pretty_print=True, encoding="utf-8", with_tail=False)
        for person in etree.XML(text, etree.XMLParser(remove_blank_text=True)).iter("Person")
    ]
    assert len(alone) == 2
    assert (blanks, b"".join(alone) in text) == ("\n", True)


def test_an_officer_is_never_guessed():
    days = ReturnYear.of(2026)
    with pytest.raises(InputError, match="--dsco"):
        header_of_return(days, "885", {"DMO": "Y", "DCO": "Y"}, release="1", serial="001", written="x")
    header_of_return(ReturnYear.of(2025), "885", {"DMO": "Y", "DCO": "Y"}, release="1", serial="001", written="x")
    with pytest.raises(InputError, match="write Y, N or R"):
        header_of_return(days, "885", {"DMO": "yes"}, release="1", serial="001", written="x")


def test_a_collection_without_persons_is_refused_and_one_to_come_is_said_to_be_unknown():
    with pytest.raises(RangeError, match="2023"):
        ReturnYear.of(2022)
    assert "not known yet" in ReturnYear.of(2027).told
    assert ReturnYear.of(2027).survey == "2027-01-21"
    assert ReturnYear.of(2026).told == ""


def test_a_day_that_is_known_to_its_month_alone_is_told_by_case_and_item(tmp_path):
    facts = (
        requested("2025-01"), agreed("2025-03"), issued("2025-06"),
        held("placement", "2025-02-03", "900001"), held("placement", "2025-09", "900002"),
        fact("review_meeting_held", "2025-10-14"), fact("review_decision_sent", "2025-11", outcome="maintain"),
        fact("plan_ceased", "2025-12"),
    )  # fmt: skip
    made, _, text = written(tmp_path, PERSONS, *facts)
    (said,) = [note for note in made.notes if "the month alone" in note]
    assert "8 day(s)" in said
    for item, month, day in (
        ("ReceivedDate", "2025-01", "31"), ("RequestOutcomeDate", "2025-03", "31"),
        ("AssessmentOutcomeDate", "2025-06", "30"), ("StartDate", "2025-06", "30"), ("CeaseDate", "2025-12", "31"),
        ("LeavingDate", "2025-09", "29"), ("EntryDate", "2025-09", "30"), ("LastReview", "2025-11", "30"),
    ):  # fmt: skip
        assert f"{item} of case a ({month}, as {month}-{day})" in said
        assert f"<{item}>{month}-{day}</{item}>".encode() in text


def test_the_day_by_which_another_transfer_is_due_is_told_where_its_month_alone_is_known(tmp_path):
    transfer = fact("phase_transfer_due", "2026-08", outcome="post16_to_post16")
    made, _, text = written(tmp_path, PERSONS, requested(), agreed(), issued(), transfer)
    assert b"<PhaseTransferDueDate>2026-03-31" in text
    assert any("PhaseTransferDueDate of case a (2026-03, as 2026-03-31)" in note for note in made.notes)


def test_many_days_of_a_month_are_told_by_the_first_of_them_and_how_many_more(tmp_path):
    persons = PERSONS.splitlines()[0] + "".join(f"\nx{at},A,B{at},2014-05-01,F,WBRI,ZZ1 1AA,,,UN3" for at in range(14))
    facts = [requested("2025-01").model_copy(update={"case_id": f"x{at}"}) for at in range(14)]
    made, _, _ = written(tmp_path, persons, *facts)
    (said,) = [note for note in made.notes if "the month alone" in note]
    assert "14 day(s)" in said
    assert said.count("ReceivedDate") == 12
    assert "and 2 more" in said


def test_the_month_of_a_transfer_of_phase_and_days_that_are_known_are_not_told(tmp_path):
    transfer = fact("phase_transfer_due", "2026-09", outcome="school")
    made, _, _ = written(tmp_path, PERSONS, requested(), agreed(), issued(), transfer)
    assert not [note for note in made.notes if "the month alone" in note]


@pytest.mark.parametrize("code", ["NEET", "NIEC", "NIEO"])
def test_a_named_place_that_a_plan_cannot_name_is_left_out_and_told(tmp_path, code: str):
    places = held("named_placement", "2025-06-20", code), held("named_placement", "2025-06-20", "900001", rank="2")
    made, _, text = written(tmp_path, PERSONS, requested(), agreed(), issued(), *places)
    (said,) = [note for note in made.notes if "no such code" in note]
    assert (
        f"1 place(s) are left out, for the return of 2026 has no such code there: named_placement {code} of case a"
        in said
    )
    assert "(4.7c)" in said
    found = list(check_return(read_return(io.BytesIO(text), ReturnColumns(), name="return.xml")))
    assert "first_place_missing" in {each.rule for each in found}


def test_the_places_for_which_a_year_has_no_code_are_told_by_the_first_of_them(tmp_path):
    facts = [requested("2022-01-10"), agreed("2022-02-10"), issued("2022-06-20")]
    facts += [held("placement", f"2022-{at:02}-01", "special" if at % 2 else "OTH") for at in range(1, 13)]
    facts.append(held("named_placement", "2022-06-20", "special"))
    made, _, text = written(tmp_path, PERSONS, *facts, year=2023)
    assert b"<PlacementDetail>" not in text
    (said,) = [note for note in made.notes if "no such code" in note]
    assert "13 place(s) are left out, for the return of 2023" in said
    assert (
        "named_placement special of case a (4.7c), placement special of case a (5.5c), placement OTH of case a" in said
    )
    assert said.endswith(" and 1 more")


def test_a_plan_that_began_between_the_year_and_survey_day_is_not_told_and_the_export_says_whose_it_is(tmp_path):
    facts = [*of_case("a", requested(), agreed(), fact("final_plan_sent", "2026-01-05")),
             *of_case("b", fact("plan_transferred_in", "2026-01-08", made_on="2024-03-04")),
             *of_case("c", requested(), agreed(), fact("final_plan_sent", "2026-01-16"))]  # fmt: skip
    made, _, _ = written(tmp_path, PERSONS, *facts)
    assert [each.case_id for each in made.records.requests] == ["a", "c"]
    assert all(each.named_plan is None for each in made.records.requests)
    (said,) = [note for note in made.notes if "plan(s)" in note]
    assert said.startswith("2 plan(s) that were made or came from 2026-01-01 to 2026-01-15 are not told")
    assert said.endswith(": a, b")
    gone = fact("plan_ceased", "2026-01-09")
    made, _, _ = written(
        tmp_path, PERSONS, *of_case("b", requested(), agreed(), fact("final_plan_sent", "2026-01-05"), gone)
    )
    assert not any("plan(s)" in note for note in made.notes)
