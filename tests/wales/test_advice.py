"""What a Welsh record is told to do can be done by the law of Wales: no ground, act or day of England's is in it."""

import json
import re

import pytest

from ehcp_flow import answer
from ehcp_flow.bulk import findings_frame
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.facts import OUTCOMES, choices_of
from ehcp_flow.law import load_rulebook
from ehcp_flow.vocabulary import LIBRARY
from tests.cli.running import invoke
from tests.law.test_declared import folder
from tests.telling import tell
from tests.wales.lives import FOLDER, wales

RAISED = "2026-01-12 aln_raised outcome=school party=school-1"
SAID_ANYWAY = {"authority_replaced"}
"""What says to every rulebook whose case it is."""
RECORDS = [
    f"{RAISED}; 2026-01-20 exception_recorded outcome=school_closed until=2026-06-20",
    f"{RAISED}; 2026-01-20 exception_recorded outcome=school_closed until=2026-01-27",
    f"{RAISED}; 2026-01-20 exception_recorded outcome=exceptional_circumstances until=2026-01-27",
    f"{RAISED} authority=660; 2026-01-20 no_aln_notified outcome=school party=school-1 authority=661",
    f"2012-02-20 aln_raised outcome=school party=school-1; {RAISED}",
    f"1980-02-20 date_of_birth; {RAISED}",
    f"{RAISED}; 2026-01-13 advice_received party=psychologist",
    f"{RAISED}; 2026-01-13 final_plan_sent; 2026-01-14 tribunal_order_made outcome=amend",
]


@pytest.fixture(autouse=True)
def _declared():
    wales()


def found(record):
    return answer(tell(record), "2026-05-11", rulebook=wales()).findings


@pytest.mark.parametrize("record", RECORDS)
def test_no_ground_act_or_day_of_england_is_advised(record):
    reads, grounds = compiled(wales()).reads, {ground.outcome for ground in wales().grounds.values()}
    of_england = {*LIBRARY, *OUTCOMES["exception_recorded"]} - reads - grounds - SAID_ANYWAY
    findings = found(record)
    assert findings
    for finding in findings:
        said = finding.remedy if finding.code in ("fact_not_read", "exception_not_available") else str(finding)
        words = {word.strip("(),.;:'") for word in f"{said} {finding.remedy}".split()}
        assert not words & of_england, finding
        assert "Part 3" not in finding.message


@pytest.mark.parametrize("until", ["2026-01-27", "2026-06-20"])
def test_an_exception_that_wales_does_not_have_is_told_as_that_however_long_it_lasted(until):
    record = f"{RAISED}; 2026-01-20 exception_recorded outcome=school_closed until={until}"
    (finding,) = [each for each in found(record) if each.code != "institution_dates_unknown"]
    assert (finding.code, finding.remedy) == ("exception_not_available", "see the rulebook's exceptions")
    assert finding.message == ("exception school_closed on 2026-01-20: the law allows no such exception to any limit")
    rows = findings_frame([tell(record)], "2026-05-11", rulebook=wales())
    assert finding.message in rows["message"].to_list()


def test_england_keeps_its_own_words():
    record = "2026-01-12 request_received; 2026-01-20 exception_recorded outcome=school_closed until=2026-06-20"
    (finding,) = [each for each in answer(tell(record), "2026-05-11").findings if "closure" in each.code]
    assert "exceptional_circumstances" in finding.remedy


def test_another_procedure_with_such_a_ground_is_asked_whether_it_was_a_term(tmp_path):
    ground = """
        [[ground]]
        id = "shut"
        outcome = "school_closed"
        title = "the school was shut"
        test = "within_period"
        in_force_from = 2020-01-01
    """
    act = 'act = "send its written answer"'
    uses = f'{act}\nexceptions = [{{ ground = "shut", citation = "JR 9" }}]'
    book = load_rulebook(folder(tmp_path, ground, old=act, new=uses))
    record = "2026-03-02 appeal_registered; 2026-03-05 exception_recorded outcome=school_closed until=2026-09-01"
    codes = {each.code: each.remedy for each in answer(tell(record), "2026-09-11", rulebook=book).findings}
    assert codes == {"closure_too_long": "correct until"}


@pytest.mark.parametrize(
    ("party", "remedy"),
    [
        (" party=school-1", "load the term dates of school-1"),
        ("", "name the institution as party and load its term dates"),
    ],
)
def test_an_institution_that_is_named_is_not_asked_for_again(party, remedy):
    (finding,) = found(f"2026-01-12 aln_raised outcome=school{party}")
    assert (finding.code, finding.remedy) == ("institution_dates_unknown", remedy)


def test_facts_lists_what_wales_reads_and_cites_no_law_of_england():
    rows = json.loads(invoke("facts", "--rulebook", FOLDER, "--format", "json").stdout)
    assert {row["event"] for row in rows} == compiled(wales()).reads
    assert "(CFA" not in str(rows)
    assert not re.search(r"\((SR|TPR|DPR|PBR|RPR|CoP) ", str(rows))
    by_event = {row["event"]: row for row in rows}
    assert by_event["exception_recorded"]["outcomes"] == ["beyond_control"]
    assert by_event["appeal_registered"]["on_is"] == (
        "the day the Tribunal received the appeal; served_on is the day it reached the authority"
    )
    assert by_event["appeal_decided"]["outcomes"] == list(wales().events["appeal_decided"].outcomes)
    assert by_event["particular_recorded"]["outcomes"] == list(choices_of("particular_recorded", "outcome"))
    told = invoke("facts", "request_received", "--rulebook", FOLDER)
    assert f"nothing in the rulebook ({wales().title}) speaks of request_received" in " ".join(told.stderr.split())
    assert "request_received" in told.stdout
    known = json.loads(invoke("facts", "aln_raised", "--rulebook", FOLDER, "--format", "json").stdout)
    assert [row["event"] for row in known] == ["aln_raised"]


def test_facts_of_england_and_of_a_draft_of_it_are_whole(tmp_path):
    every = json.loads(invoke("facts", "--format", "json").stdout)
    draft = json.loads(invoke("facts", "--rulebook", "examples/reform-2029", "--format", "json").stdout)
    assert {row["event"] for row in every} >= set(LIBRARY)
    assert [row["on_is"] for row in draft if row["event"] == "appeal_registered"] == [
        row["on_is"] for row in every if row["event"] == "appeal_registered"
    ]
