"""Two returns compared: what changed, person by person, and what of it a year does not explain."""

from __future__ import annotations

import csv
import io

import pytest

from ehcp_flow.errors import InputError
from ehcp_flow.sen2 import FIELDS_OF_CHANGE, compare_returns
from ehcp_flow.synth import write_synth
from tests.cli.running import run
from tests.sen2.made_returns import CEASED, CLEAN, OPEN, PLAN, as_2023, read

OLD = CLEAN.replace("<Year>2026", "<Year>2025").replace("<ReferenceDate>2026-01-15", "<ReferenceDate>2025-01-16")
SECOND = OPEN[OPEN.index("<Requests>") : OPEN.index("</Person>")]
PLACE = CEASED[CEASED.index("<PlacementDetail>") : CEASED.index("<SENneed>")]
NEED = "<SENneed>\n<SENtype>SEMH</SENtype>\n<SENtypeRank>2</SENtypeRank>\n</SENneed>\n"


def changes(old: str, new: str) -> list[tuple[str, str, str, str, bool]]:
    """What changed, without whose it is."""
    return [
        (each.change, each.element, each.old, each.new, each.look) for each in compare_returns(read(old), read(new))
    ]


def within(text: str, *edits: tuple[str, str]) -> str:
    """A text with each first place of something made another."""
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_same_return_a_year_later_has_no_change():
    assert changes(OLD, CLEAN) == []


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        # What a year explains.
        ("<RequestOutcome>Y", "<RequestOutcome>H", ("changed", "RequestOutcome", "Y", "H", False)),
        ("<RequestOutcome>A", "<RequestOutcome>W", ("changed", "RequestOutcome", "A", "W", False)),
        ("<ReviewMeeting>2025-11-10", "<ReviewMeeting>2025-11-24",
         ("changed", "ReviewMeeting", "2025-11-10", "2025-11-24", False)),
        ("<CeaseDate>2025-08-31</CeaseDate>\n<CeaseReason>4</CeaseReason>\n", "", None),
        ("<DP>E", "<DP>S", ("changed", "DP", "E", "S", False)),
        ("<PB>1</PB>\n", "", ("gone", "PB", "1", "", False)),
        ("<RYA>0</RYA>\n", "", None),
        ("<Ethnicity>WBRI", "<Ethnicity>WENG", ("changed", "Ethnicity", "WBRI", "WENG", False)),
        # What it does not.
        ("<RequestOutcome>Y", "<RequestOutcome>N", ("changed", "RequestOutcome", "Y", "N", True)),
        ("<RequestOutcome>H", "<RequestOutcome>A", ("changed", "RequestOutcome", "H", "A", True)),
        ("<PersonBirthDate>2014-05-01", "<PersonBirthDate>2014-01-05",
         ("changed", "PersonBirthDate", "2014-05-01", "2014-01-05", True)),
        ("<StartDate>2018-07-20", "<StartDate>2018-07-27", ("changed", "StartDate", "2018-07-20", "2018-07-27", True)),
        ("<LastReview>2025-12-01", "<LastReview>2025-11-28",
         ("changed", "LastReview", "2025-12-01", "2025-11-28", True)),
        ("<CeaseReason>4", "<CeaseReason>6", ("changed", "CeaseReason", "4", "6", True)),
        ("<AssessmentOutcomeDate>2025-05-20", "<AssessmentOutcomeDate>2025-05-21",
         ("changed", "AssessmentOutcomeDate", "2025-05-20", "2025-05-21", True)),
        # The person is the same by another number, or by name and birth; the number is then another.
        ("<UPN>B801200005001</UPN>\n", "", ("gone", "UPN", "B801200005001", "", True)),
        ("<UniqueLearnerNumber>9276308686</UniqueLearnerNumber>\n", "",
         ("gone", "UniqueLearnerNumber", "9276308686", "", True)),
        ("<UPNunknown>UN9", "<UPNunknown>UN3", ("changed", "UPNunknown", "UN9", "UN3", False)),
        # Rows: places, needs.
        (NEED, "", ("row_left", "SENneed", "SEMH (2)", "", False)),
        ("<SENtype>SEMH", "<SENtype>SLCN", ("changed", "SENneed", "SEMH (2)", "SLCN (2)", False)),
        ("<LeavingDate>2025-07-18</LeavingDate>\n", "",
         ("changed", "PlacementDetail", "900001 from 2024-09-02 to 2025-07-18 (1)", "900001 from 2024-09-02 (1)",
          False)),
        (PLACE, "", ("row_left", "PlacementDetail", "NEET from 2023-09-01 (1)", "", True)),
        # What else is said of a place, and the header.
        ("<SENunitIndicator>0", "<SENunitIndicator>1", ("changed", "SENunitIndicator", "0", "1", False)),
        ("<SENunitIndicator>0</SENunitIndicator>\n",
         "<SENunitIndicator>0</SENunitIndicator>\n<ResourcedProvisionIndicator>1</ResourcedProvisionIndicator>\n<Res>A</Res>\n",
         None),
        ("<DMO>Y", "<DMO>N", ("changed", "DMO", "Y", "N", False)),
        ("<DCO>Y", "<DCO>R", ("changed", "DCO", "Y", "R", False)),
        ("<DSCO>R</DSCO>\n", "", ("gone", "DSCO", "R", "", False)),
    ],
)  # fmt: skip
def test_a_change_is_told_and_looked_at_where_a_year_does_not_explain_it(old, new, change):
    expected = [] if change is None else [change]
    if "CeaseDate" in old:
        expected = [("gone", "CeaseDate", "2025-08-31", "", True), ("gone", "CeaseReason", "4", "", True)]
    if "<Res>" in new:
        expected = [("given", "ResourcedProvisionIndicator", "", "1", False), ("given", "Res", "", "A", False)]
    assert changes(OLD, within(CLEAN, (old, new))) == expected


def test_what_has_become_historical_no_longer_gives_its_days_and_that_is_no_change():
    request = PLAN[PLAN.index("<ReceivedDate>") : PLAN.index("<Assessment>")]
    later = within(CLEAN, (request, "<RequestOutcome>H</RequestOutcome>\n"))
    assert changes(OLD, later) == [("changed", "RequestOutcome", "Y", "H", False)]


@pytest.mark.parametrize(("outcome", "look"), [("W", False), ("N", False), ("A", True)])
def test_a_plan_that_was_agreed_and_not_issued_can_have_been_withdrawn_or_refused(outcome: str, look: bool):
    plan = PLAN[PLAN.index("<NamedPlan>") : PLAN.index("</Assessment>")]
    active = PLAN[PLAN.index("<ActivePlans>") : PLAN.index("</Requests>")]
    agreed = within(OLD, ("<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>\n", ""), (plan, ""), (active, ""))
    later = within(agreed, ("<Year>2025", "<Year>2026"), ("<AssessmentOutcome>Y", f"<AssessmentOutcome>{outcome}"))
    assert changes(agreed, later) == [("changed", "AssessmentOutcome", "Y", outcome, look)]


def test_two_placements_of_one_rank_and_day_are_told_apart_by_their_places():
    place = (
        "<PlacementDetail>\n<URN>900058</URN>\n<PlacementRank>1</PlacementRank>\n<EntryDate>2024-09-02</EntryDate>\n"
        "</PlacementDetail>\n"
    )
    both = within(OLD, ("<ActivePlans>\n", f"<ActivePlans>\n{place}"))
    assert changes(both, within(both, ("<Year>2025", "<Year>2026"))) == []
    assert changes(both, CLEAN) == [("row_left", "PlacementDetail", "900058 from 2024-09-02 (1)", "", True)]
    moved = within(both, ("<Year>2025", "<Year>2026"), ("<URN>900058", "<URN>900059"))
    assert changes(both, moved) == [
        ("changed", "PlacementDetail", "900058 from 2024-09-02 (1)", "900059 from 2024-09-02 (1)", False)
    ]


def test_a_day_that_goes_with_another_outcome_is_another_too():
    refused = within(OLD, ("<AssessmentOutcome>Y", "<AssessmentOutcome>N"))
    later = within(CLEAN, ("<AssessmentOutcomeDate>2025-05-20", "<AssessmentOutcomeDate>2025-06-20"))
    assert changes(refused, later) == [
        ("changed", "AssessmentOutcome", "N", "Y", False),
        ("changed", "AssessmentOutcomeDate", "2025-05-20", "2025-06-20", False),
    ]


@pytest.mark.parametrize(("person", "look"), [(PLAN, True), (CEASED, False), (OPEN, True)])
def test_who_is_gone_is_looked_at_unless_it_was_at_an_end(person, look):
    ((change, element, told, _, looked),) = changes(OLD, within(CLEAN, (person, "")))
    assert (change, element, looked) == ("person_left", "Requests", look)
    assert told.startswith("ReceivedDate=")


@pytest.mark.parametrize(
    ("person", "look"),
    [
        (OPEN, False),  # asked for after the return before ended
        (CEASED, True),
        (within(CEASED, ("<ActivePlans>\n", "<ActivePlans>\n<TransferLA>916</TransferLA>\n")), False),
    ],
)
def test_who_is_new_is_looked_at_unless_the_request_is_or_the_plan_came(person, look):
    before = within(OLD, (CEASED, ""), (OPEN, ""))
    after = within(CLEAN, (CEASED, ""), (OPEN, person))
    assert [(each[0], each[4]) for each in changes(before, after)] == [("person_came", look)]


def test_the_requests_of_one_person_are_paired_by_their_days():
    both = within(CLEAN, ("</Requests>\n</Person>", f"</Requests>\n{SECOND}</Person>"))
    earlier = within(OLD, (SECOND, ""), ("</Requests>\n</Person>", f"</Requests>\n{SECOND}</Person>"), (
        OPEN.replace(SECOND, ""), ""))  # fmt: skip
    assert [each[:2] for each in changes(OLD, both)] == [("request_came", "Requests")]
    now = within(both, (OPEN, ""), ("<ReceivedDate>2025-11-03", "<ReceivedDate>2025-11-04"))
    assert changes(earlier, now) == [("changed", "ReceivedDate", "2025-11-03", "2025-11-04", True)]
    gone = within(CLEAN, (OPEN, ""))
    assert [each[0] for each in changes(earlier, gone)] == ["request_left"]


def test_a_gender_and_the_sex_that_replaced_it_are_one_item_and_flags_are_flags_however_written():
    old = as_2023(CLEAN)
    new = old.replace("<Year>2023", "<Year>2024").replace("2023-01-19", "2024-01-18")
    new = new.replace("<GenderCurrent>2</GenderCurrent>", "<Sex>F</Sex>").replace(
        "<GenderCurrent>1</GenderCurrent>", "<Sex>M</Sex>"
    )
    new = new.replace("<PB>1", "<PB>true").replace("<OA>0", "<OA>0.0")
    assert changes(old, new) == []


def test_two_sendings_of_one_year_are_compared_and_no_year_explains_or_denies_anything():
    again = within(CLEAN, ("<StartDate>2018-07-20", "<StartDate>2018-07-27"), (OPEN, ""))
    assert [(each[0], each[4]) for each in changes(CLEAN, again)] == [("changed", False), ("person_left", False)]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (CLEAN, OLD, "give the older one first"),
        (OLD, CLEAN.replace("<LEA>885", "<LEA>886"), "give two returns of one"),
        (OLD.replace("<Year>2025</Year>\n", ""), CLEAN, "does not say of which collection"),
    ],
)
def test_what_cannot_be_compared_is_refused(old, new, why):
    with pytest.raises(InputError, match=why):
        list(compare_returns(read(old), read(new)))


def test_the_command_tells_person_by_person_and_the_rest_in_rows(tmp_path):
    (tmp_path / "old.xml").write_text(OLD)
    (tmp_path / "new.xml").write_text(
        within(CLEAN, ("<StartDate>2018-07-20", "<StartDate>2018-07-27"), ("<DP>E", "<DP>S"))
    )
    files = (str(tmp_path / "old.xml"), str(tmp_path / "new.xml"))
    rows = list(csv.DictReader(io.StringIO(run("sen2", "compare", *files, "--format", "csv").stdout)))
    assert tuple(rows[0]) == FIELDS_OF_CHANGE
    assert [(row["element"], row["look"]) for row in rows] == [("DP", "false"), ("StartDate", "true")]
    told = run("sen2", "compare", *files, "--unexplained", "--format", "table")
    assert "Brookmoor, Bel" in told.stdout
    assert "Ashlake" not in told.stdout
    assert "0 cases came, 0 left, 2 changed; 1 change to be looked at" in told.stderr
    same = run("sen2", "compare", files[1], files[1])
    assert "both are of one year" in same.stderr


def test_the_returns_of_a_council_that_kept_its_records_for_a_year_leave_little_to_look_at(tmp_path):
    facts, persons = tmp_path / "council.csv", tmp_path / "persons.csv"
    write_synth(facts, 400, 31, authority="885", as_of="2026-01-15", persons=persons)
    for year in ("2025", "2026"):
        run(
            "sen2",
            "export",
            str(facts),
            "--year",
            year,
            "--persons",
            str(persons),
            "--output",
            f"{tmp_path}/{year}.xml",
        )
    told = [read((tmp_path / f"{year}.xml").read_text()) for year in ("2025", "2026")]
    found = list(compare_returns(*told))
    assert len(found) > 500
    assert sum(each.look for each in found) <= 4
