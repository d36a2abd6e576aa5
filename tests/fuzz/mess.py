"""How what is right is spoilt: cut, doubled, swapped, and sprinkled with what has made programs stumble."""

from hypothesis import strategies as st

TOKENS = [
    b"",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b'""',
    b"'",
    b",",
    b";",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[",
    b"]]",
    b":",
    b"=",
    b"#",
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b"\x1a",
    b"PK\x03\x04",
    b"PAR1",
    b'{"a":"1"}\n',
    b'{"case_id": {"a": [1]}}\n',
    b"[" * 3000,
    b"null",
    b"true",
    b"NaN",
    b"1e999",
    b"-1",
    b"0",
    b"9" * 25,
    b"9" * 5000,
    b"2026-02-30",
    b"0000-00-00",
    b"9999-12-31",
    b"0001-01-01T00:00:00+14:00",
    b"31/12/1899",
    b"20260230",
    b"20260101T990000Z",
    b"x" * 300,
    b"x" * 3000,
    b"\xc3\xa9",
    b"\xe2\x80\x8b",
    "\u0663\u0664".encode(),
    b"=1+1",
    b"BEGIN:VEVENT\r\n",
    b"END:VEVENT\r\n",
    b"RRULE:FREQ=DAILY\r\n",
    b"DTSTART:20260101T000000Z\r\n",
    b"DTSTART:\r\n",
    b"DURATION:P9999999999999D\r\n",
    b"DTEND;VALUE=DATE:99991231\r\n",
    b"DTSTART;TZID=Nowhere/None:20260101T000000\r\n",
    b"BEGIN:VCALENDAR\r\n",
    b"EXDATE:x\r\n",
    b"STATUS:CANCELLED\r\n",
    b"SUMMARY;LANGUAGE=:x\r\n",
    b" folded\r\n",
    b'["5 weeks after"]',
    b'counting = ["5 weeks after"]\n',
    b'"999999999999 weeks after"',
    b'"on the day"',
    b"[[target]]\n",
    b"[limit]\n",
    b"id = 1\n",
    b"title = 1979-05-27\n",
    b'"""',
    b"inf",
    b"0x",
    b"Jane Doe (mother)",
]
"""Pieces that are put in: of every format, so that each meets those of the others."""


def spoilt(right: bytes) -> st.SearchStrategy[bytes]:
    """Return a strategy for `right` with a few edits."""
    at = st.integers(0, len(right))
    piece = st.sampled_from(TOKENS) | st.binary(max_size=6)
    edit = st.tuples(at, at, piece, st.sampled_from(["put", "cut", "double", "replace"]))
    return st.lists(edit, max_size=4).map(lambda edits: _edited(right, edits))


def _edited(right: bytes, edits: list[tuple[int, int, bytes, str]]) -> bytes:
    for one, other, piece, how in edits:
        first, last = sorted((min(one, len(right)), min(other, len(right))))
        short = min(last, first + 40)
        match how:
            case "put":
                right = right[:first] + piece + right[first:]
            case "cut":
                right = right[:first] + right[short:]
            case "double":
                right = right[:short] + right[first:short] + right[short:]
            case _:
                right = right[:first] + piece + right[short:]
    return right
