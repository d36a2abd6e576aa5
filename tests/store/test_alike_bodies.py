"""A row that says what another has said is the fact that it would be by itself, or is refused as it would be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.facts import make_fact
from ehcp_flow.store import alike_bodies, fact_rows
from ehcp_flow.store.alike_bodies import AlikeBodies
from ehcp_flow.store.fact_rows import FactRow, body_of, fact_of
from ehcp_flow.store.upcasting import Upcasters

AT = "2026-03-02T09:30:00.000000Z"
UPCASTERS = Upcasters()
CASES = ["a", "Ä-1", "a b", "x" * 200, "x" * 201, " a", ""]
DAYS = ["2026-03-02", "2026-03", "2026-02-30", "1850-01-01", "02/03/2026", "never", 'a"2026-03-02']
SAID = [
    {"event": "request_received", "on": "DAY", "party": "school", "authority": "885"},
    {"event": "request_received", "on": "2026-03-02", "party": "2026-03-02"},
    {"event": "draft_plan_sent", "on": "DAY", "served_on": "DAY"},
    {"event": "draft_plan_sent", "served_on": "DAY", "on": "DAY"},
    {"event": "review_meeting_held", "on": "DAY", "fact_id": "f-1"},
    {"event": "fact_voided", "on": "DAY", "corrects": "f-1"},
    {"event": "particular_recorded", "on": "DAY", "until": "DAY", "particular": "need", "value": "ASD"},
    {"event": "particular_recorded", "on": "DAY", "particular": "our_day", "value": "DAY"},
    {"event": "particular_recorded", "on": "DAY", "particular": "our_word", "value": 'a "2026-03-02"'},
    {"event": "particular_recorded", "on": "DAY", "particular": "need", "value": "autism"},
    {"event": "no_such_event", "on": "DAY"},
]


def row_of(case_id, said, days, by=None):
    told = iter(days)
    body = json.dumps(
        {name: next(told) if text == "DAY" else text for name, text in said.items()},
        ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip
    return FactRow(case_id, 1, UPCASTERS.current, said["event"], "", AT, AT, by, None, body, None, "", 1)


def told(row, alike, monkeypatch):
    monkeypatch.setattr(fact_rows, "alike_bodies", lambda: alike)
    try:
        return fact_of(row, None, redacted=False, upcasters=UPCASTERS)
    except EhcpFlowError as error:
        return error


@given(
    st.lists(st.sampled_from(SAID), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(CASES), st.tuples(*[st.sampled_from(DAYS)] * 3), st.sampled_from([None, "j"]))),
)
def test_a_row_is_read_as_it_is_read_by_itself(said, of):
    alike = AlikeBodies()
    with pytest.MonkeyPatch.context() as monkeypatch:
        for case_id, days, by in [("a", DAYS[:1] * 3, None), *of]:
            for each in said:
                row = row_of(case_id, each, days, by)
                found, alone = told(row, alike, monkeypatch), told(row, AlikeBodies(), monkeypatch)
                assert found.__class__ is alone.__class__
                if isinstance(alone, EhcpFlowError):
                    assert str(found) == str(alone)
                else:
                    assert found == alone
                    assert (found.id, body_of(found), found.recorded_at, found.recorded_by) == (
                        alone.id, body_of(alone), alone.recorded_at, alone.recorded_by,
                    )  # fmt: skip
                    assert found.model_fields_set == alone.model_fields_set


def test_what_bodies_say_is_checked_once_and_each_fact_is_its_own(monkeypatch):
    alike = AlikeBodies()
    rows = [row_of(case_id, SAID[2], (f"2026-03-0{at}", f"2026-04-0{at}")) for at, case_id in enumerate("abc", 1)]
    facts = [told(row, alike, monkeypatch) for row in rows]
    assert len(alike) == 1
    assert facts == [
        make_fact("draft_plan_sent", case_id=case_id, on=f"2026-03-0{at}", served_on=f"2026-04-0{at}", recorded_at=AT)
        for at, case_id in enumerate("abc", 1)
    ]


def test_no_more_kinds_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(alike_bodies, "MOST_KINDS", 3)
    alike = AlikeBodies()
    for number in range(8):
        told(row_of("a", {**SAID[0], "authority": f"80{number}"}, DAYS), alike, monkeypatch)
        assert 0 < len(alike) <= 3


def test_what_is_its_own_is_not_kept(monkeypatch):
    alike = AlikeBodies()
    for said in (SAID[1], SAID[4], SAID[5], SAID[7]):
        told(row_of("a", said, DAYS[:1] * 3), alike, monkeypatch)
    assert len(alike) == 0
