"""JSON Lines: the same facts, the same refusals."""

import io
import json

import pytest

from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.facts import make_fact
from ehcp_flow.readers import LONGEST_ROW, FactReader, read_facts

GOOD = '{"case_id": "good", "event": "plan_agreed", "on": "2026-03-02"}\n'
GOOD_FACT = make_fact("plan_agreed", case_id="good", on="2026-03-02")


def of(text: str | bytes) -> FactReader:
    return read_facts(io.BytesIO(text.encode() if isinstance(text, str) else text), name="cases.jsonl")


def refusal_of(row: str | bytes) -> RowRefused:
    raw = row.encode() if isinstance(row, str) else row
    reader = of(GOOD.encode() + raw + b"\n" + GOOD.encode())
    assert list(reader) == [GOOD_FACT, GOOD_FACT]
    assert reader.rows == 3
    (refused,) = reader.refused
    assert (refused.source, refused.line) == ("cases.jsonl", 2)
    str(refused).encode()
    return refused


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n \n"])
def test_one_object_on_each_line(bom, end):
    assert list(of(bom + end + (GOOD * 3).replace("\n", end))) == [GOOD_FACT] * 3
    assert list(read_facts(io.StringIO(bom + GOOD))) == [GOOD_FACT]


def test_null_empty_and_blank_mean_not_given():
    row = {"case_id": " good ", "event": "plan_agreed", "on": "02/03/2026", "party": None, "reason": "", "limit": " "}
    assert list(of(json.dumps(row))) == [GOOD_FACT]


def test_keys_in_any_case_and_unknown_ones_named_once():
    reader = of('{"Case ID": "good", "EVENT": "plan_agreed", "On": "2026-03-02", "colour": {"deep": [1]}}\n' * 2)
    assert list(reader) == [GOOD_FACT] * 2
    assert reader.unknown_columns == ("colour",)
    assert reader.warnings == ("cases.jsonl: ignored unknown columns: colour",)


def test_an_unknown_key_with_half_a_surrogate_pair_can_be_printed():
    reader = of(r'{"case_id": "good", "event": "plan_agreed", "on": "2026-03-02", "\ud800": 1}')
    assert list(reader) == [GOOD_FACT]
    assert reader.unknown_columns == (r"\ud800",)


@pytest.mark.parametrize(
    ("row", "column", "value", "case_id", "expected"),
    [
        ('{"case_id": "x", oops}', "18", "oops}", "", "this is not JSON"),
        ('{"case_id": "x"', "16", "", "", "this is not JSON"),
        ('{"case_id": "x"} {}', "18", "{}", "", "Extra data"),
        ('["x"]', "", '["x"]', "", "one JSON object"),
        ("17", "", "17", "", "one JSON object"),
        ("[" * 100_000, "", "[" * 40, "", "nested too deep"),
        ('{"on": ' + "9" * 5000 + "}", "", '{"on": ' + "9" * 33, "", "a number too long"),
        ("{}", "event", "", "", "say what happened"),
        ('{"case_id": "x", "event": "plan_agreed"}', "on", "", "x", "needs an on"),
        ('{"case_id": "x", "event": "plan_agreed", "on": "2026-02-30"}', "on", "2026-02-30", "x", "no such day"),
        ('{"case_id": "x", "Event": "plan_agred", "on": "2026-02-03"}', "Event", "plan_agred", "x", "mean plan_agreed"),
        ('{"case_id": "x", "Authority": 885}', "Authority", 885, "x", 'write text: "885"'),
        ('{"case_id": "x", "on": true, "party": 1}', "on", True, "x", 'write text: "true"'),
        ('{"case_id": 7, "on": NaN}', "case_id", 7, "", 'write text: "7"'),
        ('{"case_id": "x", "reason": {}}', "reason", [], "x", "not a list or an object"),
        ('{"case_id": "x", "reason": ["a"]}', "reason", ["a"], "x", "not a list or an object"),
        ('{"case_id": "x", "on": "a", "ON": "b"}', "ON", "b", "x", "given twice"),
        ('{"case_id": "x", "on": null, "on": "b"}', "on", "b", "x", "given twice"),
    ],
)
def test_a_row_that_cannot_be_right(row, column, value, case_id, expected):
    refused = refusal_of(row)
    assert (refused.column, refused.value, refused.case_id) == (column, value, case_id)
    assert expected in refused.expected


def test_a_column_that_does_not_apply():
    refused = refusal_of('{"case_id":"x","event":"plan_agreed","on":"2026-03-02","Until":"2026-03-03"}')
    assert (refused.column, refused.value) == ("Until", "2026-03-03")
    assert "leave it empty" in refused.expected


@pytest.mark.parametrize(
    ("row", "column", "case_id", "expected"),
    [
        (rb'{"case_id":"x","event":"plan_agreed","on":"2026-03-02","reason":"a\u0000b"}', "reason", "x", "NUL"),
        (rb'{"case_id":"x","event":"plan_agreed","on":"2026-03-02","reason":"\ud800"}', "reason", "x", "not UTF-8"),
        (rb'{"case_id":"\udfff","event":"plan_agreed","on":"2026-03-02"}', "case_id", "", "not UTF-8"),
        (b'{"case_id":"x","event":"plan_agreed","on":"2026-03-02","reason":"caf\xe9"}', "reason", "x", "caf\xe9"),
        (b'{"case_id":"Jos\xe9","on":1}', "on", "", 'write text: "1"'),
    ],
)
def test_text_that_no_text_may_hold(row, column, case_id, expected):
    refused = refusal_of(row)
    assert (refused.column, refused.case_id) == (column, case_id)
    assert expected in refused.expected


def test_escapes_that_are_right():
    (fact,) = of(r'{"case_id":"\u00e9","event":"plan_agreed","on":"2026-03-02","reason":"\ud83d\ude00 \"\n"}')
    assert (fact.case_id, fact.reason) == ("\u00e9", '\U0001f600 "')


def test_a_row_too_long_is_refused():
    refused = refusal_of('{"case_id": "' + "x" * LONGEST_ROW + '"}')
    assert (refused.column, refused.case_id) == ("", "")
    assert "longer than 131072 characters; shorten it" in refused.expected


@pytest.mark.parametrize("text", ["[" + GOOD.strip() + "]", "[]", "{\n" + GOOD])
def test_one_document_is_not_json_lines(text):
    with pytest.raises(SourceError, match="one object on each line"):
        list(of(text))
