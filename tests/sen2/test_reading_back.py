"""What comes back of a return that says too little: with what is said beside it, all; without it, what is left out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.running import invoke
from tests.sen2.made_returns import CEASED, CLEAN, OPEN, found
from tests.sen2.test_comparing import within

NO_YEAR = within(CLEAN, ("<Year>2026</Year>\n", ""))
AGREED = (
    "<AssessmentOutcome>Y</AssessmentOutcome>\n<AssessmentOutcomeDate>2025-05-20</AssessmentOutcomeDate>",
    "<AssessmentOutcome>Y</AssessmentOutcome>",
)
NAMED = CLEAN[CLEAN.index("<NamedPlan>") : CLEAN.index("</Assessment>")]
ACTIVE = CLEAN[CLEAN.index("<ActivePlans>") : CLEAN.index("</Requests>")]
NOT_ISSUED = within(NO_YEAR, AGREED, (NAMED, ""), (ACTIVE, ""))
"""A plan that was agreed and not issued, in a return that does not say its year."""
ON_ANOTHER_DAY = within(NO_YEAR, ("<PhaseTransferDueDate>2026-02-15", "<PhaseTransferDueDate>2026-02-20"))


def imported(tmp_path: Path, text: str, *options: str):
    path = tmp_path / "sen2.xml"
    path.write_text(text)
    outputs = ("--output", tmp_path / "facts.csv", "--persons", tmp_path / "whose.csv")
    return invoke("sen2", "import", path, *outputs, *options)


def particulars(tmp_path: Path) -> dict[str, str]:
    with (tmp_path / "facts.csv").open(newline="") as file:
        return {row["particular"]: row["value"] for row in csv.DictReader(file) if row["particular"]}


def again(tmp_path: Path) -> str:
    whose, back = tmp_path / "whose.csv", tmp_path / "back.xml"
    done = invoke("sen2", "export", tmp_path / "facts.csv", "--year", "2026", "--persons", whose, "--output", back)
    assert done.exit_code == 0, done.stderr
    return back.read_text()


def test_a_return_without_its_year_comes_back_with_the_one_that_is_given(tmp_path):
    done = imported(tmp_path, NOT_ISSUED, "--year", "2026")
    assert done.exit_code == 0
    assert "the return of 2026 of 885" in done.stderr
    assert particulars(tmp_path)["assessment_outcome"] == "Y"
    back = again(tmp_path)
    assert "<AssessmentOutcome>Y</AssessmentOutcome>" in back
    assert "<AssessmentOutcomeDate>" not in back
    imported(tmp_path, ON_ANOTHER_DAY, "--year", "2026")
    assert "<PhaseTransferDueDate>2026-02-20</PhaseTransferDueDate>" in again(tmp_path)


def test_without_a_year_nothing_is_left_out_without_a_line(tmp_path):
    done = imported(tmp_path, NOT_ISSUED)
    assert "assessment_outcome" not in particulars(tmp_path)
    assert "it does not say of which collection it is (Year); give --year YEAR here" in done.stderr
    line = NOT_ISSUED.splitlines().index("<AssessmentOutcome>Y</AssessmentOutcome>") + 1
    told = next(said for said in done.stderr.splitlines() if "stand without a day" in said)
    assert "left out; `sen2 import --year` keeps them" in told
    assert f"AssessmentOutcome line {line}" in told
    imported(tmp_path, ON_ANOTHER_DAY)
    assert "<PhaseTransferDueDate>2026-02-20</PhaseTransferDueDate>" in again(tmp_path)


def test_a_year_that_contradicts_the_return_is_refused(tmp_path):
    done = imported(tmp_path, CLEAN, "--year", "2025")
    assert done.exit_code == 2
    assert "says that it is of 2026; leave it out" in done.stderr
    assert not (tmp_path / "facts.csv").exists()


SOURCE_OF_H = ("<RequestOutcome>H", "<RequestSource>1</RequestSource>\n<RequestOutcome>H")
TRANSFER = "<ActivePlans>\n<TransferLA>916</TransferLA>\n<PlacementDetail>\n<SENSetting>NEET"


@pytest.mark.parametrize(
    ("changes", "told", "places"),
    [
        ([("<ReceivedDate>2025-01-08</ReceivedDate>\n", "")], "source(s) of a request", ["RequestSource"]),
        ([("<ReceivedDate>2018-03-05", "<ReceivedDate>2025-03-05"), SOURCE_OF_H,
          ("<ActivePlans>\n<PlacementDetail>\n<SENSetting>NEET", TRANSFER)],
         "are of the authority's from which the plan came", ["RequestSource"]),
        ([("<RequestOutcome>Y</RequestOutcome>\n", "")], "beside no outcome", ["RequestOutcomeDate"]),
        ([("<RequestOutcome>Y", "<RequestOutcome>A")], "beside no outcome, or beside one", ["RequestOutcomeDate"]),
        ([("<AssessmentOutcome>Y</AssessmentOutcome>\n", "")], "beside no outcome", ["AssessmentOutcomeDate"]),
        ([("<LastReview>2025-12-01</LastReview>\n", "")], "without the day of the decision", ["ReviewOutcome"]),
        ([("<URN>900001</URN>\n", "")], "of a place that a plan names", ["PlacementRank"]),
        ([("<SENSetting>NEET</SENSetting>\n", "")], "of a placement", ["PlacementRank", "EntryDate"]),
        ([("<SENtype>ASD</SENtype>\n", "")], "of a need (SENtypeRank) stand", ["SENtypeRank"]),
    ],
)  # fmt: skip
def test_what_no_fact_can_be_made_of_is_told_with_its_line_and_why(tmp_path, changes, told: str, places: list[str]):
    text = within(CLEAN, *changes)
    done = imported(tmp_path, text)
    (said,) = [line for line in done.stderr.splitlines() if told in line]
    assert "left out" in said
    stand = said[said.rindex("(") + 1 : -1].split(", ")
    assert [place.partition(" line ")[0] for place in stand] == places
    lines = text.splitlines()
    assert all(
        lines[int(at) - 1].startswith(f"<{item}>") for item, _, at in (each.partition(" line ") for each in stand)
    )


def test_an_historical_plan_with_two_days_is_told(tmp_path):
    outcome = "<AssessmentOutcome>H</AssessmentOutcome>"
    text = within(CLEAN, (outcome, f"{outcome}\n<AssessmentOutcomeDate>2018-07-01</AssessmentOutcomeDate>"))
    assert "start on another by 4.1 (StartDate): the day of 4.1 was taken" in imported(tmp_path, text).stderr


def test_many_that_are_left_out_are_told_by_the_first_of_them_and_how_many_more(tmp_path):
    some = "".join(
        (CEASED.replace("Brookmoor", f"B{at}")).replace("<SENSetting>NEET</SENSetting>\n", "") for at in range(5)
    )
    done = imported(tmp_path, within(CLEAN, (CEASED, some)))
    (said,) = [line for line in done.stderr.splitlines() if "of a placement" in line]
    assert ": 10 item(s)" in said
    assert said.endswith(" and 4 more)")
    assert said.count(" line ") == 6


def test_elements_out_of_place_and_persons_without_a_request_are_told_with_their_lines(tmp_path):
    nobody = OPEN[: OPEN.index("<Requests>")] + "</Person>\n"
    text = within(CLEAN, ("<RYA>0</RYA>", "<RYA>0</RYA>\n<RYA>1</RYA>"), (OPEN, nobody))
    done = imported(tmp_path, text)
    lines = text.splitlines()
    assert f"(repeated RYA line {lines.index('<RYA>1</RYA>') + 1})" in done.stderr
    person = lines.index("<Surname>Coldhurst</Surname>")
    assert f"1 person has no request, so nothing is made of them (line {person})" in done.stderr
    again = invoke("convert", tmp_path / "sen2.xml", "--columns", "sen2", "--output", tmp_path / "converted.csv")
    assert "(repeated RYA line" in again.stderr
    assert "1 person has no request" in again.stderr


def test_what_a_folder_leaves_out_is_told_with_its_file(tmp_path):
    from tests.sen2.test_other_forms import BLADE, NAME

    folder = tmp_path / "blade"
    folder.mkdir()
    for path in BLADE.iterdir():
        (folder / path.name).write_text(path.read_text())
    path = folder / NAME.format("placementdetail")
    path.write_text(path.read_text().replace(",NEET,", ",,", 1))
    done = invoke("sen2", "import", folder, "--output", tmp_path / "f.csv", "--persons", tmp_path / "p.csv")
    (said,) = [line for line in done.stderr.splitlines() if "of a placement" in line]
    assert f"{NAME.format('placementdetail')}, PlacementRank line 2" in said


OLD = "<StartDate>2018-07-20</StartDate>\n"
OLD_PLAN = CEASED[CEASED.index("<NamedPlan>") : CEASED.index("</Assessment>")]
OLD_ASSESSMENT = CEASED[CEASED.index("<Assessment>") : CEASED.index("<ActivePlans>")]
OLD_ACTIVE = CEASED[CEASED.index("<ActivePlans>") : CEASED.index("</Requests>")]


@pytest.mark.parametrize(
    ("changes", "element", "item"),
    [
        ([(OLD, "")], "<NamedPlan>", "StartDate"),
        ([(OLD_PLAN, "")], "<ActivePlans>", "StartDate"),
        ([(OLD_ASSESSMENT, "")], "<ActivePlans>", "StartDate"),
        ([("<CeaseDate>2025-08-31</CeaseDate>\n", "")], "<CeaseReason>", "CeaseReason"),
    ],
)
def test_what_hangs_on_a_day_that_is_missing_is_refused_with_case_and_line(tmp_path, changes, element: str, item: str):
    text = within(CLEAN, (CEASED, within(CEASED, *changes)))
    lines = text.splitlines()
    line = lines.index(element, lines.index("<Surname>Brookmoor</Surname>")) + 1 if element[1] != "C" else 0
    line = line or lines.index("<CeaseReason>4</CeaseReason>") + 1
    for name in ("import", "convert"):
        done = imported(tmp_path, text)
        if name == "convert":
            done = invoke("convert", tmp_path / "sen2.xml", "--columns", "sen2", "--output", tmp_path / "converted.csv")
        assert done.exit_code == 1
        (said,) = [each for each in done.stderr.splitlines() if "no day says" in each]
        assert f"line {line}" in said
        assert item in said
        assert "885-2" in said


def test_an_historical_plan_without_its_day_stays_historical_and_is_asked_for_again(tmp_path):
    for changes, code in (((OLD, ""),), 1), (((OLD_PLAN, ""), (OLD_ACTIVE, "")), 0):
        assert imported(tmp_path, within(CLEAN, *changes)).exit_code == code
        back = again(tmp_path)
        assert back.count("<AssessmentOutcome>H</AssessmentOutcome>") == 1
        assert "<AssessmentOutcome>A</AssessmentOutcome>" not in back
        assert ("historical_plan_missing", "NamedPlan") in found(back)


def test_a_folder_whose_plans_have_no_day_is_refused_plan_by_plan(tmp_path):
    from tests.sen2.test_other_forms import BLADE, NAME

    folder = tmp_path / "blade"
    folder.mkdir()
    for path in BLADE.iterdir():
        (folder / path.name).write_text(path.read_text())
    path = folder / NAME.format("namedplan")
    plans = len(path.read_text().splitlines()) - 1
    path.write_text(path.read_text().replace("startdate", "strtdate", 1))
    done = invoke("sen2", "import", folder, "--output", tmp_path / "f.csv", "--persons", tmp_path / "p.csv")
    assert done.exit_code == 1
    assert 0 < done.stderr.count("no day says since when there is a plan") <= plans


def test_text_between_elements_is_told_when_a_return_is_read_back(tmp_path):
    text = within(CLEAN, ("<ReceivedDate>2025-01-08", "hello <ReceivedDate>2025-01-08"))
    line = next(at for at, said in enumerate(text.splitlines(), 1) if said.startswith("hello"))
    assert f"(stray text in Requests line {line})" in imported(tmp_path, text).stderr
