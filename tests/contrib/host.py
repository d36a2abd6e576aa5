"""The example of a Django project as a host has it: in a folder of its own, run by commands of its own."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["MADE_UP", "PROJECT", "manage"]

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples" / "django_council"
MADE_UP = ROOT / "examples" / "rulebook_made_up"


def manage(project, *arguments, **environment):
    """Run a command of a project, and return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=project, check=False, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
