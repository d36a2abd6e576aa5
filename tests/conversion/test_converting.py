"""Rows by a convert file: which facts they make, what is refused, and that nothing vanishes."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.conversion import convert, convert_source, read_convert_file, refused_of
from ehcp_flow.errors import ConvertFileError, ConvertFileMissing
from ehcp_flow.refusals import grouped

FILE: dict[str, Any] = {
    "case_id": "UPN",
    "authority": 885,
    "dates": "day first",
    "empty": ["n/a", "TBC"],
    "fact": [
        {"event": "request_received", "on": "Received"},
        {"on": "Decided", "event": {
            "column": "Agreed", "values": {"Y": "assessment_agreed", "N": "assessment_refused", "withdrawn": ""},
        }},
        {"event": "advice_requested", "on": "EP asked", "party": "psychological"},
    ],
}  # fmt: skip
HEADER = "UPN,Received,Agreed,Decided,EP asked"


def converted(*rows, file=FILE, header=HEADER):
    return convert(io.BytesIO("\n".join([header, *rows]).encode()), file, name="t.csv")


def told(found):
    return {
        case_id: [(fact.event, str(fact.on), fact.party, fact.fact_id) for fact in case.recorded]
        for case_id, case in found.items()
    }


def test_each_filled_day_is_a_fact_with_a_name_that_a_later_import_knows_again():
    found = converted("A1,02/03/2026,y,10/04/2026,TBC", "A2,03/03/2026,N,14/04/2026,15/04/2026")
    assert told(found) == {
        "A1": [
            ("request_received", "2026-03-02", None, "A1/request_received"),
            ("assessment_agreed", "2026-04-10", None, "A1/assessment_agreed+assessment_refused"),
        ],
        "A2": [
            ("request_received", "2026-03-03", None, "A2/request_received"),
            ("assessment_refused", "2026-04-14", None, "A2/assessment_agreed+assessment_refused"),
            ("advice_requested", "2026-04-15", "psychological", "A2/advice_requested-psychological"),
        ],
    }
    assert all(fact.authority == "885" for case in found.values() for fact in case.recorded)


def test_a_second_fact_of_a_kind_and_a_second_row_of_a_child_have_names_of_their_own():
    file = FILE | {"fact": [*FILE["fact"], {"event": "request_received", "on": "Again"}]}
    found = converted("A1,02/03/2026,,,,02/06/2026", "A1,05/06/2027,,,,", file=file, header=f"{HEADER},Again")
    assert [fact[3] for fact in told(found)["A1"]] == [
        "A1/request_received", "A1/request_received-2", "A1/request_received#2",
    ]  # fmt: skip


def test_names_of_the_source_are_taken_where_the_file_says_so():
    file = FILE | {"fact": [FILE["fact"][0] | {"fact_id": "Ref"}]}
    assert told(converted("A1,02/03/2026,,,,r-9", file=file, header=f"{HEADER},Ref"))["A1"][0][3] == "r-9"


def test_a_column_of_events_is_read_by_the_words_that_are_known_everywhere():
    file = {
        "case_id": "UPN", "dates": "month first",
        "fact": [{"event": {"column": "What"}, "on": "When", "party": {"column": "Who"}}],
    }  # fmt: skip
    rows = [
        "A1,Request received,03/16/2026,parent",
        "A1,advice_requested,03/18/2026,psychological",
        "A1,lost,03/19/2026,",
    ]
    found = converted(*rows, file=file, header="UPN,What,When,Who")
    assert [(fact[0], fact[1], fact[2]) for fact in told(found)["A1"]] == [
        ("request_received", "2026-03-16", "parent"), ("advice_requested", "2026-03-18", "psychological"),
    ]  # fmt: skip
    assert [(row.line, row.value) for row in found.refused] == [(4, "lost")]


def test_a_row_typed_twice_counts_once_and_is_counted():
    found = converted("A1,02/03/2026,,,", "A1,02/03/2026,,,")
    assert len(told(found)["A1"]) == 1
    assert [note for note in found.notes if note.startswith("1 fact(s) stand in more than one row")]


def test_a_cell_that_cannot_be_read_is_refused_alone_and_the_rest_of_the_row_counts():
    found = converted("A1,02/03/2026,Maybe,10/04/2026,32/01/2026")
    assert told(found) == {"A1": [("request_received", "2026-03-02", None, "A1/request_received")]}
    assert [(row.line, row.column, row.value, row.case_id) for row in found.refused] == [
        (2, "Agreed", "Maybe", "A1"), (2, "EP asked", "32/01/2026", "A1"),
    ]  # fmt: skip
    assert "A1" in found.incomplete
    assert "it has Y, N, withdrawn" in found.refused[0].expected


def test_a_day_whose_decision_is_empty_is_refused_and_one_that_means_nothing_makes_no_fact():
    found = converted("A1,02/03/2026,,10/04/2026,", "A2,02/03/2026,Withdrawn,10/04/2026,", "A3,02/03/2026,Y,,")
    assert [(row.line, row.column, row.value) for row in found.refused] == [(2, "Agreed", None)]
    assert {case_id: len(facts) for case_id, facts in told(found).items()} == {"A1": 1, "A2": 1, "A3": 1}


def test_a_row_that_does_not_say_whose_it_is_is_refused_once_and_a_blank_row_is_none():
    found = converted(",02/03/2026,Y,10/04/2026,", ",,,,", "A2,02/03/2026,,,")
    assert [(row.line, row.column) for row in found.refused] == [(2, "UPN")]
    assert list(told(found)) == ["A2"]
    assert "1 blank row(s)" in found.notes


def test_an_empty_cell_has_a_meaning_where_the_file_gives_it_one():
    fact = {
        "on": "Received",
        "event": {"column": "Agreed", "values": {"Y": "request_withdrawn", "": "request_received"}},
    }
    found = converted("A1,02/03/2026,,,", "A2,02/03/2026,Y,,", "A3,,,,", file=FILE | {"fact": [fact]})
    assert {case_id: case.recorded[0].event for case_id, case in found.items()} == {
        "A1": "request_received", "A2": "request_withdrawn",
    }  # fmt: skip
    refused = converted("A1,02/03/2026,N,,", file=FILE | {"fact": [fact]}).refused
    assert [row.expected for row in refused] == ["the convert file has no meaning for it; it has Y"]


@pytest.mark.parametrize("row", ["Total,2,,1,", "TOTAL:,,,,", ",Total,,2,", "Count: 4,,,,", "Sub-totals,,,,"])
def test_a_row_of_totals_is_refused_once_and_called_what_it_probably_is(row):
    found = converted("A1,02/03/2026,,,", row)
    assert list(found) == ["A1"]
    ((line, says),) = [(each.line, each.expected) for each in found.refused]
    assert line == 3
    assert "the sheet's own row of totals" in says
    assert not [each for each in found.refused if each.case_id]


def test_a_header_that_is_repeated_among_the_rows_is_left_out_and_said_to_have_been():
    found = converted("A1,02/03/2026,,,", "UPN,Received,Agreed,Date decided,EP asked", "A2,03/03/2026,,,", "UPN,x,,,")
    assert list(found) == ["A1", "A2"]
    assert found.notes == ("1 row(s) repeat the header, and were left out",)
    assert [(row.line, row.value) for row in found.refused] == [(5, "x")]


def test_several_id_columns_are_joined_and_an_empty_part_refuses_the_row():
    file = FILE | {"case_id": ["LA", "Ref"], "fact": [FILE["fact"][0]]}
    found = converted("885,7.0,02/03/2026", "885,,02/03/2026", file=file, header="LA,Ref,Received")
    assert list(found) == ["885/7.0"]
    assert [(row.line, row.column) for row in found.refused] == [(3, "Ref")]


def test_a_column_that_contradicts_its_declaration_says_so_with_the_proof():
    found = converted("A1,05/14/2024,,,", "A2,13/05/2024,,,", "A3,01/02/2024,,,")
    assert list(found) == ["A2", "A3"]
    (note,) = (note for note in found.notes if "only be month first" in note)
    assert "'05/14/2024', row 2" in note
    assert "1 only day first" in note


def test_what_is_carried_holds_from_a_day_of_its_own_where_the_file_says_which():
    sheet = "UPN,Received,School,Started,Need\nA1,02/03/2025,124324,03/09/2025,Autism\nA2,02/03/2025,,04/09/2025,\n"
    carry = {
        "placement": {"column": "School", "from": "Started"},
        "need": {"column": "Need", "from": "Started", "values": {"Autism": "ASD"}},
    }
    file = {"case_id": "UPN", "dates": "day first", "fact": [{"event": "request_received", "on": "Received"}]}
    found = convert(io.BytesIO(sheet.encode()), file | {"carry": carry})
    assert not found.refused
    held = [fact for fact in found["A1"].recorded if fact.event == "particular_recorded"]
    assert [(*(getattr(fact, name) for name in ("particular", "value")), str(fact.on), fact.id) for fact in held] == [
        ("placement", "124324", "2025-09-03", "A1/placement"),
        ("need", "ASD", "2025-09-03", "A1/need"),
    ]
    assert [fact.event for fact in found["A2"].recorded] == ["request_received"]
    wrong = convert(io.BytesIO(sheet.replace("124324", "St Mary").encode()), file | {"carry": carry})
    assert "URN" in str(wrong.refused[0])
    for spoilt in ({"column": "School"}, {"column": "School", "from": "Started", "until": "x"}):
        with pytest.raises(ConvertFileError, match=r"carry.placement.*from = "):
            convert(io.BytesIO(sheet.encode()), file | {"carry": {"placement": spoilt}})
    with pytest.raises(ConvertFileError, match="a fact has a column of that name"):
        convert(io.BytesIO(sheet.encode()), file | {"carry": {"party": {"column": "School", "from": "Started"}}})


def test_refused_cells_of_one_kind_are_one_line_and_their_rows_can_be_put_right_and_read_again():
    rows = [f"A{at},{at % 12 + 1}/{at % 13 + 13}/2024,,," for at in range(40)]
    found = converted(*rows, "B1,soon,Y,soon,")
    lines = list(grouped(found.refused))
    assert len(lines) == 2
    assert lines[0].startswith("t.csv: 40 rows, column Received: ")
    assert lines[0].endswith(", ...)")
    assert "('1/13/2024' line 2, '2/14/2024' line 3, " in lines[0]
    text = refused_of(
        convert_source(io.BytesIO("\n".join([HEADER, *rows]).encode()), read_convert_file(FILE)),
        found.refused[:40],
    ).text()
    again = convert(io.StringIO(text.replace("/2024", "/2024")), FILE | {"dates": "month first"})
    assert len(again) == 40
    assert not again.refused


def test_cells_are_not_counted_as_rows():
    found = converted("A1,soon,Y,later,", "A2,soon,,,", "A3,02/03/2024,,,")
    assert [line.partition(" (")[0] for line in grouped(found.refused)] == [
        "t.csv: 3 cells of 2 rows, column Received, Decided: it is no date"
    ]


CELLS = (["A1", "A2", ""], ["", "n/a", "x", "2/3/26", "3 May 2026"], ["", "Y", "?"], ["", "4/5/26", "99"])


@given(st.lists(st.tuples(*map(st.sampled_from, CELLS)), max_size=12))
def test_every_cell_that_says_something_is_a_fact_or_is_refused(rows):
    """Nothing vanishes: a filled day of a row with an id is counted once, as a fact, a repetition, or a refusal."""
    found = converted(*(",".join((*row, "")) for row in rows))
    met = {(case_id, "request_received") for case_id, on, _, _ in rows if case_id and on not in ("", "n/a", "x")}
    assert {(case_id, fact.event) for case_id, case in found.items() for fact in case.recorded} >= met
    refused = {(row.line, row.column) for row in found.refused}
    for line, (case_id, on, agreed, decided) in enumerate(rows, 2):
        says = any((case_id, on, agreed, decided))
        assert ((line, "UPN") in refused) is (says and not case_id)
        if case_id:
            assert ((line, "Received") in refused) is (on == "x")
            assert ((line, "Decided") in refused) is (decided == "99")
            assert ((line, "Agreed") in refused) is (bool(decided) and agreed != "Y")


def test_columns_answer_a_sheet_as_they_answer_the_facts_that_it_is():
    rows = ["A1,02/03/2026,y,10/04/2026,14/04/2026", "A2,03/03/2026,N,14/05/2026,"]
    source = convert_source(io.BytesIO("\n".join([HEADER, *rows]).encode()), read_convert_file(FILE))
    cases = converted(*rows)
    assert deadlines_frame(source, "2026-06-30").equals(deadlines_frame(list(cases.values()), "2026-06-30"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"facts": []}, "no such key"),
        ({"case_id": None}, "case_id"),
        ({"dates": "american"}, "day first"),
        ({"fact": [{"event": "request_recieved", "on": "Received"}]}, "did you mean request_received"),
        ({"fact": [{"event": "request_received"}]}, "missing"),
        ({"fact": [{"on": "Received"}]}, "missing"),
        ({"fact": [{"event": "review_decision_sent", "on": "X"}]}, "needs outcome"),
        ({"fact": [{"event": "review_decision_sent", "on": "X", "outcome": "mantain"}]}, "no outcome of"),
        ({"fact": [{"event": "request_received", "on": "X", "made_on": "Y"}]}, "has no made_on"),
        ({"fact": [{"event": {"column": "A", "values": {}}, "on": "X"}]}, "say what its cells mean"),
        ({"fact": [{"event": {"column": "A"}, "on": "X", "colour": "Y"}]}, "colour"),
        ({"fact": [{"event": {"column": "A", "value": "b"}, "on": "X"}]}, "give either value"),
        ({"fact": [{"event": "request_received", "on": {"column": "X", "values": {"a": "b"}}}]}, "no meaning here"),
        ({"carry": {"party": "School"}}, "give it in"),
    ],
)
def test_a_convert_file_that_is_wrong_is_refused_before_a_row_is_read(change, why):
    with pytest.raises(ConvertFileError, match=why):
        read_convert_file(FILE | change)


def test_an_error_names_the_file_the_key_and_the_line(tmp_path):
    path = tmp_path / "columns.toml"
    path.write_text('case_id = "UPN"\n\n[[fact]]\nevent = "request_received"\non = "Received"\nparti = "parent"\n')
    with pytest.raises(ConvertFileError) as caught:
        read_convert_file(path)
    assert (caught.value.file, caught.value.line, caught.value.key) == ("columns.toml", 6, "fact.0.parti")
    path.write_text("case_id = ")
    with pytest.raises(ConvertFileError, match="not TOML"):
        read_convert_file(path)
    with pytest.raises(ConvertFileMissing):
        read_convert_file(tmp_path / "none.toml")


def test_nothing_is_converted_by_a_file_that_still_asks_and_answers_fill_what_was_open():
    asks = {
        "about": "Decided",
        "asks": "which?",
        "choices": ["assessment_agreed", "review_decision_sent:maintain", "leave out"],
        "answer": "",
    }
    file = FILE | {"fact": [FILE["fact"][0], {"on": "Decided"}], "question": [asks]}
    row = "A1,02/03/2026,,10/04/2026,"
    with pytest.raises(ConvertFileMissing, match="still asks: Decided: which"):
        converted(row, file=file)

    def answered(answer):
        return [fact[0] for fact in told(converted(row, file=file | {"question": [asks | {"answer": answer}]}))["A1"]]

    assert answered("assessment_agreed") == ["request_received", "assessment_agreed"]
    assert answered("review_decision_sent:maintain") == ["request_received", "review_decision_sent"]
    assert answered("leave out") == ["request_received"]
    with pytest.raises(ConvertFileError, match="answer with one of"):
        answered("who knows")
