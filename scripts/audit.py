"""Ask PyPI's advisories for known faults in what is installed in .venv: `python scripts/audit.py`.

Exit code 1 if there is one. Exit code 77 where no advisories can be had: an index that only mirrors files has none.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

HOME = Path(__file__).parent.parent / ".venvs" / "audit"
NOT_HERE = 77


def main() -> int:
    """Install pip-audit in an environment of its own, run it on this one, and return the exit code."""
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-qq", "--upgrade", "pip-audit"], check=True)
    asked = subprocess.run(
        [python, "-m", "pip_audit", "--path", sysconfig.get_path("purelib"), "--format=json", "--progress-spinner=off"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if not asked.stdout:
        print(asked.stderr)
        return 1
    told = json.loads(asked.stdout)["dependencies"]
    known = [package for package in told if "skip_reason" not in package]
    faulty = [(package, fault) for package in known for fault in package["vulns"]]
    for package, fault in faulty:
        mended = ", ".join(fault["fix_versions"]) or "no version"
        print(f"{package['name']} {package['version']}: {fault['id']}, mended in {mended}")
    if not known:
        print(f"the package index of this machine has no advisories for any of {len(told)} packages")
        return NOT_HERE
    print(f"{len(known)} packages asked for, {len(told) - len(known)} unknown there, {len(faulty)} known faults")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
