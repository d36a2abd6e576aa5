"""Refused days that look like month first are evidence about the days beside them that were taken."""

import re

import pytest

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.readers import read_case, read_text
from ehcp_flow.store import MemoryStore
from ehcp_flow.store.imports import import_file
from tests.cli.running import invoke

ROWS = """case_id,authority,event,On
u1,885,request_received,03/02/2026
u2,885,request_received,03/05/2026
u3,885,request_received,03/16/2026
u4,885,request_received,03/20/2026
"""
SAID = "column On looks as if its months stood first (2 refused days, such as '03/16/2026' in line 4)"


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("command", [("check",), ("state",), ("breaches", "--register", "findings")])
def test_every_command_says_so(tmp_path, command, door):
    path = tmp_path / "us.csv"
    path.write_text(ROWS, "utf-8")
    done = invoke(*command, path, "--as-of", "2026-06-30", "--format", "json", door=door)
    assert done.exit_code == 1
    assert done.stderr.count(SAID) == 1
    assert "u1" in done.stdout or command[0] == "breaches"


def test_an_import_says_so(tmp_path):
    path = tmp_path / "us.csv"
    path.write_text(ROWS, "utf-8")
    done = invoke("import", path, "--store", f"sqlite:///{tmp_path / 'us.db'}")
    assert (done.exit_code, done.stderr.count(SAID)) == (1, 1)


def test_a_reader_says_so_and_how_the_days_can_be_declared():
    (said,) = (said for said in read_text(ROWS).warnings if SAID in said)
    assert "ehcp-flow convert FILE --propose columns.toml" in said


@pytest.mark.parametrize("value", ["31/02/2026", "2026-16-03", "13/16/2026", "soon", "00/16/2026", "3/32/2026"])
def test_what_is_no_day_either_way_says_nothing(value):
    read = read_text(f"case_id,event,on\na,request_received,{value}\n")
    assert (len(read.refused), read.warnings) == (1, ())


def test_one_day_is_evidence_too():
    (said,) = read_text("case_id,event,on\na,request_received,3/16/2026 00:00\n").warnings
    assert "1 refused day, such as '3/16/2026 00:00' in line 2" in said


def test_every_call_says_so(tmp_path):
    path = tmp_path / "us.csv"
    path.write_text(ROWS, "utf-8")
    left_out: list[EhcpFlowError] = []
    with pytest.warns(UserWarning, match=re.escape(SAID)):
        deadlines_frame(path, "2026-06-30", refused=left_out)
    assert len(left_out) == 2
    with pytest.warns(UserWarning, match=re.escape(SAID)):
        assert len(read_case(path, "u1").facts) == 1
    (said,) = import_file(MemoryStore(), path).doubts
    assert SAID in said
