"""Writes docs/licences.md from pyproject.toml and what is installed: `python docs/make_licences.py`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageMetadata, distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).with_name("licences.md")
PROJECT = tomllib.loads((PAGE.parent.parent / "pyproject.toml").read_text("utf-8"))["project"]

INTRODUCTION = """
# Licences of what it stands on

<!-- Generated from pyproject.toml and what is installed by `python docs/make_licences.py`. Do not edit. -->

`ehcp_flow` is under the MIT licence. It contains no code of others; these packages are installed beside it, each under
its own licence, as the package itself states it.

| package | from version | with | licence |
|---|---|---|---|
"""
END = """
None asks anything of a program that calls it but to keep its notice. `psycopg` is under the LGPL: it may be used and
passed on as it is by programs under any licence, and whoever changes `psycopg` itself publishes that change.
`hypothesis` is under the MPL, which says the same of its own files; only tests use it.

What these bring along in their turn is under one of the same licences, or one as free: a test looks at each that is
installed (`tests/house/test_project.py`).
"""

SPDX = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
"""What older packages say in a classifier, in the words of newer ones."""


def licence_of(name: str) -> str:
    """Return the licence that an installed package states: an SPDX expression, or what stands nearest to one."""
    return licence_stated(distribution(name).metadata)


def licence_stated(stated: PackageMetadata) -> str:
    """Return the licence that stands in the metadata of a package, as `licence_of` does."""
    if "License-Expression" in stated:
        return stated["License-Expression"]
    classified = [each.rpartition(" :: ")[2] for each in stated.get_all("Classifier", []) if each.startswith("License")]
    if classified:
        return " OR ".join(sorted(SPDX.get(each, each) for each in classified))
    return next(iter(stated.get_all("License", [])), "not stated").partition("\n")[0]


def along_with(requirements: Iterable[str]) -> Iterator[str]:
    """Yield the name of each package that these need on this machine, and of each that those need, once."""
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(each), "") for each in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                if all(name != other for other, _ in seen):
                    yield name
                seen.add((name, wanted))
                waiting += [(Requirement(each), wanted) for each in distribution(name).requires or ()]


def page() -> str:
    """Return the page."""
    extras = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    rows = [
        f"| {needed.name} | {str(needed.specifier).removeprefix('>=')} | {extra and f'`[{extra}]`'} | "
        f"{licence_of(needed.name)} |"
        for extra, requirements in extras.items()
        if extra != "all"
        for needed in map(Requirement, requirements)
    ]
    return INTRODUCTION.lstrip() + "\n".join(rows) + "\n" + END


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")
