"""The law of Wales at every door: states and refusals, commands, columns and store, and what is England's only."""

import datetime as dt
import json
import tomllib
from importlib import resources

import holidays
import openpyxl  # type: ignore[import-untyped]
import pytest

from ehcp_flow import Case, deadlines_of, make_fact, write_facts
from ehcp_flow.bulk import states_frame
from ehcp_flow.errors import MoveRefused
from ehcp_flow.law.loader import load_rulebook
from ehcp_flow.law.parts import EVIDENCE
from ehcp_flow.moves.law_at_hand import LawAtHand
from ehcp_flow.states import record, state
from ehcp_flow.store import Store
from ehcp_flow.testing.rulebook_contract import RulebookContract
from tests.cli.running import invoke
from tests.wales.lives import FOLDER, LIVES, TERMS, calendars, life, lives, wales

ENDS = {
    "school's plan, reviewed": "SCHOOL_PLAN",
    "school finds none, the authority does": "SCHOOL_PLAN",
    "none by both, and an appeal that is won": "AUTHORITY_PLAN",
    "school's plan, which the authority leaves as it is": "SCHOOL_PLAN",
    "school's plan, which the authority takes over": "AUTHORITY_PLAN",
    "school ceases, and has to go on": "SCHOOL_PLAN",
    "school ceases, and nobody asks": "ENDED",
    "college refers the case, and an NHS body is asked": "COLLEGE_PLAN",
    "college finds none": "REFUSED",
    "no plan is necessary": "REFUSED",
    "young person does not consent": "NOT_CONSENTED",
    "too late, for what nobody could help": "AUTHORITY_PLAN",
    "moves to another authority": "ENDED",
    "authority ceases": "ENDED",
    "authority ceases, and the Tribunal has the plan maintained": "AUTHORITY_PLAN",
    "authority finds none, and is told nothing new": "NO_DUTY",
    "dies": "DIED",
}


class TestWales(RulebookContract):
    @pytest.fixture
    def rulebook(self):
        return load_rulebook(FOLDER)


@pytest.fixture
def file(tmp_path):
    """The lives as a file of facts, and beside it the term dates."""
    path = tmp_path / "lives.csv"
    with path.open("wb") as to:
        write_facts([fact for case in lives() for fact in case.recorded], to, format="csv")
    (tmp_path / "terms.csv").write_text(TERMS)
    return path


def run(name, file, *words, as_of="2026-06-30"):
    terms = ("--institutions", file.with_name("terms.csv"))
    return invoke(name, file, *words, "--as-of", as_of, "--rulebook", FOLDER, *terms)


@pytest.mark.parametrize("name", LIVES)
def test_each_life_is_lawful_fact_by_fact_and_ends_where_it_says(name):
    whole, case = life(LIVES[name]), Case("W-1", ())
    for fact in whole.facts:
        case = record(case, fact, rulebook=wales())
    assert state(case, "2026-12-31", rulebook=wales()).pathway == ENDS[name]


@pytest.mark.parametrize(
    ("before", "event", "outcome", "why"),
    [
        ("aln_raised:school 2026-01-12", "no_aln_notified", "authority", "the body that it names is not deciding"),
        ("aln_raised:school 2026-01-12", "idp_given", "college", "no decision is on record"),
        ("idp_given:school 2026-01-12", "reconsideration_asked", "decision", "no school has decided that"),
        ("plan_passed:authority 2026-01-12", "reconsideration_asked", "plan", "no school has decided that"),
        ("plan_passed:authority 2026-01-12", "takeover_asked", None, "no school or college maintains a plan"),
        ("plan_passed:school 2026-01-12", "review_asked", "authority", "does not maintain a plan"),
        ("plan_passed:school 2026-01-12", "plan_ended", None, "no decision that the plan ceases is on record"),
        ("plan_passed:school 2026-01-12\ncease_decided:school 2026-01-19\nreconsideration_asked:ceasing 2026-01-26",
         "plan_ended", None, "it is being reconsidered"),
        ("aln_raised:authority 2026-01-12\nno_aln_notified:authority 2026-01-19", "idp_given", "authority",
         "no order of the Tribunal is on record"),
        ("aln_raised:school 2026-01-12", "no_duty_to_decide", "authority", "the body that it names is not deciding"),
        ("", "case_referred", None, "no school or college is deciding about this case"),
        ("", "plan_passed", "other_authority", "no plan is maintained"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_provision(before, event, outcome, why):
    wales()
    fact = make_fact(event, case_id="W-1", on="2026-03-02", outcome=outcome)
    with pytest.raises(MoveRefused, match=why) as refused:
        record(life(before) if before else Case("W-1", ()), fact, rulebook=wales())
    assert "Additional Learning Needs and Education Tribunal (Wales) Act 2018, s " in str(refused.value)


def test_somebody_elses_act_is_reported_and_not_refused():
    case = life("plan_passed:school 2026-01-12\naln_raised:authority 2026-03-02")
    found = state(case, "2026-03-02", rulebook=wales())
    assert (found.pathway, [each.code for each in found.findings]) == (
        "SCHOOL_PLAN", ["raised_while_plan_maintained"],
    )  # fmt: skip


@pytest.mark.parametrize("before", ["", *LIVES.values()])
def test_a_death_is_the_end_of_a_case_wherever_it_stands_and_what_comes_after_is_told(before):
    case = life(f"{before}\ndied 2027-01-11")
    assert state(case, "2027-02-01", rulebook=wales()).pathway == "DIED"
    for event, outcome in (("review_decided", "revised"), ("cease_decided", "school"), ("appeal_decided", "maintain")):
        after = make_fact(event, case_id="W-1", on="2027-01-18", outcome=outcome)
        with pytest.raises(MoveRefused, match="had died, and the case was over"):
            record(case, after, rulebook=wales())
    told = state(life(f"{before}\ndied 2027-01-11\nno_aln_notified:school 2027-01-18"), "2027-02-01", rulebook=wales())
    assert (told.pathway, told.findings[-1].code) == ("DIED", "act_after_death")


def test_columns_find_every_case_in_its_state():
    facts = [fact for case in lives() for fact in case.recorded]
    told = dict(states_frame(facts, "2026-12-31", rulebook=wales()).select("case_id", "state").rows())
    assert told == {f"W-{number:02}": ENDS[name] for number, name in enumerate(LIVES, 1)}


def test_a_store_keeps_the_lives_and_answers_as_the_file_does(file, tmp_path):
    url = f"sqlite:///{tmp_path / 'wales.db'}"
    taken = invoke("import", file, "--store", url, "--rulebook", FOLDER)
    assert (taken.exit_code, "0 duplicates, 0 refused" in taken.stdout) == (0, True)
    checked = [invoke("check", source, "--as-of", "2026-06-30", "--rulebook", FOLDER) for source in (file, url)]
    assert [each.exit_code for each in checked] == [0, 0]
    assert checked[0].stdout == checked[1].stdout
    with Store.open(url) as store:
        assert store.verify().unknown == ()
    refused = invoke("record", "W-99", "case_referred", "2026-03-02", "--store", url, "--rulebook", FOLDER)
    assert refused.exit_code == 1
    assert "no school or college is deciding about this case" in refused.stderr


def test_check_explain_state_and_desk_answer_by_it(file):
    rows = json.loads(run("check", file, "--case", "W-02", "--format", "json").stdout)
    assert [(row["limit"], row["due_on"], row["status"]) for row in rows] == [
        ("school_decision", "2026-03-09", "late"), ("reconsider_decision", "2026-05-08", "met"),
        ("appeal", "2026-08-05", "open"), ("review", "2027-06-09", "open"),
    ]  # fmt: skip
    told = " ".join(run("explain", file, "--case", "W-06").stdout.split())
    assert "Friday 3 April 2026 is moved to Tuesday 7 April 2026: Good Friday." in told
    assert "Additional Learning Needs (Wales) Regulations 2021 (SI 2021/401), reg 12, reg 2(4)" in told
    state_of = invoke(
        "state", file, "--case", "W-09", "--as-of", "2026-06-30", "--rulebook", FOLDER, "--format", "json"
    )
    assert json.loads(state_of.stdout)[0]["state"] == "REFUSED"
    desk = run("desk", file, "--format", "csv", as_of="2026-06-10").stdout
    assert "body that maintains the plan" in desk
    assert "W-05" in desk


def test_due_rules_notices_facts_and_a_diagram_are_of_wales(file):
    terms = ("--institutions", file.with_name("terms.csv"))
    due = ("--event", "aln_raised", "--outcome", "school", "--party", "school-1", "--on", "2026-01-12")
    rows = json.loads(invoke("due", *due, "--format", "json", "--rulebook", FOLDER, *terms).stdout)
    assert [(row["limit"], row["due_on"]) for row in rows] == [("school_decision", "2026-03-09")]
    rules = json.loads(invoke("rules", "--format", "json", "--rulebook", FOLDER).stdout)
    assert {row["limit"] for row in rules} == {*wales().limits}
    listed = invoke("rules", "--format", "csv", "--rulebook", FOLDER).stdout
    assert ',nhs_answer,"6 weeks after, rolled to the next working day",' in listed
    assert ",authority_decision,12 weeks after," in listed
    assert (
        "contact details for the local authority" in invoke("notices", "plan_unnecessary", "--rulebook", FOLDER).stdout
    )
    facts = json.loads(invoke("facts", "idp_given", "--format", "json", "--rulebook", FOLDER).stdout)
    assert facts[0]["outcomes"] == ["school", "college", "authority"]
    diagram = invoke("state", "--diagram", "--rulebook", FOLDER).stdout
    assert "SCHOOL_DECIDES --> AUTHORITY_DECIDES: case_referred" in diagram
    assert "ASSESSING" not in diagram


def test_the_report_and_the_page_of_a_case_say_nothing_of_england(file, tmp_path):
    page, book, case = (tmp_path / name for name in ("report.html", "registers.xlsx", "case.html"))
    done = run("report", file, "--html", page, "--xlsx", book)
    assert done.exit_code == 0
    assert "the Department's measures are of England's law and are left out: this is Wales" in done.stderr
    assert "Decide at school on additional learning needs" in page.read_text()
    assert "Register breaches" in openpyxl.load_workbook(book).sheetnames
    assert run("explain", file, "--case", "W-03", "--html", case).exit_code == 0
    text = case.read_text()
    assert "You can appeal to the Education Tribunal" in text
    for word in ("Ombudsman", "EHC", "England", "mediation"):
        assert word not in text, word


@pytest.mark.parametrize(
    "words",
    [("measures",), ("registers", "reviews"), ("explain", "--case", "W-03", "--letter", "ombudsman")],
    ids=" ".join,
)
def test_what_is_englands_only_says_so(file, words):
    name, *more = words
    refused = invoke(name, file, *more, "--as-of", "2026-06-30", "--rulebook", FOLDER)
    assert refused.exit_code == 2
    assert "England's law" in refused.stderr


def test_the_sen2_return_is_englands_only(file, tmp_path):
    asked = ("--year", "2026", "--authority", "885", "--rulebook", FOLDER, "--output", tmp_path / "sen2.xml")
    refused = invoke("sen2", "export", file, *asked)
    assert refused.exit_code == 2
    assert "the SEN2 return: this is counted by England's law" in refused.stderr


def test_bank_holidays_of_wales_are_those_of_england_that_the_calendars_hold():
    years = range(2021, 2031)
    england, wales_ = (holidays.country_holidays("GB", subdiv=part, years=years) for part in ("ENG", "WLS"))
    assert {*england} == {*wales_}
    assert not calendars().working.is_working_day(dt.date(2026, 8, 31))
    assert calendars().working.is_working_day(dt.date(2026, 8, 3))  # Scotland's, and not those of Wales


def test_a_move_that_hangs_on_a_time_sees_its_end_moved_to_a_working_day():
    # Regulation 2(4): four weeks from Friday 6 March end on Good Friday, and are extended to the Tuesday.
    hand = LawAtHand(wales(), calendars())
    (fact,) = life("cease_decided:school 2026-03-06").facts
    assert hand.latest("ask_reconsideration", fact, ()) == dt.date(2026, 4, 7)


def test_each_row_says_how_far_its_source_was_read_and_no_row_claims_the_code():
    for limit in wales().limits.values():
        for rule in limit.rule:
            for version in rule.version:
                assert version.evidence in EVIDENCE
                cites_code = any(cited.instrument == "ALNC" for cited in version.citation)
                assert cites_code == (version.evidence in {"S", "M"}) or limit.id == "appeal", limit.id
                assert version.evidence_note or version.evidence == "P (ct)", limit.id


def test_the_folder_is_part_of_the_package():
    shipped = resources.files("ehcp_flow.law") / "wales"
    assert {path.name for path in shipped.iterdir()} >= {"instruments.toml", "01_decision.toml", "moves"}
    included = tomllib.loads((FOLDER.parents[2] / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "ehcp_flow" in included["targets"]["wheel"]["packages"]


def test_what_a_case_has_no_outcome_for_in_wales_is_still_a_fact_of_england():
    # Under a rulebook that does not speak of it an event starts and ends nothing.
    case = life("aln_raised:authority 2026-01-12").record(
        make_fact("request_received", case_id="W-1", on="2026-01-12", party="parent")
    )
    assert [each.limit for each in deadlines_of(case, "2026-02-02", rulebook=wales())] == ["authority_decision"]
