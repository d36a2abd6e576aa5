"""What people really hand over: pipes, Parquet that other programs wrote, half of a file, an unknown authority."""

import io
import os
import subprocess
import threading
from pathlib import Path

import polars as pl
import pytest

from ehcp_flow.bulk import counts, deadlines_frame, read_cases
from ehcp_flow.bulk.row_sources import readable
from ehcp_flow.errors import SourceError
from ehcp_flow.readers import read_cases as read_text_cases
from tests.cli.running import CHRONOLOGIES, environment, invoke, program
from tests.waiting import HANG

AS_OF = ("--as-of", "2025-10-21")
ROW = {"case_id": ["a"], "event": ["request_received"], "on": ["2024-01-08"]}
CASE = "jsc-cambridgeshire"


@pytest.mark.parametrize(
    "command",
    [
        ("state",),
        ("explain", "--case", CASE),
        ("check", "--format", "csv"),
        ("measures",),
        ("registers", "due"),
    ],
)
@pytest.mark.parametrize("door", ["one", "many"])
def test_a_pipe_is_read_like_the_file_behind_it(command, door, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text = Path(CHRONOLOGIES).read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(text,), daemon=True)
    writer.start()
    name, *more = command
    args = [*program(door), name, pipe, *more, *AS_OF]
    done = subprocess.run(args, capture_output=True, timeout=HANG, env=environment(), check=False)
    expected = invoke(name, CHRONOLOGIES, *more, *AS_OF)
    assert done.stdout.decode() == expected.stdout != ""
    assert done.returncode == expected.exit_code
    writer.join(HANG)


def test_a_pipe_is_read_over_columns(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(Path(CHRONOLOGIES).read_bytes(),), daemon=True)
    writer.start()
    assert deadlines_frame(pipe, "2025-10-21").equals(deadlines_frame(CHRONOLOGIES, "2025-10-21"))
    writer.join(HANG)


@pytest.mark.parametrize("door", ["one", "many", None])
def test_parquet_comes_through_standard_input(door, tmp_path):
    file = tmp_path / "cases.parquet"
    pl.read_csv(CHRONOLOGIES, infer_schema=False).write_parquet(file)
    args = [*program(door), "measures", "-", *AS_OF, "--format", "csv"]
    with file.open("rb") as stream:
        done = subprocess.run(args, stdin=stream, capture_output=True, env=environment(), check=True)
    assert done.stdout.decode() == invoke("measures", CHRONOLOGIES, *AS_OF, "--format", "csv").stdout


@pytest.mark.parametrize("size", [1, 10**9])
def test_a_case_of_another_authority_says_whose_it_is(size, monkeypatch):
    monkeypatch.setattr("ehcp_flow.cli.source_kinds.LARGE", size)
    for command in ("state", "check", "explain", "measures"):
        asked = (command, CHRONOLOGIES, *AS_OF, "--authority", "999", "--case")
        for more in ((), ("--known-at", "2000-01-01")):
            refused = invoke(*asked, CASE, *more)
            assert "is not of authority 999; it is of 873" in " ".join(refused.output.split())
            assert refused.exit_code == 2
        assert "did you mean" in invoke(*asked, f"{CASE}x").output


@pytest.mark.parametrize("known", [(), ("--known-at", "2020-01-01")])
def test_no_case_that_names_an_authority(known, tmp_path):
    file = tmp_path / "none.csv"
    file.write_text("case_id,event,on,recorded_at\na,request_received,2024-01-08,2024-01-09T00:00:00Z\n", "utf-8")
    for command in ("check", "measures", "breaches"):
        asked = (command, file, *AS_OF, "--authority", "885", *known)
        one, bulk = (invoke(*asked, door=door) for door in ("one", "many"))
        assert bulk.output == one.output
        assert "no case of authority 885; no case names its authority" in one.output


def test_a_column_that_no_case_has_is_told_in_one_order(tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("case_id,event,on,zone,team\na,request_received,2024-01-08,x,y\n", "utf-8")
    refused = invoke("measures", file, *AS_OF, "--by", "0")
    always = "authority, requester, age, school_year, adviser, year, academic_year, financial_year, quarter, month"
    assert f"{always}, team, zone" in " ".join(refused.output.split())


@pytest.mark.parametrize("command", ["measures", "check", "state", "registers"])
def test_parquet_without_what_reads_it(command, tmp_path, monkeypatch):
    file = tmp_path / "cases.parquet"
    pl.DataFrame(ROW).write_parquet(file)
    monkeypatch.setattr("ehcp_flow.cli.source_kinds.find_spec", lambda _: None)
    more = ("--by", "team") if command == "measures" else ()
    name = ("due",) if command == "registers" else ()
    refused = invoke(command, file, *name, *AS_OF, *more)
    assert refused.exit_code == 2
    assert "it needs the extra bulk" in " ".join(refused.output.split())


def test_some_cases_are_read_by_authority_and_by_one_name():
    every = read_text_cases(CHRONOLOGIES)
    of_873 = {case_id: case for case_id, case in every.items() if case.authority == "873"}
    assert dict(read_cases(CHRONOLOGIES, authority="873")) == of_873
    assert of_873
    assert list(read_cases(CHRONOLOGIES, case_ids=CASE)) == [CASE]
    with pytest.raises(TypeError):
        read_cases(CHRONOLOGIES, known_at="2000-01-01T00:00:00Z")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"outcome": [["x"]]}, "its column outcome holds List"),
        ({"Case ID": ["a"]}, "it has more than one column case_id; keep one of each"),
        ({"outcome": [b"\xff"]}, "it cannot be read"),
    ],
)
def test_parquet_that_cannot_be_read_says_why(more, said, tmp_path):
    file = tmp_path / "odd.parquet"
    pl.DataFrame({**ROW, **more}).write_parquet(file)
    for command in ("measures", "check", "state"):
        refused = invoke(command, file, *AS_OF)
        assert refused.exit_code == 4
        assert said in " ".join(refused.output.split())
    with pytest.raises(SourceError, match=r"odd\.parquet"):
        counts(file, "2025-10-21")


def test_further_columns_that_are_no_text_are_left_alone(tmp_path):
    file = tmp_path / "odd.parquet"
    pl.DataFrame({**ROW, "list": [["x"]], "Team": ["North"], "team": ["South"]}).write_parquet(file)
    assert "South" in invoke("measures", file, *AS_OF, "--by", "team", "--format", "csv").stdout
    assert invoke("registers", file, "due", *AS_OF).exit_code == 0


def test_half_a_parquet_file_says_so(tmp_path):
    whole = io.BytesIO()
    pl.DataFrame(ROW).write_parquet(whole)
    for content in (b"PAR1", whole.getvalue()[:-20]):
        file = tmp_path / "half.parquet"
        file.write_bytes(content)
        for command in (("measures",), ("state",), ("measures", "--by", "team")):
            refused = invoke(command[0], file, *AS_OF, *command[1:])
            assert refused.exit_code == 4
            assert "half.parquet: it cannot be read" in " ".join(refused.output.split())


def test_a_panic_over_a_damaged_file_says_which(monkeypatch):
    """Polars panics over some files that are damaged, which is no Exception to Python."""

    def panics(*_args, **_options):
        raise pl.exceptions.PanicException("assertion failed: offset + length <= self.length")

    with (
        pytest.raises(SourceError, match=r"odd\.parquet: it cannot be read: assertion failed"),
        readable("odd.parquet"),
    ):
        panics()
    monkeypatch.setattr("ehcp_flow.deadlines.due", panics)
    done = invoke("due", "--received", "2026-03-02")
    assert (done.exit_code, "pyo3_runtime.PanicException at cli/due.py" in done.stderr) == (70, True)
