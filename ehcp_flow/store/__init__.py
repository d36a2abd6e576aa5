"""The store: a caseload that loses nothing, forgets nothing and can answer for any past day.

`Store.open(url)` opens one; `docs/store.md` tells how to run it, `docs/guarantees.md` what it promises.
Importing this package loads no SQLAlchemy: that happens when a database is opened.

The interface of every store is `base.py`; in a database `sql_reads.py` reads, `sql.py` writes, and `statements.py` has
the SQL. A schema that was released is never touched again: a change is a new file in `migrations/versions/`. Import
from `ehcp_flow.store`.
"""

from __future__ import annotations

from ehcp_flow.store import opening as opening  # it says how each kind of store is opened
from ehcp_flow.store.async_store import AsyncStore
from ehcp_flow.store.base import Store
from ehcp_flow.store.fact_blocks import Block
from ehcp_flow.store.fact_rows import REDACTED, Head
from ehcp_flow.store.memory import MemoryStore
from ehcp_flow.store.planning import Recorded
from ehcp_flow.store.results import Entry, Erasure, ImportState, Stats, StoredCase, Verification
from ehcp_flow.store.unit_of_work import Work
from ehcp_flow.store.upcasting import Upcasters
from ehcp_flow.store.verifying import Break

__all__ = [
    "REDACTED",
    "AsyncStore",
    "Block",
    "Break",
    "Entry",
    "Erasure",
    "Head",
    "ImportState",
    "MemoryStore",
    "Recorded",
    "Stats",
    "Store",
    "StoredCase",
    "Upcasters",
    "Verification",
    "Work",
]
