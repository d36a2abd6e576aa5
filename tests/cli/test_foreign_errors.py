"""What libraries and the machine raise comes out as ours: the place, what would be right, and whose it is."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from ehcp_flow.bulk import deadlines_frame
from ehcp_flow.calendars import read_institutions
from ehcp_flow.counting import parse_convention
from ehcp_flow.errors import CalendarError, EhcpFlowError, RangeError
from ehcp_flow.facts import make_fact
from ehcp_flow.law import england, with_targets
from ehcp_flow.measures import Registers
from ehcp_flow.reports.workbook import write_sheets
from ehcp_flow.store import Store
from ehcp_flow.synth import synth
from tests.cli.running import CHRONOLOGIES, ROOT, environment, invoke

AS_OF = ("--as-of", "2026-06-30")
ROWS = "case_id,event,on\na,request_received,2026-03-02\n"
TARGET = '[[target]]\nid = "a"\ntitle = "b"\nclock = "advice"\nact = "give"\ndone_by = ["advice_received"]\ncounting = '
VEVENT = "BEGIN:VCALENDAR\r\nX-EHCP-INSTITUTION:1\r\nBEGIN:VEVENT\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("door", ["one", "many"])
def test_an_object_of_other_keys_is_one_refused_row(door, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"case_id":"a","event":"request_received","on":"2026-03-02"}\n{"a":"1"}\n')
    done = invoke("check", tmp_path / "a.jsonl", *AS_OF, door=door)
    assert (done.exit_code, "a.jsonl, line 2, column event" in done.stderr) == (1, True)
    assert "decide_assess" in done.stdout


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_beyond_the_calendar_is_one_refused_row(door, instant):
    rows = f"case_id,event,on,recorded_at\na,request_received,2026-03-02,\nb,request_received,2026-03-02,{instant}\n"
    done = invoke("check", "-", *AS_OF, door=door, stdin=rows)
    assert (done.exit_code, "column recorded_at, case b" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("counting", "said"),
    [
        ('["5 weeks after"]', "is no text"),
        ("5", "is no text"),
        ('"99999 weeks after"', "is no way of counting"),
        ("1979-05-27", "is no text"),
        ('"9999 months after"', ""),
    ],
)
def test_a_target_that_counts_in_no_way(counting, said, tmp_path):
    (tmp_path / "t.toml").write_text(TARGET + counting + "\n")
    done = invoke("check", "-", *AS_OF, "--profile", tmp_path / "t.toml", stdin=ROWS)
    assert (done.exit_code, said in done.stderr) == (4 if said else 0, True)
    if said:
        assert "t.toml, line 7, target.0.counting" in done.stderr


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a = [" * 900, f"a = {'9' * 5000}", "a = 1979-99-99", 'a = "\ud800"', "\0", "a=\xff"]
)
def test_what_is_no_toml(text, tmp_path):
    (tmp_path / "t.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    done = invoke("check", "-", *AS_OF, "--profile", tmp_path / "t.toml", stdin=ROWS)
    assert (done.exit_code, "t.toml" in done.stderr, len(done.stderr) < 1000) == (4, True, True)


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART",
        "DTSTART:",
        "DTSTART;VALUE=DATE:20260230",
        "DTSTART;VALUE=DATE:99991231\r\nDURATION:P9999999999D",
        "DTSTART;TZID=Nowhere:20260101T000000",
        "DTSTART;VALUE=PERIOD:x/y",
        "RRULE:FREQ=x",
        "\0",
        "DTSTART;VALUE=DATE:20260101\r\nDTEND:x",
        "DTSTART;VALUE=DATE:20260101\r\nDTSTART;VALUE=DATE:20260102",
        "BEGIN:VEVENT",
        "DTSTART;VALUE=DATE:20260101\r\nDURATION:P1W1D",
    ],
)
def test_a_damaged_calendar(event, tmp_path):
    (tmp_path / "c.ics").write_text(VEVENT.format(event), newline="")
    try:
        read_institutions(tmp_path / "c.ics")
    except CalendarError as error:
        assert (error.source, error.exit_code) == (str(tmp_path / "c.ics"), 4)  # noqa: PT017 - either end is right
    done = invoke("check", "-", *AS_OF, "--institutions", tmp_path / "c.ics", stdin=ROWS)
    assert done.exit_code in (0, 4)


@pytest.mark.parametrize(
    "line",
    [
        ("report", CHRONOLOGIES, "--html", ""),
        ("report", CHRONOLOGIES, "--html", "x.html", "--weeks", "999999999"),
        ("registers", CHRONOLOGIES, "due", "--weeks", "9" * 30),
        ("late", "--store", "{url}", "--days", "9" * 30),
        ("follow", "--store", "{url}", "--once", "--every", "inf"),
        ("follow", "--store", "{url}", "--once", "--every", "nan"),
        ("measures", CHRONOLOGIES, "--year", "9" * 30),
        ("measures", CHRONOLOGIES, "--suppress", "-1"),
        ("synth", "--cases", "1", "--year", "9" * 30),
        ("synth", "--cases", "1", "--seed", "-1"),
        ("synth", "--cases", "1", "--faults", "nan"),
        ("redact", "--store", "{url}", "--case", "told", "--version", "9" * 30, "--why", "x", "--by", "j", "--yes"),
        ("check", CHRONOLOGIES, "--as-of", "9999-12-31"),
        ("check", CHRONOLOGIES, "--known-at", "9999-12-31T23:59:59-14:00"),
        ("person", "--store", "{url}", "--case", "a\udcff"),
        ("explain", "{url}", "--case", "a\0b"),
    ],
)
def test_what_is_out_of_range_is_usage(line, store_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = invoke(*(str(word).replace("{url}", store_url) for word in line))
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize("after", ["0", "99999999999999999999", "9" * 400])
def test_nothing_comes_after_a_position_that_no_database_has(after, store_url):
    done = invoke("follow", "--store", store_url, "--once", "--after", after)
    assert (done.exit_code, bool(done.stdout)) == (0, after == "0")


@pytest.mark.parametrize(
    "call",
    [
        lambda: Registers(weeks=999_999_999),
        lambda: Registers(weeks=0),
        lambda: synth(-1, 1),
        lambda: synth(1, -1),
        lambda: synth(1, 1, faults=float("nan")),
        lambda: synth(1, 1, year=10**30),
        lambda: deadlines_frame([], "2026-06-30", chunk_cases=0),
        lambda: make_fact("plan_agreed", case_id="a", on="9999-12-31"),
        lambda: make_fact("plan_agreed", case_id="a", on=10**30),
    ],
)
def test_a_call_out_of_range_is_an_error_of_ours(call):
    with pytest.raises(EhcpFlowError):
        list(call())


def test_a_sheet_holds_no_more_rows_than_a_sheet_can(tmp_path):
    rows = [{"a": "1"}] * 1_048_576
    with pytest.raises(RangeError, match="1048576; a sheet holds 1,048,575: write CSV"):
        write_sheets({"many": rows}, tmp_path / "x.xlsx", as_of=dt.date(2026, 6, 30))


def test_a_count_beyond_four_digits_is_no_way_of_counting():
    assert str(parse_convention("9999 weeks after")) == "9999 weeks after"
    with pytest.raises(ValueError, match="no way of counting"):
        parse_convention("10000 weeks after")


def test_targets_are_held_to_the_rulebook_they_stand_beside(tmp_path):
    (tmp_path / "t.toml").write_text(TARGET + '"5 weeks after"\n')
    assert "a" in with_targets(england(), tmp_path / "t.toml").limits


def test_a_packed_package_works(tmp_path):
    """Alembic reads its scripts from the disk; the rest of what is read lies in the package, wherever that is."""
    from shutil import make_archive

    packed = make_archive(str(tmp_path / "packed"), "zip", ROOT, "ehcp_flow")
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from ehcp_flow.cli import main; main()"

    def packed_run(*line: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", code, packed, *map(str, line)],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(PYTHONPATH=""),
        )

    url = "sqlite:///s.db"
    for line in (
        ("db", "upgrade", "--store", url), ("import", CHRONOLOGIES, "--store", url), ("db", "verify", "--store", url),
        ("check", url, *AS_OF), ("report", CHRONOLOGIES, *AS_OF, "--html", "r.html"), ("rules", "final_plan"),
    ):  # fmt: skip
        done = packed_run(*line)
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    with Store.open(f"sqlite:///{tmp_path}/s.db") as store:
        assert len(list(store.cases())) > 0
    assert Path(tmp_path, "r.html").exists()
