"""What a rulebook declares is forgotten after each test (see the conftest of the root): so is the one that was read."""

import pytest

from tests.wales.lives import wales


@pytest.fixture(autouse=True)
def _read_anew():
    yield
    wales.cache_clear()
