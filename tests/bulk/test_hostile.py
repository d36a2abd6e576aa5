"""Files as people and programs really write them: both doors read the same facts and refuse the same rows."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ehcp_flow.bulk import Frames, iter_rows
from ehcp_flow.errors import SourceError
from ehcp_flow.readers import read_cases
from ehcp_flow.readers.text_lines import LONGEST_ROW
from tests.bulk.agreeing import case_by_case
from tests.cli.running import invoke

AS_OF = "2026-06-30"
HEAD = "case_id,event,on,party,outcome,reason,until"
A = "a,request_received,2026-01-05,parent,,,"
B = "b,request_received,2026-01-05,parent,,,"
EXCUSED = "exception_recorded,2026-01-10,,exceptional_circumstances"
MANY = ("a,b" * 20 + "\n") * 3000
FILES = {
    "rows of a case apart, one of them quoted": f'{HEAD}\n{A}\n{B}\na,"assessment_agreed",2026-02-03,,,,\n',
    "rows of a case apart, one of them over two lines": f'{HEAD}\n{A}\n{B}\na,{EXCUSED},"ill\nvery",\n',
    "every cell quoted": "\n".join(
        ",".join(f'"{cell}"' for cell in row.split(",")) for row in (HEAD, A, f"a,{EXCUSED},ill,", B)
    ),
    "a header over two lines": f"{HEAD.replace('reason', chr(34) + 're' + chr(10) + 'ason' + chr(34))}\n{A}\n",
    "blank lines before the header": f"\n  \n\t\n{HEAD}\n{A}\n",
    "blank rows": f"{HEAD}\n,,,,,,\n ,,\u2003,,,,\n{A}\n\n   \n,,,,,, \n{B}\n",
    "byte order mark": f"\ufeff{HEAD}\n{A}\n",
    "byte order mark and quotes": '\ufeff"case_id","event","on"\n"a","request_received","2026-01-05"\n',
    "mixed line ends": f"{HEAD}\r\n{A}\n{B}\r\na,assessment_agreed,2026-02-03,,,,\n",
    "quoted and mixed line ends": f'{HEAD}\r\n{A}\r\nb,{EXCUSED},"x\r\ny",\r\n{B}\n',
    "old line ends": f"{HEAD}\r{A}\r{B}\r",
    "a lone carriage return": f"{HEAD}\n{A}\n{B[:-1]}\rx,\n{A}\n",
    "semicolons": f"{HEAD}\n{A}\n{B}\nb,{EXCUSED},ill,2026-01-20\n".replace(",", ";"),
    "semicolons and commas in a text": f"{HEAD}\n{A}\nb,{EXCUSED},ill~ very,\n".replace(",", ";").replace("~", ","),
    "tabs": f"{HEAD}\n{A}\n{B}\n".replace(",", "\t"),
    "tabs and quotes": f'{HEAD}\n{A}\nb,{EXCUSED},"ill\tvery",\n'.replace(",", "\t"),
    "a quotation mark never closed": f'{HEAD}\n{A}\nb,{EXCUSED},"ill,\n{B}\na,assessment_agreed,2026-02-03,,,,\n',
    "a quotation mark never closed, and another": f'{HEAD}\nb,{EXCUSED},"ill,\n{B}\na,{EXCUSED},"ill",\n{A}\n',
    "a quotation mark within a text": f'{HEAD}\nb,{EXCUSED},the 5" rule,\n{A}\nb,{EXCUSED},say "x" to,\n',
    "a quotation mark within a text, then one that opens": f'{HEAD}\nb,{EXCUSED},5" x,"2026-01-20"\n{A}\n',
    "two within a text, and one that opens a second line": f'{HEAD}\nb,{EXCUSED},x"y,"2026\n-01-20"\n{A}\n',
    "text behind a closing quotation mark": f'{HEAD}\nb,{EXCUSED},"ill" very,\n{A}\n',
    "a space before a quotation mark": f'{HEAD}\nb,{EXCUSED}, "ill, very",\n{A}\n',
    "doubled quotation marks": f'{HEAD}\nb,{EXCUSED},"say ""x"", ""y""",\n{A}\nb,{EXCUSED},"""",\n',
    "empty in quotation marks": f'{HEAD}\nb,{EXCUSED},"",""\n"","","","","","",""\n{A}\n',
    "a long text": f"{HEAD}\nb,{EXCUSED},{'x' * LONGEST_ROW},\n{A}\n",
    "a text almost too long": f"{HEAD}\nb,{EXCUSED},{'x' * (LONGEST_ROW - 100)},\n{A}\n",
    "a long text of long letters": f"{HEAD}\nb,{EXCUSED},{'ü' * (LONGEST_ROW - 100)},\n{A}\n",
    "a long text in quotation marks": f'{HEAD}\nb,{EXCUSED},"{"x" * LONGEST_ROW}",\n{A}\n',
    "ten megabytes in one cell": f'{HEAD}\nb,{EXCUSED},"{"x" * 10_000_000}",\n{A}\n{B}\n',
    "far too many lines between quotation marks": f'{HEAD}\nb,{EXCUSED},"{MANY}",\n{A}\n',
    "three hundred separators": f"{HEAD}\n{A}{',' * 300}x\n{A}{',' * 256}\n{B}\n",
    "a name twice": f"case_id,event,on,on\n{A}\n",
    "an unknown name twice": "case_id,event,on,x,x\na,request_received,2026-01-05,1,2\n",
    "nameless columns": f"{HEAD},,\n{A},,\n{B},x,\n{B}, , \n{B},,\n{B}\n{A},,,,\n",
    "header only": f"{HEAD}\n",
    "header only, without an end": HEAD,
    "without an end": f"{HEAD}\n{A}",
    "quoted, without an end": f'{HEAD}\n{A}\nb,{EXCUSED},"ill","2026-01-20"',
    "nothing": "",
    "only blank lines": "\n \n",
    "no header": f"{A}\n",
    "formulas": f'{HEAD}\na,{EXCUSED},=1+1,\nb,{EXCUSED},"=HYPERLINK(""x"",""y"")",\n',
    "a NUL": f"{HEAD}\n{A}\nb,{EXCUSED},i\0ll,\nb\0,request_received,2026-01-05,,,,\n",
    "a NUL between quotation marks": f'{HEAD}\n{A}\nb,{EXCUSED},"i\0ll\n",\n{B}\n',
}
BYTES = {
    **{name: text.encode() for name, text in FILES.items()},
    "Windows-1252": f"{HEAD}\na,{EXCUSED},Zoë’s,\n{A}\n".encode("cp1252"),
    "Windows-1252 between quotation marks": f'{HEAD}\na,{EXCUSED},"Zoë\nx",\n{A}\n'.encode("cp1252"),
    "Windows-1252 in an unknown column": f"{HEAD},who\n{A},Zoë\n{B},\n".encode("cp1252"),
    "UTF-16": f"{HEAD}\n{A}\n".encode("utf-16"),
    "a zip file": b"PK\x03\x04 and so on",
}  # fmt: skip


def agree_on_a_file(path, **options) -> None:
    why = ""
    try:
        read_cases(path)
    except SourceError as error:
        why = str(error)
    if why:
        with pytest.raises(SourceError) as raised:
            list(Frames(path, AS_OF, **options))
        assert str(raised.value) == why
        return
    caseload = read_cases(path)
    frames = Frames(path, AS_OF, **options)
    list(frames)
    assert [str(row) for row in frames.refused] == [str(row) for row in caseload.refused]
    assert (frames.rows, frames.unknown_columns) == (caseload.rows, caseload.unknown_columns)
    assert list(iter_rows(path, AS_OF, refused=[], **options)) == case_by_case(caseload.values(), AS_OF)


@pytest.mark.parametrize("name", BYTES)
def test_a_file_is_read_and_refused_alike(tmp_path, monkeypatch, name):
    path = tmp_path / "cases.csv"
    path.write_bytes(BYTES[name])
    agree_on_a_file(path)
    if len(BYTES[name]) < 1_000_000:
        monkeypatch.setattr("ehcp_flow.bulk.csvfile.BLOCK", 50)
        agree_on_a_file(path, chunk_cases=1)


@pytest.mark.parametrize("name", BYTES)
def test_the_command_line_says_the_same_of_a_file(tmp_path, name):
    path = tmp_path / "cases.csv"
    path.write_bytes(BYTES[name])
    one, bulk = (invoke("check", path, "--as-of", AS_OF, door=door) for door in ("one", "many"))
    assert (bulk.stdout, bulk.stderr, bulk.exit_code) == (one.stdout, one.stderr, one.exit_code)


PIECES = st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", "\r", " ", ";", "a", "b", "\u2003", "é", "\0", A, B, f"a,{EXCUSED},", "2026-01-20"]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=40).map("".join), st.sampled_from([1, 30, 1 << 25]))
@example('"\n"', 30)
@example('a"\n"b,\n', 30)
def test_any_text_is_read_and_refused_alike(tmp_path_factory, text, block):
    path = tmp_path_factory.getbasetemp() / "any-text.csv"
    path.write_bytes(f"{HEAD}\n{text}".encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ehcp_flow.bulk.csvfile.BLOCK", block)
        agree_on_a_file(path)
