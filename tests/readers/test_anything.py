"""Whatever a file holds, reading it ends in facts, refusals, or a SourceError: never in another error."""

import io

from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.errors import RowRefused, SourceError
from ehcp_flow.facts import Fact
from ehcp_flow.readers import read_cases, read_facts

CSV = b"case_id,event,on,party,reason\n"
JSON = b'{"case_id": "first", "event": "plan_agreed", "on": "2026-03-02"}\n'
PIECES = [
    b"a,plan_agreed,2026-03-02,,\n", b'a,plan_agreed,02/03/2026,,"x\ny"\r\n', JSON, b'"', b"\n", b"\r", b",", b";",
    b"\t",
    b"\0", b"\xff", b"\xef\xbb\xbf", b"{", b"}", b"[", b'"on": ', b"\\ud800", b"plan_agreed", b"x", "\u20ac".encode(),
]  # fmt: skip
MESS = st.binary() | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


@given(st.sampled_from([b"", CSV, JSON, CSV.replace(b",", b";")]), MESS)
def test_any_bytes_end_in_facts_refusals_or_a_source_error(start, mess):
    raw = start + mess
    reader = read_facts(io.BytesIO(raw), name="mess")
    try:
        entries = list(reader.entries())
    except SourceError as error:
        assert error.source == "mess"  # noqa: PT017 - either end is right
        assert not start or not reader.rows
        return
    lines = [line for line, _ in entries]
    assert lines == sorted(set(lines))
    assert all(1 <= line <= raw.count(b"\n") + 1 for line in lines)
    assert reader.refused == [entry for _, entry in entries if isinstance(entry, RowRefused)]
    assert reader.rows == len(entries) == len(reader.refused) + sum(isinstance(entry, Fact) for _, entry in entries)
    for line, entry in entries:
        if isinstance(entry, RowRefused):
            assert (entry.source, entry.line) == ("mess", line)
            str(entry).encode()
    assert sum(len(case.recorded) for case in read_cases(io.BytesIO(raw)).values()) == reader.rows - len(reader.refused)


@given(st.lists(st.sampled_from(PIECES[4:]), max_size=12).map(b"".join))
def test_a_good_row_after_a_mess_without_quotation_marks_still_counts(mess):
    raw = CSV + mess.replace(b'"', b"'") + b"\nlast,plan_agreed,2026-03-02,,\n"
    facts = list(read_facts(io.BytesIO(raw)))
    assert facts[-1].case_id == "last"
