"""Many more hostile lives on the kernel that checks its bounds: `python -m tests.kernel`."""

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("EHCP_FLOW_LIVES", "3000")
sys.exit(pytest.main(["-q", str(Path(__file__).parent)]))
