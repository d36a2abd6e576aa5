"""What somebody reads before they say yes: the files agree with one another, and what they name is there."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from docs import make_licences
from scripts import ready_to_release, sbom

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
AT_THE_TOP = ["CODE_OF_CONDUCT.md", "GOVERNANCE.md", "SECURITY.md"]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)#\s]+)")
TEST = re.compile(r"`(?P<file>contract|tests/[\w/]+\.py)::(?P<test>\w+)`")

# The vocabularies of publiccode.yml 0.4, as far as they are used.
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}
SOFTWARE = {"standalone/web", "standalone/desktop", "standalone/backend", "standalone/other", "addon", "library"}
CATEGORIES = {"business-process-management", "compliance-management", "data-analytics", "workflow-management"}
SCOPES = {"education", "local-authorities", "welfare", "justice"}


def functions_of(file: str) -> set[str]:
    paths = sorted((ROOT / "ehcp_flow" / "testing").glob("contract*.py")) if file == "contract" else [ROOT / file]
    trees = [ast.parse(path.read_text("utf-8")) for path in paths]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", AT_THE_TOP)
def test_every_link_of_a_page_at_the_top_leads_somewhere(name):
    targets = [each for each in LINK.findall((ROOT / name).read_text("utf-8")) if not each.startswith("http")]
    assert [each for each in targets if not (ROOT / each).exists()] == []


@pytest.mark.parametrize(("page", "threats"), [("threat-model.md", 20), ("accessibility.md", 7)])
def test_every_defence_names_a_test_and_that_is_there(page, threats):
    text = (DOCS / page).read_text("utf-8")
    rows = [line.strip("| ") for line in text.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith(("threat |", "shown by"))]
    assert len(rows) >= threats
    assert [row for row in rows if not TEST.search(row.rpartition(" | ")[2])] == []
    named = TEST.findall(text)
    assert [f"{file}::{test}" for file, test in named if test not in functions_of(file)] == []
    assert text.count("::") == len(named), "a test is named in one way"


def test_the_assessment_leaves_a_blank_in_every_row_that_only_the_authority_can_fill():
    rows = [line for line in (DOCS / "impact-assessment.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    asked = [row for row in rows if not row.startswith(("| | ", "| right |", "| risk |"))]
    assert len(asked) > 40
    assert [row for row in asked if "____" not in row] == []


def test_of_each_package_that_comes_with_the_core_it_is_said_what_it_is_for():
    text = (DOCS / "choices.md").read_text("utf-8").partition("## What the core installs")[2].partition("\n## ")[0]
    told = {
        word
        for line in text.splitlines()
        if line.startswith("| ")
        for word in re.findall(r"[\w-]+", line.split("|")[1])
    }
    assert set(make_licences.along_with(PROJECT["dependencies"])) - told == set()


def test_the_version_is_the_same_wherever_it_is_stated():
    assert set(ready_to_release.versions(ROOT).values()) == {PROJECT["version"]}


def test_the_citation_says_what_the_metadata_says():
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert told["cff-version"] == "1.2.0"
    assert {"message", "title", "type"} <= set(told)
    assert (told["type"], told["license"]) == ("software", PROJECT["license"])
    assert [each["name"] for each in told["authors"]] == [each["name"] for each in PROJECT["authors"]]


def test_the_catalogue_of_public_software_can_read_its_entry():
    told = yaml.safe_load((ROOT / "publiccode.yml").read_text("utf-8"))
    mandatory = {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"}
    assert mandatory | {"description", "legal", "maintenance", "localisation", "categories"} <= set(told)
    assert (told["publiccodeYmlVersion"], told["name"]) == ("0.4", PROJECT["name"])
    assert told["url"].startswith("https://")
    assert told["developmentStatus"] in STATUSES
    assert told["softwareType"] in SOFTWARE
    assert set(told["categories"]) <= CATEGORIES
    assert set(told["intendedAudience"]["scope"]) <= SCOPES
    assert all(re.fullmatch("[a-z]{2}", each) for each in told["intendedAudience"]["countries"])
    words = told["description"]["en"]
    assert len(words["shortDescription"]) <= 150
    assert "\n" not in words["shortDescription"]
    assert 150 <= len(words["longDescription"]) <= 10_000
    assert words["features"]
    assert told["legal"]["license"] == PROJECT["license"]
    assert told["maintenance"]["type"] == "community"
    assert told["maintenance"]["contacts"][0]["name"]
    assert isinstance(told["localisation"]["localisationReady"], bool)
    python = next(each for each in told["dependsOn"]["open"] if each["name"] == "Python")
    assert f">={python['versionMin']}" == PROJECT["requires-python"]


def released(folder: Path, version: str, day: str) -> Path:
    """The files that state a version, as they stand for a release of it."""
    for name in ("pyproject.toml", "CITATION.cff", "publiccode.yml", "CHANGELOG.md"):
        text = (ROOT / name).read_text("utf-8").replace("example.org", "example.com")
        text = text.replace(f'"{PROJECT["version"]}"', f'"{version}"')
        text = text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - {day}\n")
        more = {"CITATION.cff": f'date-released: "{day}"\n', "publiccode.yml": f'releaseDate: "{day}"\n'}.get(name, "")
        (folder / name).write_text(text + more, "utf-8")
    return folder


def test_a_release_is_ready_when_every_file_says_the_same(tmp_path):
    assert ready_to_release.problems("v1.2.3", released(tmp_path, "1.2.3", "2027-01-08")) == []


def test_what_stands_against_a_release_is_said_with_what_would_be_right(tmp_path):
    folder = released(tmp_path, "1.2.3", "2027-01-08")
    for name, old, new in (
        ("CITATION.cff", '"1.2.3"', '"1.2.2"'),
        ("publiccode.yml", "2027-01-08", "2027-01-07"),
        ("publiccode.yml", "example.com", "example.org"),
    ):
        (folder / name).write_text((folder / name).read_text("utf-8").replace(old, new), "utf-8")
    assert ready_to_release.problems("1.2.3", folder) == [
        "the tag is 1.2.3; a release's begins with v, as v1.2.3",
        "CITATION.cff: the version is 1.2.2; the tag says 1.2.3",
        "publiccode.yml: releaseDate is 2027-01-07; CHANGELOG.md says 2027-01-08",
        "publiccode.yml: an address is still at example.org; write where the project is hosted",
    ]
    assert "CHANGELOG.md: the newest release is 1.2.3; write ## [1.3.0] - YYYY-MM-DD above it" in (
        ready_to_release.problems("v1.3.0", folder)
    )


def test_a_tag_of_another_version_ends_in_an_error():
    script = ROOT / "scripts" / "ready_to_release.py"
    ran = subprocess.run([sys.executable, str(script), "v99.0.0"], check=False, capture_output=True, text=True)
    assert ran.returncode == 1
    assert f"pyproject.toml: the version is {PROJECT['version']}; the tag says 99.0.0" in ran.stderr


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    command = [sys.executable, str(ROOT / "scripts" / "sbom.py")]
    ran = [subprocess.run(command, check=True, capture_output=True).stdout for _ in range(2)]
    assert ran[0] == ran[1], "the same environment gives the same file"
    told: dict[str, Any] = json.loads(ran[0])
    return told


def test_the_bill_of_materials_has_what_is_installed_with_it_and_nothing_else(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == PROJECT["name"]
    names = {each["name"] for each in bill["components"]}
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["all"]]
    assert {sbom.canonical(Requirement(each).name) for each in wanted} <= names
    assert {"pydantic-core", "typing-extensions"} <= names, "what they bring along"
    assert not {"pip", "ruff", "mypy", "playwright"} & names


def test_the_bill_of_materials_says_version_licence_and_needs_of_each(bill):
    told = [bill["metadata"]["component"], *bill["components"]]
    refs = {each["bom-ref"] for each in told}
    assert len(refs) == len(told)
    assert all(re.fullmatch(r"pkg:pypi/[\w.-]+@[\w.!+-]+", each["purl"]) for each in told)
    assert [each["name"] for each in told if "expression" not in each["licenses"][0]] == []
    needs = {each["ref"]: set(each["dependsOn"]) for each in bill["dependencies"]}
    assert set(needs) == refs
    assert set().union(*needs.values()) <= refs
    pydantic = next(each for each in needs if each.startswith("pkg:pypi/pydantic@"))
    assert any(each.startswith("pkg:pypi/pydantic-core@") for each in needs[pydantic])


def test_an_environment_without_the_package_has_no_bill(tmp_path):
    with pytest.raises(SystemExit, match="ehcp-flow is not installed there"):
        sbom.bill(str(tmp_path))


CONTAINER = (ROOT / "Dockerfile").read_text("utf-8")


def test_the_container_runs_without_rights_and_says_whether_it_is_well():
    final = CONTAINER.rpartition("\nFROM ")[2]
    said = dict(re.findall(r"^(USER|HEALTHCHECK|ENTRYPOINT) (.*)$", final, re.MULTILINE))
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", said["USER"])
    assert json.loads(said["ENTRYPOINT"])[0] in PROJECT["scripts"]
    command = json.loads(said["HEALTHCHECK"].partition("CMD ")[2])
    assert command == ["ehcp-flow", "version"]
    assert "COPY . " not in CONTAINER
    page = (DOCS / "container.md").read_text("utf-8")
    assert all(option in page for option in ("--read-only", "--cap-drop ALL", "no-new-privileges", "--network none"))


def test_what_the_container_is_built_from_is_there_and_let_in():
    copied = [each for line in re.findall(r"^COPY (.*) \S+$", CONTAINER, re.MULTILINE) for each in line.split()]
    assert {"pyproject.toml", "hatch_build.py", "ehcp_flow", "ehcp_flow_pytest"} <= set(copied)
    let_in = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert [each for each in copied if not (ROOT / each).exists() or f"!{each}" not in let_in] == []
    extras = set(re.findall(r"\[([\w,]+)\]\"", CONTAINER)[0].split(","))
    assert extras <= set(PROJECT["optional-dependencies"])
    versions = set(re.findall(r"^FROM python:(3\.\d+)", CONTAINER, re.MULTILINE))
    assert len(versions) == 1
    assert f"Programming Language :: Python :: {versions.pop()}" in PROJECT["classifiers"]
