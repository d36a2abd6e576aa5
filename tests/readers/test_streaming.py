"""Long files: quick, in flat memory, and somebody is told how far they have been read."""

import io
import tracemalloc

import pytest

from ehcp_flow.readers import read_case, read_facts
from ehcp_flow.readers.text_lines import TextLines

HEADER = b"case_id,event,on,party,outcome,until,authority,reason\n"
REASON = b"The school was closed because the boiler had burst; parents were told by letter. " * 3


class Endless(io.RawIOBase):
    """A file that makes its rows up as they are read, until it has given `size` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.given = 0
        self.rows = -1

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.given >= self.size:
            return b""
        self.rows += 1
        day = self.rows % 28 + 1
        row = b"case%d,exception_recorded,2026-03-%02d,,school_closed,2026-04-%02d,,%b\n" % (
            self.rows // 10, day, day, REASON,
        ) if self.rows else HEADER  # fmt: skip
        self.given += len(row)
        return row


def peak_of_reading(size: int) -> int:
    source = Endless(size)
    tracemalloc.start()
    try:
        read = sum(1 for _ in read_facts(source))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == source.rows > 1_000
    return peak


def test_memory_is_flat():
    peak_of_reading(500_000)
    small, large = peak_of_reading(500_000), peak_of_reading(8_000_000)
    assert large < small + 200_000
    assert large < 2_000_000


@pytest.mark.slow
def test_a_hundred_megabytes(tmp_path):
    path = tmp_path / "long.csv"
    source = Endless(100_000_000)
    with path.open("wb") as file:
        file.writelines(iter(source.readline, b""))
    assert path.stat().st_size >= 100_000_000
    told: list[tuple[int, int | None]] = []
    reader = read_facts(path, on_progress=lambda read, total: told.append((read, total)))
    assert sum(1 for _ in reader) == source.rows == reader.rows
    assert told == sorted(told)
    assert told[-1] == (source.given, source.given)
    assert len(told) >= source.rows // 5_000


@pytest.mark.parametrize("rows", [1, 5_000])
def test_progress_of_json_lines(rows):
    raw = b'{"case_id": "x", "event": "plan_agreed", "on": "2026-03-02"}\n' * rows
    told: list[tuple[int, int | None]] = []
    read_facts_of_it = read_facts(io.BytesIO(raw), on_progress=lambda read, total: told.append((read, total)))
    assert len(list(read_facts_of_it)) == rows
    assert len(told) == rows // 2_000 + 1
    assert told[-1] == (len(raw), None)


def test_progress_of_a_stream_of_unknown_length():
    source = Endless(2_000_000)
    told: list[tuple[int, int | None]] = []
    rows = sum(1 for _ in read_facts(source, on_progress=lambda read, total: told.append((read, total))))
    assert len(told) == rows // 2_000 + 1
    assert told[-1] == (source.given, None)


def test_progress_counts_what_is_left_out_of_a_row_too_long():
    told: list[tuple[int, int | None]] = []
    raw = HEADER + b"x" * 1_000_000 + b"\n"
    reader = read_facts(io.BytesIO(raw), on_progress=lambda read, total: told.append((read, total)))
    assert list(reader) == []
    assert told == [(len(raw), None)]


def test_the_length_of_a_text_stream_is_not_known(tmp_path):
    path = tmp_path / "short.csv"
    path.write_bytes(HEADER + "\u00e9,plan_agreed,2026-03-02,,,,,\n".encode())
    told: list[tuple[int, int | None]] = []
    with path.open(encoding="utf-8") as file:
        assert len(list(read_facts(file, on_progress=lambda read, total: told.append((read, total))))) == 1
    assert told == [(path.stat().st_size - 1, None)]


def test_something_with_nothing_but_lines_is_a_stream():
    class Lines:
        def __init__(self) -> None:
            self.readline = io.BytesIO(HEADER + b"x,plan_agreed,2026-03-02,,,,,\n").readline

    assert [fact.case_id for fact in read_facts(Lines())] == ["x"]


def test_one_case_of_a_long_file():
    source = Endless(1_000_000)
    case = read_case(source, "case100")
    assert len(case.recorded) == 10


def test_a_text_of_open_quotation_marks_is_looked_at_no_more_often_for_being_long(monkeypatch):
    given = []
    whole = TextLines.__next__

    def counted(lines: TextLines) -> str:
        given.append(lines.number)
        return whole(lines)

    monkeypatch.setattr(TextLines, "__next__", counted)

    def looks(pairs: int) -> int:
        given.clear()
        reader = read_facts(io.StringIO("case_id,event,on\n" + 'x,plan_agreed,2026-03-02"\n"\n' * pairs))
        list(reader)
        assert reader.refused
        return len(given)

    assert looks(1_000) > 2_000
    assert looks(20_000) <= 20 * looks(1_000)
