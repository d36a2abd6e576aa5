"""What runs where nobody is at a desk: the workflows, the hooks and the updates, as far as files can be held to it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = {path.name: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
REGISTRIES = ["pypi" + ".org", "pythonhosted" + ".org", "docker" + ".io", "npmjs" + ".com", "ghcr" + ".io"]
"""Spelt in pieces, so that this file does not name one."""


def read(name: str) -> dict[Any, Any]:
    told = yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))
    assert isinstance(told, dict)
    return told


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [(f"{name}: {job}", told) for name in WORKFLOWS for job, told in read(name)["jobs"].items()]


def steps() -> list[tuple[str, dict[str, Any]]]:
    return [(name, step) for name, job in jobs() for step in job.get("steps", ())]


def test_the_workflows_are_those_that_the_pages_speak_of():
    assert set(WORKFLOWS) == {"ci.yml", "release.yml", "wheels.yml"}


def test_every_python_that_is_declared_is_tried_on_every_system_with_the_newest_and_the_lowest():
    matrix = read("ci.yml")["jobs"]["versions"]["strategy"]["matrix"]
    declared = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["project"]["classifiers"]))
    assert matrix["python"] == declared
    assert matrix["bound"] == ["newest"]
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]
    lowest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert [(each["os"], each["python"], each["bound"]) for each in matrix["include"]] == [
        (name, lowest, "lowest") for name in matrix["os"]
    ]
    built = [each.removesuffix("-*") for each in PROJECT["tool"]["cibuildwheel"]["build"]]
    assert built == [f"cp{each.replace('.', '')}" for each in declared]


def test_what_a_job_does_stands_in_the_script_that_it_calls():
    run = {step["run"].split()[0] for _, step in steps() if "run" in step}
    assert run == {".ci/run", "./test", "scripts/test-versions", "python"}
    named = [word for _, step in steps() for word in step.get("run", "").split() if "/" in word and "$" not in word]
    assert [word for word in named if not (ROOT / word).exists()] == []
    assert {"scripts/packages.py", "scripts/review.py", "scripts/ready_to_release.py"} <= set(named)


def test_every_action_is_named_by_its_commit():
    used = [step["uses"] for _, step in steps() if "uses" in step]
    assert len(used) > 10
    assert [each for each in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", each)] == []
    lines = [line for path in WORKFLOWS.values() for line in path.read_text("utf-8").splitlines() if "uses: " in line]
    without = [line for line in lines if "./" not in line and not re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)]
    assert without == [], "the version stands behind the commit, where updates look for it"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_alone_and_keeps_no_credentials(name):
    assert read(name)["permissions"] == {"contents": "read"}
    assert "cancel-in-progress" in read(name)["concurrency"]
    taken = [step for place, step in steps() if place.startswith(name) and "checkout" in step.get("uses", "")]
    assert [step for step in taken if step["with"].get("persist-credentials") is not False] == []


@pytest.mark.parametrize(("place", "job"), jobs(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_job_ends_by_itself(place, job):
    assert "uses" in job or 0 < job["timeout-minutes"] <= 90


def test_no_step_puts_a_value_into_a_shells_text():
    assert [place for place, step in steps() if "${{" in step.get("run", "")] == []


def test_a_release_is_published_with_attestations_and_without_a_password():
    told = read("release.yml")
    publish = told["jobs"]["publish"]
    assert publish["environment"] == "release"
    assert publish["permissions"] == {"id-token": "write", "attestations": "write"}
    assert {"everything", "build"} == set(publish["needs"])
    assert told["jobs"]["build"]["needs"] == told["jobs"]["everything"]["needs"] == "ready"
    assert "secrets." not in WORKFLOWS["release.yml"].read_text("utf-8")
    last = publish["steps"][-1]
    assert last["with"] == {"attestations": True}
    assert any("attest-build-provenance" in step["uses"] for step in publish["steps"])


def test_what_is_published_is_what_wheels_made():
    kept = [step["with"]["name"] for place, step in steps() if "upload-artifact" in step.get("uses", "")]
    assert all(name.startswith("dist-") or name == "sbom" for name in kept)
    (fetched,) = [step["with"] for _, step in steps() if "download-artifact" in step.get("uses", "")]
    assert fetched["pattern"] == "dist-*"


def test_updates_come_grouped():
    told = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    assert {each["package-ecosystem"] for each in told["updates"]} == {"github-actions", "pip"}
    assert all(len(each["groups"]) == 1 for each in told["updates"])


def test_the_hooks_name_a_version_each():
    told = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [each["repo"] for each in told["repos"] if not re.fullmatch(r"v\d+\.\d+\.\d+", each["rev"])] == []


def test_what_the_review_leaves_out_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    section = text.split("[tool.repo-review]", 1)[1].split("\n[", 1)[0]
    lines = re.findall(r'^    "[A-Z]+\d+",.*$', section, flags=re.MULTILINE)
    assert len(lines) == len(PROJECT["tool"]["repo-review"]["ignore"])
    assert [line for line in lines if not re.search(r"# (\S+ ){3}", line)] == []


def test_no_workflow_page_or_badge_names_the_host_of_a_package_registry():
    read_by_people = [ROOT / "Dockerfile", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *WORKFLOWS.values()]
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in [*read_by_people, *ROOT.glob(".*.yaml"), ROOT / "pyproject.toml", ROOT / ".ci" / "run"]
        for host in REGISTRIES
        if host in path.read_text("utf-8")
    ]
    assert found == []
