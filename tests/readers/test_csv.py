"""CSV as people's spreadsheets write it: what is taken, what is refused, and in which words."""

import csv
import datetime as dt
import io

import pytest

from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.facts import Fact, make_fact
from ehcp_flow.readers import LONGEST_ROW, FactReader, read_cases, read_facts

HEADER = "case_id,event,on,party,outcome,until,authority,reason\n"
GOOD = "good,request_received,2026-03-02,parent,,,885,\n"
GOOD_FACT = make_fact("request_received", case_id="good", on="2026-03-02", party="parent", authority="885")

CONTRACT = """case_id,event,on,party,outcome,authority,colour
a,request_received,02/03/2026,parent,,885,blue
a,assessment_agreed,2026-04-20,,,,
b,request_received,2026-03-02,school,,885,
b,assessment_refused,2026-04-13,,,,
"""
CONTRACT_FACTS = [
    make_fact("request_received", case_id="a", on="2026-03-02", party="parent", authority="885"),
    make_fact("assessment_agreed", case_id="a", on="2026-04-20"),
    make_fact("request_received", case_id="b", on="2026-03-02", party="school", authority="885"),
    make_fact("assessment_refused", case_id="b", on="2026-04-13"),
]


def of(text: str | bytes) -> FactReader:
    raw = text.encode() if isinstance(text, str) else text
    return read_facts(io.BytesIO(raw), name="cases.csv")


def only_refused(text: str | bytes) -> RowRefused:
    """Return the one refused row of a file, after checking that each row but it was taken."""
    reader = of(text)
    facts = list(reader)
    assert facts == [GOOD_FACT] * len(facts)
    assert len(facts) >= 1
    assert reader.rows == len(facts) + 1
    (row,) = reader.refused
    return row


def refusal_of(row: str | bytes, header: str = HEADER) -> RowRefused:
    """Return the refusal of one row that stands between two good ones."""
    raw = row.encode() if isinstance(row, str) else row
    refused = only_refused(header.encode() + GOOD.encode() + raw + b"\n" + GOOD.encode())
    assert (refused.source, refused.line) == ("cases.csv", 3)
    assert str(refused).startswith("cases.csv, line 3")
    return refused


def source_error(raw: str | bytes) -> str:
    with pytest.raises(SourceError) as caught:
        list(of(raw))
    assert caught.value.source == "cases.csv"
    return caught.value.why


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_contract_s_sample_in_every_dress(bom, end, separator):
    reader = of(bom + CONTRACT.replace("\n", end).replace(",", separator))
    assert list(reader) == CONTRACT_FACTS
    assert (reader.rows, reader.refused, reader.unknown_columns) == (4, [], ("colour",))
    assert reader.warnings == ("cases.csv: ignored unknown columns: colour",)


def test_text_streams_are_read_like_bytes():
    assert list(read_facts(io.StringIO(CONTRACT))) == CONTRACT_FACTS
    assert list(read_facts(io.StringIO("\ufeff" + CONTRACT.replace("\n", "\r\n"), newline=""))) == CONTRACT_FACTS


def test_the_last_line_needs_no_end():
    assert list(of(CONTRACT.rstrip("\n"))) == CONTRACT_FACTS


def test_a_header_alone_is_an_empty_file_of_facts():
    reader = of(HEADER)
    assert (list(reader), reader.rows, reader.warnings) == ([], 0, ())


def test_header_names_in_any_order_case_and_spacing():
    reader = of(' ON ,\xa0Party,"EVENT", Case ID,AUTHORITY\n2026-03-02,parent,request_received,good,885\n')
    assert list(reader) == [GOOD_FACT]
    assert reader.unknown_columns == ()


def test_white_space_around_cells_does_not_count():
    assert list(of(HEADER + ' good ,\trequest_received, 02/03/2026 , "parent" ,,,885,\n'.replace('" ,', '",'))) == [
        GOOD_FACT
    ]


def test_blank_lines_and_rows_of_empty_cells_are_skipped_and_still_counted_as_lines():
    reader = of("\n  \n" + HEADER + "\n,,,,,,,\n , ,,,,,,\n   \n" + GOOD + "\r\nbad,x,2026-01-01,,,,,\n")
    assert list(reader) == [GOOD_FACT]
    assert reader.rows == 2
    assert [row.line for row in reader.refused] == [10]


def test_a_hash_is_no_comment():
    assert refusal_of("# note,request,2026-03-02,,,,,").case_id == "# note"


def test_the_line_of_a_row_is_its_first_and_embedded_lines_survive():
    text = (
        HEADER
        + 'c,exception_recorded,2026-03-02,,school_closed,,,"boiler\r\nburst\n\n""again"""\n'
        + "d,nothing,2026-01-01,,,,,\n"
    )
    reader = of(text)
    entries = list(reader.entries())
    assert [line for line, _ in entries] == [2, 6]
    assert isinstance(entries[0][1], Fact)
    assert entries[0][1].reason == 'boiler\r\nburst\n\n"again"'
    assert isinstance(entries[1][1], RowRefused)
    assert entries[1][1].line == 6


def test_entries_come_in_the_order_of_the_file():
    entries = list(of(HEADER + GOOD + "x,request_received,nonsense,,,,,\n" + GOOD).entries())
    assert [(line, type(entry).__name__) for line, entry in entries] == [
        (2, "RequestReceived"),
        (3, "RowRefused"),
        (4, "RequestReceived"),
    ]


def test_a_quoted_header_may_run_over_lines():
    reader = of('case_id,event,on,"a\nb"\nx,plan_agreed,2026-03-02,\n')
    assert [line for line, _ in reader.entries()] == [3]
    assert reader.unknown_columns == ("a\nb",)


@pytest.mark.parametrize(
    ("row", "column", "value", "case_id", "expected"),
    [
        ("c,request_received,2026-02-30,,,,,", "on", "2026-02-30", "c", "the calendar has no such day"),
        ("c,request_received,30/02/2026,,,,,", "on", "30/02/2026", "c", "write 2026-03-02 or 02/03/2026"),
        ("c,request_received,2/3/26,,,,,", "on", "2/3/26", "c", "the year has two digits"),
        ("c,request_received,46083,,,,,", "on", "46083", "c", "how a spreadsheet stores a day"),
        ("c,request_received,02/03/2026 09:30,,,,,", "on", "02/03/2026 09:30", "c", "leave out the time of day"),
        ("c,request_received,2026-03-02T00:00:00Z,,,,,", "on", "2026-03-02T00:00:00Z", "c", "leave out the time"),
        ("c,request_received,,,,,,", "on", "", "c", "request_received needs an on"),
        (",request_received,2026-03-02,,,,,", "case_id", "", "", "needs a case_id"),
        ("c,,2026-03-02,,,,,", "event", "", "c", "say what happened, such as request_received"),
        ("c,request_recieved,2026-03-02,,,,,", "event", "request_recieved", "c", "did you mean request_received"),
        ("c,zzzzzzzz,2026-03-02,,,,,", "event", "zzzzzzzz", "c", "there is no such event"),
        ("c,Request_Recieved,2026-03-02,,,,,", "event", "Request_Recieved", "c", "did you mean request_received"),
        ("c,review_decision_sent,2026-03-02,,keep,,,", "outcome", "keep", "c", "write one of maintain, amend, cease"),
        ("c,review_decision_sent,2026-03-02,,,,,", "outcome", "", "c", "maintain"),
        ("c,request_received,2026-03-02,,amend,,,", "outcome", "amend", "c", "leave it empty: outcome belongs to"),
        ("c,request_received,2026-03-02,mother,,,,", "party", "mother", "c", "write one of parent, young_person"),
        (
            "c,request_received,2026-03-02,,,02/04/2026,,",
            "until",
            "02/04/2026",
            "c",
            "leave it empty: until belongs to date_directed, exception_recorded, order_suspended",
        ),
        ("c,request_received,2026-03-02,,,,885.0,", "authority", "885.0", "c", "made a decimal of it; write 885"),
        ("c,request_received,2026-03-02,,,,Devon,", "authority", "Devon", "c", "three-digit number, such as 885"),
        ("c,request_received,2026-03-02,,,,85,", "authority", "85", "c", "three-digit number"),
    ],
)
def test_a_row_that_cannot_be_right(row, column, value, case_id, expected):
    refused = refusal_of(row)
    assert (refused.column, refused.value, refused.case_id) == (column, value, case_id)
    assert expected in refused.expected
    assert f": {value!r}: " in str(refused) if value else ": is missing: " in str(refused)


def test_the_column_is_named_as_the_file_names_it():
    header = HEADER.replace("on,", "Date Of Nothing,ON,", 1).replace("case_id", "Case ID")
    reader = of(header + "c,request_received,,2026-02-30,,,,,\n")
    assert list(reader) == []
    assert reader.refused[0].column == "ON"


def test_a_required_cell_that_is_empty_is_named_as_the_file_names_its_column():
    reader = of("Case ID,Event,On\n,plan_agreed,2026-03-02\nx,plan_agreed,\nx,,2026-03-02\n")
    assert list(reader) == []
    assert [row.column for row in reader.refused] == ["Case ID", "On", "Event"]
    assert [row.value for row in reader.refused] == ["", "", ""]


def test_a_column_that_the_file_lacks_is_named_as_the_vocabulary_names_it():
    reader = of("case_id,event,on\nx,review_decision_sent,2026-03-02\n")
    assert list(reader) == []
    assert reader.refused[0].column == "outcome"


def test_an_impossible_date_in_another_column():
    header = "case_id,event,on,served_on,recorded_at\n"
    reader = of(header + "x,draft_plan_sent,2026-03-02,31/09/2026,\nx,draft_plan_sent,2026-03-02,,yesterday\n")
    assert list(reader) == []
    assert [(row.column, row.value) for row in reader.refused] == [
        ("served_on", "31/09/2026"),
        ("recorded_at", "yesterday"),
    ]


@pytest.mark.parametrize(
    ("row", "column", "case_id", "expected"),
    [
        ("c,request_received", "on", "c", "ends after 2 of 8 cells"),
        ("c", "event", "c", "ends after 1 of 8 cells"),
        (b"\xff,request_received", "on", "", "ends after 2 of 8 cells"),
        (GOOD.strip() + ",x", "", "good", "9 cells, the header 8"),
        (GOOD.strip() + " ill, twice", "", "good", "stands under no column"),
    ],
)
def test_rows_too_short_and_too_long(row, column, case_id, expected):
    refused = refusal_of(row)
    assert (refused.column, refused.case_id) == (column, case_id)
    assert expected in refused.expected


def test_a_long_row_names_what_stands_under_no_column():
    assert refusal_of("c,request_received,2026-03-02,,,,,ill, twice").value == "twice"


@pytest.mark.parametrize("more", [",", ",,,", ', ,""," "', ",\u2003"])
def test_empty_cells_behind_a_row_say_nothing(more):
    reader = of(HEADER + GOOD.strip() + more + "\n" + ",,,,,,," + more + "\n")
    assert list(reader) == [GOOD_FACT]
    assert (reader.rows, reader.refused) == (1, [])
    assert refusal_of(GOOD.strip().replace("good", "g\0od") + more).expected.startswith("take out the NUL")


def test_a_column_without_a_name_may_be_empty_but_hold_nothing():
    header = HEADER.strip() + ",\n"
    reader = of(header + GOOD.strip() + ",\n" + GOOD.strip() + ",stray\n,,,,,,,, \n")
    assert list(reader) == [GOOD_FACT]
    assert reader.unknown_columns == ()
    assert [(row.line, row.value) for row in reader.refused] == [(3, "stray")]
    assert "9 cells, the header 9 of which 8 have a name" in reader.refused[0].expected


def test_a_bad_value_under_a_header_with_a_nameless_column():
    reader = of("case_id,event,on,\nx,plan_agreed,never,\n")
    assert list(reader) == []
    assert reader.refused[0].value == "never"


def test_unknown_columns_are_named_once_with_what_may_be_meant():
    reader = of("case_id,event,on,Outcom,Colour,Colour\nx,plan_agreed,2026-03-02,1,2,3\nx,plan_agreed,2026-03-03,,,\n")
    assert len(list(reader)) == 2
    assert reader.unknown_columns == ("Outcom", "Colour", "Colour")
    (warning,) = reader.warnings
    assert "Outcom (did you mean outcome?), Colour" in warning


def test_a_row_with_nothing_but_an_unknown_column_is_refused():
    reader = of("case_id,event,on,colour\n,,,blue\n")
    assert list(reader) == []
    assert reader.refused[0].column == "event"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("case,event,on", ["no column case_id", "rename 'case' to case_id"]),
        ("Case Ref,event,date", ["no column case_id, on", "'Case Ref' to case_id", "rename 'date' to on"]),
        ("case_id,evnt,on", ["no column event", "it has: case_id, evnt, on", "rename 'evnt' to event"]),
        ("case_id;evnt;on", ["no column event", "it has: case_id, evnt, on", "rename 'evnt' to event"]),
        ("case_id,outcome,,on", ["no column event (it has: case_id, outcome, on)"]),
        ("good,request_received,2026-03-02", ["no column case_id, event, on", "the first line that is not blank has"]),
    ],
)
def test_a_header_that_lacks_a_required_column(header, said):
    why = source_error(header + "\n")
    for part in said:
        assert part in why
    assert why.count("rename") == sum(" to " in part for part in said)


def test_a_column_given_twice():
    assert "more than one column on;" in source_error("case_id,event,on,ON\n")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "it is empty"),
        (b" \n\r\n\t\n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"PK\x03\x04\x14\0\x06\0", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"SQLite format 3\0\x10\0", "if it is a store, give its address: sqlite:///cases.db"),
        (b"PAR1\x15\x04\x15\0", "this is Parquet"),
        (CONTRACT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + CONTRACT.encode("utf-16-be"), "UTF-16"),
        (CONTRACT.encode("utf-16-le"), "UTF-16"),
        (CONTRACT.encode("utf-16-be"), "UTF-16"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "not a text file"),
        ("case_id,event,on,caf\xe9\n".encode("cp1252"), "Windows-1252"),
        (b"case_id,event,on\rx,plan_agreed,2026-03-02\r", "end with a carriage return alone"),
        (b'case_id,event,"on\n', "no CSV header"),
        (b"x" * (LONGEST_ROW + 5), "first line cannot be read: it is longer than 131072"),
        (b"PK\x03\x04" + b"x" * LONGEST_ROW, "Excel workbook"),
        (b"[\n", "one JSON document"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(raw, said):
    assert said in source_error(raw)


def test_a_header_of_many_quoted_lines_is_too_long():
    assert "longer than" in source_error('case_id,event,on,"' + "x\n" * LONGEST_ROW)


def test_a_text_stream_with_a_nul_in_its_header():
    with pytest.raises(SourceError, match="not UTF-8 text"):
        list(read_facts(io.StringIO("case_id,event,on,\0\n")))


def test_bytes_that_are_not_utf8_refuse_their_row_and_say_what_they_may_be():
    refused = refusal_of("c,exception_recorded,2026-03-02,,school_closed,,,ch\xe2teau".encode("cp1252"))
    assert (refused.column, refused.case_id) == ("reason", "c")
    assert "Windows-1252 (cp1252), which reads 'ch\xe2teau'" in refused.expected
    str(refused).encode()


def test_bytes_that_no_one_can_read():
    refused = refusal_of(b"c,exception_recorded,2026-03-02,,school_closed,,,\x81")
    assert refused.expected == "it is not UTF-8 text; save it as CSV UTF-8"


def test_a_case_id_that_cannot_be_read_names_no_case():
    refused = refusal_of("Jos\xe9,plan_agreed,2026-03-02,,,,,".encode("cp1252"))
    assert (refused.column, refused.case_id) == ("case_id", "")
    str(refused).encode()


def test_bytes_in_an_ignored_column_do_no_harm():
    reader = of(b"case_id,event,on,name\nx,plan_agreed,2026-03-02,Jos\xe9\n")
    assert [fact.case_id for fact in reader] == ["x"]


def test_a_nul_refuses_its_row():
    refused = refusal_of("c,exception_recorded,2026-03-02,,school_closed,,,a\0b")
    assert (refused.column, refused.expected) == ("reason", "take out the NUL character")


def test_unicode_is_kept():
    (fact,) = of(HEADER + "\u0141\u00f3d\u017a,exception_recorded,2026-03-02,,school_closed,,,\u2603 \U0001f600\n")
    assert (fact.case_id, fact.reason) == ("\u0141\u00f3d\u017a", "\u2603 \U0001f600")


@pytest.mark.parametrize(
    "row",
    [
        'c,request_received,2026-03-02,,,,,"never closed',
        'c,request_received,2026-03-02,,,,,"closed" too early',
        "c,request_received,2026-03-02,,,,,a lone \r return",
        "c,request_received,2026-03-02,,,,," + "x" * LONGEST_ROW,
        "c,request_received,2026-03-02,,,,," + "\u20ac" * LONGEST_ROW,
    ],
)
def test_a_row_that_cannot_be_split_is_refused_and_the_next_still_counts(row):
    refused = refusal_of(row)
    assert (refused.column, refused.case_id) == ("", "c")
    assert refused.value == row[:60].rstrip()
    assert "cannot be split into cells" in refused.expected


def test_a_row_too_long_at_the_end_of_the_file():
    reader = of(HEADER + GOOD + "c," + "x" * (3 * LONGEST_ROW))
    assert list(reader) == [GOOD_FACT]
    assert "longer than 131072" in reader.refused[0].expected


def test_a_row_of_just_the_greatest_length_is_read():
    start = "good,exception_recorded,2026-03-02,,school_closed,,,"
    row = start + "x" * (LONGEST_ROW - len(start) - 1) + "\n"
    (fact,) = of(HEADER + row)
    assert fact.reason
    assert len(start + fact.reason) + 1 == LONGEST_ROW
    assert list(of(HEADER + start + "x" + row.removeprefix(start))) == []


def test_a_quotation_mark_left_open_does_not_swallow_the_file():
    text = HEADER + 'c,request_received,2026-03-02,,,,,"open\n' + GOOD * 10_000
    refused = only_refused(text)
    assert (refused.line, refused.case_id) == (2, "c")


@pytest.mark.parametrize("start", ['"c,plan_agreed', '"c"d,plan_agreed,2026-03-02', '\r"'])
def test_a_broken_row_names_a_case_only_if_that_is_certain(start):
    assert refusal_of(start).case_id == ""


def test_a_line_after_an_open_quotation_mark_that_is_itself_too_long():
    text = HEADER + 'c,plan_agreed,2026-03-02,,,,,"open\n' + "d," + "\u20ac" * LONGEST_ROW + "\n" + GOOD
    reader = of(text)
    assert list(reader) == [GOOD_FACT]
    assert [(row.line, row.case_id) for row in reader.refused] == [(2, "c"), (3, "d")]


def test_the_csv_module_s_own_limit_is_left_alone():
    before = csv.field_size_limit()
    list(of(HEADER + "c," + "x" * LONGEST_ROW))
    assert csv.field_size_limit() == before == LONGEST_ROW


def test_dates_are_dates_whatever_their_form():
    facts = list(of("case_id,event,on\nx,plan_agreed,2/3/2026\nx,plan_agreed,2026-03-02\n"))
    assert [fact.on for fact in facts] == [dt.date(2026, 3, 2)] * 2


def test_the_authority_is_needed_once_a_case():
    assert read_cases(io.StringIO(CONTRACT))["a"].authority == "885"
