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

ROOT = Path(__file__).parent.parent
PYPROJECT_TEXT = (ROOT / "pyproject.toml").read_text("utf-8")
PYPROJECT: dict[str, Any] = tomllib.loads(PYPROJECT_TEXT)

CORE = {"alembic", "holidays", "pydantic", "python-dateutil", "rich", "sqlalchemy", "transitions", "typer", "tzdata"}
EXTRAS = {
    "postgres": {"psycopg"},
    "bulk": {"numpy", "polars", "pyarrow"},
    "reports": {"icalendar", "jinja2", "xlsxwriter"},
    "sen2": {"lxml"},
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
    assert sorted(everything) == sorted(item for items in extras.values() for item in items)


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


@pytest.mark.parametrize("name", ["demo", "test", ".ci/run", "scripts/test-spark"])
def test_the_commands_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)


@pytest.mark.parametrize("name", ["demo", "test", "scripts/venv.sh", "scripts/java.sh", "scripts/test-spark"])
def test_the_commands_are_plain_shell(name):
    subprocess.run(["sh", "-n", ROOT / name], check=True)
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"\[\[|\blocal\b |\bpipefail\b|<<<|\bfunction ", text)


def test_imports_point_one_way():
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run([linter, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
