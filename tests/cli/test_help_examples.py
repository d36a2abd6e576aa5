"""Every example in the help of a command runs, as a person types it."""

import re

import pytest

from tests.cli.running import shell
from tests.cli.test_help import ALL


# tests/store/test_access.py runs the commands that are for PostgreSQL alone, tests/service/test_serving.py the service.
@pytest.mark.parametrize(
    "line", dict.fromkeys(line for name, line in ALL if "postgresql:" not in line and name != "serve")
)
def test_the_examples_run(line, folder):
    done = shell(line, folder)
    assert done.returncode == 0, done.stdout
    assert "error:" not in done.stdout
    written = re.findall(r"(?:> |--(?:html|xlsx|ics|output|write-anchor) )(\S+)", line)
    assert [name for name in written if (folder / name).stat().st_size <= 100] == []
    assert written or len(done.stdout) > 20
