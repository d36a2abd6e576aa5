"""Every option that names a file to be written: what it must not be is refused before anything is touched.

The options are found in the command line itself, so that a new one cannot be forgotten.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer
from typer.models import ParameterInfo

from ehcp_flow.cli.app import COMMANDS, command
from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.named_files import READ
from tests.cli.running import environment, invoke, run

# What names a file, a store or a directory that is read.
READS = {
    "SOURCE", "--store", "FILE", "--institutions", "--office-closures", "--bank-holidays", "--profile", "--rulebook",
    "--diff", "--source", "--anchor", "--columns", "--retry", "--published-file", "--plan",
    "--rules", "--facts", "--scenario", "--keys", "OLD", "NEW",
}  # fmt: skip
# What a text that is no name of a file is called.
TEXTS = {
    "ADDRESS", "CASE", "COLUMN", "COLUMN=VALUE", "DATE", "EVENT", "GROUP", "ID", "LA", "LIMIT", "N", "NAME", "NUMBER",
    "PARTY", "PARTY=N[@DATE]", "PERIOD", "POSITION", "RATE", "S", "SECONDS", "TEXT", "WHEN", "YEAR",
    "[EVENT[:OUTCOME]]", "[EVENT]", "[ID]", "[NAME]",
}  # fmt: skip
NAMES = {"FILE", "FILE|DAY", "FILE|NAME", "DIR", "NAME|DIR", "SOURCE", "URL", "PATH", "OLD", "NEW"}
_DAY = ("--as-of", "2025-10-21")
CALLS: dict[str, list[tuple[str, ...]]] = {
    "due": [("due", "--received", "2026-03-02")],
    "desk": [("desk", "{csv}", *_DAY), ("desk", "{url}", *_DAY)],
    "check": [("check", "{csv}", *_DAY), ("check", "{url}", *_DAY)],
    "state": [("state", "{csv}", *_DAY), ("state", "{url}", *_DAY)],
    "breaches": [("breaches", "{csv}", *_DAY), ("breaches", "{url}", *_DAY)],
    "registers": [("registers", "{csv}", *_DAY), ("registers", "{url}", "reviews", *_DAY)],
    "measures": [("measures", "{csv}", *_DAY), ("measures", "{url}", *_DAY)],
    "what-if": [("what-if", "{csv}", "--case", "w-hertfordshire", "--event", "refusal_reversed", "--on", "2023-05-01")],
    "schedule": [("schedule", "--by", "2027-02-15")],
    "notices": [("notices", "plan_refused")],
    "rules": [("rules",), ("rules", "final_plan")],
    "facts": [("facts",)],
    "scorecard": [("scorecard", "{csv}", "--plan", "{plan}", *_DAY), ("scorecard", "{url}", "--plan", "{plan}", *_DAY)],
    "forecast certain": [("forecast", "certain", "{csv}", *_DAY), ("forecast", "certain", "{url}", *_DAY)],
    "forecast flow": [("forecast", "{long}", "--as-of", "2026-06-30", "--months", "1", "--runs", "9")],
    "forecast demand": [("forecast", "demand", "--authority", "885")],
    "late": [("late", "--store", "{url}")],
    "report": [("report", "{csv}", "--as-of", "2026-06-30"), ("report", "{url}", "--as-of", "2026-06-30")],
    "explain": [
        ("explain", "{csv}", "--case", "jsc-cambridgeshire", "--as-of", "2025-10-21"),
        ("explain", "{url}", "--case", "jsc-cambridgeshire", "--as-of", "2025-10-21"),
    ],
    "import": [("import", "{csv}", "--store", "{url}")],
    "export": [("export", "--store", "{url}")],
    "follow": [("follow", "--store", "{url}", "--once")],
    "retention": [("retention", "{csv}", *_DAY), ("retention", "{url}", *_DAY)],
    "db erased": [("db", "erased", "--store", "{url}")],
    "db verify": [("db", "verify", "--store", "{url}"), ("db", "verify", "--store", "{url}", "--anchor", "{anchor}")],
    "synth": [("synth", "--cases", "3")],
    "synth --persons": [("synth", "--cases", "3", "--output", "{out}")],
    "sen2 export": [("sen2", "export", "{council}", "--year", "2026", "--persons", "{persons}")],
    "sen2 import": [("sen2", "import", "{return}", "--persons", "{whose}")],
    "sen2 import --persons": [("sen2", "import", "{return}", "--output", "{out}")],
    "sen2 import --refused": [("sen2", "import", "{damaged}", "--output", "{out}", "--persons", "{whose}")],
    "sen2 validate": [("sen2", "validate", "{return}")],
    "sen2 compare": [("sen2", "compare", "{return}", "{return}")],
    "sen2 figures": [("sen2", "figures", "{return}"), ("sen2", "figures", "{return}", "--facts", "{council}")],
    "convert": [("convert", "{csv}", "--columns", "{columns}")],
    "convert --propose": [("convert", "{csv}")],
    "check --refused": [("check", "{csv}", *_DAY)],
}
"""How each command that writes a file is called, besides the option that names it, which may have a way of its own."""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its words, as it is run."""
    whole = command()
    context = typer.Context(whole)
    for name in COMMANDS:
        found = whole.get_command(context, name)
        within = getattr(found, "commands", None)
        yield from [(name, found)] if within is None else [(f"{name} {word}", each) for word, each in within.items()]


def named(param: Any) -> str:
    """The option, or what an argument is called in the help."""
    return next((text for text in param.opts if text.startswith("--")), str(param.metavar))


PARAMS = [(words, param) for words, found in commands() for param in found.params]
INTO = {("tables", "--output")}
"""What names a directory to write into."""
READ_THERE = {("sen2 export", "--persons")}
"""What one command reads and another writes by the same name."""
WRITES = sorted(
    {(words, named(param)) for words, param in PARAMS if param.metavar in NAMES and named(param) not in READS}
    - INTO
    - READ_THERE
)


def test_every_option_that_names_a_file_is_known():
    """A new one is either read, and stands in READS, or it is written, is tried below, and its command in CALLS."""
    assert {words for words, _ in WRITES} == {words.partition(" --")[0] for words in CALLS}
    assert {named(param) for _, param in PARAMS if param.metavar in NAMES} >= READS
    assert {param.metavar for _, param in PARAMS if param.metavar} - NAMES == TEXTS
    assert set(READ) <= NAMES


def test_every_text_says_what_it_is():
    """Without a metavar nobody could tell the name of a file from any other text."""
    seen = 0
    for run_by in functions():
        for name, hint in get_type_hints(run_by, include_extras=True).items():
            base = getattr(hint, "__origin__", hint)
            infos = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, ParameterInfo)]
            if base in (str, str | None, list[str], list[str] | None):
                assert [info.metavar for info in infos if info.metavar], (run_by, name)
                seen += 1
    assert seen > 50


def functions() -> Iterator[Any]:
    """Every function that runs a command."""
    for place in COMMANDS.values():
        module, _, name = place.partition(":")
        found = getattr(import_module(module), name)
        yield from [found.run] if isinstance(found, CliCommand) else [each.run for each in found.commands.values()]


def what_is_wrong() -> dict[str, Any]:
    """What an output must not be: by a name, what makes it in a folder and returns its path."""

    def link(make: Any, to: str) -> Any:
        def made(folder: Path) -> str:
            make(folder / to, folder / "named-otherwise")
            return str(folder / "named-otherwise")

        return made

    def hard(file: Path, name: Path) -> None:
        name.hardlink_to(file)

    def soft(file: Path, name: Path) -> None:
        name.symlink_to(file.name)

    def stranger(content: bytes) -> Any:
        def made(folder: Path) -> str:
            (folder / "theirs").write_bytes(content)
            return str(folder / "theirs")

        return made

    def node(kind: int, device: int = 0) -> Any:
        def made(folder: Path) -> str:
            try:
                os.mknod(folder / "node", kind | 0o666, device)
            except PermissionError:
                pytest.skip("only root makes devices")
            return str(folder / "node")

        return made

    def locked(folder: Path) -> str:
        (folder / "locked").touch(0o444)
        return str(folder / "locked")

    return {
        "the source": lambda folder: str(folder / "cases.csv"),
        "the source by another way": lambda folder: f"{folder}/draft-law/../cases.csv",
        "a hard link to the source": link(hard, "cases.csv"),
        "a link to the source": link(soft, "cases.csv"),
        "the store": lambda folder: str(folder / "cases.db"),
        "a hard link to the store": link(hard, "cases.db"),
        "a link to the store": link(soft, "cases.db"),
        "the store's log": lambda folder: str(folder / "cases.db-wal"),
        "the store's log, there or not": lambda folder: str(folder / "CASES.DB-SHM"),
        "the store's journal": lambda folder: str(folder / "cases.db-journal"),
        "the anchor": lambda folder: str(folder / "anchor.jsonl"),
        "a pipe": node(stat.S_IFIFO),
        "a socket": node(stat.S_IFSOCK),
        "a device": node(stat.S_IFCHR, os.makedev(1, 3)),
        "a link to nowhere and back": link(lambda _, name: name.symlink_to(name.name), "cases.csv"),
        "a directory": lambda folder: str(folder / "draft-law"),
        "a directory's name": lambda folder: f"{folder}/new/",
        "here": lambda _: ".",
        "nothing": lambda _: "",
        "standard output": lambda _: "-",
        "a directory that is not there": lambda folder: f"{folder}/none/file",
        "somebody's notes": stranger(b"to do: ring the school\n"),
        "somebody's sheet": stranger(b"case_id,event,on,caseworker\na,request_received,2026-03-02,Ann\n"),
        "somebody's page": stranger(b"<!DOCTYPE html><title>Minutes</title>"),
        "somebody's program": stranger(b"#!/bin/sh\nexit 0\n"),
        "a file that may not be written": locked,
    }


WRONG = what_is_wrong()
ONLY_READ_BY = {
    "the source": "{csv}", "the source by another way": "{csv}", "a hard link to the source": "{csv}",
    "a link to the source": "{csv}", "the store's log": "{url}", "the store's log, there or not": "{url}",
    "the store's journal": "{url}", "the anchor": "{anchor}",
}  # fmt: skip
"""What is refused for being read, by those calls alone that do read it."""


def snapshot(folder: Path) -> dict[str, object]:
    """What stands in a folder: the kind, permissions, number and content of each entry."""
    told: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        found = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(found.st_mode) else None
        told[str(path)] = (found.st_mode, found.st_ino, found.st_nlink, found.st_rdev, content)
    return told


@pytest.fixture
def own(desk: Path, tmp_path: Path) -> Path:
    """A folder with the source, the store and an anchor."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name in ("cases.csv", "cases.db"):
        shutil.copyfile(desk / name, folder / name)
    for name in ("council.csv", "long.csv", "persons.csv", "sen2.xml"):
        shutil.copyfile(desk / name, folder / name)
    (folder / "damaged.xml").write_text((desk / "sen2.xml").read_text().replace("2025-11-10", "2025-11-31"))
    (folder / "draft-law").mkdir()
    (folder / "plan.toml").write_text('[[measure]]\nid = "plans"\nfigure = "total_ehc_plans"\n')
    (folder / "columns.toml").write_text('case_id = "case_id"\n[[fact]]\nevent = "request_received"\non = "on"\n')
    assert invoke("db", "verify", "--store", f"sqlite:///{folder}/cases.db", "--write-anchor", folder / "anchor.jsonl")
    return folder


def calls(words: str, option: str) -> list[tuple[str, ...]]:
    return CALLS.get(f"{words} {option}", CALLS[words])


def filled(call: tuple[str, ...], folder: Path) -> list[str]:
    names = {
        "csv": folder / "cases.csv",
        "url": f"sqlite:///{folder}/cases.db",
        "anchor": folder / "anchor.jsonl",
        "columns": folder / "columns.toml",
        "plan": folder / "plan.toml",
        "council": folder / "council.csv",
        "long": folder / "long.csv",
        "persons": folder / "persons.csv",
        "return": folder / "sen2.xml",
        "damaged": folder / "damaged.xml",
        "whose": folder / "whose.csv",
        "out": folder / "out.csv",
    }
    return [word.format_map(names) for word in call]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("words", "option"), WRITES)
def test_what_must_not_be_written_is_refused_before_anything_is_touched(words, option, wrong, own, monkeypatch):
    monkeypatch.chdir(own)
    for call in calls(words, option):
        if ONLY_READ_BY.get(wrong, call[0]) not in call:
            continue
        for left in ("named-otherwise", "theirs", "node", "locked"):
            (own / left).unlink(missing_ok=True)
        path = WRONG[wrong](own)
        before = snapshot(own)
        done = invoke(*filled(call, own), option, path)
        assert (done.exit_code, done.stdout) == (2, ""), done.stderr
        assert f"Invalid value for {option}: cannot write" in done.stderr
        assert any(what in done.stderr for what in ("such as", "make it first")), done.stderr
        assert done.stderr.count("\n") == 1
        assert snapshot(own) == before


@pytest.mark.parametrize(("words", "option"), WRITES)
def test_a_file_is_written_and_written_again_as_it_may_be_read(words, option, own, monkeypatch):
    monkeypatch.chdir(own)
    (own / "latest").symlink_to("archive/written")
    (own / "archive").mkdir()
    refuses = option == "--refused"
    if refuses:
        with (own / "cases.csv").open("a") as file:
            file.write("x,,request_recieved,2026-02-30,,,,,,,\n")
    for call in calls(words, option):
        written = own / "archive" / "written"
        written.unlink(missing_ok=True)
        for again in (False, True):
            done = invoke(*filled(call, own), option, own / "latest")
            assert done.exit_code == refuses, done.stderr
            assert written.stat().st_size
            assert (own / "latest").is_symlink()
            assert [path.name for path in written.parent.iterdir()] == ["written"]
            if again:
                assert stat.S_IMODE(written.stat().st_mode) == 0o640
            written.chmod(0o640)


BOTH = [(words, one, two) for words, one in WRITES for other, two in WRITES if words == other and one < two]


@pytest.mark.parametrize("names", [("new", "new"), ("new", "draft-law/../new"), ("new", "NEW"), ("new", "link")])
@pytest.mark.parametrize(("words", "one", "two"), BOTH)
def test_two_outputs_are_not_one_file(words, one, two, names, own, monkeypatch):
    monkeypatch.chdir(own)
    (own / "link").symlink_to("new")
    before = snapshot(own)
    for call in CALLS[words]:
        done = invoke(*filled(call, own), one, names[0], two, names[1])
        assert done.exit_code == 2
        assert "writes it too; give each a name of its own" in done.stderr
        assert snapshot(own) == before


def test_the_output_that_is_told_of_is_the_one_that_is_wrong(own):
    done = invoke("report", own / "cases.csv", "--html", "new", "--xlsx", "new", "--ics", "new")
    said = "Invalid value for --xlsx: cannot write new: --html writes it too; give each a name of its own, such as"
    assert f"{said} registers.xlsx" in done.stderr


def test_there_are_commands_with_several_outputs():
    assert BOTH


@pytest.mark.parametrize("call", [("check", "cases.csv"), ("export", "--store", "sqlite:///cases.db")])
def test_what_is_read_is_not_printed_into(call, own):
    read = own / ("cases.csv" if "cases.csv" in call else "cases.db")
    before = read.read_bytes()
    with read.open("ab") as file:
        done = subprocess.run(
            [sys.executable, "-m", "ehcp_flow", *call], stdout=file, stderr=subprocess.PIPE, check=False, cwd=own,
            env=environment(), text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert "standard output goes into" in done.stderr
    assert "> rows.csv" in done.stderr
    assert read.read_bytes() == before


def test_what_comes_in_by_standard_input_is_not_written(own):
    before = (own / "cases.csv").read_bytes()
    with (own / "cases.csv").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "ehcp_flow", "import", "-", "--store", "sqlite:///new.db", "--refused", "cases.csv"],
            stdin=file, check=False, cwd=own, env=environment(), capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert "it is what FILE reads" in done.stderr
    assert (own / "cases.csv").read_bytes() == before
    assert not (own / "new.db").exists()


def test_the_store_that_is_still_to_be_made_is_not_written(own):
    done = run("import", "cases.csv", "--store", "sqlite:///new.db", "--refused", "new.db", cwd=own)
    assert (done.returncode, "a file of the store" in done.stderr) == (2, True)
    assert not (own / "new.db").exists()


def test_the_null_device_on_both_sides_is_no_file():
    done = subprocess.run(
        [sys.executable, "-m", "ehcp_flow", "check", "-"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, check=False, env=environment(), text=True,
    )  # fmt: skip
    assert "standard output goes into" not in done.stderr


@pytest.mark.parametrize("form", ["csv", "parquet", "sqlite"])
def test_a_directory_in_which_the_source_has_the_name_of_an_output_is_refused(form, tmp_path):
    """The first two columns of a source are those of the table of cases, so that it could be taken for one."""
    source = tmp_path / "cases.csv"
    source.write_text("case_id,authority,event,on\na,885,request_received,2026-03-02\n", "utf-8")
    (tmp_path / "star").mkdir()
    (tmp_path / "star" / "cases.csv").hardlink_to(source)
    for directory in (tmp_path, tmp_path / "star"):
        before = snapshot(tmp_path)
        done = invoke("tables", source, "--as-of", "2026-06-30", "--output", directory, "--format", form)
        assert done.exit_code == 2, done.output
        assert "it would be lost; name another directory" in " ".join(done.stderr.split())
        assert snapshot(tmp_path) == before
    (tmp_path / "star" / "cases.csv").unlink()
    for _ in range(2):
        done = invoke("tables", source, "--as-of", "2026-06-30", "--output", tmp_path / "star", "--format", form)
        assert done.exit_code == 0, done.output


def test_every_option_that_names_a_directory_to_write_into_is_tried():
    assert {words for words, param in PARAMS if param.metavar == "DIR" and named(param) not in READS} == {"tables"}
