"""The public surface as type checkers read it: mypy reads the two surfaces with everything else, pyright here."""

import subprocess
import sys
from pathlib import Path

from ehcp_flow import StateStep
from tests.types import surface

HERE = Path(__file__).parent


def test_pyright_reads_the_public_surface_as_it_is_meant():
    pyright = Path(sys.executable).with_name("basedpyright")
    ran = subprocess.run(
        [pyright, "-p", HERE, "--pythonpath", sys.executable], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_the_types_say_is_so():
    """Importing `surface` ran it: what it asserts of types exists."""
    assert surface.found
    assert isinstance(surface.step, StateStep)
