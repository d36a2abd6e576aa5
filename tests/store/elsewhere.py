"""The contract of a store on a database that is not set up for every run: `python -m tests.store URL` asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from ehcp_flow.store import Store
from ehcp_flow.store.portable_tables import Tables
from ehcp_flow.store.table_names import Names
from ehcp_flow.testing.contract import Opener, StoreContract
from tests.waiting import HANG

URL = os.environ.get("EHCP_FLOW_TEST_STORE", "")
_NUMBERS = count(1)


class TestElsewhere(StoreContract):
    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        """Open a store that has tables of its own for each test."""
        prefix = f"ehcp_{os.getpid()}_{next(_NUMBERS)}_"

        def open_(**options: Any) -> Store:
            return Store.open(URL, prefix=prefix, busy_seconds=HANG, **options)

        open_(create=True).close()
        yield open_
        engine = sa.create_engine(URL)
        Tables(Names(prefix)).metadata.drop_all(engine)
        engine.dispose()
