import shutil
from pathlib import Path

import pytest

from tests.cli.running import CHRONOLOGIES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with the published chronologies in cases.csv, as the examples of the help expect it."""
    shutil.copy(CHRONOLOGIES, tmp_path / "cases.csv")
    return tmp_path
