"""A row that says what another has said is the fact that it would be by itself, or is refused as it would be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.facts import COLUMNS, FACT_TYPES, Fact, outcomes_of
from ehcp_flow.readers import alike_rows, read_text
from ehcp_flow.readers.alike_rows import AlikeRows
from ehcp_flow.readers.case_reader import fact_of_row

DAYS = ["2026-03-02", "02/03/2026", "2026-03", "2026-13-01", "3 March 2026", "46083"]
CASES = ["a", "Ä-1", "a b", "x" * 200, "x" * 201, "\x07", " a"]
WORDS = {
    "event": [*FACT_TYPES, "Request received", "nothing", "PARTICULAR-RECORDED"],
    "authority": ["885", "885.0", "Leeds"],
    "party": ["parent", "Early years", "school-009", "Ann Smith"],
    "outcome": sorted({outcome for event in FACT_TYPES for outcome in outcomes_of(event) if outcome}),
    "particular": ["need", "placement", "School year", "of our own", "9"],
    "value": ["asd", "ASD", "124324", "special", "Year 6", "autism"],
    "rank": ["1", "2", "3"],
    "kind": ["special", "no kind"],
    "until": ["2027-01-01", "never"],
    "fact_id": ["f-1", "a b"],
    "reason": ["because"],
}


class Table:
    name = "rows"

    def __init__(self):
        self.shown = {name: name for name in COLUMNS}


@st.composite
def rows(draw):
    particular = draw(st.booleans())
    names = ["event", *draw(st.sets(st.sampled_from([name for name in WORDS if name != "event"]), max_size=5))]
    row = {name: draw(st.sampled_from(WORDS[name])) for name in names}
    if particular:
        row |= {"event": "particular_recorded", "particular": "need", "value": draw(st.sampled_from(WORDS["value"]))}
    return row


def read(row, alike, monkeypatch):
    monkeypatch.setattr("ehcp_flow.readers.case_reader.alike_rows", lambda: alike)
    return fact_of_row(1, dict(row), Table())


@given(st.lists(rows(), min_size=1, max_size=4), st.lists(st.tuples(st.sampled_from(CASES), st.sampled_from(DAYS))))
def test_a_row_is_read_as_it_is_read_by_itself(said, of):
    alike = AlikeRows()
    with pytest.MonkeyPatch.context() as monkeypatch:
        for case_id, on in [("a", "2026-03-02"), *of]:
            for words in said:
                row = {"case_id": case_id, **words, "on": on}
                told, alone = read(row, alike, monkeypatch), read(row, AlikeRows(), monkeypatch)
                assert told.__class__ is alone.__class__
                if not isinstance(told, Fact):
                    assert str(told) == str(alone)
                else:
                    assert told == alone
                    assert (told.content, told.id, told.model_fields_set) == (
                        alone.content, alone.id, alone.model_fields_set,
                    )  # fmt: skip


def test_what_rows_say_is_checked_once_and_each_fact_is_its_own(monkeypatch):
    alike, checked = AlikeRows(), []
    monkeypatch.setattr("ehcp_flow.readers.case_reader.alike_rows", lambda: alike)
    learn = alike.learn

    def noted(row, fact):
        checked.append(row)
        learn(row, fact)

    monkeypatch.setattr(alike, "learn", noted)
    told = read_text(
        "case_id,event,on,party\n" + "".join(f"c{at},request_received,2026-03-02,school\n" for at in range(9))
    )
    assert len(checked) == 1
    facts = [case.recorded[0] for case in told.values()]
    assert [fact.case_id for fact in facts] == [f"c{at}" for at in range(9)]
    assert facts[3].model_copy(update={"party": "parent"}).party == "parent"
    assert {fact.party for fact in facts} == {"school"}
    assert all(fact.model_fields_set == {"case_id", "event", "on", "party"} for fact in facts)


def test_so_many_kinds_of_rows_are_kept_and_no_more(monkeypatch):
    monkeypatch.setattr(alike_rows, "MOST_KINDS", 3)
    alike = AlikeRows()
    for party in ("parent", "school", "health", "other"):
        row = {"case_id": "c", "event": "request_received", "on": "2026-03-02", "party": party}
        alike.learn(row, FACT_TYPES["request_received"].model_validate(row))
    assert len(alike) == 1
