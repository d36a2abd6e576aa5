"""JSON Lines as programs write them: both engines read the same facts and refuse the same rows."""

import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ehcp_flow.bulk.jsonfile import JsonFile
from ehcp_flow.readers.text_lines import LONGEST_ROW
from ehcp_flow.synth import write_synth
from tests.bulk.test_hostile import agree_on_a_file

A = {"case_id": "a", "event": "request_received", "on": "2026-01-05", "party": "parent"}
B = {**A, "case_id": "b"}
C = {**A, "event": "assessment_agreed", "on": "2026-02-03", "party": None}
E = {"case_id": "b", "event": "exception_recorded", "on": "2026-01-10", "outcome": "exceptional_circumstances"}


def lines(*rows: object) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


FILES = {
    "as the library writes them": lines(A, B, E),
    "without a space": lines(*(json.dumps(row, separators=(",", ":")) for row in (A, C, B))),
    "with spaces": lines(json.dumps(A).replace(":", " :  ").replace(",", " , "), '{ "case_id": "a" }', A),
    "nulls": lines(C, {**A, "case_id": None}, {**E, "reason": None, "until": None}, B),
    "other names": lines({"Case ID": "a", "Event": "request_received", "ON": "2026-01-05"}, A, B),
    "other names, and nulls": lines({"Case ID": "a", "Event": None, "ON": "2026-01-05"}, {"Case ID": "b"}),
    "an unknown key": lines({**A, "colour": "red"}, {"shape": "x", **B, "colour": None}, {**A, "hue": 7}, B),
    "unknown keys in odd lines first": lines(
        {**A, "one": 1}, {**B, "two": "2"}, {**A, "three": "\\"}, {**B, "one": ""}
    ),
    "keys twice": lines(
        '{"case_id":"a","case_id":"b","event":"request_received","on":"2026-01-05"}', B, {**A, "Event": "x"}
    ),
    "an unknown key twice": lines('{"x":"1","case_id":"a","event":"request_received","on":"2026-01-05","x":"2"}', B),
    "numbers, lists and objects": lines(
        {**A, "authority": 885}, {**B, "party": ["x"]}, {**E, "reason": {"a": "b"}}, A, True
    ),
    "backslashes": lines(
        {**E, "reason": 'say "x"\n\\ \t'}, '{"case_id":"\\u0061","event":"request_received","on":"2026-01-05"}', A
    ),
    "a column in an odd line alone, beside a row that cannot be right": lines(
        {**E, "reason": 'say "x"'}, {**A, "event": "final_plan"}, B
    ),
    "half a surrogate": lines('{"case_id":"a","event":"request_received","on":"2026-01-05","party":"\\ud800"}', A),
    "no JSON": lines(A, "nonsense", '{"case_id": "a"', "{'case_id': 'a'}", "[1]", '"a"', "{nothing at all}", "{}", B),
    "objects on one line": lines(A, json.dumps(A) + json.dumps(B), json.dumps(A) + ",", ", " + json.dumps(A), B),
    "control characters": lines(
        A, '{"case_id":"a","event":"request_received","on":"2026-\t01-05"}', '\t{"case_id":"a"}', B
    ),
    "blank lines": lines("", A, "", "   ", "\u2003", B, ""),
    "line ends": lines(A, B).replace("\n", "\r\n") + lines(C) + json.dumps(B),
    "a lone carriage return": lines(A, json.dumps(B).replace("parent", "par\rent"), A),
    "byte order mark": "\ufeff" + lines(A, B),
    "byte order mark before an odd line": "\ufeff" + lines({**A, "x": 1}, B),
    "values to be stripped": lines(
        {**A, "case_id": " a "}, {**B, "party": "\u2003parent"}, {**A, "event": " "}, {**A, "party": ""}
    ),
    "a long line": lines(A, {**E, "reason": "x" * LONGEST_ROW}, {**E, "reason": "ü" * (LONGEST_ROW - 200)}, B),
    "ten megabytes on one line": lines(A, {**E, "reason": "x" * 10_000_000}, B),
    "only odd lines": lines({**A, "authority": 885}, "{"),
}
BYTES = {
    **{name: text.encode() for name, text in FILES.items()},
    "Windows-1252": lines({**E, "reason": "Zoë"}, A).encode("cp1252"),
    "a NUL": lines(json.dumps(E).replace("b", "b\0", 1), A).encode(),
}


@pytest.mark.parametrize("name", BYTES)
def test_a_file_is_read_and_refused_alike(tmp_path, monkeypatch, name):
    path = tmp_path / "cases.jsonl"
    path.write_bytes(BYTES[name])
    agree_on_a_file(path)
    if len(BYTES[name]) < 1_000_000:
        monkeypatch.setattr("ehcp_flow.bulk.jsonfile.BLOCK", 90)
        agree_on_a_file(path, chunk_cases=1)


def test_a_caseload_with_odd_lines_here_and_there(tmp_path, monkeypatch):
    path = tmp_path / "cases.jsonl"
    write_synth(path, 120, 7, faults=0.1, format="jsonl")
    told = path.read_text("utf-8").splitlines()
    chance = random.Random(3)  # noqa: S311 - any lines will do
    for at in chance.sample(range(1, len(told)), 60):
        told[at] = chance.choice(
            [told[at].replace('"on"', '"On"'), told[at][:-1], told[at].replace("-", "\\u002d"), ""]
        )
    path.write_text("\n".join(told), "utf-8")
    agree_on_a_file(path)
    monkeypatch.setattr("ehcp_flow.bulk.jsonfile.BLOCK", 5_000)
    agree_on_a_file(path, chunk_cases=9)


def test_plain_lines_are_not_read_one_by_one(tmp_path, monkeypatch):
    path = tmp_path / "cases.jsonl"
    path.write_text(lines(A, {**C, "colour": "red"}, {**E, "reason": "ill, as they say: {x}"}), "utf-8")

    def never(*_):
        raise AssertionError("a plain line went to the readers")

    monkeypatch.setattr("ehcp_flow.bulk.jsonfile.read_facts", never)
    rows = JsonFile(path, "cases")
    (frame,) = rows.frames()
    assert frame.rows(named=True)[2]["reason"] == "ill, as they say: {x}"
    assert frame["party"].to_list() == ["parent", None, None]
    assert rows.unknown_columns == ("colour",)


PIECES = st.sampled_from(
    ['"', '""', ":", ": ", ",", ", ", "{", "}", "\n", "\r\n", " ", "null", "1", "\\", '"a"', '"b"', '"case_id":',
     '"event":', '"on":', '"x":', '"Event":', '"2026-01-05"', '"request_received"', "é", json.dumps(A), json.dumps(C)]
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from([1, 60, 1 << 24]))
@example('{"a":"b"}\n{"a"}\n', 60)
def test_any_text_is_read_and_refused_alike(tmp_path_factory, text, block):
    path = tmp_path_factory.getbasetemp() / "any-text.jsonl"
    path.write_text(lines(B) + text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ehcp_flow.bulk.jsonfile.BLOCK", block)
        agree_on_a_file(path)
