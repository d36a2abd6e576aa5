"""Sources, caseloads, one case whole, and the report on the reading."""

import io
import os
from pathlib import Path

import pytest

from ehcp_flow.errors import RowRefused, SourceError, SourceMissing, UnknownNameError
from ehcp_flow.facts import make_fact
from ehcp_flow.readers import Report, read_case, read_cases, read_facts, read_text

TEXT = """case_id,event,on,authority
b,request_received,2026-03-02,885
a,request_received,2026-03-03,885
b,assessment_agreed,2026-04-01,
"""
A = make_fact("request_received", case_id="a", on="2026-03-03", authority="885")
B = (
    make_fact("request_received", case_id="b", on="2026-03-02", authority="885"),
    make_fact("assessment_agreed", case_id="b", on="2026-04-01"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "cases.csv"
    file.write_text(TEXT)
    return file


def test_a_path_can_be_read_again_and_afresh(path):
    reader = read_facts(path)
    assert reader.rows == 0
    assert list(reader) == list(reader) == [B[0], A, B[1]]
    assert reader.rows == 3
    path.write_text("case_id,event,on,x\n")
    assert (list(reader), reader.rows, reader.unknown_columns) == ([], 0, ("x",))


def test_a_path_may_be_text_and_is_what_messages_call_the_source(path):
    path.write_text(TEXT + "c,nothing,2026-01-01,\n")
    assert read_cases(str(path)).refused[0].source == str(path)
    assert read_cases(path, name="upload").refused[0].source == "upload"


def test_nothing_is_opened_before_iterating(tmp_path):
    reader = read_facts(tmp_path / "none.csv")
    with pytest.raises(SourceError, match="no such file"):
        list(reader)


def test_a_file_is_closed_when_reading_stops_early(path):
    # The test run turns a ResourceWarning into an error.
    entries = read_facts(path).entries()
    next(entries)
    entries.close()


def test_a_stream_is_read_once_and_left_open(path):
    with path.open("rb") as stream:
        reader = read_facts(stream)
        assert len(list(reader)) == 3
        assert not stream.closed
        with pytest.raises(SourceError, match="read already") as caught:
            list(reader)
    assert caught.value.source == str(path)


def test_a_stream_without_a_name():
    assert read_facts(io.BytesIO()).report.name == "<stream>"
    with open(os.dup(0), "rb") as numbered:  # noqa: PTH123 - a stream whose name is a number
        assert read_facts(numbered).report.name == "<stream>"


def test_a_directory_is_refused_as_one(tmp_path):
    with pytest.raises(SourceError, match="this is a directory"):
        read_cases(tmp_path)


def test_a_file_that_may_not_be_read_is_refused_as_one(path):
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(SourceError, match="no permission"):
            read_cases(path)
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_that_no_file_can_have(name):
    with pytest.raises(SourceMissing, match=r"no file can have such a name|File name too long"):
        read_cases(name)


def test_a_name_that_cannot_be_printed_can_be_said(tmp_path):
    with pytest.raises(SourceError) as caught:
        read_cases(str(tmp_path / "caf\udce9.csv"))
    str(caught.value).encode()


def test_a_closed_stream():
    stream = io.BytesIO(b"x")
    stream.close()
    with pytest.raises(SourceError, match="cannot be read: I/O operation on closed file"):
        read_cases(stream)


def test_a_disk_that_fails_in_the_middle(path):
    class Failing(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 40:
                raise OSError(5, "Input/output error")
            return super().readline(size)

    seen: list[tuple[int, object]] = []
    with pytest.raises(SourceError, match="Input/output error"):
        seen.extend(read_facts(Failing(TEXT.encode())).entries())
    assert [line for line, _ in seen] == [2]


def test_a_text_stream_opened_with_the_wrong_encoding(path):
    path.write_bytes(TEXT.encode() + "é,plan_agreed,2026-01-01,\n".encode("cp1252"))
    with path.open(encoding="utf-8") as stream, pytest.raises(SourceError, match="encoding it was opened with"):
        read_cases(stream)


def test_an_error_of_the_one_who_is_told_the_progress_is_his_own():
    def full(_read: int, _total: int | None) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        list(read_facts(io.StringIO(TEXT), on_progress=full))


def test_a_caseload_in_the_order_of_its_ids_whatever_that_of_its_rows(path):
    caseload = read_cases(path)
    assert list(caseload) == ["a", "b"]
    assert len(caseload) == 2
    assert caseload["b"].recorded == B
    assert caseload.get("c") is None
    with pytest.raises(KeyError):
        caseload["c"]
    assert (caseload.rows, caseload.refused, caseload.unknown_columns, caseload.warnings) == (3, [], (), ())
    assert caseload.incomplete == frozenset()
    caseload.raise_if_refused()
    assert repr(caseload) == f"<Caseload of {path}: 2 cases, 0 rows refused>"


def test_a_caseload_with_refused_rows_says_which_cases_are_not_whole():
    caseload = read_text(TEXT + "a,plan_agreed,never,\nc,plan_agreed,never,\n,plan_agreed,2026-01-01,\n", name="t")
    assert list(caseload) == ["a", "b"]
    assert caseload.incomplete == {"a", "c", ""}
    assert [row.line for row in caseload.refused] == [5, 6, 7]
    assert caseload.report == Report("t", 6, caseload.refused)
    with pytest.raises(RowRefused) as caught:
        caseload.raise_if_refused()
    assert caught.value is caseload.refused[0]


def test_one_case_is_read_whole_and_alone(path):
    assert read_case(path, "b").recorded == B
    assert read_case(path, " a ").recorded == (A,)


def test_a_case_that_is_not_there():
    with pytest.raises(UnknownNameError, match="did you mean case-12") as caught:
        read_case(io.StringIO("case_id,event,on\ncase-12,plan_agreed,2026-01-01\n,x,\n"), "case-1")
    assert (caught.value.kind, caught.value.known) == ("case", ("case-12",))
    with pytest.raises(UnknownNameError):
        read_case(io.StringIO(TEXT + ",plan_agreed,2026-01-01,\n"), "")


@pytest.mark.parametrize("row", ["b,plan_agreed,never,", "b,plan", ",plan_agreed,2026-01-01,", 'b,"x'])
def test_a_case_is_never_half_read(row):
    with pytest.raises(RowRefused) as caught:
        read_case(io.StringIO(TEXT + row + "\n"), "b")
    assert caught.value.line == 5


def test_a_case_of_which_every_row_was_refused():
    with pytest.raises(RowRefused):
        read_case(io.StringIO("case_id,event,on\nx,plan_agreed,never\n"), "x")


def test_refused_rows_of_other_cases_do_not_matter():
    assert read_case(io.StringIO(TEXT + 'a,plan_agreed,never,\na,plan_agreed,2026-01-01,"x\n'), "b").recorded == B


def test_raise_if_refused_on_a_reader():
    reader = read_facts(io.StringIO(TEXT + "a,plan_agreed,never,\n"))
    reader.raise_if_refused()
    assert len(list(reader)) == 3
    with pytest.raises(RowRefused, match="never"):
        reader.raise_if_refused()
