# ruff: noqa: D102 - these are tests, which people run under pytest
"""The contract of a store, as tests. A store that passes them can stand wherever ehcp_flow's own can.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def opener(self):
            shelf = MyDatabase()          # empty for each test
            return lambda **options: MyStore(shelf, **options)

`opener(**options)` is called once or several times in a test, and each call opens the same facts; the options are
those of `Store`: authority, clock, check, upcasters. The class names no marker and skips nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ehcp_flow.store import Store
from ehcp_flow.testing.contract_authority import AuthorityContract
from ehcp_flow.testing.contract_erasing import ErasingContract
from ehcp_flow.testing.contract_keeping import KeepingContract
from ehcp_flow.testing.contract_reading import ReadingContract
from ehcp_flow.testing.contract_recording import RecordingContract
from ehcp_flow.testing.sample import HOSTILE, Opener, SetClock

__all__ = ["HOSTILE", "Opener", "RoleContract", "StoreContract"]


class RoleContract(RecordingContract, ReadingContract, AuthorityContract, KeepingContract):
    """What holds for a store whose database lets nobody erase by this role: all but that."""

    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        raise NotImplementedError("a subclass gives a function that opens the store under test")

    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def store(self, opener: Opener, clock: SetClock) -> Iterator[Store]:
        with opener(clock=clock) as store:
            yield store


class StoreContract(RoleContract, ErasingContract):
    """Everything that holds for every store. Subclass it, and give the fixture `opener`."""
