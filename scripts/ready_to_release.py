"""Whether a tag may make a release: `python scripts/ready_to_release.py v1.2.3`.

Every file that states the version states this one, the changelog has it on top with its day, and no address is still
the one that stands in for the project's own. Says everything that is not so; exit code 1 if something is not.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STANDS_IN = "example.org"
"""The host that stands for a place that is not known yet."""


def stated(file: str, key: str, root: Path = ROOT) -> str | None:
    """Return what a file of one key a line says of a key on its first level."""
    found = re.search(rf'^{key}: *"?([^"\n]+?)"?$', (root / file).read_text("utf-8"), re.MULTILINE)
    return found and found[1]


def versions(root: Path = ROOT) -> dict[str, str | None]:
    """Return the version by the file that states it."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return {
        "pyproject.toml": project["version"],
        "CITATION.cff": stated("CITATION.cff", "version", root),
        "publiccode.yml": stated("publiccode.yml", "softwareVersion", root),
    }


def problems(tag: str, root: Path = ROOT) -> list[str]:
    """Return what stands against a release by this tag, each with what would be right."""
    version = tag.removeprefix("v")
    wrong = [] if tag == f"v{version}" else [f"the tag is {tag}; a release's begins with v, as v{version}"]
    wrong += [
        f"{file}: the version is {said}; the tag says {version}"
        for file, said in versions(root).items()
        if said != version
    ]
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d[^\]]*)\] - (\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    if not released or released[0][0] != version:
        newest = released[0][0] if released else "none"
        wrong.append(f"CHANGELOG.md: the newest release is {newest}; write ## [{version}] - YYYY-MM-DD above it")
    else:
        wrong += [
            f"{file}: {key} is {said or 'missing'}; CHANGELOG.md says {released[0][1]}"
            for file, key in (("CITATION.cff", "date-released"), ("publiccode.yml", "releaseDate"))
            if (said := stated(file, key, root)) != released[0][1]
        ]
    wrong += [
        f"{file}: an address is still at {STANDS_IN}; write where the project is hosted"
        for file in ("publiccode.yml", "CITATION.cff")
        if STANDS_IN in (root / file).read_text("utf-8")
    ]
    return wrong


if __name__ == "__main__":
    sys.exit("\n".join(problems(sys.argv[1])) or None)
