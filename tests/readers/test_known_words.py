"""Words of a file: a known event, outcome or party is taken however it is written; an id stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.errors import FactError
from ehcp_flow.facts import FACT_TYPES, OUTCOMES, known_word, load_fact
from ehcp_flow.readers import read_cases
from tests.cli.running import invoke

PLAIN = """case_id,event,on,party,outcome
A,request_received,2026-01-02,young_person,
A,assessment_agreed,2026-02-02,,
A,advice_requested,2026-02-03,early_years,
A,advice_received,2026-03-03,early_years,
B,request_received,2026-01-02,parent,
B,tribunal_order_made,2026-03-02,,continue_and_amend
"""
AS_WRITTEN = """case_id,event,on,party,outcome
A,Request received,2026-01-02,Young Person,
A,ASSESSMENT-AGREED,2026-02-02,,
A,advice requested,2026-02-03,Early years,
A,Advice  Received,2026-03-03,EARLY_YEARS,
B,request received,2026-01-02,Parent,
B,Tribunal order made,2026-03-02,,Continue and amend
"""


@pytest.fixture
def files(tmp_path):
    paths = tmp_path / "plain.csv", tmp_path / "written.csv"
    for path, text in zip(paths, (PLAIN, AS_WRITTEN), strict=True):
        path.write_text(text)
    return paths


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("command", ["check", "state", "desk", "breaches"])
def test_a_file_is_answered_alike_however_its_words_are_written(files, command, door):
    plain, written = (invoke(command, file, "--as-of", "2026-06-30", "--format", "json", door=door) for file in files)
    assert plain.exit_code == written.exit_code == 0, written.output
    assert written.stdout == plain.stdout


def test_a_store_keeps_the_words_as_they_are_written_here(files, tmp_path):
    exported = []
    for number, file in enumerate(files):
        url = f"sqlite:///{tmp_path / str(number)}.db"
        assert invoke("import", file, "--store", url).exit_code == 0
        exported.append(invoke("export", "--store", url, "--format", "jsonl").stdout.splitlines())
    assert len(exported[0]) == 6
    events = [[line.partition('"event": "')[2].partition('"')[0] for line in lines] for lines in exported]
    assert events[0] == events[1]


def test_the_id_of_an_institution_and_a_word_of_the_host_stay_as_they_are():
    said = {"case_id": "a", "event": "advice_requested", "on": "2026-01-02"}
    for party in ("Oak-Park", "URN-100001", "SALT", "e-y"):
        assert load_fact({**said, "party": party}).party == party


def test_an_unknown_word_is_refused_as_it_stands_in_the_file(tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text("case_id,event,on,outcome\nA,Review decision sent,2026-01-02,Kept as it was\n")
    (refused,) = read_cases(file).refused
    assert (refused.column, refused.value) == ("outcome", "Kept as it was")
    file.write_text("case_id,event,on\nA,Request recieved,2026-01-02\n")
    (refused,) = read_cases(file).refused
    assert (refused.value, "request_received" in refused.expected) == ("Request recieved", True)
    with pytest.raises(FactError):
        load_fact({"case_id": "a", "event": "Plan agreed", "on": "2026-01-02", "party": "J. Smith"})


@given(st.sampled_from(sorted(FACT_TYPES)), st.sampled_from(["_", " ", "-", "  ", " - "]), st.sampled_from("lut"))
def test_every_word_is_known_again(event, between, case):
    def written(word):
        text = word.replace("_", between)
        return {"l": text.lower(), "u": text.upper(), "t": text.title()}[case]

    assert known_word("event", written(event)) == event
    for outcome in OUTCOMES.get(event, ()):
        assert known_word("outcome", written(outcome), event) == outcome
    assert known_word("event", event) == event


@pytest.mark.parametrize("event", ["Review meeting held", "REVIEW-MEETING-HELD"])
def test_an_event_of_the_command_line_is_taken_likewise(event):
    plain = invoke("due", "--event", "review_meeting_held", "--on", "2026-03-02")
    assert invoke("due", "--event", event, "--on", "2/3/2026").stdout == plain.stdout != ""
