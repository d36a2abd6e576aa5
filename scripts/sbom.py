"""Write the bill of materials of an environment that has ehcp-flow: CycloneDX 1.6 in JSON.

    python scripts/sbom.py                        of the environment that runs it, to standard output
    python scripts/sbom.py SITE_PACKAGES [FILE]   of another, into a file

Each package that ehcp-flow needs there, or that those need in their turn: its version, the licence that it states, and
what it needs. What else lies in the environment (pip, the tools of a desk) is left out. The same environment gives the
same file, byte for byte.
"""

from __future__ import annotations

import json
import re
import sys
import sysconfig
import uuid
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from docs.make_licences import licence_stated  # noqa: E402 - found by the line above

OURS = "ehcp-flow"
SPDX_WORDS = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")


def canonical(name: str) -> str:
    """Return the name of a package as an index has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_by(package: Distribution, installed: Mapping[str, Distribution], extras: set[str]) -> Iterator[Requirement]:
    """Yield what a package needs of what is installed, with the extras that were asked of it."""
    for requirement in map(Requirement, package.requires or ()):
        asked = [requirement.marker is None or requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)]
        if any(asked) and canonical(requirement.name) in installed:
            yield requirement


def reached(installed: Mapping[str, Distribution], extras: set[str]) -> dict[str, set[str]]:
    """Return each package that ours needs, itself included, with the names of those that it needs."""
    needs: dict[str, set[str]] = {}
    waiting = [(OURS, extras)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, frozenset(wanted)) in seen:
            continue
        seen.add((name, frozenset(wanted)))
        for requirement in needed_by(installed[name], installed, wanted):
            needs.setdefault(name, set()).add(canonical(requirement.name))
            waiting.append((canonical(requirement.name), requirement.extras))
        needs.setdefault(name, set())
    return needs


def component(package: Distribution) -> dict[str, Any]:
    """Return what is said of one package."""
    name, licence = canonical(package.name), licence_stated(package.metadata)
    said = {"expression": licence} if SPDX_WORDS.fullmatch(licence) else {"license": {"name": licence}}
    address = f"pkg:pypi/{name}@{package.version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": package.version,
        "licenses": [said],
        "purl": address,
    }


def bill(site_packages: str) -> dict[str, Any]:
    """Return the bill of what lies in a folder of packages. Raises SystemExit where ehcp-flow is not among it."""
    installed = {canonical(package.name): package for package in distributions(path=[site_packages])}
    if OURS not in installed:
        raise SystemExit(f"{site_packages}: {OURS} is not installed there")
    # Every extra: what of them is not installed is left out anyway.
    needs = reached(installed, set(installed[OURS].metadata.get_all("Provides-Extra") or ()))
    told = {name: component(installed[name]) for name in sorted(needs)}
    depends = [
        {"ref": told[name]["bom-ref"], "dependsOn": [told[other]["bom-ref"] for other in sorted(needs[name] - {name})]}
        for name in told
    ]
    ours = told.pop(OURS)
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([ours, told], sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": ours},
        "components": list(told.values()),
        "dependencies": depends,
    }


def main(site_packages: str = "", file: str = "") -> None:
    """Write the bill."""
    text = json.dumps(bill(site_packages or sysconfig.get_path("purelib")), indent=1, ensure_ascii=False) + "\n"
    if file:
        Path(file).write_text(text, "utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main(*sys.argv[1:3])
