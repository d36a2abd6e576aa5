"""A copy of the example of a Django project, with the made-up rulebook beside it as in `examples/`."""

import shutil

import pytest

from tests.contrib.host import MADE_UP, PROJECT


@pytest.fixture
def project(tmp_path):
    shutil.copytree(MADE_UP, tmp_path / MADE_UP.name)
    return shutil.copytree(PROJECT, tmp_path / "project", ignore=shutil.ignore_patterns("*.sqlite3*", "__pycache__"))
