"""What the command line tells the shell: one code for each kind of trouble, and one line about it."""

import subprocess
import sys

import pytest

from ehcp_flow.errors import ExitCode
from tests.cli.running import CHRONOLOGIES, ROOT, environment, invoke

URLS = [
    "postgresql://u:hunter2@", "postgresql:/u:hunter2@h/d", "postgresql//u:hunter2@h/d", "mysql://u:hunter2@h/d",
    "postgresql://u:hunter2/h/d", "mys ql://u:hunter2@h/d", "postgresql+pg8000://u:hunter2@h/d", "sqlite://u:hunter2@/d",
    "postgresql://u:hunter2@[::1/d", "postgresql://u:hunter2@h:port/d", "u:hunter2@h/d", "://u:hunter2@h", "://", "sqlite://",
    "sqlite:///", "sqlite:////", "sqlite:///:memory:", "postgresql+psycopg://", "postgresql://h:99999999999/d",
    "sqlite:///no/such/folder/s.db", "\ud800://", "sqlite:///\ud800", "sqlite:///a\0b", "postgresql://u:hunter2@h/d?x",
    "postgresql://u@h/d?password=hunter2&nonsense=1",
    "postgresql://u:hunter2@127.0.0.1:9/d?connect_timeout=x",
    "postgresql://u:hunter2@127.0.0.1:9/d?sslmode=nonsense",
]  # fmt: skip


def at_the_shell(line: str) -> subprocess.CompletedProcess[bytes]:
    program = f'"{sys.executable}" -m ehcp_flow'
    return subprocess.run(
        ["sh", "-c", line.format(program=program, csv=CHRONOLOGIES)],
        check=False, capture_output=True, env=environment(), stdin=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["check {csv}", "--help", "due --received 2026-03-02 --format xlsx", "rules"])
def test_a_closed_standard_output_is_quiet(command):
    done = at_the_shell("{program} " + command + " >&-")
    assert (done.returncode, done.stderr) == (ExitCode.CLOSED_PIPE, b"")


def test_a_closed_standard_error_says_nothing_among_the_results():
    done = at_the_shell("printf 'case_id,event,on\\na,request_received,never\\n' | {program} check - 2>&-")
    assert (done.returncode, done.stdout.count(b"\n"), b"refused" in done.stdout) == (ExitCode.REFUSED, 1, False)


def test_a_closed_standard_input_is_an_empty_one():
    done = at_the_shell("{program} check - <&-")
    assert done.returncode == ExitCode.DAMAGED
    assert b"it is empty" in done.stderr


def test_nothing_is_written_into_a_file_that_took_the_number_of_a_closed_stream(tmp_path):
    url = f"sqlite:///{tmp_path}/s.db"
    done = at_the_shell("{program} import {csv} --store " + url + " >&- 2>&- <&-")
    assert done.returncode == ExitCode.CLOSED_PIPE
    assert invoke("db", "verify", "--store", url).exit_code == 0


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("command", [("check", "{url}"), ("db", "stats", "--store", "{url}")])
def test_an_odd_address_of_a_store_is_one_line_without_its_password(command, url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    done = invoke("--debug", *(word.replace("{url}", url) for word in command))
    assert done.exit_code in {ExitCode.USAGE, ExitCode.STORE, ExitCode.DAMAGED}, done.stderr
    assert "hunter2" not in done.output
    assert sum("error: " in line for line in done.stderr.splitlines() if line.startswith("ehcp-flow")) == 1


def test_the_help_does_not_show_the_address_in_the_environment():
    for command in (("import", "--help"), ("db", "verify", "--help")):
        done = invoke(*command, EHCP_FLOW_STORE="postgresql://u:hunter2@h/d")
        assert (done.exit_code, "hunter2" in done.output) == (0, False)
