"""Facts kept: append-only, chained, shared by two writers, and killed at any moment, on real SQLite and PostgreSQL.

`test_contract.py` runs what every store must do (`ehcp_flow/testing/contract.py`) on each of ours. `data/` holds a
store of an earlier version, which must still open; nothing in it is ever written anew.
"""
