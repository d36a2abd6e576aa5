"""For people who embed ehcp_flow or write a store of their own: a clock to set, facts to use, a contract to keep.

`ehcp_flow.testing.contract.StoreContract` is the contract of a store, as tests that any adapter can run;
`ehcp_flow.testing.postgres.Server` is a real PostgreSQL server from a pip wheel.

What stands here is public, and hosts' tests lean on it: names are changed with a line in the changelog alone.
"""

from __future__ import annotations

from ehcp_flow.testing.sample import SetClock, a_case, a_fact

__all__ = ["SetClock", "a_case", "a_fact"]
