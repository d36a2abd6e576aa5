"""The command line as a process: pipes, terminals, signals, encodings, what it loads."""

import errno
import fcntl
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import types
from pathlib import Path

import pytest
import typer

from ehcp_flow.cli import app, main
from ehcp_flow.cli.app import COMMANDS
from ehcp_flow.errors import ExitCode
from tests.cli.running import CHRONOLOGIES, environment, invoke, rows_of, run, table_of
from tests.waiting import HANG, until

PROGRAM = (sys.executable, "-m", "ehcp_flow")
MANY = "case_id,event,on\n" + "".join(f"case{number},request_received,2026-03-02\n" for number in range(500))


def on_terminal(*args: object, columns: int = 120, **env: str) -> str:
    """Run a command whose standard output and error are a terminal, and return what it shows."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *map(str, args)], stdin=slave, stdout=slave, stderr=slave,
        env=environment(COLUMNS=str(columns), TERM="xterm-256color", **env),
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            break
        if not more:
            break
        shown += more
    os.close(master)
    assert process.wait() == 0
    return shown.decode()


def test_a_terminal_gets_a_table_and_a_pipe_gets_csv():
    shown = on_terminal("check", CHRONOLOGIES, "--as-of", "2025-10-21")
    assert "\u2500\u2500\u2500" in shown
    assert "BREACH" in shown
    assert "case_id,authority" not in shown
    assert run("check", CHRONOLOGIES, "--as-of", "2025-10-21").stdout.startswith("case_id,authority,limit,")


def test_colour_can_be_switched_off_and_the_words_stay():
    args = ("check", CHRONOLOGIES, "--as-of", "2025-10-21")
    assert re.search(r"\x1b\[[0-9;]*31m", on_terminal(*args))
    plain = on_terminal(*args, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain)
    assert "BREACH" in plain
    assert "overdue" in plain


def test_a_closed_pipe_is_no_traceback(tmp_path):
    (tmp_path / "many.csv").write_text(MANY)
    process = subprocess.Popen(
        [*PROGRAM, "check", str(tmp_path / "many.csv"), "--as-of", "2026-06-30"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"case_id,")
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == ExitCode.CLOSED_PIPE
    assert said == b""


def test_a_pipe_that_was_never_read_is_no_traceback_either():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "--version"], check=False, stdout=writing, stderr=subprocess.PIPE, env=environment()
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.CLOSED_PIPE, b"")


def test_ctrl_c_leaves_with_130_and_without_a_traceback(tmp_path):
    pipe = tmp_path / "facts.csv"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*PROGRAM, "check", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    with pipe.open("w") as facts:  # opens when the program has opened it for reading
        facts.write("case_id,event,on\n")
        facts.flush()
        # Only when it has read all there is and waits for more: in a finaliser, say, Python drops an interrupt.
        until(lambda: not any(fcntl.ioctl(facts, termios.FIONREAD, bytes(4))))
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=HANG)
    assert (process.returncode, out) == (ExitCode.INTERRUPTED, b"")
    assert b"Traceback" not in said


def test_ctrl_c_while_the_program_loads_leaves_with_130(monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("ehcp_flow.cli.app.command", interrupted)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == ExitCode.INTERRUPTED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_in_one_line():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "check", CHRONOLOGIES], check=False, stdout=full, stderr=subprocess.PIPE, env=environment()
        )
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert [line for line in lines if "error:" in line] == ["ehcp-flow: error: cannot write: No space left on device"]
    assert "Exception ignored" not in done.stderr.decode()


def test_the_output_is_utf_8_whatever_the_locale():
    source = "case_id,event,on\n\u00e9\u4e2d,request_received,2026-03-02\n"
    done = subprocess.run(
        [*PROGRAM, "check", "-", "--format", "json"], check=True, input=source.encode(), capture_output=True,
        env=environment(LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
    )  # fmt: skip
    assert {row["case_id"] for row in rows_of(done.stdout.decode("utf-8"), "json")} == {"\u00e9\u4e2d"}


def test_half_a_surrogate_pair_in_an_argument_is_no_traceback():
    done = subprocess.run(
        [*PROGRAM, "due", "--received", "2026-03-02", "--case", b"a\xff", "--format", "json"],
        check=False, capture_output=True, env=environment(),
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 2)


def loaded_by(*args: str) -> set[str]:
    code = (
        "import sys\nfrom ehcp_flow.cli import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    assert not left.code, left.code\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], check=True, capture_output=True, text=True, env=environment()
    )
    return set(done.stderr.split())


HEAVY = {"sqlalchemy", "alembic", "holidays", "icalendar", "polars", "transitions", "rich"}


def test_a_quick_question_loads_nothing_that_it_does_not_need():
    loaded = loaded_by("due", "--received", "2026-03-02", "--format", "json")
    assert not loaded & HEAVY
    assert {name for name in loaded if name.startswith("ehcp_flow.cli.")} <= {
        f"ehcp_flow.cli.{name}"
        for name in (
            "app", "boundary", "command", "endings", "named_files", "messages", "options", "output",
            "query", "sheet_source", "print_options", "fact_options", "due", "words",
        )
    }  # fmt: skip


def test_a_table_loads_rich_and_only_that():
    assert loaded_by("due", "--received", "2026-03-02", "--format", "table") & HEAVY == {"rich"}


def test_the_module_is_the_program():
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("ehcp-flow ")


def test_no_arguments_give_the_help_and_exit_code_2():
    done = run()
    assert done.returncode == 2
    assert all(command in done.stdout + done.stderr for command in COMMANDS)


@pytest.mark.parametrize(("typed", "said"), [("chek", "did you mean check"), ("zzz", "there are desk, due, check")])
def test_a_misspelt_command_is_refused_with_what_is_near(typed, said):
    done = invoke(typed)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_group_of_commands_is_added_with_one_line(monkeypatch):
    module = types.ModuleType("a_group_for_a_test")
    module.GROUP = group = typer.Typer()  # type: ignore[attr-defined]

    @group.command()
    def upgrade(url: str) -> None:
        """Bring a store up to date, whatever its age."""
        sys.stdout.write(f"upgraded {url}")

    @group.command()
    def verify() -> None:
        """Look at every fact of a store, one by one."""

    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(app.COMMANDS, "db", "a_group_for_a_test:GROUP")
    assert invoke("db", "upgrade", "sqlite:///x").stdout == "upgraded sqlite:///x"
    assert "verify" in invoke("db", "--help").stdout


def complete(words: str, count: int) -> list[str]:
    done = run(_EHCP_FLOW_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(count))
    assert done.returncode == 0
    return done.stdout.split()


def test_the_shell_completes_commands_options_events_and_limits():
    assert complete("ehcp-flow ", 1) == list(COMMANDS)
    assert "--as-of" in complete("ehcp-flow check --a", 2)
    assert complete("ehcp-flow due --event request_", 3) == ["request_received", "request_withdrawn"]
    assert complete("ehcp-flow rules final", 2) == ["final_plan"]
    assert complete("ehcp-flow check x --status o", 4) == ["open", "overdue", "overtaken"]


def test_the_script_for_completion_can_be_shown():
    done = run(_EHCP_FLOW_COMPLETE="source_bash")
    assert "_EHCP_FLOW_COMPLETE=complete_bash" in done.stdout


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    from ehcp_flow import deadlines

    def broken(*_args, **_options):
        raise ZeroDivisionError("Jane Doe")

    monkeypatch.setattr(deadlines, "due", broken)
    done = invoke("due", "--received", "2026-03-02")
    assert (done.exit_code, done.stdout) == (ExitCode.BUG, "")
    assert re.search(
        r"a fault of ehcp-flow, not of yours: builtins.ZeroDivisionError at cli/due\.py:\d+ < ", done.stderr
    )
    assert len(done.stderr.splitlines()) == 1
    assert "Jane" not in done.stderr
    for asked in (
        invoke("--debug", "due", "--received", "2026-03-02"),
        invoke("due", "--received", "2026-03-02", EHCP_FLOW_DEBUG="1"),
    ):
        assert asked.exit_code == ExitCode.BUG
        assert "Traceback (most recent call last)" in asked.stderr
        assert "ZeroDivisionError: Jane Doe" in asked.stderr


def test_a_bar_shows_only_on_a_terminal_and_only_after_a_while(monkeypatch, capsys):
    from ehcp_flow.cli import messages

    with messages.ProgressBar("reading") as bar:
        bar(1, 10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(messages, "PATIENCE", HANG)
    with messages.ProgressBar("reading") as bar:
        bar(1, 10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(messages, "PATIENCE", 0)
    with messages.ProgressBar("reading") as bar:
        bar(5, 10)
        bar(10, 10)
    assert "reading" in capsys.readouterr().err
    monkeypatch.setenv("TERM", "dumb")
    with messages.ProgressBar("reading") as bar:
        bar(5, 10)
        bar(10, 10)
    assert capsys.readouterr().err == ""


def test_a_store_is_opened_by_its_url(tmp_path):
    from ehcp_flow.facts import make_fact
    from ehcp_flow.store import Store

    url = f"sqlite:///{tmp_path / 'cases.db'}"
    with Store.open(url, create=True) as store:
        store.record("a", make_fact("request_received", case_id="a", on="2026-03-02"), seen=0)
    args = ("--as-of", "2026-06-30", "--format", "json")
    from_file = invoke("check", "-", *args, stdin=table_of("a request_received 2026-03-02"))
    assert invoke("check", url, *args).stdout == from_file.stdout
    assert "2026-04-13" in invoke("explain", url, "--case", "a", "--as-of", "2026-06-30", "--format", "csv").stdout
    done = invoke("check", url, "--case", "b")
    assert done.exit_code == 2
    assert "'b'" in done.stderr


def test_a_store_that_is_not_there_is_refused_in_one_line(tmp_path):
    done = invoke("check", f"sqlite:///{tmp_path / 'none.db'}")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
