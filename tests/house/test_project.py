"""The project's own promises: its metadata, its tools' settings, and what its files may say."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

from docs import make_licences

ROOT = Path(__file__).parents[2]
PYPROJECT_TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PYPROJECT: dict[str, Any] = tomllib.loads(PYPROJECT_TEXT)

CORE = {"alembic", "holidays", "pydantic", "python-dateutil", "rich", "sqlalchemy", "transitions", "typer", "tzdata"}
EXTRAS = {
    "asyncio": {"aiosqlite", "greenlet"},
    "postgres": {"psycopg"},
    "bulk": {"numpy", "polars", "pyarrow"},
    "reports": {"icalendar", "jinja2", "xlsxwriter"},
    "sen2": {"lxml"},
    "service": {"fastapi", "jinja2", "uvicorn"},
    "sheets": {"fastexcel", "numpy", "polars", "pyarrow"},
    "django": {"django"},
    "forecast": {"numpy"},
    "testing": {"freezegun", "hypothesis", "pytest"},
}


def project_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def project_files() -> list[Path]:
    """Every file that is tracked, or would be if it were added now."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_the_core_depends_on_what_the_design_names_and_nothing_else():
    assert {project_name(item) for item in PYPROJECT["project"]["dependencies"]} == CORE


def test_the_extras_hold_what_the_design_names():
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert {name: {project_name(item) for item in items} for name, items in extras.items() if name != "all"} == EXTRAS


def test_the_extra_all_is_the_union_of_the_others():
    extras = dict(PYPROJECT["project"]["optional-dependencies"])
    everything = extras.pop("all")
    assert sorted(everything) == sorted({item for items in extras.values() for item in items})


@pytest.mark.parametrize("item", PYPROJECT["project"]["dependencies"])
def test_every_dependency_has_a_lower_bound_and_no_upper_one(item):
    assert ">=" in item
    assert "<" not in item


def test_every_switched_off_lint_rule_gives_its_reason():
    section = PYPROJECT_TEXT.split("[tool.ruff.lint]", 1)[1].split("[tool.ruff.lint.flake8", 1)[0]
    named = re.findall(r'^    ("[A-Z]+\d*",.*)$', section, flags=re.MULTILINE)
    lint = PYPROJECT["tool"]["ruff"]["lint"]
    assert len(named) == len(lint["ignore"]) + sum(map(len, lint["per-file-ignores"].values())), "one rule a line"
    assert [line for line in named if not re.search(r"# \S+ \S+", line)] == []


def test_the_changelog_and_the_metadata_agree_on_the_version():
    version = PYPROJECT["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    unreleased, *released = re.split(r"^## \[(?=\d)", changelog, flags=re.MULTILINE)
    assert "## [Unreleased]" in unreleased
    if released:
        assert released[0].split("]", 1)[0] == version
    else:
        assert version in unreleased.split("## [Unreleased]", 1)[1], "the first release is announced"


def test_no_file_names_a_place_on_somebodys_machine():
    # Spelt in pieces, so that this file does not name one.
    place = re.compile(rb"(?<![\w.:/\\-])/(?:" + b"|".join([b"work", b"root", b"home", b"Users"]) + rb")/\w")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
        if place.search(line)
    ]
    assert found == []


def test_the_wheel_holds_every_file_of_the_package():
    built = {item.path for item in WheelBuilder(str(ROOT)).recurse_included_files()}
    package = {str(path) for path in project_files() if path.is_relative_to(ROOT / "ehcp_flow")}
    assert {str(Path(path)) for path in built} >= package
    assert str(ROOT / "ehcp_flow" / "py.typed") in package


def test_the_page_of_licences_says_what_the_packages_state():
    assert make_licences.PAGE.read_text("utf-8") == make_licences.page(), "run python docs/make_licences.py"


def test_what_dependencies_bring_along_is_under_a_licence_as_free_as_theirs():
    free = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT", "PSF-2.0"}
    free |= {"MIT-0", "MPL-2.0", "Unlicense", "Zlib"}
    project = PYPROJECT["project"]
    needed = list(make_licences.along_with([*project["dependencies"], *project["optional-dependencies"]["all"]]))
    assert len(needed) > len(project["dependencies"])
    stated = {name: make_licences.licence_of(name) for name in needed}
    assert {name: text for name, text in stated.items() if not free >= set(re.split(r" (?:AND|OR) ", text))} == {}


def test_the_lowest_versions_are_those_that_the_metadata_declares():
    ran = subprocess.run([sys.executable, ROOT / "scripts" / "lowest.py"], check=True, capture_output=True, text=True)
    project = PYPROJECT["project"]
    declared = {*project["dependencies"], *project["optional-dependencies"]["all"]}
    assert {project_name(line) for line in ran.stdout.splitlines()} == {project_name(item) for item in declared}
    assert "typer==0.19" in ran.stdout.splitlines()


def all_steps(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, cwd / "scripts" / "all.py", *arguments]
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)


def test_every_step_of_all_has_a_command_that_is_there():
    listed = all_steps("--list").stdout.splitlines()
    commands = [re.split(r"  +", line)[1].split() for line in listed]
    assert len(commands) >= 12
    for first, second, *_ in ([*command, ""] for command in commands):
        there = ROOT / (second if first == "python" and second != "-m" else "test" if first == "python" else first)
        assert there.exists(), first


def test_all_runs_every_step_says_how_each_went_and_runs_no_more_what_passed_on_this_tree(tmp_path):
    (tmp_path / "scripts").mkdir()
    text = (ROOT / "scripts" / "all.py").read_text("utf-8")
    steps = {
        "good": "sh -c 'echo run >>good.log'",
        "bad": "sh -c 'echo why; exit 3'",
        "elsewhere": "sh -c 'echo no such Python; exit 77'",
        "after": "true",
    }
    made = re.sub(r"^STEPS = \{.*?^\}", lambda _: f"STEPS = {steps!r}", text, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "scripts" / "all.py").write_text(made)
    (tmp_path / ".gitignore").write_text("/.all/\n*.log\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    first = all_steps(cwd=tmp_path)
    assert first.returncode == 1
    said = first.stdout.split("== summary")[1]
    assert re.findall(r" s  (passed|FAILED|not here) +(\S.*)", said) == [
        ("passed", "good"), ("FAILED", "bad (exit code 3)"), ("not here", "elsewhere: no such Python"),
        ("passed", "after"),
    ]  # fmt: skip
    assert (tmp_path / ".all" / "bad.log").read_text() == "why\n"
    assert "good (on this tree, " in all_steps(cwd=tmp_path).stdout
    assert (tmp_path / "good.log").read_text() == "run\n"
    assert all_steps("good", "--again", cwd=tmp_path).returncode == 0
    (tmp_path / "new.py").write_text("")
    assert all_steps("good", cwd=tmp_path).returncode == 0
    assert (tmp_path / "good.log").read_text() == "run\nrun\nrun\n"
    assert all_steps("goood", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("name", ["demo", "test", ".ci/run", "scripts/test-spark", "scripts/test-versions"])
def test_the_commands_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)


SHELL = ["venv.sh", "java.sh", "pythons.sh", "browser.sh", "test-spark", "test-versions"]


@pytest.mark.parametrize("name", ["demo", "test", *(f"scripts/{name}" for name in SHELL)])
def test_the_commands_are_plain_shell(name):
    subprocess.run(["sh", "-n", ROOT / name], check=True)
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"\[\[|\blocal\b |\bpipefail\b|<<<|\bfunction ", text)


def test_imports_point_one_way():
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([linter, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
